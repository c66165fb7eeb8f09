//! `fields:` – how mapped fields get their values.

use super::attributes::Attributes;
use super::reader::Mapping;
use super::{keys, reader, sha256};
use crate::diagnostic::Code;
use crate::expression::{Purpose, compile};
use crate::policy::{AttributeId, FieldMapping, Mode, Policy, Shape, ValueSource};
use crate::source::Source;
use crate::yaml::{Entry, Kind, Node};
use muster_model::FieldName;
use serde_json::json;

pub(super) fn fields(
    source: &mut Source<'_>,
    attributes: &mut Attributes,
    entry: &Entry,
) -> Vec<FieldMapping> {
    let entries = reader::entries(source, &entry.value, "`fields`").unwrap_or_default();
    let mut fields: Vec<FieldMapping> = entries
        .iter()
        .filter_map(|entry| field(source, attributes, entry))
        .collect();
    fields.sort_by(|a, b| a.name.cmp(&b.name));
    fields
}

fn field(
    source: &mut Source<'_>,
    attributes: &mut Attributes,
    entry: &Entry,
) -> Option<FieldMapping> {
    let name = name(source, entry);
    let at = source.line(entry.at.start);
    let mut mapping = FieldMapping {
        name: FieldName::new(entry.key.as_str()),
        value: ValueSource::Attributes(Vec::new()),
        default: None,
        mode: Mode::Always,
        shape: Shape::Text,
        digest: String::new(),
        at,
    };
    match &entry.value.kind {
        Kind::Scalar(_) => mapping.value = candidates(source, attributes, &entry.value)?,
        Kind::Map(_) => {
            let map = reader::mapping(source, &entry.value, &entry.at, &keys::FIELD)?;
            options(source, &map, &mut mapping);
            mapping.value = value(source, attributes, &map, entry)?;
        }
        _ => {
            let what = format!("the field `{}`", entry.key);
            reader::wrong_type(
                source,
                &entry.value,
                &what,
                "an attribute, or a mapping such as `{from: [mail, email]}`",
            );
            return None;
        }
    }
    name.then_some(mapping)
}

/// Checks the field's own name.
fn name(source: &mut Source<'_>, entry: &Entry) -> bool {
    let name = entry.key.as_str();
    if FieldName::RESERVED.contains(&name) {
        let help = match name {
            "username" => "The username is mapped under `identity`.",
            _ => "Every account has it of its own; call the field something else.",
        };
        source
            .report(
                Code::ReservedName,
                entry.at.clone(),
                format!("No field may be called `{name}`"),
            )
            .help(help);
        return false;
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    if !begins || !name.chars().all(allowed) || name.len() > 64 {
        source
            .report(
                Code::BadName,
                entry.at.clone(),
                format!("`{}` cannot be a field's name", name.escape_debug()),
            )
            .help("Use up to 64 letters, digits, `-`, `_` and `.`, and begin with a letter.");
        return false;
    }
    true
}

fn options(source: &mut Source<'_>, map: &Mapping<'_>, mapping: &mut FieldMapping) {
    let modes = [
        ("always", Mode::Always),
        ("create", Mode::Create),
        ("if-empty", Mode::IfEmpty),
    ];
    let shapes = [("text", Shape::Text), ("list", Shape::List)];
    if let Some(node) = map.get("default") {
        mapping.default = reader::text(source, node, "`default`").map(str::to_owned);
    }
    if let Some(mode) = map
        .get("mode")
        .and_then(|node| reader::word(source, node, "`mode`", &modes))
    {
        mapping.mode = mode;
    }
    if let Some(shape) = map
        .get("type")
        .and_then(|node| reader::word(source, node, "`type`", &shapes))
    {
        mapping.shape = shape;
    }
}

fn value(
    source: &mut Source<'_>,
    attributes: &mut Attributes,
    map: &Mapping<'_>,
    entry: &Entry,
) -> Option<ValueSource> {
    match (map.get("from"), map.entry("expr")) {
        (Some(from), None) => candidates(source, attributes, from),
        (None, Some(expr)) => compile(source, attributes, &expr.value, "`expr`", Purpose::Value)
            .map(ValueSource::Expression),
        (Some(from), Some(expr)) => {
            // Both are checked all the same: all mistakes in one go.
            candidates(source, attributes, from);
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
            if !later(&entry.value) {
                source
                    .report(
                        Code::MissingKey,
                        entry.at.clone(),
                        format!("It is not said where `{}` comes from", entry.key),
                    )
                    .help("Give `from` with an attribute, or `expr` with an expression.");
            }
            None
        }
    }
}

/// True if the field uses what this version cannot do: that was reported.
fn later(node: &Node) -> bool {
    let Kind::Map(entries) = &node.kind else {
        return false;
    };
    let is_later = |name: &str| keys::FIELD.keys.contains(&(name, keys::Need::Later));
    entries.iter().any(|entry| is_later(&entry.key))
}

/// An attribute, or several of which the first with a value counts.
fn candidates(
    source: &mut Source<'_>,
    attributes: &mut Attributes,
    node: &Node,
) -> Option<ValueSource> {
    let mut ids: Vec<AttributeId> = Vec::new();
    let names = reader::texts(source, node, "an attribute");
    let complete = match &node.kind {
        Kind::List(items) => items.len() == names.len(),
        _ => !names.is_empty(),
    };
    for (node, name) in names {
        looks_like_expression(source, node, name);
        let id = attributes.add(source, name, node.span.clone())?;
        if ids.contains(&id) {
            source
                .report(
                    Code::DuplicateName,
                    node.span.clone(),
                    format!("`{name}` is given twice"),
                )
                .help("The first candidate with a value counts; name each once.");
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
        source
            .report(
                Code::BadName,
                node.span.clone(),
                format!("`{name}` is an expression, not an attribute"),
            )
            .help(format!("Write `{attribute}`, or `{{expr: {name}}}`."));
    }
}

/// Gives attributes their final numbers and mappings their digests.
pub(super) fn settle(policy: &mut Policy, places: &[AttributeId]) {
    let place = |id: &mut AttributeId| *id = places.get(*id).copied().unwrap_or(*id);
    place(&mut policy.identity.username);
    if let Some(condition) = &mut policy.scope.condition {
        condition.settle(places);
    }
    for rule in &mut policy.blocks {
        rule.when.settle(places);
    }
    for field in &mut policy.fields {
        match &mut field.value {
            ValueSource::Attributes(ids) => ids.iter_mut().for_each(place),
            ValueSource::Expression(expression) => expression.settle(places),
        }
        field.digest = digest(field, &policy.attributes);
    }
}

/// A digest of what was written, whatever its place and the case of names.
fn digest(field: &FieldMapping, attributes: &[String]) -> String {
    let value = match &field.value {
        ValueSource::Attributes(ids) => {
            let names = ids.iter().filter_map(|&id| attributes.get(id));
            json!({"from": names.map(|name| name.to_lowercase()).collect::<Vec<_>>()})
        }
        ValueSource::Expression(expression) => json!({"expr": expression.text}),
    };
    let mode = match field.mode {
        Mode::Always => "always",
        Mode::Create => "create",
        Mode::IfEmpty => "if-empty",
    };
    let shape = match field.shape {
        Shape::Text => "text",
        Shape::List => "list",
    };
    let whole = json!([value, field.default, mode, shape]);
    sha256(whole.to_string().as_bytes())
}
