//! Groups that are told though they put nobody into scope.

use super::fake::{Fake, error, nested, outsider, person};
use super::{Got, by_groups, got, read, read_with, request, resumed, settings};
use crate::Google;
use muster_sdk::testing::{everybody, reporting};
use muster_sdk::{FailureKind, PartialReason, Scope, Source, StepResult};
use serde_json::json;

const STAFF: &str = "staff@example.com";
const RED: &str = "team-red@example.com";

fn with(report: &[&str], scope: Scope) -> Scope {
    Scope {
        report: report.iter().map(|&name| name.to_owned()).collect(),
        ..scope
    }
}

/// a to d; a, b and c are staff; b and, nested, c and d are in team red, whose
/// identifier is `r`; everybody is in `all`.
fn teams() -> Fake {
    let red = || vec![person("b"), nested("inner"), outsider("eve")];
    let mut fake = Fake::of(&["a", "b", "c", "d"])
        .group(STAFF, vec![person("a"), person("b"), person("c")])
        .group("s", vec![person("a")])
        .group(RED, red())
        .group("r", red())
        .group("inner", vec![person("c"), person("d"), nested("r")])
        .group("e", vec![])
        .group(
            "all@example.com",
            vec![json!({"id": "C00fake", "type": "CUSTOMER", "role": "MEMBER"})],
        );
    fake.listed = vec![
        ("e", "team-empty@example.com"),
        ("r", "Team-Red@example.com"),
        ("s", STAFF),
    ];
    fake
}

