//! No double booking (domain.md, ruling 3), as a function of the claims alone: the desk asks it before
//! it books, and every replica asks it again after rows have come together.

use crate::ids::Instant;

/// A time that an active appointment claims of its provider, from `start` until before `end`, beside
/// at most `capacity` claims in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    pub start: Instant,
    pub end: Instant,
    pub capacity: u32,
}

impl Claim {
    pub fn overlaps(&self, other: &Claim) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// Which of `others` stand with `this` at an instant that carries more claims than the least
/// capacity among them allows; as places in `others`.
pub fn crowding(this: &Claim, others: &[Claim]) -> Vec<usize> {
    let near: Vec<usize> = (0..others.len()).filter(|at| others[*at].overlaps(this)).collect();
    let mut crowding = vec![false; others.len()];
    // The number of claims grows only where one begins: those instants stand for all.
    let starts = near.iter().map(|at| others[*at].start).filter(|start| *start > this.start);
    for instant in starts.chain([this.start]) {
        let here = || near.iter().copied().filter(|at| others[*at].start <= instant && instant < others[*at].end);
        let least = here().map(|at| others[at].capacity).min().unwrap_or(u32::MAX).min(this.capacity);
        if here().count() + 1 > least as usize {
            here().for_each(|at| crowding[at] = true);
        }
    }
    near.into_iter().filter(|at| crowding[*at]).collect()
}

/// The most claims that stand at one instant of `this`, itself not counted.
pub fn taken(this: &Claim, others: &[Claim]) -> u32 {
    let near: Vec<&Claim> = others.iter().filter(|other| other.overlaps(this)).collect();
    let starts = near.iter().map(|other| other.start.max(this.start));
    let most = starts.map(|at| near.iter().filter(|other| other.start <= at && at < other.end).count()).max();
    most.unwrap_or(0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(start: i64, end: i64, capacity: u32) -> Claim {
        Claim { start: Instant(start), end: Instant(end), capacity }
    }

    #[test]
    fn who_crowds_whom() {
        for (this, others, expected) in [
            (claim(0, 10, 1), vec![claim(10, 20, 1), claim(-5, 0, 1)], vec![]),
            (claim(0, 10, 1), vec![claim(9, 20, 1), claim(30, 40, 1)], vec![0]),
            (claim(0, 10, 2), vec![claim(0, 5, 2), claim(5, 10, 2)], vec![]),
            (claim(0, 10, 2), vec![claim(0, 6, 2), claim(5, 10, 2)], vec![0, 1]),
            (claim(0, 10, 3), vec![claim(0, 6, 3), claim(5, 10, 3)], vec![]),
            // The group is full in its first half only.
            (claim(0, 10, 2), vec![claim(0, 4, 2), claim(0, 4, 2), claim(6, 10, 2)], vec![0, 1]),
            // A visit for one alone shares its time with nobody, whatever the other's group allows.
            (claim(0, 10, 3), vec![claim(2, 4, 1)], vec![0]),
        ] {
            assert_eq!(crowding(&this, &others), expected, "{this:?} among {others:?}");
        }
    }

    #[test]
    fn the_most_at_one_instant() {
        let here = claim(0, 10, 3);
        assert_eq!(taken(&here, &[]), 0);
        assert_eq!(taken(&here, &[claim(-5, 5, 3), claim(5, 9, 3), claim(8, 20, 3)]), 2);
    }
}
