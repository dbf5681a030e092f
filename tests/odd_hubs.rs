//! A hub that is broken, or not a hub: what it answers ends a sync, but never hangs or harms a PC.

mod support;

use std::cell::Cell;

use neem_core::Code;
use neem_core::sync::engine;
use neem_core::sync::protocol::{
    Buckets, BucketsRequest, DigestRequest, Hello, HelloRequest, HubApi, HubDevice, HubDigest, NewCode, NewCodeRequest,
    PullReply, PullRequest, PushReply, Refusal, Rows, RowsRequest, WaitRequest, Woken,
};
use neem_core::sync::snapshot::{Beginning, ChunkRequest, Far};
use support::{Clinic, Pc};

/// The real hub, but for what `lie` makes of its greeting, its refusals and its pages.
struct Odd<'a, H> {
    hub: &'a H,
    lie: Lie,
    questions: Cell<u32>,
}

#[derive(Clone, Copy, PartialEq)]
enum Lie {
    /// More commits of this PC than there can be.
    TooMany,
    /// Lives without end.
    LastLife,
    /// A gap behind the last number that there is.
    GapAtTheEnd,
    /// There is more, but never where it begins.
    InCircles,
    /// Everything is fetched, up to a number before the beginning.
    Backwards,
    /// Lists in lists, in a field that nobody asked for.
    Deep,
    /// The records as they stand at the last number that there is.
    LastNumber,
    /// More records than anybody can count.
    Countless,
}

/// No sync asks so often; one that does would never end.
const PATIENCE: u32 = 1_000;

impl<H: HubApi> Odd<'_, H> {
    fn asked(&self) {
        self.questions.set(self.questions.get() + 1);
        assert!(self.questions.get() < PATIENCE, "a sync without end");
    }
}

impl<H: HubApi> HubApi for Odd<'_, H> {
    async fn hello(&self, request: HelloRequest) -> Result<Hello, Refusal> {
        self.asked();
        let hello = self.hub.hello(request).await?;
        Ok(match self.lie {
            Lie::TooMany => Hello { your_seq: u64::MAX, ..hello },
            Lie::LastLife => Hello { your_seq: hello.your_seq + 1, incarnations: u32::MAX, ..hello },
            _ => hello,
        })
    }
    async fn push(&self, body: Vec<u8>) -> Result<PushReply, Refusal> {
        self.asked();
        match self.lie {
            Lie::GapAtTheEnd => Err(Refusal { head: Some(u64::MAX), ..Refusal::new(Code::ChangedMeanwhile, "a gap") }),
            _ => self.hub.push(body).await,
        }
    }
    async fn pull(&self, request: PullRequest) -> Result<Vec<u8>, Refusal> {
        self.asked();
        if self.lie == Lie::Deep {
            return Ok([b"\x81\xa1x".as_slice(), &[0x91; 100_000]].concat());
        }
        let after = request.after;
        let page = self.hub.pull(request).await?;
        let (cursor, hub_seq) = match self.lie {
            Lie::InCircles => (after, i64::MAX),
            Lie::Backwards => (-5, -10),
            _ => return Ok(page),
        };
        let page: PullReply = rmp_serde::from_slice(&page).expect("a page");
        Ok(rmp_serde::to_vec(&PullReply { commits: Vec::new(), cursor, hub_seq, ..page }).expect("encodes"))
    }
    async fn wait(&self, request: WaitRequest) -> Result<Woken, Refusal> {
        self.hub.wait(request).await
    }
    async fn digest(&self, request: DigestRequest) -> Result<HubDigest, Refusal> {
        self.hub.digest(request).await
    }
    async fn buckets(&self, request: BucketsRequest) -> Result<Buckets, Refusal> {
        self.hub.buckets(request).await
    }
    async fn rows(&self, request: RowsRequest) -> Result<Rows, Refusal> {
        self.hub.rows(request).await
    }
    async fn snapshot(&self) -> Result<Vec<u8>, Refusal> {
        self.asked();
        let bytes = self.hub.snapshot().await?;
        let mut beginning: Beginning = rmp_serde::from_slice(&bytes).expect("a beginning");
        match self.lie {
            Lie::LastNumber => beginning.hub_seq = i64::MAX,
            Lie::Countless => beginning.tables.iter_mut().for_each(|(_, rows)| *rows = u64::MAX),
            _ => {}
        }
        Ok(rmp_serde::to_vec(&beginning).expect("encodes"))
    }
    async fn chunk(&self, request: ChunkRequest) -> Result<Vec<u8>, Refusal> {
        self.hub.chunk(request).await
    }
    async fn devices(&self) -> Result<Vec<HubDevice>, Refusal> {
        self.hub.devices().await
    }
    async fn new_code(&self, request: NewCodeRequest) -> Result<NewCode, Refusal> {
        self.hub.new_code(request).await
    }
    fn traffic(&self) -> (u64, u64) {
        self.hub.traffic()
    }
}

fn sync_with(pc: &Pc, lie: Lie) -> neem_core::Result<engine::SyncReport> {
    let hub = pc.client();
    pc.sync_through(&Odd { hub: &hub, lie, questions: Cell::default() })
}

#[test]
fn a_hub_that_talks_nonsense_is_refused_and_the_pc_works_on() {
    let Clinic { hub: _hub, desk, room, staff } = Clinic::open();
    for (lie, name, refused) in [
        (Lie::GapAtTheEnd, "Aarti Menon", true),
        (Lie::InCircles, "Grace Otieno", true),
        (Lie::Backwards, "Lakshmi Iyer", true),
        (Lie::Deep, "Joana Queiroz", true),
        (Lie::LastLife, "Vikram Rao", true),
        // Taken for another copy of this PC: it goes on under a new life, which costs nothing.
        (Lie::TooMany, "Sunita Deshpande", false),
    ] {
        desk.register(staff.desk, name);
        let told = sync_with(&desk, lie);
        assert_eq!(told.is_err(), refused, "{name}: {told:?}");
    }
    // The true hub again: nothing was lost on the way.
    desk.sync();
    room.sync();
    assert_eq!(room.count("SELECT count(*) FROM patients"), 6);
    assert_eq!(desk.sync().digest, room.sync().digest);
}

#[test]
fn records_that_cannot_be_are_not_taken_over() {
    let Clinic { hub: _hub, desk, room, staff } = Clinic::open();
    room.register(staff.desk, "Aarti Menon");
    room.sync();
    desk.register(staff.desk, "Grace Otieno");
    let hub = desk.client();
    for lie in [Lie::LastNumber, Lie::Countless] {
        let odd = Odd { hub: &hub, lie, questions: Cell::default() };
        let far = Far { new: 0, behind: 0 };
        let told = desk.wait(engine::sync_or_take_over(&desk.db, &odd, &|_| {}, far));
        assert_eq!(told.map_err(|error| error.code()), Err(Code::HubRefused));
    }
    assert!(desk.sync().identical);
    room.sync();
    assert_eq!(room.count("SELECT count(*) FROM patients"), 2);
    assert_eq!(desk.sync().digest, room.sync().digest);
}
