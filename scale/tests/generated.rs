//! A generated clinic is the same for the same seed, and stands up to every rule.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use chrono::Datelike;
use neem_core::clock::{SystemClock, SystemEntropy};
use neem_core::keys::DatabaseKey;
use neem_core::sync::Table;
use neem_core::sync::commit::{self, Body, GENESIS, Origin};
use neem_core::sync::digest::{self, Digest};
use neem_core::sync::log::{Catalogue, TableInfo};
use neem_core::{Db, Instant, LocalDate, consultations, identity, patients, prescriptions, tenancy};
use neem_scale::{FAITHFUL_VISITS, MANAGER, Options, PASSWORD, Summary, generate};
use rusqlite::Connection;
use tempfile::TempDir;
use uuid::Uuid;

fn today() -> LocalDate {
    LocalDate(chrono::NaiveDate::from_ymd_opt(2026, 11, 20).expect("a day"))
}

struct Made {
    _dir: TempDir,
    db: Db,
    summary: Summary,
}

fn open(dir: &Path) -> Db {
    let hex = std::fs::read_to_string(dir.join("key.hex")).expect("a key");
    let key = DatabaseKey::from_hex(hex.trim()).expect("hex");
    Db::open(&dir.join("neem.db"), &key, Arc::new(SystemClock), Arc::new(SystemEntropy)).expect("opens")
}

fn made(seed: u64) -> Made {
    let dir = tempfile::tempdir().expect("a folder");
    let key = dir.path().join("key.hex");
    let summary = generate(&Options::small(seed, today()), dir.path(), &key).expect("generates");
    let db = open(dir.path());
    Made { _dir: dir, db, summary }
}

fn count(conn: &Connection, sql: &str) -> i64 {
    conn.query_row(sql, [], |row| row.get(0)).expect(sql)
}

fn ids(conn: &Connection, table: Table) -> Vec<Uuid> {
    let mut statement = conn.prepare(&format!("SELECT id FROM {} ORDER BY id", table.name())).expect("prepares");
    let rows = statement.query_map([], |row| row.get(0)).expect("reads");
    rows.collect::<rusqlite::Result<_>>().expect("ids")
}

/// Every row of every replicated table, as text.
fn contents(db: &Db) -> BTreeMap<&'static str, Vec<String>> {
    db.read(|conn| {
        let of = |table: &Table| {
            let info = TableInfo::read(conn, *table).expect("columns");
            let rows = ids(conn, *table).into_iter();
            let texts = rows.map(|id| format!("{:?}", info.values(conn, id).expect("a row")));
            (table.name(), texts.collect())
        };
        Ok(Table::ALL.iter().map(of).collect())
    })
    .expect("reads")
}

#[test]
fn the_same_seed_makes_the_same_clinic_and_another_does_not() {
    let (first, again, other) = (made(7), made(7), made(8));
    let (one, two, three) = (contents(&first.db), contents(&again.db), contents(&other.db));
    for (table, rows) in &one {
        assert_eq!(rows, &two[table], "{table}");
    }
    assert!(one["patients"].iter().all(|patient| !three["patients"].contains(patient)));
    let digest = |made: &Made| made.db.read(Digest::read).expect("a digest");
    assert_eq!(digest(&first), digest(&again));
    assert_ne!(digest(&first).short(), digest(&other).short());
}

