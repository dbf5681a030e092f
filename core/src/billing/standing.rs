//! Where a bill stands: a function of its lines and of the money that came and went, and of nothing
//! else. Whether the visit is over is not asked, so completing one never overwrites a deposit
//! (domain.md, ruling 2).

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::billing::money::{Money, MoneyText};
use crate::error::{Error, Result};

/// How far a bill is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    Unpaid,
    /// Something is paid, and not all of it.
    Deposit,
    Paid,
}

/// The same for whoever waits for an online payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    Pending,
    Paid,
    /// The latest attempt failed and none is under way.
    Failed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum PaymentKind {
    Payment,
    /// Money for an appointment that has no invoice yet.
    Deposit,
    Refund,
}

crate::ids::named_values!(PaymentKind { Payment = "payment", Deposit = "deposit", Refund = "refund" });

/// Whether money moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum TransactionStatus {
    Initiated,
    Success,
    Failed,
}

crate::ids::named_values!(TransactionStatus { Initiated = "initiated", Success = "success", Failed = "failed" });

/// What a line costs, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineAmount {
    pub quantity: u32,
    pub unit_price: i64,
    pub discount: i64,
    pub tax: i64,
}

impl LineAmount {
    /// Quantity times price, less the discount, plus the tax.
    pub fn total(self) -> Result<i64> {
        let price = self.unit_price.checked_mul(i64::from(self.quantity));
        price.and_then(|price| price.checked_sub(self.discount)?.checked_add(self.tax)).ok_or_else(too_large)
    }
}

/// One movement of money, the earliest first in every list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Movement {
    pub kind: PaymentKind,
    pub status: TransactionStatus,
    pub minor: i64,
}

/// Where a bill stands, in minor units of its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub total: i64,
    /// Payments and deposits that succeeded.
    pub paid: i64,
    pub refunded: i64,
    pub payment: PaymentStatus,
    pub settlement: Settlement,
}

impl Standing {
    /// What is still to be paid; never negative.
    pub fn owed(&self) -> i64 {
        (self.total - self.paid + self.refunded).max(0)
    }

    /// What was paid beyond the bill, as when two PCs apart both took the money; never negative.
    pub fn credit(&self) -> i64 {
        (self.paid - self.refunded - self.total).max(0)
    }

    pub fn balance(&self, currency: &str) -> Balance {
        let text = |minor| Money::new(minor, currency).text();
        Balance {
            total: text(self.total),
            paid: text(self.paid),
            refunded: text(self.refunded),
            owed: text(self.owed()),
            credit: text(self.credit()),
            payment: self.payment,
            settlement: self.settlement,
        }
    }
}

/// Where a bill stands, as it travels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Balance {
    pub total: MoneyText,
    pub paid: MoneyText,
    pub refunded: MoneyText,
    /// Still to be paid.
    pub owed: MoneyText,
    /// Paid beyond the bill.
    pub credit: MoneyText,
    pub payment: PaymentStatus,
    pub settlement: Settlement,
}

/// Adds a bill up. Without lines there is no bill yet: money that is there is a deposit.
pub fn standing(lines: &[LineAmount], movements: &[Movement]) -> Result<Standing> {
    let total = sum(lines.iter().map(|line| line.total()))?;
    let success = |refund: bool| {
        sum(movements
            .iter()
            .filter(|m| m.status == TransactionStatus::Success && (m.kind == PaymentKind::Refund) == refund)
            .map(|m| Ok(m.minor)))
    };
    let (paid, refunded) = (success(false)?, success(true)?);
    let kept = paid - refunded;
    let payment = if !lines.is_empty() && kept >= total {
        PaymentStatus::Paid
    } else if kept > 0 {
        PaymentStatus::Deposit
    } else {
        PaymentStatus::Unpaid
    };
    let attempts = || movements.iter().filter(|m| m.kind != PaymentKind::Refund);
    let under_way = attempts().any(|m| m.status == TransactionStatus::Initiated);
    let settlement = match (payment, attempts().next_back().map(|m| m.status)) {
        (PaymentStatus::Paid, _) => Settlement::Paid,
        (_, Some(TransactionStatus::Failed)) if !under_way => Settlement::Failed,
        _ => Settlement::Pending,
    };
    Ok(Standing { total, paid, refunded, payment, settlement })
}

fn sum(amounts: impl Iterator<Item = Result<i64>>) -> Result<i64> {
    let mut total: i64 = 0;
    for amount in amounts {
        total = total.checked_add(amount?).ok_or_else(too_large)?;
    }
    Ok(total)
}

