-- The hub's store in PostgreSQL: the shapes of the SQLite one. Every key of a clinic's data begins with
-- the tenant, so that the tables can be distributed by it; `hub`, `enrolment_codes` and `device_tenants`
-- are small and asked before the tenant is known.

CREATE TABLE hub (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  id     uuid NOT NULL,
  epoch  uuid NOT NULL,
  secret bytea NOT NULL
);

CREATE TABLE tenants (
  id         uuid PRIMARY KEY,
  hub_seq    bigint NOT NULL,
  created_at bigint NOT NULL
) WITH (fillfactor = 50);

-- Only the hash of a code is kept: who reads the database cannot enrol with it.
CREATE TABLE enrolment_codes (
  code_hash  bytea PRIMARY KEY,
  tenant     uuid,
  expires_at bigint NOT NULL,
  used_at    bigint
);

-- A PC is in one clinic.
CREATE TABLE device_tenants (
  device uuid PRIMARY KEY,
  tenant uuid NOT NULL
);

CREATE TABLE devices (
  tenant      uuid NOT NULL REFERENCES tenants (id),
  id          uuid NOT NULL,
  public_key  bytea NOT NULL,
  name        text NOT NULL,
  lane        text COLLATE "C" NOT NULL,
  enrolled_at bigint NOT NULL,
  revoked_at  bigint,
  last_seen   bigint,
  pulled      bigint NOT NULL DEFAULT 0,
  app_version text NOT NULL,
  PRIMARY KEY (tenant, id)
) WITH (fillfactor = 50);

CREATE TABLE commits (
  tenant      uuid NOT NULL,
  hub_seq     bigint NOT NULL,
  device      uuid NOT NULL,
  incarnation bigint NOT NULL,
  seq         bigint NOT NULL,
  hash        bytea NOT NULL,
  signature   bytea NOT NULL,
  hlc         bigint NOT NULL,
  body        bytea NOT NULL,
  received_at bigint NOT NULL,
  PRIMARY KEY (tenant, hub_seq)
);
CREATE UNIQUE INDEX commits_origin ON commits (tenant, device, incarnation, seq);

-- The clinic's rows as they stand, of whatever table, also of one that this version does not know.
CREATE TABLE rows (
  tenant uuid NOT NULL,
  tbl    text COLLATE "C" NOT NULL,
  id     uuid NOT NULL,
  state  bytea NOT NULL,
  PRIMARY KEY (tenant, tbl, id)
);

-- Bucket -1 is the table's total, so that the proof after every sync reads a line for each table and not
-- one for each bucket.
CREATE TABLE digests (
  tenant uuid NOT NULL,
  bucket smallint NOT NULL,
  tbl    text COLLATE "C" NOT NULL,
  sum    bytea NOT NULL,
  rows   bigint NOT NULL,
  PRIMARY KEY (tenant, bucket, tbl)
) WITH (fillfactor = 50);

CREATE TABLE quarantine (
  tenant      uuid NOT NULL,
  device      uuid NOT NULL,
  incarnation bigint NOT NULL,
  seq         bigint NOT NULL,
  hash        bytea NOT NULL,
  reason      text NOT NULL,
  body        bytea NOT NULL,
  received_at bigint NOT NULL,
  PRIMARY KEY (tenant, device, incarnation, seq, hash)
);
