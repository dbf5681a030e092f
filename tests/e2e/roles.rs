//! Every command as every role, called past the screens in the real window: what the reviewed table
//! (`docs/permissions.md`) does not allow is refused before its arguments are read.

use neem_app::{ACCESS, Access};
use neem_core::identity::{Role, allows};
use serde_json::{Value, json};

use crate::window::Pc;

const PASSWORD: &str = "neem demo clinic";

/// Calls each command without arguments and tells what became of it: a code, or `reached` when it got
/// as far as missing them.
async fn outcomes(pc: &Pc, commands: &[&str]) -> Vec<(String, String)> {
    let script = "const [commands, done] = arguments;
        const call = (name) => window.__TAURI_INTERNALS__.invoke(name, {})
          .then(() => 'reached', (error) => (error && error.code) || 'reached');
        (async () => { const all = []; for (const name of commands) all.push([name, await call(name)]); done(all); })();";
    let answer = pc.client.execute_async(script, vec![json!(commands)]).await.expect("calls");
    serde_json::from_value(answer).expect("pairs")
}

fn staff(role: Role) -> Value {
    json!({ "staff": {
        "name": format!("Test {}", role.name()), "email": format!("{}@kadamba.example", role.name()),
        "password": PASSWORD, "role": role.name(), "specialization": "", "qualification": "",
        "registrationNumber": "", "room": "",
    } })
}

async fn sign_in(pc: &Pc, email: &str) -> Result<Value, String> {
    pc.invoke("sign_in", json!({ "email": email, "password": PASSWORD, "code": null })).await
}

pub async fn story() {
    let data = tempfile::tempdir().expect("a folder");
    let pc = Pc::start("roles", data.path()).await;
    pc.invoke("create_demo", json!({ "passphrase": null })).await.expect("a demo clinic");
    let guarded: Vec<(&str, &[_])> = ACCESS
        .iter()
        .filter_map(|(name, access)| match access {
            Access::Open | Access::Board => None,
            Access::Needs(permissions) => Some((*name, *permissions)),
        })
        .collect();
    let names: Vec<&str> = guarded.iter().map(|(name, _)| *name).collect();

    for (name, outcome) in outcomes(&pc, &names).await {
        assert_eq!(outcome, "not_signed_in", "{name}, called by nobody");
    }
    sign_in(&pc, "nikhil@kadamba.example").await.expect("the manager");
    for role in [Role::Support, Role::User, Role::Patient] {
        pc.invoke("add_staff", staff(role)).await.expect("adds");
    }
    // Nobody at a clinic can make somebody who runs the hub for several.
    assert_eq!(pc.invoke("add_staff", staff(Role::PlatformAdmin)).await, Err("not_allowed".into()));
    assert_eq!(pc.invoke("drop_everything", json!({})).await, Err("not_allowed".into()));
    // There is nothing at a clinic's PC that a patient could do.
    assert_eq!(sign_in(&pc, "patient@kadamba.example").await.err().as_deref(), Some("wrong_sign_in"));

    for (role, email) in [
        (Role::Receptionist, "meera@kadamba.example"),
        (Role::Provider, "farah@kadamba.example"),
        (Role::Admin, "nikhil@kadamba.example"),
        (Role::Support, "support@kadamba.example"),
        (Role::User, "user@kadamba.example"),
    ] {
        sign_in(&pc, email).await.unwrap_or_else(|code| panic!("{email}: {code}"));
        for ((name, permissions), (_, outcome)) in guarded.iter().zip(outcomes(&pc, &names).await) {
            let allowed = permissions.iter().any(|permission| allows(role, *permission));
            if allowed {
                assert!(
                    !["not_allowed", "not_signed_in", "locked"].contains(&outcome.as_str()),
                    "{role:?} may call {name}: {outcome}"
                );
            } else {
                assert_eq!(outcome, "not_allowed", "{role:?} may not call {name}");
            }
        }
    }
    pc.stop().await;
}
