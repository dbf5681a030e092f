//! Rows in the shape and amount that the peers' benches use, from a seed.

use neem_core::ids::{Instant, PatientId, UserId};
use rusqlite::{Row, params};
use uuid::Uuid;

use super::support::{MINUTE, Pc, Seeded, Staff};

/// Appointments in one write.
pub const BATCH: usize = 500;
/// 2026-01-01 UTC.
const NEW_YEAR: i64 = 1_767_225_600_000;
const QUARTER: i64 = 15 * MINUTE;

const STATUSES: &[&str] = &["requested", "confirmed", "arrived", "in_progress", "completed", "no_show", "cancelled"];
const WORDS: &[&str] = &[
    "fever",
    "follow",
    "up",
    "review",
    "pain",
    "knee",
    "blood",
    "pressure",
    "sugar",
    "report",
    "cough",
    "vaccination",
    "antenatal",
    "dressing",
    "referral",
    "x-ray",
    "allergy",
    "refill",
];
const GIVEN: &[&str] = &[
    "Sunita", "Vikram", "Aarti", "Mohammed", "Fatima", "Lakshmi", "Arjun", "Priya", "Noura", "Ibrahim", "Grace",
    "Kwame", "Amina", "Chidi", "Mei", "Wei", "Putri", "Budi", "Ana", "José", "Lucía", "Mateus", "Olga", "Dmitri",
    "Zanele", "Thabo", "Rosa", "Pedro", "Yasmin", "Omar",
];
const FAMILY: &[&str] = &[
    "Deshpande",
    "Kulkarni",
    "Shaikh",
    "Menon",
    "Siddiqui",
    "Wulandari",
    "Santoso",
    "Okafor",
    "Mensah",
    "Qasim",
    "Hassan",
    "Mwangi",
    "Otieno",
    "Ndlovu",
    "Dlamini",
    "Silva",
    "Souza",
    "García",
    "Fernández",
    "Ivanova",
    "Petrov",
    "Zhang",
    "Chen",
    "Nguyen",
    "Tran",
    "Rao",
    "Iyer",
    "Bapat",
    "Sathe",
    "Joshi",
    "Patil",
    "Khan",
    "Ali",
    "Abebe",
    "Tesfaye",
    "Kamau",
    "Njoroge",
    "Banda",
    "Phiri",
    "Moyo",
];

pub fn patients(pc: &Pc, user: UserId, count: usize, seed: &mut Seeded) -> Vec<PatientId> {
    let mut ids = Vec::with_capacity(count);
    while ids.len() < count {
        let batch = (count - ids.len()).min(5_000);
        pc.write(user, |tx| {
            let mut insert = tx.prepare(
                "INSERT INTO patients (id, tenant_id, record_number, full_name, birth_date, birth_date_precision, gender, phone,
                                       city, created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, 'day', ?6, ?7, 'Pune', ?8, ?8)",
            )?;
            for _ in 0..batch {
                let id = PatientId(tx.new_id());
                let name = format!("{} {}", GIVEN[seed.below(GIVEN.len())], FAMILY[seed.below(FAMILY.len())]);
                let birth = format!("{}-{:02}-{:02}", 1935 + seed.below(90), 1 + seed.below(12), 1 + seed.below(28));
                let gender = ["female", "male"][seed.below(2)];
                let number = ids.len();
                let phone = format!("+9198{:08}", (number * 7_919) % 100_000_000);
                insert.execute(params![id, tx.device.tenant, format!("A{}", 10_001 + number), name, birth, gender, phone, tx.now])?;
                ids.push(id);
            }
            Ok(())
        })
        .expect("inserts patients");
    }
    ids
}

/// As `appt()` of the peers' `common.js`; only that patient, doctor, site and clerk are real here.
pub fn appointments(pc: &Pc, staff: &Staff, patients: &[PatientId], count: usize, seed: &mut Seeded) -> Vec<Uuid> {
    let mut ids = Vec::with_capacity(count);
    while ids.len() < count {
        let batch = (count - ids.len()).min(BATCH);
        pc.write(staff.desk, |tx| {
            let mut insert = tx.prepare_cached(
                "INSERT INTO appointments (id, tenant_id, clinic_id, patient_id, provider_id, scheduled_start, scheduled_end,
                                           status, channel, reason, created_by, created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'walk_in', ?9, ?10, ?6, ?6)",
            )?;
            for _ in 0..batch {
                let id = seed.uuid();
                let start = NEW_YEAR + seed.below(365) as i64 * 96 * QUARTER + seed.below(96) as i64 * QUARTER;
                let reason: Vec<&str> = (0..14).map(|_| WORDS[seed.below(WORDS.len())]).collect();
                insert.execute(params![
                    id,
                    tx.device.tenant,
                    staff.site,
                    patients[seed.below(patients.len())],
                    staff.provider,
                    start,
                    start + QUARTER,
                    STATUSES[seed.below(STATUSES.len())],
                    reason.join(" "),
                    staff.desk,
                ])?;
                ids.push(id);
            }
            Ok(())
        })
        .expect("inserts appointments");
    }
    ids
}

/// What such a row weighs in JSON with ids and times as text, to compare with the peers' documents.
pub fn mean_json_bytes(pc: &Pc, ids: &[Uuid]) -> usize {
    let bytes_of = |row: &Row| {
        let id = |column: &str| row.get::<_, Uuid>(column).map(|id| id.to_string());
        let time = |column: &str| row.get::<_, Instant>(column).map(|time| time.to_string());
        let text = |column: &str| row.get::<_, String>(column);
        let document = serde_json::json!({
            "id": id("id")?, "tenant_id": id("tenant_id")?, "clinic_id": id("clinic_id")?, "patient_id": id("patient_id")?,
            "provider_id": id("provider_id")?, "scheduled_start": time("scheduled_start")?,
            "scheduled_end": time("scheduled_end")?, "status": text("status")?, "channel": text("channel")?,
            "reason": text("reason")?, "created_by": id("created_by")?, "created_at": time("created_at")?,
            "updated_at": time("updated_at")?,
        });
        Ok(document.to_string().len())
    };
    let total: usize = pc.read(|conn| {
        let mut statement = conn.prepare("SELECT * FROM appointments WHERE id = ?1")?;
        let sizes =
            ids.iter().map(|id| statement.query_row([id], bytes_of)).collect::<rusqlite::Result<Vec<usize>>>()?;
        Ok(sizes.iter().sum())
    });
    total / ids.len()
}

/// What is in the search box after each key, for the names, phones and birth years of some patients.
pub fn typed_queries(pc: &Pc, people: usize, seed: &mut Seeded) -> Vec<String> {
    let offset = seed.below(1_000);
    let chosen: Vec<(String, String, String)> = pc.read(|conn| {
        let mut statement = conn.prepare(
            "SELECT full_name, phone, substr(birth_date, 1, 4) FROM patients
             WHERE (rowid * 2654435761 + ?1) % (SELECT count(*) FROM patients) < ?2 * 2 LIMIT ?2",
        )?;
        let rows = statement
            .query_map(params![offset as i64, people as i64], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    });
    let prefixes = |text: &str, from: usize| -> Vec<String> {
        let letters: Vec<char> = text.chars().collect();
        (from..=letters.len()).map(|end| letters[..end].iter().collect()).collect()
    };
    chosen
        .iter()
        .flat_map(|(name, phone, year)| {
            let local = phone.trim_start_matches("+91");
            [prefixes(name, 1), prefixes(local, 4), vec![year.clone()]].concat()
        })
        .collect()
}
