//! What a run may meet: each seed draws its own few kinds of misfortune, so that some runs show one kind
//! alone and others many together.

#[derive(Debug, Clone)]
pub struct Plan {
    pub pcs: usize,
    pub steps: u32,
    /// Of a hundred exchanges so many meet a fault.
    pub trouble: u8,
    pub misfortunes: Vec<Misfortune>,
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
];

impl Plan {
    pub fn random(rng: &mut fastrand::Rng) -> Plan {
        let often = rng.u32(1..10);
        let misfortunes = ALL.iter().copied().filter(|_| rng.u32(0..14) < often).collect();
        Plan {
            pcs: rng.usize(2..=crate::template::PCS.min(4)),
            steps: rng.u32(60..180),
            trouble: [0, 5, 15, 30][rng.usize(0..4)],
            misfortunes,
        }
    }
}
