//! The numbers of `make bench`: one JSON object per line. An argument names the only part to run.
//! The parts on the full clinic make it first, which takes some minutes, and keep it.
//! `NEEM_BENCH_ROWS`, `NEEM_BENCH_GROWN`, `NEEM_BENCH_PCS`, `NEEM_BENCH_PATIENTS` and
//! `NEEM_BENCH_APPOINTMENTS` make a smaller run, for trying the bench itself.

#[path = "data.rs"]
mod data;
#[path = "day_end.rs"]
mod day_end;
#[path = "desk_window.rs"]
mod desk_window;
#[path = "grown.rs"]
mod grown;
#[path = "paint.rs"]
mod paint;
#[path = "scale.rs"]
mod scale;
#[path = "../support/mod.rs"]
mod support;
#[path = "taking_over.rs"]
mod taking_over;
#[path = "window.rs"]
mod window;

use std::path::Path;
use std::time::{Duration, Instant as Watch};

use neem_core::connection;
use neem_core::keys::DatabaseKey;
use neem_core::patients;
use neem_core::scheduling::{self, NewWalkIn};
use neem_core::sync::engine;
use rusqlite::{Connection, OpenFlags, params};
use serde_json::json;

use support::{Clinic, Seeded};

fn main() {
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    type Part = fn();
    let parts: [(&str, Part); 11] = [
        ("sync", sync),
        ("snapshot", taking_over::measure),
        ("grown", grown::measure),
        ("day_end", day_end::measure),
        ("walk_in", walk_in),
        ("search", search),
        ("scale", scale::measure),
        ("booking", scale::measure_booking),
        ("paint", paint::measure),
        ("scale_paint", scale_paint),
        ("desk_window", desk_window::measure),
    ];
    for (name, part) in parts {
        if only.as_deref().is_none_or(|only| only == name) {
            part();
        }
    }
}

