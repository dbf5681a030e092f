//! Amounts: whole numbers of a currency's smallest unit, and the decimal text that people type and read.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::{Code, Error, Result};

/// The largest single amount, in minor units. Sums of many stay far below what 64 bits hold.
pub const MOST_MINOR: i64 = 1_000_000_000_000;

/// An amount of one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Money {
    /// In the currency's smallest unit: paise, sen, fils.
    pub minor: i64,
    /// ISO 4217, in capitals.
    pub currency: String,
}

/// An amount as it travels: decimal text, because a screen's numbers are not exact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MoneyText {
    /// Without grouping, with a point: `120000.00`, `-50.00`.
    pub amount: String,
    pub currency: String,
}

impl MoneyText {
    pub fn is_zero(&self) -> bool {
        self.amount.chars().all(|c| matches!(c, '0' | '.'))
    }
}

/// How many decimals a currency has (ISO 4217). The rupiah's sen is out of use: amounts in IDR have
/// none.
pub fn exponent(currency: &str) -> u32 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "IDR" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI"
        | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        "CLF" | "UYW" => 4,
        _ => 2,
    }
}

impl Money {
    pub fn new(minor: i64, currency: &str) -> Money {
        Money { minor, currency: currency.to_owned() }
    }

    pub fn zero(currency: &str) -> Money {
        Money::new(0, currency)
    }

    /// Reads an amount as typed: `350`, `350.50`, `1,20,000.00`, `1.234,50`, `Rs 350`. A text that
    /// could mean two amounts (`1,200` of a currency with three decimals) is none. Never negative.
    pub fn parse(text: &str, currency: &str) -> Option<Money> {
        let digits = exponent(currency);
        let bare = without_symbol(text, currency);
        let (whole, fraction) = split(&bare, digits)?;
        let mut minor: i64 = 0;
        let padded = format!("{fraction:0<width$}", width = digits as usize);
        for digit in whole.chars().chain(padded.chars()) {
            minor = minor.checked_mul(10)?.checked_add(i64::from(digit.to_digit(10)?))?;
        }
        (minor <= MOST_MINOR).then(|| Money::new(minor, currency))
    }

    /// As [`MoneyText::amount`] has it.
    pub fn amount(&self) -> String {
        let digits = exponent(&self.currency);
        let sign = if self.minor < 0 { "-" } else { "" };
        let minor = self.minor.unsigned_abs();
        if digits == 0 {
            return format!("{sign}{minor}");
        }
        let unit = 10_u64.pow(digits);
        format!("{sign}{}.{:0width$}", minor / unit, minor % unit, width = digits as usize)
    }

    pub fn text(&self) -> MoneyText {
        MoneyText { amount: self.amount(), currency: self.currency.clone() }
    }

    /// For a sentence: `350.00 INR`.
    pub fn spoken(&self) -> String {
        format!("{} {}", self.amount(), self.currency)
    }

    /// The sum of two amounts of one currency.
    pub fn plus(&self, other: &Money) -> Result<Money> {
        if self.currency != other.currency {
            return Err(Code::CurrencyDiffers.into());
        }
        let minor = self.minor.checked_add(other.minor);
        let minor = minor.ok_or_else(|| Error::Invariant("a sum of money beyond 64 bits".into()))?;
        Ok(Money::new(minor, &self.currency))
    }
}

/// The text without blanks, the currency's code and its sign, and with ASCII digits.
fn without_symbol(text: &str, currency: &str) -> String {
    let short: String = text.chars().take(60).collect();
    let signs = |c: char| matches!(c, '₹' | '$' | '€' | '£' | '¥' | '৳' | '₨' | '₫' | '₱' | '₦');
    let ascii: String = short
        .trim()
        .trim_matches(signs)
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\'' | '’'))
        .map(|c| if c.is_numeric() { any_ascii::any_ascii_char(c).to_owned() } else { c.to_string() })
        .collect();
    let upper = ascii.to_uppercase();
    for word in [currency, "RS.", "RS", "RP.", "RP"] {
        if let Some(rest) = upper.strip_prefix(word).or_else(|| upper.strip_suffix(word)) {
            return rest.to_owned();
        }
    }
    upper
}

/// The digits before and after the decimal mark.
fn split(text: &str, digits: u32) -> Option<(String, String)> {
    if text.is_empty() || text.len() > 40 || !text.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ',') {
        return None;
    }
    let (points, commas) = (text.matches('.').count(), text.matches(',').count());
    let decimal = match (points, commas) {
        (0, 0) => None,
        (_, 0) => mark(text, '.', points, digits)?,
        (0, _) => mark(text, ',', commas, digits)?,
        // Of both, the last one is the decimal mark, and there is one of it.
        _ => {
            let last = text.rfind(['.', ','])?;
            let mark = if text[last..].starts_with('.') { '.' } else { ',' };
            (text.matches(mark).count() == 1).then_some(())?;
            Some(mark)
        }
    };
    let (whole, fraction) = match decimal {
        Some(mark) => text.split_once(mark)?,
        None => (text, ""),
    };
    if decimal.is_some() && (fraction.is_empty() || fraction.len() > digits as usize || fraction.contains(['.', ','])) {
        return None;
    }
    Some((ungrouped(whole)?, fraction.to_owned()))
}

