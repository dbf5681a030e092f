//! Every route of the hub with any bytes, signed in or not: always an answer that a PC can read, and
//! nothing that a stranger can change.

use std::cell::RefCell;
use std::sync::Arc;

use arbitrary::{Result, Unstructured};
use neem_core::Code;
use neem_core::sync::protocol::*;
use neem_hub::Hub;
use tempfile::TempDir;
use uuid::Uuid;

use super::bodies;
use super::fixture::TEMPLATE;
use super::line::Line;

const ROUTES: [&str; 9] = [
    "/v1/hello",
    "/v1/push",
    "/v1/pull",
    "/v1/wait",
    "/v1/digest",
    "/v1/devices",
    "/v1/codes",
    "/v1/enrol",
    "/v1/token",
];
/// A hub is made anew after so many questions, for its table of codes grows.
const PER_HUB: u32 = 2_000;

thread_local! {
    static HUB: RefCell<Option<(TempDir, Arc<Hub>, u32)>> = const { RefCell::new(None) };
}

pub fn routes(bytes: &[u8]) {
    let mut u = Unstructured::new(bytes);
    let Ok((path, token, body)) = question(&mut u) else { return };
    HUB.with_borrow_mut(|slot| {
        let used = slot.as_ref().map_or(PER_HUB, |(_, _, asked)| *asked);
        if used >= PER_HUB {
            let (folder, hub) = TEMPLATE.hub();
            // A question for news is answered at once.
            hub.news.close();
            *slot = Some((folder, hub, 0));
        }
        let (_, hub, asked) = slot.as_mut().expect("a hub");
        *asked += 1;
        let line = Line { hub: hub.clone(), token: String::new() };
        let before = state(hub);
        let (status, answer) = line.ask(path, token.as_deref(), body);
        if status == 0 {
            return;
        }
        let plain = unpack(&answer)
            .unwrap_or_else(|error| panic!("{path} answered {status}, which cannot be unpacked: {error}"));
        if status != 200 {
            let refusal: Refusal = rmp_serde::from_slice(&plain).expect("a refusal that can be read");
            assert_ne!(refusal.code, Code::Internal, "{path} failed inside: {refusal}");
        }
        let known = token.as_deref().is_some_and(|token| token == TEMPLATE.room_token || token == TEMPLATE.desk_token);
        let open = matches!(path, "/v1/enrol" | "/v1/token");
        assert!(status == 401 || known || open, "{path} answered {status} to a stranger");
        if !(known && path == "/v1/push") {
            assert_eq!(state(hub), before, "{path} changed something");
        } else if state(hub) != before {
            *slot = None;
        }
    });
}

/// Commits, rows, PCs and clinics.
fn state(hub: &Hub) -> (i64, i64, i64, i64) {
    let sql = "SELECT (SELECT count(*) FROM commits), (SELECT count(*) FROM rows), (SELECT count(*) FROM devices),
                      (SELECT count(*) FROM tenants)";
    let store = hub.store();
    store.read().query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).expect("counts")
}

fn question(u: &mut Unstructured) -> Result<(&'static str, Option<String>, Vec<u8>)> {
    let path = *u.choose(&ROUTES)?;
    let token = match u.int_in_range(0..=7)? {
        0 => None,
        1 => Some(bodies::text(u)?),
        2 => {
            // A seal that is almost right.
            let mut token = TEMPLATE.room_token.clone().into_bytes();
            let at = u.choose_index(token.len())?;
            token[at] = u.arbitrary::<u8>()? & 0x7f;
            String::from_utf8(token).ok()
        }
        3 | 4 => Some(TEMPLATE.desk_token.clone()),
        _ => Some(TEMPLATE.room_token.clone()),
    };
    let body = match u.int_in_range(0..=3)? {
        0 => u.take_rest_bytes(),
        1 => zstd::bulk::compress(&u.take_rest_bytes(), 1).expect("packs"),
        _ => typed(u, path)?,
    };
    Ok((path, token, body))
}

trait Rest {
    fn take_rest_bytes(&mut self) -> Vec<u8>;
}

impl Rest for Unstructured<'_> {
    fn take_rest_bytes(&mut self) -> Vec<u8> {
        let left = self.len();
        self.bytes(left).unwrap_or_default().to_vec()
    }
}

/// A message of the route's own type.
fn typed(u: &mut Unstructured, path: &str) -> Result<Vec<u8>> {
    let packed = match path {
        "/v1/hello" => pack(&HelloRequest { incarnation: u.arbitrary()?, at: u.arbitrary()?, heads: u.arbitrary()? }),
        "/v1/pull" => pack(&PullRequest { after: u.arbitrary()?, incarnation: u.arbitrary()? }),
        "/v1/wait" => pack(&WaitRequest { after: u.arbitrary()? }),
        "/v1/digest" => pack(&DigestRequest { pulled: u.arbitrary()? }),
        "/v1/devices" => pack(&()),
        "/v1/codes" => pack(&NewCodeRequest { user: Uuid::from_u128(u.arbitrary()?) }),
        "/v1/enrol" => pack(&EnrolRequest {
            protocol: if u.ratio(1, 8)? { u.arbitrary()? } else { PROTOCOL },
            code: bodies::text(u)?,
            device: Uuid::from_u128(u.arbitrary()?),
            public_key: if u.ratio(1, 2)? { vec![u.arbitrary()?; 32] } else { u.arbitrary()? },
            name: bodies::text(u)?,
            tenant: if u.arbitrary()? { Some(TEMPLATE.tenant) } else { None },
            lane: if u.arbitrary()? { Some(bodies::text(u)?) } else { None },
            app_version: bodies::text(u)?,
        }),
        "/v1/token" => pack(&TokenRequest {
            device: if u.arbitrary()? { TEMPLATE.room.device } else { Uuid::from_u128(u.arbitrary()?) },
            challenge: if u.arbitrary()? { TEMPLATE.room_token.clone() } else { bodies::text(u)? },
            signature: u.arbitrary()?,
            app_version: bodies::text(u)?,
        }),
        _ => {
            let mut commits = Vec::new();
            for _ in 0..u.int_in_range(0..=2)? {
                let (signature, body): (Vec<u8>, Vec<u8>) = (u.arbitrary()?, u.arbitrary()?);
                let sealed = neem_core::sync::commit::Sealed {
                    // Number 0 is answered as a failure inside (docs/fuzzing.md).
                    seq: u.arbitrary::<u8>()?.max(1).into(),
                    signature: signature.into(),
                    body: body.into(),
                };
                commits.push(sealed);
            }
            let device = if u.arbitrary()? { TEMPLATE.room.device } else { TEMPLATE.desk.device };
            pack(&Push { device, incarnation: u.arbitrary()?, commits, hlcs: u.arbitrary()? })
        }
    };
    Ok(packed.expect("packs"))
}
