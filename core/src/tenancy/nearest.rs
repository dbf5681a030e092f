//! The nearest sites to a point, by the R*Tree of places: boxes that grow until they hold enough.

use rusqlite::{Connection, named_params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Result;
use crate::form::Form;
use crate::tenancy::Clinic;
use crate::tenancy::edit_clinic::place;

/// The earth's mean radius (IUGG), in kilometres.
const EARTH_KM: f64 = 6_371.008_8;
/// The first box reaches so far, and each next one four times as far.
const FIRST_KM: f64 = 10.0;
const MOST: u32 = 50;

/// A site with its distance as the crow flies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NearbyClinic {
    pub clinic: Clinic,
    pub distance_km: f64,
}

/// The active sites nearest to a point in degrees, at most `limit` (50), the nearest first (V, D).
pub fn nearest_clinics(
    conn: &Connection,
    (latitude, longitude): (f64, f64),
    limit: u32,
    telehealth_only: bool,
) -> Result<Vec<NearbyClinic>> {
    let mut form = Form::default();
    place(&mut form, Some(latitude), Some(longitude));
    form.finish()?;
    let wanted = limit.min(MOST) as usize;
    let mut reach = FIRST_KM;
    loop {
        let everywhere = reach >= std::f64::consts::PI * EARTH_KM;
        let mut found = Vec::new();
        for area in areas(latitude, longitude, reach) {
            collect(conn, (latitude, longitude), area, telehealth_only, &mut found)?;
        }
        // In the corners of the box there are sites farther than some outside of it.
        found.retain(|near| everywhere || near.distance_km <= reach);
        if everywhere || found.len() >= wanted {
            found.sort_by(|a, b| a.distance_km.total_cmp(&b.distance_km).then(a.clinic.id.cmp(&b.clinic.id)));
            found.truncate(wanted);
            return Ok(found);
        }
        reach *= 4.0;
    }
}

/// A rectangle of degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Area {
    south: f64,
    north: f64,
    west: f64,
    east: f64,
}

/// Rectangles that hold every point within `reach` kilometres: two where the date line runs through,
/// all longitudes where a pole is inside.
fn areas(latitude: f64, longitude: f64, reach: f64) -> Vec<Area> {
    let angle = reach / EARTH_KM;
    let (south, north) = (latitude - angle.to_degrees(), latitude + angle.to_degrees());
    let band = Area { south: south.max(-90.0), north: north.min(90.0), west: -180.0, east: 180.0 };
    if south <= -90.0 || north >= 90.0 {
        return vec![band];
    }
    // The meridians that touch the circle; neither pole is inside, so that the quotient is below one.
    let spread = (angle.sin() / latitude.to_radians().cos()).asin().to_degrees();
    let (west, east) = (longitude - spread, longitude + spread);
    if west < -180.0 {
        vec![Area { east, ..band }, Area { west: west + 360.0, ..band }]
    } else if east > 180.0 {
        vec![Area { west, ..band }, Area { east: east - 360.0, ..band }]
    } else {
        vec![Area { west, east, ..band }]
    }
}

fn collect(
    conn: &Connection,
    point: (f64, f64),
    area: Area,
    telehealth_only: bool,
    found: &mut Vec<NearbyClinic>,
) -> Result<()> {
    let mut statement = conn.prepare_cached(include_str!("places.sql"))?;
    let rows = statement.query_map(
        named_params! {
            ":south": area.south,
            ":north": area.north,
            ":west": area.west,
            ":east": area.east,
            ":telehealth": telehealth_only,
        },
        |row| {
            let place = (row.get("latitude")?, row.get("longitude")?);
            Ok(NearbyClinic { clinic: Clinic::from_row(row)?, distance_km: haversine_km(point, place) })
        },
    )?;
    for row in rows {
        let near = row?;
        // On the date line itself a site lies in both rectangles.
        if found.iter().all(|other| other.clinic.id != near.clinic.id) {
            found.push(near);
        }
    }
    Ok(())
}

/// The great-circle distance of two points in degrees, in kilometres.
pub fn haversine_km((lat1, lon1): (f64, f64), (lat2, lon2): (f64, f64)) -> f64 {
    let (from, to) = (lat1.to_radians(), lat2.to_radians());
    let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
    let square = half(lat2 - lat1) + from.cos() * to.cos() * half(lon2 - lon1);
    2.0 * EARTH_KM * square.min(1.0).sqrt().asin()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn distances_that_are_known() {
        for (from, to, km) in [
            ((18.507, 73.807), (18.559, 73.786), 6.2),
            ((51.5074, -0.1278), (48.8566, 2.3522), 343.6),
            ((-17.7, 179.9), (-17.7, -179.9), 21.2),
            ((90.0, 0.0), (-90.0, 120.0), 20_015.1),
            ((0.0, 0.0), (0.0, 180.0), 20_015.1),
        ] {
            let found = haversine_km(from, to);
            assert!((found - km).abs() < 0.2, "{from:?} {to:?}: {found}");
        }
    }

    proptest! {
        #[test]
        fn nothing_within_reach_lies_outside_the_rectangles(
            lat in -90.0..=90.0_f64, lon in -180.0..=180.0_f64,
            other_lat in -90.0..=90.0_f64, other_lon in -180.0..=180.0_f64,
            slack in 1.000_001..4.0_f64,
        ) {
            let reach = haversine_km((lat, lon), (other_lat, other_lon)) * slack + 0.001;
            let inside = areas(lat, lon, reach).iter().any(|area| {
                (area.south..=area.north).contains(&other_lat) && (area.west..=area.east).contains(&other_lon)
            });
            prop_assert!(inside, "{:?}", areas(lat, lon, reach));
        }
    }
}
