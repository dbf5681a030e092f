//! One running app: its database, and who is signed in. Every command goes through [`App::read`] or
//! [`App::write`], which ask for the session and the permission first.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use neem_core::identity::{Permission, Role, SignedIn};
use neem_core::ids::{LocalDate, ProviderId, SessionId, UserId};
use neem_core::sync::records::WaitingRows;
use neem_core::{Actor, Code, Db, Tx, tenancy};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::{AppHandle, Manager};
use tauri_specta::Event;
use tokio::sync::Notify;

use crate::error::Answer;
use crate::events::{Changed, ScreenLocked};

/// A PC left alone shows nothing after this long.
pub const LOCK_AFTER: Duration = Duration::from_secs(10 * 60);

/// Who is signed in, as the screens see it.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    pub user_id: UserId,
    pub name: String,
    pub email: String,
    pub roles: Vec<Role>,
    pub permissions: Vec<Permission>,
    pub provider_id: Option<ProviderId>,
    pub locked: bool,
    pub lock_after_minutes: u32,
}

pub struct Present {
    pub who: SignedIn,
    session: SessionId,
    pub locked: bool,
    last_touch: Instant,
}

pub struct App {
    pub data_dir: PathBuf,
    pub handle: AppHandle,
    db: RwLock<Option<Arc<Db>>>,
    present: Mutex<Option<Present>>,
    founding: Mutex<()>,
    /// One sync at a time.
    pub syncing: AtomicBool,
    pub last_failure: Mutex<Option<Code>>,
    /// Something was written here that the hub does not have.
    pub written: Notify,
    /// Another hub, or none: waiting for the old one has no sense.
    pub hub_changed: Notify,
    /// A person stops the sync that runs.
    pub stop_sync: Notify,
    /// What the commits that wait have written, for the mark on each record.
    pub waiting_rows: Mutex<WaitingRows>,
}

impl App {
    pub fn new(data_dir: PathBuf, handle: AppHandle) -> App {
        App {
            data_dir,
            handle,
            db: RwLock::default(),
            present: Mutex::default(),
            founding: Mutex::default(),
            syncing: AtomicBool::new(false),
            last_failure: Mutex::default(),
            written: Notify::new(),
            hub_changed: Notify::new(),
            stop_sync: Notify::new(),
            waiting_rows: Mutex::default(),
        }
    }

    /// The open database.
    pub fn db(&self) -> Answer<Arc<Db>> {
        let db = self.db.read().unwrap_or_else(PoisonError::into_inner).clone();
        db.ok_or_else(|| Code::NotSignedIn.into())
    }

    /// Held while a database is being made: a second press waits and then finds it made.
    pub fn founding(&self) -> std::sync::MutexGuard<'_, ()> {
        self.founding.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn is_open(&self) -> bool {
        self.db().is_ok()
    }

