//! The rules that the schema states (kinds of values, what may not be empty, CHECK, references), asked
//! of a commit by itself. The hub has no tables to break them in, and a PC must not find out from a
//! merged row: whether a commit stands may depend on nothing but the commit and what came before it.

use std::collections::{BTreeMap, HashMap, HashSet};

use rusqlite::{Connection, params_from_iter};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::sync::commit::{Body, GroupWrite, Inserts};
use crate::sync::fit::id_in;
use crate::sync::log::present_tables;
use crate::sync::tables::Table;
use crate::sync::value::Value;

/// A column of a commit that names a row of another table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    pub of: Table,
    pub column: String,
    pub parent: Table,
    pub row: Uuid,
}

/// What a migrated schema asks of the rows of its replicated tables.
pub struct Rules(HashMap<Table, TableRules>);

struct TableRules {
    /// In one order, so that all name the same column of several that misfit.
    columns: BTreeMap<String, Column>,
    /// Columns that name a row of another replicated table.
    parents: Vec<(String, Table)>,
    checks: Vec<Check>,
    /// Asked of a new row; none where nothing is to be asked.
    of_row: Option<Question>,
}

struct Column {
    kind: String,
    required: bool,
}

impl Column {
    /// Whether it could not hold a value as it is: a strict table would turn 3.0 into 3, and the hub
    /// would go on counting 3.0.
    fn misfits(&self, value: &Value) -> bool {
        match value {
            Value::Null => self.required,
            Value::Int(_) => self.kind != "INTEGER",
            Value::Real(_) => self.kind != "REAL",
            Value::Text(_) => self.kind != "TEXT",
            Value::Blob(_) => self.kind != "BLOB",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Check {
    expression: String,
    columns: Vec<String>,
}

/// A statement that answers with the position of the first check that does not hold, or with nothing.
struct Question {
    sql: String,
    columns: Vec<String>,
}

impl Question {
    fn of(checks: &[&Check]) -> Option<Question> {
        let mut columns: Vec<String> = checks.iter().flat_map(|check| check.columns.clone()).collect();
        columns.sort_unstable();
        columns.dedup();
        let arms: Vec<String> =
            checks.iter().enumerate().map(|(i, check)| format!("WHEN NOT ({}) THEN {i}", check.expression)).collect();
        let values: Vec<String> = columns.iter().enumerate().map(|(i, c)| format!("?{} AS {c}", i + 1)).collect();
        let sql = format!("SELECT CASE {} END FROM (SELECT {})", arms.join(" "), values.join(", "));
        (!checks.is_empty()).then_some(Question { sql, columns })
    }

    /// Which of the checks is broken; `judge` is any connection, none of its tables is read.
    fn broken<'v>(&self, judge: &Connection, value: impl Fn(&str) -> Option<&'v Value>) -> Result<Option<usize>> {
        let values = self.columns.iter().map(|column| value(column).unwrap_or(&Value::Null));
        let answer: Option<i64> =
            judge.prepare_cached(&self.sql)?.query_row(params_from_iter(values), |row| row.get(0))?;
        Ok(answer.and_then(|index| usize::try_from(index).ok()))
    }
}

impl Rules {
    /// Reads them from a migrated database.
    pub fn read(conn: &Connection) -> Result<Rules> {
        let read = |table| Ok((table, TableRules::read(conn, table)?));
        present_tables(conn)?.into_iter().map(read).collect::<Result<_>>().map(Rules)
    }

    /// The rule that a commit breaks by what it writes, in a few words. Rows of tables that are not
    /// known are not asked. Without `thorough`, the CHECKs of new rows are left to the table that they
    /// go into, which asks them anyway; a change may hide behind another one that shows, so it is
    /// always asked.
    pub fn broken(&self, judge: &Connection, body: &Body, thorough: bool) -> Result<Option<String>> {
        for block in &body.inserts {
            let Some(rules) = self.of(&block.table) else { continue };
            if let Some(column) = rules.misfit_in(block) {
                return Ok(Some(format!("{column} of {} holds what it cannot hold", block.table)));
            }
            let Some(question) = rules.of_row.as_ref().filter(|_| thorough) else { continue };
            let places: HashMap<&str, usize> = block.columns.iter().map(String::as_str).zip(0..).collect();
            for row in &block.rows {
                let value = |column: &str| places.get(column).and_then(|place| row.get(*place));
                if let Some(index) = question.broken(judge, value)? {
                    return Ok(Some(said(&block.table, &rules.checks[index])));
                }
            }
        }
        for update in &body.updates {
            let Some(rules) = self.of(&update.table) else { continue };
            let id = Value::Blob(update.row.as_bytes().to_vec());
            for write in &update.groups {
                let misfits =
                    |(name, value): &&(String, Value)| rules.columns.get(name).is_some_and(|c| c.misfits(value));
                if let Some((column, _)) = write.fields.iter().find(misfits) {
                    return Ok(Some(format!("{column} of {} holds what it cannot hold", update.table)));
                }
                let checks = rules.of_group(write);
                let Some(question) = Question::of(&checks) else { continue };
                let value = |column: &str| match column {
                    "id" => Some(&id),
                    _ => write.fields.iter().find(|(name, _)| name == column).map(|(_, value)| value),
                };
                if let Some(index) = question.broken(judge, value)? {
                    return Ok(Some(said(&update.table, checks[index])));
                }
            }
        }
        Ok(None)
    }

    /// Every row of another table that a commit names and does not bring along.
    pub fn parents(&self, body: &Body) -> Vec<Reference> {
        let brought: HashSet<(&str, Uuid)> = body
            .inserts
            .iter()
            .flat_map(|block| block.rows.iter().filter_map(|row| Some((&*block.table, id_in(&block.columns, row)?))))
            .collect();
        let mut named = Vec::new();
        let mut note = |of: Table, column: &str, parent: Table, value: Option<&Value>| {
            let id = value.and_then(Value::as_blob).and_then(|bytes| Uuid::from_slice(bytes).ok());
            if let Some(row) = id.filter(|id| !brought.contains(&(parent.name(), *id))) {
                named.push(Reference { of, column: column.to_owned(), parent, row });
            }
        };
        for block in &body.inserts {
            let Some((table, rules)) = self.named(&block.table) else { continue };
            for (column, parent) in &rules.parents {
                let Some(place) = block.columns.iter().position(|name| name == column) else { continue };
                block.rows.iter().for_each(|row| note(table, column, *parent, row.get(place)));
            }
        }
        for update in &body.updates {
            let Some((table, rules)) = self.named(&update.table) else { continue };
            for (column, parent) in &rules.parents {
                let fields = update.groups.iter().flat_map(|write| &write.fields);
                let written = fields.filter(|(name, _)| name == column);
                written.for_each(|(_, value)| note(table, column, *parent, Some(value)));
            }
        }
        named
    }

    /// The tables in an order in which none comes before those whose rows it names; where two name each
    /// other, one of them does.
    pub fn parents_first(&self) -> Vec<Table> {
        let mut order = Vec::new();
        let mut met = HashSet::new();
        Table::ALL.iter().for_each(|table| self.after_parents(*table, &mut met, &mut order));
        order
    }

    fn after_parents(&self, table: Table, met: &mut HashSet<Table>, order: &mut Vec<Table>) {
        let Some(rules) = self.0.get(&table).filter(|_| met.insert(table)) else { return };
        rules.parents.iter().for_each(|(_, parent)| self.after_parents(*parent, met, order));
        order.push(table);
    }

    fn named(&self, table: &str) -> Option<(Table, &TableRules)> {
        let table = Table::by_name(table)?;
        Some((table, self.0.get(&table)?))
    }

    fn of(&self, table: &str) -> Option<&TableRules> {
        self.named(table).map(|(_, rules)| rules)
    }
}

impl TableRules {
    fn read(conn: &Connection, table: Table) -> Result<TableRules> {
        let mut statement = conn.prepare("SELECT name, type, \"notnull\", pk FROM pragma_table_info(?1)")?;
        let columns: BTreeMap<String, Column> = statement
            .query_map([table.name()], |row| {
                let required = row.get::<_, bool>("notnull")? || row.get::<_, i64>("pk")? > 0;
                Ok((row.get("name")?, Column { kind: row.get("type")?, required }))
            })?
            .collect::<rusqlite::Result<_>>()?;
        let mut statement = conn.prepare("SELECT \"from\", \"table\" FROM pragma_foreign_key_list(?1) ORDER BY id")?;
        let parents = statement
            .query_map([table.name()], |row| Ok((row.get("from")?, row.get::<_, String>("table")?)))?
            .collect::<rusqlite::Result<Vec<(String, String)>>>()?
            .into_iter()
            .filter_map(|(column, parent)| Some((column, Table::by_name(&parent)?)))
            .collect();
        let sql: String = conn.query_row(
            "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?1",
            [table.name()],
            |row| row.get("sql"),
        )?;
        let checks = checks_in(&sql, |name| columns.contains_key(name))
            .ok_or_else(|| Error::Invariant(format!("the rules of {} cannot be read", table.name())))?;
        let of_row = Question::of(&checks.iter().collect::<Vec<_>>());
        Ok(TableRules { columns, parents, checks, of_row })
    }

    /// The first column of new rows that holds what it cannot hold, or lacks what it must hold.
    fn misfit_in<'b>(&'b self, block: &'b Inserts) -> Option<&'b str> {
        let lacks = |(name, column): &(&String, &Column)| column.required && !block.columns.contains(name);
        if let Some((name, _)) = self.columns.iter().find(lacks) {
            return Some(name);
        }
        let known: Vec<Option<&Column>> = block.columns.iter().map(|name| self.columns.get(name)).collect();
        let place_in = |row: &Vec<Value>| {
            known.iter().zip(row).position(|(column, value)| column.is_some_and(|column| column.misfits(value)))
        };
        block.rows.iter().find_map(place_in).map(|place| block.columns[place].as_str())
    }

    /// The checks about nothing but what this write says (and the row's id, which never changes).
    fn of_group(&self, write: &GroupWrite) -> Vec<&Check> {
        let written = |column: &String| write.fields.iter().any(|(name, _)| name == column);
        let about = |check: &&Check| {
            check.columns.iter().any(written) && check.columns.iter().all(|column| column == "id" || written(column))
        };
        self.checks.iter().filter(about).collect()
    }
}

fn said(table: &str, check: &Check) -> String {
    format!("{table}: not {}", check.expression)
}

/// The CHECK clauses of a CREATE TABLE statement; `None` if a bracket or a quote stays open.
fn checks_in(sql: &str, is_column: impl Fn(&str) -> bool) -> Option<Vec<Check>> {
    let words = words_of(sql)?;
    let mut checks = Vec::new();
    let mut rest = words.iter().enumerate();
    while let Some((at, word)) = rest.next() {
        if !word.text.eq_ignore_ascii_case("check") || words.get(at + 1)?.text != "(" {
            continue;
        }
        let mut depth = 0;
        let end = words[at + 1..].iter().position(|word| {
            depth += i32::from(word.text == "(") - i32::from(word.text == ")");
            depth == 0
        })?;
        let inside = &words[at + 2..at + 1 + end];
        let mut columns: Vec<String> =
            inside.iter().filter(|word| is_column(word.text)).map(|word| word.text.to_owned()).collect();
        columns.sort_unstable();
        columns.dedup();
        let expression = &sql[inside.first()?.start..inside.last()?.start + inside.last()?.text.len()];
        checks.push(Check { expression: expression.to_owned(), columns });
        rest.nth(end);
    }
    Some(checks)
}

struct Word<'s> {
    start: usize,
    text: &'s str,
}

/// Names, quoted texts and single signs, without comments.
fn words_of(sql: &str) -> Option<Vec<Word<'_>>> {
    let mut words = Vec::new();
    let mut start = 0;
    while let Some(first) = sql[start..].chars().next() {
        let rest = &sql[start..];
        let length = if rest.starts_with("--") {
            rest.find('\n').unwrap_or(rest.len())
        } else if first == '\'' {
            // A doubled quote inside is read as two texts side by side, which covers the same letters.
            rest[1..].find('\'')? + 2
        } else if first.is_ascii_alphanumeric() || first == '_' {
            rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        if !first.is_whitespace() && !rest.starts_with("--") {
            words.push(Word { start, text: &rest[..length] });
        }
        start += length;
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::commit::Update;

    fn schema() -> (Connection, Rules) {
        let conn = crate::db::bare_schema().expect("migrates");
        let rules = Rules::read(&conn).expect("reads");
        (conn, rules)
    }

    fn written(table: &str, fields: &[(&str, Value)]) -> Body {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let write = GroupWrite { group: "any".into(), seen: Vec::new(), fields };
        let update = Update { table: table.into(), row: Uuid::from_u128(7), groups: vec![write] };
        Body { updates: vec![update], ..empty() }
    }

    fn inserted(table: &str, fields: &[(&str, Value)]) -> Body {
        let (columns, row) = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).unzip();
        Body { inserts: vec![Inserts { table: table.into(), columns, rows: vec![row] }], ..empty() }
    }

    fn empty() -> Body {
        Body { schema: 1, hlc: 0, at: 0, user: None, action: String::new(), inserts: vec![], updates: vec![] }
    }

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    fn id(number: u128) -> Value {
        Value::Blob(Uuid::from_u128(number).as_bytes().to_vec())
    }

    #[test]
    fn every_check_of_the_schema_is_found_and_can_be_asked() {
        let (conn, rules) = schema();
        let mut statement = conn.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'table'").expect("lists");
        let all = statement.query_map([], |row| Ok((row.get("name")?, row.get("sql")?))).expect("lists");
        for (name, sql) in all.map(|row: rusqlite::Result<(String, String)>| row.expect("a table")) {
            let Some(table) = rules.of(&name) else { continue };
            let bare: String = sql.lines().map(|line| line.split("--").next().unwrap_or("")).collect();
            assert_eq!(table.checks.len(), bare.matches("CHECK (").count(), "{name}");
            if let Some(question) = &table.of_row {
                question.broken(&conn, |_| None).unwrap_or_else(|error| panic!("{name}: {error}"));
            }
        }
    }

    /// Otherwise two changes, each sound by itself, could merge into a row that breaks a check.
    #[test]
    fn what_a_check_compares_merges_together() {
        let (_, Rules(tables)) = schema();
        for (table, rules) in tables.iter().filter(|(table, _)| !table.insert_only()) {
            for check in &rules.checks {
                let changing: Vec<&str> =
                    check.columns.iter().map(String::as_str).filter(|column| *column != "id").collect();
                let together = changing.len() < 2
                    || table.groups().iter().any(|group| changing.iter().all(|c| group.columns.contains(c)));
                assert!(together, "{}: {} are not one group", table.name(), changing.join(", "));
            }
        }
    }

    #[test]
    fn a_table_of_changes() {
        let (conn, rules) = schema();
        let cases = [
            ("patients", vec![("gender", text("male"))], true),
            ("patients", vec![("gender", text("m"))], false),
            ("patients", vec![("gender", Value::Null)], false),
            ("patients", vec![("city", Value::Null)], true),
            ("patients", vec![("city", Value::Int(4))], false),
            ("patients", vec![("height_cm", Value::Int(170))], false),
            ("patients", vec![("height_cm", Value::Real(170.0))], true),
            ("patients", vec![("merged_into_id", id(6))], true),
            ("patients", vec![("merged_into_id", id(7))], false),
            ("patients", vec![("a_column_of_tomorrow", Value::Int(4))], true),
            ("a_table_of_tomorrow", vec![("name", Value::Int(4))], true),
            ("appointments", vec![("scheduled_start", Value::Int(9)), ("scheduled_end", Value::Int(10))], true),
            ("appointments", vec![("scheduled_start", Value::Int(9)), ("scheduled_end", Value::Int(9))], false),
        ];
        for (table, fields, sound) in cases {
            let broken = rules.broken(&conn, &written(table, &fields), true).expect("asks");
            assert_eq!(broken.is_none(), sound, "{table} {fields:?}: {broken:?}");
        }
    }

    #[test]
    fn a_row_that_is_made_is_asked_as_a_whole() {
        let (conn, rules) = schema();
        let row = |lines: i64| {
            let mut fields: Vec<(&str, Value)> = [("id", 1), ("tenant_id", 2), ("invoice_id", 3)]
                .map(|(name, number)| (name, id(number)))
                .into_iter()
                .collect();
            fields.extend([
                ("position", Value::Int(1)),
                ("description", text("X-ray")),
                ("quantity", Value::Int(lines)),
            ]);
            let zero = ["unit_price_minor", "discount_minor", "tax_minor", "created_at", "updated_at"];
            fields.extend(zero.map(|name| (name, Value::Int(0))));
            inserted("invoice_lines", &fields)
        };
        assert_eq!(rules.broken(&conn, &row(1), true).expect("asks"), None);
        assert_eq!(
            rules.broken(&conn, &row(0), true).expect("asks").as_deref(),
            Some("invoice_lines: not quantity > 0")
        );
        let body = row(1);
        let parents = rules.parents(&body);
        let (of, parent) = (Table::InvoiceLines, Table::Invoices);
        let invoice = Reference { of, column: "invoice_id".into(), parent, row: Uuid::from_u128(3) };
        assert!(parents.contains(&invoice), "{parents:?}");
    }
}
