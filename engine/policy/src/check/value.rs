//! Where a value comes from: `from` with attributes, or `expr`.

use super::attributes::Attributes;
use super::reader::{self, Mapping};
use super::references::Surroundings;
use super::{groups, references};
use crate::diagnostic::Code;
use crate::expression::{Purpose, compile};
use crate::lint::listed_twice;
use crate::policy::{AttributeId, ValueSource};
use crate::source::Source;
use crate::yaml::{Entry, Kind, Node};
use serde_json::json;

/// The source of a mapping that has the keys `from` and `expr`.
pub(super) fn value(
    source: &mut Source<'_>,
    attributes: &mut Attributes,
    map: &Mapping<'_>,
    entry: &Entry,
) -> Option<ValueSource> {
    match (map.get("from"), map.entry("expr")) {
        (Some(from), None) => candidates(source, attributes, from, "an attribute"),
        (None, Some(expr)) => compile(source, attributes, &expr.value, "`expr`", Purpose::Value)
            .map(ValueSource::Expression),
        (Some(from), Some(expr)) => {
            // Both are checked all the same: all mistakes in one go.
            candidates(source, attributes, from, "an attribute");
            compile(source, attributes, &expr.value, "`expr`", Purpose::Value);
            source
                .report(
                    Code::KeyConflict,
                    expr.at.clone(),
                    "A field has `from` or `expr`, not both",
                )
                .help("An expression can read the attribute: `entry.mail`.");
            None
        }
        (None, None) => {
            source
                .report(
                    Code::MissingKey,
                    entry.at.clone(),
                    format!("It is not said where `{}` comes from", entry.key),
                )
                .help("Give `from` with an attribute, or `expr` with an expression.");
            None
        }
    }
}

/// The source of a field, which may be people or groups as well.
pub(super) fn of_field(
    source: &mut Source<'_>,
    attributes: &mut Attributes,
    map: &Mapping<'_>,
    around: &Surroundings,
    entry: &Entry,
) -> Option<ValueSource> {
    if let Some(reference) = map.entry("reference") {
        let sole = is_sole(source, map, reference);
        references::no_other_type(source, map.get("type"));
        let found = references::reference(source, attributes, map, &reference.value, around);
        return found.filter(|_| sole);
    }
    references::only_for_references(source, map);
    if let Some(given) = map.entry("groups") {
        let sole = is_sole(source, map, given);
        groups::only_a_list(source, map.get("type"));
        return groups::groups(source, &given.value).filter(|_| sole);
    }
    value(source, attributes, map, entry)
}

/// True if the field's value comes from one place, and is not changed on the way.
fn is_sole(source: &mut Source<'_>, map: &Mapping<'_>, sole: &Entry) -> bool {
    let mut is_sole = true;
    let mut refuse = |entry: &Entry, message: String| {
        source
            .report(Code::KeyConflict, entry.at.clone(), message)
            .help(format!("Keep one of them; `{}` stands alone.", sole.key));
        is_sole = false;
    };
    let others = ["from", "expr", "groups"];
    for other in others.into_iter().filter(|other| *other != sole.key) {
        if let Some(entry) = map.entry(other) {
            refuse(
                entry,
                format!("A field has `{}` or `{other}`, not both", sole.key),
            );
        }
    }
    let meaningless = [
        "transform",
        "empty",
        "absent",
        "required",
        "on_error",
        "sensitive",
    ];
    // Whoever refers to nobody may keep whom they referred to.
    let keeps = |key: &str| key == "absent" && sole.key == "reference";
    for key in meaningless.into_iter().filter(|key| !keeps(key)) {
        if let Some(entry) = map.entry(key) {
            refuse(
                entry,
                format!("`{key}` has no meaning beside `{}`", sole.key),
            );
        }
    }
    is_sole
}

/// An attribute, or several of which the first with a value counts.
pub(super) fn candidates(
    source: &mut Source<'_>,
    attributes: &mut Attributes,
    node: &Node,
    what: &str,
) -> Option<ValueSource> {
    let mut ids: Vec<AttributeId> = Vec::new();
    let names = reader::texts(source, node, what);
    let complete = match &node.kind {
        Kind::List(items) => items.len() == names.len(),
        _ => !names.is_empty(),
    };
    for (item, name) in names {
        looks_like_expression(source, item, name);
        let id = attributes.add(source, name, item.span.clone())?;
        if ids.contains(&id) {
            let fix = listed_twice::without(source, node, item);
            source
                .report(
                    Code::DuplicateName,
                    item.span.clone(),
                    format!("`{name}` is given twice"),
                )
                .help("The first candidate with a value counts; name each once.")
                .maybe_fix(fix);
            return None;
        }
        ids.push(id);
    }
    if complete && ids.is_empty() {
        source
            .report(
                Code::EmptyValue,
                node.span.clone(),
                "The list of attributes is empty",
            )
            .help("Name at least one: `[mail, email]`.");
    }
    (complete && !ids.is_empty()).then_some(ValueSource::Attributes(ids))
}

/// `first_name: entry.givenName` is the slip of somebody who thinks in CEL.
fn looks_like_expression(source: &mut Source<'_>, node: &Node, name: &str) {
    if let Some(attribute) = name.strip_prefix("entry.") {
        let alone = attribute.chars().all(|c| c.is_alphanumeric() || c == '_');
        let fix = (alone && reader::stands_in_file(node)).then(|| {
            source.fix(
                format!("Write `{attribute}`"),
                [(node.span.clone(), attribute)],
            )
        });
        source
            .report(
                Code::BadName,
                node.span.clone(),
                format!("`{name}` is an expression, not an attribute"),
            )
            .help(format!("Write `{attribute}`, or `{{expr: {name}}}`."))
            .maybe_fix(fix);
    }
}

/// Gives attributes their final numbers.
pub(super) fn settle(value: &mut ValueSource, places: &[AttributeId]) {
    match value {
        ValueSource::Attributes(ids) => {
            for id in ids {
                *id = places.get(*id).copied().unwrap_or(*id);
            }
        }
        ValueSource::Expression(expression) => expression.settle(places),
        ValueSource::Reference(reference) => reference.settle(places),
        ValueSource::Groups(_) => {}
    }
}

/// What was written, whatever the case of names.
pub(super) fn canonical(value: &ValueSource, attributes: &[String]) -> serde_json::Value {
    match value {
        ValueSource::Attributes(ids) => {
            let names = ids.iter().filter_map(|&id| attributes.get(id));
            json!({"from": names.map(|name| name.to_lowercase()).collect::<Vec<_>>()})
        }
        ValueSource::Expression(expression) => json!({"expr": expression.written()}),
        ValueSource::Reference(reference) => references::digest(reference, attributes),
        ValueSource::Groups(rules) => groups::digest(rules),
    }
}
