//! What is written is read again, and nothing else is.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

use super::*;
use crate::plan_file;
use muster_model::{
    AccountId, Action, Bindings, Cause, Change, Coverage, Evidence, FieldChange, Reason,
    StateVersion, Username, Value,
};
use proptest::prelude::*;

const KEY: [u8; 32] = [7; 32];
const ONCE: Once = Once([9; 12]);

fn plan() -> Plan {
    Plan {
        format: muster_model::plan::PLAN_FORMAT.to_owned(),
        undoes: None,
        directory: "staff".into(),
        summary: Default::default(),
        situations: Default::default(),
        reasons: Default::default(),
        read: None,
        coverage: Coverage::Complete {
            evidence: Evidence::default(),
        },
        changes: vec![],
        findings: vec![],
        upcoming: vec![],
        guards: vec![],
        licences: None,
        tracked: vec![],
        settled: vec![],
        remembered: Default::default(),
        pending: Default::default(),
        given: Default::default(),
        references: Default::default(),
        names: Default::default(),
        review: Default::default(),
        bindings: Bindings {
            policy_file: "p.yaml".into(),
            environment: None,
            policy: "0".into(),
            snapshot: "1".into(),
            texts: Vec::new(),
            state: "s".into(),
            state_version: StateVersion(3),
            plugin: "csv 0.1.0".into(),
            plugin_digest: "2".into(),
            created: "2026-01-01T00:00:00Z".into(),
            expires: "2026-01-02T00:00:00Z".into(),
        },
        cursor_kept: None,
        cursor: None,
    }
}

#[test]
fn a_sealed_plan_comes_back() {
    let bytes = plan_file::write(&plan(), &KEY, ONCE).unwrap();
    assert!(serde_json::from_slice::<serde_json::Value>(&bytes).is_ok());
    let sealed = plan_file::read(&bytes, &KEY).unwrap();
    assert_eq!(sealed.plan, plan());
    assert_eq!(sealed.digest.len(), 64);
}

#[test]
fn every_edited_byte_is_noticed() {
    let bytes = plan_file::write(&plan(), &KEY, ONCE).unwrap();
    for place in 0..bytes.len() {
        let mut edited = bytes.clone();
        if let Some(byte) = edited.get_mut(place) {
            *byte = if *byte == b'x' { b'y' } else { b'x' };
        }
        assert!(plan_file::read(&edited, &KEY).is_err(), "byte {place}");
    }
}

#[test]
fn another_states_plan_is_refused() {
    let bytes = plan_file::write(&plan(), &KEY, ONCE).unwrap();
    assert!(matches!(
        plan_file::read(&bytes, &[8; 32]),
        Err(Unreadable::Broken)
    ));
}

fn field(name: &str, old: Option<Value>, new: Option<Value>, sensitive: bool) -> FieldChange {
    FieldChange {
        name: name.into(),
        old,
        new,
        cause: Cause::Source,
        policy: None,
        sensitive,
    }
}

fn with_fields(people: Vec<Vec<FieldChange>>) -> Plan {
    let change = |(id, fields)| Change {
        action: Action::Update,
        username: Username::new("anna").unwrap(),
        external_id: None,
        account_id: AccountId(id),
        reason: Reason {
            code: "changed-at-source".into(),
            text: "changed at source".into(),
            policy: None,
        },
        fields,
    };
    Plan {
        changes: (1..).zip(people).map(change).collect(),
        ..plan()
    }
}

/// Somebody whose IBAN changes, and whose room does.
fn secretive() -> Plan {
    let text = |text: &str| Some(Value::from(text));
    with_fields(vec![vec![
        field("iban", text("canary-old"), text("canary-new"), true),
        field("room", text("1.01"), text("4.12"), false),
    ]])
}

#[test]
fn a_plan_without_sensitive_values_is_its_json_and_a_seal() {
    let mut plain = secretive();
    plain.changes.iter_mut().for_each(|change| {
        change.fields.retain(|field| !field.sensitive);
    });
    let file = plan_file::write(&plain, &KEY, ONCE).unwrap();
    let file = String::from_utf8(file).unwrap();
    let json = serde_json::to_string_pretty(&plain).unwrap();
    let json = json.strip_suffix("\n}").unwrap();
    assert!(file.starts_with(json));
    assert!(file[json.len()..].starts_with(SEAL));
    let other = plan_file::write(&plain, &KEY, Once([1; 12])).unwrap();
    assert_eq!(file.as_bytes(), other, "nothing in it is random");
}

