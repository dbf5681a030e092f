//! Rules that a commit breaks, and files that somebody has changed: everybody sets the same aside, and
//! what the proof finds to differ is put right and said.

mod support;

use std::sync::Arc;

use neem_core::sync::commit::{GroupWrite, Inserts, Update};
use neem_core::sync::engine;
use neem_core::sync::repair::{self, RepairKind};
use neem_core::sync::value::Value;
use support::forge::{forge, tampered};
use support::hub::BadLine;
use support::{Clinic, join};
use uuid::Uuid;

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

fn id(id: Uuid) -> Value {
    Value::Blob(id.as_bytes().to_vec())
}

/// The parts of the house of a clinic, taken apart so that one PC can be switched off.
fn with_a_patient() -> (Clinic, Uuid) {
    let clinic = Clinic::open();
    let patient = clinic.desk.register(clinic.staff.desk, "Sunita Deshpande");
    clinic.settle();
    (clinic, patient.0)
}

#[test]
fn a_commit_that_breaks_a_rule_is_set_aside_by_the_hub_and_by_every_pc() {
    let (clinic, patient) = with_a_patient();
    let tenant = clinic.tenant().0;
    let nobody = Uuid::from_u128(404);
    let change = |table: &str, row, column: &str, value| {
        let write = GroupWrite { group: column.into(), seen: vec![], fields: vec![(column.into(), value)] };
        (vec![], vec![Update { table: table.into(), row, groups: vec![write] }])
    };
    let vitals = |pulse: Value, of: Uuid| {
        let now = Value::Int(1_770_000_000_000);
        let fields = [
            ("id", id(Uuid::from_u128(77))),
            ("tenant_id", id(tenant)),
            ("patient_id", id(of)),
            ("measured_at", now.clone()),
            ("pulse_per_min", pulse),
            ("recorded_by", id(clinic.staff.doctor.0)),
            ("created_at", now.clone()),
            ("updated_at", now),
        ];
        let (columns, row) = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).unzip();
        (vec![Inserts { table: "vitals".into(), columns, rows: vec![row] }], vec![])
    };
    let forged = [
        ("a gender that there is not", change("patients", patient, "gender", text("m"))),
        ("nothing where something must be", change("patients", patient, "full_name", Value::Null)),
        ("a text for a number", change("patients", patient, "height_cm", text("tall"))),
        ("a number that the file would store otherwise", change("patients", patient, "active", Value::Real(1.0))),
        ("a record merged into a later one", change("patients", patient, "merged_into_id", id(Uuid::max()))),
        ("a record merged into nobody", change("patients", patient, "merged_into_id", id(Uuid::from_u128(1)))),
        ("a pulse of a thousand", vitals(Value::Int(1000), patient)),
        ("a pulse of nobody", vitals(Value::Int(80), nobody)),
    ];
    for (count, (what, (inserts, updates))) in (1..).zip(forged) {
        let stolen = join(&clinic.hub, clinic.tenant(), "Stolen laptop");
        clinic.desk.sync();
        let reply = forge(&stolen, inserts, updates).expect("taken, and set aside");
        assert_eq!(reply.quarantined.len(), 1, "{what}: {reply:?}");
        // What is sound goes on through the same page.
        let sound = clinic.desk.register(clinic.staff.desk, "Vikram Bapat");
        clinic.settle();
        for pc in [&clinic.desk, &clinic.room] {
            assert_eq!(pc.count("SELECT count(*) FROM quarantine"), count, "{what}");
            assert!(pc.text("SELECT full_name FROM patients WHERE id = ?1", sound.0).is_some(), "{what}");
            assert_eq!(pc.count("SELECT count(*) FROM repairs"), 0, "{what}");
        }
    }
    assert_eq!(
        clinic.room.text("SELECT full_name FROM patients WHERE id = ?1", patient).as_deref(),
        Some("Sunita Deshpande")
    );
}

#[test]
fn what_was_changed_past_the_log_is_put_right_and_said() {
    let (clinic, patient) = with_a_patient();
    let gone = clinic.desk.register(clinic.staff.desk, "Noura Qasim");
    clinic.settle();
    let Clinic { hub, desk, room, staff } = clinic;
    let desk = tampered(desk, |conn| {
        conn.execute("UPDATE patients SET city = 'Nowhere' WHERE id = ?1", [patient]).expect("changes");
        conn.execute("DELETE FROM patients WHERE id = ?1", [gone.0]).expect("takes away");
        // Who changes a row may change the sum as well, or not: the rows are counted again either way.
        conn.execute("UPDATE digests SET sum = zeroblob(16) WHERE tbl IN ('patients', 'users')", []).expect("changes");
    });
    let report = desk.sync();
    assert_eq!(report.repaired, 2, "{report:?}");
    assert_eq!(desk.text("SELECT city FROM patients WHERE id = ?1", patient), None);
    assert_eq!(desk.text("SELECT full_name FROM patients WHERE id = ?1", gone.0).as_deref(), Some("Noura Qasim"));
    let said = desk.read(|conn| repair::repairs(conn, 10));
    let mut kinds: Vec<(Uuid, RepairKind)> = said.iter().map(|repair| (repair.row, repair.kind)).collect();
    kinds.sort_by_key(|(row, _)| *row != patient);
    assert_eq!(kinds, [(patient, RepairKind::Differed), (gone.0, RepairKind::Missing)]);
    assert_eq!(desk.sync().repaired, 0, "once is enough");
    // The guards are back, and work goes on.
    assert!(desk.write(staff.desk, |tx| Ok(tx.execute("DELETE FROM patients WHERE id = ?1", [patient])?)).is_err());
    desk.register(staff.desk, "Imran Shaikh");
    let clinic = Clinic { hub, desk, room, staff };
    clinic.settle();
}

