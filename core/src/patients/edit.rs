//! What is known of a patient, corrected.

use rusqlite::{Connection, OptionalExtension, ToSql};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::Form;
use crate::ids::{Instant, LocalDate, PatientId};
use crate::patients::demographics::{Asked, Demographics, PatientForm, UPDATE};
use crate::patients::{Patient, dependants, patient};
use crate::tenancy;

/// The form of a patient that is known already.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EditPatient {
    pub patient_id: PatientId,
    /// [`Patient::updated_at`] as it was when the form was opened.
    pub seen: Instant,
    pub form: PatientForm,
}

/// The form of a patient, filled in with what is known.
pub fn patient_form(conn: &Connection, id: PatientId) -> Result<PatientForm> {
    Ok(current(conn, id)?.0.typed())
}

fn current(conn: &Connection, id: PatientId) -> Result<(Demographics, Instant)> {
    conn.prepare_cached("SELECT * FROM patients WHERE id = ?1 AND deleted_at IS NULL AND merged_into_id IS NULL")?
        .query_row([id], |row| Ok((Demographics::from_row(row)?, row.get("updated_at")?)))
        .optional()?
        .ok_or_else(|| Code::NotFound.into())
}

/// Changes what differs from before.
///
/// # Errors
/// `ChangedMeanwhile` when somebody else changed the record since the form was opened; `PhoneInUse`
/// when the phone is new and belongs to a responsible patient who does not answer for this one
/// (domain.md, ruling 4).
pub fn edit(tx: &Tx, change: &EditPatient, today: LocalDate) -> Result<Patient> {
    let id = change.patient_id;
    let (before, updated_at) = current(tx, id)?;
    let mut form = Form::default();
    let after = Demographics::check(&mut form, &change.form, today, &tenancy::tenant(tx)?.country, Asked::Gender);
    if let Some(phone) = &after.phone
        && before.phone != after.phone
        && !dependants::may_share_phone(tx, id, phone)?
    {
        form.problem("phone", Code::PhoneInUse, None);
    }
    form.finish()?;
    if after == before {
        return patient(tx, id, today);
    }
    if updated_at != change.seen {
        return Err(Code::ChangedMeanwhile.into());
    }
    let mut values: Vec<(&str, &dyn ToSql)> = after.bound().to_vec();
    values.extend([(":id", &id as &dyn ToSql), (":now", &tx.now)]);
    tx.prepare_cached(UPDATE)?.execute(&*values)?;
    patient(tx, id, today)
}
