//! Old visits stay readable, expired secrets do not.

mod support;

use neem_core::consultations::{self, Notes};
use neem_core::ids::{AppointmentId, Instant, PatientId};
use neem_core::page::PageRequest;
use neem_core::retention::{self, ArchiveReport, RetentionPolicy};
use neem_core::scheduling::{self, AppointmentStatus, Move, NewWalkIn};
use rusqlite::params;
use support::{DAY, Desk};

const FIRST: PageRequest = PageRequest::FIRST;

/// A whole visit, so many days ago.
fn visit(desk: &Desk, patient: PatientId, days_ago: i64, diagnosis: &str) -> AppointmentId {
    desk.clock.ahead(-days_ago * DAY);
    let walk_in = NewWalkIn {
        clinic_id: desk.staff.site,
        patient_id: patient,
        provider_id: desk.staff.provider,
        reason: "Cough at night".into(),
    };
    let ticket = desk.write(desk.staff.desk, |tx| scheduling::book_walk_in(tx, &walk_in)).expect("books");
    let notes = Notes { diagnosis: diagnosis.into(), findings: "Wheezing".into(), ..Notes::default() };
    desk.write(desk.staff.doctor, |tx| {
        let open = consultations::open(tx, ticket.appointment_id, desk.staff.provider)?;
        consultations::save_notes(tx, open.id, &notes)?;
        consultations::finish(tx, open.id)
    })
    .expect("is seen");
    desk.clock.ahead(0);
    ticket.appointment_id
}

fn archive(desk: &Desk) -> ArchiveReport {
    retention::archive(&desk.db, &RetentionPolicy::default(), desk.now()).expect("archives")
}

fn find(desk: &Desk, text: &str) -> Vec<AppointmentId> {
    desk.read(|conn| retention::search_archive(conn, text, FIRST)).items.into_iter().map(|v| v.appointment_id).collect()
}

#[test]
fn visits_of_long_ago_are_found_by_their_words_and_read_in_full() {
    let desk = Desk::open();
    let (sunita, vikram) = (desk.register("Sunita Deshpande"), desk.register("विक्रम Bapat"));
    let old = visit(&desk, sunita, 400, "Asthma, mild");
    let older = visit(&desk, vikram, 500, "Bronchitis");
    let recent = visit(&desk, sunita, 364, "Asthma again");
    assert_eq!(archive(&desk), ArchiveReport { archived: 2, forgotten: 0 });
    assert_eq!(archive(&desk), ArchiveReport { archived: 0, forgotten: 0 }, "a second run finds nothing to do");
    for (text, expected) in [
        ("asthma", vec![old]),
        ("deshp asth", vec![old]),
        ("cough", vec![old, older]),
        ("wheez", vec![old, older]),
        ("vikr", vec![older]),
        ("विक्रम", vec![older]),
        ("again", vec![]),
        ("asthma bronchitis", vec![]),
        ("", vec![]),
        ("\" OR *", vec![]),
    ] {
        assert_eq!(find(&desk, text), expected, "{text:?}");
    }
    let read = desk.read(|conn| retention::archived_visits_of(conn, sunita, FIRST)).items;
    assert_eq!(read.len(), 1);
    assert_eq!((read[0].diagnosis.as_deref(), read[0].findings.as_deref()), (Some("Asthma, mild"), Some("Wheezing")));
    assert_eq!((read[0].status, read[0].doctor_name.as_str()), (AppointmentStatus::Completed, "Dr Farah Siddiqui"));
    let there: neem_core::ids::TicketId = desk.read(|conn| {
        Ok(conn.query_row("SELECT id FROM queue_tickets WHERE appointment_id = ?1", [old], |row| row.get(0))?)
    });
    let there = desk.read(|conn| scheduling::ticket(conn, there));
    assert_eq!(there.appointment_id, old, "the rows stay where they are");

    // A day later the recent one is a year and a day old.
    desk.clock.ahead(2 * DAY);
    assert_eq!(archive(&desk).archived, 1);
    assert_eq!(find(&desk, "again"), [recent]);
    desk.write(desk.staff.desk, |tx| {
        Ok(tx.execute(
            "UPDATE patients SET merged_into_id = ?1, updated_at = ?2 WHERE id = ?3",
            params![sunita, tx.now, vikram],
        )?)
    })
    .expect("merges");
    let merged = desk.read(|conn| retention::archived_visits_of(conn, sunita, FIRST)).items;
    assert_eq!(merged.iter().map(|v| v.appointment_id).collect::<Vec<_>>(), [recent, old, older]);
}

