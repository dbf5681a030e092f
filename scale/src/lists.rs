//! The lists in `data/`: names, places, reasons for a visit. All of them are made up.

use neem_core::{Error, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;

#[derive(Debug, Clone, Deserialize)]
pub struct Name {
    region: String,
    kind: String,
    pub name: String,
    /// The same name in the region's script; empty where that is Latin.
    pub native: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Street {
    region: String,
    street: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct City {
    pub region: String,
    pub city: String,
    pub timezone: String,
    pub latitude: f64,
    pub longitude: f64,
    /// Of a hundred clinics so many are here.
    pub clinics: u32,
    /// `#` is a figure, `AB` two letters.
    pub postal: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct VisitKind {
    pub specialization: String,
    pub reason: String,
    pub findings: String,
    pub diagnosis: String,
    pub code: String,
    pub from_age: i64,
    pub to_age: i64,
    pub weight: u32,
    /// What is prescribed, as a doctor types it.
    pub line: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct ServiceKind {
    pub name: String,
    pub category: String,
    /// Empty: every doctor offers it.
    pub specialization: String,
    pub minutes: i64,
    pub price: i64,
    pub description: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct HistoryKind {
    pub kind: String,
    pub name: String,
    /// A code, or the strength of a medicine.
    pub code: String,
    /// A reaction, or how often a medicine is taken.
    pub text: String,
    pub from_age: i64,
    pub share: u32,
}

/// What one country brings along.
pub struct Region {
    pub key: String,
    pub female: Vec<Name>,
    pub male: Vec<Name>,
    pub family: Vec<Name>,
    pub streets: Vec<String>,
    /// Languages, the commonest first, with their shares.
    pub languages: &'static [(&'static str, u32)],
    /// Numbers begin with this; the range is not given out to anybody.
    dial: &'static str,
    /// How many figures follow.
    figures: usize,
}

pub struct Lists {
    pub regions: Vec<Region>,
    pub cities: Vec<City>,
    pub visits: Vec<VisitKind>,
    pub services: Vec<ServiceKind>,
    pub history: Vec<HistoryKind>,
}

fn read<T: DeserializeOwned>(text: &str) -> Result<Vec<T>> {
    let rows = csv::Reader::from_reader(text.as_bytes()).into_deserialize().collect::<std::result::Result<_, _>>();
    rows.map_err(|error| Error::Invariant(format!("a list cannot be read: {error}")))
}

impl Lists {
    pub fn read() -> Result<Lists> {
        let names: Vec<Name> = read(include_str!("../data/names.csv"))?;
        let streets: Vec<Street> = read(include_str!("../data/streets.csv"))?;
        let region = |(key, languages, dial, figures): (&str, &'static [(&'static str, u32)], &'static str, usize)| {
            let of = |kind: &str| names.iter().filter(|n| n.region == key && n.kind == kind).cloned().collect();
            let streets = streets.iter().filter(|s| s.region == key).map(|s| s.street.clone()).collect();
            Region {
                key: key.to_owned(),
                female: of("female"),
                male: of("male"),
                family: of("family"),
                streets,
                languages,
                dial,
                figures,
            }
        };
        let regions = [
            region(("in", &[("mr", 60), ("hi", 25), ("en", 15)], "+915550", 6)),
            region(("id", &[("id", 92), ("en", 8)], "+62870", 7)),
            region(("br", &[("pt", 97), ("es", 3)], "+551120", 7)),
            region(("eg", &[("ar", 94), ("en", 6)], "+2019", 8)),
            region(("us", &[("en", 74), ("es", 20), ("zh", 6)], "+1555", 7)),
            region(("gb", &[("en", 90), ("pl", 4), ("ur", 6)], "+445550", 6)),
        ];
        Ok(Lists {
            regions: regions.into(),
            cities: read(include_str!("../data/cities.csv"))?,
            visits: read(include_str!("../data/visits.csv"))?,
            services: read(include_str!("../data/services.csv"))?,
            history: read(include_str!("../data/history.csv"))?,
        })
    }

    pub fn region(&self, key: &str) -> usize {
        self.regions.iter().position(|region| region.key == key).unwrap_or(0)
    }

    /// In the order of the list of visits.
    pub fn specializations(&self) -> Vec<String> {
        let mut all: Vec<String> = self.visits.iter().map(|visit| visit.specialization.clone()).collect();
        all.dedup();
        all
    }
}

impl Region {
    /// The `number`-th phone of the region; no two are the same, and neighbours look nothing alike.
    pub fn phone(&self, number: usize) -> String {
        let range = 10_usize.pow(self.figures as u32);
        // 7,919 is prime and divides no power of ten, so every figure is met once.
        let local = (number * 7_919 + 20_412) % range;
        format!("{}{local:0width$}", self.dial, width = self.figures)
    }

    /// Latin letters make the alternate name of a person whose name has another script.
    pub fn native(given: &Name, family: &Name) -> Option<String> {
        (!given.native.is_empty() && !family.native.is_empty()).then(|| format!("{} {}", given.native, family.native))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_read_and_every_city_has_its_region() {
        let lists = Lists::read().expect("reads");
        assert!(lists.regions.iter().all(|r| r.female.len() >= 30 && r.male.len() >= 30 && r.family.len() >= 30));
        assert!(lists.cities.iter().all(|city| lists.regions.iter().any(|region| region.key == city.region)));
        assert!(lists.cities.iter().all(|city| city.timezone.parse::<chrono_tz::Tz>().is_ok()));
        assert_eq!(lists.cities.iter().map(|city| city.clinics).sum::<u32>(), 100);
    }

    #[test]
    fn no_phone_is_given_twice() {
        let lists = Lists::read().expect("reads");
        for region in &lists.regions {
            let phones: std::collections::HashSet<String> = (0..50_000).map(|n| region.phone(n)).collect();
            assert_eq!(phones.len(), 50_000, "{}", region.key);
        }
    }
}
