-- What became of every sync, on this PC alone. Several by themselves that ended alike and moved
-- nothing are one row, so that a quiet night is not a thousand.
CREATE TABLE sync_runs (
  id             INTEGER PRIMARY KEY,
  started_at     INTEGER NOT NULL,
  finished_at    INTEGER NOT NULL,
  duration_ms    INTEGER NOT NULL,
  times          INTEGER NOT NULL,
  by_hand        INTEGER NOT NULL CHECK (by_hand IN (0, 1)),
  outcome        TEXT NOT NULL CHECK (outcome IN ('identical', 'differs', 'unproven', 'stopped', 'failed')),
  error          TEXT,
  sent           INTEGER NOT NULL,
  received       INTEGER NOT NULL,
  bytes_sent     INTEGER NOT NULL,
  bytes_received INTEGER NOT NULL,
  records        INTEGER,
  repaired       INTEGER NOT NULL,
  CHECK ((outcome = 'failed') = (error IS NOT NULL))
) STRICT;
