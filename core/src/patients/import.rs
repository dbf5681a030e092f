//! Patients of another system, all or none of them, with a report that what was read is what is there.

use std::collections::{BTreeMap, HashMap};

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Error, Problem, Result};
use crate::form::Form;
use crate::ids::{LocalDate, PatientId};
use crate::patients::demographics::{Asked, Demographics};
use crate::patients::duplicates::{Wanted, weigh};
use crate::patients::fellegi_sunter::{LIKELY, Traits};
use crate::patients::import_columns::{ImportMapping, SharedPhone, form_of, names_are_mapped};
use crate::patients::import_file::{self, File, ImportPreview};
use crate::patients::{Gender, NewDependant, PatientHit, Relationship, dependants, register, search};
use crate::sync::commit::MAX_BODY;
use crate::tenancy;

/// The most problems and duplicates that a report lists; all are counted.
const LISTED: usize = 200;
/// What a row of a commit takes besides its texts, in bytes: ids, times, nulls and lengths.
const ROW_OVERHEAD: usize = 140;
/// The same for the row that makes somebody a dependant.
const LINK_SIZE: usize = 110;

/// A cell that cannot be taken as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImportProblem {
    /// The line of the file on which the row begins.
    pub row: u32,
    pub field: String,
    pub code: Code,
    pub limit: Option<u32>,
}

/// A row that is probably somebody who is known already.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FoundAlready {
    pub row: u32,
    pub name: String,
    pub patient: PatientHit,
    pub score: f64,
}

/// What can be counted of a list of patients, in a file or in the database.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Parity {
    pub rows: u32,
    pub male: u32,
    pub female: u32,
    pub other: u32,
    pub not_said: u32,
    pub with_phone: u32,
    pub with_birth_date: u32,
    pub earliest_birth_date: Option<LocalDate>,
    pub latest_birth_date: Option<LocalDate>,
    /// For each column a hash over its values in the order of the file.
    pub checksums: BTreeMap<String, String>,
}

/// What an import would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DryRun {
    pub rows: u32,
    pub would_import: u32,
    /// Rows that are probably known already, whether or not they are to be left out.
    pub duplicates: u32,
    pub duplicate_rows: Vec<FoundAlready>,
    /// Rows that would become dependants of whoever has their phone.
    pub dependants: u32,
    /// How many cells cannot be taken; none are, while there is one.
    pub problem_count: u32,
    pub problems: Vec<ImportProblem>,
    /// Of the rows that would be imported.
    pub parity: Parity,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImportReport {
    pub rows: u32,
    pub imported: u32,
    pub skipped_duplicates: u32,
    pub dependants: u32,
    /// As read from the file.
    pub read: Parity,
    /// As it is in the database. An import that would differ is not made.
    pub stored: Parity,
}

/// What a file seems to be.
///
/// # Errors
/// `FileTooLarge`, `ImportUnreadable`.
pub fn preview(csv: &[u8]) -> Result<ImportPreview> {
    import_file::preview(csv)
}

/// A row that was checked.
struct Checked {
    values: Demographics,
    /// Who has the phone already.
    holder: Option<Holder>,
}

#[derive(Clone, Copy)]
enum Holder {
    Known(PatientId),
    /// A row further up in the file, by its place among those that are imported.
    Row(usize),
}

#[derive(Default)]
struct Plan {
    rows: Vec<Checked>,
    problems: Vec<ImportProblem>,
    duplicates: Vec<(u32, String, PatientId, f64)>,
    skipped: u32,
}

