//! One machine's rows, sums and conflicts, read and worked out anew.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use neem_core::sync::commit::{Body, GENESIS, Origin, chain_hash};
use neem_core::sync::digest::sum_of;
use neem_core::sync::merge::StampId;
use neem_core::sync::row::{self, RowState};
use neem_core::sync::tables::Table;
use neem_core::sync::value::Value;
use neem_core::sync::{decide, engine, overlap};
use neem_core::{Error, Result};
use rusqlite::Connection;
use uuid::Uuid;

use super::log::{CONFLICTS, Log};
use super::wrong::Wrong;
use crate::hub::HubHouse;
use crate::pc::number_of;
use crate::tally::Check;

/// The sum and the number of rows of each table.
pub type Sums = BTreeMap<String, (u128, i64)>;

/// The sums that a store keeps.
pub fn stored_sums(conn: &Connection) -> rusqlite::Result<Sums> {
    let mut statement = conn.prepare_cached("SELECT tbl, sum, rows FROM digests")?;
    let mut rows = statement.query([])?;
    let mut sums = Sums::new();
    while let Some(row) = rows.next()? {
        let entry = sums.entry(row.get("tbl")?).or_default();
        entry.0 = entry.0.wrapping_add(sum_of(row.get_ref("sum")?.as_blob().unwrap_or_default()));
        entry.1 += row.get::<_, i64>("rows")?;
    }
    sums.retain(|_, (_, rows)| *rows > 0);
    Ok(sums)
}

/// The sums of what the hub really has.
pub fn sums_of_hub(conn: &Connection) -> rusqlite::Result<Sums> {
    let mut statement = conn.prepare_cached("SELECT tbl, row, state FROM rows")?;
    let mut rows = statement.query([])?;
    let mut sums = Sums::new();
    while let Some(row) = rows.next()? {
        let (table, id): (String, Uuid) = (row.get("tbl")?, row.get("row")?);
        let state: Option<RowState> = rmp_serde::from_slice(row.get_ref("state")?.as_blob().unwrap_or_default()).ok();
        let hash = state.map_or(0, |state| state.hash(&table, id));
        let entry = sums.entry(table).or_default();
        *entry = (entry.0.wrapping_add(hash), entry.1 + 1);
    }
    Ok(sums)
}

type Stamps = BTreeMap<String, Vec<StampId>>;

/// The sums of what a PC really has, and how its rows differ from what the log says.
pub fn sums_of_pc(conn: &Connection, log: &Log, wrong: &mut Wrong) -> Result<Sums> {
    let mut heads: HashMap<(String, Uuid), Stamps> = HashMap::new();
    let mut statement = conn.prepare_cached(
        "SELECT tbl, row, grp, device, incarnation, seq FROM heads ORDER BY device, incarnation, seq",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (seq, key) = (row.get::<_, i64>("seq")?, (row.get("tbl")?, row.get("row")?));
        let stamp =
            StampId { device: row.get("device")?, incarnation: row.get("incarnation")?, seq: seq.unsigned_abs() };
        heads.entry(key).or_default().entry(row.get("grp")?).or_default().push(stamp);
    }
    let wanted = log.rows();
    let (mut sums, mut found) = (Sums::new(), 0);
    for table in Table::ALL {
        let name = table.name();
        let mut statement = conn.prepare_cached(&format!("SELECT * FROM {name}"))?;
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let mut by_name: Vec<usize> = (0..columns.len()).collect();
        by_name.sort_by(|a, b| columns[*a].cmp(&columns[*b]));
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let id: Uuid = row.get("id")?;
            let values: Vec<Value> =
                (0..columns.len()).map(|at| Ok(Value::from(row.get_ref(at)?))).collect::<rusqlite::Result<_>>()?;
            let ordered = by_name.iter().map(|at| (columns[*at].as_str(), &values[*at]));
            let stamps = heads.remove(&(name.to_owned(), id)).unwrap_or_default();
            let standing = stamps.iter().flat_map(|(group, all)| all.iter().map(move |stamp| (group.as_str(), *stamp)));
            let hash = row::hash(name, id, ordered.clone(), standing);
            let entry = sums.entry(name.to_owned()).or_default();
            *entry = (entry.0.wrapping_add(hash), entry.1 + 1);
            found += 1;
            match wanted.get(&(name, id)) {
                None => wrong.add(Check::Rows, format!("{name} {id} is in no commit")),
                Some(wanted) => {
                    for (column, value) in ordered {
                        let expected = wanted.get(column).copied().unwrap_or(&Value::Null);
                        if expected != value {
                            wrong.add(Check::Rows, format!("{name} {id} {column}: {value:?} and not {expected:?}"));
                        }
                    }
                }
            }
        }
    }
    if found != wanted.len() {
        wrong.add(Check::Rows, format!("{found} rows, and {} in the log", wanted.len()));
    }
    if !heads.is_empty() {
        wrong.add(Check::Rows, format!("{} rows have heads and do not exist", heads.len()));
    }
    Ok(sums)
}

