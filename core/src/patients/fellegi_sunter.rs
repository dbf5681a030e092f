//! How likely two records are one person, after Fellegi and Sunter (1969): each field adds
//! log2(m / u), where m is how often the field agrees so between two records of one person and u how
//! often it does between two people. Pure: no database, no clock.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::form::Precision;
use crate::patients::Gender;
use crate::patients::name_words::{Likeness, Word, likeness, words};
use crate::patients::search::fold;

/// From here on two records are shown as probably one person. A same name and birth date reach it
/// without a phone, a same name and phone without a birth date; twins do not, nor father and son.
pub const LIKELY: f64 = 18.0;
/// From here on a person should look at the two. A same name alone does not reach it when the birth
/// dates contradict each other.
pub const POSSIBLE: f64 = 9.0;

/// A field in which two records agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    Name,
    BirthDate,
    Gender,
    Phone,
    Address,
    City,
}

/// What the comparison of two records came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// The sum of the weights in bits.
    pub score: f64,
    pub agreeing: Vec<Agreement>,
}

/// m and u of one outcome of comparing one field.
#[derive(Clone, Copy)]
struct Level {
    m: f64,
    u: f64,
}

impl Level {
    fn weight(self) -> f64 {
        (self.m / self.u).log2()
    }
}

const fn level(m: f64, u: f64) -> Level {
    Level { m, u }
}

// The table. Estimates, not measurements: a clinic has no pairs whose truth is known. What counts is
// the order of magnitude, and the table of tests below that fixes what must come of them.

/// Every word alike in whatever order. Clerks write most names the same way twice; of two people at
/// one clinic about one pair in two thousand are namesakes.
const NAME_SAME: Level = level(0.75, 0.0005);
/// Every word within a slip or a transliteration.
const NAME_CLOSE: Level = level(0.15, 0.001);
/// All words of the shorter one are in the longer one: a middle name left out.
const NAME_WITHIN: Level = level(0.10, 0.001);
/// A single word in both: common where people have one name, and easily shared.
const NAME_ONE_WORD: Level = level(0.60, 0.004);
/// A single word that is one of the other's, or an initial: agrees with many.
const NAME_WEAK: Level = level(0.04, 0.008);
/// Two women with the first word alike and another family name: married since.
const NAME_MARRIED: Level = level(0.06, 0.01);
/// Something alike but not the given name. Families share a surname, a phone and an address, so this
/// is evidence against: one person's given name hardly ever changes wholly.
const NAME_FAMILY: Level = level(0.0005, 0.06);
/// Nothing alike.
const NAME_OTHER: Level = level(0.003, 0.90);

/// The same day. Not one in 30,000 as the calendar has it: birthdays of unknown date pile up.
const BIRTH_SAME: Level = level(0.85, 0.0002);
/// Day and month changed places, as between two ways of writing dates.
const BIRTH_SWAPPED: Level = level(0.02, 0.0003);
/// Same year and month, or a single digit differs.
const BIRTH_SLIP: Level = level(0.05, 0.004);
/// One is an estimate and the years are at most one apart.
const BIRTH_ESTIMATE: Level = level(0.70, 0.04);
/// One is an estimate and the years are at most five apart: people guess in round numbers.
const BIRTH_ROUGHLY: Level = level(0.25, 0.12);
/// Different days.
const BIRTH_OTHER: Level = level(0.03, 0.90);
/// More than fifteen years apart: father and son of one name.
const BIRTH_GENERATION: Level = level(0.005, 0.80);

const GENDER_SAME: Level = level(0.98, 0.50);
const GENDER_OTHER: Level = level(0.01, 0.45);

/// Families share a phone: u is far above chance.
const PHONE_SAME: Level = level(0.60, 0.0025);
const PHONE_OTHER: Level = level(0.35, 0.99);
/// As the phone, for a household; where both agree only the better one counts, because they are
/// not independent.
const ADDRESS_SAME: Level = level(0.40, 0.004);
/// Most patients of a clinic live in its city.
const CITY_SAME: Level = level(0.85, 0.30);
const CITY_OTHER: Level = level(0.15, 0.70);

