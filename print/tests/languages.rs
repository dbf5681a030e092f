//! Every paper comes out in every language: all its letters have a shape, all its words are the language's own, and
//! what people wrote stands as they wrote it.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use common::*;
use neem_print::*;

/// Each paper with everything that can stand on it, worded as the app words it.
fn papers(language: Language) -> Vec<(&'static str, Printable)> {
    let words = language.words();
    let date = "2026-11-19".parse().unwrap();
    let (day, long_day) = (words.day(date), words.long_day(date));
    let reprinted = Some(Reprint { at: "11:20".into(), first: words.listed(&[day.clone(), "10:58".into()]) });
    let slip = Slip {
        language,
        date_text: day.clone(),
        reprinted: reprinted.clone(),
        notice: vec![line(&words.called, language)],
        ..sunitas_slip()
    };
    let blank = |paper| BlankSlips {
        language,
        paper,
        clinic: "Kadamba Clinic".into(),
        site: "Kothrud, Pune".into(),
        numbers: vec!["A-101".into(), "A-102".into(), "A-103".into()],
    };
    let say = &words.status;
    let statuses = [
        &say.requested,
        &say.scheduled,
        &say.confirmed,
        &say.walk_in,
        &say.arrived,
        &say.in_progress,
        &say.completed,
        &say.cancelled,
        &say.no_show,
    ];
    let sexes = [&words.sex.female, &words.sex.male, &words.sex.other, &words.sex.prefer_not_to_say];
    let visits: Vec<_> = statuses
        .iter()
        .zip(sexes.iter().cycle())
        .enumerate()
        .map(|(at, (status, sex))| DayListVisit {
            time: format!("09:{}", 10 + at * 5),
            number: Some(format!("A-01{at}")),
            patient: "Sunita Deshpande".into(),
            about: vec!["46".into(), (**sex).clone(), "A20418".into(), "+91 55501 20412".into()],
            reason: some("खाँसी"),
            status: (*status).clone(),
        })
        .collect();
    let count_text = words.patients(visits.len() as u32);
    let doctor = DayListDoctor { name: "Dr Farah Siddiqui".into(), room: some("2"), count_text, visits };
    let day_list = |doctors| DayListSheet {
        language,
        clinic: "Kadamba Clinic".into(),
        site: "Kothrud, Pune".into(),
        date_text: long_day.clone(),
        printed_text: "07:45".into(),
        doctors,
    };
    let bill = Receipt {
        language,
        number: "A-2026-R0042".into(),
        date_text: day.clone(),
        time_text: "10:58".into(),
        clinic: Clinic {
            name: "Kadamba Clinic".into(),
            address: "14 Champa Lane, Kothrud".into(),
            phone: "+91 55501 20400".into(),
        },
        patient: "Sunita Deshpande".into(),
        patient_alternate: some("सुनीता देशपांडे"),
        record_number: "A20418".into(),
        invoice: some("A-2026-0017"),
        lines: vec![ReceiptLine {
            text: "ECG".into(),
            detail: Some(ReceiptDetail {
                quantity: "2".into(),
                price: words.number("800.00"),
                less: Some(words.number("100.00")),
                tax: Some(words.number("75.00")),
            }),
            amount: words.number("1575.00"),
        }],
        total: Some(words.number("1575.00")),
        paid_before: Some(words.number("200.00")),
        amount: words.number("1300.00"),
        currency: "INR".into(),
        method: words.method.cash.clone(),
        reference: some("TX-4471"),
        owed: Some(words.number("75.00")),
        received_by: "Meera Kulkarni".into(),
        reprinted: reprinted.clone(),
        ..Receipt::default()
    };
    let no_bill = Receipt { invoice: None, lines: vec![], total: None, paid_before: None, owed: None, ..bill.clone() };
    let deposit = Receipt {
        kind: ReceiptKind::Deposit,
        visit: vec![day.clone(), "Dr Farah Siddiqui".into()],
        method: words.method.bank_transfer.clone(),
        ..no_bill.clone()
    };
    let refund = Receipt {
        kind: ReceiptKind::Refund,
        refund_of: some("A-2026-R0042"),
        method: words.method.mobile_money.clone(),
        ..no_bill
    };
    let sheet = |paper| PrescriptionSheet {
        paper,
        language,
        date_text: day.clone(),
        patient: Patient {
            age: words.years(34),
            sex: words.sex.female.clone(),
            weight: Some(format!("{} kg", words.number("58.5"))),
            ..sunitas_sheet().patient
        },
        items: vec![
            SheetItem { duration: Some(words.days(7)), ..amoxicillin() },
            SheetItem { duration: Some(words.days(1)), ..paracetamol() },
        ],
        follow_up: Some(day.clone()),
        superseded_by: Some(Superseded { by: "RX-2026-000420".into(), on: day.clone() }),
        reprinted: reprinted.clone(),
        ..sunitas_sheet()
    };
    vec![
        ("slip", Printable::Slip(slip.clone())),
        ("slip-a4", Printable::Slip(Slip { paper: SlipPaper::A4, ..slip })),
        ("blank-roll", Printable::BlankSlips(blank(SlipPaper::Roll))),
        ("blank-a4", Printable::BlankSlips(blank(SlipPaper::A4))),
        ("day-list", Printable::DayList(day_list(vec![doctor]))),
        ("day-list-empty", Printable::DayList(day_list(vec![]))),
        ("receipt-roll", Printable::Receipt(bill.clone())),
        ("receipt-a4", Printable::Receipt(Receipt { paper: ReceiptPaper::A4, ..bill })),
        ("deposit", Printable::Receipt(deposit)),
        ("refund", Printable::Receipt(refund)),
        ("prescription-a4", Printable::Prescription(sheet(Paper::A4))),
        ("prescription-a5", Printable::Prescription(sheet(Paper::A5))),
    ]
}

