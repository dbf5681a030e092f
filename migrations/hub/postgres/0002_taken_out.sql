-- How a PC was taken out and by whom (none: by the operator); when it was told to lock its data.
ALTER TABLE devices ADD COLUMN way_out text CHECK (way_out IN ('drain', 'hard'));
ALTER TABLE devices ADD COLUMN revoked_by uuid;
ALTER TABLE devices ADD COLUMN locked_at bigint;
-- The key that its commits carry, while it is another than the one it signs in with.
ALTER TABLE devices ADD COLUMN log_key bytea;
ALTER TABLE devices ADD COLUMN renewal_asked_at bigint;
-- Its last commit, as it said when it was last heard: what of it is not here, it owes.
ALTER TABLE devices ADD COLUMN life bigint;
ALTER TABLE devices ADD COLUMN last_seq bigint;
-- A code that lets one PC in again, and no other.
ALTER TABLE enrolment_codes ADD COLUMN device uuid;
