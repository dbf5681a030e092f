//! The way from a PC to the hub without a network, and somebody who sits on it.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::http::header::AUTHORIZATION;
use neem_core::Code;
use neem_core::sync::client::Transport;
use neem_core::sync::protocol::{Refusal, unpack};
use neem_hub::connections::Peer;
use tower::ServiceExt;

use crate::world::runtime;

/// A future that waits for nothing but itself; `None` if it waits for something outside.
pub fn at_once<T>(future: impl Future<Output = T>) -> Option<T> {
    let _inside = runtime().enter();
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    (0..10_000).find_map(|_| match future.as_mut().poll(&mut context) {
        Poll::Ready(done) => Some(done),
        Poll::Pending => None,
    })
}

/// One request to a hub; `None` when it waits for news.
pub fn asked(router: &Router, path: &str, token: Option<&str>, body: Vec<u8>) -> Option<(u16, Vec<u8>)> {
    let mut request = Request::post(format!("/{path}")).extension(Peer(IpAddr::V4(Ipv4Addr::LOCALHOST)));
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    let request = request.body(Body::from(body)).ok()?;
    let answered = async {
        let response = router.clone().oneshot(request).await.ok()?;
        let status = response.status().as_u16();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.ok()?;
        Some((status, bytes.to_vec()))
    };
    at_once(answered).flatten()
}

/// What happens to one answer on its way to the PC.
#[derive(Debug, Clone)]
pub struct Swap {
    /// Which answer, of those to a PC that has signed in.
    pub at: usize,
    pub status: u16,
    pub packed: Vec<u8>,
}

/// A line to a real hub; some answers are replaced.
pub struct Line {
    router: Router,
    swaps: Vec<Swap>,
    count: Cell<usize>,
    /// Every request and plain answer that went over it.
    pub heard: RefCell<Vec<Heard>>,
    /// The last token that was shown.
    pub token: RefCell<Option<String>>,
    listening: bool,
}

/// A request and its answer, both unpacked.
#[derive(Debug, Clone)]
pub struct Heard {
    pub path: String,
    pub request: Vec<u8>,
    pub status: u16,
    pub answer: Vec<u8>,
}

/// More exchanges than any sync of this clinic needs: a hub that never comes to an end is left.
const MOST: usize = 400;

impl Line {
    /// A line on which these answers are replaced.
    pub fn new(router: &Router, swaps: Vec<Swap>) -> Line {
        Line {
            router: router.clone(),
            swaps,
            count: Cell::new(0),
            heard: RefCell::default(),
            token: RefCell::default(),
            listening: false,
        }
    }

    /// An honest line that remembers what went over it.
    pub fn listening(router: &Router) -> Line {
        Line { listening: true, ..Line::new(router, Vec::new()) }
    }
}

impl Transport for &Line {
    async fn exchange(&self, path: &str, token: Option<&str>, body: Vec<u8>) -> Result<(u16, Vec<u8>), Refusal> {
        let unreachable = || Refusal::new(Code::HubUnreachable, "nobody there");
        if let Some(token) = token {
            *self.token.borrow_mut() = Some(token.to_owned());
        }
        let plain = if self.listening { unpack(&body).unwrap_or_default() } else { Vec::new() };
        let (status, packed) = asked(&self.router, path, token, body).ok_or_else(unreachable)?;
        if self.listening {
            let (path, answer) = (path.to_owned(), unpack(&packed).unwrap_or_default());
            self.heard.borrow_mut().push(Heard { path, request: plain, status, answer });
        }
        if matches!(path, "v1/challenge" | "v1/token") {
            return Ok((status, packed));
        }
        let at = self.count.replace(self.count.get() + 1);
        if at > MOST {
            return Err(unreachable());
        }
        match self.swaps.iter().find(|swap| swap.at == at) {
            Some(swap) => Ok((swap.status, swap.packed.clone())),
            None => Ok((status, packed)),
        }
    }
}
