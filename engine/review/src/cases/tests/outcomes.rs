//! What tests find.

use super::{results, told};
use crate::cases::{Detail, json, junit, text};

/// One test about people who are all in the group.
fn one(test: &str) -> String {
    format!("defaults: {{groups: [Intranet]}}\ntests:\n  - name: it\n    {test}\n")
}

#[track_caller]
fn passes(test: &str) {
    assert_eq!(told(&one(test)), Vec::<String>::new());
}

#[track_caller]
fn fails(test: &str, expected: &[&str]) {
    assert_eq!(told(&one(test)), expected);
}

#[test]
fn what_is_expected_and_happens_passes() {
    passes(
        "people: {anna: {attributes: {login: Anna, mail: ' A@X '}}}
    expect: {anna: {is: create, username: Anna, fields: {email: a@x, title: none, iban: null}, reason: new, blocked: []}}",
    );
}

#[test]
fn what_is_otherwise_is_told_with_what_was_found() {
    fails(
        "people: {anna: {attributes: {login: anna, mail: a@x, bank: DE1}}}
    expect: {anna: {is: update, fields: {email: b@x, iban: DE2}, reason: renamed, blocked: manual, finding: skipped, rule: scope.where}}",
        &[
            "anna is: update but create",
            "anna fields.email: \"b@x\" but \"a@x\"",
            "anna fields.iban: \"DE2\" but another value (•••)",
            "anna blocked: manual but not blocked",
            "anna reason: renamed but new",
            "anna finding: skipped but none",
            "anna rule: scope.where (policy.yaml:6) but policy.yaml:4, policy.yaml:13, policy.yaml:14, policy.yaml:15",
        ],
    );
}

#[test]
fn silence_is_no_consent_unless_it_is_said_to_be() {
    let people = "people: {anna: {attributes: {login: anna}}, ben: {attributes: {login: ben}}}";
    let expected = "ben is: none, for the test does not mention them but create";
    fails(
        &format!("{people}\n    expect: {{anna: create}}"),
        &[expected],
    );
    passes(&format!(
        "{people}\n    expect: {{anna: create}}\n    others: any"
    ));
    fails(
        "people: {anna: {}}",
        &["anna is: none, for the test does not mention them but held"],
    );
}

#[test]
fn people_are_delivered_as_a_provider_would() {
    passes(
        "people:
      other: {groups: [others], attributes: {login: other}}
      intern: {groups: [INTRANET, interns], attributes: {login: intern}}
      board: {under: [/Board/Room], attributes: {login: board}}
      boards: {under: [/Boards], attributes: {login: boards}}
      partner: {groups: Partners, attributes: {login: partner}}
      robot: {attributes: {login: robot, kind: service}}
      root: {attributes: {login: ROOT}}
    expect: {other: none, intern: none, board: none, boards: create, partner: create, robot: none, root: none}",
    );
}

#[test]
fn reported_groups_give_what_they_give_and_put_nobody_into_scope() {
    passes(
        "people:
      anna: {groups: [intranet, Editors, team-red, elsewhere], attributes: {login: anna}}
      ben: {groups: [editors], attributes: {login: ben}}
    expect: {anna: {is: create, fields: {roles: [team-red, editor]}}, ben: none}",
    );
}

#[test]
fn references_may_be_named_by_whom_they_mean() {
    let people = "people: {anna: {id: '1', attributes: {login: anna.berg}}, ben: {attributes: {login: ben, boss: '1'}}}";
    passes(&format!(
        "{people}\n    expect: {{anna: create, ben: {{is: create, fields: {{manager: anna}}}}}}"
    ));
    passes(&format!(
        "{people}\n    expect: {{anna: create, ben: {{is: create, fields: {{manager: anna.berg}}}}}}"
    ));
    fails(
        &format!(
            "{people}\n    expect: {{anna: create, ben: {{is: create, fields: {{manager: ben}}}}}}"
        ),
        &["ben fields.manager: \"ben\" but \"anna.berg\""],
    );
}

#[test]
fn accounts_are_as_the_last_sync_left_them_unless_they_say_otherwise() {
    passes(
        "people: {anna: {attributes: {login: anna, mail: new@x}}}
    accounts: {anna: {fields: {email: old@x, title: none}}}
    expect: {anna: {is: update, reason: changed-at-source}}",
    );
    passes(
        "people: {anna: {attributes: {login: anna, mail: a@x}}}
    accounts: {anna: {fields: {email: mine@x, title: none}, synced: {email: a@x}}}
    expect: {anna: {is: update, reason: reverted-local-edit}}",
    );
    passes(
        "people: {anna: {attributes: {login: anna}}}
    accounts: {anna: {blocked: [manual], fields: {title: none}}}
    expect: {anna: {is: none, blocked: [manual]}}",
    );
    passes(
        "people: {anna: {attributes: {login: anna, mail: A@X}}}
    accounts: {local.anna: {directory: local, fields: {email: a@x}}}
    expect: {local.anna: {is: adopt, username: anna}}",
    );
}

