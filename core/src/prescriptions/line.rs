//! `amox 500 1 tab tds 5d` becomes a full item, word by word, with what is still missing.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Result;
use crate::prescriptions::formulary::{self, Medicine};
use crate::prescriptions::{DraftItem, potency};

/// A typed word and what it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ParsedToken {
    pub text: String,
    pub means: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ParsedLine {
    pub tokens: Vec<ParsedToken>,
    pub item: DraftItem,
    pub complete: bool,
    /// Field names of the item that a sheet needs and the line does not have.
    pub missing: Vec<String>,
}

/// Words of a sheet carry no abbreviations; times a day are for the total.
const FREQUENCIES: &[(&[&str], &str, u32)] = &[
    (&["od", "qd", "daily", "1x"], "once a day", 1),
    (&["bd", "bid", "2x"], "twice a day", 2),
    (&["tds", "tid", "3x"], "three times a day", 3),
    (&["qds", "qid", "4x"], "four times a day", 4),
    (&["mane", "om"], "in the morning", 1),
    (&["nocte", "on", "hs"], "at night", 1),
    (&["q4h"], "every four hours", 6),
    (&["q6h"], "every six hours", 4),
    (&["q8h"], "every eight hours", 3),
    (&["q12h"], "every twelve hours", 2),
    (&["stat"], "once, now", 0),
    (&["prn", "sos"], "when needed", 0),
];

const FORMS: &[(&[&str], &str)] = &[
    (&["tab", "tabs", "tablet", "tablets"], "tablet"),
    (&["cap", "caps", "capsule", "capsules"], "capsule"),
    (&["ml"], "mL"),
    (&["puff", "puffs"], "puff"),
    (&["drop", "drops", "gtt"], "drop"),
    (&["sachet", "sachets"], "sachet"),
    (&["globule", "globules", "glob"], "globule"),
];

const INSTRUCTIONS: &[(&[&str], &str)] =
    &[(&["pc"], "after food"), (&["ac"], "before food"), (&["cc"], "with food"), (&["af", "afterfood"], "after food")];

/// Reads a line as it is typed; what it cannot read keeps its word without a meaning.
pub fn parse_line(line: &str) -> ParsedLine {
    parse_with(&[], line)
}

/// As [`parse_line`], knowing the clinic's own medicines too.
pub fn parse_line_from(conn: &Connection, line: &str) -> Result<ParsedLine> {
    Ok(parse_with(&formulary::active(conn)?, line))
}

fn parse_with(own: &[Medicine], line: &str) -> ParsedLine {
    let line: String = line.chars().take(300).collect();
    let words: Vec<&str> = line.split_whitespace().collect();
    let (medicine, name_words) = find_medicine(own, &words);
    let mut item = DraftItem { line: line.clone(), ..DraftItem::default() };
    let mut tokens = Vec::new();
    if name_words > 0 {
        let typed = words[..name_words].join(" ");
        item.medicine = medicine.map_or_else(|| typed.clone(), |m| m.name.clone());
        tokens.push(ParsedToken { text: typed, means: Some(item.medicine.clone()) });
    }
    if let Some(medicine) = medicine {
        item.form = medicine.form.clone();
        item.route = medicine.route.clone();
        item.potency = medicine.potency.clone().unwrap_or_default();
    }
    // A remedy that the shipped list does not have, or one of the clinic's own with a potency.
    let remedy = medicine.is_none_or(|medicine| medicine.potency.is_some());
    let mut per_dose = None;
    let mut per_day = None;
    let mut rest = words[name_words..].iter().peekable();
    while let Some(word) = rest.next() {
        let lower = word.to_lowercase();
        let next = rest.peek().map(|next| next.to_lowercase());
        let mut text = (*word).to_owned();
        let means = if let Some(found) = look_up(INSTRUCTIONS, &lower) {
            item.instructions = found.to_owned();
            Some(found.to_owned())
        } else if let Some((_, words, times)) = FREQUENCIES.iter().find(|(names, ..)| names.contains(&lower.as_str())) {
            item.frequency = (*words).to_owned();
            per_day = Some(*times);
            Some((*words).to_owned())
        } else if let Some(potency) = potency_word(word, remedy && item.potency.is_empty()) {
            item.potency = potency.clone();
            Some(potency)
        } else if let Some(days) = days(&lower) {
            item.duration_days = Some(days);
            Some(plural(days, "day"))
        } else if let (Some(count), Some(unit)) = (number(&lower), next.as_deref().and_then(|n| look_up(FORMS, n))) {
            text = format!("{word} {}", rest.next().copied().unwrap_or_default());
            per_dose = Some((count, unit));
            item.dose = amount(count, unit);
            Some(item.dose.clone())
        } else if let Some(strength) = strength(&lower, next.as_deref(), medicine) {
            if next.as_deref().is_some_and(is_unit) {
                text = format!("{word} {}", rest.next().copied().unwrap_or_default());
            }
            item.strength = strength.clone();
            Some(strength)
        } else {
            None
        };
        tokens.push(ParsedToken { text, means });
    }
    if let (Some((count, unit)), Some(times), Some(days)) = (per_dose, per_day.filter(|t| *t > 0), item.duration_days) {
        item.quantity = amount(count * f64::from(times) * f64::from(days), unit);
    }
    let missing = missing(&item);
    ParsedLine { complete: missing.is_empty() && tokens.iter().all(|t| t.means.is_some()), tokens, item, missing }
}

