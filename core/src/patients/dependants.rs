//! Who answers for whom. A dependant is a patient of their own, who may share the phone of the one
//! responsible (domain.md, ruling 4).

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::form::{Form, LINE};
use crate::ids::{DependantId, LocalDate, PatientId};
use crate::patients::demographics::{Asked, Demographics, PatientForm};
use crate::patients::register::{self, next_record_number, record_number};
use crate::patients::same::same_person;
use crate::patients::{PatientHit, known_patient, root_of, same_patient, search};
use crate::tenancy;

/// What a dependant is to the one responsible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Relationship {
    Child,
    Parent,
    Spouse,
    Sibling,
    Grandparent,
    Ward,
    Other,
}

crate::ids::named_values!(Relationship {
    Child = "child",
    Parent = "parent",
    Spouse = "spouse",
    Sibling = "sibling",
    Grandparent = "grandparent",
    Ward = "ward",
    Other = "other",
});

/// A link that is to be made between two patients who are known.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewDependant {
    pub responsible_patient_id: PatientId,
    pub patient_id: PatientId,
    pub relationship: Relationship,
    pub notes: String,
}

/// One link, with the patient at its other end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Dependant {
    pub id: DependantId,
    /// What the dependant is to the one responsible.
    pub relationship: Relationship,
    pub notes: Option<String>,
    pub patient_id: PatientId,
    pub record_number: String,
    pub full_name: String,
    pub phone: Option<String>,
}

/// Both directions of a patient's links.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Family {
    /// For whom this patient answers.
    pub dependants: Vec<Dependant>,
    /// Who answers for this patient.
    pub responsible: Vec<Dependant>,
}

impl Dependant {
    fn from_row(row: &Row) -> rusqlite::Result<Dependant> {
        Ok(Dependant {
            id: row.get("id")?,
            relationship: row.get("relationship")?,
            notes: row.get("link_notes")?,
            patient_id: row.get("patient_id")?,
            record_number: row.get("record_number")?,
            full_name: row.get("full_name")?,
            phone: row.get("phone")?,
        })
    }
}

macro_rules! links {
    ($near:literal, $far:literal) => {
        concat!(
            "SELECT dependants.id, relationship, dependants.notes AS link_notes, patients.id AS patient_id, record_number, full_name, phone
             FROM dependants JOIN patients ON patients.id = dependants.",
            $far,
            " WHERE dependants.deleted_at IS NULL AND patients.deleted_at IS NULL AND dependants.",
            $near,
            " IN ",
            same_person!(),
            " ORDER BY full_name, dependants.id"
        )
    };
}

/// For whom a patient answers and who answers for them. Two records of one person that were linked
/// before they were merged do not answer for each other.
pub fn dependants(conn: &Connection, patient: PatientId) -> Result<Family> {
    let same = same_patient(conn, patient)?;
    let list = |sql: &str| {
        let mut statement = conn.prepare_cached(sql)?;
        let found: Vec<Dependant> =
            statement.query_map([patient], Dependant::from_row)?.collect::<rusqlite::Result<_>>()?;
        Ok::<_, Error>(found.into_iter().filter(|other| !same.contains(&other.patient_id)).collect())
    };
    Ok(Family {
        dependants: list(links!("responsible_patient_id", "patient_id"))?,
        responsible: list(links!("patient_id", "responsible_patient_id"))?,
    })
}

/// Makes one patient the dependant of another.
///
/// # Errors
/// `AlreadyUsed` when the link is there already; `CircularResponsibility` when the dependant answers,
/// directly or over others, for the one responsible, or both are one person.
pub fn link_dependant(tx: &Tx, link: &NewDependant) -> Result<DependantId> {
    let mut form = Form::default();
    known_patient(&mut form, tx, "responsiblePatientId", link.responsible_patient_id)?;
    known_patient(&mut form, tx, "patientId", link.patient_id)?;
    let notes = form.optional("notes", &link.notes, LINE);
    let responsible = root_of(tx, link.responsible_patient_id)?;
    let patient = root_of(tx, link.patient_id)?;
    if dependants(tx, responsible)?.dependants.iter().any(|d| d.patient_id == patient) {
        form.problem("patientId", Code::AlreadyUsed, None);
    }
    if answer_for(tx, responsible)?.contains(&patient) {
        form.problem("patientId", Code::CircularResponsibility, None);
    }
    form.finish()?;
    let id = DependantId(tx.new_id());
    tx.execute(
        "INSERT INTO dependants (id, tenant_id, responsible_patient_id, patient_id, relationship, notes, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
        params![id, tx.device.tenant, responsible, patient, link.relationship, notes, tx.now],
    )?;
    Ok(id)
}

