//! A row as merging and digests see it, whichever store holds it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::seeded::{Bug, seeded};
use crate::sync::commit::GroupWrite;
use crate::sync::merge::{self, Head, StampId};
use crate::sync::tables::rule_of;
use crate::sync::value::Value;

/// The values of a row that show, and the heads of every group written since it was inserted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RowState {
    /// By column name; a column without an entry is null.
    pub values: BTreeMap<String, Value>,
    /// By group name; the hub keeps those of groups that it does not know, too.
    pub heads: BTreeMap<String, Vec<Head>>,
}

impl RowState {
    pub fn inserted<'a>(columns: impl Iterator<Item = &'a String>, values: impl Iterator<Item = Value>) -> RowState {
        RowState {
            values: columns.cloned().zip(values).filter(|(_, value)| !value.is_null()).collect(),
            heads: BTreeMap::new(),
        }
    }

    /// Merges one write of a group, and sets the values that now show.
    pub fn merge(&mut self, table: &str, write: &GroupWrite, stamp: StampId, hlc: i64) {
        let heads = self.heads.entry(write.group.clone()).or_default();
        let head = Head { stamp, hlc, fields: write.fields.clone() };
        merge::join(heads, head, &write.seen);
        self.show(table, &write.group);
    }

    /// Sets the hub's word for a write's clock, which may change what shows.
    pub fn clamp(&mut self, table: &str, group: &str, stamp: StampId, hlc: i64) {
        if let Some(heads) = self.heads.get_mut(group) {
            heads.iter_mut().filter(|head| head.stamp == stamp).for_each(|head| head.hlc = hlc);
            self.show(table, group);
        }
    }

    fn show(&mut self, table: &str, group: &str) {
        let Some(heads) = self.heads.get(group) else { return };
        let Some(winner) = merge::winner(rule_of(table, group), heads) else { return };
        for (column, value) in &winner.fields {
            if value.is_null() {
                if !seeded(Bug::EmptiedFieldStays) {
                    self.values.remove(column);
                }
            } else {
                self.values.insert(column.clone(), value.clone());
            }
        }
    }

    pub fn in_conflict(&self, table: &str, group: &str) -> bool {
        self.heads.get(group).is_some_and(|heads| merge::in_conflict(rule_of(table, group), heads))
    }

    /// 128 bits over the table, the id, every value that is not null and every standing write.
    pub fn hash(&self, table: &str, row: Uuid) -> u128 {
        let values = self.values.iter().map(|(column, value)| (column.as_str(), value));
        let heads =
            self.heads.iter().flat_map(|(group, heads)| heads.iter().map(move |head| (group.as_str(), head.stamp)));
        hash(table, row, values, heads)
    }
}

/// See [`RowState::hash`]; takes columns in the order of their names and skips nulls, so that a
/// column which another version does not have yet makes no difference.
pub fn hash<'a>(
    table: &str,
    row: Uuid,
    values: impl Iterator<Item = (&'a str, &'a Value)>,
    heads: impl Iterator<Item = (&'a str, StampId)>,
) -> u128 {
    let mut bytes = Vec::with_capacity(640);
    bytes.extend_from_slice(table.as_bytes());
    bytes.push(0);
    bytes.extend_from_slice(row.as_bytes());
    for (column, value) in values.filter(|(_, value)| !value.is_null()) {
        bytes.extend_from_slice(column.as_bytes());
        bytes.push(0);
        value.hash_into(&mut bytes);
    }
    for (group, stamp) in heads {
        bytes.extend_from_slice(group.as_bytes());
        bytes.push(1);
        bytes.extend_from_slice(stamp.device.as_bytes());
        bytes.extend_from_slice(&stamp.incarnation.to_le_bytes());
        bytes.extend_from_slice(&stamp.seq.to_le_bytes());
    }
    let mut half = [0; 16];
    half.copy_from_slice(&blake3::hash(&bytes).as_bytes()[..16]);
    u128::from_le_bytes(half)
}
