//! Every route at a glance.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use neem_core::error::Code;
use neem_core::sync::protocol::{MAX_COMPRESSED, MEDIA_TYPE, Refusal, WaitRequest, Woken, pack, unpack};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use crate::auth::{self, Device};
use crate::{Hub, enrol, internal, pull, push, store};

type Shared = Arc<Hub>;

/// The hub as an HTTP service; what a PC may not reach without a token asks for it in `signed_in`.
pub fn router(hub: Shared) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/v1/enrol", post(|hub, body| open(hub, body, |hub, request| enrol::enrol(hub, &request))))
        .route("/v1/challenge", post(|hub: State<Shared>| async move { reply(Ok(auth::challenge(&hub))) }))
        .route("/v1/token", post(|hub, body| open(hub, body, |hub, request| auth::token(hub, &request))))
        .route("/v1/hello", post(|hub, head, body| signed_in(hub, head, body, |h, d, r| pull::hello(h, d, &r))))
        .route("/v1/push", post(take_push))
        .route("/v1/pull", post(give_pull))
        .route("/v1/wait", post(give_news))
        .route("/v1/digest", post(|hub, head, body| signed_in(hub, head, body, |h, d, r| pull::digest(h, d, &r))))
        .route("/v1/devices", post(|hub, head, body| signed_in(hub, head, body, |h, d, ()| enrol::devices(h, d))))
        .route("/v1/codes", post(|hub, head, body| signed_in(hub, head, body, |h, d, r| enrol::code_for(h, d, &r))))
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(MAX_COMPRESSED))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, Duration::from_secs(120)))
        .with_state(hub)
}

async fn health(State(hub): State<Shared>) -> Response {
    let answered = tokio::task::spawn_blocking(move || {
        hub.store().read().query_row("SELECT count(*) FROM hub", [], |row| row.get::<_, i64>(0)).is_ok()
    })
    .await
    .unwrap_or(false);
    let status = if answered { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(serde_json::json!({ "ok": answered, "version": env!("CARGO_PKG_VERSION") }))).into_response()
}

fn token(headers: &HeaderMap) -> Result<String, Refusal> {
    let value = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    value
        .and_then(|value| value.strip_prefix("Bearer "))
        .map(str::to_owned)
        .ok_or_else(|| Refusal::new(Code::NotSignedIn, "no token"))
}

fn read<Q: DeserializeOwned>(body: &[u8]) -> Result<Q, Refusal> {
    unpack(body)
        .and_then(|plain| Ok(rmp_serde::from_slice(&plain)?))
        .map_err(|_| Refusal::new(Code::HubRefused, "a body that cannot be read"))
}

/// SQLite blocks; a request must not hold up the others' sockets.
async fn blocking<A: Send + 'static>(work: impl FnOnce() -> Result<A, Refusal> + Send + 'static) -> Result<A, Refusal> {
    tokio::task::spawn_blocking(work).await.map_err(internal)?
}

async fn open<Q, A>(State(hub): State<Shared>, body: Bytes, answer: fn(&Hub, Q) -> Result<A, Refusal>) -> Response
where
    Q: DeserializeOwned + Send + 'static,
    A: Serialize + Send + 'static,
{
    reply(blocking(move || answer(&hub, read(&body)?)).await)
}

async fn signed_in<Q, A>(
    State(hub): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
    answer: fn(&Hub, Device, Q) -> Result<A, Refusal>,
) -> Response
where
    Q: DeserializeOwned + Send + 'static,
    A: Serialize + Send + 'static,
{
    reply(blocking(move || answer(&hub, who(&hub, &headers)?, read(&body)?)).await)
}

fn who(hub: &Hub, headers: &HeaderMap) -> Result<Device, Refusal> {
    let store = hub.store();
    auth::device(store.read(), &store.secret, &token(headers)?, hub.clock.now().0)
}

async fn take_push(State(hub): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let taken = blocking(move || {
        // A stranger's body is not unpacked; the push asks again, inside its transaction.
        who(&hub, &headers)?;
        let plain = unpack(&body).map_err(|_| Refusal::new(Code::HubRefused, "a body that cannot be read"))?;
        push::push(&hub, &token(&headers)?, &plain)
    });
    reply(taken.await)
}

async fn give_pull(State(hub): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let page = blocking(move || {
        let plain = pull::pull(&hub, who(&hub, &headers)?, &read(&body)?)?;
        zstd::bulk::compress(&plain, 3).map_err(internal)
    });
    match page.await {
        Ok(packed) => packed_response(StatusCode::OK, packed),
        Err(refusal) => reply::<()>(Err(refusal)),
    }
}

async fn give_news(State(hub): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let asking = hub.clone();
    let asked = blocking(move || Ok((who(&asking, &headers)?, read::<WaitRequest>(&body)?))).await;
    let (device, request) = match asked {
        Ok(asked) => asked,
        Err(refusal) => return reply::<()>(Err(refusal)),
    };
    let stored = hub.clone();
    let current = blocking(move || store::head(stored.store().read(), device.tenant).map_err(internal));
    reply(hub.news.wait(device.tenant, request.after, current).await.map(|hub_seq| Woken { hub_seq }))
}

fn reply<A: Serialize>(answer: Result<A, Refusal>) -> Response {
    let (status, packed) = match &answer {
        Ok(value) => (StatusCode::OK, pack(value)),
        Err(refusal) => (status_of(refusal), pack(refusal)),
    };
    match packed {
        Ok(packed) => packed_response(status, packed),
        Err(error) => {
            internal(error);
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn packed_response(status: StatusCode, packed: Vec<u8>) -> Response {
    (status, [(CONTENT_TYPE, MEDIA_TYPE)], packed).into_response()
}

fn status_of(refusal: &Refusal) -> StatusCode {
    match refusal.code {
        Code::NotSignedIn => StatusCode::UNAUTHORIZED,
        Code::DeviceRevoked | Code::NotAllowed => StatusCode::FORBIDDEN,
        Code::ChangedMeanwhile => StatusCode::CONFLICT,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