struct Printed {
    language: Language,
    name: &'static str,
    paper: Printable,
    pdf: Vec<u8>,
}

/// All of them, made once for all tests, since a page takes its time.
fn printed(language: Language) -> impl Iterator<Item = &'static Printed> {
    static ALL: OnceLock<Vec<Printed>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let of = |language| papers(language).into_iter().map(move |(name, paper)| (language, name, paper));
        let made = |(language, name, paper)| Printed { language, name, pdf: pdf(&paper).unwrap(), paper };
        Language::ALL.into_iter().flat_map(of).map(made).collect()
    });
    all.iter().filter(move |one| one.language == language)
}

/// One of them in one language.
fn one(language: Language, name: &str) -> &'static Printed {
    printed(language).find(|one| one.name == name).unwrap()
}

fn all_labels(language: Language) -> BTreeMap<String, String> {
    ["slip", "blank", "dayList", "receipt", "prescription"]
        .into_iter()
        .flat_map(|paper| labels(language, paper).into_iter().map(move |(key, text)| (format!("{paper}.{key}"), text)))
        .collect()
}

/// The words of a label around its values.
fn parts(label: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = label;
    while let Some((before, after)) = rest.split_once("{{") {
        parts.push(before);
        rest = after.split_once("}}").map_or("", |(_, after)| after);
    }
    parts.push(rest);
    parts
        .into_iter()
        .map(|part| part.trim_matches([' ', ',', ';', '.', '،', '؛']))
        .filter(|part| !part.is_empty())
        .collect()
}

#[test]
fn every_letter_of_every_paper_has_a_shape() {
    for language in Language::ALL {
        for Printed { name, paper, .. } in printed(language) {
            assert_eq!(without_shape(paper).unwrap(), "", "{name} in {language:?}");
        }
    }
    // It would be noticed.
    let stranger = Slip { patient: "சுனிதா".into(), ..sunitas_slip() };
    assert!(without_shape(&Printable::Slip(stranger)).unwrap().contains('ச'));
}

#[test]
fn every_word_of_the_catalogue_is_on_some_paper() {
    for language in [Language::En, Language::Id, Language::Pt] {
        let pages: Vec<_> = printed(language).map(|one| text(&one.pdf)).collect();
        for (key, label) in all_labels(language) {
            for part in parts(&label) {
                assert!(pages.iter().any(|page| page.contains(part)), "{key} in {language:?}: {part}");
            }
        }
    }
}

/// Words of Latin letters, in small ones.
fn latin(text: &str) -> BTreeSet<String> {
    let letters = |c: char| c.is_alphabetic() && (c.is_ascii() || ('\u{C0}'..'\u{250}').contains(&c));
    text.split(|c: char| !letters(c)).filter(|word| word.len() > 1).map(str::to_lowercase).collect()
}

