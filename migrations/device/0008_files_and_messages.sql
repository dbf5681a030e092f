-- Papers and words: files, conversations, notifications, support tickets, and who looked at what.

-- What a file is and whose. Its bytes lie encrypted beside the database, under a name made from their hash.
CREATE TABLE files (
  id             BLOB NOT NULL PRIMARY KEY,
  tenant_id      BLOB NOT NULL REFERENCES tenants (id),
  owner_table    TEXT NOT NULL CHECK (owner_table IN ('patients', 'consultations', 'providers', 'credentials', 'staff_members', 'messages', 'consents', 'tickets', 'tenants')),
  owner_id       BLOB NOT NULL,
  name           TEXT NOT NULL,
  media_type     TEXT NOT NULL,
  size_bytes     INTEGER NOT NULL CHECK (size_bytes >= 0),
  sha256         BLOB NOT NULL CHECK (length(sha256) = 32),
  content_key    BLOB NOT NULL CHECK (length(content_key) = 32),
  extracted_text TEXT,
  uploaded_by    BLOB REFERENCES users (id),
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL,
  deleted_at     INTEGER
) STRICT;
CREATE INDEX files_owner ON files (owner_table, owner_id) WHERE deleted_at IS NULL;
CREATE INDEX files_sha256 ON files (sha256);

CREATE TABLE conversations (
  id              BLOB NOT NULL PRIMARY KEY,
  tenant_id       BLOB NOT NULL REFERENCES tenants (id),
  provider_id     BLOB REFERENCES providers (id),
  patient_id      BLOB NOT NULL REFERENCES patients (id),
  consultation_id BLOB REFERENCES consultations (id),
  subject         TEXT NOT NULL,
  closed_at       INTEGER,
  created_by      BLOB REFERENCES users (id),
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,
  deleted_at      INTEGER
) STRICT;
CREATE INDEX conversations_provider ON conversations (provider_id, updated_at DESC) WHERE provider_id IS NOT NULL;
CREATE INDEX conversations_patient ON conversations (patient_id, updated_at DESC);
CREATE INDEX conversations_consultation ON conversations (consultation_id) WHERE consultation_id IS NOT NULL;

