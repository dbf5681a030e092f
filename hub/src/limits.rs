//! How much one PC, one address and one body may ask of the hub. What is more is refused before it
//! costs anything.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use http_body_util::BodyExt;
use neem_core::error::Code;
use neem_core::sync::protocol::{MAX_COMPRESSED, MAX_PLAIN, Refusal};
use neem_core::sync::shallow;
use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use uuid::Uuid;

use crate::routes::Denied;

/// Commits in one push; a PC sends 4,000 at most.
const MAX_COMMITS: usize = 10_000;
/// PCs and addresses that are remembered before those that have been quiet are forgotten.
const REMEMBERED: usize = 10_000;
/// The largest window that a zstd body may ask the hub to keep: 8 MB, the format's own recommendation.
const WINDOW_LOG: u32 = 23;

/// The largest body of a route, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub compressed: usize,
    pub plain: usize,
}

/// A question: numbers, ids, a name.
pub const QUESTION: Size = Size { compressed: 16 << 10, plain: 64 << 10 };
/// A page of commits.
pub const PAGE: Size = Size { compressed: MAX_COMPRESSED, plain: MAX_PLAIN };

/// So many requests at once, and then so many a second.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    pub at_once: u32,
    pub per_second: u32,
}

impl Rate {
    fn quota(self) -> Quota {
        let at_least_one = |count| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        Quota::per_second(at_least_one(self.per_second)).allow_burst(at_least_one(self.at_once))
    }
}

/// How many requests are taken from whom.
#[derive(Debug, Clone, Copy)]
pub struct Rates {
    /// From one address: a whole clinic may be behind one.
    pub address: Rate,
    /// Enrolling, challenges and tokens from one address: what guesses.
    pub guesses: Rate,
    /// From one enrolled PC.
    pub device: Rate,
}

impl Rates {
    /// No limit that anybody reaches: where no time passes that could be counted.
    pub fn unlimited() -> Rates {
        let any = Rate { at_once: u32::MAX, per_second: u32::MAX };
        Rates { address: any, guesses: any, device: any }
    }
}

impl Default for Rates {
    fn default() -> Rates {
        Rates {
            address: Rate { at_once: 2_000, per_second: 200 },
            guesses: Rate { at_once: 400, per_second: 10 },
            device: Rate { at_once: 1_000, per_second: 100 },
        }
    }
}

/// Counts requests; those above a rate are answered 429 with the seconds to wait.
pub struct Limits {
    address: DefaultKeyedRateLimiter<IpAddr>,
    guesses: DefaultKeyedRateLimiter<IpAddr>,
    device: DefaultKeyedRateLimiter<Uuid>,
}

impl Limits {
    pub fn new(rates: Rates) -> Limits {
        Limits {
            address: RateLimiter::keyed(rates.address.quota()),
            guesses: RateLimiter::keyed(rates.guesses.quota()),
            device: RateLimiter::keyed(rates.device.quota()),
        }
    }

    /// A request from an address; `guesses` if it is one that could guess a code or a key.
    pub fn address(&self, address: IpAddr, guesses: bool) -> Result<(), Denied> {
        let place = place_of(address);
        check(&self.address, &place)?;
        if guesses { check(&self.guesses, &place) } else { Ok(()) }
    }

    /// A request of an enrolled PC.
    pub fn device(&self, device: Uuid) -> Result<(), Denied> {
        check(&self.device, &device)
    }
}

/// Whoever has one IPv6 address has a /64 of them.
fn place_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => IpAddr::V6((u128::from(six) >> 64 << 64).into()),
        four => four,
    }
}

fn check<K: Hash + Eq + Clone>(limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Result<(), Denied> {
    if limiter.len() > REMEMBERED {
        limiter.retain_recent();
    }
    limiter.check_key(key).map_err(|until| {
        let wait = until.wait_time_from(DefaultClock::default().now());
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        Denied {
            status: StatusCode::TOO_MANY_REQUESTS,
            refusal: Refusal::new(Code::HubBusy, "too many requests"),
            retry_after: Some(seconds.max(1)),
        }
    })
}

fn denied(status: StatusCode, why: &str) -> Denied {
    Denied { status, refusal: Refusal::new(Code::HubRefused, why), retry_after: None }
}

/// Reads a body of at most `limit` bytes from a sender who is never silent for longer than `silence`.
pub async fn take(mut body: Body, limit: usize, silence: Duration) -> Result<Vec<u8>, Denied> {
    let mut bytes = Vec::new();
    loop {
        let frame = tokio::time::timeout(silence, body.frame())
            .await
            .map_err(|_| denied(StatusCode::REQUEST_TIMEOUT, "a body that stopped"))?;
        let Some(frame) = frame else { return Ok(bytes) };
        let frame = frame.map_err(|_| denied(StatusCode::BAD_REQUEST, "a body that broke off"))?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > limit {
            return Err(denied(StatusCode::PAYLOAD_TOO_LARGE, "a body that is too large"));
        }
        bytes.extend_from_slice(&data);
    }
}

/// Decompresses a body, never to more than `limit` bytes.
pub fn unpack(packed: &[u8], limit: usize) -> Result<Vec<u8>, Denied> {
    use std::io::Read;
    let unreadable = |_| Denied::from(Refusal::new(Code::HubRefused, "a body that cannot be read"));
    let mut plain = Vec::new();
    let mut decoder = zstd::stream::read::Decoder::new(packed).map_err(unreadable)?;
    decoder.window_log_max(WINDOW_LOG).map_err(unreadable)?;
    decoder.take(limit as u64 + 1).read_to_end(&mut plain).map_err(unreadable)?;
    if plain.len() > limit {
        return Err(denied(StatusCode::PAYLOAD_TOO_LARGE, "a body that unpacks to too much"));
    }
    Ok(plain)
}

/// Refuses a push of more commits than any PC sends, before room is made for them.
pub fn count_commits(plain: &[u8]) -> Result<(), Denied> {
    /// A `Push` of which only the counts are looked at.
    #[derive(Deserialize)]
    struct Outline {
        #[serde(rename = "device")]
        _device: IgnoredAny,
        #[serde(rename = "incarnation")]
        _incarnation: IgnoredAny,
        #[serde(rename = "commits")]
        _commits: Counted,
        #[serde(rename = "hlcs")]
        _hlcs: Counted,
    }
    struct Counted;
    impl<'de> Deserialize<'de> for Counted {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Counted, D::Error> {
            deserializer.deserialize_seq(Counted)
        }
    }
    impl<'de> Visitor<'de> for Counted {
        type Value = Counted;
        fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
            write!(f, "a list of at most {MAX_COMMITS}")
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Counted, A::Error> {
            let mut count = 0;
            while list.next_element::<IgnoredAny>()?.is_some() {
                count += 1;
                if count > MAX_COMMITS {
                    return Err(serde::de::Error::invalid_length(count, &self));
                }
            }
            Ok(self)
        }
    }
    shallow::from_slice::<Outline>(plain)
        .map(drop)
        .map_err(|_| Refusal::new(Code::HubRefused, "a push that cannot be read, or of too many commits").into())
}