#[test]
fn no_english_is_left_around_what_people_wrote() {
    let english = all_labels(Language::En);
    for language in Language::ALL.into_iter().filter(|language| *language != Language::En) {
        let theirs = all_labels(language);
        for Printed { name, paper, pdf, .. } in printed(language) {
            let page = text(pdf);
            if matches!(language, Language::Hi | Language::Ar) {
                // Whatever is Latin there stands in the document itself.
                let written = latin(&serde_json::to_string(paper).unwrap());
                let left: Vec<_> = latin(&page).into_iter().filter(|word| !written.contains(word)).collect();
                assert!(left.is_empty(), "{name} in {language:?}: {left:?}");
            } else {
                let padded = format!(" {page} ");
                for (key, label) in english.iter().filter(|(key, label)| theirs[*key] != **label) {
                    for part in parts(label).into_iter().filter(|part| part.len() > 2) {
                        let same = theirs.values().any(|own| own.contains(part));
                        assert!(
                            same || !padded.contains(&format!(" {part} ")),
                            "{name} in {language:?}: {key}, {part}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn a_label_in_hindi_and_in_arabic_comes_out_with_all_its_letters() {
    // A reader of the file swaps the words of a line and the signs of a syllable, so letters are counted.
    let letters = |text: &str| {
        let mut all: BTreeMap<char, usize> = BTreeMap::new();
        for letter in text.chars().filter(|c| c.is_alphabetic()) {
            *all.entry(letter).or_default() += 1;
        }
        all
    };
    for language in [Language::Hi, Language::Ar] {
        for Printed { name, pdf, .. } in printed(language) {
            let kind = match name.split('-').next().unwrap() {
                "slip" => "slip",
                "blank" => "blank",
                "prescription" => "prescription",
                _ => continue,
            };
            let page = letters(&text(pdf));
            for (key, label) in labels(language, kind) {
                for (letter, count) in letters(&parts(&label).join(" ")) {
                    assert!(page.get(&letter).is_some_and(|there| *there >= count), "{name}: {key} lacks {letter}");
                }
            }
        }
    }
}

#[test]
fn the_roll_is_black_on_white_in_every_language() {
    for language in Language::ALL {
        for Printed { name, paper, .. } in printed(language) {
            if !["slip", "blank-roll", "receipt-roll", "deposit", "refund"].contains(name) {
                continue;
            }
            for page in svg_pages(paper).unwrap() {
                for attribute in ["fill=\"", "stroke=\""] {
                    for colour in page.split(attribute).skip(1).map(|rest| rest.split('"').next().unwrap()) {
                        assert!(["#000000", "#ffffff", "#000", "#fff", "none"].contains(&colour), "{name}: {colour}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_paper_gives_the_same_bytes_in_every_language() {
    for language in Language::ALL {
        for name in ["slip", "blank-roll", "day-list", "receipt-roll", "prescription-a4"] {
            let Printed { paper, pdf: first, .. } = one(language, name);
            assert!(pdf(paper).unwrap() == *first, "{name} in {language:?}");
        }
    }
}

#[test]
fn a_phone_number_begins_with_its_plus_on_the_left() {
    for name in ["day-list", "receipt-roll", "receipt-a4", "prescription-a4", "prescription-a5"] {
        let words = words(&one(Language::Ar, name).pdf);
        let mut phones = 0;
        for plus in words.iter().filter(|word| word.text == "+91") {
            let rest = words.iter().filter(|word| (word.top - plus.top).abs() < 1.0 && word.left > plus.right);
            let next = rest.min_by(|a, b| a.left.total_cmp(&b.left)).unwrap();
            assert!(["55501", "20"].contains(&next.text.as_str()) && next.left - plus.right < 8.0, "{name}: {next:?}");
            phones += 1;
        }
        assert!(phones > 0, "{name}: {words:?}");
    }
}

#[test]
fn the_amount_stands_behind_its_currency_as_on_the_screen() {
    for language in Language::ALL {
        let words = words(&one(language, "receipt-roll").pdf);
        let currency = words.iter().find(|word| word.text == "INR").unwrap();
        let amount = language.words().number("1300.00");
        let amount = words.iter().find(|word| word.text == amount).unwrap_or_else(|| panic!("{amount}: {words:?}"));
        assert!(amount.left > currency.right && amount.left - currency.right < 8.0, "{language:?}");
    }
}

/// Leaves every paper in `target/tmp/papers`, to be looked at.
#[test]
fn every_paper_is_left_to_be_looked_at() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("papers");
    fs::create_dir_all(&folder).unwrap();
    for language in Language::ALL {
        for Printed { name, pdf, .. } in printed(language) {
            fs::write(folder.join(format!("{}-{name}.pdf", language.code())), pdf).unwrap();
        }
    }
}
