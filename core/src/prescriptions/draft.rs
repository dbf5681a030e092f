//! A prescription being written: kept on this PC alone until it is issued.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Result;
use crate::form::{Form, LINE, NAME, TEXT};
use crate::ids::{ConsultationId, Instant};
use crate::prescriptions::{PrescriptionType, potency};

/// More is a slip of the finger; the sheet would run over many pages.
const MOST_ITEMS: usize = 40;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DraftItem {
    /// What was typed, if the item came from a line.
    pub line: String,
    pub medicine: String,
    pub strength: String,
    pub form: String,
    pub dose: String,
    pub frequency: String,
    pub route: String,
    pub duration_days: Option<u32>,
    pub quantity: String,
    pub instructions: String,
    /// Why a check that says stop does not apply.
    pub override_reason: String,
    /// Of a homeopathic remedy: `30C`, `200CK`, `1M`, `LM1`, or `Q` for a mother tincture.
    #[serde(default)]
    pub potency: String,
    /// What an ayurvedic medicine is taken with (anupana): honey, warm water, ghee.
    #[serde(default)]
    pub vehicle: String,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PrescriptionDraft {
    pub items: Vec<DraftItem>,
    pub advice: String,
    /// As typed.
    pub follow_up_on: String,
    pub saved_at: Option<Instant>,
    /// Left out: allopathic.
    #[serde(default)]
    pub kind: Option<PrescriptionType>,
}

impl PrescriptionDraft {
    pub fn prescription_type(&self) -> PrescriptionType {
        self.kind.unwrap_or(PrescriptionType::Allopathic)
    }

    /// Checks lengths, so that no draft grows beyond what can be issued.
    pub(super) fn check(&self) -> Result<()> {
        let mut form = Form::default();
        form.optional("advice", &self.advice, TEXT);
        if self.items.len() > MOST_ITEMS {
            form.problem("items", crate::Code::OutOfRange, Some(MOST_ITEMS as u32));
        }
        for (index, item) in self.items.iter().enumerate() {
            let texts = [
                ("medicine", &item.medicine, NAME),
                ("strength", &item.strength, NAME),
                ("form", &item.form, NAME),
                ("dose", &item.dose, NAME),
                ("frequency", &item.frequency, NAME),
                ("route", &item.route, NAME),
                ("quantity", &item.quantity, NAME),
                ("instructions", &item.instructions, LINE),
                ("overrideReason", &item.override_reason, LINE),
                ("line", &item.line, LINE),
                ("vehicle", &item.vehicle, NAME),
            ];
            for (name, text, max) in texts {
                form.optional(&format!("items.{index}.{name}"), text, max);
            }
            if !item.potency.trim().is_empty() && potency(&item.potency).is_none() {
                form.problem(&format!("items.{index}.potency"), crate::Code::NotAPotency, None);
            }
        }
        form.finish()
    }
}

/// The draft of a consultation; an empty one if nothing was written yet.
pub fn draft(conn: &Connection, consultation: ConsultationId) -> Result<PrescriptionDraft> {
    let stored: Option<(String, Instant)> = conn
        .prepare_cached("SELECT draft, saved_at FROM prescription_drafts WHERE consultation_id = ?1")?
        .query_row([consultation], |row| Ok((row.get("draft")?, row.get("saved_at")?)))
        .optional()?;
    let Some((text, saved_at)) = stored else { return Ok(PrescriptionDraft::default()) };
    let draft: PrescriptionDraft = serde_json::from_str(&text)?;
    Ok(PrescriptionDraft { saved_at: Some(saved_at), ..draft })
}

pub fn save_draft(
    conn: &Connection,
    consultation: ConsultationId,
    draft: &PrescriptionDraft,
    now: Instant,
) -> Result<PrescriptionDraft> {
    draft.check()?;
    crate::consultations::open_one(conn, consultation)?;
    let stored = PrescriptionDraft { saved_at: Some(now), ..draft.clone() };
    conn.execute(
        "INSERT OR REPLACE INTO prescription_drafts (consultation_id, draft, saved_at) VALUES (?1, ?2, ?3)",
        params![consultation, serde_json::to_string(&stored)?, now],
    )?;
    Ok(stored)
}
