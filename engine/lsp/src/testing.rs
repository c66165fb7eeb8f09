//! A world for tests: files in memory, a plugin, two people.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use crate::outline::Outline;
use crate::surroundings::{AttributeFact, PluginFacts, Sample, SettingFact, Surroundings, Wanted};
use crate::text::{Encoding, Text};
use crate::workspace::{Document, Workspace};
use jiff::Timestamp;
use lsp_types::Position;
use muster_model::page::PlainRow;
use muster_model::{DirectoryName, Page, SourceStatus};
use muster_policy::Diagnostic;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What stands around the documents of a test.
#[derive(Default)]
pub(crate) struct Around {
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) values: Option<String>,
    pub(crate) sensitive: Vec<String>,
    pub(crate) person: Option<String>,
}

impl Surroundings for Around {
    fn now(&self) -> Timestamp {
        "2026-11-23T08:00:00Z".parse().unwrap()
    }

    fn read(&self, path: &str) -> Result<String, String> {
        let found = self.files.get(path).cloned();
        found.ok_or_else(|| "there is no such file".to_owned())
    }

    fn values(&self) -> Option<String> {
        self.values.clone()
    }

    fn plugins(&self) -> Vec<(String, String)> {
        vec![
            ("csv".to_owned(), "People from files".to_owned()),
            ("ldap".to_owned(), "People from LDAP servers".to_owned()),
        ]
    }

    fn plugin(&self, wanted: &Wanted<'_>) -> Option<Arc<PluginFacts>> {
        let attribute = |name: &str, several, summary: &str| AttributeFact {
            name: name.to_owned(),
            several,
            summary: summary.to_owned(),
        };
        (wanted.plugin == "csv").then(|| {
            Arc::new(PluginFacts {
                attributes: vec![
                    attribute("mail", Some(true), "Addresses"),
                    attribute("uid", Some(false), ""),
                    attribute("Given name", None, ""),
                ],
                settings: vec![
                    SettingFact {
                        name: "path".to_owned(),
                        kind: "string".to_owned(),
                        required: true,
                        doc: "The file with the people.".to_owned(),
                        ..SettingFact::default()
                    },
                    SettingFact {
                        name: "format".to_owned(),
                        kind: "string".to_owned(),
                        words: vec!["csv".to_owned(), "tsv".to_owned()],
                        ..SettingFact::default()
                    },
                ],
                secrets: vec!["token".to_owned()],
            })
        })
    }

    fn settings(&self, _wanted: &Wanted<'_>) -> Vec<Diagnostic> {
        Vec::new()
    }

    fn sample(&self, directory: &DirectoryName) -> Option<Arc<Sample>> {
        let row = |status, mail: &[&str], uid: &str, given: &str, iban: &str| PlainRow {
            id: Some(format!("id-{uid}")),
            groups: vec![],
            status,
            values: vec![
                mail.iter().map(|mail| (*mail).to_owned()).collect(),
                vec![uid.to_owned()],
                vec![given.to_owned()],
                vec![iban.to_owned()],
            ],
        };
        let blocked = SourceStatus::Blocked(muster_model::BlockCause::Disabled);
        let rows = [
            row(blocked, &[], "old", "Otto", "DE0"),
            row(
                SourceStatus::Active,
                &["anna@x", "a@x"],
                "anna.berg",
                "Anna",
                "DE1",
            ),
            row(SourceStatus::Active, &["zoe@x"], "zoë", "Zoë `1`", "DE2"),
        ];
        (directory.as_str() == "staff").then(|| {
            Arc::new(Sample {
                attributes: ["mail", "uid", "Given name", "iban"]
                    .map(str::to_owned)
                    .to_vec(),
                sensitive: self.sensitive.clone(),
                people: Page::from_rows(4, &rows, vec![]),
                recorded: "2026-11-20T10:00:00Z".to_owned(),
                person: self.person.clone(),
            })
        })
    }
}

/// The path of the document of most tests.
pub(crate) const PATH: &str = "/policies/staff.yaml";

/// Opens documents and checks them.
pub(crate) fn open<'a>(around: &'a Around, documents: &[(&str, &str)]) -> Workspace<'a> {
    let mut workspace = Workspace::new(around, Encoding::Utf16);
    for (path, text) in documents {
        let document = Document {
            uri: crate::uri::uri_of(path).unwrap(),
            version: 1,
            text: Text::new(*text),
            outline: Outline::of(text),
        };
        workspace.documents.insert((*path).to_owned(), document);
    }
    let all: BTreeSet<String> = documents
        .iter()
        .map(|(path, _)| (*path).to_owned())
        .collect();
    workspace.check(&all);
    workspace
}

/// A text without its mark `¦`, and where that stood.
pub(crate) fn marked(text: &str) -> (String, Position) {
    let (before, after) = text
        .split_once('¦')
        .unwrap_or_else(|| panic!("no mark in {text:?}"));
    let whole = format!("{before}{after}");
    let position = Text::new(whole.as_str()).position(before.len(), Encoding::Utf16);
    (whole, position)
}

/// A policy in which all is well, up to its last section.
pub(crate) const HEAD: &str = "\
muster: 1
directory: staff
provider: {plugin: csv, config: {path: people.csv}}
identity: {username: uid}
";
