//! The receipt for money that was taken or given back.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{Clinic, Language, Reprint};

/// Paper a receipt is printed on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptPaper {
    /// 80 mm roll paper: 72 mm printed, as long as it needs to be, black only.
    #[default]
    Roll80,
    /// 210 × 297 mm.
    A4,
}

/// What the money was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptKind {
    /// For a bill.
    #[default]
    Payment,
    /// For a visit that has no bill yet.
    Deposit,
    /// Went back.
    Refund,
}

/// A receipt; empty texts print nothing, neither value nor label. Amounts are worded by the caller.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Type)]
pub struct Receipt {
    /// Paper size.
    #[serde(default)]
    pub paper: ReceiptPaper,
    /// Language of the fixed words; it decides the reading direction.
    #[serde(default)]
    pub language: Language,
    /// What the money was.
    pub kind: ReceiptKind,
    /// Receipt number, such as "A-2026-R0001".
    pub number: String,
    /// The day in words.
    pub date_text: String,
    /// The time.
    pub time_text: String,
    /// Who took it.
    pub clinic: Clinic,
    /// The patient's name.
    pub patient: String,
    /// The name in the patient's own script.
    #[serde(default)]
    pub patient_alternate: Option<String>,
    /// Record number.
    pub record_number: String,
    /// Number of the bill.
    #[serde(default)]
    pub invoice: Option<String>,
    /// The visit that a deposit is for: when and with whom.
    #[serde(default)]
    pub visit: Vec<String>,
    /// What the bill is made of.
    #[serde(default)]
    pub lines: Vec<ReceiptLine>,
    /// Of the bill.
    #[serde(default)]
    pub total: Option<String>,
    /// Paid on the bill before this.
    #[serde(default)]
    pub paid_before: Option<String>,
    /// What this receipt is for.
    pub amount: String,
    /// Its currency, such as "INR".
    pub currency: String,
    /// How it was paid, such as "Cash".
    pub method: String,
    /// The card machine's or the bank's reference.
    #[serde(default)]
    pub reference: Option<String>,
    /// The receipt of what is given back.
    #[serde(default)]
    pub refund_of: Option<String>,
    /// Why it is given back, or what else was noted.
    #[serde(default)]
    pub note: Option<String>,
    /// Still to be paid on the bill after this.
    #[serde(default)]
    pub owed: Option<String>,
    /// Who took the money.
    pub received_by: String,
    /// Set when the receipt is printed again, which never gives a new number.
    #[serde(default)]
    pub reprinted: Option<Reprint>,
}

/// One line of the bill.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ReceiptLine {
    /// What for.
    pub text: String,
    /// Pieces and price, where it is more than one times the price.
    #[serde(default)]
    pub detail: Option<ReceiptDetail>,
    /// What it comes to.
    pub amount: String,
}

/// How the amount of a line comes about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ReceiptDetail {
    /// Pieces.
    pub quantity: String,
    /// Price of one.
    pub price: String,
    /// Taken off.
    #[serde(default)]
    pub less: Option<String>,
    /// Put on.
    #[serde(default)]
    pub tax: Option<String>,
}
