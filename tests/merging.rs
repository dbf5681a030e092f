//! What two PCs did while apart, and what both of them make of it.

mod support;

use neem_core::Instant;
use neem_core::ids::{AppointmentId, PatientId};
use neem_core::scheduling::{self, Move};
use neem_core::sync::decide;
use neem_core::sync::overlap::{self, ConflictKind};
use rusqlite::params;
use support::{Clinic, MINUTE, Pc};

const YEAR: i64 = 365 * 24 * 60 * MINUTE;

fn set(clinic: &Clinic, pc: &Pc, patient: PatientId, column: &str, value: &str) {
    let sql = format!("UPDATE patients SET {column} = ?1, updated_at = ?2 WHERE id = ?3");
    pc.write(clinic.staff.desk, |tx| Ok(tx.execute(&sql, params![value, tx.now, patient])?)).expect("writes");
}

fn name_of(pc: &Pc, patient: PatientId) -> Option<String> {
    pc.text("SELECT full_name FROM patients WHERE id = ?1", patient.0)
}

fn status_of(pc: &Pc, appointment: AppointmentId) -> Option<String> {
    pc.text("SELECT status FROM appointments WHERE id = ?1", appointment.0)
}

#[test]
fn one_slot_booked_on_both_pcs() {
    let clinic = Clinic::open();
    let staff = clinic.staff;
    let sunita = clinic.desk.register(staff.desk, "Sunita Deshpande");
    let noura = clinic.desk.register(staff.desk, "Noura Qasim");
    clinic.settle();
    let start = clinic.desk.db.now().plus_minutes(60);
    let first = clinic.desk.book(&staff, sunita, start);
    let second = clinic.room.book(&staff, noura, start.plus_minutes(5));
    clinic.settle();
    let (desk, room) = (clinic.desk.conflicts(), clinic.room.conflicts());
    assert_eq!((desk.len(), room.len()), (1, 1));
    assert_eq!((desk[0].id, desk[0].kind), (room[0].id, ConflictKind::BookedTwice));
    let both = [&desk[0].first, &desk[0].second];
    assert!(both.contains(&&"Sunita Deshpande".to_owned()) && both.contains(&&"Noura Qasim".to_owned()));
    for pc in [&clinic.desk, &clinic.room] {
        for appointment in [first, second] {
            assert_eq!(status_of(pc, appointment).as_deref(), Some("confirmed"));
        }
    }
}

#[test]
fn a_double_booking_ends_everywhere_when_one_is_cancelled() {
    let clinic = Clinic::open();
    let staff = clinic.staff;
    let sunita = clinic.desk.register(staff.desk, "Sunita Deshpande");
    let noura = clinic.desk.register(staff.desk, "Noura Qasim");
    clinic.settle();
    let start = clinic.desk.db.now().plus_minutes(60);
    let first = clinic.desk.book(&staff, sunita, start);
    clinic.room.book(&staff, noura, start);
    clinic.settle();
    clinic.desk.write(staff.desk, |tx| scheduling::move_appointment(tx, first, Move::Cancel, "")).expect("cancels");
    clinic.settle();
    assert_eq!(clinic.room.conflicts(), vec![], "where the cancelling was fetched");
    assert_eq!(clinic.desk.conflicts(), vec![], "where it was cancelled");
}

#[test]
fn different_fields_come_together_in_silence() {
    let clinic = Clinic::open();
    let patient = clinic.desk.register(clinic.staff.desk, "Sunita Deshpande");
    clinic.settle();
    set(&clinic, &clinic.desk, patient, "phone", "+915550120412");
    set(&clinic, &clinic.room, patient, "city", "Pune");
    clinic.settle();
    for pc in [&clinic.desk, &clinic.room] {
        let both = "SELECT phone || ' ' || city FROM patients WHERE id = ?1";
        assert_eq!(pc.text(both, patient.0).as_deref(), Some("+915550120412 Pune"));
        assert_eq!(pc.conflicts(), vec![]);
    }
}

