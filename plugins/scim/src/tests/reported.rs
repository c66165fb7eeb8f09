//! Groups that are told though they put nobody into scope.

use super::{Asked, batches, missing, page, people, read, service, settings};
use crate::Scim;
use muster_sdk::testing::{PlainRow, everybody, reporting, request};
use muster_sdk::{
    Coverage, FailureKind, PartialReason, ReadFrom, ReadRequest, Scope, Source, StepResult,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn asking(scope: Scope) -> ReadRequest {
    ReadRequest {
        scope,
        ..request(&["userName"])
    }
}

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|&name| name.to_owned()).collect()
}

/// Everybody's groups, as `u0: a+b`.
fn told(rows: &[PlainRow]) -> Vec<String> {
    let line = |row: &PlainRow| format!("{}: {}", row.text(0).unwrap(), row.groups.join("+"));
    rows.iter().map(line).collect()
}

fn fact<'a>(coverage: &'a Coverage, name: &str) -> Option<&'a str> {
    let mut facts = coverage.facts().iter();
    facts
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.as_str())
}

type Answer = (u16, Value);

/// u0 to u3. `Staff` holds u0, u1 and u2; `Team A` holds u1 and `Team B`, which
/// holds u2, u3 and `Team A`; nobody is in `Empty`.
fn group(id: &str) -> Option<Value> {
    let user = |id: &str| json!({"value": id, "type": "User"});
    let group = |id: &str| json!({"value": id, "type": "Group"});
    Some(match id {
        "s" => json!({"id": "s", "members": [user("i0"), user("i1"), user("i2")]}),
        "a" => json!({"id": "a", "members": [user("i1"), group("b")]}),
        "b" => json!({"id": "b", "members": [user("i2"), group("a"), user("i3")]}),
        "e" => json!({"id": "e"}),
        _ => return None,
    })
}

fn groups() -> [Value; 4] {
    [
        ("s", "Staff"),
        ("a", "Team A"),
        ("b", "Team B"),
        ("e", "Empty"),
    ]
    .map(|(id, name)| json!({"id": id, "displayName": name}))
}

fn answered(path: &str, query: &BTreeMap<String, String>) -> Answer {
    match path {
        "/Users" => page(&people(4), query),
        "/Groups" => page(&groups(), query),
        _ => match path.strip_prefix("/Groups/").and_then(group) {
            Some(group) => (200, group),
            None => missing(),
        },
    }
}

fn asked_for(asked: &Asked, path: &str) -> usize {
    let asked = asked.borrow();
    asked
        .iter()
        .filter(|target| target.split('?').next() == Some(path))
        .count()
}

#[test]
fn nested_members_of_reported_groups_are_told() {
    let asked = service(answered);
    let scope = Scope {
        groups: names(&["Staff"]),
        ..reporting(&["team a", "TEAM*", "Empty", "ghosts", "club *"])
    };
    let (rows, coverage) = read(settings(json!({})), asking(scope)).unwrap();
    assert_eq!(
        told(&rows),
        [
            "u0: Staff",
            "u1: Staff+team a+Team A+Team B",
            "u2: Staff+team a+Team A+Team B"
        ]
    );
    assert!(coverage.is_complete(), "{coverage:?}");
    let gone = fact(&coverage, "reported groups missing");
    assert_eq!(gone, Some("`ghosts`, `club *`"));
    for id in ["s", "a", "b", "e"] {
        let path = format!("/Groups/{id}");
        assert_eq!(asked_for(&asked, &path), 1, "{id} is read once");
    }
    let (rows, coverage) = read(settings(json!({})), asking(reporting(&["team*"]))).unwrap();
    assert_eq!(
        told(&rows),
        [
            "u0: ",
            "u1: Team A+Team B",
            "u2: Team A+Team B",
            "u3: Team A+Team B"
        ]
    );
    assert!(coverage.is_complete(), "{coverage:?}");
    assert_eq!(fact(&coverage, "reported groups missing"), None);
}

