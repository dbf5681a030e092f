//! What the hub's log says must be the case, worked out anew and simply: every write of a field group that
//! no other write has seen stands, and what shows follows from those.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use neem_core::Instant;
use neem_core::clock::Hlc;
use neem_core::sync::commit::{Body, GENESIS, Origin, chain_hash};
use neem_core::sync::fit::id_in;
use neem_core::sync::merge::{Rule, StampId};
use neem_core::sync::tables::rule_of;
use neem_core::sync::value::Value;
use rusqlite::Connection;
use uuid::Uuid;

use super::wrong::Wrong;
use crate::pc::number_of;
use crate::tally::Check;

/// The name space of conflicts, as `overlap.rs` has fixed it for ever.
pub const CONFLICTS: Uuid = Uuid::from_u128(0x6e65_656d_0000_4000_8000_636f_6e66_6c69);

/// As far ahead of the hub's a clock may be and count.
const CLOCK_AHEAD_MINUTES: i64 = 5;

/// One write of one group.
pub struct Write {
    pub stamp: StampId,
    pub hlc: i64,
    pub seen: Vec<StampId>,
    pub fields: Vec<(String, Value)>,
    /// Its number in the run; none if it was made before.
    pub number: Option<u32>,
}

pub type Group = (String, Uuid, String);

/// All that was ever written, in the hub's order.
#[derive(Default)]
pub struct Log {
    pub inserted: HashMap<(String, Uuid), Vec<(String, Value)>>,
    /// The run's number of the write that made a row.
    pub maker: HashMap<Uuid, u32>,
    pub writes: BTreeMap<Group, Vec<Write>>,
    /// What the hub has set aside.
    pub aside: BTreeSet<StampId>,
    /// Whatever is wrong with the log itself.
    pub wrong: Wrong,
}

impl Log {
    /// Reads the hub's log.
    ///
    /// # Errors
    /// Those of reading.
    pub fn of_hub(conn: &Connection) -> rusqlite::Result<Log> {
        let mut log = Log::default();
        let mut set_aside = conn.prepare_cached("SELECT device, incarnation, seq FROM quarantine")?;
        log.aside = set_aside
            .query_map([], |row| {
                let seq: i64 = row.get("seq")?;
                Ok(StampId { device: row.get("device")?, incarnation: row.get("incarnation")?, seq: seq as u64 })
            })?
            .collect::<rusqlite::Result<_>>()?;
        let sql =
            "SELECT hub_seq, device, incarnation, seq, hash, hlc, body, received_at FROM commits ORDER BY hub_seq";
        let mut statement = conn.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut heads: HashMap<Origin, (u64, Vec<u8>)> = HashMap::new();
        let mut last = 0;
        while let Some(row) = rows.next()? {
            let origin = Origin { device: row.get("device")?, incarnation: row.get("incarnation")? };
            let (hub_seq, seq): (i64, i64) = (row.get("hub_seq")?, row.get("seq")?);
            let body: Vec<u8> = row.get("body")?;
            if hub_seq != last + 1 {
                log.wrong.add(Check::Chain, format!("the hub's order has a gap before {hub_seq}"));
            }
            last = hub_seq;
            let (head, hash) = heads.entry(origin).or_insert((0, GENESIS.to_vec()));
            if seq as u64 != *head + 1 {
                log.wrong.add(Check::Chain, format!("{origin:?} has a gap before {seq}"));
            }
            *head = seq as u64;
            *hash = chain_hash(hash, origin, seq as u64, &body).to_vec();
            if *hash != row.get::<_, Vec<u8>>("hash")? {
                log.wrong.add(Check::Chain, format!("the chain of {origin:?} is broken at {seq}"));
            }
            let stamp = origin.stamp(seq as u64);
            let latest = Hlc::at(Instant(row.get("received_at")?).plus_minutes(CLOCK_AHEAD_MINUTES));
            if row.get::<_, i64>("hlc")? > latest.0 {
                log.wrong.add(Check::Clocks, format!("{stamp:?} counts as written long after it was received"));
            }
            if log.aside.contains(&stamp) {
                continue;
            }
            match Body::decode(&body) {
                Ok(body) => log.take(body, stamp, row.get("hlc")?),
                Err(error) => log.wrong.add(Check::Program, format!("{stamp:?} cannot be read: {error:?}")),
            }
        }
        Ok(log)
    }

