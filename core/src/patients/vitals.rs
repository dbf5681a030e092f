//! What was measured. A measuring never changes; a wrong one is followed by a right one.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::{Form, LINE};
use crate::ids::{ConsultationId, Instant, LocalDate, PatientId, VitalsId};
use crate::page::{Page, PageRequest};
use crate::patients::same::same_person;
use crate::patients::{known_patient, patient};

/// One measuring as typed; what was not measured is left out.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewVitals {
    pub patient_id: PatientId,
    pub consultation_id: Option<ConsultationId>,
    /// Now, when left out.
    pub measured_at: Option<Instant>,
    pub systolic_mmhg: Option<u32>,
    pub diastolic_mmhg: Option<u32>,
    pub pulse_per_min: Option<u32>,
    pub breaths_per_min: Option<u32>,
    pub temperature_c: Option<f64>,
    pub oxygen_percent: Option<u32>,
    pub glucose_mg_per_dl: Option<u32>,
    pub height_cm: Option<f64>,
    pub weight_kg: Option<f64>,
    pub note: String,
}

/// One measuring; the unit is in the field's name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Vitals {
    pub id: VitalsId,
    pub consultation_id: Option<ConsultationId>,
    pub measured_at: Instant,
    pub systolic_mmhg: Option<u32>,
    pub diastolic_mmhg: Option<u32>,
    pub pulse_per_min: Option<u32>,
    pub breaths_per_min: Option<u32>,
    pub temperature_c: Option<f64>,
    pub oxygen_percent: Option<u32>,
    pub glucose_mg_per_dl: Option<u32>,
    pub height_cm: Option<f64>,
    pub weight_kg: Option<f64>,
    pub note: Option<String>,
    pub recorded_by: String,
}

/// A single value and when it was measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Reading {
    pub value: f64,
    pub measured_at: Instant,
}

/// Both values of one measuring, in mmHg.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BloodPressure {
    pub systolic: u32,
    pub diastolic: u32,
    pub measured_at: Instant,
}

/// The latest of each kind; units as in [`Vitals`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LatestVitals {
    pub blood_pressure: Option<BloodPressure>,
    pub pulse: Option<Reading>,
    pub breaths: Option<Reading>,
    pub temperature: Option<Reading>,
    pub oxygen: Option<Reading>,
    pub glucose: Option<Reading>,
    pub height: Option<Reading>,
    pub weight: Option<Reading>,
    /// Derived from the latest height and weight, in kg/m² with one decimal.
    pub bmi: Option<f64>,
    /// Derived.
    pub age_years: Option<u32>,
}

impl Vitals {
    fn from_row(row: &Row) -> rusqlite::Result<Vitals> {
        Ok(Vitals {
            id: row.get("id")?,
            consultation_id: row.get("consultation_id")?,
            measured_at: row.get("measured_at")?,
            systolic_mmhg: row.get("systolic_mmhg")?,
            diastolic_mmhg: row.get("diastolic_mmhg")?,
            pulse_per_min: row.get("pulse_per_min")?,
            breaths_per_min: row.get("breaths_per_min")?,
            temperature_c: row.get("temperature_c")?,
            oxygen_percent: row.get("oxygen_percent")?,
            glucose_mg_per_dl: row.get("glucose_mg_per_dl")?,
            height_cm: row.get("height_cm")?,
            weight_kg: row.get("weight_kg")?,
            note: row.get("note")?,
            recorded_by: row.get("recorded_by_name")?,
        })
    }
}

/// Weight in kg by the square of the height in m, with one decimal.
pub fn body_mass_index(height_cm: Option<f64>, weight_kg: Option<f64>) -> Option<f64> {
    let (height, weight) = (height_cm? / 100.0, weight_kg?);
    (height > 0.0).then(|| (weight / (height * height) * 10.0).round() / 10.0)
}

/// Takes down one measuring. The limits, those of the columns, tell a slip of the finger from a patient.
///
/// # Errors
/// A form problem `OutOfRange` for each value beyond its limits; `Required` when nothing was measured.
pub fn record_vitals(tx: &Tx, vitals: &NewVitals) -> Result<VitalsId> {
    let mut form = Form::default();
    known_patient(&mut form, tx, "patientId", vitals.patient_id)?;
    for (field, value, least, most) in [
        ("systolicMmhg", vitals.systolic_mmhg.map(f64::from), 30.0, 320.0),
        ("diastolicMmhg", vitals.diastolic_mmhg.map(f64::from), 10.0, 220.0),
        ("pulsePerMin", vitals.pulse_per_min.map(f64::from), 10.0, 350.0),
        ("breathsPerMin", vitals.breaths_per_min.map(f64::from), 2.0, 120.0),
        ("temperatureC", vitals.temperature_c, 25.0, 45.0),
        ("oxygenPercent", vitals.oxygen_percent.map(f64::from), 30.0, 100.0),
        ("glucoseMgPerDl", vitals.glucose_mg_per_dl.map(f64::from), 5.0, 2000.0),
        ("heightCm", vitals.height_cm, 20.0, 280.0),
        ("weightKg", vitals.weight_kg, 0.2, 650.0),
    ] {
        if value.is_some_and(|value| !(least..=most).contains(&value)) {
            form.problem(field, Code::OutOfRange, Some(most as u32));
        }
    }
    if let (Some(systolic), Some(diastolic)) = (vitals.systolic_mmhg, vitals.diastolic_mmhg)
        && diastolic >= systolic
    {
        form.problem("diastolicMmhg", Code::OutOfRange, Some(systolic));
    }
    let note = form.optional("note", &vitals.note, LINE);
    if is_empty(vitals) {
        form.problem("systolicMmhg", Code::Required, None);
    }
    let measured_at = vitals.measured_at.unwrap_or(tx.now);
    if measured_at > tx.now {
        form.problem("measuredAt", Code::OutOfRange, None);
    }
    if let Some(consultation) = vitals.consultation_id {
        let theirs: bool = tx.query_row(
            concat!("SELECT EXISTS (SELECT 1 FROM consultations WHERE id = ?2 AND patient_id IN ", same_person!(), ")"),
            params![vitals.patient_id, consultation],
            |row| row.get(0),
        )?;
        if !theirs {
            form.problem("consultationId", Code::NotFound, None);
        }
    }
    form.finish()?;
    insert(tx, vitals, measured_at, note)
}

