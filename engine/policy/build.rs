//! Embeds the pages about diagnostics: each file of `policies/diagnostics`, so
//! that a page is there as soon as it is written.

use std::env;
use std::fs;
use std::io;
use std::path::Path;

#[expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script by variables where to write"
)]
fn main() -> io::Result<()> {
    let folder = Path::new("../../policies/diagnostics").canonicalize()?;
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if let (Some(name), Some("md")) = (stem(&path), extension(&path)) {
            println!("cargo::rerun-if-changed={}", path.display());
            names.push(name.to_owned());
        }
    }
    names.sort();
    let mut table = String::from("[\n");
    for name in names {
        let path = folder.join(format!("{name}.md"));
        table.push_str(&format!(
            "({name:?}, include_str!({:?})),\n",
            path.display().to_string()
        ));
    }
    table.push(']');
    let out = env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?;
    fs::write(Path::new(&out).join("pages.rs"), table)
}

fn stem(path: &Path) -> Option<&str> {
    path.file_stem()?.to_str()
}

fn extension(path: &Path) -> Option<&str> {
    path.extension()?.to_str()
}
