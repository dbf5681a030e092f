//! Writes what the fuzz targets begin with: what the clinic of `world.rs` really says, and what people
//! really type, a folder for each target in the folder SEEDS. Built as a target, because what is
//! instrumented can only be linked with libFuzzer.
#![no_main]

use std::path::PathBuf;

use libfuzzer_sys::fuzz_target;
use neem_core::clock::Entropy;
use neem_core::keys::{DatabaseKey, KeyFile};
use neem_core::sync::devices::{
    DeviceRequest, KeyRenewal, ReleaseRequest, RenewRequest, Standing, TakeOutRequest, VerdictRequest,
};
use neem_core::sync::engine;
use neem_core::sync::protocol::{BucketsRequest, EnrolRequest, NewCodeRequest, RowsRequest, TokenRequest, WaitRequest};
use neem_core::sync::shallow;
use neem_core::sync::snapshot::{Beginning, Chunk, Far, TableRows};
use neem_core::transfer::export_tenant;
use neem_fuzz::line::{Heard, Line, at_once};
use neem_fuzz::world::{self, BEHIND, FIRST, NEW, NOW, Seeded, World};
use neem_hub::enrol::{self, For};
use neem_hub::routes::ROUTES;
use serde::Serialize;
use serde_json::Value as Json;

struct Seeds {
    folder: PathBuf,
    count: usize,
}

impl Seeds {
    fn put(&mut self, target: &str, head: &[u8], bytes: &[u8]) {
        let folder = self.folder.join(target);
        std::fs::create_dir_all(&folder).expect("a folder");
        self.count += 1;
        std::fs::write(folder.join(format!("seed-{:04}", self.count)), [head, bytes].concat()).expect("writes");
    }
}

/// Everything that goes over the line in one honest sync of a PC.
fn heard(which: usize, far: Far) -> Vec<Heard> {
    let world = World::get();
    let (running, db) = (world.hub(), world.pc(which));
    let line = Line::listening(&running.router);
    let client = world::client(&db, &line);
    at_once(engine::sync_or_take_over(&db, &client, &|_| {}, far)).expect("ends").expect("syncs");
    line.heard.take()
}

fn route(path: &str) -> u8 {
    let mut posted = ROUTES.iter().filter(|(method, _)| *method == "post");
    posted.position(|(_, known)| known.trim_start_matches('/') == path).expect("a route") as u8
}

fn encoded(value: &impl Serialize) -> Vec<u8> {
    rmp_serde::to_vec(value).expect("encodes")
}

fn wire(seeds: &mut Seeds) {
    let conversations = [
        (0, BEHIND, Far::default()),
        (1, BEHIND, Far { new: 0, behind: 0 }),
        (2, NEW, Far::default()),
        (3, NEW, Far { new: 0, behind: 0 }),
    ];
    for (who, which, far) in conversations {
        let mut at = 0u8;
        for Heard { path, request, status, answer } in heard(which, far) {
            seeds.put("hub_requests", &[route(&path), 1], &request);
            if path == "v1/push" {
                seeds.put("commit", &[3], &request);
            }
            if matches!(path.as_str(), "v1/challenge" | "v1/token") {
                continue;
            }
            if status == 200 {
                seeds.put("hostile_hub", &[who, at, 255], &answer);
            }
            let kind = match path.as_str() {
                "v1/pull" => 3,
                _ => 2,
            };
            seeds.put("commit", &[kind], &answer);
            at += 1;
            let rows = match path.as_str() {
                "v1/snapshot" => shallow::from_slice::<Beginning>(&answer).ok().map(|part| part.rows.into_owned()),
                "v1/chunk" => shallow::from_slice::<Chunk>(&answer).ok().map(|part| part.rows.into_owned()),
                _ => None,
            };
            let Some(rows) = rows else { continue };
            seeds.put("commit", &[2], &rows);
            for part in shallow::from_slice::<Vec<TableRows>>(&rows).expect("rows") {
                for (_, state) in part.rows.iter().take(2) {
                    seeds.put("commit", &[1], &state.0);
                }
            }
        }
    }
}

