//! Letting a PC in: a code that works once, for some minutes.

use neem_core::error::Code;
use neem_core::sync::protocol::{EnrolReply, EnrolRequest, HubDevice, NewCode, NewCodeRequest, PROTOCOL, Refusal};
use neem_core::sync::row::RowState;
use neem_core::sync::value::Value;
use uuid::Uuid;

use crate::auth::Device;
use crate::store::{NewEntry, ReadTx, Result as StoreResult};
use crate::{Hub, Trouble, persevere};

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

pub(crate) fn code_hash(code: &str) -> Vec<u8> {
    let clean: String = code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
    blake3::hash(clean.as_bytes()).as_bytes().to_vec()
}

/// Makes a code for one PC that was here before.
pub(crate) fn code_for_device(hub: &Hub, tenant: Uuid, device: Uuid) -> StoreResult<NewCode> {
    code_that_lets(hub, Some(tenant), Some(device))
}

/// Makes a code such as `K7QM-2P9X-4TBD`: 31^12 of them, good for a quarter of an hour.
pub fn new_code(hub: &Hub, purpose: For) -> StoreResult<NewCode> {
    let tenant = match purpose {
        For::Tenant(tenant) => Some(tenant),
        For::NewClinic => None,
    };
    code_that_lets(hub, tenant, None)
}

fn code_that_lets(hub: &Hub, tenant: Option<Uuid>, device: Option<Uuid>) -> StoreResult<NewCode> {
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
    let mut tx = hub.store().write()?;
    tx.forget_codes(now - 86_400_000)?;
    tx.add_code(&code_hash(&code), tenant, device, expires_at)?;
    tx.commit()?;
    Ok(NewCode { code, expires_at, seconds: CODE_SECONDS })
}

/// The clinics of this hub, oldest first.
pub fn tenants(hub: &Hub) -> StoreResult<Vec<Uuid>> {
    hub.store().read()?.tenants()
}

/// Lets a PC in, or says why not. The code is used up only if the PC gets in.
pub fn enrol(hub: &Hub, request: &EnrolRequest) -> Result<EnrolReply, Refusal> {
    if request.protocol != PROTOCOL {
        return Err(Refusal::new(Code::HubTooOld, format!("protocol {}", request.protocol)));
    }
    if request.public_key.len() != 32 {
        return Err(Refusal::new(Code::HubRefused, "no public key"));
    }
    persevere(|| enrol_once(hub, request))
}

fn enrol_once(hub: &Hub, request: &EnrolRequest) -> Result<EnrolReply, Trouble> {
    let refused = |code, detail| Err(Refusal::new(code, detail).into());
    let now = hub.clock.now().0;
    let mut tx = hub.store().write()?;
    let hash = code_hash(&request.code);
    let Some(code) = tx.code(&hash)? else { return refused(Code::CodeInvalid, "unknown code") };
    if code.device.is_some() {
        // It lets a PC in that was here before, and that is asked for in another way.
        return refused(Code::CodeInvalid, "a code for another PC");
    }
    if code.used_at.is_some() {
        return refused(Code::CodeUsed, "used code");
    }
    if code.expires_at < now {
        return refused(Code::CodeExpired, "expired code");
    }
    let tenant = match (code.tenant, request.tenant) {
        (None, None) => return refused(Code::HubHasNoClinic, "no clinic yet"),
        (None, Some(own)) if !tx.add_tenant(own, now)? => {
            return refused(Code::OtherClinic, "the clinic is here already");
        }
        (None, Some(own)) => own,
        (Some(tenant), Some(own)) if own != tenant => return refused(Code::OtherClinic, "another clinic"),
        (Some(tenant), _) => tenant,
    };
    // Two PCs that enrol at once must not be given one lane.
    tx.lock(tenant)?;
    if !tx.use_code(&hash, now)? {
        return refused(Code::CodeUsed, "used code");
    }
    let lane = free_lane(&mut *tx, tenant, request.lane.as_deref())?;
    let (name, app_version) = (plain(&request.name, 120), plain(&request.app_version, 40));
    let entry = NewEntry {
        device: request.device,
        public_key: &request.public_key,
        name: &name,
        lane: &lane,
        app_version: &app_version,
        enrolled_at: now,
    };
    if !tx.add_device(tenant, &entry)? {
        return refused(Code::CodeUsed, "this PC is enrolled already");
    }
    let epoch = tx.epoch();
    tx.commit()?;
    tracing::info!(device = %request.device, %tenant, lane, "device enrolled");
    Ok(EnrolReply { hub: hub.store().id(), epoch, tenant, lane })
}

/// A text of a stranger as it is kept: of this length at most, and without control characters.
pub fn plain(text: &str, most: usize) -> String {
    text.chars().filter(|character| !character.is_control()).take(most).collect()
}

/// The lane asked for if it is free; else the first free letter, then two letters.
fn free_lane(tx: &mut dyn ReadTx, tenant: Uuid, wanted: Option<&str>) -> StoreResult<String> {
    let taken = tx.lanes(tenant)?;
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
    if !is_admin(&mut *hub.store().read()?, device.tenant, request.user)? {
        return Err(Refusal::new(Code::NotAllowed, "not a manager"));
    }
    Ok(new_code(hub, For::Tenant(device.tenant))?)
}

pub(crate) fn is_admin(tx: &mut dyn ReadTx, tenant: Uuid, user: Uuid) -> StoreResult<bool> {
    let mut after = None;
    loop {
        let grants = tx.rows_after(tenant, "role_grants", after, 1_000)?;
        for (_, state) in &grants {
            let grant: RowState = rmp_serde::from_slice(state).map_err(neem_core::Error::from)?;
            let value = |column: &str| grant.values.get(column);
            if value("user_id").and_then(Value::as_blob) == Some(user.as_bytes())
                && value("role").and_then(Value::as_text) == Some("admin")
                && value("revoked_at").is_none()
            {
                return Ok(true);
            }
        }
        after = grants.last().map(|(id, _)| *id);
        if after.is_none() {
            return Ok(false);
        }
    }
}

/// Every PC of the clinic, with how far it is behind.
pub fn devices(hub: &Hub, device: Device) -> Result<Vec<HubDevice>, Refusal> {
    Ok(hub.store().read()?.devices(device.tenant)?)
}
