//! Two records become one person's, and become two again exactly as they were.

mod support;

use neem_core::ids::{Instant, MergeId, PatientId};
use neem_core::patients::{self, EditPatient, MergeChoice, MergeField, NewAllergy, NewVitals, Severity};
use neem_core::scheduling::{self, AppointmentStatus, Channel, NewAppointment};
use neem_core::{Code, Result, consultations};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use rusqlite::params;
use rusqlite::types::Value;
use support::{Desk, MINUTE};

fn merge(desk: &Desk, one: PatientId, other: PatientId, from_later: &[MergeField]) -> Result<patients::Patient> {
    let today = desk.today();
    let choice = MergeChoice { one, other, from_later: from_later.to_vec() };
    desk.write(desk.staff.desk, |tx| patients::merge(tx, &choice, today))
}

fn undo(desk: &Desk, id: MergeId) -> Result<()> {
    desk.write(desk.staff.desk, |tx| patients::undo_merge(tx, id))
}

fn set(desk: &Desk, id: PatientId, column: &str, value: &str) {
    let sql = format!("UPDATE patients SET {column} = ?1, updated_at = ?2 WHERE id = ?3");
    desk.write(desk.staff.desk, |tx| Ok(tx.execute(&sql, params![value, tx.now, id])?)).expect("sets");
}

/// Two patients, the earlier one first.
fn two(desk: &Desk) -> [PatientId; 2] {
    let first = desk.register("Sunita Deshpande");
    desk.clock.ahead(MINUTE);
    let second = desk.register("S Deshpandey");
    desk.clock.ahead(2 * MINUTE);
    assert!(first < second);
    [first, second]
}

fn give_history(desk: &Desk, id: PatientId, substance: &str, days_ago: i64) {
    let start = Instant(desk.now().0 - days_ago * support::DAY);
    desk.write(desk.staff.doctor, |tx| {
        let allergy = NewAllergy {
            patient_id: id,
            substance: substance.into(),
            severity: Severity::Severe,
            reaction: String::new(),
        };
        patients::record_allergy(tx, &allergy)?;
        let vitals = NewVitals {
            patient_id: id,
            consultation_id: None,
            measured_at: Some(start),
            systolic_mmhg: None,
            diastolic_mmhg: None,
            pulse_per_min: Some(70),
            breaths_per_min: None,
            temperature_c: None,
            oxygen_percent: None,
            glucose_mg_per_dl: None,
            height_cm: None,
            weight_kg: None,
            note: String::new(),
        };
        patients::record_vitals(tx, &vitals)?;
        let visit = NewAppointment {
            clinic: desk.staff.site,
            patient: id,
            provider: desk.staff.provider,
            service: None,
            start,
            end: start.plus_minutes(15),
            status: AppointmentStatus::Arrived,
            channel: Channel::Desk,
            reason: "Cough".into(),
        };
        let appointment = scheduling::book(tx, &visit)?;
        let visit = consultations::open(tx, appointment, desk.staff.provider)?;
        consultations::finish(tx, visit.id).map(drop)
    })
    .expect("a history");
}

#[test]
fn the_earlier_record_is_kept_and_both_histories_are_one() {
    let desk = Desk::open();
    let [first, second] = two(&desk);
    set(&desk, first, "city", "Pune");
    set(&desk, second, "city", "Nashik");
    set(&desk, second, "phone", "+919822012345");
    give_history(&desk, first, "Penicillins", 20);
    give_history(&desk, second, "NSAIDs", 10);
    // Whichever way round they are named.
    let kept = merge(&desk, second, first, &[MergeField::Address]).expect("merges");
    assert_eq!(kept.id, first);
    assert_eq!(kept.full_name, "Sunita Deshpande", "the earlier value shows by default");
    assert_eq!(kept.city.as_deref(), Some("Nashik"), "the later value was chosen");
    assert_eq!(kept.phone.as_deref(), Some("+919822012345"), "an empty field is filled");
    let today = desk.today();
    for id in [first, second] {
        let chart = desk.read(|conn| consultations::chart(conn, id, today));
        assert_eq!(chart.patient.id, first);
        assert_eq!((chart.allergies.len(), chart.visits.len()), (2, 2), "by either record");
        assert_eq!(desk.read(|conn| patients::same_patient(conn, id)), [first, second]);
        assert_eq!(desk.read(|conn| patients::root_of(conn, id)), first);
    }
    // Found once, with the latest visit of both; also by the number on the old card.
    for typed in ["deshpande", "A10002", "a10002"] {
        let hits = desk.read(|conn| patients::search(conn, typed, today));
        assert_eq!(hits.iter().map(|hit| hit.id).collect::<Vec<_>>(), [first], "{typed}");
        assert!(hits[0].last_visit.is_some_and(|day| (today.0 - day.0).num_days() <= 10), "{typed}");
    }
    // Both allergies stop a prescription for whichever record.
    assert_eq!(desk.read(|conn| patients::allergies(conn, second)).len(), 2);
}

