//! A clinic with a hub and three PCs. Time stands still and random numbers repeat, so that ids and keys
//! are the same in every run and an input that failed once fails again.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use neem_core::clock::{self, Clock, Entropy};
use neem_core::db::{SCHEMA_LEVEL, ThisDevice};
use neem_core::identity::{self, NewStaff, Role};
use neem_core::ids::{ClinicId, DeviceId, Instant, LocalDate, PatientId, ProviderId, TenantId, UserId};
use neem_core::keys::DatabaseKey;
use neem_core::patients::{self, Gender, NewAllergy, NewPatient, Severity};
use neem_core::scheduling::{self, Mode, NewWalkIn, TemplateForm, TemplateRow};
use neem_core::services::{self, ServiceForm};
use neem_core::sync::client::{HubClient, enrol_over};
use neem_core::sync::commit::SigningKey;
use neem_core::sync::engine::{self, SyncReport};
use neem_core::sync::protocol::{EnrolRequest, HelloRequest, HubApi, PROTOCOL};
use neem_core::sync::snapshot::Far;
use neem_core::tenancy::{self, ClinicSetup};
use neem_core::{Actor, Db};
use neem_hub::enrol::{self, For};
use neem_hub::limits::Rates;
use neem_hub::routes::{Service, router};
use neem_hub::store::SqliteStore;
use neem_hub::{Hub, Schema};
use tokio::runtime::Runtime;

use crate::line::{Line, at_once};

/// Monday, 2 March 2026, nine in the morning in Pune.
pub const NOW: Instant = Instant(1_772_422_200_000);
pub const ZONE: chrono_tz::Tz = chrono_tz::Asia::Kolkata;

struct Still;

impl Clock for Still {
    fn now(&self) -> Instant {
        NOW
    }
}

/// Random numbers that a seed repeats.
pub struct Seeded {
    seed: u64,
    count: AtomicU64,
}

impl Seeded {
    pub fn new(seed: u64) -> Seeded {
        Seeded { seed, count: AtomicU64::new(0) }
    }
}

impl Entropy for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let seed = [self.seed.to_le_bytes(), count.to_le_bytes()].concat();
        blake3::Hasher::new().update(&seed).finalize_xof().fill(bytes);
    }
}

pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime"))
}

pub fn today() -> LocalDate {
    NOW.day(ZONE)
}

/// Who works at the clinic, and who came.
#[derive(Debug, Clone)]
pub struct Staff {
    pub tenant: TenantId,
    pub site: ClinicId,
    pub admin: UserId,
    pub doctor: (UserId, ProviderId),
    pub patient: PatientId,
}

pub struct World {
    folder: PathBuf,
    key: DatabaseKey,
    schema: Arc<Schema>,
    pub staff: Staff,
    hub: Vec<u8>,
    pcs: Vec<Vec<u8>>,
    /// A database of this version with nothing in it.
    empty: Vec<u8>,
}

/// A running hub of which everything can be asked.
pub struct Running {
    pub hub: Arc<Hub>,
    pub router: Router,
}

/// The PC that founded the clinic.
pub const FIRST: usize = 0;
/// One that is some commits behind, and has one that the hub has not seen.
pub const BEHIND: usize = 1;
/// One that was let in a moment ago and has fetched nothing.
pub const NEW: usize = 2;

fn open(path: &Path, key: &DatabaseKey, seed: u64) -> Db {
    // Without the thread that moves the log: an input must not leave anything running.
    Db::open_at(path, key, Arc::new(Still), Arc::new(Seeded::new(seed)), SCHEMA_LEVEL).expect("opens")
}

fn put(path: &Path, bytes: &[u8]) {
    for ending in ["-wal", "-shm"] {
        let mut beside = path.as_os_str().to_owned();
        beside.push(ending);
        let _ = std::fs::remove_file(beside);
    }
    std::fs::write(path, bytes).expect("writes");
}

