//! The table of functions: its examples are true, and the reference has it.
//!
//! `BLESS=1 cargo test -p muster-policy functions` writes the reference's table
//! anew.
use jiff::Timestamp;
use muster_model::page::PlainRow;
use muster_model::{Page, SourceStatus};
use muster_policy::{CallStyle, Colour, Evaluator, Policy, check, functions, parse, render};
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::BTreeSet;
use std::path::Path;

/// The person of all examples.
const ZOE: &[(&str, &[&str])] = &[
    ("givenName", &["Zoë"]),
    ("mail", &["zoe@example.org", "z@example.com"]),
];

fn now() -> Timestamp {
    "2026-11-23T08:00:00Z".parse().unwrap()
}

fn policy(condition: &str) -> Policy {
    let condition = serde_json::to_string(condition).unwrap();
    let text = format!(
        "muster: 1\ndirectory: d\nprovider: {{plugin: csv}}\nidentity: {{username: uid}}\nscope: {{where: {condition}}}\n"
    );
    parse("p.yaml", &text)
        .unwrap_or_else(|wrong| panic!("{}", render(&wrong, &text, Colour::Never)))
}

fn zoe(policy: &Policy) -> Page {
    let values = policy.attributes.iter().map(|wanted| {
        let found = ZOE.iter().find(|(name, _)| name == wanted);
        found.map_or_else(Vec::new, |(_, values)| {
            values.iter().map(|value| (*value).to_owned()).collect()
        })
    });
    let row = PlainRow {
        id: Some("1".into()),
        groups: vec![],
        status: SourceStatus::Active,
        values: values.collect(),
    };
    Page::from_rows(policy.attributes.len(), &[row], vec![])
}

#[track_caller]
fn holds(condition: &str) {
    let policy = policy(condition);
    let page = zoe(&policy);
    let mut evaluator = Evaluator::new(policy.scope.condition.as_ref().unwrap(), now());
    let entry = page.entries().next().unwrap();
    assert_eq!(evaluator.test(entry), Ok(true), "{condition}");
}

#[test]
fn every_example_gives_what_it_says() {
    for function in functions() {
        let (example, result) = (function.example, function.result);
        holds(&format!("({example}) == ({result})"));
        assert!(example.contains(function.name), "{example}");
    }
}

#[test]
fn a_function_gives_the_kind_that_it_says() {
    for function in functions() {
        let kind = match function.gives() {
            "true or false" => "bool",
            "a whole number" => "int",
            "a number" => "double",
            "a text" => "string",
            "a list" => "list",
            _ => continue,
        };
        // CEL tells the two kinds of whole numbers apart.
        let kind = if function.name == "uint" {
            "uint"
        } else {
            kind
        };
        holds(&format!("type({}) == {kind}", function.example));
    }
}

#[test]
fn names_are_given_once_and_every_line_says_something() {
    let names: BTreeSet<&str> = functions().iter().map(|function| function.name).collect();
    assert_eq!(names.len(), functions().len());
    for function in functions() {
        assert!(!function.doc.ends_with('.'), "{}", function.name);
        assert!(function.doc.len() > 5, "{}", function.name);
        let optional = function.parameters.iter().map(|one| one.optional);
        assert!(optional.is_sorted(), "{}", function.name);
    }
}

#[test]
fn signatures_are_written_as_calls_are() {
    let signature = |name: &str| {
        let found = functions().iter().find(|function| function.name == name);
        found.unwrap().signature()
    };
    for (name, written) in [
        ("has", "has(entry.x)"),
        ("default", "x.default(y)"),
        ("values", "values(x)"),
        ("startsWith", "t.startsWith(x)"),
        ("substring", "t.substring(from[, to])"),
        ("date", "t.date([format[, zone]])"),
        ("all", "l.all(v, condition)"),
        ("now", ""),
    ] {
        if written.is_empty() {
            assert!(functions().iter().all(|function| function.name != name));
        } else {
            assert_eq!(signature(name), written);
        }
    }
}

