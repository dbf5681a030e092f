//! The people of the stories, and the tools that read a printed page back.

#![allow(dead_code, reason = "each story uses its own part of this")]

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
};

use neem_print::*;

pub fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// Runs a tool of poppler-utils over a PDF and returns what it prints.
fn poppler(tool: &str, options: &[&str], pdf: &[u8]) -> String {
    static FILES: AtomicUsize = AtomicUsize::new(0);
    let n = FILES.fetch_add(1, Ordering::Relaxed);
    let path: PathBuf = std::env::temp_dir().join(format!("neem-print-{}-{n}.pdf", std::process::id()));
    fs::write(&path, pdf).unwrap();
    let run = Command::new(tool).args(options).arg(&path).arg("-").output().expect("poppler-utils is installed");
    fs::remove_file(&path).unwrap();
    assert!(run.status.success(), "{tool}: {:?}", run.stderr);
    String::from_utf8(run.stdout).unwrap()
}

/// The text of a PDF without direction marks, all white space folded to single spaces.
pub fn text(pdf: &[u8]) -> String {
    fold(&poppler("pdftotext", &["-raw"], pdf))
}

/// The text of each page.
pub fn pages(pdf: &[u8]) -> Vec<String> {
    let all = poppler("pdftotext", &["-raw"], pdf);
    let mut pages: Vec<_> = all.split('\u{C}').map(fold).collect();
    pages.pop();
    pages
}