    fn take(&mut self, body: Body, stamp: StampId, hlc: i64) {
        let number = number_of(&body.action);
        for block in body.inserts {
            for row in block.rows {
                if let Some(id) = id_in(&block.columns, &row) {
                    self.maker.extend(number.map(|number| (id, number)));
                    let values = block.columns.iter().cloned().zip(row).collect();
                    self.inserted.insert((block.table.clone(), id), values);
                }
            }
        }
        for update in body.updates {
            for write in update.groups {
                let group = (update.table.clone(), update.row, write.group);
                let write = Write { stamp, hlc, seen: write.seen, fields: write.fields, number };
                self.writes.entry(group).or_default().push(write);
            }
        }
    }

    /// The values of every row that the log has made.
    pub fn rows(&self) -> HashMap<(&str, Uuid), BTreeMap<&str, &Value>> {
        let mut rows: HashMap<(&str, Uuid), BTreeMap<&str, &Value>> = HashMap::new();
        for ((table, id), values) in &self.inserted {
            rows.insert((table, *id), values.iter().map(|(column, value)| (column.as_str(), value)).collect());
        }
        for ((table, id, group), writes) in &self.writes {
            let Some(shown) = shown(rule_of(table, group), &standing(writes)) else { continue };
            let Some(row) = rows.get_mut(&(table.as_str(), *id)) else { continue };
            row.extend(shown.fields.iter().map(|(column, value)| (column.as_str(), value)));
        }
        rows
    }

    /// The groups about which a person has to decide, by the id that the conflict has everywhere.
    pub fn conflicts(&self) -> BTreeSet<Uuid> {
        let open = self.writes.iter().filter(|((table, _, group), writes)| {
            let standing = standing(writes);
            match rule_of(table, group) {
                Rule::Silent => false,
                Rule::Latest | Rule::Cautious(_) => standing.iter().any(|write| write.fields != standing[0].fields),
                Rule::Forward(progress) => {
                    let ended = |write: &&&Write| progress.ends.contains(&status(write));
                    let ends = standing.iter().filter(ended).count();
                    ends > 0 && ends < standing.len()
                }
            }
        });
        open.map(|((table, row, group), _)| Uuid::new_v5(&CONFLICTS, format!("{table}/{row}/{group}").as_bytes()))
            .collect()
    }
}

/// The writes that no other one has seen.
pub fn standing(writes: &[Write]) -> Vec<&Write> {
    let seen: HashSet<StampId> = writes.iter().flat_map(|write| write.seen.iter().copied()).collect();
    writes.iter().filter(|write| !seen.contains(&write.stamp)).collect()
}

fn status(write: &Write) -> &str {
    write.fields.first().and_then(|(_, value)| value.as_text()).unwrap_or_default()
}

fn shown<'a>(rule: Rule, standing: &[&'a Write]) -> Option<&'a Write> {
    let place = |list: &[&str], write: &Write| list.iter().position(|name| *name == status(write));
    let rank = |write: &Write| -> (u8, usize) {
        match rule {
            Rule::Latest | Rule::Silent => (0, 0),
            Rule::Cautious(order) => place(order, write).map_or((0, 0), |at| (1, at)),
            // A plan, an end, somebody who is there: in this order.
            Rule::Forward(progress) => {
                let present = progress.order.iter().position(|name| *name == progress.present);
                match place(progress.order, write) {
                    Some(at) if present.is_some_and(|present| at >= present) => (2, at),
                    Some(at) => (0, at),
                    None if progress.ends.contains(&status(write)) => (1, 0),
                    None => (0, 0),
                }
            }
        }
    };
    standing.iter().copied().max_by_key(|write| (rank(write), write.hlc, write.stamp))
}
