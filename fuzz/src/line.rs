//! The way to a hub in the same process, with all that a request goes through but the socket.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use neem_core::sync::protocol::*;
use neem_hub::Hub;
use neem_hub::routes::router;
use tower_service::Service;

use super::fixture::wait;

/// A hub without its socket, asked by one PC.
pub struct Line {
    pub hub: Arc<Hub>,
    pub token: String,
}

impl Line {
    /// What the hub answers on a route: its status and its bytes.
    pub fn ask(&self, path: &str, token: Option<&str>, body: Vec<u8>) -> (u16, Vec<u8>) {
        wait(self.exchange(path, token, body))
    }

    async fn exchange(&self, path: &str, token: Option<&str>, body: Vec<u8>) -> (u16, Vec<u8>) {
        let request = Request::post(path);
        let request = match token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        };
        let Ok(request) = request.body(Body::from(body)) else { return (0, Vec::new()) };
        let answer = router(self.hub.clone()).call(request).await.expect("the router answers");
        let status = answer.status().as_u16();
        let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await.expect("a body");
        (status, bytes.to_vec())
    }

    async fn plain(&self, path: &str, body: Vec<u8>) -> Result<Vec<u8>, Refusal> {
        let (status, bytes) = self.exchange(path, Some(&self.token), body).await;
        let plain = unpack(&bytes).expect("the hub's answer unpacks");
        if status == 200 { Ok(plain) } else { Err(rmp_serde::from_slice(&plain).expect("a refusal")) }
    }

    pub async fn call<A: serde::de::DeserializeOwned>(
        &self,
        path: &str,
        q: &impl serde::Serialize,
    ) -> Result<A, Refusal> {
        let plain = self.plain(path, pack(q).expect("packs")).await?;
        Ok(rmp_serde::from_slice(&plain).expect("the hub's answer reads"))
    }
}

impl HubApi for Line {
    async fn hello(&self, request: HelloRequest) -> Result<Hello, Refusal> {
        self.call("/v1/hello", &request).await
    }
    async fn push(&self, body: Vec<u8>) -> Result<PushReply, Refusal> {
        let packed = zstd::bulk::compress(&body, 3).expect("packs");
        Ok(rmp_serde::from_slice(&self.plain("/v1/push", packed).await?).expect("the hub's answer reads"))
    }
    async fn pull(&self, request: PullRequest) -> Result<Vec<u8>, Refusal> {
        self.plain("/v1/pull", pack(&request).expect("packs")).await
    }
    async fn wait(&self, request: WaitRequest) -> Result<Woken, Refusal> {
        self.call("/v1/wait", &request).await
    }
    async fn digest(&self, request: DigestRequest) -> Result<HubDigest, Refusal> {
        self.call("/v1/digest", &request).await
    }
    async fn devices(&self) -> Result<Vec<HubDevice>, Refusal> {
        self.call("/v1/devices", &()).await
    }
    async fn new_code(&self, request: NewCodeRequest) -> Result<NewCode, Refusal> {
        self.call("/v1/codes", &request).await
    }
    fn traffic(&self) -> (u64, u64) {
        (0, 0)
    }
}
