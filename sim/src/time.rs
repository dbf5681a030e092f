//! The time and the randomness that a machine is given.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use neem_core::Instant;
use neem_core::clock::{Clock, Entropy};

pub const MINUTE: i64 = 60_000;
pub const DAY: i64 = 24 * 60 * MINUTE;
const YEAR: i64 = 365 * DAY;

/// What the machine believes, set by the simulation before it does anything.
#[derive(Default)]
pub struct SimClock(AtomicI64);

impl SimClock {
    pub fn set(&self, now: i64) {
        self.0.store(now, Ordering::Relaxed);
    }
}

impl Clock for SimClock {
    fn now(&self) -> Instant {
        Instant(self.0.load(Ordering::Relaxed))
    }
}

/// How a machine's clock goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Going {
    /// Right, but for a few seconds.
    Right(i64),
    /// Stands still at this time.
    Frozen(i64),
    /// Runs backward since the true time given.
    Backward(i64),
    /// Ten years ahead.
    Ahead,
    /// Ten years behind.
    Behind,
}

impl Going {
    /// What such a clock shows at the true time `now`.
    pub fn shows(self, now: i64) -> i64 {
        match self {
            Going::Right(off) => now + off,
            Going::Frozen(at) => at,
            Going::Backward(since) => since - (now - since),
            Going::Ahead => now + 10 * YEAR,
            Going::Behind => now - 10 * YEAR,
        }
    }

    pub fn random(rng: &mut fastrand::Rng, now: i64) -> Going {
        match rng.u8(0..5) {
            0 => Going::Right(rng.i64(-90_000..90_000)),
            1 => Going::Frozen(now),
            2 => Going::Backward(now),
            3 => Going::Ahead,
            _ => Going::Behind,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Going::Right(_) => "clock_right",
            Going::Frozen(_) => "clock_frozen",
            Going::Backward(_) => "clock_backward",
            Going::Ahead => "clock_ten_years_ahead",
            Going::Behind => "clock_ten_years_behind",
        }
    }
}

/// Random numbers that a seed repeats.
pub struct Seeded(Mutex<fastrand::Rng>);

impl Seeded {
    pub fn new(seed: u64) -> Seeded {
        Seeded(Mutex::new(fastrand::Rng::with_seed(seed)))
    }
}

impl Entropy for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill(bytes);
    }
}
