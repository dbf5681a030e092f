//! Money: what a visit costs, what was paid for it, and what is in the till. Amounts are whole
//! minor units; whatever can be added up is added up when asked for and never stored.

mod as_of;
mod balance;
mod cash_session;
mod change;
mod confirm;
mod invoice;
mod issue_invoice;
mod money;
mod numbers;
mod payment;
mod refund;
mod standing;
mod take_payment;
mod takings;
mod void_invoice;

pub use as_of::{BillAsOf, as_of, received_by};
pub use balance::{OpenBalance, of_appointment, of_invoice, of_patient, open_balances};
pub use cash_session::{CashSession, CountedTill, NewTill, close_till, open_till, till, till_of_device, tills};
pub use change::{Change, change};
pub use confirm::{Confirmation, Outcome, confirm};
pub use invoice::{
    Invoice, InvoiceLine, InvoiceStatus, InvoiceSummary, invoice, invoices_of_appointment, invoices_of_patient,
};
pub use issue_invoice::{InvoicePreview, NewInvoice, NewLine, issue_invoice, preview_invoice};
pub use money::{MOST_MINOR, Money, MoneyText, exponent};
pub use payment::{Payment, PaymentMethod, payment, payments_of_patient};
pub use refund::{NewRefund, refund};
pub use standing::{
    Balance, LineAmount, Movement, PaymentKind, PaymentStatus, Settlement, Standing, TransactionStatus, standing,
};
pub use take_payment::{NewPayment, initiate_payment, take_payment};
pub use takings::{Takings, takings};
pub use void_invoice::void_invoice;
