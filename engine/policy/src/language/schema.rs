//! The JSON Schema of the policy language, made from its keys.

use super::{Choice, Key, Need, Section, Takes, keys};
use serde_json::{Map, Value, json};

/// The JSON Schema (draft 2020-12) of policies, and of the files beside them:
/// included ones, exceptions, values.
///
/// Editors complete and check keys with it; it takes whatever the parser takes.
/// A file is recognised by its keys: a policy has a `provider`, a values file
/// has `values` and no directory, a file of exceptions has `exceptions` alone.
pub fn schema() -> Value {
    let mut definitions = Map::new();
    for section in keys::ALL {
        definitions.insert(section.id.to_owned(), object(section));
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Muster policy, version 1",
        "description": "A policy, a file that policies include, exceptions, or the values of an \
                        environment. \
                        Editors complete and check keys with this; `muster check` knows more: \
                        expressions, names, conflicts.",
        "type": "object",
        "if": {"required": ["directory"]},
        "then": reference("policy"),
        "else": {
            "if": {"required": ["values"]},
            "then": reference("environment"),
            "else": {
                "if": {"anyOf": [
                    {"required": ["provider"]}, {"required": ["identity"]}, {"required": ["scope"]}
                ]},
                "then": reference("policy"),
                "else": {
                    "if": {"required": ["exceptions"]},
                    "then": reference("exceptions"),
                    "else": reference("fragment")
                }
            }
        },
        "$defs": definitions,
    })
}

fn reference(id: &str) -> Value {
    json!({"$ref": format!("#/$defs/{id}")})
}

fn object(section: &Section) -> Value {
    let keys = section.keys.iter();
    let properties: Map<String, Value> = keys
        .map(|key| (key.name.to_owned(), property(key)))
        .collect();
    let required: Vec<&str> = section
        .keys
        .iter()
        .filter(|key| key.need == Need::Required)
        .map(|key| key.name)
        .collect();
    let mut object = json!({
        "description": section.doc,
        "type": "object",
        "additionalProperties": false,
    });
    if !required.is_empty() {
        set(&mut object, "required", json!(required));
    }
    let each = |names: &[&str]| -> Value {
        let names = names.iter();
        names.map(|name| json!({"required": [name]})).collect()
    };
    match section.choice {
        Choice::Any => {}
        Choice::One(names) => set(&mut object, "oneOf", each(names)),
        Choice::Some(names) => set(&mut object, "anyOf", each(names)),
    }
    set(&mut object, "properties", Value::Object(properties));
    object
}

fn property(key: &Key) -> Value {
    let mut value = of(&key.takes);
    set(&mut value, "description", json!(key.doc));
    if let Some(default) = key.default {
        let default = match (default.parse::<u64>(), default.parse::<bool>()) {
            (Ok(number), _) => json!(number),
            (_, Ok(flag)) => json!(flag),
            _ => json!(default),
        };
        set(&mut value, "default", default);
    }
    value
}

fn of(takes: &Takes) -> Value {
    match takes {
        Takes::Version(version) => json!({"const": version}),
        Takes::Text => json!({"type": ["string", "number", "boolean"], "minLength": 1}),
        Takes::AnyText => json!({"type": ["string", "number", "boolean"]}),
        Takes::Texts => json!({"oneOf": [
            of(&Takes::Text),
            {"type": "array", "items": of(&Takes::Text)}
        ]}),
        Takes::Expression => {
            json!({"type": ["string", "boolean"], "minLength": 1, "maxLength": 4096})
        }
        Takes::Words(words) => {
            let words: Vec<Value> = words
                .iter()
                .map(|(word, doc)| json!({"const": word, "description": doc}))
                .collect();
            json!({"oneOf": words})
        }
        Takes::Pattern(pattern) => json!({"type": "string", "pattern": or_value(pattern)}),
        Takes::Name {
            pattern,
            longest,
            reserved,
        } => name(pattern, *longest, reserved),
        Takes::Whole(most) => json!({"oneOf": [
            {"type": "integer", "minimum": 0, "maximum": most},
            {"type": "string", "pattern": WHOLE_VALUE}
        ]}),
        Takes::Bool => json!({"oneOf": [
            {"type": "boolean"},
            {"type": "string", "pattern": WHOLE_VALUE}
        ]}),
        Takes::Section(section) => reference(section.id),
        Takes::List(inner) => json!({"type": "array", "items": of(inner)}),
        Takes::Command => json!({
            "type": "array",
            "minItems": 1,
            "items": {"type": ["string", "number", "boolean"]}
        }),
        Takes::Map { names, values } => json!({
            "type": "object",
            "propertyNames": of_key(names),
            "additionalProperties": of(values)
        }),
        Takes::Settings => json!({"type": "object"}),
        Takes::OneOf(choices) => {
            json!({"oneOf": choices.iter().map(of).collect::<Vec<_>>()})
        }
        Takes::Anything => json!({}),
    }
}

/// A key is always a text for a schema.
fn of_key(names: &Takes) -> Value {
    match names {
        Takes::Name {
            pattern,
            longest,
            reserved,
        } => plain_name(pattern, *longest, reserved),
        _ => json!({"minLength": 1}),
    }
}

/// A value of the environment that stands for the whole.
const WHOLE_VALUE: &str = r"^\$\{\{ *[A-Za-z_][A-Za-z0-9_]* *\}\}$";

/// A pattern, or something with a value of the environment in it.
fn or_value(pattern: &str) -> String {
    format!(r"({pattern})|\$\{{\{{")
}

fn name(pattern: &str, longest: u64, reserved: &[&str]) -> Value {
    plain_name(&or_value(pattern), longest, reserved)
}

fn plain_name(pattern: &str, longest: u64, reserved: &[&str]) -> Value {
    let mut name =
        json!({"type": "string", "minLength": 1, "maxLength": longest, "pattern": pattern});
    if !reserved.is_empty() {
        set(&mut name, "not", json!({"enum": reserved}));
    }
    name
}

fn set(object: &mut Value, key: &str, value: Value) {
    if let Value::Object(map) = object {
        map.insert(key.to_owned(), value);
    }
}
