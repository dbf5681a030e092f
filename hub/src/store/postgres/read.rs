//! The questions, in PostgreSQL's words.

use neem_core::sync::commit::Origin;
use neem_core::sync::digest::{Digest, sum_of};
use neem_core::sync::protocol::HubDevice;
use postgres::Row;
use uuid::Uuid;

use super::PgTx;
use crate::store::{self, BucketSum, CodeEntry, Entry, Head, Quarantined, ReadTx, Result, StoredCommit};

fn origin(row: &Row) -> Origin {
    let incarnation: i64 = row.get("incarnation");
    Origin { device: row.get("device"), incarnation: u32::try_from(incarnation).unwrap_or_default() }
}

fn number(row: &Row) -> u64 {
    row.get::<_, i64>("seq").unsigned_abs()
}

fn commit(row: &Row) -> StoredCommit {
    StoredCommit {
        hub_seq: row.get("hub_seq"),
        origin: origin(row),
        seq: number(row),
        hash: row.get("hash"),
        signature: row.get("signature"),
        hlc: row.get("hlc"),
        body: row.get("body"),
    }
}

fn keyed(rows: &[Row]) -> Vec<(Uuid, Vec<u8>)> {
    rows.iter().map(|row| (row.get("id"), row.get("state"))).collect()
}

