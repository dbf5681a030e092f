//! Stories of `neem-hub` as it is installed: TLS, figures, its log, and its end.

mod support;

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use neem_core::Code;
use neem_core::sync::http::{self, HttpHub};
use neem_core::sync::pin;
use neem_core::sync::protocol::{Push, PushReply, WaitRequest, Woken, pack};
use neem_core::sync::reintroduce::reintroduce;
use neem_hub::tls::Tls;
use support::program::{Program, enroll};
use support::{Pc, raw};

#[test]
fn a_pc_knows_the_hub_by_its_key_from_the_first_contact_on() {
    let dir = tempfile::tempdir().expect("a folder");
    let hub = Program::start(dir.path(), "127.0.0.1:0", &["--tls"]);
    let address = hub.address.to_string();
    let code = enroll(dir.path(), &["--new"]);
    assert_eq!(code.split('-').count(), 7, "{code}");
    let pc = Pc::founder();

    // Somebody else answers: letters of another key in place of the hub's.
    let last = if code.ends_with('A') { "B" } else { "A" };
    let other = format!("{}{last}", &code[..code.len() - 1]);
    assert_eq!(pc.join(&address, &other).expect_err("another hub").code, Code::HubIdentityChanged);

    // Nothing was sent to it, so the code still works; typed without a scheme, or with the wrong one.
    pc.join(&format!("http://{address}"), &code).expect("joins");
    let known = pc.db.read(pin::kept).expect("reads").expect("a pin");
    assert!(pc.sync().expect("syncs").identical);

    // The certificate is renewed with the same key: the same hub.
    hub.stop();
    std::fs::remove_file(dir.path().join("tls-cert.pem")).expect("removes");
    let hub = Program::start(dir.path(), &address, &["--tls"]);
    pc.register("Sunita Deshpande");
    assert!(pc.sync().expect("syncs").identical);

    // Another key: not the hub that this PC knows, until a person says so with a code from it.
    hub.stop();
    std::fs::remove_file(dir.path().join("tls-key.pem")).expect("removes");
    let _hub = Program::start(dir.path(), &address, &["--tls"]);
    pc.register("Noura Qasim");
    assert_eq!(pc.sync().expect_err("another key").code(), Code::HubIdentityChanged);
    let typed = enroll(dir.path(), &[]);
    let client = || {
        let (id, key) = pc.key();
        HttpHub::new(http::parse_address(&address).expect("an address"), id, key, "test").expect("a client")
    };
    assert!(pc.wait(reintroduce(&pc.db, client(), &typed)).expect("is known again"));
    assert_ne!(pc.db.read(pin::kept).expect("reads"), Some(known));
    let report = pc.sync().expect("syncs");
    assert!(report.identical && report.sent > 0);
    // A code that brings no key along says nothing about who the hub is.
    assert!(!pc.wait(reintroduce(&pc.db, client(), &typed[..14])).expect("says nothing"));
}

#[test]
fn an_operators_own_certificate_is_known_by_its_key() {
    let (dir, theirs) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let pin = Tls::own(theirs.path()).expect("a certificate").pin;
    let file = |name: &str| theirs.path().join(name).display().to_string();
    let (certificate, key) = (file("tls-cert.pem"), file("tls-key.pem"));
    let hub = Program::start(dir.path(), "127.0.0.1:0", &["--tls-cert", &certificate, "--tls-key", &key]);
    let pc = Pc::founder();
    pc.join(&hub.address.to_string(), &enroll(dir.path(), &[])).expect("joins");
    assert_eq!(pc.db.read(pin::kept).expect("reads"), Some(pin));
    assert!(pc.sync().expect("syncs").identical);
    // Only its owner can read the key that the hub made.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&key).expect("the key").permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
}

