//! Plugins that are made for tests, built at their first use.

use crate::muster::{target_folder, workspace};
use crate::program::{self, find};
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;

/// A plugin that reads a journal: `ID NAME MAIL` a line.
pub static JOURNAL: LazyLock<PathBuf> = LazyLock::new(|| built("journal"));

fn built(example: &str) -> PathBuf {
    // The program's own tests build the same there.
    let target = target_folder().join("tmp/components");
    let cargo = std::env::var_os("CARGO").map_or_else(|| find("cargo"), PathBuf::from);
    let mut cargo = Command::new(cargo);
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
    cargo
        .current_dir(workspace())
        .args(["build", "--quiet", "--release", "-p", "muster-hostile"])
        .args(["--example", example])
        .args(["--target", "wasm32-unknown-unknown", "--target-dir"])
        .arg(&target);
    program::run(&mut cargo, "", Duration::from_secs(600)).ok();
    target.join(format!(
        "wasm32-unknown-unknown/release/examples/{example}.wasm"
    ))
}
