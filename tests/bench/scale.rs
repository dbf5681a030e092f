//! The screens that must stay quick, on a clinic of the size that domain.md plans for. The clinic is
//! made once, which takes some minutes, and kept under `target/scale/` (2.5 GB) until the schema
//! changes; what is measured is a copy of it. `NEEM_BENCH_PATIENTS` and `NEEM_BENCH_APPOINTMENTS` make
//! a smaller one.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant as Watch};

use neem_core::clock::SystemEntropy;
use neem_core::ids::{ClinicId, Instant, PatientId, ProviderId, UserId};
use neem_core::keys::DatabaseKey;
use neem_core::page::PageRequest;
use neem_core::patients::{Gender, NewPatient};
use neem_core::retention::{self, RetentionPolicy};
use neem_core::scheduling::{self, AppointmentStatus, Channel, FreeSlotQuery, NewAppointment};
use neem_core::sync::engine;
use neem_core::{Actor, Code, Db, LocalDate, consultations, patients};
use neem_scale::{Options, SetClock};
use rusqlite::Connection;
use rusqlite::types::FromSql;

use super::{bare_commit, bare_database, milliseconds, percentile, report, size};

const SEED: u64 = 7;
/// 2026-11-20, 11 o'clock in Pune: the same clinic in every run.
const NOW: i64 = 1_795_152_600_000;
const HOUR: i64 = 3_600_000;

struct House {
    dir: PathBuf,
    key: DatabaseKey,
    db: Db,
    today: LocalDate,
    on: String,
}

/// The schema with which a kept clinic was made.
const SCHEMA: &str = include_str!("../../migrations/device/schema.snapshot.txt");

pub fn measure() {
    let house = House::open();
    // First, while no page of the appointments is in SQLite's cache.
    house.free_slots();
    house.day_view();
    house.site_day();
    house.search();
    house.chart();
    house.badge();
    house.registering();
    house.long_work();
    house.leave();
}

/// Apart from the rest, so that it can be asked for alone.
pub fn measure_booking() {
    let house = House::open();
    house.booking();
    house.leave();
}

/// As domain.md has it, in proportion to the patients.
pub fn options() -> Options {
    let patients = size("NEEM_BENCH_PATIENTS", 100_000);
    let appointments = size("NEEM_BENCH_APPOINTMENTS", patients * 10);
    let clinics = (patients / 1_000).max(1);
    let today = Instant(NOW).day(chrono_tz::Asia::Kolkata);
    Options {
        patients,
        appointments,
        clinics,
        providers: clinics * 2,
        users: clinics * 5,
        ..Options::full(SEED, today)
    }
}

/// The folder of the clinic, made if it is not there. One that was cut off half-way has another name.
pub fn made(options: &Options) -> PathBuf {
    let name = format!("{SEED}-{}-{}-{}", options.day, options.patients, options.appointments);
    let dir = Path::new("target/scale").join(&name);
    let current = std::fs::read_to_string(dir.join("schema.sql")).is_ok_and(|schema| schema == SCHEMA);
    if !current {
        let _ = std::fs::remove_dir_all(&dir);
        eprintln!(
            "bench: making a clinic of {} patients and {} appointments in {}. That takes some minutes, once.",
            options.patients,
            options.appointments,
            dir.display()
        );
        let part = Path::new("target/scale").join(format!("{name}.part"));
        let _ = std::fs::remove_dir_all(&part);
        std::fs::create_dir_all(&part).expect("a folder");
        let watch = Watch::now();
        let summary = neem_scale::generate(options, &part, &part.join("key.hex")).expect("generates");
        let rows: usize = summary.rows.values().sum();
        let on = format!("{} patients, {} appointments, {rows} rows in bulk", options.patients, options.appointments);
        report("scale_generate", watch.elapsed().as_secs_f64(), "s", &on);
        report("scale_file", summary.bytes as f64 / 1e6, "MB", &on);
        std::fs::write(part.join("schema.sql"), SCHEMA).expect("writes");
        std::fs::rename(&part, &dir).expect("renames");
    }
    dir
}