-- Written by a user of the clinic, by the patient, or by neither (the assistant, the system).
CREATE TABLE messages (
  id              BLOB NOT NULL PRIMARY KEY,
  tenant_id       BLOB NOT NULL REFERENCES tenants (id),
  conversation_id BLOB NOT NULL REFERENCES conversations (id),
  sender          TEXT NOT NULL CHECK (sender IN ('staff', 'patient', 'assistant', 'system')),
  user_id         BLOB REFERENCES users (id),
  body            TEXT NOT NULL,
  attachments     TEXT,
  sent_at         INTEGER NOT NULL,
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX messages_conversation ON messages (conversation_id, sent_at);
CREATE INDEX messages_user ON messages (user_id) WHERE user_id IS NOT NULL;

CREATE TABLE message_receipts (
  id         BLOB NOT NULL PRIMARY KEY,
  tenant_id  BLOB NOT NULL REFERENCES tenants (id),
  message_id BLOB NOT NULL REFERENCES messages (id),
  reader     TEXT NOT NULL CHECK (reader IN ('staff', 'patient')),
  user_id    BLOB REFERENCES users (id),
  read_at    INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX message_receipts_message ON message_receipts (message_id, reader);
CREATE INDEX message_receipts_user ON message_receipts (user_id) WHERE user_id IS NOT NULL;

-- The clinic's own words for a notification; without a row the built-in ones are used.
CREATE TABLE notification_templates (
  id         BLOB NOT NULL PRIMARY KEY,
  tenant_id  BLOB NOT NULL REFERENCES tenants (id),
  key        TEXT NOT NULL,
  channel    TEXT NOT NULL CHECK (channel IN ('in_app', 'sms', 'email', 'push', 'whatsapp')),
  language   TEXT NOT NULL,
  subject    TEXT,
  body       TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX notification_templates_key ON notification_templates (key, channel, language) WHERE deleted_at IS NULL;

CREATE TABLE notifications (
  id           BLOB NOT NULL PRIMARY KEY,
  tenant_id    BLOB NOT NULL REFERENCES tenants (id),
  user_id      BLOB REFERENCES users (id),
  patient_id   BLOB REFERENCES patients (id),
  template_key TEXT NOT NULL,
  channel      TEXT NOT NULL CHECK (channel IN ('in_app', 'sms', 'email', 'push', 'whatsapp')),
  status       TEXT NOT NULL CHECK (status IN ('queued', 'sent', 'delivered', 'failed')),
  meta         TEXT,
  deep_link    TEXT,
  sent_at      INTEGER,
  failure      TEXT,
  read_at      INTEGER,
  expires_at   INTEGER,
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  deleted_at   INTEGER,
  CHECK ((user_id IS NULL) <> (patient_id IS NULL))
) STRICT;
CREATE INDEX notifications_user ON notifications (user_id, created_at DESC) WHERE user_id IS NOT NULL;
CREATE INDEX notifications_unread ON notifications (user_id, created_at DESC) WHERE read_at IS NULL AND deleted_at IS NULL;
CREATE INDEX notifications_patient ON notifications (patient_id, created_at DESC) WHERE patient_id IS NOT NULL;
CREATE INDEX notifications_queued ON notifications (channel, created_at) WHERE status = 'queued' AND deleted_at IS NULL;
CREATE INDEX notifications_expiry ON notifications (expires_at) WHERE deleted_at IS NULL AND expires_at IS NOT NULL;

CREATE TABLE tickets (
  id             BLOB NOT NULL PRIMARY KEY,
  tenant_id      BLOB NOT NULL REFERENCES tenants (id),
  number         TEXT NOT NULL,
  subject        TEXT NOT NULL,
  category       TEXT NOT NULL CHECK (category IN ('billing', 'booking', 'clinical', 'technical', 'complaint', 'other')),
  priority       TEXT NOT NULL CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
  status         TEXT NOT NULL CHECK (status IN ('open', 'waiting', 'resolved', 'closed')),
  appointment_id BLOB REFERENCES appointments (id),
  patient_id     BLOB REFERENCES patients (id),
  opened_by      BLOB REFERENCES users (id),
  assigned_to    BLOB REFERENCES users (id),
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL,
  deleted_at     INTEGER
) STRICT;
CREATE INDEX tickets_status ON tickets (status, priority) WHERE deleted_at IS NULL;
CREATE INDEX tickets_number ON tickets (length(number), number);
CREATE INDEX tickets_appointment ON tickets (appointment_id) WHERE appointment_id IS NOT NULL;
CREATE INDEX tickets_patient ON tickets (patient_id) WHERE patient_id IS NOT NULL;
CREATE INDEX tickets_assigned ON tickets (assigned_to) WHERE assigned_to IS NOT NULL;

-- A set: whom a ticket concerns.
CREATE TABLE ticket_participants (
  id         BLOB NOT NULL PRIMARY KEY,
  tenant_id  BLOB NOT NULL REFERENCES tenants (id),
  ticket_id  BLOB NOT NULL REFERENCES tickets (id),
  user_id    BLOB NOT NULL REFERENCES users (id),
  removed_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX ticket_participants_ticket ON ticket_participants (ticket_id) WHERE removed_at IS NULL;
CREATE INDEX ticket_participants_user ON ticket_participants (user_id) WHERE removed_at IS NULL;

CREATE TABLE ticket_events (
  id         BLOB NOT NULL PRIMARY KEY,
  tenant_id  BLOB NOT NULL REFERENCES tenants (id),
  ticket_id  BLOB NOT NULL REFERENCES tickets (id),
  kind       TEXT NOT NULL CHECK (kind IN ('opened', 'comment', 'status', 'priority', 'assigned', 'participant')),
  text       TEXT,
  user_id    BLOB REFERENCES users (id),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX ticket_events_ticket ON ticket_events (ticket_id, created_at);
CREATE INDEX ticket_events_user ON ticket_events (user_id) WHERE user_id IS NOT NULL;

-- What leaves no other row: reading a chart, printing, exporting, erasing. Changes are in the commit
-- log; this table is in it too, and so in the same signed chain.
CREATE TABLE audit_log (
  id          BLOB NOT NULL PRIMARY KEY,
  tenant_id   BLOB NOT NULL REFERENCES tenants (id),
  actor_id    BLOB REFERENCES users (id),
  actor_role  TEXT,
  action      TEXT NOT NULL,
  entity_type TEXT NOT NULL,
  entity_id   BLOB,
  metadata    TEXT,
  device_id   BLOB,
  ip_address  TEXT,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX audit_log_actor ON audit_log (actor_id, created_at DESC) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_log_action ON audit_log (action, created_at DESC);
CREATE INDEX audit_log_entity ON audit_log (entity_type, entity_id, created_at DESC);
CREATE INDEX audit_log_created ON audit_log (created_at DESC);

-- Of two reviews that PCs apart wrote of one visit the earlier counts, here as everywhere.
CREATE VIEW active_doctors AS
SELECT providers.id, providers.tenant_id, user_id, display_name, specialization, registration_number, years_of_experience,
       consultation_fee_minor, (SELECT avg(rating) FROM reviews
        WHERE reviews.provider_id = providers.id AND visible = 1 AND reviews.deleted_at IS NULL
          AND NOT EXISTS (SELECT 1 FROM reviews AS earlier
                          WHERE earlier.appointment_id = reviews.appointment_id AND earlier.visible = 1
                            AND earlier.deleted_at IS NULL AND earlier.id < reviews.id)) AS rating
FROM providers
WHERE approval = 'approved' AND active = 1 AND providers.deleted_at IS NULL;

CREATE VIEW patient_consultation_history AS
SELECT consultations.id AS consultation_id, consultations.patient_id, patients.full_name AS patient_name,
       consultations.provider_id, providers.display_name AS doctor_name, appointments.scheduled_start, appointments.status,
       consultations.mode, complaint AS reason, diagnosis, started_at, ended_at, consultations.created_at
FROM consultations
JOIN appointments ON appointments.id = consultations.appointment_id
JOIN patients ON patients.id = consultations.patient_id
JOIN providers ON providers.id = consultations.provider_id;
