//! The right to be forgotten: the person's data goes, the fact that it was erased stays
//! (domain.md, ruling 10).

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::audit::{self, Note};
use crate::db::Tx;
use crate::error::{Code, Result};
use crate::ids::PatientId;
use crate::patients::{root_of, same_patient};

/// What stands where something personal was and the column cannot be empty.
const ERASED: &str = "Erased";

/// Why something of a person outlives the erasure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum KeptBecause {
    /// Prescriptions are kept as long as the law on medical records asks; they are signed and never change.
    MedicalRecord,
    /// Invoices and payments are kept as long as tax law asks.
    Accounts,
    /// That consent was given or withdrawn is the clinic's evidence.
    Evidence,
    /// Rows that were never meant to change: measurings, messages, timelines. They name nobody in a
    /// column of their own, but what was written in them stays.
    NeverChanges,
    /// The signed log proves that nobody altered the past; it is encrypted, and read by nobody but sync
    /// and an auditor.
    SignedLog,
}

/// A table from which personal data was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ErasedPart {
    pub table: String,
    pub rows: u32,
}

/// A table in which something stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KeptPart {
    pub table: String,
    pub rows: u32,
    pub because: KeptBecause,
}

/// What the person who asked can be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ErasureReport {
    /// The record numbers that remain as the fact that there was somebody.
    pub record_numbers: Vec<String>,
    pub erased: Vec<ErasedPart>,
    pub kept: Vec<KeptPart>,
}

/// One table that is blanked: what is set, and which rows are the patient's (`?1`); `?2` is now.
struct Blanking {
    table: &'static str,
    set: &'static str,
    rows: &'static str,
}

const BLANKINGS: &[Blanking] = &[
    Blanking {
        table: "appointments",
        set: "reason = NULL, notes = NULL",
        rows: "patient_id = ?1 AND (reason IS NOT NULL OR notes IS NOT NULL)",
    },
    Blanking {
        table: "consultations",
        set: "complaint = NULL, findings = NULL, diagnosis = NULL, diagnosis_code = NULL, symptoms = NULL, diagnosis_codes = NULL",
        rows: "patient_id = ?1",
    },
    Blanking {
        table: "allergies",
        set: "substance = ?3, substance_code = NULL, reaction = NULL, note = NULL, deleted_at = coalesce(deleted_at, ?2)",
        rows: "patient_id = ?1",
    },
    Blanking {
        table: "conditions",
        set: "name = ?3, code = NULL, note = NULL, onset_on = NULL, resolved_on = NULL, deleted_at = coalesce(deleted_at, ?2)",
        rows: "patient_id = ?1",
    },
    Blanking {
        table: "medications",
        set: "medicine = ?3, dosage = NULL, frequency = NULL, route = NULL, note = NULL, started_on = NULL, stopped_on = NULL,
              deleted_at = coalesce(deleted_at, ?2)",
        rows: "patient_id = ?1",
    },
    Blanking { table: "preferences", set: "channels = '[]', languages = '[]'", rows: "patient_id = ?1" },
    Blanking {
        table: "dependants",
        set: "notes = NULL, deleted_at = coalesce(deleted_at, ?2)",
        rows: "(patient_id = ?1 OR responsible_patient_id = ?1)",
    },
    Blanking { table: "patient_merges", set: "before_kept = '{}', after_kept = '{}'", rows: "(kept_id = ?1 OR merged_id = ?1)" },
    Blanking { table: "waitlist", set: "note = NULL", rows: "patient_id = ?1 AND note IS NOT NULL" },
    Blanking {
        table: "queue_tickets",
        set: "priority = NULL, priority_reason = NULL",
        rows: "patient_id = ?1 AND (priority IS NOT NULL OR priority_reason IS NOT NULL)",
    },
    Blanking { table: "reviews", set: "text = NULL, visible = 0", rows: "patient_id = ?1" },
    Blanking {
        table: "conversations",
        set: "subject = ?3, closed_at = coalesce(closed_at, ?2), deleted_at = coalesce(deleted_at, ?2)",
        rows: "patient_id = ?1",
    },
    Blanking {
        table: "notifications",
        set: "meta = NULL, deep_link = NULL, failure = NULL, deleted_at = coalesce(deleted_at, ?2)",
        rows: "patient_id = ?1",
    },
    Blanking { table: "tickets", set: "subject = ?3", rows: "patient_id = ?1" },
    Blanking {
        table: "files",
        // Without its key the bytes can be read by nobody, wherever a copy of them lies.
        set: "name = ?3, extracted_text = NULL, content_key = zeroblob(32), deleted_at = coalesce(deleted_at, ?2)",
        rows: "id IN (SELECT id FROM files WHERE owner_table = 'patients' AND owner_id = ?1 AND deleted_at IS NULL
                      UNION SELECT files.id FROM consultations JOIN files ON owner_table = 'consultations' AND owner_id = consultations.id
                            WHERE consultations.patient_id = ?1 AND files.deleted_at IS NULL
                      UNION SELECT files.id FROM consents JOIN files ON owner_table = 'consents' AND owner_id = consents.id
                            WHERE consents.patient_id = ?1 AND files.deleted_at IS NULL
                      UNION SELECT file_id FROM consents WHERE patient_id = ?1 AND file_id IS NOT NULL
                      UNION SELECT photo_file_id FROM patients WHERE id = ?1 AND photo_file_id IS NOT NULL
                      UNION SELECT files.id FROM conversations JOIN messages ON conversation_id = conversations.id
                            JOIN files ON owner_table = 'messages' AND owner_id = messages.id
                            WHERE conversations.patient_id = ?1 AND files.deleted_at IS NULL)",
    },
];

