//! The demo clinic: made by the same functions that a real one uses, and never mixed with one.

mod hours;
mod money;
mod offers;
mod people;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::Actor;
use crate::consultations::{self, Notes};
use crate::db::{Db, Tx};
use crate::error::Result;
use crate::identity::{self, NewStaff, Role};
use crate::ids::{AppointmentId, ClinicId, Instant, PatientId, ProviderId, UserId};
use crate::patients::{self, NewAllergy, Severity};
use crate::prescriptions::{self, PrescriptionDraft, parse_line};
use crate::scheduling::{self, AppointmentStatus, Channel, Move, NewAppointment, NewWalkIn};
use crate::tenancy::{self, ClinicForm, ClinicSetup};

/// The password of every demo login; shown on the demo's sign-in page and useless anywhere else.
const PASSWORD: &str = "neem demo clinic";

/// A login of the demo, for its sign-in page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DemoLogin {
    pub name: String,
    pub role: Role,
    pub email: String,
    pub password: String,
    /// The job in a few words.
    pub what: String,
}

struct Member {
    name: &'static str,
    email: &'static str,
    role: Role,
    specialization: &'static str,
    qualification: &'static str,
    room: &'static str,
}

const STAFF: &[Member] = &[
    Member {
        name: "Meera Kulkarni",
        email: "meera@kadamba.example",
        role: Role::Receptionist,
        specialization: "",
        qualification: "",
        room: "",
    },
    Member {
        name: "Dr Farah Siddiqui",
        email: "farah@kadamba.example",
        role: Role::Provider,
        specialization: "General",
        qualification: "MBBS, MD (General Medicine)",
        room: "Room 2",
    },
    Member {
        name: "Nikhil Sathe",
        email: "nikhil@kadamba.example",
        role: Role::Admin,
        specialization: "",
        qualification: "",
        room: "",
    },
    Member {
        name: "Dr Arjun Menon",
        email: "arjun@kadamba.example",
        role: Role::Provider,
        specialization: "Children",
        qualification: "MBBS, DCH",
        room: "Room 1",
    },
    Member {
        name: "Dr Putri Wulandari",
        email: "putri@kadamba.example",
        role: Role::Provider,
        specialization: "Skin",
        qualification: "MBBS, MD (Dermatology)",
        room: "Room 3",
    },
    Member {
        name: "Imran Shaikh",
        email: "imran@kadamba.example",
        role: Role::Receptionist,
        specialization: "",
        qualification: "",
        room: "",
    },
];

/// The logins of the demo, the commonest first.
pub fn logins() -> Vec<DemoLogin> {
    let what = |member: &Member| match member.role {
        Role::Receptionist => "Front desk".to_owned(),
        Role::Provider => member.specialization.to_owned(),
        Role::Admin => "Manager".to_owned(),
        other => other.name().to_owned(),
    };
    STAFF
        .iter()
        .map(|member| DemoLogin {
            name: member.name.to_owned(),
            role: member.role,
            email: member.email.to_owned(),
            password: PASSWORD.to_owned(),
            what: what(member),
        })
        .collect()
}

struct Demo {
    site: ClinicId,
    desk: UserId,
    doctors: Vec<(UserId, ProviderId)>,
    patients: Vec<PatientId>,
}

/// Fills an empty database with the demo clinic.
pub fn create(db: &Db, device_name: &str) -> Result<()> {
    let manager = &STAFF[2];
    let setup = ClinicSetup {
        clinic_name: "Kadamba Clinic".into(),
        site_name: "Kothrud, Pune".into(),
        address: "14 Champa Lane, Kothrud, Pune 411038".into(),
        phone: "+91 55501 20400".into(),
        timezone: "Asia/Kolkata".into(),
        country: "IN".into(),
        currency: "INR".into(),
        device_name: device_name.to_owned(),
        admin_name: manager.name.into(),
        email: manager.email.into(),
        password: PASSWORD.into(),
    };
    let (site, admin) = tenancy::found(db, &setup, true)?;
    let zone = chrono_tz::Asia::Kolkata;
    let today = db.now().day(zone);
    db.write(Actor::User(admin), "make_demo", |tx| {
        let baner = sites(tx, site)?;
        let (desk, doctors) = staff(tx, site)?;
        offers::profiles(tx, &doctors, baner, today)?;
        offers::services(tx, &doctors)?;
        let patients = people::register_all(&tx.as_if(desk, tx.now), today)?;
        let demo = Demo { site, desk, doctors, patients };
        demo.allergies(tx)?;
        demo.past(tx)?;
        demo.today(tx, today.bounds(zone))?;
        money::take(tx, demo.desk, today)?;
        hours::lay_down(tx, &demo.doctors, site, today)
    })
}

