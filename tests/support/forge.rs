//! What no PC of ours does: commits that its own `write()` would never make, and a file that somebody
//! has changed past it.

use neem_core::connection;
use neem_core::sync::commit::{self, Body, Inserts, Origin, SCHEMA, Sealed, Update};
use neem_core::sync::engine;
use neem_core::sync::protocol::{HubApi, Push, PushReply, Refusal};
use rusqlite::{Connection, OpenFlags};

use super::Pc;

/// Pushes a commit that the PC's own `write()` would never make, signed with the PC's own key.
pub fn forge(pc: &Pc, inserts: Vec<Inserts>, updates: Vec<Update>) -> Result<PushReply, Refusal> {
    let (device, key) = pc.db.read(engine::credentials).expect("credentials");
    let (seq, head, hlc): (i64, Vec<u8>, i64) = pc.read(|conn| {
        Ok(conn.query_row("SELECT seq, head_hash, hlc FROM this_device", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?)
    });
    let seq = seq as u64 + 1;
    let body = Body { schema: SCHEMA, hlc: hlc + 1, at: 0, user: None, action: "forged".into(), inserts, updates };
    let body = body.encode().expect("encodes");
    let hash = commit::chain_hash(&head, Origin { device, incarnation: 1 }, seq, &body);
    let sealed = Sealed { seq, signature: commit::sign(&key, &hash).into(), body: body.into() };
    let push = rmp_serde::to_vec(&Push { device, incarnation: 1, commits: vec![sealed], hlcs: vec![i64::MAX] })
        .expect("encodes");
    pc.wait(pc.client().push(push))
}

/// Changes this PC's file with another program, which knows the key and minds no trigger, while the
/// app is closed.
pub fn tampered(pc: Pc, change: impl FnOnce(&Connection)) -> Pc {
    pc.while_closed(|path, key| {
        let conn = connection::open(path, key, OpenFlags::default()).expect("opens");
        let triggers: Vec<String> = conn
            .prepare("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'capture\\_%' ESCAPE '\\'")
            .and_then(|mut found| found.query_map([], |row| row.get(0))?.collect())
            .expect("triggers");
        for sql in &triggers {
            let name = sql.split_whitespace().nth(2).expect("a name");
            conn.execute_batch(&format!("DROP TRIGGER {name}")).expect("drops");
        }
        change(&conn);
        triggers.iter().for_each(|sql| conn.execute_batch(sql).expect("puts it back"));
    })
}
