//! The hub's two stores side by side: the same questions have the same answers, whatever PCs send.

mod support;

use std::sync::Arc;

use neem_core::clock::{Clock, SystemEntropy};
use neem_core::ids::Instant;
use neem_core::sync::commit::{self, Body, GENESIS, GroupWrite, Inserts, Origin, SCHEMA, Sealed, SigningKey, Update};
use neem_core::sync::merge::StampId;
use neem_core::sync::protocol::{
    DigestRequest, EnrolRequest, HelloRequest, PROTOCOL, PullRequest, Push, Refusal, TokenRequest,
};
use neem_core::sync::value::Value;
use neem_core::{Code, keys::DatabaseKey};
use neem_hub::enrol::{self, For};
use neem_hub::store::{PostgresStore, SqliteStore, Store};
use neem_hub::{Hub, auth, pull, push};
use support::{Seeded, postgres};
use uuid::Uuid;

struct OneMoment;

/// 2026-11-21, and standing still, so that both hubs write the same times.
const NOW: i64 = 1_795_000_000_000;

impl Clock for OneMoment {
    fn now(&self) -> Instant {
        Instant(NOW)
    }
}

/// The two hubs, given everything alike.
struct Pair {
    hubs: [Hub; 2],
    _dir: tempfile::TempDir,
}

impl Pair {
    fn open() -> Pair {
        let dir = tempfile::tempdir().expect("a folder");
        let key = DatabaseKey::random(&SystemEntropy);
        let file = SqliteStore::open(&dir.path().join("hub.db"), &key, &SystemEntropy).expect("a file");
        let server = PostgresStore::open(&postgres::cluster().database(), &SystemEntropy).expect("a database");
        let stores: [Box<dyn Store>; 2] = [Box::new(file), Box::new(server)];
        let open = |store| Hub::new(store, Arc::new(OneMoment), Arc::new(SystemEntropy)).expect("a hub");
        let hubs = stores.map(open);
        Pair { hubs, _dir: dir }
    }

    /// Asks both, and insists that they say the same.
    fn both<T: std::fmt::Debug>(&self, what: &str, mut ask: impl FnMut(&Hub, usize) -> T) -> T {
        let [file, server] = [ask(&self.hubs[0], 0), ask(&self.hubs[1], 1)];
        let (left, right) = (format!("{file:?}"), format!("{server:?}"));
        if left != right {
            let at = left.bytes().zip(right.bytes()).take_while(|(left, right)| left == right).count();
            let part = |text: &str| text.chars().skip(at.saturating_sub(200)).take(400).collect::<String>();
            panic!("{what}: SQLite says …{}…, PostgreSQL …{}…", part(&left), part(&right));
        }
        file
    }

    fn enrol(&self, tenant: Option<Uuid>, own: Option<Uuid>, seed: &mut Seeded) -> Laptop {
        let id = seed.uuid();
        let key = SigningKey::from_bytes(&[seed.below(250) as u8 + 1; 32]);
        let request = |code: String| EnrolRequest {
            protocol: PROTOCOL,
            code,
            device: id,
            public_key: key.verifying_key().to_bytes().to_vec(),
            name: format!("PC {id}\0"),
            tenant: own,
            lane: Some("B".into()),
            app_version: "1.0".into(),
        };
        let purpose = tenant.map_or(For::NewClinic, For::Tenant);
        let mut replies = Vec::new();
        let _ = self.both("enrolling", |hub, _| {
            let code = enrol::new_code(hub, purpose).expect("a code").code;
            let reply = enrol::enrol(hub, &request(code.clone())).expect("enrols");
            let again = enrol::enrol(hub, &request(code)).map(|_| ());
            let twice = enrol::new_code(hub, purpose).expect("a code").code;
            let twice = enrol::enrol(hub, &request(twice)).map(|_| ());
            replies.push(reply.tenant);
            (reply.tenant, reply.lane, again, twice, enrol::tenants(hub).expect("tenants").len())
        });
        let tokens = [0, 1].map(|index| {
            let hub: &Hub = &self.hubs[index];
            let challenge = auth::challenge(hub).challenge;
            let signature = sign_bytes(&key, challenge.as_bytes());
            auth::token(hub, &TokenRequest { device: id, challenge, signature, app_version: "1.1\0".into() })
                .expect("a token")
                .token
        });
        let origin = Origin { device: id, incarnation: 1 };
        Laptop { tenant: replies[0], origin, key, tokens, seq: 0, hash: GENESIS, sent: Vec::new() }
    }
}