fn size(variable: &str, usual: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn report(name: &str, value: f64, unit: &str, on: &str) {
    let value = (value * 1000.0).round() / 1000.0;
    println!("{}", json!({ "name": name, "value": value, "unit": unit, "on": on }));
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The value below which this part of the samples lies.
fn percentile(samples: &mut [f64], part: f64) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[((samples.len() as f64 * part) as usize).min(samples.len() - 1)]
}

/// Rows from one PC through the hub to another, then one changed row there and back.
fn sync() {
    let rows = size("NEEM_BENCH_ROWS", 50_000);
    let clinic = Clinic::open();
    let mut seed = Seeded::new(42);
    let patients = data::patients(&clinic.desk, clinic.staff.admin, 5_000.min(rows), &mut seed);
    clinic.settle();

    let watch = Watch::now();
    let ids = data::appointments(&clinic.desk, &clinic.staff, &patients, rows, &mut seed);
    let written = watch.elapsed();
    let json_bytes = data::mean_json_bytes(&clinic.desk, &ids[..ids.len().min(1_000)]);
    let on =
        format!("{rows} appointments of {json_bytes} B as JSON, {} a commit, encrypted, synchronous=FULL", data::BATCH);
    report("local_write_rows_per_s", rows as f64 / written.as_secs_f64(), "rows/s", &on);

    let watch = Watch::now();
    let pushed = clinic.desk.sync();
    let push_time = watch.elapsed();
    let watch = Watch::now();
    let pulled = clinic.room.sync();
    let pull_time = watch.elapsed();
    assert_eq!(pushed.digest, pulled.digest);
    let on = format!("{on}; PC to hub over HTTP on 127.0.0.1, then hub to another PC, digests equal at the end");
    report("sync_rows_per_s", rows as f64 / (push_time + pull_time).as_secs_f64(), "rows/s", &on);
    report("sync_push_rows_per_s", rows as f64 / push_time.as_secs_f64(), "rows/s", &on);
    report("sync_pull_rows_per_s", rows as f64 / pull_time.as_secs_f64(), "rows/s", &on);
    report("sync_push_bytes", f64::from(pushed.bytes_sent), "B", &on);
    report("sync_pull_bytes", f64::from(pulled.bytes_received), "B", &on);

    let on = format!("{rows} appointments; one changed, both PCs sync until both are proved identical, 30 times");
    let (desk, room) = (clinic.desk.client(), clinic.room.client());
    for (name, kept) in [("one_row_round_trip", false), ("one_row_round_trip_kept", true)] {
        let mut samples: Vec<f64> = (0..30)
            .map(|turn| {
                let id = ids[seed.below(ids.len())];
                let note = format!("{name} {turn}");
                let watch = Watch::now();
                let change = "UPDATE appointments SET notes = ?1, updated_at = ?2 WHERE id = ?3";
                let write = |tx: &neem_core::Tx| Ok(tx.execute(change, params![note, tx.now, id])?);
                clinic.desk.write(clinic.staff.desk, write).expect("writes");
                if kept {
                    clinic.desk.sync_through(&desk).expect("syncs");
                    assert!(clinic.room.sync_through(&room).expect("syncs").identical);
                } else {
                    clinic.desk.sync();
                    clinic.room.sync();
                }
                milliseconds(watch.elapsed())
            })
            .collect();
        let way =
            if kept { "over open connections" } else { "each sync with a new connection and token, as the app does" };
        report(&format!("{name}_p50"), percentile(&mut samples, 0.5), "ms", &format!("{on}, {way}"));
        report(&format!("{name}_p95"), percentile(&mut samples, 0.95), "ms", &format!("{on}, {way}"));
    }
    assert_eq!(clinic.desk.db.read(engine::waiting).expect("counts"), 0);
}

/// A walk-in against the least that a durable, encrypted commit can cost, turn by turn on one disk.
fn walk_in() {
    let (pc, staff) = support::founder("Kadamba Clinic");
    let patients = data::patients(&pc, staff.admin, 5_000, &mut Seeded::new(42));
    let bare = bare_database(pc.dir.path(), &pc.key);
    let mut bare_times = Vec::new();
    let mut walk_in_times = Vec::new();
    for (turn, patient_id) in patients.iter().take(300).enumerate() {
        let watch = Watch::now();
        bare_commit(&bare, turn);
        bare_times.push(milliseconds(watch.elapsed()));
        let walk_in = NewWalkIn {
            clinic_id: staff.site,
            patient_id: *patient_id,
            provider_id: staff.provider,
            reason: "Fever since yesterday".into(),
        };
        let watch = Watch::now();
        pc.write(staff.desk, |tx| scheduling::book_walk_in(tx, &walk_in)).expect("books");
        walk_in_times.push(milliseconds(watch.elapsed()));
    }
    let on = "300 walk-ins, turn by turn with bare commits on the same disk; 5,000 patients; encrypted, WAL, synchronous=FULL";
    for (name, times) in [("walk_in", &mut walk_in_times), ("bare_commit", &mut bare_times)] {
        report(&format!("{name}_p50"), percentile(times, 0.5), "ms", on);
        report(&format!("{name}_p99"), percentile(times, 0.99), "ms", on);
    }
    for (name, part) in [("walk_in_over_bare_p50", 0.5), ("walk_in_over_bare_p99", 0.99)] {
        let ratio = percentile(&mut walk_in_times, part) / percentile(&mut bare_times, part);
        report(name, ratio, "times", on);
    }
}

/// A database with the settings of the clinic's writer and one plain table, beside the clinic's file.
fn bare_database(dir: &Path, key: &DatabaseKey) -> Connection {
    let conn = connection::open(&dir.join("bare.db"), key, OpenFlags::default()).expect("opens");
    conn.pragma_update(None, "journal_mode", "WAL").expect("WAL");
    conn.pragma_update(None, "synchronous", "FULL").expect("FULL");
    conn.pragma_update(None, "cache_size", -65_536).expect("a cache");
    conn.pragma_update(None, "wal_autocheckpoint", 16_384).expect("no checkpoint");
    conn.execute_batch("CREATE TABLE plain (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT").expect("a table");
    conn
}

/// One small row, as cheap as a durable commit can be.
fn bare_commit(conn: &Connection, turn: usize) {
    let mut insert = conn.prepare_cached("INSERT INTO plain (id, text) VALUES (?1, ?2)").expect("prepares");
    insert.execute(params![turn as i64, "a line of text, as a row has"]).expect("inserts");
}

/// The program started with the clinic of the full size.
fn scale_paint() {
    let options = scale::options();
    let made = scale::made(&options);
    let full = tempfile::tempdir_in("target/scale").expect("a folder");
    std::fs::copy(made.join("neem.db"), full.path().join("neem.db")).expect("copies");
    let hex = std::fs::read_to_string(made.join("key.hex")).expect("a key");
    let key = DatabaseKey::from_hex(hex.trim()).expect("hex");
    let (empty, _) = support::founder("Kadamba Clinic");
    empty.db.close().expect("closes");
    let on = format!("{} patients, {} appointments, encrypted", options.patients, options.appointments);
    paint::measure_with_clinics((full.path(), &key), (empty.dir.path(), &empty.key), &on);
}

/// What the one search box costs while a name, a phone number or a year is being typed.
fn search() {
    let count = size("NEEM_BENCH_PATIENTS", 100_000);
    let (pc, staff) = support::founder("Kadamba Clinic");
    let mut seed = Seeded::new(42);
    data::patients(&pc, staff.admin, count, &mut seed);
    let today = pc.db.now().day(chrono_tz::Asia::Kolkata);
    let queries = data::typed_queries(&pc, 200, &mut seed);
    let mut samples = Vec::with_capacity(queries.len());
    let mut found = 0;
    for query in &queries {
        let watch = Watch::now();
        let hits = pc.read(|conn| patients::search(conn, query, today));
        samples.push(milliseconds(watch.elapsed()));
        found += usize::from(!hits.is_empty());
    }
    let on = format!(
        "{count} patients, encrypted; {} queries, letter by letter: names, phones, birth years; {found} with results",
        queries.len()
    );
    report("patient_search_p50", percentile(&mut samples, 0.5), "ms", &on);
    report("patient_search_p95", percentile(&mut samples, 0.95), "ms", &on);
    report("patient_search_max", percentile(&mut samples, 1.0), "ms", &on);
}
