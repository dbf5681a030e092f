//! Who may do what, as one table that a manager can read; and every command asks for what its line says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use neem_app::{ACCESS, Access};
use neem_core::identity::{Role, allows};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn may(role: Role, access: Access) -> bool {
    match access {
        Access::Open => true,
        Access::Board => false,
        Access::Needs(permissions) => permissions.iter().any(|permission| allows(role, *permission)),
    }
}

/// `docs/permissions.md` is the reviewed word on every command and every role:
/// `UPDATE=1 cargo test --test permissions` writes it again, and the difference is to be looked at.
#[test]
fn the_matrix_is_the_one_that_was_reviewed() {
    let mut text = String::from(
        "# Who may do what\n\nEvery command of the app and every role. Written by `tests/permissions.rs` from \
         `src-tauri/src/access.rs` and `core/src/identity/permissions.rs`; the window's tests call each command as each \
         role. Commands marked *open* work before anybody has signed in, or concern nothing but one's own session; those marked *board* are the queue board's alone.\n\n",
    );
    let names: Vec<&str> = Role::ALL.iter().map(|role| role.name()).collect();
    text.push_str(&format!("| command | needs | {} |\n|---|---|{}\n", names.join(" | "), "---|".repeat(names.len())));
    let sorted: BTreeMap<&str, Access> = ACCESS.iter().copied().collect();
    for (command, access) in sorted {
        let needs = match access {
            Access::Open => "*open*".to_owned(),
            Access::Board => "*board*".to_owned(),
            Access::Needs(permissions) => {
                permissions.iter().map(|permission| format!("{permission:?}")).collect::<Vec<_>>().join(" or ")
            }
        };
        let marks: Vec<&str> = Role::ALL.iter().map(|role| if may(*role, access) { "yes" } else { "" }).collect();
        text.push_str(&format!("| {command} | {needs} | {} |\n", marks.join(" | ")));
    }
    let file = root().join("docs/permissions.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(root().join("docs")).expect("a folder");
        std::fs::write(&file, &text).expect("writes");
    }
    let reviewed = std::fs::read_to_string(&file).unwrap_or_default();
    for (number, (now, then)) in text.lines().zip(reviewed.lines()).enumerate() {
        assert_eq!(now, then, "{}:{}", file.display(), number + 1);
    }
    assert_eq!(text.lines().count(), reviewed.lines().count(), "{}", file.display());
}

/// The functions of a file: name, whether it is a command, and its text.
fn functions(source: &str) -> Vec<(String, bool, String)> {
    let mut found = Vec::new();
    let mut is_command = false;
    let mut current: Option<(String, bool, String)> = None;
    for line in source.lines() {
        if let Some((name, command, mut body)) = current.take() {
            body.push_str(line);
            body.push('\n');
            if line == "}" {
                found.push((name, command, body));
            } else {
                current = Some((name, command, body));
            }
            continue;
        }
        is_command |= line.starts_with("#[tauri::command");
        let signature = line.trim_start_matches("pub ").trim_start_matches("async ");
        if let Some(rest) = signature.strip_prefix("fn ").filter(|_| !line.starts_with(' ')) {
            let name = rest.split(['(', '<']).next().unwrap_or_default().to_owned();
            current = Some((name, is_command, format!("{line}\n")));
            is_command = false;
        }
    }
    found
}

fn permissions_in(text: &str) -> Vec<String> {
    let mut names: Vec<String> = text
        .split("Permission::")
        .skip(1)
        .map(|rest| rest.chars().take_while(|c| c.is_alphanumeric()).collect())
        .collect();
    names.sort();
    names.dedup();
    names
}

/// The permissions that a function and the private ones of its file that it calls name.
fn asked(name: &str, all: &[(String, bool, String)]) -> Vec<String> {
    let mut seen = vec![name.to_owned()];
    let mut text = String::new();
    let mut next = 0;
    while let Some(name) = seen.get(next).cloned() {
        next += 1;
        let Some((_, _, body)) = all.iter().find(|(other, _, _)| *other == name) else { continue };
        text.push_str(body);
        for (other, command, _) in all {
            let called = [format!("{other}("), format!("{other})"), format!("{other},")];
            let calls = called.iter().any(|call| {
                body.match_indices(call.as_str()).any(|(at, _)| {
                    !body[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':' || c == '.')
                })
            });
            if !command && calls && !seen.contains(other) {
                seen.push(other.clone());
            }
        }
    }
    permissions_in(&text)
}

#[test]
fn every_command_asks_for_what_its_line_says() {
    let mut checked = 0;
    for entry in std::fs::read_dir(root().join("src-tauri/src/commands")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let all = functions(&std::fs::read_to_string(&path).expect("reads"));
        for (name, _, _) in all.iter().filter(|(_, command, _)| *command) {
            let (_, access) = ACCESS
                .iter()
                .find(|(listed, _)| listed == name)
                .unwrap_or_else(|| panic!("{name} of {} is not in access.rs", path.display()));
            let mut listed: Vec<String> = match access {
                Access::Open | Access::Board => Vec::new(),
                Access::Needs(permissions) => permissions.iter().map(|permission| format!("{permission:?}")).collect(),
            };
            listed.sort();
            assert_eq!(asked(name, &all), listed, "{name} of {}", path.display());
            checked += 1;
        }
    }
    assert_eq!(checked, ACCESS.len());
}