/// Everybody's groups, as `a: staff+team-red`.
fn told(got: &Got) -> Vec<String> {
    let mut lines: Vec<String> = got
        .rows
        .iter()
        .map(|row| {
            let groups = row
                .groups
                .iter()
                .map(|group| group.split('@').next().unwrap());
            let groups: Vec<&str> = groups.collect();
            format!("{}: {}", row.id.as_deref().unwrap(), groups.join("+"))
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn nested_members_of_reported_groups_are_told() {
    let report = [RED, "team-*", "ghosts@example.com", "*@else.example"];
    let of_staff = got(teams(), &[], with(&report, by_groups(&[STAFF]))).whole();
    assert_eq!(
        told(&of_staff),
        [
            "a: staff",
            "b: staff+team-red+Team-Red",
            "c: staff+team-red+Team-Red"
        ]
    );
    let missing = of_staff.fact("reported groups missing");
    assert_eq!(missing, Some("`ghosts@example.com`, `*@else.example`"));
    let of_all = got(teams(), &[], with(&[RED], everybody())).whole();
    assert_eq!(
        told(&of_all),
        ["a: ", "b: team-red", "c: team-red", "d: team-red"]
    );
    assert_eq!(of_all.fact("reported groups missing"), None);
}

#[test]
fn a_group_that_holds_the_account_holds_everybody() {
    for scope in [everybody(), by_groups(&[STAFF])] {
        let got = got(teams(), &[], with(&["all@example.com", RED], scope.clone()));
        let got = got.whole();
        assert!(
            got.rows
                .iter()
                .all(|row| row.groups.contains(&"all@example.com".to_owned()))
        );
        assert_eq!(got.row("b").groups.len(), 2 + scope.groups.len());
    }
    // Somebody who came after the list of identifiers is in it, too.
    let late: super::fake::Move = |fake| {
        fake.users.push(super::fake::user("e", json!({})));
    };
    let fake = teams().pages_of(1).then("primaryEmail", late);
    let got = got(fake, &[], with(&["all@example.com"], everybody()));
    assert_eq!(got.row("e").groups, ["all@example.com"]);
}

#[test]
fn who_is_in_a_reported_group_alone_is_not_expected() {
    // The stranger is nobody's business, and may well be no user at all.
    let fake = teams().group(RED, vec![person("b"), person("ghost")]);
    let seen = fake.serve();
    let scope = with(&[RED], by_groups(&[STAFF]));
    let got = read_with(settings(json!({})), request(&[], scope))
        .unwrap()
        .whole();
    assert_eq!(told(&got), ["a: staff", "b: staff+team-red", "c: staff"]);
    let asked = seen.borrow();
    assert!(!asked.seen.iter().any(|target| target.contains("ghost")));
}

#[test]
fn a_reported_group_that_cannot_be_read_is_no_empty_one() {
    let forbidden = || {
        error(
            403,
            "forbidden",
            "Not Authorized to access this resource/api",
        )
    };
    let fake = teams().fault("groups/inner/members", 403, forbidden());
    let nested = got(fake, &[], with(&[RED], by_groups(&[STAFF])));
    assert_eq!(nested.reason(), Some(PartialReason::Unreadable));
    let fake = teams().fault("groups/team-red", 403, forbidden());
    let failure = read(fake, &[], with(&[RED], by_groups(&[STAFF]))).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Denied);
    // Listed, and then gone.
    let mut fake = teams();
    fake.groups.remove("r");
    let got = got(fake, &[], with(&["*red*"], by_groups(&[STAFF])));
    assert_eq!(got.reason(), Some(PartialReason::Drifted));
}

#[test]
fn listing_groups_needs_a_scope_of_its_own() {
    let refused = error(403, "insufficientPermissions", "Insufficient Permission");
    let fake = teams().fault("v1/groups?", 403, refused);
    let failure = read(fake.clone(), &[], with(&["team*"], everybody())).unwrap_err();
    let scope = "auth/admin.directory.group.readonly`";
    assert!(failure.message.contains(scope), "{failure:?}");
    // Only patterns need it.
    assert!(read(fake, &[], with(&[RED], everybody())).is_ok());
}

#[test]
fn the_list_of_groups_has_pages_and_is_read_once() {
    let mut fake = teams().pages_of(1);
    fake.page = 1;
    let seen = fake.serve();
    let scope = with(&["*red*", "*staff*"], everybody());
    let got = read_with(settings(json!({})), request(&[], scope))
        .unwrap()
        .whole();
    assert_eq!(told(&got)[..2], ["a: staff", "b: Team-Red"]);
    let seen = seen.borrow();
    let lists = seen
        .seen
        .iter()
        .filter(|target| target.contains("v1/groups?"));
    assert_eq!(lists.count(), 3);
}

#[test]
fn an_interrupted_read_goes_on_only_with_the_same_groups() {
    let fake = teams().pages_of(1);
    let shared = fake.serve();
    let scope = || with(&[RED], everybody());
    let whole = read_with(settings(json!({})), request(&[], scope())).unwrap();
    let cursor = whole.cursors.first().unwrap().clone();
    let again = read_with(settings(json!({})), resumed(&[], scope(), &cursor)).unwrap();
    assert_eq!(told(&again), told(&whole)[1..]);
    shared.borrow_mut().groups.insert(RED.to_owned(), vec![]);
    let failure = read_with(settings(json!({})), resumed(&[], scope(), &cursor)).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Drifted);
}

#[test]
fn a_check_tells_which_reported_groups_are_missing() {
    teams().serve();
    let mut google = Google::open(settings(json!({}))).unwrap();
    let steps = google.check(&reporting(&[RED, "ghosts@example.com", "team*", "x*"]));
    let shown = steps.iter().filter(|step| step.what.contains("reported"));
    let shown: Vec<(String, StepResult)> = shown
        .map(|step| (step.what.clone(), step.outcome))
        .collect();
    let find = |name: &str| format!("find the reported group {name}");
    assert_eq!(
        shown,
        [
            (find(RED), StepResult::Ok),
            (find("ghosts@example.com"), StepResult::Warning),
            ("list the reported groups".to_owned(), StepResult::Ok),
            (find("x*"), StepResult::Warning),
        ]
    );
}
