//! Telling PCs that something is new, without their asking again and again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use neem_core::error::Code;
use neem_core::sync::protocol::{Refusal, WAIT_SECONDS};
use tokio::sync::watch;
use uuid::Uuid;

/// The last number of each clinic that somebody has waited for, per life of the database:
/// a new one may count from lower.
#[derive(Default)]
pub struct News {
    heads: Mutex<HashMap<(Uuid, Uuid), watch::Sender<i64>>>,
    closing: watch::Sender<bool>,
}

impl News {
    fn of(&self, epoch: Uuid, tenant: Uuid) -> watch::Sender<i64> {
        let mut heads = self.heads.lock().unwrap_or_else(PoisonError::into_inner);
        heads.entry((epoch, tenant)).or_default().clone()
    }

    /// The clinics that somebody waits for.
    pub fn waited_for(&self, epoch: Uuid) -> Vec<Uuid> {
        let heads = self.heads.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = heads.iter().filter(|((of, _), head)| *of == epoch && head.receiver_count() > 0);
        waited.map(|((_, tenant), _)| *tenant).collect()
    }

    /// A push was committed, here or at another hub on the same database.
    pub fn tell(&self, epoch: Uuid, tenant: Uuid, hub_seq: i64) {
        // Who asks later reads the number in the store.
        let heads = self.heads.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(head) = heads.get(&(epoch, tenant)) else { return };
        // Two pushes may tell in another order than they were committed in.
        head.send_if_modified(|head| {
            let newer = hub_seq > *head;
            *head = hub_seq.max(*head);
            newer
        });
    }

    /// Waits until the clinic's last number is above `after`; `current` is the one in the store, read
    /// after the caller began to listen.
    pub async fn wait(
        &self,
        epoch: Uuid,
        tenant: Uuid,
        after: i64,
        current: impl Future<Output = Result<i64, Refusal>>,
    ) -> Result<i64, Refusal> {
        let mut head = self.of(epoch, tenant).subscribe();
        let mut closing = self.closing.subscribe();
        let stored = current.await?;
        if stored > after {
            return Ok(stored);
        }
        let woken = async {
            tokio::select! {
                found = head.wait_for(|head| *head > after) => found.map(|head| *head).unwrap_or(stored),
                _ = closing.wait_for(|closing| *closing) => stored,
            }
        };
        if *self.closing.borrow() {
            return Err(Refusal::new(Code::HubUnreachable, "the hub is stopping"));
        }
        Ok(tokio::time::timeout(Duration::from_secs(WAIT_SECONDS), woken).await.unwrap_or(stored))
    }

    /// Lets everybody go who waits: the hub is stopping.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }
}
