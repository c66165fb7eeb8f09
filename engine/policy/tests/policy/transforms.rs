//! Chains and types by the words of the reference: each row of its tables has an
//! example, and the example is true.
use muster_model::page::PlainRow;
use muster_model::{Page, SourceStatus};
use muster_policy::{Texts, Valuer, parse};
use proptest::prelude::*;
use serde_json::{Value, json};

const REFERENCE: &str = include_str!("../../../../policies/README.md");

/// What a mapping with these options makes of an attribute's values.
fn made(options: &str, values: &Value) -> Result<Value, String> {
    let text = format!(
        "muster: 1\ndirectory: staff\nprovider: {{plugin: csv}}\nidentity: {{username: uid}}\n\
         fields:\n  a: {{from: a, {options}}}\n"
    );
    let policy = parse("p.yaml", &text).map_err(|wrong| format!("{wrong:?}"))?;
    let place = policy.attributes.iter().position(|name| name == "a");
    let mut row = PlainRow {
        id: None,
        groups: vec![],
        status: SourceStatus::Active,
        values: vec![vec![]; policy.attributes.len()],
    };
    row.values[place.unwrap()] = match values {
        Value::Array(items) => items
            .iter()
            .map(|item| item.as_str().unwrap().to_owned())
            .collect(),
        text => vec![text.as_str().unwrap().to_owned()],
    };
    let page = Page::from_rows(policy.attributes.len(), &[row], vec![]);
    let now = "2026-11-23T08:00:00Z".parse().unwrap();
    let mut valuer = Valuer::of_field(&policy.fields[0], now);
    let texts = valuer.texts(page.entries().next().unwrap());
    texts
        .map_err(|failed| failed.to_string())
        .map(|texts| match texts {
            Texts::Absent => Value::Null,
            Texts::One(text) => json!(text),
            Texts::Many(texts) => json!(texts),
        })
}

/// The rows of the table below a heading: the first cell and the example.
fn rows(heading: &str) -> Vec<(String, Value, Value)> {
    let section = REFERENCE
        .split(&format!("\n### {heading}\n"))
        .nth(1)
        .unwrap();
    let table = section.lines().skip_while(|line| !line.starts_with('|'));
    let rows = table.take_while(|line| line.starts_with('|')).skip(2);
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [what, _, example] = cells[..] else {
            panic!("{row}")
        };
        let (from, to) = example.split_once(" → ").unwrap();
        let json = |text: &str| serde_json::from_str(text.trim_matches('`')).unwrap();
        (what.trim_matches('`').to_owned(), json(from), json(to))
    })
    .collect()
}

#[test]
fn the_steps_of_the_reference_do_what_it_says() {
    let rows = rows("Steps");
    assert_eq!(rows.len(), 12);
    for (step, from, to) in rows {
        // A list shows all that a step gives.
        let shape = if to.is_array() { "list" } else { "text" };
        let options = format!("transform: [{step}], type: {shape}");
        assert_eq!(made(&options, &from), Ok(to), "{step}");
    }
}

#[test]
fn the_types_of_the_reference_are_what_it_says() {
    let rows = rows("Types");
    assert_eq!(rows.len(), 6);
    for (shape, from, to) in rows {
        let found = made(&format!("type: {shape}"), &from);
        // Only the planner puts a list in order.
        match to {
            Value::Array(_) => assert_eq!(found, Ok(from), "{shape}"),
            to => assert_eq!(found, Ok(to), "{shape}"),
        }
    }
}

#[test]
fn providers_write_truth_and_time_in_their_own_way() {
    for (options, from, to) in [
        ("type: bool", json!("False"), json!("false")),
        ("type: bool", json!("TRUE"), json!("true")),
        ("type: bool", json!(" "), json!("")),
        ("type: date", json!("0"), Value::Null),
        ("type: date", json!("9223372036854775807"), Value::Null),
        (
            "transform: {date: {to: '%d.%m.%Y'}}",
            json!("0"),
            Value::Null,
        ),
        ("transform: {date: {to: '%d.%m.%Y'}}", json!(""), json!("")),
        (
            "transform: {date: {to: '%d.%m.%Y'}}",
            json!("134398656000000000"),
            json!("23.11.2026"),
        ),
    ] {
        assert_eq!(made(options, &from), Ok(to), "{options} of {from}");
    }
}

