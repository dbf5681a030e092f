//! Every route at a glance.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Extension, MatchedPath, Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use neem_core::error::Code;
use neem_core::sync::protocol::{MEDIA_TYPE, Refusal, WaitRequest, Woken, pack};
use neem_core::sync::shallow;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;
use tower_http::timeout::TimeoutLayer;

use crate::auth::{self, Device};
use crate::connections::Peer;
use crate::limits::{self, Limits, PAGE, QUESTION, Rates, Size};
use crate::metrics::{Meters, Present};
use crate::{Hub, enrol, internal, narrow, pull, push, snapshot, standing};

/// For one request, from its head to its answer.
const LONGEST_REQUEST: Duration = Duration::from_secs(120);
/// Pages that are unpacked at the same time; the store takes them one by one all the same.
const PAGES_AT_ONCE: usize = 4;

/// A hub with what surrounds it while it serves.
pub struct Service {
    pub hub: Arc<Hub>,
    pub limits: Limits,
    pub meters: Meters,
    /// Whether the address of a request is what a proxy says.
    pub behind_proxy: bool,
    /// How long a body may stand still.
    pub silence: Duration,
    pages: Semaphore,
}

impl Service {
    /// Fails only if two figures had one name.
    pub fn new(
        hub: Arc<Hub>,
        rates: Rates,
        behind_proxy: bool,
        silence: Duration,
    ) -> Result<Service, prometheus::Error> {
        let pages = Semaphore::new(PAGES_AT_ONCE);
        Ok(Service { hub, limits: Limits::new(rates), meters: Meters::new()?, behind_proxy, silence, pages })
    }
}

type Shared = Arc<Service>;

macro_rules! routes {
    ($($method:ident $path:literal => $handler:expr),+ $(,)?) => {
        /// The method and path of every route; `hub/openapi.json` describes the same.
        pub const ROUTES: &[(&str, &str)] = &[$((stringify!($method), $path)),+];

        fn all() -> Router<Shared> {
            Router::new()$(.route($path, $method($handler)))+
        }
    };
}

routes! {
    get "/health" => health,
    get "/openapi.json" => openapi,
    post "/v1/enrol" => |service, body| open(service, body, |hub, request| enrol::enrol(hub, &request)),
    post "/v1/challenge" => challenge,
    post "/v1/token" => |service, body| open(service, body, |hub, request| auth::token(hub, &request)),
    post "/v1/hello" => greet,
    post "/v1/push" => take_push,
    post "/v1/pull" => |service, head, body| packed(service, head, body, |h, d, r| pull::pull(h, d, &r)),
    post "/v1/wait" => give_news,
    post "/v1/digest" => |service, head, body| signed_in(service, head, body, |h, d, r| pull::digest(h, d, &r)),
    post "/v1/buckets" => |service, head, body| signed_in(service, head, body, |h, d, r| narrow::buckets(h, d, &r)),
    post "/v1/rows" => |service, head, body| signed_in(service, head, body, |h, d, r| narrow::rows(h, d, &r)),
    post "/v1/snapshot" => |service, head, body| packed(service, head, body, |hub, device, ()| snapshot::begin(hub, device)),
    post "/v1/chunk" => |service, head, body| packed(service, head, body, |h, d, r| snapshot::chunk(h, d, &r)),
    post "/v1/devices" => |service, head, body| signed_in(service, head, body, |h, d, ()| enrol::devices(h, d)),
    post "/v1/take-out" => |service, head, body| signed_in(service, head, body, |h, d, r| standing::take_out(h, d, &r)),
    post "/v1/let-in" => |service, head, body| signed_in(service, head, body, |h, d, r| standing::let_in(h, d, &r)),
    post "/v1/ask-renewal" =>
        |service, head, body| signed_in(service, head, body, |h, d, r| standing::ask_renewal(h, d, &r)),
    post "/v1/renew" => |service, body| open(service, body, |hub, request| standing::renew(hub, &request)),
    post "/v1/verdict" => |service, body| open(service, body, |hub, request| standing::verdict(hub, &request)),
    post "/v1/release" => |service, body| open(service, body, |hub, request| standing::release(hub, &request)),
    post "/v1/codes" => |service, head, body| signed_in(service, head, body, |h, d, r| enrol::code_for(h, d, &r)),
}

/// What guesses a code or a key asks here.
const GUESSABLE: &[&str] = &["/v1/enrol", "/v1/challenge", "/v1/token", "/v1/renew", "/v1/verdict", "/v1/release"];

/// The hub as an HTTP service; what a PC may not reach without a token asks for it before its body is
/// read.
pub fn router(service: Shared) -> Router {
    all()
        // `limits::take` bounds every body.
        .layer(DefaultBodyLimit::disable())
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, LONGEST_REQUEST))
        .layer(from_fn_with_state(service.clone(), limited))
        .layer(from_fn(closed_up))
        .layer(from_fn_with_state(service.clone(), counted))
        .with_state(service)
}

