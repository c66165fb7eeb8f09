//! No text makes the parser panic, and remembering changes no result.
use muster_model::page::PlainRow;
use muster_model::{Page, SourceStatus};
use muster_policy::{Colour, Evaluator, Policy, ValueSource, check, parse, render};
use proptest::prelude::*;
use proptest::sample::{Index, select};

pub(crate) const GOOD: &str = r#"muster: 1
directory: staff
provider:
  plugin: ldap
  config: {url: "ldaps://dc1", timeout: 5, list: [a, b]}
  secrets: {bind_password: {env: LDAP_PASSWORD}, other: {command: [pass, "x y"]}}
scope:
  groups: ['cn=intranet,ou=groups,dc=example']
  where: entry.employeeType != "service" && !(status == "pending")
  exclude: {under: [x], usernames: [root]}
  grace: 3 reads
identity: {key: username, username: uid}
fields:
  email: {from: [mail, email], default: "", mode: if-empty, type: list}
  name: {expr: 'entry["given name"] + " " + lower(entry.sn)'}
  boss: {reference: manager, by: [dn, {attribute: number}, email], cycles: allow}
  roles: {groups: {"cn=area-*,*": ["area-$1", "x$2"], editors: $$}}
block:
  - name: ended
    when: |
      has(entry.end) &&
        timestamp(entry.end) < now
  - {name: odd, when: "values(entry.mail).exists(m, m.matches('x+'))", reason: Odd mail, unblock: manual, grace: 7d}
upcoming: 60d
licences: {limit: 500, count: intranet, order: [name], warn: 20}
guards: {block: {max: 20, max_percent: 5}, create: none, protect: [admin]}
"#;

/// Checks a text and shows what is wrong with it: nothing may panic, every span
/// must lie in the text, and there is a policy or an error.
fn survive(text: &str) {
    let checked = check("p.yaml", text);
    for found in &checked.diagnostics {
        assert!(text.get(found.span.clone()).is_some(), "{found:?}");
        assert!(found.line >= 1 && found.column >= 1);
    }
    assert_eq!(checked.policy.is_none(), parse("p.yaml", text).is_err());
    assert_eq!(check("p.yaml", text).diagnostics, checked.diagnostics);
    render(&checked.diagnostics, text, Colour::Always);
}

/// A few small injuries to a good policy.
pub(crate) fn injured() -> impl Strategy<Value = String> {
    let bits = select(vec![
        "",
        " ",
        "\n",
        "\t",
        ":",
        "- ",
        "{",
        "}",
        "[",
        "]",
        "'",
        "\"",
        "#",
        "&a ",
        "*a",
        "!t ",
        "|",
        ">",
        "---\n",
        "...",
        "%",
        "é",
        "\u{feff}",
        "\u{0}",
        "😀",
        "null",
        "yes",
        "entry.",
        "&&",
        "(",
        ")",
        "\\",
        "\r\n",
        "? ",
        "<<: ",
        "@",
        "`",
        "1e999",
        "timestamp(",
        "]: ",
        ".map(v, ",
    ]);
    proptest::collection::vec((any::<Index>(), 0..12_usize, bits), 1..6).prop_map(|injuries| {
        let mut text = GOOD.to_owned();
        for (place, length, bit) in injuries {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            let Some(&start) = places.get(place.index(places.len().max(1))) else {
                continue;
            };
            let end = text[start..]
                .char_indices()
                .map(|(at, _)| start + at)
                .nth(length)
                .unwrap_or(text.len());
            text.replace_range(start..end, bit);
        }
        text
    })
}

/// Something that looks like an expression.
fn expression() -> impl Strategy<Value = String> {
    let words = vec![
        "entry",
        ".",
        "mail",
        "[",
        "]",
        "(",
        ")",
        "\"x\"",
        "'",
        "\"",
        "==",
        "!=",
        "<",
        ">",
        "&&",
        "||",
        "!",
        "?",
        ":",
        "+",
        "-",
        "*",
        "/",
        "%",
        "in",
        "has",
        "size",
        "1",
        "2.5",
        "9223372036854775807",
        "0x1F",
        "null",
        "true",
        "now",
        "groups",
        "status",
        "values",
        "lower",
        "matches",
        "timestamp",
        "duration",
        "map",
        "exists",
        "v",
        ",",
        "{",
        "}",
        " ",
        "\n",
        "//",
        "b'x'",
        "r\"\\\"",
        "'''",
        "é",
        "😀",
        "`a`",
        "1u",
        "optional.of",
        "type",
        "list",
        ".?",
        "@result",
        "loop",
        "_",
        "\\",
        "#",
    ];
    proptest::collection::vec(select(words), 0..24).prop_map(|words| words.concat())
}

fn with_condition(expression: &str) -> String {
    let quoted = expression.replace('\'', "''").replace('\n', "\n\n  ");
    format!(
        "muster: 1\ndirectory: d\nprovider: {{plugin: csv}}\nidentity: {{username: uid}}\nscope:\n  where: '{quoted}'\n"
    )
}