/// Whether the one kind of mark in a text is the decimal one; the outer `None`: it cannot be told.
fn mark(text: &str, mark: char, count: usize, digits: u32) -> Option<Option<char>> {
    if count > 1 {
        return Some(None);
    }
    let after = text.len() - text.find(mark)? - 1;
    match mark {
        // A point before three digits groups only where there are no decimals: else it may be a slip.
        '.' if digits == 0 && after == 3 => Some(None),
        '.' => Some(Some('.')),
        _ if after != 3 => Some(Some(',')),
        _ if digits >= 3 => None,
        _ => Some(None),
    }
}

/// The digits of groups of three, or of two before the last three (1,20,000).
fn ungrouped(whole: &str) -> Option<String> {
    if whole.is_empty() {
        return Some("0".to_owned());
    }
    let separator = whole.chars().find(|c| !c.is_ascii_digit());
    let Some(separator) = separator else { return Some(whole.to_owned()) };
    let groups: Vec<&str> = whole.split(separator).collect();
    let (last, rest) = groups.split_last()?;
    let (first, middle) = rest.split_first()?;
    let sound = |size: usize| (1..=size).contains(&first.len()) && middle.iter().all(|group| group.len() == size);
    (last.len() == 3 && (sound(3) || sound(2))).then(|| groups.concat()).filter(|all| all.len() < 20)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_as_people_type_them() {
        for (text, currency, expected) in [
            ("350", "INR", Some(35_000)),
            ("350.50", "INR", Some(35_050)),
            ("350.5", "INR", Some(35_050)),
            (" 350,50 ", "INR", Some(35_050)),
            ("350,5", "EUR", Some(35_050)),
            ("1,200", "INR", Some(120_000)),
            ("1,20,000.00", "INR", Some(12_000_000)),
            ("1,234,567.89", "USD", Some(123_456_789)),
            ("1.234.567,89", "EUR", Some(123_456_789)),
            ("1 234,50", "EUR", Some(123_450)),
            ("1'234.50", "CHF", Some(123_450)),
            ("₹ 350", "INR", Some(35_000)),
            ("Rs. 350", "INR", Some(35_000)),
            ("350 INR", "INR", Some(35_000)),
            ("३५०", "INR", Some(35_000)),
            (".50", "INR", Some(50)),
            ("0", "INR", Some(0)),
            ("120.000", "IDR", Some(120_000)),
            ("Rp 1.250.000", "IDR", Some(1_250_000)),
            ("1,250,000", "IDR", Some(1_250_000)),
            ("1200", "JPY", Some(1_200)),
            ("1.5", "JPY", None),
            ("1.200", "KWD", Some(1_200)),
            ("1,20", "KWD", Some(1_200)),
            // Twelve hundred, or one and a fifth: nobody can tell.
            ("1,200", "KWD", None),
            ("1.200", "INR", None),
            ("350.505", "INR", None),
            ("350.", "INR", None),
            ("1,2,3", "INR", None),
            ("12,00,00", "INR", None),
            ("1,234,56", "INR", None),
            ("1.2.3,4,5", "INR", None),
            ("-350", "INR", None),
            ("350 USD", "INR", None),
            ("three", "INR", None),
            ("", "INR", None),
            ("99999999999999999999", "INR", None),
            ("10000000000.01", "INR", None),
        ] {
            assert_eq!(Money::parse(text, currency).map(|money| money.minor), expected, "{text:?} {currency}");
        }
    }

    #[test]
    fn amounts_are_written_with_the_currencys_decimals() {
        for (minor, currency, text) in [
            (35_050, "INR", "350.50"),
            (5, "INR", "0.05"),
            (-5_000, "INR", "-50.00"),
            (120_000, "IDR", "120000"),
            (1_200, "KWD", "1.200"),
            (0, "USD", "0.00"),
        ] {
            assert_eq!(Money::new(minor, currency).amount(), text);
        }
    }

    #[test]
    fn two_currencies_do_not_add_up() {
        let sum = Money::new(1, "INR").plus(&Money::new(1, "USD"));
        assert_eq!(sum.map_err(|error| error.code()), Err(Code::CurrencyDiffers));
    }

    fn currency() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec!["INR", "IDR", "JPY", "KWD", "USD", "CLF"])
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(minor in 0..=MOST_MINOR, currency in currency()) {
            let money = Money::new(minor, currency);
            prop_assert_eq!(Money::parse(&money.amount(), currency), Some(money));
        }

        #[test]
        fn a_sum_is_the_sum_of_its_parts(parts in prop::collection::vec(0..=MOST_MINOR, 0..50), currency in currency()) {
            let mut sum = Money::zero(currency);
            for part in &parts {
                sum = sum.plus(&Money::new(*part, currency)).expect("one currency");
            }
            prop_assert_eq!(sum.minor, parts.iter().sum::<i64>());
        }

        #[test]
        fn nothing_typed_breaks_the_reading(text in ".{0,60}", currency in currency()) {
            if let Some(money) = Money::parse(&text, currency) {
                prop_assert!((0..=MOST_MINOR).contains(&money.minor));
            }
        }
    }
}
