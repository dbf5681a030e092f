//! Running: from a data folder to a listening server, and down again without losing a push.

use std::future::Future;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use neem_core::clock::{SystemClock, SystemEntropy};
use neem_core::keys::DatabaseKey;
use prometheus::IntGauge;
use tokio::net::TcpListener;

use crate::connections::{self, Door, Patience};
use crate::limits::Rates;
use crate::routes::{Service, router};
use crate::store::{PostgresStore, SqliteStore, StoreError};
use crate::tls::{Tls, TlsError};
use crate::{Hub, metrics};

#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("metrics: {0}")]
    Metrics(#[from] prometheus::Error),
    #[error("the key file does not hold 64 hex digits")]
    KeyFile,
}

/// The key of a data folder's database.
pub fn key_of(data: &Path, key_file: Option<&Path>) -> Result<DatabaseKey, ServeError> {
    let default = data.join("hub.key");
    let text = std::fs::read_to_string(key_file.unwrap_or(&default))?;
    DatabaseKey::from_hex(text.trim()).ok_or(ServeError::KeyFile)
}

/// Opens the hub of a data folder, or makes one; the key is read from `key_file`, or made there.
pub fn open(data: &Path, key_file: Option<&Path>) -> Result<Hub, ServeError> {
    std::fs::create_dir_all(data)?;
    let key = match key_of(data, key_file) {
        Err(ServeError::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => {
            let default = data.join("hub.key");
            let key = DatabaseKey::random(&SystemEntropy);
            let mut options = std::fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(key_file.unwrap_or(&default))?;
            file.write_all(key.to_hex().as_bytes())?;
            file.sync_all()?;
            key
        }
        known => known?,
    };
    let store = SqliteStore::open(&data.join("hub.db"), &key, &SystemEntropy)?;
    Ok(Hub::new(Box::new(store), Arc::new(SystemClock), Arc::new(SystemEntropy))?)
}

/// Opens the hub of a PostgreSQL database, or makes one there.
pub fn open_database(url: &str) -> Result<Hub, ServeError> {
    let store = PostgresStore::open(url, &SystemEntropy)?;
    Ok(Hub::new(Box::new(store), Arc::new(SystemClock), Arc::new(SystemEntropy))?)
}

/// How a hub is served.
#[derive(Default)]
pub struct Manner {
    /// Without it the hub speaks plain HTTP, for a line that nobody else is on, or behind a proxy.
    pub tls: Option<Tls>,
    /// A proxy stands before the hub and says in `X-Forwarded-For` for whom it speaks.
    pub behind_proxy: bool,
    pub rates: Rates,
    pub patience: Patience,
    /// Where `/metrics` is served, if anywhere.
    pub metrics: Option<TcpListener>,
}

/// Serves plain HTTP until `stop` resolves; requests under way are finished first.
pub async fn serve(
    hub: Arc<Hub>,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    serve_in(hub, listener, Manner::default(), stop).await
}

/// The same in another manner.
pub async fn serve_in(
    hub: Arc<Hub>,
    listener: TcpListener,
    manner: Manner,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let Manner { tls, behind_proxy, rates, patience, metrics } = manner;
    let service = Arc::new(Service::new(hub.clone(), rates, behind_proxy, patience.silence)?);
    let aside = metrics.map(|listener| {
        let (router, open) = (metrics::router(service.clone()), IntGauge::new("aside", "connections for figures"));
        open.map(|open| Door { listener, router, tls: None, behind_proxy: false, patience, open })
    });
    // Figures are given until the last request is done.
    let aside = aside.transpose()?.map(|door| tokio::spawn(connections::take(door, std::future::pending())));
    let stop = async move {
        stop.await;
        // Whoever waits for news would otherwise hold the hub open.
        hub.news.close();
    };
    let open = service.meters.connections.clone();
    connections::take(Door { listener, router: router(service), tls, behind_proxy, patience, open }, stop).await;
    if let Some(aside) = aside {
        aside.abort();
    }
    Ok(())
}

/// Binds, and tells what address it became (port 0 lets the system choose).
pub async fn bind(listen: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let listener = TcpListener::bind(listen).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}
