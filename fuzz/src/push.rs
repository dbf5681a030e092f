//! A commit that another PC has signed goes to a real hub and from there to a real PC: whatever is in
//! it, both take it or both set it aside, and then hold the same.

use arbitrary::{Result, Unstructured};
use neem_core::Db;
use neem_core::sync::commit::Sealed;
use neem_core::sync::engine;
use neem_core::sync::protocol::{HubApi, Push};

use super::bodies::{self, Stuff};
use super::fixture::{Line, TEMPLATE, sealed, wait};
use super::page::check_sums;

pub fn push(bytes: &[u8]) {
    let mut u = Unstructured::new(bytes);
    let Ok((mut push, honest)) = pushed(&mut u) else { return };
    let (_hub_folder, hub) = TEMPLATE.hub();
    let room = Line { hub: hub.clone(), token: TEMPLATE.room_token.clone() };
    let plain = rmp_serde::to_vec(&push).expect("encodes");
    let before = head(&room);
    let taken = wait(room.push(plain.clone()));
    match &taken {
        Ok(reply) => {
            assert_eq!(reply.hub_seqs.len(), push.commits.len());
            let again = wait(room.push(plain)).expect("what was taken is acknowledged again");
            assert_eq!(again.hub_seqs, reply.hub_seqs);
        }
        Err(refusal) => {
            assert!(!honest, "an honest push was refused: {refusal:?}");
            assert_eq!(head(&room), before, "a refused push left something behind");
            push.commits.clear();
        }
    }
    let (_desk_folder, db) = TEMPLATE.desk();
    let desk = Line { hub, token: TEMPLATE.desk_token.clone() };
    let report = wait(engine::sync(&db, &desk, &|_| {})).unwrap_or_else(|error| panic!("no sync: {error:?}"));
    check_sums(&db);
    // The hub does not know the database's own rules (ARCHITECTURE.md, "Constraints at the hub").
    let rules_broken = count(&db, "SELECT count(*) FROM quarantine WHERE reason = 'breaks a rule of the database'");
    if rules_broken == 0 {
        assert!(report.identical, "the PC and the hub differ after {:?}", push.commits.len());
        let at_hub: i64 = desk
            .hub
            .store()
            .read()
            .query_row("SELECT count(*) FROM quarantine", [], |row| row.get(0))
            .expect("counts");
        assert_eq!(count(&db, "SELECT count(*) FROM quarantine"), at_hub, "set aside on one side alone");
    }
}

fn head(line: &Line) -> i64 {
    line.hub.store().read().query_row("SELECT max(hub_seq) FROM commits", [], |row| row.get(0)).expect("counts")
}

pub fn count(db: &Db, sql: &str) -> i64 {
    db.read(|conn| Ok(conn.query_row(sql, [], |row| row.get(0))?)).expect("counts")
}

/// A page of the room's next commits, and whether the hub has no reason to refuse it.
fn pushed(u: &mut Unstructured) -> Result<(Push<'static>, bool)> {
    let stuff = Stuff::of_clinic();
    let (mut seq, mut hash) = (TEMPLATE.room.stamp(1).seq, TEMPLATE.room_hash);
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
            249 => push.device = uuid::Uuid::from_u128(u.arbitrary()?),
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
        0 => sealed.seq = u.arbitrary()?,
        1 => sealed.signature = u.arbitrary::<Vec<u8>>()?.into(),
        2 => sealed.body = u.arbitrary::<Vec<u8>>()?.into(),
        _ => {}
    }
    Ok(())
}
