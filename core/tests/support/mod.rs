//! A clinic for tests: an encrypted database, a clock that a test sets, and four people who work there.

// Every test takes what it needs of this.
#![allow(dead_code)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use neem_core::clock::{Clock, SystemClock, SystemEntropy};
use neem_core::identity::{self, NewStaff, Role};
use neem_core::ids::{ClinicId, Instant, LocalDate, PatientId, ProviderId, UserId};
use neem_core::keys::DatabaseKey;
use neem_core::patients::{self, Gender, NewPatient};
use neem_core::tenancy::{self, ClinicSetup};
use neem_core::{Actor, Db, Result, Tx};
use rusqlite::Connection;
use tempfile::TempDir;

pub const PASSWORD: &str = "a long enough secret";
pub const MINUTE: i64 = 60_000;
pub const DAY: i64 = 24 * 60 * MINUTE;
pub const ZONE: chrono_tz::Tz = chrono_tz::Asia::Kolkata;

/// The PC's clock, so many milliseconds wrong.
#[derive(Default)]
pub struct WrongClock(AtomicI64);

impl WrongClock {
    pub fn ahead(&self, milliseconds: i64) {
        self.0.store(milliseconds, Ordering::Relaxed);
    }
}

impl Clock for WrongClock {
    fn now(&self) -> Instant {
        Instant(SystemClock.now().0 + self.0.load(Ordering::Relaxed))
    }
}

/// Who works at the clinic that [`found`] makes.
#[derive(Debug, Clone, Copy)]
pub struct Staff {
    pub site: ClinicId,
    pub admin: UserId,
    pub desk: UserId,
    pub doctor: UserId,
    pub provider: ProviderId,
}

pub fn open(path: &Path, key: &DatabaseKey, clock: &Arc<WrongClock>) -> Result<Db> {
    Db::open(path, key, clock.clone(), Arc::new(SystemEntropy))
}

pub fn patient(name: &str) -> NewPatient {
    NewPatient {
        full_name: name.into(),
        alternate_name: String::new(),
        gender: Some(Gender::Female),
        birth_date: "12/3/1980".into(),
        age_years: String::new(),
        phone: String::new(),
        address: String::new(),
        city: String::new(),
        primary_language: String::new(),
    }
}

pub fn member(name: &str, role: Role) -> NewStaff {
    NewStaff {
        name: name.into(),
        email: format!("{}@clinic.example", name.split(' ').next_back().unwrap_or_default().to_lowercase()),
        password: PASSWORD.into(),
        role,
        specialization: "General".into(),
        qualification: "MBBS".into(),
        registration_number: format!("MMC-{name}"),
        room: "Room 2".into(),
    }
}

/// Founds a clinic with a manager, a receptionist and a doctor.
pub fn found(db: &Db, clinic_name: &str) -> Staff {
    let setup = ClinicSetup {
        clinic_name: clinic_name.into(),
        site_name: "Main site".into(),
        address: "1 Neem Lane".into(),
        phone: "+91 55501 20400".into(),
        timezone: "Asia/Kolkata".into(),
        country: "IN".into(),
        currency: "INR".into(),
        device_name: "Front desk".into(),
        admin_name: "Nikhil Sathe".into(),
        email: "manager@clinic.example".into(),
        password: PASSWORD.into(),
    };
    let (site, admin) = tenancy::found(db, &setup, false).expect("founds");
    let (desk, doctor) = db
        .write(Actor::User(admin), "test", |tx| {
            let desk = identity::add_staff(tx, &member("Meera Kulkarni", Role::Receptionist), site)?;
            let doctor = identity::add_staff(tx, &member("Dr Farah Siddiqui", Role::Provider), site)?;
            Ok((desk, doctor))
        })
        .expect("adds staff");
    let provider = doctor.provider_id.expect("a provider");
    Staff { site, admin, desk: desk.user_id, doctor: doctor.user_id, provider }
}

/// One PC of a clinic, without a hub.
pub struct Desk {
    pub dir: TempDir,
    pub key: DatabaseKey,
    pub clock: Arc<WrongClock>,
    pub db: Db,
    pub staff: Staff,
}

impl Desk {
    pub fn open() -> Desk {
        let dir = tempfile::tempdir().expect("a folder");
        let key = DatabaseKey::random(&SystemEntropy);
        let clock = Arc::new(WrongClock::default());
        let db = open(&dir.path().join("neem.db"), &key, &clock).expect("opens");
        let staff = found(&db, "Kadamba Clinic");
        Desk { dir, key, clock, db, staff }
    }

    pub fn now(&self) -> Instant {
        self.db.now()
    }

    pub fn today(&self) -> LocalDate {
        self.db.now().day(ZONE)
    }

    pub fn write<T>(&self, user: UserId, action: impl FnOnce(&Tx) -> Result<T>) -> Result<T> {
        self.db.write(Actor::User(user), "test", action)
    }

    pub fn read<T>(&self, query: impl FnOnce(&Connection) -> Result<T>) -> T {
        self.db.read(query).expect("reads")
    }

    pub fn count(&self, sql: &str) -> i64 {
        self.read(|conn| Ok(conn.query_row(sql, [], |row| row.get(0))?))
    }

    pub fn register(&self, name: &str) -> PatientId {
        let today = self.today();
        self.write(self.staff.desk, |tx| patients::register(tx, &patient(name), today)).expect("registers").id
    }

    /// The plan of a statement, one line a step: for the tests that no large table is read through.
    pub fn plan(&self, sql: &str) -> String {
        self.read(|conn| {
            let mut statement = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
            let none = statement.parameter_count();
            let nulls = vec![rusqlite::types::Null; none];
            let rows = statement.query_map(rusqlite::params_from_iter(nulls), |row| row.get::<_, String>("detail"))?;
            Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?.join("\n"))
        })
    }
}
