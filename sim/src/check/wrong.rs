//! What a check has found, with the name of the check.

use crate::tally::Check;

/// What is wrong with one machine.
#[derive(Default)]
pub struct Wrong(pub Vec<(Check, String)>);

impl Wrong {
    pub fn add(&mut self, check: Check, text: impl Into<String>) {
        self.0.push((check, text.into()));
    }
}
