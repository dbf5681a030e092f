//! What Neem prints: queue slips, the day on paper, prescription sheets and receipts.
//!
//! Plain structs go in, a PDF or one SVG per page comes out. This crate knows
//! no database and no window, so whatever it needs to print is in the struct,
//! already worded for the reader; the fixed words come from the catalogue in the
//! document's language.

mod day_list;
mod engine;
mod prescription;
mod qr;
mod receipt;
mod slip;
mod text;
mod words;

use serde::{Deserialize, Serialize};

pub use day_list::{DayListDoctor, DayListSheet, DayListVisit};
pub use prescription::{
    Clinic, Paper, Patient, Prescriber, PrescriptionSheet, SheetItem, Superseded, Teleconsultation, Verification,
};
pub use receipt::{Receipt, ReceiptDetail, ReceiptKind, ReceiptLine, ReceiptPaper};
pub use slip::{BlankSlips, Line, Reprint, Slip, SlipPaper};
pub use words::{Language, MethodWords, SexWords, StatusWords, Words};

/// Everything that can be sent to a printer or shown as a preview.
#[expect(clippy::large_enum_variant, reason = "one is built for each print, and a box would only burden the caller")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Printable {
    /// A queue slip on a paper roll.
    Slip(Slip),
    /// Numbered slips to be filled in by hand.
    BlankSlips(BlankSlips),
    /// The visits of a day.
    DayList(DayListSheet),
    /// A prescription on sheets of paper.
    Prescription(PrescriptionSheet),
    /// A receipt, on a roll or on a sheet.
    Receipt(Receipt),
}

/// Why nothing could be printed.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// The struct could not be handed over to the template.
    #[error("the document could not be prepared for printing: {0}")]
    Prepare(String),
    /// The template refused the document, which is a fault of this crate.
    #[error("the page could not be laid out: {0}")]
    Layout(String),
    /// The laid out pages could not be written as a PDF.
    #[error("the PDF could not be written: {0}")]
    Export(String),
    /// The signed content does not fit into the largest QR code there is.
    #[error("{bytes} bytes are too many for a QR code")]
    QrTooLong {
        /// How long the payload was.
        bytes: usize,
    },
}

/// Lays the document out and returns it as a PDF.
///
/// The same document always gives the same bytes.
pub fn pdf(doc: &Printable) -> Result<Vec<u8>, PrintError> {
    engine::pdf(&engine::lay_out(doc)?)
}

/// Lays the document out and returns one SVG image per page.
pub fn svg_pages(doc: &Printable) -> Result<Vec<String>, PrintError> {
    Ok(engine::svg_pages(&engine::lay_out(doc)?))
}

/// The characters of the document, in the order of the page, for which none of the fonts has a shape.
pub fn without_shape(doc: &Printable) -> Result<String, PrintError> {
    Ok(engine::without_shape(&engine::lay_out(doc)?))
}

/// Prepares the fonts and templates, so that the first print is as quick as the next.
pub fn warm_up() {
    engine::warm_up();
}
