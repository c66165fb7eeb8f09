//! What is said of policies that can be used: never without a reason.
use muster_model::page::PlainRow;
use muster_model::{BlockCause, Page, Removal, SourceStatus};
use muster_policy::{Code, Evaluator, Policy, check};
use proptest::prelude::*;
use proptest::sample::select;

/// A policy whose condition is this expression.
fn text(expression: &str) -> String {
    let quoted = serde_json::to_string(expression).unwrap();
    format!(
        "muster: 1\ndirectory: d\nprovider: {{plugin: csv}}\nidentity: {{username: uid}}\nscope: {{where: {quoted}}}\n"
    )
}

/// The policy, and the parts that a warning is about, each with its code.
#[track_caller]
fn said(expression: &str) -> (Policy, Vec<(Code, String)>) {
    let text = text(expression);
    let checked = check("p.yaml", &text);
    let said = checked.diagnostics.iter().map(|found| {
        let part = text[found.span.clone()].replace("\\\"", "\"");
        (found.code, part)
    });
    let said = said.collect();
    (checked.policy.expect(expression), said)
}

#[test]
fn what_can_never_hold_is_told() {
    for (expression, part) in [
        (
            "entry.a == \"x\" && entry.a == \"y\"",
            "entry.a == \"x\" && entry.a == \"y\"",
        ),
        (
            "entry.a == null && has(entry.a)",
            "entry.a == null && has(entry.a)",
        ),
        (
            "!has(entry.a) && \"x\" in entry.a",
            "!has(entry.a) && \"x\" in entry.a",
        ),
        (
            "status == \"active\" && status == \"blocked\"",
            "status == \"active\" && status == \"blocked\"",
        ),
        (
            "status == \"active\" && !(status in [\"active\", \"pending\"])",
            "status == \"active\" && !(status in [\"active\", \"pending\"])",
        ),
        (
            "\"g\" in groups && !(\"g\" in groups)",
            "\"g\" in groups && !(\"g\" in groups)",
        ),
        (
            "lower(entry.a) == \"x\" && lower(entry.a) == \"y\"",
            "lower(entry.a) == \"x\" && lower(entry.a) == \"y\"",
        ),
        (
            "has(entry.b) ? false : has(entry.b)",
            "has(entry.b) ? false : has(entry.b)",
        ),
        (
            "timestamp(entry.a) < now && !(timestamp(entry.a) < now)",
            "timestamp(entry.a) < now && !(timestamp(entry.a) < now)",
        ),
        (
            "entry.a in [\"x\", \"y\"] && entry.a == \"z\"",
            "entry.a in [\"x\", \"y\"] && entry.a == \"z\"",
        ),
        (
            "has(entry.a) != has(entry.a)",
            "has(entry.a) != has(entry.a)",
        ),
        (
            "has(entry.b) || entry.a == \"x\" && entry.a == \"y\"",
            "entry.a == \"x\" && entry.a == \"y\"",
        ),
    ] {
        let (policy, said) = said(expression);
        let expected = (Code::NeverHolds, part.to_owned());
        assert!(
            said.contains(&expected),
            "{expression}: {said:?}, {}",
            policy.file
        );
    }
}

#[test]
fn what_holds_for_everybody_is_told() {
    for (expression, part) in [
        (
            "entry.a != \"x\" || entry.a != \"y\"",
            "entry.a != \"x\" || entry.a != \"y\"",
        ),
        (
            "has(entry.b) && (entry.a != \"x\" || entry.a != \"y\")",
            "entry.a != \"x\" || entry.a != \"y\"",
        ),
        (
            "status != \"active\" || status != \"blocked\"",
            "status != \"active\" || status != \"blocked\"",
        ),
        (
            "has(entry.a) || entry.a == null",
            "has(entry.a) || entry.a == null",
        ),
        ("entry.a == entry.a", "entry.a == entry.a"),
    ] {
        let (_, said) = said(expression);
        assert_eq!(
            said,
            [(Code::MatchesEverybody, part.to_owned())],
            "{expression}"
        );
    }
}

#[test]
fn odd_conditions_that_are_right_are_left_alone() {
    for expression in [
        "entry.a == \"x\" || entry.a == \"y\"",
        "entry.a != \"x\" && entry.a != \"y\"",
        // Both can be among the values of one attribute.
        "\"x\" in entry.a && \"y\" in entry.a",
        "\"x\" in entry.a && !(\"y\" in entry.a) && entry.a != \"x\"",
        "has(entry.a) && entry.a != \"\"",
        "entry.a == null || entry.a == \"\"",
        "entry.a != null && !(\"x\" in values(entry.a))",
        "entry.a == entry.b && entry.a == \"x\" && entry.b != null",
        "status in [\"active\", \"pending\"] && status != \"pending\"",
        "int(entry.n) > 5 && int(entry.n) < 7",
        "entry.a.exists(v, v == \"x\") && entry.a.exists(v, v == \"y\")",
        "lower(entry.a) != \"x\" || upper(entry.a) != \"X\"",
        "entry.a == \"x\" && lower(entry.a) == \"y\"",
        "has(entry.a) == (status == \"active\")",
        "!has(entry.until) || timestamp(entry.until) > now",
        "has(entry.a) ? entry.a == \"x\" : has(entry.b)",
        "double(entry.n) == 1.0 && int(entry.n) == 1",
        "\"a\" in groups && \"b\" in groups",
        "dyn(entry.a) == 1 || dyn(entry.a) == \"1\"",
        "entry.a == \"1\" && int(entry.a) == 1",
        "[entry.a, entry.b] == [\"x\", \"y\"]",
    ] {
        assert_eq!(said(expression).1, [], "{expression}");
    }
}

