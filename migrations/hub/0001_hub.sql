-- The hub's store in SQLite. Every key begins with the tenant, so that the same shape distributes.

CREATE TABLE hub (
  only   INTEGER PRIMARY KEY CHECK (only = 1),
  id     BLOB NOT NULL,
  epoch  BLOB NOT NULL,
  secret BLOB NOT NULL
) STRICT;

CREATE TABLE tenants (
  id         BLOB NOT NULL PRIMARY KEY,
  hub_seq    INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Only the hash of a code is kept: who reads the database cannot enrol with it.
CREATE TABLE enrolment_codes (
  code_hash  BLOB NOT NULL PRIMARY KEY,
  tenant     BLOB REFERENCES tenants (id),
  expires_at INTEGER NOT NULL,
  used_at    INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE devices (
  tenant      BLOB NOT NULL REFERENCES tenants (id),
  id          BLOB NOT NULL UNIQUE,
  public_key  BLOB NOT NULL,
  name        TEXT NOT NULL,
  lane        TEXT NOT NULL,
  enrolled_at INTEGER NOT NULL,
  revoked_at  INTEGER,
  last_seen   INTEGER,
  pulled      INTEGER NOT NULL DEFAULT 0,
  app_version TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE commits (
  tenant      BLOB NOT NULL,
  hub_seq     INTEGER NOT NULL,
  device      BLOB NOT NULL,
  incarnation INTEGER NOT NULL,
  seq         INTEGER NOT NULL,
  hash        BLOB NOT NULL,
  signature   BLOB NOT NULL,
  hlc         INTEGER NOT NULL,
  body        BLOB NOT NULL,
  received_at INTEGER NOT NULL,
  PRIMARY KEY (tenant, hub_seq)
) STRICT;
CREATE UNIQUE INDEX commits_origin ON commits (tenant, device, incarnation, seq);

-- The clinic's rows as they stand, of whatever table, also of one that this version does not know.
CREATE TABLE rows (
  tenant BLOB NOT NULL,
  tbl    TEXT NOT NULL,
  row    BLOB NOT NULL,
  state  BLOB NOT NULL,
  PRIMARY KEY (tenant, tbl, row)
) STRICT, WITHOUT ROWID;

CREATE TABLE digests (
  tenant BLOB NOT NULL,
  tbl    TEXT NOT NULL,
  bucket INTEGER NOT NULL,
  sum    BLOB NOT NULL,
  rows   INTEGER NOT NULL,
  PRIMARY KEY (tenant, tbl, bucket)
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (
  tenant      BLOB NOT NULL,
  device      BLOB NOT NULL,
  incarnation INTEGER NOT NULL,
  seq         INTEGER NOT NULL,
  hash        BLOB NOT NULL,
  reason      TEXT NOT NULL,
  body        BLOB NOT NULL,
  received_at INTEGER NOT NULL,
  PRIMARY KEY (tenant, device, incarnation, seq, hash)
) STRICT, WITHOUT ROWID;