/// Where the two sites are, and the second one itself.
fn sites(tx: &Tx, first: ClinicId) -> Result<ClinicId> {
    let known = tenancy::clinic(tx, first)?;
    let form = ClinicForm {
        name: known.name,
        address: known.address,
        latitude: Some(18.507),
        longitude: Some(73.807),
        telehealth: true,
        phone: known.phone,
        email: "desk@kadamba.example".into(),
        timezone: known.timezone,
        owner_provider_id: None,
    };
    tenancy::edit_clinic(tx, first, &form)?;
    let second = ClinicForm {
        name: "Baner, Pune".into(),
        address: "7 Palash Road, Baner, Pune 411045".into(),
        latitude: Some(18.559),
        longitude: Some(73.786),
        telehealth: false,
        phone: "+91 55501 20500".into(),
        email: String::new(),
        ..form
    };
    Ok(tenancy::add_clinic(tx, &second)?.id)
}

type Doctors = Vec<(UserId, ProviderId)>;

fn staff(tx: &Tx, site: ClinicId) -> Result<(UserId, Doctors)> {
    let mut doctors = Vec::new();
    let mut desk = tx.user()?;
    for (index, member) in STAFF.iter().enumerate().filter(|(_, member)| member.role != Role::Admin) {
        let added = identity::add_staff(
            tx,
            &NewStaff {
                name: member.name.into(),
                email: member.email.into(),
                password: PASSWORD.into(),
                role: member.role,
                specialization: member.specialization.into(),
                qualification: member.qualification.into(),
                registration_number: format!("MMC-{}", 20_410 + index),
                room: member.room.into(),
            },
            site,
        )?;
        match added.provider_id {
            Some(provider) => doctors.push((added.user_id, provider)),
            None if index == 0 => desk = added.user_id,
            None => {}
        }
    }
    Ok((desk, doctors))
}

impl Demo {
    fn allergies(&self, tx: &Tx) -> Result<()> {
        let (doctor, _) = self.doctors[0];
        let tx = tx.as_if(doctor, tx.now.plus_minutes(-60 * 24 * 400));
        for (patient, substance, severity, reaction) in [
            (0, "Penicillins", Severity::Severe, "anaphylaxis"),
            (0, "Sulfonamide antibiotics", Severity::Mild, "rash"),
            (5, "NSAIDs", Severity::Moderate, "swelling of the lips"),
            (16, "Codeine", Severity::Mild, "nausea"),
        ] {
            let patient_id = self.patients[patient];
            let allergy = NewAllergy { patient_id, substance: substance.into(), severity, reaction: reaction.into() };
            patients::record_allergy(&tx, &allergy)?;
        }
        Ok(())
    }

    /// Visits of the last months, so that no chart is empty.
    fn past(&self, tx: &Tx) -> Result<()> {
        const VISITS: &[(usize, i64, &str, &str, &str, &str)] = &[
            (
                0,
                78,
                "Diabetes review",
                "HbA1c 7.4 %, down from 7.9. Feet normal.",
                "Type 2 diabetes",
                "metf 500 1 tab bd 1m",
            ),
            (0, 200, "Cough for a week", "Chest clear, no fever.", "Acute bronchitis", "para 500 1 tab tds 3d"),
            (1, 30, "Blood pressure review", "148/92, twice.", "Essential hypertension", "amlo 5 1 tab od 1m"),
            (7, 90, "Diabetes review", "HbA1c 8.1 %.", "Type 2 diabetes", "glic 80 1 tab bd 1m"),
            (10, 14, "Cough", "Throat red, chest clear.", "Acute pharyngitis", "para 500 1 tab tds 3d"),
            (16, 45, "Knee pain", "Crepitus, no effusion.", "Osteoarthritis of knee", "para 650 1 tab tds 5d"),
            (35, 60, "Chest cold", "Rhinitis.", "Common cold", "cetir 10 1 tab od 5d"),
        ];
        for (patient, days_ago, reason, findings, diagnosis, line) in VISITS {
            let at = tx.now.plus_minutes(-days_ago * 24 * 60);
            let appointment = self.book(tx, (*patient, 0), at, 15, AppointmentStatus::Confirmed, reason)?;
            self.visit(tx, appointment, at, 0, (findings, diagnosis, line), true)?;
        }
        Ok(())
    }

