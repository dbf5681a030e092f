//! The writes, in PostgreSQL's words: a statement for all rows of a kind.

use std::collections::{BTreeMap, HashMap};

use neem_core::sync::commit::Origin;
use neem_core::sync::digest::{Delta, sum_of};
use uuid::Uuid;

use super::PgTx;
use crate::store::{Leaving, NewCommit, NewEntry, NewQuarantined, Result, RowPut, WriteTx};

/// The place of a table's total among its buckets.
const TOTAL: i16 = -1;

fn numbers(numbers: impl Iterator<Item = u64>) -> Vec<i64> {
    numbers.map(|number| i64::try_from(number).unwrap_or(i64::MAX)).collect()
}

impl WriteTx for PgTx<'_> {
    fn lock(&mut self, tenant: Uuid) -> Result<Option<i64>> {
        let row = self.ask_one("SELECT hub_seq FROM tenants WHERE id = $1 FOR UPDATE", &[&tenant])?;
        Ok(row.map(|row| row.get(0)))
    }

    fn insert_commits(
        &mut self,
        tenant: Uuid,
        origin: Origin,
        received_at: i64,
        commits: &[NewCommit<'_>],
    ) -> Result<()> {
        let sql = "INSERT INTO commits
                     (tenant, device, incarnation, received_at, hub_seq, seq, hash, signature, hlc, body)
                   SELECT $1, $2, $3, $4, new.* FROM
                     unnest($5::bigint[], $6::bigint[], $7::bytea[], $8::bytea[], $9::bigint[], $10::bytea[]) AS new";
        let hub_seqs: Vec<i64> = commits.iter().map(|commit| commit.hub_seq).collect();
        let seqs = numbers(commits.iter().map(|commit| commit.seq));
        let hashes: Vec<&[u8]> = commits.iter().map(|commit| commit.hash.as_slice()).collect();
        let signatures: Vec<&[u8]> = commits.iter().map(|commit| commit.signature).collect();
        let hlcs: Vec<i64> = commits.iter().map(|commit| commit.hlc).collect();
        let bodies: Vec<&[u8]> = commits.iter().map(|commit| commit.body).collect();
        let incarnation = i64::from(origin.incarnation);
        self.tell(
            sql,
            &[
                &tenant,
                &origin.device,
                &incarnation,
                &received_at,
                &hub_seqs,
                &seqs,
                &hashes,
                &signatures,
                &hlcs,
                &bodies,
            ],
        )?;
        Ok(())
    }

    fn quarantine(
        &mut self,
        tenant: Uuid,
        origin: Origin,
        received_at: i64,
        commits: &[NewQuarantined<'_>],
    ) -> Result<()> {
        let sql = "INSERT INTO quarantine (tenant, device, incarnation, received_at, seq, hash, reason, body)
                   SELECT $1, $2, $3, $4, new.* FROM
                     unnest($5::bigint[], $6::bytea[], $7::text[], $8::bytea[]) AS new";
        let seqs = numbers(commits.iter().map(|commit| commit.seq));
        let hashes: Vec<&[u8]> = commits.iter().map(|commit| commit.hash.as_slice()).collect();
        // A text of PostgreSQL cannot hold the character zero, which a PC may have sent as a table's name.
        let reasons: Vec<String> = commits.iter().map(|commit| commit.reason.replace('\0', "\u{fffd}")).collect();
        let bodies: Vec<&[u8]> = commits.iter().map(|commit| commit.body).collect();
        let incarnation = i64::from(origin.incarnation);
        let kept: &[super::Param<'_>] =
            &[&tenant, &origin.device, &incarnation, &received_at, &seqs, &hashes, &reasons, &bodies];
        self.tell(sql, kept)?;
        Ok(())
    }

    fn put_rows(&mut self, tenant: Uuid, rows: &[RowPut<'_>]) -> Result<()> {
        let insert = "INSERT INTO rows (tenant, tbl, id, state)
                      SELECT $1, new.* FROM unnest($2::text[], $3::uuid[], $4::bytea[]) AS new";
        // By the key, row by row, however many the planner believes there are.
        let update = "INSERT INTO rows (tenant, tbl, id, state)
                      SELECT $1, new.* FROM unnest($2::text[], $3::uuid[], $4::bytea[]) AS new
                      ON CONFLICT (tenant, tbl, id) DO UPDATE SET state = excluded.state";
        for (sql, new) in [(insert, true), (update, false)] {
            let rows = || rows.iter().filter(|row| row.new == new);
            let tables: Vec<&str> = rows().map(|row| row.table).collect();
            if tables.is_empty() {
                continue;
            }
            let ids: Vec<Uuid> = rows().map(|row| row.id).collect();
            let states: Vec<&[u8]> = rows().map(|row| row.state.as_slice()).collect();
            self.tell(sql, &[&tenant, &tables, &ids, &states])?;
        }
        Ok(())
    }

    fn add_sums(&mut self, tenant: Uuid, delta: Delta) -> Result<()> {
        let mut changes: BTreeMap<(i16, String), (u128, i64)> = BTreeMap::new();
        for ((table, bucket), (sum, rows)) in delta.into_sorted() {
            for place in [TOTAL, i16::from(bucket)] {
                let change = changes.entry((place, table.clone())).or_default();
                *change = (change.0.wrapping_add(sum), change.1 + rows);
            }
        }
        if changes.is_empty() {
            return Ok(());
        }
        let (buckets, tables): (Vec<i16>, Vec<&str>) =
            changes.keys().map(|(bucket, table)| (*bucket, table.as_str())).unzip();
        let read = "SELECT bucket, tbl, found.sum, found.rows
                    FROM unnest($2::smallint[], $3::text[]) AS asked (bucket, tbl)
                    CROSS JOIN LATERAL (
                      SELECT sum, rows FROM digests
                      WHERE tenant = $1 AND digests.bucket = asked.bucket AND digests.tbl = asked.tbl LIMIT 1) AS found";
        let mut before: HashMap<(i16, String), (u128, i64)> = HashMap::new();
        for row in self.ask(read, &[&tenant, &buckets, &tables])? {
            before.insert((row.get("bucket"), row.get("tbl")), (sum_of(row.get("sum")), row.get("rows")));
        }
        let mut sums = Vec::new();
        let mut counts = Vec::new();
        for (key, (sum, rows)) in &changes {
            let (old_sum, old_rows) = before.get(key).copied().unwrap_or_default();
            sums.push(old_sum.wrapping_add(*sum).to_le_bytes().to_vec());
            counts.push(old_rows + rows);
        }
        let write = "INSERT INTO digests (tenant, bucket, tbl, sum, rows)
                     SELECT $1, new.* FROM unnest($2::smallint[], $3::text[], $4::bytea[], $5::bigint[]) AS new
                     ON CONFLICT (tenant, bucket, tbl) DO UPDATE SET sum = excluded.sum, rows = excluded.rows";
        self.tell(write, &[&tenant, &buckets, &tables, &sums, &counts])?;
        Ok(())
    }

    fn set_head(&mut self, tenant: Uuid, hub_seq: i64) -> Result<()> {
        self.tell("UPDATE tenants SET hub_seq = $1 WHERE id = $2", &[&hub_seq, &tenant])?;
        Ok(())
    }

    fn heard(&mut self, tenant: Uuid, device: Uuid, now: i64, app_version: Option<&str>) -> Result<()> {
        let sql = "UPDATE devices SET last_seen = $1, app_version = coalesce($2, app_version)
                   WHERE tenant = $3 AND id = $4";
        self.tell(sql, &[&now, &app_version, &tenant, &device])?;
        Ok(())
    }

    fn add_tenant(&mut self, tenant: Uuid, now: i64) -> Result<bool> {
        let sql = "INSERT INTO tenants (id, hub_seq, created_at) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING";
        Ok(self.tell(sql, &[&tenant, &now])? == 1)
    }

    fn add_device(&mut self, tenant: Uuid, entry: &NewEntry<'_>) -> Result<bool> {
        let place = "INSERT INTO device_tenants (device, tenant) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        if self.tell(place, &[&entry.device, &tenant])? == 0 {
            return Ok(false);
        }
        let sql = "INSERT INTO devices (tenant, id, public_key, name, lane, enrolled_at, app_version)
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let NewEntry { device, public_key, name, lane, app_version, enrolled_at } = entry;
        self.tell(sql, &[&tenant, device, public_key, name, lane, enrolled_at, app_version])?;
        Ok(true)
    }

    fn take_out(&mut self, tenant: Uuid, device: Uuid, leaving: &Leaving) -> Result<()> {
        let sql = "UPDATE devices SET revoked_at = $1, revoked_by = $2, way_out = $3 WHERE tenant = $4 AND id = $5";
        self.tell(sql, &[&leaving.at, &leaving.by, &leaving.standing.name(), &tenant, &device])?;
        Ok(())
    }

    fn let_in(&mut self, tenant: Uuid, device: Uuid) -> Result<()> {
        let sql = "UPDATE devices SET revoked_at = NULL, revoked_by = NULL, way_out = NULL, locked_at = NULL
                   WHERE tenant = $1 AND id = $2";
        self.tell(sql, &[&tenant, &device])?;
        Ok(())
    }

    fn note_locked(&mut self, tenant: Uuid, device: Uuid, now: i64) -> Result<()> {
        let sql = "UPDATE devices SET locked_at = coalesce(locked_at, $1) WHERE tenant = $2 AND id = $3";
        self.tell(sql, &[&now, &tenant, &device])?;
        Ok(())
    }

    fn ask_renewal(&mut self, tenant: Uuid, device: Uuid, now: i64) -> Result<()> {
        let sql = "UPDATE devices SET renewal_asked_at = $1 WHERE tenant = $2 AND id = $3";
        self.tell(sql, &[&now, &tenant, &device])?;
        Ok(())
    }

    fn set_keys(&mut self, tenant: Uuid, device: Uuid, public_key: &[u8], log_key: &[u8]) -> Result<()> {
        let sql = "UPDATE devices SET
                     renewal_asked_at = CASE WHEN public_key = $1 THEN renewal_asked_at END,
                     public_key = $1, log_key = nullif($2, $1)
                   WHERE tenant = $3 AND id = $4";
        self.tell(sql, &[&public_key, &log_key, &tenant, &device])?;
        Ok(())
    }

    fn add_code(
        &mut self,
        code_hash: &[u8],
        tenant: Option<Uuid>,
        device: Option<Uuid>,
        expires_at: i64,
    ) -> Result<()> {
        let sql = "INSERT INTO enrolment_codes (code_hash, tenant, device, expires_at) VALUES ($1, $2, $3, $4)";
        self.tell(sql, &[&code_hash, &tenant, &device, &expires_at])?;
        Ok(())
    }

    fn use_code(&mut self, code_hash: &[u8], now: i64) -> Result<bool> {
        let sql = "UPDATE enrolment_codes SET used_at = $1 WHERE code_hash = $2 AND used_at IS NULL";
        Ok(self.tell(sql, &[&now, &code_hash])? == 1)
    }

    fn forget_codes(&mut self, before: i64) -> Result<()> {
        self.tell("DELETE FROM enrolment_codes WHERE expires_at < $1", &[&before])?;
        Ok(())
    }

    fn set_epoch(&mut self, epoch: Uuid) -> Result<()> {
        self.tell("UPDATE hub SET epoch = $1", &[&epoch])?;
        self.epoch = epoch;
        Ok(())
    }

    fn commit(mut self: Box<Self>) -> Result<()> {
        self.end("COMMIT")
    }
}
