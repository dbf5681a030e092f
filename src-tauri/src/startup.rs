//! From a data folder to an open database, or to a plain word why not. Nothing is ever overwritten.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use neem_core::clock::{self, Entropy, SystemClock, SystemEntropy};
use neem_core::db::ThisDevice;
use neem_core::ids::{ClinicId, DeviceId, TenantId};
use neem_core::keys::{DatabaseKey, Kept, KeyFile};
use neem_core::sync::commit::SigningKey;
use neem_core::sync::engine;
use neem_core::sync::http::{self, Enrolled, HttpHub};
use neem_core::sync::pin::{self, Demand};
use neem_core::sync::protocol::{EnrolRequest, PROTOCOL};
use neem_core::sync::reintroduce::reintroduce;
use neem_core::sync::rotation;
use neem_core::sync::snapshot::Far;
use neem_core::tenancy::{self, Clinic, ClinicSetup};
use neem_core::{Actor, Code, Db, Error, Problem, Result, demo, transfer};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::keyring;
use crate::lockout::ShutOutNotice;

const APP_VERSION: &str = env!("CARGO_PKG_VERSION");
const SHORTEST_PASSPHRASE: u32 = 12;

/// What the first screen shows.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Startup {
    /// No database yet; without a keyring a passphrase must be chosen first.
    Fresh {
        keyring: bool,
    },
    NeedsPassphrase,
    /// The PC was taken out of its clinic, and its records are shut.
    ShutOut {
        notice: ShutOutNotice,
    },
    Failed {
        code: Code,
        data_dir: String,
    },
    Ready {
        clinic: ClinicOverview,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClinicOverview {
    pub tenant_name: String,
    pub demo: bool,
    pub device_name: String,
    pub lane: String,
    pub clinics: Vec<Clinic>,
    pub home_clinic_id: ClinicId,
}

/// The form "Join with a code".
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct JoinRequest {
    pub address: String,
    pub code: String,
    pub device_name: String,
}

/// The files of a data folder.
pub struct Files {
    database: PathBuf,
    key: PathBuf,
}

impl Files {
    pub fn of(data_dir: &Path) -> Files {
        Files { database: data_dir.join("neem.db"), key: data_dir.join("neem.key.json") }
    }

    pub fn key_path(&self) -> &Path {
        &self.key
    }

    pub fn exist(&self) -> bool {
        self.database.exists()
    }

    pub fn key_file(&self) -> Result<KeyFile> {
        KeyFile::read(&self.key).map_err(|error| match error {
            Error::Io(io) if io.kind() == std::io::ErrorKind::NotFound => Code::WrongKey.into(),
            other => other,
        })
    }

    pub fn open(&self, key: &DatabaseKey) -> Result<Db> {
        open(&self.database, key)
    }

    /// Opens with the keyring's key.
    pub fn open_with_keyring(&self) -> Result<Db> {
        let file = self.key_file()?;
        let Kept::Keyring { account } = &file.kept else { return Err(Code::PassphraseNeeded.into()) };
        let key = keyring::read(account).ok_or(Code::KeyringSilent)?;
        self.open(&file.accept(key)?)
    }
}

fn open(path: &Path, key: &DatabaseKey) -> Result<Db> {
    Db::open(path, key, Arc::new(SystemClock), Arc::new(SystemEntropy))
}

pub fn overview(db: &Db) -> Result<ClinicOverview> {
    let device = db.device()?;
    db.read(|conn| {
        let clinics = tenancy::clinics(conn)?;
        let home = device.clinic.or(clinics.first().map(|clinic| clinic.id)).ok_or(Code::NotFound)?;
        Ok(ClinicOverview {
            tenant_name: tenancy::tenant(conn)?.name,
            demo: device.demo,
            device_name: device.name.clone(),
            lane: device.lane.clone(),
            clinics,
            home_clinic_id: home,
        })
    })
}

/// Makes a new database beside its final place and moves it there only when `fill` has finished: a
/// cut in between leaves a PC on which nothing was set up, never half a clinic.
fn create(files: &Files, passphrase: Option<&str>, fill: impl FnOnce(&Db) -> Result<()>) -> Result<Db> {
    if files.exist() {
        return Err(Code::AlreadySetUp.into());
    }
    let key = DatabaseKey::random(&SystemEntropy);
    let key_file = keep(&key, passphrase)?;
    let draft = files.database.with_extension("new");
    for ending in ["new", "new-wal", "new-shm"] {
        let leftover = files.database.with_extension(ending);
        if leftover.exists() {
            std::fs::remove_file(leftover)?;
        }
    }
    let db = open(&draft, &key)?;
    fill(&db)?;
    db.close()?;
    key_file.store(&files.key)?;
    std::fs::rename(&draft, &files.database)?;
    files.open(&key)
}

/// In the keyring, or wrapped with the passphrase: never in the clear.
fn keep(key: &DatabaseKey, passphrase: Option<&str>) -> Result<KeyFile> {
    match passphrase {
        Some(text) if text.chars().count() < SHORTEST_PASSPHRASE as usize => Err(Error::Form(vec![Problem {
            field: "passphrase".into(),
            code: Code::PasswordTooShort,
            limit: Some(SHORTEST_PASSPHRASE),
        }])),
        Some(text) => KeyFile::with_passphrase(key, text, &SystemEntropy),
        None => {
            let mut random = [0; 16];
            SystemEntropy.fill(&mut random);
            let account = format!("database-{}", uuid::Builder::from_random_bytes(random).into_uuid().simple());
            if !keyring::store(&account, key) {
                return Err(Code::PassphraseNeeded.into());
            }
            Ok(KeyFile::in_keyring(key, account))
        }
    }
}

pub fn create_demo(files: &Files, passphrase: Option<&str>) -> Result<Db> {
    create(files, passphrase, |db| demo::create(db, "Front desk 1"))
}

pub fn set_up(files: &Files, setup: &ClinicSetup, passphrase: Option<&str>) -> Result<Db> {
    create(files, passphrase, |db| tenancy::found(db, setup, false).map(|_| ()))
}

/// Takes a clinic from an export; a file that is damaged leaves the PC as fresh as it was.
pub fn restore(files: &Files, export: &Path, device_name: &str, passphrase: Option<&str>) -> Result<Db> {
    let source = std::fs::File::open(export).map_err(|_| Error::from(Code::NotFound))?;
    create(files, passphrase, |db| transfer::import_tenant(db, source, device_name).map(|_| ()))
}

/// Joins the clinic of a hub and fetches what it has, or where that is much, what today needs; a cut in between can be tried again with a
/// new code.
pub fn join(files: &Files, request: &JoinRequest, passphrase: Option<&str>) -> Result<Db> {
    let name = request.device_name.trim();
    let base = http::parse_address(&request.address)
        .map_err(|code| Error::Form(vec![Problem { field: "address".into(), code, limit: None }]))?;
    if name.is_empty() || name.chars().count() > 120 {
        let code = if name.is_empty() { Code::Required } else { Code::TooLong };
        return Err(Error::Form(vec![Problem { field: "deviceName".into(), code, limit: Some(120) }]));
    }
    create(files, passphrase, |db| {
        let mut secret = [0; 32];
        db.entropy.fill(&mut secret);
        let id = DeviceId(clock::new_id(db.now(), &*db.entropy));
        let key = SigningKey::from_bytes(&secret);
        let runtime = runtime()?;
        let enrolled = runtime.block_on(http::enrol(
            &base,
            &EnrolRequest {
                protocol: PROTOCOL,
                code: request.code.trim().to_owned(),
                device: id.0,
                public_key: key.verifying_key().to_bytes().to_vec(),
                name: name.to_owned(),
                tenant: None,
                lane: None,
                app_version: APP_VERSION.into(),
            },
        ))?;
        let reply = &enrolled.reply;
        db.enrol_as(
            ThisDevice {
                id,
                tenant: TenantId(reply.tenant),
                clinic: None,
                name: name.to_owned(),
                lane: reply.lane.clone(),
                demo: false,
            },
            &secret,
        )?;
        db.write_local(|conn| remember(conn, &enrolled))?;
        let hub = self::hub(db)?;
        runtime.block_on(engine::join(db, &hub, Far::default()))?;
        db.write_local(settle)?;
        db.reload_device()?;
        db.write(Actor::System, "join_clinic", tenancy::introduce_device)?;
        // The clinic has this PC's name and key before the first signature must be checked.
        runtime.block_on(engine::join(db, &hub, Far::default()))?;
        Ok(())
    })
}

/// The first site is this PC's until somebody says otherwise; a demo stays one on every PC.
fn settle(conn: &rusqlite::Connection) -> Result<()> {
    conn.execute(
        "UPDATE this_device SET clinic_id = (
             SELECT clinic_id FROM devices WHERE clinic_id IS NOT NULL ORDER BY enrolled_at LIMIT 1
         ) WHERE only = 1",
        [],
    )?;
    Ok(())
}

