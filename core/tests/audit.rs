//! Who looked at what, and a log that nobody can change unseen.

mod support;

use neem_core::audit::{self, AuditFilter, BadCommit, LogFault, Note};
use neem_core::ids::Instant;
use neem_core::page::PageRequest;
use neem_core::{Actor, demo, identity};
use rusqlite::{Connection, params};
use support::{Desk, MINUTE};

const FIRST: PageRequest = PageRequest::FIRST;

fn chart(patient: neem_core::ids::PatientId) -> Note<'static> {
    Note { action: "view_chart", entity_type: "patients", entity_id: Some(patient.0) }
}

#[test]
fn what_leaves_no_other_row_is_noted() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let before = desk.now();
    desk.write(desk.staff.doctor, |tx| audit::note(tx, chart(patient), &())).expect("notes");
    desk.clock.ahead(MINUTE);
    let export = Note { action: "export", entity_type: "tenants", entity_id: None };
    desk.write(desk.staff.admin, |tx| audit::note(tx, export, &[("rows", 7)])).expect("notes");
    desk.db.write(Actor::System, "test", |tx| audit::note(tx, export, &())).expect("notes");

    let list = |filter: AuditFilter| desk.read(|conn| audit::list(conn, &filter, FIRST)).items;
    let of_doctor = list(AuditFilter::Actor { user_id: desk.staff.doctor });
    assert_eq!(of_doctor.len(), 1);
    assert_eq!(of_doctor[0].actor_name.as_deref(), Some("Dr Farah Siddiqui"));
    assert_eq!(of_doctor[0].actor_role.as_deref(), Some("provider"));
    assert_eq!(of_doctor[0].device_name.as_deref(), Some("Front desk"));
    assert_eq!(of_doctor[0].metadata, None);
    let exports = list(AuditFilter::Action { action: "export".into() });
    assert_eq!(exports.len(), 2);
    let by_system = exports.iter().find(|entry| entry.actor_id.is_none()).expect("the system's");
    assert_eq!(by_system.actor_role, None);
    let by_admin = exports.iter().find(|entry| entry.actor_id.is_some()).expect("the manager's");
    assert_eq!(by_admin.metadata.as_deref(), Some(r#"[["rows",7]]"#));
    let entity = AuditFilter::Entity { entity_type: "patients".into(), entity_id: patient.0 };
    assert_eq!(list(entity), of_doctor);
    let time = |from, to| list(AuditFilter::Time { from, to }).len();
    assert_eq!((time(before, desk.now().plus_minutes(1)), time(Instant(0), before)), (3, 0));
    let page = desk.read(|conn| {
        let filter = AuditFilter::Action { action: "export".into() };
        audit::list(conn, &filter, PageRequest { offset: 0, limit: 1 })
    });
    assert!(page.more && page.items.len() == 1);

    let noted = |user, since| desk.read(|conn| audit::noted_since(conn, user, chart(patient), since));
    assert!(noted(desk.staff.doctor, Instant(before.0 - 1)));
    assert!(!noted(desk.staff.doctor, desk.now()), "too long ago");
    assert!(!noted(desk.staff.admin, Instant(0)), "somebody else");
}

#[test]
fn the_main_role_is_the_one_that_reaches_furthest() {
    let desk = Desk::open();
    desk.write(desk.staff.admin, |tx| {
        tx.execute(
            "INSERT INTO role_grants (id, tenant_id, user_id, role, granted_at, created_at, updated_at) VALUES (?1, ?2, ?3, 'admin', ?4, ?4, ?4)",
            params![tx.new_id(), tx.device.tenant, desk.staff.desk, tx.now],
        )?;
        Ok(())
    })
    .expect("grants");
    assert_eq!(identity::Role::ALL.len(), 7, "a new role needs its place in the order of audit::note");
    let note = Note { action: "x", entity_type: "tenants", entity_id: None };
    desk.write(desk.staff.desk, |tx| audit::note(tx, note, &())).expect("notes");
    assert_eq!(desk.count("SELECT count(*) FROM audit_log WHERE actor_role = 'admin'"), 1);
}

/// The log after somebody with the database's key has laid hands on it.
fn after(tamper: impl Fn(&Connection) -> rusqlite::Result<()>) -> (u32, Option<(u32, LogFault)>) {
    let desk = Desk::open();
    for name in ["Sunita Deshpande", "Vikram Bapat", "Noura Qasim"] {
        desk.register(name);
    }
    let sound = desk.read(audit::verify_log);
    assert_eq!((sound.devices, sound.bad), (1, None));
    desk.db.write_local(|conn| Ok(tamper(conn)?)).expect("tampers");
    let report = desk.read(audit::verify_log);
    let device = desk.db.device().expect("a device").id;
    let bad = report.bad.map(|BadCommit { device: named, incarnation, seq, what }| {
        assert_eq!((named, incarnation), (device, 1));
        (seq, what)
    });
    (sound.commits, bad)
}

#[test]
fn whoever_changes_the_log_is_found_out() {
    let run = |sql: &'static str| after(|conn| conn.execute_batch(sql));
    assert_eq!(run("SELECT 1").1, None);
    assert_eq!(
        run("UPDATE commits SET body = CAST(body || x'00' AS BLOB) WHERE seq = 3").1,
        Some((3, LogFault::Changed))
    );
    assert_eq!(run("UPDATE commits SET hash = zeroblob(32) WHERE seq = 2").1, Some((2, LogFault::Changed)));
    assert_eq!(run("UPDATE commits SET signature = zeroblob(64) WHERE seq = 2").1, Some((2, LogFault::Signature)));
    assert_eq!(run("DELETE FROM commits WHERE seq = 2").1, Some((2, LogFault::Missing)));
    assert_eq!(run("DELETE FROM commits WHERE seq = 1").1, Some((1, LogFault::Missing)));
    assert_eq!(run("DELETE FROM commits").1, Some((1, LogFault::Missing)));
    let swap = "UPDATE commits SET seq = -2 WHERE seq = 2; UPDATE commits SET seq = 2 WHERE seq = 3; UPDATE commits SET seq = 3 WHERE seq = -2";
    assert_eq!(run(swap).1, Some((2, LogFault::Changed)));
    let (commits, bad) = run("DELETE FROM commits WHERE seq = (SELECT max(seq) FROM commits)");
    assert_eq!(bad, Some((commits, LogFault::Missing)), "the end cannot be cut off either");
    // The counter turned back with it still leaves the wrong hash, and a forged body the wrong signature.
    let (commits, bad) =
        run("DELETE FROM commits WHERE seq = (SELECT max(seq) FROM commits); UPDATE this_device SET seq = seq - 1");
    assert_eq!(bad, Some((commits - 1, LogFault::Changed)));
    let forged = after(|conn| {
        let last =
            "device, incarnation, seq, body, (SELECT hash FROM commits AS before WHERE before.seq = commits.seq - 1)";
        let (device, seq, mut body, previous): (uuid::Uuid, i64, Vec<u8>, Vec<u8>) =
            conn.query_row(&format!("SELECT {last} FROM commits ORDER BY seq DESC LIMIT 1"), [], |row| {
                Ok((row.get(0)?, row.get(2)?, row.get(3)?, row.get(4)?))
            })?;
        body.push(0);
        let origin = neem_core::sync::commit::Origin { device, incarnation: 1 };
        let hash = neem_core::sync::commit::chain_hash(&previous, origin, seq.unsigned_abs(), &body);
        conn.execute("UPDATE commits SET body = ?1, hash = ?2 WHERE seq = ?3", params![body, hash.as_slice(), seq])?;
        conn.execute("UPDATE this_device SET head_hash = ?1", [hash.as_slice()])?;
        Ok(())
    });
    assert_eq!(forged.1, Some((forged.0, LogFault::Signature)));
    let desk = Desk::open();
    desk.db
        .write_local(|conn| Ok(conn.execute("UPDATE commits SET device = zeroblob(16) WHERE seq = 1", [])?))
        .expect("moves");
    let bad = desk.read(audit::verify_log).bad.expect("found out");
    assert!(bad.device.0.is_nil() && bad.seq == 1 && bad.what == LogFault::Changed);
}

#[test]
fn the_log_of_a_whole_day_is_sound() {
    let dir = tempfile::tempdir().expect("a folder");
    let key = neem_core::keys::DatabaseKey::random(&neem_core::clock::SystemEntropy);
    let db = support::open(&dir.path().join("neem.db"), &key, &Default::default()).expect("opens");
    demo::create(&db, "Front desk 1").expect("demo");
    let report = db.read(audit::verify_log).expect("verifies");
    assert!(report.bad.is_none() && report.commits > 0, "{report:?}");
}
