//! Plugins that are made for tests, built at their first use.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// A plugin with a feed: it reads a journal.
pub static JOURNAL: LazyLock<PathBuf> = LazyLock::new(|| built("journal", &[]));

/// A plugin that verifies logins: it knows the people 1 and 2.
pub static LOGS_IN: LazyLock<PathBuf> = LazyLock::new(|| {
    LazyLock::force(&JOURNAL);
    built("logs_in", &["--features", "login"])
});

fn built(example: &str, more: &[&str]) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("components");
    let mut cargo = Command::new(env!("CARGO"));
    // What the outer cargo and its flags left behind is for another machine.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let theirs = ["CARGO_", "RUSTC_", "RUSTFLAGS", "CLIPPY"];
        let needed = ["CARGO_HOME", "CARGO_NET"];
        if theirs.iter().any(|prefix| text.starts_with(prefix))
            && !needed.iter().any(|prefix| text.starts_with(prefix))
        {
            cargo.env_remove(&name);
        }
    }
    let status = cargo
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .args(["build", "--quiet", "--release", "-p", "muster-hostile"])
        .args(["--example", example])
        .args(more)
        .args(["--target", "wasm32-unknown-unknown", "--target-dir"])
        .arg(&target)
        .status();
    assert!(
        status.expect("cargo runs").success(),
        "{example} does not build"
    );
    target.join(format!(
        "wasm32-unknown-unknown/release/examples/{example}.wasm"
    ))
}
