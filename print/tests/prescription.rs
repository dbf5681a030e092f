//! A doctor issues a prescription, and a pharmacy far away has to read all of it.

mod common;

use common::*;
use neem_print::*;

fn print(sheet: PrescriptionSheet) -> Vec<u8> {
    pdf(&Printable::Prescription(sheet)).unwrap()
}

/// All texts of the sheet that have to be readable on paper, taken from the struct itself.
fn mandatory(sheet: &PrescriptionSheet) -> Vec<String> {
    let mut all = vec![
        sheet.number.clone(),
        sheet.date_text.clone(),
        sheet.time_text.clone(),
        sheet.clinic.name.clone(),
        sheet.clinic.address.clone(),
        sheet.clinic.phone.clone(),
        sheet.prescriber.name.clone(),
        sheet.prescriber.qualification.clone(),
        sheet.prescriber.registration_number.clone(),
        sheet.prescriber.contact.clone(),
        sheet.patient.name.clone(),
        sheet.patient.age.clone(),
        sheet.patient.sex.clone(),
        sheet.patient.address.clone(),
        sheet.patient.record_number.clone(),
    ];
    let labels = labels(sheet.language, "prescription");
    all.extend(["signature", "stamp"].map(|label| labels[label].clone()));
    let patient = &sheet.patient;
    let optional = [&patient.alternate, &patient.weight, &patient.national_id];
    all.extend(optional.into_iter().flatten().cloned());
    let rest = [&sheet.diagnosis, &sheet.advice, &sheet.follow_up, &sheet.supersedes];
    all.extend(rest.into_iter().flatten().cloned());
    if let Some(t) = &sheet.teleconsultation {
        let told = [&t.complaints, &t.findings, &t.diagnosis, &t.instructions];
        all.extend(told.into_iter().flatten().cloned());
    }
    for item in &sheet.items {
        all.extend([&item.medicine, &item.form, &item.strength, &item.dose].map(Clone::clone));
        all.extend([&item.route, &item.frequency, &item.quantity].map(Clone::clone));
        let rest = [&item.duration, &item.instructions, &item.override_reason];
        all.extend(rest.into_iter().flatten().cloned());
    }
    all
}

/// Paper and text without spaces, which a reader sets differently around vowel signs.
fn tight(text: &str) -> String {
    fold(text).replace(' ', "")
}

#[test]
fn every_mandatory_field_is_on_an_english_sheet() {
    for paper in [Paper::A4, Paper::A5] {
        let sheet = PrescriptionSheet { paper, ..sunitas_sheet() };
        let printed = tight(&text(&print(sheet.clone())));
        for wanted in mandatory(&sheet) {
            assert!(printed.contains(&tight(&wanted)), "{wanted} is missing on {paper:?}");
        }
        for label in ["Signed by Dr Farah Siddiqui; scan to check", "Page 1 of 1"] {
            assert!(printed.contains(&tight(label)), "{label} is missing on {paper:?}: {printed}");
        }
    }
}

#[test]
fn every_mandatory_field_is_on_a_hindi_sheet() {
    let sheet = hindi_sheet();
    let printed = tight(&text(&print(sheet.clone())));
    for wanted in mandatory(&sheet) {
        assert!(printed.contains(&tight(&wanted)), "{wanted} is missing in {printed}");
    }
}

#[test]
fn every_mandatory_field_is_on_an_arabic_sheet() {
    let sheet = arabic_sheet();
    let printed = text(&print(sheet.clone()));
    // A reader of the file swaps words of a line and letters of a ligature, so each word counts by
    // its letters.
    let letters = |word: &str| {
        let mut all: Vec<_> = word.chars().filter(|c| !".،؛".contains(*c)).collect();
        all.sort_unstable();
        all
    };
    let found: Vec<_> = printed.split(' ').map(letters).collect();
    for wanted in mandatory(&sheet) {
        for word in wanted.split_whitespace() {
            assert!(found.contains(&letters(word)), "{word} of {wanted} is missing in {printed}");
        }
    }
}

#[test]
fn twenty_five_medicines_fill_several_pages_and_none_is_split() {
    let mut sheet = sunitas_sheet();
    sheet.items = (1..=25)
        .map(|n| SheetItem {
            medicine: format!("Medicine{n:02}"),
            instructions: some(&format!(
                "Start{n:02} of a long instruction. {} End{n:02}",
                "Take it slowly. ".repeat(12)
            )),
            ..amoxicillin()
        })
        .collect();
    for paper in [Paper::A4, Paper::A5] {
        let pages = pages(&print(PrescriptionSheet { paper, ..sheet.clone() }));
        assert!(pages.len() > 2);
        for n in 1..=25 {
            let [name, start, end] = ["Medicine", "Start", "End"].map(|w| format!("{w}{n:02}"));
            let found: Vec<_> = pages.iter().filter(|p| p.contains(&name)).collect();
            assert_eq!(found.len(), 1, "{name}");
            assert!(found[0].contains(&start) && found[0].contains(&end), "{name} is split");
        }
        for (i, page) in pages.iter().enumerate() {
            assert!(page.contains(&format!("Page {} of {}", i + 1, pages.len())));
            for known in ["Sunita Deshpande", "RX-2026-000417", "Dr Farah Siddiqui"] {
                assert!(page.contains(known), "{known} on page {}", i + 1);
            }
        }
        assert!(pages.last().unwrap().contains("Signature"));
    }
}

