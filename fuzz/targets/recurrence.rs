//! A rule about days (RFC 5545), as it is typed or as it comes from another PC.
#![no_main]

use chrono_tz::Tz;
use libfuzzer_sys::fuzz_target;
use neem_core::form::parse_date;
use neem_core::ids::{ClinicId, LocalDate, ProviderId, TemplateId, TemplateSlotId};
use neem_core::scheduling::{AvailabilityTemplate, DaySpan, Mode, TemplateSlot, plan};
use neem_fuzz::text;
use uuid::Uuid;

const ZONES: [Tz; 4] = [Tz::Asia__Kolkata, Tz::America__New_York, Tz::Pacific__Apia, Tz::America__Sao_Paulo];

fuzz_target!(|data: &[u8]| {
    let [zone, first, far, bytes @ ..] = data else { return };
    let start = parse_date("2 Mar 2026").expect("a day").0;
    let day = LocalDate(start).plus_days(u32::from(*first));
    let from = day.plus_days(u32::from(*far) * 16);
    let row = |weekday| TemplateSlot {
        id: TemplateSlotId(Uuid::nil()),
        weekday,
        start_time: "02:30".into(),
        end_time: "04:00".into(),
        mode: Mode::InPerson,
    };
    let template = AvailabilityTemplate {
        id: TemplateId(Uuid::nil()),
        provider_id: ProviderId(Uuid::nil()),
        clinic_id: ClinicId(Uuid::nil()),
        slot_duration_minutes: 15,
        buffer_minutes: 5,
        capacity: 1,
        valid_from: day,
        valid_to: None,
        recurrence: Some(text(bytes)),
        replaces: false,
        slots: (1..=7).map(row).collect(),
    };
    let (days, zone) = (DaySpan { from, to: from.plus_days(60) }, ZONES[*zone as usize % ZONES.len()]);
    let planned = plan(&template, &template.slots, days, zone, &[]);
    for slot in &planned {
        let on = slot.start.day(zone);
        assert!(slot.start < slot.end && on >= day && on >= days.from && on <= days.to);
    }
    assert!(planned.windows(2).all(|pair| pair[0].end <= pair[1].start), "two times overlap");
});
