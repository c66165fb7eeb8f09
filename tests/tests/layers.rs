//! The house keeps its shape: arrows between crates point one way, pure crates
//! stay pure, and what the files look like is what the guide promises.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, PackageId};
use muster_tests::muster::workspace;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What each engine crate may use of the engine.
const ARROWS: [(&str, &[&str]); 12] = [
    ("muster-model", &[]),
    ("muster-policy", &["muster-model"]),
    ("muster-plan", &["muster-model", "muster-policy"]),
    ("muster-store", &["muster-model"]),
    ("muster-host", &["muster-model"]),
    ("muster-kit", &[]),
    ("muster-conformance", &["muster-host", "muster-model"]),
    ("muster-lsp", &["muster-model", "muster-policy"]),
    ("muster-registry", &[]),
    (
        "muster-sync",
        &[
            "muster-model",
            "muster-plan",
            "muster-policy",
            "muster-store",
        ],
    ),
    (
        "muster-review",
        &[
            "muster-model",
            "muster-plan",
            "muster-policy",
            "muster-store",
            "muster-sync",
        ],
    ),
    (
        "muster-cli",
        &[
            "muster-conformance",
            "muster-host",
            "muster-kit",
            "muster-lsp",
            "muster-model",
            "muster-plan",
            "muster-policy",
            "muster-registry",
            "muster-review",
            "muster-store",
            "muster-sync",
        ],
    ),
];

/// Crates without I/O, clock or chance.
const PURE: [&str; 4] = ["muster-model", "muster-policy", "muster-plan", "muster-lsp"];

/// What a pure crate has nowhere below it.
const IMPURE: [&str; 7] = [
    "wasmtime", "tokio", "sled", "reqwest", "ldap3", "rustls", "rand",
];

/// Longer files have more than one subject.
const LONGEST_FILE: usize = 600;

fn metadata(extra: &[&str]) -> Metadata {
    MetadataCommand::new()
        .manifest_path(workspace().join("Cargo.toml"))
        .other_options(
            extra
                .iter()
                .map(|&option| option.to_owned())
                .collect::<Vec<_>>(),
        )
        .exec()
        .expect("cargo metadata of the workspace")
}

/// Names of the workspace's crates that each of them uses, in the product
/// itself: what only tests use is no arrow.
fn arrows(metadata: &Metadata) -> BTreeMap<String, BTreeSet<String>> {
    let members = metadata.workspace_packages();
    let names: BTreeSet<&str> = members
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    members
        .iter()
        .map(|package| {
            let used = package
                .dependencies
                .iter()
                .filter(|dependency| dependency.kind != DependencyKind::Development)
                .filter(|dependency| names.contains(dependency.name.as_str()))
                .map(|dependency| dependency.name.clone())
                .collect();
            (package.name.to_string(), used)
        })
        .collect()
}

#[test]
fn arrows_between_engine_crates_point_one_way() {
    let arrows = arrows(&metadata(&["--no-deps"]));
    for (package, allowed) in ARROWS {
        let used = arrows
            .get(package)
            .unwrap_or_else(|| panic!("no crate `{package}`"));
        for name in used {
            assert!(
                allowed.contains(&name.as_str()),
                "`{package}` must not use `{name}`"
            );
        }
    }
}

#[test]
fn every_crate_has_its_place() {
    let metadata = metadata(&["--no-deps"]);
    for package in metadata.workspace_packages() {
        let folder = package
            .manifest_path
            .strip_prefix(workspace())
            .expect("a crate of the workspace");
        let known = ARROWS
            .iter()
            .any(|(name, _)| *name == package.name.as_str());
        let place = folder.components().next().expect("a folder").as_str();
        match place {
            "engine" => assert!(
                known,
                "`{}` is new in engine/: add its arrows here",
                package.name
            ),
            "plugins" | "tests" => assert!(!known, "`{}` belongs into engine/", package.name),
            other => panic!(
                "`{}` stands in `{other}`, which holds no crates",
                package.name
            ),
        }
    }
}

#[test]
fn no_plugin_uses_the_engine() {
    let metadata = metadata(&["--no-deps"]);
    let engine: BTreeSet<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    let folders = [
        workspace().join("plugins"),
        workspace().join("tests/hostile"),
    ];
    let mut seen = 0;
    for package in metadata.workspace_packages() {
        if !folders
            .iter()
            .any(|folder| package.manifest_path.starts_with(folder))
        {
            continue;
        }
        seen += 1;
        for dependency in &package.dependencies {
            assert!(
                !engine.contains(dependency.name.as_str()),
                "plugin `{}` must not use `{}`: its border is wit/",
                package.name,
                dependency.name
            );
        }
    }
    assert!(seen >= 3, "the SDK and two plugins are there, at least");
}

#[test]
fn pure_crates_have_no_engine_room_below_them() {
    let metadata = metadata(&["--filter-platform", "x86_64-unknown-linux-gnu"]);
    for name in PURE {
        let below = everything_below(&metadata, name);
        for impure in IMPURE {
            assert!(
                !below.contains(impure),
                "`{name}` is pure, but `{impure}` is among what it is built from"
            );
        }
    }
}

/// Names of all crates that go into this one, tests left out.
fn everything_below(metadata: &Metadata, name: &str) -> BTreeSet<String> {
    let nodes = &metadata.resolve.as_ref().expect("a resolved graph").nodes;
    let nodes: BTreeMap<&PackageId, _> = nodes.iter().map(|node| (&node.id, node)).collect();
    let start = metadata
        .packages
        .iter()
        .find(|package| package.name.as_str() == name)
        .expect("the crate");
    let mut found = BTreeSet::new();
    let mut open = vec![&start.id];
    while let Some(id) = open.pop() {
        if !found.insert(id) {
            continue;
        }
        for dependency in &nodes[id].deps {
            if dependency
                .dep_kinds
                .iter()
                .any(|kind| kind.kind == DependencyKind::Normal)
            {
                open.push(&dependency.pkg);
            }
        }
    }
    found
        .iter()
        .map(|id| metadata[id].name.to_string())
        .collect()
}

