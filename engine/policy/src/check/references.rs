//! `reference:` – fields that name other people.

use super::attributes::Attributes;
use super::reader::Mapping;
use super::{keys, reader, value};
use crate::diagnostic::Code;
use crate::policy::{AttributeId, ValueSource};
use crate::reference::{By, Cycles, Reference};
use crate::source::Source;
use crate::yaml::{Kind, Node};
use muster_model::FieldName;
use serde_json::{Value, json};

/// The attribute that stands for an entry's own name.
const DN: &str = "dn";

/// Fields that are taken for an e-mail address, if they are mapped.
const EMAIL: [&str; 2] = ["email", "mail"];

/// What a reference needs to know of the rest of the policy.
#[derive(Clone, Debug)]
pub(super) struct Surroundings {
    /// True if people are named by their distinguished names unless the policy
    /// says otherwise.
    is_ldap: bool,
    email: Option<FieldName>,
}

impl Surroundings {
    /// Takes note of the plugin, and of the names of all mapped fields.
    pub(super) fn new<'n>(
        plugin: Option<&str>,
        fields: impl Iterator<Item = &'n str> + Clone,
    ) -> Self {
        let mapped = |name: &&str| fields.clone().any(|field| field == *name);
        Self {
            is_ldap: plugin == Some("ldap"),
            email: EMAIL.into_iter().find(mapped).map(FieldName::from),
        }
    }
}

/// Reads a reference: the attributes that name people, and how.
pub(super) fn reference(
    source: &mut Source<'_>,
    attributes: &mut Attributes,
    map: &Mapping<'_>,
    node: &Node,
    around: &Surroundings,
) -> Option<ValueSource> {
    let from = value::candidates(source, attributes, node, "`reference`");
    if let Some(default) = map.get("default") {
        // It names somebody as the source's values do.
        reader::filled(source, default, "`default`");
    }
    let by = match map.get("by") {
        Some(node) => ways(source, attributes, node, around),
        None => default_ways(source, attributes, node, around),
    };
    let words = [("report", Cycles::Report), ("allow", Cycles::Allow)];
    let cycles = match map.get("cycles") {
        Some(node) => reader::word(source, node, "`cycles`", &words),
        None => Some(Cycles::Report),
    };
    let ValueSource::Attributes(from) = from? else {
        return None;
    };
    Some(ValueSource::Reference(Reference {
        from,
        by: by?,
        cycles: cycles?,
    }))
}

/// Reports a type that no account is.
pub(super) fn no_other_type(source: &mut Source<'_>, node: Option<&Node>) {
    let known = ["bool", "number", "date", "image"];
    let is_other = |node: &&Node| matches!(&node.kind, Kind::Scalar(word) if known.contains(&word.text.as_str()));
    if let Some(node) = node.filter(is_other) {
        source
            .report(
                Code::KeyConflict,
                node.span.clone(),
                "A reference holds accounts, and nothing of another type",
            )
            .help("Take `type` out, or say `type: list` if there may be several.");
    }
}

/// Reports keys that mean something for references only.
pub(super) fn only_for_references(source: &mut Source<'_>, map: &Mapping<'_>) {
    for key in ["by", "cycles"] {
        if let Some(entry) = map.entry(key) {
            source
                .report(
                    Code::KeyConflict,
                    entry.at.clone(),
                    format!("`{key}` has no meaning without `reference`"),
                )
                .help("Give the attribute that names the person as `reference`.");
        }
    }
}

/// What people are named by, where the policy does not say it.
fn default_ways(
    source: &mut Source<'_>,
    attributes: &mut Attributes,
    node: &Node,
    around: &Surroundings,
) -> Option<Vec<By>> {
    if around.is_ldap {
        let dn = attributes.add(source, DN, node.span.clone())?;
        return Some(vec![By::Attribute(dn)]);
    }
    let mut ways = vec![By::Id, By::Username];
    ways.extend(around.email.clone().map(By::Email));
    Some(ways)
}

fn ways(
    source: &mut Source<'_>,
    attributes: &mut Attributes,
    node: &Node,
    around: &Surroundings,
) -> Option<Vec<By>> {
    let items = match &node.kind {
        Kind::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    if items.is_empty() {
        source
            .report(
                Code::EmptyValue,
                node.span.clone(),
                "The list `by` is empty",
            )
            .help("Name at least one way: `[id, username]`.");
        return None;
    }
    let mut ways = Vec::new();
    // All are looked at: all mistakes in one go.
    let found: Vec<Option<By>> = items
        .iter()
        .map(|item| way(source, attributes, item, around))
        .collect();
    for (way, node) in found.into_iter().zip(items) {
        let way = way?;
        if ways.contains(&way) {
            source
                .report(
                    Code::DuplicateName,
                    node.span.clone(),
                    "This way is given twice",
                )
                .help("Ways are tried in order; name each once.");
            return None;
        }
        ways.push(way);
    }
    Some(ways)
}

fn way(
    source: &mut Source<'_>,
    attributes: &mut Attributes,
    node: &Node,
    around: &Surroundings,
) -> Option<By> {
    match &node.kind {
        Kind::Scalar(_) => {
            let words = [("id", 0), ("username", 1), ("email", 2), (DN, 3)];
            match reader::word(source, node, "`by`", &words)? {
                0 => Some(By::Id),
                1 => Some(By::Username),
                2 => email(source, node, around),
                _ => attributes
                    .add(source, DN, node.span.clone())
                    .map(By::Attribute),
            }
        }
        Kind::Map(_) => {
            let map = reader::mapping(source, node, &node.span, &keys::BY)?;
            let node = map.get("attribute")?;
            let name = reader::filled(source, node, "`attribute`")?;
            attributes
                .add(source, name, node.span.clone())
                .map(By::Attribute)
        }
        _ => {
            let wanted = "a word, `{attribute: NAME}`, or a list of them";
            reader::wrong_type(source, node, "`by`", wanted);
            None
        }
    }
}

fn email(source: &mut Source<'_>, node: &Node, around: &Surroundings) -> Option<By> {
    if around.email.is_none() {
        source
            .report(
                Code::NoEmailField,
                node.span.clone(),
                "People cannot be found by e-mail: no field `email` or `mail` is mapped",
            )
            .help("Map the field `email`, or name the attribute: `{attribute: mail}`.");
    }
    around.email.clone().map(By::Email)
}

impl Reference {
    /// Gives attributes their final numbers.
    pub(super) fn settle(&mut self, places: &[AttributeId]) {
        let keys = self.by.iter_mut().filter_map(|by| match by {
            By::Attribute(attribute) => Some(attribute),
            By::Id | By::Username | By::Email(_) => None,
        });
        for attribute in self.from.iter_mut().chain(keys) {
            *attribute = places.get(*attribute).copied().unwrap_or(*attribute);
        }
    }
}

/// What the mapping's digest is made of. What is said of circles changes no value.
pub(super) fn digest(reference: &Reference, attributes: &[String]) -> Value {
    let name = |attribute: AttributeId| attributes.get(attribute).map(|name| name.to_lowercase());
    let from: Vec<_> = reference.from.iter().copied().map(name).collect();
    let by = reference.by.iter().map(|by| match by {
        By::Id => json!("id"),
        By::Username => json!("username"),
        By::Email(field) => json!(["email", field]),
        By::Attribute(attribute) => json!({"attribute": name(*attribute)}),
    });
    json!({"reference": from, "by": by.collect::<Vec<_>>()})
}
