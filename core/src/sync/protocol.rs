//! What a PC and the hub say to each other. One trait, implemented by the client over HTTP and by
//! the hub itself, so that a test or a simulation can join them without a network.

use std::future::Future;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::Code;
use crate::sync::commit::Sealed;
use crate::sync::devices::{Standing, You};
use crate::sync::digest::{BucketSum, Digest};
use crate::sync::row::RowState;
use crate::sync::snapshot::ChunkRequest;

/// The version of this protocol; the hub refuses one that it does not know.
pub const PROTOCOL: u32 = 1;

/// The media type of every body: MessagePack, compressed with zstd.
pub const MEDIA_TYPE: &str = "application/vnd.neem.v1";

/// The largest compressed body that the hub takes.
pub const MAX_COMPRESSED: usize = 16 << 20;
/// How long a question for news stays open: shorter than the patience of the proxies in between.
pub const WAIT_SECONDS: u64 = 25;
/// The largest body after decompression.
pub const MAX_PLAIN: usize = 64 << 20;

/// Why the hub did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{code:?} {detail}")]
pub struct Refusal {
    pub code: Code,
    /// For the log; people see the code's words.
    pub detail: String,
    /// On a gap: the last commit of this origin that the hub has.
    pub head: Option<u64>,
}

impl Refusal {
    pub fn new(code: Code, detail: impl Into<String>) -> Refusal {
        Refusal { code, detail: detail.into(), head: None }
    }
}

/// A PC asks to be let in with a single-use code.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EnrolRequest {
    pub protocol: u32,
    pub code: String,
    pub device: Uuid,
    pub public_key: Vec<u8>,
    pub name: String,
    /// The clinic that the PC holds already; none when it is to receive one.
    pub tenant: Option<Uuid>,
    /// The lane that the PC has been using, kept if no other PC has it.
    pub lane: Option<String>,
    pub app_version: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EnrolReply {
    pub hub: Uuid,
    pub epoch: Uuid,
    pub tenant: Uuid,
    pub lane: String,
}

