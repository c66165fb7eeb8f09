//! Block rules, grace, look-ahead and licences.

use muster_policy::{Grace, LicenceTerms, Policy, SeatCount, Unblock, check, parse};
use std::collections::BTreeMap;

fn policy(more: &str) -> Policy {
    let text = format!(
        "muster: 1\ndirectory: staff\nprovider: {{plugin: ldap}}\nidentity: {{username: uid}}\nfields: {{start: hireDate, email: mail}}\n{more}"
    );
    parse("p.yaml", &text).unwrap_or_else(|wrong| panic!("{wrong:#?}"))
}

#[test]
fn without_keys_nothing_is_new() {
    let policy = policy("block: [{name: ended, when: has(entry.ends)}]\n");
    assert_eq!(
        (policy.scope.grace, policy.scope.unblock),
        (None, Unblock::Auto)
    );
    assert_eq!(policy.upcoming, Some(30));
    assert_eq!(policy.licences, None);
    let rule = &policy.blocks[0];
    assert_eq!((rule.grace, rule.unblock), (None, Unblock::Auto));
    assert_eq!(rule.sentence(), "rule `ended` holds");
}

#[test]
fn a_grace_is_days_or_reads() {
    let grace = |text: &str| policy(&format!("scope: {{grace: {text}}}\n")).scope.grace;
    assert_eq!(grace("14d"), Some(Grace::Days(14)));
    assert_eq!(grace("3 reads"), Some(Grace::Reads(3)));
    assert_eq!(grace("\"1 read\""), Some(Grace::Reads(1)));
    assert_eq!(grace("2reads"), Some(Grace::Reads(2)));
}

#[test]
fn a_reason_is_one_line_without_its_full_stop() {
    let reason = |text: &str| {
        let policy = policy(&format!(
            "block:\n  - name: ended\n    when: has(entry.ends)\n    reason: {text}\n    unblock: manual\n    grace: 7d\n"
        ));
        let rule = &policy.blocks[0];
        assert_eq!((rule.grace, rule.unblock), (Some(7), Unblock::Manual));
        rule.sentence()
    };
    assert_eq!(reason("The contract has ended."), "The contract has ended");
    assert_eq!(
        reason(">\n      The contract\n      has ended.\n"),
        "The contract has ended"
    );
    assert_eq!(
        reason("|\n      Ended.\n\n      Ask HR!\n"),
        "Ended. Ask HR!"
    );
    assert_eq!(reason("and so on..."), "and so on...");
    assert_eq!(reason("Völlig Ⅷ "), "Völlig Ⅷ");
}

#[test]
fn looking_ahead_can_be_switched_off() {
    assert_eq!(policy("upcoming: none\n").upcoming, None);
    assert_eq!(policy("upcoming: 366d\n").upcoming, Some(366));
    assert_eq!(policy("upcoming: 1d\n").upcoming, Some(1));
}

#[test]
fn seats_have_a_limit_a_count_and_an_order() {
    let policy =
        policy("licences: {limit: 500, count: intranet, order: [start, email], warn: 20}\n");
    let terms = policy.licences.unwrap();
    assert_eq!(
        terms,
        LicenceTerms {
            limit: 500,
            count: SeatCount::Intranet,
            order: vec!["start".into(), "email".into()],
            warn: 20,
            at: terms.at.clone(),
        }
    );
    assert_eq!(terms.at.line, 6);
}

#[test]
fn a_field_of_an_included_file_can_order_people() {
    let shared = "muster: 1\nfields: {start: hireDate}\n";
    let files: BTreeMap<String, String> = [("shared.yaml".to_owned(), shared.to_owned())].into();
    let text = "muster: 1\ndirectory: staff\ninclude: shared.yaml\nprovider: {plugin: ldap}\nidentity: {username: uid}\nlicences: {limit: 1, order: start}\n";
    let checked = crate::files::checked(text, &files, None);
    assert_eq!(checked.diagnostics, []);
    let terms = checked.policy.unwrap().licences.unwrap();
    assert_eq!(terms.order, ["start".into()]);
}

#[test]
fn every_mistake_is_told_at_once() {
    let text = include_str!("../fixtures/unknown-word.grace.yaml");
    let checked = check("p.yaml", text);
    assert_eq!(checked.diagnostics.len(), 7, "{:#?}", checked.diagnostics);
}
