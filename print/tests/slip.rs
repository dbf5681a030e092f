//! A patient takes a slip from the desk and waits for the number to show.

mod common;

use common::*;
use neem_print::*;

fn print(slip: Slip) -> Vec<u8> {
    pdf(&Printable::Slip(slip)).unwrap()
}

#[test]
fn sunita_reads_her_number_doctor_and_room_in_her_own_language_too() {
    let paper = text(&print(sunitas_slip()));
    for wanted in [
        "Kadamba Clinic",
        "Kothrud, Pune",
        "Dr Farah Siddiqui",
        "Room 2",
        "Thu 19 Nov 2026",
        "10:42",
        "Sunita Deshpande",
        "सुनीता देशपांडे",
        "Your number will show on the board.",
    ] {
        assert!(paper.contains(wanted), "{wanted} is missing in {paper}");
    }
    let number: String = paper.chars().filter(|c| !c.is_whitespace()).collect();
    assert!(number.contains("A-014"));
}

#[test]
fn the_slip_fits_the_roll_and_grows_with_what_it_says() {
    let short = print(Slip { notice: vec![], ..sunitas_slip() });
    let long = print(Slip { notice: vec![line(&"Please wait here. ".repeat(60), Language::En)], ..sunitas_slip() });
    let (short_size, long_size) = (page_sizes(&short), page_sizes(&long));
    assert_eq!((short_size.len(), long_size.len()), (1, 1));
    assert!((short_size[0].0 - 80.0).abs() < 0.1);
    assert!(long_size[0].1 > short_size[0].1 + 50.0);
    for word in words(&long) {
        assert!(word.left > 10.0 && word.right < 217.5, "outside the 72 mm: {word:?}");
    }
}

#[test]
fn a_reprint_says_so_and_keeps_the_number() {
    let again = Slip { reprinted: Some(Reprint { at: "10:58".into(), first: "10:42".into() }), ..sunitas_slip() };
    let paper = text(&print(again));
    assert!(paper.contains("Printed again 10:58"));
    assert!(paper.contains("the same number, first printed 10:42"));
    assert!(!text(&print(sunitas_slip())).contains("Printed again"));
}

#[test]
fn noura_reads_arabic_while_number_and_room_stay_left_to_right() {
    for language in [Language::En, Language::Ar] {
        let slip = Slip { language, ..nouras_slip() };
        let words = words(&print(slip));
        let left = |text: &str| words.iter().find(|w| w.text == text).unwrap_or_else(|| panic!("no {text}")).left;
        assert!(left("Room") < left("3"), "in {language:?}");
        assert!(words.iter().any(|w| w.text.contains("قاسم")), "in {language:?}");
        let mut number: Vec<_> =
            words.iter().filter(|w| w.right - w.left > 0.0 && w.top < 130.0 && w.top > 40.0).collect();
        number.sort_by(|a, b| a.left.total_cmp(&b.left));
        let number: String = number.iter().map(|w| w.text.as_str()).collect();
        assert!(number.contains("B-009"), "{number} in {language:?}");
    }
}

#[test]
fn a_long_number_shrinks_instead_of_leaving_the_paper() {
    let words = words(&print(Slip { number: "WALK-IN-00001234".into(), ..sunitas_slip() }));
    assert!(words.iter().all(|w| w.left > 10.0 && w.right < 217.5), "{words:?}");
}

#[test]
fn a_slip_with_almost_nothing_on_it_still_prints() {
    let bare = Slip { number: "A-001".into(), ..Slip::default() };
    let paper: String = text(&print(bare)).chars().filter(|c| !c.is_whitespace()).collect();
    assert_eq!(paper, "A-001");
    print(Slip::default());
}

#[test]
fn the_preview_is_one_image_of_the_same_width() {
    let pages = svg_pages(&Printable::Slip(sunitas_slip())).unwrap();
    assert_eq!(pages.len(), 1);
    assert!(pages[0].starts_with("<svg"));
    assert!(pages[0].contains("226.77"), "80 mm in points");
}
