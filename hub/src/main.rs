//! `neem-hub`: serves a data folder, and prints enrolment codes.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Parser, Subcommand};
use neem_core::sync::devices::Standing;
use neem_core::sync::protocol::Refusal;
use neem_hub::Hub;
use neem_hub::backup::{self, Copied};
use neem_hub::enrol::{self, For};
use neem_hub::serve::{self, Manner, ServeError};
use neem_hub::standing;
use neem_hub::tls::{self, Tls, TlsError};
use tracing_subscriber::EnvFilter;
use uuid::Uuid;

#[derive(Parser)]
#[command(name = "neem-hub", version, about = "The hub: where the PCs of a clinic meet")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the PCs of the clinics in a data folder.
    ///
    /// PCs and hub must be the only ones on their line, or the line must be TLS: with --tls, with a
    /// certificate of your own (--tls-cert, --tls-key), or with a proxy before the hub that has one
    /// (--behind-proxy). A code made while the hub serves TLS carries letters of its key, and a PC that
    /// joined with it insists on that key ever after: keep tls-key.pem, and renew a certificate of your own
    /// with the same key.
    Serve {
        #[command(flatten)]
        place: Database,
        /// Where to listen; port 0 lets the system choose.
        #[arg(long, default_value = "127.0.0.1:7300")]
        listen: SocketAddr,
        #[command(flatten)]
        secured: Secured,
        /// A proxy stands before the hub: addresses are taken from the last entry of X-Forwarded-For.
        #[arg(long)]
        behind_proxy: bool,
        /// Where to serve figures for Prometheus, at /metrics; anybody who reaches this address reads them.
        #[arg(long)]
        metrics: Option<SocketAddr>,
    },
    /// Print a code with which one PC can join, once, within a quarter of an hour.
    Enroll {
        #[command(flatten)]
        place: Database,
        /// The clinic, where the hub serves several.
        #[arg(long, conflicts_with = "new")]
        tenant: Option<Uuid>,
        /// For a PC that brings a clinic of its own to this hub.
        #[arg(long)]
        new: bool,
        /// The address under which the PCs reach the hub, printed with the code.
        #[arg(long)]
        public_address: Option<String>,
        /// The certificate that the PCs will meet, for letters of its key in the code. A hub with a data
        /// folder knows its own.
        #[arg(long)]
        tls_cert: Option<PathBuf>,
    },
    /// Copy the hub to a file, whole and checked, while it serves. It stays encrypted with the same key.
    /// For a hub in PostgreSQL, pg_dump and the server's own backups do this.
    Backup {
        #[command(flatten)]
        place: Place,
        /// The file to make.
        #[arg(long)]
        to: PathBuf,
    },
    /// Make the hub of a data folder from such a copy. Stop the hub first; what it had is kept beside it.
    /// For a hub in PostgreSQL: restore with the server's own tools, then run `neem-hub new-epoch`.
    Restore {
        #[command(flatten)]
        place: Place,
        /// The copy.
        #[arg(long)]
        from: PathBuf,
    },
    /// List the clinics' PCs: lane, name, where it stands, version, when it was last heard, what it owes.
    Devices {
        #[command(flatten)]
        place: Database,
    },
    /// Take a PC out. Without --drain it is refused from now on and shuts its records on its next contact.
    /// Where managers can reach Neem, they do the same on its Sync page.
    Revoke {
        #[command(flatten)]
        place: Database,
        /// The PC, as `devices` prints it.
        #[arg(long)]
        device: Uuid,
        /// What it has not sent yet is still taken, and set aside for a person to look at.
        #[arg(long)]
        drain: bool,
    },
    /// Let a PC in again that was taken out; prints a code for it if it has shut its records.
    LetIn {
        #[command(flatten)]
        place: Database,
        /// The PC, as `devices` prints it.
        #[arg(long)]
        device: Uuid,
    },
    /// After the database was put back to an older state, or another server took over that may not have
    /// heard everything: lets the PCs send again what it lacks. Run it before the hub serves.
    NewEpoch {
        #[command(flatten)]
        place: Database,
    },
}

#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("database").required(true).args(["data", "database_url"])))]
struct Database {
    /// The data folder; made if it is not there.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Where the key of the data folder's database is kept; better not beside the data.
    #[arg(long, env = "NEEM_HUB_KEY_FILE")]
    key_file: Option<PathBuf>,
    /// A PostgreSQL database of the hub's own instead of a data folder, as postgres://user@host/database.
    /// Several hubs may serve one. It is as secret as the server's disks are: nothing in it is encrypted.
    #[arg(long, env = "NEEM_HUB_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
}

