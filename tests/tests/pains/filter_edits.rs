//! A filter, scope or configuration edit removes many people at once.

use crate::desk::{Desk, count};
use muster_model::Action;
use muster_review::effect::{self, Deed, Way};
use muster_review::patterns::Values;
use std::collections::BTreeMap;

const PEOPLE: usize = 100;

fn people() -> Vec<String> {
    (0..PEOPLE)
        .map(|n| {
            let site = if n % 2 == 0 { "Lisbon" } else { "Porto" };
            format!(r#"{{"id": "{n}", "uid": "user{n}", "l": "{site}"}}"#)
        })
        .collect()
}

fn policy(scope: &str) -> String {
    format!("scope: {{{scope}}}\nidentity: {{username: uid}}\nfields: {{site: l}}\n")
}

#[test]
fn an_edited_filter_that_leaves_half_outside_is_stopped() {
    let people = people();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let mut desk = Desk::new();
    let before = desk.policy("staff", &policy("where: has(entry.l)"));
    desk.sync(&before, &people);
    let edited = desk.policy("staff", &policy("where: entry.l == \"Porto\""));
    let plan = desk.plan(&edited, &people);
    assert_eq!(count(&plan, Action::Block), 50);
    assert!(plan.is_stopped(), "{:#?}", plan.guards);
    let reason = plan.changes[0].reason.policy.as_ref().unwrap();
    assert_eq!(
        reason.to_string(),
        "staff.yaml:4",
        "the edited line is named"
    );
}

#[test]
fn with_a_grace_an_edited_filter_blocks_nobody_at_once() {
    let people = people();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let mut desk = Desk::new();
    // Without the grace, `shrink` would stop it as well.
    let policy = |scope: &str| policy(scope) + "guards: {shrink: none}\n";
    let before = desk.policy("staff", &policy("where: has(entry.l), grace: 7d"));
    desk.sync(&before, &people);
    let edited = desk.policy("staff", &policy("where: entry.l == \"Porto\", grace: 7d"));
    let plan = desk.sync(&edited, &people);
    assert!(plan.changes.is_empty(), "{:#?}", plan.changes);
    assert_eq!(
        plan.upcoming.len(),
        50,
        "those who will be blocked are told"
    );
    // The mistake is seen, and mended: nothing has happened.
    desk.later(3);
    assert!(desk.sync(&before, &people).changes.is_empty());
    desk.later(30);
    assert!(desk.sync(&before, &people).changes.is_empty());
}

#[test]
fn a_renamed_attribute_that_would_empty_a_field_for_many_is_stopped() {
    let people = people();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let mut desk = Desk::new();
    let before = desk.policy("staff", &policy(""));
    desk.sync(&before, &people);
    let renamed: Vec<String> = people
        .iter()
        .map(|line| line.replace("\"l\"", "\"city\""))
        .collect();
    let renamed: Vec<&str> = renamed.iter().map(String::as_str).collect();
    assert!(desk.plan(&before, &renamed).is_stopped());
}

/// Before it is merged: whom the edit takes away, why, and by which line.
#[test]
fn an_edited_filter_names_everybody_whom_it_takes_away_before_it_is_merged() {
    let people = people();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let mut desk = Desk::new();
    let before = desk.policy("staff", &policy("where: has(entry.l)"));
    desk.sync(&before, &people);
    let edited = desk.policy("staff", &policy("where: entry.l == \"Porto\""));
    let plans = [&before, &edited].map(|policy| desk.plan(policy, &people));
    let [old, new] = &plans;
    let effect = effect::compare(&before.directory, Some(old), Some(new), &BTreeMap::new());
    assert_eq!(effect.people.len(), 50);
    assert!(
        effect.newly_stopped,
        "the guards would have stopped it, too"
    );
    let groups = effect.groups(Values::Hidden);
    let [group] = groups.as_slice() else {
        panic!("{groups:#?}")
    };
    assert_eq!(
        (group.way, group.deed),
        (Way::Newly, Deed::Is(Action::Block))
    );
    assert_eq!(group.pattern.count, 50);
    assert_eq!(group.pattern.policy[0].to_string(), "staff.yaml:4");
    assert!(group.usernames.iter().any(|name| name.as_str() == "user98"));
    assert!(
        effect::compare(&before.directory, Some(old), Some(old), &BTreeMap::new()).is_nothing()
    );
}
