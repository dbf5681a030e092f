//! Taking PCs out of a clinic and letting them in again, and their new keys.
//!
//! The hub knows which PC asks, and from the clinic's own rows whether the user whom it names is a manager.
//! It cannot know that this manager sits there: it believes its PCs about that, as it does about who wrote
//! what. Every such request is in the log with both.

use neem_core::error::Code;
use neem_core::sync::commit::SigningKey;
use neem_core::sync::devices::{
    DeviceRequest, LetIn, Release, ReleaseRequest, RenewRequest, Standing, TakeOutRequest, Verdict, VerdictRequest,
    Word, You, follow,
};
use neem_core::sync::protocol::{NewCode, Refusal};
use uuid::Uuid;

use crate::auth::{self, Device};
use crate::store::{Entry, Leaving, WriteTx};
use crate::{Hub, Trouble, enrol, internal, persevere};

/// Enough for a question, and no more: the hub signs it.
const LONGEST_NONCE: usize = 64;
/// More renewals than this no PC has made.
const MOST_RENEWALS: usize = 1_000;

/// The key with which the hub signs its word; all hubs on one database have the same.
fn signing_key(hub: &Hub) -> SigningKey {
    SigningKey::from_bytes(&blake3::derive_key("neem hub: its word on a PC", hub.store().secret()))
}

/// What a greeting says about the PC.
pub fn of(hub: &Hub, entry: &Entry) -> You {
    You {
        standing: entry.standing,
        public_key: entry.public_key.clone(),
        renew_key: entry.renewal_asked,
        hub_key: signing_key(hub).verifying_key().to_bytes().to_vec(),
    }
}

/// The transaction of a manager's request about another PC of the clinic.
fn by_manager<T>(
    hub: &Hub,
    device: Device,
    user: Uuid,
    other: Uuid,
    act: impl Fn(&mut dyn WriteTx, &Entry) -> Result<T, Trouble>,
) -> Result<T, Refusal> {
    persevere(|| {
        let mut tx = hub.store().write()?;
        auth::admitted(&mut *tx, device, hub.clock.now())?;
        if !enrol::is_admin(&mut *tx, device.tenant, user)? {
            return Err(Refusal::new(Code::NotAllowed, "not a manager").into());
        }
        let entry = tx.entry(device.tenant, other)?;
        let entry = entry.ok_or_else(|| Refusal::new(Code::NotFound, "no such PC"))?;
        let done = act(&mut *tx, &entry)?;
        tx.commit()?;
        Ok(done)
    })
}

/// Takes another PC out. One that was handing over can still be shut out, and the other way round only by
/// letting it in.
pub fn take_out(hub: &Hub, device: Device, request: &TakeOutRequest) -> Result<(), Refusal> {
    if request.standing == Standing::In || request.device == device.id {
        return Err(Refusal::new(Code::NotAllowed, "no way out, or the way out of oneself"));
    }
    let leaving = Leaving { standing: request.standing, by: Some(request.user), at: hub.clock.now().0 };
    by_manager(hub, device, request.user, request.device, |tx, entry| {
        if entry.standing != Standing::Out {
            tx.take_out(device.tenant, request.device, &leaving)?;
        }
        Ok(())
    })?;
    tracing::info!(device = %request.device, by = %device.id, user = %request.user, way = request.standing.name(), "taken out");
    Ok(())
}

/// Lets a PC in again: at once, or with a code at that PC if it was told to shut its records.
pub fn let_in(hub: &Hub, device: Device, request: &DeviceRequest) -> Result<LetIn, Refusal> {
    let shut = by_manager(hub, device, request.user, request.device, |tx, entry| {
        if entry.locked_at.is_none() {
            tx.let_in(device.tenant, request.device)?;
        }
        Ok(entry.locked_at.is_some())
    })?;
    let code = if shut { Some(enrol::code_for_device(hub, device.tenant, request.device)?) } else { None };
    tracing::info!(device = %request.device, by = %device.id, user = %request.user, at_once = !shut, "let in");
    Ok(LetIn { code })
}

/// The same by whoever runs the hub; a code if the PC was told to shut its records.
pub fn let_in_by_operator(hub: &Hub, tenant: Uuid, device: Uuid) -> Result<Option<NewCode>, Refusal> {
    let mut tx = hub.store().write()?;
    let entry = tx.entry(tenant, device)?.ok_or_else(|| Refusal::new(Code::NotFound, "no such PC"))?;
    if entry.locked_at.is_some() {
        drop(tx);
        return Ok(Some(enrol::code_for_device(hub, tenant, device)?));
    }
    tx.let_in(tenant, device)?;
    tx.commit()?;
    Ok(None)
}

