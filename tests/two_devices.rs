//! A day at a clinic with two PCs and a hub that is not always there.

mod support;

use neem_core::consultations::{self, Notes};
use neem_core::prescriptions::{self, PrescriptionDraft, parse_line};
use neem_core::scheduling::{self, NewWalkIn};
use neem_core::sync::commit::{self, Body, GroupWrite, Inserts, Origin, SCHEMA, Sealed, Update};
use neem_core::sync::engine;
use neem_core::sync::protocol::{HubApi, Push, PushReply, Refusal};
use neem_core::sync::value::Value;
use neem_core::{Code, Error};
use rusqlite::params;
use support::hub::BadLine;
use support::{Clinic, Pc, Staff};
use uuid::Uuid;

/// The whole visit at the doctor's PC, up to the issued prescription.
fn visit(room: &Pc, staff: &Staff, appointment: neem_core::ids::AppointmentId) -> Uuid {
    room.write(staff.doctor, |tx| {
        let consultation = consultations::open(tx, appointment, staff.provider)?;
        let notes = Notes { findings: "Chest clear.".into(), diagnosis: "Pharyngitis".into(), ..Notes::default() };
        consultations::save_notes(tx, consultation.id, &notes)?;
        let items = ["amox 500 1 tab tds 5d", "para 500 1 tab qds 3d"].map(|line| parse_line(line).item);
        let draft = PrescriptionDraft { items: items.to_vec(), ..PrescriptionDraft::default() };
        let issued = prescriptions::issue(tx, consultation.id, &draft, staff.provider)?;
        assert_eq!(issued.items.len(), 2);
        consultations::finish(tx, consultation.id)?;
        Ok(issued.id.0)
    })
    .expect("the visit")
}

fn walk_in(desk: &Pc, staff: &Staff, name: &str) -> scheduling::QueueTicket {
    let patient_id = desk.register(staff.desk, name);
    let walk_in = NewWalkIn { clinic_id: staff.site, patient_id, provider_id: staff.provider, reason: "Cough".into() };
    desk.write(staff.desk, |tx| scheduling::book_walk_in(tx, &walk_in)).expect("books")
}

#[test]
fn a_walk_in_becomes_a_prescription_on_the_other_pc_with_the_hub_gone_in_between() {
    let mut clinic = Clinic::open();
    let staff = clinic.staff;
    clinic.hub.stop();
    let ticket = walk_in(&clinic.desk, &staff, "Sunita Deshpande");
    assert_eq!(ticket.number, "A-001");
    assert_eq!(clinic.desk.try_sync().expect_err("no hub").code(), Code::HubUnreachable);

    clinic.hub.start();
    let sent = clinic.desk.sync();
    assert_eq!(sent.sent, 2, "a registration and a walk-in");
    clinic.room.sync();
    let now = clinic.room.db.now();
    let queue = clinic.room.read(|conn| scheduling::today(conn, staff.site, now));
    let row = queue.rows.iter().find(|row| row.patient_name == "Sunita Deshpande").expect("in the doctor's queue");
    assert_eq!(row.number.as_deref(), Some("A-001"));

    clinic.hub.stop();
    let prescription = visit(&clinic.room, &staff, row.appointment_id);
    assert!(clinic.room.db.read(engine::waiting).expect("counts") > 0);
    clinic.hub.start();
    clinic.settle();
    let number = clinic.desk.text("SELECT number FROM prescriptions WHERE id = ?1", prescription).expect("at the desk");
    assert!(number.ends_with("-B1"), "{number} is of lane B");
    assert_eq!(clinic.desk.count("SELECT count(*) FROM prescription_items"), 2);
    assert_eq!(clinic.desk.count("SELECT count(*) FROM conflicts"), 0);
    assert_eq!(clinic.desk.count("SELECT count(*) FROM quarantine"), 0);
}

