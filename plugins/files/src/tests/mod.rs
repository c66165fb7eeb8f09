//! The plugin as the host sees it, fed with files of every kind.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used
)]

mod any_split;
mod broken;
mod checks;
mod json;
mod json_lines;
mod ldif;
mod reported;
mod sources;
mod table;
mod whole;
mod workbook;

use crate::People;
use muster_sdk::prelude::*;
use muster_sdk::testing;
use muster_sdk::{Coverage, Problem};

/// What a read has given.
struct Read {
    rows: Vec<testing::PlainRow>,
    problems: Vec<Problem>,
    coverage: Coverage,
}

impl Read {
    /// `id status attribute|attribute`, one line a person; `-` is absent, and
    /// values of one attribute have a `+` between them.
    fn lines(&self) -> Vec<String> {
        self.rows.iter().map(line).collect()
    }

    /// `place: message (subject)`, one line a problem.
    fn problems(&self) -> Vec<String> {
        let subject = |problem: &Problem| match &problem.subject {
            Subject::Id(id) => format!("id {id}"),
            Subject::Attribute((name, value)) => format!("{name} {value}"),
            Subject::Nobody => "nobody".to_owned(),
        };
        let line = |p: &Problem| format!("{}: {} ({})", p.place, p.message, subject(p));
        self.problems.iter().map(line).collect()
    }

    fn fact(&self, name: &str) -> Option<&str> {
        let mut facts = self.coverage.facts().iter();
        facts
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The reason and the sentence of a partial read.
    fn shortfall(&self) -> (PartialReason, &str) {
        let reason = self.coverage.reason().expect("the read is partial");
        (reason, self.coverage.message().unwrap_or_default())
    }
}

fn line(row: &testing::PlainRow) -> String {
    let cell = |values: &Vec<Vec<u8>>| match values.as_slice() {
        [] => "-".to_owned(),
        values => {
            let texts: Vec<_> = values.iter().map(|v| String::from_utf8_lossy(v)).collect();
            texts.join("+")
        }
    };
    let cells: Vec<String> = row.values.iter().map(cell).collect();
    let status = match row.status {
        Status::Active => "active",
        Status::Blocked(_) => "blocked",
        Status::Unknown => "unknown",
        _ => "other",
    };
    let id = row.id.as_deref().unwrap_or("-");
    format!("{id} {status} {}", cells.join("|"))
}

/// Reads a file in one go; `settings` are JSON.
fn read(settings: &str, file: impl Into<Vec<u8>>, attributes: &[&str]) -> Result<Read, Failure> {
    read_scope(settings, file, attributes, testing::everybody())
}

fn read_scope(
    settings: &str,
    file: impl Into<Vec<u8>>,
    attributes: &[&str],
    scope: Scope,
) -> Result<Read, Failure> {
    testing::file("people", file);
    read_again(settings, attributes, scope)
}

/// Reads the file that the test has set up.
fn read_again(settings: &str, attributes: &[&str], scope: Scope) -> Result<Read, Failure> {
    let mut people = People::open(serde_json::from_str(settings).unwrap())?;
    people.start(ReadRequest {
        scope,
        page_size: 2,
        ..testing::request(attributes)
    })?;
    drain(|| people.next())
}

fn drain(mut next: impl FnMut() -> Result<Batch, Failure>) -> Result<Read, Failure> {
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    loop {
        let batch = next()?;
        rows.extend(testing::rows(batch.page()));
        problems.extend(batch.page().problems.iter().cloned());
        if let Some(coverage) = batch.coverage() {
            return Ok(Read {
                rows,
                problems,
                coverage: coverage.clone(),
            });
        }
    }
}

fn groups(groups: &[&str], except: &[&str]) -> Scope {
    let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Scope {
        groups: list(groups),
        except_groups: list(except),
        ..testing::everybody()
    }
}
