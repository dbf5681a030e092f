//! Prescriptions: typed in a line, checked, issued, and never changed afterwards.

mod checks;
mod draft;
mod formulary;
mod issue;
mod kind;
mod line;
mod own_medicines;
mod read;
mod sheet;
mod supersede;

pub use checks::{CheckState, ItemCheck, check};
pub use draft::{DraftItem, PrescriptionDraft, draft, save_draft};
pub use formulary::{Medicine, suggest, suggest_from};
pub use issue::issue;
pub use kind::{PrescriptionType, potency};
pub use line::{ParsedLine, ParsedToken, parse_line, parse_line_from};
pub use own_medicines::{
    FormularyEntry, NewMedicine, add_medicine, edit_medicine, medicine, own_medicines, search_medicines,
    set_medicine_active,
};
pub use read::{
    PrescriptionItem, PrescriptionSummary, RivalCorrections, by_number, of_consultation, of_patient, prescription,
    rival_corrections,
};
pub use sheet::{Sheet, SheetItem, SignedSheet, sheet};
pub use supersede::supersede;
