//! A PC that was taken out of its clinic: it asks its own hub whether that is so, and believes nobody else.
//! Handed over, it takes no new work; shut out, the key of its records is sealed until it is let in again.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use crate::db::{Actor, Db};
use crate::error::{Code, Error, Result};
use crate::ids::Instant;
use crate::keys::{DatabaseKey, KeyFile, LockedOut};
use crate::sync::capture::{self, Touched};
use crate::sync::commit::Body;
use crate::sync::devices::{DevicesApi, Standing, Word, You};
use crate::sync::digest::Delta;
use crate::sync::engine;
use crate::sync::fit::{self, HANDED_OVER};
use crate::sync::log::Catalogue;
use crate::sync::repair;
use crate::sync::rotation;
use crate::sync::tables::Table;

/// A PC that was taken out and hands over: since when, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TakenOut {
    /// By the hub's clock.
    pub at: Instant,
    /// The manager's name; none for whoever runs the hub.
    pub by: Option<String>,
}

/// That this PC was taken out and hands its work over, if it was.
pub fn taken_out(conn: &Connection) -> Result<Option<TakenOut>> {
    if !keeps(conn)? {
        return Ok(None);
    }
    let found: Option<Option<String>> =
        conn.query_row("SELECT taken_out FROM hub_link", [], |row| row.get(0)).optional()?;
    Ok(found.flatten().map(|text| serde_json::from_str(&text)).transpose()?)
}

/// A file that is kept at an older level has no room for any of this.
fn keeps(conn: &Connection) -> Result<bool> {
    Ok(crate::db::columns(conn, "hub_link")?.iter().any(|column| column == "taken_out"))
}

/// Whether a write on a PC that was taken out is still allowed: reading goes on, and who read what is
/// written down.
pub(crate) fn only_reading(touched: &Touched) -> bool {
    touched.updated.is_empty() && touched.inserted.iter().all(|(table, _)| *table == Table::AuditLog)
}

/// Asks the hub where this PC stands, after it was refused. What was not signed by the hub that this PC
/// was introduced to, for this question, counts for nothing.
///
/// # Errors
/// `HubRefused` when the answer is not the hub's own.
pub async fn verdict(db: &Db, hub: &impl DevicesApi) -> Result<Word> {
    let mut nonce = vec![0; 32];
    db.entropy.fill(&mut nonce);
    let answer = hub.verdict(nonce.clone()).await?;
    let (device, hub_key) = db.read(|conn| {
        let key: Option<Option<Vec<u8>>> =
            conn.query_row("SELECT hub_key FROM hub_link", [], |row| row.get(0)).optional()?;
        Ok((engine::credentials(conn)?.0, key.flatten()))
    })?;
    let word = hub_key.and_then(|key| answer.read(&key));
    word.filter(|word| word.nonce == nonce && word.device == device)
        .ok_or_else(|| Error::with(Code::HubRefused, "a word on this PC that its hub did not sign"))
}

/// From now on this PC takes no new work.
pub fn hand_over(db: &Db, word: &Word) -> Result<TakenOut> {
    let taken_out = TakenOut { at: Instant(word.at), by: db.read(|conn| name_of(conn, word.by))? };
    let text = serde_json::to_string(&taken_out)?;
    db.write_local(|conn| Ok(conn.execute("UPDATE hub_link SET taken_out = ?1 WHERE only = 1", [text])?))?;
    db.reload_device()?;
    Ok(taken_out)
}

/// What people call a manager of whom the hub knows the id alone.
pub fn name_of(conn: &Connection, user: Option<Uuid>) -> Result<Option<String>> {
    let mut name = conn.prepare_cached("SELECT full_name FROM profiles WHERE user_id = ?1")?;
    Ok(name.query_row([user], |row| row.get(0)).optional()?)
}

/// The hub's greeting: learns the hub's key, and comes back if the PC was let in again. What it handed
/// over is no longer shown here until somebody takes it into the records: it would otherwise stand here
/// and nowhere else.
pub(super) fn greeted(db: &Db, you: &You) -> Result<()> {
    let found = db.read(|conn| {
        if !keeps(conn)? {
            return Ok(None);
        }
        let known: Option<Vec<u8>> = conn.query_row("SELECT hub_key FROM hub_link", [], |row| row.get(0))?;
        let spent = engine::waiting(conn)? == 0 && rotation::former(conn)?.is_some();
        Ok(Some((known.is_some(), spent, taken_out(conn)?.is_some())))
    })?;
    let Some((known, spent, out)) = found else { return Ok(()) };
    if !known {
        db.write_local(|conn| Ok(conn.execute("UPDATE hub_link SET hub_key = ?1 WHERE only = 1", [&you.hub_key])?))?;
    }
    if spent {
        db.write_local(rotation::forget_former)?;
    }
    if out && you.standing == Standing::In {
        let tables = db.transact(|conn, catalogue, _| {
            let tables = take_back(conn, catalogue)?;
            conn.execute("UPDATE hub_link SET taken_out = NULL WHERE only = 1", [])?;
            Ok(tables)
        })?;
        db.reload_device()?;
        db.announce(tables);
    }
    let own = db.read(engine::credentials)?.1.verifying_key().to_bytes();
    if you.renew_key && you.standing == Standing::In && you.public_key == own {
        match rotation::renew(db, Actor::System) {
            // A PC that has not introduced itself yet has a fresh key anyhow.
            Err(error) if error.code() == Code::NotFound => {}
            done => drop(done?),
        }
    }
    Ok(())
}