/// Why a request is not answered, as HTTP says it.
#[derive(Debug)]
pub struct Denied {
    pub status: StatusCode,
    pub refusal: Refusal,
    /// Seconds after which it may be tried again.
    pub retry_after: Option<u64>,
}

impl From<Refusal> for Denied {
    fn from(refusal: Refusal) -> Denied {
        Denied { status: status_of(&refusal), refusal, retry_after: None }
    }
}

async fn counted(State(service): State<Shared>, path: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let response = next.run(request).await;
    // What nobody serves counts as one: a scanner's paths must not become figures.
    let route = path.as_ref().map_or("other", MatchedPath::as_str);
    service.meters.answered(route, response.status(), began.elapsed());
    response
}

/// A browser that is led here shows nothing, keeps nothing and tells nobody.
async fn closed_up(request: Request, next: Next) -> Response {
    const HEADERS: [(&str, &str); 6] = [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-store"),
    ];
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

async fn limited(
    State(service): State<Shared>,
    Extension(Peer(peer)): Extension<Peer>,
    request: Request,
    next: Next,
) -> Response {
    let address = if service.behind_proxy { forwarded(request.headers()).unwrap_or(peer) } else { peer };
    match service.limits.address(address, GUESSABLE.contains(&request.uri().path())) {
        Ok(()) => next.run(request).await,
        Err(denied) => reply::<()>(Err(denied)),
    }
}

/// Whom the proxy saw: the last entry is its own, what stands before it anybody may have written.
fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    last.rsplit(',').next()?.trim().parse().ok()
}

async fn health(State(service): State<Shared>) -> Response {
    let answered = tokio::task::spawn_blocking(move || service.hub.store().read().is_ok()).await.unwrap_or(false);
    let status = if answered { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(serde_json::json!({ "ok": answered, "version": env!("CARGO_PKG_VERSION") }))).into_response()
}

async fn challenge(State(service): State<Shared>) -> Response {
    reply(blocking(service, |service| Ok(auth::challenge(&service.hub))).await)
}

async fn openapi() -> Response {
    ([(CONTENT_TYPE, "application/json")], include_str!("../openapi.json")).into_response()
}

fn token(headers: &HeaderMap) -> Result<String, Refusal> {
    let value = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    value
        .and_then(|value| value.strip_prefix("Bearer "))
        .map(str::to_owned)
        .ok_or_else(|| Refusal::new(Code::NotSignedIn, "no token"))
}

fn read<Q: DeserializeOwned>(packed: &[u8], size: Size) -> Result<Q, Denied> {
    shallow::from_slice(&limits::unpack(packed, size.plain)?)
        .map_err(|_| Refusal::new(Code::HubRefused, "a body that cannot be read").into())
}

/// SQLite blocks; a request must not hold up the others' sockets.
async fn blocking<A: Send + 'static>(
    service: Shared,
    work: impl FnOnce(&Service) -> Result<A, Denied> + Send + 'static,
) -> Result<A, Denied> {
    if service.hub.inline {
        return work(&service);
    }
    tokio::task::spawn_blocking(move || work(&service)).await.map_err(internal)?
}

async fn open<Q, A>(State(service): State<Shared>, body: Body, answer: fn(&Hub, Q) -> Result<A, Refusal>) -> Response
where
    Q: DeserializeOwned + Send + 'static,
    A: Serialize + Send + 'static,
{
    let answered = async {
        let body = limits::take(body, QUESTION.compressed, service.silence).await?;
        blocking(service, move |service| Ok(answer(&service.hub, read(&body, QUESTION)?)?)).await
    };
    reply(answered.await)
}

async fn signed_in<Q, A>(
    State(service): State<Shared>,
    headers: HeaderMap,
    body: Body,
    answer: fn(&Hub, Device, Q) -> Result<A, Refusal>,
) -> Response
where
    Q: DeserializeOwned + Send + 'static,
    A: Serialize + Send + 'static,
{
    let answered = async {
        let device = who(&service, &headers).await?;
        let body = limits::take(body, QUESTION.compressed, service.silence).await?;
        blocking(service, move |service| Ok(answer(&service.hub, device, read(&body, QUESTION)?)?)).await
    };
    reply(answered.await)
}

/// The PC behind a request, asked before its body is read: a stranger cannot make the hub hold one.
async fn who(service: &Shared, headers: &HeaderMap) -> Result<Device, Denied> {
    whoever(service, headers, false).await
}

