//! Builds the bundled plugins, so that one cargo command builds everything.
//!
//! Cargo is called again with a target folder of its own (the outer call holds
//! the lock of the ordinary one) and without what the outer call left in the
//! environment: its flags are for another machine. `MUSTER_PLUGINS_DIR` takes
//! ready-made files instead.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use wit_parser::{Resolve, WorldItem};

/// Names in `Plugin::load`, and folders below `plugins/`. The host's table of
/// them is written from here.
const BUNDLED: [&str; 7] = ["entra", "files", "google", "ldap", "okta", "scim", "sql"];
const TARGET: &str = "wasm32-unknown-unknown";

/// What is passed on from the variables that cargo reads or sets.
const KEPT: [&str; 2] = ["CARGO_HOME", "CARGO_MAKEFLAGS"];
const DROPPED: [&str; 6] = [
    "CARGO",
    "CLIPPY_",
    "RUSTFLAGS",
    "RUSTDOC",
    "RUSTC_",
    "__CARGO",
];
/// Where cargo finds its packages.
const NETWORK: [&str; 5] = [
    "CARGO_NET_",
    "CARGO_HTTP_",
    "CARGO_REGISTRIES_",
    "CARGO_REGISTRY_",
    "CARGO_SOURCE_",
];

fn main() -> ExitCode {
    println!("cargo::rerun-if-env-changed=MUSTER_PLUGINS_DIR");
    let files = match env::var_os("MUSTER_PLUGINS_DIR") {
        Some(folder) => ready_made(&PathBuf::from(folder)),
        None => built(),
    };
    match files
        .and_then(|files| table(&files))
        .and_then(|()| interface())
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failed::Because(message)) => {
            println!("cargo::error={message}");
            ExitCode::SUCCESS
        }
        // Cargo shows what was printed only if the script itself fails.
        Err(Failed::AsPrinted) => ExitCode::FAILURE,
    }
}

enum Failed {
    Because(String),
    AsPrinted,
}

/// Writes the host's table: a name and the bytes of each plugin.
fn table(files: &[PathBuf]) -> Result<(), Failed> {
    let mut rows = String::new();
    for (name, file) in BUNDLED.iter().zip(files) {
        println!("cargo::rerun-if-changed={}", file.display());
        // The debug form of a text is a literal of it.
        let file = file.display().to_string();
        rows.push_str(&format!("    ({name:?}, include_bytes!({file:?})),\n"));
    }
    write_generated("bundled.rs", &format!("&[\n{rows}]\n"))
}

/// Writes what the text of the plugin interface holds: its version, and the
/// functions of each interface that a plugin may import.
#[expect(
    clippy::indexing_slicing,
    reason = "an id of the resolver is always in it"
)]
fn interface() -> Result<(), Failed> {
    let folder = folder("CARGO_MANIFEST_DIR").join("../../wit/0.1");
    println!("cargo::rerun-if-changed={}", folder.display());
    let unusable = |error: &dyn std::fmt::Display| {
        Failed::Because(format!("{} cannot be used: {error:#}", folder.display()))
    };
    let mut wit = Resolve::default();
    let (package, _) = wit.push_dir(&folder).map_err(|error| unusable(&error))?;
    let world = wit.select_world(&[package], Some("source"));
    let world = world.map_err(|error| unusable(&error))?;
    let mut rows = String::new();
    for import in wit.worlds[world].imports.values() {
        if let WorldItem::Interface { id, .. } = import {
            let interface = &wit.interfaces[*id];
            let functions: Vec<&String> = interface.functions.keys().collect();
            let name = interface.name.as_deref().unwrap_or_default();
            rows.push_str(&format!("    ({name:?}, &{functions:?}),\n"));
        }
    }
    let version = wit.packages[package].name.version.as_ref();
    let version = version.map(ToString::to_string).unwrap_or_default();
    write_generated(
        "interface.rs",
        &format!(
            "/// The version of the interface.\npub(crate) const VERSION: &str = {version:?};\n\
             const OFFERED: &[(&str, &[&str])] = &[\n{rows}];\n"
        ),
    )
}

