//! Letting a PC in: a code that works once, for some minutes.

use neem_core::error::Code;
use neem_core::sync::protocol::{EnrolReply, EnrolRequest, HubDevice, NewCode, NewCodeRequest, PROTOCOL, Refusal};
use neem_core::sync::row::RowState;
use neem_core::sync::value::Value;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::auth::Device;
use crate::store::StoreError;
use crate::{Hub, internal};

/// How long a code holds.
pub const CODE_SECONDS: u32 = 15 * 60;

/// No I, L, O, 0 or 1: a code is read aloud and copied from paper.
const LETTERS: &[u8] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";
/// Lanes stand on slips and doors; I and O look like numbers.
const LANES: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";

/// For which clinic a code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    Tenant(Uuid),
    /// The first PC brings its clinic along.
    NewClinic,
}

fn code_hash(code: &str) -> Vec<u8> {
    let clean: String = code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
    blake3::hash(clean.as_bytes()).as_bytes().to_vec()
}

/// Makes a code such as `K7QM-2P9X-4TBD`: 31^12 of them, good for a quarter of an hour.
pub fn new_code(hub: &Hub, purpose: For) -> Result<NewCode, StoreError> {
    let mut letters = String::new();
    while letters.len() < 12 {
        let mut byte = [0];
        hub.entropy.fill(&mut byte);
        // Rejecting the uneven rest keeps every letter equally likely.
        if (byte[0] as usize) < 256 / LETTERS.len() * LETTERS.len() {
            letters.push(LETTERS[byte[0] as usize % LETTERS.len()] as char);
        }
    }
    let code = format!("{}-{}-{}", &letters[..4], &letters[4..8], &letters[8..]);
    let now = hub.clock.now().0;
    let expires_at = now + i64::from(CODE_SECONDS) * 1000;
    let tenant = match purpose {
        For::Tenant(tenant) => Some(tenant),
        For::NewClinic => None,
    };
    let store = hub.store();
    store.read().execute("DELETE FROM enrolment_codes WHERE expires_at < ?1", [now - 86_400_000])?;
    store.read().execute(
        "INSERT INTO enrolment_codes (code_hash, tenant, expires_at) VALUES (?1, ?2, ?3)",
        params![code_hash(&code), tenant, expires_at],
    )?;
    Ok(NewCode { code, expires_at, seconds: CODE_SECONDS })
}

/// The clinics of this hub, oldest first.
pub fn tenants(conn: &Connection) -> Result<Vec<Uuid>, StoreError> {
    let mut statement = conn.prepare("SELECT id FROM tenants ORDER BY created_at")?;
    let ids = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}

