//! Wall-clock times of a site, and the instants at which its clocks show them.

use chrono::{LocalResult, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone};
use chrono_tz::Tz;

use crate::ids::{Instant, LocalDate};

/// Minutes since midnight for `HH:MM`, from `00:00` to `24:00`.
pub fn minutes_of(text: &str) -> Option<u32> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let two = |part: &str| (part.len() <= 2 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse().ok())?;
    let (hours, minutes): (u32, u32) = (two(hours)?, two(minutes)?);
    (minutes < 60 && hours * 60 + minutes <= 24 * 60).then_some(hours * 60 + minutes)
}

/// `HH:MM` again.
pub fn text_of(minutes: u32) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// The first instant of `day` at which clocks in `zone` show `minutes` after midnight or more: a time
/// that clocks skip is the end of the skipped part, one that they show twice is the first of both.
pub fn first_instant(day: LocalDate, minutes: u32, zone: Tz) -> Instant {
    if minutes >= 24 * 60 {
        return day.bounds(zone).1;
    }
    let wanted = day.0.and_time(NaiveTime::MIN) + TimeDelta::minutes(i64::from(minutes));
    match zone.from_local_datetime(&wanted) {
        LocalResult::Single(time) => Instant(time.timestamp_millis()),
        LocalResult::Ambiguous(one, other) => Instant(one.timestamp_millis().min(other.timestamp_millis())),
        LocalResult::None => end_of_gap(wanted, zone),
    }
}

/// Clocks have gone forward over `wanted`. What the old offset makes of it lies after the change by
/// as much as `wanted` lies inside the gap.
fn end_of_gap(wanted: NaiveDateTime, zone: Tz) -> Instant {
    // No gap is longer than a day (Samoa left one out in 2011), and one ends on a full minute.
    let after =
        (1..=24 * 60).find_map(|minutes| zone.from_local_datetime(&(wanted + TimeDelta::minutes(minutes))).earliest());
    Instant(after.map_or_else(|| wanted.and_utc().timestamp_millis(), |time| time.timestamp_millis()))
}

/// Whether clocks in `zone` show the time of `at` for the second time.
pub fn is_repeated(at: Instant, zone: Tz) -> bool {
    let local = at.to_utc().with_timezone(&zone);
    match zone.from_local_datetime(&local.naive_local()) {
        LocalResult::Ambiguous(one, other) => at.0 > one.timestamp_millis().min(other.timestamp_millis()),
        LocalResult::Single(_) | LocalResult::None => false,
    }
}

/// Whether clocks change between two instants.
pub fn clocks_change(from: Instant, to: Instant, zone: Tz) -> bool {
    let offset = |at: Instant| zone.offset_from_utc_datetime(&at.to_utc().naive_utc()).fix();
    offset(from) != offset(to)
}

/// Minutes after midnight that clocks in `zone` show at `at`.
pub fn minutes_at(at: Instant, zone: Tz) -> u32 {
    use chrono::Timelike;
    let local = at.to_utc().with_timezone(&zone);
    local.hour() * 60 + local.minute()
}

/// `2026-11-20 09:30`, as clocks in `zone` show it.
pub fn written(at: Instant, zone: Tz) -> String {
    at.to_utc().with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    #[test]
    fn times_as_typed() {
        for (text, minutes) in
            [("09:30", Some(570)), ("9:30", Some(570)), ("00:00", Some(0)), ("24:00", Some(1440)), ("24:01", None)]
        {
            assert_eq!(minutes_of(text), minutes, "{text}");
        }
        for text in ["", "9", "9:60", "25:00", "a:b", "-1:30", "09:30:00", "+9:30"] {
            assert_eq!(minutes_of(text), None, "{text}");
        }
        assert_eq!(text_of(570), "09:30");
    }

    #[test]
    fn skipped_and_repeated_times() {
        let zone = chrono_tz::America::New_York;
        let day = |m, d| LocalDate(NaiveDate::from_ymd_opt(2026, m, d).expect("a day"));
        let at = |m, d, minutes| first_instant(day(m, d), minutes, zone).to_string();
        assert_eq!(at(3, 8, 150), "2026-03-08T07:00:00.000Z", "02:30 is skipped: 03:00 EDT");
        assert_eq!(at(3, 8, 180), "2026-03-08T07:00:00.000Z");
        assert_eq!(at(11, 1, 90), "2026-11-01T05:30:00.000Z", "01:30 EDT, the first");
        assert!(!is_repeated(first_instant(day(11, 1), 90, zone), zone));
        assert!(is_repeated(first_instant(day(11, 1), 90, zone).plus_minutes(60), zone));
        assert_eq!(at(11, 1, 1440), "2026-11-02T05:00:00.000Z");
    }
}
