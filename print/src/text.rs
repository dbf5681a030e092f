//! Makes text written by people safe to lay out: direction and invisible characters.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

const LTR_ISOLATE: char = '\u{2066}';
const RTL_ISOLATE: char = '\u{2067}';
const POP_ISOLATE: char = '\u{2069}';

static RTL_LETTER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[\p{Arabic}\p{Hebrew}\p{Syriac}\p{Thaana}\p{Nko}&&\p{L}]"));
static LTR_LETTER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[\p{L}--[\p{Arabic}\p{Hebrew}\p{Syriac}\p{Thaana}\p{Nko}]]"));

static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| pattern(r"\{\{[a-z]+\}\}"));

/// Numbers with a unit, together with the Latin words and further numbers around them,
/// schedules such as "1-0-1", and phone numbers that begin with a plus.
static LTR_RUN: LazyLock<Regex> = LazyLock::new(|| {
    const NUMBER: &str = r"\d+(?:[.,٫٬]\d+)*";
    const PLAIN: &str = r"[0-9]+(?:[.,][0-9]+)*";
    const UNIT: &str = r"[\p{Latin}µμΩ%°℃℉][\p{Latin}µμ%°²³]*";
    pattern(&format!(
        r"(?:\p{{Latin}}[\p{{Latin}}'’.\-]*[\s\-])*[<>≤≥≈±~+\-−]?{NUMBER}(?:\s?[-–—−×x/*]\s?{NUMBER})*\s?{UNIT}(?:(?:\s?[/×*+\-–]\s?|\s)(?:{NUMBER}|{UNIT}))*|{PLAIN}(?:\s?[-–—−/×]\s?{PLAIN})+|\+[0-9](?:[\s\-]?[0-9])+"
    ))
});

fn pattern(source: &str) -> Regex {
    Regex::new(source).unwrap_or_else(|e| unreachable!("a constant pattern is wrong: {e}"))
}

/// Prepares every text of a document, and drops those that hold nothing but spaces.
pub(crate) fn prepare(value: &mut Value, rtl_page: bool) {
    match value {
        Value::String(text) if text.trim().is_empty() => *value = Value::Null,
        Value::String(text) => *text = prepare_text(text, rtl_page),
        Value::Array(list) => list.iter_mut().for_each(|v| prepare(v, rtl_page)),
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    // Codes for the template, and the QR payload it gets as a drawing.
                    ("paper" | "language" | "kind", _) => {}
                    ("payload", payload) => *payload = Value::Null,
                    (_, value) => prepare(value, rtl_page),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn prepare_text(text: &str, rtl_page: bool) -> String {
    let clean = clean(text);
    // A line break ends every isolate, so each line gets its own.
    let lines: Vec<_> = clean.trim().split('\n').map(|line| isolate(line, rtl_page)).collect();
    lines.join("\n")
}

/// Removes controls; a direction override left in place could make "500 mg" read "gm 005".
fn clean(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .filter_map(|c| match c {
            '\n' | '\r' | '\u{2028}' | '\u{2029}' | '\u{85}' | '\u{B}' | '\u{C}' => Some('\n'),
            '\t' => Some(' '),
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' => None,
            c if c.is_control() => None,
            c => Some(c),
        })
        .collect()
}

/// Wraps a line so that its own script and not its neighbours decides its direction.
///
/// A line that is left to right on a page that is so too stays as it was written.
fn isolate(line: &str, rtl_page: bool) -> String {
    // The names of placeholders in a label are not part of its words.
    let words = PLACEHOLDER.replace_all(line, "");
    let rtl_letters = RTL_LETTER.find_iter(&words).count();
    if rtl_letters == 0 {
        return if rtl_page { format!("{LTR_ISOLATE}{line}{POP_ISOLATE}") } else { line.to_owned() };
    }
    let whole = if rtl_letters >= LTR_LETTER.find_iter(&words).count() { RTL_ISOLATE } else { LTR_ISOLATE };
    let inner = LTR_RUN.replace_all(line, format!("{LTR_ISOLATE}$0{POP_ISOLATE}"));
    format!("{whole}{inner}{POP_ISOLATE}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_on_an_english_page_is_left_alone() {
        assert_eq!(prepare_text("Take 500 mg", false), "Take 500 mg");
        assert_eq!(prepare_text("500 mg", true), "\u{2066}500 mg\u{2069}");
    }

    #[test]
    fn numbers_with_units_are_isolated_in_arabic() {
        for (line, run) in [
            ("خذ 500 mg الآن", "500 mg"),
            ("خذ 120 mg/5 mL الآن", "120 mg/5 mL"),
            ("خذ 5–10 mL الآن", "5–10 mL"),
            ("خذ Amoxicillin 500 mg الآن", "Amoxicillin 500 mg"),
            ("خذ ٢٫٥ mg/kg/day الآن", "٢٫٥ mg/kg/day"),
            ("خذ 1 - 0 - 2 الآن", "1 - 0 - 2"),
            ("خذ 0.5-0-0.5 الآن", "0.5-0-0.5"),
            ("خذ <38.5 °C الآن", "<38.5 °C"),
            ("اتصل على +91 20 5550-1234 الآن", "+91 20 5550-1234"),
        ] {
            let prepared = prepare_text(line, true);
            assert!(prepared.contains(&format!("\u{2066}{run}\u{2069}")), "{prepared:?}");
        }
        assert!(!prepare_text("3 مرات", true).contains(LTR_ISOLATE));
    }

    #[test]
    fn most_of_its_letters_decide_where_a_line_begins() {
        assert!(prepare_text("Dr Farah Siddiqui (فرح)", false).starts_with(LTR_ISOLATE));
        assert!(prepare_text("صفحة {{page}} من {{pages}}", true).starts_with(RTL_ISOLATE));
    }

    #[test]
    fn controls_are_removed_and_lines_kept() {
        assert_eq!(prepare_text("\u{202E}a\0\tb\r\nc\u{FEFF}", false), "a b\nc");
    }
}
