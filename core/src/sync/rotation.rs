//! A new key for this PC. The old one signs which key follows it, in the records, so that everybody can
//! go from a key that they know to the one that holds; what was signed before stays checked by the old.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::db::{Actor, Db};
use crate::error::{Code, Error, Result};
use crate::sync::commit::{Body, Inserts, SigningKey};
use crate::sync::devices::{KeyRenewal, follow};
use crate::sync::log::Author;
use crate::sync::protocol::PullReply;
use crate::sync::tables::Table;
use crate::sync::value::Value;

/// Gives this PC a new key: from the next commit on it signs with that. The hub hears of it at the next
/// sync; cut at any point, the PC goes on with the one or the other. False if nothing was done, because
/// the hub has not yet got all that the key before signed.
///
/// # Errors
/// `NotFound` on a PC that its clinic does not know yet.
pub fn renew(db: &Db, actor: Actor) -> Result<bool> {
    let done = db.write(actor, "renew_key", |tx| {
        let author = Author::read(tx)?;
        if former(tx)?.is_some() {
            return Ok(false);
        }
        let mut secret = [0; 32];
        tx.entropy.fill(&mut secret);
        let (device, next) = (author.origin.device, SigningKey::from_bytes(&secret));
        let KeyRenewal { old_key, new_key, signature } = KeyRenewal::signed(device, &author.key(), &next);
        let known = tx.execute(
            "UPDATE devices SET public_key = ?1, updated_at = ?2 WHERE id = ?3",
            params![new_key, tx.now, device],
        )?;
        if known == 0 {
            return Err(Code::NotFound.into());
        }
        tx.execute(
            "INSERT INTO key_renewals (id, tenant_id, device_id, old_key, new_key, signature, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
            params![tx.new_id(), tx.device.tenant, device, old_key, new_key, signature, tx.now],
        )?;
        tx.execute("UPDATE this_device SET former_key = secret_key, secret_key = ?1 WHERE only = 1", [secret])?;
        Ok(true)
    })?;
    Ok(done)
}

/// The key before this PC's present one, while the hub may lack something that it signed.
pub(super) fn former(conn: &Connection) -> Result<Option<SigningKey>> {
    let found: Option<Vec<u8>> = conn.query_row("SELECT former_key FROM this_device", [], |row| row.get(0))?;
    let Some(bytes) = found else { return Ok(None) };
    let bytes = <[u8; 32]>::try_from(bytes).map_err(|_| Error::Invariant("a key of another length".into()))?;
    Ok(Some(SigningKey::from_bytes(&bytes)))
}

/// The hub has everything that this PC has signed: the former key is of no more use.
pub(super) fn forget_former(conn: &Connection) -> Result<()> {
    conn.execute("UPDATE this_device SET former_key = NULL WHERE former_key IS NOT NULL", [])?;
    Ok(())
}

/// With which key this PC signs each of these commits when it signs them anew: as before, those in front
/// of a renewal with the key that was then.
pub(super) fn signers(conn: &Connection, author: &Author, bodies: &[Vec<u8>]) -> Result<Vec<SigningKey>> {
    let device = author.origin.device;
    let renewal = bodies.iter().position(|body| Body::decode(body).is_ok_and(|b| !of_body(&b, device).is_empty()));
    let mut keys = vec![author.key(); bodies.len()];
    if let Some(renewal) = renewal
        && let Some(former) = former(conn)?
    {
        keys[..renewal].fill(former);
    }
    Ok(keys)
}

/// All renewals of a PC's key that are known here, each after the one that it follows.
pub fn renewals(conn: &Connection, device: Uuid) -> Result<Vec<KeyRenewal>> {
    let mut statement =
        conn.prepare_cached("SELECT old_key, new_key, signature FROM key_renewals WHERE device_id = ?1")?;
    let rows = statement.query_map([device], |row| {
        Ok(KeyRenewal { old_key: row.get("old_key")?, new_key: row.get("new_key")?, signature: row.get("signature")? })
    })?;
    let rows: Vec<KeyRenewal> = rows.collect::<rusqlite::Result<_>>()?;
    // Not by time: clocks are set back.
    let news: BTreeSet<&[u8]> = rows.iter().map(|renewal| renewal.new_key.as_slice()).collect();
    let mut key = rows.iter().map(|renewal| renewal.old_key.clone()).find(|old| !news.contains(old.as_slice()));
    let mut by_old: BTreeMap<Vec<u8>, KeyRenewal> = rows.iter().map(|r| (r.old_key.clone(), r.clone())).collect();
    let mut ordered = Vec::new();
    while let Some(renewal) = key.take().and_then(|key| by_old.remove(&key)) {
        key = Some(renewal.new_key.clone());
        ordered.push(renewal);
    }
    Ok(ordered)
}

