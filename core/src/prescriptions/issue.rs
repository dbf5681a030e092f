//! Issuing: from a draft to rows that no statement can change.

use rusqlite::{Connection, named_params, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::consultations;
use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::form::{self, Form};
use crate::ids::{ClinicId, ConsultationId, Instant, LocalDate, PrescriptionId, ProviderId};
use crate::patients::{self, Gender};
use crate::prescriptions::checks::{self, CheckState};
use crate::prescriptions::sheet::{self, Sheet, SheetItem};
use crate::prescriptions::{DraftItem, PrescriptionDraft, line};
use crate::tenancy;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PrescriptionItem {
    pub position: u32,
    pub medicine: String,
    pub strength: String,
    pub form: String,
    pub dose: String,
    pub frequency: String,
    pub route: String,
    pub duration_days: Option<u32>,
    pub quantity: String,
    pub instructions: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PrescriptionSummary {
    pub id: PrescriptionId,
    pub number: String,
    pub issued_at: Instant,
    pub prescriber: String,
    pub items: Vec<PrescriptionItem>,
    pub superseded_by: Option<PrescriptionId>,
}

/// Issues a draft. Refused while an allergy stands unanswered or a field of the sheet is missing;
/// afterwards the prescription can only be superseded by another.
pub fn issue(
    tx: &Tx,
    consultation: ConsultationId,
    draft: &PrescriptionDraft,
    provider: ProviderId,
) -> Result<PrescriptionSummary> {
    let visit = consultations::open_one(tx, consultation)?;
    draft.check()?;
    if draft.items.is_empty() {
        return Err(Code::NothingToIssue.into());
    }
    let clinic: ClinicId =
        tx.query_row("SELECT clinic_id FROM consultations WHERE id = ?1", [consultation], |row| row.get(0))?;
    let clinic = tenancy::clinic(tx, clinic)?;
    let today = tx.now.day(clinic.zone());
    let follow_up_on = complete(draft, today)?;
    let results = checks::check(&draft.items, &patients::allergies(tx, visit.patient_id)?);
    let unanswered = results
        .iter()
        .zip(&draft.items)
        .find(|(result, item)| result.state == CheckState::Stop && item.override_reason.trim().is_empty());
    if let Some((_, item)) = unanswered {
        return Err(Error::with(Code::AllergyUnanswered, item.medicine.clone()));
    }
    let doctor = sheet::prescriber(tx, provider)?;
    let id = PrescriptionId(tx.new_id());
    let number = next_number(tx, today)?;
    let content = Sheet {
        id,
        number: number.clone(),
        issued_at: tx.now,
        timezone: String::new(),
        clinic: String::new(),
        clinic_address: String::new(),
        clinic_phone: String::new(),
        prescriber: doctor.name.clone(),
        qualification: doctor.qualification,
        registration_number: doctor.registration_number,
        prescriber_phone: doctor.phone,
        patient: visit.patient_id,
        record_number: String::new(),
        patient_name: String::new(),
        patient_alternate_name: None,
        age_years: None,
        gender: Gender::PreferNotToSay,
        patient_address: None,
        weight_kg: None,
        national_id: None,
        diagnosis: visit.diagnosis.clone(),
        items: draft.items.iter().map(sheet_item).collect(),
        advice: some(&draft.advice),
        follow_up_on,
        supersedes: None,
    }
    .with_clinic(&tenancy::tenant(tx)?.name, &clinic)
    .with_patient(tx, &patients::patient(tx, visit.patient_id, today)?)?;
    let text = serde_json::to_string(&content)?;
    let (_, key) = crate::sync::engine::credentials(tx)?;
    let signature = crate::sync::commit::sign(&key, &sheet::hash(&text));
    tx.execute(
        "INSERT INTO prescriptions (id, tenant_id, clinic_id, consultation_id, patient_id, provider_id, number, type, advice,
                                    follow_up_on, issued_at, signed_by, sheet, signature, created_at, updated_at)
         VALUES (:id, :tenant, :clinic, :consultation, :patient, :provider, :number, 'allopathic', :advice,
                 :follow_up_on, :now, :by, :sheet, :signature, :now, :now)",
        named_params! {
            ":id": id,
            ":tenant": tx.device.tenant,
            ":clinic": clinic.id,
            ":consultation": consultation,
            ":patient": visit.patient_id,
            ":provider": provider,
            ":number": number,
            ":advice": content.advice,
            ":follow_up_on": follow_up_on,
            ":now": tx.now,
            ":by": tx.user()?,
            ":sheet": text,
            ":signature": signature,
        },
    )?;
    for (result, item) in results.iter().zip(&content.items) {
        insert_item(tx, id, result, item)?;
    }
    tx.execute("DELETE FROM prescription_drafts WHERE consultation_id = ?1", [consultation])?;
    of_consultation(tx, consultation)?
        .into_iter()
        .find(|summary| summary.id == id)
        .ok_or_else(|| Error::Invariant("an issued prescription went missing".into()))
}

/// Everything that a sheet needs is there; returns the day to come again.
fn complete(draft: &PrescriptionDraft, today: LocalDate) -> Result<Option<LocalDate>> {
    let mut form = Form::default();
    for (index, item) in draft.items.iter().enumerate() {
        for field in line::missing(item) {
            form.problem(&format!("items.{index}.{field}"), Code::Required, None);
        }
    }
    let mut follow_up_on = None;
    if !draft.follow_up_on.trim().is_empty() {
        match form::parse_date(&draft.follow_up_on) {
            Some((date, form::Precision::Day)) if date > today.0 => follow_up_on = Some(LocalDate(date)),
            _ => form.problem("followUpOn", Code::NotADate, None),
        }
    }
    form.finish()?;
    Ok(follow_up_on)
}

fn insert_item(tx: &Tx, prescription: PrescriptionId, result: &checks::ItemCheck, item: &SheetItem) -> Result<()> {
    tx.execute(
        "INSERT INTO prescription_items (id, tenant_id, prescription_id, position, medicine, strength, form, dose, frequency,
                                         route, duration_days, quantity, instructions, check_state, override_reason, created_at, updated_at)
         VALUES (:id, :tenant, :prescription, :position, :medicine, :strength, :form, :dose, :frequency,
                 :route, :days, :quantity, :instructions, :state, :reason, :now, :now)",
        named_params! {
            ":id": tx.new_id(),
            ":tenant": tx.device.tenant,
            ":prescription": prescription,
            ":position": result.position,
            ":medicine": item.medicine,
            ":strength": item.strength,
            ":form": item.form,
            ":dose": item.dose,
            ":frequency": item.frequency,
            ":route": item.route,
            ":days": item.duration_days,
            ":quantity": item.quantity,
            ":instructions": item.instructions,
            ":state": result.state,
            ":reason": item.override_reason,
            ":now": tx.now,
        },
    )?;
    Ok(())
}

