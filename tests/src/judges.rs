//! Judges of the emulators: the vendors' own client libraries, and a proxy that
//! validates against the vendors' own specifications.
//!
//! They are installed below the target folder the first time that a test asks
//! for one. A judge that cannot be installed fails the test: a judgement that
//! nobody made is not a good one.

use crate::muster::{target_folder, workspace};
use crate::program::{self, Finished, end_now, eventually};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

/// How long installing may take, on a slow line.
const INSTALLING: Duration = Duration::from_secs(600);

/// How long one judge may think.
const THINKING: Duration = Duration::from_secs(120);

/// How long the proxy may take to read its specification.
const STARTING: Duration = Duration::from_secs(120);

/// The folder with everything installed.
#[track_caller]
pub fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let mut install = Command::new(scripts().join("install.sh"));
        install.env("CARGO_TARGET_DIR", target_folder());
        let done = program::run(&mut install, "", INSTALLING).ok();
        PathBuf::from(done.stdout.trim())
    })
}

/// Runs `tests/judges/SCRIPT` with these arguments in the judges' Python. It
/// says what it found by its exit code and its words: demand `.ok()`.
#[track_caller]
pub fn python(script: &str, arguments: &[&str]) -> Finished {
    python_of("venv", script, arguments)
}

/// The same in another Python of theirs: `browser` drives one.
#[track_caller]
pub fn python_of(venv: &str, script: &str, arguments: &[&str]) -> Finished {
    let mut command = Command::new(folder().join(venv).join("bin/python"));
    command
        .arg(scripts().join(script))
        .args(arguments)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        // The judges talk to loopback, whatever proxy this machine goes through.
        .env("NO_PROXY", "127.0.0.1,localhost")
        .env("no_proxy", "127.0.0.1,localhost");
    program::run(&mut command, "", THINKING)
}

/// A specification that `tests/judges/SCRIPT` cuts out of an installed package
/// and prints: the file that holds it.
#[track_caller]
pub fn specification(script: &str) -> PathBuf {
    let folder = folder();
    let text = python(script, &[&folder.to_string_lossy()]).ok().stdout;
    let file = tempfile::Builder::new()
        .prefix(script.trim_end_matches(".py"))
        .suffix(".json")
        .tempfile_in(folder)
        .expect("a file for the specification");
    std::fs::write(file.path(), text).expect("to write the specification");
    let kept = folder.join(script).with_extension("json");
    // Renamed into its place, so that tests side by side see whole files.
    file.persist(&kept).expect("to keep the specification");
    kept
}

/// `prism proxy --errors`: answers 422 to a request, and 500 in place of an
/// answer, that the specification does not allow.
#[derive(Debug)]
pub struct Prism {
    child: Child,
    port: u16,
    log: PathBuf,
}

impl Prism {
    /// Stands before this upstream; it ends with this value.
    #[track_caller]
    pub fn before(upstream: &str, specification: &Path) -> Self {
        let port = free_port();
        let log = folder().join(format!("prism-{port}.log"));
        let to = File::create(&log).expect("a log for the proxy");
        let child = Command::new(folder().join("node/node_modules/.bin/prism"))
            .args(["proxy", "--errors", "--host", "127.0.0.1", "--port"])
            .arg(port.to_string())
            .arg(specification)
            .arg(upstream)
            .env("NO_PROXY", "127.0.0.1,localhost")
            .stdin(Stdio::null())
            .stderr(to.try_clone().expect("a second handle of the log"))
            .stdout(to)
            .spawn()
            .expect("to start the proxy");
        let mut started = Self { child, port, log };
        let up = eventually(STARTING, || {
            started.child.try_wait().ok().flatten().is_some()
                || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
        });
        let alive = started.child.try_wait().ok().flatten().is_none();
        assert!(up && alive, "the proxy did not start:\n{}", started.log());
        started
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The status of its answer to a request of our own: a line like
    /// `GET /people`, and further headers. It shows that the judge is awake.
    #[track_caller]
    pub fn status(&self, line: &str, headers: &[(&str, &str)]) -> u16 {
        let mut request = format!("{line} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n");
        for (name, value) in headers {
            let _ = write!(request, "{name}: {value}\r\n");
        }
        let mut stream =
            TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).expect("to reach the proxy");
        stream
            .set_read_timeout(Some(THINKING))
            .expect("a limit for the answer");
        write!(stream, "{request}\r\n").expect("to ask the proxy");
        let mut answer = String::new();
        stream
            .read_to_string(&mut answer)
            .expect("the proxy's answer");
        let status = answer.split(' ').nth(1).and_then(|text| text.parse().ok());
        status.unwrap_or_else(|| panic!("no status in {answer:?}"))
    }

    /// What it has said so far, with each violation.
    pub fn log(&self) -> String {
        program::text_of(&self.log)
    }

    /// Demands that nothing broke the specification so far.
    #[track_caller]
    pub fn is_content(&self) {
        let log = self.log();
        assert!(
            !log.to_lowercase().contains("violation"),
            "the specification was broken:\n{log}"
        );
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        end_now(&mut self.child);
        // A log that cannot be removed harms nobody.
        let _ = std::fs::remove_file(&self.log);
    }
}

fn scripts() -> PathBuf {
    workspace().join("tests/judges")
}

/// A port that was free a moment ago: the proxy cannot be asked for its own.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("its address").port()
}
