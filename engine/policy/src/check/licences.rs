//! `licences:` – how many accounts may be active.

use super::fragment::Fragment;
use super::{keys, reader};
use crate::diagnostic::Code;
use crate::licences::{LicenceTerms, SeatCount};
use crate::lint::listed_twice;
use crate::nearest::{nearest, only_near};
use crate::source::Source;
use crate::yaml::{Entry, Kind, Node};
use muster_model::FieldName;

/// More seats than this are no limit.
const MOST: u64 = u32::MAX as u64;

/// Names under which the policy, or a file that it includes, maps fields.
pub(super) fn mapped(fields: Option<&Entry>, fragments: &mut [Fragment<'_>]) -> Vec<String> {
    let mut names = names(fields);
    for fragment in fragments {
        names.extend(
            fragment
                .entry("fields")
                .map(|(_, entry)| self::names(Some(entry)))
                .unwrap_or_default(),
        );
    }
    names
}

fn names(fields: Option<&Entry>) -> Vec<String> {
    match fields.map(|entry| &entry.value.kind) {
        Some(Kind::Map(entries)) => entries.iter().map(|entry| entry.key.clone()).collect(),
        _ => Vec::new(),
    }
}

/// Reads the limit. `mapped` are the fields in whose order new people may come.
pub(super) fn licences(
    source: &mut Source<'_>,
    entry: &Entry,
    mapped: &[String],
) -> Option<LicenceTerms> {
    let map = reader::mapping(source, &entry.value, &entry.at, &keys::LICENCES)?;
    let limit = map
        .get("limit")
        .and_then(|node| reader::whole(source, node, "`limit`", MOST));
    let counts = [
        ("directory", SeatCount::Directory),
        ("intranet", SeatCount::Intranet),
    ];
    let count = map
        .get("count")
        .and_then(|node| reader::word(source, node, "`count`", &counts));
    let order = map
        .get("order")
        .map_or_else(Vec::new, |node| order(source, node, mapped));
    let warn = map
        .get("warn")
        .and_then(|node| reader::whole(source, node, "`warn`", MOST));
    Some(LicenceTerms {
        limit: limit?,
        count: count.unwrap_or_default(),
        order,
        warn: warn.unwrap_or(0),
        at: source.line(entry.at.start),
    })
}

fn order(source: &mut Source<'_>, node: &Node, mapped: &[String]) -> Vec<FieldName> {
    let mapped: Vec<&str> = mapped.iter().map(String::as_str).collect();
    let mut order: Vec<FieldName> = Vec::new();
    let names = reader::texts(source, node, "`order`");
    listed_twice::check(source, node, &names, "`order`", str::to_owned);
    for (node, name) in names {
        if !mapped.contains(&name) {
            unknown(source, node, name, &mapped);
        } else if order.iter().all(|known| known.as_str() != name) {
            order.push(FieldName::from(name));
        }
    }
    order
}

fn unknown(source: &mut Source<'_>, node: &Node, name: &str, mapped: &[&str]) {
    let help = match nearest(name, mapped.iter().copied()) {
        Some(near) => format!("Did you mean `{near}`?"),
        None if mapped.is_empty() => "The policy maps no field; add it under `fields`.".to_owned(),
        None => format!(
            "`fields` has {}; add it there, or leave it out.",
            reader::listing(mapped.iter().copied())
        ),
    };
    let fix = only_near(name, mapped.iter().copied())
        .and_then(|near| source.rewrite(&node.span, name, near));
    source
        .report(
            Code::UnknownField,
            node.span.clone(),
            format!("The policy maps no field `{name}`"),
        )
        .help(help)
        .maybe_fix(fix);
}