/// A simulated clinic showed it: two others who wrote just then were taken for two attempts that had failed.
#[test]
fn what_differs_is_put_right_though_others_go_on_writing() {
    let (clinic, patient) = with_a_patient();
    let Clinic { hub, desk, room, staff } = clinic;
    let desk = tampered(desk, |conn| {
        conn.execute("UPDATE patients SET city = 'Nowhere' WHERE id = ?1", [patient]).expect("changes");
        conn.execute("UPDATE digests SET sum = zeroblob(16) WHERE tbl = 'patients'", []).expect("changes");
    });
    let (room, others) = (Arc::new(room), 3);
    let line = BadLine::new(desk.client(), 1, 0);
    for number in 0..others {
        let room = room.clone();
        let work = move || {
            room.register(staff.desk, &format!("Patient {number}"));
            room.sync();
        };
        line.meanwhile.borrow_mut().push(("buckets", Box::new(work)));
    }
    let report = desk.wait(engine::sync(&desk.db, &line, &|_| {})).expect("syncs");
    assert!(report.identical && report.repaired == 1, "{report:?}");
    assert!(line.meanwhile.borrow().is_empty(), "nobody wrote");
    assert_eq!(desk.count("SELECT count(*) FROM patients"), 1 + others);
    let room = Arc::try_unwrap(room).unwrap_or_else(|_| panic!("the room is free again"));
    Clinic { hub, desk, room, staff }.settle();
}

#[test]
fn a_sum_that_is_wrong_at_the_hub_is_counted_again() {
    let (clinic, _) = with_a_patient();
    clinic.hub.change("UPDATE digests SET sum = zeroblob(16), rows = rows + 1 WHERE tbl = 'patients'");
    let report = clinic.desk.sync();
    assert_eq!(report.repaired, 0, "no record was wrong: {report:?}");
    clinic.settle();
}

/// A PC of a version without a rule writes what the hub sets aside: it must not go on showing it.
#[test]
fn a_pc_whose_own_commit_was_set_aside_shows_what_everybody_shows() {
    let (clinic, patient) = with_a_patient();
    let Clinic { hub, desk, room, staff } = clinic;
    let desk = tampered(desk, |conn| {
        conn.execute_batch(
            "PRAGMA writable_schema = ON;
             UPDATE sqlite_master SET sql = replace(sql, 'CHECK (gender IN', 'CHECK (1 OR gender IN') WHERE name = 'patients';
             UPDATE sqlite_master SET sql = replace(sql, 'CHECK (pulse_per_min BETWEEN', 'CHECK (1 OR pulse_per_min BETWEEN') WHERE name = 'vitals';
             PRAGMA writable_schema = RESET;",
        )
        .expect("an older schema");
    });
    let wrong = Uuid::from_u128(78);
    desk.write(staff.doctor, |tx| {
        tx.execute("UPDATE patients SET gender = 'm' WHERE id = ?1", [patient])?;
        Ok(())
    })
    .expect("its own version has no such rule");
    desk.write(staff.doctor, |tx| {
        tx.execute(
            "INSERT INTO vitals (id, tenant_id, patient_id, measured_at, pulse_per_min, recorded_by, created_at, updated_at)
             SELECT ?1, tenant_id, id, 0, 1000, ?3, 0, 0 FROM patients WHERE id = ?2",
            rusqlite::params![wrong, patient, staff.doctor.0],
        )?;
        Ok(())
    })
    .expect("its own version has no such rule");
    let report = desk.sync();
    assert_eq!(report.repaired, 2, "{report:?}");
    assert_eq!(desk.count("SELECT count(*) FROM quarantine"), 2, "a person sees both");
    assert_ne!(desk.text("SELECT gender FROM patients WHERE id = ?1", patient).as_deref(), Some("m"));
    assert_eq!(desk.count("SELECT count(*) FROM vitals"), 0);
    let unknown = desk.read(|conn| repair::repairs(conn, 10));
    assert!(unknown.iter().any(|repair| repair.row == wrong && repair.kind == RepairKind::Unknown), "{unknown:?}");
    let clinic = Clinic { hub, desk, room, staff };
    clinic.settle();
    assert_eq!(clinic.room.count("SELECT count(*) FROM quarantine"), 2);
}
