//! The `muster` program in a folder of its own.

use crate::program::{self, Finished, find};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;
use tempfile::TempDir;

/// How long one command may take.
const LIMIT: Duration = Duration::from_secs(120);

/// A scratch folder in which `muster` runs: its policies, its state, its home.
#[derive(Debug)]
pub struct Muster {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

impl Default for Muster {
    fn default() -> Self {
        Self::new()
    }
}

impl Muster {
    /// An empty folder.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("muster-run-")
            .tempdir()
            .expect("a folder for muster");
        std::fs::create_dir(folder.path().join("home")).expect("a home");
        Self {
            folder,
            environment: Vec::new(),
        }
    }

    /// Sets an environment variable for all commands that follow.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// The scratch folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file in the scratch folder.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let file = self.folder.path().join(name);
        std::fs::write(&file, text).unwrap_or_else(|error| panic!("cannot write {name}: {error}"));
        file
    }

    /// Reads a file in the scratch folder.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name))
            .unwrap_or_else(|error| panic!("cannot read {name}: {error}"))
    }

    /// Runs `muster` with these arguments, without a terminal.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> Output {
        let finished = program::run(&mut self.command(arguments), "", LIMIT);
        Output { finished }
    }

    /// As [`Muster::run`], with a standard input.
    #[track_caller]
    pub fn run_with(&self, input: &str, arguments: &[&str]) -> Output {
        let finished = program::run(&mut self.command(arguments), input, LIMIT);
        Output { finished }
    }

    /// The command that [`Muster::run`] runs: for tests that kill or measure it.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path().join("home"))
            // Compiled plugins are the same for all tests.
            .env("XDG_CACHE_HOME", target_folder().join("tmp/cache"))
            .env("NO_COLOR", "1")
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// What one command of `muster` did.
#[derive(Clone, Debug)]
pub struct Output {
    finished: Finished,
}

impl Output {
    /// The exit code; none if a signal ended it.
    pub fn code(&self) -> Option<i32> {
        self.finished.code
    }

    /// Data.
    pub fn stdout(&self) -> &str {
        &self.finished.stdout
    }

    /// Talk.
    pub fn stderr(&self) -> &str {
        &self.finished.stderr
    }

    /// Demands an exit code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.finished.code, Some(code), "{}", self.finished);
        self
    }

    /// Demands success.
    #[track_caller]
    pub fn ok(self) -> Self {
        self.exits(0)
    }

    /// Demands that the output or the talk says this.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(
            self.finished.stdout.contains(text) || self.finished.stderr.contains(text),
            "does not say `{text}`: {}",
            self.finished
        );
        self
    }

    /// Demands that neither the output nor the talk says this.
    #[track_caller]
    pub fn never_says(self, text: &str) -> Self {
        assert!(
            !self.finished.stdout.contains(text) && !self.finished.stderr.contains(text),
            "says `{text}`: {}",
            self.finished
        );
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.finished.stdout)
            .unwrap_or_else(|error| panic!("not JSON ({error}): {}", self.finished))
    }
}

impl std::fmt::Display for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.finished.fmt(f)
    }
}

/// The program under test: `MUSTER_BIN`, or what cargo builds now, in the
/// profile that `MUSTER_TEST_PROFILE` names.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| std::env::var_os("MUSTER_BIN").map_or_else(build, PathBuf::from))
}

fn build() -> PathBuf {
    // Benchmarks, which cargo builds for speed, measure a program built for speed.
    let usual = if cfg!(debug_assertions) {
        "dev"
    } else {
        "release"
    };
    let profile = std::env::var("MUSTER_TEST_PROFILE").unwrap_or_else(|_| usual.to_owned());
    let cargo = std::env::var_os("CARGO").map_or_else(|| find("cargo"), PathBuf::from);
    let mut command = Command::new(cargo);
    command
        .args([
            "build",
            "--package",
            "muster-cli",
            "--bin",
            "muster",
            "--profile",
            &profile,
        ])
        .arg("--target-dir")
        .arg(target_folder())
        .current_dir(workspace());
    program::run(&mut command, "", Duration::from_secs(1800)).ok();
    let folder = if profile == "dev" { "debug" } else { &profile };
    target_folder().join(folder).join("muster")
}

/// The folder of the workspace.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests are in the workspace")
}

/// The target folder of the running program, for what is kept between tests.
pub fn target_folder() -> PathBuf {
    let program = std::env::current_exe().expect("the running program");
    program
        .ancestors()
        .find(|folder| folder.join("CACHEDIR.TAG").exists())
        .map_or_else(|| workspace().join("target"), Path::to_path_buf)
}
