//! What somebody decides on one PC is decided on all, and can be taken back.

mod support;

use chrono_tz::Asia::Kolkata;
use neem_core::Code;
use neem_core::identity::{self, Role};
use neem_core::ids::{AppointmentId, ConflictId, Instant, PatientId, ProviderId, ServiceId};
use neem_core::patients::{self, Gender, MergeChoice, NewPatient};
use neem_core::scheduling::{self, BookingMove, DoubleBooking, Mode, TemplateForm, TemplateRow};
use neem_core::sync::{decide, overlap};
use rusqlite::params;
use support::{Clinic, MINUTE, Pc, patient};
use uuid::Uuid;

/// Nine in the morning of the day after the PC's.
fn tomorrow_at_nine(pc: &Pc) -> Instant {
    let day = pc.db.now().day(Kolkata);
    Instant(day.plus_days(1).bounds(Kolkata).0.0 + 9 * 60 * MINUTE)
}

fn hours(clinic: &Clinic, provider: ProviderId) {
    let row =
        |weekday| TemplateRow { weekday, start_time: "09:00".into(), end_time: "10:00".into(), mode: Mode::InPerson };
    let form = TemplateForm {
        provider_id: provider,
        clinic_id: clinic.staff.site,
        slot_duration_minutes: 15,
        buffer_minutes: 0,
        capacity: 1,
        valid_from: clinic.desk.db.now().day(Kolkata).to_string(),
        valid_to: String::new(),
        recurrence: String::new(),
        replaces: false,
        slots: (1..=7).map(row).collect(),
    };
    clinic.desk.write(clinic.staff.desk, |tx| scheduling::add_template(tx, &form)).expect("hours");
}

fn open(pc: &Pc) -> Vec<DoubleBooking> {
    let (today, now) = (pc.db.now().day(Kolkata), pc.db.now());
    pc.read(|conn| scheduling::double_bookings(conn, today, now))
}

fn names(conflict: &DoubleBooking) -> Vec<&str> {
    conflict.bookings.iter().map(|booking| booking.patient_name.as_str()).collect()
}

fn starts(pc: &Pc, appointment: AppointmentId) -> i64 {
    pc.read(|conn| {
        Ok(conn.query_row("SELECT scheduled_start FROM appointments WHERE id = ?1", [appointment], |row| row.get(0))?)
    })
}

/// Both PCs book the same time while apart; the room's clock is years behind.
fn booked_twice() -> (Clinic, Instant, [AppointmentId; 2]) {
    let clinic = Clinic::open();
    hours(&clinic, clinic.staff.provider);
    let sunita = clinic.desk.register(clinic.staff.desk, "Sunita Deshpande");
    let noura = clinic.desk.register(clinic.staff.desk, "Noura Qasim");
    clinic.settle();
    let nine = tomorrow_at_nine(&clinic.desk);
    let second = clinic.room.book(&clinic.staff, noura, nine);
    let first = clinic.desk.book(&clinic.staff, sunita, nine);
    clinic.settle();
    (clinic, nine, [first, second])
}

#[test]
fn whose_booking_came_to_the_hub_first_holds_the_time_on_every_pc() {
    let (clinic, nine, [first, second]) = booked_twice();
    for pc in [&clinic.desk, &clinic.room] {
        let found = open(pc);
        // The room booked before the desk did; the desk's booking was at the hub before the room's.
        assert_eq!(names(&found[0]), ["Sunita Deshpande", "Noura Qasim"]);
        let made = |at: usize| found[0].bookings[at].made.clone();
        assert_eq!((made(0).device.as_deref(), made(0).user.as_deref()), (Some("Front desk"), Some("Meera Kulkarni")));
        assert_eq!(made(1).device.as_deref(), Some("Room 2"));
        for booking in &found[0].bookings {
            let free: Vec<i64> = booking.free.iter().map(|time| (time.start.0 - nine.0) / MINUTE).collect();
            assert_eq!(free, [15, 30, 45, 24 * 60], "{}", booking.patient_name);
        }
    }
    // Who moves away and back again has claimed the time anew, and behind the other.
    for minutes in [120, 0] {
        let set =
            "UPDATE appointments SET scheduled_start = ?1, scheduled_end = ?1 + 900000, updated_at = ?2 WHERE id = ?3";
        let start = nine.plus_minutes(minutes);
        clinic.desk.write(clinic.staff.desk, |tx| Ok(tx.execute(set, params![start, tx.now, first])?)).expect("moves");
    }
    clinic.settle();
    for pc in [&clinic.desk, &clinic.room] {
        assert_eq!(open(pc)[0].bookings[0].appointment_id, second);
    }
}