fn too_large() -> Error {
    Error::Invariant("a sum of money beyond 64 bits".into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::PaymentKind::*;
    use super::TransactionStatus::*;
    use super::*;
    use crate::billing::money::MOST_MINOR;

    fn line(unit_price: i64) -> LineAmount {
        LineAmount { quantity: 1, unit_price, discount: 0, tax: 0 }
    }

    fn movement(kind: PaymentKind, status: TransactionStatus, minor: i64) -> Movement {
        Movement { kind, status, minor }
    }

    #[test]
    fn a_table_of_bills() {
        use PaymentStatus as P;
        use Settlement as S;
        let bill = [line(500)];
        for (name, lines, movements, payment, settlement, owed, credit) in [
            ("nothing yet", &bill[..0], vec![], P::Unpaid, S::Pending, 0, 0),
            ("a deposit before the bill", &bill[..0], vec![(Deposit, Success, 200)], P::Deposit, S::Pending, 0, 200),
            ("a bill", &bill[..], vec![], P::Unpaid, S::Pending, 500, 0),
            ("a deposit stays one", &bill[..], vec![(Deposit, Success, 200)], P::Deposit, S::Pending, 300, 0),
            (
                "the rest is paid",
                &bill[..],
                vec![(Deposit, Success, 200), (Payment, Success, 300)],
                P::Paid,
                S::Paid,
                0,
                0,
            ),
            ("online, not yet", &bill[..], vec![(Payment, Initiated, 500)], P::Unpaid, S::Pending, 500, 0),
            ("online, failed", &bill[..], vec![(Payment, Failed, 500)], P::Unpaid, S::Failed, 500, 0),
            (
                "failed, tried again",
                &bill[..],
                vec![(Payment, Failed, 500), (Payment, Initiated, 500)],
                P::Unpaid,
                S::Pending,
                500,
                0,
            ),
            (
                "failed, then cash",
                &bill[..],
                vec![(Payment, Failed, 500), (Payment, Success, 500)],
                P::Paid,
                S::Paid,
                0,
                0,
            ),
            (
                "all given back",
                &bill[..],
                vec![(Payment, Success, 500), (Refund, Success, 500)],
                P::Unpaid,
                S::Pending,
                500,
                0,
            ),
            (
                "taken by two PCs apart",
                &bill[..],
                vec![(Payment, Success, 500), (Payment, Success, 500)],
                P::Paid,
                S::Paid,
                0,
                500,
            ),
            ("free of charge", &[line(0)][..], vec![], P::Paid, S::Paid, 0, 0),
        ] {
            let movements: Vec<Movement> = movements.into_iter().map(|(k, s, m)| movement(k, s, m)).collect();
            let found = standing(lines, &movements).expect("adds up");
            assert_eq!(
                (found.payment, found.settlement, found.owed(), found.credit()),
                (payment, settlement, owed, credit),
                "{name}"
            );
        }
    }

    #[test]
    fn a_line_is_price_times_quantity_less_discount_plus_tax() {
        let line = LineAmount { quantity: 3, unit_price: 100, discount: 50, tax: 45 };
        assert_eq!(line.total().expect("adds up"), 295);
    }

    proptest! {
        #[test]
        fn a_balance_is_lines_less_payments_plus_refunds(
            prices in prop::collection::vec(0..=MOST_MINOR, 0..8),
            moved in prop::collection::vec((0..3_usize, 0..3_usize, 1..=MOST_MINOR), 0..12),
        ) {
            let lines: Vec<LineAmount> = prices.iter().map(|price| line(*price)).collect();
            let movements: Vec<Movement> = moved
                .iter()
                .map(|(k, s, minor)| movement([Payment, Deposit, Refund][*k], [Initiated, Success, Failed][*s], *minor))
                .collect();
            let found = standing(&lines, &movements).expect("adds up");
            let signed = |m: &Movement| match (m.status, m.kind) {
                (Success, Refund) => m.minor,
                (Success, _) => -m.minor,
                _ => 0,
            };
            let balance = prices.iter().sum::<i64>() + movements.iter().map(signed).sum::<i64>();
            prop_assert_eq!(found.owed() - found.credit(), balance);
            prop_assert!(found.owed() >= 0 && found.credit() >= 0);
            prop_assert!(found.owed() == 0 || found.credit() == 0);
            prop_assert_eq!(found.payment == PaymentStatus::Paid, !lines.is_empty() && found.owed() == 0);
        }
    }
}
