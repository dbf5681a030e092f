//! A clinic goes into a file and comes out the same, or not at all.

mod support;

use std::collections::HashSet;
use std::io::Cursor;
use std::sync::Arc;

use neem_core::clock::SystemEntropy;
use neem_core::keys::DatabaseKey;
use neem_core::sync::Table;
use neem_core::sync::commit::Body;
use neem_core::transfer::{self, RestoreReport};
use neem_core::{Actor, Code, Db, Result, audit, demo, identity, patients, scheduling};
use support::{Desk, WrongClock, patient};
use tempfile::TempDir;

struct FreshPc {
    db: Db,
    dir: TempDir,
}

fn fresh() -> FreshPc {
    let dir = tempfile::tempdir().expect("a folder");
    let key = DatabaseKey::random(&SystemEntropy);
    let db = support::open(&dir.path().join("neem.db"), &key, &Arc::new(WrongClock::default())).expect("opens");
    FreshPc { db, dir }
}

fn export(db: &Db) -> Vec<u8> {
    let mut bytes = Vec::new();
    db.read(|conn| transfer::export_tenant(conn, &mut bytes, db.now())).expect("exports");
    bytes
}

fn import(db: &Db, bytes: &[u8]) -> Result<RestoreReport> {
    transfer::import_tenant(db, Cursor::new(bytes), "Second desk")
}

fn records(db: &Db) -> i64 {
    db.read(|conn| {
        let mut sum = 0;
        for table in
            Table::ALL.iter().map(|table| table.name()).chain(["this_device", "commits", "heads", "patient_search"])
        {
            sum += conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0))?;
        }
        Ok(sum)
    })
    .expect("counts")
}

#[test]
fn the_demo_clinic_moves_to_another_pc() {
    let old = fresh();
    demo::create(&old.db, "Front desk 1").expect("demo");
    // Something that was written more than once, a number with a fraction, and every kind of text.
    old.db
        .write(Actor::System, "test", |tx| {
            tx.execute("UPDATE patients SET weight_kg = 0.1 + 0.2, notes = 'a \"b\"\n' || char(1) || '\u{1F33F}', updated_at = ?1", [tx.now])?;
            Ok(())
        })
        .expect("edits");
    let bytes = export(&old.db);
    let new = fresh();
    let report = import(&new.db, &bytes).expect("imports");
    assert_eq!(report.lane, "B", "the old PC had lane A");
    let before = old.db.read(transfer::tenant_digest).expect("sums");
    let after = new.db.read(transfer::tenant_digest).expect("sums");
    assert_eq!(before, after);
    assert!(before.iter().map(|table| table.rows).sum::<u64>() > 300, "a clinic, not a handful of rows");
    assert_eq!(before.len(), Table::ALL.len() - 1);

    // It is a clinic that works: people sign in and find patients, numbers run in the new lane, and
    // the log is sound.
    let device = new.db.device().expect("a PC of the clinic");
    assert!(device.demo && device.lane == "B" && device.name == "Second desk");
    let login = demo::logins().remove(0);
    let who = identity::sign_in(&new.db, &login.email, &login.password).expect("signs in");
    let today = new.db.now().day(support::ZONE);
    let hits = new.db.read(|conn| patients::search(conn, "deshp sun", today)).expect("searches");
    assert_eq!(hits[0].full_name, "Sunita Deshpande");
    let made = new.db.write(Actor::User(who.user), "test", |tx| patients::register(tx, &patient("Noor Khan"), today));
    assert_eq!(made.expect("registers").record_number, "B10001");
    let clinic = device.clinic.expect("a site");
    new.db.read(|conn| scheduling::today(conn, clinic, new.db.now())).expect("a day");
    let log = new.db.read(audit::verify_log).expect("verifies");
    assert_eq!((log.bad, log.devices), (None, 1));
    let known = new.db.read(|conn| Ok(conn.query_row("SELECT count(*) FROM devices", [], |row| row.get::<_, i64>(0))?));
    assert_eq!(known.expect("counts"), 2);

    // And it can move on.
    let third = fresh();
    assert_eq!(import(&third.db, &export(&new.db)).expect("imports again").lane, "C");
    assert_eq!(
        third.db.read(transfer::tenant_digest).expect("sums"),
        new.db.read(transfer::tenant_digest).expect("sums")
    );
}

