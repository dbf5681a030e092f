//! A table of patients from another system.
#![no_main]

use std::cell::RefCell;

use libfuzzer_sys::fuzz_target;
use neem_core::patients::{self, ImportField, ImportMapping, SharedPhone};
use neem_core::{Actor, Code, Db};
use neem_fuzz::answered;
use neem_fuzz::world::{FIRST, World, today};

const FIELDS: [Option<ImportField>; 20] = [
    None,
    Some(ImportField::FullName),
    Some(ImportField::GivenName),
    Some(ImportField::FamilyName),
    Some(ImportField::AlternateName),
    Some(ImportField::BirthDate),
    Some(ImportField::AgeYears),
    Some(ImportField::Gender),
    Some(ImportField::Phone),
    Some(ImportField::Email),
    Some(ImportField::Address),
    Some(ImportField::City),
    Some(ImportField::PostalCode),
    Some(ImportField::NationalId),
    Some(ImportField::PrimaryLanguage),
    Some(ImportField::Timezone),
    Some(ImportField::BloodGroup),
    Some(ImportField::Notes),
    Some(ImportField::HeightCm),
    Some(ImportField::WeightKg),
];

thread_local! {
    static PC: RefCell<Option<Db>> = const { RefCell::new(None) };
}

fuzz_target!(|data: &[u8]| {
    let [how, first, csv @ ..] = data else { return };
    let Some(preview) = answered(patients::preview_import(csv)) else { return };
    assert_eq!(preview.columns.len(), preview.suggested.len());
    assert!(preview.samples.iter().all(|row| row.len() == preview.columns.len()));
    let mut columns = preview.suggested;
    if how & 4 != 0 {
        // A person sets the columns otherwise.
        let at = *first as usize % columns.len().max(1);
        columns.iter_mut().enumerate().for_each(|(i, column)| {
            if i >= at {
                *column = FIELDS[(*first as usize + i) % FIELDS.len()];
            }
        });
    }
    let shared_phone = if how & 1 == 0 { SharedPhone::Refuse } else { SharedPhone::Dependant };
    let mapping = ImportMapping { columns, shared_phone, skip_duplicates: how & 2 != 0 };
    PC.with_borrow_mut(|pc| {
        let db = pc.get_or_insert_with(|| World::get().pc(FIRST));
        let Some(dry) = answered(db.read(|conn| patients::dry_run(conn, csv, &mapping, today()))) else { return };
        assert!(dry.would_import <= preview.rows);
        let admin = Actor::User(World::get().staff.admin);
        let mut done = None;
        let undone = db.write(admin, "import_patients", |tx| {
            done = Some(patients::import(tx, csv, &mapping, today()));
            Err::<(), _>(Code::SyncStopped.into())
        });
        assert!(undone.is_err());
        let report = answered(done.expect("was asked"));
        match (dry.problem_count, report) {
            (0, Some(report)) => {
                assert_eq!(report.imported, dry.would_import);
                assert_eq!(report.read, dry.parity);
                assert_eq!(report.read, report.stored);
            }
            (0, None) => panic!("an import that was found sound was refused"),
            (_, report) => assert!(report.is_none(), "an import with problems was made"),
        }
    });
});
