//! A list of patients from another system: read, tried, taken in; what a dry run promised is what is
//! done, or nothing is.

use std::cell::RefCell;

use arbitrary::{Result, Unstructured};
use neem_core::Actor;
use neem_core::patients::{self, ImportField, ImportMapping, SharedPhone};

use super::fixture::{Desk, NOW, TEMPLATE, count};

thread_local! {
    static DESK: RefCell<Option<Desk>> = const { RefCell::new(None) };
}

pub fn csv(bytes: &[u8]) {
    let mut u = Unstructured::new(bytes);
    let Ok((shared_phone, skip_duplicates, odd)) = choices(&mut u) else { return };
    let left = u.len();
    let file = u.bytes(left).unwrap_or_default();
    let Ok(preview) = patients::preview_import(file) else { return };
    assert_eq!(preview.suggested.len(), preview.columns.len());
    let mut columns = preview.suggested;
    if let Some(odd) = odd {
        use ImportField::*;
        const ALL: [ImportField; 19] = [
            FullName,
            GivenName,
            FamilyName,
            AlternateName,
            BirthDate,
            AgeYears,
            Gender,
            Phone,
            Email,
            Address,
            City,
            PostalCode,
            NationalId,
            PrimaryLanguage,
            Timezone,
            BloodGroup,
            Notes,
            HeightCm,
            WeightKg,
        ];
        let fields = ALL.iter().cycle().skip(usize::from(odd));
        columns.iter_mut().zip(fields).for_each(|(column, field)| *column = Some(*field));
    }
    let mapping = ImportMapping { columns, shared_phone, skip_duplicates };
    DESK.with_borrow_mut(|slot| {
        let desk = slot.get_or_insert_with(|| TEMPLATE.desk());
        let db = &desk.db;
        let today = NOW.day(chrono_tz::Asia::Kolkata);
        let dry = db.read(|conn| patients::dry_run(conn, file, &mapping, today));
        let before = count(db, "SELECT count(*) FROM patients");
        let done = db.write(Actor::System, "import", |tx| patients::import(tx, file, &mapping, today));
        let after = count(db, "SELECT count(*) FROM patients");
        match (dry, done) {
            (Ok(dry), Ok(done)) => {
                assert_eq!(dry.problem_count, 0);
                assert_eq!(
                    (dry.would_import, &dry.parity, dry.dependants),
                    (done.imported, &done.stored, done.dependants)
                );
                assert_eq!(after, before + i64::from(done.imported));
                desk.check();
            }
            (Ok(dry), Err(error)) => {
                assert!(dry.problem_count > 0, "a sound file was refused: {error:?}");
                assert_eq!(after, before);
            }
            (Err(_), Err(_)) => assert_eq!(after, before),
            (Err(error), Ok(_)) => panic!("taken in after a dry run that failed: {error:?}"),
        }
        if after != before {
            *slot = None;
        }
    });
}

fn choices(u: &mut Unstructured) -> Result<(SharedPhone, bool, Option<u8>)> {
    let flags: u8 = u.arbitrary()?;
    let shared = if flags & 1 != 0 { SharedPhone::Refuse } else { SharedPhone::Dependant };
    Ok((shared, flags & 2 != 0, (flags & 4 != 0).then_some(flags >> 3)))
}
