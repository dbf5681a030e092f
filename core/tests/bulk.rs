//! Rows loaded in bulk are the rows that people make: the same values, the same digests, found by
//! the same searches, and in the log.

mod support;

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use neem_core::bulk::{self, Rows};
use neem_core::consultations::{self, Notes};
use neem_core::ids::{AppointmentId, PatientId};
use neem_core::keys::DatabaseKey;
use neem_core::patients::{self, NewAllergy, NewPatient, Severity, search};
use neem_core::scheduling::{self, AppointmentStatus, Channel, Move, NewAppointment, NewWalkIn};
use neem_core::sync::Table;
use neem_core::sync::commit::Body;
use neem_core::sync::digest::Digest;
use neem_core::sync::log::TableInfo;
use neem_core::sync::value::Value;
use neem_core::{Actor, Db, Instant, LocalDate};
use rusqlite::Connection;
use support::{Desk, MINUTE, Staff, WrongClock, patient};
use uuid::Uuid;

/// The rows of one table by id.
type Contents = BTreeMap<Uuid, Vec<Value>>;

fn rows(conn: &Connection, table: Table) -> Contents {
    let info = TableInfo::read(conn, table).expect("columns");
    let mut statement = conn.prepare(&format!("SELECT id FROM {}", table.name())).expect("prepares");
    let ids = statement.query_map([], |row| row.get::<_, Uuid>(0)).expect("reads");
    ids.map(|id| id.expect("an id")).map(|id| (id, info.values(conn, id).expect("reads").expect("a row"))).collect()
}

/// The columns of a table, for as long as the test runs.
fn columns(conn: &Connection, table: Table) -> &'static [&'static str] {
    let names = neem_core::db::columns(conn, table.name()).expect("columns");
    let names: Vec<&'static str> = names.into_iter().map(|name| &*name.leak()).collect();
    names.leak()
}

/// The same clinic on the same PC as it was at `start`, as another file.
fn copy(start: &Path, key: &DatabaseKey) -> (tempfile::TempDir, Db) {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("neem.db");
    std::fs::copy(start, &path).expect("copies");
    let db = support::open(&path, key, &Arc::new(WrongClock::default())).expect("opens");
    (dir, db)
}

/// Patients, allergies, appointments and a walk-in, by the functions of the app. Nothing of it is changed afterwards.
fn morning(desk: &Desk) -> (Vec<PatientId>, Vec<AppointmentId>) {
    let Staff { site, desk: clerk, doctor, provider, .. } = desk.staff;
    let (today, now) = (desk.today(), desk.now());
    let people =
        [("Sunita Deshpande", "सुनीता देशपांडे", "98220 12345"), ("Noura Qasim", "نورة قاسم", ""), ("José Ávila", "", "")];
    let ids: Vec<PatientId> = people
        .iter()
        .map(|(name, native, phone)| {
            let form = NewPatient { alternate_name: (*native).into(), phone: (*phone).into(), ..patient(name) };
            desk.write(clerk, |tx| patients::register(tx, &form, today)).expect("registers").id
        })
        .collect();
    let booked = (0..40)
        .map(|turn| {
            let start = Instant(now.0 + turn * 20 * MINUTE);
            let new = NewAppointment {
                clinic: site,
                patient: ids[turn as usize % ids.len()],
                provider,
                service: None,
                start,
                end: start.plus_minutes(20),
                status: AppointmentStatus::Confirmed,
                channel: Channel::Phone,
                reason: "Review".into(),
            };
            desk.write(clerk, |tx| scheduling::book(tx, &new)).expect("books")
        })
        .collect();
    let allergy = |substance: &str, severity| NewAllergy {
        patient_id: ids[0],
        substance: substance.into(),
        severity,
        reaction: "rash".into(),
    };
    desk.write(doctor, |tx| {
        patients::record_allergy(tx, &allergy("Penicillins", Severity::Severe))?;
        patients::record_allergy(tx, &allergy("Latex", Severity::Mild))
    })
    .expect("records");
    let walk_in = NewWalkIn { clinic_id: site, patient_id: ids[1], provider_id: provider, reason: "Cough".into() };
    desk.write(clerk, |tx| scheduling::book_walk_in(tx, &walk_in)).expect("walks in");
    (ids, booked)
}

