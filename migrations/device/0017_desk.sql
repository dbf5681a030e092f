-- The desk through a power cut: slips printed ahead, and what was written on them entered afterwards.

-- A blank slip: its number in this lane is given to nobody else until the slip is entered or thrown away.
CREATE TABLE paper_slips (
  id         BLOB NOT NULL PRIMARY KEY,
  tenant_id  BLOB NOT NULL REFERENCES tenants (id),
  clinic_id  BLOB NOT NULL REFERENCES clinics (id),
  batch      BLOB NOT NULL,
  lane       TEXT NOT NULL,
  number     INTEGER NOT NULL CHECK (number > 0),
  made_by    BLOB NOT NULL REFERENCES users (id),
  ticket_id  BLOB REFERENCES queue_tickets (id),
  voided_at  INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX paper_slips_open ON paper_slips (clinic_id, lane, number) WHERE ticket_id IS NULL AND voided_at IS NULL;
CREATE INDEX paper_slips_batch ON paper_slips (batch, number);
CREATE INDEX paper_slips_ticket ON paper_slips (ticket_id) WHERE ticket_id IS NOT NULL;

-- Set on a ticket that was written on paper first: `issued_at` is then the time on the slip.
ALTER TABLE queue_tickets ADD COLUMN entered_at INTEGER;
-- Whether the queue board shows a first name beside a number; empty is no.
ALTER TABLE clinics ADD COLUMN board_names INTEGER CHECK (board_names IN (0, 1));

-- The printer of slips, chosen on this PC for this PC.
CREATE TABLE slip_printing (
  only    INTEGER PRIMARY KEY CHECK (only = 1),
  printer TEXT,
  paper   TEXT NOT NULL CHECK (paper IN ('roll', 'a4'))
) STRICT;
