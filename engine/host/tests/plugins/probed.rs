//! The versions of the plugin interface, and the probe built for each of them.

use crate::common::{HOST, PROBES, settings};
use muster_host::{Binding, Host, Plugin, ReadError, Secret};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Where the texts of the interface stand.
pub fn wit() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit")
}

/// The version that a text of the interface says it is.
pub fn version(folder: &Path) -> String {
    let text = std::fs::read_to_string(folder.join("muster.wit")).unwrap();
    let package = text
        .lines()
        .find_map(|line| line.strip_prefix("package muster:provider@"));
    package.unwrap().trim_end_matches(';').to_owned()
}

/// Every version that this host speaks: those of before, and the current one.
pub fn versions() -> Vec<String> {
    let released = std::fs::read_dir(wit().join("released")).unwrap();
    let mut versions: Vec<String> = released
        .map(|folder| folder.unwrap().file_name().into_string().unwrap())
        .chain([version(&wit().join("0.1"))])
        .collect();
    versions.sort();
    versions.dedup();
    versions
}

/// The probe of a version. A version without one fails every test that asks.
pub fn probe(host: &Host, version: &str) -> Plugin {
    let file = format!("probe_{}.wasm", version.replace('.', "_"));
    assert!(
        PROBES.join(&file).is_file(),
        "version {version} has no probe: add `tests/probe/examples/{}`",
        file.replace(".wasm", ".rs")
    );
    let probe = Plugin::load(host, &format!("./{file}"), &PROBES).unwrap();
    let api = format!("@{version}");
    let imports = &probe.about().imports;
    assert!(
        imports.iter().all(|import| import.ends_with(&api)),
        "{imports:?}"
    );
    probe
}

/// What a policy binds, and what it leaves open.
pub struct Granted<'a> {
    pub url: &'a str,
    pub path: &'a Path,
    pub folder: &'a Path,
}

/// Lets a probe try something; going well delivers one person.
pub fn tried(probe: &Plugin, granted: &Granted<'_>, act: &Value) -> Result<usize, ReadError> {
    let config = settings(json!({
        "try": act,
        "url": granted.url,
        "allow_plaintext": true,
        "path": granted.path,
        "folder": granted.folder,
    }));
    let secrets = BTreeMap::from([("token".to_owned(), Secret::new("the-token"))]);
    let bound = probe.bind(Binding {
        settings: &config,
        secrets: &secrets,
        folder: Path::new("."),
        now_ms: 1_800_000_000_000,
    });
    let read = crate::common::read(&bound.unwrap(), crate::common::request(&[]))?;
    Ok(read.rows.len())
}

/// With nothing to reach.
pub fn tried_alone(host: &Host, version: &str, act: &Value) -> Result<usize, ReadError> {
    let nowhere = Path::new("/nonexistent");
    let granted = Granted {
        url: "http://127.0.0.1:9/v1",
        path: nowhere,
        folder: nowhere,
    };
    tried(&probe(host, version), &granted, act)
}

/// A plugin reads a person on each version.
pub fn lives(version: &str) {
    let read = tried_alone(&HOST, version, &json!({"act": "nothing"}));
    assert_eq!(read.unwrap(), 1, "{version}");
}
