//! Is the log what it was? Every commit is held against its PC's chain and signature.

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Result;
use crate::ids::DeviceId;
use crate::sync::commit::{self, Body, GENESIS, Origin};
use crate::sync::devices::follow;
use crate::sync::rotation;
use crate::sync::snapshot;

/// What is wrong with a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum LogFault {
    /// The commit itself, or one before it, was taken out.
    Missing,
    /// Its content, its place or its hash is not what the chain says.
    Changed,
    /// Its signature is not that of its PC.
    Signature,
    /// No PC of this clinic wrote it.
    UnknownDevice,
}

/// The first commit of a PC that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BadCommit {
    pub device: DeviceId,
    /// Which life of the PC's database; a restored one counts anew.
    pub incarnation: u32,
    /// The commit's number, from 1; for one that is missing, the number that it had.
    pub seq: u32,
    pub what: LogFault,
}

/// What a check of the whole log found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LogReport {
    /// Commits that were checked and are sound.
    pub commits: u32,
    /// PCs that wrote them; one that was restored counts for each life of its database.
    pub devices: u32,
    pub bad: Option<BadCommit>,
    /// The log from before this PC took the clinic's records over is still arriving: that part was not
    /// checked, and that it is missing is no fault.
    pub older_to_come: bool,
}

struct Chain {
    origin: Origin,
    seq: u64,
    hash: [u8; 32],
    public_key: Option<Vec<u8>>,
}

/// Walks the commits of every PC in their order: each must follow the one before, its hash must come
/// out again, and its PC must have signed it. What this PC wrote must also end where the PC's own
/// counter stands; the end of another PC's part is known to that PC and to the hub only. Takes about
/// a minute for a million commits.
pub fn verify_log(conn: &Connection) -> Result<LogReport> {
    let mut report = LogReport { commits: 0, devices: 0, bad: None, older_to_come: false };
    let mut statement = conn.prepare(
        "SELECT device, incarnation, seq, hash, signature, body FROM commits ORDER BY device, incarnation, seq",
    )?;
    let mut rows = statement.query([])?;
    let mut chain: Option<Chain> = None;
    let own = own_head(conn)?;
    let mut own_seen = false;
    while let Some(row) = rows.next()? {
        let origin = Origin { device: row.get("device")?, incarnation: row.get("incarnation")? };
        if chain.as_ref().is_none_or(|chain| chain.origin != origin) {
            if let Some(bad) = end_of(chain.as_ref(), own.as_ref()) {
                report.bad = Some(bad);
                return Ok(report);
            }
            report.devices += 1;
            let first = commit::chain_hash(&GENESIS, origin, 1, row.get_ref("body")?.as_blob().unwrap_or_default());
            let signature = row.get_ref("signature")?.as_blob().unwrap_or_default();
            let public_key = public_key(conn, origin, &first, signature)?;
            chain = Some(Chain { origin, seq: 0, hash: GENESIS, public_key });
        }
        let Some(chain) = chain.as_mut() else { continue };
        own_seen |= own.as_ref().is_some_and(|own| own.origin == origin);
        let seq = row.get::<_, i64>("seq")?.unsigned_abs();
        if let Some((base, hash)) = snapshot::base_of(conn, origin)?
            && seq == base + 1
            && chain.seq < base
        {
            (chain.seq, chain.hash) = (base, <[u8; 32]>::try_from(hash).unwrap_or_default());
            report.older_to_come = true;
        }
        let hash = commit::chain_hash(&chain.hash, origin, seq, row.get_ref("body")?.as_blob().unwrap_or_default());
        let what = if seq != chain.seq + 1 {
            Some(LogFault::Missing)
        } else if row.get_ref("hash")?.as_blob().unwrap_or_default() != hash {
            Some(LogFault::Changed)
        } else {
            let signature = row.get_ref("signature")?.as_blob().unwrap_or_default();
            match &chain.public_key {
                None => Some(LogFault::UnknownDevice),
                Some(key) if commit::verify(key, &hash, signature) => None,
                Some(key) => {
                    // Whoever renews a key signs that with the new one; the old one has signed the renewal.
                    let body = Body::decode(row.get_ref("body")?.as_blob().unwrap_or_default()).ok();
                    let renewals = body.map(|body| rotation::of_body(&body, origin.device)).unwrap_or_default();
                    let next = follow(origin.device, key, &renewals);
                    let sound = commit::verify(&next, &hash, signature);
                    chain.public_key = Some(next);
                    (!sound).then_some(LogFault::Signature)
                }
            }
        };
        if let Some(what) = what {
            let seq = if what == LogFault::Missing { chain.seq + 1 } else { seq };
            report.bad = Some(bad(origin, seq, what));
            return Ok(report);
        }
        (chain.seq, chain.hash) = (seq, hash);
        report.commits += 1;
    }
    report.bad = end_of(chain.as_ref(), own.as_ref());
    if report.bad.is_none()
        && let Some(own) = own.filter(|own| !own_seen && own.seq > 0)
    {
        report.bad = Some(bad(own.origin, 1, LogFault::Missing));
    }
    Ok(report)
}

/// Whether this PC's own part ends where its counter stands.
fn end_of(chain: Option<&Chain>, own: Option<&Chain>) -> Option<BadCommit> {
    let (chain, own) = (chain?, own?);
    if chain.origin != own.origin || (chain.seq == own.seq && chain.hash == own.hash) {
        return None;
    }
    let what = if chain.seq < own.seq { LogFault::Missing } else { LogFault::Changed };
    Some(bad(chain.origin, if what == LogFault::Missing { chain.seq + 1 } else { chain.seq }, what))
}

fn own_head(conn: &Connection) -> Result<Option<Chain>> {
    let found = conn
        .query_row("SELECT device_id, incarnation, seq, head_hash FROM this_device WHERE only = 1", [], |row| {
            Ok(Chain {
                origin: Origin { device: row.get("device_id")?, incarnation: row.get("incarnation")? },
                seq: row.get::<_, i64>("seq")?.unsigned_abs(),
                hash: row.get("head_hash")?,
                public_key: None,
            })
        })
        .optional()?;
    Ok(found)
}

/// The key with which a PC's life began: of those that it ever had, the one that fits its first commit.
fn public_key(conn: &Connection, origin: Origin, first: &[u8; 32], signature: &[u8]) -> Result<Option<Vec<u8>>> {
    let keys = rotation::all_keys(conn)?.into_iter().filter(|(device, _)| *device == origin.device);
    let mut keys: Vec<Vec<u8>> = keys.map(|(_, key)| key).collect();
    let fits = keys.iter().position(|key| commit::verify(key, first, signature)).unwrap_or(0);
    Ok((!keys.is_empty()).then(|| keys.swap_remove(fits)))
}

fn bad(origin: Origin, seq: u64, what: LogFault) -> BadCommit {
    let seq = u32::try_from(seq).unwrap_or(u32::MAX);
    BadCommit { device: DeviceId(origin.device), incarnation: origin.incarnation, seq, what }
}
