//! The client's side of the protocol over HTTP; the only place that knows reqwest.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ed25519_dalek::{Signer, SigningKey};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Client, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::error::Code;
use crate::sync::protocol::*;

/// A hub reached over the network by one PC.
pub struct HttpHub {
    client: Client,
    base: Url,
    device: Uuid,
    key: SigningKey,
    app_version: String,
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
fn client() -> Result<Client, Refusal> {
    Client::builder()
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(120))
        .build()
        .map_err(|error| Refusal::new(Code::Internal, error.to_string()))
}

fn unreachable(error: &reqwest::Error) -> Refusal {
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

/// Asks a hub to let this PC in.
pub async fn enrol(base: &Url, request: &EnrolRequest) -> Result<EnrolReply, Refusal> {
    let body = pack(request).map_err(unreadable)?;
    let (status, bytes) = exchange(&client()?, base, "v1/enrol", None, body).await?;
    answer(status, &bytes)
}

async fn exchange(
    client: &Client,
    base: &Url,
    path: &str,
    token: Option<&str>,
    body: Vec<u8>,
) -> Result<(StatusCode, Vec<u8>), Refusal> {
    let url = base.join(&format!("/{path}")).map_err(|_| Refusal::new(Code::NotAnAddress, path))?;
    let mut request = client.post(url).header(CONTENT_TYPE, MEDIA_TYPE).body(body);
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    let mut response = request.send().await.map_err(|error| unreachable(&error))?;
    let status = response.status();
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(&error))? {
        if bytes.len() + chunk.len() > MAX_PLAIN {
            return Err(unreadable("an answer without end"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok((status, bytes))
}

fn answer<T: DeserializeOwned>(status: StatusCode, packed: &[u8]) -> Result<T, Refusal> {
    let plain = plain_answer(status, packed)?;
    rmp_serde::from_slice(&plain).map_err(unreadable)
}

fn plain_answer(status: StatusCode, packed: &[u8]) -> Result<Vec<u8>, Refusal> {
    let plain = unpack(packed);
    if status.is_success() {
        return plain.map_err(unreadable);
    }
    // Something else may answer on that address; then there is no refusal to read.
    Err(plain
        .ok()
        .and_then(|plain| rmp_serde::from_slice::<Refusal>(&plain).ok())
        .unwrap_or_else(|| unreadable(format!("status {}", status.as_u16()))))
}

impl HttpHub {
    pub fn new(base: Url, device: Uuid, key: SigningKey, app_version: &str) -> Result<HttpHub, Refusal> {
        Ok(HttpHub {
            client: client()?,
            base,
            device,
            key,
            app_version: app_version.to_owned(),
            token: Mutex::default(),
            sent: AtomicU64::new(0),
            received: AtomicU64::new(0),
        })
    }

    async fn once(&self, path: &str, token: Option<&str>, body: Vec<u8>) -> Result<(StatusCode, Vec<u8>), Refusal> {
        self.sent.fetch_add(body.len() as u64, Ordering::Relaxed);
        let (status, bytes) = exchange(&self.client, &self.base, path, token, body).await?;
        self.received.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok((status, bytes))
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
        rmp_serde::from_slice(&plain).map_err(unreadable)
    }
}

impl HubApi for HttpHub {
    async fn hello(&self, request: HelloRequest) -> Result<Hello, Refusal> {
        self.call("v1/hello", &request).await
    }

    async fn push(&self, body: Vec<u8>) -> Result<PushReply, Refusal> {
        let packed = zstd::bulk::compress(&body, 3).map_err(unreadable)?;
        let plain = self.ask("v1/push", packed).await?;
        rmp_serde::from_slice(&plain).map_err(unreadable)
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
