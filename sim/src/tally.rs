//! What happened in a run: counted for the summary, written down for whoever looks for a fault.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// What is looked at; docs/simulation.md says it in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// Everything that was confirmed at a PC, and everything in a log, is there.
    Lost,
    /// … and there once.
    Twice,
    /// What the hub acknowledges is in its store at that moment, and after every crash.
    Acknowledged,
    /// What a PC takes for sent is at the hub, under the number and the clock that the hub gave it.
    Marked,
    /// Everybody has everything within a few rounds.
    Settles,
    /// A sync ends with digests that are the same, and they are those of the rows.
    Digest,
    /// No proof ever failed that nobody had spoilt, and what was spoilt is put right.
    Repair,
    /// Rows are those that the log says.
    Rows,
    /// Numbers are dense and chains are whole.
    Chain,
    /// The conflicts that follow are open, and no others.
    Conflicts,
    /// All versions of a conflict can be read, and a decision ends it.
    Decisions,
    /// A write is never shown behind one that its author had seen.
    Causality,
    /// An adding to a set holds until somebody who knew of it removes it.
    Sets,
    /// No clock counts for more than five minutes ahead of the hub's.
    Clocks,
    /// Whoever is shut out gets nothing and brings nothing.
    ShutOut,
    /// What is set aside is set aside everywhere and said everywhere.
    Quarantine,
    /// Nothing waits in the end.
    Waits,
    /// The program does not fail while its disk is sound, and starts again after every crash.
    Program,
}

/// Shared by everything that takes part in one run.
#[derive(Default)]
pub struct Tally {
    faults: RefCell<BTreeMap<&'static str, u64>>,
    pub commits: Cell<u64>,
    trace: RefCell<Vec<String>>,
    violations: RefCell<Vec<(Check, String)>>,
}

impl Tally {
    /// A fault was injected and had an effect.
    pub fn fault(&self, kind: &'static str) {
        *self.faults.borrow_mut().entry(kind).or_default() += 1;
    }

    pub fn line(&self, text: String) {
        self.trace.borrow_mut().push(text);
    }

    /// A promise was broken.
    pub fn violation(&self, check: Check, text: impl Into<String>) {
        let text = text.into();
        self.line(format!("VIOLATION {check:?}: {text}"));
        self.violations.borrow_mut().push((check, text));
    }

    pub fn broken(&self) -> bool {
        !self.violations.borrow().is_empty()
    }

    pub fn finish(&self, simulated_ms: i64) -> Outcome {
        Outcome {
            commits: self.commits.get(),
            faults: self.faults.take(),
            simulated_ms,
            violations: self.violations.take(),
            trace: self.trace.take(),
        }
    }
}

/// One run.
#[derive(Debug, Default, PartialEq)]
pub struct Outcome {
    /// Writes of people that were confirmed to them.
    pub commits: u64,
    /// Faults by kind.
    pub faults: BTreeMap<&'static str, u64>,
    pub simulated_ms: i64,
    /// Broken promises; none is what should be.
    pub violations: Vec<(Check, String)>,
    /// The schedule, a line a step.
    pub trace: Vec<String>,
}
