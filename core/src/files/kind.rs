//! What a file is, told by its bytes: a name can say anything.

use serde::{Deserialize, Serialize};
use specta::Type;

/// So much of a text is looked at to tell a table from prose, in bytes.
const HEAD: usize = 64 << 10;

/// The kinds that a clinic may keep. Everything else is refused: archives, programs, office files
/// with macros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    Pdf,
    Png,
    Jpeg,
    Webp,
    Text,
    Csv,
}

impl FileKind {
    /// The media type as IANA has it.
    pub fn media_type(self) -> &'static str {
        match self {
            FileKind::Pdf => "application/pdf",
            FileKind::Png => "image/png",
            FileKind::Jpeg => "image/jpeg",
            FileKind::Webp => "image/webp",
            FileKind::Text => "text/plain",
            FileKind::Csv => "text/csv",
        }
    }

    /// The endings of a name that fit; the first is the usual one.
    pub(super) fn endings(self) -> &'static [&'static str] {
        match self {
            FileKind::Pdf => &["pdf"],
            FileKind::Png => &["png"],
            FileKind::Jpeg => &["jpg", "jpeg"],
            FileKind::Webp => &["webp"],
            FileKind::Text => &["txt", "md", "log"],
            FileKind::Csv => &["csv", "tsv", "txt"],
        }
    }
}

/// Looks at the bytes as they pass.
pub(super) struct Sniffer {
    head: Vec<u8>,
    /// The bytes of a character that was cut by the end of a piece.
    cut: Vec<u8>,
    is_text: bool,
    more: bool,
}

impl Sniffer {
    pub fn new() -> Sniffer {
        Sniffer { head: Vec::new(), cut: Vec::new(), is_text: true, more: false }
    }

    pub fn push(&mut self, bytes: &[u8]) {
        let room = HEAD - self.head.len();
        self.head.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.more |= bytes.len() > room;
        if !self.is_text {
            return;
        }
        self.cut.extend_from_slice(bytes);
        let (text, rest) = match std::str::from_utf8(&self.cut) {
            Ok(text) => (text, self.cut.len()),
            Err(error) if error.error_len().is_none() => {
                let whole = error.valid_up_to();
                (std::str::from_utf8(&self.cut[..whole]).unwrap_or_default(), whole)
            }
            Err(_) => {
                self.is_text = false;
                return;
            }
        };
        self.is_text = !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}'));
        self.cut.drain(..rest);
    }

    /// The kind, or `None` for what is refused.
    pub fn finish(self) -> Option<FileKind> {
        let head = self.head.as_slice();
        if head.starts_with(b"%PDF-") {
            return Some(FileKind::Pdf);
        }
        if head.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Some(FileKind::Png);
        }
        if head.starts_with(b"\xff\xd8\xff") {
            return Some(FileKind::Jpeg);
        }
        if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
            return Some(FileKind::Webp);
        }
        // A text that a system would run is a program.
        if !self.is_text || !self.cut.is_empty() || head.is_empty() || head.starts_with(b"#!") {
            return None;
        }
        Some(if is_table(head, self.more) { FileKind::Csv } else { FileKind::Text })
    }
}

/// Whether a text has two lines or more of the same number of fields, at least two.
fn is_table(head: &[u8], cut: bool) -> bool {
    b",;\t".iter().any(|delimiter| {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(*delimiter).from_reader(head);
        let mut widths: Vec<usize> = reader.byte_records().map_while(Result::ok).map(|record| record.len()).collect();
        if cut {
            // The last line seen may go on behind what was looked at.
            widths.pop();
        }
        widths.len() >= 2 && widths[0] >= 2 && widths.iter().all(|width| *width == widths[0])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(bytes: &[u8], piece: usize) -> Option<FileKind> {
        let mut sniffer = Sniffer::new();
        bytes.chunks(piece).for_each(|piece| sniffer.push(piece));
        sniffer.finish()
    }

    #[test]
    fn the_bytes_say_what_a_file_is() {
        let png = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR";
        for (bytes, expected) in [
            (b"%PDF-1.7\n\x00\xff".as_slice(), Some(FileKind::Pdf)),
            (png, Some(FileKind::Png)),
            (b"\xff\xd8\xff\xe0\x00\x10JFIF", Some(FileKind::Jpeg)),
            (b"RIFF\x24\x00\x00\x00WEBPVP8 ", Some(FileKind::Webp)),
            ("नमस्ते, how are you?\nFine.".as_bytes(), Some(FileKind::Text)),
            (b"name,phone\nSunita,55501\n", Some(FileKind::Csv)),
            (b"name;phone\r\nSunita;55501\r\n", Some(FileKind::Csv)),
            (b"name,phone\nSunita\n", Some(FileKind::Text)),
            (b"", None),
            (b"MZ\x90\x00\x03\x00", None),
            (b"\x7fELF\x02\x01\x01\x00", None),
            (b"PK\x03\x04\x14\x00", None),
            (b"\x1f\x8b\x08\x00", None),
            (b"RIFF\x24\x00\x00\x00WAVEfmt ", None),
            (b"#!/bin/sh\nrm -rf /\n", None),
            (b"latin \xe9", None),
            (b"cut in a letter \xe0\xa4", None),
            (b"a\x00b", None),
        ] {
            for piece in [1, 3, 7, 4096] {
                assert_eq!(
                    kind_of(bytes, piece),
                    expected,
                    "{:?} in pieces of {piece}",
                    String::from_utf8_lossy(bytes)
                );
            }
        }
    }

    #[test]
    fn a_text_is_looked_at_to_its_end() {
        let mut long = "a line of words\n".repeat(10_000).into_bytes();
        assert_eq!(kind_of(&long, 4096), Some(FileKind::Text));
        long.push(0);
        assert_eq!(kind_of(&long, 4096), None);
    }
}
