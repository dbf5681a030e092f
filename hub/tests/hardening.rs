//! What strangers, broken PCs and slow lines can do to a hub: nothing but be refused.

mod support;

use std::io::Write;
use std::time::Duration;

use neem_core::Code;
use neem_core::sync::commit::{self, Body, GENESIS, Inserts, Origin, Sealed, SigningKey};
use neem_core::sync::protocol::{EnrolReply, EnrolRequest, PROTOCOL, Push, PushReply, pack};
use neem_core::sync::value::Value;
use neem_hub::connections::Patience;
use neem_hub::enrol::For;
use neem_hub::limits::{Rate, Rates};
use neem_hub::routes::ROUTES;
use neem_hub::serve::Manner;
use support::{House, Pc, raw};
use uuid::Uuid;

const TENANT: Uuid = Uuid::from_u128(1);
const DEVICE: Uuid = Uuid::from_u128(2);

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

/// Lets a PC in that sends what it likes; its token.
fn let_in(house: &House) -> String {
    let request = EnrolRequest {
        protocol: PROTOCOL,
        code: house.code(For::NewClinic).replace('-', ""),
        device: DEVICE,
        public_key: key().verifying_key().to_bytes().to_vec(),
        name: "Any PC".into(),
        tenant: Some(TENANT),
        lane: None,
        app_version: "test".into(),
    };
    let answer = raw::post(house.address, "/v1/enrol", None, &pack(&request).expect("packs"));
    assert_eq!(answer.read::<EnrolReply>().tenant, TENANT);
    raw::token(house.address, DEVICE, &key())
}

/// A page of one signed commit.
fn page_of(body: Vec<u8>) -> Vec<u8> {
    let origin = Origin { device: DEVICE, incarnation: 1 };
    let hash = commit::chain_hash(&GENESIS, origin, 1, &body);
    let sealed = Sealed { seq: 1, signature: commit::sign(&key(), &hash).into(), body: body.into() };
    rmp_serde::to_vec(&Push { device: DEVICE, incarnation: 1, commits: vec![sealed], hlcs: vec![1] }).expect("encodes")
}

/// One that inserts a row into a table.
fn page(table: &str, column: &str) -> Vec<u8> {
    let bytes = |id: Uuid| Value::Blob(id.as_bytes().to_vec());
    let columns = vec!["id".to_owned(), "tenant_id".to_owned(), column.to_owned()];
    let rows = vec![vec![bytes(Uuid::from_u128(9)), bytes(TENANT), Value::Text("a".into())]];
    let inserts = vec![Inserts { table: table.into(), columns, rows }];
    let body = Body { schema: 1, hlc: 1, at: 1, user: None, action: "test".into(), inserts, updates: vec![] };
    page_of(body.encode().expect("encodes"))
}

fn packed(plain: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(plain, 3).expect("packs")
}

fn still_works(house: &House, token: &str) {
    assert_eq!(raw::get(house.address, "/health").status, 200);
    let answer = raw::post(house.address, "/v1/push", Some(token), &packed(&page("patients", "full_name")));
    assert_eq!(answer.read::<PushReply>().your_seq, 1);
}

#[test]
fn a_body_that_unpacks_to_too_much_is_refused() {
    let house = House::open(Manner::default());
    let token = let_in(&house);
    let bomb = packed(&vec![0; 200 << 20]);
    assert!(bomb.len() < 64 << 10);
    let answer = raw::post(house.address, "/v1/push", Some(&token), &bomb);
    assert_eq!((answer.status, answer.refusal().code), (413, Code::HubRefused));
    // A question is small, unpacked as packed.
    let smaller = packed(&vec![0; 1 << 20]);
    assert!(smaller.len() < 1 << 10);
    for path in ["/v1/enrol", "/v1/token", "/v1/hello", "/v1/pull", "/v1/wait", "/v1/digest"] {
        let answer = raw::post(house.address, path, Some(&token), &smaller);
        assert_eq!(answer.status, 413, "{path}");
    }
    // A frame that asks for a window of 2 GB to unpack three bytes.
    let window = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x19, 0x00, 0x00, b'a', b'b', b'c'];
    assert_eq!(raw::post(house.address, "/v1/push", Some(&token), &window).status, 422);
    still_works(&house, &token);
}