fn write_generated(name: &str, text: &str) -> Result<(), Failed> {
    let file = folder("OUT_DIR").join(name);
    fs::write(&file, text)
        .map_err(|error| Failed::Because(format!("{} cannot be written: {error}", file.display())))
}

fn ready_made(folder: &Path) -> Result<Vec<PathBuf>, Failed> {
    let file = |name| folder.join(format!("{name}.wasm"));
    BUNDLED
        .iter()
        .map(|name| match file(name).canonicalize() {
            Ok(file) => Ok(file),
            Err(error) => Err(Failed::Because(format!(
                "MUSTER_PLUGINS_DIR has no `{name}.wasm`: {error}: {}",
                file(name).display()
            ))),
        })
        .collect()
}

fn built() -> Result<Vec<PathBuf>, Failed> {
    let root = folder("CARGO_MANIFEST_DIR").join("../..");
    for input in [
        "plugins",
        "wit",
        "Cargo.lock",
        "Cargo.toml",
        ".cargo/config.toml",
    ] {
        println!("cargo::rerun-if-changed={}", root.join(input).display());
    }
    if !target_is_installed(&root) {
        return Err(Failed::Because(
            "the wasm target is missing: run `rustup toolchain install` in the project's folder"
                .to_owned(),
        ));
    }
    let output = folder("OUT_DIR").join("plugins");
    // One call each: called together, all would get the features of any.
    for name in BUNDLED {
        let status = nested_cargo(&root, &output, name).status();
        let status = status.map_err(|error| {
            Failed::Because(format!("cargo cannot be run to build the plugins: {error}"))
        })?;
        if !status.success() {
            return Err(Failed::AsPrinted);
        }
    }
    let folder = output.join(TARGET).join("plugin");
    Ok(BUNDLED
        .iter()
        .map(|name| folder.join(format!("muster_plugin_{name}.wasm")))
        .collect())
}

/// Asks the compiler itself: rustup is not the only way to install a target.
fn target_is_installed(root: &Path) -> bool {
    let asked = Command::new(program("RUSTC", "rustc"))
        .current_dir(root)
        .args(["--print", "target-libdir", "--target", TARGET])
        .output();
    let folder = asked.map(|out| String::from_utf8_lossy(&out.stdout).trim().to_owned());
    folder.is_ok_and(|folder| !folder.is_empty() && Path::new(&folder).is_dir())
}

fn nested_cargo(root: &Path, output: &Path, plugin: &str) -> Command {
    let mut cargo = Command::new(program("CARGO", "cargo"));
    cargo
        .current_dir(root)
        .args(["build", "--lib", "--profile", "plugin", "--target", TARGET])
        .arg("--target-dir")
        .arg(output)
        .args(["-p", &format!("muster-plugin-{plugin}")]);
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        let any = |prefixes: &[&str]| prefixes.iter().any(|prefix| text.starts_with(prefix));
        if any(&DROPPED) && !any(&KEPT) && !any(&NETWORK) {
            cargo.env_remove(&name);
        }
    }
    cargo.env("CARGO_ENCODED_RUSTFLAGS", same_everywhere(root));
    cargo
}

/// Flags that keep this machine's folders out of the plugins.
fn same_everywhere(root: &Path) -> OsString {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| {
        let user = env::var_os("HOME").map(PathBuf::from);
        user.map(|user| user.join(".cargo"))
    });
    let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let folders = home
        .map(|home| (home, "/cargo"))
        .into_iter()
        .chain([(root, "/muster")]);
    let mut flags = OsString::new();
    for (folder, name) in folders {
        if !flags.is_empty() {
            flags.push("\x1f");
        }
        flags.push("--remap-path-prefix=");
        flags.push(folder);
        flags.push("=");
        flags.push(name);
    }
    flags
}

fn program(variable: &str, default: &str) -> OsString {
    env::var_os(variable).unwrap_or_else(|| default.into())
}

/// A folder that cargo names; without it, this is no build script.
fn folder(variable: &str) -> PathBuf {
    PathBuf::from(program(variable, "."))
}
