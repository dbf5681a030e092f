-- When doctors can be seen, who waits for a time, and what happened longer than a year ago.

-- A week's pattern of one doctor at one site, or, with an RRULE (RFC 5545), some weeks or days only.
CREATE TABLE availability_templates (
  id                    BLOB NOT NULL PRIMARY KEY,
  tenant_id             BLOB NOT NULL REFERENCES tenants (id),
  provider_id           BLOB NOT NULL REFERENCES providers (id),
  clinic_id             BLOB NOT NULL REFERENCES clinics (id),
  slot_duration_minutes INTEGER NOT NULL CHECK (slot_duration_minutes BETWEEN 5 AND 480),
  buffer_minutes        INTEGER NOT NULL DEFAULT 0 CHECK (buffer_minutes BETWEEN 0 AND 240),
  capacity              INTEGER NOT NULL DEFAULT 1 CHECK (capacity BETWEEN 1 AND 100),
  valid_from            TEXT NOT NULL,
  valid_to              TEXT,
  recurrence            TEXT,
  created_at            INTEGER NOT NULL,
  updated_at            INTEGER NOT NULL,
  deleted_at            INTEGER
) STRICT;
CREATE INDEX availability_templates_provider ON availability_templates (provider_id, clinic_id) WHERE deleted_at IS NULL;
CREATE INDEX availability_templates_clinic ON availability_templates (clinic_id) WHERE deleted_at IS NULL;

-- Weekday as in ISO 8601 (1 is Monday); local times of the site as `HH:MM`.
CREATE TABLE template_slots (
  id          BLOB NOT NULL PRIMARY KEY,
  tenant_id   BLOB NOT NULL REFERENCES tenants (id),
  template_id BLOB NOT NULL REFERENCES availability_templates (id),
  weekday     INTEGER NOT NULL CHECK (weekday BETWEEN 1 AND 7),
  start_time  TEXT NOT NULL CHECK (start_time GLOB '[0-2][0-9]:[0-5][0-9]'),
  end_time    TEXT NOT NULL CHECK (end_time GLOB '[0-2][0-9]:[0-5][0-9]'),
  mode        TEXT NOT NULL CHECK (mode IN ('in_person', 'chat', 'audio', 'video')),
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL,
  deleted_at  INTEGER
) STRICT;
CREATE INDEX template_slots_template ON template_slots (template_id, weekday) WHERE deleted_at IS NULL;

-- No provider: the whole site is closed. No site: the provider is away everywhere.
CREATE TABLE time_off (
  id          BLOB NOT NULL PRIMARY KEY,
  tenant_id   BLOB NOT NULL REFERENCES tenants (id),
  provider_id BLOB REFERENCES providers (id),
  clinic_id   BLOB REFERENCES clinics (id),
  kind        TEXT NOT NULL CHECK (kind IN ('leave', 'holiday', 'blocked')),
  starts_at   INTEGER NOT NULL,
  ends_at     INTEGER NOT NULL CHECK (ends_at > starts_at),
  reason      TEXT,
  created_by  BLOB NOT NULL REFERENCES users (id),
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL,
  deleted_at  INTEGER,
  CHECK (provider_id IS NOT NULL OR clinic_id IS NOT NULL)
) STRICT;
CREATE INDEX time_off_provider ON time_off (provider_id, ends_at) WHERE deleted_at IS NULL;
CREATE INDEX time_off_clinic ON time_off (clinic_id, ends_at) WHERE deleted_at IS NULL;

