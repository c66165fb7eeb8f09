//! A scratch folder with the sample in it, and the program.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// The policy of the sample.
pub const POLICY: &str = "policy.yaml";

/// The instant of all commands, unless a test says otherwise.
pub const NOW: &str = "2026-11-23T08:00:00Z";

/// A folder in which the program runs.
pub struct Folder {
    dir: TempDir,
    now: String,
}

impl Folder {
    /// An empty folder.
    pub fn empty() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            now: NOW.to_owned(),
        }
    }

    /// The sample, not yet applied.
    pub fn sample() -> Self {
        let folder = Self::empty();
        folder.run(&["init"]).exits(0);
        folder
    }

    /// The sample after its first sync.
    pub fn synced() -> Self {
        let folder = Self::sample();
        folder.run(&["sync", POLICY]).exits(0);
        folder
    }

    /// Lets a policy's plugin run, whatever it is by now.
    #[track_caller]
    pub fn accept(&self, policy: &str) {
        self.run(&["provider", "accept", policy]).exits(0);
    }

    pub fn at(&mut self, now: &str) {
        self.now = now.to_owned();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Replaces a part of a file that must be there once.
    #[track_caller]
    pub fn edit(&self, name: &str, old: &str, new: &str) {
        let text = self.read(name);
        assert_eq!(text.matches(old).count(), 1, "`{old}` in {name}");
        self.write(name, &text.replace(old, new));
    }

    /// Takes a person out of the sample's people.
    #[track_caller]
    pub fn remove_person(&self, username: &str) {
        let text = self.read("people.csv");
        let kept: Vec<&str> = text
            .lines()
            .filter(|line| !line.contains(&format!(",{username},")))
            .collect();
        assert_eq!(kept.len() + 1, text.lines().count(), "{username}");
        self.write("people.csv", &(kept.join("\n") + "\n"));
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_muster"));
        command
            .args(arguments)
            .current_dir(self.dir.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("XDG_CACHE_HOME", cache())
            .env("MUSTER_NOW", &self.now)
            .env("MUSTER_ACTOR", "petra")
            .stdin(Stdio::null());
        command
    }

    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> Finished {
        finish(self.command(arguments), arguments)
    }

    #[track_caller]
    pub fn run_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Finished {
        let mut command = self.command(arguments);
        command.envs(variables.iter().copied());
        finish(command, arguments)
    }

    /// One account as JSON.
    #[track_caller]
    pub fn account(&self, username: &str) -> Value {
        let shown = self.run(&["account", "show", username, "--format", "json"]);
        shown.exits(0).json()
    }

    /// Usernames in a listing, in its order.
    #[track_caller]
    pub fn listed(&self, filter: &[&str]) -> Vec<String> {
        let mut arguments = vec!["account", "list", "--format", "json"];
        arguments.extend_from_slice(filter);
        let list = self.run(&arguments).exits(0).json();
        let list = list.as_array().unwrap();
        list.iter()
            .map(|account| account["username"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The plan as JSON, however it ends.
    #[track_caller]
    pub fn plan(&self) -> Value {
        self.run(&["plan", POLICY, "--format", "json"]).json()
    }

    /// `action username` of all changes, in the plan's order.
    #[track_caller]
    pub fn changes(&self) -> Vec<String> {
        let plan = self.plan();
        plan["changes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|change| {
                let text = |name: &str| change[name].as_str().unwrap();
                format!("{} {}", text("action"), text("username"))
            })
            .collect()
    }
}

#[track_caller]
fn finish(mut command: Command, arguments: &[&str]) -> Finished {
    let output = command.output().unwrap();
    Finished {
        call: arguments.join(" "),
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Compiled plugins are the same for all tests.
fn cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache")
}

/// What a command did.
#[derive(Debug)]
pub struct Finished {
    call: String,
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Finished {
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// On standard output.
    #[track_caller]
    pub fn prints(self, text: &str) -> Self {
        assert!(
            self.stdout.contains(text),
            "does not print `{text}`: {self:#?}"
        );
        self
    }

    /// On standard error.
    #[track_caller]
    pub fn tells(self, text: &str) -> Self {
        assert!(
            self.stderr.contains(text),
            "does not tell `{text}`: {self:#?}"
        );
        self
    }

    #[track_caller]
    pub fn never_says(self, text: &str) -> Self {
        let says = self.stdout.contains(text) || self.stderr.contains(text);
        assert!(!says, "says `{text}`: {self:#?}");
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("`{}` prints no JSON ({error}): {self:#?}", self.call))
    }
}