#[test]
fn a_line_that_is_cut_again_and_again_changes_nothing() {
    let mut cut = 0;
    for seed in 1..=6 {
        let clinic = Clinic::open();
        let staff = clinic.staff;
        let note = |seed: usize| "so many words ".repeat(40_000) + &seed.to_string();
        for turn in 0..10 {
            // Half a megabyte each: the push takes several pages.
            let pc = if turn % 2 == 0 { &clinic.desk } else { &clinic.room };
            let patient =
                pc.register(staff.desk, &format!("Patient {turn} Rao").replace(|c: char| c.is_numeric(), "x"));
            pc.write(staff.desk, |tx| {
                Ok(tx.execute("UPDATE patients SET notes = ?1 WHERE id = ?2", params![note(turn), patient])?)
            })
            .expect("writes");
        }
        for (pc, seed) in [(&clinic.desk, seed), (&clinic.room, seed + 100)] {
            let line = BadLine::new(pc.client(), seed, 2);
            let mut failures = 0;
            while let Err(error) = pc.sync_through(&line) {
                assert_eq!(error.code(), Code::HubUnreachable, "seed {seed}: {error}");
                failures += 1;
                assert!(failures < 500, "seed {seed} never gets through");
            }
            cut += failures;
        }
        clinic.settle();
        let tenant = clinic.tenant();
        let rows = clinic.hub.digest(tenant).tables["patients"].1;
        assert_eq!(rows, 10, "seed {seed}");
        assert_eq!(clinic.hub.count("SELECT count(*) FROM commits"), clinic.desk.count("SELECT count(*) FROM commits"));
        assert_eq!(clinic.hub.count("SELECT count(*) FROM quarantine"), 0);
    }
    assert!(cut > 12, "only {cut} syncs were cut");
}

