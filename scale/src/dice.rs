//! Chance that repeats: the same seed throws the same numbers, on every machine.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use neem_core::Instant;
use neem_core::clock::{Clock, Entropy};

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// SplitMix64 (Steele, Lea and Flood 2014): a counter, stirred.
fn stir(counter: u64) -> u64 {
    let mut z = counter;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Decides what the clinic is like.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(stir(seed.wrapping_add(STEP)))
    }

    fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        stir(self.0)
    }

    /// Below `end`; zero if there is nothing below it.
    pub fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.throw()) * end as u128) >> 64) as usize
    }

    /// From `least` to `most`, both included.
    pub fn from_to(&mut self, least: i64, most: i64) -> i64 {
        least + self.below((most - least + 1).max(1) as usize) as i64
    }

    /// From 0 to 1, without the 1.
    pub fn part(&mut self) -> f64 {
        (self.throw() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// True so many times in a hundred.
    pub fn percent(&mut self, percent: f64) -> bool {
        self.part() * 100.0 < percent
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// The place of one of these, each as likely as its weight.
    pub fn weighted(&mut self, weights: impl Iterator<Item = u32> + Clone) -> usize {
        let total: u32 = weights.clone().sum();
        let mut left = self.below(total as usize) as u32;
        for (place, weight) in weights.enumerate() {
            if left < weight {
                return place;
            }
            left -= weight;
        }
        0
    }
}

/// The source of ids and keys, from a seed.
pub struct SeededEntropy(AtomicU64);

impl SeededEntropy {
    pub fn new(seed: u64) -> SeededEntropy {
        SeededEntropy(AtomicU64::new(stir(seed ^ 0x6e65_656d)))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for part in bytes.chunks_mut(8) {
            let noise = stir(self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP)).to_le_bytes();
            part.copy_from_slice(&noise[..part.len()]);
        }
    }
}

/// A clock that stands where it was put.
pub struct SetClock(AtomicI64);

impl SetClock {
    pub fn at(now: Instant) -> SetClock {
        SetClock(AtomicI64::new(now.0))
    }

    pub fn set(&self, now: Instant) {
        self.0.store(now.0, Ordering::Relaxed);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Instant {
        Instant(self.0.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_sequence_and_every_face_comes_up() {
        let throws = |seed| {
            let mut dice = Dice::new(seed);
            (0..600).map(|_| dice.below(6)).collect::<Vec<_>>()
        };
        assert_eq!(throws(7), throws(7));
        assert_ne!(throws(7), throws(8));
        for face in 0..6 {
            let times = throws(7).iter().filter(|throw| **throw == face).count();
            assert!((60..140).contains(&times), "{face} came {times} times of 600");
        }
    }

    #[test]
    fn a_weight_of_nothing_never_comes() {
        let mut dice = Dice::new(1);
        assert!((0..200).all(|_| dice.weighted([0, 3, 0, 1].into_iter()) % 2 == 1));
    }
}