#[test]
fn a_clinic_larger_than_one_commit_comes_in_whole() {
    let old = Desk::open();
    let note = "long words ".repeat(1_500);
    old.write(old.staff.desk, |tx| {
        for number in 0..100 {
            let id = patients::register(
                tx,
                &patient(&format!("Patient Number {}", "abcdefghij".repeat(number % 9 + 1))),
                tx.now.day(support::ZONE),
            )?
            .id;
            tx.execute("UPDATE patients SET notes = ?1 WHERE id = ?2", rusqlite::params![note, id])?;
        }
        Ok(())
    })
    .expect("writes");
    old.write(old.staff.desk, |tx| {
        for number in 0..300 {
            let subject = format!("{number} {}", "subject ".repeat(1_500));
            tx.execute(
                "INSERT INTO tickets (id, tenant_id, number, subject, category, priority, status, created_at, updated_at)
                 VALUES (?1, ?2, 'T-A-0001', ?3, 'other', 'low', 'open', ?4, ?4)",
                rusqlite::params![tx.new_id(), tx.device.tenant, subject, tx.now],
            )?;
        }
        Ok(())
    })
    .expect("writes");
    let new = fresh();
    import(&new.db, &export(&old.db)).expect("imports");
    assert_eq!(old.read(transfer::tenant_digest), new.db.read(transfer::tenant_digest).expect("sums"));
    let log = new.db.read(audit::verify_log).expect("verifies");
    assert!(log.bad.is_none() && (3..20).contains(&log.commits), "{log:?}");
    assert_eq!(waiting_references(&new.db), Vec::<String>::new());
}

/// References of a commit to rows that only a later commit brings: another PC could not take it in.
fn waiting_references(db: &Db) -> Vec<String> {
    db.read(|conn| {
        let mut there = HashSet::new();
        let mut waiting = Vec::new();
        let mut commits = conn.prepare("SELECT body FROM commits ORDER BY seq")?;
        let bodies: Vec<Vec<u8>> = commits.query_map([], |row| row.get("body"))?.collect::<rusqlite::Result<_>>()?;
        for body in bodies {
            let body = Body::decode(&body)?;
            for block in &body.inserts {
                let id = block.columns.iter().position(|column| column == "id").expect("an id");
                there.extend(
                    block.rows.iter().map(|row| (block.table.clone(), row[id].as_blob().expect("bytes").to_vec())),
                );
            }
            for block in &body.inserts {
                let mut keys = conn.prepare("SELECT \"table\", \"from\" FROM pragma_foreign_key_list(?1)")?;
                let keys = keys.query_map([&block.table], |row| Ok((row.get(0)?, row.get(1)?)))?;
                for (table, column) in keys.collect::<rusqlite::Result<Vec<(String, String)>>>()? {
                    let place = block.columns.iter().position(|other| *other == column).expect("a column");
                    let targets = block.rows.iter().filter_map(|row| row[place].as_blob());
                    let missing = targets.filter(|target| !there.contains(&(table.clone(), target.to_vec()))).count();
                    if missing > 0 {
                        waiting.push(format!("{}.{column}", block.table));
                    }
                }
            }
        }
        Ok(waiting)
    })
    .expect("reads")
}

#[test]
fn no_table_is_forgotten() {
    let old = Desk::open();
    let bytes = export(&old.db);
    let header: serde_json::Value =
        serde_json::from_slice(bytes.split(|b| *b == b'\n').next().expect("a line")).expect("a header");
    let mut named: Vec<&str> =
        header["tables"].as_array().expect("tables").iter().filter_map(|t| t["name"].as_str()).collect();
    let place = |name: &str| named.iter().position(|other| *other == name).expect("named");
    assert!(place("files") < place("consents") && place("providers") < place("clinics"), "parents first: {named:?}");
    named.sort_unstable();
    let mut all: Vec<&str> = Table::ALL.iter().map(|table| table.name()).collect();
    all.sort_unstable();
    assert_eq!(named, all);
}

#[test]
fn a_damaged_file_changes_nothing() {
    let old = Desk::open();
    old.register("Sunita Deshpande");
    let bytes = export(&old.db);
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let with = |change: &dyn Fn(&mut Vec<Vec<u8>>)| {
        let mut changed: Vec<Vec<u8>> = lines.iter().map(|line| line.to_vec()).collect();
        change(&mut changed);
        changed.concat()
    };
    let mut flipped = bytes.clone();
    let at = flipped.windows(6).position(|window| window == b"Sunita").expect("her name");
    flipped[at] = b'Z';
    let last = lines.len() - 1;
    let new = fresh();
    for (what, damaged) in [
        ("a changed byte", flipped),
        ("cut within a line", bytes[..bytes.len() - 3].to_vec()),
        ("the end is missing", lines[..last].concat()),
        ("cut in the middle", lines[..last / 2].concat()),
        ("only a header", lines[0].to_vec()),
        ("swapped lines", with(&|lines| lines.swap(2, 3))),
        ("a row left out", with(&|lines| drop(lines.remove(4)))),
        ("a row twice", with(&|lines| lines.insert(4, lines[4].clone()))),
        ("something behind the end", with(&|lines| lines.push(b"[]\n".to_vec()))),
        ("another header", with(&|lines| lines[0] = b"{\"format\":\"other\"}\n".to_vec())),
        ("nothing", Vec::new()),
        ("a picture", b"\x89PNG\r\n\x1a\n\0\0\0".to_vec()),
    ] {
        assert_eq!(import(&new.db, &damaged).expect_err(what).code(), Code::ExportDamaged, "{what}");
        assert_eq!(records(&new.db), 0, "{what} left something behind");
    }
    for (from, to) in [("\"version\":1", "\"version\":2"), ("\"schema\":", "\"schema\":9")] {
        let header = String::from_utf8(lines[0].to_vec()).expect("text").replace(from, to);
        let newer = [header.as_bytes(), &lines[1..].concat()].concat();
        assert_eq!(import(&new.db, &newer).expect_err(to).code(), Code::ExportOfOtherVersion, "{to}");
    }
    assert!(new.db.device().is_err());
    import(&new.db, &bytes).expect("the sound one comes in after all that");
    assert_eq!(import(&new.db, &bytes).expect_err("twice").code(), Code::NotEmpty);
    assert_eq!(import(&old.db, &bytes).expect_err("into itself").code(), Code::NotEmpty);
}

