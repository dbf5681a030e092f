//! What happened in a run: counted for the summary, written down for whoever looks for a fault.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// Shared by everything that takes part in one run.
#[derive(Default)]
pub struct Tally {
    faults: RefCell<BTreeMap<&'static str, u64>>,
    pub commits: Cell<u64>,
    trace: RefCell<Vec<String>>,
    violations: RefCell<Vec<String>>,
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
    pub fn violation(&self, text: String) {
        self.line(format!("VIOLATION {text}"));
        self.violations.borrow_mut().push(text);
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
    pub violations: Vec<String>,
    /// The schedule, a line a step.
    pub trace: Vec<String>,
}
