-- What a PC keeps to itself: who it is, its commit log, and what merging needs. None of it replicates.

-- Which capture triggers the file has, as the hash of their text.
CREATE TABLE captures (fingerprint TEXT NOT NULL) STRICT;

CREATE TABLE this_device (
  only        INTEGER PRIMARY KEY CHECK (only = 1),
  device_id   BLOB NOT NULL,
  incarnation INTEGER NOT NULL,
  tenant_id   BLOB NOT NULL,
  clinic_id   BLOB,
  name        TEXT NOT NULL,
  lane        TEXT NOT NULL,
  demo        INTEGER NOT NULL CHECK (demo IN (0, 1)),
  secret_key  BLOB NOT NULL,
  seq         INTEGER NOT NULL,
  head_hash   BLOB NOT NULL,
  hlc         INTEGER NOT NULL
) STRICT;

CREATE TABLE hub_link (
  only         INTEGER PRIMARY KEY CHECK (only = 1),
  address      TEXT NOT NULL,
  hub_id       BLOB NOT NULL,
  epoch        BLOB NOT NULL,
  pulled       INTEGER NOT NULL,
  last_sync_at INTEGER,
  last_report  TEXT
) STRICT;

-- The log of every commit known here, this PC's own and the pulled ones: also the audit trail.
CREATE TABLE commits (
  id          INTEGER PRIMARY KEY,
  device      BLOB NOT NULL,
  incarnation INTEGER NOT NULL,
  seq         INTEGER NOT NULL,
  hash        BLOB NOT NULL,
  signature   BLOB NOT NULL,
  hlc         INTEGER NOT NULL,
  hub_seq     INTEGER,
  body        BLOB NOT NULL,
  UNIQUE (device, incarnation, seq)
) STRICT;
CREATE INDEX commits_waiting ON commits (device, incarnation, seq) WHERE hub_seq IS NULL;

-- The writes of a field group that no other write has superseded. No row: the value as inserted.
CREATE TABLE heads (
  tbl         TEXT NOT NULL,
  row         BLOB NOT NULL,
  grp         TEXT NOT NULL,
  device      BLOB NOT NULL,
  incarnation INTEGER NOT NULL,
  seq         INTEGER NOT NULL,
  hlc         INTEGER NOT NULL,
  fields      BLOB NOT NULL,
  PRIMARY KEY (tbl, row, grp, device, incarnation, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE digests (
  tbl    TEXT NOT NULL,
  bucket INTEGER NOT NULL CHECK (bucket BETWEEN 0 AND 255),
  sum    BLOB NOT NULL,
  rows   INTEGER NOT NULL,
  PRIMARY KEY (tbl, bucket)
) STRICT, WITHOUT ROWID;

-- Derived on every replica from the same commits, hence with the same ids everywhere.
CREATE TABLE conflicts (
  id          BLOB NOT NULL PRIMARY KEY,
  kind        TEXT NOT NULL CHECK (kind IN ('booked_twice', 'fields', 'status')),
  tbl         TEXT NOT NULL,
  row         BLOB NOT NULL,
  other       BLOB,
  grp         TEXT,
  detected_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX conflicts_row ON conflicts (row);
CREATE INDEX conflicts_other ON conflicts (other);

CREATE TABLE quarantine (
  device      BLOB NOT NULL,
  incarnation INTEGER NOT NULL,
  seq         INTEGER NOT NULL,
  reason      TEXT NOT NULL,
  body        BLOB NOT NULL,
  at          INTEGER NOT NULL,
  PRIMARY KEY (device, incarnation, seq)
) STRICT, WITHOUT ROWID;

-- Failed sign-ins count on this PC alone: they hold off a guesser here and must survive a restart.
CREATE TABLE sign_in_throttle (
  user_id         BLOB NOT NULL PRIMARY KEY,
  failed_attempts INTEGER NOT NULL,
  locked_until    INTEGER,
  last_login_at   INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE prescription_drafts (
  consultation_id BLOB NOT NULL PRIMARY KEY,
  draft           TEXT NOT NULL,
  saved_at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE prints (
  document   BLOB NOT NULL,
  kind       TEXT NOT NULL CHECK (kind IN ('slip', 'prescription')),
  printed_at INTEGER NOT NULL,
  user_id    BLOB NOT NULL,
  PRIMARY KEY (document, printed_at)
) STRICT, WITHOUT ROWID;