#[test]
fn the_same_field_keeps_the_loser_readable() {
    let clinic = Clinic::open();
    let patient = clinic.desk.register(clinic.staff.desk, "Sunita Deshpande");
    clinic.settle();
    set(&clinic, &clinic.desk, patient, "full_name", "Sunita Deshpande-Rao");
    set(&clinic, &clinic.room, patient, "full_name", "Sunita Rao");
    clinic.settle();
    let shown = name_of(&clinic.desk, patient).expect("a name");
    assert_eq!(name_of(&clinic.room, patient).as_ref(), Some(&shown));
    let (desk, room) = (clinic.desk.conflicts(), clinic.room.conflicts());
    assert_eq!((desk.len(), room.len()), (1, 1));
    assert_eq!((desk[0].id, desk[0].kind), (room[0].id, ConflictKind::Fields));
    for conflict in [&desk[0], &room[0]] {
        assert_eq!(conflict.first, shown);
        let loser = if shown == "Sunita Rao" { "Sunita Deshpande-Rao" } else { "Sunita Rao" };
        assert_eq!(conflict.second, loser);
    }
    // Found under the name that shows, on both.
    let today = clinic.desk.db.now().day(chrono_tz::Asia::Kolkata);
    for pc in [&clinic.desk, &clinic.room] {
        let hits = pc.read(|conn| neem_core::patients::search(conn, &shown, today));
        assert_eq!(hits.first().map(|hit| hit.id), Some(patient));
    }
}

#[test]
fn who_is_at_the_desk_is_not_cancelled_away() {
    let clinic = Clinic::open();
    let staff = clinic.staff;
    let patient = clinic.desk.register(staff.desk, "Sunita Deshpande");
    let appointment = clinic.desk.book(&staff, patient, clinic.desk.db.now().plus_minutes(60));
    clinic.settle();
    let by =
        |pc: &Pc, to| pc.write(staff.desk, |tx| scheduling::move_appointment(tx, appointment, to, "")).expect("moves");
    by(&clinic.desk, Move::CheckIn);
    by(&clinic.room, Move::Cancel);
    clinic.settle();
    let (desk, room) = (clinic.desk.conflicts(), clinic.room.conflicts());
    assert_eq!((desk.len(), room.len()), (1, 1));
    assert_eq!((desk[0].id, desk[0].kind), (room[0].id, ConflictKind::Status));
    for pc in [&clinic.desk, &clinic.room] {
        assert_eq!(status_of(pc, appointment).as_deref(), Some("arrived"));
    }
}

#[test]
fn a_clock_ten_years_ahead_neither_wins_for_ever_nor_drags_the_other() {
    let clinic = Clinic::open();
    let patient = clinic.desk.register(clinic.staff.desk, "Sunita Deshpande");
    clinic.settle();
    clinic.room.clock.ahead(10 * YEAR);
    set(&clinic, &clinic.room, patient, "full_name", "From the future");
    set(&clinic, &clinic.desk, patient, "city", "Pune");
    clinic.settle();
    assert_eq!(name_of(&clinic.desk, patient).as_deref(), Some("From the future"));

    // A later write at the desk that has seen the other stands, whatever the clocks say.
    set(&clinic, &clinic.desk, patient, "full_name", "Sunita Rao");
    clinic.settle();
    assert_eq!(name_of(&clinic.room, patient).as_deref(), Some("Sunita Rao"));
    assert_eq!(clinic.desk.conflicts(), vec![]);

    // Apart: the wrong clock writes first, is held to the hub's clock, and loses an hour later.
    set(&clinic, &clinic.room, patient, "full_name", "From the future again");
    clinic.room.sync();
    for clock in [&clinic.hub.clock, &clinic.desk.clock] {
        clock.ahead(60 * MINUTE);
    }
    set(&clinic, &clinic.desk, patient, "full_name", "Sunita Deshpande-Rao");
    clinic.settle();
    for pc in [&clinic.desk, &clinic.room] {
        assert_eq!(name_of(pc, patient).as_deref(), Some("Sunita Deshpande-Rao"));
        assert_eq!(pc.conflicts().len(), 1);
    }
    // The desk's own stamps have stayed in this decade.
    let ahead = clinic.desk.count("SELECT hlc FROM this_device") / 65_536 - clinic.desk.db.now().0;
    assert!(ahead < 10 * MINUTE, "{ahead} ms ahead");
}

