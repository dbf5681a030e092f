//! The line between a PC and the hub, and everything that can happen on it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::task::Poll;

use neem_core::error::Code;
use neem_core::sync::client::Transport;
use neem_core::sync::commit::Body;
use neem_core::sync::protocol::{Push, Refusal, unpack};

use crate::check;
use crate::disk;
use crate::hub::HubHouse;
use crate::pc::{Held, number_of};
use crate::tally::{Check, Tally};

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
    /// The PCs that are shut out, by name.
    pub shut_out: RefCell<BTreeSet<String>>,
    /// The PCs whose rows may differ from the hub's: somebody has changed their file past the log, or they
    /// wrote what the hub sets aside.
    pub spoilt: RefCell<BTreeSet<String>>,
}

/// A request that has been overtaken.
pub struct Late {
    pc: String,
    path: String,
    token: Option<String>,
    body: Vec<u8>,
}

impl Net {
    /// Gives the hub a request; no answer means that it was switched off, or went down over it.
    fn deliver(&self, pc: &str, path: &str, token: Option<&str>, body: Vec<u8>) -> Option<(u16, Vec<u8>)> {
        let hub = self.hub.borrow();
        let pushed = (path == "v1/push").then(|| unpack(&body).ok()).flatten();
        let answer = hub.answer(path, token, body);
        if disk::machine(&hub.folder).is_dead() {
            return None;
        }
        let Some((200, bytes)) = &answer else { return answer };
        let violation = |check, text: String| self.tally.violation(check, format!("{pc} {path}: {text}"));
        // A challenge is for whoever asks.
        if path != "v1/challenge" && self.shut_out.borrow().contains(pc) {
            violation(Check::ShutOut, "answered, although it is shut out".into());
        }
        if path == "v1/buckets" && !self.spoilt.borrow().contains(pc) {
            violation(Check::Repair, "its rows are not the hub's, and nobody has spoilt them".into());
        }
        if let Some(push) = pushed.as_ref().and_then(|plain| rmp_serde::from_slice::<Push>(plain).ok()) {
            self.acknowledged.borrow_mut().extend(numbers_in(&push));
            if let Some(hub) = hub.hub() {
                check::acknowledged_what_it_has(hub, &push, bytes).into_iter().for_each(|text| {
                    violation(Check::Acknowledged, text);
                });
            }
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
        let answer = self.deliver(&late.pc, &late.path, late.token.as_deref(), late.body);
        self.tally.fault("reorder");
        self.tally.line(format!("  late {} → {:?}", late.path, answer.map(|(status, _)| status)));
    }
}

/// The simulation's writes in a push.
fn numbers_in(push: &Push) -> Vec<u32> {
    let bodies = push.commits.iter().filter_map(|sealed| Body::decode(&sealed.body).ok());
    bodies.filter_map(|body| number_of(&body.action)).collect()
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
        let pc = self.pc.as_str();
        let late = |body| Late { pc: pc.into(), path: path.into(), token: token.map(str::to_owned), body };
        let answer = match fault {
            Some(0) => {
                note("drop_before");
                return Err(lost());
            }
            Some(1) => {
                note("delay");
                net.late.borrow_mut().push(late(body));
                return Err(lost());
            }
            Some(2) => {
                note("cut_request");
                net.deliver(pc, path, token, shortened(net, body))
            }
            Some(3) => {
                note("duplicate");
                let first = net.deliver(pc, path, token, body.clone());
                let second = net.deliver(pc, path, token, body);
                if net.rng.borrow_mut().bool() { first } else { second }
            }
            Some(4) => {
                note("duplicate_late");
                net.late.borrow_mut().push(late(body.clone()));
                net.deliver(pc, path, token, body)
            }
            _ => net.deliver(pc, path, token, body),
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