#[test]
fn another_doctor_of_the_same_day_is_offered_too() {
    let (clinic, nine, _) = booked_twice();
    let site = clinic.staff.site;
    let other = clinic
        .desk
        .write(clinic.staff.admin, |tx| {
            let mut new = support::member("Dr Arjun Menon", Role::Provider);
            new.registration_number = "MMC-2".into();
            identity::add_staff(tx, &new, site)
        })
        .expect("a second doctor");
    let other = other.provider_id.expect("a provider");
    hours(&clinic, other);
    let free = open(&clinic.desk)[0].bookings[1].free.clone();
    let offered: Vec<(bool, i64)> =
        free.iter().map(|time| (time.provider_id == other, (time.start.0 - nine.0) / MINUTE)).collect();
    assert_eq!(offered, [(false, 15), (false, 30), (false, 45), (true, 0)]);
}

#[test]
fn one_of_two_bookings_moves_and_nobody_has_anything_left_to_decide_until_it_moves_back() {
    let (clinic, nine, [first, second]) = booked_twice();
    let conflict = open(&clinic.desk).remove(0);
    let to = conflict.bookings[1].free[0].clone();
    let wanted = BookingMove {
        conflict_id: conflict.id,
        appointment_id: second,
        provider_id: to.provider_id,
        clinic_id: to.clinic_id,
        start: to.start,
    };
    let moved = clinic.desk.write(clinic.staff.desk, |tx| scheduling::move_double_booked(tx, &wanted)).expect("moves");
    clinic.settle();
    for pc in [&clinic.desk, &clinic.room] {
        assert!(open(pc).is_empty());
        assert_eq!(starts(pc, second), to.start.0);
        let decided = pc.read(|conn| decide::decided(conn, Instant(0), false));
        let kept = (decided[0].title.as_str(), decided[0].kept.clone(), decided[0].undoable);
        assert_eq!(kept, ("Noura Qasim", Some(to.start.0.to_string()), true));
    }
    // The other PC is a moment late with the same conflict.
    let late = clinic.room.write(clinic.staff.desk, |tx| scheduling::move_double_booked(tx, &wanted));
    assert_eq!(late.expect_err("nothing to decide").code(), Code::ChangedMeanwhile);

    clinic.room.write(clinic.staff.desk, |tx| scheduling::undo_move(tx, moved)).expect("moves back");
    clinic.settle();
    for pc in [&clinic.desk, &clinic.room] {
        assert_eq!((open(pc)[0].id, starts(pc, second), starts(pc, first)), (conflict.id, nine.0, nine.0));
        let decided = pc.read(|conn| decide::decided(conn, Instant(0), false));
        assert_eq!(decided.len(), 1, "taking back is no line of its own");
        assert!(decided[0].undone && !decided[0].undoable);
    }
    let again = clinic.desk.write(clinic.staff.desk, |tx| scheduling::undo_move(tx, moved));
    assert_eq!(again.expect_err("it is back").code(), Code::ChangedMeanwhile);
}

