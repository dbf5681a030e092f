//! The medicines that a typed line is completed from: generic names, as data.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::patients::search::fold;

/// A medicine by its generic name (INN).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Medicine {
    pub name: String,
    pub strengths: Vec<String>,
    pub form: String,
    /// What allergies to a whole class are matched against.
    pub class: String,
    pub route: String,
}

pub(super) fn medicines() -> &'static [Medicine] {
    static MEDICINES: OnceLock<Vec<Medicine>> = OnceLock::new();
    MEDICINES.get_or_init(|| include_str!("formulary.csv").lines().skip(1).filter_map(read).collect())
}

fn read(line: &str) -> Option<Medicine> {
    let mut cells = line.split(',').map(str::to_owned);
    Some(Medicine {
        name: cells.next()?,
        class: cells.next()?,
        form: cells.next()?,
        strengths: cells.next()?.split('|').map(str::to_owned).collect(),
        route: cells.next()?,
    })
}

/// Medicines whose name begins with what was typed, then those with a word that does.
pub fn suggest(text: &str) -> Vec<Medicine> {
    let wanted = fold(text);
    if wanted.is_empty() {
        return Vec::new();
    }
    let begins = |m: &&Medicine| fold(&m.name).starts_with(&wanted);
    let has_word = |m: &&Medicine| !begins(m) && fold(&m.name).split(' ').any(|word| word.starts_with(&wanted));
    medicines().iter().filter(begins).chain(medicines().iter().filter(has_word)).take(8).cloned().collect()
}

/// The medicine of exactly this name.
pub(super) fn by_name(name: &str) -> Option<&'static Medicine> {
    let wanted = fold(name);
    medicines().iter().find(|medicine| fold(&medicine.name) == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read() {
        let lines = include_str!("formulary.csv").lines().count() - 1;
        assert_eq!(medicines().len(), lines);
        assert!(medicines().iter().all(|m| !m.name.is_empty() && !m.route.is_empty()));
        assert_eq!(suggest("amox").len(), 2);
        assert_eq!(suggest("clav")[0].name, "Amoxicillin and clavulanic acid");
    }
}