impl Database {
    fn open(&self) -> Result<Hub, ServeError> {
        match (&self.data, &self.database_url) {
            (Some(data), _) => serve::open(data, self.key_file.as_deref()),
            (None, Some(url)) => serve::open_database(url),
            (None, None) => unreachable!("one of the two is required"),
        }
    }
}

#[derive(clap::Args)]
struct Secured {
    /// Serve HTTPS with a key and certificate of the hub's own, made in the data folder the first time.
    #[arg(long)]
    tls: bool,
    /// Serve HTTPS with this certificate (PEM, the chain after it).
    #[arg(long, requires = "tls_key", conflicts_with = "tls")]
    tls_cert: Option<PathBuf>,
    /// The key of --tls-cert (PEM).
    #[arg(long, requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

impl Secured {
    fn tls(&self, data: Option<&Path>) -> Result<Option<Tls>, TlsError> {
        match (&self.tls_cert, &self.tls_key, data) {
            (Some(certificate), Some(key), _) => Tls::from_files(certificate, key).map(Some),
            (_, _, Some(data)) if self.tls => Tls::own(data).map(Some),
            _ if self.tls => Err(TlsError::NoFolder),
            _ => Ok(None),
        }
    }
}

#[derive(clap::Args)]
struct Place {
    /// The data folder; made if it is not there.
    #[arg(long)]
    data: PathBuf,
    /// Where the key of the database is kept; better not beside the data.
    #[arg(long, env = "NEEM_HUB_KEY_FILE")]
    key_file: Option<PathBuf>,
}

fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).init();
    let done = match Cli::parse().command {
        Command::Serve { place, listen, secured, behind_proxy, metrics } => {
            run(&place, listen, &secured, behind_proxy, metrics)
        }
        Command::Enroll { place, tenant, new, public_address, tls_cert } => {
            enroll(&place, tenant, new, public_address, tls_cert.as_deref())
        }
        Command::Backup { place, to } => copy(&place, &to),
        Command::Restore { place, from } => restore(&place, &from),
        Command::NewEpoch { place } => new_epoch(&place),
        Command::Devices { place } => devices(&place),
        Command::Revoke { place, device, drain } => {
            revoke(&place, device, if drain { Standing::Drained } else { Standing::Out })
        }
        Command::LetIn { place, device } => let_in(&place, device),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("neem-hub: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(
    place: &Database,
    listen: SocketAddr,
    secured: &Secured,
    behind_proxy: bool,
    figures: Option<SocketAddr>,
) -> Result<(), ServeError> {
    let hub = Arc::new(place.open()?);
    let tls = secured.tls(place.data.as_deref())?;
    if let Some(data) = &place.data {
        tls::announce(data, tls.as_ref().map(|tls| tls.pin))?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let served = runtime.block_on(async {
        let (listener, address) = serve::bind(listen).await?;
        let metrics = match figures {
            Some(figures) => {
                let (listener, address) = serve::bind(figures).await?;
                println!("figures on http://{address}/metrics");
                Some(listener)
            }
            None => None,
        };
        if tls.is_none() && !behind_proxy && !address.ip().is_loopback() {
            tracing::warn!(%address, "plain HTTP: whoever is on this network can read and change what PCs and hub say");
            eprintln!(
                "neem-hub: WARNING: {address} speaks plain HTTP, which others on the network can read and change."
            );
            eprintln!("neem-hub: Serve with --tls, or put a proxy with TLS before it and say --behind-proxy.");
        }
        tracing::info!(%address, tls = tls.is_some(), "listening");
        println!("listening on {}://{address}", if tls.is_some() { "https" } else { "http" });
        let manner = Manner { tls, behind_proxy, metrics, ..Manner::default() };
        serve::serve_in(hub, listener, manner, stopped()).await
    });
    // A page that is being read from the disk for somebody who is gone need not be waited for.
    runtime.shutdown_timeout(Duration::from_secs(1));
    served?;
    tracing::info!("stopped");
    Ok(())
}

fn copy(place: &Place, to: &Path) -> Result<(), ServeError> {
    let copied = backup::backup(&place.data, place.key_file.as_deref(), to)?;
    println!("{}: {}", to.display(), said(&copied));
    eprintln!("It opens with the hub's key alone: keep that apart, and keep it.");
    Ok(())
}

fn restore(place: &Place, from: &Path) -> Result<(), ServeError> {
    let (copied, kept) = backup::restore(&place.data, place.key_file.as_deref(), from)?;
    println!("restored: {}", said(&copied));
    if let Some(kept) = kept {
        println!("what was there before: {}", kept.display());
    }
    eprintln!("What the clinics' PCs have beyond this copy comes back at their next sync.");
    Ok(())
}

fn new_epoch(place: &Database) -> Result<(), ServeError> {
    println!("epoch {}", backup::new_epoch(&place.open()?)?);
    eprintln!("What the clinics' PCs have beyond this database comes back at their next sync.");
    Ok(())
}

fn devices(place: &Database) -> Result<(), ServeError> {
    let hub = place.open()?;
    let mut tx = hub.store().read()?;
    for tenant in tx.tenants()? {
        println!("clinic {tenant}");
        for device in tx.devices(tenant)? {
            let seen = device.last_seen.and_then(chrono::DateTime::from_timestamp_millis);
            let seen = seen.map_or_else(|| "never".to_owned(), |seen| seen.format("%Y-%m-%d %H:%M UTC").to_string());
            println!(
                "{}  {:<2}  {}  {}  version {}  heard {seen}  owes {}",
                device.device,
                device.lane,
                device.name,
                device.standing.name(),
                device.app_version,
                device.owes
            );
        }
    }
    Ok(())
}

/// The clinic of a PC.
fn clinic_of(hub: &Hub, device: Uuid) -> Result<Uuid, ServeError> {
    let tenant = hub.store().read()?.tenant_of(device)?;
    tenant.ok_or_else(|| ServeError::Io(std::io::Error::other("no such PC; `neem-hub devices` lists them")))
}

fn refused(refusal: Refusal) -> ServeError {
    ServeError::Io(std::io::Error::other(refusal))
}

fn revoke(place: &Database, device: Uuid, way: Standing) -> Result<(), ServeError> {
    let hub = place.open()?;
    let tenant = clinic_of(&hub, device)?;
    standing::take_out_by_operator(&hub, tenant, device, way).map_err(refused)?;
    println!("{device}: {}", way.name());
    Ok(())
}

fn let_in(place: &Database, device: Uuid) -> Result<(), ServeError> {
    let hub = place.open()?;
    let tenant = clinic_of(&hub, device)?;
    match standing::let_in_by_operator(&hub, tenant, device).map_err(refused)? {
        Some(code) => {
            println!("{}", code.code);
            eprintln!("Type it at that PC within {} minutes: it opens its records.", code.seconds / 60);
        }
        None => println!("{device}: in"),
    }
    Ok(())
}

fn said(copied: &Copied) -> String {
    format!("{} clinics, {} commits, {} records, read through and whole", copied.clinics, copied.commits, copied.rows)
}

/// Ctrl+C, or the service manager's polite request.
async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut term) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = term.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

fn enroll(
    place: &Database,
    tenant: Option<Uuid>,
    new: bool,
    address: Option<String>,
    certificate: Option<&Path>,
) -> Result<(), ServeError> {
    let hub = place.open()?;
    let tenants = enrol::tenants(&hub)?;
    let purpose = match (new, tenant, tenants.as_slice()) {
        (true, ..) | (false, None, []) => For::NewClinic,
        (false, Some(tenant), _) if tenants.contains(&tenant) => For::Tenant(tenant),
        (false, Some(_), _) => return Err(ServeError::Io(std::io::Error::other("no such clinic on this hub"))),
        (false, None, [only]) => For::Tenant(*only),
        (false, None, several) => {
            let list: Vec<String> = several.iter().map(Uuid::to_string).collect();
            let message = format!("this hub serves several clinics; say which with --tenant: {}", list.join(", "));
            return Err(ServeError::Io(std::io::Error::other(message)));
        }
    };
    let code = enrol::new_code(&hub, purpose)?;
    let shown = match certificate {
        Some(certificate) => Some(tls::pin_of(certificate)?),
        None => place.data.as_deref().and_then(tls::announced),
    };
    let whole = match shown {
        Some(pin) => pin.joined_to(&code.code),
        None => code.code,
    };
    println!("{whole}");
    if let Some(address) = address {
        println!("{}#{whole}", address.trim_end_matches('/'));
    }
    eprintln!("Good for one PC, for {} minutes.", code.seconds / 60);
    Ok(())
}