/// Connects a PC that has its clinic already to a hub.
pub fn connect(db: &Db, address: &str, code: &str) -> Result<()> {
    let base = http::parse_address(address)
        .map_err(|code| Error::Form(vec![Problem { field: "address".into(), code, limit: None }]))?;
    let device = db.device()?;
    let (id, key) = db.read(engine::credentials)?;
    let hub = HttpHub::new(base.clone(), id, key.clone(), APP_VERSION)?;
    let runtime = runtime()?;
    if runtime.block_on(reintroduce(db, hub, code))? {
        return Ok(());
    }
    let enrolled = runtime.block_on(http::enrol(
        &base,
        &EnrolRequest {
            protocol: PROTOCOL,
            code: code.trim().to_owned(),
            device: id,
            public_key: key.verifying_key().to_bytes().to_vec(),
            name: device.name,
            tenant: Some(device.tenant.0),
            lane: Some(device.lane),
            app_version: APP_VERSION.into(),
        },
    ))?;
    db.write_local(|conn| remember(conn, &enrolled))
}

fn remember(conn: &rusqlite::Connection, enrolled: &Enrolled) -> Result<()> {
    let Enrolled { reply, address, pin } = enrolled;
    engine::connect(conn, address.as_str(), reply.hub, reply.epoch)?;
    pin::keep(conn, *pin)
}

/// A client for this PC's hub.
pub fn hub(db: &Db) -> Result<HttpHub> {
    let link = db.read(engine::link)?.ok_or(Code::HubNotConnected)?;
    let (id, key) = db.read(engine::credentials)?;
    let base = http::parse_address(&link.address)?;
    let pin = db.read(pin::kept)?;
    let renewals = db.read(|conn| rotation::renewals(conn, id))?;
    Ok(HttpHub::new(base, id, key, APP_VERSION)?.renewing(renewals).insisting_on(pin.map(Demand::Key))?)
}

/// The sync engine runs on the thread that asks for it.
pub fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}