/// A random text to sign, valid for a minute.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Challenge {
    pub challenge: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenRequest {
    pub device: Uuid,
    pub challenge: String,
    pub signature: Vec<u8>,
    pub app_version: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Token {
    pub token: String,
}

/// How far an origin's log is known to the hub.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HelloRequest {
    pub incarnation: u32,
    /// Which of the origin's commits `your_hash` is asked for; none for the last that the hub has.
    pub at: Option<u64>,
    /// Whether `heads` is asked for.
    pub heads: bool,
    /// The last commit that the PC has made: what of it the hub lacks, the PC owes.
    #[serde(default)]
    pub last: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Hello {
    /// New whenever the hub was restored or failed over.
    pub epoch: Uuid,
    /// The last number that the hub has given in this clinic.
    pub hub_seq: i64,
    /// The last commit of the asking origin that the hub has; 0 for none.
    pub your_seq: u64,
    /// The hash of the commit asked for; empty if the hub has none there.
    pub your_hash: Vec<u8>,
    /// The PC's latest life that the hub has heard of; 0 for none.
    pub incarnations: u32,
    /// The last commit of every origin of the clinic that the hub has.
    pub heads: Vec<OriginHead>,
    /// About the PC that asks; none from a hub of an older version.
    #[serde(default)]
    pub you: Option<You>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct OriginHead {
    pub device: Uuid,
    pub incarnation: u32,
    pub seq: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Push<'a> {
    /// Whose commits these are: the sender's own, or those of another PC of the clinic that a hub which
    /// was restored has lost. Either way their signatures show it.
    pub device: Uuid,
    pub incarnation: u32,
    /// Commits of one origin, dense and in order.
    #[serde(borrow)]
    pub commits: Vec<Sealed<'a>>,
    /// The clock of each as it holds: a hub may have moved it before.
    pub hlcs: Vec<i64>,
}

/// Sent only after the hub's transaction has committed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PushReply {
    /// The last commit of this origin that the hub now has.
    pub your_seq: u64,
    /// The hub's number for each pushed commit.
    pub hub_seqs: Vec<i64>,
    /// Commits whose clock the hub has moved, with the value that holds.
    pub clamped: Vec<(u64, i64)>,
    /// Commits that the hub has set aside, and why.
    pub quarantined: Vec<(u64, String)>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PullRequest {
    pub after: i64,
    pub incarnation: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pulled<'a> {
    pub device: Uuid,
    pub incarnation: u32,
    pub hub_seq: i64,
    pub hlc: i64,
    #[serde(borrow)]
    pub sealed: Sealed<'a>,
    /// Why the hub has set the commit aside; everybody does as the hub did.
    pub aside: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PullReply<'a> {
    pub epoch: Uuid,
    #[serde(borrow)]
    pub commits: Vec<Pulled<'a>>,
    /// Where the next page begins; moves past the asking PC's own commits.
    pub cursor: i64,
    pub hub_seq: i64,
}

/// Asks to be told when the hub has more than this; answered at once if it has.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WaitRequest {
    pub after: i64,
}

/// The hub's last number, when there was news or when [`WAIT_SECONDS`] had passed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Woken {
    pub hub_seq: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DigestRequest {
    /// How far the PC has fetched and stored: what the other PCs are told of it.
    pub pulled: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HubDigest {
    pub hub_seq: i64,
    pub digest: Digest,
}

/// After a failed proof: the sums of the parts of these tables.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BucketsRequest {
    pub tables: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Buckets {
    /// The state of the hub that these sums are of.
    pub hub_seq: i64,
    pub sums: Vec<BucketSum>,
}

/// All rows of one part of a table as they stand at the hub.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RowsRequest {
    pub table: String,
    pub bucket: u8,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rows {
    /// The state of the hub that these rows are of.
    pub hub_seq: i64,
    pub rows: Vec<(Uuid, RowState)>,
}

/// A PC as the hub knows it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HubDevice {
    pub device: Uuid,
    pub name: String,
    pub lane: String,
    /// Milliseconds UTC by the hub's clock.
    pub last_seen: Option<i64>,
    /// Commits in the hub that this PC has not fetched.
    pub behind: i64,
    pub app_version: String,
    pub standing: Standing,
    /// When it was taken out, milliseconds UTC by the hub's clock.
    pub out_at: Option<i64>,
    /// The manager who took it out; none for whoever runs the hub.
    pub out_by: Option<Uuid>,
    /// When it was told to shut its records.
    pub locked_at: Option<i64>,
    /// Commits that it had made, when it was last heard, and that are not here.
    pub owes: i64,
    /// A new key was asked for, and it has not made one yet.
    pub renewal_asked: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewCodeRequest {
    /// The manager who asks; the hub looks the grant up in the clinic's own rows.
    pub user: Uuid,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewCode {
    pub code: String,
    /// Milliseconds UTC by the hub's clock.
    pub expires_at: i64,
    /// How long the code holds, for a PC whose clock is wrong.
    pub seconds: u32,
}

type Answer<T> = Result<T, Refusal>;

/// The hub's side of a sync, for one authorised PC.
pub trait HubApi {
    fn hello(&self, request: HelloRequest) -> impl Future<Output = Answer<Hello>>;
    /// `body` is an encoded [`Push`]: encoded once, sent as often as the line needs.
    fn push(&self, body: Vec<u8>) -> impl Future<Output = Answer<PushReply>>;
    /// The reply is an encoded [`PullReply`].
    fn pull(&self, request: PullRequest) -> impl Future<Output = Answer<Vec<u8>>>;
    fn wait(&self, request: WaitRequest) -> impl Future<Output = Answer<Woken>>;
    fn digest(&self, request: DigestRequest) -> impl Future<Output = Answer<HubDigest>>;
    fn buckets(&self, request: BucketsRequest) -> impl Future<Output = Answer<Buckets>>;
    fn rows(&self, request: RowsRequest) -> impl Future<Output = Answer<Rows>>;
    /// The reply is an encoded [`Beginning`](crate::sync::snapshot::Beginning).
    fn snapshot(&self) -> impl Future<Output = Answer<Vec<u8>>>;
    /// The reply is an encoded [`Chunk`](crate::sync::snapshot::Chunk).
    fn chunk(&self, request: ChunkRequest) -> impl Future<Output = Answer<Vec<u8>>>;
    fn devices(&self) -> impl Future<Output = Answer<Vec<HubDevice>>>;
    fn new_code(&self, request: NewCodeRequest) -> impl Future<Output = Answer<NewCode>>;
    /// Bytes sent and received so far.
    fn traffic(&self) -> (u64, u64);
}

/// Encodes and compresses a body.
pub fn pack<T: Serialize>(value: &T) -> crate::Result<Vec<u8>> {
    let plain = rmp_serde::to_vec(value)?;
    zstd::bulk::compress(&plain, 3).map_err(crate::Error::from)
}

/// Decompresses a body, never to more than [`MAX_PLAIN`].
pub fn unpack(packed: &[u8]) -> crate::Result<Vec<u8>> {
    use std::io::Read;
    let mut plain = Vec::new();
    let limit = MAX_PLAIN as u64 + 1;
    zstd::stream::read::Decoder::new(packed)?.take(limit).read_to_end(&mut plain)?;
    if plain.len() > MAX_PLAIN {
        return Err(crate::Error::Encoding("a body that unpacks to too much".into()));
    }
    Ok(plain)
}
