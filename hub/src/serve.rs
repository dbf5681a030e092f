//! Running: from a data folder to a listening server, and down again without losing a push.

use std::future::Future;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use neem_core::clock::{SystemClock, SystemEntropy};
use neem_core::keys::DatabaseKey;
use tokio::net::TcpListener;

use crate::Hub;
use crate::routes::router;
use crate::store::{Store, StoreError};

#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("the key file does not hold 64 hex digits")]
    KeyFile,
}

/// Opens the hub of a data folder, or makes one; the key is read from `key_file`, or made there.
pub fn open(data: &Path, key_file: Option<&Path>) -> Result<Hub, ServeError> {
    std::fs::create_dir_all(data)?;
    let default = data.join("hub.key");
    let path = key_file.unwrap_or(&default);
    let key = match std::fs::read_to_string(path) {
        Ok(text) => DatabaseKey::from_hex(text.trim()).ok_or(ServeError::KeyFile)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let key = DatabaseKey::random(&SystemEntropy);
            let mut options = std::fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(path)?;
            file.write_all(key.to_hex().as_bytes())?;
            file.sync_all()?;
            key
        }
        Err(error) => return Err(error.into()),
    };
    let store = Store::open(&data.join("hub.db"), &key, &SystemEntropy)?;
    Ok(Hub::new(store, Arc::new(SystemClock), Arc::new(SystemEntropy)))
}

/// Serves until `stop` resolves; requests under way are finished first.
pub async fn serve(
    hub: Arc<Hub>,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    axum::serve(listener, router(hub)).with_graceful_shutdown(stop).await?;
    Ok(())
}

/// Binds, and tells what address it became (port 0 lets the system choose).
pub async fn bind(listen: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let listener = TcpListener::bind(listen).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}
