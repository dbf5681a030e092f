//! Households: who lives together, how old they are, and whose phone it is.

use chrono::{Days, NaiveDate};
use neem_core::Instant;

use crate::dice::Dice;
use crate::world::{PAST, World, local};

/// Patients of a clinic by age: both ends of life see a doctor more often than the middle.
const AGES: &[(i64, i64, u32)] = &[
    (0, 4, 11),
    (5, 9, 7),
    (10, 14, 5),
    (15, 19, 5),
    (20, 24, 6),
    (25, 29, 8),
    (30, 34, 8),
    (35, 39, 8),
    (40, 44, 7),
    (45, 49, 7),
    (50, 54, 6),
    (55, 59, 6),
    (60, 64, 5),
    (65, 69, 4),
    (70, 74, 3),
    (75, 79, 2),
    (80, 84, 1),
    (85, 97, 1),
];

/// A household's member before the records are numbered.
pub struct Member {
    pub site: usize,
    pub created: Instant,
    pub given: (bool, usize),
    pub family: usize,
    pub region: usize,
    pub birth: NaiveDate,
    pub phone: Option<String>,
    pub language: usize,
    /// The place of who answers for them, and as what they are known there.
    pub responsible: Option<(usize, &'static str)>,
    pub house: u32,
    pub faithful: bool,
}

pub fn households(world: &World, dice: &mut Dice) -> Vec<Member> {
    let count = world.options.patients;
    let mut members: Vec<Member> = Vec::with_capacity(count);
    let mut phones = vec![0usize; world.lists.regions.len()];
    while members.len() < count {
        let first = members.len();
        let faithful = first == 0;
        // The first households make sure that no site is without patients.
        let site = if first < world.sites.len() * 6 { first / 6 } else { dice.below(world.sites.len()) };
        let here = world.sites[site].region;
        let region = if dice.percent(95.0) { here } else { dice.below(world.lists.regions.len()) };
        // Two in five had been patients before the records began.
        let early = faithful || first < world.sites.len() * 6 || dice.percent(40.0);
        let day = if early { dice.below(8) } else { dice.below(PAST) };
        let day = if faithful { 0 } else { day };
        let created = Instant(world.at(site, day, dice.from_to(8 * 60, 17 * 60)).0 + dice.from_to(0, 59_999));
        let age = if faithful { 61 } else { age(dice) };
        let adult = if age < 18 { dice.from_to(24, 46) } else { age };
        let language = dice.weighted(world.lists.regions[region].languages.iter().map(|(_, share)| *share));
        let mut head = Member {
            site,
            created,
            given: given(world, region, dice, None),
            family: dice.below(world.lists.regions[region].family.len()),
            region,
            birth: born(world, dice, adult),
            phone: None,
            language,
            responsible: None,
            house: dice.from_to(1, 240) as u32,
            faithful,
        };
        head.phone = next_phone(world, region, &mut phones);
        let (woman, family, house) = (head.given.0, head.family, head.house);
        let mut add =
            |members: &mut Vec<Member>, dice: &mut Dice, sex, years: i64, relationship: Option<&'static str>| {
                if members.len() == count {
                    return;
                }
                let minutes = 3 * (members.len() - first) as i64;
                let phone = match relationship {
                    Some(_) => members[first].phone.clone(),
                    None => next_phone(world, region, &mut phones),
                };
                let birth = born(world, dice, years.max(0));
                // A child that was born later comes to the records when it is some days old.
                let newborn = local(world.sites[site].zone, birth + Days::new(2), 10 * 60);
                members.push(Member {
                    site,
                    created: created.plus_minutes(minutes).max(newborn).min(world.now.plus_minutes(-60)),
                    given: given(world, region, dice, sex),
                    family,
                    region,
                    birth,
                    phone,
                    language,
                    responsible: relationship.map(|relationship| (first, relationship)),
                    house,
                    faithful: false,
                });
            };
        members.push(head);
        if faithful {
            continue;
        }
        if adult > 22 && dice.percent(45.0) {
            let own = dice.percent(55.0);
            let years = adult + dice.from_to(-6, 6);
            add(&mut members, dice, Some(!woman), years.max(19), (!own).then_some("spouse"));
        }
        if age < 18 {
            add(&mut members, dice, None, age, Some("child"));
        }
        if (22..56).contains(&adult) {
            for _ in 0..dice.weighted([52, 24, 17, 7].into_iter()) {
                let years = (adult - dice.from_to(20, 38)).min(17);
                add(&mut members, dice, None, years, Some("child"));
            }
        }
        if (30..66).contains(&adult) && dice.percent(9.0) {
            let years = (adult + dice.from_to(22, 34)).min(99);
            add(&mut members, dice, None, years, Some("parent"));
        }
    }
    members
}

fn age(dice: &mut Dice) -> i64 {
    let (from, to, _) = AGES[dice.weighted(AGES.iter().map(|(_, _, weight)| *weight))];
    dice.from_to(from, to)
}

/// Somebody of this age today, born on any day of that year.
fn born(world: &World, dice: &mut Dice, age: i64) -> NaiveDate {
    let days = age * 365 + age / 4 + dice.from_to(1, 364);
    world.options.day.0 - Days::new(days as u64)
}

fn given(world: &World, region: usize, dice: &mut Dice, female: Option<bool>) -> (bool, usize) {
    let female = female.unwrap_or_else(|| dice.percent(54.0));
    let region = &world.lists.regions[region];
    (female, dice.below(if female { region.female.len() } else { region.male.len() }))
}

fn next_phone(world: &World, region: usize, phones: &mut [usize]) -> Option<String> {
    phones[region] += 1;
    Some(world.lists.regions[region].phone(phones[region]))
}