/// SQL has no unsigned numbers.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl ReadTx for PgTx<'_> {
    fn epoch(&self) -> Uuid {
        self.epoch
    }

    fn tenants(&mut self) -> Result<Vec<Uuid>> {
        let rows = self.ask("SELECT id FROM tenants ORDER BY created_at, id", &[])?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    fn head(&mut self, tenant: Uuid) -> Result<i64> {
        let row = self.ask_one("SELECT hub_seq FROM tenants WHERE id = $1", &[&tenant])?;
        Ok(row.map_or(0, |row| row.get(0)))
    }

    fn tenant_of(&mut self, device: Uuid) -> Result<Option<Uuid>> {
        let row = self.ask_one("SELECT tenant FROM device_tenants WHERE device = $1", &[&device])?;
        Ok(row.map(|row| row.get(0)))
    }

    fn entry(&mut self, tenant: Uuid, device: Uuid) -> Result<Option<Entry>> {
        let sql =
            "SELECT public_key, coalesce(log_key, public_key) AS log_key, revoked_at, revoked_by, way_out, locked_at,
                    renewal_asked_at IS NOT NULL AS renewal_asked
                   FROM devices WHERE tenant = $1 AND id = $2";
        let row = self.ask_one(sql, &[&tenant, &device])?;
        Ok(row.map(|row| Entry {
            public_key: row.get("public_key"),
            log_key: row.get("log_key"),
            revoked_at: row.get("revoked_at"),
            revoked_by: row.get("revoked_by"),
            standing: store::standing(row.get("revoked_at"), row.get("way_out")),
            locked_at: row.get("locked_at"),
            renewal_asked: row.get("renewal_asked"),
        }))
    }

    fn lanes(&mut self, tenant: Uuid) -> Result<Vec<String>> {
        let rows = self.ask("SELECT lane FROM devices WHERE tenant = $1 ORDER BY lane", &[&tenant])?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    fn devices(&mut self, tenant: Uuid) -> Result<Vec<HubDevice>> {
        // A PC's own commits need no fetching: only those of others count as behind.
        let sql = "SELECT id, name, lane, last_seen, app_version, revoked_at, revoked_by, way_out, locked_at,
                    renewal_asked_at IS NOT NULL AS renewal_asked,
                    (SELECT count(*) FROM commits
                     WHERE commits.tenant = $1 AND hub_seq > devices.pulled AND device <> devices.id) AS behind,
                    CASE WHEN last_seq IS NULL THEN 0 ELSE last_seq - coalesce(
                      (SELECT max(seq) FROM commits
                       WHERE commits.tenant = $1 AND device = devices.id AND incarnation = devices.life), 0) END AS owes
             FROM devices WHERE tenant = $1 ORDER BY length(lane), lane";
        let told = |row: &Row| HubDevice {
            device: row.get("id"),
            name: row.get("name"),
            lane: row.get("lane"),
            last_seen: row.get("last_seen"),
            behind: row.get("behind"),
            app_version: row.get("app_version"),
            standing: store::standing(row.get("revoked_at"), row.get("way_out")),
            out_at: row.get("revoked_at"),
            out_by: row.get("revoked_by"),
            locked_at: row.get("locked_at"),
            owes: row.get::<_, i64>("owes").max(0),
            renewal_asked: row.get("renewal_asked"),
        };
        Ok(self.ask(sql, &[&tenant])?.iter().map(told).collect())
    }

    fn code(&mut self, code_hash: &[u8]) -> Result<Option<CodeEntry>> {
        let sql = "SELECT tenant, device, expires_at, used_at FROM enrolment_codes WHERE code_hash = $1";
        let row = self.ask_one(sql, &[&code_hash])?;
        Ok(row.map(|row| CodeEntry {
            tenant: row.get("tenant"),
            device: row.get("device"),
            expires_at: row.get("expires_at"),
            used_at: row.get("used_at"),
        }))
    }

    fn origin_head(&mut self, tenant: Uuid, origin: Origin) -> Result<Option<(u64, [u8; 32])>> {
        let sql = "SELECT seq, hash FROM commits WHERE tenant = $1 AND device = $2 AND incarnation = $3
                   ORDER BY seq DESC LIMIT 1";
        let row = self.ask_one(sql, &[&tenant, &origin.device, &i64::from(origin.incarnation)])?;
        let hash = |row: &Row| <[u8; 32]>::try_from(row.get::<_, &[u8]>("hash")).unwrap_or_default();
        Ok(row.map(|row| (number(&row), hash(&row))))
    }

    fn origin_commits(&mut self, tenant: Uuid, origin: Origin, from: u64, to: u64) -> Result<Vec<StoredCommit>> {
        let sql = "SELECT hub_seq, device, incarnation, seq, hash, signature, hlc, body FROM commits
                   WHERE tenant = $1 AND device = $2 AND incarnation = $3 AND seq BETWEEN $4 AND $5 ORDER BY seq";
        let incarnation = i64::from(origin.incarnation);
        let rows = self.ask(sql, &[&tenant, &origin.device, &incarnation, &signed(from), &signed(to)])?;
        Ok(rows.iter().map(commit).collect())
    }

    fn incarnations(&mut self, tenant: Uuid, device: Uuid) -> Result<u32> {
        let sql = "SELECT max(incarnation) FROM commits WHERE tenant = $1 AND device = $2";
        let latest: Option<i64> = self.ask_one(sql, &[&tenant, &device])?.and_then(|row| row.get(0));
        Ok(latest.and_then(|latest| u32::try_from(latest).ok()).unwrap_or(0))
    }

    fn heads(&mut self, tenant: Uuid, up_to: i64) -> Result<Vec<Head>> {
        // From origin to origin along the index: the commits between them are not read.
        let sql = "WITH RECURSIVE origins AS (
                       (SELECT device, incarnation FROM commits WHERE tenant = $1
                        ORDER BY device, incarnation LIMIT 1)
                     UNION ALL
                       SELECT next.device, next.incarnation FROM origins CROSS JOIN LATERAL (
                         SELECT device, incarnation FROM commits
                         WHERE tenant = $1 AND (device, incarnation) > (origins.device, origins.incarnation)
                         ORDER BY device, incarnation LIMIT 1) AS next)
                   SELECT device, incarnation, last.seq, last.hash FROM origins CROSS JOIN LATERAL (
                     SELECT seq, hash FROM commits
                     WHERE tenant = $1 AND commits.device = origins.device
                       AND commits.incarnation = origins.incarnation AND hub_seq <= $2
                     ORDER BY seq DESC LIMIT 1) AS last
                   ORDER BY device, incarnation";
        let rows = self.ask(sql, &[&tenant, &up_to])?;
        Ok(rows.iter().map(|row| Head { origin: origin(row), seq: number(row), hash: row.get("hash") }).collect())
    }

    fn page(
        &mut self,
        tenant: Uuid,
        after: i64,
        except: Option<Origin>,
        limit: usize,
        bytes: usize,
    ) -> Result<(Vec<StoredCommit>, bool)> {
        // A commit goes in as long as those before it leave room.
        let sql = "SELECT hub_seq, device, incarnation, seq, hash, signature, hlc, body FROM (
                     SELECT *, sum(length(body)) OVER (ORDER BY hub_seq) - length(body) AS before FROM (
                       SELECT * FROM commits
                       WHERE tenant = $1 AND hub_seq > $2
                         AND ($3::uuid IS NULL OR NOT (device = $3 AND incarnation = $4))
                       ORDER BY hub_seq LIMIT $5) AS next) AS measured
                   WHERE before < $6 ORDER BY hub_seq";
        let (device, incarnation) =
            (except.map(|origin| origin.device), except.map(|origin| i64::from(origin.incarnation)));
        let (rows, most) = (signed(limit as u64), signed(bytes as u64));
        let rows = self.ask(sql, &[&tenant, &after, &device, &incarnation, &rows, &most])?;
        let commits: Vec<StoredCommit> = rows.iter().map(commit).collect();
        let taken: usize = commits.iter().map(|commit| commit.body.len()).sum();
        let full = commits.len() == limit || taken >= bytes;
        Ok((commits, full))
    }

    fn rows(&mut self, tenant: Uuid, keys: &[(&str, Uuid)]) -> Result<Vec<Option<Vec<u8>>>> {
        // Row by row through the key, however many the planner believes there are.
        let sql = "SELECT asked.place, found.state
                   FROM unnest($2::bigint[], $3::text[], $4::uuid[]) AS asked (place, tbl, id)
                   CROSS JOIN LATERAL (
                     SELECT state FROM rows WHERE tenant = $1 AND tbl = asked.tbl AND id = asked.id LIMIT 1) AS found";
        let mut states = vec![None; keys.len()];
        // A name with the character zero, which no text here can hold, is in no row.
        let asked: Vec<_> = (0..).zip(keys).filter(|(_, (table, _))| !table.contains('\0')).collect();
        if asked.is_empty() {
            return Ok(states);
        }
        let places: Vec<i64> = asked.iter().map(|(place, _)| *place).collect();
        let (tables, ids): (Vec<&str>, Vec<Uuid>) = asked.iter().map(|(_, key)| **key).unzip();
        for row in self.ask(sql, &[&tenant, &places, &tables, &ids])? {
            let place = usize::try_from(row.get::<_, i64>("place")).unwrap_or(usize::MAX);
            if let Some(state) = states.get_mut(place) {
                *state = Some(row.get("state"));
            }
        }
        Ok(states)
    }

    fn rows_after(
        &mut self,
        tenant: Uuid,
        table: &str,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<(Uuid, Vec<u8>)>> {
        let limit = signed(limit as u64);
        let rows = match after {
            None => {
                let sql = "SELECT id, state FROM rows WHERE tenant = $1 AND tbl = $2 ORDER BY id LIMIT $3";
                self.ask(sql, &[&tenant, &table, &limit])?
            }
            Some(after) => {
                let sql = "SELECT id, state FROM rows WHERE tenant = $1 AND tbl = $2 AND id > $3 ORDER BY id LIMIT $4";
                self.ask(sql, &[&tenant, &table, &after, &limit])?
            }
        };
        Ok(keyed(&rows))
    }

    fn rows_in_bucket(&mut self, tenant: Uuid, table: &str, bucket: u8) -> Result<Vec<(Uuid, Vec<u8>)>> {
        let sql = "SELECT id, state FROM rows
                   WHERE tenant = $1 AND tbl = $2 AND get_byte(uuid_send(id), 15) = $3 ORDER BY id";
        Ok(keyed(&self.ask(sql, &[&tenant, &table, &i32::from(bucket)])?))
    }

    fn tables(&mut self, tenant: Uuid) -> Result<Vec<String>> {
        let sql = "SELECT tbl FROM digests WHERE tenant = $1 AND bucket = -1 AND rows > 0 ORDER BY tbl";
        Ok(self.ask(sql, &[&tenant])?.iter().map(|row| row.get(0)).collect())
    }

    fn bucket_sums(&mut self, tenant: Uuid, tables: &[&str]) -> Result<Vec<BucketSum>> {
        let sql = "SELECT tbl, bucket, sum, rows FROM digests
                   WHERE tenant = $1 AND bucket >= 0 AND (cardinality($2::text[]) = 0 OR tbl = ANY($2))
                   ORDER BY tbl, bucket";
        let sum = |row: &Row| BucketSum {
            table: row.get("tbl"),
            bucket: u8::try_from(row.get::<_, i16>("bucket")).unwrap_or_default(),
            sum: sum_of(row.get("sum")),
            rows: row.get("rows"),
        };
        Ok(self.ask(sql, &[&tenant, &tables])?.iter().map(sum).collect())
    }

    fn digest(&mut self, tenant: Uuid) -> Result<Digest> {
        let sql = "SELECT tbl, sum, rows FROM digests WHERE tenant = $1 AND bucket = -1";
        let mut digest = Digest::default();
        for row in self.ask(sql, &[&tenant])? {
            digest.add(row.get("tbl"), sum_of(row.get("sum")), row.get::<_, i64>("rows").unsigned_abs());
        }
        Ok(digest)
    }

    fn quarantined(&mut self, tenant: Uuid) -> Result<Vec<Quarantined>> {
        let sql = "SELECT device, incarnation, seq, hash, reason, received_at FROM quarantine
                   WHERE tenant = $1 ORDER BY device, incarnation, seq, hash";
        let told = |row: &Row| Quarantined {
            origin: origin(row),
            seq: number(row),
            hash: row.get("hash"),
            reason: row.get("reason"),
            received_at: row.get("received_at"),
        };
        Ok(self.ask(sql, &[&tenant])?.iter().map(told).collect())
    }
}
