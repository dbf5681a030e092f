//! The clinic's file on this PC: readable with its key alone, and never overwritten by mistake.

mod support;

use std::path::Path;

use neem_core::clock::SystemEntropy;
use neem_core::connection;
use neem_core::keys::DatabaseKey;
use neem_core::{Code, identity};
use rusqlite::OpenFlags;
use support::{Clinic, MINUTE, PASSWORD, founder, open};

const CANARY: &str = "Zyzzogeton Canarybird";

/// Every file below a folder that holds one of these words.
fn files_with(folder: &Path, words: &[&str]) -> (usize, Vec<String>) {
    let mut seen = 0;
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let bytes = std::fs::read(&path).expect("reads");
        seen += 1;
        for word in words {
            if bytes.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes())) {
                found.push(format!("{word} in {}", path.display()));
            }
        }
    }
    (seen, found)
}

#[test]
fn no_file_of_a_pc_or_of_the_hub_holds_a_word_of_a_patient() {
    let clinic = Clinic::open();
    let patient = clinic.desk.register(clinic.staff.desk, CANARY);
    let note =
        |tx: &neem_core::Tx| Ok(tx.execute("UPDATE patients SET notes = 'canarybird sings' WHERE id = ?1", [patient])?);
    clinic.desk.write(clinic.staff.desk, note).expect("writes");
    clinic.settle();
    // With the write-ahead logs still there: the databases are open.
    for folder in [clinic.desk.dir.path(), clinic.room.dir.path(), clinic.hub.dir.path()] {
        let (files, found) = files_with(folder, &["Zyzzogeton", "Canarybird", "SQLite format 3", "CREATE TABLE"]);
        assert!(files >= 2, "the file and its log");
        assert_eq!(found, Vec::<String>::new());
    }
    let wal = clinic.desk.dir.path().join("neem.db-wal");
    assert!(std::fs::metadata(wal).expect("a log").len() > 0);
}

#[test]
fn another_key_opens_nothing_and_changes_nothing() {
    let (pc, _) = founder("Kadamba Clinic");
    let pc = pc.reopened();
    let (file, clock) = (pc.file(), pc.clock.clone());
    let (key, dir) = (pc.key.clone(), pc.dir);
    pc.db.close().expect("closes");
    let before = std::fs::read(&file).expect("reads");
    let error = open(&file, &DatabaseKey::random(&SystemEntropy), &clock).err().expect("refused");
    assert!(matches!(error.code(), Code::WrongKey | Code::DatabaseDamaged), "{error}");
    assert!(std::fs::read(&file).expect("reads") == before, "the file is as it was");
    assert_eq!(std::fs::read_dir(dir.path()).expect("a folder").count(), 1, "no new file");
    open(&file, &key, &clock).expect("the right key still opens it");
}

#[test]
fn a_damaged_file_is_left_alone() {
    let (pc, _) = founder("Kadamba Clinic");
    let (file, key, clock) = (pc.file(), pc.key.clone(), pc.clock.clone());
    let dir = pc.dir;
    pc.db.close().expect("closes");
    let mut bytes = std::fs::read(&file).expect("reads");
    bytes[100..400].fill(0x55);
    std::fs::write(&file, &bytes).expect("writes");
    assert_eq!(open(&file, &key, &clock).err().expect("refused").code(), Code::DatabaseDamaged);
    assert!(std::fs::read(&file).expect("reads") == bytes);
    drop(dir);
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let (pc, _) = founder("Kadamba Clinic");
    let (file, key, clock) = (pc.file(), pc.key.clone(), pc.clock.clone());
    let dir = pc.dir;
    pc.db.close().expect("closes");
    let conn = connection::open(&file, &key, OpenFlags::default()).expect("opens");
    conn.pragma_update(None, "user_version", 1_000).expect("a level");
    conn.close().expect("closes");
    let before = std::fs::read(&file).expect("reads");
    assert_eq!(open(&file, &key, &clock).err().expect("refused").code(), Code::DatabaseNewer);
    assert!(std::fs::read(&file).expect("reads") == before);
    drop(dir);
}

#[test]
fn guessing_is_held_off_over_a_restart() {
    let (mut pc, _) = founder("Kadamba Clinic");
    let email = "manager@clinic.example";
    identity::sign_in(&pc.db, email, PASSWORD).expect("signs in");
    for _ in 0..5 {
        let error = identity::sign_in(&pc.db, email, "a wrong password").expect_err("wrong");
        assert_eq!(error.code(), Code::WrongSignIn);
        pc = pc.reopened();
    }
    let error = identity::sign_in(&pc.db, email, PASSWORD).expect_err("too soon, even with the right one");
    assert_eq!(error.code(), Code::TooManyAttempts);
    let seconds: i64 = error.detail().and_then(|text| text.parse().ok()).expect("how long");
    assert!((1..=31).contains(&seconds), "{seconds}");
    // A clock set back does not make it longer than the longest wait.
    pc.clock.ahead(-60 * 24 * MINUTE);
    let error = identity::sign_in(&pc.db, email, PASSWORD).expect_err("too soon");
    assert!(error.detail().and_then(|text| text.parse::<i64>().ok()).expect("how long") <= 15 * 60);
    pc.clock.ahead(MINUTE);
    identity::sign_in(&pc.db, email, PASSWORD).expect("signs in after the wait");
}

#[test]
fn a_replicated_row_cannot_be_written_past_the_log() {
    let (pc, staff) = founder("Kadamba Clinic");
    let patient = pc.register(staff.desk, "Sunita Deshpande");
    let past =
        pc.db.write_local(|conn| Ok(conn.execute("UPDATE patients SET city = 'Pune' WHERE id = ?1", [patient])?));
    assert!(past.expect_err("refused").to_string().contains("outside write()"));
    let failed: neem_core::Result<()> = pc.write(staff.desk, |tx| {
        tx.execute("UPDATE patients SET city = 'Pune' WHERE id = ?1", [patient])?;
        Err(Code::NotAllowed.into())
    });
    assert!(failed.is_err());
    assert_eq!(pc.text("SELECT city FROM patients WHERE id = ?1", patient.0), None, "all or nothing");
}