fn plan(conn: &Connection, file: &File, mapping: &ImportMapping, today: LocalDate) -> Result<Plan> {
    if !names_are_mapped(mapping) {
        return Err(Error::with(Code::ImportColumnMissing, "fullName"));
    }
    if mapping.columns.len() != file.headers.len() {
        return Err(Error::with(Code::ImportColumnMissing, file.headers.len().to_string()));
    }
    let country = tenancy::tenant(conn)?.country;
    let mut plan = Plan::default();
    let mut phones: HashMap<String, usize> = HashMap::new();
    let mut size = 0;
    for (line, row) in &file.rows {
        let (typed, unreadable) = form_of(row, mapping);
        let mut form = Form::default();
        let values = Demographics::check(&mut form, &typed, today, &country, Asked::NameOnly);
        unreadable.iter().for_each(|field| form.problem(field, Code::UnknownReference, None));
        let duplicate = likely(conn, &values)?;
        if let Some((id, score)) = duplicate {
            plan.duplicates.push((*line, values.full_name.clone(), id, score));
            if mapping.skip_duplicates && form_is_sound(&mut form, &mut plan.problems, *line) {
                plan.skipped += 1;
                continue;
            }
        }
        let holder = match &values.phone {
            Some(phone) => match phones.get(phone) {
                Some(index) => Some(Holder::Row(*index)),
                None => dependants::holders_of_phone(conn, phone, None)?.first().copied().map(Holder::Known),
            },
            None => None,
        };
        if holder.is_some() && mapping.shared_phone == SharedPhone::Refuse {
            form.problem("phone", Code::PhoneInUse, None);
        }
        if form_is_sound(&mut form, &mut plan.problems, *line) {
            if let (None, Some(phone)) = (holder, &values.phone) {
                phones.insert(phone.clone(), plan.rows.len());
            }
            size += size_of(&values) + if holder.is_some() { LINK_SIZE } else { 0 };
            plan.rows.push(Checked { values, holder });
        }
        if size > MAX_BODY {
            // One import is one commit, so that it arrives at every PC as a whole or not at all.
            return Err(Error::with(Code::FileTooLarge, plan.rows.len().saturating_sub(1).to_string()));
        }
    }
    Ok(plan)
}

/// Moves the problems of a row into the plan's; whether there were none.
fn form_is_sound(form: &mut Form, problems: &mut Vec<ImportProblem>, row: u32) -> bool {
    match std::mem::take(form).finish() {
        Ok(()) => true,
        Err(error) => {
            problems.extend(error.problems().iter().map(|Problem { field, code, limit }| ImportProblem {
                row,
                field: field.clone(),
                code: *code,
                limit: *limit,
            }));
            false
        }
    }
}

fn likely(conn: &Connection, values: &Demographics) -> Result<Option<(PatientId, f64)>> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let other = text(&values.alternate_name);
    let precision = values.birth_date_precision.and_then(crate::patients::demographics::precision_of);
    let traits = Traits::new(&values.full_name, &other)
        .born(values.birth_date.map(|date| date.0).zip(precision))
        .known_by(Some(values.gender), values.phone.clone())
        .living_at(&text(&values.address), &text(&values.city));
    let names = [values.full_name.as_str(), other.as_str()];
    let found = weigh(conn, &Wanted { id: None, names: &names, traits: &traits, least: LIKELY })?;
    Ok(found.first().filter(|(_, evidence)| evidence.score >= LIKELY).map(|(id, evidence)| (*id, evidence.score)))
}

/// About how many bytes a row takes in the commit.
fn size_of(values: &Demographics) -> usize {
    let texts = [
        &values.alternate_name,
        &values.phone,
        &values.email,
        &values.address,
        &values.city,
        &values.postal_code,
        &values.national_id,
        &values.primary_language,
        &values.timezone,
        &values.notes,
    ];
    ROW_OVERHEAD
        + values.full_name.len()
        + texts.iter().filter_map(|text| text.as_ref()).map(String::len).sum::<usize>()
}

/// What an import would do, without doing it.
///
/// # Errors
/// As [`preview`]; `ImportColumnMissing` when no column is the name, or the mapping is of another file.
pub fn dry_run(conn: &Connection, csv: &[u8], mapping: &ImportMapping, today: LocalDate) -> Result<DryRun> {
    let file = import_file::read(csv)?;
    let plan = plan(conn, &file, mapping, today)?;
    let duplicate_rows = plan
        .duplicates
        .iter()
        .take(LISTED)
        .map(|(row, name, id, score)| {
            Ok(FoundAlready { row: *row, name: name.clone(), patient: search::hit(conn, *id, today)?, score: *score })
        })
        .collect::<Result<_>>()?;
    Ok(DryRun {
        rows: file.rows.len() as u32,
        would_import: plan.rows.len() as u32,
        duplicates: plan.duplicates.len() as u32,
        duplicate_rows,
        dependants: plan.rows.iter().filter(|row| row.holder.is_some()).count() as u32,
        problem_count: plan.problems.len() as u32,
        problems: plan.problems.iter().take(LISTED).cloned().collect(),
        parity: parity(plan.rows.iter().map(|row| &row.values)),
    })
}

