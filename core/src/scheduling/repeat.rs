//! How often a visit repeats, as the desk says it, and the days that follow from it.

use chrono::Days;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Code;
use crate::form::Form;
use crate::ids::LocalDate;
use crate::scheduling::recurrence::Recurrence;

/// The most visits that are booked together: twice a week for a year.
const MOST_VISITS: u32 = 104;
/// How far ahead the last of them may be, in days: two years.
const MOST_DAYS: u64 = 731;
/// Nothing that repeats less often than once a year is planned.
const MOST_APART: u32 = 52;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum RepeatUnit {
    Day,
    Week,
    Month,
}

/// "Every two weeks, six times." Either a number of visits or a last day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Repeat {
    pub unit: RepeatUnit,
    /// Every so many of them, 1 to 52.
    pub interval: u32,
    /// How many visits, the first included, 2 to 104.
    pub count: Option<u32>,
    /// The last possible day; left out, the number counts.
    pub until: String,
}

impl Repeat {
    /// The days, the first among them, and the rule as RFC 5545 writes it. A month without the day (a
    /// 31st) has no visit. Problems are named `interval`, `count` and `until`.
    pub(super) fn days(&self, form: &mut Form, first: LocalDate, zone: Tz) -> Option<(Vec<LocalDate>, String)> {
        if !(1..=MOST_APART).contains(&self.interval) {
            form.problem("interval", Code::OutOfRange, Some(MOST_APART));
            return None;
        }
        let unit = match self.unit {
            RepeatUnit::Day => "DAILY",
            RepeatUnit::Week => "WEEKLY",
            RepeatUnit::Month => "MONTHLY",
        };
        let mut rule = format!("FREQ={unit};INTERVAL={}", self.interval);
        let last = LocalDate(first.0 + Days::new(MOST_DAYS));
        if self.until.trim().is_empty() {
            let Some(count) = self.count else {
                form.problem("count", Code::Required, None);
                return None;
            };
            if !(2..=MOST_VISITS).contains(&count) {
                form.problem("count", Code::OutOfRange, Some(MOST_VISITS));
                return None;
            }
            rule.push_str(&format!(";COUNT={count}"));
        } else {
            let until = form.day("until", &self.until)?;
            if until <= first {
                form.problem("until", Code::EndsBeforeStart, None);
                return None;
            }
            if until > last {
                form.problem("until", Code::OutOfRange, None);
                return None;
            }
            rule.push_str(&format!(";UNTIL={}", until.0.format("%Y%m%d")));
        }
        let days: Vec<LocalDate> = Recurrence::parse(&rule, zone)?.days(first, first, last).into_iter().collect();
        let found = days.len() as u32;
        if self.until.trim().is_empty() && self.count.is_some_and(|count| found < count) {
            form.problem("count", Code::OutOfRange, Some(found));
            return None;
        }
        if found > MOST_VISITS {
            form.problem("until", Code::OutOfRange, None);
            return None;
        }
        Some((days, rule))
    }
}
