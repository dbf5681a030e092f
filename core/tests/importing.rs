//! Patients of another system: all of them or none, and the count agrees.

mod support;

use neem_core::page::PageRequest;
use neem_core::patients::{self, DryRun, ImportField, ImportMapping, ImportReport, SharedPhone};
use neem_core::{Code, LocalDate, Result};
use support::{Desk, patient};

fn mapping(csv: &[u8]) -> ImportMapping {
    let columns = patients::preview_import(csv).expect("a file").suggested;
    ImportMapping { columns, shared_phone: SharedPhone::Refuse, skip_duplicates: false }
}

fn import(desk: &Desk, csv: &[u8], mapping: &ImportMapping) -> Result<ImportReport> {
    let today = desk.today();
    desk.write(desk.staff.admin, |tx| patients::import(tx, csv, mapping, today))
}

fn dry_run(desk: &Desk, csv: &[u8], mapping: &ImportMapping) -> DryRun {
    let today = desk.today();
    desk.read(|conn| patients::dry_run(conn, csv, mapping, today))
}

const GOOD: &str = "Name,Date of Birth,Sex,Mobile,City,Blood Group,Notes,Shoe size
Sunita Deshpande,1980-03-12,F,98220 12345,Pune,A+,\"likes tea,
and mornings\",38
Omar Haddad,12/07/1975,male,98220 12346,Pune,O neg,,44
Putri,,,,,,,
";

#[test]
fn a_sound_file_is_imported_in_one_commit_and_the_count_agrees() {
    let desk = Desk::open();
    let preview = patients::preview_import(GOOD.as_bytes()).expect("a file");
    assert_eq!((preview.rows, preview.columns.len()), (3, 8));
    assert_eq!(preview.suggested[7], None, "nobody guesses what a shoe size is");
    let mapping = mapping(GOOD.as_bytes());
    let dry = dry_run(&desk, GOOD.as_bytes(), &mapping);
    assert_eq!((dry.rows, dry.would_import, dry.problem_count, dry.duplicates), (3, 3, 0, 0));
    assert_eq!(desk.count("SELECT count(*) FROM patients"), 0, "a dry run writes nothing");
    let commits = desk.count("SELECT count(*) FROM commits");
    let report = import(&desk, GOOD.as_bytes(), &mapping).expect("imports");
    assert_eq!(desk.count("SELECT count(*) FROM commits"), commits + 1);
    assert_eq!((report.rows, report.imported), (3, 3));
    assert_eq!(report.read, report.stored);
    assert_eq!(report.read, dry.parity, "what was promised is what was done");
    let day = |text: &str| Some(LocalDate(text.parse().expect("a day")));
    let stored = &report.stored;
    assert_eq!((stored.male, stored.female, stored.not_said, stored.with_phone), (1, 1, 1, 2));
    assert_eq!((stored.earliest_birth_date, stored.latest_birth_date), (day("1975-07-12"), day("1980-03-12")));
    let today = desk.today();
    let found = desk.read(|conn| patients::search(conn, "sunita", today));
    assert_eq!((found[0].record_number.as_str(), found[0].phone.as_deref()), ("A10001", Some("+919822012345")));
    let sunita = desk.read(|conn| patients::patient(conn, found[0].id, today));
    assert_eq!(sunita.notes.as_deref(), Some("likes tea,\nand mornings"));
    assert_eq!(desk.count("SELECT count(DISTINCT record_number) FROM patients"), 3);
}

#[test]
fn one_bad_row_imports_nothing_and_is_named() {
    let desk = Desk::open();
    let csv = "Name,DOB,Sex,Phone\nSunita Deshpande,1980-03-12,F,98220 12345\n\"Omar\nHaddad\",31/02/1980,M,12\nX,2999-01-01,?,\n";
    let mapping = mapping(csv.as_bytes());
    let dry = dry_run(&desk, csv.as_bytes(), &mapping);
    let found: Vec<(u32, &str, Code)> = dry.problems.iter().map(|p| (p.row, p.field.as_str(), p.code)).collect();
    let expected = [
        (3, "birthDate", Code::NotADate),
        (3, "phone", Code::NotAPhone),
        (5, "birthDate", Code::BirthDateInFuture),
        (5, "gender", Code::UnknownReference),
    ];
    assert_eq!(found, expected, "rows are named by the line on which they begin");
    assert_eq!((dry.would_import, dry.problem_count), (1, 4));
    let error = import(&desk, csv.as_bytes(), &mapping).expect_err("bad rows");
    let fields: Vec<&str> = error.problems().iter().map(|p| p.field.as_str()).collect();
    assert_eq!(fields, ["rows.3.birthDate", "rows.3.phone", "rows.5.birthDate", "rows.5.gender"]);
    assert_eq!(desk.count("SELECT count(*) FROM patients"), 0);
}

#[test]
fn separators_marks_and_line_ends_are_taken_as_they_come() {
    for (separator, end) in [(",", "\n"), (";", "\r\n"), ("\t", "\r\n"), (";", "\n")] {
        let desk_row = |cells: [&str; 3]| cells.join(separator) + end;
        let csv = format!(
            "\u{FEFF}{}{}{end}",
            desk_row(["Nama Pasien", "Jenis Kelamin", "\"Kota\""]),
            desk_row(["Siti Rahman", "Perempuan", "\"Jakarta, Utara; Barat\""])
        );
        let preview = patients::preview_import(csv.as_bytes()).expect("a file");
        assert_eq!(
            preview.suggested,
            [Some(ImportField::FullName), Some(ImportField::Gender), Some(ImportField::City)],
            "{csv:?}"
        );
        assert_eq!(preview.samples, [["Siti Rahman", "Perempuan", "Jakarta, Utara; Barat"]], "{csv:?}");
    }
}