#[test]
fn sensitive_values_are_in_the_file_for_the_state_alone() {
    let plan = secretive();
    let bytes = plan_file::write(&plan, &KEY, ONCE).unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(!text.contains("canary") && text.contains("4.12"), "{text}");
    assert!(text.contains("\"old\": \"•••\""), "{text}");
    assert_eq!(plan_file::read(&bytes, &KEY).unwrap().plan, plan);
    let json: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert!(json["sealed_values"].is_string());
    let again = plan_file::write(&plan, &KEY, Once([1; 12])).unwrap();
    assert_ne!(bytes, again, "each file is encrypted in its own way");
}

#[test]
fn the_length_of_a_value_is_not_told() {
    let length = |text: &str| {
        let value = Some(Value::from(text));
        let plan = with_fields(vec![vec![field("iban", None, value, true)]]);
        plan_file::write(&plan, &KEY, ONCE).unwrap().len()
    };
    assert_eq!(length(""), length(&"9".repeat(500)));
}

#[test]
fn every_edited_byte_of_encrypted_values_is_noticed() {
    let bytes = plan_file::write(&secretive(), &KEY, ONCE).unwrap();
    for place in 0..bytes.len() {
        let mut edited = bytes.clone();
        edited[place] ^= 1;
        assert!(plan_file::read(&edited, &KEY).is_err(), "byte {place}");
    }
}

/// Puts a new seal on an edited file, as only who has the state can.
fn resealed(text: &str) -> Vec<u8> {
    let (body, _) = text.rsplit_once(SEAL).unwrap();
    let seal = seal_of(body.as_bytes(), &KEY);
    format!("{body}{SEAL}{seal}\"{CLOSE}").into_bytes()
}

#[test]
fn values_that_do_not_fit_are_refused_whatever_the_seal_says() {
    let bytes = plan_file::write(&secretive(), &KEY, ONCE).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(plan_file::read(&resealed(&text), &KEY).is_ok());
    let (_, sealed) = text.split_once(VALUES).unwrap();
    let sealed = sealed.split('"').next().unwrap();
    let flipped = match sealed.strip_prefix('C') {
        Some(rest) => format!("D{rest}"),
        None => format!("C{}", &sealed[1..]),
    };
    let cut = &sealed[4..];
    for edited in [
        text.replace(sealed, &flipped),
        text.replace(sealed, cut),
        text.replace(sealed, ""),
        text.replace(sealed, "no base64!"),
        text.replace(&format!("{VALUES}{sealed}\""), ""),
        // Another number of values than the plan has places for.
        text.replace("\"sensitive\": true", "\"sensitive\": false"),
        // Absent in the plan, and present among the values.
        text.replacen("\"old\": \"•••\"", "\"old\": null", 1),
    ] {
        assert_ne!(edited, text);
        let refused = plan_file::read(&resealed(&edited), &KEY);
        assert!(matches!(refused, Err(Unreadable::Values)), "{edited}");
    }
}

/// Values that are recognised wherever they come to light.
fn canary() -> impl Strategy<Value = Option<Value>> {
    let text = "canary[a-z\"\\\\\n\u{7f}é😀]{0,6}";
    prop_oneof![
        Just(None),
        Just(Some(Value::from(""))),
        text.prop_map(|text| Some(Value::Text(text))),
        proptest::collection::vec(text, 0..3).prop_map(|items| Some(Value::List(items))),
    ]
}

fn open() -> impl Strategy<Value = Option<Value>> {
    prop_oneof![
        Just(None),
        "[a-z ]{0,6}".prop_map(|text| Some(Value::Text(text))),
        // Somebody may be called so.
        Just(Some(Value::from("•••"))),
        Just(Some(Value::from(",\n  \"sealed_values\": \"x"))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_masked_comes_back_and_is_nowhere_else(
        people in proptest::collection::vec(
            proptest::collection::vec(
                prop_oneof![
                    (canary(), canary()).prop_map(|(old, new)| field("iban", old, new, true)),
                    (open(), open()).prop_map(|(old, new)| field("room", old, new, false)),
                ],
                0..4,
            ),
            0..5,
        ),
        once in any::<[u8; 12]>(),
    ) {
        let plan = with_fields(people);
        let bytes = plan_file::write(&plan, &KEY, Once(once)).unwrap();
        let text = String::from_utf8(bytes.clone()).unwrap();
        prop_assert!(!text.contains("canary"), "{}", text);
        prop_assert_eq!(&plan_file::read(&bytes, &KEY).unwrap().plan, &plan);
        prop_assert_eq!(text.contains(VALUES), values::has_any(&plan));
    }
}
