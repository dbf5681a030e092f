//! What was written moves from the write-ahead log into the file beside the work.

mod support;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant as Watch};

use neem_core::clock::SystemEntropy;
use neem_core::connection;
use neem_core::keys::DatabaseKey;
use neem_core::{Actor, Db};
use rusqlite::OpenFlags;
use support::{WrongClock, found, patient};

fn length(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |metadata| metadata.len())
}

/// Until something is so, or half a minute has passed.
fn comes_true(what: impl Fn() -> bool) -> bool {
    let watch = Watch::now();
    while watch.elapsed() < Duration::from_secs(30) {
        if what() {
            return true;
        }
        std::thread::yield_now();
    }
    false
}

fn opened(folder: &Path, key: &DatabaseKey) -> Db {
    support::open(&folder.join("neem.db"), key, &Arc::new(WrongClock::default())).expect("opens")
}

#[test]
fn in_a_pause_the_log_moves_into_the_file_which_then_holds_everything_by_itself() {
    let (folder, copy) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let key = DatabaseKey::random(&SystemEntropy);
    let db = opened(folder.path(), &key);
    let staff = found(&db, "Kadamba Clinic");
    let today = db.now().day(support::ZONE);
    let register = |name: &str| {
        let register = |tx: &neem_core::Tx| neem_core::patients::register(tx, &patient(name), today);
        db.write(Actor::User(staff.desk), "register", register).expect("registers");
    };
    // The file alone, as it stands while the database is open, has the patient once the log was moved.
    let held = |name: &str| {
        std::fs::copy(folder.path().join("neem.db"), copy.path().join("neem.db")).expect("copies");
        let alone = connection::open(&copy.path().join("neem.db"), &key, OpenFlags::default());
        let named = "SELECT count(*) FROM patients WHERE full_name = ?1";
        alone.is_ok_and(|alone| alone.query_row(named, [name], |row| row.get(0)).is_ok_and(|count: i64| count == 1))
    };
    let log = folder.path().join("neem.db-wal");
    // A log that was moved as a whole is used again from its beginning: it does not grow from day to
    // day. A look at the file can come just before the last of the log was moved, hence the turns.
    let used_again = (0..20).any(|turn| {
        let (name, before) = (format!("Sunita {turn}"), length(&log));
        register(&name);
        let same = length(&log) == before;
        assert!(comes_true(|| held(&name)), "the file has the patient, without its log");
        same
    });
    assert!(used_again, "the log only grows");
    db.close().expect("closes");
    assert_eq!(length(&log), 0, "nothing is left in the log");
}

#[test]
fn without_any_pause_the_log_stays_bounded() {
    let folder = tempfile::tempdir().expect("a folder");
    let db = opened(folder.path(), &DatabaseKey::random(&SystemEntropy));
    found(&db, "Kadamba Clinic");
    db.write_local(|conn| Ok(conn.execute_batch("CREATE TABLE heap (bytes BLOB)")?)).expect("writes");
    let mut longest = 0;
    for _ in 0..100 {
        db.write_local(|conn| Ok(conn.execute("INSERT INTO heap VALUES (zeroblob(4000000))", [])?)).expect("writes");
        longest = longest.max(length(&folder.path().join("neem.db-wal")));
    }
    assert!(longest < 96 << 20, "400 MB were written through a log of {longest} bytes");
}
