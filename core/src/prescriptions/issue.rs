//! Issuing: from a draft to rows that no statement can change.

use rusqlite::named_params;

use crate::consultations::{self, Mode};
use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::form::{self, Form};
use crate::ids::{ClinicId, ConsultationId, LocalDate, PrescriptionId, ProviderId};
use crate::patients::{self, Gender};
use crate::prescriptions::checks::{self, CheckState};
use crate::prescriptions::sheet::{self, Sheet, SheetItem};
use crate::prescriptions::{
    DraftItem, PrescriptionDraft, PrescriptionSummary, PrescriptionType, formulary, kind, potency, prescription,
};
use crate::tenancy;

/// The prescription that a new one takes the place of.
pub(super) struct Superseded {
    pub id: PrescriptionId,
    /// As its sheet has it.
    pub number: String,
}

/// Issues a draft. Refused while an allergy stands unanswered or a field of the sheet is missing;
/// afterwards the prescription can only be superseded by another. In a visit that only the assistant
/// has seen nothing is issued ([`Code::NotAllowed`]).
pub fn issue(
    tx: &Tx,
    consultation: ConsultationId,
    draft: &PrescriptionDraft,
    provider: ProviderId,
) -> Result<PrescriptionSummary> {
    issue_in_place_of(tx, consultation, draft, provider, None)
}

pub(super) fn issue_in_place_of(
    tx: &Tx,
    consultation: ConsultationId,
    draft: &PrescriptionDraft,
    provider: ProviderId,
    old: Option<Superseded>,
) -> Result<PrescriptionSummary> {
    let visit = consultations::open_one(tx, consultation)?;
    if visit.mode == Mode::Ai {
        return Err(Code::NotAllowed.into());
    }
    draft.check()?;
    if draft.items.is_empty() {
        return Err(Code::NothingToIssue.into());
    }
    let clinic: ClinicId =
        tx.query_row("SELECT clinic_id FROM consultations WHERE id = ?1", [consultation], |row| row.get(0))?;
    let clinic = tenancy::clinic(tx, clinic)?;
    let today = tx.now.day(clinic.zone());
    let follow_up_on = complete(draft, today)?;
    let results = checks::check_with(&formulary::own(tx)?, &draft.items, &patients::allergies(tx, visit.patient_id)?);
    let unanswered = results
        .iter()
        .zip(&draft.items)
        .find(|(result, item)| result.state == CheckState::Stop && item.override_reason.trim().is_empty());
    if let Some((_, item)) = unanswered {
        return Err(Error::with(Code::AllergyUnanswered, item.medicine.clone()));
    }
    let kind = draft.prescription_type();
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
        items: draft.items.iter().map(|item| sheet_item(kind, item)).collect(),
        advice: some(&draft.advice),
        follow_up_on,
        supersedes: old.as_ref().map(|old| old.number.clone()),
        // A sheet of before there were other kinds says nothing: it is allopathic.
        kind: Some(kind).filter(|kind| *kind != PrescriptionType::Allopathic),
    }
    .with_clinic(&tenancy::tenant(tx)?.name, &clinic)
    .with_patient(tx, &patients::patient(tx, visit.patient_id, today)?)?;
    let text = serde_json::to_string(&content)?;
    let (_, key) = crate::sync::engine::credentials(tx)?;
    let signature = crate::sync::commit::sign(&key, &sheet::hash(&text));
    tx.execute(
        "INSERT INTO prescriptions (id, tenant_id, clinic_id, consultation_id, patient_id, provider_id, number, type, advice,
                                    follow_up_on, issued_at, signed_by, supersedes_id, sheet, signature, created_at, updated_at)
         VALUES (:id, :tenant, :clinic, :consultation, :patient, :provider, :number, :type, :advice,
                 :follow_up_on, :now, :by, :supersedes, :sheet, :signature, :now, :now)",
        named_params! {
            ":id": id,
            ":tenant": tx.device.tenant,
            ":clinic": clinic.id,
            ":consultation": consultation,
            ":patient": visit.patient_id,
            ":provider": provider,
            ":number": number,
            ":type": kind,
            ":supersedes": old.map(|old| old.id),
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
    prescription(tx, id)
}

/// Everything that a sheet needs is there; returns the day to come again.
fn complete(draft: &PrescriptionDraft, today: LocalDate) -> Result<Option<LocalDate>> {
    let mut form = Form::default();
    for (index, item) in draft.items.iter().enumerate() {
        for field in kind::missing(draft.prescription_type(), item) {
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
                                         route, duration_days, quantity, instructions, potency, vehicle, check_state, override_reason, created_at, updated_at)
         VALUES (:id, :tenant, :prescription, :position, :medicine, :strength, :form, :dose, :frequency,
                 :route, :days, :quantity, :instructions, :potency, :vehicle, :state, :reason, :now, :now)",
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
            ":potency": item.potency,
            ":vehicle": item.vehicle,
            ":state": result.state,
            ":reason": item.override_reason,
            ":now": tx.now,
        },
    )?;
    Ok(())
}

fn sheet_item(kind: PrescriptionType, item: &DraftItem) -> SheetItem {
    let clean = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    SheetItem {
        medicine: clean(&item.medicine),
        strength: clean(&item.strength),
        form: match kind::form_of(&item.potency) {
            Some(usual) if kind == PrescriptionType::Homeopathic && item.form.trim().is_empty() => usual.to_owned(),
            _ => clean(&item.form),
        },
        dose: clean(&item.dose),
        frequency: clean(&item.frequency),
        route: clean(&item.route),
        duration_days: item.duration_days,
        quantity: clean(&item.quantity),
        instructions: some(&item.instructions),
        override_reason: some(&item.override_reason),
        potency: potency(&item.potency),
        vehicle: some(&clean(&item.vehicle)),
    }
}

fn some(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// `20261120-B3`: the day, this PC's lane and a running number of both.
fn next_number(tx: &Tx, today: LocalDate) -> Result<String> {
    let prefix = format!("{}-{}", today.0.format("%Y%m%d"), tx.device.lane);
    // Digits sort before the colon: the range of the index holds exactly the numbers of the prefix.
    let last: Option<u32> = tx
        .prepare_cached(
            "SELECT max(CAST(substr(number, length(?1) + 1) AS INTEGER)) FROM prescriptions
             WHERE number > ?1 AND number < ?1 || ':'",
        )?
        .query_row([&prefix], |row| row.get(0))?;
    Ok(format!("{prefix}{}", last.unwrap_or(0) + 1))
}
