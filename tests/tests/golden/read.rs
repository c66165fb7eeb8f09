//! A recorded read: coverage, entries and broken records, handed out in any
//! order and on pages of any size.

use muster_model::page::PlainRow;
use muster_model::{
    BlockCause, Coverage, Evidence, ExternalId, Page, PartialReason, Problem, Removal,
    SourceStatus, Subject,
};
use muster_sync::{Delivery, Source, SourceFailed};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::VecDeque;

/// In which order entries are handed out.
#[derive(Clone, Copy, Debug)]
pub enum Order {
    AsGiven,
    Reversed,
}

/// One recorded read.
pub struct Read {
    coverage: Coverage,
    cursor: Option<String>,
    /// True if only changes were asked for.
    pub is_delta: bool,
    records: Vec<Record>,
    attributes: usize,
}

#[derive(Clone)]
enum Record {
    Entry(PlainRow),
    Problem(Problem),
}

/// The first line: `{"coverage": "complete"}`, or why it is not. `asked` is
/// `delta` where only changes were asked for, and `cursor` where the next delta
/// goes on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    coverage: String,
    #[serde(default)]
    text: String,
    asked: Option<String>,
    cursor: Option<String>,
}

#[derive(Deserialize)]
struct Entry {
    id: Option<String>,
    #[serde(default = "active")]
    status: String,
    #[serde(default)]
    groups: Vec<String>,
    #[serde(flatten)]
    attributes: Map<String, Value>,
}

fn active() -> String {
    "active".to_owned()
}

impl Read {
    /// Reads `entries.jsonl`. Attributes that the policy does not read are not
    /// delivered, as a source would not deliver them.
    pub fn parse(text: &str, attributes: &[String]) -> Self {
        let mut lines = text.lines();
        let header = lines.next().expect("a line with the coverage");
        let header: Header = serde_json::from_str(header).expect("the coverage");
        let records: Vec<Record> = lines.map(|line| record(line, attributes)).collect();
        let entries = records.iter().filter(|r| matches!(r, Record::Entry(_)));
        let evidence = Evidence {
            entries: entries.count() as u64,
            ..Evidence::default()
        };
        Self {
            is_delta: header.coverage == "delta" || header.asked.as_deref() == Some("delta"),
            cursor: header.cursor.clone(),
            coverage: coverage(header, evidence),
            records,
            attributes: attributes.len(),
        }
    }
}

fn coverage(header: Header, evidence: Evidence) -> Coverage {
    match header.coverage.as_str() {
        "complete" => Coverage::Complete { evidence },
        "delta" => Coverage::Delta { evidence },
        reason => Coverage::Partial {
            reason: word::<PartialReason>(reason),
            text: header.text,
            evidence,
        },
    }
}

/// One of the words of an enum.
fn word<T: serde::de::DeserializeOwned>(text: &str) -> T {
    let value = Value::from(text);
    serde_json::from_value(value).unwrap_or_else(|error| panic!("`{text}`: {error}"))
}

fn record(line: &str, attributes: &[String]) -> Record {
    let mut object: Map<String, Value> =
        serde_json::from_str(line).unwrap_or_else(|error| panic!("`{line}`: {error}"));
    if let Some(problem) = object.remove("problem") {
        return Record::Problem(self::problem(problem, &object));
    }
    let entry: Entry = serde_json::from_value(Value::Object(object)).expect("an entry");
    let values_of = |name: &String| values(entry.attributes.get(name));
    Record::Entry(PlainRow {
        values: attributes.iter().map(values_of).collect(),
        status: status_of(&entry.status),
        id: entry.id,
        groups: entry.groups,
    })
}

/// `{"problem": "no mail", "place": "line 3", "id": "7"}`; the subject is an
/// `id`, an attribute by its name, or nobody.
fn problem(text: Value, rest: &Map<String, Value>) -> Problem {
    let text_of = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let subject = rest.iter().find(|(name, _)| *name != "place");
    Problem {
        place: rest.get("place").map(text_of).unwrap_or_default(),
        text: text_of(&text),
        subject: match subject {
            None => Subject::Nobody,
            Some((name, id)) if name == "id" => Subject::Id(ExternalId::new(text_of(id))),
            Some((name, value)) => Subject::Attribute {
                name: name.clone(),
                value: text_of(value),
            },
        },
    }
}

/// `active`, `pending`, `unknown`, `blocked: CAUSE`, `removed: KIND`.
fn status_of(text: &str) -> SourceStatus {
    match text.split_once(": ") {
        Some(("blocked", cause)) => SourceStatus::Blocked(word::<BlockCause>(cause)),
        Some(("removed", kind)) => SourceStatus::Removed(word::<Removal>(kind)),
        _ => word(text),
    }
}

/// Missing and `null` are absent, a list is several values.
fn values(value: Option<&Value>) -> Vec<String> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(items)) => {
            let texts = items.iter().map(|item| item.as_str().expect("a text"));
            texts.map(str::to_owned).collect()
        }
        Some(one) => vec![one.as_str().expect("a text").to_owned()],
    }
}

/// Hands a recorded read out.
pub struct Recorded {
    pages: VecDeque<Page>,
    coverage: Coverage,
    cursor: Option<String>,
}

impl Recorded {
    /// Cuts the read into pages of so many records.
    pub fn new(read: &Read, order: Order, page: usize) -> Self {
        let mut records = read.records.clone();
        if matches!(order, Order::Reversed) {
            records.reverse();
        }
        let pages = records.chunks(page.min(records.len().max(1)));
        Self {
            pages: pages
                .map(|records| self::page(records, read.attributes))
                .collect(),
            coverage: read.coverage.clone(),
            cursor: read.cursor.clone(),
        }
    }
}

fn page(records: &[Record], attributes: usize) -> Page {
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    for record in records {
        match record {
            Record::Entry(row) => rows.push(row.clone()),
            Record::Problem(problem) => problems.push(problem.clone()),
        }
    }
    Page::from_rows(attributes, &rows, problems)
}

impl Source for Recorded {
    fn next(&mut self) -> Result<Delivery, SourceFailed> {
        Ok(match self.pages.pop_front() {
            Some(page) => Delivery::Page(page),
            None => Delivery::End {
                coverage: self.coverage.clone(),
                cursor: self.cursor.clone().map(String::into_bytes),
            },
        })
    }
}
