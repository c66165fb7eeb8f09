//! The policies that people start from: each is right, and gives no warning.
#![allow(clippy::unwrap_used, clippy::panic)]

use muster_policy::{Beside, Colour, check_with, render};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn is_right(file: &str, text: &str) {
    is_right_beside(file, text, &BTreeMap::new());
}

fn is_right_beside(file: &str, text: &str, files: &BTreeMap<String, String>) {
    let beside = Beside {
        files,
        values: None,
    };
    let checked = check_with(file, text, &beside);
    assert!(
        checked.diagnostics.is_empty() && checked.policy.is_some(),
        "{file}:\n{}",
        render(&checked.diagnostics, &checked, Colour::Never)
    );
}

#[test]
fn the_sample_is_right() {
    let file = root().join("engine/cli/sample/policy.yaml");
    is_right("policy.yaml", &fs::read_to_string(file).unwrap());
}

#[test]
fn the_examples_are_right() {
    let mut found = 0;
    for file in fs::read_dir(root().join("policies/examples")).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        is_right(&name, &fs::read_to_string(&path).unwrap());
        found += 1;
    }
    assert!(found >= 4, "{found} examples");
}

/// Each YAML block of the reference is a policy, or sections of one.
#[test]
fn the_reference_is_right() {
    let text = fs::read_to_string(root().join("policies/README.md")).unwrap();
    let blocks: Vec<&str> = text
        .split("```yaml\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    assert!(blocks.len() >= 5, "{} blocks", blocks.len());
    for (number, block) in blocks.iter().enumerate() {
        if block.contains("\nexceptions:\n") {
            let files = BTreeMap::from([("exceptions.yaml".to_owned(), (*block).to_owned())]);
            let policy = "muster: 1\ndirectory: staff\nprovider: {plugin: csv}\n\
                          identity: {username: uid}\nexceptions: exceptions.yaml\n";
            is_right_beside(&format!("README.md, block {}", number + 1), policy, &files);
            continue;
        }
        let section = |name: &str| block.lines().any(|line| line.starts_with(name));
        let mut policy = String::new();
        for (name, filler) in [
            ("muster:", "muster: 1\n"),
            ("directory:", "directory: staff\n"),
            ("identity:", "identity: {username: uid}\n"),
        ] {
            if !section(name) {
                policy.push_str(filler);
            }
        }
        if section("secrets:") {
            policy.push_str("provider:\n  plugin: ldap\n");
            policy.extend(block.lines().map(|line| format!("  {line}\n")));
        } else {
            if !section("provider:") {
                policy.push_str("provider: {plugin: csv, config: {path: people.csv}}\n");
            }
            policy.push_str(block);
        }
        is_right(&format!("README.md, block {}", number + 1), &policy);
    }
}