#[test]
fn what_is_not_over_stays_and_what_was_erased_leaves() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    desk.clock.ahead(-400 * DAY);
    let walk_in = NewWalkIn {
        clinic_id: desk.staff.site,
        patient_id: patient,
        provider_id: desk.staff.provider,
        reason: "Forgotten in the queue".into(),
    };
    let ticket = desk.write(desk.staff.desk, |tx| scheduling::book_walk_in(tx, &walk_in)).expect("books");
    desk.clock.ahead(0);
    assert_eq!(archive(&desk).archived, 0, "still waiting, if only on paper");
    desk.write(desk.staff.desk, |tx| scheduling::move_appointment(tx, ticket.appointment_id, Move::NoShow, ""))
        .expect("moves");
    assert_eq!(archive(&desk).archived, 1);
    assert_eq!(find(&desk, "forgotten"), [ticket.appointment_id]);
    desk.write(desk.staff.admin, |tx| {
        Ok(tx.execute("UPDATE patients SET erased_at = ?1, updated_at = ?1 WHERE id = ?2", params![tx.now, patient])?)
    })
    .expect("erases");
    assert_eq!(find(&desk, "forgotten"), [], "at once, before the next run");
    assert_eq!(archive(&desk), ArchiveReport { archived: 0, forgotten: 1 });
    assert_eq!(
        desk.count("SELECT count(*) FROM archived_visit_search WHERE archived_visit_search MATCH 'forgotten'"),
        0
    );
    assert_eq!(archive(&desk), ArchiveReport { archived: 0, forgotten: 0 }, "and it does not come back");
}

#[test]
fn thousands_go_in_batches_and_a_stopped_run_goes_on() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let start = desk.now().0 - 500 * DAY;
    desk.write(desk.staff.desk, |tx| {
        for number in 0..2_300i64 {
            // Many begin at the same moment: the next batch must not pass over any.
            let from = start + number / 700 * 60_000;
            tx.prepare_cached(
                "INSERT INTO appointments (id, tenant_id, clinic_id, patient_id, provider_id, scheduled_start, scheduled_end, status,
                                           channel, created_by, created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6 + 60000, 'cancelled', 'desk', ?7, ?6, ?6)",
            )?
            .execute(params![tx.new_id(), tx.device.tenant, desk.staff.site, patient, desk.staff.provider, from, tx.user()?])?;
        }
        Ok(())
    })
    .expect("writes");
    assert_eq!(archive(&desk).archived, 2_300);
    // As if the run had been stopped halfway.
    desk.db
        .write_local(|conn| {
            conn.execute("DELETE FROM archived_visit_search WHERE rowid % 2 = 0", [])?;
            Ok(conn.execute("DELETE FROM archived_visits WHERE id % 2 = 0", [])?)
        })
        .expect("forgets");
    assert_eq!(archive(&desk).archived, 1_150);
    assert_eq!(desk.count("SELECT count(*) FROM archived_visits"), 2_300);
    let page = desk.read(|conn| retention::search_archive(conn, "sunita", PageRequest { offset: 2_200, limit: 200 }));
    assert_eq!((page.items.len(), page.more), (100, false));
    let plan = desk.plan(include_str!("../src/retention/archive_next.sql"));
    // From where the last batch ended, not from the beginning of the clinic.
    let range = "appointments_status (status=? AND scheduled_start>? AND scheduled_start<?)";
    assert!(plan.contains(range), "{plan}");
    assert!(!desk.plan(include_str!("../src/retention/archive.sql")).contains("SCAN"));
    let plan = desk.plan(include_str!("../src/retention/of_patient.sql"));
    assert!(plan.contains("SEARCH archived_visits USING INDEX archived_visits_patient"), "{plan}");
}