/// The chain of every origin, without a gap.
pub fn chains(conn: &Connection, wrong: &mut Wrong) -> Result<()> {
    let sql = "SELECT device, incarnation, seq, hash, body FROM commits ORDER BY device, incarnation, seq";
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut before: (Option<Origin>, u64, Vec<u8>) = (None, 0, GENESIS.to_vec());
    while let Some(row) = rows.next()? {
        let origin = Origin { device: row.get("device")?, incarnation: row.get("incarnation")? };
        let seq = row.get::<_, i64>("seq")?.unsigned_abs();
        if before.0 != Some(origin) {
            before = (Some(origin), 0, GENESIS.to_vec());
        }
        let hash = chain_hash(&before.2, origin, seq, row.get_ref("body")?.as_blob().unwrap_or_default());
        if seq != before.1 + 1 || row.get_ref("hash")?.as_blob().unwrap_or_default() != hash {
            wrong.add(Check::Chain, format!("{origin:?}: its chain is broken at {seq}"));
        }
        before = (Some(origin), seq, hash.to_vec());
    }
    Ok(())
}

/// Every pair of active bookings of one doctor that overlap, as long as nobody keeps both at these times.
fn double_bookings(conn: &Connection) -> Result<BTreeSet<Uuid>> {
    let sql = "SELECT id, provider_id, scheduled_start, scheduled_end, coalesce(capacity, 1) FROM appointments
               WHERE channel <> 'walk_in' AND deleted_at IS NULL AND status NOT IN ('cancelled', 'no_show') ORDER BY id";
    let mut statement = conn.prepare_cached(sql)?;
    let claims: Vec<(Uuid, Uuid, i64, i64, i64)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let mut kept = conn.prepare_cached("SELECT conflict_id, about FROM conflict_decisions WHERE outcome = 'both'")?;
    let kept: BTreeSet<(Uuid, Option<String>)> =
        kept.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
    let mut found = BTreeSet::new();
    for (at, one) in claims.iter().enumerate() {
        for other in &claims[at + 1..] {
            if one.1 == other.1 && one.2 < other.3 && other.2 < one.3 {
                if one.4 > 1 || other.4 > 1 {
                    return Err(Error::Invariant("the simulation books no groups".into()));
                }
                let id = Uuid::new_v5(&CONFLICTS, &[one.0.as_bytes().as_slice(), other.0.as_bytes()].concat());
                let about = format!("{}-{}/{}-{}", one.2, one.3, other.2, other.3);
                if !kept.contains(&(id, Some(about))) {
                    found.insert(id);
                }
            }
        }
    }
    Ok(found)
}

