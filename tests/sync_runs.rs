//! A sync that a person stops, and the history of them all.

mod support;

use std::cell::Cell;

use neem_core::Code;
use neem_core::page::PageRequest;
use neem_core::sync::engine::{self, SyncProgress, SyncReport};
use neem_core::sync::records::{WaitingRows, Whereabouts};
use neem_core::sync::runs::{self, SyncOutcome, SyncRun, SyncWhy};
use rusqlite::params;
use support::{Clinic, MINUTE, Pc};
use tokio::sync::Notify;

/// One sync that is stopped when it has told of its progress so many times.
fn stopped_after(pc: &Pc, steps: usize) -> neem_core::Result<SyncReport> {
    let (button, told) = (Notify::new(), Cell::new(0));
    let progress = |_: SyncProgress| {
        told.set(told.get() + 1);
        if told.get() == steps {
            button.notify_waiters();
        }
    };
    pc.wait(runs::run(&pc.db, &pc.client(), SyncWhy::ByHand, &progress, button.notified()))
}

fn run(pc: &Pc, why: SyncWhy) -> neem_core::Result<SyncReport> {
    pc.wait(runs::run(&pc.db, &pc.client(), why, &|_| {}, std::future::pending()))
}

fn history(pc: &Pc) -> Vec<SyncRun> {
    pc.read(|conn| runs::history(conn, PageRequest { offset: 0, limit: 200 })).items
}

/// So much that it takes several pages to send.
fn write_much(pc: &Pc, staff: &support::Staff, turn: usize) {
    let letter = char::from(b'a' + turn as u8);
    for nth in ["One", "Two", "Three", "Four", "Five"] {
        let patient = pc.register(staff.desk, &format!("{nth} Rao{letter}"));
        let note = format!("{nth} ").repeat(200_000);
        pc.write(staff.desk, |tx| {
            Ok(tx.execute("UPDATE patients SET notes = ?1 WHERE id = ?2", params![note, patient])?)
        })
        .expect("writes");
    }
}

#[test]
fn a_sync_that_is_stopped_at_any_step_keeps_what_was_exchanged_and_goes_on_next_time() {
    let clinic = Clinic::open();
    let (mut stops, mut partly) = (0, 0);
    for steps in 1.. {
        write_much(&clinic.room, &clinic.staff, stops);
        clinic.room.sync();
        write_much(&clinic.desk, &clinic.staff, stops + 1);
        let waiting = clinic.desk.read(engine::waiting);
        let pulled = clinic.desk.count("SELECT pulled FROM hub_link");
        let Err(error) = stopped_after(&clinic.desk, steps) else { break };
        assert_eq!(error.code(), Code::SyncStopped);
        stops += 1;
        let left = clinic.desk.read(engine::waiting);
        let run = history(&clinic.desk).remove(0);
        assert_eq!((run.outcome, run.error), (SyncOutcome::Stopped, None));
        assert_eq!(run.sent, waiting - left, "what the hub acknowledged stays acknowledged");
        assert!(clinic.desk.count("SELECT pulled FROM hub_link") >= pulled, "what was fetched stays fetched");
        partly += usize::from(left > 0 && left < waiting);
        clinic.settle();
        assert_eq!(clinic.desk.read(engine::waiting), 0);
        assert_eq!(clinic.desk.count("SELECT count(*) FROM quarantine"), 0);
    }
    assert!(stops > 6 && partly > 0, "stopped at {stops} steps, {partly} times between two pages");
}

#[test]
fn a_record_is_here_only_until_the_hub_has_it() {
    let clinic = Clinic::open();
    let mut rows = WaitingRows::default();
    let patient = clinic.desk.register(clinic.staff.desk, "Sunita Deshpande").0;
    assert_eq!(clinic.desk.read(|conn| rows.whereabouts(conn, &[patient])), [Whereabouts::HereOnly]);
    clinic.desk.sync();
    assert_eq!(clinic.desk.read(|conn| rows.whereabouts(conn, &[patient])), [Whereabouts::AtTheHub]);
    clinic.room.sync();
    let mut there = WaitingRows::default();
    assert_eq!(clinic.room.read(|conn| there.whereabouts(conn, &[patient])), [Whereabouts::AtTheHub]);
}

#[test]
fn quiet_checks_are_one_line_and_what_matters_stands_for_itself() {
    let mut clinic = Clinic::open();
    clinic.settle();
    for _ in 0..12 {
        run(&clinic.desk, SyncWhy::ByItself).expect("syncs");
    }
    clinic.desk.register(clinic.staff.desk, "Asha Rao");
    run(&clinic.desk, SyncWhy::ByItself).expect("syncs");
    run(&clinic.desk, SyncWhy::ByHand).expect("syncs");
    run(&clinic.desk, SyncWhy::ByHand).expect("syncs");
    clinic.hub.stop();
    for _ in 0..3 {
        assert_eq!(run(&clinic.desk, SyncWhy::ByItself).expect_err("no hub").code(), Code::HubUnreachable);
    }
    clinic.hub.start();
    run(&clinic.desk, SyncWhy::ByItself).expect("syncs");
    let told: Vec<_> =
        history(&clinic.desk).iter().map(|run| (run.why, run.outcome, run.error, run.times, run.sent)).collect();
    use SyncOutcome::{Failed, Identical};
    assert_eq!(
        told,
        [
            (SyncWhy::ByItself, Identical, None, 1, 0),
            (SyncWhy::ByItself, Failed, Some(Code::HubUnreachable), 3, 0),
            (SyncWhy::ByHand, Identical, None, 1, 0),
            (SyncWhy::ByHand, Identical, None, 1, 0),
            (SyncWhy::ByItself, Identical, None, 1, 1),
            (SyncWhy::ByItself, Identical, None, 12, 0),
        ]
    );
    let quiet = history(&clinic.desk).pop().expect("the first");
    assert!(quiet.finished_at > quiet.started_at && quiet.bytes_sent > 0 && quiet.records > Some(0));
    let second = clinic.desk.read(|conn| runs::history(conn, PageRequest { offset: 4, limit: 1 }));
    assert_eq!((second.items[0].sent, second.more), (1, true));
}

#[test]
fn the_history_is_kept_for_ninety_days_and_five_hundred_lines() {
    let clinic = Clinic::open();
    let long_ago = clinic.desk.db.now().0 - 89 * 24 * 60 * MINUTE;
    clinic
        .desk
        .db
        .write_local(|conn| {
            for _ in 0..600 {
                conn.execute(
                    "INSERT INTO sync_runs (started_at, finished_at, duration_ms, times, by_hand, outcome,
                                            sent, received, bytes_sent, bytes_received, repaired)
                     VALUES (?1, ?1, 9, 1, 1, 'stopped', 0, 0, 0, 0, 0)",
                    [long_ago],
                )?;
            }
            Ok(())
        })
        .expect("a busy summer");
    run(&clinic.desk, SyncWhy::ByHand).expect("syncs");
    assert_eq!(clinic.desk.count("SELECT count(*) FROM sync_runs"), 500);
    assert_eq!(history(&clinic.desk)[0].outcome, SyncOutcome::Identical, "the latest stays");
    clinic.desk.clock.ahead(2 * 24 * 60 * MINUTE);
    run(&clinic.desk, SyncWhy::ByHand).expect("syncs");
    assert_eq!(clinic.desk.count("SELECT count(*) FROM sync_runs"), 2);
}
