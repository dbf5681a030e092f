-- What the proof found to differ from the hub and was put right, with what stood here before. Never leaves the PC.
CREATE TABLE repairs (
  id     INTEGER PRIMARY KEY,
  at     INTEGER NOT NULL,
  tbl    TEXT NOT NULL,
  row    BLOB NOT NULL,
  kind   TEXT NOT NULL CHECK (kind IN ('differed', 'missing', 'unknown')),
  before BLOB
) STRICT;