/// Takes away the rows that the PC's own handed-over commits made. What they changed in others' rows is
/// put right by the proof.
fn take_back(conn: &Connection, catalogue: &Catalogue) -> Result<Vec<Table>> {
    let mut statement = conn.prepare(
        "SELECT body FROM quarantine WHERE reason = ?1 AND device = (SELECT device_id FROM this_device) ORDER BY seq",
    )?;
    let bodies: Vec<Vec<u8>> =
        statement.query_map([HANDED_OVER], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let mut rows = Vec::new();
    for body in bodies {
        for block in Body::decode(&body)?.inserts {
            let Some(table) = catalogue.known(&block.table) else { continue };
            rows.extend(block.rows.iter().filter_map(|row| fit::id_in(&block.columns, row)).map(|id| (table, id)));
        }
    }
    let tables: Vec<Table> = rows.iter().map(|(table, _)| *table).collect();
    let mut delta = Delta::default();
    capture::unguarded(conn, &tables.iter().copied().collect(), || {
        // What is made of a row goes before it.
        for (table, id) in rows.iter().rev() {
            let info = catalogue.table(*table);
            let Some(values) = info.values(conn, *id)? else { continue };
            let hash = info.state(conn, *id, values)?.hash(table.name(), *id);
            delta.replace(table.name(), *id, Some(hash), None);
            repair::take_away(conn, catalogue, *table, *id)?;
            conn.execute("DELETE FROM heads WHERE tbl = ?1 AND row = ?2", params![table.name(), id])?;
        }
        delta.store(conn)
    })?;
    Ok(tables)
}

/// Seals the key of this PC's records with what only the hub can make again. `forget` takes it out of
/// the keyring, by its account. Afterwards the database must be closed: nothing here opens it any more.
/// What was not sent stays in it.
///
/// # Errors
/// Those of the disk; the key is then where it was.
pub fn lock(db: &Db, word: &Word, key_file: &Path, forget: impl FnOnce(&str)) -> Result<()> {
    let release = <[u8; 32]>::try_from(word.release.as_slice())
        .map_err(|_| Error::with(Code::HubRefused, "nothing to seal with"))?;
    let notice = db.read(|conn| {
        let link = engine::link(conn)?.ok_or(Code::HubNotConnected)?;
        Ok(LockedOut {
            device: word.device,
            address: link.address,
            pin: crate::sync::pin::kept(conn)?.map(crate::sync::pin::Pin::to_hex),
            nonce: word.nonce.clone(),
            at: Instant(word.at),
            by: name_of(conn, word.by)?,
            waiting: engine::waiting(conn)?,
            account: None,
            cipher_nonce: Vec::new(),
            sealed: Vec::new(),
        })
    })?;
    let file = KeyFile::read(key_file)?;
    if file.locked_out().is_some() {
        return Ok(());
    }
    let locked = file.lock_out(db.key(), notice, &release, &*db.entropy)?;
    locked.replace(key_file)?;
    if let Some(account) = locked.locked_out().and_then(|notice| notice.account.as_deref()) {
        forget(account);
    }
    Ok(())
}

/// Puts the key back where it was, with what the hub gave out. `keep` puts it into the keyring, under its
/// account.
///
/// # Errors
/// `WrongKey` if this is not what it was sealed with; `KeyringSilent`.
pub fn unlock(key_file: &Path, release: &[u8], keep: impl FnOnce(&str, &DatabaseKey) -> bool) -> Result<()> {
    let release = <[u8; 32]>::try_from(release).map_err(|_| Error::from(Code::WrongKey))?;
    let (file, key) = KeyFile::read(key_file)?.release(&release)?;
    if let (Some(account), Some(key)) = (file.account(), &key)
        && !keep(account, key)
    {
        return Err(Code::KeyringSilent.into());
    }
    file.replace(key_file)
}
