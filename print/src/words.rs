//! The fixed words of every paper in the languages that Neem speaks.
//!
//! They stand in the screens' catalogue, `ui/src/i18n/<language>/papers.json`, and travel inside the program: a paper
//! never depends on what the window has loaded.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use specta::Type;

/// A language in which papers come out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English, where nothing else is known.
    #[default]
    En,
    /// Hindi.
    Hi,
    /// Indonesian.
    Id,
    /// Portuguese of Brazil.
    Pt,
    /// Arabic, read from the right.
    Ar,
}

impl Language {
    /// All of them.
    pub const ALL: [Language; 5] = [Language::En, Language::Hi, Language::Id, Language::Pt, Language::Ar];

    /// The language of a BCP 47 tag such as "pt-BR"; none for one that Neem does not speak.
    pub fn of(tag: &str) -> Option<Language> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Language::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(primary))
    }

    /// Its code, as the folder of the catalogue and the typesetter have it.
    pub fn code(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::Hi => "hi",
            Language::Id => "id",
            Language::Pt => "pt",
            Language::Ar => "ar",
        }
    }

    /// Whether it is read from right to left.
    pub fn is_rtl(self) -> bool {
        self == Language::Ar
    }

    /// The words of a paper in this language.
    pub fn words(self) -> &'static Words {
        static ALL: [OnceLock<Words>; 5] = [const { OnceLock::new() }; 5];
        ALL[self as usize].get_or_init(|| {
            let catalogue: Catalogue = serde_json::from_str(self.catalogue())
                .unwrap_or_else(|error| unreachable!("papers.json of {}: {error}", self.code()));
            Words { language: self, ..catalogue.papers }
        })
    }

    fn catalogue(self) -> &'static str {
        match self {
            Language::En => include_str!("../../ui/src/i18n/en/papers.json"),
            Language::Hi => include_str!("../../ui/src/i18n/hi/papers.json"),
            Language::Id => include_str!("../../ui/src/i18n/id/papers.json"),
            Language::Pt => include_str!("../../ui/src/i18n/pt/papers.json"),
            Language::Ar => include_str!("../../ui/src/i18n/ar/papers.json"),
        }
    }
}

#[derive(Deserialize)]
struct Catalogue {
    papers: Words,
}

/// The labels of one kind of paper, by name; `{{…}}` marks where a value goes.
pub(crate) type Labels = BTreeMap<String, String>;

/// What papers say around names and numbers, in one language.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Words {
    #[serde(skip)]
    language: Language,
    day: DayWords,
    counted: BTreeMap<String, String>,
    vehicle: String,
    /// What whoever holds a slip waits for.
    pub called: String,
    /// The sexes.
    pub sex: SexWords,
    /// Where a visit stands.
    pub status: StatusWords,
    /// How money moved, as it is said inside a line.
    pub method: MethodWords,
    pub(crate) slip: Labels,
    pub(crate) blank: Labels,
    pub(crate) day_list: Labels,
    pub(crate) receipt: Labels,
    pub(crate) prescription: Labels,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DayWords {
    short: String,
    long: String,
    /// From Monday.
    weekdays_short: [String; 7],
    weekdays: [String; 7],
    months_short: [String; 12],
    months: [String; 12],
}

/// The sexes in words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SexWords {
    pub female: String,
    pub male: String,
    pub other: String,
    pub prefer_not_to_say: String,
}

/// Where a visit stands, in words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusWords {
    pub requested: String,
    pub scheduled: String,
    pub confirmed: String,
    pub walk_in: String,
    pub arrived: String,
    pub in_progress: String,
    pub completed: String,
    pub cancelled: String,
    pub no_show: String,
}

/// How money moved, in words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MethodWords {
    pub cash: String,
    pub card: String,
    pub bank_transfer: String,
    pub mobile_money: String,
    pub online: String,
    pub insurance: String,
    pub other: String,
}

