//! Connections: taken, given a bounded time for everything, and let go in order when the hub stops.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use prometheus::IntGauge;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::metrics::Present;
use crate::tls::Tls;

const HANDSHAKE_PATIENCE: Duration = Duration::from_secs(10);
/// What is still under way so long after the request to stop is cut.
const LAST_WORDS: Duration = Duration::from_secs(8);
const MAX_HEADERS: usize = 64;
/// Of a request's head, in bytes.
const MAX_HEAD: usize = 32 << 10;
const MAX_CONNECTIONS: usize = 1_024;
/// From one address, unless a proxy stands before the hub.
const MAX_FROM_ONE: usize = 256;

/// How long a slow sender is listened to.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the head of a request; also how long an idle connection is kept: above the time for which a
    /// PC keeps one itself.
    pub head: Duration,
    /// Between two pieces of a body.
    pub silence: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience { head: Duration::from_secs(30), silence: Duration::from_secs(15) }
    }
}

/// Who is at the other end of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// How connections are taken.
pub struct Door {
    pub listener: TcpListener,
    pub router: Router,
    pub tls: Option<Tls>,
    /// All come from one address then.
    pub behind_proxy: bool,
    pub patience: Patience,
    pub open: IntGauge,
}

/// Open connections of each address.
#[derive(Clone, Default)]
struct Crowd(Arc<Mutex<HashMap<IpAddr, usize>>>);

struct Place {
    crowd: Crowd,
    address: IpAddr,
}

impl Crowd {
    fn enter(&self, address: IpAddr, most: usize) -> Option<Place> {
        let mut crowd = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = crowd.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Place { crowd: self.clone(), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut crowd = self.crowd.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = crowd.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                crowd.remove(&self.address);
            }
        }
    }
}

/// Takes connections until `stop`; then takes no more, lets requests under way finish, and returns
/// after [`LAST_WORDS`] at the latest.
pub async fn take(door: Door, stop: impl Future<Output = ()>) {
    let Door { listener, router, tls, behind_proxy, patience, open } = door;
    let (closing, closed) = watch::channel(false);
    let (crowd, mut taken) = (Crowd::default(), JoinSet::new());
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            Some(_) = taken.join_next(), if !taken.is_empty() => continue,
            accepted = listener.accept(), if taken.len() < MAX_CONNECTIONS => accepted,
        };
        let (stream, from) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Too many open files, for one: trying again at once would only spin.
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            }
        };
        let most = if behind_proxy { MAX_CONNECTIONS } else { MAX_FROM_ONE };
        let Some(place) = crowd.enter(from.ip(), most) else { continue };
        let (router, tls, closed, present) = (router.clone(), tls.clone(), closed.clone(), Present::new(&open));
        taken.spawn(async move {
            let _held = (place, present);
            connection(stream, from, router, tls, patience, closed).await;
        });
    }
    drop(listener);
    closing.send_replace(true);
    let finished = tokio::time::timeout(LAST_WORDS, async { while taken.join_next().await.is_some() {} }).await;
    if finished.is_err() {
        tracing::warn!(cut = taken.len(), "requests that did not finish in time");
    }
}

async fn connection(
    stream: TcpStream,
    from: SocketAddr,
    router: Router,
    tls: Option<Tls>,
    patience: Patience,
    closed: watch::Receiver<bool>,
) {
    // An answer is written in one go: waiting for more would only delay it.
    let _ = stream.set_nodelay(true);
    match tls {
        None => converse(stream, from, router, patience, closed).await,
        Some(tls) => {
            if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE_PATIENCE, tls.acceptor.accept(stream)).await {
                converse(stream, from, router, patience, closed).await;
            }
        }
    }
}

async fn converse<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    from: SocketAddr,
    router: Router,
    patience: Patience,
    mut closed: watch::Receiver<bool>,
) {
    let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(Peer(from.ip()));
        router.clone().oneshot(request.map(Body::new))
    });
    let mut talking = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(patience.head)
            .max_headers(MAX_HEADERS)
            .max_buf_size(MAX_HEAD)
            .serve_connection(TokioIo::new(stream), service)
    );
    let stopping = async move {
        let _ = closed.wait_for(|closed| *closed).await;
    };
    let ended = tokio::select! {
        ended = talking.as_mut() => ended,
        () = stopping => {
            talking.as_mut().graceful_shutdown();
            talking.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke off");
    }
}
