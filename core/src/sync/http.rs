//! The client's side of the protocol over HTTP; the only place that knows reqwest.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use ed25519_dalek::{Signer, SigningKey};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, StatusCode, Url};
use rustls::ClientConfig;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::error::Code;
use crate::sync::pin::{self, Demand, Pin};
use crate::sync::protocol::*;
use crate::sync::shallow;

/// How long a busy hub may ask for and how often, until the sync gives up and comes back later.
const LONGEST_MOMENT: Duration = Duration::from_secs(10);
const TRIES: u32 = 4;

/// A hub reached over the network by one PC.
pub struct HttpHub {
    client: Client,
    base: Url,
    device: Uuid,
    key: SigningKey,
    app_version: String,
    met: Option<Arc<OnceLock<Pin>>>,
    token: Mutex<Option<String>>,
    sent: AtomicU64,
    received: AtomicU64,
}

/// Reads what a person typed as the hub's address: `192.168.1.5:7300` and a full URL both do.
pub fn parse_address(text: &str) -> Result<Url, Code> {
    let text = text.trim().trim_end_matches('/');
    let full = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let url = Url::parse(&full).map_err(|_| Code::NotAnAddress)?;
    let sound = matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(|host| !host.is_empty());
    if sound { Ok(url) } else { Err(Code::NotAnAddress) }
}

#[expect(clippy::disallowed_methods, reason = "here and nowhere else")]
fn client(tls: Option<ClientConfig>) -> Result<Client, Refusal> {
    let builder = Client::builder()
        .connect_timeout(Duration::from_secs(5))
        // Below the hub's own patience with an idle line: the PC never writes into one that is closing.
        .pool_idle_timeout(Duration::from_secs(20))
        .timeout(Duration::from_secs(120));
    let builder = match tls {
        Some(tls) => builder.tls_backend_preconfigured(tls),
        None => builder,
    };
    builder.build().map_err(|error| Refusal::new(Code::Internal, error.to_string()))
}

/// A hub that has a pin has TLS, whatever was typed before its address.
fn secured(base: &Url, pinned: bool) -> Url {
    let mut base = base.clone();
    if pinned {
        // Cannot fail from http to https.
        let _ = base.set_scheme("https");
    }
    base
}

fn unreachable(error: &reqwest::Error) -> Refusal {
    if pin::is_impostor(error) {
        return Refusal::new(Code::HubIdentityChanged, "another key");
    }
    // The address may hold a host name of the clinic; the kind of failure is enough for the log.
    let kind = if error.is_timeout() {
        "timed out"
    } else if error.is_connect() {
        "no connection"
    } else {
        "connection lost"
    };
    Refusal::new(Code::HubUnreachable, kind)
}

fn unreadable(error: impl ToString) -> Refusal {
    Refusal::new(Code::HubRefused, error.to_string())
}

/// A hub that has let this PC in.
#[derive(Debug, Clone)]
pub struct Enrolled {
    pub reply: EnrolReply,
    /// Where the hub was reached: over TLS if the code said so.
    pub address: Url,
    /// The key that the hub showed, where the code told which to expect.
    pub pin: Option<Pin>,
}

/// Asks a hub to let this PC in. `request.code` is what a person typed, letters of the hub's key
/// included; a hub with another key is sent nothing ([`Code::HubIdentityChanged`]).
pub async fn enrol(base: &Url, request: &EnrolRequest) -> Result<Enrolled, Refusal> {
    let (code, demand) = pin::split(&request.code).map_err(|code| Refusal::new(code, "letters are missing"))?;
    let address = secured(base, demand.is_some());
    let (tls, seen) = demand.map(pin::insisting).transpose().map_err(unreadable)?.unzip();
    let body = pack(&EnrolRequest { code, ..request.clone() }).map_err(unreadable)?;
    let (status, _, bytes) = exchange(&client(tls)?, &address, "v1/enrol", None, body).await?;
    let reply = answer(status, &bytes)?;
    Ok(Enrolled { reply, address, pin: seen.and_then(|seen| seen.get().copied()) })
}

