//! The clinic's own medicines, beside the list that Neem ships with.

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::{Form, LINE, NAME};
use crate::ids::FormularyId;
use crate::page::{Page, PageRequest};
use crate::patients::search::fold;
use crate::prescriptions::{PrescriptionType, kind, potency};

/// A medicine of the clinic's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FormularyEntry {
    pub id: FormularyId,
    pub name: String,
    /// What allergies to a class are matched against; without it the medicine is never "checked".
    pub class: String,
    pub kind: PrescriptionType,
    /// One or several, with `|` between them.
    pub strength: String,
    pub form: String,
    pub route: String,
    pub potency: String,
    pub active: bool,
}

/// The form of a medicine.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewMedicine {
    pub name: String,
    pub class: String,
    pub kind: PrescriptionType,
    pub strength: String,
    pub form: String,
    pub route: String,
    pub potency: String,
}

struct Checked {
    name: String,
    class: Option<String>,
    strength: Option<String>,
    form: Option<String>,
    route: Option<String>,
    potency: Option<String>,
}

impl FormularyEntry {
    fn from_row(row: &Row) -> rusqlite::Result<FormularyEntry> {
        let text = |column| row.get::<_, Option<String>>(column).map(Option::unwrap_or_default);
        Ok(FormularyEntry {
            id: row.get("id")?,
            name: row.get("name")?,
            class: text("class")?,
            kind: row.get("type")?,
            strength: text("strength")?,
            form: text("form")?,
            route: text("route")?,
            potency: text("potency")?,
            active: row.get("active")?,
        })
    }
}

/// Adds a medicine. Two of one name and potency would leave the doctor guessing: the second is refused.
pub fn add_medicine(tx: &Tx, new: &NewMedicine) -> Result<FormularyEntry> {
    let checked = check(tx, new, None)?;
    let id = FormularyId(tx.new_id());
    tx.execute(
        "INSERT INTO formulary (id, tenant_id, name, class, type, strength, form, route, potency, created_at, updated_at)
         VALUES (:id, :tenant, :name, :class, :type, :strength, :form, :route, :potency, :now, :now)",
        named_params! {
            ":id": id,
            ":tenant": tx.device.tenant,
            ":name": checked.name,
            ":class": checked.class,
            ":type": new.kind,
            ":strength": checked.strength,
            ":form": checked.form,
            ":route": checked.route,
            ":potency": checked.potency,
            ":now": tx.now,
        },
    )?;
    medicine(tx, id)
}

/// Changes an entry. What was prescribed from it stays as it was issued.
pub fn edit_medicine(tx: &Tx, id: FormularyId, new: &NewMedicine) -> Result<FormularyEntry> {
    medicine(tx, id)?;
    let checked = check(tx, new, Some(id))?;
    tx.execute(
        "UPDATE formulary SET name = :name, class = :class, type = :type, strength = :strength, form = :form, route = :route,
                potency = :potency, updated_at = :now WHERE id = :id",
        named_params! {
            ":id": id,
            ":name": checked.name,
            ":class": checked.class,
            ":type": new.kind,
            ":strength": checked.strength,
            ":form": checked.form,
            ":route": checked.route,
            ":potency": checked.potency,
            ":now": tx.now,
        },
    )?;
    medicine(tx, id)
}

/// Takes an entry out of use, or back into it. Out of use it is no longer suggested.
pub fn set_medicine_active(tx: &Tx, id: FormularyId, active: bool) -> Result<FormularyEntry> {
    medicine(tx, id)?;
    tx.execute("UPDATE formulary SET active = ?1, updated_at = ?2 WHERE id = ?3", params![active, tx.now, id])?;
    medicine(tx, id)
}

fn check(conn: &Connection, new: &NewMedicine, except: Option<FormularyId>) -> Result<Checked> {
    let mut form = Form::default();
    let name = form.name("name", &new.name);
    let class = form.optional("class", &new.class, NAME);
    let strength = form.optional("strength", &new.strength, LINE);
    let shape = form.optional("form", &new.form, NAME);
    let route = form.optional("route", &new.route, NAME);
    let written = potency(&new.potency);
    if !new.potency.trim().is_empty() && written.is_none() {
        form.problem("potency", Code::NotAPotency, None);
    }
    let homeopathic = new.kind == PrescriptionType::Homeopathic;
    let shape = shape.or_else(|| kind::form_of(&new.potency).filter(|_| homeopathic).map(str::to_owned));
    let mut others = conn.prepare_cached("SELECT * FROM formulary WHERE active = 1 AND deleted_at IS NULL")?;
    let mut rows = others.query([])?;
    while let Some(row) = rows.next()? {
        let other = FormularyEntry::from_row(row)?;
        let same = fold(&other.name) == fold(&name) && other.potency == written.clone().unwrap_or_default();
        if same && Some(other.id) != except {
            form.problem("name", Code::AlreadyUsed, None);
            break;
        }
    }
    form.finish()?;
    Ok(Checked { name, class, strength, form: shape, route, potency: written })
}

pub fn medicine(conn: &Connection, id: FormularyId) -> Result<FormularyEntry> {
    conn.prepare_cached("SELECT * FROM formulary WHERE id = ?1 AND deleted_at IS NULL")?
        .query_row([id], FormularyEntry::from_row)
        .optional()?
        .ok_or_else(|| Code::NotFound.into())
}

/// The clinic's own medicines by name, those out of use after the others.
pub fn own_medicines(conn: &Connection, page: PageRequest) -> Result<Page<FormularyEntry>> {
    let mut statement = conn.prepare_cached(
        "SELECT * FROM formulary WHERE deleted_at IS NULL ORDER BY active DESC, name, id LIMIT ?1 OFFSET ?2",
    )?;
    let rows = statement.query_map([page.sql_limit(), page.sql_offset()], FormularyEntry::from_row)?;
    Ok(page.page(rows.collect::<rusqlite::Result<_>>()?))
}

/// The clinic's own medicines that have a word beginning with what was typed, fifty at most.
pub fn search_medicines(conn: &Connection, text: &str) -> Result<Vec<FormularyEntry>> {
    let wanted = fold(text);
    let mut statement =
        conn.prepare_cached("SELECT * FROM formulary WHERE deleted_at IS NULL ORDER BY active DESC, name, id")?;
    let entries: Vec<FormularyEntry> =
        statement.query_map([], FormularyEntry::from_row)?.collect::<rusqlite::Result<_>>()?;
    let matches = |entry: &FormularyEntry| {
        let name = fold(&entry.name);
        name.starts_with(&wanted) || name.split(' ').any(|word| word.starts_with(&wanted))
    };
    Ok(entries.into_iter().filter(|entry| !wanted.is_empty() && matches(entry)).take(50).collect())
}