#[test]
fn a_move_is_not_taken_back_onto_somebody_else() {
    let (clinic, nine, [first, second]) = booked_twice();
    let conflict = open(&clinic.desk).remove(0);
    let to = conflict.bookings[1].free[0].clone();
    let wanted = BookingMove {
        conflict_id: conflict.id,
        appointment_id: second,
        provider_id: to.provider_id,
        clinic_id: to.clinic_id,
        start: to.start,
    };
    let moved = clinic.desk.write(clinic.staff.desk, |tx| scheduling::move_double_booked(tx, &wanted)).expect("moves");
    clinic
        .desk
        .write(clinic.staff.desk, |tx| scheduling::move_appointment(tx, first, scheduling::Move::Cancel, ""))
        .expect("cancels");
    let third = clinic.desk.register(clinic.staff.desk, "Omar Haddad");
    clinic.desk.book(&clinic.staff, third, nine);
    let back = clinic.desk.write(clinic.staff.desk, |tx| scheduling::undo_move(tx, moved));
    assert_eq!(back.expect_err("Omar has it").code(), Code::SlotTaken);
    assert_eq!(starts(&clinic.desk, second), to.start.0);
}

#[test]
fn keeping_both_is_taken_back_on_every_pc_and_can_be_decided_again() {
    let (clinic, ..) = booked_twice();
    let conflict = open(&clinic.desk)[0].id;
    for _ in 0..2 {
        let kept = clinic.desk.write(clinic.staff.desk, |tx| overlap::keep_both(tx, conflict)).expect("keeps");
        clinic.settle();
        assert!(open(&clinic.desk).is_empty() && open(&clinic.room).is_empty());
        clinic.room.write(clinic.staff.desk, |tx| overlap::undo_keep_both(tx, kept)).expect("takes back");
        assert_eq!(open(&clinic.room)[0].id, conflict, "where it was taken back");
        clinic.settle();
        assert_eq!(open(&clinic.desk)[0].id, conflict, "where that was fetched");
        let twice = clinic.desk.write(clinic.staff.desk, |tx| overlap::undo_keep_both(tx, kept));
        assert_eq!(twice.expect_err("nothing is kept").code(), Code::ChangedMeanwhile);
    }
}

/// Both PCs write the same column of a patient while apart.
fn differing(clinic: &Clinic, column: &str, at_desk: &str, in_room: &str) -> (PatientId, ConflictId) {
    let patient = clinic.desk.register(clinic.staff.desk, "Prakash Jadhav");
    clinic.settle();
    let sql = format!("UPDATE patients SET {column} = ?1 WHERE id = ?2");
    for (pc, value) in [(&clinic.desk, at_desk), (&clinic.room, in_room)] {
        pc.write(clinic.staff.desk, |tx| Ok(tx.execute(&sql, params![value, patient])?)).expect("writes");
    }
    clinic.settle();
    (patient, clinic.desk.read(|conn| decide::field_conflicts(conn, false))[0].id)
}

fn address(pc: &Pc, patient: PatientId) -> Option<String> {
    pc.text("SELECT address FROM patients WHERE id = ?1", patient.0)
}

