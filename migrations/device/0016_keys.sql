-- A PC has a new key, and its old one says so: what it signed before is still checked with the old one.
CREATE TABLE key_renewals (
  id         BLOB NOT NULL PRIMARY KEY,
  tenant_id  BLOB NOT NULL REFERENCES tenants (id),
  device_id  BLOB NOT NULL,
  old_key    BLOB NOT NULL,
  new_key    BLOB NOT NULL,
  signature  BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX key_renewals_device ON key_renewals (device_id);

-- The secret key before this one, until the hub has everything that it signed.
ALTER TABLE this_device ADD COLUMN former_key BLOB;

-- The key with which the hub signs what it says about this PC, and its word that the PC was taken out.
ALTER TABLE hub_link ADD COLUMN hub_key BLOB;
ALTER TABLE hub_link ADD COLUMN taken_out TEXT;
