-- People and places: accounts, doctors, their papers and what they offer. A column added to a table
-- that exists is nullable: an older version's rows lack it.

ALTER TABLE users ADD COLUMN email_verified_at INTEGER;
ALTER TABLE users ADD COLUMN phone_verified_at INTEGER;
ALTER TABLE users ADD COLUMN mfa_secret TEXT;
ALTER TABLE users ADD COLUMN mfa_enabled_at INTEGER;
CREATE INDEX users_phone ON users (phone) WHERE phone IS NOT NULL;
CREATE INDEX users_status ON users (status) WHERE deleted_at IS NULL;

ALTER TABLE profiles ADD COLUMN gender TEXT CHECK (gender IN ('male', 'female', 'other', 'prefer_not_to_say'));
ALTER TABLE profiles ADD COLUMN birth_date TEXT;
ALTER TABLE profiles ADD COLUMN phone TEXT;
ALTER TABLE profiles ADD COLUMN address TEXT;

CREATE INDEX role_grants_role ON role_grants (role) WHERE revoked_at IS NULL;
CREATE INDEX role_grants_clinic ON role_grants (clinic_id) WHERE clinic_id IS NOT NULL;
CREATE INDEX devices_clinic ON devices (clinic_id) WHERE clinic_id IS NOT NULL;