#[test]
fn a_decision_for_either_version_ends_the_conflict_everywhere() {
    for keep_what_shows in [true, false] {
        let clinic = Clinic::open();
        let patient = clinic.desk.register(clinic.staff.desk, "Prakash Jadhav");
        clinic.settle();
        set(&clinic, &clinic.desk, patient, "address", "7 Palash Road");
        set(&clinic, &clinic.room, patient, "address", "14 Champa Lane, rear gate");
        clinic.settle();
        let open = clinic.room.read(|conn| decide::field_conflicts(conn, false));
        assert_eq!(open.len(), 1);
        assert_eq!((open[0].title.as_str(), open[0].group.as_str()), ("Prakash Jadhav", "address"));
        assert_eq!(open[0].versions.len(), 2);
        let mut devices: Vec<&str> = open[0].versions.iter().map(|version| version.device.as_str()).collect();
        devices.sort_unstable();
        assert_eq!(devices, ["Front desk", "Room 2"]);
        assert!(open[0].versions.iter().all(|version| version.user.as_deref() == Some("Meera Kulkarni")));

        let chosen = &open[0].versions[usize::from(!keep_what_shows)];
        let kept = chosen.fields.iter().find(|field| field.field == "address").and_then(|field| field.value.clone());
        clinic
            .room
            .write(clinic.staff.admin, |tx| decide::keep_version(tx, open[0].id, &chosen.stamp, false))
            .expect("decides");
        assert!(clinic.room.conflicts().is_empty());
        clinic.settle();
        for pc in [&clinic.desk, &clinic.room] {
            assert!(pc.conflicts().is_empty());
            assert_eq!(pc.text("SELECT address FROM patients WHERE id = ?1", patient.0), kept);
            let decided = pc.read(|conn| decide::decided(conn, neem_core::Instant(0), false));
            assert_eq!(decided.len(), 1);
            assert_eq!((decided[0].title.as_str(), decided[0].by.as_deref()), ("Prakash Jadhav", Some("Nikhil Sathe")));
        }
        // Deciding about what is decided already changes nothing.
        let again =
            clinic.desk.write(clinic.staff.admin, |tx| decide::keep_version(tx, open[0].id, &chosen.stamp, false));
        assert_eq!(again.expect_err("too late").code(), neem_core::Code::ChangedMeanwhile);
    }
}

#[test]
fn both_bookings_are_kept_when_somebody_says_so_until_one_of_them_moves() {
    let clinic = Clinic::open();
    let start = Instant(clinic.desk.db.now().0 + 60 * MINUTE);
    let (ishaan, mira) = (
        clinic.desk.register(clinic.staff.desk, "Ishaan Rao"),
        clinic.desk.register(clinic.staff.desk, "Mira Pratiwi"),
    );
    clinic.settle();
    clinic.desk.book(&clinic.staff, ishaan, start);
    let second = clinic.room.book(&clinic.staff, mira, start.plus_minutes(5));
    clinic.settle();
    let today = clinic.desk.db.now().day(chrono_tz::Asia::Kolkata);
    let open = clinic.desk.read(|conn| scheduling::double_bookings(conn, today, clinic.desk.db.now()));
    assert_eq!(open.len(), 1);
    let names: Vec<&str> = open[0].bookings.iter().map(|booking| booking.patient_name.as_str()).collect();
    assert_eq!(names, ["Ishaan Rao", "Mira Pratiwi"]);

    clinic.desk.write(clinic.staff.desk, |tx| overlap::keep_both(tx, open[0].id)).expect("decides");
    assert!(clinic.desk.conflicts().is_empty());
    clinic.settle();
    assert!(clinic.room.conflicts().is_empty());

    // Moved, they still overlap, and about that nobody has decided.
    clinic
        .room
        .write(clinic.staff.desk, |tx| {
            tx.execute("UPDATE appointments SET scheduled_start = scheduled_start + 60000 WHERE id = ?1", [second])?;
            Ok(())
        })
        .expect("moves");
    clinic.settle();
    assert_eq!(clinic.desk.conflicts().len(), 1);
    assert_eq!(clinic.desk.conflicts()[0].id, clinic.room.conflicts()[0].id);
}
