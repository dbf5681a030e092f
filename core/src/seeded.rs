//! Faults put in on purpose, each where it would be easy to make it, so that the simulator can be asked
//! whether it finds them (docs/simulation.md). Without the feature `seeded-bugs` none of them can be
//! chosen, and the compiler leaves their code out.

/// Whether this fault was chosen. None ever is in a program without the feature.
#[cfg(not(feature = "seeded-bugs"))]
#[must_use]
#[inline(always)]
pub const fn seeded(_: Bug) -> bool {
    false
}

/// Whether this fault was chosen.
#[cfg(feature = "seeded-bugs")]
#[must_use]
pub fn seeded(bug: Bug) -> bool {
    CHOSEN.load(std::sync::atomic::Ordering::Relaxed) == bug as u8
}

#[cfg(feature = "seeded-bugs")]
static CHOSEN: std::sync::atomic::AtomicU8 = std::sync::atomic::AtomicU8::new(u8::MAX);

/// From here on the program has this fault, and no other.
#[cfg(feature = "seeded-bugs")]
pub fn choose(bug: Bug) {
    CHOSEN.store(bug as u8, std::sync::atomic::Ordering::Relaxed);
}

macro_rules! bugs {
    ($($bug:ident, $name:literal, $what:literal;)*) => {
        /// A fault that can be chosen.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Bug {
            $(#[doc = $what] $bug,)*
        }

        impl Bug {
            /// All of them, each with its name and what it breaks.
            #[cfg(feature = "seeded-bugs")]
            pub const ALL: &[(Bug, &str, &str)] = &[$((Bug::$bug, $name, $what)),*];
        }
    };
}

bugs! {
    AckBeforeCommit, "ack-before-commit", "the hub answers a push although its transaction did not commit";
    NormalOnHub, "normal-on-hub", "the hub does not wait for the disk: `synchronous=NORMAL`";
    NormalOnPc, "normal-on-pc", "a PC does not wait for the disk: `synchronous=NORMAL`";
    CheckpointUnsynced, "checkpoint-unsynced", "the log is moved into the file without waiting for the disk";
    LogOutsideTransaction, "log-outside-transaction", "rows are committed first, their log entry in a transaction after it";
    FullDiskSwallowed, "full-disk-swallowed", "a commit that the disk refuses is confirmed to the person";
    CursorOutside, "cursor-outside", "the cursor is stored in a transaction of its own, before the page";
    CursorPastPage, "cursor-past-page", "a full page carries the hub's last number as its cursor";
    PageSplitsCommit, "page-splits-commit", "the rows that a commit inserts and those that it changes go in with two transactions";
    WallClockMerge, "wall-clock-merge", "the later clock wins, whatever a write has seen";
    LoserDropped, "loser-dropped", "of two concurrent writes only the later one is kept";
    LoserNotStored, "loser-not-stored", "a PC does not store a fetched write that does not show";
    StatusMovesBack, "status-moves-back", "the latest status shows, not the furthest";
    CautionForgotten, "caution-forgotten", "the latest severity shows, not the most cautious";
    EmptiedFieldStays, "emptied-field-stays", "merging a field that was emptied leaves the old value";
    SetByUpdate, "set-by-update", "adding to a set again takes the removal back instead of making a new row";
    ConflictNotClosed, "conflict-not-closed", "a conflict stays open after its last other version has gone";
    ConflictNotMade, "conflict-not-made", "double bookings are looked for when an appointment is made, not when it moves";
    ConflictIdUnsorted, "conflict-id-unsorted", "the id of a double booking is made of the pair as it comes";
    DecisionSeesShown, "decision-sees-shown", "a decision names only the version that shows as seen";
    EditSeesAll, "edit-sees-all", "an edit by the way names every version as seen, and so decides a conflict";
    DuplicateUnanswered, "duplicate-unanswered", "a page that comes twice is acknowledged without the numbers of its commits";
    GapAcknowledged, "gap-acknowledged", "commits behind a gap are acknowledged and not stored";
    HubSeqGap, "hub-seq-gap", "a page that comes twice takes numbers of the hub's order again";
    ClockNotClamped, "clock-not-clamped", "the hub believes a clock that is ten years ahead";
    ClampNotTold, "clamp-not-told", "an acknowledgement that is given again does not say that a clock was moved";
    RevokedMayPush, "revoked-may-push", "a token that was given before a PC was shut out still pushes";
    QuarantineUntold, "quarantine-untold", "the hub does not say which commits it has set aside";
    MarkedBeforeAnswer, "marked-before-answer", "a PC marks commits as sent before the hub has answered";
    EpochKept, "epoch-kept", "a hub that was restored keeps its epoch";
    RefillOwnOnly, "refill-own-only", "a PC gives a restored hub its own commits back and nobody else's";
    LifeKept, "life-kept", "a PC that was restored goes on under its old life";
    SeenNotMoved, "seen-not-moved", "commits signed anew still name what they have seen by the old life";
    CopiesSentTwice, "copies-sent-twice", "a copy sends what another copy has sent already";
    OwnDeviceSkipped, "own-device-skipped", "fetching passes over every life of the own PC, not only the present one";
    NotReadAgain, "not-read-again", "a new life goes on fetching where the old one was";
    SumNotMoved, "sum-not-moved", "the digest of a row does not follow when a fetched commit changes it";
    RepairForgets, "repair-forgets", "a repair writes down what it changes and does not change it";
    NewerValuesDropped, "newer-values-dropped", "a PC of an older version drops values for columns that it has not";
}