fn sheet_item(item: &DraftItem) -> SheetItem {
    let clean = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    SheetItem {
        medicine: clean(&item.medicine),
        strength: clean(&item.strength),
        form: clean(&item.form),
        dose: clean(&item.dose),
        frequency: clean(&item.frequency),
        route: clean(&item.route),
        duration_days: item.duration_days,
        quantity: clean(&item.quantity),
        instructions: some(&item.instructions),
        override_reason: some(&item.override_reason),
    }
}

fn some(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// `20261120-B3`: the day, this PC's lane and a running number of both.
fn next_number(tx: &Tx, today: LocalDate) -> Result<String> {
    let prefix = format!("{}-{}", today.0.format("%Y%m%d"), tx.device.lane);
    // A local day began at most this long ago, wherever the clinic is.
    let start = tx.now.plus_minutes(-36 * 60);
    let used: u32 = tx.query_row(
        "SELECT count(*) FROM prescriptions WHERE issued_at > ?1 AND substr(number, 1, length(?2)) = ?2",
        params![start, prefix],
        |row| row.get(0),
    )?;
    Ok(format!("{prefix}{}", used + 1))
}

/// The prescriptions of a consultation with their items, in the order of issue.
pub fn of_consultation(conn: &Connection, consultation: ConsultationId) -> Result<Vec<PrescriptionSummary>> {
    let mut statement = conn.prepare_cached(
        "SELECT prescriptions.id, number, issued_at, display_name,
                (SELECT later.id FROM prescriptions AS later WHERE later.supersedes_id = prescriptions.id) AS superseded_by
         FROM prescriptions JOIN providers ON providers.id = provider_id
         WHERE consultation_id = ?1 ORDER BY issued_at",
    )?;
    let mut summaries: Vec<PrescriptionSummary> = statement
        .query_map([consultation], |row| {
            Ok(PrescriptionSummary {
                id: row.get("id")?,
                number: row.get("number")?,
                issued_at: row.get("issued_at")?,
                prescriber: row.get("display_name")?,
                items: Vec::new(),
                superseded_by: row.get("superseded_by")?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    for summary in &mut summaries {
        summary.items = items(conn, summary.id)?;
    }
    Ok(summaries)
}

fn items(conn: &Connection, prescription: PrescriptionId) -> Result<Vec<PrescriptionItem>> {
    let mut statement =
        conn.prepare_cached("SELECT * FROM prescription_items WHERE prescription_id = ?1 ORDER BY position")?;
    let rows = statement.query_map([prescription], |row| {
        Ok(PrescriptionItem {
            position: row.get("position")?,
            medicine: row.get("medicine")?,
            strength: row.get("strength")?,
            form: row.get("form")?,
            dose: row.get("dose")?,
            frequency: row.get("frequency")?,
            route: row.get("route")?,
            duration_days: row.get("duration_days")?,
            quantity: row.get("quantity")?,
            instructions: row.get::<_, Option<String>>("instructions")?.unwrap_or_default(),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
