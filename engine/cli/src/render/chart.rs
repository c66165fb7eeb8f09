//! Who is above an account, and who reports to it.

use super::text::{pad, safe};
use super::{Palette, account::reasons};
use muster_model::FieldName;
use muster_sync::admin::{Chain, ChainEnd, Chart, Person};
use std::collections::BTreeMap;

/// More people than this are only counted.
const SHOWN: usize = 25;

/// Shows the value of a field that refers to people: `"a17" (kim.lee)`.
pub fn value(chart: &Chart, field: &FieldName) -> Option<String> {
    let people = chart.references.get(field)?;
    let one = |person: &Person| match &person.username {
        Some(name) => format!("\"{}\" ({})", person.id, safe(name)),
        None => format!("\"{}\" (no such account)", person.id),
    };
    let people: Vec<String> = people.iter().map(one).collect();
    Some(match chart.chains.contains_key(field) {
        true => people.join(", "),
        false => format!("[{}]", people.join(", ")),
    })
}

/// Writes the chains above and the reports, if there are any.
pub fn write(chart: &Chart, palette: Palette) -> String {
    let mut lines: Vec<(String, String)> = chart
        .chains
        .iter()
        .map(|(field, chain)| (safe(field.as_str()), self::chain(chain, palette)))
        .collect();
    lines.extend(reports(chart, palette));
    let width = lines.iter().map(|(name, _)| name.chars().count()).max();
    let mut out = String::new();
    for (name, text) in &lines {
        let name = pad(name, width.unwrap_or(0));
        out.push_str(&format!("    {name}  {text}\n"));
    }
    match out.is_empty() {
        true => out,
        false => format!("  chart\n{out}"),
    }
}

fn chain(chain: &Chain, palette: Palette) -> String {
    let mut steps: Vec<String> = chain.people.iter().map(|p| person(p, palette)).collect();
    if chain.end == ChainEnd::Circle {
        let last = steps.pop().unwrap_or_default();
        steps.push(format!("{last} again{}", palette.bad(", a circle")));
    }
    steps.join(" → ")
}

/// `kim.lee`, and what is to be known of the account.
fn person(person: &Person, palette: Palette) -> String {
    match &person.username {
        None => palette.bad(format!("{}, no such account", person.id)),
        Some(name) if person.block_reasons.is_empty() => safe(name),
        Some(name) => {
            let why = format!("blocked: {}", reasons(&person.block_reasons));
            format!("{} ({})", safe(name), palette.bad(why))
        }
    }
}

/// Who refers to the account, a line for each field that names somebody.
fn reports(chart: &Chart, palette: Palette) -> Vec<(String, String)> {
    let mut by_field: BTreeMap<&FieldName, Vec<&Person>> = BTreeMap::new();
    for report in &chart.reports {
        by_field
            .entry(&report.field)
            .or_default()
            .push(&report.person);
    }
    let line = |(field, people): (&FieldName, Vec<&Person>)| {
        let shown = people.iter().take(SHOWN);
        let mut names: Vec<String> = shown.map(|p| person(p, palette)).collect();
        if let Some(rest) = people.len().checked_sub(SHOWN).filter(|rest| *rest > 0) {
            names.push(format!("and {rest} more; --format json has all"));
        }
        let title = format!("{} of", safe(field.as_str()));
        (title, names.join(", "))
    };
    by_field.into_iter().map(line).collect()
}
