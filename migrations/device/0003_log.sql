-- More that a PC keeps to itself.

-- Derived: which commits changed a row after it was made, for its history.
CREATE TABLE touches (
  row       BLOB NOT NULL,
  commit_id INTEGER NOT NULL,
  PRIMARY KEY (row, commit_id)
) STRICT, WITHOUT ROWID;

-- What a newer version on another PC has written and this one cannot hold yet: kept, counted in the
-- proof, and put in its place when this PC is updated.
CREATE TABLE unknown_values (
  tbl   TEXT NOT NULL,
  row   BLOB NOT NULL,
  col   TEXT NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (tbl, row, col)
) STRICT, WITHOUT ROWID;

CREATE TABLE unknown_commits (
  commit_id INTEGER NOT NULL,
  tbl       TEXT NOT NULL,
  PRIMARY KEY (commit_id, tbl)
) STRICT, WITHOUT ROWID;