const VALUES: [&[&str]; 8] = [
    &[],
    &[""],
    &["a"],
    &["b"],
    &["ab"],
    &["a", "b"],
    &["20260101000000Z"],
    &["42"],
];

fn rows(attributes: usize) -> impl Strategy<Value = Vec<PlainRow>> {
    let cell = select(VALUES.to_vec())
        .prop_map(|values| values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>());
    let status = select(vec![
        SourceStatus::Active,
        SourceStatus::Pending,
        SourceStatus::Unknown,
    ]);
    let groups = select(vec![
        vec![],
        vec!["g".to_owned()],
        vec!["g".to_owned(), "h".to_owned()],
    ]);
    let row = (proptest::collection::vec(cell, attributes), status, groups).prop_map(
        |(values, status, groups)| PlainRow {
            id: None,
            groups,
            status,
            values,
        },
    );
    proptest::collection::vec(row, 1..40)
}

fn policies() -> Vec<Policy> {
    let conditions = [
        "entry.a == entry.b",
        "has(entry.a) && entry.a == \"a\"",
        "entry.a + entry.b == \"ab\"",
        "entry.a.exists(v, v == \"b\") || status == \"active\"",
        "\"g\" in groups && int(entry.b) == 42",
        "timestamp(entry.b) < now",
        "size(groups) > 1",
        "lower(entry.a) == null",
    ];
    let values = [
        "entry.a + entry.b",
        "entry.a",
        "values(entry.a).map(v, v + \"!\")",
        "status + string(size(groups))",
        "[entry.a, entry.b]",
        "join(entry.b, \"-\")",
        "timestamp(entry.a)",
        "replace(entry.a, \"a\", \"b\")",
    ];
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    conditions
        .iter()
        .zip(values)
        .map(|(condition, value)| {
            let text = format!(
                "muster: 1\ndirectory: d\nprovider: {{plugin: csv}}\nidentity: {{username: a}}\nscope: {{where: {}}}\nfields: {{f: {{expr: {}}}, g: b}}\n",
                quoted(condition),
                quoted(value)
            );
            parse("p.yaml", &text).unwrap()
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_survived(text in "\\PC{0,200}") {
        survive(&text);
    }

    #[test]
    fn an_injured_policy_is_survived(text in injured()) {
        survive(&text);
    }

    #[test]
    fn any_expression_is_survived(expression in expression()) {
        let text = with_condition(&expression);
        survive(&text);
        if let Ok(policy) = parse("p.yaml", &text)
            && let Some(condition) = &policy.scope.condition
        {
            let values = vec![vec!["a".to_owned()]; policy.attributes.len()];
            let row = PlainRow { id: None, groups: vec![], status: SourceStatus::Active, values };
            let page = Page::from_rows(policy.attributes.len(), &[row], vec![]);
            let mut evaluator = Evaluator::new(condition, "2026-11-23T08:00:00Z".parse().unwrap());
            for entry in page.entries() {
                let _ = evaluator.test(entry);
            }
        }
    }

    #[test]
    fn remembered_results_are_those_of_a_fresh_evaluation(rows in rows(2), which in 0..8_usize) {
        let policy = &policies()[which];
        let now = "2026-11-23T08:00:00Z".parse().unwrap();
        let page = Page::from_rows(2, &rows, vec![]);
        let condition = policy.scope.condition.as_ref().unwrap();
        let ValueSource::Expression(value) = &policy.fields[0].value else { panic!("no expression") };
        let (mut tests, mut values) = (Evaluator::new(condition, now), Evaluator::new(value, now));
        for entry in page.entries() {
            prop_assert_eq!(tests.test(entry), Evaluator::new(condition, now).test(entry));
            prop_assert_eq!(values.value(entry), Evaluator::new(value, now).value(entry));
        }
    }
}

#[test]
fn results_stay_right_when_remembering_is_given_up() {
    let text = "muster: 1\ndirectory: d\nprovider: {plugin: csv}\nidentity: {username: a}\nfields: {f: {expr: entry.a + \"!\"}}\n";
    let policy = parse("p.yaml", text).unwrap();
    let ValueSource::Expression(value) = &policy.fields[0].value else {
        panic!("no expression")
    };
    let mut evaluator = Evaluator::new(value, "2026-11-23T08:00:00Z".parse().unwrap());
    for number in 0..10_000 {
        let values = vec![vec![number.to_string()]];
        let row = PlainRow {
            id: None,
            groups: vec![],
            status: SourceStatus::Active,
            values,
        };
        let page = Page::from_rows(1, &[row], vec![]);
        let found = evaluator
            .value(page.entries().next().unwrap())
            .unwrap()
            .unwrap();
        assert_eq!(found.to_string(), format!("{number}!"));
    }
}
