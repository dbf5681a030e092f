//! Makes a believable clinic of any size: the same seed and day, the same clinic. Founded by
//! [`tenancy::found`], filled through [`neem_core::bulk`]: every row is in the commits of its log.

mod afterwards;
mod batch;
mod cell;
mod dice;
mod hours;
mod households;
mod lists;
mod people;
mod prescribe;
mod records;
mod sites;
mod staff;
mod visits;
mod words;
mod world;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant as Watch};

use neem_core::bulk;
use neem_core::clock::Entropy;
use neem_core::keys::DatabaseKey;
use neem_core::sync::Table;
use neem_core::tenancy::{self, ClinicSetup};
use neem_core::{Actor, Db, Error, Result};

use batch::Batch;
pub use dice::{Dice, SeededEntropy, SetClock};
use lists::Lists;
pub use visits::FAITHFUL_VISITS;
use world::{DAY, World};
pub use world::{Options, PAST};

/// The password of every generated login; useless anywhere else.
pub const PASSWORD: &str = "neem scale clinic";
/// Its hash, made once: five hundred would take longer than the rest, each with a salt of its own.
pub(crate) const PASSWORD_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$tD9yR4fCrDkg5ja/RljbPg$grEXpf/nvZ8DjIPURT4NY0oCDWV2CGoyK3A1tYilL5s";
/// What prices are in, everywhere.
pub(crate) const CURRENCY: &str = "INR";
/// The login of the manager.
pub const MANAGER: &str = "manager@kadamba.example";

/// Pages of the database kept in memory while it grows, in KiB.
const CACHE_KIB: i64 = 1_500_000;
/// The write-ahead log is moved into the file when it has this many pages, about 400 MB.
const CHECKPOINT_PAGES: i64 = 100_000;

/// What was made, and what it took.
#[derive(Debug)]
pub struct Summary {
    pub database: PathBuf,
    /// Rows by table.
    pub rows: BTreeMap<Table, usize>,
    /// The record number of the patient with [`FAITHFUL_VISITS`] visits, and how many there are.
    pub faithful: (String, usize),
    /// Prescriptions, each issued through the public functions.
    pub prescriptions: usize,
    /// Appointments that overlap another of the same doctor.
    pub overlaps: u32,
    pub steps: Vec<(&'static str, Duration)>,
    /// The part of these that went into the database.
    pub writing: Duration,
    pub bytes: u64,
}

/// Makes the clinic as `neem.db` in an existing folder, with its key in `key_file` as hex.
///
/// # Errors
/// An existing database is not touched; sizes that do not go together are refused.
pub fn generate(options: &Options, dir: &Path, key_file: &Path) -> Result<Summary> {
    options.check()?;
    let path = dir.join("neem.db");
    if path.exists() {
        return Err(Error::Invariant(format!("{} is there already", path.display())));
    }
    let now = options.now();
    let founded = neem_core::Instant(now.0 - (PAST as i64 + 7) * DAY);
    let clock = Arc::new(SetClock::at(founded));
    let entropy = Arc::new(SeededEntropy::new(options.seed));
    let key = DatabaseKey::random(&*entropy as &dyn Entropy);
    std::fs::write(key_file, key.to_hex())?;
    let mut steps = Vec::new();
    let mut watch = Watch::now();
    let mut step = |name: &'static str| {
        steps.push((name, watch.elapsed()));
        watch = Watch::now();
    };
    let db = Db::open(&path, &key, clock.clone(), entropy)?;
    db.write_local(|conn| {
        conn.pragma_update(None, "cache_size", -CACHE_KIB)?;
        Ok(conn.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?)
    })?;
    let (first, admin) = tenancy::found(&db, &setup(), false)?;
    db.write(Actor::System, "set_password", |tx| {
        tx.execute("UPDATE users SET password_hash = ?1 WHERE id = ?2", rusqlite::params![PASSWORD_HASH, admin])?;
        // A clinic of this size has had its limits raised.
        let (users, bookings) = (options.users.max(50) * 2, options.appointments.max(1_000));
        let raise = "UPDATE tenants SET max_users = ?1, max_bookings = ?2, updated_at = ?3";
        tx.execute(raise, rusqlite::params![users as i64, bookings as i64, tx.now])?;
        Ok(())
    })?;
    let mut dice = Dice::new(options.seed);
    let mut world = World::new(options, Lists::read()?, now, founded);
    let mut batch = Batch::new(&db)?;
    staff::make(&mut world, &mut dice, &mut batch, first.0, admin)?;
    step("founding, sites, staff, hours");
    clock.set(now);
    let patients = people::make(&world, &mut dice, &mut batch)?;
    // Whoever imports a hundred thousand patients does not wish to compare each with each.
    db.write_local(|conn| Ok(conn.execute("DELETE FROM duplicate_suspects", [])?))?;
    step("patients");
    let mut outcome = visits::make(&world, &mut dice, &mut batch, &patients)?;
    step("appointments and what follows them");
    words::make(&world, &mut dice, &mut batch, &patients, &outcome)?;
    let prescriptions = prescribe::make(&world, &mut dice, &db, &clock, std::mem::take(&mut outcome.to_prescribe))?;
    step("conversations, tickets, prescriptions");
    let overlaps = bulk::find_overlaps(&db)?;
    step("looking for overlaps");
    let (rows, writing) = (std::mem::take(&mut batch.written), batch.writing);
    drop(batch);
    db.close()?;
    step("closing");
    Ok(Summary {
        bytes: std::fs::metadata(&path)?.len(),
        database: path,
        rows,
        faithful: (patients.faithful.1, outcome.faithful_visits),
        prescriptions,
        overlaps,
        steps,
        writing,
    })
}

fn setup() -> ClinicSetup {
    ClinicSetup {
        clinic_name: "Kadamba Clinics".into(),
        site_name: "Pune, Kothrud".into(),
        address: "14 Champa Lane, Kothrud, Pune 411038".into(),
        phone: "+91 55501 20400".into(),
        timezone: "Asia/Kolkata".into(),
        country: "IN".into(),
        currency: CURRENCY.into(),
        device_name: "Front desk".into(),
        admin_name: "Nikhil Sathe".into(),
        email: MANAGER.into(),
        password: PASSWORD.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_the_one_that_was_hashed() {
        assert!(neem_core::identity::verify_password(PASSWORD, PASSWORD_HASH));
    }
}
