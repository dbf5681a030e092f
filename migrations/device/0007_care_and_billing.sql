-- What a visit costs, what was said of it afterwards, and medicines of every school.

ALTER TABLE consultations ADD COLUMN symptoms TEXT;
ALTER TABLE consultations ADD COLUMN diagnosis_codes TEXT;
CREATE INDEX consultations_clinic ON consultations (clinic_id, started_at DESC);
CREATE INDEX consultations_running ON consultations (provider_id) WHERE ended_at IS NULL;
CREATE INDEX consultations_created ON consultations (created_at DESC);

ALTER TABLE prescription_items ADD COLUMN potency TEXT;
ALTER TABLE prescription_items ADD COLUMN vehicle TEXT;
CREATE INDEX prescriptions_clinic ON prescriptions (clinic_id, issued_at DESC);
CREATE INDEX prescriptions_number ON prescriptions (number);

-- The clinic's own medicines, beside the list that Neem ships with.
CREATE TABLE formulary (
  id         BLOB NOT NULL PRIMARY KEY,
  tenant_id  BLOB NOT NULL REFERENCES tenants (id),
  name       TEXT NOT NULL,
  class      TEXT,
  type       TEXT NOT NULL CHECK (type IN ('allopathic', 'homeopathic', 'ayurvedic')),
  strength   TEXT,
  form       TEXT,
  route      TEXT,
  potency    TEXT,
  active     INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX formulary_name ON formulary (name) WHERE active = 1 AND deleted_at IS NULL;

CREATE TABLE reviews (
  id             BLOB NOT NULL PRIMARY KEY,
  tenant_id      BLOB NOT NULL REFERENCES tenants (id),
  provider_id    BLOB NOT NULL REFERENCES providers (id),
  patient_id     BLOB NOT NULL REFERENCES patients (id),
  appointment_id BLOB NOT NULL REFERENCES appointments (id),
  rating         INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 5),
  text           TEXT,
  visible        INTEGER NOT NULL CHECK (visible IN (0, 1)),
  moderated_by   BLOB REFERENCES users (id),
  moderated_at   INTEGER,
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL,
  deleted_at     INTEGER
) STRICT;
CREATE INDEX reviews_provider ON reviews (provider_id, visible, rating) WHERE deleted_at IS NULL;
CREATE INDEX reviews_patient ON reviews (patient_id);
CREATE INDEX reviews_appointment ON reviews (appointment_id);
CREATE INDEX reviews_waiting ON reviews (created_at) WHERE moderated_at IS NULL AND deleted_at IS NULL;

