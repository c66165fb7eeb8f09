//! What is said of tests that are wrong.

use super::checked;

/// The diagnostics, in a line each: line, code, what, help.
fn wrong(tests: &str) -> Vec<String> {
    let checked = checked(tests);
    let told = checked.diagnostics.iter().map(|one| {
        let help = one.help.clone().unwrap_or_default();
        format!("{} {}: {} {help}", one.line, one.code, one.message)
            .trim()
            .to_owned()
    });
    told.collect()
}

#[test]
fn slips_are_named_with_what_was_probably_meant() {
    let tests = "\
people: {anna: {attributes: {mial: a@x}}}
tests:
  - name: one
    peple: [anna]
    people: [ana]
    expect: {bert: create, anna: {is: creat, feilds: {}, fields: {emial: a}, finding: no-usernam, rule: block.endet, blocked: lefft-scope}}
  - name: one
    people: {anna: {status: activ}}
    accounts: {anna: {directroy: local, blocked: rule}}
    counts: {blocks: 1, block: few}
    now: tomorrow
";
    assert_eq!(
        wrong(tests),
        [
            "4 unread-attribute: The policy `policy.yaml` does not read the attribute `mial` Did you mean `mail`?",
            "7 unknown-key: There is no key `peple` in a test Did you mean `people`?",
            "8 unknown-person: The file says nothing of `ana` Did you mean `anna`?",
            "9 unknown-person: The test has nobody called `bert`",
            "9 unknown-person: The test has nobody called `anna`",
            "9 unknown-word: `creat` is not possible for what is done Did you mean `create`?",
            "9 unknown-key: There is no key `feilds` in an expectation Did you mean `fields`?",
            "9 unknown-field: The policy maps no field `emial` Did you mean `email`?",
            "9 unknown-word: `no-usernam` is nothing that is found Did you mean `no-username`?",
            "9 unknown-word: The policy `policy.yaml` has no rule `block.endet` Did you mean `block.ended`?",
            "9 unknown-word: `lefft-scope` is no block reason Did you mean `left-scope`?",
            "10 duplicate-name: Two tests are called `one`",
            "11 unknown-word: `activ` is not possible for `status` Did you mean `active`?",
            "12 unknown-key: There is no key `directroy` in an account Did you mean `directory`?",
            "12 unknown-word: `rule` is no block reason There are `blocked-in-source`, `left-scope`, `no-licence`, `manual` and `rule:NAME`.",
            "13 unknown-word: `blocks` is nothing that is counted Did you mean `block`?",
            "13 bad-constant: `few` is no count Write `3`, `at most 5`, `at least 1` or `2 to 4`.",
            "14 bad-constant: `tomorrow` is no point in time Write it as 2026-11-23T08:00:00Z, or as the day alone: 2026-11-23.",
        ]
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
    );
}

#[test]
fn what_cannot_be_is_said_once() {
    for (tests, expected) in [
        ("", "missing-key"),
        ("tests: [{people: []}]", "missing-key"),
        (
            "tests: [{name: a, snapshot: x.snapshot}]",
            "unreadable-file",
        ),
        ("tests: [{name: a, accounts: x.jsonl}]", "unreadable-file"),
        (
            "tests: [{name: a, accounts: {anna: , ANNA: }}]",
            "duplicate-name",
        ),
        (
            "tests: [{name: a, people: {anna: }, expect: {anna: [none, create]}}]",
            "key-conflict",
        ),
        ("tests: {name: a}", "wrong-type"),
        ("tests: [{name: '', people: []}]", "empty-value"),
        ("tests: [{name: a, name: b}]", "duplicate-key"),
    ] {
        let told = wrong(tests);
        assert!(
            told.len() == 1 && told[0].contains(&format!(" {expected}: ")),
            "{tests}: {told:?}"
        );
    }
}

#[test]
fn no_text_makes_it_fall_over() {
    for text in [
        "\u{0}",
        "[",
        "tests",
        "- a",
        "muster: [",
        "tests: [[[]]]",
        "tests: [1, null, {expect: 3}]",
        "people: 3\ntests: [{name: a, before: [3, {people: 4}], accounts: [], counts: [], guards: {}}]",
        "defaults: {attributes: [], groups: {}}\ntests: []",
    ] {
        let _ = wrong(text);
    }
}