impl Words {
    /// A day such as "Fri 20 Nov 2026".
    pub fn day(&self, day: NaiveDate) -> String {
        self.said(&self.day.short, &self.day.weekdays_short, &self.day.months_short, day)
    }

    /// A day such as "Friday 20 November 2026".
    pub fn long_day(&self, day: NaiveDate) -> String {
        self.said(&self.day.long, &self.day.weekdays, &self.day.months, day)
    }

    fn said(&self, pattern: &str, weekdays: &[String; 7], months: &[String; 12], day: NaiveDate) -> String {
        pattern
            .replace("{{weekday}}", &weekdays[day.weekday().num_days_from_monday() as usize])
            .replace("{{day}}", &day.day().to_string())
            .replace("{{month}}", &months[day.month0() as usize])
            .replace("{{year}}", &day.year().to_string())
    }

    /// An age such as "34 years".
    pub fn years(&self, count: u32) -> String {
        self.count("years", count)
    }

    /// A time such as "7 days".
    pub fn days(&self, count: u32) -> String {
        self.count("days", count)
    }

    /// How many come, such as "6 patients".
    pub fn patients(&self, count: u32) -> String {
        self.count("patients", count)
    }

    fn count(&self, what: &str, count: u32) -> String {
        let form = format!("{what}_{}", plural(self.language, count));
        self.counted[&form].replace("{{count}}", &self.number(&count.to_string()))
    }

    /// What a remedy is taken with.
    pub fn with_vehicle(&self, vehicle: &str) -> String {
        self.vehicle.replace("{{vehicle}}", vehicle)
    }

    /// A decimal number such as "1250.00" with the separators of the language, as the screens write it.
    pub fn number(&self, plain: &str) -> String {
        let (sign, digits) = plain.strip_prefix('-').map_or(("", plain), |digits| ("-", digits));
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() || !whole.bytes().chain(part.bytes()).all(|byte| byte.is_ascii_digit()) {
            return plain.to_owned();
        }
        let (group, point) = match self.language {
            Language::Id | Language::Pt => ('.', ','),
            Language::En | Language::Hi | Language::Ar => (',', '.'),
        };
        let mut said = sign.to_owned();
        for (at, digit) in whole.chars().enumerate() {
            let left = whole.len() - at;
            // Beyond the thousands India counts in pairs: 12,34,567.
            let grouped = match self.language {
                Language::Hi => left == 3 || left > 3 && left % 2 == 1,
                _ => left.is_multiple_of(3),
            };
            if at > 0 && grouped {
                said.push(group);
            }
            said.push(digit);
        }
        if !part.is_empty() {
            said.push(point);
            said.push_str(part);
        }
        said
    }

    /// Things of equal rank one after the other, with the comma of the script.
    pub fn listed(&self, all: &[String]) -> String {
        all.join(if self.language.is_rtl() { "، " } else { ", " })
    }
}

