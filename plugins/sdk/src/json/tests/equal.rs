//! Random pages and paths, held against the plain way of reading them.

use super::values;
use crate::json::path::{self, Comparison, Segment};
use crate::json::{At, Selection};
use proptest::prelude::*;
use serde_json::Value;

const NAMES: [&str; 5] = ["a", "b", "c", "d.e", "value"];

/// What a path finds, by the definition.
fn found(value: &Value, path: &[Segment], bare: bool, out: &mut Vec<String>) {
    if let Value::Array(list) = value {
        return list.iter().for_each(|one| found(one, path, bare, out));
    }
    let Some((first, rest)) = path.split_first() else {
        return match value {
            Value::Object(object) if bare => object.get("value").into_iter().for_each(|inner| {
                found(inner, &[], false, out);
            }),
            _ => out.extend(text(value)),
        };
    };
    let Value::Object(object) = value else { return };
    let Some(inner) = object.get(&first.name) else {
        return;
    };
    let is_last = rest.len() == 1 && rest[0].name == "value" && rest[0].filter.is_empty();
    let may_be_bare = bare && is_last && first.filter.is_empty();
    chosen(
        inner,
        first,
        &mut |one| found(one, rest, bare, out),
        may_be_bare,
    );
}

/// Elements of a value that a segment's conditions choose.
fn chosen(value: &Value, segment: &Segment, each: &mut dyn FnMut(&Value), may_be_bare: bool) {
    match value {
        Value::Array(list) => list
            .iter()
            .for_each(|one| chosen(one, segment, each, may_be_bare)),
        Value::Object(object) => {
            let holds = segment.filter.iter().all(|condition| {
                let known = object.get(&condition.name);
                let is_equal = known
                    .and_then(text)
                    .is_some_and(|text| text == condition.text);
                is_equal == (condition.comparison == Comparison::Equal)
            });
            if holds {
                each(value);
            }
        }
        other if may_be_bare => {
            // As if it were the object that it stands for.
            each(&serde_json::json!({ "value": other }));
        }
        other if segment.filter.is_empty() => each(other),
        _ => {}
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(is) => Some(is.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3i64..3).prop_map(Value::from),
        "[xy\\\\\"é\n]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            object(inner),
        ]
    })
}

fn object(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let members = prop::collection::vec((prop::sample::select(NAMES.to_vec()), inner), 0..5);
    members.prop_map(|members| {
        let members = members
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value));
        Value::Object(members.collect())
    })
}

fn a_path() -> impl Strategy<Value = String> {
    let name = || prop::sample::select(vec!["a", "b", "c", "[\"d.e\"]", "value"]);
    let literal = prop::sample::select(vec!["\"x\"", "true", "1", "\"\\\"\"", "-2"]);
    let word = prop::sample::select(vec!["eq", "ne"]);
    let condition = (prop::sample::select(vec!["a", "b", "value"]), word, literal)
        .prop_map(|(name, word, literal)| format!("{name} {word} {literal}"));
    let filter = prop::collection::vec(condition, 0..3).prop_map(|all| match all.is_empty() {
        true => String::new(),
        false => format!("[{}]", all.join(" and ")),
    });
    let segments = prop::collection::vec((name(), filter), 0..3);
    (segments, name()).prop_map(|(segments, last)| {
        let mut path: String = segments
            .into_iter()
            .map(|(name, filter)| format!("{name}{filter}."))
            .collect();
        path.push_str(last);
        path
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn the_walk_finds_what_the_definition_says(
        records in prop::collection::vec(object(value()), 0..4),
        paths in prop::collection::vec(a_path(), 1..7),
        is_pretty in any::<bool>(),
        bare in any::<bool>(),
    ) {
        let builder = Selection::builder().texts(paths.clone());
        let builder = if bare { builder.bare("value") } else { builder };
        let selection = builder.build().unwrap();
        let list = Value::from(records.clone());
        let page = match is_pretty {
            true => serde_json::to_string_pretty(&list).unwrap(),
            false => list.to_string(),
        };
        let got = values(&selection, &page, At::Root);
        let expected: Vec<Vec<Vec<String>>> = records
            .iter()
            .map(|record| paths.iter().map(|path| {
                let mut out = Vec::new();
                found(record, &path::parse(path).unwrap(), bare, &mut out);
                out
            }).collect())
            .collect();
        prop_assert_eq!(got, expected, "{:?} in {}", paths, page);
    }

    #[test]
    fn no_page_makes_it_panic(page in "[\\[\\]{}:,\"ab01\\\\un. -]{0,40}") {
        let selection = Selection::new(["a", "a.b", r#"b[a eq 1].b"#]).unwrap();
        for at in [At::Root, At::One, At::Member("a")] {
            let read = selection.read(page.as_bytes(), at, |_| ());
            let is_json = serde_json::from_str::<Value>(&page).is_ok();
            prop_assert!(is_json || read.is_err());
        }
    }
}