#[test]
fn what_is_not_set_leaves_no_label_behind() {
    let bare = PrescriptionSheet {
        number: "RX-1".into(),
        items: vec![SheetItem { medicine: "Zinc".into(), dose: "20 mg".into(), ..SheetItem::default() }],
        teleconsultation: Some(Teleconsultation { complaints: some("  "), ..Default::default() }),
        diagnosis: some(""),
        ..PrescriptionSheet::default()
    };
    let printed = text(&print(bare));
    let labels = labels(Language::En, "prescription");
    for label in [
        "phone",
        "registrationNumber",
        "patient",
        "age",
        "sex",
        "weight",
        "recordNumber",
        "nationalId",
        "address",
        "teleconsultation",
        "complaints",
        "diagnosis",
        "route",
        "frequency",
        "duration",
        "quantity",
        "overrideReason",
        "advice",
        "followUp",
    ] {
        assert!(!printed.contains(labels[label].as_str()), "{label} in {printed}");
    }
    for word in ["Supersede", "Printed again", "Signed by", "none"] {
        assert!(!printed.contains(word), "{word} in {printed}");
    }
    assert!(printed.contains("Zinc") && printed.contains("20 mg"));
    print(PrescriptionSheet::default());
}

#[test]
fn a_replaced_prescription_says_so_on_every_page() {
    let sheet = PrescriptionSheet {
        items: vec![amoxicillin(); 20],
        superseded_by: Some(Superseded { by: "RX-2026-000420".into(), on: "Fri 20 Nov 2026".into() }),
        ..sunitas_sheet()
    };
    let pages = pages(&print(sheet));
    assert!(pages.len() > 1);
    for page in pages {
        assert!(page.contains("Superseded by RX-2026-000420 on Fri 20 Nov 2026"));
    }
}

#[test]
fn a_second_print_is_marked_as_one_on_every_page() {
    let sheet = PrescriptionSheet {
        items: vec![amoxicillin(); 20],
        reprinted: Some(Reprint { at: "Fri 20 Nov 2026".into(), first: "Thu 19 Nov 2026".into() }),
        ..sunitas_sheet()
    };
    for page in pages(&print(sheet)) {
        assert!(page.contains("Printed again Fri 20 Nov 2026, first printed Thu 19 Nov 2026"));
    }
}

#[test]
fn a_caller_may_send_only_what_it_knows() {
    let json = r#"{"kind":"prescription","number":"RX-7","date_text":"","time_text":"",
        "clinic":{"name":"","address":"","phone":""},
        "prescriber":{"name":"","qualification":"","registration_number":"","contact":""},
        "patient":{"name":"Ana","age":"","sex":"","address":"","record_number":""},
        "items":[],"language":"pt"}"#;
    let printed = text(&pdf(&serde_json::from_str(json).unwrap()).unwrap());
    assert!(printed.contains("Paciente") && printed.contains("Ana"));
}

#[test]
fn the_same_prescription_gives_the_same_bytes() {
    assert!(print(sunitas_sheet()) == print(sunitas_sheet()));
}

#[test]
fn a_signed_content_too_long_for_a_code_is_an_error_and_not_a_missing_code() {
    let mut sheet = sunitas_sheet();
    for (length, fits) in [(2_900, true), (3_000, false)] {
        sheet.verification = Some(Verification { payload: "x".repeat(length), signed_by: "PC 2".into() });
        let result = pdf(&Printable::Prescription(sheet.clone()));
        assert_eq!(result.is_ok(), fits, "{length}");
        if let Err(error) = result {
            assert!(matches!(error, PrintError::QrTooLong { bytes: 3_000 }));
        }
    }
}

#[test]
fn the_preview_has_one_image_per_page() {
    let sheet = PrescriptionSheet { items: vec![amoxicillin(); 20], ..sunitas_sheet() };
    let doc = Printable::Prescription(sheet);
    let images = svg_pages(&doc).unwrap();
    assert_eq!(images.len(), pages(&pdf(&doc).unwrap()).len());
    assert!(images.iter().all(|svg| svg.starts_with("<svg")));
}