async fn exchange(
    client: &Client,
    base: &Url,
    path: &str,
    token: Option<&str>,
    body: Vec<u8>,
) -> Result<(StatusCode, Option<Duration>, Vec<u8>), Refusal> {
    let url = base.join(&format!("/{path}")).map_err(|_| Refusal::new(Code::NotAnAddress, path))?;
    let mut request = client.post(url).header(CONTENT_TYPE, MEDIA_TYPE).body(body);
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    let mut response = request.send().await.map_err(|error| unreachable(&error))?;
    let status = response.status();
    let later = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(&error))? {
        if bytes.len() + chunk.len() > MAX_PLAIN {
            return Err(unreadable("an answer without end"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok((status, later.map(Duration::from_secs), bytes))
}

fn answer<T: DeserializeOwned>(status: StatusCode, packed: &[u8]) -> Result<T, Refusal> {
    let plain = plain_answer(status, packed)?;
    shallow::from_slice(&plain).map_err(unreadable)
}

fn plain_answer(status: StatusCode, packed: &[u8]) -> Result<Vec<u8>, Refusal> {
    let plain = unpack(packed);
    if status.is_success() {
        return plain.map_err(unreadable);
    }
    // Something else may answer on that address; then there is no refusal to read.
    Err(plain
        .ok()
        .and_then(|plain| shallow::from_slice::<Refusal>(&plain).ok())
        .unwrap_or_else(|| unreadable(format!("status {}", status.as_u16()))))
}

impl HttpHub {
    pub fn new(base: Url, device: Uuid, key: SigningKey, app_version: &str) -> Result<HttpHub, Refusal> {
        Ok(HttpHub {
            client: client(None)?,
            base,
            device,
            key,
            app_version: app_version.to_owned(),
            met: None,
            token: Mutex::default(),
            sent: AtomicU64::new(0),
            received: AtomicU64::new(0),
        })
    }

    /// The same for a hub that must show this key, or one whose key begins with a code's letters.
    /// Fails if the process has no provider of TLS.
    pub fn insisting_on(self, demand: Option<Demand>) -> Result<HttpHub, Refusal> {
        let base = secured(&self.base, demand.is_some());
        let (tls, met) = demand.map(pin::insisting).transpose().map_err(unreadable)?.unzip();
        Ok(HttpHub { client: client(tls)?, base, met, ..self })
    }

    /// The key that the hub showed to a client that insists on one.
    pub fn met(&self) -> Option<Pin> {
        self.met.as_ref().and_then(|met| met.get().copied())
    }

    /// Where the hub is reached.
    pub fn address(&self) -> &Url {
        &self.base
    }

    /// A hub that is busy for a moment is asked again; one that stays so is left in peace.
    async fn once(&self, path: &str, token: Option<&str>, body: Vec<u8>) -> Result<(StatusCode, Vec<u8>), Refusal> {
        let mut tries = 0;
        loop {
            tries += 1;
            self.sent.fetch_add(body.len() as u64, Ordering::Relaxed);
            let (status, later, bytes) = exchange(&self.client, &self.base, path, token, body.clone()).await?;
            self.received.fetch_add(bytes.len() as u64, Ordering::Relaxed);
            match later.filter(|later| *later <= LONGEST_MOMENT && tries < TRIES) {
                Some(later) if status == StatusCode::TOO_MANY_REQUESTS => tokio::time::sleep(later).await,
                _ => return Ok((status, bytes)),
            }
        }
    }

    async fn fresh_token(&self) -> Result<String, Refusal> {
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

    /// Sends a packed body; a token that has run out is renewed once.
    async fn ask(&self, path: &str, body: Vec<u8>) -> Result<Vec<u8>, Refusal> {
        let known = self.token.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(token) = known {
            let (status, bytes) = self.once(path, Some(&token), body.clone()).await?;
            if status != StatusCode::UNAUTHORIZED {
                return plain_answer(status, &bytes);
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

impl HubApi for HttpHub {
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