#[test]
fn whoever_wants_to_write_comes_between_two_batches() {
    use std::sync::atomic::{AtomicU32, Ordering};
    let desk = Desk::open();
    let (begun, batches) = (std::sync::Barrier::new(2), AtomicU32::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            begun.wait();
            for _ in 0..100 {
                let work = |_: &rusqlite::Connection| {
                    std::thread::sleep(std::time::Duration::from_millis(5));
                    Ok(batches.fetch_add(1, Ordering::SeqCst))
                };
                desk.db.write_local(work).expect("works");
            }
        });
        begun.wait();
        for _ in 0..5 {
            std::thread::sleep(std::time::Duration::from_millis(12));
            let before = batches.load(Ordering::SeqCst);
            let after = desk.db.write_local(|_| Ok(batches.load(Ordering::SeqCst))).expect("writes");
            assert!(after - before <= 3, "{} batches went first", after - before);
        }
    });
}

#[test]
fn what_has_expired_is_emptied_and_nothing_else() {
    let desk = Desk::open();
    let user = desk.staff.doctor;
    let now = desk.now();
    desk.write(desk.staff.admin, |tx| {
        let at = |minutes: i64| Instant(now.0 + minutes * 60_000);
        for (hash, expires, used) in [(1, at(-1), None), (2, at(60), Some(at(-5))), (3, at(60), None)] {
            tx.execute(
                "INSERT INTO one_time_tokens (id, tenant_id, user_id, purpose, token_hash, expires_at, used_at, created_at, updated_at)
                 VALUES (?1, ?2, ?3, 'password_reset', ?4, ?5, ?6, ?7, ?7)",
                params![tx.new_id(), tx.device.tenant, user, vec![hash as u8; 32], expires, used, tx.now],
            )?;
        }
        for expires in [Some(at(-1)), Some(at(60)), None] {
            tx.execute(
                "INSERT INTO notifications (id, tenant_id, user_id, template_key, channel, status, meta, deep_link, failure, expires_at, created_at, updated_at)
                 VALUES (?1, ?2, ?3, 'queue_called', 'sms', 'failed', '{}', '/x', 'no line', ?4, ?5, ?5)",
                params![tx.new_id(), tx.device.tenant, user, expires, tx.now],
            )?;
        }
        for (key, expires) in [("a", at(-1)), ("b", at(60))] {
            tx.execute(
                "INSERT INTO idempotency_keys (key, method, path, request_hash, response, status_code, created_at, expires_at)
                 VALUES (?1, 'POST', '/', x'00', '{}', 200, 0, ?2)",
                params![key, expires],
            )?;
        }
        let day = |days: i64| at(days * 24 * 60);
        for (ends, expires) in [(Some(day(-91)), day(-91)), (Some(day(-91)), day(5)), (None, day(-91)), (None, day(-89)), (None, day(1))] {
            tx.execute(
                "INSERT INTO sessions (id, user_id, refresh_token_hash, device_info, created_at, last_seen_at, expires_at, ended_at)
                 VALUES (?1, ?2, x'00', '', 0, 0, ?3, ?4)",
                params![tx.new_id(), user, expires, ends],
            )?;
        }
        Ok(())
    })
    .expect("writes");
    let purge = || {
        desk.write(desk.staff.admin, |tx| retention::purge(tx, &RetentionPolicy::default(), tx.now)).expect("purges")
    };
    let first = purge();
    assert_eq!(
        (first.tokens, first.notifications, first.idempotency_keys, first.sessions, first.more),
        (2, 1, 1, 3, false)
    );
    assert_eq!(
        desk.count("SELECT count(*) FROM one_time_tokens WHERE token_hash IS NULL AND deleted_at IS NOT NULL"),
        2
    );
    assert_eq!(
        desk.count("SELECT count(*) FROM one_time_tokens WHERE token_hash IS NOT NULL AND deleted_at IS NULL"),
        1
    );
    let emptied = "meta IS NULL AND deep_link IS NULL AND failure IS NULL AND deleted_at IS NOT NULL";
    assert_eq!(desk.count(&format!("SELECT count(*) FROM notifications WHERE {emptied}")), 1);
    assert_eq!(desk.count("SELECT count(*) FROM notifications WHERE meta IS NOT NULL"), 2);
    assert_eq!(desk.count("SELECT count(*) FROM sessions"), 2);
    let second = purge();
    assert_eq!((second.tokens, second.notifications, second.idempotency_keys, second.sessions), (0, 0, 0, 0));
}
