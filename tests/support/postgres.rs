//! A PostgreSQL of the tests' own: real, durable, reached through a socket in its own folder alone, and
//! gone when the tests' process is, however that ends.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use postgres::{Client, NoTls};

pub struct Cluster {
    folder: PathBuf,
    bin: PathBuf,
    user: Option<&'static str>,
    databases: AtomicU32,
    /// Its end, at the end of this process, tells the watch to clear up.
    _watch: ChildStdin,
}

static CLUSTER: OnceLock<Cluster> = OnceLock::new();

/// The one that all tests of a process share.
pub fn cluster() -> &'static Cluster {
    CLUSTER.get_or_init(Cluster::begin)
}

/// Where Debian puts the programs, the newest first; else where the shell finds them.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, bin): &(u32, PathBuf)| bin.join("initdb").exists())
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin).unwrap_or_default()
}

impl Cluster {
    pub fn begin() -> Cluster {
        let root = Path::new("/proc/self").metadata().is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
        let bin = programs();
        let folder = tempfile::Builder::new().prefix("neem-pg").tempdir().expect("a folder").keep();
        // PostgreSQL refuses to run as root; Debian's package brings a user for it.
        let user = root.then_some("postgres");
        if let Some(user) = user {
            let given = Command::new("chown").args([user, folder.to_str().expect("text")]).status().expect("chown");
            assert!(given.success(), "the postgresql package is missing: run scripts/setup.sh");
        }
        let text = folder.display().to_string();
        let end = format!(
            "cat >/dev/null; {} -D {text}/data -m immediate -w stop >/dev/null 2>&1; rm -rf {text}",
            command_line(user, &bin, "pg_ctl")
        );
        // Out of reach of a Ctrl+C that ends the tests.
        let watch = Command::new("sh").args(["-c", &end]).stdin(Stdio::piped()).process_group(0).spawn();
        let watch = watch.expect("a watch").stdin.take().expect("its input");
        let cluster = Cluster { folder, bin, user, databases: AtomicU32::new(0), _watch: watch };
        cluster
            .run("initdb", &["-D", &format!("{text}/data"), "-U", "neem", "-A", "trust", "-E", "UTF8", "--no-locale"]);
        cluster.start();
        cluster
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let line = command_line(self.user, &self.bin, program);
        let mut words = line.split(' ');
        let mut command = Command::new(words.next().expect("a program"));
        command.args(words).args(arguments).current_dir(&self.folder).stdin(Stdio::null());
        // Not a pipe: the server would keep it open after pg_ctl has ended.
        let log = tempfile::tempfile().expect("a file");
        command.stdout(log.try_clone().expect("a file")).stderr(log.try_clone().expect("a file"));
        let status =
            command.status().unwrap_or_else(|error| panic!("{program} does not start ({error}): run scripts/setup.sh"));
        if !status.success() {
            let mut said = String::new();
            std::io::Seek::rewind(&mut { &log }).expect("rewinds");
            (&log).read_to_string(&mut said).expect("text");
            panic!("{program}: {said}");
        }
    }

    pub fn start(&self) {
        let text = self.folder.display();
        let options = format!("-c listen_addresses= -c unix_socket_directories={text} -c max_connections=200");
        let (data, log) = (format!("{text}/data"), format!("{text}/log"));
        self.run("pg_ctl", &["-D", &data, "-l", &log, "-o", &options, "-w", "start"]);
    }

    /// Pulls the plug.
    pub fn stop(&self) {
        self.run("pg_ctl", &["-D", &format!("{}/data", self.folder.display()), "-m", "immediate", "-w", "stop"]);
    }

    /// The address of a new, empty database.
    pub fn database(&self) -> String {
        let name = format!("hub{}", self.databases.fetch_add(1, Ordering::Relaxed));
        client(&self.url("postgres")).batch_execute(&format!("CREATE DATABASE {name}")).expect("a database");
        self.url(&name)
    }

    /// What the server's own backup of a database holds, in a file.
    pub fn dump(&self, url: &str) -> PathBuf {
        let file = self.folder.join(format!("night{}", self.databases.fetch_add(1, Ordering::Relaxed)));
        self.run("pg_dump", &["-Fc", "-f", file.to_str().expect("text"), "-d", url]);
        file
    }

    pub fn restore(&self, file: &Path, url: &str) {
        self.run("pg_restore", &["-d", url, file.to_str().expect("text")]);
    }

    fn url(&self, database: &str) -> String {
        format!("host={} user=neem dbname={database}", self.folder.display())
    }
}

fn command_line(user: Option<&str>, bin: &Path, program: &str) -> String {
    let program = bin.join(program);
    match user {
        Some(user) => format!("runuser -u {user} -- {}", program.display()),
        None => program.display().to_string(),
    }
}

pub fn client(url: &str) -> Client {
    Client::connect(url, NoTls).expect("connects")
}
