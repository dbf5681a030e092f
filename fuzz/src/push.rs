//! A commit that another PC has signed goes to a real hub and from there to a real PC: whatever is in
//! it, both take it or both set it aside, and then hold the same.

use std::cell::RefCell;
use std::sync::Arc;

use arbitrary::{Result, Unstructured};
use neem_core::Code;
use neem_core::sync::Table;
use neem_core::sync::commit::{Body, Sealed};
use neem_core::sync::engine;
use neem_core::sync::protocol::{HelloRequest, HubApi, Push};
use neem_hub::Hub;
use rusqlite::Connection;
use tempfile::TempDir;
use uuid::Uuid;

use super::bodies::{self, Stuff};
use super::fixture::{Desk, TEMPLATE, check_sums, count, sealed, wait};
use super::line::Line;

/// So many inputs for one clinic.
const PER_CLINIC: u32 = 64;

struct Clinic {
    _folder: TempDir,
    hub: Arc<Hub>,
    desk: Desk,
}

thread_local! {
    static CLINIC: RefCell<Option<Clinic>> = const { RefCell::new(None) };
}

pub fn push(bytes: &[u8]) {
    CLINIC.with_borrow_mut(|slot| {
        let clinic = slot.get_or_insert_with(|| {
            let (folder, hub) = TEMPLATE.hub();
            Clinic { _folder: folder, hub, desk: TEMPLATE.desk() }
        });
        clinic.desk.used += 1;
        let comparable = sent_and_fetched(clinic, bytes);
        clinic.desk.check();
        if !comparable || clinic.desk.used >= PER_CLINIC {
            check_sums(&clinic.desk.db, Table::ALL);
            *slot = None;
        }
    });
}

/// Whether the two are the same afterwards, so that the next input finds them so.
fn sent_and_fetched(Clinic { hub, desk, .. }: &Clinic, bytes: &[u8]) -> bool {
    let mut u = Unstructured::new(bytes);
    let room = Line { hub: hub.clone(), token: TEMPLATE.room_token.clone() };
    let Ok((push, honest)) = pushed(&mut u, &room) else { return true };
    let plain = rmp_serde::to_vec(&push).expect("encodes");
    let before = head(hub);
    match wait(room.push(plain.clone())) {
        Ok(reply) => {
            assert_eq!(reply.hub_seqs.len(), push.commits.len());
            let again = wait(room.push(plain)).expect("what was taken is acknowledged again");
            assert_eq!(again.hub_seqs, reply.hub_seqs);
        }
        Err(refusal) => {
            assert!(!honest, "an honest push was refused: {refusal:?}");
            assert_ne!(refusal.code, Code::Internal, "the hub failed inside");
            assert_eq!(head(hub), before, "a refused push left something behind");
        }
    }
    let line = Line { hub: hub.clone(), token: TEMPLATE.desk_token.clone() };
    let report = wait(engine::sync(&desk.db, &line, &|_| {})).unwrap_or_else(|error| panic!("no sync: {error:?}"));
    // The hub does not know the database's own rules (ARCHITECTURE.md, "Constraints at the hub").
    if count(&desk.db, "SELECT count(*) FROM quarantine WHERE reason = 'breaks a rule of the database'") > 0 {
        return false;
    }
    let at_hub = set_aside(hub.store().read());
    let here = desk.db.read(|conn| Ok(set_aside(conn))).expect("reads");
    // Whether a row of a table is there that only the hub knows, a PC cannot tell (docs/fuzzing.md).
    let untold = |(_, reason): &&(i64, String)| reason.starts_with("a second row") || reason.ends_with("not exist");
    if names_unknown_table(&push) && at_hub.iter().filter(|entry| !here.contains(entry)).any(|entry| untold(&entry)) {
        return false;
    }
    assert!(report.identical, "the PC and the hub differ after {:?}", bodies_of(&push));
    assert_eq!(here, at_hub, "set aside on one side alone: {:?}", bodies_of(&push));
    true
}

fn names_unknown_table(push: &Push) -> bool {
    let unknown = |table: &String| Table::by_name(table).is_none();
    bodies_of(push).iter().flatten().any(|body| {
        body.inserts.iter().any(|block| unknown(&block.table))
            || body.updates.iter().any(|update| unknown(&update.table))
    })
}

fn set_aside(conn: &Connection) -> Vec<(i64, String)> {
    let mut statement = conn.prepare("SELECT seq, reason FROM quarantine ORDER BY seq").expect("prepares");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("reads");
    rows.collect::<rusqlite::Result<_>>().expect("reads")
}

fn bodies_of(push: &Push) -> Vec<Option<Body>> {
    push.commits.iter().map(|commit| Body::decode(&commit.body).ok()).collect()
}

fn head(hub: &Hub) -> i64 {
    hub.store().read().query_row("SELECT max(hub_seq) FROM commits", [], |row| row.get(0)).expect("counts")
}

/// A page of the room's next commits, and whether the hub has no reason to refuse it.
fn pushed(u: &mut Unstructured, room: &Line) -> Result<(Push<'static>, bool)> {
    let stuff = Stuff::of_clinic();
    let hello = wait(room.hello(HelloRequest { incarnation: 1, at: None, heads: false })).expect("the room is known");
    let (mut seq, mut hash) = (hello.your_seq, <[u8; 32]>::try_from(hello.your_hash).expect("a hash"));
    let (mut commits, mut hlcs, mut honest) = (Vec::new(), Vec::new(), true);
    let damage: u8 = u.arbitrary()?;
    for _ in 0..u.int_in_range(1..=3)? {
        let body = bodies::body(u, &stuff)?;
        let Some((mut next, next_hash)) = sealed(TEMPLATE.room, seq + 1, &hash, &body) else { break };
        hlcs.push(body.hlc);
        (seq, hash) = (seq + 1, next_hash);
        if damage >= 224 {
            honest = false;
            damaged(u, &mut next)?;
        }
        commits.push(next);
    }
    let mut push = Push { device: TEMPLATE.room.device, incarnation: 1, commits, hlcs };
    if damage >= 248 {
        match damage {
            248 => push.device = TEMPLATE.desk.device,
            249 => push.device = Uuid::from_u128(u.arbitrary()?),
            250 => push.incarnation = u.arbitrary()?,
            251 => drop(push.hlcs.pop()),
            252 => push.commits.reverse(),
            253 => push.hlcs.iter_mut().for_each(|hlc| *hlc = i64::MIN),
            _ => push.hlcs.iter_mut().for_each(|hlc| *hlc = i64::MAX),
        }
    }
    Ok((push, honest))
}

fn damaged(u: &mut Unstructured, sealed: &mut Sealed) -> Result<()> {
    match u.int_in_range(0..=3)? {
        // Number 0 is answered as a failure inside (docs/fuzzing.md).
        0 => sealed.seq = u.arbitrary::<u64>()?.max(1),
        1 => sealed.signature = u.arbitrary::<Vec<u8>>()?.into(),
        2 => sealed.body = u.arbitrary::<Vec<u8>>()?.into(),
        _ => {}
    }
    Ok(())
}