/// Pushes a commit that the PC's own `write()` would never make, signed with the PC's own key.
fn forge(pc: &Pc, inserts: Vec<Inserts>, updates: Vec<Update>) -> Result<PushReply, Refusal> {
    let (device, key) = pc.db.read(engine::credentials).expect("credentials");
    let (seq, head, hlc): (i64, Vec<u8>, i64) = pc.read(|conn| {
        Ok(conn.query_row("SELECT seq, head_hash, hlc FROM this_device", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?)
    });
    let seq = seq as u64 + 1;
    let body = Body { schema: SCHEMA, hlc: hlc + 1, at: 0, user: None, action: "forged".into(), inserts, updates };
    let body = body.encode().expect("encodes");
    let hash = commit::chain_hash(&head, Origin { device, incarnation: 1 }, seq, &body);
    let sealed = Sealed { seq, signature: commit::sign(&key, &hash).into(), body: body.into() };
    let push = rmp_serde::to_vec(&Push { device, incarnation: 1, commits: vec![sealed], hlcs: vec![i64::MAX] })
        .expect("encodes");
    pc.wait(pc.client().push(push))
}

#[test]
fn an_issued_prescription_stays_as_it_is() {
    let clinic = Clinic::open();
    let staff = clinic.staff;
    let ticket = walk_in(&clinic.room, &staff, "Sunita Deshpande");
    let id = visit(&clinic.room, &staff, ticket.appointment_id);
    clinic.settle();
    let sheet = |pc: &Pc| pc.text("SELECT sheet || number FROM prescriptions WHERE id = ?1", id);
    let before = sheet(&clinic.room);
    for statement in [
        "UPDATE prescriptions SET advice = 'rest' WHERE id = ?1",
        "UPDATE OR REPLACE prescriptions SET updated_at = 0 WHERE id = ?1",
        "UPDATE prescription_items SET dose = '9 tablets' WHERE prescription_id = ?1",
        "DELETE FROM prescriptions WHERE id = ?1",
        "DELETE FROM prescription_items WHERE prescription_id = ?1",
        "INSERT OR REPLACE INTO prescriptions SELECT * FROM prescriptions WHERE id = ?1",
        "INSERT OR REPLACE INTO prescription_items SELECT * FROM prescription_items WHERE prescription_id = ?1",
        "INSERT INTO prescriptions SELECT * FROM prescriptions WHERE id = ?1 ON CONFLICT (id) DO UPDATE SET advice = 'rest'",
    ] {
        for pc in [&clinic.room, &clinic.desk] {
            let write = pc.write(staff.doctor, |tx| Ok(tx.execute(statement, [id])?));
            let Err(Error::Sqlite(error)) = write else { panic!("{statement} was done") };
            assert!(error.to_string().contains("never"), "{statement}: {error}");
            assert!(pc.db.write_local(|conn| Ok(conn.execute(statement, [id])?)).is_err(), "{statement} was done");
            assert!(pc.db.read(|conn| Ok(conn.execute(statement, [id])?)).is_err(), "{statement} was done");
        }
    }
    assert_eq!(sheet(&clinic.room), before);
    clinic.settle();
}

#[test]
fn a_forged_change_to_a_prescription_is_set_aside_by_everybody() {
    for by_insert in [false, true] {
        let clinic = Clinic::open();
        let staff = clinic.staff;
        let ticket = walk_in(&clinic.room, &staff, "Sunita Deshpande");
        let id = visit(&clinic.room, &staff, ticket.appointment_id);
        let stolen = support::join(&clinic.hub, clinic.tenant(), "Stolen laptop");
        clinic.settle();
        let before = clinic.desk.text("SELECT sheet FROM prescriptions WHERE id = ?1", id);
        let (inserts, updates) = if by_insert {
            let columns = vec!["id".to_owned(), "tenant_id".to_owned(), "advice".to_owned()];
            let tenant = Value::Blob(clinic.tenant().0.as_bytes().to_vec());
            let row = vec![Value::Blob(id.as_bytes().to_vec()), tenant, Value::Text("Forged".into())];
            (vec![Inserts { table: "prescriptions".into(), columns, rows: vec![row] }], vec![])
        } else {
            let fields = vec![("advice".to_owned(), Value::Text("Forged".into()))];
            let write = GroupWrite { group: "advice".into(), seen: vec![], fields };
            (vec![], vec![Update { table: "prescriptions".into(), row: id, groups: vec![write] }])
        };
        forge(&stolen, inserts, updates).expect("taken, and set aside");
        assert_eq!(clinic.hub.count("SELECT count(*) FROM quarantine"), 1);
        clinic.settle();
        for pc in [&clinic.desk, &clinic.room] {
            assert_eq!(pc.count("SELECT count(*) FROM quarantine"), 1);
            assert_eq!(pc.text("SELECT sheet FROM prescriptions WHERE id = ?1", id), before);
            assert_eq!(pc.text("SELECT advice FROM prescriptions WHERE id = ?1", id), None);
        }
    }
}

#[test]
fn a_value_that_sqlite_would_change_is_set_aside_before_it_upsets_the_sums() {
    let clinic = Clinic::open();
    let ticket = walk_in(&clinic.room, &clinic.staff, "Sunita Deshpande");
    let stolen = support::join(&clinic.hub, clinic.tenant(), "Stolen laptop");
    clinic.settle();
    let of = "SELECT patient_id FROM appointments WHERE id = ?1";
    let sunita: uuid::Uuid =
        clinic.desk.read(|conn| Ok(conn.query_row(of, [ticket.appointment_id], |row| row.get(0))?));
    // The column holds numbers with a fraction: SQLite would keep 170.0 where 170 was hashed.
    let fields = vec![("height_cm".to_owned(), Value::Int(170))];
    let write = GroupWrite { group: "height_cm".into(), seen: vec![], fields };
    let update = Update { table: "patients".into(), row: sunita, groups: vec![write] };
    forge(&stolen, vec![], vec![update]).expect("the hub does not know the columns");
    for pc in [&clinic.desk, &clinic.room] {
        assert!(!pc.try_sync().expect("syncs").identical, "and that is said");
        assert_eq!(pc.count("SELECT count(*) FROM quarantine WHERE reason = 'breaks a rule of the database'"), 1);
        assert_eq!(pc.count("SELECT count(*) FROM patients WHERE height_cm IS NOT NULL"), 0);
    }
}
