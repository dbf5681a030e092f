//! What a run may meet: each seed draws its own few kinds of misfortune, so that some runs show one kind
//! alone and others many together.

#[derive(Debug, Clone)]
pub struct Plan {
    pub pcs: usize,
    pub steps: u32,
    /// Of a hundred exchanges so many meet a fault.
    pub trouble: u8,
    /// The most commits in a page, so that there are edges of pages in a short run.
    pub page: usize,
    pub misfortunes: Vec<Misfortune>,
    /// Of a hundred PCs so many are updated before the run; the others are while it goes on.
    pub updated: Option<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfortune {
    Partition,
    PcCrash,
    PcCrashInWrite,
    PcCrashInSync,
    HubCrash,
    HubCrashInWork,
    PcDiskFull,
    HubDiskFull,
    PcRestored,
    PcCloned,
    HubRestored,
    Revoked,
    Clock,
    HubClock,
    Spoilt,
    RuleBroken,
    Enrolled,
}

const ALL: &[Misfortune] = &[
    Misfortune::Partition,
    Misfortune::PcCrash,
    Misfortune::PcCrashInWrite,
    Misfortune::PcCrashInSync,
    Misfortune::HubCrash,
    Misfortune::HubCrashInWork,
    Misfortune::PcDiskFull,
    Misfortune::HubDiskFull,
    Misfortune::PcRestored,
    Misfortune::PcCloned,
    Misfortune::HubRestored,
    Misfortune::Revoked,
    Misfortune::Clock,
    Misfortune::HubClock,
    Misfortune::Spoilt,
    Misfortune::RuleBroken,
    Misfortune::Enrolled,
];

impl Plan {
    pub fn random(rng: &mut fastrand::Rng) -> Plan {
        let often = rng.u32(1..10);
        let misfortunes = ALL.iter().copied().filter(|_| rng.u32(0..14) < often).collect();
        Plan {
            pcs: rng.usize(2..=crate::template::PCS.min(4)),
            steps: rng.u32(60..180),
            trouble: [0, 5, 15, 30][rng.usize(0..4)],
            page: [1, 3, 10, usize::MAX][rng.usize(0..4)],
            misfortunes,
            updated: (rng.u8(0..3) == 0).then(|| [0, 30, 60][rng.usize(0..3)]),
        }
    }
}
