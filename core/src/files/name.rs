//! A file's name as it is kept: a plain name that means no other place on any system.

use crate::files::FileKind;

/// The longest name, in bytes: every file system takes it.
const LONGEST: usize = 160;

/// Names that Windows keeps for devices, whatever their ending.
const RESERVED: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// The name without folders, marks that steer a system and marks that are not seen; its ending fits
/// what the file is.
pub(super) fn clean(name: &str, kind: FileKind) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|c| !is_hidden(*c)).map(|c| if is_special(c) { '_' } else { c }).collect();
    let plain = plain.trim().trim_matches('.').trim();
    let (stem, ending) = match plain.rsplit_once('.') {
        Some((stem, ending)) if kind.endings().contains(&ending.to_lowercase().as_str()) => {
            (stem.trim_end_matches(['.', ' ']), ending.to_lowercase())
        }
        _ => (plain, kind.endings()[0].to_owned()),
    };
    let mut stem = stem.to_owned();
    while stem.len() > LONGEST {
        stem.pop();
    }
    let first = stem.split('.').next().unwrap_or_default().trim().to_lowercase();
    let reserved = RESERVED.iter().any(|name| {
        let number = first.strip_prefix(name);
        number == Some("") || (name.starts_with(['c', 'l']) && number.is_some_and(|n| n.chars().all(char::is_numeric)))
    });
    if stem.is_empty() {
        stem = "file".into();
    } else if reserved {
        stem.insert(0, '_');
    }
    format!("{stem}.{ending}")
}

fn is_special(c: char) -> bool {
    matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*')
}

fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{FFFD}')
}

#[cfg(test)]
mod tests {
    use std::path::{Component, Path};

    use super::*;

    #[test]
    fn names_lead_nowhere() {
        for (typed, kept) in [
            ("scan.pdf", "scan.pdf"),
            ("Befund März.PDF", "Befund März.pdf"),
            ("../../etc/passwd", "passwd.pdf"),
            ("..\\..\\windows\\system32\\cmd.exe", "cmd.exe.pdf"),
            ("/etc/shadow", "shadow.pdf"),
            ("C:\\Users\\me\\scan.pdf", "scan.pdf"),
            ("C:scan.pdf", "C_scan.pdf"),
            ("\\\\server\\share\\scan.pdf", "scan.pdf"),
            ("..", "file.pdf"),
            (".", "file.pdf"),
            ("", "file.pdf"),
            ("   ", "file.pdf"),
            (".pdf", "pdf.pdf"),
            ("....//....//scan.pdf", "scan.pdf"),
            ("scan.pdf\0.exe", "scan.pdf.exe.pdf"),
            ("sc\nan\r.pdf", "scan.pdf"),
            ("scan\u{202E}fdp.exe", "scanfdp.exe.pdf"),
            ("scan.pdf/", "file.pdf"),
            ("scan.pdf::$DATA", "scan.pdf__$DATA.pdf"),
            ("con.pdf", "_con.pdf"),
            ("LPT1", "_LPT1.pdf"),
            ("community.pdf", "community.pdf"),
            ("scan.pdf . ", "scan.pdf"),
            ("a?b*c|d.pdf", "a_b_c_d.pdf"),
            ("सुनीता.pdf", "सुनीता.pdf"),
            ("%2e%2e%2fscan.pdf", "%2e%2e%2fscan.pdf"),
        ] {
            assert_eq!(clean(typed, FileKind::Pdf), kept, "{typed:?}");
        }
        for typed in ["x".repeat(5000), "é".repeat(5000), format!("{}.pdf", "../".repeat(999)), "\u{0}".repeat(9)] {
            let kept = clean(&typed, FileKind::Pdf);
            let parts: Vec<Component> = Path::new(&kept).components().collect();
            assert!(matches!(parts.as_slice(), [Component::Normal(_)]), "{kept}");
            assert!(kept.len() <= 200 && !kept.starts_with('.') && !kept.chars().any(char::is_control), "{kept}");
        }
        assert_eq!(clean("photo.jpeg", FileKind::Jpeg), "photo.jpeg");
        assert_eq!(clean("photo.png", FileKind::Jpeg), "photo.png.jpg");
    }
}