#[test]
fn what_cannot_be_merged() {
    let desk = Desk::open();
    let [first, second] = two(&desk);
    let third = desk.register("Omar Haddad");
    assert_eq!(merge(&desk, first, first, &[]).expect_err("itself").code(), Code::MergeImpossible);
    let nobody = PatientId(uuid::Uuid::nil());
    assert_eq!(merge(&desk, first, nobody, &[]).expect_err("nobody").code(), Code::MergeImpossible);
    merge(&desk, first, second, &[]).expect("merges");
    assert_eq!(merge(&desk, second, third, &[]).expect_err("merged already").code(), Code::MergeImpossible);
    desk.write(desk.staff.admin, |tx| patients::erase(tx, third)).expect("erases");
    assert_eq!(merge(&desk, first, third, &[]).expect_err("erased").code(), Code::MergeImpossible);
}

#[test]
fn an_undo_that_would_lose_an_edit_is_refused() {
    let desk = Desk::open();
    let [first, second] = two(&desk);
    set(&desk, second, "city", "Nashik");
    set(&desk, second, "notes", "Prefers mornings");
    merge(&desk, first, second, &[]).expect("merges");
    let id = desk.read(|conn| patients::merges(conn, first))[0].id;
    let today = desk.today();
    let edit = |city: &str| {
        let seen = desk.read(|conn| patients::patient(conn, first, today)).updated_at;
        let mut form = desk.read(|conn| patients::patient_form(conn, first));
        form.city = city.into();
        desk.write(desk.staff.desk, |tx| patients::edit(tx, &EditPatient { patient_id: first, seen, form }, today))
    };
    edit("Satara").expect("edits");
    let error = undo(&desk, id).expect_err("edited since");
    assert_eq!((error.code(), error.detail()), (Code::ChangedSinceMerge, Some("city")));
    edit("Nashik").expect("takes the edit back");
    undo(&desk, id).expect("undoes");
    assert_eq!(undo(&desk, id).expect_err("twice").code(), Code::AlreadyUndone);
    let kept = desk.read(|conn| patients::patient(conn, first, today));
    assert_eq!((kept.city, kept.notes), (None, None));
    assert_eq!(desk.read(|conn| patients::patient(conn, second, today)).notes.as_deref(), Some("Prefers mornings"));
}

#[test]
fn an_edit_of_another_field_survives_the_undo() {
    let desk = Desk::open();
    let [first, second] = two(&desk);
    set(&desk, second, "notes", "Prefers mornings");
    merge(&desk, first, second, &[]).expect("merges");
    set(&desk, first, "city", "Satara");
    let id = desk.read(|conn| patients::merges(conn, first))[0].id;
    undo(&desk, id).expect("undoes");
    let today = desk.today();
    let kept = desk.read(|conn| patients::patient(conn, first, today));
    assert_eq!((kept.city.as_deref(), kept.notes), (Some("Satara"), None));
}

/// Every column of every row of these patients; when a patient's own row changed apart.
fn everything(desk: &Desk, ids: &[PatientId]) -> Vec<Vec<Value>> {
    let mut rows = Vec::new();
    for (table, column) in [
        ("patients", "id"),
        ("allergies", "patient_id"),
        ("vitals", "patient_id"),
        ("appointments", "patient_id"),
        ("consultations", "patient_id"),
    ] {
        desk.read(|conn| {
            let mut columns = neem_core::db::columns(conn, table)?;
            columns.retain(|name| table != "patients" || name != "updated_at");
            for id in ids {
                let sql = format!("SELECT {} FROM {table} WHERE {column} = ?1 ORDER BY id", columns.join(", "));
                let mut statement = conn.prepare(&sql)?;
                let found = statement.query_map([id], |row| (0..columns.len()).map(|i| row.get(i)).collect())?;
                rows.extend(found.collect::<rusqlite::Result<Vec<Vec<Value>>>>()?);
            }
            Ok(())
        });
    }
    rows
}

