//! An export becomes a clinic on a fresh PC.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

use rusqlite::{Connection, params, params_from_iter};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use specta::Type;
use uuid::Uuid;

use crate::clock;
use crate::db::{Db, SCHEMA_LEVEL, ThisDevice, columns};
use crate::error::{Code, Error, Result};
use crate::form::{Form, NAME};
use crate::ids::{ClinicId, DeviceId, Instant};
use crate::sync::Table;
use crate::sync::capture::Touched;
use crate::sync::commit::SigningKey;
use crate::sync::log::{self, Catalogue};
use crate::sync::value::Value;
use crate::transfer::format::{FORMAT, Header, LONGEST_LINE, Trailer, VERSION, from_json};

/// So many bytes of lines become one commit: well below what a commit may hold.
const COMMIT_BYTES: usize = 2 << 20;
/// Lanes stand on slips and doors; I and O look like numbers.
const LANES: &str = "ABCDEFGHJKLMNPQRSTUVWXYZ";

/// What came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RestoreReport {
    pub clinic_name: String,
    pub rows: u32,
    /// The lane of this PC: one that no PC of the clinic had.
    pub lane: String,
    pub exported_at: Instant,
}

/// Takes an export into an empty database and makes this PC one of the clinic's, in a lane that none
/// had, so that no number is given out twice. The file is checked whole before anything is written,
/// and everything is one transaction: a failure leaves the database empty.
///
/// [`Code::NotEmpty`] for a PC that has a clinic, [`Code::ExportDamaged`] for a file that is not what
/// was written, [`Code::ExportOfOtherVersion`] for one of a newer Neem; problem: `deviceName`.
pub fn import_tenant(db: &Db, mut source: impl Read + Seek, device_name: &str) -> Result<RestoreReport> {
    let mut form = Form::default();
    let name = form.required("deviceName", device_name, NAME);
    form.finish()?;
    if db.device().is_ok() || !db.read(is_empty)? {
        return Err(Code::NotEmpty.into());
    }
    let start = source.stream_position()?;
    let (header, trailer) = check(&mut source)?;
    source.seek(SeekFrom::Start(start))?;
    let mut secret = [0; 32];
    db.entropy.fill(&mut secret);
    let id = DeviceId(clock::new_id(db.now(), &*db.entropy));
    let lane = db.transact(|conn, catalogue, now| {
        let newcomer = Newcomer { id, name: &name, secret: &secret, now };
        newcomer.enrol(conn, &header)?;
        insert_rows(conn, catalogue, &header, &mut source, now)?;
        newcomer.introduce(conn, catalogue, &header)
    })?;
    db.reload_device()?;
    db.announce(Table::ALL.to_vec());
    let rows = u32::try_from(trailer.rows.values().sum::<u64>()).unwrap_or(u32::MAX);
    Ok(RestoreReport { clinic_name: header.name, rows, lane, exported_at: header.exported_at })
}

fn is_empty(conn: &Connection) -> Result<bool> {
    for table in Table::ALL {
        let some: bool =
            conn.query_row(&format!("SELECT EXISTS (SELECT 1 FROM {})", table.name()), [], |row| row.get(0))?;
        if some {
            return Ok(false);
        }
    }
    Ok(true)
}

fn damaged() -> Error {
    Code::ExportDamaged.into()
}

/// The lines of a file, each with its end; a line that never ends is none.
struct Lines<R: Read>(BufReader<R>);

impl<R: Read> Lines<R> {
    fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        (&mut self.0).take(LONGEST_LINE).read_until(b'\n', &mut line)?;
        match line.last() {
            None => Ok(None),
            Some(b'\n') => Ok(Some(line)),
            Some(_) => Err(damaged()),
        }
    }
}

/// Reads the whole file and holds it against its own counts and digest.
fn check(source: &mut impl Read) -> Result<(Header, Trailer)> {
    let mut lines = Lines(BufReader::new(source));
    let first = lines.next()?.ok_or_else(damaged)?;
    let header = read_header(&first)?;
    let mut hash = blake3::Hasher::new();
    hash.update(&first);
    let mut rows: BTreeMap<String, u64> = header.tables.iter().map(|table| (table.name.clone(), 0)).collect();
    let mut line = lines.next()?.ok_or_else(damaged)?;
    while let Some(next) = lines.next()? {
        let (table, _) = read_row(&line)?;
        *rows.get_mut(&table).ok_or_else(damaged)? += 1;
        hash.update(&line);
        line = next;
    }
    let trailer: Trailer = serde_json::from_slice(&line).map_err(|_| damaged())?;
    if trailer != (Trailer { rows, digest: hash.finalize().to_hex().to_string() }) {
        return Err(damaged());
    }
    Ok((header, trailer))
}

/// The header; its version is looked at first, because a newer one may look otherwise.
fn read_header(line: &[u8]) -> Result<Header> {
    let json: Json = serde_json::from_slice(line).map_err(|_| damaged())?;
    if json.get("format").and_then(Json::as_str) != Some(FORMAT) {
        return Err(damaged());
    }
    let number = |name: &str| json.get(name).and_then(Json::as_u64).ok_or_else(damaged);
    if number("version")? != u64::from(VERSION) || number("schema")? > SCHEMA_LEVEL as u64 {
        return Err(Code::ExportOfOtherVersion.into());
    }
    serde_json::from_value(json).map_err(|_| damaged())
}