-- Only the hash of a token is kept; a purge empties it, and the row remains as the fact that there was one.
CREATE TABLE one_time_tokens (
  id         BLOB NOT NULL PRIMARY KEY,
  tenant_id  BLOB NOT NULL REFERENCES tenants (id),
  user_id    BLOB NOT NULL REFERENCES users (id),
  purpose    TEXT NOT NULL CHECK (purpose IN ('email_verification', 'phone_verification', 'password_reset')),
  token_hash BLOB,
  expires_at INTEGER NOT NULL,
  used_at    INTEGER,
  created_by BLOB REFERENCES users (id),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX one_time_tokens_user ON one_time_tokens (user_id, purpose) WHERE deleted_at IS NULL;
CREATE INDEX one_time_tokens_expiry ON one_time_tokens (expires_at) WHERE deleted_at IS NULL;

-- Local: the step of the last one-time code that was taken here; it is not taken a second time.
ALTER TABLE sign_in_throttle ADD COLUMN mfa_last_step INTEGER;

-- Local: who was signed in on this PC, and when. The refresh token itself is never kept.
CREATE TABLE sessions (
  id                 BLOB NOT NULL PRIMARY KEY,
  user_id            BLOB NOT NULL,
  refresh_token_hash BLOB NOT NULL,
  device_info        TEXT NOT NULL,
  created_at         INTEGER NOT NULL,
  last_seen_at       INTEGER NOT NULL,
  expires_at         INTEGER NOT NULL,
  ended_at           INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_user ON sessions (user_id, created_at);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- Derived: where the sites are, for "the nearest clinic".
CREATE VIRTUAL TABLE clinic_places USING rtree (id, min_latitude, max_latitude, min_longitude, max_longitude);
INSERT INTO clinic_places
SELECT rowid, latitude, latitude, longitude, longitude FROM clinics
WHERE latitude IS NOT NULL AND longitude IS NOT NULL AND active = 1 AND deleted_at IS NULL;
CREATE TRIGGER clinic_places_insert AFTER INSERT ON clinics
WHEN NEW.latitude IS NOT NULL AND NEW.longitude IS NOT NULL AND NEW.active = 1 AND NEW.deleted_at IS NULL BEGIN
  INSERT INTO clinic_places VALUES (NEW.rowid, NEW.latitude, NEW.latitude, NEW.longitude, NEW.longitude);
END;
CREATE TRIGGER clinic_places_update AFTER UPDATE OF latitude, longitude, active, deleted_at ON clinics BEGIN
  DELETE FROM clinic_places WHERE id = OLD.rowid;
  INSERT INTO clinic_places
  SELECT NEW.rowid, NEW.latitude, NEW.latitude, NEW.longitude, NEW.longitude
  WHERE NEW.latitude IS NOT NULL AND NEW.longitude IS NOT NULL AND NEW.active = 1 AND NEW.deleted_at IS NULL;
END;
CREATE INDEX clinics_owner ON clinics (owner_provider_id) WHERE owner_provider_id IS NOT NULL;

-- Languages became rows of provider_tags, so that two PCs can each add one; nothing had written the column.
ALTER TABLE providers DROP COLUMN languages;
ALTER TABLE providers ADD COLUMN avatar_file_id BLOB REFERENCES files (id);
ALTER TABLE providers ADD COLUMN approval_note TEXT;
CREATE INDEX providers_approval ON providers (approval) WHERE deleted_at IS NULL;
CREATE INDEX providers_specialization ON providers (specialization) WHERE active = 1 AND deleted_at IS NULL;
CREATE INDEX providers_avatar ON providers (avatar_file_id) WHERE avatar_file_id IS NOT NULL;

-- What a provider is known for. A set: rows are added and taken out, and adding again is a new row.
CREATE TABLE provider_tags (
  id          BLOB NOT NULL PRIMARY KEY,
  tenant_id   BLOB NOT NULL REFERENCES tenants (id),
  provider_id BLOB NOT NULL REFERENCES providers (id),
  kind        TEXT NOT NULL CHECK (kind IN ('specialization', 'language', 'skill')),
  value       TEXT NOT NULL,
  removed_at  INTEGER,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX provider_tags_provider ON provider_tags (provider_id, kind) WHERE removed_at IS NULL;
CREATE INDEX provider_tags_value ON provider_tags (kind, value) WHERE removed_at IS NULL;

-- Derived: names and specializations of providers as words.
CREATE VIRTUAL TABLE provider_search USING fts5 (
  name, specializations,
  content = '', contentless_delete = 1, prefix = '1 2 3', tokenize = "unicode61 remove_diacritics 2"
);
CREATE TRIGGER provider_search_insert AFTER INSERT ON providers WHEN NEW.deleted_at IS NULL BEGIN
  INSERT INTO provider_search (rowid, name, specializations)
  VALUES (NEW.rowid, neem_fold(NEW.display_name, NULL), neem_fold(coalesce(NEW.specialization, ''), NULL));
END;
CREATE TRIGGER provider_search_update AFTER UPDATE OF display_name, specialization, deleted_at ON providers BEGIN
  DELETE FROM provider_search WHERE rowid = OLD.rowid;
  INSERT INTO provider_search (rowid, name, specializations)
  SELECT NEW.rowid, neem_fold(NEW.display_name, NULL),
         neem_fold(coalesce(NEW.specialization, ''), (SELECT group_concat(value, ' ') FROM provider_tags
                   WHERE provider_id = NEW.id AND kind = 'specialization' AND removed_at IS NULL))
  WHERE NEW.deleted_at IS NULL;
END;
CREATE TRIGGER provider_search_tagged AFTER INSERT ON provider_tags WHEN NEW.kind = 'specialization' BEGIN
  DELETE FROM provider_search WHERE rowid = (SELECT rowid FROM providers WHERE id = NEW.provider_id);
  INSERT INTO provider_search (rowid, name, specializations)
  SELECT rowid, neem_fold(display_name, NULL),
         neem_fold(coalesce(specialization, ''), (SELECT group_concat(value, ' ') FROM provider_tags
                   WHERE provider_id = NEW.provider_id AND kind = 'specialization' AND removed_at IS NULL))
  FROM providers WHERE id = NEW.provider_id AND deleted_at IS NULL;
END;
CREATE TRIGGER provider_search_untagged AFTER UPDATE OF removed_at ON provider_tags WHEN NEW.kind = 'specialization' BEGIN
  DELETE FROM provider_search WHERE rowid = (SELECT rowid FROM providers WHERE id = NEW.provider_id);
  INSERT INTO provider_search (rowid, name, specializations)
  SELECT rowid, neem_fold(display_name, NULL),
         neem_fold(coalesce(specialization, ''), (SELECT group_concat(value, ' ') FROM provider_tags
                   WHERE provider_id = NEW.provider_id AND kind = 'specialization' AND removed_at IS NULL))
  FROM providers WHERE id = NEW.provider_id AND deleted_at IS NULL;
END;
INSERT INTO provider_search (rowid, name, specializations)
SELECT rowid, neem_fold(display_name, NULL), neem_fold(coalesce(specialization, ''), NULL) FROM providers WHERE deleted_at IS NULL;

CREATE TABLE credentials (
  id           BLOB NOT NULL PRIMARY KEY,
  tenant_id    BLOB NOT NULL REFERENCES tenants (id),
  provider_id  BLOB NOT NULL REFERENCES providers (id),
  type         TEXT NOT NULL,
  number       TEXT,
  file_id      BLOB REFERENCES files (id),
  document_url TEXT,
  status       TEXT NOT NULL CHECK (status IN ('pending', 'verified', 'rejected')),
  issued_on    TEXT,
  expires_on   TEXT,
  notes        TEXT,
  verified_by  BLOB REFERENCES users (id),
  verified_at  INTEGER,
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  deleted_at   INTEGER
) STRICT;
CREATE INDEX credentials_provider ON credentials (provider_id, status) WHERE deleted_at IS NULL;
CREATE INDEX credentials_expiry ON credentials (expires_on) WHERE deleted_at IS NULL AND expires_on IS NOT NULL;
CREATE INDEX credentials_file ON credentials (file_id) WHERE file_id IS NOT NULL;

-- Who works here besides the doctors, or for one of them. Lists are JSON arrays of text.
CREATE TABLE staff_members (
  id             BLOB NOT NULL PRIMARY KEY,
  tenant_id      BLOB NOT NULL REFERENCES tenants (id),
  user_id        BLOB REFERENCES users (id),
  provider_id    BLOB REFERENCES providers (id),
  clinic_id      BLOB REFERENCES clinics (id),
  name           TEXT NOT NULL,
  role           TEXT NOT NULL,
  skills         TEXT,
  permissions    TEXT,
  working_hours  TEXT,
  avatar_file_id BLOB REFERENCES files (id),
  active         INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL,
  deleted_at     INTEGER
) STRICT;
CREATE INDEX staff_members_active ON staff_members (role, name) WHERE active = 1 AND deleted_at IS NULL;
CREATE INDEX staff_members_provider ON staff_members (provider_id) WHERE provider_id IS NOT NULL;
CREATE INDEX staff_members_user ON staff_members (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX staff_members_clinic ON staff_members (clinic_id) WHERE clinic_id IS NOT NULL;
CREATE INDEX staff_members_avatar ON staff_members (avatar_file_id) WHERE avatar_file_id IS NOT NULL;

CREATE INDEX services_category ON services (category, price_minor) WHERE active = 1 AND deleted_at IS NULL;
CREATE INDEX services_price ON services (price_minor) WHERE active = 1 AND deleted_at IS NULL;
CREATE INDEX services_popularity ON services (popularity DESC) WHERE active = 1 AND deleted_at IS NULL;

-- A set: who can perform a service.
CREATE TABLE service_providers (
  id          BLOB NOT NULL PRIMARY KEY,
  tenant_id   BLOB NOT NULL REFERENCES tenants (id),
  service_id  BLOB NOT NULL REFERENCES services (id),
  provider_id BLOB NOT NULL REFERENCES providers (id),
  removed_at  INTEGER,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX service_providers_service ON service_providers (service_id, provider_id) WHERE removed_at IS NULL;
CREATE INDEX service_providers_provider ON service_providers (provider_id) WHERE removed_at IS NULL;
