//! A doctor's papers: registration, degrees, insurance; who checked them and until when they hold (V).

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::{Form, LINE, NAME};
use crate::ids::{CredentialId, FileId, Instant, LocalDate, ProviderId};

const INSERT: &str = "\
    INSERT INTO credentials (id, tenant_id, provider_id, type, number, file_id, document_url, status, issued_on, expires_on, notes,
                             created_at, updated_at)
    VALUES (:id, :tenant, :provider, :type, :number, :file, :url, 'pending', :issued, :expires, :notes, :now, :now)";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum CredentialStatus {
    Pending,
    Verified,
    Rejected,
}

crate::ids::named_values!(CredentialStatus { Pending = "pending", Verified = "verified", Rejected = "rejected" });

/// A paper of a doctor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Credential {
    pub id: CredentialId,
    pub provider_id: ProviderId,
    pub provider_name: String,
    /// In the clinic's words: "Medical registration".
    pub kind: String,
    pub number: Option<String>,
    pub file_id: Option<FileId>,
    pub document_url: Option<String>,
    pub status: CredentialStatus,
    pub issued_on: Option<LocalDate>,
    pub expires_on: Option<LocalDate>,
    /// Whether its last day is over: derived, never stored.
    pub expired: bool,
    pub notes: Option<String>,
    pub verified_at: Option<Instant>,
}

impl Credential {
    fn from_row(row: &Row, today: LocalDate) -> rusqlite::Result<Credential> {
        let expires_on: Option<LocalDate> = row.get("expires_on")?;
        Ok(Credential {
            id: row.get("id")?,
            provider_id: row.get("provider_id")?,
            provider_name: row.get("display_name")?,
            kind: row.get("type")?,
            number: row.get("number")?,
            file_id: row.get("file_id")?,
            document_url: row.get("document_url")?,
            status: row.get("status")?,
            issued_on: row.get("issued_on")?,
            expires_on,
            expired: expires_on.is_some_and(|last_day| last_day < today),
            notes: row.get("notes")?,
            verified_at: row.get("verified_at")?,
        })
    }
}

/// The form "Paper".
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CredentialForm {
    pub provider_id: ProviderId,
    pub kind: String,
    pub number: String,
    pub file_id: Option<FileId>,
    pub document_url: String,
    /// As typed.
    pub issued_on: String,
    /// The last day on which it holds, as typed.
    pub expires_on: String,
    pub notes: String,
}

/// Adds a paper, which waits to be checked; `today` is the clinic's day.
pub fn add_credential(tx: &Tx, paper: &CredentialForm, today: LocalDate) -> Result<Credential> {
    let mut form = Form::default();
    let kind = form.required("kind", &paper.kind, NAME);
    let number = form.optional("number", &paper.number, NAME);
    let document_url = form.optional("documentUrl", &paper.document_url, LINE);
    let issued_on = form.day("issuedOn", &paper.issued_on);
    let expires_on = form.day("expiresOn", &paper.expires_on);
    if let (Some(issued), Some(expires)) = (issued_on, expires_on)
        && expires < issued
    {
        form.problem("expiresOn", Code::EndsBeforeStart, None);
    }
    let notes = form.optional("notes", &paper.notes, LINE);
    form.finish()?;
    super::exists(tx, paper.provider_id)?;
    if let Some(file) = paper.file_id {
        tx.query_row("SELECT 1 FROM files WHERE id = ?1", [file], |_| Ok(())).optional()?.ok_or(Code::NotFound)?;
    }
    let id = CredentialId(tx.new_id());
    tx.prepare_cached(INSERT)?.execute(named_params! {
        ":id": id,
        ":tenant": tx.device.tenant,
        ":provider": paper.provider_id,
        ":type": kind,
        ":number": number,
        ":file": paper.file_id,
        ":url": document_url,
        ":issued": issued_on,
        ":expires": expires_on,
        ":notes": notes,
        ":now": tx.now,
    })?;
    credential(tx, id, today)
}

/// A manager has looked at a paper. It is decided once (`AlreadyDecided`); turning it down needs a note.
pub fn check_credential(tx: &Tx, id: CredentialId, genuine: bool, note: &str, today: LocalDate) -> Result<Credential> {
    if credential(tx, id, today)?.status != CredentialStatus::Pending {
        return Err(Code::AlreadyDecided.into());
    }
    let mut form = Form::default();
    let note = if genuine { form.optional("note", note, LINE) } else { Some(form.required("note", note, LINE)) };
    form.finish()?;
    let status = if genuine { CredentialStatus::Verified } else { CredentialStatus::Rejected };
    tx.execute(
        "UPDATE credentials SET status = ?1, verified_by = ?2, verified_at = ?3, notes = coalesce(?4, notes), updated_at = ?3
         WHERE id = ?5",
        params![status, tx.user()?, tx.now, note, id],
    )?;
    credential(tx, id, today)
}

/// Takes a paper off the list: it was entered by mistake, or another has replaced it.
pub fn remove_credential(tx: &Tx, id: CredentialId) -> Result<()> {
    let removed = tx.execute(
        "UPDATE credentials SET deleted_at = ?1, updated_at = ?1 WHERE id = ?2 AND deleted_at IS NULL",
        params![tx.now, id],
    )?;
    if removed == 0 { Err(Code::NotFound.into()) } else { Ok(()) }
}

pub fn credential(conn: &Connection, id: CredentialId, today: LocalDate) -> Result<Credential> {
    conn.prepare_cached(
        "SELECT credentials.*, display_name FROM credentials JOIN providers ON providers.id = provider_id
         WHERE credentials.id = ?1 AND credentials.deleted_at IS NULL",
    )?
    .query_row([id], |row| Credential::from_row(row, today))
    .optional()?
    .ok_or_else(|| Code::NotFound.into())
}

/// The papers of a doctor, those that run out first above.
pub fn list_credentials(conn: &Connection, provider: ProviderId, today: LocalDate) -> Result<Vec<Credential>> {
    let mut statement = conn.prepare_cached(
        "SELECT credentials.*, display_name FROM credentials JOIN providers ON providers.id = provider_id
         WHERE provider_id = ?1 AND credentials.deleted_at IS NULL ORDER BY expires_on NULLS LAST, credentials.id",
    )?;
    let papers = statement.query_map([provider], |row| Credential::from_row(row, today))?;
    Ok(papers.collect::<rusqlite::Result<_>>()?)
}

/// The papers whose last day is today or one of the next `days`, the nearest first; those turned
/// down are left out.
pub fn expiring_credentials(conn: &Connection, today: LocalDate, days: u32) -> Result<Vec<Credential>> {
    let until = LocalDate(today.0.checked_add_days(chrono::Days::new(days.into())).unwrap_or(chrono::NaiveDate::MAX));
    let mut statement = conn.prepare_cached(include_str!("expiring.sql"))?;
    let papers = statement.query_map(params![today, until], |row| Credential::from_row(row, today))?;
    Ok(papers.collect::<rusqlite::Result<_>>()?)
}