impl House {
    fn open() -> House {
        let options = options();
        let dir = made(&options);
        let hex = std::fs::read_to_string(dir.join("key.hex")).expect("a key");
        let key = DatabaseKey::from_hex(hex.trim()).expect("hex");
        clear(&dir);
        let copy = dir.join("measured.db");
        std::fs::copy(dir.join("neem.db"), &copy).expect("copies");
        let clock = Arc::new(SetClock::at(options.now()));
        let on = format!("{} patients, {} appointments, encrypted", options.patients, options.appointments);
        let mut samples = Vec::new();
        let open = || Db::open(&copy, &key, clock.clone(), Arc::new(SystemEntropy)).expect("opens");
        for _ in 0..20 {
            let watch = Watch::now();
            let db = open();
            samples.push(milliseconds(watch.elapsed()));
            db.close().expect("closes");
        }
        report("scale_open_p50", percentile(&mut samples, 0.5), "ms", &format!("{on}; opened 20 times"));
        let db = open();
        House { dir, key, db, today: options.day, on }
    }

    fn leave(self) {
        self.db.close().expect("closes");
        clear(&self.dir);
    }

    fn read<T>(&self, query: impl FnOnce(&Connection) -> neem_core::Result<T>) -> T {
        self.db.read(query).expect("reads")
    }

    /// Runs a question on each of these and reports the first, the median, the 95th percentile and the longest.
    fn each<I: Copy>(
        &self,
        name: &str,
        on: &str,
        items: &[I],
        ask: impl Fn(&Connection, I) -> neem_core::Result<usize>,
    ) {
        let mut rows = 0;
        let mut samples: Vec<f64> = items
            .iter()
            .map(|item| {
                let watch = Watch::now();
                rows += self.read(|conn| ask(conn, *item));
                milliseconds(watch.elapsed())
            })
            .collect();
        let on = format!("{}; {on}, {} times, {rows} rows in all", self.on, items.len());
        report(&format!("{name}_first"), samples[0], "ms", &on);
        report(&format!("{name}_p50"), percentile(&mut samples, 0.5), "ms", &on);
        report(&format!("{name}_p95"), percentile(&mut samples, 0.95), "ms", &on);
        report(&format!("{name}_max"), percentile(&mut samples, 1.0), "ms", &on);
    }

