//! `fields:` – how mapped fields get their values.

use super::attributes::Attributes;
use super::fragment::Fragment;
use super::references::Surroundings;
use super::{keys, options, reader, sha256, value};
use crate::diagnostic::Code;
use crate::policy::{
    AttributeId, FieldMapping, Mode, OnAbsent, OnEmpty, OnError, Policy, Shape, ValueSource,
};
use crate::source::Source;
use crate::yaml::{Entry, Kind};
use muster_model::FieldName;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// The policy's own mappings, and those of included files that it does not
/// give itself.
pub(super) fn all(
    source: &mut Source<'_>,
    attributes: &mut Attributes,
    plugin: Option<&str>,
    entry: Option<&Entry>,
    fragments: &mut [Fragment<'_>],
) -> Vec<FieldMapping> {
    let around = surroundings(plugin, entry, fragments);
    let mut fields =
        entry.map_or_else(Vec::new, |entry| fields(source, attributes, &around, entry));
    let own: BTreeSet<FieldName> = fields.iter().map(|field| field.name.clone()).collect();
    let mut seen: BTreeMap<FieldName, String> = BTreeMap::new();
    for fragment in fragments {
        let Some((source, entry)) = fragment.entry("fields") else {
            continue;
        };
        for field in self::fields(source, attributes, &around, entry) {
            if own.contains(&field.name) {
                continue;
            }
            match seen.get(&field.name) {
                Some(other) => mapped_twice(source, entry, &field.name, other),
                None => {
                    seen.insert(field.name.clone(), source.file.to_owned());
                    fields.push(field);
                }
            }
        }
    }
    fields.sort_by(|a, b| a.name.cmp(&b.name));
    fields
}

/// What references need to know of the other fields, in whatever file they stand.
fn surroundings(
    plugin: Option<&str>,
    entry: Option<&Entry>,
    fragments: &mut [Fragment<'_>],
) -> Surroundings {
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut gather = |entry: &Entry| {
        if let Kind::Map(entries) = &entry.value.kind {
            names.extend(entries.iter().map(|entry| entry.key.clone()));
        }
    };
    entry.into_iter().for_each(&mut gather);
    for fragment in fragments {
        if let Some((_, entry)) = fragment.entry("fields") {
            gather(entry);
        }
    }
    Surroundings::new(plugin, names.iter().map(String::as_str))
}

fn mapped_twice(source: &mut Source<'_>, fields: &Entry, name: &FieldName, other: &str) {
    let at = fields.value.entry(name.as_str());
    let at = at.map_or(fields.at.clone(), |entry| entry.at.clone());
    source
        .report(
            Code::MappedInTwoFiles,
            at,
            format!("The field `{name}` is mapped in `{other}`, too"),
        )
        .help("Take it out of one of the two, or map it in the policy itself: that one counts.");
}

fn fields(
    source: &mut Source<'_>,
    attributes: &mut Attributes,
    around: &Surroundings,
    entry: &Entry,
) -> Vec<FieldMapping> {
    let entries = reader::entries(source, &entry.value, "`fields`").unwrap_or_default();
    let found = entries.iter();
    found
        .filter_map(|entry| field(source, attributes, around, entry))
        .collect()
}

fn field(
    source: &mut Source<'_>,
    attributes: &mut Attributes,
    around: &Surroundings,
    entry: &Entry,
) -> Option<FieldMapping> {
    let name = name(source, entry);
    let at = source.line(entry.at.start);
    let mut mapping = FieldMapping::of_attribute(FieldName::new(entry.key.as_str()), 0, at);
    match &entry.value.kind {
        Kind::Scalar(_) => {
            mapping.value = value::candidates(source, attributes, &entry.value, "an attribute")?;
        }
        Kind::Map(_) => {
            let map = reader::mapping(source, &entry.value, &entry.at, &keys::FIELD)?;
            let options = options::options(source, &map, &mut mapping);
            mapping.value = value::of_field(source, attributes, &map, around, entry)?;
            if matches!(mapping.value, ValueSource::Groups(_)) {
                mapping.shape = Shape::List;
            }
            options?;
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

/// Gives attributes their final numbers and mappings their digests.
pub(super) fn settle(policy: &mut Policy, places: &[AttributeId]) {
    if let Some(condition) = &mut policy.scope.condition {
        condition.settle(places);
    }
    for rule in &mut policy.blocks {
        rule.when.settle(places);
    }
    let username = &mut policy.identity.username;
    value::settle(&mut username.value, places);
    let value = value::canonical(&username.value, &policy.attributes);
    username.digest = digest_of(&json!([value, username.transform.canonical()]));
    for field in &mut policy.fields {
        value::settle(&mut field.value, places);
        field.digest = digest(field, &policy.attributes);
    }
}

/// A digest of what was written, whatever its place and the case of names.
fn digest(field: &FieldMapping, attributes: &[String]) -> String {
    let value = value::canonical(&field.value, attributes);
    let mode = match field.mode {
        Mode::Always => "always",
        Mode::Create => "create",
        Mode::IfEmpty => "if-empty",
    };
    let mut whole = json!([value, field.default, mode, field.shape.as_str()]);
    let more = more(field);
    // Nothing of it: the digest is the one that it was before there was more.
    if let (Some(parts), false) = (whole.as_array_mut(), more.is_empty()) {
        parts.push(more.into());
    }
    digest_of(&whole)
}

/// What differs from what holds where nothing is said.
fn more(field: &FieldMapping) -> serde_json::Map<String, serde_json::Value> {
    let max_bytes = match field.shape {
        Shape::Image { max_bytes } => Some(json!(max_bytes)),
        _ => None,
    };
    let empty = match field.empty {
        OnEmpty::Write => None,
        OnEmpty::Absent => Some(json!("absent")),
        OnEmpty::Keep => Some(json!("keep")),
    };
    let absent = match field.absent {
        OnAbsent::Remove => None,
        OnAbsent::Keep => Some(json!("keep")),
    };
    let on_error = match field.on_error {
        OnError::Hold => None,
        OnError::Keep => Some(json!("keep")),
        OnError::Absent => Some(json!("absent")),
    };
    let transform = (!field.transform.is_empty()).then(|| field.transform.canonical());
    let said = [
        ("absent", absent),
        ("empty", empty),
        ("max_bytes", max_bytes),
        ("on_error", on_error),
        ("required", field.required.then(|| json!(true))),
        ("transform", transform),
    ];
    let said = said.into_iter();
    said.filter_map(|(key, value)| Some((key.to_owned(), value?)))
        .collect()
}

fn digest_of(whole: &serde_json::Value) -> String {
    sha256(whole.to_string().as_bytes())
}
