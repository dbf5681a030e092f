//! Nothing that was confirmed is lost, and nothing is there twice.

use std::collections::BTreeSet;

use neem_core::sync::commit::{Body, Origin};
use neem_core::sync::protocol::{Push, PushReply, unpack};
use neem_hub::Hub;
use neem_hub::store::StoreError;
use rusqlite::Connection;

use crate::pc::{Held, Pc, logged, number_of};
use crate::tally::{Check, Tally};
use crate::world::World;

/// Everything that was confirmed at a PC is on its disk, once.
pub fn holds_what_it_promised(tally: &Tally, pc: &Pc) {
    let Some(db) = pc.db() else { return };
    match db.read(logged) {
        Err(error) => tally.violation(Check::Program, format!("{}: its log cannot be read: {error:?}", pc.name)),
        Ok(logged) => {
            let lost: Vec<&u32> = pc.held.iter().filter(|number| !logged.contains_key(number)).collect();
            if !lost.is_empty() {
                tally.violation(Check::Lost, format!("{} has lost what was confirmed: {lost:?}", pc.name));
            }
            twice(tally, &pc.name, logged.iter().map(|(number, places)| (*number, places.len())));
        }
    }
}

fn twice(tally: &Tally, name: &str, counts: impl Iterator<Item = (u32, usize)>) {
    let twice: Vec<u32> = counts.filter(|(_, count)| *count > 1).map(|(number, _)| number).collect();
    if !twice.is_empty() {
        tally.violation(Check::Twice, format!("{name} has more than once: {twice:?}"));
    }
}

fn logged_at_hub(conn: &Connection) -> rusqlite::Result<Vec<u32>> {
    let mut statement = conn.prepare_cached("SELECT body FROM commits ORDER BY hub_seq")?;
    let bodies = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    let actions = bodies.iter().filter_map(|body| Body::decode(body).ok());
    Ok(actions.filter_map(|body| number_of(&body.action)).collect())
}

fn at_hub(world: &World) -> Vec<u32> {
    let house = world.net.hub.borrow();
    if house.hub().is_none() {
        return Vec::new();
    }
    house.database().and_then(|conn| logged_at_hub(&conn)).unwrap_or_else(|error| {
        world.tally.violation(Check::Program, format!("the hub's log cannot be read: {error}"));
        Vec::new()
    })
}

/// Every commit of a push that was answered is in the hub's store, with the number that the answer gives it.
pub fn acknowledged_what_it_has(hub: &Hub, push: &Push, answer: &[u8]) -> Option<String> {
    let (first, last) = (push.commits.first()?.seq, push.commits.last()?.seq);
    let origin = Origin { device: push.device, incarnation: push.incarnation };
    let stored = || -> Result<_, StoreError> {
        let mut tx = hub.store().read()?;
        match tx.tenant_of(push.device)? {
            Some(tenant) => tx.origin_commits(tenant, origin, first, last),
            None => Ok(Vec::new()),
        }
    };
    let stored = match stored() {
        Ok(stored) => stored,
        Err(error) => return Some(format!("the store cannot be read: {error}")),
    };
    let bodies = push.commits.iter().map(|sealed| (sealed.seq, &sealed.body[..]));
    if !bodies.eq(stored.iter().map(|commit| (commit.seq, &commit.body[..]))) {
        return Some(format!("{first} to {last} are acknowledged, and the hub does not have them"));
    }
    let reply: PushReply = unpack(answer).ok().and_then(|plain| rmp_serde::from_slice(&plain).ok())?;
    let numbers: Vec<i64> = stored.iter().map(|commit| commit.hub_seq).collect();
    (reply.hub_seqs != numbers).then(|| format!("{:?} is the answer, and {numbers:?} in the store", reply.hub_seqs))
}

/// What a PC takes for sent is at the hub; asked while no hub was restored.
pub fn sent_what_it_marks(hub: &Hub, pc: &Pc) -> Option<String> {
    let marked = pc.db()?.read(|conn| {
        let sql = "SELECT device_id, this_device.incarnation, coalesce(max(commits.seq), 0) FROM this_device
                   LEFT JOIN commits ON device = device_id AND commits.incarnation = this_device.incarnation
                                    AND hub_seq IS NOT NULL";
        Ok(conn.query_row(sql, [], |row| {
            Ok((Origin { device: row.get(0)?, incarnation: row.get(1)? }, row.get::<_, i64>(2)?.unsigned_abs()))
        })?)
    });
    let (origin, marked) = marked.ok()?;
    let mut tx = hub.store().read().ok()?;
    let tenant = tx.tenant_of(origin.device).ok()??;
    let there = tx.origin_head(tenant, origin).ok()?.map_or(0, |(seq, _)| seq);
    (marked > there).then(|| format!("it takes {marked} for sent, and the hub has {there}"))
}

/// Everything that the hub has acknowledged is on its disk.
pub fn hub_holds_what_it_acknowledged(world: &World) {
    let there: BTreeSet<u32> = at_hub(world).into_iter().collect();
    let acknowledged = world.net.acknowledged.borrow();
    let lost: Vec<&u32> = acknowledged.iter().filter(|number| !there.contains(number)).collect();
    if !lost.is_empty() {
        world.tally.violation(Check::Acknowledged, format!("the hub has lost what it had acknowledged: {lost:?}"));
    }
}

/// What must be everywhere in the end: all that was confirmed at a PC that still has that disk, and all
/// that any log still holds.
pub fn required(world: &World) -> Held {
    let mut required: Held = at_hub(world).into_iter().collect();
    for pc in world.pcs.iter().filter(|pc| !pc.revoked) {
        required.extend(pc.held.iter().copied());
        if let Some(db) = pc.db() {
            match db.read(logged) {
                Ok(logged) => required.extend(logged.into_keys()),
                Err(error) => {
                    world.tally.violation(Check::Program, format!("{}: its log cannot be read: {error:?}", pc.name))
                }
            }
        }
    }
    required
}

/// Everything that is required is everywhere, exactly once.
pub fn kept(world: &World, live: &[usize], required: &Held) {
    let compare = |name: &str, mut there: Vec<u32>| {
        there.sort_unstable();
        let wanted: Vec<u32> = required.iter().copied().collect();
        if there != wanted {
            let missing: Vec<&u32> = wanted.iter().filter(|number| !there.contains(number)).collect();
            let more: Vec<u32> = there.windows(2).filter(|two| two[0] == two[1]).map(|two| two[0]).collect();
            let check = if missing.is_empty() { Check::Twice } else { Check::Lost };
            let text = format!("{name}: of {} writes {missing:?} are missing, {more:?} are there twice", wanted.len());
            world.tally.violation(check, text);
        }
    };
    compare("the hub", at_hub(world));
    for which in live {
        let pc = &world.pcs[*which];
        let Some(db) = pc.db() else { continue };
        match db.read(logged) {
            Ok(logged) => {
                let there = logged.into_iter().flat_map(|(number, places)| vec![number; places.len()]).collect();
                compare(&pc.name, there);
            }
            Err(error) => {
                world.tally.violation(Check::Program, format!("{}: its log cannot be read: {error:?}", pc.name))
            }
        }
    }
}
