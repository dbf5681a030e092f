//! The hub's own TLS: a key and a certificate made once, or those of the operator.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use neem_core::sync::pin::Pin;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

const KEY: &str = "tls-key.pem";
const CERTIFICATE: &str = "tls-cert.pem";
/// Tells `neem-hub enroll` which key the serving hub shows.
const PIN: &str = "tls-pin";

#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("{0}: {1}")]
    File(String, std::io::Error),
    #[error("{0}: {1}")]
    Pem(String, tokio_rustls::rustls::pki_types::pem::Error),
    #[error("no certificate in {0}")]
    Empty(String),
    #[error("--tls makes its key in a data folder: without one, give --tls-cert and --tls-key")]
    NoFolder,
    #[error("the certificate cannot be made: {0}")]
    Make(#[from] rcgen::Error),
    #[error("the certificate and its key cannot be used: {0}")]
    Unusable(#[from] tokio_rustls::rustls::Error),
}

/// What a listening hub needs to speak TLS.
#[derive(Clone)]
pub struct Tls {
    pub acceptor: TlsAcceptor,
    /// What the PCs will know this hub by.
    pub pin: Pin,
}

impl Tls {
    /// From PEM files. Fails if they cannot be read or do not belong together.
    pub fn from_files(certificate: &Path, key: &Path) -> Result<Tls, TlsError> {
        let (chain, pin) = chain(certificate)?;
        let key = PrivateKeyDer::from_pem_file(key).map_err(|error| TlsError::Pem(key.display().to_string(), error))?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Tls { acceptor: TlsAcceptor::from(Arc::new(config)), pin })
    }

    /// From the data folder; made there the first time. The key is what the PCs know the hub by: it is
    /// never made again while its file is there.
    pub fn own(data: &Path) -> Result<Tls, TlsError> {
        let (certificate, key) = (data.join(CERTIFICATE), data.join(KEY));
        if !certificate.exists() || !key.exists() {
            let pair = if key.exists() {
                rcgen::KeyPair::from_pem(&read(&key)?)?
            } else {
                let pair = rcgen::KeyPair::generate()?;
                write(&key, pair.serialize_pem().as_bytes())?;
                pair
            };
            // The PCs look at the key alone, so the name is for people and the dates do not end.
            let signed = rcgen::CertificateParams::new(vec!["neem-hub".to_owned()])?.self_signed(&pair)?;
            write(&certificate, signed.pem().as_bytes())?;
        }
        Tls::from_files(&certificate, &key)
    }
}

/// The certificates of a PEM file, and what PCs know the first one by.
fn chain(path: &Path) -> Result<(Vec<CertificateDer<'static>>, Pin), TlsError> {
    let named = || path.display().to_string();
    let chain = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| TlsError::Pem(named(), error))?;
    let pin = Pin::of(chain.first().ok_or_else(|| TlsError::Empty(named()))?)?;
    Ok((chain, pin))
}

/// What PCs will know a hub with this certificate (PEM) by.
pub fn pin_of(certificate: &Path) -> Result<Pin, TlsError> {
    Ok(chain(certificate)?.1)
}

fn read(path: &Path) -> Result<String, TlsError> {
    std::fs::read_to_string(path).map_err(|error| TlsError::File(path.display().to_string(), error))
}

/// Whole or not at all, and for this user's eyes only.
fn write(path: &Path, bytes: &[u8]) -> Result<(), TlsError> {
    let draft = path.with_extension("new");
    let written = || -> std::io::Result<()> {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&draft, path)
    };
    written().map_err(|error| TlsError::File(path.display().to_string(), error))
}

/// Leaves word in the data folder which key the hub shows, or that it has no TLS of its own.
pub fn announce(data: &Path, pin: Option<Pin>) -> Result<(), TlsError> {
    let path = data.join(PIN);
    match pin {
        Some(pin) => write(&path, pin.to_hex().as_bytes()),
        None => match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(TlsError::File(path.display().to_string(), error))
            }
            _ => Ok(()),
        },
    }
}

/// The key that the hub of a data folder showed when it last served; none if it had no TLS of its own.
pub fn announced(data: &Path) -> Option<Pin> {
    Pin::from_hex(std::fs::read_to_string(data.join(PIN)).ok()?.trim())
}
