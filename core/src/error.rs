//! What can go wrong, and the codes that the screens turn into words.

use serde::{Deserialize, Serialize};
use specta::Type;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A cause that a person can act on. The screens hold one sentence for each, in a total table;
/// nobody matches on message text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    Required,
    TooLong,
    NotAName,
    NotAPhone,
    NotADate,
    BirthDateInFuture,
    BirthDateTooOld,
    NotAnEmail,
    PasswordTooShort,
    PasswordCommon,
    PasswordsDiffer,
    NotAnAddress,
    OutOfRange,
    AlreadyUsed,
    NotATimeZone,
    NotAnAmount,
    NotACurrency,
    NotATime,
    NotARecurrence,
    NotAColor,
    NotADiagnosisCode,
    NotAPotency,
    EndsBeforeStart,
    Overlaps,
    PhoneInUse,
    UnknownPlaceholder,
    CircularResponsibility,

    NotSignedIn,
    Locked,
    NotAllowed,
    WrongSignIn,
    TooManyAttempts,
    MfaNeeded,
    WrongMfaCode,
    TokenInvalid,
    TokenExpired,

    LimitReached,
    NotApproved,
    DoesNotWorkHere,
    CannotPerform,
    NotAvailable,
    AlreadyDecided,
    PurposeNotConsented,
    InvoiceVoid,
    MoreThanOwed,
    MoreThanPaid,
    CurrencyDiffers,
    AlreadySettled,
    UnknownReference,
    KeyReused,
    TillOpen,
    TillClosed,
    NoVisit,
    AlreadyReviewed,
    AlreadySuperseded,
    MergeImpossible,
    AlreadyUndone,
    ChangedSinceMerge,
    Erased,
    FileTooLarge,
    FileTypeRefused,
    FileNotHere,
    FileDamaged,
    ImportUnreadable,
    ImportColumnMissing,
    ExportDamaged,
    ExportOfOtherVersion,
    NotEmpty,
    /// The last manager or the last site: one must stay.
    LastOne,
    /// A site with appointments still to come; the detail is how many.
    StillBooked,

    NotFound,
    ChangedMeanwhile,
    AlreadyWaiting,
    IllegalTransition,
    SlotTaken,
    NothingToIssue,
    ConsultationClosed,
    AllergyUnanswered,
    Immutable,

    DatabaseNewer,
    DatabaseDamaged,
    WrongKey,
    KeyringSilent,
    PassphraseNeeded,
    WrongPassphrase,
    DiskFull,
    AlreadySetUp,
    NoPrinter,
    PrintFailed,
    CannotSaveFile,

    HubUnreachable,
    HubRefused,
    HubTooOld,
    /// Too many requests; the PC tries again by itself.
    HubBusy,
    /// The hub shows another key than the one that this PC was introduced to.
    HubIdentityChanged,
    /// The hub was put back from a copy while a sync ran.
    HubRestored,
    HubNotConnected,
    CodeInvalid,
    CodeUsed,
    CodeExpired,
    OtherClinic,
    HubHasNoClinic,
    DeviceRevoked,
    /// Taken out, and what it has not sent is still taken.
    DeviceDrained,
    SyncRunning,
    /// A person stopped it; what was exchanged until then stays.
    SyncStopped,

    Internal,
}

/// One field of a form that cannot be taken as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// The field's name as the form has it.
    pub field: String,
    pub code: Code,
    /// The limit that was passed, in the field's own unit (characters, years).
    pub limit: Option<u32>,
}

/// Every failure of the core. [`Error::code`] gives what a person can act on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule of the clinic said no; the detail is a name or a number that belongs in the sentence.
    #[error("{code:?}")]
    Rule { code: Code, detail: Option<String> },
    /// A form has problems, all of them listed at once.
    #[error("invalid input: {0:?}")]
    Form(Vec<Problem>),
    #[error("database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("file: {0}")]
    Io(#[from] std::io::Error),
    #[error("encoding: {0}")]
    Encoding(String),
    /// A promise that the code makes to itself was broken.
    #[error("broken invariant: {0}")]
    Invariant(String),
}

impl Error {
    pub fn code(&self) -> Code {
        match self {
            Error::Rule { code, .. } => *code,
            Error::Form(problems) => problems.first().map_or(Code::Internal, |p| p.code),
            Error::Sqlite(error) => code_of_sqlite(error),
            Error::Io(error) if error.kind() == std::io::ErrorKind::StorageFull => Code::DiskFull,
            Error::Io(_) | Error::Encoding(_) | Error::Invariant(_) => Code::Internal,
        }
    }

    pub fn problems(&self) -> &[Problem] {
        match self {
            Error::Form(problems) => problems,
            _ => &[],
        }
    }

    pub fn detail(&self) -> Option<&str> {
        match self {
            Error::Rule { detail, .. } => detail.as_deref(),
            _ => None,
        }
    }

    /// A rule's refusal with the name, time or number that its sentence speaks of.
    pub fn with(code: Code, detail: impl Into<String>) -> Error {
        Error::Rule { code, detail: Some(detail.into()) }
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Error {
        Error::Rule { code, detail: None }
    }
}

impl From<rmp_serde::encode::Error> for Error {
    fn from(error: rmp_serde::encode::Error) -> Error {
        Error::Encoding(error.to_string())
    }
}

impl From<rmp_serde::decode::Error> for Error {
    fn from(error: rmp_serde::decode::Error) -> Error {
        Error::Encoding(error.to_string())
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Error {
        Error::Encoding(error.to_string())
    }
}

fn code_of_sqlite(error: &rusqlite::Error) -> Code {
    use rusqlite::ErrorCode;
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Code::DiskFull,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Code::DatabaseDamaged,
        _ => match error {
            rusqlite::Error::QueryReturnedNoRows => Code::NotFound,
            _ => Code::Internal,
        },
    }
}