/// The fields that a sheet cannot do without.
pub(super) fn missing(item: &DraftItem) -> Vec<String> {
    let needed = [
        ("medicine", &item.medicine),
        ("strength", &item.strength),
        ("form", &item.form),
        ("dose", &item.dose),
        ("route", &item.route),
        ("frequency", &item.frequency),
        ("quantity", &item.quantity),
    ];
    needed.into_iter().filter(|(_, value)| value.trim().is_empty()).map(|(name, _)| name.to_owned()).collect()
}

/// The medicine named by the first words: the most words that still begin one name.
fn find_medicine<'a>(own: &'a [Medicine], words: &[&str]) -> (Option<&'a Medicine>, usize) {
    let begins_name = |word: &str| !word.starts_with(|c: char| c.is_ascii_digit());
    let named = words.iter().take_while(|word| begins_name(word) && potency_word(word, true).is_none()).count();
    for length in (1..=named).rev() {
        let typed = words[..length].join(" ");
        let found = formulary::find(own, &typed).or_else(|| formulary::suggest_of(own, &typed).first().copied());
        if found.is_some() {
            return (found, length);
        }
    }
    let stop = words[..named].iter().position(|word| {
        let lower = word.to_lowercase();
        look_up(INSTRUCTIONS, &lower).is_some() || FREQUENCIES.iter().any(|(names, ..)| names.contains(&lower.as_str()))
    });
    (None, stop.unwrap_or(named))
}

