//! The writes, in SQLite's words.

use std::sync::MutexGuard;

use neem_core::sync::commit::Origin;
use neem_core::sync::digest::{Delta, sum_of};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::SqliteTx;
use crate::store::{Leaving, NewCommit, NewEntry, NewQuarantined, Result, RowPut, WriteTx};

impl WriteTx for SqliteTx<MutexGuard<'_, Connection>> {
    fn lock(&mut self, tenant: Uuid) -> Result<Option<i64>> {
        // The transaction holds the whole file already: BEGIN IMMEDIATE.
        let mut statement = self.conn.prepare_cached("SELECT hub_seq FROM tenants WHERE id = ?1")?;
        Ok(statement.query_row([tenant], |row| row.get(0)).optional()?)
    }

    fn insert_commits(
        &mut self,
        tenant: Uuid,
        origin: Origin,
        received_at: i64,
        commits: &[NewCommit<'_>],
    ) -> Result<()> {
        let mut statement = self.conn.prepare_cached(
            "INSERT INTO commits (tenant, hub_seq, device, incarnation, seq, hash, signature, hlc, body, received_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?;
        for commit in commits {
            statement.execute(params![
                tenant,
                commit.hub_seq,
                origin.device,
                origin.incarnation,
                commit.seq as i64,
                commit.hash.as_slice(),
                commit.signature,
                commit.hlc,
                commit.body,
                received_at
            ])?;
        }
        Ok(())
    }

    fn quarantine(
        &mut self,
        tenant: Uuid,
        origin: Origin,
        received_at: i64,
        commits: &[NewQuarantined<'_>],
    ) -> Result<()> {
        let mut statement = self.conn.prepare_cached(
            "INSERT INTO quarantine (tenant, device, incarnation, seq, hash, reason, body, received_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        for commit in commits {
            statement.execute(params![
                tenant,
                origin.device,
                origin.incarnation,
                commit.seq as i64,
                commit.hash.as_slice(),
                commit.reason,
                commit.body,
                received_at
            ])?;
        }
        Ok(())
    }

    fn put_rows(&mut self, tenant: Uuid, rows: &[RowPut<'_>]) -> Result<()> {
        let mut insert =
            self.conn.prepare_cached("INSERT INTO rows (tenant, tbl, row, state) VALUES (?1, ?2, ?3, ?4)")?;
        let mut update =
            self.conn.prepare_cached("UPDATE rows SET state = ?4 WHERE tenant = ?1 AND tbl = ?2 AND row = ?3")?;
        for row in rows {
            let statement = if row.new { &mut insert } else { &mut update };
            statement.execute(params![tenant, row.table, row.id, row.state])?;
        }
        Ok(())
    }

    fn add_sums(&mut self, tenant: Uuid, delta: Delta) -> Result<()> {
        let mut read =
            self.conn.prepare_cached("SELECT sum, rows FROM digests WHERE tenant = ?1 AND tbl = ?2 AND bucket = ?3")?;
        let mut write = self.conn.prepare_cached(
            "INSERT OR REPLACE INTO digests (tenant, tbl, bucket, sum, rows) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        for ((table, bucket), (sum, rows)) in delta.into_sorted() {
            let old: Option<(Vec<u8>, i64)> =
                read.query_row(params![tenant, table, bucket], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
            let (old_sum, old_rows) = old.map_or((0, 0), |(bytes, rows)| (sum_of(&bytes), rows));
            let new_sum = old_sum.wrapping_add(sum).to_le_bytes();
            write.execute(params![tenant, table, bucket, new_sum.as_slice(), old_rows + rows])?;
        }
        Ok(())
    }

    fn set_head(&mut self, tenant: Uuid, hub_seq: i64) -> Result<()> {
        self.conn.prepare_cached("UPDATE tenants SET hub_seq = ?1 WHERE id = ?2")?.execute(params![hub_seq, tenant])?;
        Ok(())
    }

    fn heard(&mut self, tenant: Uuid, device: Uuid, now: i64, app_version: Option<&str>) -> Result<()> {
        let sql = "UPDATE devices SET last_seen = ?1, app_version = coalesce(?2, app_version)
                   WHERE tenant = ?3 AND id = ?4";
        self.conn.prepare_cached(sql)?.execute(params![now, app_version, tenant, device])?;
        Ok(())
    }

    fn add_tenant(&mut self, tenant: Uuid, now: i64) -> Result<bool> {
        let sql = "INSERT INTO tenants (id, hub_seq, created_at) VALUES (?1, 0, ?2) ON CONFLICT DO NOTHING";
        Ok(self.conn.execute(sql, params![tenant, now])? == 1)
    }

    fn add_device(&mut self, tenant: Uuid, entry: &NewEntry<'_>) -> Result<bool> {
        let sql = "INSERT INTO devices (tenant, id, public_key, name, lane, enrolled_at, app_version)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING";
        let NewEntry { device, public_key, name, lane, app_version, enrolled_at } = entry;
        let entered =
            self.conn.execute(sql, params![tenant, device, public_key, name, lane, enrolled_at, app_version])?;
        Ok(entered == 1)
    }

    fn take_out(&mut self, tenant: Uuid, device: Uuid, leaving: &Leaving) -> Result<()> {
        let sql = "UPDATE devices SET revoked_at = ?1, revoked_by = ?2, way_out = ?3 WHERE tenant = ?4 AND id = ?5";
        self.conn.execute(sql, params![leaving.at, leaving.by, leaving.standing, tenant, device])?;
        Ok(())
    }

    fn let_in(&mut self, tenant: Uuid, device: Uuid) -> Result<()> {
        let sql = "UPDATE devices SET revoked_at = NULL, revoked_by = NULL, way_out = NULL, locked_at = NULL
                   WHERE tenant = ?1 AND id = ?2";
        self.conn.execute(sql, params![tenant, device])?;
        Ok(())
    }

    fn note_locked(&mut self, tenant: Uuid, device: Uuid, now: i64) -> Result<()> {
        let sql = "UPDATE devices SET locked_at = coalesce(locked_at, ?1) WHERE tenant = ?2 AND id = ?3";
        self.conn.execute(sql, params![now, tenant, device])?;
        Ok(())
    }

    fn ask_renewal(&mut self, tenant: Uuid, device: Uuid, now: i64) -> Result<()> {
        let sql = "UPDATE devices SET renewal_asked_at = ?1 WHERE tenant = ?2 AND id = ?3";
        self.conn.execute(sql, params![now, tenant, device])?;
        Ok(())
    }

    fn set_keys(&mut self, tenant: Uuid, device: Uuid, public_key: &[u8], log_key: &[u8]) -> Result<()> {
        let sql = "UPDATE devices SET
                     renewal_asked_at = CASE public_key WHEN ?1 THEN renewal_asked_at END,
                     public_key = ?1, log_key = nullif(?2, ?1)
                   WHERE tenant = ?3 AND id = ?4";
        self.conn.execute(sql, params![public_key, log_key, tenant, device])?;
        Ok(())
    }

    fn add_code(
        &mut self,
        code_hash: &[u8],
        tenant: Option<Uuid>,
        device: Option<Uuid>,
        expires_at: i64,
    ) -> Result<()> {
        let sql = "INSERT INTO enrolment_codes (code_hash, tenant, device, expires_at) VALUES (?1, ?2, ?3, ?4)";
        self.conn.execute(sql, params![code_hash, tenant, device, expires_at])?;
        Ok(())
    }

    fn use_code(&mut self, code_hash: &[u8], now: i64) -> Result<bool> {
        let sql = "UPDATE enrolment_codes SET used_at = ?1 WHERE code_hash = ?2 AND used_at IS NULL";
        Ok(self.conn.execute(sql, params![now, code_hash])? == 1)
    }

    fn forget_codes(&mut self, before: i64) -> Result<()> {
        self.conn.execute("DELETE FROM enrolment_codes WHERE expires_at < ?1", [before])?;
        Ok(())
    }

    fn set_epoch(&mut self, epoch: Uuid) -> Result<()> {
        self.conn.execute("UPDATE hub SET epoch = ?1 WHERE only = 1", [epoch])?;
        self.epoch = epoch;
        Ok(())
    }

    fn commit(self: Box<Self>) -> Result<()> {
        self.conn.prepare_cached("COMMIT")?.execute([])?;
        Ok(())
    }
}
