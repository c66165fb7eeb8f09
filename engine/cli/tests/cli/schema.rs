//! Says what is wrong with a document by a JSON Schema (draft 7). It knows the words
//! that the schema of SARIF uses, and stops at any other.

use serde_json::Value;

/// Everything that is wrong, each with its place.
pub fn wrong(schema: &Value, document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(schema, schema, document, "", &mut found);
    found
}

fn check(root: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let holds = |rule: &Value| {
        let mut found = Vec::new();
        check(root, rule, value, at, &mut found);
        found.is_empty()
    };
    for (word, rule) in schema.as_object().unwrap() {
        let list = || rule.as_array().unwrap();
        let right = match word.as_str() {
            "$id" | "$schema" | "title" | "description" | "default" | "definitions" => true,
            "$ref" => {
                let place = rule.as_str().unwrap().trim_start_matches('#');
                holds(root.pointer(place).unwrap())
            }
            "type" => is(value, rule.as_str().unwrap()),
            "enum" => list().contains(value),
            "anyOf" => list().iter().any(holds),
            "oneOf" => list().iter().filter(|rule| holds(rule)).count() == 1,
            "pattern" | "format" => value.as_str().is_none_or(|text| text_is(word, rule, text)),
            "minimum" => value
                .as_f64()
                .is_none_or(|number| number >= rule.as_f64().unwrap()),
            "maximum" => value
                .as_f64()
                .is_none_or(|number| number <= rule.as_f64().unwrap()),
            "minItems" => value
                .as_array()
                .is_none_or(|items| items.len() as u64 >= rule.as_u64().unwrap()),
            "uniqueItems" => {
                let items = value.as_array().into_iter().flatten();
                let mut texts: Vec<String> = items.map(ToString::to_string).collect();
                let all = texts.len();
                texts.sort();
                texts.dedup();
                !rule.as_bool().unwrap() || texts.len() == all
            }
            "required" => value.as_object().is_none_or(|map| {
                list()
                    .iter()
                    .all(|key| map.contains_key(key.as_str().unwrap()))
            }),
            "items" => {
                for (place, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(root, rule, item, &format!("{at}/{place}"), found);
                }
                true
            }
            "properties" => {
                for (key, rule) in rule.as_object().unwrap() {
                    if let Some(part) = value.get(key) {
                        check(root, rule, part, &format!("{at}/{key}"), found);
                    }
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
                        Value::Bool(true) => {}
                        Value::Bool(false) => found.push(format!("{at}/{key}: unknown")),
                        rule => check(root, rule, part, &format!("{at}/{key}"), found),
                    }
                }
                true
            }
            other => panic!("the schema uses `{other}`, which this test does not know"),
        };
        if !right {
            found.push(format!("{at}: {word} {rule}, not {value}"));
        }
    }
}

fn is(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        other => panic!("no type `{other}`"),
    }
}

fn text_is(word: &str, rule: &Value, text: &str) -> bool {
    let rule = rule.as_str().unwrap();
    let of_address = |c: char| c.is_ascii_graphic() && !"\"<>\\^`{|}".contains(c);
    match (word, rule) {
        ("format", "uri") => text.contains(':') && text.chars().all(of_address),
        ("format", "uri-reference") => text.chars().all(of_address),
        ("format", "date-time") => text.parse::<jiff::Timestamp>().is_ok(),
        // Of identifiers, which nothing here has.
        ("pattern", _) => panic!("`{text}` is held against the pattern `{rule}`"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_wrong_is_seen() {
    let schema = serde_json::json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["uri"],
        "properties": {"uri": {"type": "string", "format": "uri-reference"}, "n": {"minimum": 1}},
    });
    let wrong = |document: Value| wrong(&schema, &document).len();
    assert_eq!(wrong(serde_json::json!({"uri": "a/b%20c"})), 0);
    assert_eq!(wrong(serde_json::json!({"uri": "a b"})), 1);
    assert_eq!(wrong(serde_json::json!({"n": 0})), 2);
    assert_eq!(wrong(serde_json::json!({"uri": "a", "m": 1})), 1);
}
