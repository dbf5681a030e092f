-- What a clinic knows of a patient besides the name, and two records that turn out to be one person.

ALTER TABLE patients ADD COLUMN user_id BLOB REFERENCES users (id);
ALTER TABLE patients ADD COLUMN photo_file_id BLOB REFERENCES files (id);
-- The record that was merged into is always the earlier one: however PCs apart merge, no circle can come of it.
ALTER TABLE patients ADD COLUMN merged_into_id BLOB REFERENCES patients (id) CHECK (merged_into_id < id);
ALTER TABLE patients ADD COLUMN erased_at INTEGER;
ALTER TABLE patients ADD COLUMN erased_by BLOB REFERENCES users (id);
-- The highest number of a lane: by the number of digits, then by the digits.
CREATE INDEX patients_last_number ON patients (length(record_number), record_number);
CREATE INDEX patients_email ON patients (email) WHERE email IS NOT NULL;
CREATE INDEX patients_created ON patients (created_at DESC) WHERE deleted_at IS NULL;
CREATE INDEX patients_merged ON patients (merged_into_id) WHERE merged_into_id IS NOT NULL;
CREATE INDEX patients_user ON patients (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX patients_photo ON patients (photo_file_id) WHERE photo_file_id IS NOT NULL;

-- The search index again, with longer beginnings of words: the first four to six digits of a phone number
-- are those of everybody in town, and every number that goes on so would have to be gathered first.
-- Only single words are ever looked for, so it need not know where in a name they stand.
DROP TABLE patient_search;
CREATE VIRTUAL TABLE patient_search USING fts5 (
  name, numbers, sounds,
  content = '', contentless_delete = 1, detail = column, prefix = '1 2 3 4 5 6', tokenize = "unicode61 remove_diacritics 2"
);
INSERT INTO patient_search (rowid, name, numbers, sounds)
SELECT rowid, neem_fold(full_name, alternate_name), neem_numbers(record_number, phone, birth_date), neem_sounds(full_name, alternate_name)
FROM patients WHERE deleted_at IS NULL;
DROP TRIGGER patient_search_update;
CREATE TRIGGER patient_search_update
AFTER UPDATE OF full_name, alternate_name, record_number, phone, birth_date, deleted_at, merged_into_id ON patients BEGIN
  DELETE FROM patient_search WHERE rowid = OLD.rowid;
  INSERT INTO patient_search (rowid, name, numbers, sounds)
  SELECT NEW.rowid, neem_fold(NEW.full_name, NEW.alternate_name), neem_numbers(NEW.record_number, NEW.phone, NEW.birth_date), neem_sounds(NEW.full_name, NEW.alternate_name)
  WHERE NEW.deleted_at IS NULL AND NEW.merged_into_id IS NULL;
END;

-- A dependant is a patient with a record of their own, linked to the one who answers for them.
CREATE TABLE dependants (
  id                     BLOB NOT NULL PRIMARY KEY,
  tenant_id              BLOB NOT NULL REFERENCES tenants (id),
  responsible_patient_id BLOB NOT NULL REFERENCES patients (id),
  patient_id             BLOB NOT NULL REFERENCES patients (id),
  relationship           TEXT NOT NULL CHECK (relationship IN ('child', 'parent', 'spouse', 'sibling', 'grandparent', 'ward', 'other')),
  notes                  TEXT,
  created_at             INTEGER NOT NULL,
  updated_at             INTEGER NOT NULL,
  deleted_at             INTEGER,
  CHECK (patient_id <> responsible_patient_id)
) STRICT;
CREATE INDEX dependants_responsible ON dependants (responsible_patient_id) WHERE deleted_at IS NULL;
CREATE INDEX dependants_patient ON dependants (patient_id) WHERE deleted_at IS NULL;

-- How a patient wishes to be reached. Lists are JSON arrays of text.
CREATE TABLE preferences (
  id         BLOB NOT NULL PRIMARY KEY,
  tenant_id  BLOB NOT NULL REFERENCES tenants (id),
  patient_id BLOB NOT NULL REFERENCES patients (id),
  channels   TEXT NOT NULL,
  languages  TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX preferences_patient ON preferences (patient_id);

-- Each giving and each withdrawing is a row; the latest of a purpose holds.
CREATE TABLE consents (
  id          BLOB NOT NULL PRIMARY KEY,
  tenant_id   BLOB NOT NULL REFERENCES tenants (id),
  patient_id  BLOB NOT NULL REFERENCES patients (id),
  purpose     TEXT NOT NULL CHECK (purpose IN ('treatment', 'teleconsultation', 'data_sharing', 'messages', 'research', 'photography')),
  decision    TEXT NOT NULL CHECK (decision IN ('given', 'withdrawn')),
  given_by    TEXT,
  note        TEXT,
  file_id     BLOB REFERENCES files (id),
  recorded_by BLOB NOT NULL REFERENCES users (id),
  decided_at  INTEGER NOT NULL,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX consents_patient ON consents (patient_id, purpose, decided_at DESC);
CREATE INDEX consents_file ON consents (file_id) WHERE file_id IS NOT NULL;

-- A row without a status is one of a version that had none: it is active.
ALTER TABLE allergies ADD COLUMN status TEXT CHECK (status IN ('active', 'resolved', 'refuted'));
ALTER TABLE allergies ADD COLUMN note TEXT;
ALTER TABLE allergies ADD COLUMN reviewed_by BLOB REFERENCES users (id);
ALTER TABLE allergies ADD COLUMN reviewed_at INTEGER;

CREATE TABLE conditions (
  id          BLOB NOT NULL PRIMARY KEY,
  tenant_id   BLOB NOT NULL REFERENCES tenants (id),
  patient_id  BLOB NOT NULL REFERENCES patients (id),
  name        TEXT NOT NULL,
  code        TEXT,
  status      TEXT NOT NULL CHECK (status IN ('active', 'remission', 'resolved')),
  onset_on    TEXT,
  resolved_on TEXT,
  note        TEXT,
  recorded_by BLOB NOT NULL REFERENCES users (id),
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL,
  deleted_at  INTEGER
) STRICT;
CREATE INDEX conditions_patient ON conditions (patient_id, status) WHERE deleted_at IS NULL;

CREATE TABLE medications (
  id                   BLOB NOT NULL PRIMARY KEY,
  tenant_id            BLOB NOT NULL REFERENCES tenants (id),
  patient_id           BLOB NOT NULL REFERENCES patients (id),
  medicine             TEXT NOT NULL,
  dosage               TEXT,
  frequency            TEXT,
  route                TEXT,
  status               TEXT NOT NULL CHECK (status IN ('active', 'stopped')),
  started_on           TEXT,
  stopped_on           TEXT,
  note                 TEXT,
  prescription_item_id BLOB REFERENCES prescription_items (id),
  recorded_by          BLOB NOT NULL REFERENCES users (id),
  created_at           INTEGER NOT NULL,
  updated_at           INTEGER NOT NULL,
  deleted_at           INTEGER
) STRICT;
CREATE INDEX medications_patient ON medications (patient_id, status) WHERE deleted_at IS NULL;
CREATE INDEX medications_item ON medications (prescription_item_id) WHERE prescription_item_id IS NOT NULL;

-- One measuring. The unit is in the column's name; the limits tell a slip of the finger from a patient.
CREATE TABLE vitals (
  id                BLOB NOT NULL PRIMARY KEY,
  tenant_id         BLOB NOT NULL REFERENCES tenants (id),
  patient_id        BLOB NOT NULL REFERENCES patients (id),
  consultation_id   BLOB REFERENCES consultations (id),
  measured_at       INTEGER NOT NULL,
  systolic_mmhg     INTEGER CHECK (systolic_mmhg BETWEEN 30 AND 320),
  diastolic_mmhg    INTEGER CHECK (diastolic_mmhg BETWEEN 10 AND 220),
  pulse_per_min     INTEGER CHECK (pulse_per_min BETWEEN 10 AND 350),
  breaths_per_min   INTEGER CHECK (breaths_per_min BETWEEN 2 AND 120),
  temperature_c     REAL CHECK (temperature_c BETWEEN 25 AND 45),
  oxygen_percent    INTEGER CHECK (oxygen_percent BETWEEN 30 AND 100),
  glucose_mg_per_dl INTEGER CHECK (glucose_mg_per_dl BETWEEN 5 AND 2000),
  height_cm         REAL CHECK (height_cm BETWEEN 20 AND 280),
  weight_kg         REAL CHECK (weight_kg BETWEEN 0.2 AND 650),
  note              TEXT,
  recorded_by       BLOB NOT NULL REFERENCES users (id),
  created_at        INTEGER NOT NULL,
  updated_at        INTEGER NOT NULL
) STRICT;
CREATE INDEX vitals_patient ON vitals (patient_id, measured_at DESC);
CREATE INDEX vitals_consultation ON vitals (consultation_id) WHERE consultation_id IS NOT NULL;

-- What a merge changed, as JSON, so that undoing it restores exactly that.
CREATE TABLE patient_merges (
  id           BLOB NOT NULL PRIMARY KEY,
  tenant_id    BLOB NOT NULL REFERENCES tenants (id),
  kept_id      BLOB NOT NULL REFERENCES patients (id),
  merged_id    BLOB NOT NULL REFERENCES patients (id),
  before_kept  TEXT NOT NULL,
  after_kept   TEXT NOT NULL,
  merged_by    BLOB NOT NULL REFERENCES users (id),
  undone_by    BLOB REFERENCES users (id),
  undone_at    INTEGER,
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX patient_merges_kept ON patient_merges (kept_id);
CREATE INDEX patient_merges_merged ON patient_merges (merged_id);

-- A person looked at two records and said that they are two people.
CREATE TABLE duplicate_decisions (
  id         BLOB NOT NULL PRIMARY KEY,
  tenant_id  BLOB NOT NULL REFERENCES tenants (id),
  first_id   BLOB NOT NULL REFERENCES patients (id),
  second_id  BLOB NOT NULL REFERENCES patients (id),
  decided_by BLOB NOT NULL REFERENCES users (id),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  CHECK (first_id < second_id)
) STRICT;
CREATE INDEX duplicate_decisions_pair ON duplicate_decisions (first_id, second_id);
CREATE INDEX duplicate_decisions_second ON duplicate_decisions (second_id);

-- Derived: pairs of records that may be one person, found again at any time.
CREATE TABLE possible_duplicates (
  first_id  BLOB NOT NULL,
  second_id BLOB NOT NULL,
  score     REAL NOT NULL,
  agreeing  TEXT NOT NULL,
  found_at  INTEGER NOT NULL,
  PRIMARY KEY (first_id, second_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX possible_duplicates_second ON possible_duplicates (second_id);
CREATE INDEX possible_duplicates_score ON possible_duplicates (score DESC);
-- Patients whose names, dates or numbers changed since pairs were last looked for.
CREATE TABLE duplicate_suspects (
  patient_id BLOB NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;
INSERT INTO duplicate_suspects SELECT id FROM patients WHERE deleted_at IS NULL;
CREATE TRIGGER duplicate_suspects_insert AFTER INSERT ON patients BEGIN
  INSERT OR IGNORE INTO duplicate_suspects VALUES (NEW.id);
END;
CREATE TRIGGER duplicate_suspects_update
AFTER UPDATE OF full_name, alternate_name, phone, birth_date, address, deleted_at, merged_into_id ON patients BEGIN
  INSERT OR IGNORE INTO duplicate_suspects VALUES (NEW.id);
END;