/// A file that proves itself and still breaks a rule: its digest was made again.
fn signed_again(lines: &[Vec<u8>], change: impl Fn(&mut serde_json::Value)) -> Vec<u8> {
    let (end, rows) = lines.split_last().expect("lines");
    let mut trailer: serde_json::Value = serde_json::from_slice(end).expect("a trailer");
    let hash = rows.iter().fold(blake3::Hasher::new(), |mut hash, line| {
        hash.update(line);
        hash
    });
    trailer["digest"] = hash.finalize().to_hex().to_string().into();
    change(&mut trailer);
    let mut bytes = rows.concat();
    bytes.extend(serde_json::to_vec(&trailer).expect("encodes"));
    bytes.push(b'\n');
    bytes
}

#[test]
fn a_failure_in_the_middle_leaves_the_database_empty() {
    let old = Desk::open();
    old.register("Sunita Deshpande");
    let bytes = export(&old.db);
    let lines: Vec<Vec<u8>> = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let place = |table: &str| {
        lines.iter().position(|line| line.starts_with(format!("[\"{table}\"").as_bytes())).expect("a row")
    };
    let new = fresh();
    let replaced = |table: &str, from: &str, to: &str| {
        let mut lines = lines.clone();
        let at = place(table);
        let text = String::from_utf8(lines[at].clone()).expect("text");
        assert!(text.contains(from), "{text}");
        lines[at] = text.replace(from, to).into_bytes();
        signed_again(&lines, |_| {})
    };
    // A value that the schema refuses, a column that it does not have, and a statement in place of one.
    for (what, bytes) in [
        ("no such gender", replaced("patients", "\"female\"", "\"none\"")),
        ("no such column", replaced("patients", "\"full_name\"", "\"whole_name\"")),
        ("a statement", replaced("patients", "\"full_name\"", "\"id) VALUES (1); --\"")),
    ] {
        assert!(import(&new.db, &bytes).is_err(), "{what}");
        assert_eq!(records(&new.db), 0, "{what}");
    }
    // A reference that leads nowhere is noticed when everything is there.
    let mut lines_without = lines.clone();
    lines_without.remove(place("profiles"));
    let missing = signed_again(&lines_without, |trailer| {
        let rows = trailer["rows"]["profiles"].as_u64().expect("a count");
        trailer["rows"]["profiles"] = (rows - 1).into();
    });
    import(&fresh().db, &missing).expect("nothing refers to a profile");
    let mut lines_without = lines.clone();
    lines_without.remove(place("users"));
    let missing = signed_again(&lines_without, |trailer| {
        let rows = trailer["rows"]["users"].as_u64().expect("a count");
        trailer["rows"]["users"] = (rows - 1).into();
    });
    assert!(import(&new.db, &missing).is_err());
    assert_eq!(records(&new.db), 0);
    assert!(new.db.device().is_err());
    import(&new.db, &bytes).expect("the sound one comes in");
}

#[test]
fn a_file_appears_whole_and_never_over_another() {
    let desk = Desk::open();
    let path = desk.dir.path().join("clinic.jsonl");
    let report = desk.read(|conn| transfer::export_to_file(conn, &path, desk.now()));
    assert!(report.rows > 5);
    let error = desk.db.read(|conn| transfer::export_to_file(conn, &path, desk.now())).expect_err("there already");
    assert_eq!(error.code(), Code::CannotSaveFile);
    let nowhere = desk.dir.path().join("no folder/clinic.jsonl");
    let error = desk.db.read(|conn| transfer::export_to_file(conn, &nowhere, desk.now())).expect_err("no folder");
    assert_eq!(error.code(), Code::CannotSaveFile);
    let new = fresh();
    let file = std::fs::File::open(&path).expect("opens");
    transfer::import_tenant(&new.db, file, "Second desk").expect("imports");
    let leftovers = std::fs::read_dir(new.dir.path()).expect("a folder").count();
    assert!(leftovers >= 1 && !path.with_extension("jsonl.part").exists());
}
