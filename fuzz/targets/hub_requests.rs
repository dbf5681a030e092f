//! Every route of the hub, with any body and any token: what a stranger or a broken PC can send.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use neem_core::Code;
use neem_core::sync::protocol::{MAX_PLAIN, Refusal, unpack};
use neem_core::sync::shallow;
use neem_fuzz::line::asked;
use neem_fuzz::world::{self, FIRST, Running, World};
use neem_hub::limits::{PAGE, QUESTION, count_commits};
use neem_hub::routes::ROUTES;

struct Ready {
    running: Running,
    token: String,
    routes: Vec<&'static str>,
}

static READY: OnceLock<Ready> = OnceLock::new();

fn ready() -> Ready {
    let world = World::get();
    let running = world.hub();
    let token = world::token(&running, &world.pc(FIRST));
    let posted = ROUTES.iter().filter(|(method, _)| *method == "post");
    Ready { running, token, routes: posted.map(|(_, path)| path.trim_start_matches('/')).collect() }
}

fuzz_target!(|data: &[u8]| {
    let ready = READY.get_or_init(ready);
    let [route, how, bytes @ ..] = data else { return };
    let path = ready.routes[*route as usize % ready.routes.len()];
    // News are waited for, and waiting is nothing to be found.
    let (token, bytes) = match how >> 1 & 3 {
        0 | 1 => (Some(ready.token.clone()), bytes),
        2 => (None, bytes),
        _ => {
            let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
            let typed = String::from_utf8_lossy(&bytes[..end]).into_owned();
            (Some(typed).filter(|text| text.bytes().all(|byte| (32..127).contains(&byte))), &bytes[end..])
        }
    };
    let body = match how & 1 {
        0 => bytes.to_vec(),
        _ => zstd::bulk::compress(bytes, 1).expect("packs"),
    };
    for size in [QUESTION, PAGE] {
        if let Ok(plain) = neem_hub::limits::unpack(&body, size.plain) {
            assert!(plain.len() <= size.plain);
            let _ = count_commits(&plain);
        }
    }
    let Some((status, packed)) = asked(&ready.running.router, path, token.as_deref(), body) else {
        assert_eq!(path, "v1/wait", "an answer that never comes");
        return;
    };
    let plain = unpack(&packed).expect("an answer can be unpacked");
    assert!(plain.len() <= MAX_PLAIN);
    if status != 200 {
        let refusal: Refusal = shallow::from_slice(&plain).expect("a refusal can be read");
        assert_ne!(refusal.code, Code::Internal, "{path}: {refusal}");
        assert!(status < 500, "{path} {status} {refusal}");
    }
});