#[test]
fn a_body_without_end_is_cut_where_the_limit_is() {
    let house = House::open(Manner::default());
    let mut stream = raw::connect(house.address);
    let head = "POST /v1/enrol HTTP/1.1\r\nHost: hub\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).expect("sends");
    let chunk = [b"1000\r\n".as_slice(), &[b'a'; 0x1000], b"\r\n"].concat();
    // 20 KB of what would never end; the limit is 16.
    for _ in 0..5 {
        stream.write_all(&chunk).expect("sends");
    }
    assert_eq!(raw::answer(&mut stream).status, 413);
}

#[test]
fn a_stranger_is_refused_before_the_body_is_sent() {
    let house = House::open(Manner::default());
    for path in ["/v1/push", "/v1/pull", "/v1/wait", "/v1/hello"] {
        for token in [None, Some("1.2.3"), Some("")] {
            let mut stream = raw::connect(house.address);
            stream.write_all(raw::head(path, token, 16 << 20).as_bytes()).expect("sends");
            assert_eq!(raw::answer(&mut stream).status, 401, "{path}");
        }
    }
}

#[test]
fn heads_have_a_limit() {
    let house = House::open(Manner::default());
    let many: String = (0..200).map(|index| format!("X-{index}: a\r\n")).collect();
    let long = format!("X-Long: {}\r\n", "a".repeat(200 << 10));
    for more in [many, long] {
        let mut stream = raw::connect(house.address);
        let _ = stream.write_all(format!("GET /health HTTP/1.1\r\nHost: hub\r\n{more}\r\n").as_bytes());
        assert_eq!(raw::answer(&mut stream).status, 431);
    }
}

#[test]
fn whoever_sends_too_slowly_is_let_go() {
    let patience = Patience { head: Duration::from_millis(300), silence: Duration::from_millis(300) };
    let house = House::open(Manner { patience, ..Manner::default() });
    let token = let_in(&house);
    // A body that stops in the middle.
    let mut stream = raw::connect(house.address);
    stream.write_all(raw::head("/v1/push", Some(&token), 1_000).as_bytes()).expect("sends");
    stream.write_all(b"half").expect("sends");
    assert_eq!(raw::answer(&mut stream).status, 408);
    // A head that never ends, and a line on which nothing is said: closed, with an answer or without.
    for begun in ["POST /v1/push HTTP/1.1\r\nHost: hub\r\n", ""] {
        let mut stream = raw::connect(house.address);
        stream.write_all(begun.as_bytes()).expect("sends");
        let ended = std::io::Read::read_to_end(&mut stream, &mut Vec::new());
        assert!(ended.is_ok(), "the hub holds the line: {ended:?}");
    }
    still_works(&house, &token);
}

#[test]
fn whatever_a_pc_sends_the_answer_is_a_refusal_and_never_a_fault() {
    let rates = Rates { address: Rate { at_once: 100_000, per_second: 1 }, ..Rates::default() };
    let rates = Rates { device: rates.address, guesses: rates.address, ..rates };
    let house = House::open(Manner { rates, ..Manner::default() });
    let token = let_in(&house);
    let good = page("patients", "full_name");
    let empty = |count: usize| {
        let sealed = || Sealed { seq: 1, signature: vec![].into(), body: vec![].into() };
        let commits = (0..count).map(|_| sealed()).collect();
        rmp_serde::to_vec(&Push { device: DEVICE, incarnation: 1, commits, hlcs: vec![0; count] }).expect("encodes")
    };
    let mut plains = vec![
        empty(1_000_000),
        empty(1),
        vec![],
        vec![0xc1],
        // Lists in lists, and lists and texts that claim to have four billion members.
        vec![0x91; 500_000],
        [&[0x94; 1][..], &[0xdd, 0xff, 0xff, 0xff, 0xff].repeat(4)].concat(),
        [&[0x94, 0xc4, 16][..], &[0; 16], &[1, 0xdd, 0xff, 0xff, 0xff, 0xff]].concat(),
        // A signed commit with such lists under a name that no commit has.
        page_of([b"\x81\xa1x".as_slice(), &[0x91; 100_000]].concat()),
        vec![0xc6, 0xff, 0xff, 0xff, 0xff],
        vec![0xdf, 0xff, 0xff, 0xff, 0xff],
    ];
    let mut noise = 7_u32;
    let mut below = |end: usize| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (noise >> 8) as usize % end
    };
    for _ in 0..300 {
        let mut plain = good.clone();
        for _ in 0..=below(4) {
            let at = below(plain.len());
            plain[at] = below(256) as u8;
        }
        // The signature must not be what saves the hub alone: some are cut, some are longer.
        match below(4) {
            0 => plain.truncate(below(plain.len())),
            1 => plain.extend_from_slice(&[0xff; 3]),
            _ => {}
        }
        plains.push(plain);
    }
    for (turn, plain) in plains.iter().enumerate() {
        let routes = ROUTES.iter().filter(|(method, _)| *method == "post");
        let chosen: Vec<&str> = routes.map(|(_, path)| *path).filter(|path| *path != "/v1/wait").collect();
        // Every route with the handful that is made by hand, one of them with each of the noise.
        let paths = if turn < 10 { chosen.clone() } else { vec!["/v1/push", chosen[turn % chosen.len()]] };
        for path in paths {
            for body in [packed(plain), plain.clone()] {
                let answer = raw::post(house.address, path, Some(&token), &body);
                assert!(answer.status < 500, "{path} answered {} to body {turn}", answer.status);
            }
        }
    }
    let refused = raw::post(house.address, "/v1/push", Some(&token), &packed(&plains[0]));
    assert_eq!((refused.status, refused.refusal().code), (422, Code::HubRefused));
    assert_eq!(raw::get(house.address, "/health").status, 200);
}

