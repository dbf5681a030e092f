//! The schools of medicine that a prescription can be of, and what each needs on its sheet.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::prescriptions::{DraftItem, line};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum PrescriptionType {
    Allopathic,
    Homeopathic,
    Ayurvedic,
}

crate::ids::named_values!(PrescriptionType {
    Allopathic = "allopathic",
    Homeopathic = "homeopathic",
    Ayurvedic = "ayurvedic",
});

/// The fields that a sheet of this kind cannot do without and an item does not have. A remedy has a
/// potency in place of a strength; many ayurvedic medicines have neither.
pub(super) fn missing(kind: PrescriptionType, item: &DraftItem) -> Vec<String> {
    let mut missing = line::missing(item);
    if kind != PrescriptionType::Allopathic {
        missing.retain(|field| field != "strength");
    }
    if kind == PrescriptionType::Homeopathic {
        // The usual form follows from the potency.
        missing.retain(|field| field != "form");
        if item.potency.trim().is_empty() {
            missing.push("potency".to_owned());
        }
    }
    missing
}

/// The usual form of a potency.
pub(super) fn form_of(typed: &str) -> Option<&'static str> {
    let potency = potency(typed)?;
    Some(if potency == "Q" { "drops" } else { "globules" })
}

/// A homeopathic potency as it is written on a sheet; `None` for what is none. Scales: decimal (`6X`,
/// also typed `6D`), centesimal by Hahnemann (`30C`, `30CH`) and by Korsakov (`200CK`), thousands (`1M`,
/// `CM` for a hundred), fifty-millesimal (`LM1`, also typed `0/1`), and `Q`, the mother tincture.
pub fn potency(typed: &str) -> Option<String> {
    let text: String = typed.to_uppercase().chars().filter(|c| !c.is_whitespace()).collect();
    match text.as_str() {
        "Q" | "Ø" | "MT" | "MOTHERTINCTURE" => return Some("Q".to_owned()),
        "CM" => return Some("CM".to_owned()),
        _ => {}
    }
    let number = |digits: &str, most: u32| {
        let plain = !digits.is_empty() && digits.len() <= 4 && digits.chars().all(|c| c.is_ascii_digit());
        digits.parse::<u32>().ok().filter(|n| plain && (1..=most).contains(n))
    };
    if let Some(step) = text.strip_prefix("LM").or_else(|| text.strip_prefix("0/")) {
        return number(step, 30).map(|n| format!("LM{n}"));
    }
    // The longer endings first: CK ends in K, CH in H, and C is within both.
    for (ending, written, most) in [
        ("CK", "CK", 1_000),
        ("CH", "CH", 1_000),
        ("C", "C", 1_000),
        ("X", "X", 1_000),
        ("D", "X", 1_000),
        ("M", "M", 100),
    ] {
        if let Some(digits) = text.strip_suffix(ending) {
            return number(digits, most).map(|n| format!("{n}{written}"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn potencies_as_they_are_typed() {
        for (typed, written) in [
            ("30C", Some("30C")),
            ("30 c", Some("30C")),
            ("200CK", Some("200CK")),
            ("12ch", Some("12CH")),
            ("1M", Some("1M")),
            ("10M", Some("10M")),
            ("CM", Some("CM")),
            ("6x", Some("6X")),
            ("6D", Some("6X")),
            ("Q", Some("Q")),
            ("mother tincture", Some("Q")),
            ("LM1", Some("LM1")),
            ("0/12", Some("LM12")),
            ("LM31", None),
            ("LM", None),
            ("0C", None),
            ("5000C", None),
            ("C", None),
            ("-30C", None),
            ("+3C", None),
            ("500 mg", None),
            ("30", None),
            ("", None),
        ] {
            assert_eq!(potency(typed).as_deref(), written, "{typed:?}");
        }
    }

    #[test]
    fn each_school_needs_its_own_fields() {
        let item = DraftItem { medicine: "Arnica montana".into(), ..DraftItem::default() };
        let needs = |kind, field: &str| missing(kind, &item).iter().any(|missing| missing == field);
        assert!(needs(PrescriptionType::Allopathic, "strength") && !needs(PrescriptionType::Allopathic, "potency"));
        assert!(!needs(PrescriptionType::Homeopathic, "strength") && needs(PrescriptionType::Homeopathic, "potency"));
        assert!(!needs(PrescriptionType::Ayurvedic, "strength") && !needs(PrescriptionType::Ayurvedic, "potency"));
        let potent = DraftItem { potency: "30C".into(), ..item };
        assert!(!missing(PrescriptionType::Homeopathic, &potent).contains(&"form".to_owned()));
    }
}
