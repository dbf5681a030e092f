//! What is unsafe is said before it is issued. So far one check: a recorded allergy against the
//! medicine and its class. A medicine outside the table is "not checked", never "safe".

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Result;
use crate::patients::Allergy;
use crate::patients::search::fold;
use crate::prescriptions::DraftItem;
use crate::prescriptions::formulary::{self, Medicine};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// No recorded allergy matches.
    Clear,
    /// Must be answered before issuing.
    Stop,
    /// The medicine is not in the tables.
    NotChecked,
}

crate::ids::named_values!(CheckState { Clear = "clear", Stop = "stop", NotChecked = "not_checked" });

/// The result for one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ItemCheck {
    /// Counting from 1, as on the sheet.
    pub position: u32,
    pub state: CheckState,
    /// The substance of the allergy.
    pub word: Option<String>,
    /// How the medicine is related to it: its class, or its own name.
    pub because: Option<String>,
}

/// Checks every item against every allergy, by the list that Neem ships with and the clinic's own.
pub fn check(conn: &Connection, items: &[DraftItem], allergies: &[Allergy]) -> Result<Vec<ItemCheck>> {
    Ok(check_with(&formulary::own(conn)?, items, allergies))
}

pub(super) fn check_with(own: &[Medicine], items: &[DraftItem], allergies: &[Allergy]) -> Vec<ItemCheck> {
    (1..).zip(items).map(|(position, item)| check_one(own, position, item, allergies)).collect()
}

fn check_one(own: &[Medicine], position: u32, item: &DraftItem, allergies: &[Allergy]) -> ItemCheck {
    // A medicine without a class is known by name alone: that is not enough to call it clear.
    let medicine = formulary::find(own, &item.medicine).filter(|medicine| !medicine.class.is_empty());
    let hit = allergies.iter().find_map(|allergy| {
        related(own, &item.medicine, medicine, &allergy.substance).map(|because| (allergy.substance.clone(), because))
    });
    match (hit, medicine) {
        (Some((word, because)), _) => {
            ItemCheck { position, state: CheckState::Stop, word: Some(word), because: Some(because) }
        }
        (None, Some(_)) => ItemCheck { position, state: CheckState::Clear, word: None, because: None },
        (None, None) => ItemCheck { position, state: CheckState::NotChecked, word: None, because: None },
    }
}

/// Why an allergy to `substance` speaks against a medicine; by its ingredients, its class, or
/// because the allergy names another medicine of the same class.
fn related(own: &[Medicine], name: &str, medicine: Option<&Medicine>, substance: &str) -> Option<String> {
    let (name, substance) = (stem(&fold(name)), stem(&fold(substance)));
    let shares_word =
        |text: &str| substance.split(' ').any(|word| word.len() > 3 && text.split(' ').any(|w| stem(w) == word));
    if !substance.is_empty() && (name == substance || shares_word(&name)) {
        return medicine.map(|m| m.name.clone()).or(Some(name));
    }
    let medicine = medicine?;
    let class = stem(&fold(&medicine.class));
    let of_other = own
        .iter()
        .filter(|other| !other.class.is_empty())
        .chain(formulary::medicines())
        .find(|other| stem(&fold(&other.name)) == substance);
    // A class matches as a whole: "beta blocker" is not met by an allergy to "beta agonists".
    let named = substance == class || substance.split(' ').next() == Some(class.as_str());
    let same_class = of_other.is_some_and(|other| stem(&fold(&other.class)) == class);
    (named || same_class).then(|| medicine.class.clone())
}

/// Without the plural: allergies are recorded as "penicillins" and as "penicillin".
fn stem(text: &str) -> String {
    text.split(' ').map(|word| word.strip_suffix('s').unwrap_or(word)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{AllergyId, Instant};
    use crate::patients::Severity;

    fn result(own: &[Medicine], medicine: &str, allergy: &str) -> CheckState {
        let item = DraftItem { medicine: medicine.into(), ..DraftItem::default() };
        let allergy = Allergy {
            id: AllergyId(uuid::Uuid::nil()),
            substance: allergy.into(),
            severity: Severity::Severe,
            reaction: None,
            recorded_at: Instant(0),
            recorded_by: String::new(),
        };
        check_one(own, 1, &item, &[allergy]).state
    }

    #[test]
    fn a_table_of_allergies() {
        use CheckState::*;
        for (medicine, allergy, expected) in [
            ("Amoxicillin", "Penicillins", Stop),
            ("Amoxicillin", "penicillin", Stop),
            ("Amoxicillin", "Ampicillin", Stop),
            ("amoxicillin", "AMOXICILLIN", Stop),
            ("Amoxicillin and clavulanic acid", "Amoxicillin", Stop),
            ("Co-trimoxazole", "Sulfonamide antibiotics", Stop),
            ("Ibuprofen", "NSAIDs", Stop),
            ("Azithromycin", "Penicillins", Clear),
            // Refuted as a rule: penicillin does not speak against every cephalosporin.
            ("Cefixime", "Penicillins", Clear),
            ("Furosemide", "Sulfonamide antibiotics", Clear),
            ("Metoprolol", "beta agonist", Clear),
            ("Triphala churna", "Penicillins", NotChecked),
            ("Triphala churna", "triphala", Stop),
        ] {
            assert_eq!(result(&[], medicine, allergy), expected, "{medicine} with {allergy}");
        }
    }

    #[test]
    fn the_clinics_own_medicines_are_checked_by_their_class() {
        use CheckState::*;
        let medicine = |name: &str, class: &str| Medicine {
            name: name.into(),
            class: class.into(),
            form: String::new(),
            route: String::new(),
            strengths: Vec::new(),
            potency: None,
        };
        let own = [medicine("Novamox", "Penicillin"), medicine("Avipattikar", "")];
        for (medicine, allergy, expected) in [
            ("Novamox", "Penicillins", Stop),
            ("Novamox", "Ampicillin", Stop),
            ("Amoxicillin", "Novamox", Stop),
            ("Novamox", "NSAIDs", Clear),
            ("Avipattikar", "NSAIDs", NotChecked),
            ("Avipattikar", "avipattikar", Stop),
        ] {
            assert_eq!(result(&own, medicine, allergy), expected, "{medicine} with {allergy}");
        }
    }
}
