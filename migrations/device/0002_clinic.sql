-- The clinic. Every table here replicates; its conflict class is in core/src/sync/tables.rs.
-- Ids are UUIDv7, instants milliseconds UTC, money integer minor units, a day the clinic's local day.

CREATE TABLE tenants (
  id              BLOB NOT NULL PRIMARY KEY,
  tenant_id       BLOB NOT NULL,
  name            TEXT NOT NULL,
  slug            TEXT NOT NULL,
  domain          TEXT,
  logo            TEXT,
  primary_color   TEXT,
  secondary_color TEXT,
  max_users       INTEGER NOT NULL DEFAULT 100 CHECK (max_users > 0),
  max_bookings    INTEGER NOT NULL DEFAULT 1000 CHECK (max_bookings > 0),
  country         TEXT NOT NULL,
  currency        TEXT NOT NULL,
  active          INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  created_by      BLOB,
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,
  deleted_at      INTEGER
) STRICT;

CREATE TABLE clinics (
  id                BLOB NOT NULL PRIMARY KEY,
  tenant_id         BLOB NOT NULL REFERENCES tenants (id),
  owner_provider_id BLOB REFERENCES providers (id),
  name              TEXT NOT NULL,
  address           TEXT NOT NULL,
  latitude          REAL CHECK (latitude BETWEEN -90 AND 90),
  longitude         REAL CHECK (longitude BETWEEN -180 AND 180),
  telehealth        INTEGER NOT NULL DEFAULT 0 CHECK (telehealth IN (0, 1)),
  phone             TEXT NOT NULL,
  email             TEXT,
  timezone          TEXT NOT NULL,
  active            INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  created_at        INTEGER NOT NULL,
  updated_at        INTEGER NOT NULL,
  deleted_at        INTEGER
) STRICT;
CREATE INDEX clinics_active ON clinics (tenant_id, name) WHERE active = 1 AND deleted_at IS NULL;

CREATE TABLE users (
  id            BLOB NOT NULL PRIMARY KEY,
  tenant_id     BLOB NOT NULL REFERENCES tenants (id),
  email         TEXT NOT NULL,
  phone         TEXT,
  password_hash TEXT NOT NULL,
  status        TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL,
  deleted_at    INTEGER
) STRICT;
CREATE INDEX users_email ON users (tenant_id, email);

