//! Snapshots for people and for programs.

use super::text::{count, instant, safe, value};
use super::{Palette, coverage};
use muster_model::page::PlainRow;
use muster_model::{MASK, Problem, SourceStatus, Value as FieldValue};
use muster_sync::snapshot::{Header, People};
use serde_json::{Map, Value, json};

/// The records that are shown.
#[derive(Debug, Default)]
pub struct Shown {
    /// People.
    pub entries: Vec<PlainRow>,
    /// Broken records.
    pub problems: Vec<Problem>,
}

/// Renders a snapshot.
pub fn snapshot(header: &Header, shown: &Shown, palette: Palette) -> String {
    let mut out = format!(
        "{}\n{}\n",
        palette.strong(format!(
            "Snapshot of {}, recorded {}",
            safe(header.directory.as_str()),
            instant(&header.recorded)
        )),
        coverage::sentence(&header.coverage, palette),
    );
    out.push_str(&format!(
        "  by          {} {}, sha256 {}\n  for         {}, sha256 {}\n",
        safe(&header.plugin.name),
        safe(&header.plugin.version),
        safe(&header.plugin.digest),
        safe(&header.policy.file),
        safe(&header.policy.digest),
    ));
    if header.people == People::Pseudonyms {
        out.push_str("  people      under pseudonyms\n");
    }
    out.push_str(&scope(header));
    let attributes: Vec<String> = header.attributes.iter().map(|name| safe(name)).collect();
    out.push_str(&format!("  attributes  {}\n", attributes.join(", ")));
    for row in &shown.entries {
        out.push_str(&entry(header, row, palette));
    }
    more(
        &mut out,
        shown.entries.len(),
        header.entries,
        ("person", "people"),
    );
    for problem in &shown.problems {
        let (place, text) = (safe(&problem.place), safe(&problem.text));
        out.push_str(&format!(
            "\n  {} {place}: {text}\n",
            palette.alarm("broken record")
        ));
    }
    let words = ("broken record", "broken records");
    more(&mut out, shown.problems.len(), header.problems, words);
    out
}

fn more(out: &mut String, shown: usize, all: u64, (one, many): (&str, &str)) {
    let left = all.saturating_sub(shown as u64);
    if left > 0 {
        out.push_str(&format!(
            "\n  … {} more; --all shows all\n",
            count(left, one, many)
        ));
    }
}

fn scope(header: &Header) -> String {
    let scope = &header.scope;
    let parts = [
        ("groups", &scope.groups),
        ("under", &scope.under),
        ("without groups", &scope.except_groups),
        ("without", &scope.except_under),
        ("telling of", &scope.report),
    ];
    let told = parts.iter().filter(|(_, names)| !names.is_empty());
    let told = told.map(|(what, names)| {
        let names: Vec<String> = names
            .iter()
            .map(|name| format!("`{}`", safe(name)))
            .collect();
        format!("{what} {}", names.join(", "))
    });
    let told: Vec<String> = told.collect();
    match told.is_empty() {
        true => "  scope       everybody\n".to_owned(),
        false => format!("  scope       {}\n", told.join("; ")),
    }
}

fn entry(header: &Header, row: &PlainRow, palette: Palette) -> String {
    let id = row
        .id
        .as_deref()
        .map_or_else(|| "(no identifier)".to_owned(), safe);
    let groups: Vec<String> = row.groups.iter().map(|group| safe(group)).collect();
    let groups = match groups.is_empty() {
        true => String::new(),
        false => format!("  in {}", groups.join(", ")),
    };
    let mut out = format!("\n  {}  {}{groups}\n", palette.name(id), status(row.status));
    let width = header
        .attributes
        .iter()
        .map(|name| name.chars().count())
        .max();
    for (name, values) in header.attributes.iter().zip(&row.values) {
        if values.is_empty() {
            continue;
        }
        let name_and_space = super::text::pad(&safe(name), width.unwrap_or(0));
        let shown = match header.sensitive.contains(name) {
            true => MASK.to_owned(),
            false => told(values),
        };
        out.push_str(&format!("        {name_and_space}  {shown}\n"));
    }
    out
}

/// Values in the order in which they were delivered.
fn told(values: &[String]) -> String {
    match values {
        [one] => value(Some(&FieldValue::from(one.as_str()))),
        many => value(Some(&FieldValue::List(many.to_vec()))),
    }
}

fn status(status: SourceStatus) -> String {
    match status {
        SourceStatus::Active => "active".to_owned(),
        SourceStatus::Pending => "pending".to_owned(),
        SourceStatus::Unknown => "status unknown".to_owned(),
        SourceStatus::Blocked(cause) => format!("blocked ({})", cause.as_str()),
        SourceStatus::Removed(_) => "removed".to_owned(),
    }
}

/// One person for programs.
pub fn entry_json(header: &Header, row: &PlainRow) -> Value {
    let named = header.attributes.iter().zip(&row.values);
    let there = named.filter(|(_, values)| !values.is_empty());
    let attributes: Map<String, Value> = there
        .map(|(name, values)| {
            let shown = match header.sensitive.contains(name) {
                true => json!(values.iter().map(|_| MASK).collect::<Vec<_>>()),
                false => json!(values),
            };
            (name.clone(), shown)
        })
        .collect();
    json!({
        "id": row.id,
        "status": row.status,
        "groups": row.groups,
        "attributes": attributes,
    })
}