/// Lets a PC in, or says why not. The code is used up only if the PC gets in.
pub fn enrol(hub: &Hub, request: &EnrolRequest) -> Result<EnrolReply, Refusal> {
    if request.protocol != PROTOCOL {
        return Err(Refusal::new(Code::HubTooOld, format!("protocol {}", request.protocol)));
    }
    if request.public_key.len() != 32 {
        return Err(Refusal::new(Code::HubRefused, "no public key"));
    }
    let now = hub.clock.now().0;
    let mut store = hub.store();
    let (id, epoch) = (store.id, store.epoch);
    let tx = store.begin().map_err(internal)?;
    let hash = code_hash(&request.code);
    let found: Option<(Option<Uuid>, i64, Option<i64>)> = tx
        .query_row("SELECT tenant, expires_at, used_at FROM enrolment_codes WHERE code_hash = ?1", [&hash], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()
        .map_err(internal)?;
    let tenant = match (found, request.tenant) {
        (None, _) => return Err(Refusal::new(Code::CodeInvalid, "unknown code")),
        (Some((_, _, Some(_))), _) => return Err(Refusal::new(Code::CodeUsed, "used code")),
        (Some((_, expires, _)), _) if expires < now => return Err(Refusal::new(Code::CodeExpired, "expired code")),
        (Some((None, ..)), None) => return Err(Refusal::new(Code::HubHasNoClinic, "no clinic yet")),
        (Some((None, ..)), Some(own)) => {
            let known =
                tx.query_row("SELECT 1 FROM tenants WHERE id = ?1", [own], |_| Ok(())).optional().map_err(internal)?;
            if known.is_some() {
                return Err(Refusal::new(Code::OtherClinic, "the clinic is here already"));
            }
            tx.execute("INSERT INTO tenants (id, hub_seq, created_at) VALUES (?1, 0, ?2)", params![own, now])
                .map_err(internal)?;
            own
        }
        (Some((Some(tenant), ..)), Some(own)) if own != tenant => {
            return Err(Refusal::new(Code::OtherClinic, "another clinic"));
        }
        (Some((Some(tenant), ..)), _) => tenant,
    };
    let lane = free_lane(&tx, tenant, request.lane.as_deref()).map_err(internal)?;
    tx.execute("UPDATE enrolment_codes SET used_at = ?1 WHERE code_hash = ?2", params![now, hash]).map_err(internal)?;
    let name: String = request.name.chars().take(120).collect();
    let entered = tx.execute(
        "INSERT INTO devices (tenant, id, public_key, name, lane, enrolled_at, app_version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![tenant, request.device, request.public_key, name, lane, now, request.app_version],
    );
    if entered.is_err() {
        return Err(Refusal::new(Code::CodeUsed, "this PC is enrolled already"));
    }
    tx.commit().map_err(internal)?;
    tracing::info!(device = %request.device, %tenant, lane, "device enrolled");
    Ok(EnrolReply { hub: id, epoch, tenant, lane })
}

/// The lane asked for if it is free; else the first free letter, then two letters.
fn free_lane(conn: &Connection, tenant: Uuid, wanted: Option<&str>) -> Result<String, StoreError> {
    let mut statement = conn.prepare("SELECT lane FROM devices WHERE tenant = ?1")?;
    let taken: Vec<String> = statement.query_map([tenant], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let free = |lane: &String| !taken.contains(lane);
    let letter = |byte: &u8| (*byte as char).to_string();
    let singles = LANES.iter().map(letter);
    let doubles = LANES.iter().flat_map(|a| LANES.iter().map(move |b| format!("{}{}", *a as char, *b as char)));
    let sound = |lane: &str| (1..=2).contains(&lane.len()) && lane.bytes().all(|b| LANES.contains(&b));
    let wanted = wanted.filter(|lane| sound(lane)).map(str::to_owned);
    Ok(wanted.into_iter().chain(singles).chain(doubles).find(free).unwrap_or_else(|| "ZZZ".to_owned()))
}

/// A manager asks for a code from the app; the grant is looked up in the clinic's own rows.
pub fn code_for(hub: &Hub, device: Device, request: &NewCodeRequest) -> Result<NewCode, Refusal> {
    if !is_admin(hub.store().read(), device.tenant, request.user).map_err(internal)? {
        return Err(Refusal::new(Code::NotAllowed, "not a manager"));
    }
    new_code(hub, For::Tenant(device.tenant)).map_err(internal)
}

fn is_admin(conn: &Connection, tenant: Uuid, user: Uuid) -> Result<bool, StoreError> {
    let mut statement = conn.prepare_cached("SELECT state FROM rows WHERE tenant = ?1 AND tbl = 'role_grants'")?;
    let states = statement.query_map([tenant], |row| row.get::<_, Vec<u8>>(0))?;
    for state in states {
        let grant: RowState = rmp_serde::from_slice(&state?).map_err(neem_core::Error::from)?;
        let value = |column: &str| grant.values.get(column);
        if value("user_id").and_then(Value::as_blob) == Some(user.as_bytes())
            && value("role").and_then(Value::as_text) == Some("admin")
            && value("revoked_at").is_none()
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Every PC of the clinic, with how far it is behind.
pub fn devices(hub: &Hub, device: Device) -> Result<Vec<HubDevice>, Refusal> {
    let store = hub.store();
    let list = || -> Result<Vec<HubDevice>, StoreError> {
        // A PC's own commits need no fetching: only those of others count as behind.
        let mut statement = store.read().prepare_cached(
            "SELECT id, name, lane, last_seen, app_version,
                    (SELECT count(*) FROM commits
                     WHERE commits.tenant = devices.tenant AND hub_seq > devices.pulled AND device <> devices.id) AS behind
             FROM devices WHERE tenant = ?1 AND revoked_at IS NULL ORDER BY length(lane), lane",
        )?;
        let rows = statement.query_map([device.tenant], |row| {
            Ok(HubDevice {
                device: row.get("id")?,
                name: row.get("name")?,
                lane: row.get("lane")?,
                last_seen: row.get("last_seen")?,
                behind: row.get("behind")?,
                app_version: row.get("app_version")?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    };
    list().map_err(internal)
}
