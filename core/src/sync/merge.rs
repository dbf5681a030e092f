//! Merging, as pure functions of writes. The state of a field group is the set of its *heads*:
//! every write that no other write has named as seen. In whatever order commits arrive, as long as
//! none comes before one that it has seen (which the hub's order and the PC's own guarantee), every
//! replica ends with the same set; what shows is a function of it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::seeded::{Bug, seeded};
use crate::sync::value::Value;

/// Which commit a value comes from. The clock is not part of the identity: the hub may clamp it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StampId {
    pub device: Uuid,
    pub incarnation: u32,
    pub seq: u64,
}

/// One write of a field group that is still standing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Head {
    pub stamp: StampId,
    /// Orders concurrent writes only; never asked when one write has seen the other.
    pub hlc: i64,
    /// Every column of the group, by name, in the group's order.
    pub fields: Vec<(String, Value)>,
}

/// A status that goes one way.
#[derive(Debug)]
pub struct Progress {
    pub order: &'static [&'static str],
    /// Where a thing can end instead of going on.
    pub ends: &'static [&'static str],
    /// From here on somebody is there in person, and an end recorded elsewhere does not hide them.
    pub present: &'static str,
}

/// How the heads of a group are told apart.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    /// The latest shows; another value beside it is a conflict for a person.
    Latest,
    /// The latest shows and nobody needs to know of the other.
    Silent,
    /// The furthest status shows; an end against a going-on is a conflict for a person.
    Forward(&'static Progress),
    /// The value that stands last in this list shows, from the least to the most cautious; another
    /// value beside it is a conflict for a person.
    Cautious(&'static [&'static str]),
}

/// Takes a write in: it replaces the heads that it has seen and stands beside the others.
pub fn join(heads: &mut Vec<Head>, write: Head, seen: &[StampId]) {
    let seen = if seeded(Bug::WallClockMerge) { &[] } else { seen };
    heads.retain(|head| !seen.contains(&head.stamp) && head.stamp != write.stamp);
    heads.push(write);
    if seeded(Bug::WallClockMerge) || seeded(Bug::LoserDropped) {
        let latest = heads.iter().max_by_key(|head| (head.hlc, head.stamp)).cloned();
        heads.retain(|head| Some(head) == latest.as_ref());
    }
    heads.sort_by_key(|head| head.stamp);
}

/// The head whose values show.
pub fn winner(rule: Rule, heads: &[Head]) -> Option<&Head> {
    heads.iter().max_by_key(|head| (rank(rule, head), head.hlc, head.stamp))
}

/// Whether a person has to look at these heads.
pub fn in_conflict(rule: Rule, heads: &[Head]) -> bool {
    let Some(winner) = winner(rule, heads) else { return false };
    heads.iter().any(|head| clashes(rule, winner, head))
}

/// What a local write that follows these heads has seen: the one that shows and those that say
/// nothing against it. A head in conflict is left standing until a person decides.
pub fn seen_by_edit(rule: Rule, heads: &[Head]) -> Vec<StampId> {
    let Some(winner) = winner(rule, heads) else { return Vec::new() };
    if seeded(Bug::EditSeesAll) {
        return heads.iter().map(|head| head.stamp).collect();
    }
    heads.iter().filter(|head| !clashes(rule, winner, head)).map(|head| head.stamp).collect()
}

fn clashes(rule: Rule, winner: &Head, head: &Head) -> bool {
    match rule {
        Rule::Silent => false,
        Rule::Latest | Rule::Cautious(_) => head.fields != winner.fields,
        Rule::Forward(progress) => is_end(progress, winner) != is_end(progress, head),
    }
}

fn status(head: &Head) -> &str {
    head.fields.first().and_then(|(_, value)| value.as_text()).unwrap_or_default()
}

fn is_end(progress: &Progress, head: &Head) -> bool {
    progress.ends.contains(&status(head))
}