const BEGIN: &str = "<!-- functions -->\n";
const END: &str = "<!-- end of functions -->\n";

fn table() -> String {
    let mut out = "| call | gives | | for example |\n| --- | --- | --- | --- |\n".to_owned();
    for function in functions() {
        let line = format!(
            "| `{}` | {} | {} | `{}` is `{}` |\n",
            function.signature(),
            function.gives(),
            function.doc,
            function.example,
            function.result,
        );
        assert_eq!(line.matches('|').count(), 5, "{line}");
        out.push_str(&line);
    }
    out
}

#[test]
fn the_reference_has_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies/README.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (found, after) = rest.split_once(END).unwrap();
    #[expect(
        clippy::disallowed_methods,
        reason = "a test that can write its data anew"
    )]
    let bless = std::env::var_os("BLESS").is_some();
    if bless {
        std::fs::write(&path, format!("{before}{BEGIN}{}{END}{after}", table())).unwrap();
    } else {
        assert_eq!(found, table(), "bless with BLESS=1");
    }
}

/// Checks a condition and, if it is one, evaluates it: nothing may panic.
fn survive(condition: &str) {
    let condition = serde_json::to_string(condition).unwrap();
    let text = format!(
        "muster: 1\ndirectory: d\nprovider: {{plugin: csv}}\nidentity: {{username: uid}}\nscope: {{where: {condition}}}\n"
    );
    let checked = check("p.yaml", &text);
    let said = render(&checked.diagnostics, &text, Colour::Never);
    let Some(policy) = checked.policy else {
        assert!(!said.is_empty());
        return;
    };
    let page = zoe(&policy);
    let mut evaluator = Evaluator::new(policy.scope.condition.as_ref().unwrap(), now());
    if let Err(failed) = evaluator.test(page.entries().next().unwrap()) {
        assert!(!failed.text.contains("zoe@"), "{failed}");
    }
}

/// Values of every kind, some of them at the end of what is possible.
const ARGUMENTS: [&str; 24] = [
    "entry.mail",
    "entry.givenName",
    "entry.absent",
    "\"\"",
    "\"ß İ e\u{301}\"",
    "\"Europe/Berlin\"",
    "\"%Y-%m-%d\"",
    "\"2026-11-23\"",
    "null",
    "true",
    "0",
    "-1",
    "9223372036854775807",
    "18446744073709551615u",
    "1.5",
    "-1.0/0.0",
    "[]",
    "[entry.mail, null]",
    "[3, 2u, 1]",
    "{\"a\": 1}",
    "now",
    "timestamp(\"9999-12-31T23:59:59Z\")",
    "timestamp(\"0001-01-01T00:00:00Z\")",
    "days(106751)",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_call_is_survived(
        which in 0..functions().len(),
        arguments in proptest::collection::vec(select(ARGUMENTS.to_vec()), 0..4),
        member in any::<bool>(),
        around in select(vec!["# == null", "# < now", "size(#) > 0", "format(#, \"%c\") == \"\"", "#"]),
    ) {
        let function = &functions()[which];
        let call = match (arguments.split_first(), member && function.style != CallStyle::Plain) {
            (Some((receiver, rest)), true) => format!("({receiver}).{}({})", function.name, rest.join(", ")),
            _ => format!("{}({})", function.name, arguments.join(", ")),
        };
        survive(&around.replace('#', &call));
    }

    #[test]
    fn any_format_is_survived(format in "(%[-_0#:.3]{0,2}[A-Za-z%]|[ -~]|é){0,6}", text in "[ -~]{0,12}") {
        let quoted = |text: &str| serde_json::to_string(text).unwrap();
        survive(&format!("date({}, {}) < now", quoted(&text), quoted(&format)));
        survive(&format!("format(now, {}) == \"\"", quoted(&format)));
    }
}