fn requests(seeds: &mut Seeds) {
    let world = World::get();
    let (running, db) = (world.hub(), world.pc(FIRST));
    let (device, key) = db.read(engine::credentials).expect("credentials");
    let (other, _) = world.pc(BEHIND).read(engine::credentials).expect("credentials");
    let user = world.staff.admin.0;
    let code = enrol::new_code(&running.hub, For::Tenant(world.staff.tenant.0)).expect("a code").code;
    let new = neem_core::sync::commit::SigningKey::from_bytes(&[5; 32]);
    let verdict = VerdictRequest::signed(device, vec![1; 32], &key);
    let signature = verdict.signature.clone();
    let public_key = key.verifying_key().to_bytes().to_vec();
    let renewal = KeyRenewal::signed(device, &key, &new);
    let enrolment = EnrolRequest {
        protocol: 1,
        code: code.clone(),
        device: uuid::Uuid::from_u128(7),
        public_key,
        name: "PC 9".into(),
        tenant: Some(world.staff.tenant.0),
        lane: Some("Q".into()),
        app_version: "1".into(),
    };
    let challenge = "1772422260000.00.11".to_owned();
    let token = TokenRequest { device, challenge, signature, app_version: "1".into() };
    let all: Vec<(&str, Vec<u8>)> = vec![
        ("v1/enrol", encoded(&enrolment)),
        ("v1/token", encoded(&token)),
        ("v1/renew", encoded(&RenewRequest { device, renewals: vec![renewal] })),
        ("v1/verdict", encoded(&verdict)),
        ("v1/release", encoded(&ReleaseRequest { code, device: other, nonce: vec![1; 32] })),
        ("v1/codes", encoded(&NewCodeRequest { user })),
        ("v1/take-out", encoded(&TakeOutRequest { user, device: other, standing: Standing::Drained })),
        ("v1/let-in", encoded(&DeviceRequest { user, device: other })),
        ("v1/ask-renewal", encoded(&DeviceRequest { user, device: other })),
        ("v1/devices", encoded(&())),
        ("v1/wait", encoded(&WaitRequest { after: 0 })),
        ("v1/buckets", encoded(&BucketsRequest { tables: vec!["patients".into()] })),
        ("v1/rows", encoded(&RowsRequest { table: "patients".into(), bucket: 3 })),
    ];
    for (path, body) in all {
        seeds.put("hub_requests", &[route(path), 1], &body);
        seeds.put("hub_requests", &[route(path), 0], &zstd::bulk::compress(&body, 3).expect("packs"));
    }
    let shown = world::token(&running, &db);
    seeds.put("hub_requests", &[route("v1/hello"), 7], &[shown.as_bytes(), b"\n\x94\x01\xc0\xc2\x00"].concat());
}

fn commits(seeds: &mut Seeds) {
    let bodies = World::get().pc(FIRST).read(|conn| {
        let mut statement = conn.prepare("SELECT body FROM commits ORDER BY id")?;
        Ok(statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?.collect::<rusqlite::Result<Vec<_>>>()?)
    });
    for body in bodies.expect("reads") {
        seeds.put("commit", &[0], &body);
        seeds.put("hub_push", &[0], &body);
    }
    let random = Seeded::new(77);
    for length in [64, 128, 256, 512, 1024, 2048] {
        for _ in 0..6 {
            let mut bytes = vec![0; length];
            random.fill(&mut bytes);
            seeds.put("hub_push", &[1], &bytes);
        }
    }
}

fn clinic(seeds: &mut Seeds) {
    let mut out = Vec::new();
    let db = World::get().pc(FIRST);
    db.read(|conn| export_tenant(conn, &mut out, NOW)).expect("goes out");
    let text = String::from_utf8(out).expect("text");
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    seeds.put("tenant_import", &[0], text.as_bytes());
    seeds.put("tenant_import", &[1], lines[..lines.len() - 1].concat().as_bytes());
    for wanted in [
        &["tenants", "clinics"][..],
        &["tenants", "clinics", "users", "profiles", "role_grants"],
        &["tenants", "clinics", "patients", "vitals", "allergies"],
        &["patients"],
    ] {
        let mut header: Json = serde_json::from_str(lines[0]).expect("a header");
        let tables = header["tables"].as_array_mut().expect("tables");
        tables.retain(|table| wanted.contains(&table["name"].as_str().unwrap_or_default()));
        let rows = lines[1..lines.len() - 1]
            .iter()
            .filter(|line| wanted.iter().any(|name| line.starts_with(&format!("[\"{name}\""))));
        let file = format!("{header}\n{}", rows.copied().collect::<String>());
        seeds.put("tenant_import", &[1], file.as_bytes());
    }
}

fn keys(seeds: &mut Seeds) {
    let key = DatabaseKey::random(&Seeded::new(5));
    let ring = KeyFile::in_keyring(&key, "neem-1".into());
    seeds.put("key_file", &[0], &serde_json::to_vec(&ring).expect("writes"));
    let wrapped = KeyFile::with_passphrase(&key, "mango season in june", &Seeded::new(6)).expect("wraps");
    let mut json = serde_json::to_value(&wrapped).expect("writes");
    seeds.put("key_file", &[0], json.to_string().as_bytes());
    json["kept"]["memory_kib"] = 64.into();
    seeds.put("key_file", &[0], json.to_string().as_bytes());
    let locked = serde_json::json!({ "check": json["check"], "kept": { "in": "locked_out",
        "device": uuid::Uuid::from_u128(3), "address": "https://hub.example:7300/", "pin": "0".repeat(64),
        "nonce": vec![1; 32], "at": "2026-03-02T03:30:00.000Z", "by": "Nikhil Sathe", "waiting": 2,
        "account": "neem-1", "cipher_nonce": vec![2; 24], "sealed": vec![3; 64] } });
    seeds.put("key_file", &[0], locked.to_string().as_bytes());
    seeds.put("key_file", &[3], b"K7QM-2P9X-4TBD-AAAA-BBBB-CCCC-DDDD");
    seeds.put("key_file", &[3], key.to_hex().as_bytes());
}