#[test]
fn a_generated_clinic_stands_up_to_every_rule() {
    let made = made(7);
    let options = Options::small(7, today());
    made.db
        .read(|conn| {
            assert_eq!(count(conn, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
            let sound: String = conn.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
            assert_eq!(sound, "ok");
            sizes(conn, &options);
            every_row_is_in_a_commit(conn);
            digests_are_those_of_the_rows(conn);
            nobody_is_booked_twice(conn);
            everybody_is_booked_in_the_hours(conn);
            believable(conn);
            Ok(())
        })
        .expect("reads");
    assert_eq!(made.summary.overlaps, 0);
    the_public_functions_find_their_way(&made);
}

fn sizes(conn: &Connection, options: &Options) {
    for (table, wanted) in [
        ("patients", options.patients),
        ("appointments", options.appointments),
        ("clinics", options.clinics),
        ("providers", options.providers),
        ("users", options.users),
    ] {
        assert_eq!(count(conn, &format!("SELECT count(*) FROM {table}")), wanted as i64, "{table}");
    }
    // Rows that only people, or bytes of files, can bring about.
    let left_out = [
        Table::OneTimeTokens,
        Table::PatientMerges,
        Table::DuplicateDecisions,
        Table::Formulary,
        Table::CashSessions,
        Table::Files,
        Table::NotificationTemplates,
        Table::AuditLog,
        Table::ConflictDecisions,
        Table::KeyRenewals,
        Table::PaperSlips,
    ];
    for table in Table::ALL.iter().filter(|table| !left_out.contains(table)) {
        assert!(count(conn, &format!("SELECT count(*) FROM {}", table.name())) > 0, "{} is empty", table.name());
    }
    assert_eq!(count(conn, "SELECT count(*) FROM duplicate_suspects"), 0);
    assert_eq!(count(conn, "SELECT count(*) FROM conflicts"), 0);
}

/// The log is one signed chain, and the rows in it are the rows in the tables.
fn every_row_is_in_a_commit(conn: &Connection) {
    let mut statement = conn.prepare("SELECT * FROM commits ORDER BY seq").expect("prepares");
    let mut rows = statement.query([]).expect("reads");
    let key: Vec<u8> = conn.query_row("SELECT public_key FROM devices", [], |row| row.get(0)).expect("a key");
    let (mut previous, mut inserted, mut seq) = (GENESIS.to_vec(), HashSet::new(), 0);
    while let Some(row) = rows.next().expect("a commit") {
        let origin = Origin {
            device: row.get("device").expect("a device"),
            incarnation: row.get("incarnation").expect("an incarnation"),
        };
        seq += 1;
        assert_eq!(row.get::<_, i64>("seq").expect("a number"), seq);
        let (bytes, hash): (Vec<u8>, Vec<u8>) = (row.get("body").expect("a body"), row.get("hash").expect("a hash"));
        let chained = commit::chain_hash(&previous, origin, seq as u64, &bytes);
        assert_eq!(hash, chained);
        assert!(commit::verify(&key, &chained, &row.get::<_, Vec<u8>>("signature").expect("a signature")));
        for block in Body::decode(&bytes).expect("a body").inserts {
            let id = block.columns.iter().position(|column| column == "id").expect("an id");
            for values in &block.rows {
                let row = Uuid::from_slice(values[id].as_blob().expect("bytes")).expect("an id");
                assert!(inserted.insert((block.table.clone(), row)));
            }
        }
        previous = hash;
    }
    for table in Table::ALL {
        for id in ids(conn, *table) {
            assert!(inserted.remove(&(table.name().to_owned(), id)), "{id} of {} is in no commit", table.name());
        }
    }
    assert!(inserted.is_empty());
}

fn digests_are_those_of_the_rows(conn: &Connection) {
    let catalogue = Catalogue::read(conn).expect("a catalogue");
    let mut sums: HashMap<(String, u8), (u128, i64)> = HashMap::new();
    for table in Table::ALL {
        let info = catalogue.table(*table);
        for id in ids(conn, *table) {
            let values = info.values(conn, id).expect("reads").expect("a row");
            let hash = info.state(conn, id, values).expect("a state").hash(table.name(), id);
            let entry = sums.entry((table.name().to_owned(), id.as_bytes()[15])).or_default();
            *entry = (entry.0.wrapping_add(hash), entry.1 + 1);
        }
    }
    let mut statement = conn.prepare("SELECT tbl, bucket, sum, rows FROM digests").expect("prepares");
    let stored = statement
        .query_map([], |row| {
            let sum: Vec<u8> = row.get("sum")?;
            Ok(((row.get("tbl")?, row.get("bucket")?), (digest::sum_of(&sum), row.get("rows")?)))
        })
        .expect("reads");
    let stored: HashMap<(String, u8), (u128, i64)> = stored.collect::<rusqlite::Result<_>>().expect("digests");
    assert_eq!(stored, sums);
}

/// Not even walk-ins overlap, though they claim no time.
fn nobody_is_booked_twice(conn: &Connection) {
    let overlapping = count(
        conn,
        "SELECT count(*) FROM appointments AS a JOIN appointments AS b
           ON b.provider_id = a.provider_id AND b.id > a.id
          AND b.scheduled_start < a.scheduled_end AND a.scheduled_start < b.scheduled_end",
    );
    assert_eq!(overlapping, 0);
}

/// Inside a slot of the doctor's template at that site, by the clock of the site, and not in a leave.
fn everybody_is_booked_in_the_hours(conn: &Connection) {
    type Slot = (i64, String, String);
    let mut hours: HashMap<(Uuid, Uuid), Vec<Slot>> = HashMap::new();
    let mut statement = conn
        .prepare(
            "SELECT provider_id, clinic_id, weekday, start_time, end_time FROM template_slots
             JOIN availability_templates ON availability_templates.id = template_id",
        )
        .expect("prepares");
    let mut rows = statement.query([]).expect("reads");
    while let Some(row) = rows.next().expect("a slot") {
        let slot = (row.get(2).expect("a day"), row.get(3).expect("from"), row.get(4).expect("to"));
        hours.entry((row.get(0).expect("a doctor"), row.get(1).expect("a site"))).or_default().push(slot);
    }
    let mut statement = conn
        .prepare(
            "SELECT appointments.provider_id, appointments.clinic_id, scheduled_start, scheduled_end, clinics.timezone
             FROM appointments JOIN clinics ON clinics.id = clinic_id",
        )
        .expect("prepares");
    let mut rows = statement.query([]).expect("reads");
    while let Some(row) = rows.next().expect("an appointment") {
        let zone: chrono_tz::Tz = row.get::<_, String>("timezone").expect("a zone").parse().expect("known");
        let local = |column: &str| row.get::<_, Instant>(column).expect("a time").to_utc().with_timezone(&zone);
        let (start, end) = (local("scheduled_start"), local("scheduled_end"));
        let (from, to) = (start.format("%H:%M").to_string(), end.format("%H:%M").to_string());
        let day = i64::from(start.weekday().number_from_monday());
        let of = &hours[&(row.get(0).expect("a doctor"), row.get(1).expect("a site"))];
        let inside = of.iter().any(|slot| slot.0 == day && slot.1 <= from && to <= slot.2);
        assert!(inside, "{start} to {end} is in none of {of:?}");
    }
    let away = count(
        conn,
        "SELECT count(*) FROM appointments JOIN time_off
           ON (time_off.provider_id = appointments.provider_id OR time_off.clinic_id = appointments.clinic_id)
          AND starts_at < scheduled_end AND ends_at > scheduled_start",
    );
    assert_eq!(away, 0, "booked while away");
}

fn believable(conn: &Connection) {
    for (what, sql) in [
        (
            "a phone of two who answer for themselves",
            "SELECT count(*) FROM (SELECT phone FROM patients WHERE id NOT IN (SELECT patient_id FROM dependants) GROUP BY phone HAVING count(*) > 1)",
        ),
        (
            "a dependant with another phone",
            "SELECT count(*) FROM dependants JOIN patients AS one ON one.id = patient_id JOIN patients AS other ON other.id = responsible_patient_id WHERE one.phone IS NOT other.phone",
        ),
        (
            "a patient booked before being registered",
            "SELECT count(*) FROM appointments JOIN patients ON patients.id = patient_id WHERE appointments.created_at < patients.created_at",
        ),
        (
            "a patient registered before being born",
            "SELECT count(*) FROM patients WHERE birth_date > date(created_at / 1000, 'unixepoch')",
        ),
        ("an appointment made after its time", "SELECT count(*) FROM appointments WHERE created_at > scheduled_start"),
        (
            "a visit that ended without a consultation",
            "SELECT count(*) FROM appointments WHERE status = 'completed' AND NOT EXISTS (SELECT 1 FROM consultations WHERE appointment_id = appointments.id AND ended_at IS NOT NULL)",
        ),
        (
            "an appointment without a first line",
            "SELECT count(*) FROM appointments WHERE (SELECT count(*) FROM appointment_events WHERE appointment_id = appointments.id AND from_status IS NULL) <> 1",
        ),
        (
            "a timeline that ends elsewhere",
            "SELECT count(*) FROM appointments WHERE scheduled_start > (SELECT max(created_at) FROM patients) - 50 * 86400000 AND status <> (SELECT to_status FROM appointment_events WHERE appointment_id = appointments.id ORDER BY created_at DESC, id DESC LIMIT 1) AND (SELECT count(DISTINCT created_at) FROM appointment_events WHERE appointment_id = appointments.id) = (SELECT count(*) FROM appointment_events WHERE appointment_id = appointments.id)",
        ),
        (
            "a review of a visit that was not",
            "SELECT count(*) FROM reviews JOIN appointments ON appointments.id = appointment_id WHERE status <> 'completed'",
        ),
        (
            "a number of the queue given twice",
            "SELECT count(*) FROM (SELECT 1 FROM queue_tickets GROUP BY clinic_id, day, lane, number HAVING count(*) > 1)",
        ),
        (
            "two records of one number",
            "SELECT count(*) FROM (SELECT 1 FROM patients GROUP BY record_number HAVING count(*) > 1)",
        ),
        (
            "a bill paid twice",
            "SELECT count(*) FROM invoices WHERE (SELECT coalesce(sum(amount_minor), 0) FROM payments WHERE invoice_id = invoices.id AND kind = 'payment' AND status = 'success') > (SELECT sum(quantity * unit_price_minor - discount_minor) FROM invoice_lines WHERE invoice_id = invoices.id)",
        ),
        ("two emails of one kind", "SELECT count(*) FROM (SELECT 1 FROM users GROUP BY email HAVING count(*) > 1)"),
    ] {
        assert_eq!(count(conn, sql), 0, "{what}");
    }
    for status in ["requested", "scheduled", "confirmed", "completed", "cancelled", "no_show"] {
        assert!(
            count(conn, &format!("SELECT count(*) FROM appointments WHERE status = '{status}'")) > 0,
            "no {status}"
        );
    }
    assert!(count(conn, "SELECT count(DISTINCT timezone) FROM clinics") >= 2);
    assert!(count(conn, "SELECT count(*) FROM patients WHERE alternate_name IS NOT NULL") > 20);
}

fn the_public_functions_find_their_way(made: &Made) {
    let signed_in = identity::sign_in(&made.db, MANAGER, PASSWORD);
    assert!(signed_in.is_ok(), "the manager signs in");
    let (record, visits) = &made.summary.faithful;
    assert_eq!(*visits, FAITHFUL_VISITS);
    made.db
        .read(|conn| {
            assert_eq!(tenancy::clinics(conn)?.len(), 3);
            let hits = patients::search(conn, record, today())?;
            assert_eq!(hits.len(), 1, "{record}");
            let by_name = patients::search(conn, &hits[0].full_name, today())?;
            assert!(by_name.iter().any(|hit| hit.id == hits[0].id), "{by_name:?}");
            assert!(!consultations::chart(conn, hits[0].id, today())?.visits.is_empty());
            let seen: i64 = conn.query_row(
                "SELECT count(*) FROM consultations WHERE patient_id = ?1 AND ended_at IS NOT NULL",
                [hits[0].id],
                |row| row.get(0),
            )?;
            assert_eq!(seen, FAITHFUL_VISITS as i64);
            let issued: Vec<Uuid> = ids(conn, Table::Prescriptions);
            assert_eq!(issued.len(), made.summary.prescriptions);
            assert!(!issued.is_empty());
            for id in issued {
                prescriptions::sheet(conn, neem_core::ids::PrescriptionId(id))?;
            }
            Ok(())
        })
        .expect("reads");
}

#[test]
fn what_does_not_go_together_is_refused_and_nothing_is_overwritten() {
    let dir = tempfile::tempdir().expect("a folder");
    let key = dir.path().join("key.hex");
    let refused = |options: Options| generate(&options, dir.path(), &key).expect_err("refuses").to_string();
    let small = || Options::small(7, today());
    assert!(refused(Options { providers: 2, ..small() }).contains("provider"));
    assert!(refused(Options { users: 7, ..small() }).contains("receptionist"));
    assert!(refused(Options { patients: 20, ..small() }).contains("patients"));
    assert!(!dir.path().join("neem.db").exists());
    std::fs::write(dir.path().join("neem.db"), b"somebody's clinic").expect("writes");
    assert!(refused(small()).contains("there already"));
    assert_eq!(std::fs::read(dir.path().join("neem.db")).expect("reads"), b"somebody's clinic");
}
