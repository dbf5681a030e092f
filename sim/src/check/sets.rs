//! Adding wins: who was added to a set is in it until somebody removes them who knew of the adding.

use std::collections::BTreeMap;

use neem_core::sync::value::Value;
use uuid::Uuid;

use super::log::Log;
use crate::pc::logged;
use crate::world::World;

const TABLE: &str = "service_providers";

#[derive(Default)]
struct Set {
    added: Vec<u32>,
    removed: Vec<u32>,
    /// Whether a row says that it is in.
    holds: bool,
}

/// Every adding that does not hold although nobody has removed it knowingly.
pub fn broken(world: &World, log: &Log) -> Vec<String> {
    let mut sets: BTreeMap<&[u8], Set> = BTreeMap::new();
    let mut provider_of: BTreeMap<Uuid, &[u8]> = BTreeMap::new();
    let rows = log.rows();
    for ((table, id), values) in log.inserted.iter().filter(|((table, _), _)| table == TABLE) {
        let provider = values.iter().find(|(column, _)| column == "provider_id");
        let Some(provider) = provider.and_then(|(_, value)| value.as_blob()) else { continue };
        provider_of.insert(*id, provider);
        let set = sets.entry(provider).or_default();
        set.added.extend(log.maker.get(id));
        let removed = rows.get(&(table.as_str(), *id)).and_then(|row| row.get("removed_at").copied());
        set.holds |= removed.is_none_or(Value::is_null);
    }
    for ((_, row, _), writes) in
        log.writes.iter().filter(|((table, _, group), _)| table == TABLE && group == "removed_at")
    {
        let Some(set) = provider_of.get(row).and_then(|provider| sets.get_mut(provider)) else { continue };
        for write in writes {
            let null = write.fields.iter().all(|(_, value)| value.is_null());
            let which = if null { &mut set.added } else { &mut set.removed };
            which.extend(write.number);
        }
    }
    let mut broken = Vec::new();
    for set in sets.values().filter(|set| !set.holds) {
        for added in &set.added {
            if !set.removed.iter().any(|removed| knew(world, *removed, *added)) {
                broken.push(format!("#{added} has added what nobody removed who knew of it: {:?}", set.removed));
            }
        }
    }
    broken
}

/// Whether the author of `later` had `earlier` in the log before; true where that log is gone.
fn knew(world: &World, later: u32, earlier: u32) -> bool {
    let Some(which) = world.authors.get(&later) else { return true };
    let pc = &world.pcs[*which];
    let Some(db) = pc.db().filter(|_| pc.held.contains(&later)) else { return true };
    let Ok(places) = db.read(logged) else { return true };
    let place = |number: u32| places.get(&number).and_then(|places| places.first());
    place(earlier) < place(later) && place(earlier).is_some()
}