fn visit(desk: &Desk, appointment: AppointmentId) {
    let Staff { desk: clerk, doctor, provider, .. } = desk.staff;
    desk.write(clerk, |tx| scheduling::move_appointment(tx, appointment, Move::CheckIn, "")).expect("checks in");
    let consultation = desk.write(doctor, |tx| consultations::open(tx, appointment, provider)).expect("opens");
    let notes = Notes { findings: "Chest clear.".into(), diagnosis: "Pharyngitis".into(), ..Notes::default() };
    desk.write(doctor, |tx| {
        consultations::save_notes(tx, consultation.id, &notes)?;
        consultations::finish(tx, consultation.id)
    })
    .expect("finishes");
}

/// What `full` has beyond `start`, as rows for the bulk path.
fn added(full: &Db, start: &Db) -> Vec<Rows> {
    let before = start.read(|conn| Ok(Table::ALL.iter().map(|table| rows(conn, *table)).collect::<Vec<_>>()));
    let before = before.expect("reads");
    let after = full.read(|conn| {
        let of = |(place, table): (usize, &Table)| {
            let new = rows(conn, *table).into_iter().filter(|(id, _)| !before[place].contains_key(id));
            Rows { table: *table, columns: columns(conn, *table), rows: new.map(|(_, values)| values).collect() }
        };
        Ok(Table::ALL.iter().enumerate().map(of).collect())
    });
    after.expect("reads")
}

/// The same rows by plain INSERTs, which the triggers report and the log reads back.
fn insert_plainly(db: &Db, blocks: &[Rows]) {
    db.write(Actor::System, "generate", |tx| {
        for block in blocks.iter().filter(|block| !block.rows.is_empty()) {
            let marks = vec!["?"; block.columns.len()].join(", ");
            let columns = block.columns.join(", ");
            let mut insert = tx.prepare(&format!("INSERT INTO {} ({columns}) VALUES ({marks})", block.table.name()))?;
            for row in &block.rows {
                insert.execute(rusqlite::params_from_iter(row))?;
            }
        }
        Ok(())
    })
    .expect("inserts");
}

fn same_rows(one: &Db, other: &Db) {
    for table in Table::ALL {
        let of = |db: &Db| db.read(|conn| Ok(rows(conn, *table))).expect("reads");
        assert_eq!(of(one), of(other), "{}", table.name());
    }
}

fn digest(db: &Db) -> Digest {
    db.read(Digest::read).expect("a digest")
}

fn same_searches(one: &Db, other: &Db, today: LocalDate) {
    for typed in ["sun desh", "सुनीता", "Noora Kasim", "avila", "98220 12345", "12345", "A10002", "12/3/1980", ""]
    {
        let of = |db: &Db| db.read(|conn| search(conn, typed, today)).expect("searches");
        assert!(!of(one).is_empty(), "{typed:?} finds nobody");
        assert_eq!(of(one), of(other), "{typed:?}");
    }
}

/// A desk, and its file as it was when the clinic was new.
fn founded() -> (Desk, tempfile::TempDir, std::path::PathBuf) {
    let desk = Desk::open();
    desk.db.write_local(|conn| Ok(conn.execute("DELETE FROM duplicate_suspects", [])?)).expect("writes");
    let dir = tempfile::tempdir().expect("a folder");
    let start = dir.path().join("start.db");
    let Desk { dir: house, key, clock, db, staff } = desk;
    db.close().expect("closes");
    std::fs::copy(house.path().join("neem.db"), &start).expect("copies");
    let db = support::open(&house.path().join("neem.db"), &key, &clock).expect("opens");
    (Desk { dir: house, key, clock, db, staff }, dir, start)
}

#[test]
fn what_people_added_and_the_same_in_bulk_cannot_be_told_apart() {
    let (desk, _kept, start) = founded();
    morning(&desk);
    let ((_one, bulk), (_two, empty)) = (copy(&start, &desk.key), copy(&start, &desk.key));
    bulk::insert(&bulk, "generate", added(&desk.db, &empty)).expect("inserts");
    same_rows(&desk.db, &bulk);
    assert_eq!(digest(&desk.db), digest(&bulk));
    same_searches(&desk.db, &bulk, desk.today());
    assert_eq!(bulk::find_overlaps(&bulk).expect("looks"), 0);
}