#[test]
fn a_decision_between_versions_is_taken_back_and_forth_everywhere() {
    let clinic = Clinic::open();
    let (patient, conflict) = differing(&clinic, "address", "7 Palash Road", "14 Champa Lane");
    let versions = clinic.desk.read(|conn| decide::field_conflicts(conn, false))[0].versions.clone();
    let text = |at: usize| versions[at].fields[0].value.clone();
    clinic
        .desk
        .write(clinic.staff.desk, |tx| decide::keep_version(tx, conflict, &versions[0].stamp, false))
        .expect("decides");
    clinic.settle();
    for kept in [0, 1, 0] {
        for pc in [&clinic.desk, &clinic.room] {
            assert_eq!(address(pc, patient), text(kept));
            let last = pc.read(|conn| decide::decided(conn, Instant(0), false)).remove(0);
            assert_eq!((last.table.as_deref(), last.undoable), (Some("patients"), true));
            assert_eq!(last.keeps[0].value, text(kept));
            assert_eq!(last.aside[0].fields[0].value, text(1 - kept), "what undoing brings back");
            assert!(pc.conflicts().is_empty(), "taking back opens nothing: the other version holds");
        }
        let last = clinic.room.read(|conn| decide::decided(conn, Instant(0), false)).remove(0);
        clinic.room.write(clinic.staff.desk, |tx| decide::undo_version(tx, last.id, false)).expect("takes back");
        clinic.settle();
    }
    // Somebody edits the address: what stands there is nobody's decision any more.
    let last = clinic.desk.read(|conn| decide::decided(conn, Instant(0), false)).remove(0);
    clinic
        .room
        .write(clinic.staff.desk, |tx| Ok(tx.execute("UPDATE patients SET address = 'x' WHERE id = ?1", [patient])?))
        .expect("edits");
    clinic.settle();
    let late = clinic.desk.write(clinic.staff.desk, |tx| decide::undo_version(tx, last.id, false));
    assert_eq!(late.expect_err("edited since").code(), Code::ChangedMeanwhile);
    assert!(clinic.desk.read(|conn| decide::decided(conn, Instant(0), false)).iter().all(|one| !one.undoable));
    assert_eq!(address(&clinic.desk, patient).as_deref(), Some("x"));
}

#[test]
fn of_three_versions_taking_back_brings_the_one_that_would_show() {
    let clinic = Clinic::open();
    let third = support::join(&clinic.hub, clinic.tenant(), "Office");
    let patient = clinic.desk.register(clinic.staff.desk, "Prakash Jadhav");
    clinic.settle();
    third.sync();
    for (pc, value) in [(&clinic.desk, "one"), (&clinic.room, "two"), (&third, "three")] {
        pc.write(clinic.staff.desk, |tx| {
            Ok(tx.execute("UPDATE patients SET address = ?1 WHERE id = ?2", params![value, patient])?)
        })
        .expect("writes");
    }
    third.sync();
    clinic.settle();
    third.sync();
    let conflict = clinic.desk.read(|conn| decide::field_conflicts(conn, false)).remove(0);
    assert_eq!(conflict.versions.len(), 3);
    let shown = address(&clinic.desk, patient);
    let last = &conflict.versions[2];
    let kept = clinic
        .desk
        .write(clinic.staff.desk, |tx| decide::keep_version(tx, conflict.id, &last.stamp, false))
        .expect("decides");
    assert_eq!(address(&clinic.desk, patient), last.fields[0].value);
    clinic.desk.write(clinic.staff.desk, |tx| decide::undo_version(tx, kept, false)).expect("takes back");
    assert_eq!(address(&clinic.desk, patient), shown);
}

#[test]
fn only_a_clinician_reads_and_takes_back_what_is_clinical() {
    let clinic = Clinic::open();
    let patient = clinic.desk.register(clinic.staff.desk, "Kavya Nair");
    let new = patients::NewAllergy {
        patient_id: patient,
        substance: "Penicillin".into(),
        severity: patients::Severity::Mild,
        reaction: String::new(),
    };
    clinic.desk.write(clinic.staff.doctor, |tx| patients::record_allergy(tx, &new)).expect("records");
    clinic.settle();
    for (pc, severity) in [(&clinic.desk, "moderate"), (&clinic.room, "severe")] {
        pc.write(clinic.staff.doctor, |tx| Ok(tx.execute("UPDATE allergies SET severity = ?1", [severity])?))
            .expect("writes");
    }
    clinic.settle();
    assert_eq!(clinic.desk.read(decide::open_clinical), 1);
    let conflict = clinic.desk.read(|conn| decide::field_conflicts(conn, true)).remove(0);
    let kept = clinic
        .desk
        .write(clinic.staff.doctor, |tx| decide::keep_version(tx, conflict.id, &conflict.versions[1].stamp, true))
        .expect("decides");
    let seen = |clinician| clinic.desk.read(|conn| decide::decided(conn, Instant(0), clinician)).remove(0);
    assert!(seen(true).undoable && seen(true).keeps[0].value.as_deref() == Some("moderate"));
    assert!(!seen(false).undoable && seen(false).keeps.is_empty() && seen(false).aside.is_empty());
    let refused = clinic.desk.write(clinic.staff.desk, |tx| decide::undo_version(tx, kept, false));
    assert_eq!(refused.expect_err("no clinician").code(), Code::NotAllowed);
    assert_eq!(clinic.desk.read(decide::open_clinical), 0);
}

