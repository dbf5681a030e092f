//! What the hub keeps, in one SQLite file.

use std::path::Path;
use std::time::Duration;

use neem_core::clock::Entropy;
use neem_core::keys::DatabaseKey;
use neem_core::sync::digest::{Delta, Digest, sum_of};
use neem_core::sync::row::RowState;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use uuid::Uuid;

const MIGRATIONS: &[&str] = &[include_str!("../../../migrations/hub/0001_hub.sql")];

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    Core(#[from] neem_core::Error),
    #[error("the hub's database is from a newer version")]
    Newer,
    #[error("the hub's database cannot be opened with this key, or is damaged")]
    Key,
}

/// The hub's database.
pub struct Store {
    conn: Connection,
    /// Who the hub is.
    pub id: Uuid,
    /// New after every restore.
    pub epoch: Uuid,
    /// Makes and checks tokens.
    pub secret: [u8; 32],
}

impl Store {
    pub fn open(path: &Path, key: &DatabaseKey, entropy: &dyn Entropy) -> Result<Store, StoreError> {
        let mut conn = Connection::open(path)?;
        conn.busy_timeout(Duration::from_secs(10))?;
        conn.pragma_update(None, "key", format!("x'{}'", key.to_hex()))?;
        conn.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(())).map_err(|_| StoreError::Key)?;
        conn.pragma_update(None, "temp_store", "MEMORY")?;
        conn.pragma_update(None, "journal_mode", "WAL")?;
        // An acknowledged push must outlive a power cut.
        conn.pragma_update(None, "synchronous", "FULL")?;
        conn.pragma_update(None, "foreign_keys", true)?;
        conn.pragma_update(None, "cache_size", -131_072)?;
        conn.set_prepared_statement_cache_capacity(128);
        let level: u32 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if level as usize > MIGRATIONS.len() {
            return Err(StoreError::Newer);
        }
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for (index, migration) in MIGRATIONS.iter().enumerate().skip(level as usize) {
            tx.execute_batch(migration)?;
            tx.pragma_update(None, "user_version", (index + 1) as i64)?;
        }
        if tx.query_row("SELECT count(*) FROM hub", [], |row| row.get::<_, u32>(0))? == 0 {
            let random = || {
                let mut bytes = [0; 16];
                entropy.fill(&mut bytes);
                uuid::Builder::from_random_bytes(bytes).into_uuid()
            };
            let mut secret = [0; 32];
            entropy.fill(&mut secret);
            tx.execute(
                "INSERT INTO hub (only, id, epoch, secret) VALUES (1, ?1, ?2, ?3)",
                params![random(), random(), secret.as_slice()],
            )?;
        }
        tx.commit()?;
        let (id, epoch, secret): (Uuid, Uuid, Vec<u8>) =
            conn.query_row("SELECT id, epoch, secret FROM hub", [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let secret = <[u8; 32]>::try_from(secret).map_err(|_| StoreError::Key)?;
        Ok(Store { conn, id, epoch, secret })
    }

    pub fn read(&self) -> &Connection {
        &self.conn
    }

    /// Begins a write; nothing of it stays unless it is committed.
    pub fn begin(&mut self) -> Result<Transaction<'_>, StoreError> {
        Ok(self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?)
    }

    /// Remembers how far a PC has fetched. For show only, so the disk is not waited for.
    pub fn note_seen(&self, device: Uuid, pulled: i64, now: i64) -> Result<(), StoreError> {
        self.conn.pragma_update(None, "synchronous", "NORMAL")?;
        let noted = self
            .conn
            .prepare_cached("UPDATE devices SET pulled = ?1, last_seen = ?2 WHERE id = ?3")
            .and_then(|mut statement| statement.execute(params![pulled, now, device]));
        self.conn.pragma_update(None, "synchronous", "FULL")?;
        noted?;
        Ok(())
    }

    /// Moves everything into the file before the hub goes down.
    pub fn close(self) -> Result<(), StoreError> {
        self.conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
        self.conn.close().map_err(|(_, error)| error.into())
    }
}

/// The last number given in a tenant.
pub fn head(conn: &Connection, tenant: Uuid) -> Result<i64, StoreError> {
    Ok(conn
        .prepare_cached("SELECT hub_seq FROM tenants WHERE id = ?1")?
        .query_row([tenant], |row| row.get(0))
        .optional()?
        .unwrap_or(0))
}

pub fn row(conn: &Connection, tenant: Uuid, table: &str, id: Uuid) -> Result<Option<RowState>, StoreError> {
    let found: Option<Vec<u8>> = conn
        .prepare_cached("SELECT state FROM rows WHERE tenant = ?1 AND tbl = ?2 AND row = ?3")?
        .query_row(params![tenant, table, id], |row| row.get(0))
        .optional()?;
    Ok(found.map(|bytes| rmp_serde::from_slice(&bytes).map_err(neem_core::Error::from)).transpose()?)
}

pub fn insert_row(conn: &Connection, tenant: Uuid, table: &str, id: Uuid, state: &RowState) -> Result<(), StoreError> {
    let bytes = rmp_serde::to_vec(state).map_err(neem_core::Error::from)?;
    conn.prepare_cached("INSERT INTO rows (tenant, tbl, row, state) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![tenant, table, id, bytes])?;
    Ok(())
}

pub fn update_row(conn: &Connection, tenant: Uuid, table: &str, id: Uuid, state: &RowState) -> Result<(), StoreError> {
    let bytes = rmp_serde::to_vec(state).map_err(neem_core::Error::from)?;
    conn.prepare_cached("UPDATE rows SET state = ?4 WHERE tenant = ?1 AND tbl = ?2 AND row = ?3")?
        .execute(params![tenant, table, id, bytes])?;
    Ok(())
}

pub fn store_digest(conn: &Connection, tenant: Uuid, delta: Delta) -> Result<(), StoreError> {
    let mut read =
        conn.prepare_cached("SELECT sum, rows FROM digests WHERE tenant = ?1 AND tbl = ?2 AND bucket = ?3")?;
    let mut write = conn.prepare_cached(
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

pub fn digest(conn: &Connection, tenant: Uuid) -> Result<Digest, StoreError> {
    let mut digest = Digest::default();
    let mut statement = conn.prepare_cached("SELECT tbl, sum, rows FROM digests WHERE tenant = ?1")?;
    let mut rows = statement.query([tenant])?;
    while let Some(row) = rows.next()? {
        let sum: Vec<u8> = row.get("sum")?;
        let count: i64 = row.get("rows")?;
        digest.add(&row.get::<_, String>("tbl")?, sum_of(&sum), count.unsigned_abs());
    }
    Ok(digest)
}
