//! A throw-away PostgreSQL server on loopback.

use crate::authority::Authority;
use crate::program::{self, end_now, eventually, find};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;
use tempfile::TempDir;

/// The password of every role that logs in.
pub const PASSWORD: &str = "correct horse";

/// The role that owns everything.
pub const OWNER: &str = "owner";

/// How long one command of the server's own may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running server with a database `hr`; ends when it is dropped.
#[derive(Debug)]
pub struct Postgres {
    folder: TempDir,
    authority: Authority,
    address: SocketAddr,
    process: Mutex<Option<Child>>,
}

impl Postgres {
    /// Starts a server that wants passwords, and has TLS.
    pub fn start() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("muster-postgres-")
            .tempdir()
            .expect("a folder for the server");
        let authority = Authority::make(folder.path(), &["DNS:localhost", "IP:127.0.0.1"]);
        let address = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port");
        let server = Self {
            folder,
            authority,
            address,
            process: Mutex::new(None),
        };
        server.initialise();
        server.run_again();
        server.sql_in("postgres", "CREATE DATABASE hr");
        server
    }

    /// `postgresql://…`, by address: on loopback, TLS is not asked for.
    pub fn url(&self) -> String {
        format!("postgresql://{}/hr", self.address)
    }

    /// `postgresql://…` by the name in the certificate.
    pub fn named_url(&self) -> String {
        format!("postgresql://localhost:{}/hr", self.address.port())
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Who signed its certificate.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Runs statements as the owner, in the database `hr`.
    pub fn sql(&self, statements: &str) -> String {
        self.sql_in("hr", statements)
    }

    fn sql_in(&self, database: &str, statements: &str) -> String {
        let mut psql = Command::new(find("psql"));
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"])
            .args(["-h", "127.0.0.1", "-p", &self.address.port().to_string()])
            .args(["-U", OWNER, "-d", database])
            .env("PGPASSWORD", PASSWORD);
        let done = program::run(&mut psql, statements, PATIENCE).ok();
        done.stdout
    }

    /// Ends the server as a power cut would.
    pub fn kill(&self) {
        let mut process = self.process.lock().expect("the server");
        if let Some(mut child) = process.take() {
            // `postgres` asks its own processes to stop; nobody waits for them.
            end_now(&mut child);
        }
    }

    /// Starts the server, after [`Postgres::kill`] or for the first time.
    pub fn run_again(&self) {
        let mut command = self.as_nobody("postgres");
        command
            .args(["-D", "data", "-k", "", "-h", "127.0.0.1"])
            .args(["-p", &self.address.port().to_string()])
            .args(["-c", "ssl=on", "-c", "ssl_cert_file=server.pem"])
            .args(["-c", "ssl_key_file=server.key", "-c", "fsync=off"])
            .args(["-c", "shared_buffers=64MB"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(self.path("log")).expect("a log"));
        let child = command.spawn().expect("the server starts");
        *self.process.lock().expect("the server") = Some(child);
        let port = self.address.port().to_string();
        let answers = eventually(PATIENCE, || {
            let mut ready = Command::new(find("pg_isready"));
            ready.args(["-q", "-h", "127.0.0.1", "-p", &port]);
            ready.status().is_ok_and(|status| status.success())
        });
        assert!(answers, "the database server does not answer");
    }

    fn initialise(&self) {
        std::fs::write(self.path("password"), PASSWORD).expect("a password");
        if is_root() {
            // The server refuses to run as root.
            for entry in std::fs::read_dir(self.folder.path()).expect("the folder") {
                let path = entry.expect("a file").path();
                std::os::unix::fs::chown(&path, Some(NOBODY), Some(NOBODY)).expect("an owner");
            }
            std::os::unix::fs::chown(self.folder.path(), Some(NOBODY), Some(NOBODY))
                .expect("an owner");
        }
        let mut initdb = self.as_nobody("initdb");
        initdb
            .args(["-D", "data", "-U", OWNER, "--pwfile=password", "-E", "UTF8"])
            .args(["-A", "scram-sha-256", "--locale=C.UTF-8", "--no-sync"]);
        program::run(&mut initdb, "", PATIENCE).ok();
        for name in ["server.pem", "server.key"] {
            let to = self.path("data").join(name);
            std::fs::copy(self.path(name), &to).expect("a certificate");
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            std::fs::set_permissions(&to, mode).expect("a key that only one may read");
            if is_root() {
                std::os::unix::fs::chown(&to, Some(NOBODY), Some(NOBODY)).expect("an owner");
            }
        }
    }

    /// A command that runs as a user without rights, in the server's folder.
    fn as_nobody(&self, name: &str) -> Command {
        let mut command = match is_root() {
            false => Command::new(server_program(name)),
            true => {
                let mut command = Command::new(find("setpriv"));
                let id = NOBODY.to_string();
                command
                    .args(["--reuid", &id, "--regid", &id, "--clear-groups", "--"])
                    .arg(server_program(name));
                command
            }
        };
        command.current_dir(self.folder.path());
        command
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A user that owns nothing else.
const NOBODY: u32 = 65534;

fn is_root() -> bool {
    std::fs::metadata("/proc/self")
        .is_ok_and(|about| std::os::unix::fs::MetadataExt::uid(&about) == 0)
}

/// Debian keeps the server's programs where nobody looks.
fn server_program(name: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let mut folders: Vec<PathBuf> = versions
        .flatten()
        .map(|entry| entry.path().join("bin").join(name))
        .filter(|program: &PathBuf| Path::exists(program))
        .collect();
    folders.sort();
    folders.pop().unwrap_or_else(|| find(name))
}
