//! A CSV file of another system, read before anything is believed of it.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::{Code, Error, Result};
use crate::patients::import_columns::{ImportField, suggest};

/// The largest file, in bytes.
pub(super) const LARGEST: usize = 20 << 20;
/// The most rows of a file.
pub(super) const MOST_ROWS: usize = 100_000;
const SAMPLES: usize = 5;

/// What a file seems to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImportPreview {
    /// The headers, in the order of the file.
    pub columns: Vec<String>,
    /// What each column probably is.
    pub suggested: Vec<Option<ImportField>>,
    pub rows: u32,
    /// The first rows as they are.
    pub samples: Vec<Vec<String>>,
}

/// A file that could be read.
pub(super) struct File {
    pub headers: Vec<String>,
    /// Each row with the line on which it begins.
    pub rows: Vec<(u32, csv::StringRecord)>,
}

/// Reads a whole file. Comma, semicolon or tab, a byte order mark, and lines inside quotes are taken
/// as they come.
///
/// # Errors
/// `FileTooLarge` beyond 20 MB or 100,000 rows, with the limit that was passed; `ImportUnreadable`,
/// with the line where it is known, when it is not UTF-8, has no header or rows of different lengths.
pub(super) fn read(bytes: &[u8]) -> Result<File> {
    if bytes.len() > LARGEST {
        return Err(Error::with(Code::FileTooLarge, "20 MB"));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = 1 + bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        Error::with(Code::ImportUnreadable, line.to_string())
    })?;
    let text = text.trim_start_matches('\u{FEFF}');
    // What a reader puts in the place of bytes that it could not read.
    if let Some(at) = text.find('\u{FFFD}') {
        let line = 1 + text[..at].matches('\n').count();
        return Err(Error::with(Code::ImportUnreadable, line.to_string()));
    }
    let mut reader =
        csv::ReaderBuilder::new().delimiter(separator(text)).trim(csv::Trim::Headers).from_reader(text.as_bytes());
    let unreadable = |error: csv::Error| {
        let line = error.position().map(|position| position.line().to_string());
        Error::Rule { code: Code::ImportUnreadable, detail: line }
    };
    let headers: Vec<String> = reader.headers().map_err(unreadable)?.iter().map(str::to_owned).collect();
    if headers.iter().all(String::is_empty) {
        return Err(Code::ImportUnreadable.into());
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if rows.len() == MOST_ROWS {
            return Err(Error::with(Code::FileTooLarge, MOST_ROWS.to_string()));
        }
        let line = record.position().map_or(0, csv::Position::line);
        rows.push((u32::try_from(line).unwrap_or(u32::MAX), record));
    }
    Ok(File { headers, rows })
}

/// Of comma, semicolon and tab, the one that stands in the header most often outside quotes.
fn separator(text: &str) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    for c in text.bytes() {
        match c {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            _ if !quoted => counts.iter_mut().filter(|(separator, _)| *separator == c).for_each(|(_, n)| *n += 1),
            _ => {}
        }
    }
    let most = counts.iter().map(|(_, n)| *n).max().unwrap_or_default();
    counts.iter().find(|(_, n)| *n == most).map_or(b',', |(separator, _)| *separator)
}

/// What a file seems to be, for a person to look at.
///
/// # Errors
/// As [`read`].
pub(super) fn preview(bytes: &[u8]) -> Result<ImportPreview> {
    let file = read(bytes)?;
    Ok(ImportPreview {
        suggested: suggest(&file.headers),
        columns: file.headers,
        rows: file.rows.len() as u32,
        samples: file.rows.iter().take(SAMPLES).map(|(_, row)| row.iter().map(str::to_owned).collect()).collect(),
    })
}