fn is_empty(vitals: &NewVitals) -> bool {
    let whole = [
        vitals.systolic_mmhg,
        vitals.diastolic_mmhg,
        vitals.pulse_per_min,
        vitals.breaths_per_min,
        vitals.oxygen_percent,
        vitals.glucose_mg_per_dl,
    ];
    let real = [vitals.temperature_c, vitals.height_cm, vitals.weight_kg];
    whole.iter().all(Option::is_none) && real.iter().all(Option::is_none)
}

fn insert(tx: &Tx, vitals: &NewVitals, measured_at: Instant, note: Option<String>) -> Result<VitalsId> {
    let id = VitalsId(tx.new_id());
    tx.execute(
        "INSERT INTO vitals (id, tenant_id, patient_id, consultation_id, measured_at, systolic_mmhg, diastolic_mmhg, pulse_per_min,
                             breaths_per_min, temperature_c, oxygen_percent, glucose_mg_per_dl, height_cm, weight_kg, note,
                             recorded_by, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?17)",
        params![
            id,
            tx.device.tenant,
            vitals.patient_id,
            vitals.consultation_id,
            measured_at,
            vitals.systolic_mmhg,
            vitals.diastolic_mmhg,
            vitals.pulse_per_min,
            vitals.breaths_per_min,
            vitals.temperature_c,
            vitals.oxygen_percent,
            vitals.glucose_mg_per_dl,
            vitals.height_cm,
            vitals.weight_kg,
            note,
            tx.user()?,
            tx.now
        ],
    )?;
    Ok(id)
}

/// A patient's measurings, the latest first.
pub fn vitals(conn: &Connection, patient: PatientId, page: PageRequest) -> Result<Page<Vitals>> {
    let mut statement = conn.prepare_cached(concat!(
        "SELECT vitals.*, coalesce((SELECT full_name FROM profiles WHERE profiles.user_id = vitals.recorded_by LIMIT 1), '') AS recorded_by_name
         FROM vitals WHERE patient_id IN ",
        same_person!(),
        " ORDER BY measured_at DESC, id DESC LIMIT ?2 OFFSET ?3"
    ))?;
    let rows = statement.query_map(params![patient, page.sql_limit(), page.sql_offset()], Vitals::from_row)?;
    Ok(page.page(rows.collect::<rusqlite::Result<_>>()?))
}

macro_rules! latest {
    ($conn:expr, $patient:expr, $column:literal, $read:expr) => {
        $conn
            .prepare_cached(concat!(
                "SELECT * FROM vitals WHERE ",
                $column,
                " IS NOT NULL AND patient_id IN ",
                same_person!(),
                " ORDER BY measured_at DESC, id DESC LIMIT 1"
            ))?
            .query_row([$patient], $read)
            .optional()?
    };
}

/// The latest value of each kind; `today` is the clinic's day, for the age.
pub fn latest_vitals(conn: &Connection, id: PatientId, today: LocalDate) -> Result<LatestVitals> {
    let reading = |column: &'static str| {
        move |row: &Row| Ok(Reading { value: row.get(column)?, measured_at: row.get("measured_at")? })
    };
    let height = latest!(conn, id, "height_cm", reading("height_cm"));
    let weight = latest!(conn, id, "weight_kg", reading("weight_kg"));
    let pressure = |row: &Row| {
        Ok(BloodPressure {
            systolic: row.get("systolic_mmhg")?,
            diastolic: row.get("diastolic_mmhg")?,
            measured_at: row.get("measured_at")?,
        })
    };
    Ok(LatestVitals {
        blood_pressure: latest!(conn, id, "systolic_mmhg IS NOT NULL AND diastolic_mmhg", pressure),
        pulse: latest!(conn, id, "pulse_per_min", reading("pulse_per_min")),
        breaths: latest!(conn, id, "breaths_per_min", reading("breaths_per_min")),
        temperature: latest!(conn, id, "temperature_c", reading("temperature_c")),
        oxygen: latest!(conn, id, "oxygen_percent", reading("oxygen_percent")),
        glucose: latest!(conn, id, "glucose_mg_per_dl", reading("glucose_mg_per_dl")),
        height,
        weight,
        bmi: body_mass_index(height.map(|reading| reading.value), weight.map(|reading| reading.value)),
        age_years: patient(conn, id, today)?.age_years,
    })
}
