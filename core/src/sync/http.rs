//! The way to the hub over HTTP; the only place that knows reqwest.

use std::time::Duration;

use ed25519_dalek::SigningKey;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Client, Url};
use uuid::Uuid;

use crate::error::Code;
use crate::sync::client::{HubClient, Transport, enrol_over, unreadable};
use crate::sync::protocol::*;

/// A hub reached over the network by one PC.
pub type HttpHub = HubClient<Http>;

/// The network, to one address.
pub struct Http {
    client: Client,
    base: Url,
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

/// Asks a hub to let this PC in.
pub async fn enrol(base: &Url, request: &EnrolRequest) -> Result<EnrolReply, Refusal> {
    enrol_over(&Http { client: client()?, base: base.clone() }, request).await
}

impl Transport for Http {
    async fn exchange(&self, path: &str, token: Option<&str>, body: Vec<u8>) -> Result<(u16, Vec<u8>), Refusal> {
        let url = self.base.join(&format!("/{path}")).map_err(|_| Refusal::new(Code::NotAnAddress, path))?;
        let mut request = self.client.post(url).header(CONTENT_TYPE, MEDIA_TYPE).body(body);
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
        Ok((status.as_u16(), bytes))
    }
}

impl HubClient<Http> {
    pub fn new(base: Url, device: Uuid, key: SigningKey, app_version: &str) -> Result<HttpHub, Refusal> {
        Ok(HubClient::over(Http { client: client()?, base }, device, key, app_version))
    }
}
