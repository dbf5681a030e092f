//! The operating system's keyring, asked off the main path: a prompt that nobody answers must not
//! hang the start.

use std::sync::mpsc;
use std::time::Duration;

use neem_core::keys::DatabaseKey;

const SERVICE: &str = "org.neem.clinic";
const PATIENCE: Duration = Duration::from_secs(4);

/// `None` when the keyring fails or stays silent.
fn in_time<T: Send + 'static>(ask: impl FnOnce() -> keyring::Result<T> + Send + 'static) -> Option<T> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        // Nobody listens any more when the answer comes too late.
        let _ = sender.send(ask());
    });
    receiver.recv_timeout(PATIENCE).ok()?.ok()
}

/// Stores a key and reads it back: some keyrings take a secret and forget it.
pub fn store(account: &str, key: &DatabaseKey) -> bool {
    let (name, hex) = (account.to_owned(), key.to_hex());
    let stored = in_time(move || keyring::Entry::new(SERVICE, &name)?.set_password(&hex)).is_some();
    stored && read(account).is_some_and(|read| read == *key)
}

pub fn read(account: &str) -> Option<DatabaseKey> {
    let name = account.to_owned();
    let hex = in_time(move || keyring::Entry::new(SERVICE, &name)?.get_password())?;
    DatabaseKey::from_hex(&hex)
}

/// Takes a key out; whether it was there does not matter.
pub fn forget(account: &str) {
    let name = account.to_owned();
    let _ = in_time(move || keyring::Entry::new(SERVICE, &name)?.delete_credential());
}

/// Whether a keyring is there to keep a key.
pub fn answers() -> bool {
    in_time(|| match keyring::Entry::new(SERVICE, "probe")?.get_password() {
        Err(keyring::Error::NoEntry) => Ok(()),
        other => other.map(|_| ()),
    })
    .is_some()
}
