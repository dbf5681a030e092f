//! Reads what people type. Every problem of a form is found at once and nothing is cut silently.

use chrono::{Datelike, NaiveDate};

use crate::error::{Code, Error, Problem, Result};
use crate::ids::LocalDate;

/// The longest name, in characters.
pub const NAME: u32 = 120;
/// The longest line: an address, a reason.
pub const LINE: u32 = 300;
/// The longest free text, in characters: about six printed pages.
pub const TEXT: u32 = 20_000;

/// Collects the problems of one form.
#[derive(Default)]
pub struct Form {
    problems: Vec<Problem>,
}

impl Form {
    pub fn problem(&mut self, field: &str, code: Code, limit: Option<u32>) {
        self.problems.push(Problem { field: field.to_owned(), code, limit });
    }

    /// The text without spaces around it or doubled inside a line; `None` when nothing is left.
    pub fn optional(&mut self, field: &str, text: &str, max: u32) -> Option<String> {
        // Counting first keeps ten pasted megabytes from being copied about.
        if text.len() > max as usize * 8 || text.chars().count() > max as usize {
            self.problem(field, Code::TooLong, Some(max));
            return None;
        }
        let seen: String = text.chars().filter(|c| *c == '\n' || c.is_whitespace() || !is_invisible(*c)).collect();
        let lines = seen.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        let clean = lines.collect::<Vec<_>>().join("\n");
        let clean = clean.trim();
        (!clean.is_empty()).then(|| clean.to_owned())
    }

    pub fn required(&mut self, field: &str, text: &str, max: u32) -> String {
        let before = self.problems.len();
        let clean = self.optional(field, text, max);
        if clean.is_none() && self.problems.len() == before {
            self.problem(field, Code::Required, None);
        }
        clean.unwrap_or_default()
    }

    /// A person's name: something in it is a letter, of whatever script.
    pub fn name(&mut self, field: &str, text: &str) -> String {
        let name = self.required(field, text, NAME).split_whitespace().collect::<Vec<_>>().join(" ");
        if !name.is_empty() && !name.chars().any(char::is_alphabetic) {
            self.problem(field, Code::NotAName, None);
        }
        name
    }

    /// A phone number as E.164; `country` is the ISO 3166 code for numbers without a prefix.
    pub fn phone(&mut self, field: &str, text: &str, country: &str) -> Option<String> {
        let text = self.optional(field, text, 40)?;
        let parsed = parse_phone(&text, country);
        if parsed.is_none() {
            self.problem(field, Code::NotAPhone, None);
        }
        parsed
    }

    pub fn email(&mut self, field: &str, text: &str) -> String {
        let email = self.required(field, text, 200).to_lowercase();
        let sound = email.split_once('@').is_some_and(|(user, host)| {
            !user.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
        });
        if !email.is_empty() && (!sound || email.contains(char::is_whitespace)) {
            self.problem(field, Code::NotAnEmail, None);
        }
        email
    }

    /// An email address that may be left out.
    pub fn optional_email(&mut self, field: &str, text: &str) -> Option<String> {
        (!text.trim().is_empty()).then(|| self.email(field, text)).filter(|email| !email.is_empty())
    }

    /// A whole day, written as people do; `None` when left out.
    pub fn day(&mut self, field: &str, text: &str) -> Option<LocalDate> {
        let text = self.optional(field, text, 40)?;
        match parse_date(&text) {
            Some((date, Precision::Day)) => Some(LocalDate(date)),
            _ => {
                self.problem(field, Code::NotADate, None);
                None
            }
        }
    }

    /// An ISO 4217 code.
    pub fn currency(&mut self, field: &str, text: &str) -> String {
        let code = text.trim().to_uppercase();
        if code.len() != 3 || !code.chars().all(|c| c.is_ascii_uppercase()) {
            self.problem(field, Code::NotACurrency, None);
        }
        code
    }

    /// A number within limits, both included.
    pub fn within(&mut self, field: &str, value: u32, least: u32, most: u32) -> u32 {
        if !(least..=most).contains(&value) {
            self.problem(field, Code::OutOfRange, Some(most));
        }
        value
    }

    pub fn time_zone(&mut self, field: &str, text: &str) -> String {
        if text.parse::<chrono_tz::Tz>().is_err() {
            self.problem(field, Code::NotATimeZone, None);
        }
        text.to_owned()
    }

    /// Fails with every problem found, or lets the caller go on.
    pub fn finish(self) -> Result<()> {
        if self.problems.is_empty() { Ok(()) } else { Err(Error::Form(self.problems)) }
    }
}

