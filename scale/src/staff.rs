//! Sites, the people who work there, their hours and what they offer.

use neem_core::ids::{ProviderId, UserId};
use neem_core::patients::search::fold;
use neem_core::sync::Table;
use neem_core::{Instant, LocalDate, Result};
use uuid::Uuid;

use crate::PASSWORD_HASH;
use crate::batch::Batch;
use crate::cell::cells;
use crate::dice::Dice;
use crate::hours;
use crate::lists::Region;
use crate::sites;
use crate::world::{DAYS, Doctor, PAST, World};

const USERS: &[&str] =
    &["id", "tenant_id", "email", "phone", "password_hash", "status", "email_verified_at", "created_at", "updated_at"];
const PROFILES: &[&str] =
    &["id", "tenant_id", "user_id", "full_name", "gender", "timezone", "created_at", "updated_at"];
const GRANTS: &[&str] =
    &["id", "tenant_id", "user_id", "role", "clinic_id", "granted_by", "granted_at", "created_at", "updated_at"];
const PROVIDERS: &[&str] = &[
    "id",
    "tenant_id",
    "user_id",
    "display_name",
    "registration_number",
    "qualification",
    "specialization",
    "bio",
    "years_of_experience",
    "consultation_fee_minor",
    "phone",
    "timezone",
    "approval",
    "approved_by",
    "approved_at",
    "active",
    "created_at",
    "updated_at",
];
const PROVIDER_CLINICS: &[&str] =
    &["id", "tenant_id", "provider_id", "clinic_id", "room", "active", "created_at", "updated_at"];
const TAGS: &[&str] = &["id", "tenant_id", "provider_id", "kind", "value", "created_at", "updated_at"];
const CREDENTIALS: &[&str] = &[
    "id",
    "tenant_id",
    "provider_id",
    "type",
    "number",
    "status",
    "issued_on",
    "expires_on",
    "verified_by",
    "verified_at",
    "created_at",
    "updated_at",
];
const STAFF: &[&str] = &[
    "id",
    "tenant_id",
    "user_id",
    "clinic_id",
    "name",
    "role",
    "skills",
    "permissions",
    "active",
    "created_at",
    "updated_at",
];
const SERVICE_PROVIDERS: &[&str] = &["id", "tenant_id", "service_id", "provider_id", "created_at", "updated_at"];

/// Sites, staff, services and hours, in this order; the first site and the manager are there.
pub fn make(world: &mut World, dice: &mut Dice, batch: &mut Batch, first: Uuid, admin: UserId) -> Result<()> {
    world.admin = admin;
    sites::sites(world, dice, batch, first)?;
    world.reckon();
    sites::services(world, dice, batch);
    let doctors = world.options.providers;
    let others = world.options.users - 1 - doctors;
    (0..others).for_each(|number| employee(world, dice, batch, number));
    (0..doctors).for_each(|number| doctor(world, dice, batch, number));
    hours::holidays(world, batch);
    batch.flush()
}

struct Person {
    name: String,
    female: bool,
}

fn person(region: &Region, dice: &mut Dice) -> Person {
    let female = dice.percent(52.0);
    let given = dice.pick(if female { &region.female } else { &region.male });
    Person { name: format!("{} {}", given.name, dice.pick(&region.family).name), female }
}

/// A login with profile and role.
fn user(world: &World, batch: &mut Batch, person: &Person, number: usize, role: &str, site: usize) -> UserId {
    let at = world.founded.plus_minutes(number as i64);
    let id = batch.id(at);
    let region = &world.lists.regions[world.sites[site].region];
    let zone = world.lists.cities[world.sites[site].city].timezone.as_str();
    batch.add(
        Table::Users,
        USERS,
        cells![
            id,
            batch.tenant,
            format!("{}.{number}@kadamba.example", fold(&person.name).replace(' ', ".")),
            region.phone(800_000 + number),
            PASSWORD_HASH,
            "active",
            at,
            at,
            at
        ],
    );
    let gender = if person.female { "female" } else { "male" };
    let profile = batch.id(at);
    let row = cells![profile, batch.tenant, id, person.name.as_str(), gender, zone, at, at];
    batch.add(Table::Profiles, PROFILES, row);
    let grant = batch.id(at);
    // A manager's word holds everywhere.
    let scope = (role != "admin").then_some(world.sites[site].id);
    batch.add(Table::RoleGrants, GRANTS, cells![grant, batch.tenant, id, role, scope, world.admin.0, at, at, at]);
    UserId(id)
}

