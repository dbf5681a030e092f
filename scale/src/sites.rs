//! Sites in several cities and zones, and what they offer.

use neem_core::sync::Table;
use neem_core::{Actor, Result};
use uuid::Uuid;

use crate::batch::Batch;
use crate::cell::cells;
use crate::dice::Dice;
use crate::world::{Site, World};

const CLINICS: &[&str] = &[
    "id",
    "tenant_id",
    "name",
    "address",
    "latitude",
    "longitude",
    "telehealth",
    "phone",
    "email",
    "timezone",
    "active",
    "created_at",
    "updated_at",
];

const SERVICES: &[&str] = &[
    "id",
    "tenant_id",
    "name",
    "category",
    "duration_min",
    "price_minor",
    "currency",
    "description",
    "popularity",
    "active",
    "created_at",
    "updated_at",
];

const QUARTERS: &[&str] =
    &["North", "South", "East", "West", "Riverside", "Old Town", "Hillside", "Station", "Lake", "Garden"];

pub fn sites(world: &mut World, dice: &mut Dice, batch: &mut Batch, first: Uuid) -> Result<()> {
    for number in 0..world.options.clinics {
        // The cities take their share of whatever number of clinics there is.
        let place = number as u32 * 100 / world.options.clinics as u32;
        let mut taken = 0;
        let city = world.lists.cities.iter().position(|city| {
            taken += city.clinics;
            place < taken
        });
        let city = city.unwrap_or(0);
        let entry = &world.lists.cities[city];
        let region = world.lists.region(&entry.region);
        let zone = entry.timezone.parse().unwrap_or(chrono_tz::UTC);
        let id = if number == 0 { first } else { batch.id(world.founded) };
        let (latitude, longitude) = (near(dice, entry.latitude), near(dice, entry.longitude));
        world.sites.push(Site { id, city, region, zone, desk: Vec::new() });
        if number == 0 {
            batch.db.write(Actor::System, "place_clinic", |tx| {
                tx.execute(
                    "UPDATE clinics SET latitude = ?1, longitude = ?2, updated_at = ?3 WHERE id = ?4",
                    rusqlite::params![latitude, longitude, tx.now, first],
                )?;
                Ok(())
            })?;
            continue;
        }
        let name = format!("{}, {} {}", entry.city, QUARTERS[number % QUARTERS.len()], 1 + number / QUARTERS.len());
        let region = &world.lists.regions[region];
        batch.add(
            Table::Clinics,
            CLINICS,
            cells![
                id,
                batch.tenant,
                name,
                format!("{} {}, {}", dice.from_to(1, 90), dice.pick(&region.streets), entry.city),
                latitude,
                longitude,
                dice.percent(40.0),
                // From the end of the range: the patients' numbers begin at its front.
                region.phone(900_000 + number),
                format!("site{number}@kadamba.example"),
                entry.timezone.as_str(),
                true,
                world.founded,
                world.founded
            ],
        );
    }
    Ok(())
}

/// Within some ten kilometres.
fn near(dice: &mut Dice, degrees: f64) -> f64 {
    ((degrees + (dice.part() - 0.5) * 0.18) * 10_000.0).round() / 10_000.0
}

pub fn services(world: &mut World, dice: &mut Dice, batch: &mut Batch) {
    for kind in &world.lists.services {
        let id = batch.id(world.founded);
        world.services.push(id);
        batch.add(
            Table::Services,
            SERVICES,
            cells![
                id,
                batch.tenant,
                kind.name.as_str(),
                kind.category.as_str(),
                kind.minutes,
                kind.price,
                crate::CURRENCY,
                Some(kind.description.as_str()).filter(|text| !text.is_empty()),
                dice.from_to(5, 100),
                true,
                world.founded,
                world.founded
            ],
        );
    }
}
