//! The demo's patients: forty with a story, and namesakes enough to make search worth trying.

use crate::LocalDate;
use crate::db::Tx;
use crate::error::Result;
use crate::ids::PatientId;
use crate::patients::{self, Gender, NewPatient};

const GIVEN: &[(&str, &str, Gender)] = &[
    ("Asha", "आशा", Gender::Female),
    ("Vijay", "विजय", Gender::Male),
    ("Lakshmi", "लक्ष्मी", Gender::Female),
    ("Imran", "", Gender::Male),
    ("Sofia", "", Gender::Female),
    ("Ahmad", "أحمد", Gender::Male),
    ("Siti", "", Gender::Female),
    ("Pedro", "", Gender::Male),
];

const FAMILY: &[(&str, &str)] = &[
    ("Joshi", "जोशी"),
    ("Kulkarni", "कुलकर्णी"),
    ("Patil", "पाटील"),
    ("Shinde", "शिंदे"),
    ("Almeida", ""),
    ("Rahman", "رحمن"),
    ("Santoso", ""),
    ("Fernandes", ""),
    ("Chavan", "चव्हाण"),
    ("Iyer", ""),
];

/// Registers everybody, those of the file first and in its order.
pub fn register_all(tx: &Tx, today: LocalDate) -> Result<Vec<PatientId>> {
    let mut ids = Vec::new();
    for (index, line) in include_str!("people.csv").lines().skip(1).enumerate() {
        let cells: Vec<&str> = line.split(',').collect();
        let [name, other, gender, born, city, language] = cells[..] else { continue };
        let gender = if gender == "female" { Gender::Female } else { Gender::Male };
        let patient = form(name, other, gender, born, &phone(index), city, language);
        ids.push(patients::register(tx, &patient, today)?.id);
    }
    for (index, (family, family_other)) in FAMILY.iter().enumerate() {
        for (step, (given, given_other, gender)) in GIVEN.iter().enumerate() {
            let number = index * GIVEN.len() + step;
            let same_script = !family_other.is_empty()
                && !given_other.is_empty()
                && family_other.is_ascii() == given_other.is_ascii()
                && (*family == "Rahman") == (*given == "Ahmad");
            let other = if same_script { format!("{given_other} {family_other}") } else { String::new() };
            let born = format!("{}-{:02}-{:02}", 1948 + (number * 7) % 74, 1 + number % 12, 1 + (number * 5) % 28);
            let patient = form(&format!("{given} {family}"), &other, *gender, &born, &phone(100 + number), "Pune", "");
            ids.push(patients::register(tx, &patient, today)?.id);
        }
    }
    Ok(ids)
}

/// Numbers that belong to nobody.
fn phone(index: usize) -> String {
    format!("+91 55501 {}", 20_412 + index * 37)
}

fn form(name: &str, other: &str, gender: Gender, born: &str, phone: &str, city: &str, language: &str) -> NewPatient {
    NewPatient {
        full_name: name.to_owned(),
        alternate_name: other.to_owned(),
        gender: Some(gender),
        birth_date: born.to_owned(),
        age_years: String::new(),
        phone: phone.to_owned(),
        address: String::new(),
        city: city.to_owned(),
        primary_language: language.to_owned(),
    }
}