fn read_row(line: &[u8]) -> Result<(String, Map<String, Json>)> {
    serde_json::from_slice(line).map_err(|_| damaged())
}

/// Writes the rows as they come, and a commit after every few megabytes of them.
fn insert_rows(
    conn: &Connection,
    catalogue: &Catalogue,
    header: &Header,
    source: &mut impl Read,
    now: Instant,
) -> Result<()> {
    let known: HashMap<&str, (Table, Vec<String>)> = header
        .tables
        .iter()
        .map(|table| {
            let known = Table::by_name(&table.name).ok_or_else(damaged)?;
            Ok((table.name.as_str(), (known, columns(conn, &table.name)?)))
        })
        .collect::<Result<_>>()?;
    let mut lines = Lines(BufReader::new(source));
    lines.next()?;
    let mut inserted = Vec::new();
    let mut bytes = 0;
    let mut line = lines.next()?.ok_or_else(damaged)?;
    while let Some(next) = lines.next()? {
        let (name, values) = read_row(&line)?;
        let (table, columns) = known.get(name.as_str()).ok_or_else(damaged)?;
        let id = insert(conn, header, *table, columns, &values)?;
        if bytes + line.len() > COMMIT_BYTES {
            record(conn, catalogue, &mut inserted, now)?;
            bytes = 0;
        }
        bytes += line.len();
        inserted.push((*table, id));
        line = next;
    }
    record(conn, catalogue, &mut inserted, now)
}

fn insert(
    conn: &Connection,
    header: &Header,
    table: Table,
    columns: &[String],
    values: &Map<String, Json>,
) -> Result<Uuid> {
    let read: Option<Vec<Value>> = values.values().map(from_json).collect();
    let read = read.ok_or_else(damaged)?;
    // The names become part of a statement: only those of the schema may.
    if values.keys().any(|name| !columns.contains(name)) {
        return Err(damaged());
    }
    let uuid = |name: &str| {
        let place = values.keys().position(|key| key == name)?;
        Uuid::from_slice(read[place].as_blob()?).ok()
    };
    if uuid("tenant_id") != Some(header.tenant.0) {
        return Err(damaged());
    }
    let names: Vec<&str> = values.keys().map(String::as_str).collect();
    let marks = vec!["?"; names.len()].join(", ");
    let sql = format!("INSERT INTO {} ({}) VALUES ({marks})", table.name(), names.join(", "));
    conn.prepare_cached(&sql)?.execute(params_from_iter(&read))?;
    uuid("id").ok_or_else(damaged)
}

fn record(conn: &Connection, catalogue: &Catalogue, inserted: &mut Vec<(Table, Uuid)>, now: Instant) -> Result<()> {
    let touched = Touched { inserted: std::mem::take(inserted), updated: Vec::new() };
    let action = log::Action { touched, decided: Vec::new(), user: None, name: "restore_clinic", now };
    log::record(conn, catalogue, action)?;
    Ok(())
}

/// This PC, on its way into the clinic.
struct Newcomer<'a> {
    id: DeviceId,
    name: &'a str,
    secret: &'a [u8; 32],
    now: Instant,
}

impl Newcomer<'_> {
    /// Begins this PC's log; site and lane are known once the rows are there.
    fn enrol(&self, conn: &Connection, header: &Header) -> Result<()> {
        crate::db::insert_this_device(
            conn,
            &ThisDevice {
                id: self.id,
                tenant: header.tenant,
                clinic: None,
                name: self.name.to_owned(),
                lane: String::new(),
                demo: header.demo,
            },
            self.secret,
        )
    }

    /// Settles at the first site in a free lane and makes this PC known to the others.
    fn introduce(&self, conn: &Connection, catalogue: &Catalogue, header: &Header) -> Result<String> {
        let lane = free_lane(conn)?;
        let clinic: ClinicId = conn
            .query_row(
                "SELECT id FROM clinics WHERE deleted_at IS NULL ORDER BY active DESC, created_at LIMIT 1",
                [],
                |row| row.get("id"),
            )
            .map_err(|_| damaged())?;
        conn.execute("UPDATE this_device SET clinic_id = ?1, lane = ?2 WHERE only = 1", params![clinic, lane])?;
        let key = SigningKey::from_bytes(self.secret).verifying_key().to_bytes();
        conn.execute(
            "INSERT INTO devices (id, tenant_id, clinic_id, name, lane, public_key, enrolled_at, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?7)",
            params![self.id, header.tenant, clinic, self.name, lane, key.as_slice(), self.now],
        )?;
        record(conn, catalogue, &mut vec![(Table::Devices, self.id.0)], self.now)?;
        Ok(lane)
    }
}

/// The first letter, then two letters, that no PC of the clinic ever had.
fn free_lane(conn: &Connection) -> Result<String> {
    let mut statement = conn.prepare("SELECT lane FROM devices")?;
    let taken: Vec<String> = statement.query_map([], |row| row.get("lane"))?.collect::<rusqlite::Result<_>>()?;
    let singles = LANES.chars().map(String::from);
    let doubles = LANES.chars().flat_map(|first| LANES.chars().map(move |second| format!("{first}{second}")));
    let free = singles.chain(doubles).find(|lane| !taken.contains(lane));
    free.ok_or_else(|| Error::Invariant("every lane is taken".into()))
}
