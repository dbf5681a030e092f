//! People write what they like; all of it is printed and none of it is obeyed.

mod common;

use common::*;
use neem_print::*;

const MARKUP: &str =
    r##"#panic("no") *bold* _it_ $x^2$ \ \u{41} <label> @ref `raw` // c /* d */ [a] {b} ~ -- --- "q" 'q' = + - 1. "##;

/// Puts one text into every field there is.
fn everywhere(text: &str) -> [Printable; 2] {
    let t = || text.to_owned();
    let s = || Some(text.to_owned());
    let slip = Slip {
        language: Language::Ar,
        paper: SlipPaper::Roll,
        clinic: t(),
        site: t(),
        number: t(),
        doctor: t(),
        room: s(),
        room_alternate: s(),
        date_text: t(),
        time_text: t(),
        patient: t(),
        patient_alternate: s(),
        reprinted: Some(Reprint { at: t(), first: t() }),
        notice: vec![Line { text: t(), language: Language::En }],
    };
    let item = SheetItem {
        medicine: t(),
        form: t(),
        strength: t(),
        dose: t(),
        route: t(),
        frequency: t(),
        duration: s(),
        quantity: t(),
        instructions: s(),
        override_reason: s(),
    };
    let sheet = PrescriptionSheet {
        paper: Paper::A5,
        language: Language::En,
        number: t(),
        date_text: t(),
        time_text: t(),
        clinic: Clinic { name: t(), address: t(), phone: t() },
        prescriber: Prescriber { name: t(), qualification: t(), registration_number: t(), contact: t() },
        patient: Patient {
            name: t(),
            alternate: s(),
            age: t(),
            sex: t(),
            address: t(),
            weight: s(),
            national_id: s(),
            record_number: t(),
        },
        teleconsultation: Some(Teleconsultation { complaints: s(), findings: s(), diagnosis: s(), instructions: s() }),
        diagnosis: s(),
        items: vec![item.clone(), item],
        advice: s(),
        follow_up: s(),
        verification: Some(Verification { payload: "x".into(), signed_by: t() }),
        supersedes: s(),
        superseded_by: Some(Superseded { by: t(), on: t() }),
        reprinted: Some(Reprint { at: t(), first: t() }),
    };
    [Printable::Slip(slip), Printable::Prescription(sheet)]
}

#[test]
fn markup_prints_as_it_was_written() {
    let sheet = PrescriptionSheet { advice: some(MARKUP), ..sunitas_sheet() };
    let printed = text(&pdf(&Printable::Prescription(sheet)).unwrap());
    assert!(printed.contains(&fold(MARKUP)), "{printed}");
    for doc in everywhere(MARKUP) {
        let printed = text(&pdf(&doc).unwrap()).replace(' ', "");
        assert!(printed.contains(&fold(MARKUP).replace(' ', "")), "{printed}");
    }
}

#[test]
fn nothing_a_person_can_type_stops_the_printer() {
    for text in [
        "\u{1F489}\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467} \u{10FFFF} \u{E000} 漢字 ไทย",
        "a\0b\u{1}c\u{7F}\u{85}\u{2028}\u{2029}\r\n\tz",
        "\u{202E}gm 005\u{202C} \u{2067}\u{2067}\u{2069}",
        "{{page}} {{pages}} {{by}} {{number}} {{date}} {{at}} {{first}}",
        "e\u{301}\u{301}\u{301}\u{301} क्ष्म्य لا",
        "\n\n\n",
        "-",
    ] {
        for doc in everywhere(text) {
            pdf(&doc).unwrap_or_else(|e| panic!("{text:?}: {e}"));
        }
    }
}

#[test]
fn ten_thousand_characters_are_all_on_paper() {
    let in_the_item = |text: &str| SheetItem { instructions: some(text), ..amoxicillin() };
    let in_a_column = |text: &str| SheetItem { frequency: text.to_owned(), ..amoxicillin() };
    let (english, arabic) = ("word ".repeat(2_000), "كلمة ".repeat(2_000));
    let endless = "ξ".repeat(10_000);
    for (long, item) in
        [(&english, in_the_item(&english)), (&arabic, in_a_column(&arabic)), (&endless, in_a_column(&endless))]
    {
        let sheet = PrescriptionSheet { items: vec![item], ..sunitas_sheet() };
        let paper = pdf(&Printable::Prescription(sheet)).unwrap();
        let first = long.chars().next().unwrap();
        let count = |text: &str| text.chars().filter(|c| *c == first).count();
        assert!(count(&text(&paper)) >= count(long), "something was lost");
        for word in words(&paper) {
            assert!(word.left > 40.0 && word.right < 556.0, "off the paper: {word:?}");
            assert!(word.top > 10.0 && word.top < 830.0, "off the paper: {word:?}");
        }
    }
}

#[test]
fn a_word_wider_than_its_column_never_runs_into_the_next() {
    let item = SheetItem { route: "intramusculoskeletally".into(), ..amoxicillin() };
    for paper in [Paper::A4, Paper::A5] {
        let sheet = PrescriptionSheet { paper, items: vec![item.clone()], ..sunitas_sheet() };
        let words = words(&pdf(&Printable::Prescription(sheet)).unwrap());
        let route = words.iter().find(|w| w.text == item.route).unwrap();
        for other in words.iter().filter(|w| (w.top - route.top).abs() < 1.0 && w.left > route.left) {
            assert!(other.left > route.right, "{other:?} over {route:?}");
        }
    }
}

#[test]
fn a_hidden_override_cannot_turn_a_dose_around() {
    let item = SheetItem { dose: "\u{202E}500 mg".into(), ..amoxicillin() };
    let sheet = PrescriptionSheet { items: vec![item], ..sunitas_sheet() };
    assert!(text(&pdf(&Printable::Prescription(sheet)).unwrap()).contains("500 mg by mouth"));
}

#[test]
fn line_breaks_are_kept() {
    let sheet = PrescriptionSheet { advice: some("Rest.\r\nDrink.\nSleep."), ..sunitas_sheet() };
    let words = words(&pdf(&Printable::Prescription(sheet)).unwrap());
    let top = |text: &str| words.iter().find(|w| w.text == text).unwrap().top;
    assert!(top("Rest.") < top("Drink.") && top("Drink.") < top("Sleep."));
}

#[test]
fn an_ordinary_long_address_can_be_copied_from_the_sheet() {
    let mut sheet = sunitas_sheet();
    sheet.prescriber.contact = "farah.siddiqui@kadamba-clinic.example".into();
    let printed = text(&pdf(&Printable::Prescription(sheet.clone())).unwrap());
    assert!(printed.contains(&sheet.prescriber.contact));
}
