//! The plugin against a small Directory API in this process.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod checks;
mod coverage;
mod fake;
mod groups;
mod interrupted;
mod reported;
mod values;

use crate::Google;
use crate::settings::Settings;
use fake::Fake;
use muster_sdk::testing::{PlainRow, everybody, rows};
use muster_sdk::{Batch, Coverage, Failure, PartialReason, ReadFrom, ReadRequest, Scope, Source};
use serde_json::{Value, json};

/// What a read gave.
#[derive(Debug)]
struct Got {
    rows: Vec<PlainRow>,
    problems: Vec<String>,
    coverage: Coverage,
    /// Cursors of the pages but the last.
    cursors: Vec<Vec<u8>>,
}

impl Got {
    fn ids(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self
            .rows
            .iter()
            .map(|row| row.id.as_deref().unwrap())
            .collect();
        ids.sort_unstable();
        ids
    }

    fn row(&self, id: &str) -> &PlainRow {
        let found = self.rows.iter().find(|row| row.id.as_deref() == Some(id));
        found.unwrap_or_else(|| panic!("no `{id}`: {self:?}"))
    }

    fn reason(&self) -> Option<PartialReason> {
        self.coverage.reason()
    }

    fn fact(&self, name: &str) -> Option<&str> {
        let mut facts = self.coverage.facts().iter();
        let found = facts.find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    #[track_caller]
    fn whole(self) -> Self {
        assert!(self.coverage.is_complete(), "{:?}", self.coverage);
        self
    }
}

fn settings(more: Value) -> Settings {
    let mut settings = json!({"admin": "admin@example.com"});
    for (name, value) in more.as_object().unwrap() {
        settings[name] = value.clone();
    }
    serde_json::from_value(settings).unwrap()
}

fn request(attributes: &[&str], scope: Scope) -> ReadRequest {
    ReadRequest {
        scope,
        ..muster_sdk::testing::request(attributes)
    }
}

fn by_groups(groups: &[&str]) -> Scope {
    Scope {
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        ..everybody()
    }
}

/// Reads on until the end.
fn read_with(settings: Settings, request: ReadRequest) -> Result<Got, Failure> {
    let mut google = Google::open(settings)?;
    google.start(request)?;
    let (mut found, mut problems, mut cursors) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..1000 {
        let batch: Batch = google.next()?;
        found.extend(rows(batch.page()));
        problems.extend(
            batch
                .page()
                .problems
                .iter()
                .map(|problem| problem.message.clone()),
        );
        match batch.coverage() {
            Some(coverage) => {
                return Ok(Got {
                    rows: found,
                    problems,
                    coverage: coverage.clone(),
                    cursors,
                });
            }
            None => cursors.extend(batch.resumes_at().map(<[u8]>::to_vec)),
        }
    }
    panic!("no end");
}

fn read(fake: Fake, attributes: &[&str], scope: Scope) -> Result<Got, Failure> {
    fake.serve();
    read_with(settings(json!({})), request(attributes, scope))
}

/// The same, when the read has to go well.
#[track_caller]
fn got(fake: Fake, attributes: &[&str], scope: Scope) -> Got {
    read(fake, attributes, scope).unwrap_or_else(|failure| panic!("{failure:?}"))
}

fn resumed(attributes: &[&str], scope: Scope, cursor: &[u8]) -> ReadRequest {
    ReadRequest {
        start_at: ReadFrom::Resume(cursor.to_vec()),
        ..request(attributes, scope)
    }
}
