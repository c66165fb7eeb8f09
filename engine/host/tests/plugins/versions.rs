//! The plugin interface grows: what was built for a version of before goes on,
//! and what was built for a later one is told what is missing.

use crate::common::{HOST, PROBES};
use crate::probed::{lives, tried_alone, version, versions, wit};
use muster_host::{ImportFault, LoadError, Plugin};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::error::Error;
use std::path::Path;

/// Released texts, by the SHA-256 of what was released.
const RELEASED: [(&str, &str); 1] = [(
    "0.1.0",
    "b25708d45de1b1d9a8b116324638e702912286ffa4e52eb088f48406da03d409",
)];

#[test]
fn what_was_released_is_never_changed() {
    let mut folders: Vec<String> = std::fs::read_dir(wit().join("released"))
        .unwrap()
        .map(|folder| folder.unwrap().file_name().into_string().unwrap())
        .collect();
    folders.sort();
    let known: Vec<&str> = RELEASED.iter().map(|(version, _)| *version).collect();
    assert_eq!(folders, known, "a released text has its digest here");
    for (release, digest) in RELEASED {
        let folder = wit().join("released").join(release);
        assert_eq!(version(&folder), release);
        let text = std::fs::read(folder.join("muster.wit")).unwrap();
        assert_eq!(format!("{:x}", Sha256::digest(&text)), digest, "{release}");
    }
}

/// The current text without what it says is new is the text of before: nothing
/// that a plugin was built on has gone or become something else.
#[test]
fn the_current_text_only_adds() {
    let read = |folder: &Path| std::fs::read_to_string(folder.join("muster.wit")).unwrap();
    let current = read(&wit().join("0.1"));
    let before = read(&wit().join("released/0.1.0"));
    let kept: Vec<&str> = current.lines().collect();
    let mut at = 0;
    for line in before.lines().filter(|line| !line.starts_with("package ")) {
        let found = kept[at..].iter().position(|kept| *kept == line);
        at += found.unwrap_or_else(|| panic!("`{line}` is gone, or stands elsewhere")) + 1;
    }
}

#[test]
fn a_plugin_of_each_version_loads_and_reads() {
    let versions = versions();
    assert!(versions.len() >= 2, "{versions:?}");
    for version in &versions {
        lives(version);
        let newest = tried_alone(&HOST, version, &json!({"act": "newest"}));
        assert_eq!(newest.unwrap(), 1, "{version}");
    }
}

#[test]
fn a_plugin_of_a_later_version_is_told_what_is_missing() {
    let refused = Plugin::load(&HOST, "./probe_newer.wasm", &PROBES);
    let Err(error @ LoadError::Imports { .. }) = refused.map(|_| ()) else {
        panic!("it was let in");
    };
    let LoadError::Imports { source, .. } = &error else {
        panic!()
    };
    assert!(matches!(source, ImportFault::Newer { .. }), "{source:?}");
    let (later, ours) = (later(), version(&wit().join("0.1")));
    assert_eq!(
        error.source().unwrap().to_string(),
        format!(
            "it was made for `muster:provider@{later}` and uses `host.shout`, which this Muster, \
             of `muster:provider@{ours}`, does not have"
        )
    );
    assert_eq!(error.hint(), "use a newer Muster");
}

/// The version after the current one.
fn later() -> String {
    let ours = version(&wit().join("0.1"));
    let (line, last) = ours.rsplit_once('.').unwrap();
    format!("{line}.{}", last.parse::<u32>().unwrap() + 1)
}

/// The text of a later version is the current one with a function more:
/// `MUSTER_BLESS=1` writes it anew.
#[test]
fn the_later_text_is_the_current_one_and_more() {
    let ours = version(&wit().join("0.1"));
    let log = "  log: func(level: level, message: string);\n";
    let text = std::fs::read_to_string(wit().join("0.1/muster.wit")).unwrap();
    assert_eq!(text.matches(log).count(), 1);
    let later = text
        .replace(
            &format!("muster:provider@{ours};"),
            &format!("muster:provider@{};", later()),
        )
        .replace(log, &format!("{log}  shout: func(message: string);\n"));
    let file = wit().join("../tests/probe/newer/muster.wit");
    if std::env::var_os("MUSTER_BLESS").is_some() {
        std::fs::write(&file, &later).unwrap();
    }
    assert!(
        std::fs::read_to_string(&file).is_ok_and(|text| text == later),
        "bless `tests/probe/newer/muster.wit`"
    );
}