fn employee(world: &mut World, dice: &mut Dice, batch: &mut Batch, number: usize) {
    let site = number % world.sites.len();
    let role = match number / world.sites.len() {
        0 => "receptionist",
        _ => ["receptionist", "receptionist", "receptionist", "support", "user", "admin"][dice.below(6)],
    };
    let person = person(&world.lists.regions[world.sites[site].region], dice);
    let id = user(world, batch, &person, 1 + number, role, site);
    if role == "receptionist" {
        world.sites[site].desk.push(id);
    }
    let job = if role == "user" { "nurse" } else { role };
    let (skills, permissions) = match job {
        "nurse" => (r#"["vaccination","wound care","blood samples"]"#, "[]"),
        _ => (r#"["front desk","billing"]"#, r#"["book","take_payments"]"#),
    };
    let at = world.founded.plus_minutes(number as i64);
    let staff = batch.id(at);
    let clinic = world.sites[site].id;
    let row = cells![staff, batch.tenant, id.0, clinic, person.name, job, skills, permissions, true, at, at];
    batch.add(Table::StaffMembers, STAFF, row);
}

fn doctor(world: &mut World, dice: &mut Dice, batch: &mut Batch, number: usize) {
    let site = number % world.sites.len();
    let region = &world.lists.regions[world.sites[site].region];
    let mut person = person(region, dice);
    person.name = format!("Dr {}", person.name);
    let login = world.options.users + number;
    let user = user(world, batch, &person, login, "provider", site);
    // Every second doctor is a general one.
    let specialization =
        if number.is_multiple_of(2) { 0 } else { 1 + (number / 2) % (world.specializations.len() - 1) };
    let special = world.specializations[specialization].clone();
    let at = world.founded.plus_minutes(login as i64);
    let id = batch.id(at);
    let fee = dice.from_to(4, 16) * 10_000;
    let years = dice.from_to(2, 38);
    let zone = world.lists.cities[world.sites[site].city].timezone.clone();
    // Somebody is always still being looked at.
    let pending = number % 40 == 39;
    batch.add(
        Table::Providers,
        PROVIDERS,
        cells![
            id,
            batch.tenant,
            user.0,
            person.name.as_str(),
            format!("{}-{}", region.key.to_uppercase(), 20_000 + number * 7),
            ["MBBS, MD", "MD", "MBBS, DNB", "MBChB, MRCP", "MD, PhD"][dice.below(5)],
            special.as_str(),
            format!("{special}, {years} years of practice."),
            years,
            fee,
            region.phone(700_000 + number),
            zone,
            if pending { "pending" } else { "approved" },
            (!pending).then_some(world.admin.0),
            (!pending).then_some(at),
            true,
            at,
            at
        ],
    );
    let mut tags: Vec<(&str, &str)> = vec![("specialization", &special), ("language", region.languages[0].0)];
    if region.languages[0].0 != "en" {
        tags.push(("language", "en"));
    }
    tags.push(("skill", ["ultrasound", "small surgery", "vaccination", "teaching", "emergency"][dice.below(5)]));
    for (kind, value) in tags {
        let tag = batch.id(at);
        batch.add(Table::ProviderTags, TAGS, cells![tag, batch.tenant, id, kind, value, at, at]);
    }
    credentials(world, dice, batch, id, at);
    let mut new = Doctor {
        id: ProviderId(id),
        user,
        site,
        specialization,
        fee,
        visit: [15, 15, 20, 20, 30][dice.below(5)],
        buffer: [0, 0, 5][dice.below(3)],
        week: Default::default(),
        away: vec![false; DAYS],
        services: Vec::new(),
    };
    for (place, kind) in world.lists.services.iter().enumerate() {
        if kind.specialization.is_empty() || kind.specialization == special {
            new.services.push(place);
            let row = cells![batch.id(at), batch.tenant, world.services[place], id, at, at];
            batch.add(Table::ServiceProviders, SERVICE_PROVIDERS, row);
        }
    }
    let second = hours::second_site(world, dice, site);
    for (place, room) in [(Some(site), 1 + number / world.sites.len()), (second, 9)] {
        let Some(place) = place else { continue };
        let row = cells![batch.id(at), batch.tenant, id, world.sites[place].id, format!("Room {room}"), true, at, at];
        batch.add(Table::ProviderClinics, PROVIDER_CLINICS, row);
    }
    if !pending {
        hours::hours(world, dice, batch, &mut new, second, at);
        hours::leave(world, dice, batch, &mut new);
    }
    world.doctors.push(new);
}

fn credentials(world: &World, dice: &mut Dice, batch: &mut Batch, doctor: Uuid, at: Instant) {
    for kind in ["medical license", "degree", "insurance"] {
        let issued = world.date(0) - chrono::Days::new(dice.from_to(30, 2_000) as u64);
        // Some run out soon, a few already have.
        let expires = world.date(PAST) + chrono::Days::new(dice.from_to(0, 900) as u64) - chrono::Days::new(20);
        let status = if dice.percent(92.0) { "verified" } else { "pending" };
        let verified = status == "verified";
        let id = batch.id(at);
        batch.add(
            Table::Credentials,
            CREDENTIALS,
            cells![
                id,
                batch.tenant,
                doctor,
                kind,
                format!("{}-{}", &kind[..3].to_uppercase(), dice.from_to(10_000, 99_999)),
                status,
                LocalDate(issued),
                (kind != "degree").then_some(LocalDate(expires)),
                verified.then_some(world.admin.0),
                verified.then_some(at),
                at,
                at
            ],
        );
    }
}