#[test]
fn a_value_is_called_by_its_name_and_a_secret_by_nothing() {
    let clinic = Clinic::open();
    let service = ServiceId(Uuid::from_u128(7));
    clinic
        .desk
        .write(clinic.staff.admin, |tx| {
            Ok(tx.execute(
                "INSERT INTO services (id, tenant_id, name, category, duration_min, price_minor, currency, active, created_at, updated_at)
                 VALUES (?1, ?2, 'Check-up', 'General', 15, 50000, 'INR', 1, ?3, ?3)",
                params![service, tx.device.tenant, tx.now],
            )?)
        })
        .expect("a service");
    let sunita = clinic.desk.register(clinic.staff.desk, "Sunita Deshpande");
    let nine = tomorrow_at_nine(&clinic.desk);
    let visit = clinic.desk.book(&clinic.staff, sunita, nine);
    clinic.settle();
    for (pc, minutes) in [(&clinic.desk, 15), (&clinic.room, 30)] {
        pc.write(clinic.staff.admin, |tx| {
            tx.execute("UPDATE services SET price_minor = ?1 WHERE id = ?2", params![minutes * 1000, service])?;
            let start = nine.plus_minutes(minutes);
            let set = "UPDATE appointments SET scheduled_start = ?1, scheduled_end = ?1 + 900000 WHERE id = ?2";
            tx.execute(set, params![start, visit])?;
            let set = "UPDATE users SET password_hash = 'hash ' || ?1 WHERE id = ?2";
            Ok(tx.execute(set, params![minutes, clinic.staff.desk])?)
        })
        .expect("writes");
    }
    clinic.settle();
    let open = clinic.room.read(|conn| decide::field_conflicts(conn, false));
    let field = |table: &str, name: &str| {
        let conflict = open.iter().find(|one| one.table == table).expect("a conflict");
        conflict.versions[0].fields.iter().find(|field| field.field == name).expect("a field").clone()
    };
    assert_eq!(field("appointments", "provider_id").name.as_deref(), Some("Dr Farah Siddiqui"));
    assert_eq!(field("appointments", "clinic_id").name.as_deref(), Some("Main site"));
    assert_eq!(field("appointments", "scheduled_start").name, None);
    assert_eq!(field("services", "price_minor").currency.as_deref(), Some("INR"));
    assert_eq!(field("users", "password_hash").value.as_deref(), Some("••••••"));
    let lines = clinic.desk.read(overlap::list);
    assert!(lines.iter().all(|line| !line.first.contains("hash") && !line.second.contains("hash")), "{lines:?}");
}

