//! A slip of indentation drops somebody, and limits stop what they should not.

use crate::desk::{Desk, count};
use muster_model::Action;
use muster_policy::{Code, check};

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
