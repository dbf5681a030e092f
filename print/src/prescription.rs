//! The prescription sheet the patient carries to the pharmacy.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{Language, Reprint};

/// A prescription on A4 or A5; empty texts print nothing, neither value nor label.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Type)]
pub struct PrescriptionSheet {
    /// Paper size.
    #[serde(default)]
    pub paper: Paper,
    /// Language of the fixed words; it decides the reading direction.
    #[serde(default)]
    pub language: Language,
    /// Prescription number.
    pub number: String,
    /// Day of issue in words.
    pub date_text: String,
    /// Time of issue.
    pub time_text: String,
    /// Who issues.
    pub clinic: Clinic,
    /// Who signs.
    pub prescriber: Prescriber,
    /// For whom it is.
    pub patient: Patient,
    /// What a consultation at a distance has to record.
    #[serde(default)]
    pub teleconsultation: Option<Teleconsultation>,
    /// Diagnosis or provisional diagnosis.
    #[serde(default)]
    pub diagnosis: Option<String>,
    /// The medicines, in the order written.
    pub items: Vec<SheetItem>,
    /// Advice beyond the medicines.
    #[serde(default)]
    pub advice: Option<String>,
    /// When to come back.
    #[serde(default)]
    pub follow_up: Option<String>,
    /// The signed content as a QR code; leave it out where only wet ink counts.
    #[serde(default)]
    pub verification: Option<Verification>,
    /// Number of the prescription this one replaces.
    #[serde(default)]
    pub supersedes: Option<String>,
    /// Set when this prescription no longer holds, which every page then says.
    #[serde(default)]
    pub superseded_by: Option<Superseded>,
    /// Set when the sheet is printed again.
    #[serde(default)]
    pub reprinted: Option<Reprint>,
}

/// Paper a prescription is printed on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Paper {
    /// 210 × 297 mm.
    #[default]
    A4,
    /// 148 × 210 mm.
    A5,
}

/// The clinic as its letterhead shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Clinic {
    /// Name.
    pub name: String,
    /// Postal address, line breaks kept.
    pub address: String,
    /// Phone number.
    pub phone: String,
}

/// The person who prescribes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Prescriber {
    /// Name with title.
    pub name: String,
    /// Qualification, such as "MBBS, MD (Paediatrics)".
    pub qualification: String,
    /// Number in the professional register.
    pub registration_number: String,
    /// Phone or e-mail address.
    pub contact: String,
}

/// The person the medicines are for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Patient {
    /// Name.
    pub name: String,
    /// The name in the patient's own script.
    #[serde(default)]
    pub alternate: Option<String>,
    /// Age with its unit, such as "34 years".
    pub age: String,
    /// Sex in words.
    pub sex: String,
    /// Postal address, line breaks kept.
    pub address: String,
    /// Weight with its unit.
    #[serde(default)]
    pub weight: Option<String>,
    /// National identity number, where the market wants it.
    #[serde(default)]
    pub national_id: Option<String>,
    /// Number of the patient's record in this clinic.
    pub record_number: String,
}

/// What a consultation at a distance has to record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Teleconsultation {
    /// What the patient reported.
    #[serde(default)]
    pub complaints: Option<String>,
    /// What the prescriber found.
    #[serde(default)]
    pub findings: Option<String>,
    /// Diagnosis or provisional diagnosis.
    #[serde(default)]
    pub diagnosis: Option<String>,
    /// What was agreed.
    #[serde(default)]
    pub instructions: Option<String>,
}

/// One medicine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SheetItem {
    /// Generic name.
    pub medicine: String,
    /// Dosage form, such as "capsule".
    pub form: String,
    /// Strength with its unit.
    pub strength: String,
    /// Dose with its unit.
    pub dose: String,
    /// Route in words.
    pub route: String,
    /// Frequency in words.
    pub frequency: String,
    /// For how long.
    #[serde(default)]
    pub duration: Option<String>,
    /// Total quantity to dispense.
    pub quantity: String,
    /// How to take it.
    #[serde(default)]
    pub instructions: Option<String>,
    /// Why a safety warning was set aside.
    #[serde(default)]
    pub override_reason: Option<String>,
}

/// Lets anybody check that nothing was changed after signing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Verification {
    /// Text for the QR code, printed nowhere else.
    pub payload: String,
    /// Device or prescriber that signed.
    pub signed_by: String,
}

/// The prescription that took the place of this one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Superseded {
    /// Its number.
    pub by: String,
    /// The day it was issued, in words.
    pub on: String,
}
