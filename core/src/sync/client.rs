//! The client's side of the protocol: packs, signs in, renews its token. How the bytes get to the hub
//! is a [`Transport`]: HTTP in the app, function calls with faults in the simulator.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use ed25519_dalek::{Signer, SigningKey};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::error::Code;
use crate::sync::devices::*;
use crate::sync::protocol::*;
use crate::sync::shallow;
use crate::sync::snapshot::ChunkRequest;

const OK: std::ops::Range<u16> = 200..300;
const UNAUTHORIZED: u16 = 401;

/// The way to a hub.
pub trait Transport {
    /// Posts a packed body to a route such as `v1/push`: the status of HTTP and the packed answer.
    ///
    /// # Errors
    /// `HubUnreachable` when no whole answer came; the hub may have done its work all the same.
    fn exchange(
        &self,
        path: &str,
        token: Option<&str>,
        body: Vec<u8>,
    ) -> impl Future<Output = Result<(u16, Vec<u8>), Refusal>>;
}

/// A hub reached by one PC.
pub struct HubClient<T> {
    pub(super) transport: T,
    device: Uuid,
    key: SigningKey,
    app_version: String,
    token: Mutex<Option<String>>,
    /// For a hub that knows a key from before.
    renewals: Vec<KeyRenewal>,
    sent: AtomicU64,
    received: AtomicU64,
}

pub(super) fn unreadable(error: impl ToString) -> Refusal {
    Refusal::new(Code::HubRefused, error.to_string())
}

/// Asks the hub behind `transport` to let a PC in that has shut its records.
pub(super) async fn release_over<T: Transport>(transport: &T, request: &ReleaseRequest) -> Result<Release, Refusal> {
    let (status, bytes) = transport.exchange("v1/release", None, pack(request).map_err(unreadable)?).await?;
    answer(status, &bytes)
}

/// Asks the hub behind `transport` to let this PC in.
pub async fn enrol_over<T: Transport>(transport: &T, request: &EnrolRequest) -> Result<EnrolReply, Refusal> {
    let body = pack(request).map_err(unreadable)?;
    let (status, bytes) = transport.exchange("v1/enrol", None, body).await?;
    answer(status, &bytes)
}

fn answer<A: DeserializeOwned>(status: u16, packed: &[u8]) -> Result<A, Refusal> {
    let plain = plain_answer(status, packed)?;
    shallow::from_slice(&plain).map_err(unreadable)
}

fn plain_answer(status: u16, packed: &[u8]) -> Result<Vec<u8>, Refusal> {
    let plain = unpack(packed);
    if OK.contains(&status) {
        return plain.map_err(unreadable);
    }
    // Something else may answer on that address; then there is no refusal to read.
    Err(plain
        .ok()
        .and_then(|plain| shallow::from_slice::<Refusal>(&plain).ok())
        .unwrap_or_else(|| unreadable(format!("status {status}"))))
}

impl<T: Transport> HubClient<T> {
    /// The client of one PC over any transport.
    pub fn over(transport: T, device: Uuid, key: SigningKey, app_version: &str) -> HubClient<T> {
        HubClient {
            transport,
            device,
            key,
            app_version: app_version.to_owned(),
            token: Mutex::default(),
            renewals: Vec::new(),
            sent: AtomicU64::new(0),
            received: AtomicU64::new(0),
        }
    }

    /// With what the PC's keys before this one have said, for a hub that has not heard of this one yet.
    pub fn renewing(self, renewals: Vec<KeyRenewal>) -> HubClient<T> {
        HubClient { renewals, ..self }
    }

    /// The same PC over another transport.
    pub(super) fn going(self, transport: T) -> HubClient<T> {
        HubClient { transport, ..self }
    }

    async fn once(&self, path: &str, token: Option<&str>, body: Vec<u8>) -> Result<(u16, Vec<u8>), Refusal> {
        self.sent.fetch_add(body.len() as u64, Ordering::Relaxed);
        let (status, bytes) = self.transport.exchange(path, token, body).await?;
        self.received.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok((status, bytes))
    }

    async fn fresh_token(&self) -> Result<String, Refusal> {
        match self.asked_token().await {
            Err(refusal) if refusal.code == Code::HubRefused && !self.renewals.is_empty() => {
                self.tell_renewals().await?;
                self.asked_token().await
            }
            other => other,
        }
    }

    /// Tells the hub which key follows the one that it knows.
    async fn tell_renewals(&self) -> Result<(), Refusal> {
        let request = RenewRequest { device: self.device, renewals: self.renewals.clone() };
        let (status, bytes) = self.once("v1/renew", None, pack(&request).map_err(unreadable)?).await?;
        answer(status, &bytes)
    }