#[test]
fn what_is_no_list_of_patients_is_refused_before_anything_is_believed_of_it() {
    let desk = Desk::open();
    let code = |bytes: &[u8]| {
        let error = patients::preview_import(bytes).expect_err("refused");
        (error.code(), error.detail().map(str::to_owned))
    };
    assert_eq!(code(b"Name\nJos\xe9\n"), (Code::ImportUnreadable, Some("2".into())));
    assert_eq!(code("Name\nOmar\nJos\u{FFFD}\n".as_bytes()), (Code::ImportUnreadable, Some("3".into())));
    assert_eq!(code(b"Name,City\nOmar\n").0, Code::ImportUnreadable, "a row with another number of cells");
    assert_eq!(code(b"").0, Code::ImportUnreadable);
    assert_eq!(code(&vec![b'a'; (20 << 20) + 1]).0, Code::FileTooLarge);
    let many = "Name\n".to_owned() + &"Omar Haddad\n".repeat(100_001);
    assert_eq!(code(many.as_bytes()), (Code::FileTooLarge, Some("100000".into())));

    let nameless = b"City,Sex\nPune,F\n";
    let mut mapping = mapping(nameless);
    assert_eq!(import(&desk, nameless, &mapping).expect_err("no name").code(), Code::ImportColumnMissing);
    mapping.columns = vec![Some(ImportField::FullName)];
    assert_eq!(import(&desk, nameless, &mapping).expect_err("of another file").code(), Code::ImportColumnMissing);
}

#[test]
fn a_first_and_a_last_name_are_one_name() {
    let desk = Desk::open();
    let csv = b"Last name,First name,Sex\nDeshpande,Sunita,F\n";
    import(&desk, csv, &mapping(csv)).expect("imports");
    assert_eq!(desk.count("SELECT count(*) FROM patients WHERE full_name = 'Sunita Deshpande'"), 1);
}

#[test]
fn a_family_with_one_phone_is_refused_or_becomes_dependants() {
    let desk = Desk::open();
    let csv = b"Name,Sex,Phone,DOB\nAsha Joshi,F,98220 12345,1985-01-02\nMira Joshi,F,98220 12345,2015-01-02\nRavi Joshi,M,98220 12345,2017-05-06\n";
    let mut mapping = mapping(csv);
    let error = import(&desk, csv, &mapping).expect_err("one phone");
    let found: Vec<(&str, Code)> = error.problems().iter().map(|p| (p.field.as_str(), p.code)).collect();
    assert_eq!(found, [("rows.3.phone", Code::PhoneInUse), ("rows.4.phone", Code::PhoneInUse)]);
    mapping.shared_phone = SharedPhone::Dependant;
    assert_eq!(dry_run(&desk, csv, &mapping).dependants, 2);
    let report = import(&desk, csv, &mapping).expect("imports");
    assert_eq!((report.imported, report.dependants), (3, 2));
    let today = desk.today();
    let asha = desk.read(|conn| patients::search(conn, "asha", today))[0].id;
    let family = desk.read(|conn| patients::dependants(conn, asha));
    assert_eq!(
        family.dependants.iter().map(|d| d.full_name.as_str()).collect::<Vec<_>>(),
        ["Mira Joshi", "Ravi Joshi"]
    );
    assert_eq!(desk.read(|conn| patients::possible_duplicates(conn, PageRequest::FIRST, today)).items.len(), 0);
}

#[test]
fn whoever_is_known_already_is_counted_and_left_out_if_asked() {
    let desk = Desk::open();
    let today = desk.today();
    desk.write(desk.staff.desk, |tx| patients::register(tx, &patient("Sunita Deshpande"), today)).expect("registers");
    let csv = "नाम,जन्म तिथि,लिंग\nसुनीता देशपांडे,12/3/1980,महिला\nउमर हद्दाद,1/2/1975,पुरुष\n".as_bytes();
    let mut mapping = mapping(csv);
    let dry = dry_run(&desk, csv, &mapping);
    assert_eq!((dry.would_import, dry.duplicates), (2, 1));
    assert_eq!((dry.duplicate_rows[0].row, dry.duplicate_rows[0].patient.full_name.as_str()), (2, "Sunita Deshpande"));
    mapping.skip_duplicates = true;
    assert_eq!(dry_run(&desk, csv, &mapping).would_import, 1);
    let report = import(&desk, csv, &mapping).expect("imports");
    assert_eq!((report.rows, report.imported, report.skipped_duplicates), (2, 1, 1));
    // A second time there is nobody left to import.
    assert_eq!(import(&desk, csv, &mapping).expect("imports").imported, 0);
}

#[test]
fn an_import_is_one_commit_or_none() {
    let desk = Desk::open();
    let rows = |count: usize| {
        let notes = "x".repeat(19_900);
        let row = |n: usize| format!("Omar {},{notes}\n", ["Haddad", "Rahman", "Iyer", "Moyo", "Silva"][n % 5]);
        "Name,Notes\n".to_owned() + &(0..count).map(row).collect::<String>()
    };
    let too_many = rows(450);
    let error =
        import(&desk, too_many.as_bytes(), &mapping(too_many.as_bytes())).expect_err("more than a commit takes");
    assert_eq!(error.code(), Code::FileTooLarge);
    let fits: usize = error.detail().and_then(|detail| detail.parse().ok()).expect("how many rows fit");
    assert_eq!(desk.count("SELECT count(*) FROM patients"), 0);
    // As many as it says that fit do fit.
    let most = rows(fits);
    let report = import(&desk, most.as_bytes(), &mapping(most.as_bytes())).expect("imports");
    assert_eq!(report.imported as usize, fits);
}
