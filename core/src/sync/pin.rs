//! Knowing the hub again: the code with which a PC joins carries letters of the hub's public key, and
//! from the first contact on the PC insists on that key.

use std::fmt;
use std::sync::{Arc, OnceLock};

use rusqlite::{Connection, OptionalExtension};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, SignatureScheme};
use sha2::{Digest, Sha256};

use crate::error::{Code, Error, Result};

/// Without I, L, O, 0 and 1, as in the code itself: both are read aloud and copied from paper.
const LETTERS: &[u8; 31] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";
/// Of the code itself, which the hub knows.
const CODE_LETTERS: usize = 12;
/// Of the key: 31^16 is about 2^79, too many for somebody who looks for a key of the same letters.
const PIN_LETTERS: usize = 16;

/// SHA-256 of a hub's public key (its SubjectPublicKeyInfo): a renewed certificate keeps it, another
/// hub has another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pin([u8; 32]);

impl Pin {
    /// The pin of a certificate in DER. Fails if it is not a certificate.
    pub fn of(certificate: &CertificateDer<'_>) -> Result<Pin, rustls::Error> {
        let key = ParsedCertificate::try_from(certificate)?.subject_public_key_info();
        Ok(Pin(Sha256::digest(key.as_ref()).into()))
    }

    pub fn from_hex(text: &str) -> Option<Pin> {
        Some(Pin(*blake3::Hash::from_hex(text).ok()?.as_bytes()))
    }

    pub fn to_hex(self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().to_string()
    }

    /// As a code carries it, 16 letters.
    pub fn letters(self) -> String {
        self.0[..PIN_LETTERS].iter().map(|byte| LETTERS[*byte as usize % LETTERS.len()] as char).collect()
    }

    /// A code that brings the pin along: `K7QM-2P9X-4TBD-…`, 28 letters.
    pub fn joined_to(self, code: &str) -> String {
        let letters = self.letters();
        let quads = (0..PIN_LETTERS).step_by(4).map(|at| &letters[at..at + 4]);
        quads.fold(code.to_owned(), |text, quad| text + "-" + quad)
    }
}

/// What a PC demands of the hub's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Demand {
    /// These letters of it, from a code.
    Letters(String),
    /// The key itself, from an earlier contact.
    Key(Pin),
}

impl Demand {
    fn met_by(&self, pin: Pin) -> bool {
        match self {
            Demand::Letters(letters) => *letters == pin.letters(),
            Demand::Key(key) => *key == pin,
        }
    }
}

/// Splits what a person typed into the hub's code and the letters of its key, if it has any.
pub fn split(typed: &str) -> Result<(String, Option<Demand>), Code> {
    let mut code: String = typed.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
    match code.len() {
        length if length == CODE_LETTERS + PIN_LETTERS => {
            let letters = code.split_off(CODE_LETTERS);
            Ok((code, Some(Demand::Letters(letters))))
        }
        // Letters of the key that were lost on the way must not turn into a contact without them.
        length if length > CODE_LETTERS => Err(Code::CodeInvalid),
        _ => Ok((code, None)),
    }
}

/// Remembers the key of the hub that this PC has just been connected with.
pub fn keep(conn: &Connection, pin: Option<Pin>) -> Result<()> {
    conn.execute("UPDATE hub_link SET pin = ?1 WHERE only = 1", [pin.map(|pin| pin.0)])?;
    Ok(())
}

/// The hub has moved or has a new key, and its code said so; what was fetched from it stays counted.
pub fn move_to(conn: &Connection, address: &str, pin: Option<Pin>) -> Result<()> {
    conn.execute("UPDATE hub_link SET address = ?1 WHERE only = 1", [address])?;
    keep(conn, pin)
}

/// The key that this PC's hub must show; none without a hub, or for one that has no TLS of its own.
pub fn kept(conn: &Connection) -> Result<Option<Pin>> {
    let found: Option<Option<Vec<u8>>> =
        conn.prepare_cached("SELECT pin FROM hub_link WHERE only = 1")?.query_row([], |row| row.get(0)).optional()?;
    let Some(bytes) = found.flatten() else { return Ok(None) };
    let bytes = <[u8; 32]>::try_from(bytes).map_err(|_| Error::Invariant("a pin of another length".into()))?;
    Ok(Some(Pin(bytes)))
}

/// Accepts the one key that is demanded, whatever name or date its certificate has, and tells which
/// it was.
pub(super) struct Guard {
    demand: Demand,
    seen: Arc<OnceLock<Pin>>,
    provider: Arc<CryptoProvider>,
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_struct("Guard").field("demand", &self.demand).finish_non_exhaustive()
    }
}

/// The TLS of a client that insists on a key; the key that it met is in the second part. Fails if the
/// process has no provider of TLS.
pub(super) fn insisting(demand: Demand) -> Result<(ClientConfig, Arc<OnceLock<Pin>>)> {
    let missing = || Error::Invariant("no provider of TLS".into());
    let provider = CryptoProvider::get_default().ok_or_else(missing)?.clone();
    let seen: Arc<OnceLock<Pin>> = Arc::default();
    let guard = Guard { demand, seen: seen.clone(), provider: provider.clone() };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| missing())?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(guard))
        .with_no_client_auth();
    Ok((config, seen))
}

impl ServerCertVerifier for Guard {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let pin = Pin::of(end_entity)?;
        if !self.demand.met_by(pin) {
            return Err(CertificateError::ApplicationVerificationFailure.into());
        }
        self.seen.get_or_init(|| pin);
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Whether a line failed because what answered could not show the right key.
pub(super) fn is_impostor(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        // An io::Error names its inner error's source as its own, and so passes over the inner one.
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let tls = error.downcast_ref().or_else(|| inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()));
        if matches!(tls, Some(rustls::Error::InvalidCertificate(_))) {
            return true;
        }
        cause = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_brings_its_letters_along_however_it_is_typed() {
        let pin = Pin([200; 32]);
        let whole = pin.joined_to("K7QM-2P9X-4TBD");
        assert_eq!(whole.len(), 28 + 6);
        for typed in [whole.clone(), whole.to_lowercase(), whole.replace('-', " "), format!(" {whole} ")] {
            let (code, demand) = split(&typed).expect("splits");
            assert_eq!(code, "K7QM2P9X4TBD");
            assert!(demand.expect("letters").met_by(pin));
        }
        assert_eq!(split("K7QM-2P9X-4TBD"), Ok(("K7QM2P9X4TBD".into(), None)));
        assert_eq!(split(&whole[..whole.len() - 1]), Err(Code::CodeInvalid));
        assert_eq!(split(&format!("{whole}A")), Err(Code::CodeInvalid));
    }

    #[test]
    fn another_key_meets_no_demand() {
        let (pin, mut other) = (Pin([7; 32]), Pin([7; 32]));
        other.0[31] = 8;
        assert!(Demand::Key(pin).met_by(pin) && !Demand::Key(pin).met_by(other));
        other.0[0] = 8;
        assert!(!Demand::Letters(pin.letters()).met_by(other));
        assert_eq!(Pin::from_hex(&pin.to_hex()), Some(pin));
    }
}
