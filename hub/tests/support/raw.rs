//! Bytes on a socket, and what the hub answers.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use ed25519_dalek::Signer;
use neem_core::sync::commit::SigningKey;
use neem_core::sync::protocol::{Challenge, Refusal, Token, TokenRequest, pack, unpack};
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// No answer takes so long unless the hub hangs.
const SILENCE: Duration = Duration::from_secs(20);

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn read<T: DeserializeOwned>(&self) -> T {
        let plain = unpack(&self.body).expect("a packed answer");
        rmp_serde::from_slice(&plain).expect("an answer that can be read")
    }

    pub fn refusal(&self) -> Refusal {
        self.read()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }
}

pub fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("connects");
    stream.set_read_timeout(Some(SILENCE)).expect("a time limit");
    stream.set_write_timeout(Some(SILENCE)).expect("a time limit");
    stream
}

/// The head of a POST; the connection ends with the answer.
pub fn head(path: &str, token: Option<&str>, length: usize) -> String {
    let token = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    format!("POST {path} HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n{token}Content-Length: {length}\r\n\r\n")
}

/// Reads until the hub closes.
pub fn answer(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    // A hub that has heard enough may reset the line behind its answer.
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        bytes.extend_from_slice(&buffer[..count]);
    }
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("an answer");
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1).expect("a status").parse().expect("a status");
    Answer { status, head, body: bytes[end + 4..].to_vec() }
}

pub fn post(address: SocketAddr, path: &str, token: Option<&str>, body: &[u8]) -> Answer {
    let mut stream = connect(address);
    // The hub may refuse by the head alone and close before it has all.
    let sent = stream.write_all(head(path, token, body.len()).as_bytes()).and_then(|()| stream.write_all(body));
    drop(sent);
    answer(&mut stream)
}

pub fn get(address: SocketAddr, path: &str) -> Answer {
    let mut stream = connect(address);
    stream
        .write_all(format!("GET {path} HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n").as_bytes())
        .expect("sends");
    answer(&mut stream)
}

/// A token, as a PC gets one.
pub fn token(address: SocketAddr, device: Uuid, key: &SigningKey) -> String {
    let challenge: Challenge = post(address, "/v1/challenge", None, &[]).read();
    let signature = key.sign(challenge.challenge.as_bytes()).to_bytes().to_vec();
    let request = TokenRequest { device, signature, challenge: challenge.challenge, app_version: "test".into() };
    let answer = post(address, "/v1/token", None, &pack(&request).expect("packs"));
    answer.read::<Token>().token
}
