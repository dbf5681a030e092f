//! Figures of the hub for Prometheus: counts and times, nothing about a clinic.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TEXT_FORMAT, TextEncoder,
};

use crate::Hub;
use crate::routes::Service;

/// From a look-up to a page of commits over a slow line, in seconds.
const BUCKETS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// What the hub counts while it serves.
pub struct Meters {
    registry: Registry,
    requests: IntCounterVec,
    seconds: HistogramVec,
    /// Pushes acknowledged, the commits in them, and their bytes as sent.
    pub pushes: IntCounter,
    pub commits: IntCounter,
    pub pushed_bytes: IntCounter,
    pub pulled_bytes: IntCounter,
    /// PCs that wait for news right now.
    pub waiting: IntGauge,
    pub connections: IntGauge,
    quarantined: IntGauge,
}

impl Meters {
    /// Fails only if two figures had one name.
    pub fn new() -> Result<Meters, prometheus::Error> {
        let by_route = Opts::new("neem_hub_requests_total", "Requests answered, by route and status");
        let times = HistogramOpts::new("neem_hub_request_seconds", "Time from a request's head to its answer");
        let meters = Meters {
            registry: Registry::new(),
            requests: IntCounterVec::new(by_route, &["route", "status"])?,
            seconds: HistogramVec::new(times.buckets(BUCKETS.to_vec()), &["route"])?,
            pushes: IntCounter::new("neem_hub_pushes_total", "Pushes acknowledged")?,
            commits: IntCounter::new("neem_hub_commits_total", "Commits acknowledged, repeated ones included")?,
            pushed_bytes: IntCounter::new("neem_hub_pushed_bytes_total", "Compressed bytes of acknowledged pushes")?,
            pulled_bytes: IntCounter::new("neem_hub_pulled_bytes_total", "Compressed bytes of pages handed out")?,
            waiting: IntGauge::new("neem_hub_waiting", "PCs that wait for news")?,
            connections: IntGauge::new("neem_hub_connections", "Open connections")?,
            quarantined: IntGauge::new("neem_hub_quarantined", "Commits that were set aside")?,
        };
        let registry = &meters.registry;
        registry.register(Box::new(meters.requests.clone()))?;
        registry.register(Box::new(meters.seconds.clone()))?;
        for counter in [&meters.pushes, &meters.commits, &meters.pushed_bytes, &meters.pulled_bytes] {
            registry.register(Box::new(counter.clone()))?;
        }
        for gauge in [&meters.waiting, &meters.connections, &meters.quarantined] {
            registry.register(Box::new(gauge.clone()))?;
        }
        Ok(meters)
    }

    /// A request was answered; `route` is one of the hub's own, never what somebody asked for.
    pub fn answered(&self, route: &str, status: StatusCode, took: Duration) {
        self.requests.with_label_values(&[route, status.as_str()]).inc();
        self.seconds.with_label_values(&[route]).observe(took.as_secs_f64());
    }

    fn text(&self) -> Result<Vec<u8>, prometheus::Error> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(text)
    }
}

/// Counts something for as long as it lives, however it ends.
pub struct Present(IntGauge);

impl Present {
    pub fn new(gauge: &IntGauge) -> Present {
        gauge.inc();
        Present(gauge.clone())
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// `/metrics`, for an address of its own.
pub fn router(service: Arc<Service>) -> Router {
    Router::new().route("/metrics", get(show)).with_state(service)
}

async fn show(State(service): State<Arc<Service>>) -> Response {
    let asking = service.clone();
    if let Ok(Some(count)) = tokio::task::spawn_blocking(move || quarantined(&asking.hub)).await {
        service.meters.quarantined.set(count);
    }
    match service.meters.text() {
        Ok(text) => ([(CONTENT_TYPE, TEXT_FORMAT)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "metrics");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn quarantined(hub: &Hub) -> Option<i64> {
    let mut tx = hub.store().read().ok()?;
    let tenants = tx.tenants().ok()?;
    tenants.into_iter().map(|tenant| Some(tx.quarantined(tenant).ok()?.len() as i64)).sum()
}
