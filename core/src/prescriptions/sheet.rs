//! The sheet as it was issued: every word of it is frozen and signed, so that a reprint in ten
//! years says the same, whoever has moved or married since.

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use crate::error::{Code, Result};
use crate::ids::{DeviceId, Instant, LocalDate, PatientId, PrescriptionId, ProviderId};
use crate::patients::{Gender, Patient};
use crate::prescriptions::PrescriptionType;
use crate::tenancy::Clinic;

/// The canonical content: what is printed is made from it, what is signed is its bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sheet {
    pub id: PrescriptionId,
    pub number: String,
    pub issued_at: Instant,
    pub timezone: String,
    pub clinic: String,
    pub clinic_address: String,
    pub clinic_phone: String,
    pub prescriber: String,
    pub qualification: String,
    pub registration_number: String,
    pub prescriber_phone: String,
    pub patient: PatientId,
    pub record_number: String,
    pub patient_name: String,
    pub patient_alternate_name: Option<String>,
    pub age_years: Option<u32>,
    pub gender: Gender,
    pub patient_address: Option<String>,
    pub weight_kg: Option<f64>,
    pub national_id: Option<String>,
    pub diagnosis: String,
    pub items: Vec<SheetItem>,
    pub advice: Option<String>,
    pub follow_up_on: Option<LocalDate>,
    pub supersedes: Option<String>,
    /// Absent from an allopathic sheet, as from all sheets before there were others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<PrescriptionType>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SheetItem {
    pub medicine: String,
    pub strength: String,
    pub form: String,
    pub dose: String,
    pub frequency: String,
    pub route: String,
    pub duration_days: Option<u32>,
    pub quantity: String,
    pub instructions: Option<String>,
    pub override_reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub potency: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vehicle: Option<String>,
}

/// A sheet with the proof that nobody has changed it since.
#[derive(Debug, Clone, PartialEq)]
pub struct SignedSheet {
    pub sheet: Sheet,
    /// By the device that issued it, over the hash of the content.
    pub signature: Vec<u8>,
    pub device: DeviceId,
    pub hash: [u8; 32],
}

/// The parts of a sheet that come from the clinic's records.
pub(super) struct Prescriber {
    pub name: String,
    pub qualification: String,
    pub registration_number: String,
    pub phone: String,
}

pub(super) fn prescriber(conn: &Connection, id: ProviderId) -> Result<Prescriber> {
    let found = conn
        .query_row(
            "SELECT display_name, coalesce(qualification, '') AS qualification, registration_number, coalesce(phone, '') AS phone
             FROM providers WHERE id = ?1 AND approval = 'approved' AND active = 1 AND deleted_at IS NULL",
            [id],
            |row| {
                Ok(Prescriber {
                    name: row.get("display_name")?,
                    qualification: row.get("qualification")?,
                    registration_number: row.get("registration_number")?,
                    phone: row.get("phone")?,
                })
            },
        )
        .optional()?;
    found.ok_or_else(|| Code::NotAllowed.into())
}

impl Sheet {
    /// The patient's part, as the records have it now.
    pub(super) fn with_patient(mut self, conn: &Connection, patient: &Patient) -> Result<Sheet> {
        self.patient = patient.id;
        self.record_number = patient.record_number.clone();
        self.patient_name = patient.full_name.clone();
        self.patient_alternate_name = patient.alternate_name.clone();
        self.age_years = patient.age_years;
        self.gender = patient.gender;
        let parts: Vec<&str> = [&patient.address, &patient.city].into_iter().flatten().map(String::as_str).collect();
        self.patient_address = (!parts.is_empty()).then(|| parts.join(", "));
        (self.weight_kg, self.national_id) =
            conn.query_row("SELECT weight_kg, national_id FROM patients WHERE id = ?1", [patient.id], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        Ok(self)
    }

    pub(super) fn with_clinic(mut self, tenant: &str, clinic: &Clinic) -> Sheet {
        self.clinic = if tenant == clinic.name { tenant.to_owned() } else { format!("{tenant}, {}", clinic.name) };
        self.clinic_address = clinic.address.clone();
        self.clinic_phone = clinic.phone.clone();
        self.timezone = clinic.timezone.clone();
        self
    }
}

/// The hash that is signed.
pub(super) fn hash(content: &str) -> [u8; 32] {
    *blake3::hash(content.as_bytes()).as_bytes()
}

/// An issued sheet, checked against the key of the PC that signed it. A sheet that fails is not
/// shown as if it were sound.
pub fn sheet(conn: &Connection, id: PrescriptionId) -> Result<SignedSheet> {
    let found: Option<(String, Vec<u8>)> = conn
        .query_row("SELECT sheet, signature FROM prescriptions WHERE id = ?1", [id], |row| {
            Ok((row.get("sheet")?, row.get("signature")?))
        })
        .optional()?;
    let (content, signature) = found.ok_or(Code::NotFound)?;
    let hash = hash(&content);
    for (device, key) in crate::sync::rotation::all_keys(conn)? {
        if crate::sync::commit::verify(&key, &hash, &signature) {
            let device = crate::ids::DeviceId(device);
            return Ok(SignedSheet { sheet: serde_json::from_str(&content)?, signature, device, hash });
        }
    }
    Err(Code::Immutable.into())
}