    fn book(
        &self,
        tx: &Tx,
        (patient, doctor): (usize, usize),
        start: Instant,
        minutes: i64,
        status: AppointmentStatus,
        reason: &str,
    ) -> Result<AppointmentId> {
        let booked_at = start.plus_minutes(-60 * 26).min(tx.now);
        let new = NewAppointment {
            clinic: self.site,
            patient: self.patients[patient],
            provider: self.doctors[doctor].1,
            service: None,
            start,
            end: start.plus_minutes(minutes),
            status,
            channel: Channel::Desk,
            reason: reason.to_owned(),
        };
        scheduling::book(&tx.as_if(self.desk, booked_at), &new)
    }

    /// A whole visit, from the desk to the door.
    fn visit(
        &self,
        tx: &Tx,
        appointment: AppointmentId,
        at: Instant,
        doctor: usize,
        (findings, diagnosis, line): (&str, &str, &str),
        finished: bool,
    ) -> Result<()> {
        let (user, provider) = self.doctors[doctor];
        scheduling::move_appointment(&tx.as_if(self.desk, at), appointment, Move::CheckIn, "")?;
        let room = tx.as_if(user, at.plus_minutes(6));
        let consultation = consultations::open(&room, appointment, provider)?;
        if !finished {
            return Ok(());
        }
        let notes = Notes {
            complaint: consultation.complaint.clone(),
            findings: findings.to_owned(),
            diagnosis: diagnosis.to_owned(),
            ..Notes::default()
        };
        consultations::save_notes(&room, consultation.id, &notes)?;
        if !line.is_empty() {
            let draft = PrescriptionDraft { items: vec![parse_line(line).item], ..PrescriptionDraft::default() };
            prescriptions::issue(&tx.as_if(user, at.plus_minutes(11)), consultation.id, &draft, provider)?;
        }
        consultations::finish(&tx.as_if(user, at.plus_minutes(13)), consultation.id)?;
        Ok(())
    }

    /// Today, told from now: some have been, some wait, some are still to come.
    fn today(&self, tx: &Tx, (day_start, day_end): (Instant, Instant)) -> Result<()> {
        let inside = |minutes: i64| {
            let at = tx.now.plus_minutes(minutes);
            (at > day_start && at < day_end.plus_minutes(-5)).then_some(at)
        };
        for (patient, doctor, minutes, reason, finished) in [
            (35, 0, -175, "Chest cold", true),
            (36, 0, -155, "Headaches", true),
            (33, 1, -150, "Vaccination", true),
            (34, 1, -120, "Cough", true),
            (38, 2, -110, "Eczema", true),
            (7, 0, -50, "Diabetes review", false),
            (8, 1, -45, "Vaccination", false),
            (9, 2, -40, "Acne, second visit", false),
        ] {
            let Some(at) = inside(minutes) else { continue };
            let appointment = self.book(tx, (patient, doctor), at, 20, AppointmentStatus::Confirmed, reason)?;
            self.visit(tx, appointment, at, doctor, ("Seen and advised.", reason, ""), finished)?;
        }
        for (patient, doctor, arrived, reason) in [
            (1, 0, -41, "Blood pressure review"),
            (2, 2, -27, "Rash on both arms"),
            (3, 0, -16, "Knee pain, follow-up"),
            (4, 1, -12, "Ear pain"),
            (5, 0, -9, "Antenatal, 24 weeks"),
            (6, 0, -1, "Ankle sprain"),
        ] {
            let Some(at) = inside(arrived) else { continue };
            let walk_in = NewWalkIn {
                clinic_id: self.site,
                patient_id: self.patients[patient],
                provider_id: self.doctors[doctor].1,
                reason: reason.to_owned(),
            };
            scheduling::book_walk_in(&tx.as_if(self.desk, at), &walk_in)?;
        }
        for (patient, doctor, minutes, status, reason) in [
            (10, 0, 20, AppointmentStatus::Confirmed, "Cough for two weeks"),
            (11, 0, 40, AppointmentStatus::Scheduled, "Shoulder pain"),
            (12, 1, 40, AppointmentStatus::Confirmed, "Fever, third day"),
            (13, 1, 60, AppointmentStatus::Confirmed, "Check-up"),
            (14, 2, 60, AppointmentStatus::Requested, "Mole on the back"),
            (16, 0, 80, AppointmentStatus::Confirmed, "Results"),
            (17, 0, 100, AppointmentStatus::Scheduled, "Asthma"),
            (22, 2, 90, AppointmentStatus::Confirmed, "Psoriasis"),
            (26, 1, 120, AppointmentStatus::Scheduled, "Check-up"),
            (19, 0, 140, AppointmentStatus::Scheduled, "Migraine"),
        ] {
            let Some(at) = inside(minutes) else { continue };
            // Appointments begin on five minutes, as people make them.
            let round = Instant(at.0 - at.0.rem_euclid(300_000));
            self.book(tx, (patient, doctor), round, 20, status, reason)?;
        }
        Ok(())
    }
}
