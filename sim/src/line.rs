//! The line between a PC and the hub, and everything that can happen on it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::Poll;

use neem_core::error::Code;
use neem_core::sync::client::Transport;
use neem_core::sync::commit::Body;
use neem_core::sync::protocol::{Push, Refusal, unpack};

use crate::disk;
use crate::hub::HubHouse;
use crate::pc::{Held, number_of};
use crate::tally::Tally;

/// What all lines of a run share.
pub struct Net {
    pub hub: RefCell<HubHouse>,
    pub rng: RefCell<fastrand::Rng>,
    pub tally: Rc<Tally>,
    /// Of a hundred exchanges so many meet a fault.
    pub trouble: Cell<u8>,
    /// Requests that are still on their way, long after whoever sent them has given up.
    pub late: RefCell<Vec<Late>>,
    /// The writes that the hub has acknowledged since it was last restored.
    pub acknowledged: RefCell<Held>,
}

/// A request that has been overtaken.
pub struct Late {
    path: String,
    token: Option<String>,
    body: Vec<u8>,
}

impl Net {
    /// Gives the hub a request; no answer means that it was switched off, or went down over it.
    fn deliver(&self, path: &str, token: Option<&str>, body: Vec<u8>) -> Option<(u16, Vec<u8>)> {
        let hub = self.hub.borrow();
        let pushed = (path == "v1/push").then(|| numbers_in(&body)).flatten();
        let answer = hub.answer(path, token, body);
        if disk::machine(&hub.folder).is_dead() {
            return None;
        }
        if let (Some(pushed), Some((200, _))) = (pushed, &answer) {
            self.acknowledged.borrow_mut().extend(pushed);
        }
        answer
    }

    /// One of the overtaken requests arrives; its answer reaches nobody.
    pub fn deliver_late(&self) {
        let late = {
            let mut late = self.late.borrow_mut();
            if late.is_empty() {
                return;
            }
            let which = self.rng.borrow_mut().usize(0..late.len());
            late.swap_remove(which)
        };
        let answer = self.deliver(&late.path, late.token.as_deref(), late.body);
        self.tally.fault("reorder");
        self.tally.line(format!("  late {} → {:?}", late.path, answer.map(|(status, _)| status)));
    }
}

/// The simulation's writes in a packed push.
fn numbers_in(packed: &[u8]) -> Option<Vec<u32>> {
    let plain = unpack(packed).ok()?;
    let push: Push = rmp_serde::from_slice(&plain).ok()?;
    let bodies = push.commits.iter().filter_map(|sealed| Body::decode(&sealed.body).ok());
    Some(bodies.filter_map(|body| number_of(&body.action)).collect())
}

/// One PC's end of it.
#[derive(Clone)]
pub struct Line {
    pub net: Rc<Net>,
    pub pc: String,
    /// A cable that is out.
    pub cut: Rc<Cell<bool>>,
}

fn lost() -> Refusal {
    Refusal::new(Code::HubUnreachable, "simulated")
}

/// Lets the rest of the world go on once.
async fn others_first() {
    let mut waited = false;
    std::future::poll_fn(|_| match std::mem::replace(&mut waited, true) {
        true => Poll::Ready(()),
        false => Poll::Pending,
    })
    .await;
}

fn shortened(net: &Net, mut bytes: Vec<u8>) -> Vec<u8> {
    let keep = net.rng.borrow_mut().usize(0..bytes.len().max(1));
    bytes.truncate(keep);
    bytes
}

impl Transport for Line {
    async fn exchange(&self, path: &str, token: Option<&str>, body: Vec<u8>) -> Result<(u16, Vec<u8>), Refusal> {
        others_first().await;
        let net = &*self.net;
        let tally = &net.tally;
        if self.cut.get() {
            tally.fault("partition");
            return Err(lost());
        }
        let fault = {
            let mut rng = net.rng.borrow_mut();
            (rng.u8(0..100) < net.trouble.get()).then(|| rng.u8(0..7))
        };
        let note = |what: &'static str| {
            tally.fault(what);
            tally.line(format!("  {} {path}: {what}", self.pc));
        };
        let answer = match fault {
            Some(0) => {
                note("drop_before");
                return Err(lost());
            }
            Some(1) => {
                note("delay");
                net.late.borrow_mut().push(Late { path: path.into(), token: token.map(str::to_owned), body });
                return Err(lost());
            }
            Some(2) => {
                note("cut_request");
                net.deliver(path, token, shortened(net, body))
            }
            Some(3) => {
                note("duplicate");
                let first = net.deliver(path, token, body.clone());
                let second = net.deliver(path, token, body);
                if net.rng.borrow_mut().bool() { first } else { second }
            }
            Some(4) => {
                note("duplicate_late");
                let copy = Late { path: path.into(), token: token.map(str::to_owned), body: body.clone() };
                net.late.borrow_mut().push(copy);
                net.deliver(path, token, body)
            }
            _ => net.deliver(path, token, body),
        };
        let (status, bytes) = answer.ok_or_else(lost)?;
        others_first().await;
        match fault {
            Some(5) => {
                note("drop_after");
                Err(lost())
            }
            Some(6) => {
                note("cut_answer");
                Ok((status, shortened(net, bytes)))
            }
            _ => Ok((status, bytes)),
        }
    }
}