CREATE TABLE invoices (
  id             BLOB NOT NULL PRIMARY KEY,
  tenant_id      BLOB NOT NULL REFERENCES tenants (id),
  clinic_id      BLOB NOT NULL REFERENCES clinics (id),
  patient_id     BLOB NOT NULL REFERENCES patients (id),
  appointment_id BLOB REFERENCES appointments (id),
  number         TEXT NOT NULL,
  status         TEXT NOT NULL CHECK (status IN ('issued', 'void')),
  currency       TEXT NOT NULL CHECK (length(currency) = 3),
  issued_at      INTEGER NOT NULL,
  due_on         TEXT,
  note           TEXT,
  void_reason    TEXT,
  issued_by      BLOB NOT NULL REFERENCES users (id),
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX invoices_patient ON invoices (patient_id, issued_at DESC);
CREATE INDEX invoices_appointment ON invoices (appointment_id) WHERE appointment_id IS NOT NULL;
CREATE INDEX invoices_clinic ON invoices (clinic_id, issued_at DESC);
-- The highest number behind a prefix: by the number of digits, then by the digits.
CREATE INDEX invoices_number ON invoices (length(number), number);

CREATE TABLE invoice_lines (
  id               BLOB NOT NULL PRIMARY KEY,
  tenant_id        BLOB NOT NULL REFERENCES tenants (id),
  invoice_id       BLOB NOT NULL REFERENCES invoices (id),
  position         INTEGER NOT NULL CHECK (position > 0),
  service_id       BLOB REFERENCES services (id),
  description      TEXT NOT NULL,
  quantity         INTEGER NOT NULL CHECK (quantity > 0),
  unit_price_minor INTEGER NOT NULL CHECK (unit_price_minor >= 0),
  discount_minor   INTEGER NOT NULL DEFAULT 0 CHECK (discount_minor >= 0),
  tax_minor        INTEGER NOT NULL DEFAULT 0 CHECK (tax_minor >= 0),
  created_at       INTEGER NOT NULL,
  updated_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX invoice_lines_invoice ON invoice_lines (invoice_id, position);
CREATE INDEX invoice_lines_service ON invoice_lines (service_id) WHERE service_id IS NOT NULL;

-- Money that came or went. The amount never changes; only whether it succeeded does.
CREATE TABLE payments (
  id                    BLOB NOT NULL PRIMARY KEY,
  tenant_id             BLOB NOT NULL REFERENCES tenants (id),
  clinic_id             BLOB NOT NULL REFERENCES clinics (id),
  patient_id            BLOB NOT NULL REFERENCES patients (id),
  invoice_id            BLOB REFERENCES invoices (id),
  appointment_id        BLOB REFERENCES appointments (id),
  kind                  TEXT NOT NULL CHECK (kind IN ('payment', 'deposit', 'refund')),
  amount_minor          INTEGER NOT NULL CHECK (amount_minor > 0),
  currency              TEXT NOT NULL CHECK (length(currency) = 3),
  method                TEXT NOT NULL CHECK (method IN ('cash', 'card', 'bank_transfer', 'mobile_money', 'online', 'insurance', 'other')),
  status                TEXT NOT NULL CHECK (status IN ('initiated', 'success', 'failed')),
  provider              TEXT,
  transaction_reference TEXT,
  failure               TEXT,
  refund_of_id          BLOB REFERENCES payments (id),
  cash_session_id       BLOB REFERENCES cash_sessions (id),
  receipt_number        TEXT,
  note                  TEXT,
  received_by           BLOB REFERENCES users (id),
  received_at           INTEGER NOT NULL,
  settled_at            INTEGER,
  created_at            INTEGER NOT NULL,
  updated_at            INTEGER NOT NULL,
  CHECK ((kind = 'refund') = (refund_of_id IS NOT NULL))
) STRICT;
CREATE INDEX payments_invoice ON payments (invoice_id) WHERE invoice_id IS NOT NULL;
CREATE INDEX payments_appointment ON payments (appointment_id) WHERE appointment_id IS NOT NULL;
CREATE INDEX payments_patient ON payments (patient_id, received_at DESC);
CREATE INDEX payments_clinic ON payments (clinic_id, received_at DESC);
CREATE INDEX payments_status ON payments (status, created_at);
CREATE INDEX payments_created ON payments (created_at);
CREATE INDEX payments_reference ON payments (transaction_reference) WHERE transaction_reference IS NOT NULL;
CREATE INDEX payments_receipt ON payments (length(receipt_number), receipt_number) WHERE receipt_number IS NOT NULL;
CREATE INDEX payments_refund_of ON payments (refund_of_id) WHERE refund_of_id IS NOT NULL;
CREATE INDEX payments_cash_session ON payments (cash_session_id) WHERE cash_session_id IS NOT NULL;

-- A till from opening to counting. What should be in it is derived.
CREATE TABLE cash_sessions (
  id                  BLOB NOT NULL PRIMARY KEY,
  tenant_id           BLOB NOT NULL REFERENCES tenants (id),
  clinic_id           BLOB NOT NULL REFERENCES clinics (id),
  device_id           BLOB NOT NULL REFERENCES devices (id),
  currency            TEXT NOT NULL CHECK (length(currency) = 3),
  opened_by           BLOB NOT NULL REFERENCES users (id),
  opened_at           INTEGER NOT NULL,
  opening_float_minor INTEGER NOT NULL CHECK (opening_float_minor >= 0),
  closed_by           BLOB REFERENCES users (id),
  closed_at           INTEGER,
  counted_minor       INTEGER CHECK (counted_minor >= 0),
  note                TEXT,
  created_at          INTEGER NOT NULL,
  updated_at          INTEGER NOT NULL
) STRICT;
CREATE INDEX cash_sessions_device ON cash_sessions (device_id, opened_at DESC);
CREATE INDEX cash_sessions_clinic ON cash_sessions (clinic_id, opened_at DESC);

-- Local: an action pressed twice is done once, and answers the same.
CREATE TABLE idempotency_keys (
  key          TEXT NOT NULL PRIMARY KEY,
  user_id      BLOB,
  method       TEXT NOT NULL,
  path         TEXT NOT NULL,
  request_hash BLOB NOT NULL,
  response     TEXT NOT NULL,
  status_code  INTEGER NOT NULL,
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);
CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);