fn rank(rule: Rule, head: &Head) -> usize {
    let progress = match rule {
        Rule::Latest | Rule::Silent => return 0,
        Rule::Forward(_) if seeded(Bug::StatusMovesBack) => return 0,
        Rule::Cautious(_) if seeded(Bug::CautionForgotten) => return 0,
        // A value that the list does not know ranks before all: nobody knows whether it is cautious.
        Rule::Cautious(order) => return order.iter().position(|value| *value == status(head)).map_or(0, |at| at + 1),
        Rule::Forward(progress) => progress,
    };
    let place = |name: &str| progress.order.iter().position(|step| *step == name);
    let present = place(progress.present).unwrap_or(progress.order.len());
    match place(status(head)) {
        Some(step) if step >= present => step + 1,
        // An end ranks behind somebody who is there, and before a plan.
        None if is_end(progress, head) => present,
        Some(step) => step,
        // A status that only a newer version knows must not push a known one aside.
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::tables::{Table, rule_of};

    fn stamp(device: u128, seq: u64) -> StampId {
        StampId { device: Uuid::from_u128(device), incarnation: 1, seq }
    }

    fn head(device: u128, seq: u64, hlc: i64, text: &str) -> Head {
        Head { stamp: stamp(device, seq), hlc, fields: vec![("status".into(), Value::Text(text.into()))] }
    }

    fn shown(rule: Rule, heads: &[Head]) -> &str {
        status(winner(rule, heads).expect("a winner"))
    }

    #[test]
    fn a_write_that_saw_the_other_holds_whatever_the_clocks_say() {
        let mut heads = vec![];
        join(&mut heads, head(1, 1, 2_031, "Lane 1"), &[]);
        join(&mut heads, head(2, 1, 1_999, "Lane 2"), &[stamp(1, 1)]);
        assert_eq!(shown(Rule::Latest, &heads), "Lane 2");
        assert!(!in_conflict(Rule::Latest, &heads));
    }

    #[test]
    fn concurrent_writes_keep_the_loser() {
        let mut heads = vec![];
        join(&mut heads, head(1, 1, 10, "Lane 1"), &[]);
        join(&mut heads, head(2, 1, 20, "Lane 2"), &[]);
        assert_eq!(shown(Rule::Latest, &heads), "Lane 2");
        assert!(in_conflict(Rule::Latest, &heads));
        assert_eq!(heads.len(), 2);
        // An edit of what shows does not decide the conflict by the way.
        let seen = seen_by_edit(Rule::Latest, &heads);
        join(&mut heads, head(2, 2, 30, "Lane 3"), &seen);
        assert_eq!(heads.len(), 2);
        // A decision names both.
        let all: Vec<_> = heads.iter().map(|h| h.stamp).collect();
        join(&mut heads, head(1, 2, 40, "Lane 1"), &all);
        assert_eq!(heads.len(), 1);
    }

    #[test]
    fn the_status_table() {
        let rule = rule_of(Table::Appointments.name(), "status");
        for (one, other, shows, conflict) in [
            ("confirmed", "arrived", "arrived", false),
            ("arrived", "in_progress", "in_progress", false),
            ("cancelled", "arrived", "arrived", true),
            ("cancelled", "completed", "completed", true),
            ("cancelled", "confirmed", "cancelled", true),
            ("no_show", "arrived", "arrived", true),
            ("cancelled", "no_show", "no_show", false),
            ("teleported", "confirmed", "confirmed", false),
        ] {
            for (first, second) in [(one, other), (other, one)] {
                let heads = vec![head(1, 1, if first == one { 10 } else { 20 }, first), {
                    head(2, 1, if second == other { 20 } else { 10 }, second)
                }];
                assert_eq!(shown(rule, &heads), shows, "{first} against {second}");
                assert_eq!(in_conflict(rule, &heads), conflict, "{first} against {second}");
            }
        }
    }

    #[test]
    fn until_somebody_decides_the_cautious_value_shows() {
        let rule = rule_of(Table::Allergies.name(), "severity");
        for (one, other, shows, conflict) in [
            ("mild", "severe", "severe", true),
            ("moderate", "mild", "moderate", true),
            ("severe", "severe", "severe", false),
            ("unheard of", "mild", "mild", true),
        ] {
            for (first, second) in [(one, other), (other, one)] {
                let heads = vec![head(1, 1, 10, first), head(2, 1, 20, second)];
                assert_eq!(shown(rule, &heads), shows, "{first} against {second}");
                assert_eq!(in_conflict(rule, &heads), conflict, "{first} against {second}");
            }
        }
    }

    #[test]
    fn an_undo_by_a_person_moves_a_status_back() {
        let rule = rule_of(Table::Appointments.name(), "status");
        let mut heads = vec![head(1, 1, 10, "arrived"), head(2, 1, 20, "in_progress")];
        let seen = seen_by_edit(rule, &heads);
        join(&mut heads, head(1, 2, 30, "confirmed"), &seen);
        assert_eq!(shown(rule, &heads), "confirmed");
    }
}
