//! The hub in PostgreSQL: for a group that outgrows one machine. Hub processes keep nothing of their own;
//! as many as are wanted serve one database.

mod listen;
mod migrate;
mod pool;
mod read;
mod write;

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use neem_core::clock::Entropy;
use neem_core::sync::commit::Origin;
use postgres::config::{Host, SslMode};
use postgres::error::SqlState;
use postgres::{Config, Row, SimpleQueryMessage};
use uuid::Uuid;

use super::{ReadTx, Result, Store, StoreError, WriteTx};
use crate::news::News;
use listen::Listener;
use pool::{Lent, Param, Pool};

/// Where hubs on one database tell each other of pushes.
const CHANNEL: &str = "neem_hub";

pub struct PostgresStore {
    listener: Mutex<Option<Listener>>,
    pool: Arc<Pool>,
    id: Uuid,
    secret: [u8; 32],
}

impl PostgresStore {
    /// Connects to `url` (`postgres://user@host/database`, or `host=… dbname=…`) and brings the database
    /// to this version. The database is the hub's own.
    pub fn open(url: &str, entropy: &dyn Entropy) -> Result<PostgresStore> {
        let mut config: Config = url.parse().map_err(|error| StoreError::Address(format!("{error}")))?;
        if !within_reach(&config) && config.get_ssl_mode() != SslMode::Disable {
            let way = "records would pass the network in the clear: use a socket, this machine or a tunnel, or say \
                       sslmode=disable where nobody else can listen";
            return Err(StoreError::Address(way.into()));
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(5));
        }
        // A server that vanished without a word is given up within a minute and not within two hours.
        config.keepalives_idle(Duration::from_secs(15)).keepalives_interval(Duration::from_secs(10));
        config.tcp_user_timeout(Duration::from_secs(45));
        if config.get_application_name().is_none() {
            config.application_name("neem-hub");
        }
        let pool = Arc::new(Pool::new(config));
        let (id, secret) = migrate::migrate(&mut *pool.take()?, entropy)?;
        Ok(PostgresStore { listener: Mutex::default(), pool, id, secret })
    }

    fn begin(&self, how: &str) -> Result<PgTx<'_>> {
        loop {
            let mut conn = self.pool.take()?;
            // One way there and back for both; the question also fixes the state that is read from.
            match conn.client.simple_query(&format!("BEGIN {how}; SELECT epoch FROM hub")) {
                Ok(answers) => {
                    let mut tx = PgTx { conn, epoch: Uuid::nil(), open: true };
                    tx.epoch = answers.iter().find_map(epoch_in).ok_or(StoreError::Key)?;
                    return Ok(tx);
                }
                Err(error) => {
                    let known = conn.used;
                    conn.broken = true;
                    let error = StoreError::from(error);
                    // A connection from before the server went away says nothing about the server now.
                    if !(known && matches!(error, StoreError::Away(_))) {
                        return Err(error);
                    }
                }
            }
        }
    }
}

