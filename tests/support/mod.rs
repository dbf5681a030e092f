//! A real clinic for tests and measurements: PCs with encrypted databases of their own, and a hub
//! that listens on a port.

// Every test takes what it needs of this.
#![allow(dead_code)]

// The clinic itself is the one that the core's own tests use.
#[path = "../../core/tests/support/mod.rs"]
mod clinic;
pub mod forge;
pub mod hub;
pub mod postgres;

use std::path::PathBuf;
use std::sync::Arc;

use neem_core::clock::{self, SystemEntropy};
use neem_core::db::{SCHEMA_LEVEL, ThisDevice};
use neem_core::ids::{AppointmentId, DeviceId, Instant, PatientId, TenantId, UserId};
use neem_core::keys::DatabaseKey;
use neem_core::patients;
use neem_core::scheduling::{self, AppointmentStatus, Channel, NewAppointment};
use neem_core::sync::commit::SigningKey;
use neem_core::sync::engine::{self, SyncReport};
use neem_core::sync::http::{self, Enrolled, HttpHub};
use neem_core::sync::overlap::{self, ConflictSummary};
use neem_core::sync::pin;
use neem_core::sync::protocol::{EnrolRequest, HubApi, PROTOCOL, Refusal};
use neem_core::sync::rotation;
use neem_core::tenancy;
use neem_core::{Actor, Db, Result, Tx};
use neem_hub::enrol::For;
use rusqlite::Connection;
use tempfile::TempDir;
use uuid::Uuid;

#[allow(unused_imports)]
pub use clinic::{MINUTE, PASSWORD, Staff, WrongClock, member, patient};
#[allow(unused_imports)]
pub use hub::{Backing, HubHouse};

/// A PC with its data directory.
pub struct Pc {
    pub dir: TempDir,
    pub key: DatabaseKey,
    pub clock: Arc<WrongClock>,
    pub db: Db,
    runtime: tokio::runtime::Runtime,
}

impl Pc {
    pub fn empty() -> Pc {
        Pc::of_level(SCHEMA_LEVEL)
    }

    /// A PC that was not updated yet.
    pub fn of_level(level: usize) -> Pc {
        let dir = tempfile::tempdir().expect("a folder");
        let key = DatabaseKey::random(&SystemEntropy);
        let clock = Arc::new(WrongClock::default());
        let _ = rustls::crypto::ring::default_provider().install_default();
        let db = Db::open_at(&dir.path().join("neem.db"), &key, clock.clone(), Arc::new(SystemEntropy), level);
        let db = db.expect("opens");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        Pc { dir, key, clock, db, runtime }
    }

    pub fn file(&self) -> PathBuf {
        self.dir.path().join("neem.db")
    }

    /// Switched off and on again.
    pub fn reopened(self) -> Pc {
        self.while_closed(|_, _| {})
    }

    /// Switched off, something happens to its file, and on again.
    pub fn while_closed(self, happens: impl FnOnce(&std::path::Path, &DatabaseKey)) -> Pc {
        let Pc { dir, key, clock, db, runtime } = self;
        db.close().expect("closes");
        happens(&dir.path().join("neem.db"), &key);
        let db = open(&dir.path().join("neem.db"), &key, &clock).expect("opens");
        Pc { dir, key, clock, db, runtime }
    }

    /// A second PC from a copy of this one's file, as a backup or a cloned disk gives.
    pub fn copied(self) -> (Pc, Pc) {
        let Pc { dir, key, clock, db, runtime } = self;
        db.close().expect("closes");
        let other = tempfile::tempdir().expect("a folder");
        std::fs::copy(dir.path().join("neem.db"), other.path().join("neem.db")).expect("copies");
        let again = |dir: TempDir, runtime| {
            let db = open(&dir.path().join("neem.db"), &key, &clock).expect("opens");
            Pc { dir, key: key.clone(), clock: clock.clone(), db, runtime }
        };
        let second = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        (again(dir, runtime), again(other, second))
    }

    pub fn client(&self) -> HttpHub {
        let link = self.db.read(engine::link).expect("a link").expect("connected");
        let (id, key) = self.db.read(engine::credentials).expect("credentials");
        // A PC that was not updated yet knows none.
        let renewals = self.db.read(|conn| rotation::renewals(conn, id)).unwrap_or_default();
        let hub = HttpHub::new(http::parse_address(&link.address).expect("an address"), id, key, "test");
        hub.expect("a client").renewing(renewals)
    }

    pub fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    pub fn sync_through(&self, hub: &impl HubApi) -> Result<SyncReport> {
        self.wait(engine::sync(&self.db, hub, &|_| {}))
    }

    pub fn try_sync(&self) -> Result<SyncReport> {
        self.sync_through(&self.client())
    }

    /// Syncs, and insists on the proof.
    pub fn sync(&self) -> SyncReport {
        let report = self.try_sync().expect("syncs");
        assert!(report.identical && report.digest == report.hub_digest, "not identical: {report:?}");
        report
    }

    pub fn write<T>(&self, user: UserId, action: impl FnOnce(&Tx) -> Result<T>) -> Result<T> {
        self.db.write(Actor::User(user), "test", action)
    }

    pub fn read<T>(&self, query: impl FnOnce(&Connection) -> Result<T>) -> T {
        self.db.read(query).expect("reads")
    }

    /// One text of one row.
    pub fn text(&self, sql: &str, id: Uuid) -> Option<String> {
        self.read(|conn| Ok(conn.query_row(sql, [id], |row| row.get(0))?))
    }

    pub fn count(&self, sql: &str) -> i64 {
        self.read(|conn| Ok(conn.query_row(sql, [], |row| row.get(0))?))
    }