/// The plural form of a whole number, by the rules that the catalogue's keys follow (CLDR).
fn plural(language: Language, count: u32) -> &'static str {
    match (language, count, count % 100) {
        (Language::Ar, 0, _) => "zero",
        (Language::Ar, 2, _) => "two",
        (Language::En | Language::Ar, 1, _) | (Language::Hi | Language::Pt, 0 | 1, _) => "one",
        (Language::Pt, _, _) if count.is_multiple_of(1_000_000) => "many",
        (Language::Ar, _, 3..=10) => "few",
        (Language::Ar, _, 11..=99) => "many",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 20).unwrap()
    }

    /// Every key of a part of the catalogue with its text, the numbered ones of lists too.
    fn flat(value: &serde_json::Value, path: &str, found: &mut BTreeMap<String, String>) {
        match value {
            serde_json::Value::String(text) => {
                found.insert(path.to_owned(), text.clone());
            }
            serde_json::Value::Array(all) => {
                all.iter().enumerate().for_each(|(at, one)| flat(one, &format!("{path}.{at}"), found));
            }
            serde_json::Value::Object(map) => {
                map.iter().for_each(|(key, one)| flat(one, &format!("{path}.{key}"), found));
            }
            other => panic!("{path}: {other}"),
        }
    }

    fn keys(language: Language) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        flat(&serde_json::from_str(language.catalogue()).unwrap(), "", &mut found);
        found
    }

    #[test]
    fn a_tag_gives_its_language_and_a_stranger_none() {
        for (tag, language) in [
            ("hi", Some(Language::Hi)),
            ("pt-BR", Some(Language::Pt)),
            ("ar_EG", Some(Language::Ar)),
            ("ID", Some(Language::Id)),
            ("mr-IN", None),
            ("", None),
        ] {
            assert_eq!(Language::of(tag), language, "{tag:?}");
        }
    }

    #[test]
    fn every_language_has_every_word() {
        let english = keys(Language::En);
        let counted = |key: &str| key.starts_with(".papers.counted.");
        for language in Language::ALL {
            let theirs = keys(language);
            let missing: Vec<_> = english.keys().filter(|key| !counted(key) && !theirs.contains_key(*key)).collect();
            let unknown: Vec<_> = theirs.keys().filter(|key| !counted(key) && !english.contains_key(*key)).collect();
            assert!(missing.is_empty() && unknown.is_empty(), "{language:?}: {missing:?} {unknown:?}");
            let empty: Vec<_> = theirs.iter().filter(|(_, text)| text.trim().is_empty()).collect();
            assert!(empty.is_empty(), "{language:?}: {empty:?}");
            // It reads as a whole, and every count has its form.
            for count in [0, 1, 2, 3, 10, 11, 99, 100, 102, 1_000, 1_000_000] {
                for said in
                    [language.words().years(count), language.words().days(count), language.words().patients(count)]
                {
                    assert!(!said.contains("{{"), "{language:?} {count}: {said}");
                }
            }
        }
    }

    #[test]
    fn each_language_fills_in_the_same_things() {
        let placeholder = regex::Regex::new(r"\{\{[^}]*\}\}").unwrap();
        let inside = |text: &str| {
            let mut all: Vec<_> = placeholder.find_iter(text).map(|found| found.as_str().to_owned()).collect();
            all.sort();
            all
        };
        let english = keys(Language::En);
        for language in Language::ALL {
            for (key, text) in keys(language).iter().filter(|(key, _)| !key.starts_with(".papers.counted.")) {
                assert_eq!(inside(text), inside(&english[key]), "{language:?} {key}");
            }
        }
    }

    #[test]
    fn days_numbers_and_counts_are_those_of_the_language() {
        for (language, short, long, number, years) in [
            (Language::En, "Fri 20 Nov 2026", "Friday 20 November 2026", "1,234,567.50", "34 years"),
            (Language::Hi, "शुक्र, 20 नव॰ 2026", "शुक्रवार, 20 नवंबर 2026", "12,34,567.50", "34 वर्ष"),
            (Language::Id, "Jum, 20 Nov 2026", "Jumat, 20 November 2026", "1.234.567,50", "34 tahun"),
            (
                Language::Pt,
                "sex., 20 de nov. de 2026",
                "sexta-feira, 20 de novembro de 2026",
                "1.234.567,50",
                "34 anos",
            ),
            (Language::Ar, "الجمعة، 20 نوفمبر 2026", "الجمعة، 20 نوفمبر 2026", "1,234,567.50", "34 سنة"),
        ] {
            let words = language.words();
            assert_eq!(words.day(day()), short);
            assert_eq!(words.long_day(day()), long);
            assert_eq!(words.number("1234567.50"), number);
            assert_eq!(words.years(34), years);
        }
        assert_eq!(Language::En.words().number("-950"), "-950");
        assert_eq!(Language::En.words().number("-1250"), "-1,250");
        assert_eq!(Language::Pt.words().number("58.5"), "58,5");
        assert_eq!(Language::Pt.words().number("as needed"), "as needed");
        assert_eq!(Language::En.words().days(1), "1 day");
        assert_eq!(Language::Ar.words().days(7), "7 أيام");
    }
}
