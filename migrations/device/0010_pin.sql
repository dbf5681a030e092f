-- SHA-256 of the public key that the hub showed when this PC joined; none where the hub has no TLS of its own.
ALTER TABLE hub_link ADD COLUMN pin BLOB;
