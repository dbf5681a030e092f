//! Cash over the counter: what goes back of the note that was handed over.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::billing::money::{Money, MoneyText};
use crate::error::{Code, Result};
use crate::form::Form;

/// What is left between the cash handed over and the amount; one of the two is nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// Goes back over the counter.
    pub back: MoneyText,
    /// Is still to be handed over.
    pub missing: MoneyText,
}

/// The change of `given` for `amount`, both as typed in a currency.
pub fn change(amount: &str, given: &str, currency: &str) -> Result<Change> {
    let mut form = Form::default();
    let mut read = |field: &str, text: &str| match Money::parse(text, currency) {
        Some(money) => money.minor,
        None => {
            form.problem(field, Code::NotAnAmount, None);
            0
        }
    };
    let (amount, given) = (read("amount", amount), read("given", given));
    form.finish()?;
    let text = |minor: i64| Money::new(minor.max(0), currency).text();
    Ok(Change { back: text(given - amount), missing: text(amount - given) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_back_over_the_counter() {
        for (amount, given, currency, back, missing) in [
            ("350", "500", "INR", "150.00", "0.00"),
            ("349.50", "350", "INR", "0.50", "0.00"),
            ("350", "350", "INR", "0.00", "0.00"),
            ("350", "300", "INR", "0.00", "50.00"),
            ("120.000", "150.000", "IDR", "30000", "0"),
            ("1.250", "5", "KWD", "3.750", "0.000"),
        ] {
            let change = change(amount, given, currency).expect("adds up");
            assert_eq!((change.back.amount.as_str(), change.missing.amount.as_str()), (back, missing), "{amount}");
        }
        let error = change("350", "a note", "INR").expect_err("no amount");
        assert_eq!(error.problems()[0].field, "given");
    }
}
