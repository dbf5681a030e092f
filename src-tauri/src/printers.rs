//! The system's printers (CUPS): which there are, whether they are ready, and what became of a print.

use std::io::Write;
use std::process::{Command, Stdio};

use neem_core::{Code, Result};
use neem_print::SlipPaper;
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use specta::Type;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum PrinterState {
    Ready,
    /// Something is being printed just now.
    Printing,
    /// It takes prints and keeps them: no paper, switched off, stopped by somebody.
    Stopped,
    /// It was chosen here and the system does not know it any more.
    Missing,
}

/// The printer of slips of this PC, as chosen or by the system's default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SlipPrinter {
    /// The one that a slip goes to now; none where the system has none.
    pub printer: Option<String>,
    pub state: Option<PrinterState>,
    /// The one that was chosen; none for the system's default.
    pub chosen: Option<String>,
    pub paper: SlipPaper,
    /// All that the system knows.
    pub printers: Vec<String>,
}

/// A print that the system has taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PrintJob {
    pub printer: String,
    /// As CUPS names it; nothing when it did not say.
    pub job: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum PrintOutcome {
    Waiting,
    Printed,
    Failed,
    /// The system keeps no word of it.
    Unknown,
}

/// The choice of this PC: a printer, if another than the system's default, and the paper.
pub fn chosen(conn: &Connection) -> Result<(Option<String>, SlipPaper)> {
    let row = conn.query_row("SELECT printer, paper FROM slip_printing WHERE only = 1", [], |row| {
        Ok((row.get("printer")?, row.get::<_, String>("paper")?))
    });
    let (printer, paper) = row.optional()?.unwrap_or_default();
    Ok((printer, if paper == "a4" { SlipPaper::A4 } else { SlipPaper::Roll }))
}

pub fn choose(conn: &Connection, printer: Option<&str>, paper: SlipPaper) -> Result<()> {
    let paper = match paper {
        SlipPaper::Roll => "roll",
        SlipPaper::A4 => "a4",
    };
    conn.execute(
        "INSERT INTO slip_printing (only, printer, paper) VALUES (1, ?1, ?2)
         ON CONFLICT (only) DO UPDATE SET printer = excluded.printer, paper = excluded.paper",
        params![printer, paper],
    )?;
    Ok(())
}

/// The printer of slips, asked for its state just now.
pub fn slip_printer((chosen, paper): (Option<String>, SlipPaper)) -> SlipPrinter {
    let printers = names(&lpstat(&["-e"]));
    let printer = chosen.clone().or_else(default_printer);
    let state = printer
        .as_ref()
        .map(|name| if printers.contains(name) { state(&lpstat(&["-p", name])) } else { PrinterState::Missing });
    SlipPrinter { printer, state, chosen, paper, printers }
}

/// The system's default printer.
pub fn default_printer() -> Option<String> {
    let text = lpstat(&["-d"]);
    text.rsplit_once(": ").map(|(_, name)| name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// Hands a PDF to a printer without writing it to disk; an error unless the system took it.
pub fn print(pdf: &[u8], title: &str, printer: Option<String>) -> Result<PrintJob> {
    let printer = printer.or_else(default_printer).ok_or(Code::NoPrinter)?;
    let mut child = Command::new("lp")
        .args(["-d", &printer, "-t", title, "--", "-"])
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|_| Code::NoPrinter)?;
    let taken = child.stdin.take().is_some_and(|mut stdin| stdin.write_all(pdf).is_ok());
    let said = child.wait_with_output()?;
    if !taken || !said.status.success() {
        return Err(Code::PrintFailed.into());
    }
    Ok(PrintJob { printer, job: job_of(&String::from_utf8_lossy(&said.stdout)) })
}

/// What became of a print: it is printed only when the system says so.
pub fn outcome(print: &PrintJob) -> PrintOutcome {
    let Some(job) = &print.job else { return PrintOutcome::Unknown };
    if names(&lpstat(&["-W", "not-completed", "-o", &print.printer])).contains(job) {
        return PrintOutcome::Waiting;
    }
    ended(&lpstat(&["-l", "-W", "completed", "-o", &print.printer]), job)
}

fn lpstat(arguments: &[&str]) -> String {
    let run = Command::new("lpstat").args(arguments).env("LC_ALL", "C").stderr(Stdio::null()).output();
    run.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
}

/// The first word of each line that does not belong to the one above.
fn names(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| !line.starts_with(char::is_whitespace));
    lines.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

fn state(text: &str) -> PrinterState {
    let line = text.lines().next().unwrap_or_default();
    if line.contains(" disabled ") || line.is_empty() {
        PrinterState::Stopped
    } else if line.contains(" now printing ") {
        PrinterState::Printing
    } else {
        PrinterState::Ready
    }
}

/// From `request id is Slips-12 (0 file(s))`.
fn job_of(said: &str) -> Option<String> {
    said.split_once("request id is ")?.1.split_whitespace().next().map(str::to_owned)
}

fn ended(text: &str, job: &str) -> PrintOutcome {
    let mut lines = text.lines().skip_while(|line| line.split_whitespace().next() != Some(job));
    if lines.next().is_none() {
        return PrintOutcome::Unknown;
    }
    let details: String = lines.take_while(|line| line.starts_with(char::is_whitespace)).collect();
    if details.contains("job-completed-successfully") {
        PrintOutcome::Printed
    } else if details.contains("aborted") || details.contains("canceled") || details.contains("errors") {
        PrintOutcome::Failed
    } else {
        PrintOutcome::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cups_says_is_understood() {
        assert_eq!(names("Slips\nOffice\n"), ["Slips", "Office"]);
        for (text, expected) in [
            ("printer Slips is idle.  enabled since Thu 19 Nov 2026 10:40:00\n", PrinterState::Ready),
            ("printer Slips now printing Slips-12.  enabled since Thu 19 Nov\n", PrinterState::Printing),
            ("printer Slips disabled since Thu 19 Nov 2026 -\n\tOut of paper\n", PrinterState::Stopped),
            ("", PrinterState::Stopped),
        ] {
            assert_eq!(state(text), expected, "{text}");
        }
        assert_eq!(job_of("request id is Slips-12 (0 file(s))\n").as_deref(), Some("Slips-12"));
        assert_eq!(job_of("lp: error"), None);
    }

    #[test]
    fn nothing_is_called_printed_that_the_printer_did_not_finish() {
        let text = "Slips-11  meera  1024  Thu 19 Nov\n\tStatus: \n\tAlerts: job-canceled-by-user\n\tqueued for Slips\n\
                    Slips-12  meera  1024  Thu 19 Nov\n\tStatus: \n\tAlerts: job-completed-successfully\n\tqueued for Slips\n";
        assert_eq!(ended(text, "Slips-12"), PrintOutcome::Printed);
        assert_eq!(ended(text, "Slips-11"), PrintOutcome::Failed);
        assert_eq!(ended(text, "Slips-1"), PrintOutcome::Unknown);
        assert_eq!(outcome(&PrintJob { printer: "Slips".into(), job: None }), PrintOutcome::Unknown);
    }
}