#[test]
fn what_people_changed_ends_in_the_same_rows_and_in_the_digest_of_plain_inserts() {
    let (desk, _kept, start) = founded();
    let (_, booked) = morning(&desk);
    visit(&desk, booked[0]);
    visit(&desk, booked[3]);
    desk.write(desk.staff.desk, |tx| scheduling::move_appointment(tx, booked[5], Move::Cancel, "ill"))
        .expect("cancels");
    let ((_one, bulk), (_two, plain), (_three, empty)) =
        (copy(&start, &desk.key), copy(&start, &desk.key), copy(&start, &desk.key));
    let blocks = added(&desk.db, &empty);
    bulk::insert(&bulk, "generate", blocks.clone()).expect("inserts");
    insert_plainly(&plain, &blocks);
    same_rows(&desk.db, &bulk);
    same_rows(&plain, &bulk);
    assert_eq!(digest(&plain), digest(&bulk));
    // A row that was changed also remembers who changed it, so only the others have their old sums.
    let (people, loaded) = (digest(&desk.db), digest(&bulk));
    for table in [Table::Patients, Table::Allergies, Table::AppointmentEvents] {
        assert_eq!(people.tables[table.name()], loaded.tables[table.name()], "{}", table.name());
    }
    same_searches(&plain, &bulk, desk.today());
}

#[test]
fn many_rows_are_several_commits_and_each_row_is_in_one() {
    let desk = Desk::open();
    let before = desk.count("SELECT max(seq) FROM commits");
    let count = bulk::COMMIT_ROWS + 700;
    bulk::insert(&desk.db, "generate", vec![patients_of(&desk, count)]).expect("inserts");
    assert_eq!(desk.count("SELECT count(*) FROM patients"), count as i64);
    let bodies: Vec<Vec<u8>> = desk.read(|conn| {
        let mut statement = conn.prepare("SELECT body FROM commits WHERE seq > ?1 ORDER BY seq")?;
        let found = statement.query_map([before], |row| row.get(0))?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    });
    let sizes: Vec<usize> = bodies
        .iter()
        .map(|body| Body::decode(body).expect("a body").inserts.iter().map(|block| block.rows.len()).sum())
        .collect();
    assert_eq!(sizes, [bulk::COMMIT_ROWS, 700]);
    // The next action of a person goes on where the load has ended.
    desk.register("Sunita Deshpande");
    assert_eq!(desk.count("SELECT max(seq) FROM commits"), before + 3);
    let remembered = "SELECT count(*) FROM touches JOIN patients ON patients.id = touches.row";
    assert_eq!(desk.count(remembered), count as i64 + 1);
}

const PATIENT: &[&str] =
    &["id", "tenant_id", "record_number", "full_name", "gender", "height_cm", "active", "created_at", "updated_at"];

fn patient_row(desk: &Desk, number: usize) -> Vec<Value> {
    let tenant = desk.db.device().expect("a device").tenant;
    let at = desk.now().0;
    vec![
        Value::Blob(Uuid::from_u128(0x1_0000 + number as u128).as_bytes().to_vec()),
        Value::Blob(tenant.0.as_bytes().to_vec()),
        Value::Text(format!("A{}", 20_000 + number)),
        Value::Text(format!("Person {number}")),
        Value::Text("female".into()),
        Value::Real(160.0),
        Value::Int(1),
        Value::Int(at),
        Value::Int(at),
    ]
}

fn patients_of(desk: &Desk, count: usize) -> Rows {
    let rows = (0..count).map(|number| patient_row(desk, number)).collect();
    Rows { table: Table::Patients, columns: PATIENT, rows }
}