CREATE TABLE profiles (
  id         BLOB NOT NULL PRIMARY KEY,
  tenant_id  BLOB NOT NULL REFERENCES tenants (id),
  user_id    BLOB NOT NULL REFERENCES users (id),
  full_name  TEXT NOT NULL,
  timezone   TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX profiles_user ON profiles (user_id);

CREATE TABLE role_grants (
  id         BLOB NOT NULL PRIMARY KEY,
  tenant_id  BLOB NOT NULL REFERENCES tenants (id),
  user_id    BLOB NOT NULL REFERENCES users (id),
  role       TEXT NOT NULL CHECK (role IN ('platform_admin', 'admin', 'provider', 'receptionist', 'support', 'patient', 'user')),
  clinic_id  BLOB REFERENCES clinics (id),
  granted_by BLOB REFERENCES users (id),
  granted_at INTEGER NOT NULL,
  revoked_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX role_grants_user ON role_grants (user_id, role);

CREATE TABLE providers (
  id                     BLOB NOT NULL PRIMARY KEY,
  tenant_id              BLOB NOT NULL REFERENCES tenants (id),
  user_id                BLOB REFERENCES users (id),
  display_name           TEXT NOT NULL,
  registration_number    TEXT NOT NULL,
  qualification          TEXT,
  specialization         TEXT,
  languages              TEXT,
  bio                    TEXT,
  years_of_experience    INTEGER CHECK (years_of_experience BETWEEN 0 AND 80),
  consultation_fee_minor INTEGER CHECK (consultation_fee_minor >= 0),
  phone                  TEXT,
  timezone               TEXT,
  approval               TEXT NOT NULL DEFAULT 'pending' CHECK (approval IN ('pending', 'approved', 'suspended')),
  approved_by            BLOB REFERENCES users (id),
  approved_at            INTEGER,
  active                 INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  created_at             INTEGER NOT NULL,
  updated_at             INTEGER NOT NULL,
  deleted_at             INTEGER
) STRICT;
CREATE INDEX providers_user ON providers (user_id);
CREATE INDEX providers_registration ON providers (tenant_id, registration_number);

CREATE TABLE provider_clinics (
  id          BLOB NOT NULL PRIMARY KEY,
  tenant_id   BLOB NOT NULL REFERENCES tenants (id),
  provider_id BLOB NOT NULL REFERENCES providers (id),
  clinic_id   BLOB NOT NULL REFERENCES clinics (id),
  room        TEXT,
  active      INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX provider_clinics_clinic ON provider_clinics (clinic_id, provider_id);
CREATE INDEX provider_clinics_provider ON provider_clinics (provider_id);

CREATE TABLE services (
  id           BLOB NOT NULL PRIMARY KEY,
  tenant_id    BLOB NOT NULL REFERENCES tenants (id),
  name         TEXT NOT NULL,
  category     TEXT NOT NULL,
  duration_min INTEGER NOT NULL CHECK (duration_min BETWEEN 15 AND 480),
  price_minor  INTEGER NOT NULL CHECK (price_minor >= 0),
  currency     TEXT NOT NULL,
  description  TEXT,
  popularity   INTEGER NOT NULL DEFAULT 0 CHECK (popularity BETWEEN 0 AND 100),
  active       INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  deleted_at   INTEGER
) STRICT;
CREATE INDEX services_name ON services (tenant_id, name);

CREATE TABLE patients (
  id                   BLOB NOT NULL PRIMARY KEY,
  tenant_id            BLOB NOT NULL REFERENCES tenants (id),
  record_number        TEXT NOT NULL,
  full_name            TEXT NOT NULL,
  alternate_name       TEXT,
  birth_date           TEXT,
  birth_date_precision TEXT CHECK (birth_date_precision IN ('day', 'month', 'year')),
  gender               TEXT NOT NULL CHECK (gender IN ('male', 'female', 'other', 'prefer_not_to_say')),
  phone                TEXT,
  email                TEXT,
  address              TEXT,
  city                 TEXT,
  postal_code          TEXT,
  national_id          TEXT,
  primary_language     TEXT,
  timezone             TEXT,
  blood_group          TEXT,
  notes                TEXT,
  height_cm            REAL CHECK (height_cm > 0),
  weight_kg            REAL CHECK (weight_kg > 0),
  active               INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  created_at           INTEGER NOT NULL,
  updated_at           INTEGER NOT NULL,
  deleted_at           INTEGER
) STRICT;
CREATE INDEX patients_phone ON patients (phone) WHERE phone IS NOT NULL;
CREATE INDEX patients_birth_date ON patients (birth_date) WHERE birth_date IS NOT NULL;
CREATE INDEX patients_record_number ON patients (record_number);

-- Derived: folded names, numbers and sounds of a patient, kept by the triggers whoever writes the row.
CREATE VIRTUAL TABLE patient_search USING fts5 (
  name, numbers, sounds,
  content = '', contentless_delete = 1, prefix = '1 2 3', tokenize = "unicode61 remove_diacritics 2"
);
CREATE TRIGGER patient_search_insert AFTER INSERT ON patients WHEN NEW.deleted_at IS NULL BEGIN
  INSERT INTO patient_search (rowid, name, numbers, sounds)
  VALUES (NEW.rowid, neem_fold(NEW.full_name, NEW.alternate_name), neem_numbers(NEW.record_number, NEW.phone, NEW.birth_date), neem_sounds(NEW.full_name, NEW.alternate_name));
END;
CREATE TRIGGER patient_search_update AFTER UPDATE OF full_name, alternate_name, record_number, phone, birth_date, deleted_at ON patients BEGIN
  DELETE FROM patient_search WHERE rowid = OLD.rowid;
  INSERT INTO patient_search (rowid, name, numbers, sounds)
  SELECT NEW.rowid, neem_fold(NEW.full_name, NEW.alternate_name), neem_numbers(NEW.record_number, NEW.phone, NEW.birth_date), neem_sounds(NEW.full_name, NEW.alternate_name)
  WHERE NEW.deleted_at IS NULL;
END;

CREATE TABLE allergies (
  id             BLOB NOT NULL PRIMARY KEY,
  tenant_id      BLOB NOT NULL REFERENCES tenants (id),
  patient_id     BLOB NOT NULL REFERENCES patients (id),
  substance      TEXT NOT NULL,
  substance_code TEXT,
  severity       TEXT NOT NULL CHECK (severity IN ('mild', 'moderate', 'severe')),
  reaction       TEXT,
  recorded_by    BLOB NOT NULL REFERENCES users (id),
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL,
  deleted_at     INTEGER
) STRICT;
CREATE INDEX allergies_patient ON allergies (patient_id);

CREATE TABLE appointments (
  id              BLOB NOT NULL PRIMARY KEY,
  tenant_id       BLOB NOT NULL REFERENCES tenants (id),
  clinic_id       BLOB NOT NULL REFERENCES clinics (id),
  patient_id      BLOB NOT NULL REFERENCES patients (id),
  provider_id     BLOB NOT NULL REFERENCES providers (id),
  service_id      BLOB REFERENCES services (id),
  scheduled_start INTEGER NOT NULL,
  scheduled_end   INTEGER NOT NULL CHECK (scheduled_end > scheduled_start),
  status          TEXT NOT NULL CHECK (status IN ('requested', 'scheduled', 'confirmed', 'arrived', 'in_progress', 'completed', 'cancelled', 'no_show')),
  channel         TEXT NOT NULL CHECK (channel IN ('walk_in', 'desk', 'phone', 'online')),
  reason          TEXT,
  notes           TEXT,
  created_by      BLOB NOT NULL REFERENCES users (id),
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,
  deleted_at      INTEGER
) STRICT;
CREATE INDEX appointments_clinic_start ON appointments (clinic_id, scheduled_start);
CREATE INDEX appointments_provider_start ON appointments (provider_id, scheduled_start);
CREATE INDEX appointments_patient_start ON appointments (patient_id, scheduled_start DESC);

CREATE TABLE appointment_events (
  id             BLOB NOT NULL PRIMARY KEY,
  tenant_id      BLOB NOT NULL REFERENCES tenants (id),
  appointment_id BLOB NOT NULL REFERENCES appointments (id),
  from_status    TEXT,
  to_status      TEXT NOT NULL,
  note           TEXT,
  user_id        BLOB NOT NULL REFERENCES users (id),
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX appointment_events_appointment ON appointment_events (appointment_id, created_at);

CREATE TABLE queue_tickets (
  id             BLOB NOT NULL PRIMARY KEY,
  tenant_id      BLOB NOT NULL REFERENCES tenants (id),
  clinic_id      BLOB NOT NULL REFERENCES clinics (id),
  day            TEXT NOT NULL,
  lane           TEXT NOT NULL,
  number         INTEGER NOT NULL CHECK (number > 0),
  appointment_id BLOB NOT NULL REFERENCES appointments (id),
  patient_id     BLOB NOT NULL REFERENCES patients (id),
  provider_id    BLOB NOT NULL REFERENCES providers (id),
  status         TEXT NOT NULL CHECK (status IN ('waiting', 'called', 'served', 'left')),
  priority       TEXT CHECK (priority IN ('elderly', 'pregnant', 'urgent')),
  issued_at      INTEGER NOT NULL,
  called_at      INTEGER,
  served_at      INTEGER,
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX queue_tickets_day ON queue_tickets (clinic_id, day, lane, number);
CREATE INDEX queue_tickets_appointment ON queue_tickets (appointment_id);
CREATE INDEX queue_tickets_patient ON queue_tickets (patient_id, day);
CREATE INDEX queue_tickets_provider ON queue_tickets (provider_id, day);

CREATE TABLE consultations (
  id             BLOB NOT NULL PRIMARY KEY,
  tenant_id      BLOB NOT NULL REFERENCES tenants (id),
  clinic_id      BLOB NOT NULL REFERENCES clinics (id),
  appointment_id BLOB NOT NULL REFERENCES appointments (id),
  patient_id     BLOB NOT NULL REFERENCES patients (id),
  provider_id    BLOB NOT NULL REFERENCES providers (id),
  mode           TEXT NOT NULL CHECK (mode IN ('in_person', 'chat', 'audio', 'video', 'ai')),
  complaint      TEXT,
  findings       TEXT,
  diagnosis      TEXT,
  diagnosis_code TEXT,
  started_at     INTEGER NOT NULL,
  ended_at       INTEGER,
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX consultations_patient ON consultations (patient_id, started_at DESC);
CREATE INDEX consultations_provider ON consultations (provider_id, started_at DESC);
CREATE INDEX consultations_appointment ON consultations (appointment_id);

-- Only what was issued is here; a draft is kept in prescription_drafts until then.
CREATE TABLE prescriptions (
  id              BLOB NOT NULL PRIMARY KEY,
  tenant_id       BLOB NOT NULL REFERENCES tenants (id),
  clinic_id       BLOB NOT NULL REFERENCES clinics (id),
  consultation_id BLOB NOT NULL REFERENCES consultations (id),
  patient_id      BLOB NOT NULL REFERENCES patients (id),
  provider_id     BLOB NOT NULL REFERENCES providers (id),
  number          TEXT NOT NULL,
  type            TEXT NOT NULL CHECK (type IN ('allopathic', 'homeopathic', 'ayurvedic')),
  advice          TEXT,
  follow_up_on    TEXT,
  issued_at       INTEGER NOT NULL,
  signed_by       BLOB NOT NULL REFERENCES users (id),
  supersedes_id   BLOB REFERENCES prescriptions (id),
  sheet           TEXT NOT NULL,
  signature       BLOB NOT NULL,
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX prescriptions_patient ON prescriptions (patient_id, issued_at DESC);
CREATE INDEX prescriptions_consultation ON prescriptions (consultation_id);
CREATE INDEX prescriptions_provider ON prescriptions (provider_id, issued_at DESC);
CREATE INDEX prescriptions_supersedes ON prescriptions (supersedes_id) WHERE supersedes_id IS NOT NULL;

CREATE TABLE prescription_items (
  id              BLOB NOT NULL PRIMARY KEY,
  tenant_id       BLOB NOT NULL REFERENCES tenants (id),
  prescription_id BLOB NOT NULL REFERENCES prescriptions (id),
  position        INTEGER NOT NULL CHECK (position > 0),
  medicine        TEXT NOT NULL,
  strength        TEXT NOT NULL,
  form            TEXT NOT NULL,
  dose            TEXT NOT NULL,
  frequency       TEXT NOT NULL,
  route           TEXT NOT NULL,
  duration_days   INTEGER CHECK (duration_days > 0),
  quantity        TEXT NOT NULL,
  instructions    TEXT,
  check_state     TEXT NOT NULL CHECK (check_state IN ('clear', 'stop', 'not_checked')),
  override_reason TEXT,
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX prescription_items_prescription ON prescription_items (prescription_id, position);

CREATE TABLE devices (
  id          BLOB NOT NULL PRIMARY KEY,
  tenant_id   BLOB NOT NULL REFERENCES tenants (id),
  clinic_id   BLOB REFERENCES clinics (id),
  name        TEXT NOT NULL,
  lane        TEXT NOT NULL,
  public_key  BLOB NOT NULL,
  enrolled_at INTEGER NOT NULL,
  revoked_at  INTEGER,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL
) STRICT;
