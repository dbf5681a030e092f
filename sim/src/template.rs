//! The clinic that every run begins with: made once by the real functions, then copied.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use neem_core::clock;
use neem_core::db::ThisDevice;
use neem_core::identity::{self, NewStaff, Role};
use neem_core::ids::{ClinicId, DeviceId, ProviderId, ServiceId, TenantId, UserId};
use neem_core::keys::DatabaseKey;
use neem_core::services::{self, ServiceForm};
use neem_core::sync::client::enrol_over;
use neem_core::sync::commit::SigningKey;
use neem_core::sync::engine;
use neem_core::sync::protocol::{EnrolRequest, PROTOCOL};
use neem_core::tenancy::{self, ClinicSetup};
use neem_core::{Actor, Db};
use neem_hub::enrol::{self, For};

use crate::hub::{HubHouse, at_once};
use crate::line::{Line, Net};
use crate::pc::{FILE, Pc, Seat};
use crate::tally::Tally;
use crate::time::{DAY, Seeded};

/// How many PCs there are to choose from.
pub const PCS: usize = 5;
/// Monday, 2 March 2026, nine in the morning in Pune.
pub const BEGIN: i64 = 1_772_422_200_000;

/// Who works at the clinic.
#[derive(Debug, Clone)]
pub struct Staff {
    pub tenant: TenantId,
    pub site: ClinicId,
    pub admin: UserId,
    pub desk: UserId,
    pub doctors: Vec<(UserId, ProviderId)>,
    pub service: ServiceId,
}

pub struct Template {
    pub pcs: Vec<Seat>,
    pub hub: (PathBuf, DatabaseKey),
    pub staff: Staff,
}

fn member(name: &str, role: Role) -> NewStaff {
    NewStaff {
        name: name.into(),
        email: format!("{}@clinic.example", name.replace(' ', ".").to_lowercase()),
        password: "a long enough secret".into(),
        role,
        specialization: "General".into(),
        qualification: "MBBS".into(),
        registration_number: format!("MMC-{name}"),
        room: "Room 2".into(),
    }
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
    let service = ServiceForm {
        name: "Consultation".into(),
        category: "General".into(),
        duration_minutes: 15,
        price_minor: 50_000,
        description: String::new(),
        popularity: 0,
    };
    db.write(Actor::User(admin), "found", |tx| {
        let desk = identity::add_staff(tx, &member("Meera Kulkarni", Role::Receptionist), site)?.user_id;
        let mut doctors = Vec::new();
        for name in ["Dr Farah Siddiqui", "Dr Arjun Menon"] {
            let doctor = identity::add_staff(tx, &member(name, Role::Provider), site)?;
            doctors.push((doctor.user_id, doctor.provider_id.expect("a doctor")));
        }
        let service = services::add_service(tx, &service)?.id;
        let tenant = tx.device.tenant;
        Ok(Staff { tenant, site, admin, desk, doctors, service })
    })
    .expect("staff")
}

