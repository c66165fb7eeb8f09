//! The JSON Schema never calls wrong what the parser takes, and calls wrong what
//! an editor can see.

use crate::robust::{GOOD, injured};
use muster_policy::{SCHEMA, parse};
use proptest::prelude::*;
use serde_json::Value;

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

/// Says what is wrong with a value by a schema; knows the words that ours uses.
fn wrong(root: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (word, rule) in schema.as_object().unwrap() {
        let fails = |rule: &Value| !wrong(root, rule, value, at).is_empty();
        let alternatives = || {
            rule.as_array()
                .unwrap()
                .iter()
                .filter(|rule| !fails(rule))
                .count()
        };
        let holds = match word.as_str() {
            "$schema" | "title" | "description" | "default" | "$defs" => true,
            "$ref" => {
                let target = root
                    .pointer(rule.as_str().unwrap().trim_start_matches('#'))
                    .unwrap();
                found.extend(wrong(root, target, value, at));
                true
            }
            "if" => {
                let next = if fails(rule) { "else" } else { "then" };
                if let Some(rule) = schema.get(next) {
                    found.extend(wrong(root, rule, value, at));
                }
                true
            }
            "then" | "else" => true,
            "type" => match rule {
                Value::Array(types) => types.iter().any(|name| is(value, name)),
                name => is(value, name),
            },
            "const" => value == rule,
            "enum" => rule.as_array().unwrap().contains(value),
            "not" => fails(rule),
            "oneOf" => alternatives() == 1,
            "anyOf" => alternatives() >= 1,
            "minLength" | "maxLength" | "pattern" => value
                .as_str()
                .is_none_or(|text| text_holds(word, rule, text)),
            "minimum" => value
                .as_i64()
                .is_none_or(|number| number >= rule.as_i64().unwrap()),
            "maximum" => value
                .as_i64()
                .is_none_or(|number| number <= rule.as_i64().unwrap()),
            "minItems" => value
                .as_array()
                .is_none_or(|items| items.len() as u64 >= rule.as_u64().unwrap()),
            "items" => {
                for (place, item) in value.as_array().into_iter().flatten().enumerate() {
                    found.extend(wrong(root, rule, item, &format!("{at}/{place}")));
                }
                true
            }
            "minProperties" => value
                .as_object()
                .is_none_or(|map| map.len() as u64 >= rule.as_u64().unwrap()),
            "maxProperties" => value
                .as_object()
                .is_none_or(|map| map.len() as u64 <= rule.as_u64().unwrap()),
            "required" => value.as_object().is_none_or(|map| {
                rule.as_array()
                    .unwrap()
                    .iter()
                    .all(|key| map.contains_key(key.as_str().unwrap()))
            }),
            "properties" => {
                for (key, rule) in rule.as_object().unwrap() {
                    if let Some(part) = value.get(key) {
                        found.extend(wrong(root, rule, part, &format!("{at}/{key}")));
                    }
                }
                true
            }
            "propertyNames" => {
                for key in value.as_object().into_iter().flat_map(|map| map.keys()) {
                    found.extend(wrong(
                        root,
                        rule,
                        &Value::from(key.as_str()),
                        &format!("{at}/{key}"),
                    ));
                }
                true
            }
            "additionalProperties" => {
                let known = schema.get("properties").and_then(Value::as_object);
                for (key, part) in value.as_object().into_iter().flatten() {
                    if known.is_some_and(|known| known.contains_key(key)) {
                        continue;
                    }
                    match rule {
                        Value::Bool(false) => found.push(format!("{at}/{key}: unknown")),
                        rule => found.extend(wrong(root, rule, part, &format!("{at}/{key}"))),
                    }
                }
                true
            }
            other => panic!("the schema uses `{other}`, which this test does not know"),
        };
        if !holds {
            found.push(format!("{at}: {word}"));
        }
    }
    found
}

fn is(value: &Value, name: &Value) -> bool {
    match name.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        other => panic!("no type `{other}`"),
    }
}

fn text_holds(word: &str, rule: &Value, text: &str) -> bool {
    let length = text.chars().count() as u64;
    match word {
        "minLength" => length >= rule.as_u64().unwrap(),
        "maxLength" => length <= rule.as_u64().unwrap(),
        _ => regex::Regex::new(rule.as_str().unwrap())
            .unwrap()
            .is_match(text),
    }
}

/// What the schema says of a policy; nothing if it is no YAML for other readers.
fn said(text: &str) -> Option<Vec<String>> {
    let value: Value = serde_yaml::from_str(text).ok()?;
    Some(wrong(&schema(), &schema(), &value, ""))
}

/// `BLESS=1 cargo test -p muster-policy schema` ships it anew.
#[test]
fn the_shipped_schema_is_made_from_the_keys() {
    let made = serde_json::to_string_pretty(&muster_policy::language::schema()).unwrap() + "\n";
    #[expect(
        clippy::disallowed_methods,
        reason = "a test that can write its data anew"
    )]
    if std::env::var_os("BLESS").is_some() {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../policies/policy.schema.json");
        std::fs::write(file, &made).unwrap();
    } else {
        assert!(
            made == SCHEMA,
            "policies/policy.schema.json is not what the keys say"
        );
    }
}

#[test]
fn good_policies_and_the_examples_are_right_by_the_schema() {
    assert_eq!(said(GOOD), Some(vec![]));
    let examples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies/examples");
    let mut seen = 0;
    for entry in std::fs::read_dir(examples).unwrap() {
        let path = entry.unwrap().path();
        // Those of several files are held elsewhere, with the files.
        if path.is_dir() {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(parse("p.yaml", &text).is_ok(), "{}", path.display());
        assert_eq!(said(&text), Some(vec![]), "{}", path.display());
        seen += 1;
    }
    assert!(seen >= 3);
}

#[test]
fn what_an_editor_can_see_is_wrong_by_the_schema() {
    for (good, bad) in [
        ("muster: 1", "muster: 2"),
        ("directory: staff", "directory: local"),
        ("directory: staff", "directory: My Staff"),
        ("plugin: ldap", "plug: ldap"),
        ("{env: LDAP_PASSWORD}", "hunter2"),
        ("{env: LDAP_PASSWORD}", "{env: A, file: b}"),
        ("key: username", "key: dn"),
        ("mode: if-empty", "mode: never"),
        ("  email:", "  status:"),
        ("{expr:", "{expr: entry.a, from:"),
        ("- name: ended", "- name: Ended Now"),
        ("max_percent: 5", "max_percent: 101"),
        (
            "block: {max: 20, max_percent: 5}",
            "block: {min_population: 5}",
        ),
        ("create: none", "create: off"),
        ("protect: [admin]", "protect: {a: b}"),
        ("usernames: [root]", "people: [root]"),
    ] {
        let text = GOOD.replace(good, bad);
        assert_ne!(text, GOOD, "{good}");
        assert!(parse("p.yaml", &text).is_err(), "{bad}");
        assert_ne!(said(&text), Some(vec![]), "{bad}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_the_parser_takes_is_right_by_the_schema(text in injured()) {
        if parse("p.yaml", &text).is_ok() && let Some(said) = said(&text) {
            prop_assert_eq!(said, Vec::<String>::new(), "{}", text);
        }
    }
}