/// Exactly the conflicts that follow from rows and log are open, under the ids that they have everywhere, and
/// whoever decides can read all that was said.
pub fn conflicts(conn: &Connection, log: &Log, wrong: &mut Wrong) -> Result<()> {
    let mut statement = conn.prepare_cached("SELECT id, kind FROM conflicts")?;
    let open: Vec<(Uuid, String)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
    let (twice, fields): (Vec<_>, Vec<_>) = open.iter().partition(|(_, kind)| kind == "booked_twice");
    for (what, there, wanted) in
        [("double bookings", twice, double_bookings(conn)?), ("fields in conflict", fields, log.conflicts())]
    {
        let there: BTreeSet<Uuid> = there.into_iter().map(|(id, _)| *id).collect();
        if there != wanted {
            let more: Vec<_> = there.difference(&wanted).collect();
            let less: Vec<_> = wanted.difference(&there).collect();
            wrong.add(Check::Conflicts, format!("{what}: {more:?} should not be open and {less:?} should"));
        }
    }
    for conflict in decide::field_conflicts(conn, true)? {
        let versions = &conflict.versions;
        let silent = versions.iter().any(|version| version.fields.is_empty() || version.device.is_empty());
        if versions.len() < 2 || silent || versions.iter().all(|version| version.fields == versions[0].fields) {
            wrong.add(Check::Decisions, format!("the versions of {} cannot be read: {versions:?}", conflict.title));
        }
    }
    if overlap::list(conn)?.len() != open.len().min(200) {
        wrong.add(Check::Decisions, "the list leaves a conflict out");
    }
    Ok(())
}

/// The number and the clock that the hub has given to every commit.
pub type Numbers = BTreeMap<(Uuid, u32, i64), (Option<i64>, i64)>;

fn numbers(conn: &Connection) -> rusqlite::Result<Numbers> {
    let mut statement = conn.prepare_cached("SELECT device, incarnation, seq, hub_seq, hlc FROM commits")?;
    let rows =
        statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?, row.get(2)?), (row.get(3)?, row.get(4)?))))?;
    rows.collect()
}

pub fn numbers_of(hub: &HubHouse) -> rusqlite::Result<Numbers> {
    numbers(&hub.database()?)
}

/// Every commit bears the number and the clock here that the hub has given it.
pub fn marked(conn: &Connection, hub: &Numbers, wrong: &mut Wrong) -> Result<()> {
    for (commit, here) in numbers(conn)? {
        if let Some(there) = hub.get(&commit).filter(|there| **there != here) {
            wrong.add(Check::Marked, format!("{commit:?} is {here:?} here and {there:?} at the hub"));
        }
    }
    Ok(())
}

/// What waits, and what was set aside: what the hub has set aside, which is what broke a rule.
pub fn left_over(conn: &Connection, log: &Log, breaking: &BTreeSet<u32>, wrong: &mut Wrong) -> Result<()> {
    if engine::waiting(conn)? > 0 {
        wrong.add(Check::Waits, "commits still wait");
    }
    let mut statement = conn.prepare_cached("SELECT device, incarnation, seq, reason, body FROM quarantine")?;
    let mut rows = statement.query([])?;
    let mut aside = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let seq = row.get::<_, i64>("seq")?.unsigned_abs();
        let stamp = StampId { device: row.get("device")?, incarnation: row.get("incarnation")?, seq };
        let body = Body::decode(row.get_ref("body")?.as_blob().unwrap_or_default())?;
        if !number_of(&body.action).is_some_and(|number| breaking.contains(&number)) {
            let reason: String = row.get("reason")?;
            wrong.add(Check::Quarantine, format!("{} is set aside: {reason}", body.action));
        }
        aside.insert(stamp);
    }
    if aside != log.aside {
        wrong.add(Check::Quarantine, format!("{aside:?} are set aside here and {:?} at the hub", log.aside));
    }
    if decide::quarantined(conn)?.len() != aside.len() {
        wrong.add(Check::Quarantine, "a commit in quarantine is not in the inbox");
    }
    Ok(())
}