#[test]
fn a_code_of_a_hub_without_tls_names_no_key() {
    let dir = tempfile::tempdir().expect("a folder");
    Program::start(dir.path(), "127.0.0.1:0", &["--tls"]).stop();
    let hub = Program::start(dir.path(), "127.0.0.1:0", &[]);
    let code = enroll(dir.path(), &[]);
    assert_eq!(code.split('-').count(), 3, "{code}");
    let pc = Pc::founder();
    pc.join(&hub.address.to_string(), &code).expect("joins");
    assert_eq!(pc.db.read(pin::kept).expect("reads"), None);
    assert!(pc.sync().expect("syncs").identical);
}

#[test]
fn asked_to_stop_in_the_middle_of_a_push_it_finishes_and_acknowledges_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let hub = Program::start(dir.path(), "127.0.0.1:0", &["--metrics", "127.0.0.1:0"]);
    let pc = Pc::founder();
    pc.join(&hub.address.to_string(), &enroll(dir.path(), &[])).expect("joins");
    pc.sync().expect("syncs");
    pc.register("Sunita Deshpande");
    let (device, key) = pc.key();
    let token = raw::token(hub.address, device, &key);

    let open = || figure(&hub, "neem_hub_connections");
    let before = open().expect("a figure");
    // Somebody waits for news, and a push is half on its way.
    let wait = pack(&WaitRequest { after: i64::MAX - 1 }).expect("packs");
    let mut waiting = raw::connect(hub.address);
    waiting.write_all(raw::head("/v1/wait", Some(&token), wait.len()).as_bytes()).expect("sends");
    waiting.write_all(&wait).expect("sends");
    let page = waiting_page(&pc);
    let mut pushing = raw::connect(hub.address);
    pushing.write_all(raw::head("/v1/push", Some(&token), page.len()).as_bytes()).expect("sends");
    pushing.write_all(&page[..page.len() / 2]).expect("sends");
    until("somebody waits", || figure(&hub, "neem_hub_waiting") == Some(1.0));
    until("both are in", || open() == Some(before + 2.0));

    hub.ask_to_stop();
    assert!(raw::answer(&mut waiting).read::<Woken>().hub_seq > 0, "who waits is let go");
    let address = hub.address;
    until("nobody new is let in", || TcpStream::connect(address).is_err());

    pushing.write_all(&page[page.len() / 2..]).expect("sends");
    let answer = raw::answer(&mut pushing);
    assert_eq!(answer.status, 200);
    let acknowledged = answer.read::<PushReply>().your_seq;
    assert!(hub.ended(Duration::from_secs(10)).success());

    // What it acknowledged is there.
    let hub = Program::start(dir.path(), &address.to_string(), &[]);
    let report = pc.sync().expect("syncs");
    assert!(report.identical && acknowledged > 0);
    hub.stop();
}

#[test]
fn asked_to_stop_while_a_sender_is_silent_it_stops_all_the_same() {
    let dir = tempfile::tempdir().expect("a folder");
    let hub = Program::start(dir.path(), "127.0.0.1:0", &["--metrics", "127.0.0.1:0"]);
    let mut silent = raw::connect(hub.address);
    silent.write_all(b"POST /v1/push HTTP/1.1\r\nHost: hub\r\n").expect("sends");
    until("it is in", || figure(&hub, "neem_hub_connections") == Some(1.0));
    hub.ask_to_stop();
    assert!(hub.ended(Duration::from_secs(10)).success());
}

