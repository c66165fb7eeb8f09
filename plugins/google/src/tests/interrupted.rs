//! Reads that break off, and go on in a fresh instance.

use super::fake::{Fake, error, person, user};
use super::{by_groups, read_with, request, resumed, settings};
use crate::Google;
use muster_sdk::testing::{everybody, rows};
use muster_sdk::{FailureKind, Scope, Source};
use serde_json::json;

fn crowd(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("u{n:03}")).collect()
}

/// Breaks the read after each of its pages, goes on, and compares.
fn goes_on(fake: &Fake, scope: &Scope, wanted: usize) {
    let names = ["primaryEmail"];
    fake.clone().serve();
    let whole = read_with(settings(json!({})), request(&names, scope.clone()))
        .unwrap()
        .whole();
    assert_eq!(whole.rows.len(), wanted);
    for (at, cursor) in whole.cursors.iter().enumerate() {
        fake.clone().serve();
        let mut google = Google::open(settings(json!({}))).unwrap();
        google.start(request(&names, scope.clone())).unwrap();
        let mut first = Vec::new();
        for _ in 0..=at {
            first.extend(rows(google.next().unwrap().page()));
        }
        drop(google);
        let rest = read_with(settings(json!({})), resumed(&names, scope.clone(), cursor));
        let rest = rest.unwrap().whole();
        first.extend(rest.rows.clone());
        let key = |row: &muster_sdk::testing::PlainRow| row.id.clone();
        let mut all = whole.rows.clone();
        all.sort_by_key(key);
        first.sort_by_key(key);
        assert_eq!(first, all, "after page {at}");
        assert_eq!(rest.fact("suspended"), whole.fact("suspended"));
        assert_eq!(
            rest.fact("members outside the account"),
            whole.fact("members outside the account")
        );
    }
}

#[test]
fn an_interrupted_read_goes_on_where_it_was() {
    let ids = crowd(70);
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut members: Vec<_> = ids.iter().map(|id| person(id)).collect();
    members.push(person("away"));
    let mut fake = Fake::of(&ids).group("g@example.com", members).pages_of(20);
    fake.users[3]["suspended"] = json!(true);
    fake.deleted = vec![user("gone", json!({}))];
    goes_on(&fake, &everybody(), 71);
    goes_on(&fake, &by_groups(&["g@example.com"]), 71);
}

#[test]
fn groups_that_changed_in_between_are_not_glossed_over() {
    let ids = crowd(60);
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let members = ids.iter().map(|id| person(id)).collect();
    let mut fake = Fake::of(&ids).group("g@example.com", members).pages_of(20);
    fake.clone().serve();
    let scope = by_groups(&["g@example.com"]);
    let whole = read_with(settings(json!({})), request(&[], scope.clone())).unwrap();
    fake.groups.get_mut("g@example.com").unwrap().pop();
    fake.serve();
    let failure = read_with(
        settings(json!({})),
        resumed(&[], scope.clone(), &whole.cursors[0]),
    );
    assert_eq!(failure.unwrap_err().kind, FailureKind::Drifted);
    let odd = read_with(settings(json!({})), resumed(&[], scope, b"what?"));
    assert_eq!(odd.unwrap_err().kind, FailureKind::StaleCursor);
}

/// Trap: page tokens live for three days.
#[test]
fn a_page_token_that_is_too_old_ends_the_read() {
    let fake = Fake::of(&["a", "b", "c"]).pages_of(1).fault(
        "primaryEmail%2Csuspended%29&pageToken",
        400,
        error(400, "invalid", "Invalid Input: pageToken"),
    );
    fake.serve();
    let failure = read_with(settings(json!({})), request(&[], everybody())).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Drifted, "{failure:?}");
}