    /// Takes a database into use: from now on its changes reach the window.
    pub fn adopt(&self, db: Db) {
        let handle = self.handle.clone();
        db.on_change(move |tables| {
            let tables = tables.iter().map(|table| table.name().to_owned()).collect();
            let _ = Changed { tables }.emit(&handle);
            crate::sync::announce_status(&handle);
        });
        *self.db.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(db));
    }

    /// Lets go of the database and of whoever is signed in: nothing of the records stays on screen.
    pub fn shut(&self) {
        self.leave();
        *self.db.write().unwrap_or_else(PoisonError::into_inner) = None;
        *self.waiting_rows.lock().unwrap_or_else(PoisonError::into_inner) = WaitingRows::default();
        // Whoever syncs in the background lets go of it as well, at once.
        self.hub_changed.notify_one();
    }

    fn present(&self) -> std::sync::MutexGuard<'_, Option<Present>> {
        self.present.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether somebody is here who may do one of these.
    pub fn may_any(&self, permissions: &[Permission]) -> Answer<()> {
        let who = self.awake()?;
        if permissions.iter().any(|permission| who.may(*permission)) { Ok(()) } else { Err(Code::NotAllowed.into()) }
    }

    /// Who is signed in and may do this.
    fn allowed(&self, permission: Permission) -> Answer<SignedIn> {
        let who = self.awake()?;
        if who.may(permission) { Ok(who) } else { Err(Code::NotAllowed.into()) }
    }

    /// Who is signed in, at a screen that is not locked.
    fn awake(&self) -> Answer<SignedIn> {
        let mut present = self.present();
        let person = present.as_mut().ok_or(Code::NotSignedIn)?;
        if person.last_touch.elapsed() > LOCK_AFTER {
            person.locked = true;
        }
        if person.locked {
            return Err(Code::Locked.into());
        }
        Ok(person.who.clone())
    }

    pub fn read<T>(
        &self,
        permission: Permission,
        query: impl FnOnce(&Connection) -> neem_core::Result<T>,
    ) -> Answer<T> {
        self.allowed(permission)?;
        Ok(self.db()?.read(query)?)
    }

    /// One user action: `name` is what the audit calls it.
    pub fn write<T>(
        &self,
        permission: Permission,
        name: &str,
        action: impl FnOnce(&Tx) -> neem_core::Result<T>,
    ) -> Answer<T> {
        let who = self.allowed(permission)?;
        let value = self.db()?.write(Actor::User(who.user), name, action)?;
        self.written.notify_one();
        Ok(value)
    }

    /// The same for tables that never leave this PC.
    pub fn write_local<T>(
        &self,
        permission: Permission,
        action: impl FnOnce(&Connection) -> neem_core::Result<T>,
    ) -> Answer<T> {
        self.allowed(permission)?;
        Ok(self.db()?.write_local(action)?)
    }

    /// What an action would lead to: it is done and taken back.
    pub fn rehearse<T>(
        &self,
        permission: Permission,
        rehearse: impl FnOnce(&Db, Actor) -> neem_core::Result<T>,
    ) -> Answer<T> {
        let who = self.allowed(permission)?;
        Ok(rehearse(&*self.db()?, Actor::User(who.user))?)
    }

    pub fn user(&self, permission: Permission) -> Answer<SignedIn> {
        self.allowed(permission)
    }

    /// The doctor who is signed in.
    pub fn provider(&self, permission: Permission) -> Answer<ProviderId> {
        self.allowed(permission)?.provider.ok_or_else(|| Code::NotAllowed.into())
    }

    /// Whether whoever is signed in is this doctor.
    pub fn is_doctor(&self, provider: Option<ProviderId>) -> Answer<bool> {
        let who = self.awake()?;
        Ok(who.provider.is_some() && who.provider == provider)
    }

    /// The local day at the site where this PC stands.
    pub fn day(&self) -> Answer<LocalDate> {
        let db = self.db()?;
        let zone = db.read(|conn| match db.device()?.clinic {
            Some(clinic) => Ok(tenancy::clinic(conn, clinic)?.zone()),
            None => Ok(chrono_tz::UTC),
        })?;
        Ok(db.now().day(zone))
    }

    pub fn enter(&self, who: SignedIn, session: SessionId) -> Session {
        *self.present() = Some(Present { who, session, locked: false, last_touch: Instant::now() });
        // Just set: there is somebody.
        self.session().unwrap_or_else(|| unreachable!("a session that was just entered"))
    }

    pub fn leave(&self) {
        *self.present() = None;
    }

    /// The session that was opened on this PC for whoever is signed in.
    pub fn session_id(&self) -> Option<SessionId> {
        self.present().as_ref().map(|person| person.session)
    }

    pub fn lock(&self) {
        if let Some(person) = self.present().as_mut() {
            person.locked = true;
        }
    }

    pub fn touch(&self) {
        if let Some(person) = self.present().as_mut().filter(|person| !person.locked) {
            person.last_touch = Instant::now();
        }
    }

    pub fn session(&self) -> Option<Session> {
        self.present().as_ref().map(|person| Session {
            user_id: person.who.user,
            name: person.who.name.clone(),
            email: person.who.email.clone(),
            roles: person.who.roles.clone(),
            permissions: Permission::ALL.iter().copied().filter(|p| person.who.may(*p)).collect(),
            provider_id: person.who.provider,
            locked: person.locked,
            lock_after_minutes: (LOCK_AFTER.as_secs() / 60) as u32,
        })
    }

    /// Locks if nobody was here for long enough; tells whether it did just now.
    fn lock_if_left(&self) -> bool {
        let mut present = self.present();
        let Some(person) = present.as_mut() else { return false };
        let left = !person.locked && person.last_touch.elapsed() > LOCK_AFTER;
        person.locked |= left;
        left
    }
}

/// Looks every few seconds whether the PC has been left alone.
pub fn watch_inactivity(handle: AppHandle) {
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(Duration::from_secs(5));
            if handle.state::<App>().lock_if_left() {
                let _ = ScreenLocked.emit(&handle);
            }
        }
    });
}

/// Does long work (the network, a key derivation, a new database) on a thread of its own: the few
/// threads that answer the window must stay free.
pub async fn apart<T: Send + 'static>(
    handle: AppHandle,
    work: impl FnOnce(&App) -> Answer<T> + Send + 'static,
) -> Answer<T> {
    let done = tauri::async_runtime::spawn_blocking(move || work(&handle.state::<App>())).await;
    done.unwrap_or_else(|_| Err(Code::Internal.into()))
}