/// Registers a patient for whom another one answers, and whose phone they may share.
///
/// # Errors
/// `PhoneInUse` when the phone belongs to somebody else than the one responsible.
pub fn register_dependant(
    tx: &Tx,
    responsible: PatientId,
    relationship: Relationship,
    patient: &PatientForm,
    today: LocalDate,
) -> Result<PatientHit> {
    let mut form = Form::default();
    known_patient(&mut form, tx, "responsiblePatientId", responsible)?;
    let responsible = root_of(tx, responsible)?;
    let checked = Demographics::check(&mut form, patient, today, &tenancy::tenant(tx)?.country, Asked::GenderAndBirth);
    if let Some(phone) = &checked.phone {
        let holders = holders_of_phone(tx, phone, None)?;
        let above = answer_for(tx, responsible)?;
        if !holders.is_empty() && !holders.iter().any(|holder| above.contains(holder)) {
            form.problem("phone", Code::PhoneInUse, None);
        }
    }
    form.finish()?;
    let id = register::insert(tx, &checked, &record_number(tx, next_record_number(tx)?))?;
    let link = NewDependant { responsible_patient_id: responsible, patient_id: id, relationship, notes: String::new() };
    link_dependant(tx, &link)?;
    search::hit(tx, id, today)
}

/// Ends a link. A dependant who shares the phone of the one responsible needs their own first.
///
/// # Errors
/// `PhoneInUse` with the record number of whoever else has the phone.
pub fn unlink_dependant(tx: &Tx, id: DependantId) -> Result<()> {
    let patient: PatientId = tx
        .query_row("SELECT patient_id FROM dependants WHERE id = ?1 AND deleted_at IS NULL", [id], |row| row.get(0))
        .optional()?
        .ok_or(Code::NotFound)?;
    tx.execute("UPDATE dependants SET deleted_at = ?1, updated_at = ?1 WHERE id = ?2", params![tx.now, id])?;
    let patient = root_of(tx, patient)?;
    let phone: Option<String> =
        tx.query_row("SELECT phone FROM patients WHERE id = ?1", [patient], |row| row.get("phone"))?;
    let Some(phone) = phone else { return Ok(()) };
    if may_share_phone(tx, patient, &phone)? {
        return Ok(());
    }
    let holder = holders_of_phone(tx, &phone, Some(patient))?.first().copied();
    let number: String =
        tx.query_row("SELECT record_number FROM patients WHERE id = ?1", [holder], |row| row.get("record_number"))?;
    Err(Error::with(Code::PhoneInUse, number))
}

/// The one responsible, those who answer for them, and so on.
fn answer_for(conn: &Connection, patient: PatientId) -> Result<Vec<PatientId>> {
    let mut known = vec![patient];
    let mut next = 0;
    while let Some(id) = known.get(next).copied() {
        for other in dependants(conn, id)?.responsible {
            let root = root_of(conn, other.patient_id)?;
            if !known.contains(&root) {
                known.push(root);
            }
        }
        next += 1;
    }
    Ok(known)
}

/// Whether a patient may have this phone: nobody responsible has it but who answers for them.
pub(super) fn may_share_phone(conn: &Connection, patient: PatientId, phone: &str) -> Result<bool> {
    let holders = holders_of_phone(conn, phone, Some(patient))?;
    if holders.is_empty() {
        return Ok(true);
    }
    let above = answer_for(conn, patient)?;
    Ok(holders.iter().any(|holder| above.contains(holder)))
}

/// The responsible patients (active, not merged, nobody's dependant) who have this phone.
pub(super) fn holders_of_phone(conn: &Connection, phone: &str, except: Option<PatientId>) -> Result<Vec<PatientId>> {
    let mut statement = conn.prepare_cached(
        "SELECT id FROM patients
         WHERE phone = ?1 AND active = 1 AND deleted_at IS NULL AND merged_into_id IS NULL AND id IS NOT ?2",
    )?;
    let all: Vec<PatientId> =
        statement.query_map(params![phone, except], |row| row.get("id"))?.collect::<rusqlite::Result<_>>()?;
    let mut holders = Vec::new();
    for id in all {
        if dependants(conn, id)?.responsible.is_empty() {
            holders.push(id);
        }
    }
    Ok(holders)
}