-- Derived from templates, time off and appointments by every PC for itself, with ids that come out
-- the same everywhere; so two PCs that look ahead while apart make no slot twice.
CREATE TABLE slots (
  id          BLOB NOT NULL PRIMARY KEY,
  provider_id BLOB NOT NULL,
  clinic_id   BLOB NOT NULL,
  template_id BLOB NOT NULL,
  starts_at   INTEGER NOT NULL,
  ends_at     INTEGER NOT NULL CHECK (ends_at > starts_at),
  mode        TEXT NOT NULL,
  status      TEXT NOT NULL CHECK (status IN ('available', 'booked', 'blocked')),
  capacity    INTEGER NOT NULL,
  taken       INTEGER NOT NULL,
  UNIQUE (provider_id, starts_at, ends_at, clinic_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX slots_free ON slots (provider_id, starts_at) WHERE status = 'available';
CREATE INDEX slots_time ON slots (starts_at, ends_at);
CREATE INDEX slots_template ON slots (template_id, starts_at);

ALTER TABLE appointments ADD COLUMN timezone TEXT;
ALTER TABLE appointments ADD COLUMN slot_id BLOB;
ALTER TABLE appointments ADD COLUMN capacity INTEGER CHECK (capacity BETWEEN 1 AND 100);
ALTER TABLE appointments ADD COLUMN mode TEXT CHECK (mode IN ('in_person', 'chat', 'audio', 'video'));
-- A doctor's appointments in the order of time, with all that says whether they claim it: who asks for
-- free times reads no appointment at all. The condition stands in the same words in every query.
DROP INDEX appointments_provider_start;
CREATE INDEX appointments_provider_start ON appointments (
  provider_id, scheduled_start, scheduled_end,
  (channel <> 'walk_in' AND status NOT IN ('cancelled', 'no_show') AND deleted_at IS NULL), coalesce(capacity, 1), id
);
CREATE INDEX appointments_service ON appointments (service_id) WHERE service_id IS NOT NULL;
CREATE INDEX appointments_status ON appointments (status, scheduled_start) WHERE deleted_at IS NULL;
CREATE INDEX appointments_channel ON appointments (channel, created_at DESC) WHERE channel IN ('walk_in', 'online');
CREATE INDEX appointments_slot ON appointments (slot_id) WHERE slot_id IS NOT NULL;

CREATE TABLE waitlist (
  id             BLOB NOT NULL PRIMARY KEY,
  tenant_id      BLOB NOT NULL REFERENCES tenants (id),
  clinic_id      BLOB NOT NULL REFERENCES clinics (id),
  patient_id     BLOB NOT NULL REFERENCES patients (id),
  provider_id    BLOB REFERENCES providers (id),
  service_id     BLOB REFERENCES services (id),
  desired_from   INTEGER NOT NULL,
  desired_to     INTEGER NOT NULL CHECK (desired_to > desired_from),
  status         TEXT NOT NULL CHECK (status IN ('waiting', 'offered', 'booked', 'expired', 'cancelled')),
  note           TEXT,
  offered_start  INTEGER,
  offered_at     INTEGER,
  appointment_id BLOB REFERENCES appointments (id),
  created_by     BLOB NOT NULL REFERENCES users (id),
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX waitlist_provider ON waitlist (provider_id, status);
CREATE INDEX waitlist_clinic ON waitlist (clinic_id, desired_from) WHERE status IN ('waiting', 'offered');
CREATE INDEX waitlist_patient ON waitlist (patient_id);
CREATE INDEX waitlist_service ON waitlist (service_id) WHERE service_id IS NOT NULL;
CREATE INDEX waitlist_appointment ON waitlist (appointment_id) WHERE appointment_id IS NOT NULL;

ALTER TABLE queue_tickets ADD COLUMN priority_reason TEXT;
ALTER TABLE queue_tickets ADD COLUMN skipped_at INTEGER;

-- Derived: visits that ended longer than a year ago, out of the everyday lists but found by their words.
CREATE TABLE archived_visits (
  id          INTEGER PRIMARY KEY,
  appointment BLOB NOT NULL UNIQUE,
  patient_id  BLOB NOT NULL,
  ended_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX archived_visits_patient ON archived_visits (patient_id, ended_at DESC);
CREATE VIRTUAL TABLE archived_visit_search USING fts5 (
  words, content = '', contentless_delete = 1, prefix = '2 3', tokenize = "unicode61 remove_diacritics 2"
);
