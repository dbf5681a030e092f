//! Everything that a person types or pastes, and the small JSON texts that other PCs wrote.

use neem_core::form::{self, Form, LINE, NAME, TEXT};
use neem_core::ids::Instant;
use neem_core::prescriptions::{self, PrescriptionDraft, Sheet, parse_line};
use neem_core::sync::engine::SyncReport;
use neem_core::sync::http::parse_address;

use super::fixture::NOW;

pub fn text(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let text = String::from_utf8_lossy(bytes);
    match kind % 10 {
        0 => line(&text),
        1 => {
            const COUNTRIES: [&str; 6] = ["IN", "ID", "BR", "KE", "DE", "??"];
            let (country, text) = text.split_at_checked(1).unwrap_or(("", &text));
            let country = COUNTRIES[country.bytes().next().map_or(0, usize::from) % COUNTRIES.len()];
            if let Some(phone) = form::parse_phone(text, country) {
                assert!(phone.starts_with('+'), "{phone}");
                assert_eq!(form::parse_phone(&phone, country).as_deref(), Some(&*phone), "{text:?} in {country}");
            }
        }
        2 => {
            if let Some((date, _)) = form::parse_date(&text) {
                let again = form::parse_date(&date.to_string());
                assert_eq!(again.map(|(again, _)| again), Some(date), "{text:?}");
                form::age_in_years(date, NOW.to_utc().date_naive());
            }
        }
        3 => fields(&text),
        4 => {
            if let Ok(url) = parse_address(&text) {
                assert_eq!(parse_address(url.as_str()).map(|again| again.to_string()), Ok(url.to_string()));
                url.join("/v1/hello").expect("a route of it");
            }
        }
        5 => {
            if let Ok(draft) = serde_json::from_str::<PrescriptionDraft>(&text) {
                let written = serde_json::to_string(&draft).expect("writes");
                assert_eq!(serde_json::from_str::<PrescriptionDraft>(&written).expect("reads"), draft);
            }
        }
        6 => {
            if let Ok(sheet) = serde_json::from_str::<Sheet>(&text) {
                let written = serde_json::to_string(&sheet).expect("writes");
                assert_eq!(serde_json::from_str::<Sheet>(&written).expect("reads"), sheet);
            }
        }
        7 => {
            if let Ok(report) = serde_json::from_str::<SyncReport>(&text) {
                serde_json::to_string(&report).expect("writes");
            }
        }
        8 => {
            if let Ok(potency) = prescriptions::potency(&text).ok_or(()) {
                assert_eq!(prescriptions::potency(&potency).as_deref(), Some(&*potency), "{text:?}");
            }
        }
        _ => {
            if let Ok(instant) = serde_json::from_str::<Instant>(&text) {
                let written = serde_json::to_string(&instant).expect("writes");
                assert_eq!(serde_json::from_str::<Instant>(&written).expect("reads"), instant, "{text}");
                instant.day(chrono_tz::Asia::Kolkata).bounds(chrono_tz::America::Sao_Paulo);
            }
        }
    }
}

fn line(text: &str) {
    let parsed = parse_line(text);
    assert_eq!(parsed.complete, parsed.missing.is_empty() && parsed.tokens.iter().all(|token| token.means.is_some()));
    // No word is lost on the way to the sheet.
    let typed: String = text.chars().take(300).collect();
    let words: Vec<&str> = typed.split_whitespace().collect();
    let kept = parsed.tokens.iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ");
    assert_eq!(kept, words.join(" "));
    if let Some(days) = parsed.item.duration_days {
        assert!((1..=366).contains(&days));
    }
}

fn fields(text: &str) {
    let mut form = Form::default();
    for max in [NAME, LINE, TEXT] {
        if let Some(clean) = form.optional("a", text, max) {
            assert!(clean.chars().count() <= max as usize);
            let again = form.optional("a", &clean, max);
            assert_eq!(again.as_deref(), Some(&*clean), "reading what was read changes it: {text:?}");
        }
    }
    form.name("b", text);
    form.phone("c", text, "IN");
    form.email("d", text);
    form.day("e", text);
    form.currency("f", text);
    form.time_zone("g", text);
    let _ = form.finish();
}
