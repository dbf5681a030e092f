//! `docs/model.md` against the code: what the checklist names is there.

mod support;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use support::Pc;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// `module::function` of every function that others may call.
fn functions() -> HashSet<String> {
    let folder = root().join("core/src");
    let mut files = Vec::new();
    sources(&folder, &mut files);
    let mut found = HashSet::new();
    for file in files {
        let inside = file.strip_prefix(&folder).expect("inside");
        let module = inside.iter().next().and_then(|part| part.to_str()).unwrap_or_default().trim_end_matches(".rs");
        for line in std::fs::read_to_string(&file).expect("reads").lines() {
            let Some(rest) = line.trim_start().strip_prefix("pub fn ") else { continue };
            let name = rest.split(['(', '<']).next().unwrap_or_default();
            found.insert(format!("{module}::{name}"));
        }
    }
    found
}

/// The names of tables and views, of `table.column`, and of indexes.
fn schema() -> (HashSet<String>, HashSet<String>) {
    let pc = Pc::empty();
    pc.read(|conn| {
        let mut tables = conn.prepare(
            "SELECT list.name AS tbl, info.name AS col FROM pragma_table_list AS list, pragma_table_xinfo(list.name) AS info
             WHERE list.schema = 'main' AND list.type <> 'shadow'",
        )?;
        let mut names = HashSet::new();
        let mut rows = tables.query([])?;
        while let Some(row) = rows.next()? {
            let table: String = row.get("tbl")?;
            names.insert(format!("{table}.{}", row.get::<_, String>("col")?));
            names.insert(table);
        }
        let mut indexes = conn.prepare("SELECT name FROM sqlite_master WHERE type = 'index'")?;
        let indexes = indexes.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        Ok((names, indexes))
    })
}

/// What is wrong with one span of the checklist.
fn fault(
    span: &str,
    names: &HashSet<String>,
    indexes: &HashSet<String>,
    functions: &HashSet<String>,
) -> Option<String> {
    match span.split_once(':') {
        Some(("index", name)) => (!indexes.contains(name)).then(|| format!("there is no index {name}")),
        Some(("fn", name)) => (!functions.contains(name)).then(|| format!("there is no function {name}")),
        Some(("test", name)) => {
            let (file, test) = name.split_once(':')?;
            let text = std::fs::read_to_string(root().join(file)).unwrap_or_default();
            (!text.contains(&format!("fn {test}("))).then(|| format!("there is no test {test} in {file}"))
        }
        _ => (!names.contains(span)).then(|| format!("there is no table or column {span}")),
    }
}

#[test]
fn what_the_checklist_names_is_there() {
    let text = std::fs::read_to_string(root().join("docs/model.md")).expect("the checklist");
    let (names, indexes) = schema();
    let functions = functions();
    let mut faults = Vec::new();
    let mut rows = 0;
    for (number, line) in
        text.lines().enumerate().filter(|(_, line)| line.starts_with("| ") && !line.contains("the source has"))
    {
        let (_, ours) = line.trim_end_matches(" |").rsplit_once(" | ").expect("two columns");
        let spans: Vec<&str> = ours.split('`').skip(1).step_by(2).collect();
        rows += 1;
        if spans.is_empty() && !ours.contains("tenant") {
            faults.push(format!("{}: names nothing", number + 1));
        }
        faults.extend(
            spans
                .iter()
                .filter_map(|span| fault(span, &names, &indexes, &functions))
                .map(|what| format!("{}: {what}", number + 1)),
        );
    }
    assert!(rows > 250, "only {rows} rows");
    assert!(faults.is_empty(), "docs/model.md:\n{}", faults.join("\n"));
}
