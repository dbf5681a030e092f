//! Some weeks or days only: an RRULE (RFC 5545) without DTSTART, read in whole days.

use std::collections::BTreeSet;

use chrono::{NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use rrule::{Frequency, RRule, RRuleSet, Unvalidated};

use crate::ids::LocalDate;

/// No rule of a clinic yields more days than this: a century of them.
const MOST_DAYS: u16 = 36_525;

/// A rule whose first day is the template's first day.
#[derive(Debug, Clone)]
pub struct Recurrence {
    rule: RRule<Unvalidated>,
    until: Option<NaiveDate>,
}

impl Recurrence {
    /// Reads `FREQ=WEEKLY;INTERVAL=2` or `RRULE:FREQ=MONTHLY;BYDAY=1SA`. Only rules about days are
    /// taken: the times come from the template's rows. An UNTIL with a time counts by its day in `zone`.
    pub fn parse(text: &str, zone: Tz) -> Option<Recurrence> {
        let text = text.trim().to_uppercase();
        let text = text.strip_prefix("RRULE:").unwrap_or(&text);
        // The rrule crate cuts a weekday after two bytes, whatever letters they are of.
        if !text.is_ascii() || text.contains(char::is_whitespace) || text.contains(':') {
            return None;
        }
        let mut kept = Vec::new();
        let mut until = None;
        for part in text.split(';') {
            match part.split_once('=')? {
                ("UNTIL", day) => until = Some(last_day(day, zone)?),
                ("BYHOUR" | "BYMINUTE" | "BYSECOND" | "BYEASTER" | "DTSTART", _) => return None,
                _ => kept.push(part),
            }
        }
        let rule: RRule<Unvalidated> = kept.join(";").parse().ok()?;
        let about_days = match rule.get_freq() {
            Frequency::Yearly | Frequency::Monthly | Frequency::Weekly | Frequency::Daily => true,
            Frequency::Hourly | Frequency::Minutely | Frequency::Secondly => false,
        };
        // The rrule crate takes an interval of nothing, and then never comes to an end.
        if !about_days || rule.get_interval() == 0 || (rule.get_count().is_some() && until.is_some()) {
            return None;
        }
        // Whether the rule is possible at all does not depend on the day on which it begins.
        rule.clone().validate(noon(NaiveDate::default())).ok()?;
        Some(Recurrence { rule, until })
    }

    /// The days between `from` and `to`, both included, that the rule yields when it begins on `first`.
    pub fn days(&self, first: LocalDate, from: LocalDate, to: LocalDate) -> BTreeSet<LocalDate> {
        let last = self.until.map_or(to.0, |until| until.min(to.0));
        let Ok(rule) = self.rule.clone().validate(noon(first.0)) else { return BTreeSet::new() };
        let set = RRuleSet::new(noon(first.0))
            .rrule(rule)
            .after(noon(from.0) - TimeDelta::hours(1))
            .before(noon(last) + TimeDelta::hours(1));
        let dates = set.all(MOST_DAYS).dates;
        dates.into_iter().map(|date| LocalDate(date.date_naive())).filter(|day| *day >= from && day.0 <= last).collect()
    }
}

/// A rule about days yields the same days in every zone; noon in UTC is never skipped.
fn noon(day: NaiveDate) -> chrono::DateTime<rrule::Tz> {
    let noon = day.and_hms_opt(12, 0, 0).unwrap_or_default();
    rrule::Tz::UTC.from_utc_datetime(&noon)
}

fn last_day(text: &str, zone: Tz) -> Option<NaiveDate> {
    if let Some(utc) = text.strip_suffix('Z') {
        let at = NaiveDateTime::parse_from_str(utc, "%Y%m%dT%H%M%S").ok()?;
        return Some(Utc.from_utc_datetime(&at).with_timezone(&zone).date_naive());
    }
    match text.split_once('T') {
        Some(_) => NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").ok().map(|at| at.date()),
        None => NaiveDate::parse_from_str(text, "%Y%m%d").ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> LocalDate {
        LocalDate(text.parse().expect("a day"))
    }

    fn days(rule: &str, first: &str, from: &str, to: &str) -> Vec<String> {
        let rule = Recurrence::parse(rule, chrono_tz::Asia::Kolkata).expect("a rule");
        rule.days(day(first), day(from), day(to)).into_iter().map(|day| day.to_string()).collect()
    }

    #[test]
    fn the_days_that_a_rule_yields() {
        assert_eq!(
            days("FREQ=WEEKLY;INTERVAL=2", "2026-11-02", "2026-11-09", "2026-12-05"),
            ["2026-11-16", "2026-11-30"]
        );
        assert_eq!(
            days("RRULE:FREQ=MONTHLY;BYDAY=1SA", "2026-01-01", "2026-10-04", "2026-12-31"),
            ["2026-11-07", "2026-12-05"]
        );
        assert_eq!(days("FREQ=DAILY;COUNT=2", "2026-11-02", "2026-11-01", "2026-12-31"), ["2026-11-02", "2026-11-03"]);
        assert_eq!(days("FREQ=DAILY;UNTIL=20261103", "2026-11-02", "2026-11-02", "2026-12-31").len(), 2);
        // 22:00 UTC is the next day in India.
        assert_eq!(days("FREQ=DAILY;UNTIL=20261103T220000Z", "2026-11-02", "2026-11-02", "2026-12-31").len(), 3);
    }

    #[test]
    fn a_rule_that_never_comes_true_yields_nothing() {
        assert!(days("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "2026-01-01", "2026-01-01", "2046-12-31").is_empty());
    }

    #[test]
    fn what_is_no_rule_about_days() {
        for text in [
            "",
            "every second week",
            "FREQ=HOURLY",
            "FREQ=SECONDLY",
            "FREQ=DAILY;BYHOUR=9",
            "FREQ=WEEKLY;INTERVAL=0",
            "FREQ=WEEKLY;INTERVAL=-1",
            "FREQ=DAILY;COUNT=3;UNTIL=20261103",
            "FREQ=DAILY;UNTIL=soon",
            "FREQ=WEEKLY;BYDAY=1सो",
            "FREQ=MONTHLY;BYDAY=MOW\u{fffd}",
            "DTSTART:20260101T090000Z\nRRULE:FREQ=DAILY",
        ] {
            assert!(Recurrence::parse(text, chrono_tz::UTC).is_none(), "{text:?}");
        }
    }
}
