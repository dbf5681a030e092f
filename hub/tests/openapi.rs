//! The document says what the hub serves, and its schemas are what travels.

use std::collections::BTreeSet;

use neem_core::error::Code;
use neem_core::sync::devices::*;
use neem_core::sync::digest::{BucketSum, Digest};
use neem_core::sync::protocol::*;
use neem_core::sync::snapshot::{Base, Beginning, Chunk, ChunkRequest, TableRows};
use neem_hub::routes::ROUTES;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

fn document() -> Value {
    serde_json::from_str(include_str!("../openapi.json")).expect("JSON")
}

#[test]
fn every_route_is_described_and_nothing_else() {
    let document = document();
    let paths = document["paths"].as_object().expect("paths");
    let described: BTreeSet<(&str, &str)> = paths
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().expect("methods").keys().map(move |method| (method.as_str(), path.as_str()))
        })
        .collect();
    assert_eq!(described, ROUTES.iter().copied().collect());
}

#[test]
fn every_reference_leads_to_a_schema_and_every_schema_is_referred_to() {
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| match value {
                Value::String(target) if key == "$ref" => {
                    found.insert(target.rsplit('/').next().expect("a name").to_owned());
                }
                other => references(other, found),
            }),
            Value::Array(list) => list.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    assert_eq!(found, schemas.keys().cloned().collect());
}

/// The fields of a structure in the order in which they travel.
fn fields(value: &impl Serialize) -> Vec<String> {
    let text = serde_json::to_string(value).expect("JSON");
    let names = serde_json::from_str::<Value>(&text).expect("JSON").as_object().expect("fields").clone();
    let mut placed: Vec<(usize, String)> =
        names.keys().map(|name| (text.find(&format!("\"{name}\":")).expect("its place"), name.clone())).collect();
    placed.sort();
    placed.into_iter().map(|(_, name)| name).collect()
}

#[test]
fn schemas_are_what_travels() {
    let (id, text) = (Uuid::nil(), String::new);
    let sealed = || neem_core::sync::commit::Sealed { seq: 1, signature: vec![1].into(), body: vec![1].into() };
    let head = OriginHead { device: id, incarnation: 1, seq: 1 };
    let enrol = EnrolRequest {
        protocol: PROTOCOL,
        code: text(),
        device: id,
        public_key: vec![],
        name: text(),
        tenant: None,
        lane: None,
        app_version: text(),
    };
    let hello =
        Hello { epoch: id, hub_seq: 0, your_seq: 0, your_hash: vec![], incarnations: 0, heads: vec![head], you: None };
    let device = HubDevice {
        device: id,
        name: text(),
        lane: text(),
        last_seen: None,
        behind: 0,
        app_version: text(),
        standing: Standing::In,
        out_at: None,
        out_by: None,
        locked_at: None,
        owes: 0,
        renewal_asked: false,
    };
    let you = You { standing: Standing::In, public_key: vec![], renew_key: false, hub_key: vec![] };
    let pulled = || Pulled { device: id, incarnation: 1, hub_seq: 1, hlc: 1, sealed: sealed(), aside: None };
    let token = TokenRequest { device: id, challenge: text(), signature: vec![], app_version: text() };
    let base = || Base { device: id, incarnation: 1, seq: 1, hash: vec![] };
    let (hash, rows) = (vec![], std::borrow::Cow::Borrowed(&[][..]));
    let beginning =
        Beginning { epoch: id, hub_seq: 0, tables: vec![], origins: vec![base()], hash: vec![], rows: rows.clone() };
    let chunk = Chunk { epoch: id, hub_seq: 0, last: true, hash, rows };
    let travelling = [
        ("EnrolRequest", fields(&enrol)),
        ("EnrolReply", fields(&EnrolReply { hub: id, epoch: id, tenant: id, lane: text() })),
        ("Challenge", fields(&Challenge { challenge: text() })),
        ("TokenRequest", fields(&token)),
        ("Token", fields(&Token { token: text() })),
        ("HelloRequest", fields(&HelloRequest { incarnation: 1, at: None, heads: true, last: 0 })),
        ("OriginHead", fields(&head)),
        ("Hello", fields(&hello)),
        ("Sealed", fields(&sealed())),
        ("Push", fields(&Push { device: id, incarnation: 1, commits: vec![], hlcs: vec![] })),
        ("PushReply", fields(&PushReply { your_seq: 0, hub_seqs: vec![], clamped: vec![], quarantined: vec![] })),
        ("BucketsRequest", fields(&BucketsRequest { tables: vec![] })),
        ("BucketSum", fields(&BucketSum { table: text(), bucket: 0, sum: [0; 16], rows: 0 })),
        ("Buckets", fields(&Buckets { hub_seq: 0, sums: vec![] })),
        ("RowsRequest", fields(&RowsRequest { table: text(), bucket: 0 })),
        ("Rows", fields(&Rows { hub_seq: 0, rows: vec![] })),
        ("PullRequest", fields(&PullRequest { after: 0, incarnation: 1 })),
        ("Pulled", fields(&pulled())),
        ("PullReply", fields(&PullReply { epoch: id, commits: vec![], cursor: 0, hub_seq: 0 })),
        ("WaitRequest", fields(&WaitRequest { after: 0 })),
        ("Woken", fields(&Woken { hub_seq: 0 })),
        ("Base", fields(&base())),
        ("Beginning", fields(&beginning)),
        ("ChunkRequest", fields(&ChunkRequest { table: text(), after: None })),
        ("Chunk", fields(&chunk)),
        ("TableRows", fields(&TableRows { table: text(), rows: vec![] })),
        ("DigestRequest", fields(&DigestRequest { pulled: 0 })),
        ("HubDigest", fields(&HubDigest { hub_seq: 0, digest: Digest::default() })),
        ("HubDevice", fields(&device)),
        ("NewCodeRequest", fields(&NewCodeRequest { user: id })),
        ("NewCode", fields(&NewCode { code: text(), expires_at: 0, seconds: 0 })),
        ("You", fields(&you)),
        ("TakeOutRequest", fields(&TakeOutRequest { user: id, device: id, standing: Standing::Out })),
        ("DeviceRequest", fields(&DeviceRequest { user: id, device: id })),
        ("LetIn", fields(&LetIn { code: None })),
        ("VerdictRequest", fields(&VerdictRequest { device: id, nonce: vec![], signature: vec![] })),
        ("Verdict", fields(&Verdict { word: vec![], signature: vec![] })),
        ("ReleaseRequest", fields(&ReleaseRequest { code: text(), device: id, nonce: vec![] })),
        ("Release", fields(&Release { release: vec![] })),
        ("KeyRenewal", fields(&KeyRenewal { old_key: vec![], new_key: vec![], signature: vec![] })),
        ("RenewRequest", fields(&RenewRequest { device: id, renewals: vec![] })),
        ("Refusal", fields(&Refusal::new(Code::Internal, ""))),
    ];
    let document = document();
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    for (name, fields) in &travelling {
        let items = schemas[*name]["prefixItems"].as_array().expect("fields");
        let titles: Vec<&str> = items.iter().map(|item| item["title"].as_str().expect("a name")).collect();
        assert_eq!(titles, *fields, "{name}");
    }
    let structures = schemas.iter().filter(|(_, schema)| schema.get("prefixItems").is_some());
    assert_eq!(structures.count(), travelling.len());
    let bytes = rmp_serde::to_vec(&pulled()).expect("encodes");
    assert_eq!(bytes[0], 0x96, "a structure travels as an array of its fields");
}
