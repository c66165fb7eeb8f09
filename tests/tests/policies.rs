//! The policies that people start from: each is right, gives no warning, and does
//! what a plan may do to a few odd people.
#![allow(clippy::unwrap_used, clippy::panic)]

use muster_model::page::PlainRow;
use muster_model::{Actor, Coverage, Evidence, Page, SourceStatus};
use muster_policy::{Beside, Colour, Files, NamedText, Policy, check_with, render};
use muster_store::MemoryStore;
use muster_sync::{
    ApplyContext, Delivery, PlanOrigin, PreviewContext, Silent, Source, SourceFailed, apply,
    preview,
};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files of a folder.
struct Folder(PathBuf);

impl Files for Folder {
    fn read(&self, path: &str) -> Result<String, String> {
        fs::read_to_string(self.0.join(path)).map_err(|error| error.to_string())
    }
}

fn is_right(file: &str, text: &str, files: &dyn Files) {
    let beside = Beside {
        files,
        values: None,
    };
    is_right_with(file, text, &beside);
}

fn is_right_with(file: &str, text: &str, beside: &Beside<'_>) {
    let checked = check_with(file, text, beside);
    assert!(
        checked.diagnostics.is_empty() && checked.policy.is_some(),
        "{file}:\n{}",
        render(&checked.diagnostics, &checked, Colour::Never)
    );
    runs(&checked.policy.unwrap());
}

/// People to try a policy on: of each attribute a word, nothing, an empty text, a
/// number, an instant.
fn people(policy: &Policy) -> Vec<PlainRow> {
    let groups = [policy.scope.groups.clone(), policy.report_groups()].concat();
    let kinds = ["word", "", "7", "2030-01-31T00:00:00Z"];
    let person = |(id, kind): (usize, Option<&str>)| PlainRow {
        id: Some(id.to_string()),
        groups: groups.clone(),
        status: SourceStatus::Active,
        values: policy
            .attributes
            .iter()
            .map(|name| match kind {
                // Names differ from person to person.
                Some("word") => vec![format!("{name}{id}@example.org")],
                Some(other) => vec![other.to_owned()],
                None => Vec::new(),
            })
            .collect(),
    };
    let kinds = kinds.map(Some).into_iter().chain([None, Some("word")]);
    kinds.enumerate().map(person).collect()
}

struct Rows(Vec<Delivery>);

impl Source for Rows {
    fn next(&mut self) -> Result<Delivery, SourceFailed> {
        Ok(self.0.remove(0))
    }
}

/// Plans with a policy, applies, and plans again: everybody is accounted for, and
/// nothing is left to do.
fn runs(policy: &Policy) {
    let now = "2026-11-23T08:00:00Z".parse().unwrap();
    let people = people(policy);
    let mut store = MemoryStore::new();
    let plan = |store: &MemoryStore| {
        let page = Page::from_rows(policy.attributes.len(), &people, Vec::new());
        let coverage = Coverage::Complete {
            evidence: Evidence {
                entries: people.len() as u64,
                ..Evidence::default()
            },
        };
        let cursor = None;
        let mut source = Rows(vec![
            Delivery::Page(page),
            Delivery::End { coverage, cursor },
        ]);
        let context = PreviewContext {
            now,
            expires: now,
            plugin: "rows 1.0.0".to_owned(),
            plugin_digest: String::new(),
            read: None,
            only: None,
            overrides: BTreeMap::new(),
        };
        preview(policy, &mut source, store, &context, &Silent).unwrap()
    };
    let mut first = plan(&store);
    let created = first.changes.len() as u64;
    let said = first
        .findings
        .iter()
        .map(|finding| finding.username.clone());
    let said = said.collect::<BTreeSet<_>>().len() as u64;
    let out = first.situations.get("out-of-scope").copied().unwrap_or(0);
    assert!(
        created + said + out >= people.len() as u64,
        "{}: {:#?}",
        policy.file,
        first.findings
    );
    first.guards.clear();
    let context = ApplyContext {
        now,
        actor: Actor {
            name: "rows".to_owned(),
            command: "apply".to_owned(),
        },
        plugin_digest: String::new(),
        origin: PlanOrigin::Fresh,
        approvals: muster_sync::review::Approved::rehearsal(),
    };
    apply(&first, policy, &mut store, &context).unwrap();
    let again = plan(&store);
    assert!(
        again.changes.is_empty(),
        "{}: {:#?}",
        policy.file,
        again.changes
    );
}

/// Files that the reference's examples name.
fn named_by_the_reference() -> BTreeMap<String, String> {
    [
        (
            "shared/names.yaml",
            "muster: 1\nfields: {first_name: givenName}\n",
        ),
        (
            "shared/rules.yaml",
            "muster: 1\nblock: [{name: ended, when: has(entry.end)}]\n",
        ),
    ]
    .map(|(path, text)| (path.to_owned(), text.to_owned()))
    .into()
}

#[test]
fn the_sample_is_right() {
    let file = root().join("engine/cli/sample/policy.yaml");
    let folder = Folder(file.parent().unwrap().to_owned());
    is_right("policy.yaml", &fs::read_to_string(file).unwrap(), &folder);
}

/// Policies of a folder and the folders below it; what cases and environments
/// hold are none.
fn policies_in(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    for path in entries {
        if path.is_dir() {
            policies_in(&path, found);
        } else if path.extension().is_some_and(|end| end == "yaml") {
            let text = fs::read_to_string(&path).unwrap();
            if text.lines().any(|line| line.starts_with("directory:")) {
                found.push(path);
            }
        }
    }
}

#[test]
fn the_examples_are_right() {
    let mut found = Vec::new();
    policies_in(&root().join("policies/examples"), &mut found);
    found.sort();
    assert!(found.len() >= 15, "{found:?}");
    for path in found {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let folder = path.parent().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        // A policy of several environments is right in each of them.
        let mut environments: Vec<Option<PathBuf>> = fs::read_dir(folder.join("environments"))
            .into_iter()
            .flatten()
            .map(|entry| Some(entry.unwrap().path()))
            .collect();
        if environments.is_empty() {
            environments.push(None);
        }
        for environment in environments {
            let values = environment.map(|path| fs::read_to_string(path).unwrap());
            let beside = Beside {
                files: &Folder(folder.to_owned()),
                values: values.as_deref().map(|text| NamedText {
                    name: "values",
                    text,
                }),
            };
            is_right_with(&name, &text, &beside);
        }
    }
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
            is_right(&format!("README.md, block {}", number + 1), policy, &files);
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
        is_right(
            &format!("README.md, block {}", number + 1),
            &policy,
            &named_by_the_reference(),
        );
    }
}
