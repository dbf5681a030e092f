//! Time and randomness, handed in from outside so that a simulation can own both.

use uuid::Uuid;

use crate::ids::Instant;

/// What a PC believes the time to be. It may be wrong, stand still or run backward.
pub trait Clock: Send + Sync {
    fn now(&self) -> Instant;
}

/// The source of ids, keys and salts.
pub trait Entropy: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// The PC's own clock.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else is given")]
    fn now(&self) -> Instant {
        Instant(chrono::Utc::now().timestamp_millis())
    }
}

/// The operating system's random numbers.
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        // Without random numbers no id and no key is safe: there is nothing to fall back to.
        getrandom::fill(bytes).expect("the operating system gives random numbers");
    }
}

/// A UUIDv7: ordered by time, so that rows of a day lie together on disk.
pub fn new_id(now: Instant, entropy: &dyn Entropy) -> Uuid {
    let mut random = [0; 10];
    entropy.fill(&mut random);
    uuid::Builder::from_unix_timestamp_millis(now.0.max(0).unsigned_abs(), &random).into_uuid()
}

/// A hybrid logical clock: milliseconds in the upper 48 bits, a counter in the lower 16
/// (Kulkarni et al. 2014). Later than everything this PC has seen, however wrong its clock is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hlc(pub i64);

impl Hlc {
    /// The stamp of the next local write after `self`.
    pub fn tick(self, now: Instant) -> Hlc {
        Hlc(self.0.saturating_add(1).max(Hlc::at(now).0))
    }

    pub fn at(now: Instant) -> Hlc {
        Hlc(now.0.clamp(0, (1 << 46) - 1) << 16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_at_the_end_of_time_is_followed_by_another() {
        // A hub can say so about any commit.
        assert_eq!(Hlc(i64::MAX).tick(Instant(5_000)), Hlc(i64::MAX));
    }

    #[test]
    fn a_clock_set_back_does_not_turn_the_stamps_back() {
        let first = Hlc(0).tick(Instant(5_000));
        let second = first.tick(Instant(1_000));
        let third = second.tick(Instant(6_000));
        assert!(first < second && second < third);
        assert_eq!(third, Hlc::at(Instant(6_000)));
    }
}
