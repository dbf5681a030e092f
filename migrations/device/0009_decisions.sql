-- What a person decided about a conflict; the decision itself is an ordinary write of the row concerned.
CREATE TABLE conflict_decisions (
  id          BLOB NOT NULL PRIMARY KEY,
  tenant_id   BLOB NOT NULL REFERENCES tenants (id),
  conflict_id BLOB NOT NULL,
  kind        TEXT NOT NULL,
  outcome     TEXT NOT NULL CHECK (outcome IN ('one', 'both', 'moved', 'dismissed')),
  title       TEXT NOT NULL,
  kept        TEXT,
  about       TEXT,
  decided_by  BLOB NOT NULL REFERENCES users (id),
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX conflict_decisions_conflict ON conflict_decisions (conflict_id);
CREATE INDEX conflict_decisions_created ON conflict_decisions (created_at DESC);