/// Marks that change how text runs without being seen could make one name look like another.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

pub fn parse_phone(text: &str, country: &str) -> Option<String> {
    let country = country.parse().ok();
    let number = phonenumber::parse(country, text).ok()?;
    let e164 = number.format().mode(phonenumber::Mode::E164).to_string();
    // The numbering plans change faster than an offline PC is updated: length is checked, ranges are not.
    let digits = e164.chars().filter(char::is_ascii_digit).count();
    (8..=15).contains(&digits).then_some(e164)
}

/// How exactly a birth date is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    Day,
    Month,
    Year,
}

impl Precision {
    pub fn name(self) -> &'static str {
        match self {
            Precision::Day => "day",
            Precision::Month => "month",
            Precision::Year => "year",
        }
    }
}

/// Reads a date as people write it: `1980-03-12`, `12/3/1980`, `12 Mar 1980`, `3/1980`, `1980`.
/// The day comes before the month, as in every country that Neem ships for.
pub fn parse_date(text: &str) -> Option<(NaiveDate, Precision)> {
    let ascii = any_ascii::any_ascii(text).to_lowercase();
    let parts: Vec<&str> = ascii.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let number = |part: &str| part.parse::<u32>().ok();
    let year = |part: &str| (part.len() == 4).then(|| part.parse::<i32>().ok()).flatten();
    let date = |y: i32, m: u32, d: u32| NaiveDate::from_ymd_opt(y, m, d).filter(|date| date.year() >= 1000);
    match parts.as_slice() {
        [y] => Some((date(year(y)?, 1, 1)?, Precision::Year)),
        [m, y] => Some((date(year(y)?, month(m)?, 1)?, Precision::Month)),
        [y, m, d] if y.len() == 4 => Some((date(year(y)?, month(m)?, number(d)?)?, Precision::Day)),
        [d, m, y] => Some((date(year(y)?, month(m)?, number(d)?)?, Precision::Day)),
        _ => None,
    }
}

fn month(part: &str) -> Option<u32> {
    const NAMES: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    part.parse().ok().or_else(|| {
        let index = NAMES.iter().position(|name| part.starts_with(name))?;
        u32::try_from(index + 1).ok()
    })
}

/// Full years between a birth date and a day; `None` before the birth.
pub fn age_in_years(birth: NaiveDate, on: NaiveDate) -> Option<u32> {
    on.years_since(birth)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_people_write_them() {
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).expect("a date");
        for (text, expected) in [
            ("1980-03-12", Some((day(1980, 3, 12), Precision::Day))),
            ("12/3/1980", Some((day(1980, 3, 12), Precision::Day))),
            ("12.03.1980", Some((day(1980, 3, 12), Precision::Day))),
            ("12 Mar 1980", Some((day(1980, 3, 12), Precision::Day))),
            ("१२/३/१९८०", Some((day(1980, 3, 12), Precision::Day))),
            ("3/1980", Some((day(1980, 3, 1), Precision::Month))),
            ("1980", Some((day(1980, 1, 1), Precision::Year))),
            ("31/2/1980", None),
            ("80", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(parse_date(text), expected, "{text:?}");
        }
    }

    #[test]
    fn all_problems_at_once_and_nothing_cut() {
        let mut form = Form::default();
        assert_eq!(form.name("fullName", "  Sunita \u{202E}  Deshpande "), "Sunita Deshpande");
        assert_eq!(form.name("fullName", "Sunita\n\nDeshpande"), "Sunita Deshpande");
        form.name("a", "  ");
        form.name("b", "12 34");
        form.name("c", "😀");
        form.optional("d", &"x".repeat(10 << 20), TEXT);
        form.phone("e", "call me", "IN");
        form.email("f", "nobody@nowhere");
        let Err(error) = form.finish() else { panic!("problems expected") };
        let codes: Vec<Code> = error.problems().iter().map(|p| p.code).collect();
        use Code::*;
        assert_eq!(codes, [Required, NotAName, NotAName, TooLong, NotAPhone, NotAnEmail]);
    }

    #[test]
    fn phones_become_one_form() {
        for text in ["98220 12345", "+91 98220 12345", "0 98220-12345", "९८२२०१२३४५"] {
            let ascii = any_ascii::any_ascii(text);
            assert_eq!(parse_phone(&ascii, "IN").as_deref(), Some("+919822012345"), "{text}");
        }
        assert_eq!(parse_phone("12", "IN"), None);
    }
}
