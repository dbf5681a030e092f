//! What the desk keeps on paper: slips on sheets, blank ones for a power cut, the day.

mod common;

use common::*;
use neem_print::*;

fn blank(paper: SlipPaper, count: u32) -> BlankSlips {
    BlankSlips {
        paper,
        clinic: "Kadamba Clinic".into(),
        site: "Kothrud, Pune".into(),
        numbers: (0..count).map(|at| format!("A-{}", 101 + at)).collect(),
        ..BlankSlips::default()
    }
}

fn visit(time: &str, patient: &str) -> DayListVisit {
    DayListVisit {
        time: time.into(),
        number: some("A-014"),
        patient: patient.into(),
        about: vec!["46".into(), "Female".into(), "K-20418".into(), "+91 55501 20412".into()],
        reason: some("Sore throat, fever"),
        status: "Confirmed".into(),
    }
}

fn day(visits: usize) -> DayListSheet {
    let visits = (0..visits).map(|at| visit(&format!("{:02}:{:02}", 9 + at / 6, at % 6 * 10), "Sunita Deshpande"));
    DayListSheet {
        clinic: "Kadamba Clinic".into(),
        site: "Kothrud, Pune".into(),
        date_text: "Thursday 19 November 2026".into(),
        printed_text: "07:45".into(),
        doctors: vec![
            DayListDoctor {
                name: "Dr Farah Siddiqui".into(),
                room: some("Room 2"),
                count_text: Language::En.words().patients(visits.len() as u32),
                visits: visits.collect(),
            },
            DayListDoctor {
                name: "Dr Arjun Menon".into(),
                room: None,
                count_text: "2 patients".into(),
                visits: vec![visit("10:40", "नूर क़ासिम"), visit("11:00", "نورة قاسم")],
            },
        ],
        ..DayListSheet::default()
    }
}

#[test]
fn a_slip_on_a_sheet_is_the_slip_of_the_roll() {
    let sheet = pdf(&Printable::Slip(Slip { paper: SlipPaper::A4, ..sunitas_slip() })).unwrap();
    let roll = pdf(&Printable::Slip(sunitas_slip())).unwrap();
    let size = page_sizes(&sheet);
    assert_eq!(size.len(), 1);
    assert!((size[0].0 - 210.0).abs() < 0.5 && (size[0].1 - 297.0).abs() < 0.5, "{size:?}");
    assert_eq!(text(&sheet), text(&roll));
    // Within 80 mm from the margin of 12 mm.
    assert!(words(&sheet).iter().all(|word| word.left > 34.0 && word.right < 261.0));
}

#[test]
fn blank_slips_are_eight_to_a_sheet_or_one_after_the_other() {
    let sheets = pdf(&Printable::BlankSlips(blank(SlipPaper::A4, 10))).unwrap();
    let on_pages = pages(&sheets);
    assert_eq!(on_pages.len(), 2);
    for at in 0..10 {
        let number = format!("{}", 101 + at);
        assert!(on_pages[at / 8].contains(&number), "{number}: {on_pages:?}");
    }
    assert_eq!(on_pages[0].matches("Reason").count(), 8);
    let roll = pdf(&Printable::BlankSlips(blank(SlipPaper::Roll, 3))).unwrap();
    let sizes = page_sizes(&roll);
    assert_eq!(sizes.len(), 3);
    assert!(sizes.iter().all(|(wide, high)| (wide - 80.0).abs() < 0.1 && *high < 120.0), "{sizes:?}");
    assert!(pages(&roll).iter().all(|page| page.contains("Kadamba Clinic") && page.contains("Time")));
    pdf(&Printable::BlankSlips(BlankSlips::default())).unwrap();
}

#[test]
fn the_day_has_every_visit_by_doctor_and_says_when_it_was_printed() {
    let paper = pdf(&Printable::DayList(day(6))).unwrap();
    let on_pages = pages(&paper);
    assert_eq!(on_pages.len(), 1);
    for words in [
        "Kadamba Clinic",
        "Thursday 19 November 2026",
        "Dr Farah Siddiqui",
        "6 patients",
        "09:50",
        "K-20418",
        "Dr Arjun Menon",
        "2 patients",
        "Printed at 07:45",
        "Page 1 of 1",
    ] {
        assert!(on_pages[0].contains(words), "{words} is not in {}", on_pages[0]);
    }
    assert!(words(&paper).iter().any(|word| word.text.contains("قاسم")));
    // A long day goes on, with the doctor's name on each page.
    let long = pages(&pdf(&Printable::DayList(day(60))).unwrap());
    assert!(long.len() > 2, "{}", long.len());
    assert!(long[1].contains("Dr Farah Siddiqui") && long[1].contains(&format!("Page 2 of {}", long.len())));
    let nobody = text(&pdf(&Printable::DayList(DayListSheet::default())).unwrap());
    assert!(nobody.contains("Nobody is booked"));
}

#[test]
fn a_name_is_no_markup_here_either() {
    let hostile = r##"#panic("no") *bold* $x$ [a] {b} \ "q""##;
    let list = DayListSheet {
        clinic: hostile.into(),
        doctors: vec![DayListDoctor {
            name: hostile.into(),
            room: some(hostile),
            count_text: hostile.into(),
            visits: vec![visit("9", hostile)],
        }],
        ..DayListSheet::default()
    };
    assert!(text(&pdf(&Printable::DayList(list)).unwrap()).contains("*bold*"));
    let slips = BlankSlips { clinic: hostile.into(), numbers: vec![hostile.into()], ..blank(SlipPaper::A4, 0) };
    assert!(text(&pdf(&Printable::BlankSlips(slips)).unwrap()).contains("*bold*"));
}
