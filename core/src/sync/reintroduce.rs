//! This PC's own hub under another key or at another address: a code from it makes both known.

use crate::db::Db;
use crate::error::{Code, Result};
use crate::sync::engine;
use crate::sync::http::HttpHub;
use crate::sync::log::Author;
use crate::sync::pin;
use crate::sync::protocol::{HelloRequest, HubApi};

/// Whether `hub` is the one that this PC belongs to already, by the letters of its key in the code that a
/// person typed. Then the PC goes on with it as it was, and the code is not used up. False if the code
/// brings no key, or if that hub does not know this PC.
pub async fn reintroduce(db: &Db, hub: HttpHub, typed: &str) -> Result<bool> {
    let (Some(_), (_, Some(demand))) = (db.read(engine::link)?, pin::split(typed)?) else { return Ok(false) };
    let hub = hub.insisting_on(Some(demand))?;
    let author = db.read(Author::read)?;
    let (incarnation, last) = (author.origin.incarnation, author.seq);
    match hub.hello(HelloRequest { incarnation, at: None, heads: false, last }).await {
        Ok(_) => {}
        Err(refusal) if refusal.code == Code::HubRefused => return Ok(false),
        Err(refusal) => return Err(refusal.into()),
    }
    db.write_local(|conn| pin::move_to(conn, hub.address().as_str(), hub.met()))?;
    Ok(true)
}
