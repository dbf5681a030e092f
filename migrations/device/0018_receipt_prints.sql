-- Receipts are marked as printed again too. A CHECK cannot be changed in place.
CREATE TABLE prints_with_receipts (
  document   BLOB NOT NULL,
  kind       TEXT NOT NULL CHECK (kind IN ('slip', 'prescription', 'receipt')),
  printed_at INTEGER NOT NULL,
  user_id    BLOB NOT NULL,
  PRIMARY KEY (document, printed_at)
) STRICT, WITHOUT ROWID;
INSERT INTO prints_with_receipts SELECT document, kind, printed_at, user_id FROM prints;
DROP TABLE prints;
ALTER TABLE prints_with_receipts RENAME TO prints;