/// What stays, as table, rows and reason; `?1` is the patient.
const KEPT: &[(&str, &str, KeptBecause)] = &[
    ("prescriptions", "SELECT count(*) FROM prescriptions WHERE patient_id = ?1", KeptBecause::MedicalRecord),
    (
        "prescription_items",
        "SELECT count(*) FROM prescriptions JOIN prescription_items ON prescription_id = prescriptions.id WHERE patient_id = ?1",
        KeptBecause::MedicalRecord,
    ),
    ("vitals", "SELECT count(*) FROM vitals WHERE patient_id = ?1", KeptBecause::NeverChanges),
    ("invoices", "SELECT count(*) FROM invoices WHERE patient_id = ?1", KeptBecause::Accounts),
    (
        "invoice_lines",
        "SELECT count(*) FROM invoices JOIN invoice_lines ON invoice_id = invoices.id WHERE patient_id = ?1",
        KeptBecause::Accounts,
    ),
    ("payments", "SELECT count(*) FROM payments WHERE patient_id = ?1", KeptBecause::Accounts),
    ("consents", "SELECT count(*) FROM consents WHERE patient_id = ?1", KeptBecause::Evidence),
    (
        "messages",
        "SELECT count(*) FROM conversations JOIN messages ON conversation_id = conversations.id WHERE patient_id = ?1",
        KeptBecause::NeverChanges,
    ),
    (
        "appointment_events",
        "SELECT count(*) FROM appointments JOIN appointment_events ON appointment_id = appointments.id WHERE patient_id = ?1",
        KeptBecause::NeverChanges,
    ),
    (
        "ticket_events",
        "SELECT count(*) FROM tickets JOIN ticket_events ON ticket_id = tickets.id WHERE patient_id = ?1",
        KeptBecause::NeverChanges,
    ),
    ("commits", "SELECT count(DISTINCT commit_id) FROM touches WHERE row = ?1", KeptBecause::SignedLog),
];

/// Takes everything personal out of a patient's records, all those of the person that were merged.
///
/// # Errors
/// `NotAvailable` while the patient has an appointment to come, is here, or waits for a time;
/// `Erased` when it is done already.
pub fn erase(tx: &Tx, patient: PatientId) -> Result<ErasureReport> {
    let known: Option<bool> = rusqlite::OptionalExtension::optional(tx.query_row(
        "SELECT erased_at IS NOT NULL AS erased FROM patients WHERE id = ?1",
        [root_of(tx, patient)?],
        |row| row.get("erased"),
    ))?;
    match known {
        None => return Err(Code::NotFound.into()),
        Some(true) => return Err(Code::Erased.into()),
        Some(false) => {}
    }
    let records = same_patient(tx, patient)?;
    for id in &records {
        refuse_while_expected(tx, *id)?;
    }
    let mut report = ErasureReport { record_numbers: Vec::new(), erased: Vec::new(), kept: Vec::new() };
    for id in &records {
        erase_one(tx, *id, &mut report)?;
    }
    // Who asked for it, and what was kept: without a name in it.
    let erased = Note { action: "erase", entity_type: "patients", entity_id: Some(patient.0) };
    audit::note(tx, erased, &report)?;
    Ok(report)
}

