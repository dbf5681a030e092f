//! `neem-hub` itself, as it is installed.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_neem-hub");
/// It says nothing for so long only if it hangs.
const SILENCE: Duration = Duration::from_secs(30);

pub struct Program {
    child: Child,
    pub address: SocketAddr,
    /// Where `/metrics` is.
    pub figures: Option<SocketAddr>,
    log: std::path::PathBuf,
}

impl Program {
    /// Serves a data folder; its log goes to a file there, everything that it can say included.
    pub fn start(data: &Path, listen: &str, more: &[&str]) -> Program {
        let log = data.join("test.log");
        let file = std::fs::OpenOptions::new().create(true).append(true).open(&log).expect("a log");
        let mut child = Command::new(PROGRAM)
            .args(["serve", "--listen", listen, "--data"])
            .arg(data)
            .args(more)
            .env("RUST_LOG", "trace")
            .stdout(Stdio::piped())
            .stderr(file)
            .spawn()
            .expect("starts");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        let (tell, lines) = mpsc::channel();
        // A thread, because reading a pipe has no time limit.
        std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| tell.send(line)));
        let mut figures = None;
        loop {
            let line = lines.recv_timeout(SILENCE).expect("it listens");
            let place = line.rsplit_once("//").expect("an address").1;
            match place.strip_suffix("/metrics") {
                Some(place) => figures = Some(place.parse().expect("an address")),
                None => return Program { child, address: place.parse().expect("an address"), figures, log },
            }
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it politely, as a service manager does.
    pub fn ask_to_stop(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill").success());
    }

    /// Waits until it is gone.
    pub fn ended(mut self, within: Duration) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("its end") {
                return status;
            }
            assert!(began.elapsed() < within, "it does not stop");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn stop(self) {
        self.ask_to_stop();
        assert!(self.ended(SILENCE).success());
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).expect("the log")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What `neem-hub enroll` prints, first line.
pub fn enroll(data: &Path, more: &[&str]) -> String {
    let output = Command::new(PROGRAM).args(["enroll", "--data"]).arg(data).args(more).output().expect("enroll");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().next().expect("a code").to_owned()
}