/// Whether nothing of what is said to the server leaves this machine.
fn within_reach(config: &Config) -> bool {
    let near = |host: &Host| match host {
        Host::Tcp(name) => name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    config.get_hosts().iter().all(near) && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

fn epoch_in(message: &SimpleQueryMessage) -> Option<Uuid> {
    match message {
        SimpleQueryMessage::Row(row) => row.get(0).and_then(|text| Uuid::parse_str(text).ok()),
        _ => None,
    }
}

impl Store for PostgresStore {
    fn id(&self) -> Uuid {
        self.id
    }

    fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    fn read(&self) -> Result<Box<dyn ReadTx + '_>> {
        Ok(Box::new(self.begin("ISOLATION LEVEL REPEATABLE READ READ ONLY")?))
    }

    fn snapshot(&self) -> Result<Box<dyn ReadTx + '_>> {
        self.read()
    }

    fn write(&self) -> Result<Box<dyn WriteTx + '_>> {
        // Each question sees what was committed before it: after the tenant is locked, everything.
        Ok(Box::new(self.begin("ISOLATION LEVEL READ COMMITTED READ WRITE")?))
    }

    fn note_seen(&self, tenant: Uuid, device: Uuid, pulled: i64, now: i64) -> Result<()> {
        let mut tx = self.begin("ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL synchronous_commit = off")?;
        let sql = "UPDATE devices SET pulled = $1, last_seen = $2 WHERE tenant = $3 AND id = $4";
        tx.tell(sql, &[&pulled, &now, &tenant, &device])?;
        Box::new(tx).commit()
    }

    fn note_last(&self, tenant: Uuid, origin: Origin, last: u64, now: i64) -> Result<()> {
        let mut tx = self.begin("ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL synchronous_commit = off")?;
        let sql = "UPDATE devices SET life = $1, last_seq = $2, last_seen = $3 WHERE tenant = $4 AND id = $5";
        let (life, last) = (i64::from(origin.incarnation), i64::try_from(last).unwrap_or(i64::MAX));
        tx.tell(sql, &[&life, &last, &now, &tenant, &origin.device])?;
        Box::new(tx).commit()
    }

    fn attach(&self, news: &Arc<News>) {
        let listener = Listener::start(self.pool.config().clone(), news);
        *self.listener.lock().unwrap_or_else(PoisonError::into_inner) = Some(listener);
    }

    fn announce(&self, epoch: Uuid, tenant: Uuid, hub_seq: i64) {
        // After the commit and not within: NOTIFY holds a lock of the whole database until its
        // transaction is on disk. What is lost here costs the wait for the PCs' next question.
        let told = self.pool.take().and_then(|mut conn| {
            let text = format!("{epoch} {tenant} {hub_seq}");
            conn.tell("SELECT pg_notify($1, $2)", &[&CHANNEL, &text])
        });
        if let Err(error) = told {
            tracing::warn!(%error, "the other hubs were not told of a push");
        }
    }

    fn close(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}

/// A transaction; undone unless it is committed.
struct PgTx<'a> {
    conn: Lent<'a>,
    epoch: Uuid,
    open: bool,
}

impl PgTx<'_> {
    fn ask(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<Vec<Row>> {
        self.conn.ask(sql, params)
    }

    /// The only row, if there is one.
    fn ask_one(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<Option<Row>> {
        Ok(self.ask(sql, params)?.into_iter().next())
    }

    fn tell(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64> {
        self.conn.tell(sql, params)
    }

    fn end(&mut self, how: &str) -> Result<()> {
        self.open = false;
        let ended = self.conn.client.batch_execute(how);
        // Nobody knows in what state it is; the server undoes what is open when the connection goes.
        self.conn.broken |= ended.is_err();
        Ok(ended?)
    }
}

impl Drop for PgTx<'_> {
    fn drop(&mut self) {
        if self.open
            && let Err(error) = self.end("ROLLBACK")
        {
            tracing::debug!(%error, "a transaction ended with its connection");
        }
    }
}

impl From<postgres::Error> for StoreError {
    fn from(error: postgres::Error) -> StoreError {
        let Some(code) = error.code() else {
            let io = std::error::Error::source(&error).is_some_and(|source| source.is::<std::io::Error>());
            return if io || error.is_closed() || error.to_string().contains("timeout") {
                StoreError::Away(said(&error))
            } else {
                StoreError::Postgres(error)
            };
        };
        if [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED].contains(code) {
            return StoreError::Again(said(&error));
        }
        // Stopping, starting, full, too many connections, gone over to another server.
        let away = ["08", "53", "57"].iter().any(|class| code.code().starts_with(class))
            || [SqlState::LOCK_NOT_AVAILABLE, SqlState::READ_ONLY_SQL_TRANSACTION].contains(code);
        if away { StoreError::Away(said(&error)) } else { StoreError::Postgres(error) }
    }
}

/// The error with what lies beneath it: the driver's own words are only "db error".
fn said(error: &postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_said_in_the_clear_to_another_machine() {
        let within = |url: &str| within_reach(&url.parse().expect("an address"));
        for near in ["host=/run/postgresql", "postgres://hub@localhost/neem", "host=127.0.0.1", "host=::1 user=hub"] {
            assert!(within(near), "{near}");
        }
        for far in ["postgres://hub@db.clinic.example/neem", "host=10.0.0.7", "host=localhost hostaddr=10.0.0.7"] {
            assert!(!within(far), "{far}");
            let refused = PostgresStore::open(far, &neem_core::clock::SystemEntropy).err().expect("is refused");
            assert!(matches!(refused, StoreError::Address(_)), "{refused}");
        }
    }
}
