//! What people type into the fields of a form, and instants that come from other PCs.
#![no_main]

use chrono_tz::Tz;
use libfuzzer_sys::fuzz_target;
use neem_core::billing::{MOST_MINOR, Money, change};
use neem_core::form::{Form, LINE, NAME, Precision, parse_date, parse_phone};
use neem_core::ids::{Instant, LocalDate};
use neem_core::prescriptions::parse_line;
use neem_core::sync::http::parse_address;
use neem_fuzz::text;

const ZONES: [Tz; 6] = [
    Tz::Asia__Kolkata,
    Tz::America__New_York,
    Tz::Pacific__Apia,
    Tz::Pacific__Kiritimati,
    Tz::America__Sao_Paulo,
    Tz::Africa__Cairo,
];

fn dates(typed: &str) {
    let Some((date, precision)) = parse_date(typed) else { return };
    let day = LocalDate(date);
    assert_eq!(parse_date(&day.to_string()), Some((date, Precision::Day)), "{typed:?} {precision:?}");
    for zone in ZONES {
        let (start, end) = day.bounds(zone);
        assert!(start < end, "{day} {zone}");
        assert_eq!(start.day(zone), day, "{day} {zone}");
    }
}

fn money(typed: &str) {
    for currency in ["INR", "IDR", "JPY", "KWD", "CLF", "USD"] {
        if let Some(money) = Money::parse(typed, currency) {
            assert!((0..=MOST_MINOR).contains(&money.minor));
            assert_eq!(Money::parse(&money.amount(), currency), Some(money));
        }
        neem_fuzz::sound(change(typed, "500", currency));
        neem_fuzz::sound(change("12.50", typed, currency));
    }
}

fn fields(typed: &str) {
    let mut form = Form::default();
    if let Some(line) = form.optional("line", typed, LINE) {
        assert!(line.chars().count() <= LINE as usize && !line.is_empty());
        assert_eq!(form.optional("line", &line, LINE).as_deref(), Some(line.as_str()), "{typed:?}");
    }
    let name = form.name("name", typed);
    assert!(name.chars().count() <= NAME as usize && !name.contains('\n'));
    assert_eq!(form.name("name", &name), name, "{typed:?}");
    let email = form.email("email", typed);
    assert_eq!(form.email("email", &email), email, "{typed:?}");
    form.optional_email("email", typed);
    form.currency("currency", typed);
    form.time_zone("zone", typed);
    for country in ["IN", "US", "BR", "ID", "EG", "", "??"] {
        if let Some(phone) = parse_phone(typed, country) {
            assert!(phone.starts_with('+') && phone[1..].bytes().all(|byte| byte.is_ascii_digit()), "{phone}");
            assert_eq!(parse_phone(&phone, country).as_ref(), Some(&phone), "{typed:?} {country}");
        }
    }
    let _ = form.finish();
}

fn instant(bytes: &[u8]) {
    let Some(first) = bytes.first_chunk::<8>() else { return };
    let at = Instant(i64::from_le_bytes(*first));
    let shown = serde_json::to_string(&at).expect("writes");
    let _ = serde_json::from_str::<Instant>(&shown);
    let _ = neem_core::clock::Hlc::at(at).tick(at);
    for zone in ZONES {
        let day = at.day(zone);
        let _ = (day.bounds(zone), day.plus_days(1), day.to_string());
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((which, bytes)) = data.split_first() else { return };
    let typed = text(bytes);
    match which % 6 {
        0 => dates(&typed),
        1 => money(&typed),
        2 => fields(&typed),
        3 => instant(bytes),
        4 => {
            let line = parse_line(&typed);
            let _ = parse_line(&line.item.medicine);
            if let Ok(url) = parse_address(&typed) {
                let again = parse_address(url.as_str()).expect("an address");
                assert_eq!(again.host_str(), url.host_str());
            }
        }
        _ => {
            if let Ok(day) = serde_json::from_slice::<LocalDate>(bytes) {
                let _ = (day.to_string(), ZONES.map(|zone| day.bounds(zone)));
            }
            if let Ok(at) = serde_json::from_slice::<Instant>(bytes) {
                instant(&at.0.to_le_bytes());
            }
        }
    }
});
