//! The questions, in SQLite's words.

use std::ops::Deref;

use neem_core::sync::commit::Origin;
use neem_core::sync::digest::{Digest, sum_of};
use neem_core::sync::protocol::HubDevice;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::SqliteTx;
use crate::store::{self, BucketSum, CodeEntry, Entry, Head, Quarantined, ReadTx, Result, StoredCommit, totals};

const COMMIT: &str = "hub_seq, device, incarnation, seq, hash, signature, hlc, body";

fn origin(row: &Row<'_>) -> rusqlite::Result<Origin> {
    Ok(Origin { device: row.get("device")?, incarnation: row.get("incarnation")? })
}

fn number(row: &Row<'_>) -> rusqlite::Result<u64> {
    row.get::<_, i64>("seq").map(i64::unsigned_abs)
}

fn commit(row: &Row<'_>) -> rusqlite::Result<StoredCommit> {
    Ok(StoredCommit {
        hub_seq: row.get("hub_seq")?,
        origin: origin(row)?,
        seq: number(row)?,
        hash: row.get("hash")?,
        signature: row.get("signature")?,
        hlc: row.get("hlc")?,
        body: row.get("body")?,
    })
}

impl<C: Deref<Target = Connection>> ReadTx for SqliteTx<C> {
    fn epoch(&self) -> Uuid {
        self.epoch
    }

    fn tenants(&mut self) -> Result<Vec<Uuid>> {
        let mut statement = self.conn.prepare_cached("SELECT id FROM tenants ORDER BY created_at, id")?;
        let ids = statement.query_map([], |row| row.get(0))?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }

    fn head(&mut self, tenant: Uuid) -> Result<i64> {
        let mut statement = self.conn.prepare_cached("SELECT hub_seq FROM tenants WHERE id = ?1")?;
        Ok(statement.query_row([tenant], |row| row.get(0)).optional()?.unwrap_or(0))
    }

    fn tenant_of(&mut self, device: Uuid) -> Result<Option<Uuid>> {
        let mut statement = self.conn.prepare_cached("SELECT tenant FROM devices WHERE id = ?1")?;
        Ok(statement.query_row([device], |row| row.get(0)).optional()?)
    }

