//! A PC whose database was restored from a copy, and one that was cloned: each goes on under a new
//! life, and nothing that anybody wrote is lost or doubled.

mod support;

use std::sync::{Arc, Mutex};

use neem_core::Code;
use neem_core::audit;
use neem_core::sync::engine;
use neem_core::sync::protocol::{DigestRequest, HubApi, Refusal};
use neem_core::sync::snapshot::Far;
use neem_hub::backup;
use neem_hub::enrol::For;
use support::hub::BadLine;
use support::{Clinic, MINUTE, Pc};
use uuid::Uuid;

fn rename(pc: &Pc, user: neem_core::ids::UserId, patient: Uuid, name: &str) {
    pc.write(user, |tx| {
        tx.execute("UPDATE patients SET full_name = ?1 WHERE id = ?2", rusqlite::params![name, patient])?;
        Ok(())
    })
    .expect("writes");
}

fn names(pc: &Pc) -> Vec<String> {
    pc.read(|conn| {
        let mut statement = conn.prepare("SELECT full_name FROM patients ORDER BY full_name")?;
        Ok(statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
    })
}

fn life(pc: &Pc) -> i64 {
    pc.count("SELECT incarnation FROM this_device")
}

#[test]
fn a_pc_restored_from_an_old_copy_gets_back_what_it_lost_and_keeps_what_it_wrote_since() {
    let Clinic { hub, desk, room, staff } = Clinic::open();
    let sunita = desk.register(staff.desk, "Sunita Deshpande").0;
    desk.sync();
    let (desk, copy) = desk.copied();
    // After the backup: three more commits that the hub knows, one of them an edit of the same row.
    desk.register(staff.desk, "Vikram Rao");
    rename(&desk, staff.desk, sunita, "Sunita Joshi");
    desk.register(staff.desk, "Aarti Menon");
    desk.sync();
    room.sync();
    drop(desk);

    // The disk is replaced by the backup, and the desk works on before it has a line again.
    rename(&copy, staff.desk, sunita, "Sunita D. Deshpande");
    copy.register(staff.desk, "Grace Otieno");
    rename(&copy, staff.desk, sunita, "Sunita Desh");
    copy.sync();
    assert_eq!(life(&copy), 2);
    room.sync();
    let (copied, other) = (copy.sync(), room.sync());
    assert_eq!(copied.digest, other.digest);
    assert_eq!(copied.digest, hub.digest(copy.db.device().expect("a device").tenant).short());
    assert_eq!(names(&copy), names(&room));
    assert_eq!(names(&copy).len(), 4);
    assert_eq!(room.count("SELECT count(*) FROM quarantine") + copy.count("SELECT count(*) FROM quarantine"), 0);
    // Two people wrote the name without knowing of each other: a person decides, on both PCs alike.
    let conflict = room.conflicts();
    assert_eq!(conflict.len(), 1);
    assert_eq!(conflict[0].id, copy.conflicts()[0].id);
    let mut both = [conflict[0].first.clone(), conflict[0].second.clone()];
    both.sort();
    assert_eq!(both, ["Sunita Desh", "Sunita Joshi"]);

    // And life goes on.
    copy.register(staff.desk, "Omar Qasim");
    copy.sync();
    room.sync();
    assert_eq!(names(&room).len(), 5);
    assert_eq!(life(&copy), 2);
}

#[test]
fn a_copy_that_wrote_nothing_goes_on_from_where_the_other_was() {
    let Clinic { hub: _hub, desk, room, staff } = Clinic::open();
    let (desk, copy) = desk.copied();
    desk.register(staff.desk, "Vikram Rao");
    desk.sync();
    drop(desk);
    copy.sync();
    assert_eq!(names(&copy), ["Vikram Rao"]);
    copy.register(staff.desk, "Grace Otieno");
    copy.sync();
    room.sync();
    assert_eq!(names(&room), ["Grace Otieno", "Vikram Rao"]);
}

#[test]
fn two_copies_of_one_pc_that_both_work_lose_nothing() {
    let Clinic { hub: _hub, desk, room, staff } = Clinic::open();
    let sunita = desk.register(staff.desk, "Sunita Deshpande").0;
    let (one, two) = desk.copied();
    for round in 0..4 {
        one.register(staff.desk, &format!("Of the first {}", ["a", "b", "c", "d"][round]));
        rename(&two, staff.desk, sunita, &format!("Sunita {}", ["One", "Two", "Three", "Four"][round]));
        two.register(staff.desk, &format!("Of the second {}", ["a", "b", "c", "d"][round]));
        one.sync();
        two.sync();
    }
    one.sync();
    room.sync();
    assert_eq!(names(&room).len(), 9);
    assert_eq!(names(&one), names(&room));
    assert_eq!(names(&two), names(&room));
    assert_eq!((life(&one), life(&two)), (1, 2));
    let hub_proof = [one.sync(), two.sync(), room.sync()];
    assert!(hub_proof.iter().all(|report| report.digest == hub_proof[0].digest));
}

#[test]
fn what_the_hub_has_but_never_acknowledged_is_not_written_twice() {
    let Clinic { hub: _hub, desk, room, staff } = Clinic::open();
    desk.register(staff.desk, "Vikram Rao");
    // The backup is made before the acknowledgement, the hub hears of the commit all the same.
    let (desk, copy) = desk.copied();
    desk.register(staff.desk, "Aarti Menon");
    desk.sync();
    drop(desk);
    copy.register(staff.desk, "Grace Otieno");
    copy.sync();
    room.sync();
    assert_eq!(names(&room), ["Aarti Menon", "Grace Otieno", "Vikram Rao"]);
    assert_eq!(names(&copy), names(&room));
    assert_eq!(copy.count("SELECT count(*) FROM quarantine"), 0);
}

#[test]
fn a_hub_restored_from_last_nights_copy_is_filled_again_by_its_pcs() {
    let Clinic { mut hub, desk, room, staff } = Clinic::open();
    desk.register(staff.desk, "Vikram Rao");
    desk.sync();
    let copy = hub.dir.path().join("last-night.db");
    let copied = backup::backup(hub.dir.path(), None, &copy).expect("a copy, while the hub serves");
    assert!(copied.clinics == 1 && copied.commits > 3 && copied.rows > 5, "{copied:?}");
    assert!(backup::backup(hub.dir.path(), None, &copy).is_err(), "a copy is never written over");

    // A day's work of both, all of it acknowledged; then the disk of the hub is lost.
    for (pc, name) in [(&desk, "Sunita Deshpande"), (&room, "Aarti Menon"), (&desk, "Grace Otieno")] {
        pc.register(staff.desk, name);
        pc.sync();
    }
    desk.sync();
    hub.stop();
    let (restored, kept) = backup::restore(hub.dir.path(), None, &copy).expect("restores");
    assert_eq!(restored, copied);
    assert!(kept.is_some_and(|kept| kept.exists()), "what was there is kept");
    hub.start();

    // The desk edits what the room made, before the hub has heard of it again, and writes so much that
    // the hub's numbers pass those that the room has fetched before.
    let aarti = "SELECT id FROM patients WHERE full_name LIKE 'Aarti%'";
    let aarti: Uuid = desk.read(|conn| Ok(conn.query_row(aarti, [], |row| row.get(0))?));
    rename(&desk, staff.desk, aarti, "Aarti Iyer");
    for number in 0..6 {
        desk.register(staff.desk, &format!("New {}", ["a", "b", "c", "d", "e", "f"][number]));
    }
    desk.sync();
    room.sync();
    desk.sync();
    assert!(names(&room).contains(&"Aarti Iyer".to_owned()));
    assert_eq!(names(&desk).len(), 10);
    assert_eq!(names(&desk), names(&room));
    assert_eq!(desk.sync().digest, room.sync().digest);
    let tenant = desk.db.device().expect("a device").tenant;
    assert_eq!(hub.digest(tenant).short(), desk.sync().digest);
    assert_eq!(desk.count("SELECT count(*) FROM quarantine") + room.count("SELECT count(*) FROM quarantine"), 0);
}

#[test]
fn a_pc_that_took_the_records_over_fills_a_restored_hub_like_any_other() {
    let Clinic { mut hub, desk, room, staff } = Clinic::open();
    let tenant = desk.db.device().expect("a device").tenant;
    desk.register(staff.desk, "Vikram Rao");
    desk.sync();
    let late = Pc::empty();
    late.enrol(&hub, &hub.code(For::Tenant(tenant.0)), "Room 3").expect("enrols");
    let copy = hub.dir.path().join("last-night.db");
    backup::backup(hub.dir.path(), None, &copy).expect("a copy");
    let sunita = desk.register(staff.desk, "Sunita Deshpande").0;
    desk.sync();
    room.sync();
    rename(&room, staff.desk, sunita, "Sunita Joshi");
    room.sync();
    let any = Far { new: 0, behind: 0 };
    late.wait(engine::sync_or_take_over(&late.db, &late.client(), &|_| {}, any)).expect("takes over");
    assert_eq!(late.count("SELECT count(*) FROM snapshot"), 0, "the older log has come, too");
    let verified = late.read(audit::verify_log);
    assert!(verified.bad.is_none() && !verified.older_to_come, "{verified:?}");
    desk.sync();
    rename(&desk, staff.desk, sunita, "Sunita D. Joshi");
    desk.register(staff.desk, "Aarti Menon");
    desk.sync();
    let before = late.sync();

    // The hub falls back to its copy, and the two PCs that wrote all that are gone.
    hub.stop();
    backup::restore(hub.dir.path(), None, &copy).expect("restores");
    hub.start();
    drop((desk, room));
    let after = late.sync();
    assert_eq!((&after.digest, after.repaired), (&before.digest, 0));
    assert_eq!(hub.digest(tenant).short(), before.digest);
    assert_eq!(hub.count("SELECT count(*) FROM quarantine"), 0);
    assert_eq!(names(&late), ["Aarti Menon", "Sunita D. Joshi", "Vikram Rao"]);
}

/// Simulated clinics showed both: what the room had changed came to the hub, and was set aside there, before
/// the record that it had changed; and what others had written was sent after the first restoring only.
#[test]
fn a_hub_that_is_restored_in_the_middle_of_a_sync_is_filled_again_before_anything_new_comes() {
    for (before, asleep) in [("push", 0), ("push", 20), ("pull", 0), ("pull", 20)] {
        let Clinic { hub, desk, room, staff } = Clinic::open();
        let tenant = desk.db.device().expect("a device").tenant;
        let copy = hub.dir.path().join("last-night.db");
        backup::backup(hub.dir.path(), None, &copy).expect("a copy");
        let sunita = desk.register(staff.desk, "Sunita Deshpande").0;
        desk.sync();
        room.sync();
        drop(desk);
        rename(&room, staff.desk, sunita, "Sunita Joshi");

        // The room has greeted the hub and goes on; its lid may be shut until its token has run out.
        let line = BadLine::new(room.client(), 1, 0);
        let hub = Arc::new(Mutex::new(hub));
        let house = hub.clone();
        let restore = move || {
            let mut hub = house.lock().expect("the hub");
            hub.stop();
            backup::restore(hub.dir.path(), None, &copy).expect("restores");
            hub.clock.ahead(asleep * MINUTE);
            hub.start();
        };
        if before == "pull" {
            // It is filled, and restored once more before the room has fetched anything of it.
            restore();
        }
        line.meanwhile.borrow_mut().push((before, Box::new(restore)));
        let refused = room.wait(engine::sync(&room.db, &line, &|_| {})).expect_err("the hub is another now");
        // Which of the two depends on whether the line to the old hub was still held open.
        let codes = [Code::HubRestored, Code::HubUnreachable];
        assert!(codes.contains(&refused.code()), "before {before}, {asleep} minutes later: {refused:?}");
        assert!(line.meanwhile.borrow().is_empty(), "nobody restored the hub");

        // The same client goes on, as that of a program that stays open.
        let report = room.wait(engine::sync(&room.db, &line, &|_| {})).expect("syncs");
        assert!(report.identical && report.repaired == 0, "before {before}, {asleep} minutes later: {report:?}");
        assert_eq!(names(&room), ["Sunita Joshi"]);
        let hub = hub.lock().expect("the hub");
        assert_eq!(hub.count("SELECT count(*) FROM quarantine"), 0, "before {before}, {asleep} minutes later");
        assert_eq!(hub.digest(tenant).short(), report.digest);
    }
}

#[test]
fn what_was_begun_before_a_hub_was_restored_is_not_gone_on_with() {
    for asleep in [0, 20] {
        let Clinic { mut hub, desk, .. } = Clinic::open();
        let copy = hub.dir.path().join("last-night.db");
        backup::backup(hub.dir.path(), None, &copy).expect("a copy");
        let client = desk.client();
        let pulled = desk.sync_through(&client).expect("syncs").received.into();
        hub.stop();
        backup::restore(hub.dir.path(), None, &copy).expect("restores");
        hub.clock.ahead(asleep * MINUTE);
        hub.start();
        let ask = || desk.wait(client.digest(DigestRequest { pulled })).map(|_| ());
        // The first question finds that the line is gone, the next goes over a new one.
        let code = |refused: Result<(), Refusal>| refused.expect_err("the hub is another now").code;
        let first = code(ask());
        let second = if first == Code::HubUnreachable { code(ask()) } else { first };
        assert_eq!(second, Code::HubRestored, "{asleep} minutes later");
        assert!(desk.sync_through(&client).expect("greets it anew").identical);
    }
}

#[test]
fn a_pc_that_a_restored_hub_does_not_know_is_let_in_again_and_brings_what_others_wrote() {
    let Clinic { mut hub, desk, room, staff } = Clinic::open();
    let tenant = desk.db.device().expect("a device").tenant;
    let copy = hub.dir.path().join("last-night.db");
    backup::backup(hub.dir.path(), None, &copy).expect("a copy");
    let late = Pc::empty();
    late.enrol(&hub, &hub.code(For::Tenant(tenant.0)), "Room 3").expect("enrols");
    let sunita = desk.register(staff.desk, "Sunita Deshpande").0;
    desk.sync();
    late.sync();
    rename(&late, staff.desk, sunita, "Sunita Joshi");
    late.sync();
    hub.stop();
    backup::restore(hub.dir.path(), None, &copy).expect("restores");
    hub.start();
    drop((desk, room));

    late.try_sync().expect_err("a hub that has never heard of it");
    late.enrol(&hub, &hub.code(For::Tenant(tenant.0)), "Room 3").expect("enrols again");
    let report = late.sync();
    assert!(report.identical && report.repaired == 0, "{report:?}");
    assert_eq!(names(&late), ["Sunita Joshi"]);
    assert_eq!(hub.count("SELECT count(*) FROM quarantine"), 0);
    assert_eq!(hub.digest(tenant).short(), report.digest);
}