fn sign_bytes(key: &SigningKey, bytes: &[u8]) -> Vec<u8> {
    use ed25519_dalek::Signer;
    key.sign(bytes).to_bytes().to_vec()
}

/// A PC that says whatever a test wants it to.
struct Laptop {
    tenant: Uuid,
    origin: Origin,
    key: SigningKey,
    tokens: [String; 2],
    seq: u64,
    hash: [u8; 32],
    sent: Vec<Sealed<'static>>,
}

impl Laptop {
    fn sealed(&self, bodies: &[Vec<u8>]) -> (Vec<Sealed<'static>>, [u8; 32]) {
        let (mut seq, mut hash) = (self.seq, self.hash);
        let seal = |body: &Vec<u8>| {
            seq += 1;
            hash = commit::chain_hash(&hash, self.origin, seq, body);
            Sealed { seq, signature: commit::sign(&self.key, &hash).into(), body: body.clone().into() }
        };
        let commits = bodies.iter().map(seal).collect();
        (commits, hash)
    }

    fn push(&self, pair: &Pair, what: &str, of: Origin, commits: Vec<Sealed<'static>>) -> Result<(), Refusal> {
        let hlcs = vec![i64::MAX; commits.len()];
        let push = Push { device: of.device, incarnation: of.incarnation, commits, hlcs };
        let plain = rmp_serde::to_vec(&push).expect("encodes");
        pair.both(what, |hub, index| push::push(hub, &self.tokens[index], &plain)).map(|_| ())
    }

    /// What the PC means to say, and keeps if it is taken.
    fn say(&mut self, pair: &Pair, what: &str, bodies: &[Vec<u8>]) {
        let (commits, hash) = self.sealed(bodies);
        self.push(pair, what, self.origin, commits.clone()).expect("is taken");
        self.seq += commits.len() as u64;
        self.hash = hash;
        self.sent.extend(commits);
    }
}

/// Most are of a version that is not there yet: their rows can be of any shape, and merge like all others.
const TABLES: &[&str] = &["made_tomorrow", "made_later", "patients", "prescriptions", "made_soon"];
const GROUPS: &[&str] = &["status", "full_name", "notes", "made_tomorrow"];
const TEXTS: &[&str] = &["scheduled", "confirmed", "arrived", "cancelled", "no_show", "Sunita", "निम्बू", ""];