    async fn asked_token(&self) -> Result<String, Refusal> {
        let (status, bytes) = self.once("v1/challenge", None, Vec::new()).await?;
        let challenge: Challenge = answer(status, &bytes)?;
        let request = TokenRequest {
            device: self.device,
            signature: self.key.sign(challenge.challenge.as_bytes()).to_bytes().to_vec(),
            challenge: challenge.challenge,
            app_version: self.app_version.clone(),
        };
        let (status, bytes) = self.once("v1/token", None, pack(&request).map_err(unreadable)?).await?;
        let token: Token = answer(status, &bytes)?;
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.token.clone());
        Ok(token.token)
    }

    /// Sends a packed body; a token that has run out is renewed once. One from before the hub was restored
    /// is put away, and whoever asked has to begin anew.
    async fn ask(&self, path: &str, body: Vec<u8>) -> Result<Vec<u8>, Refusal> {
        let known = self.token.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(token) = known {
            let (status, bytes) = self.once(path, Some(&token), body.clone()).await?;
            if status != UNAUTHORIZED {
                let answer = plain_answer(status, &bytes);
                if answer.as_ref().is_err_and(|refusal| refusal.code == Code::HubRestored) {
                    *self.token.lock().unwrap_or_else(PoisonError::into_inner) = None;
                }
                return answer;
            }
        }
        let token = self.fresh_token().await?;
        let (status, bytes) = self.once(path, Some(&token), body).await?;
        plain_answer(status, &bytes)
    }

    async fn call<Q: Serialize, A: DeserializeOwned>(&self, path: &str, request: &Q) -> Result<A, Refusal> {
        let plain = self.ask(path, pack(request).map_err(unreadable)?).await?;
        shallow::from_slice(&plain).map_err(unreadable)
    }
}

impl<T: Transport> HubApi for HubClient<T> {
    async fn hello(&self, request: HelloRequest) -> Result<Hello, Refusal> {
        self.call("v1/hello", &request).await
    }

    async fn push(&self, body: Vec<u8>) -> Result<PushReply, Refusal> {
        let packed = zstd::bulk::compress(&body, 3).map_err(unreadable)?;
        let plain = self.ask("v1/push", packed).await?;
        shallow::from_slice(&plain).map_err(unreadable)
    }

    async fn pull(&self, request: PullRequest) -> Result<Vec<u8>, Refusal> {
        self.ask("v1/pull", pack(&request).map_err(unreadable)?).await
    }

    async fn wait(&self, request: WaitRequest) -> Result<Woken, Refusal> {
        self.call("v1/wait", &request).await
    }

    async fn digest(&self, request: DigestRequest) -> Result<HubDigest, Refusal> {
        self.call("v1/digest", &request).await
    }

    async fn buckets(&self, request: BucketsRequest) -> Result<Buckets, Refusal> {
        self.call("v1/buckets", &request).await
    }

    async fn rows(&self, request: RowsRequest) -> Result<Rows, Refusal> {
        self.call("v1/rows", &request).await
    }

    async fn snapshot(&self) -> Result<Vec<u8>, Refusal> {
        self.ask("v1/snapshot", pack(&()).map_err(unreadable)?).await
    }

    async fn chunk(&self, request: ChunkRequest) -> Result<Vec<u8>, Refusal> {
        self.ask("v1/chunk", pack(&request).map_err(unreadable)?).await
    }

    async fn devices(&self) -> Result<Vec<HubDevice>, Refusal> {
        self.call("v1/devices", &()).await
    }

    async fn new_code(&self, request: NewCodeRequest) -> Result<NewCode, Refusal> {
        self.call("v1/codes", &request).await
    }

    fn traffic(&self) -> (u64, u64) {
        (self.sent.load(Ordering::Relaxed), self.received.load(Ordering::Relaxed))
    }
}

impl<T: Transport> DevicesApi for HubClient<T> {
    async fn take_out(&self, request: TakeOutRequest) -> Result<(), Refusal> {
        self.call("v1/take-out", &request).await
    }

    async fn let_in(&self, request: DeviceRequest) -> Result<LetIn, Refusal> {
        self.call("v1/let-in", &request).await
    }

    async fn ask_renewal(&self, request: DeviceRequest) -> Result<(), Refusal> {
        self.call("v1/ask-renewal", &request).await
    }

    async fn verdict(&self, nonce: Vec<u8>) -> Result<Verdict, Refusal> {
        let ask = || async {
            let request = VerdictRequest::signed(self.device, nonce.clone(), &self.key);
            let (status, bytes) = self.once("v1/verdict", None, pack(&request).map_err(unreadable)?).await?;
            answer::<Verdict>(status, &bytes)
        };
        match ask().await {
            Err(refusal) if refusal.code == Code::HubRefused && !self.renewals.is_empty() => {
                self.tell_renewals().await?;
                ask().await
            }
            other => other,
        }
    }
}
