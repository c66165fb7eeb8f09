//! What a read proves, and what it does not.

use super::fake::{Fake, error, person};
use super::{by_groups, got, read, read_with, request, settings};
use muster_sdk::testing::everybody;
use muster_sdk::{FailureKind, PartialReason};
use serde_json::json;

/// Trap: users are listed by address, so whoever is renamed while the list is
/// read slips behind it.
#[test]
fn who_is_renamed_during_the_read_is_not_lost() {
    let rename = |fake: &mut Fake| fake.users[2]["primaryEmail"] = json!("0@example.com");
    let fake = Fake::of(&["a", "b", "z"])
        .pages_of(1)
        .then("primaryEmail", rename);
    let all = got(fake.clone(), &["primaryEmail"], everybody()).whole();
    assert_eq!(all.ids(), ["a", "b", "z"]);
    assert_eq!(all.fact("found by a second look"), Some("1"));

    let ids: Vec<String> = (0..60).map(|n| format!("u{n:02}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let rename = |fake: &mut Fake| fake.users[59]["primaryEmail"] = json!("0@example.com");
    let members = ids.iter().map(|id| person(id)).collect();
    let fake = Fake::of(&ids)
        .group("g@example.com", members)
        .pages_of(20)
        .then("primaryEmail", rename);
    let grouped = got(fake, &[], by_groups(&["g@example.com"])).whole();
    assert_eq!(grouped.rows.len(), 60);
    assert_eq!(grouped.fact("found by a second look"), Some("1"));
}

#[test]
fn who_is_listed_twice_is_delivered_once() {
    let rename = |fake: &mut Fake| fake.users[0]["primaryEmail"] = json!("zz@example.com");
    let fake = Fake::of(&["a", "b", "c"])
        .pages_of(1)
        .then("primaryEmail", rename);
    assert_eq!(got(fake, &[], everybody()).whole().ids(), ["a", "b", "c"]);
}

#[test]
fn who_comes_during_the_read_is_delivered() {
    let come = |fake: &mut Fake| fake.users.push(super::fake::user("x", json!({})));
    let fake = Fake::of(&["a", "b"]).pages_of(1).then("primaryEmail", come);
    assert_eq!(got(fake, &[], everybody()).whole().ids(), ["a", "b", "x"]);
}

/// Trap: an empty answer is no empty account.
#[test]
fn nobody_at_all_proves_nothing() {
    let nobody = got(Fake::of(&[]), &[], everybody());
    assert_eq!(nobody.reason(), Some(PartialReason::Empty));
    let empty = Fake::of(&["a"]).group("g@example.com", vec![]);
    let empty = got(empty, &[], by_groups(&["g@example.com"]));
    assert_eq!(empty.reason(), Some(PartialReason::Empty));
}

/// Trap: a missing list is an empty one only if the answer says that it is one.
#[test]
fn an_answer_of_another_kind_is_refused() {
    let strange = Fake::of(&["a"]).fault("v1/users?", 200, json!({"welcome": "portal"}));
    assert_eq!(
        read(strange, &[], everybody()).unwrap_err().kind,
        FailureKind::Data
    );
    let other = Fake::of(&["a"]).fault("/members", 200, json!({"kind": "admin#directory#groups"}));
    let failure = read(other, &[], by_groups(&["g@example.com"])).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Data);
}

#[test]
fn a_page_that_names_itself_is_refused() {
    let page =
        json!({"kind": "admin#directory#users", "nextPageToken": "t", "users": [{"id": "a"}]});
    let fake = Fake::of(&["a"]).fault("v1/users?", 200, page);
    assert_eq!(
        read(fake, &[], everybody()).unwrap_err().kind,
        FailureKind::Data
    );
}

/// Trap: Google throttles with 403; not every 403 is a missing right.
#[test]
fn each_403_is_told_apart() {
    let cases = [
        (
            "userRateLimitExceeded",
            "User Rate Limit Exceeded",
            FailureKind::Throttled,
            "slow down",
        ),
        (
            "rateLimitExceeded",
            "Rate Limit Exceeded",
            FailureKind::Throttled,
            "slow down",
        ),
        (
            "quotaExceeded",
            "Quota exceeded",
            FailureKind::Throttled,
            "slow down",
        ),
        (
            "forbidden",
            "Not Authorized to access this resource/api",
            FailureKind::Denied,
            "admin@example.com",
        ),
        (
            "domainCannotUseApis",
            "Domain cannot use apis.",
            FailureKind::Denied,
            "does not let programs",
        ),
        (
            "accessNotConfigured",
            "Enable it by visiting https://console.developers.google.com/apis/api/admin.googleapis.com/overview?project=1 then retry",
            FailureKind::Denied,
            "https://console.developers.google.com/apis/api/admin.googleapis.com",
        ),
        (
            "insufficientPermissions",
            "Insufficient Permission",
            FailureKind::Denied,
            "admin.directory.user.readonly",
        ),
    ];
    for (reason, message, kind, says) in cases {
        let fake = Fake::of(&["a"]).fault("v1/users?", 403, error(403, reason, message));
        let failure = read(fake, &[], everybody()).unwrap_err();
        assert_eq!(failure.kind, kind, "{reason}");
        assert!(
            failure.message.contains(says),
            "{reason}: {}",
            failure.message
        );
        assert!(failure.hint.is_some(), "{reason}");
    }
    for (status, kind) in [
        (401, FailureKind::Auth),
        (429, FailureKind::Throttled),
        (500, FailureKind::Unavailable),
        (503, FailureKind::Unavailable),
        (418, FailureKind::Data),
    ] {
        let fake = Fake::of(&["a"]).fault("v1/users?", status, json!("odd"));
        assert_eq!(
            read(fake, &[], everybody()).unwrap_err().kind,
            kind,
            "{status}"
        );
    }
}

/// In the middle of a read, too: whatever fails, nobody is said to be gone.
#[test]
fn no_read_ends_well_that_was_cut() {
    for at in 0..6 {
        for (status, reason) in [
            (403, "forbidden"),
            (403, "userRateLimitExceeded"),
            (401, "authError"),
            (503, "backendError"),
        ] {
            let fake = Fake::of(&["a", "b", "c"]).pages_of(1).fault_after(
                "v1/users?",
                at,
                status,
                error(status, reason, reason),
            );
            assert!(read(fake, &[], everybody()).is_err(), "{at} {reason}");
        }
    }
}

#[test]
fn deleted_users_that_may_not_be_listed_are_done_without() {
    let fake = Fake::of(&["a"]).fault("showDeleted", 403, error(403, "forbidden", "no"));
    assert_eq!(got(fake, &[], everybody()).whole().ids(), ["a"]);
}

#[test]
fn too_many_members_whom_no_list_has_prove_nothing() {
    let mut members: Vec<_> = (0..2001).map(|n| person(&format!("m{n}"))).collect();
    members.push(person("a"));
    let fake = Fake::of(&["a"]).group("g@example.com", members);
    let got = got(fake, &[], by_groups(&["g@example.com"]));
    assert_eq!(
        (got.ids(), got.reason()),
        (vec!["a"], Some(PartialReason::Unproven))
    );
}

#[test]
fn there_is_no_feed() {
    Fake::of(&["a"]).serve();
    let since = muster_sdk::ReadRequest {
        start_at: muster_sdk::ReadFrom::Since(vec![1]),
        ..request(&[], everybody())
    };
    let failure = read_with(settings(json!({})), since).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unsupported);
}
