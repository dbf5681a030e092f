//! Every fixed word on paper, in English unless the caller replaces it.

use serde::{Deserialize, Serialize};
use specta::Type;

/// Declares a struct of texts together with its English, so that the two cannot drift apart.
macro_rules! labels {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $field:ident: $english:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
        #[serde(default)]
        pub struct $name {
            $($(#[$doc])* pub $field: String,)+
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $english.to_owned(),)+ }
            }
        }
    };
}

labels! {
    /// Fixed words on a queue slip; `{…}` marks where a value goes.
    SlipLabels {
        /// Heads a reprint.
        reprinted: "Printed again {at}",
        /// Second line of a reprint.
        first_printed: "the same number, first printed {first}",
    }
}

labels! {
    /// Fixed words on a blank slip.
    BlankLabels {
        /// Before the line for the patient's name.
        name: "Name",
        /// Before the line for the doctor.
        doctor: "Doctor",
        /// Before the line for the day.
        day: "Day",
        /// Before the line for the time.
        time: "Time",
        /// Before the line for the reason.
        reason: "Reason",
        /// At the foot: what becomes of the slip.
        keep: "Write the time. It is entered when the power is back.",
    }
}

labels! {
    /// Fixed words on the list of a day; `{…}` marks where a value goes.
    DayListLabels {
        /// Title.
        title: "Day list",
        /// Heads the times.
        time: "Time",
        /// Heads the queue numbers.
        number: "No.",
        /// Heads the patients.
        patient: "Patient",
        /// Heads the reasons.
        reason: "Reason",
        /// Heads where the visits stand.
        status: "Status",
        /// Heads the column to write in.
        note: "Came, note",
        /// After a doctor's name.
        count: "{count} patients",
        /// Where nobody is expected.
        nobody: "Nobody is booked on this day.",
        /// At the foot.
        printed: "Printed at {at}. What changed later is not on it.",
        /// At the foot of every page.
        page: "Page {page} of {pages}",
    }
}

labels! {
    /// Fixed words on a receipt; `{…}` marks where a value goes.
    ReceiptLabels {
        /// Heads a payment.
        payment: "Receipt",
        /// Heads a deposit.
        deposit: "Receipt for a deposit",
        /// Heads a refund.
        refund: "Money given back",
        /// Before a phone number.
        phone: "Phone",
        /// Before the record number.
        record_number: "Record",
        /// Before the number of the bill.
        invoice: "Bill",
        /// Before the visit that a deposit is for.
        visit: "For the visit",
        /// The bill's total.
        total: "Total",
        /// Paid on the bill before.
        paid_before: "Paid before",
        /// Before the amount of this receipt.
        received: "Received, {method}",
        /// The same of a refund.
        given_back: "Given back, {method}",
        /// Before a reference.
        reference: "Reference",
        /// Before the receipt of what is given back.
        refund_of: "Of receipt",
        /// Still to be paid.
        owed: "Still to pay",
        /// Who took the money.
        received_by: "Taken by {by}",
        /// Heads a reprint.
        reprinted: "Printed again {at}",
        /// Second line of a reprint.
        first_printed: "the same receipt, first printed {first}",
    }
}

labels! {
    /// Fixed words on a prescription; `{…}` marks where a value goes.
    Labels {
        /// Title before the prescription number.
        prescription: "Prescription",
        /// Before a phone number.
        phone: "Phone",
        /// Before the prescriber's registration number.
        registration_number: "Reg. no.",
        /// Heads the patient's name.
        patient: "Patient",
        /// Age.
        age: "Age",
        /// Sex.
        sex: "Sex",
        /// Weight.
        weight: "Weight",
        /// Record number.
        record_number: "Record",
        /// National identity number.
        national_id: "National ID",
        /// The patient's address.
        address: "Address",
        /// Heads the block of a consultation at a distance.
        teleconsultation: "Teleconsultation",
        /// What the patient reported.
        complaints: "Complaints",
        /// What the prescriber found.
        findings: "Findings",
        /// Diagnosis or provisional diagnosis.
        diagnosis: "Diagnosis",
        /// What was agreed at a distance.
        instructions: "Instructions",
        /// Heads the list of medicines.
        medicines: "Medicines",
        /// Dose.
        dose: "Dose",
        /// Route.
        route: "Route",
        /// Frequency.
        frequency: "How often",
        /// Duration.
        duration: "For how long",
        /// Total quantity.
        quantity: "Quantity",
        /// Before the reason why a warning was set aside.
        override_reason: "Prescribed despite a warning:",
        /// Advice beyond the medicines.
        advice: "Advice",
        /// When to come back.
        follow_up: "Follow-up",
        /// Under the space for the stamp.
        stamp: "Stamp",
        /// Under the space for the signature.
        signature: "Signature",
        /// Beside the QR code.
        signed_by: "Signed by {by}; scan to check that nothing was changed",
        /// Where this prescription replaces another.
        supersedes: "Supersedes {number}",
        /// On every page of a prescription that was replaced.
        superseded_by: "Superseded by {number} on {date}",
        /// Second line of the same band.
        superseded_note: "Do not dispense from this sheet",
        /// Heads a reprint.
        reprinted: "Printed again {at}",
        /// Second half of a reprint.
        first_printed: "first printed {first}",
        /// At the foot of every page.
        page: "Page {page} of {pages}",
    }
}