impl World {
    /// The clinic of this process.
    pub fn get() -> &'static World {
        static WORLD: OnceLock<World> = OnceLock::new();
        WORLD.get_or_init(World::build)
    }

    fn build() -> World {
        let folder = std::env::temp_dir().join(format!("neem-fuzz-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let key = DatabaseKey::random(&Seeded::new(1));
        let schema = Arc::new(Schema::read().expect("a schema"));
        let path = |name: &str| folder.join(format!("{name}.db"));
        let read = |name: &str| std::fs::read(path(name)).expect("reads");
        open(&path("empty"), &key, 9).close().expect("closes");
        let running = start(&path("hub"), &key, &schema, 3);
        let first = open(&path("pc0"), &key, 10);
        let mut staff = found(&first);
        enrol(&running, &first, 0, For::NewClinic);
        sync(&running, &first, Far::default());
        let behind = open(&path("pc1"), &key, 11);
        enrol(&running, &behind, 1, For::Tenant(staff.tenant.0));
        sync(&running, &behind, Far::default());
        behind.write(Actor::System, "join_clinic", tenancy::introduce_device).expect("introduces itself");
        sync(&running, &behind, Far::default());
        sync(&running, &first, Far::default());
        staff.patient = work(&first, &staff, "Sunita Deshpande", "98220 12345");
        work(&first, &staff, "नूरा Al-Hassan", "");
        sync(&running, &first, Far::default());
        register(&behind, &staff, "José Ávila", "98220 54321");
        let new = open(&path("pc2"), &key, 12);
        enrol(&running, &new, 2, For::Tenant(staff.tenant.0));
        drop(running);
        for db in [first, behind, new] {
            db.close().expect("closes");
        }
        // Opened and closed once more, so that one file is all there is.
        let conn = neem_core::connection::open(&path("hub"), &key, rusqlite::OpenFlags::default()).expect("opens");
        conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("moves the log");
        drop(conn);
        let (hub, pcs, empty) = (read("hub"), ["pc0", "pc1", "pc2"].map(read).to_vec(), read("empty"));
        World { folder, key, schema, staff, hub, pcs, empty }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The hub as it was at the beginning.
    pub fn hub(&self) -> Running {
        let path = self.folder.join("hub.db");
        put(&path, &self.hub);
        // Codes that were given out before are not given out again.
        start(&path, &self.key, &self.schema, 4)
    }

    /// A PC as it was at the beginning.
    pub fn pc(&self, which: usize) -> Db {
        let path = self.folder.join(format!("pc{which}.db"));
        put(&path, &self.pcs[which]);
        open(&path, &self.key, 20 + which as u64)
    }

    /// The database of a PC that belongs to no clinic.
    pub fn empty(&self) -> Db {
        let path = self.folder.join("empty.db");
        put(&path, &self.empty);
        // Each is another PC.
        static COUNT: AtomicU64 = AtomicU64::new(30);
        open(&path, &self.key, COUNT.fetch_add(1, Ordering::Relaxed))
    }
}

fn start(path: &Path, key: &DatabaseKey, schema: &Arc<Schema>, seed: u64) -> Running {
    let store = SqliteStore::open(path, key, &Seeded::new(2)).expect("the hub opens");
    let mut hub = Hub::with(Box::new(store), Arc::new(Still), Arc::new(Seeded::new(seed)), schema.clone());
    hub.inline = true;
    let hub = Arc::new(hub);
    let service = Service::new(hub.clone(), Rates::unlimited(), false, Duration::from_secs(60)).expect("figures");
    Running { hub, router: router(Arc::new(service)) }
}

fn found(db: &Db) -> Staff {
    let setup = ClinicSetup {
        clinic_name: "Kadamba Clinic".into(),
        site_name: "Main site".into(),
        address: "1 Neem Lane".into(),
        phone: "+91 55501 20400".into(),
        timezone: "Asia/Kolkata".into(),
        country: "IN".into(),
        currency: "INR".into(),
        device_name: "PC 0".into(),
        admin_name: "Nikhil Sathe".into(),
        email: "manager@clinic.example".into(),
        password: "a long enough secret".into(),
    };
    let (site, admin) = tenancy::found(db, &setup, false).expect("founds");
    let doctor = NewStaff {
        name: "Dr Farah Siddiqui".into(),
        email: "farah@clinic.example".into(),
        password: "a long enough secret".into(),
        role: Role::Provider,
        specialization: "General".into(),
        qualification: "MBBS".into(),
        registration_number: "MMC-1".into(),
        room: "Room 2".into(),
    };
    let service = ServiceForm {
        name: "Consultation".into(),
        category: "General".into(),
        duration_minutes: 15,
        price_minor: 50_000,
        description: String::new(),
        popularity: 0,
    };
    db.write(Actor::User(admin), "found", |tx| {
        let doctor = identity::add_staff(tx, &doctor, site)?;
        services::add_service(tx, &service)?;
        let doctor = (doctor.user_id, doctor.provider_id.expect("a doctor"));
        let hours = hours(site, doctor.1, "FREQ=WEEKLY;INTERVAL=2", "2026-03-02");
        scheduling::add_template(tx, &hours)?;
        Ok(Staff { tenant: tx.device.tenant, site, admin, doctor, patient: PatientId(uuid::Uuid::nil()) })
    })
    .expect("staff")
}

/// Hours on every weekday of the days that a rule yields.
pub fn hours(site: ClinicId, doctor: ProviderId, rule: &str, first: &str) -> TemplateForm {
    let row =
        |weekday| TemplateRow { weekday, start_time: "09:00".into(), end_time: "10:00".into(), mode: Mode::InPerson };
    TemplateForm {
        provider_id: doctor,
        clinic_id: site,
        slot_duration_minutes: 15,
        buffer_minutes: 0,
        capacity: 1,
        valid_from: first.into(),
        valid_to: String::new(),
        recurrence: rule.into(),
        replaces: false,
        slots: (1..=7).map(row).collect(),
    }
}

pub fn new_patient(name: &str, phone: &str) -> NewPatient {
    NewPatient {
        full_name: name.into(),
        alternate_name: String::new(),
        gender: Some(Gender::Female),
        birth_date: "12/3/1980".into(),
        age_years: String::new(),
        phone: phone.into(),
        address: "2 Neem Lane".into(),
        city: "Pune".into(),
        primary_language: "hi".into(),
    }
}

fn register(db: &Db, staff: &Staff, name: &str, phone: &str) -> PatientId {
    let new = new_patient(name, phone);
    db.write(Actor::User(staff.admin), "register_patient", |tx| Ok(patients::register(tx, &new, today())?.id))
        .expect("registers")
}

fn work(db: &Db, staff: &Staff, name: &str, phone: &str) -> PatientId {
    let patient = register(db, staff, name, phone);
    let walk_in = NewWalkIn {
        clinic_id: staff.site,
        patient_id: patient,
        provider_id: staff.doctor.1,
        reason: "Cough for three days".into(),
    };
    db.write(Actor::User(staff.admin), "book_walk_in", |tx| scheduling::book_walk_in(tx, &walk_in)).expect("books");
    let allergy = NewAllergy {
        patient_id: patient,
        substance: "Penicillin".into(),
        severity: Severity::Severe,
        reaction: "Rash".into(),
    };
    db.write(Actor::User(staff.doctor.0), "record_allergy", |tx| patients::record_allergy(tx, &allergy))
        .expect("records");
    patient
}

fn enrol(running: &Running, db: &Db, number: u64, purpose: For) {
    let code = enrol::new_code(&running.hub, purpose).expect("a code").code;
    let device = db.device().ok();
    let name = format!("PC {number}");
    let (id, secret) = match &device {
        Some(_) => {
            let (id, key) = db.read(engine::credentials).expect("credentials");
            (id, key.to_bytes())
        }
        None => {
            let mut secret = [0; 32];
            db.entropy.fill(&mut secret);
            (clock::new_id(NOW, &*db.entropy), secret)
        }
    };
    let request = EnrolRequest {
        protocol: PROTOCOL,
        code,
        device: id,
        public_key: SigningKey::from_bytes(&secret).verifying_key().to_bytes().to_vec(),
        name: name.clone(),
        tenant: device.as_ref().map(|device| device.tenant.0),
        lane: device.as_ref().map(|device| device.lane.clone()),
        app_version: "fuzz".into(),
    };
    let line = Line::new(&running.router, Vec::new());
    let reply = at_once(enrol_over(&&line, &request)).expect("an answer").expect("lets in");
    if device.is_none() {
        let (tenant, lane) = (TenantId(reply.tenant), reply.lane.clone());
        let this = ThisDevice { id: DeviceId(id), tenant, clinic: None, name, lane, demo: false };
        db.enrol_as(this, &secret).expect("joins");
    }
    db.write_local(|conn| engine::connect(conn, "http://hub.invalid", reply.hub, reply.epoch)).expect("connects");
}

/// A PC's client over a line.
pub fn client<'a>(db: &Db, line: &'a Line) -> HubClient<&'a Line> {
    let (device, key) = db.read(engine::credentials).expect("credentials");
    HubClient::over(line, device, key, "fuzz")
}

/// What a PC shows the hub to be let in.
pub fn token(running: &Running, db: &Db) -> String {
    let line = Line::new(&running.router, Vec::new());
    let greeting = HelloRequest { incarnation: 1, at: Some(1), heads: false, last: 0 };
    at_once(client(db, &line).hello(greeting)).expect("ends").expect("is let in");
    line.token.take().expect("a token")
}

/// One sync over an honest line.
///
/// # Panics
/// When it fails, or the two do not hold the same afterwards.
pub fn sync(running: &Running, db: &Db, far: Far) -> SyncReport {
    let line = Line::new(&running.router, Vec::new());
    let client = client(db, &line);
    let report = at_once(engine::sync_or_take_over(db, &client, &|_| {}, far)).expect("ends").expect("syncs");
    assert!(report.identical, "the two do not hold the same");
    report
}