#[test]
fn only_a_complete_read_blocks_for_absence_and_a_feed_tells() {
    let two = "accounts: {anna: {fields: {title: none}}, ben: {fields: {title: none}}}
    people: {anna: {attributes: {login: anna}}";
    passes(&format!(
        "{two}}}\n    expect: {{anna: none, ben: {{is: block, reason: left-scope}}}}"
    ));
    passes(&format!(
        "{two}}}\n    coverage: partial\n    expect: {{anna: none, ben: none}}"
    ));
    passes(&format!(
        "{two}}}\n    coverage: delta\n    expect: {{anna: none, ben: none}}"
    ));
    passes(&format!(
        "{two}, ben: {{groups: [], attributes: {{login: ben}}}}}}\n    coverage: delta\n    expect: {{anna: none, ben: {{is: block, reason: left-scope}}}}"
    ));
}

#[test]
fn what_was_before_is_planned_and_applied() {
    passes(
        "before:
      - {now: 2026-11-01, people: {anna: {attributes: {login: anna}}, ben: {attributes: {login: ben}}}}
      - {now: 2026-11-02, people: {anna: {attributes: {login: anna}}}}
    people: {anna: {attributes: {login: anna}}, ben: {attributes: {login: ben, title: Chief}}}
    expect: {anna: none, ben: {is: [unblock, update], blocked: []}}",
    );
}

#[test]
fn a_guard_that_stops_the_plan_is_part_of_what_happens() {
    let four: Vec<String> = (1..=4)
        .map(|n| format!("p{n}: {{attributes: {{login: p{n}}}}}"))
        .collect();
    let people = format!("people: {{{}}}\n    others: any", four.join(", "));
    fails(&people, &[" guards: none but create.max"]);
    passes(&format!("{people}\n    guards: create"));
    passes(&format!(
        "{people}\n    guards: [create.max]\n    counts: {{create: 4, block: at most 0, changes: 2 to 5}}"
    ));
    fails(
        &format!(
            "{people}\n    guards: [create, block]\n    counts: {{create: at most 3, update: at least 1}}"
        ),
        &[
            " counts.create: at most 3 but 4",
            " counts.update: at least 1 but 0",
            " guards: create, block but create.max",
        ],
    );
}

#[test]
fn rules_have_sides_and_those_that_nobody_meets_are_named() {
    let results = results(&one(
        "people: {anna: {attributes: {login: anna, mail: a@x, end: 2020-01-01}}}
    others: any",
    ));
    let coverage = &results.coverage[0];
    let dead: Vec<String> = coverage
        .dead()
        .map(|(rule, side)| format!("{} {} {}", rule.at.line, rule.rule, side.is))
        .collect();
    for expected in [
        "5 scope.groups partners member",
        "5 scope.groups somebody outside",
        "5 scope.exclude.groups interns left out",
        "6 scope.where false",
        "20 block.ended false",
        "13 fields.email transform",
        "17 fields.roles from editors",
        "10 identity.adopt email adopted",
    ] {
        let line = dead
            .iter()
            .any(|dead| dead.ends_with(expected.split_once(' ').unwrap().1));
        assert!(line, "{expected} in {dead:#?}");
    }
    for met in [
        "scope.where true",
        "block.ended true",
        "fields.title default",
        "fields.email value",
    ] {
        assert!(
            !dead.iter().any(|dead| dead.ends_with(met)),
            "{met} in {dead:#?}"
        );
    }
    assert!(
        coverage.percent() < 60 && coverage.met() > 5,
        "{coverage:?}"
    );
}

#[test]
fn what_came_of_tests_is_told_to_people_and_programs() {
    let results = results(
        "tests:
  - {name: one, people: {anna: {groups: intranet, attributes: {login: anna}}}, expect: {anna: create}}
  - {name: <two> & \"three\", people: {anna: {groups: intranet, attributes: {login: anna}}}, expect: {anna: block}}
",
    );
    let shown = text(&results, Detail::Rules);
    assert!(
        shown.starts_with(
            "FAILED <two> & \"three\" (a.test.yaml:6)\n  `anna`, is (a.test.yaml:6)\n    expected  block\n    found     create\n    in the plan: create `anna`: "
        ),
        "{shown}"
    );
    assert!(
        shown.ends_with("1 of 2 tests failed, 1 passed\n"),
        "{shown}"
    );
    assert!(
        shown.contains("policy.yaml:6  scope.where: true 2×, false never\n"),
        "{shown}"
    );
    let document = json(&results);
    assert_eq!(document["format"], "muster.test/1");
    assert_eq!(document["summary"]["failed"], 1);
    let failure = &document["tests"][1]["failures"][0];
    assert_eq!(failure["person"], "anna");
    assert_eq!(failure["differences"][0]["expected"], "block");
    assert_eq!(failure["plan"][0]["policy"]["file"], "policy.yaml");
    let xml = junit(&results);
    assert!(
        xml.contains("<testsuite name=\"a.test.yaml\" tests=\"2\" failures=\"1\" errors=\"0\">"),
        "{xml}"
    );
    assert!(
        xml.contains(
            "name=\"&lt;two&gt; &amp; &quot;three&quot;\" file=\"a.test.yaml\" line=\"6\">"
        ),
        "{xml}"
    );
    assert!(
        xml.contains("<failure message=\"anna, is: expected block, found create\">"),
        "{xml}"
    );
}