fn texts(seeds: &mut Seeds) {
    let csv = [
        "Patient Name,Date of Birth,Sex,Mobile No,City\nSunita Deshpande,12/03/1980,F,98220 12345,Pune\nAmit,1990,male,,\n",
        "Nome completo;Data de nascimento;Sexo;Telefone\n\"Ana; Maria\";1999-01-31 00:00;f;+55 11 91234-5678\n",
        "الاسم\tتاريخ الميلاد\tالجنس\nنورة\t١٢/٣/١٩٨٠\tأنثى\n",
        "given name,family name,age,blood group,height,weight,email\nA,B,34,O+,170,65.5,a@b.example\n\"x\ny\",z,7,AB neg,,,\n",
    ];
    for (how, text) in csv.iter().enumerate() {
        seeds.put("patient_csv", &[how as u8, 1], text.as_bytes());
        seeds.put("patient_csv", &[how as u8 + 4, 3], text.as_bytes());
    }
    let searched = [
        "sunita",
        "Sunita 12/3/1980",
        "98220 12345",
        "A10001",
        "José Ávila",
        "नूरा",
        "\"x\" OR name:*",
        "NEAR(a b)",
        "Dr Farah",
        "SUP-12",
        "para 650 1 tab tds 5d",
        "a-b {name}: ^x",
        "सुनीता देशपांडे",
        "نورة الحسن",
        "O'Brien",
    ];
    for text in searched {
        seeds.put("search", &[0], text.as_bytes());
        seeds.put("typed", &[4], text.as_bytes());
        seeds.put("typed", &[2], text.as_bytes());
    }
    for text in ["12/3/1980", "१२ मार्च 1980", "12 Mar 1980", "1980-03-12", "3/1980", "1980"] {
        seeds.put("typed", &[0], text.as_bytes());
    }
    for text in ["1,20,000.00", "Rs. 350", "₹ 350,50", "1'234.50", "३५०", "Rp 1.250.000", ".50"] {
        seeds.put("typed", &[1], text.as_bytes());
    }
    for text in ["+91 98220 12345", "(11) 91234-5678", "a.b@clinic.example", "Asia/Kolkata", "inr"] {
        seeds.put("typed", &[2], text.as_bytes());
    }
    for at in [0, NOW.0, 8_210_266_876_799_999, -8_334_601_228_800_000, i64::MAX, i64::MIN] {
        seeds.put("typed", &[3], &at.to_le_bytes());
    }
    for text in ["192.168.1.5:7300", "https://hub.example/neem/", "[::1]:7300"] {
        seeds.put("typed", &[4], text.as_bytes());
    }
    for text in ["\"2026-03-02\"", "\"+262142-12-31\"", "\"2026-03-02T03:30:00.000Z\"", "\"9999-12-31T23:59:60+14:00\""]
    {
        seeds.put("typed", &[5], text.as_bytes());
    }
    let rules = [
        "FREQ=WEEKLY;INTERVAL=2",
        "RRULE:FREQ=MONTHLY;BYDAY=1SA",
        "FREQ=DAILY;COUNT=2",
        "FREQ=DAILY;UNTIL=20261103T220000Z",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;WKST=SU",
        "FREQ=MONTHLY;BYSETPOS=-1;BYDAY=MO,TU",
        "FREQ=YEARLY;BYYEARDAY=366;INTERVAL=4",
    ];
    for (zone, rule) in rules.iter().enumerate() {
        seeds.put("recurrence", &[zone as u8, 0, 0], rule.as_bytes());
        seeds.put("recurrence", &[zone as u8, 7, 200], rule.as_bytes());
    }
    let papers: [&[u8]; 7] = [
        b"%PDF-1.7\n\x00\xff",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"\xff\xd8\xff\xe0JFIF",
        b"RIFF\x24\x00\x00\x00WEBPVP8 ",
        "name;phone\r\nनूरा;55501\r\n".as_bytes(),
        b"a\tb\n\"c\nd\"\te\n",
        "plain words é\u{c}".as_bytes(),
    ];
    for paper in papers {
        seeds.put("papers", &[2, 8], &[b"scan.pdf".as_slice(), paper].concat());
        seeds.put("papers", &[0, 12], &[b"../con.tar.g".as_slice(), paper].concat());
    }
}

fn all() {
    let folder = std::env::var_os("SEEDS").map_or_else(|| "seeds".into(), PathBuf::from);
    let mut seeds = Seeds { folder, count: 0 };
    wire(&mut seeds);
    requests(&mut seeds);
    commits(&mut seeds);
    clinic(&mut seeds);
    keys(&mut seeds);
    texts(&mut seeds);
    let _ = std::fs::remove_dir_all(World::get().folder());
    println!("{} seeds", seeds.count);
}

fuzz_target!(
    init: {
        all();
        // There is nothing to be fuzzed here.
        let done: fn() = || std::process::exit(0);
        done();
    },
    |_nothing: &[u8]| {}
);