    fn ids<T: FromSql>(&self, sql: &str) -> Vec<T> {
        self.read(|conn| {
            let mut statement = conn.prepare(sql)?;
            Ok(statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// The free times of twenty doctors in two weeks: of each doctor first with nothing in memory.
    fn free_slots(&self) {
        let doctors: Vec<ProviderId> =
            self.ids("SELECT id FROM providers WHERE active = 1 AND approval = 'approved' ORDER BY id");
        let twenties: Vec<&[ProviderId]> = doctors.chunks(20).collect();
        let from = self.db.now();
        let ask = |conn: &Connection, twenty: &[ProviderId]| {
            let fortnight = FreeSlotQuery::between(from, from.plus_minutes(14 * 24 * 60));
            let query = FreeSlotQuery { provider_ids: twenty.to_vec(), ..fortnight };
            Ok(scheduling::free_slots(conn, &query)?.len())
        };
        self.each("scale_free_slots_once", "14 days of 20 doctors, each asked for the first time", &twenties, ask);
        let again: Vec<&[ProviderId]> = twenties.iter().copied().cycle().take(100).collect();
        self.each("scale_free_slots", "14 days of 20 doctors, asked again", &again, ask);
    }

    fn day_view(&self) {
        let doctors: Vec<ProviderId> = self.ids("SELECT id FROM providers ORDER BY id");
        self.each("scale_day_view", "the day of a doctor", &doctors, |conn, doctor| {
            Ok(scheduling::day_view(conn, doctor, self.today, chrono_tz::Asia::Kolkata)?.bookings.len())
        });
    }

    /// What is counted for the badge after every commit.
    fn badge(&self) {
        self.each("scale_badge", "commits that wait and records counted", &[(); 50], |conn, ()| {
            conn.prepare_cached("SELECT coalesce(sum(rows), 0) FROM digests")?.query_row([], |_| Ok(()))?;
            Ok(engine::waiting(conn)? as usize)
        });
    }

    /// Letter by letter: names, phones and birth years of patients from everywhere in the list; and misspelt.
    fn search(&self) {
        let people: Vec<(String, Option<String>, String)> = self.read(|conn| {
            let mut statement = conn.prepare(
                "SELECT full_name, phone, substr(birth_date, 1, 4) FROM patients
                 WHERE rowid % (SELECT max(1, count(*) / 200) FROM patients) = 1",
            )?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        });
        let beginnings = |text: &str, from: usize| -> Vec<String> {
            let letters: Vec<char> = text.chars().collect();
            (from..=letters.len()).map(|end| letters[..end].iter().collect()).collect()
        };
        let queries: Vec<String> = people
            .iter()
            .flat_map(|(name, phone, year)| {
                let digits = phone.as_deref().unwrap_or_default().trim_start_matches('+');
                // A letter too much: found by its sound alone.
                [beginnings(name, 1), beginnings(digits, 4), vec![year.clone(), format!("{name}y")]].concat()
            })
            .collect();
        let queries: Vec<&str> = queries.iter().map(String::as_str).collect();
        self.each(
            "scale_search",
            "names, phones and years, letter by letter, and misspelt names",
            &queries,
            |conn, query| Ok(patients::search(conn, query, self.today)?.len()),
        );
    }

    /// The list of today at each of the sites.
    fn site_day(&self) {
        let sites: Vec<ClinicId> = self.ids("SELECT id FROM clinics ORDER BY id");
        let now = self.db.now();
        self.each("scale_site_day", "today's list of a site", &sites, |conn, site| {
            Ok(scheduling::today(conn, site, now)?.rows.len())
        });
    }

    /// The chart of the patient who has been seen more often than any other.
    fn chart(&self) {
        let (patient, visits): (PatientId, i64) = self.read(|conn| {
            let sql = "SELECT patient_id, count(*) AS visits FROM consultations GROUP BY patient_id ORDER BY visits DESC LIMIT 1";
            Ok(conn.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?)
        });
        let often = [patient; 200];
        let whose = format!("of a patient with {visits} visits");
        self.each("scale_chart", &format!("the chart {whose}"), &often, |conn, patient| {
            Ok(consultations::chart(conn, patient, self.today)?.visits.len())
        });
        self.each("scale_visit_history", &format!("a page of the visits {whose}"), &often, |conn, patient| {
            Ok(scheduling::visit_history(conn, patient, PageRequest::FIRST)?.items.len())
        });
    }

    /// A booking against the least that a durable, encrypted commit can cost, turn by turn on one disk.
    fn booking(&self) {
        let desk = self.desk();
        // A front desk books for the doctors of its own site.
        let doctors: Vec<(ProviderId, ClinicId)> = self.read(|conn| {
            let mut statement = conn.prepare(
                "SELECT provider_id, provider_clinics.clinic_id FROM provider_clinics
                 JOIN providers ON providers.id = provider_id
                 WHERE provider_clinics.active = 1 AND providers.active = 1 AND approval = 'approved'
                   AND provider_clinics.clinic_id = (SELECT clinic_id FROM role_grants WHERE user_id = ?1)
                 ORDER BY provider_id",
            )?;
            Ok(statement.query_map([desk], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
        });
        assert!(!doctors.is_empty(), "somebody works at the desk's site");
        let people: Vec<PatientId> =
            self.ids("SELECT id FROM patients WHERE rowid % (SELECT max(1, count(*) / 2000) FROM patients) = 0");
        let bare = bare_database(&self.dir, &self.key);
        let evening = self.today.bounds(chrono_tz::Asia::Kolkata).1.0 + 20 * HOUR;
        let (mut bare_times, mut times) = (Vec::new(), Vec::new());
        for (turn, patient) in people.iter().enumerate() {
            let watch = Watch::now();
            bare_commit(&bare, turn);
            bare_times.push(milliseconds(watch.elapsed()));
            let (provider, clinic) = doctors[turn % doctors.len()];
            // The evenings are free: twelve bookings an evening, from tomorrow on.
            let nth = (turn / doctors.len()) as i64;
            let start = Instant(evening + nth / 12 * 24 * HOUR + nth % 12 * 15 * 60_000);
            let new = NewAppointment {
                clinic,
                patient: *patient,
                provider,
                service: None,
                start,
                end: start.plus_minutes(15),
                status: AppointmentStatus::Confirmed,
                channel: Channel::Desk,
                reason: "Review".into(),
            };
            let watch = Watch::now();
            let booked = self.db.write(Actor::User(desk), "book", |tx| scheduling::book(tx, &new));
            times.push(milliseconds(watch.elapsed()));
            if let Err(error) = booked {
                // The evening of Pune is working time in London, and somebody may be on leave.
                assert!(matches!(error.code(), Code::SlotTaken | Code::NotAvailable), "{error}");
                times.pop();
                bare_times.pop();
            }
        }
        let on =
            format!("{}; {} bookings, turn by turn with bare commits; WAL, synchronous=FULL", self.on, times.len());
        for (name, samples) in [("scale_booking", &mut times), ("scale_bare_commit", &mut bare_times)] {
            report(&format!("{name}_p50"), percentile(samples, 0.5), "ms", &on);
            report(&format!("{name}_p99"), percentile(samples, 0.99), "ms", &on);
        }
        let ratio = percentile(&mut times, 0.99) / percentile(&mut bare_times, 0.99);
        report("scale_booking_over_bare_p99", ratio, "times", &on);
    }

    /// Somebody at a front desk.
    fn desk(&self) -> UserId {
        self.ids("SELECT user_id FROM role_grants WHERE role = 'receptionist' LIMIT 1")[0]
    }

    /// New patients, each under the next number of a lane that has given out all the others.
    fn registering(&self) {
        let desk = self.desk();
        let mut samples: Vec<f64> = (0..100)
            .map(|turn| {
                let patient = NewPatient {
                    full_name: format!("Sunita Deshpande {turn}"),
                    alternate_name: String::new(),
                    gender: Some(Gender::Female),
                    birth_date: "1981-03-09".into(),
                    age_years: String::new(),
                    phone: String::new(),
                    address: String::new(),
                    city: String::new(),
                    primary_language: String::new(),
                };
                let watch = Watch::now();
                let register = |tx: &neem_core::Tx| patients::register(tx, &patient, self.today);
                self.db.write(Actor::User(desk), "register_patient", register).expect("registers");
                milliseconds(watch.elapsed())
            })
            .collect();
        let on = format!("{}; 100 patients registered, each a durable commit", self.on);
        report("scale_register_p50", percentile(&mut samples, 0.5), "ms", &on);
        report("scale_register_p99", percentile(&mut samples, 0.99), "ms", &on);
    }

    /// How long a write waits while old visits are put away and duplicates are looked for.
    fn long_work(&self) {
        let suspects = "INSERT OR IGNORE INTO duplicate_suspects
                        SELECT id FROM patients WHERE rowid % (SELECT max(1, count(*) / 1000) FROM patients) = 0";
        self.db.write_local(|conn| Ok(conn.execute(suspects, [])?)).expect("writes");
        self.beside("scale_wait_duplicates", "duplicates of 1,000 patients are looked for", || {
            patients::find_possible_duplicates(&self.db).expect("looks");
        });
        // Of the whole past its first month is enough.
        let first = self.ids::<i64>("SELECT min(scheduled_start) FROM appointments WHERE status = 'completed'")[0];
        let archive_after_days = ((self.db.now().0 - first) / (24 * HOUR) - 30).max(0) as u32;
        let policy = RetentionPolicy { archive_after_days, ..RetentionPolicy::default() };
        self.beside("scale_wait_archive", "visits of a month are put away", || {
            retention::archive(&self.db, &policy, self.db.now()).expect("archives");
        });
    }

    /// Runs long work, and beside it writes that each need the writer for a moment.
    fn beside(&self, name: &str, on: &str, work: impl FnOnce()) {
        let over = AtomicBool::new(false);
        let mut waits = std::thread::scope(|scope| {
            let other = scope.spawn(|| {
                let mut waits = Vec::new();
                while !over.load(Ordering::Relaxed) {
                    let watch = Watch::now();
                    self.db.write_local(|_| Ok(())).expect("writes");
                    waits.push(milliseconds(watch.elapsed()));
                    std::thread::sleep(Duration::from_millis(2));
                }
                waits
            });
            let watch = Watch::now();
            work();
            report(&format!("{name}_total"), milliseconds(watch.elapsed()), "ms", &format!("{}; {on}", self.on));
            over.store(true, Ordering::Relaxed);
            other.join().expect("joins")
        });
        let on = format!("{}; {on}; {} other writes meanwhile", self.on, waits.len());
        report(&format!("{name}_p95"), percentile(&mut waits, 0.95), "ms", &on);
        report(&format!("{name}_max"), percentile(&mut waits, 1.0), "ms", &on);
    }
}

/// Takes away what a measurement left in the folder.
fn clear(dir: &Path) {
    for name in ["measured.db", "bare.db"] {
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(dir.join(format!("{name}{end}")));
        }
    }
}
