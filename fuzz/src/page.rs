//! Whatever a hub answers, a PC neither falls over nor loses anything, and can be worked with.

use std::cell::{Cell, RefCell};

use arbitrary::{Result, Unstructured};
use neem_core::sync::Table;
use neem_core::sync::commit::Origin;
use neem_core::sync::engine;
use neem_core::sync::protocol::*;
use neem_core::{Actor, Code, Db};
use uuid::Uuid;

use super::bodies::{self, Stuff};
use super::fixture::{Desk, TEMPLATE, check_sums, count, sealed, wait};

/// A hub that says what the bytes say, and hangs up when they are at an end.
struct Liar<'a> {
    u: RefCell<Unstructured<'a>>,
    /// The room's last commit that was given out, and the hub's number for it.
    given: Cell<(u64, [u8; 32], i64)>,
    /// Where the last page began, and how often it began there.
    asked: Cell<(i64, u32)>,
}

/// So many inputs for one PC.
const PER_DESK: u32 = 64;

thread_local! {
    static DESK: RefCell<Option<Desk>> = const { RefCell::new(None) };
}

pub fn page(bytes: &[u8]) {
    DESK.with_borrow_mut(|slot| {
        let desk = slot.get_or_insert_with(|| TEMPLATE.desk());
        desk.used += 1;
        told(&desk.db, bytes);
        desk.check();
        if desk.used >= PER_DESK || !is_ordinary(&desk.db) {
            check_sums(&desk.db, Table::ALL);
            *slot = None;
        }
    });
}

fn told(db: &Db, bytes: &[u8]) {
    let own = "SELECT count(*) FROM commits WHERE device = (SELECT device_id FROM this_device)";
    // Something that waits to be sent.
    write(db);
    let (before, rows) = (count(db, own), count(db, "SELECT count(*) FROM patients"));
    let hub = Liar { u: RefCell::new(Unstructured::new(bytes)), given: Cell::new(given(db)), asked: Cell::default() };
    let _ = wait(engine::sync(db, &hub, &|_| {}));
    assert_eq!(count(db, own), before, "a PC lost its own commits");
    assert!(count(db, "SELECT count(*) FROM patients") >= rows, "patients went missing");
    assert_eq!(count(db, "SELECT count(*) FROM pragma_foreign_key_check"), 0, "a row without its parent");
    write(db);
}

/// The last commit of the room that the PC has, and the hub's number up to which it has fetched.
fn given(db: &Db) -> (u64, [u8; 32], i64) {
    let sql = "SELECT seq, hash, (SELECT pulled FROM hub_link) AS pulled FROM commits
               WHERE device = ?1 AND incarnation = 1 ORDER BY seq DESC LIMIT 1";
    db.read(|conn| {
        Ok(conn.query_row(sql, [TEMPLATE.room.device], |row| {
            Ok((row.get::<_, i64>("seq")?.unsigned_abs(), row.get("hash")?, row.get("pulled")?))
        })?)
    })
    .expect("the room is known")
}

/// Whether nothing has happened to the PC that would turn the next inputs into others.
fn is_ordinary(db: &Db) -> bool {
    let odd = "SELECT (SELECT incarnation <> 1 OR hlc >> 16 > 1795165300000 FROM this_device)
                    + (SELECT pulled > 1000000 OR pulled < 0 FROM hub_link)
                    + (SELECT count(*) FROM commits WHERE seq < 0 OR seq > 1000000)";
    let link = db.read(engine::link).expect("reads").expect("a hub");
    count(db, odd) == 0 && link.epoch == TEMPLATE.epoch
}

fn write(db: &Db) {
    db.write(Actor::System, "test", |tx| {
        Ok(tx.execute("UPDATE clinics SET address = address || '.' WHERE deleted_at IS NULL", [])?)
    })
    .expect("the PC can be worked with");
}

