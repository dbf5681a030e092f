//! Whatever three PCs write to one row, and in whatever order each hears of it: they end the same.

use std::collections::BTreeSet;

use neem_core::sync::Table;
use neem_core::sync::commit::GroupWrite;
use neem_core::sync::merge::{self, StampId};
use neem_core::sync::row::RowState;
use neem_core::sync::tables::rule_of;
use neem_core::sync::value::Value;
use proptest::prelude::*;
use uuid::Uuid;

const TABLE: &str = "appointments";
const STATUSES: &[&str] = &["scheduled", "confirmed", "arrived", "in_progress", "cancelled", "no_show", "teleported"];

/// A write with what its PC had heard of when it was made.
struct Commit {
    stamp: StampId,
    write: GroupWrite,
    /// What the PC's clock said, and what the hub makes of it.
    hlc: i64,
    clamped: i64,
    heard: BTreeSet<usize>,
}

struct Pc {
    row: RowState,
    heard: BTreeSet<usize>,
    seq: u64,
}

#[derive(Debug, Clone)]
enum Step {
    Edit {
        pc: usize,
        group: usize,
        value: usize,
        hlc: i64,
    },
    /// One commit that `to` can take in; which of them, `pick` says.
    Deliver {
        to: usize,
        pick: usize,
    },
    /// A commit that is there already.
    Again {
        to: usize,
        pick: usize,
    },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..3usize, 0..3usize, 0..7usize, 0..60i64).prop_map(|(pc, group, value, hlc)| Step::Edit { pc, group, value, hlc }),
        4 => (0..3usize, any::<usize>()).prop_map(|(to, pick)| Step::Deliver { to, pick }),
        1 => (0..3usize, any::<usize>()).prop_map(|(to, pick)| Step::Again { to, pick }),
    ]
}

fn fields(group: usize, value: usize) -> (String, Vec<(String, Value)>) {
    let text = |text: &str| Value::Text(text.to_owned());
    match group {
        0 => ("status".into(), vec![("status".into(), text(STATUSES[value]))]),
        1 => {
            let start = value as i64 * 900_000;
            let time = [("scheduled_start", start), ("scheduled_end", start + 900_000)];
            ("time".into(), time.map(|(column, at)| (column.to_owned(), Value::Int(at))).to_vec())
        }
        // Also back to nothing.
        _ => ("reason".into(), vec![("reason".into(), if value == 0 { Value::Null } else { text(STATUSES[value]) })]),
    }
}

fn inserted() -> RowState {
    let columns = ["id", "status", "reason", "scheduled_start", "scheduled_end"].map(str::to_owned);
    let id = Value::Blob(vec![1; 16]);
    let text = |text: &str| Value::Text(text.to_owned());
    let values = [id, text("scheduled"), text("Cough"), Value::Int(0), Value::Int(900_000)];
    RowState::inserted(columns.iter(), values.into_iter())
}

struct World {
    pcs: Vec<Pc>,
    commits: Vec<Commit>,
}

impl World {
    fn new() -> World {
        let pc = || Pc { row: inserted(), heard: BTreeSet::new(), seq: 0 };
        World { pcs: vec![pc(), pc(), pc()], commits: Vec::new() }
    }

    fn edit(&mut self, number: usize, group: usize, value: usize, hlc: i64) {
        let pc = &mut self.pcs[number];
        let (group, fields) = fields(group, value);
        let heads = pc.row.heads.get(&group).map(Vec::as_slice).unwrap_or_default();
        let seen = merge::seen_by_edit(rule_of(TABLE, &group), heads);
        pc.seq += 1;
        let stamp = StampId { device: Uuid::from_u128(number as u128 + 1), incarnation: 1, seq: pc.seq };
        let write = GroupWrite { group, seen, fields };
        pc.row.merge(TABLE, &write, stamp, hlc);
        self.commits.push(Commit { stamp, write, hlc, clamped: hlc.min(40), heard: pc.heard.clone() });
        pc.heard.insert(self.commits.len() - 1);
    }

    /// The commits that a PC has not heard of, but everything before them.
    fn ready(&self, to: usize) -> Vec<usize> {
        let heard = &self.pcs[to].heard;
        (0..self.commits.len()).filter(|i| !heard.contains(i) && self.commits[*i].heard.is_subset(heard)).collect()
    }

    fn deliver(&mut self, to: usize, pick: usize) -> bool {
        let ready = self.ready(to);
        if ready.is_empty() {
            return false;
        }
        self.hand_over(to, ready[pick % ready.len()]);
        true
    }

    fn hand_over(&mut self, to: usize, index: usize) {
        // As the log does: a number that is there already is passed over.
        if self.pcs[to].heard.insert(index) {
            let commit = &self.commits[index];
            self.pcs[to].row.merge(TABLE, &commit.write, commit.stamp, commit.clamped);
        }
    }

    /// Everything reaches everybody, in another order for each; then each learns of the hub's clocks.
    fn finish(&mut self, picks: &[usize]) {
        for to in 0..self.pcs.len() {
            for turn in 0.. {
                if !self.deliver(to, picks[(turn + to * 7) % picks.len()]) {
                    break;
                }
            }
            for commit in self.commits.iter().filter(|commit| commit.hlc != commit.clamped) {
                self.pcs[to].row.clamp(TABLE, &commit.write.group, commit.stamp, commit.clamped);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn three_pcs_end_the_same(
        steps in prop::collection::vec(step(), 1..60),
        picks in prop::collection::vec(any::<usize>(), 1..20),
    ) {
        let mut world = World::new();
        for step in steps {
            match step {
                Step::Edit { pc, group, value, hlc } => world.edit(pc, group, value, hlc),
                Step::Deliver { to, pick } => {
                    world.deliver(to, pick);
                }
                Step::Again { to, pick } => {
                    let heard: Vec<usize> = world.pcs[to].heard.iter().copied().collect();
                    if !heard.is_empty() {
                        world.hand_over(to, heard[pick % heard.len()]);
                    }
                }
            }
        }
        world.finish(&picks);
        let row = Uuid::from_u128(9);
        let first = &world.pcs[0].row;
        for pc in &world.pcs {
            prop_assert_eq!(pc.heard.len(), world.commits.len());
            prop_assert_eq!(&pc.row, first);
            prop_assert_eq!(pc.row.hash(TABLE, row), first.hash(TABLE, row));
            for group in ["status", "time", "reason"] {
                prop_assert_eq!(pc.row.in_conflict(TABLE, group), first.in_conflict(TABLE, group));
            }
        }
        prop_assert_eq!(Table::Appointments.name(), TABLE);
    }
}