/// Imports a file, all of it or nothing, in one commit.
///
/// # Errors
/// As [`dry_run`]; a form with the problems of the first rows that have any, each field named as
/// `rows.12.phone` with the line of the file.
pub fn import(tx: &Tx, csv: &[u8], mapping: &ImportMapping, today: LocalDate) -> Result<ImportReport> {
    let file = import_file::read(csv)?;
    let plan = plan(tx, &file, mapping, today)?;
    if !plan.problems.is_empty() {
        let named = plan.problems.into_iter().take(LISTED).map(|problem| Problem {
            field: format!("rows.{}.{}", problem.row, problem.field),
            code: problem.code,
            limit: problem.limit,
        });
        return Err(Error::Form(named.collect()));
    }
    let first = register::next_record_number(tx)?;
    let mut ids: Vec<PatientId> = Vec::with_capacity(plan.rows.len());
    let mut linked = 0;
    for (number, row) in (first..).zip(&plan.rows) {
        let id = register::insert(tx, &row.values, &register::record_number(tx, number))?;
        ids.push(id);
        let holder = match row.holder {
            Some(Holder::Known(holder)) => Some(holder),
            Some(Holder::Row(index)) => ids.get(index).copied(),
            None => None,
        };
        if let Some(holder) = holder {
            let link = NewDependant {
                responsible_patient_id: holder,
                patient_id: id,
                relationship: Relationship::Other,
                notes: String::new(),
            };
            dependants::link_dependant(tx, &link)?;
            linked += 1;
        }
    }
    let read = parity(plan.rows.iter().map(|row| &row.values));
    let stored: Vec<Demographics> = ids.iter().map(|id| stored(tx, *id)).collect::<Result<_>>()?;
    let stored = parity(stored.iter());
    if stored != read {
        return Err(Error::Invariant(format!("an import that would store {stored:?} having read {read:?}")));
    }
    Ok(ImportReport {
        rows: file.rows.len() as u32,
        imported: ids.len() as u32,
        skipped_duplicates: plan.skipped,
        dependants: linked,
        read,
        stored,
    })
}

fn stored(conn: &Connection, id: PatientId) -> Result<Demographics> {
    Ok(conn.prepare_cached("SELECT * FROM patients WHERE id = ?1")?.query_row([id], Demographics::from_row)?)
}

fn parity<'a>(rows: impl Iterator<Item = &'a Demographics>) -> Parity {
    let mut parity = Parity::default();
    let mut hashes: BTreeMap<&'static str, blake3::Hasher> = BTreeMap::new();
    for row in rows {
        parity.rows += 1;
        *match row.gender {
            Gender::Male => &mut parity.male,
            Gender::Female => &mut parity.female,
            Gender::Other => &mut parity.other,
            Gender::PreferNotToSay => &mut parity.not_said,
        } += 1;
        parity.with_phone += u32::from(row.phone.is_some());
        if let Some(date) = row.birth_date {
            parity.with_birth_date += 1;
            parity.earliest_birth_date = Some(parity.earliest_birth_date.map_or(date, |earliest| earliest.min(date)));
            parity.latest_birth_date = Some(parity.latest_birth_date.map_or(date, |latest| latest.max(date)));
        }
        for (name, value) in row.bound() {
            let value = value.to_sql().map(|value| format!("{value:?}")).unwrap_or_default();
            let hasher = hashes.entry(name.trim_start_matches(':')).or_default();
            hasher.update(&(value.len() as u64).to_le_bytes());
            hasher.update(value.as_bytes());
        }
    }
    let short = |hash: blake3::Hasher| hash.finalize().to_hex()[..16].to_owned();
    parity.checksums = hashes.into_iter().map(|(name, hash)| (name.to_owned(), short(hash))).collect();
    parity
}
