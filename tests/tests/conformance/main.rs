//! `muster provider test`: green for the plugins that come with muster, and red,
//! with the right sentence, for plugins that do one thing wrong.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod bad;
mod bundled;
mod usage;

use muster_tests::Muster;
use muster_tests::muster::{target_folder, workspace};
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

/// The components of these tests, built at the first use.
static COMPONENTS: LazyLock<PathBuf> = LazyLock::new(|| {
    // Shared with the hostile plugins: the kit is built once.
    let target = target_folder().join("tmp/hostile");
    let mut cargo = Command::new(env!("CARGO"));
    // What the outer cargo and its flags left behind is for another machine.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let theirs = [
            "CARGO_ENCODED",
            "CARGO_BUILD",
            "CARGO_PROFILE",
            "CARGO_TARGET",
            "RUSTC_",
            "RUSTFLAGS",
            "CLIPPY",
        ];
        if theirs.iter().any(|prefix| text.starts_with(prefix)) {
            cargo.env_remove(&name);
        }
    }
    let built = cargo
        .current_dir(workspace())
        .args(["build", "--quiet", "--release", "--lib"])
        .args(["-p", "muster-bad", "-p", "muster-plugin-hello"])
        .args(["--target", "wasm32-unknown-unknown", "--target-dir"])
        .arg(&target)
        .status();
    let built = built.expect("cargo runs");
    assert!(built.success(), "the components do not build");
    target.join("wasm32-unknown-unknown/release")
});

fn component(name: &str) -> String {
    let file = COMPONENTS.join(format!("{name}.wasm"));
    file.to_str().unwrap().to_owned()
}

/// `muster`, which finds the stand-ins.
fn muster() -> Muster {
    let mut muster = Muster::new();
    let programs = target_folder().join("debug");
    let path = std::env::var("PATH").unwrap();
    muster.set("PATH", &format!("{}:{path}", programs.display()));
    muster
}

/// What came of a suite.
struct Tried {
    report: Value,
}

impl Tried {
    fn of(text: &str) -> Self {
        Self {
            report: serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}")),
        }
    }

    /// Names of checks with this verdict.
    fn all(&self, verdict: &str) -> Vec<&str> {
        let checks = self.report["checks"].as_array().unwrap();
        checks
            .iter()
            .filter(|check| check["verdict"] == verdict)
            .map(|check| check["name"].as_str().unwrap())
            .collect()
    }

    /// Everything that was found by a check, as text.
    fn findings(&self, check: &str) -> String {
        let checks = self.report["checks"].as_array().unwrap();
        let found = checks.iter().find(|one| one["name"] == check);
        serde_json::to_string_pretty(&found.unwrap()["findings"]).unwrap()
    }
}