impl<'a> Liar<'a> {
    /// The next answer; a refusal at the end of the bytes, so that every sync ends.
    fn say<T>(&self, what: impl FnOnce(&mut Unstructured<'a>) -> Result<T>) -> Result<T, Refusal> {
        let mut u = self.u.borrow_mut();
        let hung_up = || Refusal::new(Code::HubUnreachable, "the end");
        if u.is_empty() {
            return Err(hung_up());
        }
        let mut head = || -> Result<Option<Refusal>> {
            if u.arbitrary::<u8>()? < 250 {
                return Ok(None);
            }
            let code = *u.choose(&[Code::ChangedMeanwhile, Code::NotSignedIn, Code::Internal])?;
            Ok(Some(Refusal { code, detail: String::new(), head: u.arbitrary()? }))
        };
        match head().map_err(|_| hung_up())? {
            Some(refusal) => Err(refusal),
            None => what(&mut u).map_err(|_| hung_up()),
        }
    }

    fn reply(&self, u: &mut Unstructured<'a>, request: &PullRequest) -> Result<PullReply<'static>> {
        let stuff = Stuff::of_clinic();
        let (mut seq, mut hash, mut hub_seq) = self.given.get();
        let mut commits = Vec::new();
        for _ in 0..u.int_in_range(0..=3)? {
            let body = bodies::body(u, &stuff)?;
            let Some((sealed, next)) = sealed(TEMPLATE.room, seq + 1, &hash, &body) else { break };
            (seq, hash, hub_seq) = (seq + 1, next, hub_seq + 1);
            let (Origin { device, incarnation }, hlc) = (TEMPLATE.room, body.hlc);
            let mut pulled = Pulled { device, incarnation, hub_seq, hlc, sealed };
            match u.arbitrary::<u8>()? {
                240 => pulled.device = TEMPLATE.desk.device,
                241 => pulled.device = Uuid::from_u128(u.arbitrary()?),
                242 => pulled.incarnation = u.arbitrary()?,
                243 => pulled.hub_seq = u.arbitrary()?,
                244..=246 => pulled.hlc = u.arbitrary()?,
                247 => pulled.sealed.seq = u.arbitrary()?,
                248 => pulled.sealed.signature = u.arbitrary::<Vec<u8>>()?.into(),
                249..=255 => pulled.sealed.body = u.arbitrary::<Vec<u8>>()?.into(),
                _ => {}
            }
            commits.push(pulled);
        }
        self.given.set((seq, hash, hub_seq));
        let odd: u8 = u.arbitrary()?;
        Ok(PullReply {
            epoch: if odd == 255 { Uuid::from_u128(u.arbitrary()?) } else { TEMPLATE.epoch },
            commits,
            cursor: if odd % 16 == 1 { u.arbitrary()? } else { hub_seq.max(request.after) },
            hub_seq: if odd % 16 == 2 { u.arbitrary()? } else { hub_seq + i64::from(odd % 16 == 3) },
        })
    }
}

impl HubApi for Liar<'_> {
    async fn hello(&self, request: HelloRequest) -> Result<Hello, Refusal> {
        self.say(|u| {
            let odd: u8 = u.arbitrary()?;
            let mut heads = Vec::new();
            for _ in 0..if request.heads { u.int_in_range(0..=2)? } else { 0 } {
                let device = *u.choose(&[TEMPLATE.desk.device, TEMPLATE.room.device, Uuid::nil()])?;
                heads.push(OriginHead { device, incarnation: 1, seq: u.arbitrary()? });
            }
            Ok(Hello {
                epoch: if odd & 1 != 0 { Uuid::from_u128(u.arbitrary()?) } else { TEMPLATE.epoch },
                hub_seq: if odd & 2 != 0 { u.arbitrary()? } else { TEMPLATE.hub_seq },
                your_seq: if odd & 4 != 0 { u.arbitrary()? } else { 0 },
                your_hash: if odd & 8 != 0 { u.arbitrary()? } else { Vec::new() },
                incarnations: if odd & 16 != 0 { u.arbitrary()? } else { 1 },
                heads,
            })
        })
    }

    async fn push(&self, body: Vec<u8>) -> Result<PushReply, Refusal> {
        let push: Push = rmp_serde::from_slice(&body).expect("a PC sends what can be read");
        assert_eq!(push.commits.len(), push.hlcs.len());
        self.say(|u| {
            let odd: u8 = u.arbitrary()?;
            let last = push.commits.last().map_or(0, |commit| commit.seq);
            let mut hub_seqs: Vec<i64> = (1..=push.commits.len() as i64).collect();
            let mut clamped = Vec::new();
            match odd {
                200..=215 => hub_seqs = u.arbitrary()?,
                216..=235 => hub_seqs.iter_mut().for_each(|seq| *seq = i64::MIN),
                _ => {}
            }
            for _ in 0..u.int_in_range(0..=2)? {
                let seq = if u.ratio(1, 4)? { u.arbitrary()? } else { last };
                clamped.push((seq, u.arbitrary()?));
            }
            Ok(PushReply { your_seq: if odd > 250 { u.arbitrary()? } else { last }, hub_seqs, clamped })
        })
    }

    async fn pull(&self, request: PullRequest) -> Result<Vec<u8>, Refusal> {
        let (after, times) = self.asked.get();
        let times = if after == request.after { times + 1 } else { 1 };
        self.asked.set((request.after, times));
        // Eight rounds may each ask once where nothing is new.
        assert!(times <= 10, "a sync that asks for the same page again and again");
        self.say(|u| match u.arbitrary::<u8>()? {
            255 => u.arbitrary(),
            _ => Ok(rmp_serde::to_vec(&self.reply(u, &request)?).expect("encodes")),
        })
    }

    async fn wait(&self, request: WaitRequest) -> Result<Woken, Refusal> {
        Ok(Woken { hub_seq: request.after })
    }

    async fn digest(&self, request: DigestRequest) -> Result<HubDigest, Refusal> {
        self.say(|u| {
            let mut digest = neem_core::sync::digest::Digest::default();
            for _ in 0..u.int_in_range(0..=2)? {
                let table = bodies::text(u)?;
                digest.tables.insert(table, (bodies::text(u)?, u.arbitrary()?));
            }
            Ok(HubDigest { hub_seq: if u.ratio(1, 8)? { u.arbitrary()? } else { request.pulled }, digest })
        })
    }

    async fn devices(&self) -> Result<Vec<HubDevice>, Refusal> {
        Ok(Vec::new())
    }

    async fn new_code(&self, _: NewCodeRequest) -> Result<NewCode, Refusal> {
        Err(Refusal::new(Code::NotAllowed, "never"))
    }

    fn traffic(&self) -> (u64, u64) {
        (0, 0)
    }
}