#[test]
fn figures_count_the_work_and_the_log_tells_no_names() {
    let dir = tempfile::tempdir().expect("a folder");
    let hub = Program::start(dir.path(), "127.0.0.1:0", &["--metrics", "127.0.0.1:0"]);
    let pc = Pc::founder();
    let code = enroll(dir.path(), &[]);
    assert_eq!(pc.join(&hub.address.to_string(), "AAAA-BBBB-CCCC").expect_err("a guess").code, Code::CodeInvalid);
    pc.join(&hub.address.to_string(), &code).expect("joins");
    pc.sync().expect("syncs");
    for name in ["Sunita Deshpande", "Noura Qasim"] {
        pc.register(name);
        assert!(pc.sync().expect("syncs").identical);
    }
    assert_eq!(raw::post(hub.address, "/v1/push", Some("no token"), b"Sunita Deshpande").status, 401);
    raw::get(hub.address, "/Sunita%20Deshpande");

    assert!(figure(&hub, "neem_hub_pushes_total").is_some_and(|pushes| pushes >= 3.0));
    assert!(figure(&hub, "neem_hub_commits_total").is_some_and(|commits| commits >= 3.0));
    assert!(figure(&hub, "neem_hub_pushed_bytes_total").is_some_and(|bytes| bytes > 0.0));
    assert_eq!(figure(&hub, "neem_hub_quarantined"), Some(0.0));
    assert_eq!(figure(&hub, "neem_hub_requests_total{route=\"/v1/push\",status=\"401\"}"), Some(1.0));
    assert_eq!(figure(&hub, "neem_hub_requests_total{route=\"other\",status=\"404\"}"), Some(1.0));
    assert!(figure(&hub, "neem_hub_request_seconds_count{route=\"/v1/push\"}").is_some_and(|count| count >= 4.0));

    let figures = String::from_utf8(raw::get(hub.figures.expect("figures"), "/metrics").body).expect("text");
    let log = hub.log();
    assert!(log.contains("device enrolled") && log.contains("pushed"), "the log says what happens");
    let staff: Vec<String> = pc
        .db
        .read(|conn| {
            let sql = "SELECT full_name FROM profiles UNION SELECT email FROM users UNION SELECT phone FROM patients
                       UNION SELECT name FROM tenants UNION SELECT name FROM clinics";
            let mut statement = conn.prepare(sql)?;
            Ok(statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<Option<String>>>>()?)
        })
        .expect("reads")
        .into_iter()
        .flatten()
        .filter(|text| !text.is_empty())
        .collect();
    assert!(staff.len() > 4, "{staff:?}");
    let told = ["Sunita", "Deshpande", "Noura", "Qasim", "Kadamba", code.as_str(), &code.replace('-', "")];
    for secret in told.into_iter().map(str::to_owned).chain(staff) {
        assert!(!log.contains(&secret), "the log tells {secret:?}");
        assert!(!figures.contains(&secret), "the figures tell {secret:?}");
    }
    hub.stop();
}

/// What the PC would push next, as it would send it.
fn waiting_page(pc: &Pc) -> Vec<u8> {
    let (device, _) = pc.key();
    type Row = (u64, Vec<u8>, Vec<u8>, i64, u32);
    let rows: Vec<Row> = pc
        .db
        .read(|conn| {
            let sql = "SELECT seq, signature, body, hlc, incarnation FROM commits WHERE hub_seq IS NULL ORDER BY seq";
            let mut statement = conn.prepare(sql)?;
            let rows = statement.query_map([], |row| {
                Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .expect("reads");
    let sealed = |(seq, signature, body, ..): &Row| neem_core::sync::commit::Sealed {
        seq: *seq,
        signature: signature.clone().into(),
        body: body.clone().into(),
    };
    let incarnation = rows.first().expect("something waits").4;
    let hlcs = rows.iter().map(|row| row.3).collect();
    pack(&Push { device, incarnation, commits: rows.iter().map(sealed).collect(), hlcs }).expect("packs")
}

/// One line of `/metrics`.
fn figure(hub: &Program, name: &str) -> Option<f64> {
    let text = String::from_utf8(raw::get(hub.figures.expect("figures"), "/metrics").body).expect("text");
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
}

/// Asks again until it is so; ten seconds are far more than it takes.
fn until(what: &str, so: impl Fn() -> bool) {
    let began = std::time::Instant::now();
    while !so() {
        assert!(began.elapsed() < Duration::from_secs(10), "not in time: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
