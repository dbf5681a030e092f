//! Bringing the database to this version, also when several hubs start at once.

use neem_core::clock::Entropy;
use uuid::Uuid;

use super::pool::Connection;
use crate::store::{Result, StoreError, new_identity};

const MIGRATIONS: &[&str] = &[
    include_str!("../../../../migrations/hub/postgres/0001_hub.sql"),
    include_str!("../../../../migrations/hub/postgres/0002_taken_out.sql"),
];

/// The hub's id and its secret.
pub fn migrate(conn: &mut Connection, entropy: &dyn Entropy) -> Result<(Uuid, [u8; 32])> {
    let mut tx = conn.client.transaction()?;
    // Held until the end; an arbitrary number of the hub's own.
    tx.batch_execute(
        "SELECT pg_advisory_xact_lock(5202647290213);
         CREATE TABLE IF NOT EXISTS hub_level (single boolean PRIMARY KEY DEFAULT true CHECK (single), level integer NOT NULL);
         INSERT INTO hub_level (level) VALUES (0) ON CONFLICT DO NOTHING",
    )?;
    let level: i32 = tx.query_one("SELECT level FROM hub_level", &[])?.get(0);
    let level = usize::try_from(level).unwrap_or_default();
    if level > MIGRATIONS.len() {
        return Err(StoreError::Newer);
    }
    for migration in MIGRATIONS.iter().skip(level) {
        tx.batch_execute(migration)?;
    }
    tx.execute("UPDATE hub_level SET level = $1", &[&i32::try_from(MIGRATIONS.len()).unwrap_or(i32::MAX)])?;
    let (id, epoch, secret) = new_identity(entropy);
    tx.execute(
        "INSERT INTO hub (id, epoch, secret) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        &[&id, &epoch, &secret.as_slice()],
    )?;
    let row = tx.query_one("SELECT id, secret FROM hub", &[])?;
    let (id, secret): (Uuid, Vec<u8>) = (row.get("id"), row.get("secret"));
    tx.commit()?;
    Ok((id, <[u8; 32]>::try_from(secret).map_err(|_| StoreError::Key)?))
}