#[test]
fn telephone_numbers_keep_zeros_and_lose_extensions() {
    for (region, from, to) in [
        ("DE", "030 1234567", "+49301234567"),
        ("de", "+49 (0)30 1234567", "+49301234567"),
        ("DE", "0049-30-1234567", "+49301234567"),
        ("DE", "+39 06 698 12345", "+390669812345"),
        ("US", "(202) 555-0100 ext. 12", "+12025550100"),
        ("NO", "22 12 34 56", "+4722123456"),
        ("GB", "tel:+44-20-7946-0018", "+442079460018"),
        ("EG", "٠٢ ٢٧٩٤ ٠٠١٨", "+20227940018"),
    ] {
        let options = format!("transform: {{phone: {region}}}");
        assert_eq!(made(&options, &json!(from)), Ok(json!(to)), "{from}");
    }
    for odd in ["12345", "on request", "+999 123", "030", "112"] {
        let found = made("transform: {phone: DE}", &json!(odd));
        assert!(found.is_err(), "{odd}: {found:?}");
    }
}

#[test]
fn order_matters_only_where_the_source_gives_one() {
    let both = [json!(["B@x.org", "a@x.org"]), json!(["a@x.org", "B@x.org"])];
    for values in both {
        for (steps, to) in [
            ("lower, first", json!("a@x.org")),
            ("lower, {join: ' '}", json!("a@x.org b@x.org")),
            ("{split: '@'}, {join: ' '}", json!("B x.org a x.org")),
            ("{split: '@'}", json!("B")),
            ("{join: ','}, {split: '@'}, first", json!("B")),
        ] {
            let options = format!("transform: [{steps}]");
            assert_eq!(made(&options, &values), Ok(to), "{steps}");
        }
    }
    assert_eq!(made("transform: {split: /}", &json!("z/a")), Ok(json!("z")));
    let list = made("transform: {split: /}, type: list", &json!("z/a"));
    assert_eq!(list, Ok(json!(["z", "a"])));
}

#[test]
fn a_value_that_is_dropped_is_none_and_an_empty_one_stays() {
    let map = "transform: [trim, {map: {table: {x: y}, otherwise: drop}}]";
    assert_eq!(made(map, &json!("z")), Ok(Value::Null));
    assert_eq!(made(map, &json!(["z", "x"])), Ok(json!(["y"])));
    assert_eq!(made(map, &json!(" ")), Ok(json!("")));
    assert_eq!(made(map, &json!([])), Ok(Value::Null));
}

#[test]
fn a_failure_names_the_step_and_shows_a_value_only_where_it_is_asked_to() {
    let failed = made("transform: [trim, {phone: DE}]", &json!("my secret")).unwrap_err();
    assert_eq!(
        failed,
        "the value is no valid telephone number (region DE) (`phone`)"
    );
    let failed = made("type: number", &json!("my secret")).unwrap_err();
    assert_eq!(failed, "the value is no number (`type: number`)");
}

/// Chains of which a second turn changes nothing.
const STABLE: [&str; 6] = [
    "[trim]",
    "[lower]",
    "[trim, strip_diacritics]",
    "[trim, title]",
    "[strip_diacritics, lower, trim]",
    "[{replace: {pattern: '[^a-z]', with: ''}}]",
];

/// Chains and types of all kinds.
const ANY: [&str; 9] = [
    "transform: [title, {split: ' '}, {join: '-'}, upper, first]",
    "transform: [{replace: {pattern: '(?<x>\\w)\\W*', with: '$x$$${x}'}}]",
    "transform: [{phone: DE}], on_error: keep",
    "transform: [{date: {from: ['%d.%m.%y', '%s'], to: '%A %d %B %Y %H:%M:%S%.f %z', zone: Asia/Tokyo}}]",
    "transform: [{map: {table: {a: b}, otherwise: {text: c}}}]",
    "type: bool",
    "type: number",
    "type: date",
    "type: image",
];

fn any_value() -> impl Strategy<Value = Value> {
    let text = || {
        prop_oneof![
            "\\PC{0,10}",
            "[0-9+. ()/-]{0,14}",
            any::<String>(),
            "[0-9]{8,19}"
        ]
    };
    prop_oneof![
        text().prop_map(|text| json!(text)),
        proptest::collection::vec(text(), 0..4).prop_map(|texts| json!(texts)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_in_form_stays_so(value in any_value()) {
        for chain in STABLE {
            let options = format!("transform: {chain}, type: list");
            let once = made(&options, &value).unwrap();
            if once.is_null() {
                continue;
            }
            let twice = made(&options, &once).unwrap();
            let sorted = |value: &Value| {
                let mut items: Vec<String> = match value {
                    Value::Array(items) => items.iter().map(ToString::to_string).collect(),
                    one => vec![one.to_string()],
                };
                items.retain(|item| item != "\"\"");
                items.sort();
                items
            };
            prop_assert_eq!(sorted(&twice), sorted(&once), "{} of {}", chain, value);
        }
    }

    #[test]
    fn no_value_makes_a_chain_panic(value in any_value()) {
        for options in ANY {
            let first = made(options, &value);
            prop_assert_eq!(made(options, &value), first);
        }
    }
}