/// What of a record is compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Traits {
    /// One entry for each spelling: the name, and the name in another script.
    spellings: Vec<Vec<Word>>,
    birth: Option<(NaiveDate, Precision)>,
    gender: Option<Gender>,
    phone: Option<String>,
    address: Vec<String>,
    city: String,
}

impl Traits {
    pub fn new(full_name: &str, alternate_name: &str) -> Traits {
        let spellings = [full_name, alternate_name].into_iter().map(words).filter(|words| !words.is_empty()).collect();
        Traits { spellings, birth: None, gender: None, phone: None, address: Vec::new(), city: String::new() }
    }

    pub fn born(self, birth: Option<(NaiveDate, Precision)>) -> Traits {
        Traits { birth, ..self }
    }

    /// `phone` as E.164.
    pub fn known_by(self, gender: Option<Gender>, phone: Option<String>) -> Traits {
        Traits { gender, phone, ..self }
    }

    pub(super) fn birth(&self) -> Option<(NaiveDate, Precision)> {
        self.birth
    }

    pub(super) fn phone(&self) -> Option<&str> {
        self.phone.as_deref()
    }

    pub fn living_at(mut self, address: &str, city: &str) -> Traits {
        self.address = fold(address).split_whitespace().map(str::to_owned).collect();
        self.city = fold(city);
        self
    }
}

/// The level of two spellings: words are paired with the most alike first, in whatever order.
fn compare_spellings(a: &[Word], b: &[Word], women: bool) -> Level {
    let mut pairs: Vec<(Likeness, usize, usize)> = Vec::new();
    for (i, left) in a.iter().enumerate() {
        pairs.extend(b.iter().enumerate().filter_map(|(j, right)| likeness(left, right).map(|like| (like, i, j))));
    }
    pairs.sort_by_key(|(like, i, j)| (std::cmp::Reverse(*like), i.abs_diff(*j)));
    let mut matched: Vec<(Likeness, usize, usize)> = Vec::new();
    for (like, i, j) in pairs {
        if matched.iter().all(|(_, left, right)| *left != i && *right != j) {
            matched.push((like, i, j));
        }
    }
    let (shorter, longer) = (a.len().min(b.len()), a.len().max(b.len()));
    let worst = matched.iter().map(|(like, ..)| *like).min();
    match worst {
        None => NAME_OTHER,
        Some(worst) if matched.len() == shorter => match (shorter, shorter == longer, worst) {
            (1, true, Likeness::Same) => NAME_ONE_WORD,
            (1, ..) | (_, _, Likeness::Initial) => NAME_WEAK,
            (_, true, Likeness::Same) => NAME_SAME,
            (_, true, Likeness::Alike) => NAME_CLOSE,
            (_, false, _) => NAME_WITHIN,
        },
        Some(_) if women && matched.iter().any(|(like, i, j)| *like > Likeness::Initial && *i == 0 && *j == 0) => {
            NAME_MARRIED
        }
        Some(_) => NAME_FAMILY,
    }
}

fn compare_names(a: &Traits, b: &Traits) -> Option<Level> {
    let women = [a.gender, b.gender].iter().all(|gender| *gender == Some(Gender::Female));
    let levels =
        a.spellings.iter().flat_map(|left| b.spellings.iter().map(move |right| compare_spellings(left, right, women)));
    levels.max_by(|a, b| a.weight().total_cmp(&b.weight()))
}

fn compare_births((a, a_known): (NaiveDate, Precision), (b, b_known): (NaiveDate, Precision)) -> Level {
    let years = a.year().abs_diff(b.year());
    let estimate = |precision| precision != Precision::Day;
    let generation = if years > 15 { BIRTH_GENERATION } else { BIRTH_OTHER };
    if a_known == Precision::Year || b_known == Precision::Year {
        return match years {
            0..=1 => BIRTH_ESTIMATE,
            2..=5 => BIRTH_ROUGHLY,
            _ => generation,
        };
    }
    let same_month = years == 0 && a.month() == b.month();
    if estimate(a_known) || estimate(b_known) {
        return if same_month { BIRTH_SLIP } else { generation };
    }
    if a == b {
        return BIRTH_SAME;
    }
    if years == 0 && (a.day(), a.month()) == (b.month(), b.day()) {
        return BIRTH_SWAPPED;
    }
    let digits = |date: NaiveDate| date.format("%Y%m%d").to_string();
    let differing = digits(a).chars().zip(digits(b).chars()).filter(|(x, y)| x != y).count();
    if same_month || differing == 1 { BIRTH_SLIP } else { generation }
}