/// Makes the clinic in `folder`: a hub, and [`PCS`] PCs that all hold the same.
pub fn make(folder: &Path) -> Template {
    let hub_folder = folder.join("hub");
    std::fs::create_dir_all(&hub_folder).expect("a folder");
    let hub_key = DatabaseKey::random(&Seeded::new(7));
    std::fs::write(hub_folder.join("hub.key"), hub_key.to_hex()).expect("a key file");
    let mut hub = HubHouse::of(&hub_folder, hub_key.clone(), 8);
    hub.clock.set(BEGIN - 30 * DAY);
    hub.start().expect("the hub starts");
    let net = Rc::new(Net {
        hub: RefCell::new(hub),
        rng: RefCell::new(fastrand::Rng::with_seed(0)),
        tally: Rc::new(Tally::default()),
        trouble: Cell::new(0),
        late: RefCell::default(),
        acknowledged: RefCell::default(),
        shut_out: RefCell::default(),
        spoilt: RefCell::default(),
    });
    let (mut pcs, mut staff) = (Vec::new(), None);
    for number in 0..PCS {
        let seat = Seat {
            folder: folder.join(format!("pc{number}")),
            key: DatabaseKey::random(&Seeded::new(number as u64 + 100)),
        };
        std::fs::create_dir_all(&seat.folder).expect("a folder");
        let line = Line { net: net.clone(), pc: format!("PC {number}"), cut: Rc::default() };
        let mut pc = Pc::of(&seat, line, number as u64);
        pc.clock.set(BEGIN - 30 * DAY);
        let db = pc.open_alone().expect("opens");
        let founded = staff.is_none().then(|| found(&db));
        let code = {
            let house = net.hub.borrow();
            let purpose = staff.as_ref().map_or(For::NewClinic, |staff: &Staff| For::Tenant(staff.tenant.0));
            enrol::new_code(house.hub().expect("runs"), purpose).expect("a code").code
        };
        staff = staff.or(founded);
        join(&pc, &db, &code, number > 0).expect("joins");
        db.close().expect("closes");
        pc.start().expect("starts");
        pc.sync().expect("ends").expect("syncs");
        if number > 0 {
            let db = pc.db().expect("runs").clone();
            db.write(Actor::System, "join_clinic", tenancy::introduce_device).expect("introduces itself");
            pc.sync().expect("ends").expect("syncs");
        }
        pcs.push(pc);
    }
    for pc in &mut pcs {
        pc.sync().expect("ends").expect("syncs");
    }
    for pc in &mut pcs {
        assert!(pc.sync().expect("ends").expect("syncs").identical, "the template is the same everywhere");
        pc.stop();
        // Closing moves the write-ahead log into the file, so that one file is all there is to copy.
        pc.open_alone().expect("opens").close().expect("closes");
    }
    net.hub.borrow_mut().stop();
    let seats = pcs.iter().map(Pc::seat).collect();
    Template { pcs: seats, hub: (hub_folder, hub_key), staff: staff.expect("a clinic") }
}

/// Lets a PC into the hub. A new one gets a name and a clinic; one that the hub has forgotten is let in
/// again as it is, and its link to the hub stays.
///
/// # Errors
/// What the hub or the line says.
pub fn join(pc: &Pc, db: &Db, code: &str, new: bool) -> Result<(), String> {
    let (id, secret) = match new {
        false => {
            let (id, key) = db.read(engine::credentials).expect("credentials");
            (id, key.to_bytes())
        }
        true => {
            let mut secret = [0; 32];
            db.entropy.fill(&mut secret);
            (clock::new_id(db.now(), &*db.entropy), secret)
        }
    };
    let device = db.device().ok();
    let request = EnrolRequest {
        protocol: PROTOCOL,
        code: code.to_owned(),
        device: id,
        public_key: SigningKey::from_bytes(&secret).verifying_key().to_bytes().to_vec(),
        name: pc.name.clone(),
        tenant: device.as_ref().map(|device| device.tenant.0),
        lane: device.as_ref().map(|device| device.lane.clone()),
        app_version: "sim".into(),
    };
    // The line lets others go first, so it is asked again and again until it is through.
    let reply = at_once(enrol_over(&pc.line, &request)).ok_or("no answer")?.map_err(|error| format!("{error:?}"))?;
    if new {
        let (tenant, lane) = (TenantId(reply.tenant), reply.lane.clone());
        let this = ThisDevice { id: DeviceId(id), tenant, clinic: None, name: pc.name.clone(), lane, demo: false };
        db.enrol_as(this, &secret).map_err(|error| format!("{error:?}"))?;
    }
    if db.read(engine::link).is_ok_and(|link| link.is_some()) {
        return Ok(());
    }
    let connect = |conn: &_| engine::connect(conn, "http://hub.invalid", reply.hub, reply.epoch);
    db.write_local(connect).map_err(|error| format!("{error:?}"))
}

/// Puts a copy of a template's file where a run can change it.
///
/// # Errors
/// Those of copying.
pub fn copy_to(folder: &Path, seat: &Seat) -> std::io::Result<Seat> {
    crate::disk::copy(&seat.folder, folder, FILE)?;
    Ok(Seat { folder: folder.to_owned(), key: seat.key.clone() })
}
