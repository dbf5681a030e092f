//! The screens' types are the core's: the generated file is committed, and never lags behind.

use std::path::Path;

use specta_typescript::Typescript;

#[test]
fn the_committed_bindings_are_what_the_commands_say() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/src/bindings.ts");
    let folder = tempfile::tempdir().expect("a folder");
    let fresh = folder.path().join("bindings.ts");
    let language = Typescript::default()
        .header("// Generated from the commands; `UPDATE=1 cargo test --test bindings` writes it anew.\n");
    neem_app::bindings().export(language, &fresh).expect("exports");
    let fresh_text = std::fs::read_to_string(&fresh).expect("written");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&committed, &fresh_text).expect("writes");
    }
    let committed_text = std::fs::read_to_string(&committed).expect("ui/src/bindings.ts");
    assert!(committed_text == fresh_text, "ui/src/bindings.ts is stale: UPDATE=1 cargo test --test bindings");
}
