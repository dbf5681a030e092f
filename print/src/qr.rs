//! The QR code as one vector path, so that it stays sharp at any resolution.

use std::fmt::Write;

use qrcode::{Color, EcLevel, QrCode};

use crate::PrintError;

pub(crate) struct QrSvg {
    pub svg: String,
    /// Modules along one side, from which the template derives a size a phone can read.
    pub modules: i64,
}

/// Draws the payload with the strongest error correction up to medium that it fits into.
pub(crate) fn svg(payload: &str) -> Result<QrSvg, PrintError> {
    let code = [EcLevel::M, EcLevel::L]
        .into_iter()
        .find_map(|level| QrCode::with_error_correction_level(payload, level).ok())
        .ok_or(PrintError::QrTooLong { bytes: payload.len() })?;
    let side = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(side).enumerate() {
        let mut x = 0;
        // One shape per run of dark modules: fewer seams and a smaller file than one per module.
        for run in row.chunk_by(|a, b| a == b) {
            if run[0] == Color::Dark {
                let n = run.len();
                let _ = write!(path, "M{x} {y}h{n}v1h-{n}z");
            }
            x += run.len();
        }
    }
    Ok(QrSvg {
        svg: format!(r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path d="{path}"/></svg>"#),
        modules: i64::try_from(side).unwrap_or(i64::MAX),
    })
}

#[cfg(test)]
mod tests {
    use super::svg;
    use crate::PrintError;

    #[test]
    fn a_signature_with_its_content_fits_and_a_novel_does_not() {
        assert_eq!(svg("RX-2026-000123").unwrap().modules, 21);
        assert!(svg(&"x".repeat(2_900)).unwrap().modules <= 177);
        assert!(matches!(svg(&"x".repeat(3_000)), Err(PrintError::QrTooLong { bytes: 3_000 })));
    }
}