fn look_up(table: &[(&[&str], &'static str)], word: &str) -> Option<&'static str> {
    table.iter().find(|(names, _)| names.contains(&word)).map(|(_, meaning)| *meaning)
}

fn number(word: &str) -> Option<f64> {
    match word {
        "half" | "½" => Some(0.5),
        _ => word.parse::<f64>().ok().filter(|n| *n > 0.0 && *n <= 1_000_000.0),
    }
}

/// `30C`, `200ck`, `LM1`, `Q`. In small letters `1m` is a month and `q` begins many other words.
fn potency_word(word: &str, expected: bool) -> Option<String> {
    let sure = !word.ends_with('m') && !word.ends_with('d') && word != "q";
    if expected && sure { potency(word) } else { None }
}

/// `5d`, `2w`, `1m`.
fn days(word: &str) -> Option<u32> {
    let (digits, factor) = [("d", 1), ("days", 1), ("w", 7), ("m", 30)]
        .into_iter()
        .find_map(|(unit, factor)| word.strip_suffix(unit).map(|digits| (digits, factor)))?;
    digits.parse::<u32>().ok().map(|n| n.saturating_mul(factor)).filter(|days| (1..=366).contains(days))
}

fn is_unit(word: &str) -> bool {
    matches!(word, "mg" | "mcg" | "g" | "%" | "iu")
}

fn unit_text(unit: &str) -> String {
    if unit == "iu" { "IU".to_owned() } else { unit.to_owned() }
}

/// `500`, `500mg`, `500 mg`: a bare number is taken only if the medicine comes in that strength.
fn strength(word: &str, next: Option<&str>, medicine: Option<&Medicine>) -> Option<String> {
    match word.find(|c: char| !(c.is_ascii_digit() || c == '.')) {
        Some(split) => strength_of(&word[..split], &word[split..]),
        None => bare_strength(word, next, medicine),
    }
}

fn strength_of(digits: &str, unit: &str) -> Option<String> {
    let value = number(digits)?;
    is_unit(unit).then(|| format!("{} {}", decimal(value), unit_text(unit)))
}

fn bare_strength(word: &str, next: Option<&str>, medicine: Option<&Medicine>) -> Option<String> {
    let value = number(word)?;
    if let Some(unit) = next.filter(|n| is_unit(n)) {
        return Some(format!("{} {}", decimal(value), unit_text(unit)));
    }
    let begins = format!("{} ", decimal(value));
    medicine?.strengths.iter().find(|strength| strength.starts_with(&begins)).cloned()
}

/// A leading zero before the point, never a trailing one after it.
fn decimal(value: f64) -> String {
    let rounded = (value * 1000.0).round() / 1000.0;
    rounded.to_string()
}

fn amount(count: f64, unit: &str) -> String {
    if unit == "mL" || count <= 1.0 {
        format!("{} {unit}", decimal(count))
    } else {
        format!("{} {unit}s", decimal(count))
    }
}

fn plural(count: u32, unit: &str) -> String {
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(line: &str) -> DraftItem {
        parse_line(line).item
    }

    #[test]
    fn the_line_of_the_mockup() {
        let parsed = parse_line("amox 500 1 tab tds 5d");
        assert!(parsed.complete, "{parsed:?}");
        let means: Vec<_> = parsed.tokens.iter().filter_map(|t| t.means.as_deref()).collect();
        assert_eq!(means, ["Amoxicillin", "500 mg", "1 tablet", "three times a day", "5 days"]);
        assert_eq!(parsed.item.quantity, "15 tablets");
        assert_eq!(parsed.item.route, "oral");
    }

    #[test]
    fn other_ways_to_type() {
        for (line, strength, dose, frequency, quantity) in [
            ("para 650mg 1 tab qds 3d", "650 mg", "1 tablet", "four times a day", "12 tablets"),
            ("Metformin 500 mg half tab bd 1m", "500 mg", "0.5 tablet", "twice a day", "30 tablets"),
            ("amlo 2.5 1 tab od 2w pc", "2.5 mg", "1 tablet", "once a day", "14 tablets"),
            ("cipro 250 2 tabs bd 7d", "250 mg", "2 tablets", "twice a day", "28 tablets"),
            ("vitamin d3 60000 iu 1 cap od 1d", "60000 IU", "1 capsule", "once a day", "1 capsule"),
        ] {
            let item = item(line);
            assert_eq!(
                (&*item.strength, &*item.dose, &*item.frequency, &*item.quantity),
                (strength, dose, frequency, quantity),
                "{line}"
            );
        }
    }

    #[test]
    fn a_remedy_has_a_potency() {
        for (line, medicine, potency, quantity) in [
            ("Arnica montana 30C 4 globules tds 5d", "Arnica montana", "30C", "60 globules"),
            ("Arnica montana 1M 4 globules od 1d", "Arnica montana", "1M", "4 globules"),
            ("Crataegus Q 10 drops bd 1m", "Crataegus", "Q", "600 drops"),
            ("Sulphur LM1 5 drops od 1w", "Sulphur", "LM1", "35 drops"),
        ] {
            let item = item(line);
            assert_eq!((&*item.medicine, &*item.potency, &*item.quantity), (medicine, potency, quantity), "{line}");
        }
        assert_eq!(item("metf 500 1 tab bd 1M").potency, "", "a medicine of the shipped list has a strength");
        assert_eq!(item("metf 500 1 tab bd 1M").duration_days, Some(30));
    }

    #[test]
    fn what_is_missing_is_said() {
        assert_eq!(parse_line("amox 500").missing, ["dose", "frequency", "quantity"]);
        let herbal = parse_line("triphala churna 10 ml bd 5d");
        assert_eq!(herbal.item.medicine, "triphala churna");
        assert_eq!(herbal.item.quantity, "100 mL");
        assert_eq!(herbal.missing, ["strength", "form", "route"]);
        let odd = parse_line("amox 500 1 tab tds 5d zzz");
        assert!(!odd.complete && odd.tokens.last().is_some_and(|t| t.means.is_none()));
        assert!(parse_line("").tokens.is_empty());
        assert_eq!(item("amox 123").strength, "");
    }
}