#[test]
fn tables_that_never_leave_a_pc_are_set_aside() {
    for (table, column) in [("hub_link", "address"), ("patients; DROP TABLE rows", "a"), ("patients", "full name")] {
        let house = House::open(Manner::default());
        let token = let_in(&house);
        let answer = raw::post(house.address, "/v1/push", Some(&token), &packed(&page(table, column)));
        // Kept and given a number, so that all PCs set the same commit aside; no row comes of it.
        assert_eq!(answer.read::<PushReply>().hub_seqs, [1], "{table}");
        assert_eq!(house.count("SELECT count(*) FROM quarantine"), 1, "{table}");
        assert_eq!(house.count("SELECT count(*) FROM rows"), 0, "{table}");
    }
}

#[test]
fn who_guesses_is_slowed_down_and_the_others_are_not() {
    let guesses = Rate { at_once: 5, per_second: 1 };
    let house = House::open(Manner { rates: Rates { guesses, ..Rates::default() }, ..Manner::default() });
    let guess = || {
        let request = EnrolRequest {
            protocol: PROTOCOL,
            code: "AAAABBBBCCCC".into(),
            device: DEVICE,
            public_key: vec![0; 32],
            name: String::new(),
            tenant: None,
            lane: None,
            app_version: String::new(),
        };
        raw::post(house.address, "/v1/enrol", None, &pack(&request).expect("packs"))
    };
    let held = (0..100).map(|_| guess()).find(|answer| answer.status == 429).expect("is slowed down");
    assert_eq!(held.refusal().code, Code::HubBusy);
    let wait: u64 = held.header("retry-after").expect("when to try again").parse().expect("seconds");
    assert!((1..=2).contains(&wait), "{wait}");
    assert_eq!(raw::get(house.address, "/health").status, 200);
}

#[test]
fn a_pc_that_asks_too_often_waits_and_goes_on() {
    let device = Rate { at_once: 1, per_second: 2 };
    let house = House::open(Manner { rates: Rates { device, ..Rates::default() }, ..Manner::default() });
    let pc = Pc::founder();
    pc.join(&house.address.to_string(), &house.code(For::NewClinic)).expect("joins");
    // One sync is several requests, more than are taken at once.
    assert!(pc.sync().expect("syncs").identical);
}

#[test]
fn a_browser_that_is_led_here_shows_and_keeps_nothing() {
    let house = House::open(Manner::default());
    for path in ["/health", "/openapi.json", "/nothing/here"] {
        let answer = raw::get(house.address, path);
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert!(answer.header("content-security-policy").is_some_and(|rule| rule.contains("default-src 'none'")));
        assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{path}");
    }
    let document: serde_json::Value =
        serde_json::from_slice(&raw::get(house.address, "/openapi.json").body).expect("JSON");
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(raw::get(house.address, "/metrics").status, 404, "figures have an address of their own");
}