#[test]
fn pure_crates_do_not_touch_the_world() {
    let doors = [
        "std::fs",
        "std::net",
        "std::env",
        "std::process",
        "SystemTime::now",
        "Instant::now",
        "Timestamp::now",
    ];
    for name in ["model", "policy", "plan", "review", "lsp"] {
        for file in sources(&workspace().join("engine").join(name).join("src")) {
            if file.ends_with("tests.rs") {
                continue;
            }
            let text = read(&file);
            // What follows is tests, which may read their fixtures.
            let production = text.split("#[cfg(test)]").next().unwrap_or_default();
            for door in doors {
                assert!(
                    !production.contains(door),
                    "{} uses `{door}`; pass it in instead",
                    shown(&file)
                );
            }
        }
    }
}

#[test]
fn every_crate_says_what_it_is() {
    for package in metadata(&["--no-deps"]).workspace_packages() {
        for target in &package.targets {
            if target.is_lib() || target.is_cdylib() || target.is_bin() {
                let text = read(target.src_path.as_std_path());
                assert!(
                    text.starts_with("//! "),
                    "{} does not begin with `//! `",
                    target.src_path
                );
            }
        }
    }
}

#[test]
fn no_source_file_is_too_long() {
    for file in all_sources() {
        let lines = read(&file).lines().count();
        assert!(
            lines <= LONGEST_FILE,
            "{} has {lines} lines, more than {LONGEST_FILE}: split it by subject",
            shown(&file)
        );
    }
}

#[test]
fn nothing_is_left_unfinished() {
    // Put together here, so that this file does not find itself.
    let marks = [
        ["to", "do!("],
        ["unimplem", "ented!("],
        ["db", "g!("],
        ["FIX", "ME"],
        ["TO", "DO"],
        ["XX", "X"],
    ]
    .map(|[start, end]| format!("{start}{end}"));
    for file in all_sources().chain(all_documents()) {
        let text = read(&file);
        for mark in &marks {
            assert!(
                !text.contains(mark.as_str()),
                "{} has a `{mark}`",
                shown(&file)
            );
        }
    }
}

#[test]
fn libraries_do_not_print() {
    let prints = [["print", "ln!("], ["eprint", "ln!("], ["pri", "nt!("]]
        .map(|[start, end]| format!("{start}{end}"));
    for name in [
        "model", "policy", "plan", "store", "host", "sync", "review", "lsp", "registry",
    ] {
        for file in sources(&workspace().join("engine").join(name).join("src")) {
            let text = read(&file);
            for print in &prints {
                let prints = text.lines().any(|line| {
                    !line.trim_start().starts_with("//") && line.contains(print.as_str())
                });
                assert!(!prints, "{} prints; return it instead", shown(&file));
            }
        }
    }
}

#[test]
fn links_in_documents_resolve() {
    for file in all_documents() {
        let folder = file.parent().expect("a folder").to_owned();
        for link in links(&read(&file)) {
            if link.contains("://") || link.starts_with('#') || link.starts_with("mailto:") {
                continue;
            }
            let place = link.split('#').next().unwrap_or_default();
            assert!(
                folder.join(place).exists(),
                "{}: the link `{link}` leads nowhere",
                shown(&file)
            );
        }
    }
}

#[test]
fn programs_that_the_readme_names_exist() {
    let readme = workspace().join("README.md");
    let text = read(&readme);
    let mut seen = 0;
    for line in shell_lines(&text) {
        let program = line.split_whitespace().next().unwrap_or_default();
        if program.contains('/') {
            seen += 1;
            assert!(
                workspace().join(program).exists(),
                "README.md runs `{program}`, which is not there"
            );
        }
    }
    assert!(
        seen > 0,
        "README.md names no script: not even the one that runs the tests"
    );
    assert!(
        text.contains("tests/run.sh"),
        "README.md does not say how to run the tests"
    );
}

/// Lines of a document's shell examples, without prompts and comments.
fn shell_lines(text: &str) -> Vec<&str> {
    let mut inside = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            inside = !inside && matches!(language.trim(), "sh" | "bash" | "console" | "shell");
        } else if inside {
            lines.push(line.trim_start_matches("$ "));
        }
    }
    lines
}

/// Targets of inline links, code left out.
fn links(text: &str) -> Vec<String> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            inside = !inside;
        }
        if inside {
            continue;
        }
        // Every second piece stands between backticks.
        let prose: String = line.split('`').step_by(2).collect();
        for rest in prose.split("](").skip(1) {
            found.extend(rest.split(')').next().map(str::to_owned));
        }
    }
    found
}

fn all_sources() -> impl Iterator<Item = PathBuf> {
    ["engine", "plugins", "tests"]
        .into_iter()
        .flat_map(|folder| sources(&workspace().join(folder)))
}

fn all_documents() -> impl Iterator<Item = PathBuf> {
    files(workspace(), "md").into_iter()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let found = files(folder, "rs");
    assert!(!found.is_empty(), "no source below {}", folder.display());
    found
}

/// All files with this ending, in order; what cargo and git keep is left out.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let entries = std::fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for entry in entries {
            let path = entry.expect("an entry of a folder").path();
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            if path.is_dir() {
                if !name.starts_with('.') && name != "target" {
                    open.push(path);
                }
            } else if path.extension().is_some_and(|found| found == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn shown(file: &Path) -> String {
    file.strip_prefix(workspace())
        .unwrap_or(file)
        .display()
        .to_string()
}
