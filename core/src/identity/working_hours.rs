//! Working hours as people write them: `mon 09:00-17:00`.

use chrono::NaiveTime;

use crate::error::Code;
use crate::form::Form;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The hours in one form, in the order of the week; empty lines are left out.
pub(super) fn check(form: &mut Form, field: &str, lines: &[String]) -> Vec<String> {
    let mut hours = Vec::new();
    for line in lines.iter().filter(|line| !line.trim().is_empty()) {
        match parse(line) {
            Some((_, start, end)) if end <= start => form.problem(field, Code::EndsBeforeStart, None),
            Some(known) => hours.push(known),
            None => form.problem(field, Code::NotATime, None),
        }
    }
    hours.sort();
    hours.dedup();
    let text = |(day, start, end): (usize, NaiveTime, NaiveTime)| {
        format!("{} {}-{}", DAYS[day], start.format("%H:%M"), end.format("%H:%M"))
    };
    hours.into_iter().map(text).collect()
}

fn parse(line: &str) -> Option<(usize, NaiveTime, NaiveTime)> {
    let line = line.trim().to_lowercase().replace(['–', '—'], "-");
    let (day, times) = line.split_once(char::is_whitespace)?;
    let (start, end) = times.split_once('-')?;
    // "Monday" is Monday too, and "m" may be anything.
    let day = DAYS.iter().position(|known| day.starts_with(known))?;
    Some((day, time(start)?, time(end)?))
}

fn time(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text.trim(), "%H:%M").ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_come_in_one_form_and_slips_are_named() {
        for (line, expected) in [
            ("mon 09:00-17:00", Ok("mon 09:00-17:00")),
            ("  Tuesday 9:00 – 13:30 ", Ok("tue 09:00-13:30")),
            ("mon 17:00-09:00", Err(Code::EndsBeforeStart)),
            ("mon 09:00-09:00", Err(Code::EndsBeforeStart)),
            ("mon 25:00-26:00", Err(Code::NotATime)),
            ("m 09:00-10:00", Err(Code::NotATime)),
            ("09:00-10:00", Err(Code::NotATime)),
            ("mon 09:00", Err(Code::NotATime)),
        ] {
            let mut form = Form::default();
            let hours = check(&mut form, "workingHours", &[line.to_owned()]);
            let found = form.finish().map(|()| hours.join(",")).map_err(|error| error.code());
            assert_eq!(found.as_deref().map_err(|code| *code), expected, "{line}");
        }
        let mut form = Form::default();
        let week = ["sun 10:00-12:00", "", "mon 14:00-18:00", "mon 09:00-13:00"].map(str::to_owned);
        assert_eq!(check(&mut form, "h", &week), ["mon 09:00-13:00", "mon 14:00-18:00", "sun 10:00-12:00"]);
    }
}