#[test]
fn long_chains_are_decided_or_left_alone() {
    let chain = |sign: &str, glue: &str| {
        let parts: Vec<String> = (0..100)
            .map(|n| format!("entry.a {sign} \"{n}\""))
            .collect();
        parts.join(glue)
    };
    assert_eq!(said(&chain("==", " || ")).1, []);
    assert_eq!(said(&chain("!=", " && ")).1, []);
    assert_eq!(said(&chain("==", " && ")).1[0].0, Code::NeverHolds);
    assert_eq!(said(&chain("!=", " || ")).1[0].0, Code::MatchesEverybody);
    let many: Vec<String> = (0..60).map(|n| format!("has(entry.a{n})")).collect();
    assert_eq!(
        said(&(many.join(" && ") + " && !has(entry.a0)")).1,
        [],
        "too many to be tried"
    );
}

fn atom() -> impl Strategy<Value = String> {
    let attribute = select(vec!["entry.a", "entry.b"]);
    let text = select(vec!["\"a\"", "\"b\"", "\"ab\"", "\"\"", "null"]);
    let word = select(vec!["active", "pending", "blocked", "removed", "unknown"]);
    let sign = select(vec!["==", "!="]);
    prop_oneof![
        (attribute.clone(), sign.clone(), text.clone())
            .prop_map(|(a, s, t)| format!("{a} {s} {t}")),
        (attribute.clone(), sign.clone(), text.clone())
            .prop_map(|(a, s, t)| format!("{t} {s} {a}")),
        attribute.clone().prop_map(|a| format!("has({a})")),
        (attribute.clone(), text.clone()).prop_map(|(a, t)| format!("{t} in {a}")),
        (attribute.clone(), text.clone(), text.clone())
            .prop_map(|(a, t, u)| format!("{a} in [{t}, {u}]")),
        (attribute.clone(), text.clone()).prop_map(|(a, t)| format!("lower({a}) == {t}")),
        (attribute.clone(), text).prop_map(|(a, t)| format!("values({a}).exists(v, v == {t})")),
        attribute
            .clone()
            .prop_map(|a| format!("timestamp({a}) < now")),
        (sign, word.clone()).prop_map(|(s, w)| format!("status {s} \"{w}\"")),
        (word.clone(), word).prop_map(|(v, w)| format!("status in [\"{v}\", \"{w}\"]")),
        select(vec!["g", "h"]).prop_map(|g| format!("\"{g}\" in groups")),
        Just("entry.a == entry.b".to_owned()),
        Just("true".to_owned()),
        Just("int(entry.b) == 42".to_owned()),
    ]
}

fn condition() -> impl Strategy<Value = String> {
    atom().prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4)
                .prop_map(|all| format!("({})", all.join(" && "))),
            proptest::collection::vec(inner.clone(), 2..4)
                .prop_map(|all| format!("({})", all.join(" || "))),
            inner.clone().prop_map(|one| format!("!({one})")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("(({a}) == ({b}))")),
        ]
    })
}

const VALUES: [&[&str]; 9] = [
    &[],
    &[""],
    &["a"],
    &["b"],
    &["ab"],
    &["a", "b"],
    &["ab", "", "x"],
    &["20260101000000Z"],
    &["42"],
];

const STATUSES: [SourceStatus; 5] = [
    SourceStatus::Active,
    SourceStatus::Pending,
    SourceStatus::Blocked(BlockCause::Locked),
    SourceStatus::Removed(Removal::Final),
    SourceStatus::Unknown,
];

/// Everybody who can be told apart by the conditions above.
fn everybody(attributes: &[String]) -> Page {
    let mut rows = Vec::new();
    for a in VALUES {
        for b in VALUES {
            for status in STATUSES {
                for groups in [vec![], vec!["g"], vec!["h"], vec!["g", "h"]] {
                    let values = attributes.iter().map(|name| {
                        let values = if name == "a" {
                            a
                        } else if name == "b" {
                            b
                        } else {
                            &[]
                        };
                        values.iter().map(|v| (*v).to_owned()).collect()
                    });
                    rows.push(PlainRow {
                        id: None,
                        groups: groups.into_iter().map(str::to_owned).collect(),
                        status,
                        values: values.collect(),
                    });
                }
            }
        }
    }
    Page::from_rows(attributes.len(), &rows, vec![])
}

/// What a condition is for everybody: the answers that it gives.
fn answers(policy: &Policy) -> Vec<Result<bool, String>> {
    let page = everybody(&policy.attributes);
    let condition = policy.scope.condition.as_ref().unwrap();
    let mut evaluator = Evaluator::new(condition, "2026-11-23T08:00:00Z".parse().unwrap());
    let mut found: Vec<_> = page
        .entries()
        .map(|entry| evaluator.test(entry).map_err(|error| error.to_string()))
        .collect();
    found.sort();
    found.dedup();
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_said_of_a_condition_or_of_a_part_is_true_of_everybody(expression in condition()) {
        for (code, part) in said(&expression).1 {
            let policy = check("p.yaml", &text(&part)).policy.expect("a part is an expression");
            let answers = answers(&policy);
            match code {
                Code::NeverHolds => prop_assert!(!answers.contains(&Ok(true)), "{part} in {expression}"),
                Code::MatchesEverybody => prop_assert!(!answers.contains(&Ok(false)), "{part} in {expression}"),
                Code::ConstantCondition => {}
                other => prop_assert!(false, "{other} in {expression}"),
            }
        }
    }
}