fn same_address(a: &[String], b: &[String]) -> bool {
    let common = a.iter().filter(|word| b.contains(word)).count();
    let all = a.len() + b.len() - common;
    // A lone word is a quarter or a village, where many live.
    common >= 2 && common * 10 >= all * 7
}

/// Weighs two records. A field that one of them lacks is no evidence either way.
pub fn compare(a: &Traits, b: &Traits) -> Evidence {
    let mut score = 0.0;
    let mut agreeing = Vec::new();
    let mut add = |level: Level, field: Agreement| {
        score += level.weight();
        if level.weight() > 0.0 {
            agreeing.push(field);
        }
    };
    if let Some(level) = compare_names(a, b) {
        add(level, Agreement::Name);
    }
    if let (Some(a), Some(b)) = (a.birth, b.birth) {
        add(compare_births(a, b), Agreement::BirthDate);
    }
    let telling = |gender: Option<Gender>| gender.filter(|g| matches!(g, Gender::Male | Gender::Female));
    if let (Some(a), Some(b)) = (telling(a.gender), telling(b.gender)) {
        add(if a == b { GENDER_SAME } else { GENDER_OTHER }, Agreement::Gender);
    }
    let phone = a.phone.as_ref().zip(b.phone.as_ref()).map(|(a, b)| a == b);
    if let Some(same) = phone {
        add(if same { PHONE_SAME } else { PHONE_OTHER }, Agreement::Phone);
    }
    if same_address(&a.address, &b.address) {
        if phone == Some(true) {
            // Already weighed: one household.
            add(level(1.0, 1.0), Agreement::Address);
        } else {
            add(ADDRESS_SAME, Agreement::Address);
        }
    }
    if !a.city.is_empty() && !b.city.is_empty() {
        add(if a.city == b.city { CITY_SAME } else { CITY_OTHER }, Agreement::City);
    }
    Evidence { score, agreeing }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str, born: &str, gender: Gender, phone: &str) -> Traits {
        Traits {
            birth: crate::form::parse_date(born),
            gender: Some(gender),
            phone: (!phone.is_empty()).then(|| phone.to_owned()),
            ..Traits::new(name, "")
        }
    }

    #[derive(Debug, PartialEq)]
    enum Verdict {
        Likely,
        Possible,
        Neither,
    }
    use Verdict::*;

    fn verdict(a: &Traits, b: &Traits) -> (Verdict, f64) {
        let there = compare(a, b).score;
        let back = compare(b, a).score;
        assert!((there - back).abs() < 1e-9, "comparing must not depend on which record is first");
        let verdict = match there {
            s if s >= LIKELY => Likely,
            s if s >= POSSIBLE => Possible,
            _ => Neither,
        };
        (verdict, there)
    }

    #[test]
    fn a_table_of_people() {
        use Gender::{Female as F, Male as M};
        type Typed<'a> = (&'a str, &'a str, Gender, &'a str);
        let cases: &[(&str, Typed, Typed, Verdict)] = &[
            ("transliterated", ("सुनीता देशपांडे", "1980-03-12", F, ""), ("Sunita Deshpande", "12/3/1980", F, ""), Likely),
            ("arabic", ("يوسف الحكيم", "2004-01-19", M, ""), ("Yusuf al-Hakim", "2004-01-19", M, ""), Likely),
            (
                "swapped names",
                ("Deshpande Sunita", "1980-03-12", F, ""),
                ("Sunita Deshpande", "1980-03-12", F, ""),
                Likely,
            ),
            (
                "typo",
                ("Sunita Deshpnade", "1980-03-12", F, "+91"),
                ("Sunita Deshpande", "1980-03-12", F, "+92"),
                Likely,
            ),
            (
                "title",
                ("Smt. Sunita Deshpande", "1980-03-12", F, ""),
                ("Sunita Deshpande", "1980-03-12", F, ""),
                Likely,
            ),
            (
                "a middle name",
                ("Sunita Ramesh Deshpande", "1980-03-12", F, ""),
                ("Sunita Deshpande", "1980-03-12", F, ""),
                Likely,
            ),
            ("day and month", ("Omar Haddad", "1980-03-12", M, "+1"), ("Omar Haddad", "1980-12-03", M, "+1"), Likely),
            ("twins", ("Ram Patil", "2015-05-05", M, "+91"), ("Shyam Patil", "2015-05-05", M, "+91"), Possible),
            ("twin girls", ("Gita Patil", "2015-05-05", F, "+91"), ("Sita Patil", "2015-05-05", F, "+91"), Possible),
            (
                "sister and brother",
                ("Ria Patil", "2015-05-05", F, "+91"),
                ("Rohan Patil", "2015-05-05", M, "+91"),
                Neither,
            ),
            (
                "father and son",
                ("Suresh Sharma", "1950-01-02", M, "+91"),
                ("Ramesh Sharma", "1980-05-05", M, "+91"),
                Neither,
            ),
            (
                "father and son, one name",
                ("Jose Silva", "1950-01-02", M, "+55"),
                ("Jose Silva", "1980-05-05", M, "+55"),
                Possible,
            ),
            ("married", ("Priya Sharma", "1990-02-03", F, "+91"), ("Priya Verma", "1990-02-03", F, "+91"), Likely),
            (
                "married, new phone",
                ("Priya Sharma", "1990-02-03", F, "+91"),
                ("Priya Verma", "1990-02-03", F, "+92"),
                Possible,
            ),
            (
                "no birth date, same phone",
                ("Omar Haddad", "", M, "+91"),
                ("Omar Haddad", "1980-03-12", M, "+91"),
                Likely,
            ),
            ("no birth date, no phone", ("Omar Haddad", "", M, ""), ("Omar Haddad", "1980-03-12", M, ""), Possible),
            ("an estimated age", ("Omar Haddad", "1981", M, "+91"), ("Omar Haddad", "1980-03-12", M, "+91"), Likely),
            ("namesakes", ("Omar Haddad", "1991-11-30", M, ""), ("Omar Haddad", "1980-03-12", M, ""), Neither),
            (
                "mother and child",
                ("Asha Joshi", "1985-01-02", F, "+91"),
                ("Meera Joshi", "2014-07-08", F, "+91"),
                Neither,
            ),
            (
                "strangers of one birthday",
                ("Asha Joshi", "1985-01-02", F, ""),
                ("Siti Rahman", "1985-01-02", F, ""),
                Neither,
            ),
            ("one name", ("Putri", "1999-09-09", F, "+62"), ("Putri", "1999-09-09", F, "+62"), Likely),
        ];
        for (what, a, b, expected) in cases {
            let made = |p: &Typed| person(p.0, p.1, p.2, p.3);
            let (verdict, score) = verdict(&made(a), &made(b));
            assert_eq!(verdict, *expected, "{what}: {score:.1}");
        }
    }

    #[test]
    fn a_household_is_not_weighed_twice() {
        let one = person("Asha Joshi", "", Gender::Female, "+91").living_at("14 Champa Lane, Kothrud", "Pune");
        let other = person("Asha Joshi", "", Gender::Female, "+91").living_at("14 champa lane kothrud", "Pune");
        let apart = person("Asha Joshi", "", Gender::Female, "+91").living_at("", "Pune");
        assert_eq!(compare(&one, &other).score, compare(&one, &apart).score);
    }

    #[test]
    fn what_agrees_is_named() {
        let evidence = compare(
            &person("Asha Joshi", "1985-01-02", Gender::Female, "+91"),
            &person("Asha Joshi", "1955-01-02", Gender::Female, "+91"),
        );
        assert_eq!(evidence.agreeing, [Agreement::Name, Agreement::BirthDate, Agreement::Gender, Agreement::Phone]);
    }
}
