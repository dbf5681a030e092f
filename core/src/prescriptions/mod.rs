//! Prescriptions: typed in a line, checked, issued, and never changed afterwards.

mod checks;
mod draft;
mod formulary;
mod issue;
mod line;
mod sheet;

pub use checks::{CheckState, ItemCheck, check};
pub use draft::{DraftItem, PrescriptionDraft, draft, save_draft};
pub use formulary::{Medicine, suggest};
pub use issue::{PrescriptionItem, PrescriptionSummary, issue, of_consultation};
pub use line::{ParsedLine, ParsedToken, parse_line};
pub use sheet::{Sheet, SheetItem, SignedSheet, sheet};