    pub fn conflicts(&self) -> Vec<ConflictSummary> {
        self.read(overlap::list)
    }

    pub fn register(&self, user: UserId, name: &str) -> PatientId {
        let today = self.db.now().day(chrono_tz::Asia::Kolkata);
        self.write(user, |tx| patients::register(tx, &patient(name), today)).expect("registers").id
    }

    pub fn book(&self, staff: &Staff, patient: PatientId, start: Instant) -> AppointmentId {
        let new = NewAppointment {
            clinic: staff.site,
            patient,
            provider: staff.provider,
            service: None,
            start,
            end: start.plus_minutes(15),
            status: AppointmentStatus::Confirmed,
            channel: Channel::Desk,
            reason: "Review".into(),
        };
        self.write(staff.desk, |tx| scheduling::book(tx, &new)).expect("books")
    }

    /// Lets this PC into a hub; one without a clinic receives the hub's.
    pub fn enrol(&self, hub: &HubHouse, code: &str, name: &str) -> Result<(), Refusal> {
        let base = http::parse_address(&hub.address.to_string()).expect("an address");
        let (id, secret, device) = match self.db.device() {
            Ok(device) => {
                let (id, key) = self.db.read(engine::credentials).expect("credentials");
                (id, key.to_bytes(), Some(device))
            }
            Err(_) => {
                let mut secret = [0; 32];
                self.db.entropy.fill(&mut secret);
                (clock::new_id(self.db.now(), &*self.db.entropy), secret, None)
            }
        };
        let request = EnrolRequest {
            protocol: PROTOCOL,
            code: code.to_owned(),
            device: id,
            public_key: SigningKey::from_bytes(&secret).verifying_key().to_bytes().to_vec(),
            name: name.to_owned(),
            tenant: device.as_ref().map(|device| device.tenant.0),
            lane: device.as_ref().map(|device| device.lane.clone()),
            app_version: "test".into(),
        };
        let Enrolled { reply, address, pin } = self.wait(http::enrol(&base, &request))?;
        if device.is_none() {
            let tenant = TenantId(reply.tenant);
            let lane = reply.lane.clone();
            let this = ThisDevice { id: DeviceId(id), tenant, clinic: None, name: name.to_owned(), lane, demo: false };
            self.db.enrol_as(this, &secret).expect("enrols");
        }
        let remember = |conn: &Connection| {
            engine::connect(conn, address.as_str(), reply.hub, reply.epoch)?;
            // A PC that was not updated yet knows no pins.
            pin.map_or(Ok(()), |pin| pin::keep(conn, Some(pin)))
        };
        self.db.write_local(remember).expect("connects");
        Ok(())
    }
}

pub fn open(path: &std::path::Path, key: &DatabaseKey, clock: &Arc<WrongClock>) -> Result<Db> {
    // Every PC has its providers of TLS from the app's start.
    let _ = rustls::crypto::ring::default_provider().install_default();
    clinic::open(path, key, clock)
}

/// A PC that has founded a clinic with a manager, a receptionist and a doctor, without a hub.
pub fn founder(clinic_name: &str) -> (Pc, Staff) {
    let pc = Pc::empty();
    let staff = clinic::found(&pc.db, clinic_name);
    (pc, staff)
}

/// The first PC of a hub: it founds the clinic and brings it along.
pub fn first_pc(hub: &HubHouse) -> (Pc, Staff) {
    let (pc, staff) = founder("Kadamba Clinic");
    pc.enrol(hub, &hub.code(For::NewClinic), "Front desk").expect("enrols");
    pc.sync();
    (pc, staff)
}

/// One more PC in the clinic of `tenant`; the others know its key once it has synced.
pub fn join(hub: &HubHouse, tenant: TenantId, name: &str) -> Pc {
    join_with(Pc::empty(), hub, tenant, name)
}

pub fn join_with(pc: Pc, hub: &HubHouse, tenant: TenantId, name: &str) -> Pc {
    pc.enrol(hub, &hub.code(For::Tenant(tenant.0)), name).expect("enrols");
    pc.sync();
    pc.db.write(Actor::System, "join_clinic", tenancy::introduce_device).expect("introduces itself");
    pc.sync();
    pc
}

/// Two PCs and a hub, all three the same.
pub struct Clinic {
    pub hub: HubHouse,
    pub desk: Pc,
    pub room: Pc,
    pub staff: Staff,
}

impl Clinic {
    pub fn open() -> Clinic {
        Clinic::at(HubHouse::open())
    }

    pub fn at(hub: HubHouse) -> Clinic {
        let (desk, staff) = first_pc(&hub);
        let room = join(&hub, desk.db.device().expect("a device").tenant, "Room 2");
        desk.sync();
        Clinic { hub, desk, room, staff }
    }

    pub fn tenant(&self) -> TenantId {
        self.desk.db.device().expect("a device").tenant
    }

    /// Syncs until everybody has everything, and proves it: the two PCs and the hub by digest.
    pub fn settle(&self) {
        self.desk.sync();
        self.room.sync();
        let (desk, room) = (self.desk.sync(), self.room.sync());
        assert_eq!(desk.digest, room.digest);
        assert_eq!(desk.digest, self.hub.digest(self.tenant()).short());
    }
}

/// The noise of a seed (the generator of the peers' benches), for schedules and data that repeat.
pub struct Seeded(u32);

impl Seeded {
    pub fn new(seed: u32) -> Seeded {
        Seeded(seed)
    }

    /// Below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (f64::from(self.0) / 4_294_967_296.0 * end as f64) as usize
    }

    pub fn uuid(&mut self) -> Uuid {
        let mut bytes = [0; 16];
        bytes.fill_with(|| self.below(256) as u8);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}