/// Every key that any PC of the clinic has or had, with whose it is.
pub fn all_keys(conn: &Connection) -> Result<Vec<(Uuid, Vec<u8>)>> {
    let mut statement = conn.prepare_cached(
        "SELECT id AS device, public_key AS key FROM devices UNION SELECT device_id, old_key FROM key_renewals",
    )?;
    let keys = statement.query_map([], |row| Ok((row.get("device")?, row.get("key")?)))?;
    Ok(keys.collect::<rusqlite::Result<_>>()?)
}

fn in_block(block: &Inserts) -> impl Iterator<Item = (Uuid, KeyRenewal)> {
    let bytes = |row: &[Value], name: &str| {
        let at = block.columns.iter().position(|column| column == name)?;
        row.get(at)?.as_blob().map(<[u8]>::to_vec)
    };
    block.rows.iter().filter_map(move |row| {
        let device = Uuid::from_slice(&bytes(row, "device_id")?).ok()?;
        let (old_key, new_key) = (bytes(row, "old_key")?, bytes(row, "new_key")?);
        Some((device, KeyRenewal { old_key, new_key, signature: bytes(row, "signature")? }))
    })
}

fn blocks(body: &Body) -> impl Iterator<Item = &Inserts> {
    body.inserts.iter().filter(|block| block.table == Table::KeyRenewals.name())
}

/// The renewals of its PC's key that a commit brings.
pub fn of_body(body: &Body, device: Uuid) -> Vec<KeyRenewal> {
    blocks(body).flat_map(in_block).filter(|(of, _)| *of == device).map(|(_, renewal)| renewal).collect()
}

/// Whether a commit does nothing but renew its PC's key.
pub fn only_renews(body: &Body, device: Uuid) -> bool {
    let columns = ["public_key", "updated_at"];
    let mut groups = body.updates.iter().flat_map(|update| &update.groups);
    body.inserts.iter().all(|block| block.table == Table::KeyRenewals.name())
        && body.updates.iter().all(|update| update.table == Table::Devices.name() && update.row == device)
        && groups.all(|write| columns.contains(&write.group.as_str()))
        && !of_body(body, device).is_empty()
}

/// Why a commit of this PC may not be merged, if it writes a key that is not its PC's to give.
pub fn unfit(body: &Body, device: Uuid) -> Option<String> {
    let rows: usize = blocks(body).map(|block| block.rows.len()).sum();
    let sound = blocks(body).flat_map(in_block).filter(|(of, renewal)| renewal.holds(*of)).count();
    if sound < rows {
        return Some("a new key of key_renewals that the old one has not signed".into());
    }
    let devices = body.updates.iter().filter(|update| update.table == Table::Devices.name());
    for update in devices {
        let fields = update.groups.iter().flat_map(|write| &write.fields);
        for (_, value) in fields.filter(|(column, _)| column == "public_key") {
            let given = of_body(body, device).iter().any(|renewal| Some(renewal.new_key.as_slice()) == value.as_blob());
            if update.row != device || !given {
                return Some("a change to the key of devices that the old one has not signed".into());
            }
        }
    }
    None
}

/// The keys that the PCs of a page had before it.
pub(super) fn keys_before(conn: &Connection, page: &PullReply) -> Result<BTreeMap<Uuid, Vec<u8>>> {
    let mut key_of = conn.prepare_cached("SELECT public_key FROM devices WHERE id = ?1")?;
    let mut keys = BTreeMap::new();
    for device in page.commits.iter().map(|pulled| pulled.device).collect::<BTreeSet<_>>() {
        if let Some(key) = key_of.query_row([device], |row| row.get(0)).optional()? {
            keys.insert(device, key);
        }
    }
    Ok(keys)
}

/// The key that a PC has after a page of commits: it was `before`, none for a PC whose entry the page
/// brings, as it stands `after` all of them.
pub(super) fn key_after(
    page: &PullReply,
    device: Uuid,
    before: Option<&Vec<u8>>,
    after: Option<Vec<u8>>,
) -> Option<Vec<u8>> {
    let own = page.commits.iter().filter(|pulled| pulled.device == device && names_renewals(&pulled.sealed.body));
    let bodies = own.filter_map(|pulled| Body::decode(&pulled.sealed.body).ok());
    let renewals: Vec<KeyRenewal> = bodies.flat_map(|body| of_body(&body, device)).collect();
    let before = before.or_else(|| renewals.first().map(|renewal| &renewal.old_key));
    before.map(|key| follow(device, key, &renewals)).or(after)
}

/// Decoding every body of a page again would cost more than applying it.
fn names_renewals(body: &[u8]) -> bool {
    let name = Table::KeyRenewals.name().as_bytes();
    let mut rest = body;
    while let Some(at) = rest.iter().position(|byte| *byte == name[0]) {
        if rest[at..].starts_with(name) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}
