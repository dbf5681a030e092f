//! A PC of the clinic with a program that does what none should: it changes an issued prescription.

use std::path::Path;
use std::sync::Arc;

use neem_core::clock::{self, SystemClock, SystemEntropy};
use neem_core::db::ThisDevice;
use neem_core::ids::{DeviceId, TenantId};
use neem_core::keys::DatabaseKey;
use neem_core::sync::commit::{self, Body, GroupWrite, Origin, SCHEMA, Sealed, SigningKey, Update};
use neem_core::sync::engine;
use neem_core::sync::http::{self, HttpHub};
use neem_core::sync::protocol::{EnrolRequest, HubApi, PROTOCOL, Push};
use neem_core::sync::value::Value;
use neem_core::{Actor, Db, tenancy};
use uuid::Uuid;

/// Joins the clinic with a code and pushes its change, as the doctor who signed the sheet.
pub async fn changes_a_prescription(folder: &Path, address: &str, code: &str) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let key = DatabaseKey::random(&SystemEntropy);
    let db = Db::open(&folder.join("stray.db"), &key, Arc::new(SystemClock), Arc::new(SystemEntropy)).expect("opens");
    let base = http::parse_address(address).expect("an address");
    let (device, secret) = (clock::new_id(db.now(), &SystemEntropy), [7; 32]);
    let key = SigningKey::from_bytes(&secret);
    let name = "Old laptop";
    let request = EnrolRequest {
        protocol: PROTOCOL,
        code: code.to_owned(),
        device,
        public_key: key.verifying_key().to_bytes().to_vec(),
        name: name.into(),
        tenant: None,
        lane: None,
        app_version: "test".into(),
    };
    let reply = http::enrol(&base, &request).await.expect("enrols").reply;
    let (id, tenant, lane) = (DeviceId(device), TenantId(reply.tenant), reply.lane.clone());
    let this = ThisDevice { id, tenant, clinic: None, name: name.into(), lane, demo: true };
    db.enrol_as(this, &secret).expect("enrols");
    db.write_local(|conn| engine::connect(conn, base.as_str(), reply.hub, reply.epoch)).expect("connects");
    let hub = HttpHub::new(base, device, key.clone(), "test").expect("a client");
    engine::sync(&db, &hub, &|_| {}).await.expect("fetches");
    db.write(Actor::System, "join_clinic", tenancy::introduce_device).expect("introduces itself");
    engine::sync(&db, &hub, &|_| {}).await.expect("sends");

    let (sheet, doctor): (Uuid, Option<Uuid>) = db
        .read(|conn| {
            let sql = "SELECT prescriptions.id, user_id FROM prescriptions JOIN providers ON providers.id = provider_id LIMIT 1";
            Ok(conn.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?)
        })
        .expect("a sheet");
    let (seq, head, hlc): (i64, Vec<u8>, i64) = db
        .read(|conn| {
            let sql = "SELECT seq, head_hash, hlc FROM this_device";
            Ok(conn.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?)
        })
        .expect("its log");
    let write = GroupWrite {
        group: "advice".into(),
        seen: vec![],
        fields: vec![("advice".to_owned(), Value::Text("Twice as much".into()))],
    };
    let updates = vec![Update { table: "prescriptions".into(), row: sheet, groups: vec![write] }];
    let (action, at) = ("issue_prescription".to_owned(), db.now().0);
    let body = Body { schema: SCHEMA, hlc: hlc + 1, at, user: doctor, action, inserts: vec![], updates };
    let (seq, body) = (seq.unsigned_abs() + 1, body.encode().expect("encodes"));
    let hash = commit::chain_hash(&head, Origin { device, incarnation: 1 }, seq, &body);
    let sealed = Sealed { seq, signature: commit::sign(&key, &hash).into(), body: body.into() };
    let push = Push { device, incarnation: 1, commits: vec![sealed], hlcs: vec![i64::MAX] };
    hub.push(rmp_serde::to_vec(&push).expect("encodes")).await.expect("taken, and set aside");
}