#[test]
fn a_row_that_would_not_be_the_same_everywhere_is_refused_with_all_others() {
    let desk = Desk::open();
    let spoilt = |place: usize, value: Value| {
        let mut block = patients_of(&desk, 3);
        block.rows[2][place] = value;
        block
    };
    let twice = {
        let mut block = patients_of(&desk, 3);
        block.rows[2] = block.rows[0].clone();
        block
    };
    let short = {
        let mut block = patients_of(&desk, 3);
        block.rows[2].pop();
        block
    };
    let unknown = Rows { columns: &["id", "shoe_size"], ..patients_of(&desk, 0) };
    for (why, block) in [
        ("a second row", twice),
        ("values, not", short),
        ("has no column shoe_size", unknown),
        ("another clinic", spoilt(1, Value::Blob(Uuid::from_u128(9).as_bytes().to_vec()))),
        ("height_cm is REAL, not INTEGER", spoilt(5, Value::Int(160))),
        ("height_cm is REAL, not NaN", spoilt(5, Value::Real(f64::NAN))),
        ("id is BLOB, not TEXT", spoilt(0, Value::Text("me".into()))),
        ("without an id", spoilt(0, Value::Null)),
        ("CHECK constraint", spoilt(4, Value::Text("unheard of".into()))),
        ("full_name of patients holds what it cannot hold", spoilt(3, Value::Null)),
    ] {
        let (rows, commits) = (digest(&desk.db), desk.count("SELECT count(*) FROM commits"));
        let error = bulk::insert(&desk.db, "generate", vec![block]).expect_err(why).to_string();
        assert!(error.contains(why), "{why}: {error}");
        assert_eq!(desk.count("SELECT count(*) FROM patients"), 0, "{why}");
        assert_eq!((digest(&desk.db), desk.count("SELECT count(*) FROM commits")), (rows, commits), "{why}");
    }
    bulk::insert(&desk.db, "generate", vec![patients_of(&desk, 3)]).expect("inserts");
    let again = bulk::insert(&desk.db, "generate", vec![patients_of(&desk, 1)]).expect_err("a row of that id is there");
    assert!(again.to_string().contains("never replaced"), "{again}");
}

#[test]
fn a_row_without_its_parent_is_refused() {
    let desk = Desk::open();
    let mut blocks = vec![appointments(&desk, PatientId(Uuid::from_u128(77)), &[(0, 15, "confirmed")])];
    assert!(bulk::insert(&desk.db, "generate", blocks.clone()).is_err());
    assert_eq!(desk.count("SELECT count(*) FROM appointments"), 0);
    // In one call it does not matter which comes first.
    blocks[0].rows[0][3] = patient_row(&desk, 0)[0].clone();
    blocks.push(patients_of(&desk, 1));
    bulk::insert(&desk.db, "generate", blocks).expect("inserts");
}

const APPOINTMENT: &[&str] = &[
    "id",
    "tenant_id",
    "clinic_id",
    "patient_id",
    "provider_id",
    "scheduled_start",
    "scheduled_end",
    "status",
    "channel",
    "created_by",
    "created_at",
    "updated_at",
];

fn appointments(desk: &Desk, patient: PatientId, times: &[(i64, i64, &str)]) -> Rows {
    let blob = |id: Uuid| Value::Blob(id.as_bytes().to_vec());
    let (tenant, now) = (desk.db.device().expect("a device").tenant.0, desk.now().0);
    let row = |(number, (from, to, status)): (usize, &(i64, i64, &str))| {
        vec![
            blob(Uuid::from_u128(0x2_0000 + number as u128)),
            blob(tenant),
            blob(desk.staff.site.0),
            blob(patient.0),
            blob(desk.staff.provider.0),
            Value::Int(now + from * MINUTE),
            Value::Int(now + to * MINUTE),
            Value::Text((*status).into()),
            Value::Text("desk".into()),
            blob(desk.staff.desk.0),
            Value::Int(now),
            Value::Int(now),
        ]
    };
    Rows { table: Table::Appointments, columns: APPOINTMENT, rows: times.iter().enumerate().map(row).collect() }
}

#[test]
fn overlaps_are_found_as_if_each_had_been_booked_apart() {
    let (desk, _kept, start) = founded();
    let patient = desk.register("Sunita Deshpande");
    let times = [
        (0, 60, "confirmed"),
        (10, 20, "confirmed"),
        (30, 45, "scheduled"),
        (40, 50, "cancelled"),
        (60, 75, "confirmed"),
        (70, 90, "no_show"),
        (200, 215, "confirmed"),
    ];
    let ((_one, bulk), (_two, plain), (_three, empty)) =
        (copy(&start, &desk.key), copy(&start, &desk.key), copy(&start, &desk.key));
    let mut blocks = added(&desk.db, &empty);
    blocks.push(appointments(&desk, patient, &times));
    insert_plainly(&plain, &blocks);
    bulk::insert(&bulk, "generate", blocks).expect("inserts");
    let conflicts = |db: &Db| -> HashSet<(Uuid, Uuid, Uuid)> {
        db.read(|conn| {
            let mut statement = conn.prepare("SELECT id, row, other FROM conflicts")?;
            let found = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
        .expect("reads")
    };
    assert_eq!(bulk::find_overlaps(&bulk).expect("looks"), 2);
    assert_eq!(conflicts(&plain).len(), 2);
    assert_eq!(conflicts(&bulk), conflicts(&plain));
}
