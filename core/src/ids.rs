//! Ids, instants and days: small types so that a patient's id is never taken for a provider's.

use std::fmt;

use chrono::{DateTime, Datelike, Days, NaiveDate, SecondsFormat, TimeZone, Utc};
use chrono_tz::Tz;
use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use specta::Type;
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                self.0.to_sql()
            }
        }
        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                Uuid::column_result(value).map($name)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    /// One clinic business with all its sites.
    TenantId,
    /// One site.
    ClinicId,
    UserId,
    ProviderId,
    ServiceId,
    PatientId,
    AllergyId,
    AppointmentId,
    /// Visits booked together that repeat.
    SeriesId,
    TicketId,
    PaperSlipId,
    /// Blank slips that were printed together.
    SlipBatchId,
    ConsultationId,
    PrescriptionId,
    CredentialId,
    StaffMemberId,
    TokenId,
    SessionId,
    GrantId,
    DependantId,
    ConsentId,
    ConditionId,
    MedicationId,
    VitalsId,
    MergeId,
    TemplateId,
    TemplateSlotId,
    TimeOffId,
    SlotId,
    WaitlistId,
    FormularyId,
    ReviewId,
    InvoiceId,
    PaymentId,
    CashSessionId,
    FileId,
    ConversationId,
    MessageId,
    NotificationId,
    NotificationTemplateId,
    /// A support ticket; the one of the queue is a [`TicketId`].
    SupportTicketId,
    AuditId,
    /// One PC, as enrolled.
    DeviceId,
    /// A row of `conflicts`.
    ConflictId,
    /// A row of `conflict_decisions`.
    DecisionId,
}

/// A point in time, in milliseconds since 1970 UTC; travels as RFC 3339 text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Type)]
pub struct Instant(#[specta(type = String)] pub i64);

impl Instant {
    /// 1970 for a time outside of the years 1 to 9999, which only a broken PC writes: near the ends of what can
    /// be counted, no zone could show it.
    pub fn to_utc(self) -> DateTime<Utc> {
        let time = Utc.timestamp_millis_opt(self.0).single().filter(|time| (1..=9999).contains(&time.year()));
        time.unwrap_or_default()
    }

    /// The clinic's local day at this instant.
    pub fn day(self, zone: Tz) -> LocalDate {
        LocalDate(self.to_utc().with_timezone(&zone).date_naive())
    }

    pub fn plus_minutes(self, minutes: i64) -> Instant {
        Instant(self.0.saturating_add(minutes.saturating_mul(60_000)))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_utc().to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let time = DateTime::parse_from_rfc3339(&text).map_err(serde::de::Error::custom)?;
        Ok(Instant(time.timestamp_millis()))
    }
}

impl ToSql for Instant {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl FromSql for Instant {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        i64::column_result(value).map(Instant)
    }
}

/// A calendar day without a zone, as `2026-11-20`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct LocalDate(#[specta(type = String)] pub NaiveDate);

impl LocalDate {
    pub fn plus_days(self, days: u32) -> LocalDate {
        LocalDate(self.0.checked_add_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MAX))
    }

    /// The instants at which this day begins and ends in `zone`; a day that daylight saving
    /// shortens or lengthens has its true length.
    pub fn bounds(self, zone: Tz) -> (Instant, Instant) {
        let start = |day: NaiveDate| {
            let midnight = day.and_hms_opt(0, 0, 0).unwrap_or_default();
            // Some zones skip midnight when the clocks go forward: the day then begins at one.
            let local = zone
                .from_local_datetime(&midnight)
                .earliest()
                .or_else(|| zone.from_local_datetime(&(midnight + chrono::Duration::hours(1))).earliest());
            Instant(local.map_or_else(|| midnight.and_utc().timestamp_millis(), |t| t.timestamp_millis()))
        };
        (start(self.0), start(self.plus_days(1).0))
    }
}

impl fmt::Display for LocalDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

impl ToSql for LocalDate {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.to_string()))
    }
}

impl FromSql for LocalDate {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .map(LocalDate)
            .map_err(|error| rusqlite::types::FromSqlError::Other(Box::new(error)))
    }
}

/// Gives an enum without fields its names in the database; a name that is not known is an error
/// of the column, never a default.
macro_rules! named_values {
    ($type:ident { $($variant:ident = $name:literal),+ $(,)? }) => {
        impl $type {
            pub fn name(self) -> &'static str {
                match self { $($type::$variant => $name),+ }
            }
        }
        impl rusqlite::types::ToSql for $type {
            fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
                Ok(self.name().into())
            }
        }
        impl rusqlite::types::FromSql for $type {
            fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
                match value.as_str()? {
                    $($name => Ok($type::$variant),)+
                    other => Err(rusqlite::types::FromSqlError::Other(
                        format!("{other} is no {}", stringify!($type)).into(),
                    )),
                }
            }
        }
    };
}
pub(crate) use named_values;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_no_clock_shows_brings_no_screen_down() {
        // Rows of another PC hold whatever it wrote. Of these the zone's own offset leads out of the calendar.
        let (first, last) = (-8_334_601_228_800_000, 8_210_266_876_799_999);
        for at in [i64::MIN, first, last, i64::MAX].map(Instant) {
            for zone in [chrono_tz::Asia::Kolkata, chrono_tz::America::New_York] {
                assert_eq!(at.day(zone), Instant(0).day(zone));
            }
            assert_eq!(at.to_string(), "1970-01-01T00:00:00.000Z");
            assert!(at.plus_minutes(15) >= at && at.plus_minutes(-15) <= at);
        }
        for day in [NaiveDate::MIN, NaiveDate::MAX].map(LocalDate) {
            let (start, end) = day.bounds(chrono_tz::Asia::Kolkata);
            assert!(start <= end && day.plus_days(1) >= day);
        }
    }
}