    fn entry(&mut self, tenant: Uuid, device: Uuid) -> Result<Option<Entry>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT public_key, coalesce(log_key, public_key) AS log_key, revoked_at, revoked_by, way_out, locked_at,
                    renewal_asked_at IS NOT NULL AS renewal_asked
             FROM devices WHERE tenant = ?1 AND id = ?2",
        )?;
        let found = statement.query_row([tenant, device], |row| {
            Ok(Entry {
                public_key: row.get("public_key")?,
                log_key: row.get("log_key")?,
                revoked_at: row.get("revoked_at")?,
                revoked_by: row.get("revoked_by")?,
                standing: store::standing(row.get("revoked_at")?, row.get("way_out")?),
                locked_at: row.get("locked_at")?,
                renewal_asked: row.get("renewal_asked")?,
            })
        });
        Ok(found.optional()?)
    }

    fn lanes(&mut self, tenant: Uuid) -> Result<Vec<String>> {
        let mut statement = self.conn.prepare_cached("SELECT lane FROM devices WHERE tenant = ?1 ORDER BY lane")?;
        let lanes = statement.query_map([tenant], |row| row.get(0))?;
        Ok(lanes.collect::<rusqlite::Result<_>>()?)
    }

    fn devices(&mut self, tenant: Uuid) -> Result<Vec<HubDevice>> {
        // A PC's own commits need no fetching: only those of others count as behind.
        let mut statement = self.conn.prepare_cached(
            "SELECT id, name, lane, last_seen, app_version, revoked_at, revoked_by, way_out, locked_at,
                    renewal_asked_at IS NOT NULL AS renewal_asked,
                    (SELECT count(*) FROM commits
                     WHERE commits.tenant = ?1 AND hub_seq > devices.pulled AND device <> devices.id) AS behind,
                    CASE WHEN last_seq IS NULL THEN 0 ELSE last_seq - coalesce(
                      (SELECT max(seq) FROM commits
                       WHERE commits.tenant = ?1 AND device = devices.id AND incarnation = devices.life), 0) END AS owes
             FROM devices WHERE tenant = ?1 ORDER BY length(lane), lane",
        )?;
        let rows = statement.query_map([tenant], |row| {
            Ok(HubDevice {
                device: row.get("id")?,
                name: row.get("name")?,
                lane: row.get("lane")?,
                last_seen: row.get("last_seen")?,
                behind: row.get("behind")?,
                app_version: row.get("app_version")?,
                standing: store::standing(row.get("revoked_at")?, row.get("way_out")?),
                out_at: row.get("revoked_at")?,
                out_by: row.get("revoked_by")?,
                locked_at: row.get("locked_at")?,
                owes: row.get::<_, i64>("owes")?.max(0),
                renewal_asked: row.get("renewal_asked")?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn code(&mut self, code_hash: &[u8]) -> Result<Option<CodeEntry>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT tenant, device, expires_at, used_at FROM enrolment_codes WHERE code_hash = ?1")?;
        let found = statement.query_row([code_hash], |row| {
            let (tenant, device, expires_at) = (row.get("tenant")?, row.get("device")?, row.get("expires_at")?);
            Ok(CodeEntry { tenant, device, expires_at, used_at: row.get("used_at")? })
        });
        Ok(found.optional()?)
    }

    fn origin_head(&mut self, tenant: Uuid, origin: Origin) -> Result<Option<(u64, [u8; 32])>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT seq, hash FROM commits WHERE tenant = ?1 AND device = ?2 AND incarnation = ?3
             ORDER BY seq DESC LIMIT 1",
        )?;
        let found: Option<(u64, Vec<u8>)> = statement
            .query_row(params![tenant, origin.device, origin.incarnation], |row| Ok((number(row)?, row.get("hash")?)))
            .optional()?;
        Ok(found.map(|(seq, hash)| (seq, <[u8; 32]>::try_from(hash).unwrap_or_default())))
    }

    fn origin_commits(&mut self, tenant: Uuid, origin: Origin, from: u64, to: u64) -> Result<Vec<StoredCommit>> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {COMMIT} FROM commits
             WHERE tenant = ?1 AND device = ?2 AND incarnation = ?3 AND seq BETWEEN ?4 AND ?5 ORDER BY seq"
        ))?;
        let (from, to) = (i64::try_from(from).unwrap_or(i64::MAX), i64::try_from(to).unwrap_or(i64::MAX));
        let rows = statement.query_map(params![tenant, origin.device, origin.incarnation, from, to], commit)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn incarnations(&mut self, tenant: Uuid, device: Uuid) -> Result<u32> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT coalesce(max(incarnation), 0) FROM commits WHERE tenant = ?1 AND device = ?2")?;
        Ok(statement.query_row([tenant, device], |row| row.get(0))?)
    }

    fn heads(&mut self, tenant: Uuid, up_to: i64) -> Result<Vec<Head>> {
        // From origin to origin along the index: the commits between them are not read.
        let mut next = self.conn.prepare_cached(
            "SELECT device, incarnation FROM commits
             WHERE tenant = ?1 AND (device, incarnation) > (?2, ?3) ORDER BY device, incarnation LIMIT 1",
        )?;
        let mut last = self.conn.prepare_cached(
            "SELECT seq, hash FROM commits
             WHERE tenant = ?1 AND device = ?2 AND incarnation = ?3 AND hub_seq <= ?4 ORDER BY seq DESC LIMIT 1",
        )?;
        let mut heads = Vec::new();
        let mut at = Origin { device: Uuid::nil(), incarnation: 0 };
        while let Some(found) = next.query_row(params![tenant, at.device, at.incarnation], origin).optional()? {
            at = found;
            let head = last.query_row(params![tenant, at.device, at.incarnation, up_to], |row| {
                Ok(Head { origin: at, seq: number(row)?, hash: row.get("hash")? })
            });
            heads.extend(head.optional()?);
        }
        Ok(heads)
    }

    fn page(
        &mut self,
        tenant: Uuid,
        after: i64,
        except: Option<Origin>,
        limit: usize,
        bytes: usize,
    ) -> Result<(Vec<StoredCommit>, bool)> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {COMMIT} FROM commits
             WHERE tenant = ?1 AND hub_seq > ?2 AND NOT (device IS ?3 AND incarnation IS ?4)
             ORDER BY hub_seq LIMIT ?5"
        ))?;
        let (device, incarnation) = (except.map(|origin| origin.device), except.map(|origin| origin.incarnation));
        let mut rows = statement.query(params![tenant, after, device, incarnation, limit as i64])?;
        let mut commits = Vec::new();
        let mut taken = 0;
        while let Some(row) = rows.next()? {
            let commit = commit(row)?;
            taken += commit.body.len();
            commits.push(commit);
            if taken >= bytes {
                return Ok((commits, true));
            }
        }
        let full = commits.len() == limit;
        Ok((commits, full))
    }

    fn rows(&mut self, tenant: Uuid, keys: &[(&str, Uuid)]) -> Result<Vec<Option<Vec<u8>>>> {
        let mut statement =
            self.conn.prepare_cached("SELECT state FROM rows WHERE tenant = ?1 AND tbl = ?2 AND row = ?3")?;
        let mut states = Vec::with_capacity(keys.len());
        for (table, id) in keys {
            states.push(statement.query_row(params![tenant, table, id], |row| row.get(0)).optional()?);
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
        let mut statement = self.conn.prepare_cached(
            "SELECT row, state FROM rows WHERE tenant = ?1 AND tbl = ?2 AND row > ?3 ORDER BY row LIMIT ?4",
        )?;
        // The empty blob stands before every id.
        let after = after.map_or(Vec::new(), |id| id.as_bytes().to_vec());
        let rows = statement
            .query_map(params![tenant, table, after, limit as i64], |row| Ok((row.get("row")?, row.get("state")?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn rows_in_bucket(&mut self, tenant: Uuid, table: &str, bucket: u8) -> Result<Vec<(Uuid, Vec<u8>)>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT row, state FROM rows WHERE tenant = ?1 AND tbl = ?2 AND substr(row, 16, 1) = ?3 ORDER BY row",
        )?;
        let last: &[u8] = &[bucket];
        let rows = statement.query_map(params![tenant, table, last], |row| Ok((row.get("row")?, row.get("state")?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn tables(&mut self, tenant: Uuid) -> Result<Vec<String>> {
        let mut statement =
            self.conn.prepare_cached("SELECT DISTINCT tbl FROM digests WHERE tenant = ?1 AND rows > 0 ORDER BY tbl")?;
        let names = statement.query_map([tenant], |row| row.get(0))?;
        Ok(names.collect::<rusqlite::Result<_>>()?)
    }

    fn bucket_sums(&mut self, tenant: Uuid, tables: &[&str]) -> Result<Vec<BucketSum>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT tbl, bucket, sum, rows FROM digests WHERE tenant = ?1 ORDER BY tbl, bucket")?;
        let mut rows = statement.query([tenant])?;
        let mut sums = Vec::new();
        while let Some(row) = rows.next()? {
            let table: String = row.get("tbl")?;
            if tables.is_empty() || tables.contains(&table.as_str()) {
                let sum = sum_of(row.get_ref("sum")?.as_blob().unwrap_or_default());
                sums.push(BucketSum { table, bucket: row.get("bucket")?, sum, rows: row.get("rows")? });
            }
        }
        Ok(sums)
    }

    fn digest(&mut self, tenant: Uuid) -> Result<Digest> {
        Ok(totals(&self.bucket_sums(tenant, &[])?))
    }

    fn quarantined(&mut self, tenant: Uuid) -> Result<Vec<Quarantined>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT device, incarnation, seq, hash, reason, received_at FROM quarantine
             WHERE tenant = ?1 ORDER BY device, incarnation, seq, hash",
        )?;
        let rows = statement.query_map([tenant], |row| {
            Ok(Quarantined {
                origin: origin(row)?,
                seq: number(row)?,
                hash: row.get("hash")?,
                reason: row.get("reason")?,
                received_at: row.get("received_at")?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