/// A few values of each column, of which two records often share one, and nothing.
fn value_of(column: &str, pick: Option<u8>, user: Value) -> Value {
    let text = |text: String| Value::Text(text);
    match (column, pick) {
        ("full_name", pick) => text(format!("Name {}", (b'A' + pick.unwrap_or(9)) as char)),
        ("gender", pick) => text(["male", "female", "other"][usize::from(pick.unwrap_or(1))].into()),
        ("active", pick) => Value::Integer(i64::from(pick != Some(0))),
        (_, None) => Value::Null,
        ("birth_date", Some(n)) => text(format!("198{n}-03-01")),
        ("birth_date_precision", Some(n)) => text(["day", "month", "year"][usize::from(n)].into()),
        // Numbers that no short decimal fraction is.
        ("height_cm" | "weight_kg", Some(n)) => Value::Real(50.0 + f64::from(n + 1) / 3.0),
        ("user_id", Some(_)) => user,
        (column, Some(n)) => text(format!("{column} {n}")),
    }
}

const COLUMNS: &[&str] = &[
    "full_name",
    "alternate_name",
    "birth_date",
    "birth_date_precision",
    "gender",
    "phone",
    "email",
    "address",
    "city",
    "postal_code",
    "national_id",
    "primary_language",
    "timezone",
    "notes",
    "height_cm",
    "weight_kg",
    "active",
    "user_id",
];

type Picks = Vec<Option<u8>>;

fn make(desk: &Desk, case: i64, picks: &[Picks]) -> Vec<PatientId> {
    let user = desk.read(|conn| Ok(conn.query_row("SELECT id FROM users LIMIT 1", [], |row| row.get::<_, Value>(0))?));
    picks
        .iter()
        .enumerate()
        .map(|(index, picks)| {
            let id = desk.register("Somebody");
            let columns: Vec<String> = COLUMNS.iter().map(|column| format!("{column} = ?")).collect();
            let mut values: Vec<Value> =
                COLUMNS.iter().zip(picks).map(|(column, pick)| value_of(column, *pick, user.clone())).collect();
            values.push(Value::Blob(id.0.as_bytes().to_vec()));
            let sql = format!("UPDATE patients SET {} WHERE id = ?", columns.join(", "));
            desk.write(desk.staff.desk, |tx| Ok(tx.execute(&sql, rusqlite::params_from_iter(values))?)).expect("sets");
            give_history(desk, id, "Codeine", 30 + case * 10 + index as i64);
            id
        })
        .collect()
}

/// Merges in any order and chain, and undoing in any order that is not refused, end where they began.
#[test]
fn merging_and_undoing_leaves_no_trace() {
    let desk = Desk::open();
    let patient = proptest::collection::vec(proptest::option::of(0_u8..3), COLUMNS.len());
    let chosen = proptest::sample::subsequence(MergeField::ALL.to_vec(), 0..=MergeField::ALL.len());
    let strategy = (
        proptest::collection::vec(patient, 2..=4),
        proptest::collection::vec((any::<usize>(), any::<usize>(), chosen), 3),
        proptest::collection::vec(any::<usize>(), 8),
    );
    let mut case = 0;
    let mut refusals = 0;
    let counter = std::cell::RefCell::new((&mut case, &mut refusals));
    let mut runner = TestRunner::new(Config { cases: 40, failure_persistence: None, ..Config::default() });
    runner
        .run(&strategy, |(picks, merges, order)| {
            let number = {
                let mut counter = counter.borrow_mut();
                *counter.0 += 1;
                *counter.0
            };
            let ids = make(&desk, number, &picks);
            let before = everything(&desk, &ids);
            let mut roots = ids.clone();
            let mut made: Vec<MergeId> = Vec::new();
            for (one, other, from_later) in merges {
                if roots.len() < 2 {
                    break;
                }
                let one = roots[one % roots.len()];
                let others: Vec<PatientId> = roots.iter().copied().filter(|id| *id != one).collect();
                let other = others[other % others.len()];
                merge(&desk, one, other, &from_later).expect("merges");
                roots.retain(|id| *id != one.max(other));
                let sql = "SELECT id FROM patient_merges ORDER BY rowid DESC LIMIT 1";
                made.push(desk.read(|conn| Ok(conn.query_row(sql, [], |row| row.get(0))?)));
            }
            prop_assert_ne!(everything(&desk, &ids), before.clone());
            let mut step = 0;
            while !made.is_empty() {
                // In the order that chance has it, and from the last one backward where that is refused.
                let wish = if step < order.len() { order[step] % made.len() } else { made.len() - 1 };
                step += 1;
                match undo(&desk, made[wish]) {
                    Ok(()) => {
                        made.remove(wish);
                    }
                    Err(error) => {
                        prop_assert_eq!(error.code(), Code::ChangedSinceMerge);
                        prop_assert!(wish != made.len() - 1, "the last merge can always be undone");
                        *counter.borrow_mut().1 += 1;
                    }
                }
            }
            prop_assert_eq!(everything(&desk, &ids), before);
            Ok(())
        })
        .expect("no trace");
    assert!(refusals > 0, "some orders were refused, or the test says nothing of them");
}