pub fn fold(text: &str) -> String {
    let visible: String = text
        .chars()
        .filter(|c| !matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'))
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A word as it stands on paper.
#[derive(Debug, Clone)]
pub struct Word {
    pub text: String,
    pub left: f64,
    pub right: f64,
    pub top: f64,
}

/// All words with their place on paper, in points from the top left.
pub fn words(pdf: &[u8]) -> Vec<Word> {
    let html = poppler("pdftotext", &["-bbox"], pdf);
    let number = |line: &str, name: &str| -> f64 {
        let start = line.find(name).unwrap() + name.len() + 2;
        line[start..].split('"').next().unwrap().parse().unwrap()
    };
    html.lines()
        .filter(|line| line.trim_start().starts_with("<word"))
        .map(|line| Word {
            text: as_written(&fold(line.split_once('>').unwrap().1.split("</word>").next().unwrap())),
            left: number(line, "xMin"),
            right: number(line, "xMax"),
            top: number(line, "yMin"),
        })
        .collect()
}

/// Turns back words that `-bbox` gives in the order of the eye, which holds except for ligatures.
fn as_written(word: &str) -> String {
    if word.chars().any(|c| ('\u{600}'..='\u{6FF}').contains(&c)) {
        word.chars().rev().collect()
    } else {
        word.to_owned()
    }
}

/// Width and height of each page in millimetres.
pub fn page_sizes(pdf: &[u8]) -> Vec<(f64, f64)> {
    let mm = |points: &str| points.trim_matches('"').parse::<f64>().unwrap() * 25.4 / 72.0;
    poppler("pdftotext", &["-bbox"], pdf)
        .lines()
        .filter_map(|line| line.trim().strip_prefix("<page width="))
        .map(|rest| {
            let (w, h) = rest.split_once(" height=").unwrap();
            (mm(w), mm(h.trim_end_matches('>')))
        })
        .collect()
}

pub fn line(text: &str, language: Language) -> Line {
    Line { text: text.to_owned(), language }
}

/// The labels of one kind of paper, as the catalogue of a language has them.
pub fn labels(language: Language, paper: &str) -> BTreeMap<String, String> {
    let path = format!("{}/../ui/src/i18n/{}/papers.json", env!("CARGO_MANIFEST_DIR"), language.code());
    let all: serde_json::Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    serde_json::from_value(all["papers"][paper].clone()).unwrap()
}

pub fn sunitas_slip() -> Slip {
    Slip {
        clinic: "Kadamba Clinic".into(),
        site: "Kothrud, Pune".into(),
        number: "A-014".into(),
        doctor: "Dr Farah Siddiqui".into(),
        room: some("Room 2"),
        room_alternate: some("खोली २"),
        date_text: "Thu 19 Nov 2026".into(),
        time_text: "10:42".into(),
        patient: "Sunita Deshpande".into(),
        patient_alternate: some("सुनीता देशपांडे"),
        notice: vec![
            line("Your number will show on the board.", Language::En),
            line("आपका टोकन बोर्ड पर दिखेगा।", Language::Hi),
        ],
        ..Slip::default()
    }
}

pub fn nouras_slip() -> Slip {
    Slip {
        number: "B-009".into(),
        doctor: "Dr Putri Wulandari".into(),
        room: some("Room 3"),
        room_alternate: some("غرفة ٣"),
        time_text: "11:06".into(),
        patient: "Noura Qasim".into(),
        patient_alternate: some("نورة قاسم"),
        notice: vec![
            line("Your number will show on the board.", Language::En),
            line("سيظهر رقمك على الشاشة.", Language::Ar),
        ],
        ..sunitas_slip()
    }
}

pub fn amoxicillin() -> SheetItem {
    SheetItem {
        medicine: "Amoxicillin".into(),
        form: "capsule".into(),
        strength: "500 mg".into(),
        dose: "1 capsule".into(),
        route: "by mouth".into(),
        frequency: "three times a day".into(),
        duration: some("7 days"),
        quantity: "21 capsules".into(),
        instructions: some("Finish the course even when you feel better."),
        override_reason: None,
    }
}

pub fn paracetamol() -> SheetItem {
    SheetItem {
        medicine: "Paracetamol".into(),
        form: "oral suspension".into(),
        strength: "120 mg/5 mL".into(),
        dose: "7.5 mL".into(),
        route: "by mouth".into(),
        frequency: "every six hours when feverish, at most four times a day".into(),
        duration: some("3 days"),
        quantity: "100 mL".into(),
        instructions: None,
        override_reason: some("taken before without a reaction"),
    }
}

/// A sheet with every field set.
pub fn sunitas_sheet() -> PrescriptionSheet {
    PrescriptionSheet {
        language: Language::En,
        number: "RX-2026-000417".into(),
        date_text: "Thu 19 Nov 2026".into(),
        time_text: "11:05".into(),
        clinic: Clinic {
            name: "Kadamba Clinic".into(),
            address: "12 Paud Road, Kothrud\nPune 411038".into(),
            phone: "+91 20 5550 1234".into(),
        },
        prescriber: Prescriber {
            name: "Dr Farah Siddiqui".into(),
            qualification: "MBBS, MD (Medicine)".into(),
            registration_number: "MMC 2011/04/1187".into(),
            contact: "farah@kadamba.example".into(),
        },
        patient: Patient {
            name: "Sunita Deshpande".into(),
            alternate: some("सुनीता देशपांडे"),
            age: "34 years".into(),
            sex: "Female".into(),
            address: "Flat 7, Mayur Colony, Kothrud, Pune 411038".into(),
            weight: some("58.5 kg"),
            national_id: some("XXXX-4821"),
            record_number: "KC-10233".into(),
        },
        teleconsultation: Some(Teleconsultation {
            complaints: some("Sore throat and fever since Monday."),
            findings: some("Tonsils enlarged on video, temperature 38.4 °C by own reading."),
            diagnosis: some("Provisional: bacterial tonsillitis."),
            instructions: some("Come in person when breathing or swallowing gets hard."),
        }),
        diagnosis: some("Acute tonsillitis (J03.9)"),
        items: vec![amoxicillin(), paracetamol()],
        advice: some("Rest, drink plenty of water."),
        follow_up: some("Thu 26 Nov 2026, 10:30"),
        verification: Some(Verification {
            payload: "neem1:RX-2026-000417:".to_owned() + &"Zk3x9".repeat(40),
            signed_by: "Dr Farah Siddiqui".into(),
        }),
        supersedes: some("RX-2026-000398"),
        ..PrescriptionSheet::default()
    }
}

/// The same visit written in Hindi.
pub fn hindi_sheet() -> PrescriptionSheet {
    PrescriptionSheet {
        language: Language::Hi,
        number: "RX-2026-000418".into(),
        date_text: "गुरुवार 19 नवंबर 2026".into(),
        time_text: "11:20".into(),
        clinic: Clinic {
            name: "कदंब क्लिनिक".into(),
            address: "12 पौड रोड, कोथरूड, पुणे 411038".into(),
            phone: "+91 20 5550 1234".into(),
        },
        prescriber: Prescriber {
            name: "डॉ. फराह सिद्दीकी".into(),
            qualification: "एमबीबीएस, एमडी".into(),
            registration_number: "MMC 2011/04/1187".into(),
            contact: "+91 98220 55512".into(),
        },
        patient: Patient {
            name: "सुनीता देशपांडे".into(),
            alternate: some("Sunita Deshpande"),
            age: "34 वर्ष".into(),
            sex: "महिला".into(),
            address: "मयूर कॉलोनी, पुणे".into(),
            weight: some("58.5 kg"),
            national_id: None,
            record_number: "KC-10233".into(),
        },
        diagnosis: some("तीव्र टॉन्सिलाइटिस"),
        items: vec![SheetItem {
            medicine: "एमोक्सिसिलिन".into(),
            form: "कैप्सूल".into(),
            strength: "500 mg".into(),
            dose: "1 कैप्सूल".into(),
            route: "मुँह से".into(),
            frequency: "दिन में तीन बार".into(),
            duration: some("7 दिन"),
            quantity: "21 कैप्सूल".into(),
            instructions: some("खाने के बाद लें।"),
            override_reason: None,
        }],
        advice: some("आराम करें और खूब पानी पिएँ।"),
        follow_up: some("एक सप्ताह बाद"),
        ..PrescriptionSheet::default()
    }
}

/// A visit written in Arabic, with units and codes in Latin letters.
pub fn arabic_sheet() -> PrescriptionSheet {
    PrescriptionSheet {
        language: Language::Ar,
        number: "RX-2026-000419".into(),
        date_text: "الخميس 19 نوفمبر 2026".into(),
        time_text: "11:40".into(),
        clinic: Clinic {
            name: "عيادة كدمبا".into(),
            address: "12 شارع بود، بونه".into(),
            phone: "+91 20 5550 1234".into(),
        },
        prescriber: Prescriber {
            name: "د. فرح صديقي".into(),
            qualification: "بكالوريوس طب وجراحة".into(),
            registration_number: "MMC 2011/04/1187".into(),
            contact: "farah@kadamba.example".into(),
        },
        patient: Patient {
            name: "نورة قاسم".into(),
            alternate: some("Noura Qasim"),
            age: "41 سنة".into(),
            sex: "أنثى".into(),
            address: "حي الياسمين، بونه".into(),
            weight: some("71.2 kg"),
            national_id: some("784-1985-1234567-1"),
            record_number: "KC-10240".into(),
        },
        diagnosis: some("التهاب اللوزتين الحاد"),
        items: vec![SheetItem {
            medicine: "أموكسيسيلين".into(),
            form: "كبسولة".into(),
            strength: "500 mg".into(),
            dose: "كبسولة واحدة 500 mg".into(),
            route: "عن طريق الفم".into(),
            frequency: "ثلاث مرات يوميا".into(),
            duration: some("7 أيام"),
            quantity: "21 كبسولة".into(),
            instructions: some("خذ كبسولة واحدة 500 mg مع 250 mL من الماء بعد الأكل."),
            override_reason: None,
        }],
        advice: some("الراحة وشرب الماء."),
        follow_up: some("بعد أسبوع"),
        verification: Some(Verification {
            payload: "neem1:RX-2026-000419".into(), signed_by: "د. فرح صديقي".into()
        }),
        ..PrescriptionSheet::default()
    }
}
