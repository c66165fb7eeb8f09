//! A slip of indentation drops somebody, and limits stop what they should not.

use crate::desk::{Desk, count};
use muster_model::Action;
use muster_policy::{Code, Policy, check};
use muster_review::cases::{self, Beside};
use std::sync::Arc;

const HEAD: &str = "muster: 1\ndirectory: staff\nprovider: {plugin: csv, config: {path: p.csv}}\nidentity: {username: uid}\n";

#[test]
fn a_slip_is_an_error_with_its_place_before_anything_is_read() {
    for (text, code) in [
        (
            "scope:\n  where: has(entry.mail)\nexclude: {usernames: [root]}\n",
            Code::UnknownKey,
        ),
        ("guards: {block: {maxx: 5}}\n", Code::UnknownKey),
        ("block:\n  - name: a\n  when: true\n", Code::Syntax),
        ("fields: {email: mail, email: other}\n", Code::DuplicateKey),
        ("scope: {grace: 14}\n", Code::UnknownWord),
        (
            "scope: {where: entry.type = \"x\"}\n",
            Code::ExpressionSyntax,
        ),
    ] {
        let checked = check("staff.yaml", &format!("{HEAD}{text}"));
        assert!(checked.policy.is_none(), "{text}");
        let codes: Vec<Code> = checked.diagnostics.iter().map(|found| found.code).collect();
        assert!(codes.contains(&code), "{text}: {codes:?}");
    }
}

#[test]
fn of_few_people_a_percentage_stops_nothing_and_a_block_limit_stops_no_create() {
    let mut desk = Desk::new();
    let policy = desk.policy(
        "staff",
        "identity: {username: uid}\nguards: {block: {max: 3, max_percent: 10}}\n",
    );
    let people: Vec<String> = (0..200)
        .map(|n| format!(r#"{{"id": "{n}", "uid": "u{n}"}}"#))
        .collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    // Eight people, of whom two leave: a quarter.
    desk.sync(&policy, &people[..8]);
    let plan = desk.plan(&policy, &people[..6]);
    assert_eq!(count(&plan, Action::Block), 2);
    assert!(!plan.is_stopped(), "{:#?}", plan.guards);
    assert!(!desk.plan(&policy, &people).is_stopped(), "192 creates");
    assert!(
        desk.plan(&policy, &people[..4]).is_stopped(),
        "four are more than three"
    );
}

/// One policy, and nothing else.
struct Alone(Arc<Policy>);

impl Beside for Alone {
    fn policy(&self, _path: &str, _values: Option<&str>) -> Result<Arc<Policy>, String> {
        Ok(Arc::clone(&self.0))
    }

    fn bytes(&self, path: &str) -> Result<Arc<Vec<u8>>, String> {
        Err(format!("there is no `{path}`"))
    }
}

/// A policy has tests, as programs have: whoever edits it is told what breaks.
#[test]
fn a_policy_has_tests_that_an_edit_breaks() {
    let desk = Desk::new();
    let tests = "\
muster: 1
policy: staff.yaml
tests:
  - name: robots get no account, and people do
    people: {anna: {attributes: {uid: anna, kind: person}}, bot: {attributes: {uid: bot, kind: robot}}}
    expect: {anna: create, bot: none}
";
    let failed = |condition: &str| {
        let text = format!("scope: {{where: '{condition}'}}\nidentity: {{username: uid}}\n");
        let policy = Alone(Arc::new(desk.policy("staff", &text)));
        let checked = cases::read("staff.test.yaml", tests, &policy);
        assert!(checked.is_usable(), "{:?}", checked.diagnostics);
        cases::run(&[checked.suite.unwrap()])
    };
    assert_eq!(failed("entry.kind != \"robot\"").failed(), 0);
    // The slip of a sign.
    let results = failed("entry.kind == \"robot\"");
    let failures = &results.outcomes[0].failures;
    let people: Vec<&str> = failures
        .iter()
        .filter_map(|one| one.person.as_deref())
        .collect();
    assert_eq!(people, ["anna", "bot"]);
    assert_eq!(
        failures[1].plan[0].is, "create",
        "what would happen is told"
    );
    // A filter that lets everybody in: silence about a person is no consent.
    let results = failed("has(entry.kind)");
    assert_eq!(results.failed(), 1);
    let dead: Vec<String> = results.coverage[0]
        .dead()
        .map(|(rule, side)| format!("{} {}", rule.rule, side.is))
        .collect();
    assert_eq!(
        dead,
        ["scope.where false"],
        "a condition that nobody meets is named"
    );
}
