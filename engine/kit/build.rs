//! Writes tables of the texts that new projects are made of: the SDK's sources
//! and its smallest provider, the text of the plugin interface, the templates.
//! One source of truth each, and nothing is copied by hand.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The table's name, and the folder or file that it is made from.
const TABLES: [(&str, &str); 7] = [
    ("SDK", "../../plugins/sdk/src"),
    ("HELLO", "../../plugins/sdk/examples/hello"),
    ("WIT", "../../wit/0.1"),
    ("ALL", "templates/all"),
    ("RUST", "templates/rust"),
    ("PYTHON", "templates/python"),
    ("JAVASCRIPT", "templates/javascript"),
];

/// Files that stand alone.
const TEXTS: [(&str, &str); 3] = [
    ("TOOLCHAIN", "../../rust-toolchain.toml"),
    ("LICENSE_MIT", "../../LICENSE-MIT"),
    ("LICENSE_APACHE", "../../LICENSE-APACHE"),
];

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut rust = String::new();
    for (name, folder) in TABLES {
        let folder = root.join(folder).canonicalize()?;
        println!("cargo::rerun-if-changed={}", folder.display());
        let mut files = Vec::new();
        collect(&folder, &mut files)?;
        // The order of a folder is the file system's business.
        files.sort();
        rust.push_str(&format!("pub(crate) const {name}: &[(&str, &str)] = &[\n"));
        for file in files {
            let inside = file.strip_prefix(&folder).unwrap_or(&file);
            let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
            let (inside, file) = (parts.join("/"), file.display().to_string());
            rust.push_str(&format!("    ({inside:?}, include_str!({file:?})),\n"));
        }
        rust.push_str("];\n");
    }
    for (name, file) in TEXTS {
        let file = root.join(file).canonicalize()?;
        println!("cargo::rerun-if-changed={}", file.display());
        let file = file.display().to_string();
        rust.push_str(&format!(
            "pub(crate) const {name}: &str = include_str!({file:?});\n"
        ));
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("texts.rs"), rust)
}

/// All files below a folder, but what tools leave behind.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if ["target", "node_modules", "__pycache__", "Cargo.lock"].contains(&name.as_ref()) {
            continue;
        }
        match path.is_dir() {
            true => collect(&path, files)?,
            false => files.push(path),
        }
    }
    Ok(())
}