#[test]
fn one_person_registered_on_two_pcs_is_found_on_both_and_merged_once() {
    let clinic = Clinic::open();
    let today = clinic.desk.db.now().day(Kolkata);
    let register = |pc: &Pc, name: &str| {
        let new = NewPatient { phone: "98220 12345".into(), gender: Some(Gender::Male), ..patient(name) };
        pc.write(clinic.staff.desk, |tx| patients::register(tx, &new, today)).expect("registers").id
    };
    let one = register(&clinic.desk, "Tiago Moreira");
    clinic.room.clock.ahead(MINUTE);
    let other = register(&clinic.room, "Thiago Moreira");
    clinic.settle();
    for pc in [&clinic.desk, &clinic.room] {
        patients::find_possible_duplicates(&pc.db).expect("looks");
        assert_eq!(pc.read(patients::count_possible_duplicates), 1);
        let pair = pc.read(|conn| patients::possible_duplicates(conn, neem_core::page::PageRequest::FIRST, today));
        let made =
            |making: &Option<neem_core::sync::making::Making>| making.as_ref().and_then(|one| one.device.clone());
        assert_eq!(made(&pair.items[0].first_made).as_deref(), Some("Front desk"));
        assert_eq!(made(&pair.items[0].second_made).as_deref(), Some("Room 2"));
    }
    let choice = MergeChoice { one, other, from_later: vec![] };
    clinic.desk.write(clinic.staff.desk, |tx| patients::merge(tx, &choice, today)).expect("merges");
    clinic.settle();
    for pc in [&clinic.desk, &clinic.room] {
        assert_eq!(pc.read(patients::count_possible_duplicates), 0);
        let decided = pc.read(|conn| patients::decided_duplicates(conn, Instant(0)));
        assert_eq!((decided.len(), decided[0].first_id, decided[0].undone), (1, one, false));
        assert_eq!(decided[0].second_name, "Thiago Moreira");
        let (at, after) = (decided[0].at, Instant(decided[0].at.0 + 1));
        assert_eq!(pc.read(|conn| patients::decided_duplicates(conn, at)).len(), 1);
        assert!(pc.read(|conn| patients::decided_duplicates(conn, after)).is_empty());
    }
    let merge = clinic.room.read(|conn| patients::decided_duplicates(conn, Instant(0)))[0].merge_id.expect("a merge");
    clinic.room.write(clinic.staff.desk, |tx| patients::undo_merge(tx, merge)).expect("undoes");
    clinic.settle();
    patients::find_possible_duplicates(&clinic.desk.db).expect("looks");
    assert_eq!(clinic.desk.read(patients::count_possible_duplicates), 1);
    assert!(clinic.desk.read(|conn| patients::decided_duplicates(conn, Instant(0)))[0].undone);
}

#[test]
fn two_pcs_apart_that_give_one_time_to_two_who_wait_lose_neither() {
    let clinic = Clinic::open();
    hours(&clinic, clinic.staff.provider);
    let nine = tomorrow_at_nine(&clinic.desk);
    let day = nine.day(Kolkata).to_string();
    let waits = |name: &str| {
        let form = scheduling::WaitlistForm {
            clinic_id: clinic.staff.site,
            patient_id: clinic.desk.register(clinic.staff.desk, name),
            provider_id: Some(clinic.staff.provider),
            service_id: None,
            from_day: day.clone(),
            to_day: day.clone(),
            after_time: String::new(),
            before_time: String::new(),
            note: String::new(),
        };
        clinic.desk.write(clinic.staff.desk, |tx| scheduling::add_to_waitlist(tx, &form)).expect("waits").id
    };
    let (sunita, noura) = (waits("Sunita Deshpande"), waits("Noura Qasim"));
    clinic.settle();
    // Each PC offers the time to another, and each says yes.
    for (pc, entry) in [(&clinic.desk, sunita), (&clinic.room, noura)] {
        pc.write(clinic.staff.desk, |tx| scheduling::offer_waiting(tx, entry, nine)).expect("offers");
        let yes = scheduling::WaitlistBooking { start: None, provider_id: None, channel: scheduling::Channel::Phone };
        pc.write(clinic.staff.desk, |tx| scheduling::book_waiting(tx, entry, &yes)).expect("books");
    }
    clinic.settle();
    for pc in [&clinic.desk, &clinic.room] {
        assert_eq!(names(&open(pc)[0]), ["Sunita Deshpande", "Noura Qasim"], "an ordinary double booking");
        for entry in [sunita, noura] {
            let entry = pc.read(|conn| scheduling::waitlist_entry(conn, entry, pc.db.now()));
            assert_eq!(entry.status, scheduling::WaitlistStatus::Booked);
            let booked = entry.appointment_id.expect("its appointment");
            assert_eq!(starts(pc, booked), nine.0);
        }
    }
}
