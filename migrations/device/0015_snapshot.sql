-- A snapshot on its way from the hub: kept here, so that it goes on after a cut or a restart. None of it replicates.

CREATE TABLE snapshot (
  only      INTEGER PRIMARY KEY CHECK (only = 1),
  -- Which life of the hub it comes from.
  epoch     BLOB NOT NULL,
  -- The hub's number that the first part is of; everything behind it is fetched as commits.
  hub_seq   INTEGER NOT NULL,
  -- First the records, then the log from before `hub_seq`.
  stage     TEXT NOT NULL CHECK (stage IN ('records', 'log')),
  -- How far the older log has been fetched, in the hub's numbers.
  log_after INTEGER NOT NULL,
  -- Places in `commits` kept free for the older log: from `next_id` to `reserved`.
  next_id   INTEGER NOT NULL,
  reserved  INTEGER NOT NULL
) STRICT;

CREATE TABLE snapshot_tables (
  tbl   TEXT NOT NULL PRIMARY KEY,
  -- At the hub, when the snapshot began.
  rows  INTEGER NOT NULL,
  taken INTEGER NOT NULL,
  done  INTEGER NOT NULL CHECK (done IN (0, 1))
) STRICT, WITHOUT ROWID;

-- Rows behind the chunk before and up to `last` stand as the hub had them at `hub_seq`.
CREATE TABLE snapshot_chunks (
  tbl     TEXT NOT NULL,
  last    BLOB NOT NULL,
  hub_seq INTEGER NOT NULL,
  PRIMARY KEY (tbl, last)
) STRICT, WITHOUT ROWID;

-- The last commit of every origin whose effects are in the snapshot.
CREATE TABLE snapshot_origins (
  device      BLOB NOT NULL,
  incarnation INTEGER NOT NULL,
  seq         INTEGER NOT NULL,
  hash        BLOB NOT NULL,
  PRIMARY KEY (device, incarnation)
) STRICT, WITHOUT ROWID;

-- Rows of tables that only a newer version has, as the hub keeps them, until this PC is updated.
CREATE TABLE newer_rows (
  tbl   TEXT NOT NULL,
  row   BLOB NOT NULL,
  state BLOB NOT NULL,
  PRIMARY KEY (tbl, row)
) STRICT, WITHOUT ROWID;