/// The rows of a clinic and which writes of them there have been.
#[derive(Default)]
struct Known {
    rows: Vec<(&'static str, Uuid, Vec<StampId>)>,
}

fn blob(id: Uuid) -> Value {
    Value::Blob(id.as_bytes().to_vec())
}

fn body(seed: &mut Seeded, inserts: Vec<Inserts>, updates: Vec<Update>) -> Vec<u8> {
    // From two hours ago to two hours ahead, which the hub moves back.
    let hlc = (NOW + (seed.below(240) as i64 - 120) * 60_000) << 16;
    let body = Body { schema: SCHEMA, hlc, at: NOW, user: None, action: "test".into(), inserts, updates };
    body.encode().expect("encodes")
}

/// A new row as any PC writes it, or with something about it that must not be.
fn insert(seed: &mut Seeded, known: &mut Known, tenant: Uuid) -> Inserts {
    let table = TABLES[seed.below(TABLES.len())];
    let wrong = seed.below(16);
    let id = match known.rows.get(seed.below(known.rows.len().max(1))) {
        Some((_, id, _)) if wrong == 0 => *id,
        _ => seed.uuid(),
    };
    let of = if wrong == 1 { seed.uuid() } else { tenant };
    let columns = ["id", "tenant_id", "status", "number"].map(str::to_owned).to_vec();
    let mut row = vec![blob(id), blob(of), Value::Text(TEXTS[seed.below(TEXTS.len())].into()), Value::Real(0.5)];
    if wrong == 2 {
        row[0] = Value::Null;
    }
    if wrong > 2 {
        known.rows.push((table, id, Vec::new()));
    }
    Inserts { table: table.into(), columns, rows: vec![row] }
}

fn update(seed: &mut Seeded, known: &mut Known, stamp: StampId) -> Option<Update> {
    let count = known.rows.len();
    let (table, row, stamps) = known.rows.get_mut(seed.below(count.max(1)))?;
    if *table == "prescriptions" && seed.below(8) > 0 {
        return None;
    }
    let group = if seed.below(16) == 0 { "tenant_id" } else { GROUPS[seed.below(GROUPS.len())] };
    let value = if seed.below(5) == 0 { Value::Null } else { Value::Text(TEXTS[seed.below(TEXTS.len())].into()) };
    let seen = stamps.iter().copied().filter(|_| seed.below(2) == 0).collect();
    stamps.push(stamp);
    let row = if seed.below(16) == 0 { seed.uuid() } else { *row };
    let groups = vec![GroupWrite { group: group.into(), seen, fields: vec![(group.into(), value)] }];
    Some(Update { table: (*table).into(), row, groups })
}

fn bodies(seed: &mut Seeded, known: &mut Known, laptop: &Laptop) -> Vec<Vec<u8>> {
    (1..=seed.below(6) as u64 + 1)
        .map(|number| {
            let stamp = laptop.origin.stamp(laptop.seq + number);
            let inserts = (0..seed.below(3)).map(|_| insert(seed, known, laptop.tenant)).collect();
            let updates = (0..seed.below(4)).filter_map(|_| update(seed, known, stamp)).collect();
            body(seed, inserts, updates)
        })
        .collect()
}

/// Everything that can be asked of a clinic.
fn compare(pair: &Pair, laptop: &Laptop, seed: &mut Seeded) {
    let tenant = laptop.tenant;
    // A token is of one hub, the two are none of each other's.
    let devices = [0, 1].map(|at| auth::bearer(&pair.hubs[at], &laptop.tokens[at]).expect("a token of this hub"));
    let head = pair.both("head", |hub, _| hub.store().read().expect("reads").head(tenant).expect("a head"));
    let (after, up_to) = (seed.below(head as usize + 2) as i64, seed.below(head as usize + 2) as i64);
    let (limit, bytes) = (seed.below(20) + 1, seed.below(4_000) + 1);
    let bucket = seed.below(256) as u8;
    let except = (seed.below(2) == 0).then_some(laptop.origin);
    let probe = |hub: &Hub| -> neem_hub::store::Result<String> {
        let mut tx = hub.store().snapshot()?;
        let tables = tx.tables(tenant)?;
        let mut rows = Vec::new();
        for table in &tables {
            let mut last = None;
            loop {
                let page = tx.rows_after(tenant, table, last, 7)?;
                let Some((id, _)) = page.last() else { break };
                last = Some(*id);
                let keys: Vec<(&str, Uuid)> = page.iter().map(|(id, _)| (table.as_str(), *id)).collect();
                let states = tx.rows(tenant, &keys)?;
                assert!(states.iter().zip(&page).all(|(found, (_, state))| found.as_ref() == Some(state)));
                rows.extend(page);
            }
            rows.extend(tx.rows_in_bucket(tenant, table, bucket)?);
        }
        let sums = tx.bucket_sums(tenant, &[])?;
        assert_eq!(tx.digest(tenant)?, neem_hub::store::totals(&sums));
        let absent = tx.rows(tenant, &[("patients", Uuid::max()), ("pat\0ients", Uuid::nil())])?;
        Ok(format!(
            "{:?}",
            (
                (tables, rows, sums, absent, tx.digest(tenant)?),
                (tx.bucket_sums(tenant, &["made_later", "made_tomorrow"])?, tx.quarantined(tenant)?),
                (tx.heads(tenant, up_to)?, tx.heads(tenant, i64::MAX)?),
                tx.page(tenant, after, except, limit, bytes)?,
                (tx.origin_head(tenant, laptop.origin)?, tx.incarnations(tenant, laptop.origin.device)?),
                (tx.tenant_of(laptop.origin.device)?, tx.entry(tenant, laptop.origin.device)?, tx.lanes(tenant)?),
            )
        ))
    };
    pair.both("the store", |hub, _| probe(hub).expect("answers"));
    pair.both("digest", |hub, at| pull::digest(hub, devices[at], &DigestRequest { pulled: after }).expect("a digest"));
    pair.both("devices", |hub, at| {
        let mut devices = enrol::devices(hub, devices[at]).expect("devices");
        devices.sort_by_key(|device| device.device);
        devices
    });
    pair.both("hello", |hub, at| {
        let request = HelloRequest { incarnation: 1, at: Some(after.unsigned_abs()), heads: true, last: 0 };
        let hello = pull::hello(hub, devices[at], &request).expect("hello");
        (hello.hub_seq, hello.your_seq, hello.your_hash, hello.incarnations, hello.heads)
    });
    pair.both("pull", |hub, at| {
        let plain = pull::pull(hub, devices[at], &PullRequest { after, incarnation: 1 }).expect("a page");
        let page: neem_core::sync::protocol::PullReply = rmp_serde::from_slice(&plain).expect("reads");
        (page.commits.len(), format!("{:?}", page.commits), page.cursor, page.hub_seq)
    });
}

#[test]
fn whatever_pcs_send_both_stores_answer_and_hold_the_same() {
    let mut refused = 0;
    let mut set_aside = 0;
    for number in 1..=5 {
        let mut seed = Seeded::new(number);
        let pair = Pair::open();
        let (one, two) = (seed.uuid(), seed.uuid());
        let mut laptops = vec![pair.enrol(None, Some(one), &mut seed), pair.enrol(None, Some(two), &mut seed)];
        laptops.push(pair.enrol(Some(one), None, &mut seed));
        laptops.push(pair.enrol(Some(one), Some(one), &mut seed));
        let mut known = [Known::default(), Known::default()];
        for _ in 0..70 {
            let index = seed.below(laptops.len());
            let clinic = usize::from(laptops[index].tenant == two);
            let before = known[clinic].rows.len();
            let bodies = bodies(&mut seed, &mut known[clinic], &laptops[index]);
            let laptop = &mut laptops[index];
            let (commits, _) = laptop.sealed(&bodies);
            let (own, said) = (laptop.origin, laptop.seq + commits.len() as u64);
            let mut refuse = |done: Result<(), Refusal>| refused += usize::from(done.is_err());
            match seed.below(14) {
                0 => {
                    let from = seed.below(laptop.sent.len() + 1);
                    refuse(laptop.push(&pair, "again", own, laptop.sent[from..].to_vec()));
                }
                1 => {
                    let from = seed.below(laptop.sent.len() + 1);
                    let both = laptop.sent[from..].iter().chain(&commits).cloned().collect();
                    if laptop.push(&pair, "again, and more", own, both).is_ok() {
                        laptop.say(&pair, "the more once more", &bodies);
                    }
                }
                2 if commits.len() > 1 => refuse(laptop.push(&pair, "a gap", own, commits[1..].to_vec())),
                3 if laptop.seq > 0 => {
                    let (seq, signature) = (seed.below(laptop.seq as usize) as u64 + 1, vec![0; 64]);
                    let fork = Sealed { seq, signature: signature.into(), body: bodies[0].clone().into() };
                    refuse(laptop.push(&pair, "a fork", own, vec![fork]));
                }
                4 => {
                    let mut forged = commits.clone();
                    forged.last_mut().expect("one").signature = vec![7; 64].into();
                    refuse(laptop.push(&pair, "a forged signature", own, forged));
                }
                5 if commits.len() > 1 => {
                    let mut backwards = commits.clone();
                    backwards.reverse();
                    refuse(laptop.push(&pair, "backwards", own, backwards));
                }
                6 => {
                    let noise = Sealed { seq: laptop.seq + 1, signature: vec![].into(), body: vec![0xc1].into() };
                    refuse(laptop.push(&pair, "noise", own, vec![noise]));
                }
                7 => {
                    // As a PC does that fills a restored hub again: commits of another one, here or elsewhere.
                    let other = seed.below(laptops.len());
                    let (of, sent) = (laptops[other].origin, laptops[other].sent.clone());
                    refuse(laptops[index].push(&pair, "of another PC", of, sent));
                }
                8 if seed.below(3) == 0 => {
                    laptop.origin.incarnation += 1;
                    (laptop.seq, laptop.hash) = (0, GENESIS);
                    laptop.sent.clear();
                }
                9 => refuse(laptop.push(&pair, "nothing", own, Vec::new())),
                _ => laptop.say(&pair, "a push", &bodies),
            }
            if laptops[index].seq < said {
                known[clinic].rows.truncate(before);
            }
            if seed.below(10) == 0 {
                compare(&pair, &laptops[index], &mut seed);
            }
        }
        for laptop in &laptops {
            compare(&pair, laptop, &mut seed);
            let mut tx = pair.hubs[1].store().read().expect("reads");
            set_aside += tx.quarantined(laptop.tenant).expect("a list").len();
        }
        let out = &laptops[2];
        pair.both("revoking", |hub, _| {
            let mut tx = hub.store().write().expect("writes");
            tx.revoke(out.tenant, out.origin.device, NOW).expect("revokes");
            tx.commit().expect("commits");
        });
        let refusal = out.push(&pair, "after revoking", out.origin, Vec::new()).expect_err("out");
        assert_eq!(refusal.code, Code::DeviceRevoked);
        compare(&pair, &laptops[0], &mut seed);
    }
    assert!(refused > 50 && set_aside > 20, "{refused} refused, {set_aside} set aside");
}