#[test]
fn a_member_who_is_nobody_is_missed_of_syncing_groups_alone() {
    service(|path, query| match path {
        "/Groups/s" => (
            200,
            json!({"id": "s", "members": [{"value": "i0"}, {"value": "gone"}]}),
        ),
        // Somebody who exists, and whom the list does not have.
        "/Users/hidden" => (200, json!({"id": "hidden"})),
        "/Groups/a" => (
            200,
            json!({"id": "a", "members": [{"value": "i0"}, {"value": "hidden"}]}),
        ),
        _ => answered(path, query),
    });
    let scope = Scope {
        groups: names(&["staff"]),
        ..reporting(&["Team A"])
    };
    let (rows, coverage) = read(settings(json!({})), asking(scope)).unwrap();
    assert_eq!(told(&rows), ["u0: staff+Team A"]);
    assert!(coverage.is_complete(), "{coverage:?}");
}

#[test]
fn a_reported_group_that_cannot_be_read_is_no_empty_one() {
    service(|path, query| match path {
        "/Groups/b" => (403, json!({"detail": "not yours"})),
        _ => answered(path, query),
    });
    let failure = read(settings(json!({})), asking(reporting(&["Team A"]))).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Denied, "{failure:?}");
    service(|path, query| match path {
        "/Groups/b" => missing(),
        _ => answered(path, query),
    });
    let (_, coverage) = read(settings(json!({})), asking(reporting(&["Team A"]))).unwrap();
    assert_eq!(coverage.reason(), Some(PartialReason::Drifted));
}

#[test]
fn a_list_of_groups_that_is_not_whole_shows_no_group_to_be_missing() {
    let cut = |path: &str, query: &BTreeMap<String, String>| match path {
        // It says that there are more than it gives.
        "/Groups" => (
            200,
            json!({"totalResults": 9, "Resources": match query.get("startIndex").map(String::as_str) {
                None | Some("1") => groups().to_vec(),
                _ => Vec::new(),
            }}),
        ),
        _ => answered(path, query),
    };
    for (report, is_whole) in [("Team A", true), ("ghosts", false), ("Team*", false)] {
        service(cut);
        let (rows, coverage) = read(settings(json!({})), asking(reporting(&[report]))).unwrap();
        assert_eq!(rows.len(), 4);
        assert_eq!(coverage.is_complete(), is_whole, "{report}: {coverage:?}");
    }
}

/// People who list their groups themselves; `u2` without names.
fn with_own_groups() -> Vec<Value> {
    let group = |id: &str, name: &str| json!({"value": id, "display": name});
    let mut people = people(4);
    people[0]["groups"] = json!([group("s", "Staff"), group("a", "Team A")]);
    people[1]["groups"] = json!([group("s", "Staff")]);
    people[2]["groups"] = json!([{"value": "s"}, {"value": "b"}]);
    people[3]["groups"] = json!([group("b", "Team B")]);
    people
}

#[test]
fn people_who_list_their_own_groups_are_told_them() {
    let all = with_own_groups();
    service(move |path, query| match path {
        "/Users" => page(&all, query),
        _ => answered(path, query),
    });
    let user = || settings(json!({"groups": "user"}));
    let scope = Scope {
        except_groups: names(&["Team B"]),
        ..reporting(&["team a", "s", "TEAM *", "Empty", "ghosts", "club*"])
    };
    let (rows, coverage) = read(user(), asking(scope)).unwrap();
    assert_eq!(told(&rows), ["u0: team a+s+Team A", "u1: s"]);
    assert!(coverage.is_complete(), "{coverage:?}");
    let gone = fact(&coverage, "reported groups missing");
    assert_eq!(gone, Some("`ghosts`, `club*`"));
    let scope = Scope {
        groups: names(&["Staff", "s"]),
        ..reporting(&["*"])
    };
    let (rows, _) = read(user(), asking(scope)).unwrap();
    assert_eq!(
        told(&rows),
        ["u0: Staff+s+Team A", "u1: Staff+s", "u2: Staff+s+Team B"]
    );
}

