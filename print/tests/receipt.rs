//! Money is taken, and the patient leaves with a paper that says what for.

mod common;

use common::*;
use neem_print::*;

fn print(receipt: Receipt) -> Vec<u8> {
    pdf(&Printable::Receipt(receipt)).unwrap()
}

fn sunitas() -> Receipt {
    Receipt {
        number: "A-2026-R0042".into(),
        date_text: "Thu 19 Nov 2026".into(),
        time_text: "10:58".into(),
        clinic: Clinic {
            name: "Kadamba Clinic".into(),
            address: "14 Champa Lane, Kothrud".into(),
            phone: "+915550120400".into(),
        },
        patient: "Sunita Deshpande".into(),
        patient_alternate: Some("सुनीता देशपांडे".into()),
        record_number: "A20418".into(),
        invoice: Some("A-2026-0017".into()),
        lines: vec![
            ReceiptLine { text: "Consultation".into(), detail: None, amount: "500.00".into() },
            ReceiptLine {
                text: "Dressing".into(),
                detail: Some(ReceiptDetail {
                    quantity: "2".into(),
                    price: "80.00".into(),
                    less: some("10.00"),
                    tax: None,
                }),
                amount: "150.00".into(),
            },
        ],
        total: Some("650.00".into()),
        paid_before: Some("200.00".into()),
        amount: "300.00".into(),
        currency: "INR".into(),
        method: "Cash".into(),
        owed: Some("150.00".into()),
        received_by: "Meera Kulkarni".into(),
        ..Receipt::default()
    }
}

#[test]
fn sunita_reads_what_she_paid_what_for_and_what_is_left() {
    for paper in [ReceiptPaper::Roll80, ReceiptPaper::A4] {
        let page = text(&print(Receipt { paper, ..sunitas() }));
        for wanted in [
            "Kadamba Clinic",
            "A-2026-R0042",
            "Sunita Deshpande",
            "सुनीता देशपांडे",
            "A-2026-0017",
            "Consultation",
            "2 × 80.00, less 10.00",
            "650.00",
            "Paid before",
            "Received, Cash",
            "300.00",
            "Still to pay",
            "Taken by Meera Kulkarni",
        ] {
            assert!(page.contains(wanted), "{wanted} is missing on {paper:?} in {page}");
        }
        assert!(!page.contains("Printed again"));
    }
}

#[test]
fn the_receipt_fits_the_roll_and_the_sheet() {
    let roll = print(Receipt { patient: "Venkatanarasimharajuvaripeta Subramaniyapillai".into(), ..sunitas() });
    assert!((page_sizes(&roll)[0].0 - 80.0).abs() < 0.1);
    for word in words(&roll) {
        assert!(word.left > 10.0 && word.right < 217.5, "outside the 72 mm: {word:?}");
    }
    let sheet = page_sizes(&print(Receipt { paper: ReceiptPaper::A4, ..sunitas() }));
    assert_eq!(sheet.len(), 1);
    assert!((sheet[0].0 - 210.0).abs() < 0.1 && (sheet[0].1 - 297.0).abs() < 0.1);
}

#[test]
fn a_deposit_names_its_visit_and_a_refund_what_it_gives_back() {
    let deposit = Receipt {
        kind: ReceiptKind::Deposit,
        visit: vec!["Fri 20 Nov 2026".into(), "Dr Farah Siddiqui".into()],
        invoice: None,
        lines: vec![],
        total: None,
        paid_before: None,
        owed: None,
        ..sunitas()
    };
    let page = text(&print(deposit.clone()));
    assert!(page.contains("Receipt for a deposit") && page.contains("Dr Farah Siddiqui"));
    assert!(!page.contains("Total") && !page.contains("Still to pay"));
    let refund = Receipt {
        kind: ReceiptKind::Refund,
        refund_of: Some("A-2026-R0042".into()),
        note: Some("Visit cancelled".into()),
        ..deposit
    };
    let page = text(&print(refund));
    assert!(page.contains("Money given back") && page.contains("Given back, Cash") && page.contains("Visit cancelled"));
}

#[test]
fn a_reprint_is_marked_and_keeps_the_number() {
    let again = Receipt { reprinted: Some(Reprint { at: "11:20".into(), first: "10:58".into() }), ..sunitas() };
    let page = text(&print(again));
    assert!(page.contains("Printed again 11:20") && page.contains("the same receipt, first printed 10:58"));
    assert!(page.contains("A-2026-R0042"));
}

#[test]
fn hostile_words_stay_words_and_an_arabic_receipt_keeps_its_figures() {
    let receipt = Receipt {
        language: Language::Ar,
        patient: "#eval(\"1\") *bold* نورة قاسم".into(),
        lines: vec![ReceiptLine { text: "@x $y$ \\ ]".into(), detail: None, amount: "1250.00".into() }],
        ..sunitas()
    };
    let page = text(&print(receipt));
    // A neutral sign at an edge goes where the direction of the line puts it.
    assert!(page.contains("eval(\"1\") *bold") && page.contains("1250.00"), "{page}");
    print(Receipt::default());
}
