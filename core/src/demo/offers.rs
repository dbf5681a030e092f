//! What the demo's doctors are known for, and what the clinic offers.

use crate::db::Tx;
use crate::error::Result;
use crate::ids::{ClinicId, LocalDate, ProviderId, UserId};
use crate::providers::{self, CredentialForm, ProviderForm};
use crate::services::{self, ServiceForm};

/// A doctor's years, fee in rupees, languages and skills, in the order of the staff.
const KNOWN_FOR: &[(u32, u32, &[&str], &[&str])] = &[
    (17, 600, &["English", "Hindi", "Marathi", "Urdu"], &["Diabetes", "Hypertension"]),
    (9, 500, &["English", "Hindi", "Malayalam"], &["Vaccination"]),
    (12, 800, &["Bahasa Indonesia", "English", "Marathi"], &["Dermoscopy", "Phototherapy"]),
];

/// Name, category, minutes, rupees, popularity, and who performs it.
type Offer = (&'static str, &'static str, u32, u32, u32, &'static [usize]);

const SERVICES: &[Offer] = &[
    ("Consultation", "General", 15, 500, 95, &[0, 1, 2]),
    ("Follow-up", "General", 15, 300, 80, &[0, 1, 2]),
    ("Diabetes review", "General", 30, 700, 60, &[0]),
    ("Vaccination", "Children", 15, 400, 70, &[0, 1]),
    ("Well-child check", "Children", 30, 600, 45, &[1]),
    ("Skin consultation", "Skin", 20, 800, 55, &[2]),
    ("Phototherapy", "Skin", 45, 1_500, 20, &[2]),
    ("Mole removal", "Skin", 60, 3_500, 10, &[2]),
];

/// Completes the doctors' profiles: the third works at the other site too, and a paper of the first
/// runs out soon.
pub fn profiles(tx: &Tx, doctors: &[(UserId, ProviderId)], other_site: ClinicId, today: LocalDate) -> Result<()> {
    for ((_, id), (years, rupees, languages, skills)) in doctors.iter().zip(KNOWN_FOR) {
        let known = providers::provider(tx, *id)?;
        let texts = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
        let profile = ProviderForm {
            display_name: known.display_name,
            registration_number: known.registration_number.clone(),
            qualification: known.qualification.unwrap_or_default(),
            specialization: known.specialization.unwrap_or_default(),
            languages: texts(languages),
            skills: texts(skills),
            years_of_experience: Some(*years),
            consultation_fee_minor: Some(rupees * 100),
            ..ProviderForm::default()
        };
        providers::edit_provider(tx, *id, &profile)?;
        let registration = CredentialForm {
            provider_id: *id,
            kind: "Medical registration".into(),
            number: known.registration_number,
            file_id: None,
            document_url: String::new(),
            issued_on: in_days(today, -1_800),
            expires_on: in_days(today, 900),
            notes: String::new(),
        };
        let paper = providers::add_credential(tx, &registration, today)?;
        providers::check_credential(tx, paper.id, true, "", today)?;
    }
    if let Some((_, skin)) = doctors.get(2) {
        providers::work_at(tx, *skin, other_site, "Room 4")?;
    }
    if let Some((_, first)) = doctors.first() {
        let insurance = CredentialForm {
            provider_id: *first,
            kind: "Indemnity insurance".into(),
            number: "KI-77120".into(),
            file_id: None,
            document_url: String::new(),
            issued_on: in_days(today, -345),
            expires_on: in_days(today, 20),
            notes: "Renewal asked for".into(),
        };
        providers::add_credential(tx, &insurance, today)?;
    }
    Ok(())
}

fn in_days(today: LocalDate, days: i64) -> String {
    LocalDate(today.0 + chrono::Duration::days(days)).to_string()
}

pub fn services(tx: &Tx, doctors: &[(UserId, ProviderId)]) -> Result<()> {
    for (name, category, minutes, rupees, popularity, by) in SERVICES {
        let service = ServiceForm {
            name: (*name).to_owned(),
            category: (*category).to_owned(),
            duration_minutes: *minutes,
            price_minor: rupees * 100,
            description: String::new(),
            popularity: *popularity,
        };
        let id = services::add_service(tx, &service)?.id;
        let performers: Vec<ProviderId> = by.iter().filter_map(|&i| doctors.get(i)).map(|(_, id)| *id).collect();
        services::set_providers(tx, id, &performers)?;
    }
    Ok(())
}
