//! On a page read from the right, "500 mg" must not become "mg 500".

mod common;

use common::*;
use neem_print::*;

/// Checks by place on paper that each pair stands number first, seen from the left.
fn number_before_unit(pdf: &[u8], number: &str, unit: &str) -> usize {
    let words = words(pdf);
    let mut pairs = 0;
    for first in words.iter().filter(|w| w.text == number) {
        let same_line = words.iter().filter(|w| (w.top - first.top).abs() < 3.0);
        let nearest = same_line
            .filter(|w| w.text.trim_end_matches(['.', '،']) == unit)
            .min_by(|a, b| (a.left - first.left).abs().total_cmp(&(b.left - first.left).abs()));
        let Some(second) = nearest else { continue };
        assert!(first.right <= second.left + 0.5, "{second:?} before {first:?}");
        assert!(second.left - first.right < 8.0, "{first:?} torn from {second:?}");
        pairs += 1;
    }
    pairs
}

#[test]
fn strength_dose_and_instructions_keep_number_before_unit() {
    let pdf = pdf(&Printable::Prescription(arabic_sheet())).unwrap();
    assert_eq!(number_before_unit(&pdf, "500", "mg"), 3);
    assert_eq!(number_before_unit(&pdf, "250", "mL"), 1);
    assert_eq!(number_before_unit(&pdf, "71.2", "kg"), 1);
}

#[test]
fn a_compound_strength_and_a_phone_number_stay_in_order() {
    let mut sheet = arabic_sheet();
    sheet.items[0].strength = "120 mg/5 mL".into();
    sheet.items[0].instructions = some("أعط 120 mg/5 mL ثم 2.5 mL/kg يوميا");
    let pdf = pdf(&Printable::Prescription(sheet)).unwrap();
    assert_eq!(number_before_unit(&pdf, "120", "mg/5"), 2);
    let words = words(&pdf);
    let left = |text: &str| words.iter().find(|w| w.text == text).unwrap().left;
    assert!(left("+91") < left("20") && left("20") < left("5550") && left("5550") < left("1234"));
    assert!(left("2.5") < left("mL/kg"));
}

#[test]
fn an_arabic_sentence_on_an_english_page_keeps_them_too() {
    let mut sheet = sunitas_sheet();
    sheet.advice = some("خذ كبسولة واحدة 500 mg بعد الأكل");
    sheet.items[0].strength = "250 mg".into();
    sheet.items[0].instructions = some("Take كبسولة 125 mg now");
    let pdf = pdf(&Printable::Prescription(sheet)).unwrap();
    assert_eq!(number_before_unit(&pdf, "500", "mg"), 1);
    // The reader glues the Arabic word to the number, so the letters beside the unit tell.
    let words = words(&pdf);
    let now = words.iter().find(|w| w.text == "now").unwrap();
    let line: Vec<_> = words.iter().filter(|w| w.top == now.top).collect();
    let unit = line.iter().find(|w| w.text == "mg").unwrap();
    let before = words
        .iter()
        .filter(|w| (w.top - now.top).abs() < 8.0 && w.right <= unit.left)
        .max_by(|a, b| a.right.total_cmp(&b.right))
        .unwrap();
    assert!(before.text == "125" || before.text.starts_with("521"), "{before:?}");
    assert!(unit.right < now.left);
}

#[test]
fn the_page_reads_from_the_right() {
    let words = words(&pdf(&Printable::Prescription(arabic_sheet())).unwrap());
    let place = |text: &str| words.iter().find(|w| w.text.contains(text)).unwrap();
    assert!(place("نورة").left > 400.0, "the patient stands at the right");
    assert!(place("نورة").left > place("قاسم").left, "first name first");
    assert!(place("الجرعة").left > place("الكمية").left, "dose before quantity");
    assert!(place("Noura").left < place("Qasim").left, "the Latin name stays as it is");
}

#[test]
fn the_page_number_follows_the_words_around_it() {
    let words = words(&pdf(&Printable::Prescription(arabic_sheet())).unwrap());
    let foot: Vec<_> = words.iter().filter(|w| w.top > 780.0).collect();
    let page = foot.iter().find(|w| w.text == "صفحة").unwrap();
    let of = foot.iter().find(|w| w.text == "من").unwrap();
    assert!(page.left > of.left);
    assert!(foot.iter().any(|w| w.text == "1" && w.right <= of.left + 1.0));
}
