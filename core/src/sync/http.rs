//! The way to the hub over HTTP; the only place that knows reqwest.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ed25519_dalek::SigningKey;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, StatusCode, Url};
use rustls::ClientConfig;
use uuid::Uuid;

use crate::error::Code;
use crate::keys::LockedOut;
use crate::sync::client::{HubClient, Transport, enrol_over, release_over, unreadable};
use crate::sync::devices::{Release, ReleaseRequest};
use crate::sync::pin::{self, Demand, Pin};
use crate::sync::protocol::*;

/// How long a busy hub may ask for and how often, until the sync gives up and comes back later.
const LONGEST_MOMENT: Duration = Duration::from_secs(10);
const TRIES: u32 = 4;

/// A hub reached over the network by one PC.
pub type HttpHub = HubClient<Http>;

/// The network, to one address.
pub struct Http {
    client: Client,
    base: Url,
    met: Option<Arc<OnceLock<Pin>>>,
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
    let http = Http::to(base, demand)?;
    let reply = enrol_over(&http, &EnrolRequest { code, ..request.clone() }).await?;
    Ok(Enrolled { reply, pin: http.met(), address: http.base })
}

/// Asks its hub to let a PC in that has shut its records, at the address and with the key that it knew.
/// The code may bring letters of the key along; of a hub whose key was known, that one is asked for.
pub async fn release(notice: &LockedOut, typed: &str) -> Result<Release, Refusal> {
    let (code, letters) = pin::split(typed).map_err(|code| Refusal::new(code, "letters are missing"))?;
    let base = parse_address(&notice.address).map_err(|code| Refusal::new(code, "no address"))?;
    let known = notice.pin.as_deref().and_then(Pin::from_hex).map(Demand::Key);
    let http = Http::to(&base, known.or(letters))?;
    let request = ReleaseRequest { code, device: notice.device, nonce: notice.nonce.clone() };
    release_over(&http, &request).await
}

impl Http {
    /// A way to the hub at an address; to one that must show this key, or one whose key begins with a
    /// code's letters, if any is demanded. Fails if the process has no provider of TLS.
    fn to(base: &Url, demand: Option<Demand>) -> Result<Http, Refusal> {
        let base = secured(base, demand.is_some());
        let (tls, met) = demand.map(pin::insisting).transpose().map_err(unreadable)?.unzip();
        Ok(Http { client: client(tls)?, base, met })
    }

    fn met(&self) -> Option<Pin> {
        self.met.as_ref().and_then(|met| met.get().copied())
    }

    async fn once(
        &self,
        path: &str,
        token: Option<&str>,
        body: Vec<u8>,
    ) -> Result<(StatusCode, Option<Duration>, Vec<u8>), Refusal> {
        let url = self.base.join(&format!("/{path}")).map_err(|_| Refusal::new(Code::NotAnAddress, path))?;
        let mut request = self.client.post(url).header(CONTENT_TYPE, MEDIA_TYPE).body(body);
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
}

impl Transport for Http {
    /// A hub that is busy for a moment is asked again; one that stays so is left in peace.
    async fn exchange(&self, path: &str, token: Option<&str>, body: Vec<u8>) -> Result<(u16, Vec<u8>), Refusal> {
        let mut tries = 0;
        loop {
            tries += 1;
            let (status, later, bytes) = self.once(path, token, body.clone()).await?;
            match later.filter(|later| *later <= LONGEST_MOMENT && tries < TRIES) {
                Some(later) if status == StatusCode::TOO_MANY_REQUESTS => tokio::time::sleep(later).await,
                _ => return Ok((status.as_u16(), bytes)),
            }
        }
    }
}

impl HttpHub {
    pub fn new(base: Url, device: Uuid, key: SigningKey, app_version: &str) -> Result<HttpHub, Refusal> {
        Ok(HubClient::over(Http::to(&base, None)?, device, key, app_version))
    }

    /// The same for a hub that must show this key, or one whose key begins with a code's letters.
    /// Fails if the process has no provider of TLS.
    pub fn insisting_on(self, demand: Option<Demand>) -> Result<HttpHub, Refusal> {
        let http = Http::to(&self.transport.base, demand)?;
        Ok(self.going(http))
    }

    /// The key that the hub showed to a client that insists on one.
    pub fn met(&self) -> Option<Pin> {
        self.transport.met()
    }

    /// Where the hub is reached.
    pub fn address(&self) -> &Url {
        &self.transport.base
    }
}