/// The same, with `leaving` also a PC that was taken out and hands over its work.
async fn whoever(service: &Shared, headers: &HeaderMap, leaving: bool) -> Result<Device, Denied> {
    let token = token(headers)?;
    blocking(service.clone(), move |service| {
        let device = auth::device(&service.hub, &token, leaving)?;
        service.limits.device(device.id)?;
        Ok(device)
    })
    .await
}

async fn greet(State(service): State<Shared>, headers: HeaderMap, body: Body) -> Response {
    let greeted = async {
        let device = whoever(&service, &headers, true).await?;
        let body = limits::take(body, QUESTION.compressed, service.silence).await?;
        blocking(service, move |service| Ok(pull::hello(&service.hub, device, &read(&body, QUESTION)?)?)).await
    };
    reply(greeted.await)
}

async fn take_push(State(service): State<Shared>, headers: HeaderMap, body: Body) -> Response {
    let taken = async {
        whoever(&service, &headers, true).await?;
        let token = token(&headers)?;
        let body = limits::take(body, PAGE.compressed, service.silence).await?;
        let size = body.len() as u64;
        let _place = service.pages.acquire().await.map_err(internal)?;
        let taken = blocking(service.clone(), move |service| {
            let plain = limits::unpack(&body, PAGE.plain)?;
            limits::count_commits(&plain)?;
            Ok(push::push(&service.hub, &token, &plain)?)
        });
        let reply = taken.await?;
        service.meters.pushes.inc();
        service.meters.commits.inc_by(reply.hub_seqs.len() as u64);
        service.meters.pushed_bytes.inc_by(size);
        Ok(reply)
    };
    reply(taken.await)
}

/// As [`signed_in`], for answers that are encoded already.
async fn packed<Q>(
    State(service): State<Shared>,
    headers: HeaderMap,
    body: Body,
    answer: fn(&Hub, Device, Q) -> Result<Vec<u8>, Refusal>,
) -> Response
where
    Q: DeserializeOwned + Send + 'static,
{
    let page = async {
        let device = who(&service, &headers).await?;
        let body = limits::take(body, QUESTION.compressed, service.silence).await?;
        let packed = blocking(service.clone(), move |service| {
            let plain = answer(&service.hub, device, read(&body, QUESTION)?)?;
            Ok(zstd::bulk::compress(&plain, 3).map_err(internal)?)
        })
        .await?;
        service.meters.pulled_bytes.inc_by(packed.len() as u64);
        Ok(packed)
    };
    match page.await {
        Ok(packed) => packed_response(StatusCode::OK, packed),
        Err(denied) => reply::<()>(Err(denied)),
    }
}

async fn give_news(State(service): State<Shared>, headers: HeaderMap, body: Body) -> Response {
    let woken = async {
        let device = who(&service, &headers).await?;
        let body = limits::take(body, QUESTION.compressed, service.silence).await?;
        let request: WaitRequest = read(&body, QUESTION)?;
        let epoch = |service: &Service| Ok(service.hub.store().read().map_err(Refusal::from)?.epoch());
        let epoch = blocking(service.clone(), epoch).await?;
        // Not begun before somebody polls it: what is pushed in between would be missed.
        let stored = service.clone();
        let current = async move {
            let head = move |service: &Service| {
                let mut tx = service.hub.store().read().map_err(Refusal::from)?;
                Ok(tx.head(device.tenant).map_err(Refusal::from)?)
            };
            blocking(stored, head).await.map_err(|denied| denied.refusal)
        };
        let _waiting = Present::new(&service.meters.waiting);
        let hub_seq = service.hub.news.wait(epoch, device.tenant, request.after, current).await?;
        Ok(Woken { hub_seq })
    };
    reply(woken.await)
}

fn reply<A: Serialize>(answer: Result<A, Denied>) -> Response {
    let (status, packed, later) = match &answer {
        Ok(value) => (StatusCode::OK, pack(value), None),
        Err(denied) => (denied.status, pack(&denied.refusal), denied.retry_after),
    };
    let mut response = match packed {
        Ok(packed) => packed_response(status, packed),
        Err(error) => {
            internal(error);
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    };
    if let Some(seconds) = later {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

fn packed_response(status: StatusCode, packed: Vec<u8>) -> Response {
    (status, [(CONTENT_TYPE, MEDIA_TYPE)], packed).into_response()
}

fn status_of(refusal: &Refusal) -> StatusCode {
    match refusal.code {
        Code::NotSignedIn => StatusCode::UNAUTHORIZED,
        Code::DeviceRevoked | Code::DeviceDrained | Code::NotAllowed => StatusCode::FORBIDDEN,
        Code::ChangedMeanwhile | Code::HubRestored => StatusCode::CONFLICT,
        Code::HubBusy => StatusCode::TOO_MANY_REQUESTS,
        Code::HubUnreachable => StatusCode::SERVICE_UNAVAILABLE,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