/// Takes a PC out on the word of whoever runs the hub.
pub fn take_out_by_operator(hub: &Hub, tenant: Uuid, device: Uuid, standing: Standing) -> Result<(), Refusal> {
    let leaving = Leaving { standing, by: None, at: hub.clock.now().0 };
    let mut tx = hub.store().write()?;
    tx.entry(tenant, device)?.ok_or_else(|| Refusal::new(Code::NotFound, "no such PC"))?;
    tx.take_out(tenant, device, &leaving)?;
    Ok(tx.commit()?)
}

/// A PC shall have a new key; it is told at its next greeting.
pub fn ask_renewal(hub: &Hub, device: Device, request: &DeviceRequest) -> Result<(), Refusal> {
    let now = hub.clock.now().0;
    by_manager(hub, device, request.user, request.device, |tx, _| {
        Ok(tx.ask_renewal(device.tenant, request.device, now)?)
    })
}

/// Takes note of a PC's new key. Each renewal is signed by the key before, so that whoever repeats an old
/// one says nothing: it does not begin at the key that holds.
pub fn renew(hub: &Hub, request: &RenewRequest) -> Result<(), Refusal> {
    let refuse = || Refusal::new(Code::HubRefused, "no renewal of the key that holds");
    if request.renewals.len() > MOST_RENEWALS {
        return Err(refuse());
    }
    persevere(|| {
        let mut tx = hub.store().write()?;
        let tenant = tx.tenant_of(request.device)?.ok_or_else(refuse)?;
        let entry = tx.entry(tenant, request.device)?.ok_or_else(refuse)?;
        let key = follow(request.device, &entry.public_key, &request.renewals);
        if key == entry.public_key {
            return Err(refuse().into());
        }
        tx.set_keys(tenant, request.device, &key, &entry.log_key)?;
        tx.commit()?;
        tracing::info!(device = %request.device, "a new key");
        Ok(())
    })
}

/// Where a PC stands, signed for its question. Only to who has the PC's key.
pub fn verdict(hub: &Hub, request: &VerdictRequest) -> Result<Verdict, Refusal> {
    let refuse = || Refusal::new(Code::HubRefused, "not an enrolled PC");
    if request.nonce.len() > LONGEST_NONCE {
        return Err(refuse());
    }
    let now = hub.clock.now().0;
    let word = persevere(|| {
        let mut tx = hub.store().write()?;
        let tenant = tx.tenant_of(request.device)?.ok_or_else(refuse)?;
        let entry = tx.entry(tenant, request.device)?.ok_or_else(refuse)?;
        if !request.made_by(&entry.public_key) {
            return Err(refuse().into());
        }
        let out = entry.standing == Standing::Out;
        if out {
            tx.note_locked(tenant, request.device, now)?;
            tx.commit()?;
        }
        Ok(Word {
            tenant,
            device: request.device,
            nonce: request.nonce.clone(),
            standing: entry.standing,
            at: entry.revoked_at.unwrap_or(now),
            by: entry.revoked_by,
            release: if out { release_of(hub, request.device, &request.nonce) } else { Vec::new() },
        })
    })?;
    Verdict::signed(&word, &signing_key(hub)).map_err(internal)
}

/// What a PC's records are sealed with: made from the question, so that nothing of it is stored, here or there.
fn release_of(hub: &Hub, device: Uuid, nonce: &[u8]) -> Vec<u8> {
    let mut hasher = blake3::Hasher::new_keyed(hub.store().secret());
    hasher.update(b"release");
    hasher.update(device.as_bytes());
    hasher.update(nonce);
    hasher.finalize().as_bytes().to_vec()
}

/// Lets a PC in that has shut its records, and gives out what opens them. If the answer is lost, the same PC
/// may ask with the same code until that runs out.
pub fn release(hub: &Hub, request: &ReleaseRequest) -> Result<Release, Refusal> {
    persevere(|| {
        let refused = |code, detail| Err(Refusal::new(code, detail).into());
        let now = hub.clock.now().0;
        let mut tx = hub.store().write()?;
        let hash = enrol::code_hash(&request.code);
        let Some(code) = tx.code(&hash)? else { return refused(Code::CodeInvalid, "unknown code") };
        let (Some(tenant), Some(device)) = (code.tenant, code.device) else {
            return refused(Code::CodeInvalid, "a code for a new PC");
        };
        if device != request.device {
            return refused(Code::CodeInvalid, "a code for another PC");
        }
        if code.expires_at < now {
            return refused(Code::CodeExpired, "expired code");
        }
        let standing = tx.entry(tenant, device)?.map(|entry| entry.standing);
        if !tx.use_code(&hash, now)? && standing != Some(Standing::In) {
            return refused(Code::CodeUsed, "used code");
        }
        tx.let_in(tenant, device)?;
        tx.commit()?;
        tracing::info!(%device, %tenant, "let in with a code");
        Ok(Release { release: release_of(hub, device, &request.nonce) })
    })
}