/// Somebody who is still to come, or sits in the waiting room, cannot vanish from the lists.
fn refuse_while_expected(tx: &Tx, patient: PatientId) -> Result<()> {
    let expected: bool = tx.query_row(
        "SELECT EXISTS (SELECT 1 FROM appointments WHERE patient_id = ?1 AND deleted_at IS NULL
                        AND (status IN ('arrived', 'in_progress')
                             OR (status IN ('requested', 'scheduled', 'confirmed') AND scheduled_end > ?2)))
             OR EXISTS (SELECT 1 FROM queue_tickets JOIN appointments ON appointments.id = appointment_id
                        WHERE queue_tickets.patient_id = ?1 AND queue_tickets.status IN ('waiting', 'called')
                        AND appointments.status IN ('requested', 'scheduled', 'confirmed', 'arrived', 'in_progress'))
             OR EXISTS (SELECT 1 FROM waitlist WHERE patient_id = ?1 AND status IN ('waiting', 'offered') AND desired_to > ?2)",
        params![patient, tx.now],
        |row| row.get(0),
    )?;
    if expected { Err(Code::NotAvailable.into()) } else { Ok(()) }
}

fn erase_one(tx: &Tx, patient: PatientId, report: &mut ErasureReport) -> Result<()> {
    for Blanking { table, set, rows } in BLANKINGS {
        let sql = format!("UPDATE {table} SET {set}, updated_at = ?2 WHERE {rows} AND ?3 IS NOT NULL");
        let changed = tx.execute(&sql, params![patient, tx.now, ERASED])?;
        note_erased(report, table, changed);
    }
    let record_number: String = tx.query_row(
        "UPDATE patients SET full_name = ?1, alternate_name = NULL, birth_date = NULL, birth_date_precision = NULL,
                gender = 'prefer_not_to_say', phone = NULL, email = NULL, address = NULL, city = NULL, postal_code = NULL,
                national_id = NULL, primary_language = NULL, timezone = NULL, blood_group = NULL, notes = NULL, height_cm = NULL,
                weight_kg = NULL, active = 0, user_id = NULL, photo_file_id = NULL, erased_at = ?2, erased_by = ?3,
                deleted_at = ?2, updated_at = ?2
         WHERE id = ?4 RETURNING record_number",
        params![ERASED, tx.now, tx.user()?, patient],
        |row| row.get("record_number"),
    )?;
    report.record_numbers.push(record_number);
    note_erased(report, "patients", 1);
    let drafts = tx.execute(
        "DELETE FROM prescription_drafts WHERE consultation_id IN (SELECT id FROM consultations WHERE patient_id = ?1)",
        [patient],
    )?;
    note_erased(report, "prescription_drafts", drafts);
    forget_derived(tx, patient)?;
    for (table, sql, because) in KEPT {
        let rows: u32 = tx.query_row(sql, [patient], |row| row.get(0))?;
        match report.kept.iter_mut().find(|part| part.table == *table) {
            Some(part) => part.rows += rows,
            None if rows > 0 => {
                report.kept.push(KeptPart { table: (*table).to_owned(), rows, because: *because });
            }
            None => {}
        }
    }
    Ok(())
}

/// What this PC derived for itself from the person's data.
fn forget_derived(conn: &Connection, patient: PatientId) -> Result<()> {
    conn.execute("DELETE FROM possible_duplicates WHERE first_id = ?1", [patient])?;
    conn.execute("DELETE FROM possible_duplicates WHERE second_id = ?1", [patient])?;
    conn.execute(
        "DELETE FROM archived_visit_search WHERE rowid IN (SELECT id FROM archived_visits WHERE patient_id = ?1)",
        [patient],
    )?;
    Ok(())
}

fn note_erased(report: &mut ErasureReport, table: &str, rows: usize) {
    let rows = u32::try_from(rows).unwrap_or(u32::MAX);
    match report.erased.iter_mut().find(|part| part.table == table) {
        Some(part) => part.rows += rows,
        None if rows > 0 => report.erased.push(ErasedPart { table: table.to_owned(), rows }),
        None => {}
    }
}
