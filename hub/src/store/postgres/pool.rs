//! A few connections, lent to one request at a time.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use postgres::types::ToSql;
use postgres::{Client, Config, NoTls, Row, Statement};

use crate::store::{Result, StoreError};

/// More hub processes, and not more connections of each, use more of the server.
const CONNECTIONS: usize = 16;
/// How long a request waits for a connection before the PC is told to try again.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long nobody tries to connect after a failure, doubled with each.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

// A setting that a server may have otherwise: an acknowledged push must outlive a power cut. A hub that
// hangs, or lost its line, must not hold a clinic's row for ever.
const SETTINGS: &str = "SET idle_in_transaction_session_timeout = '60s'; SET lock_timeout = '20s';
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

pub type Param<'a> = &'a (dyn ToSql + Sync);

pub struct Pool {
    config: Config,
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Default)]
struct State {
    idle: Vec<Connection>,
    open: usize,
    /// After a failure to connect: until when nobody tries, and for how long that is.
    pause: Option<(Instant, Duration)>,
}

pub struct Connection {
    pub client: Client,
    statements: HashMap<&'static str, Statement>,
    /// Whether it served another request before.
    pub used: bool,
    /// Not to be lent again.
    pub broken: bool,
}

impl Pool {
    pub fn new(config: Config) -> Pool {
        Pool { config, state: Mutex::default(), freed: Condvar::new() }
    }

    pub fn config(&self) -> &Config {
        &self.config
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection, given back when it is dropped.
    pub fn take(&self) -> Result<Lent<'_>> {
        let until = Instant::now() + PATIENCE;
        let mut state = self.state();
        loop {
            if let Some(conn) = state.idle.pop() {
                if !conn.client.is_closed() {
                    return Ok(Lent { conn: Some(conn), pool: self });
                }
                state.open -= 1;
                continue;
            }
            let now = Instant::now();
            if state.pause.is_some_and(|(end, _)| now < end) {
                return Err(StoreError::Away("no connection a moment ago".into()));
            }
            if state.open < CONNECTIONS {
                state.open += 1;
                drop(state);
                return self.connected();
            }
            let Some(left) = until.checked_duration_since(now).filter(|left| !left.is_zero()) else {
                return Err(StoreError::Away("all connections are busy".into()));
            };
            state = self.freed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn connected(&self) -> Result<Lent<'_>> {
        let connected = connect(&self.config);
        let mut state = self.state();
        match connected {
            Ok(client) => {
                state.pause = None;
                let conn = Connection { client, statements: HashMap::new(), used: false, broken: false };
                Ok(Lent { conn: Some(conn), pool: self })
            }
            Err(error) => {
                state.open -= 1;
                let length = state.pause.map_or(FIRST_PAUSE, |(_, length)| (length * 2).min(LONGEST_PAUSE));
                state.pause = Some((Instant::now() + length, length));
                self.freed.notify_one();
                tracing::error!(%error, "no connection to the database");
                Err(error)
            }
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        // A connection ends its runtime, which must not happen inside another one.
        let idle = std::mem::take(&mut self.state().idle);
        let _ = std::thread::spawn(move || drop(idle)).join();
    }
}

/// A connection with the hub's settings.
pub fn connect(config: &Config) -> Result<Client> {
    let mut client = config.connect(NoTls).map_err(|error| match StoreError::from(error) {
        StoreError::Postgres(error) if error.code().is_none() => StoreError::Away(super::said(&error)),
        other => other,
    })?;
    client.batch_execute(SETTINGS)?;
    Ok(client)
}

impl Connection {
    pub fn ask(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<Vec<Row>> {
        let statement = self.prepared(sql)?;
        Ok(self.client.query(&statement, params)?)
    }

    pub fn tell(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64> {
        let statement = self.prepared(sql)?;
        Ok(self.client.execute(&statement, params)?)
    }

    fn prepared(&mut self, sql: &'static str) -> Result<Statement> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql)?;
        self.statements.insert(sql, statement.clone());
        Ok(statement)
    }
}

/// A connection in use.
pub struct Lent<'a> {
    conn: Option<Connection>,
    pool: &'a Pool,
}

impl Deref for Lent<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match &self.conn {
            Some(conn) => conn,
            None => unreachable!("it is given back by drop alone"),
        }
    }
}

impl DerefMut for Lent<'_> {
    fn deref_mut(&mut self) -> &mut Connection {
        match &mut self.conn {
            Some(conn) => conn,
            None => unreachable!("it is given back by drop alone"),
        }
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let Some(mut conn) = self.conn.take() else { return };
        let mut state = self.pool.state();
        if conn.broken || conn.client.is_closed() {
            state.open -= 1;
        } else {
            conn.used = true;
            state.idle.push(conn);
        }
        self.pool.freed.notify_one();
    }
}
