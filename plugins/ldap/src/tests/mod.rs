//! Whole reads, against a directory in memory.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod attributes;
mod changes;
mod checks;
mod coverage;
mod fake;
mod groups;
mod logins;
mod reported;

use crate::Directory;
use fake::Fake;
use muster_sdk::prelude::*;
use muster_sdk::testing::{PlainRow, everybody, request, rows};
use serde_json::{Value, json};

/// What a read delivered.
#[derive(Debug)]
struct Got {
    rows: Vec<PlainRow>,
    problems: Vec<muster_sdk::Problem>,
    coverage: Coverage,
}

impl Got {
    /// The first requested attribute of everybody, sorted.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.rows.iter().filter_map(|row| row.text(0)).collect();
        names.sort();
        names
    }

    fn row(&self, name: &str) -> &PlainRow {
        self.rows
            .iter()
            .find(|row| row.text(0).as_deref() == Some(name))
            .unwrap()
    }

    fn fact(&self, name: &str) -> Option<&str> {
        self.coverage
            .facts()
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }
}

fn settings(more: Value) -> Value {
    let mut settings = json!({"url": "ldap://x", "base_dn": "dc=x"});
    for (name, value) in more.as_object().unwrap() {
        settings[name] = value.clone();
    }
    settings
}

fn directory(more: Value) -> Directory {
    Directory::open(serde_json::from_value(settings(more)).unwrap()).unwrap()
}

fn read_all(more: Value, attributes: &[&str], scope: Scope) -> Result<Got, Failure> {
    let mut directory = directory(more);
    directory.start(ReadRequest {
        scope,
        ..request(attributes)
    })?;
    let (mut all, mut problems) = (Vec::new(), Vec::new());
    for _ in 0..1000 {
        let batch = directory.next()?;
        all.extend(rows(batch.page()));
        problems.extend(batch.page().problems.clone());
        if let Some(coverage) = batch.coverage() {
            return Ok(Got {
                rows: all,
                problems,
                coverage: coverage.clone(),
            });
        }
    }
    panic!("the read never ends");
}

fn read(fake: &Fake, more: Value, scope: Scope) -> Result<Got, Failure> {
    fake.serve();
    let first = if fake.is_active_directory() {
        "sAMAccountName"
    } else {
        "uid"
    };
    read_all(more, &[first, "cn"], scope)
}

fn in_groups(groups: &[&str]) -> Scope {
    let groups = groups
        .iter()
        .map(|cn| format!("cn={cn},ou=groups,dc=x"))
        .collect();
    Scope {
        groups,
        ..everybody()
    }
}