#[test]
fn names_in_peoples_lists_do_where_groups_cannot_be_listed() {
    let all = |has_nameless: bool| {
        let mut all = with_own_groups();
        if !has_nameless {
            all.remove(2);
        }
        all
    };
    // A group that people list by what the policy calls it is clear without a list.
    for (report, has_nameless, is_whole) in [
        ("team*", false, true),
        ("team*", true, false),
        ("Team B", true, false),
        ("b", true, true),
    ] {
        let all = all(has_nameless);
        service(move |path, query| match path {
            "/Users" => page(&all, query),
            _ => missing(),
        });
        let said = settings(json!({"groups": "user"}));
        let (rows, coverage) = read(said, asking(reporting(&[report]))).unwrap();
        let told = if report == "b" { "b" } else { "Team B" };
        assert_eq!(rows.last().unwrap().groups, [told]);
        assert_eq!(coverage.is_complete(), is_whole, "{report}: {coverage:?}");
    }
    let all = all(false);
    service(move |path, query| match path {
        "/Users" => page(&all, query),
        _ => missing(),
    });
    let said = settings(json!({"groups": "user"}));
    let (_, coverage) = read(said, asking(reporting(&["Empty", "Team A"]))).unwrap();
    assert!(coverage.is_complete(), "{coverage:?}");
    let gone = fact(&coverage, "reported groups missing");
    assert_eq!(gone, Some("`Empty`"));
}

#[test]
fn with_reported_groups_every_read_is_whole() {
    let all = people(3);
    service(move |path, query| match path {
        "/ServiceProviderConfig" => (200, json!({"filter": {"supported": true}})),
        "/Users" => match query.get("filter").map(String::as_str) {
            Some(filter) if filter.contains("2999") => page(&[], query),
            _ => page(&all, query),
        },
        _ => answered(path, query),
    });
    let said = || settings(json!({"incremental": "auto"}));
    let cursor = |scope: Scope| {
        let all = batches(said(), asking(scope)).unwrap();
        let last = all.last().unwrap();
        let fact = fact(last.coverage().unwrap(), "next changes by").map(str::to_owned);
        (last.next_delta().map(<[u8]>::to_vec), fact)
    };
    let (without, fact) = cursor(everybody());
    assert!(without.is_some() && fact.is_none());
    let (with, fact) = cursor(reporting(&["Team A"]));
    assert!(with.is_none() && fact.unwrap().starts_with("none: who joins"));
    let since = ReadRequest {
        start_at: ReadFrom::Since(without.unwrap()),
        ..asking(reporting(&["Team A"]))
    };
    let failure = read(said(), since).unwrap_err();
    assert_eq!(failure.kind, FailureKind::StaleCursor);
}

#[test]
fn a_check_tells_which_reported_groups_are_missing() {
    service(answered);
    let mut scim = Scim::open(settings(json!({}))).unwrap();
    let steps = scim.check(&reporting(&["Team A", "ghosts", "team*", "club*"]));
    let shown = steps.iter().filter(|step| step.what.contains("reported"));
    let shown: Vec<(&str, StepResult, &str)> = shown
        .map(|step| (step.what.as_str(), step.outcome, step.message.as_str()))
        .collect();
    assert_eq!(
        shown,
        [
            (
                "find the reported group Team A",
                StepResult::Ok,
                "its `id` is `a`; it has 3 people, out of 2 groups"
            ),
            (
                "find the reported group ghosts",
                StepResult::Warning,
                "there is no such group, so nobody is in it"
            ),
            ("list the reported groups", StepResult::Ok, "2 groups fit"),
            (
                "find the reported group club*",
                StepResult::Warning,
                "no group fits, so nobody is in one"
            ),
        ]
    );
}
