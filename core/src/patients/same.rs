//! One person may have several records: those that were merged into one another.

use rusqlite::Connection;

use crate::error::Result;
use crate::ids::PatientId;

/// The ids of every record of the person `?1`, whichever of their records that is, for
/// `patient_id IN …`. It goes up to the record that everything was merged into, and down from there.
macro_rules! same_person {
    () => {
        "(WITH RECURSIVE up(id) AS (SELECT ?1 UNION SELECT merged_into_id FROM patients JOIN up ON patients.id = up.id
                                    WHERE merged_into_id IS NOT NULL),
                         same(id) AS (SELECT id FROM up UNION SELECT patients.id FROM patients JOIN same ON patients.merged_into_id = same.id)
          SELECT id FROM same)"
    };
}
pub(crate) use same_person;

/// Every record of the person, the given one among them, the earliest first.
pub fn same_patient(conn: &Connection, id: PatientId) -> Result<Vec<PatientId>> {
    let mut statement = conn.prepare_cached(concat!("SELECT id FROM ", same_person!(), " ORDER BY id"))?;
    let ids = statement.query_map([id], |row| row.get("id"))?.collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}

/// The record that this one was merged into, over as many steps as there are; itself when it was not.
pub fn root_of(conn: &Connection, id: PatientId) -> Result<PatientId> {
    // The record merged into is always the one with the smaller id.
    let mut statement = conn.prepare_cached(
        "WITH RECURSIVE up(id) AS (SELECT ?1 UNION SELECT merged_into_id FROM patients JOIN up ON patients.id = up.id
                                   WHERE merged_into_id IS NOT NULL)
         SELECT min(id) AS id FROM up",
    )?;
    Ok(statement.query_row([id], |row| row.get("id"))?)
}
