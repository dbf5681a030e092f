//! Hearing of pushes that other hubs on the database took in.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use postgres::fallible_iterator::FallibleIterator;
use postgres::{Client, Config};
use uuid::Uuid;

use super::CHANNEL;
use super::pool::connect;
use crate::news::News;
use crate::store::Result;

/// How often a listener looks whether it is still wanted, and whether its line still holds.
const LOOK: Duration = Duration::from_secs(2);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A thread with a connection of its own, until this is dropped.
pub struct Listener {
    stopped: Arc<AtomicBool>,
}

impl Listener {
    pub fn start(config: Config, news: &Arc<News>) -> Listener {
        let stopped = Arc::new(AtomicBool::new(false));
        let (stop, news) = (stopped.clone(), Arc::downgrade(news));
        thread::spawn(move || {
            let mut pause = FIRST_PAUSE;
            while !stop.load(Ordering::Relaxed) {
                if let Err(error) = listen(&config, &news, &stop, &mut pause) {
                    tracing::warn!(%error, "not hearing of the other hubs; trying again");
                    thread::sleep(pause);
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        });
        Listener { stopped }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
    }
}

fn listen(config: &Config, news: &Weak<News>, stopped: &AtomicBool, pause: &mut Duration) -> Result<()> {
    let mut client = connect(config)?;
    client.batch_execute(&format!("LISTEN {CHANNEL}"))?;
    *pause = FIRST_PAUSE;
    // What was told while nobody listened.
    catch_up(&mut client, news)?;
    while !stopped.load(Ordering::Relaxed) {
        while let Some(notification) = client.notifications().timeout_iter(LOOK).next()? {
            let Some(news) = news.upgrade() else { return Ok(()) };
            if let Some((epoch, tenant, hub_seq)) = read(notification.payload()) {
                news.tell(epoch, tenant, hub_seq);
            }
        }
        // A line that is gone says nothing, just as one without news.
        client.is_valid(LOOK)?;
    }
    Ok(())
}

fn catch_up(client: &mut Client, news: &Weak<News>) -> Result<()> {
    let Some(news) = news.upgrade() else { return Ok(()) };
    let epoch: Uuid = client.query_one("SELECT epoch FROM hub", &[])?.get(0);
    let tenants = news.waited_for(epoch);
    for row in client.query("SELECT id, hub_seq FROM tenants WHERE id = ANY($1)", &[&tenants])? {
        news.tell(epoch, row.get("id"), row.get("hub_seq"));
    }
    Ok(())
}

fn read(payload: &str) -> Option<(Uuid, Uuid, i64)> {
    let mut parts = payload.split(' ');
    let epoch = Uuid::parse_str(parts.next()?).ok()?;
    let tenant = Uuid::parse_str(parts.next()?).ok()?;
    Some((epoch, tenant, parts.next()?.parse().ok()?))
}
