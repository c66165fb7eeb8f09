//! What Okta's refusals become.

use super::*;
use muster_emulators::okta::TOKEN;
use muster_emulators::server::Fault;

fn failure(org: &Org) -> Failure {
    try_read(settings(org), request(&[])).unwrap_err()
}

#[test]
fn a_revoked_token_is_told_in_words() {
    let org = org();
    org.revoke(TOKEN);
    let failure = failure(&org);
    assert_eq!(failure.kind, FailureKind::Auth);
    assert!(failure.message.contains("E0000011"), "{failure:?}");
    assert!(failure.hint.unwrap().contains("30 days"));
}

#[test]
fn a_missing_right_is_named() {
    let org = org();
    org.group("Intranet");
    org.rights(
        TOKEN,
        &["okta.schemas.read", "okta.logs.read", "okta.groups.read"],
    );
    let failure = failure(&org);
    assert_eq!(failure.kind, FailureKind::Denied);
    assert!(failure.hint.unwrap().contains("`okta.users.read`"));
    org.rights(TOKEN, &["okta.users.read", "okta.schemas.read"]);
    let failure = try_read(settings(&org), request(&["Intranet"])).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Denied);
    assert!(failure.hint.unwrap().contains("`okta.groups.read`"));
}

/// Trap 19: Okta's reset is an epoch, not a delay.
#[test]
fn the_reset_of_a_limit_is_an_instant_on_the_servers_clock() {
    let org = org();
    // A server whose clock is an hour ahead: its own date is what counts.
    org.clock_ahead(3600);
    org.limit(1, 60);
    let mut wait = None;
    for _ in 0..3 {
        if let Err(failure) = try_read(settings(&org), request(&[])) {
            assert_eq!(failure.kind, FailureKind::Throttled);
            assert!(
                failure.message.contains("rate limit is used up"),
                "{failure:?}"
            );
            wait = failure.retry_after_ms;
        }
    }
    assert!(wait.unwrap() <= 60_000, "{wait:?}");
}

#[test]
fn too_many_at_once_is_not_the_rate_limit() {
    let org = org();
    org.too_many_at_once(1);
    let failure = failure(&org);
    assert_eq!(failure.kind, FailureKind::Throttled);
    assert!(failure.message.contains("at once"), "{failure:?}");
    assert!(failure.retry_after_ms.unwrap() <= 2000);
}

#[test]
fn refusals_in_the_middle_deliver_no_end() {
    for (status, kind) in [
        (401, FailureKind::Auth),
        (403, FailureKind::Denied),
        (404, FailureKind::Config),
        (429, FailureKind::Throttled),
        (500, FailureKind::Unavailable),
        (503, FailureKind::Unavailable),
    ] {
        let org = org();
        org.crowd(250, "Intranet");
        org.server().fail(Fault::once("after=", status));
        let mut source = open(&org);
        source.start(request(&["Intranet"])).unwrap();
        assert!(source.next().unwrap().coverage().is_none());
        assert_eq!(source.next().unwrap_err().kind, kind, "{status}");
    }
}

/// A gateway's `error` is not that of a login.
#[test]
fn what_stands_between_is_no_refused_proof() {
    for (status, kind) in [
        (429, FailureKind::Throttled),
        (503, FailureKind::Unavailable),
    ] {
        let org = org();
        let body = r#"{"error": "slow down"}"#;
        org.server().fail(Fault::once("/users?", status).body(body));
        assert_eq!(failure(&org).kind, kind, "{status}");
    }
}

#[test]
fn an_error_of_oktas_own_may_pass() {
    let org = org();
    let body =
        r#"{"errorCode":"E0000009","errorSummary":"Internal Server Error","errorCauses":[]}"#;
    org.server().fail(Fault::once("/users?", 500).body(body));
    let failure = failure(&org);
    assert_eq!(failure.kind, FailureKind::Unavailable);
    assert!(failure.message.contains("E0000009, Internal Server Error"));
}

#[test]
fn causes_are_repeated() {
    let org = org();
    let body = r#"{"errorCode":"E0000001","errorSummary":"Api validation failed","errorCauses":[{"errorSummary":"limit: too much"}]}"#;
    org.server().fail(Fault::once("/users?", 400).body(body));
    let failure = failure(&org);
    assert!(
        failure
            .message
            .contains("Api validation failed: limit: too much"),
        "{failure:?}"
    );
}

#[test]
fn web_pages_are_no_people() {
    let org = org();
    let page = Fault::once("/users?", 200).body("<!doctype html><title>Sign in</title>");
    org.server().fail(page);
    let failure = failure(&org);
    assert_eq!(failure.kind, FailureKind::Data);
    assert!(failure.message.contains("no JSON"));
}

#[test]
fn a_page_that_names_itself_ends_the_read() {
    let org = org();
    let link = format!("<{}/api/v1/users?limit=200>; rel=\"next\"", org.url());
    org.server()
        .fail(Fault::once("/users?", 200).header("link", &link).body("[]"));
    let failure = failure(&org);
    assert_eq!(failure.kind, FailureKind::Data);
    assert!(failure.message.contains("names itself"));
}

#[test]
fn a_user_without_an_id_takes_the_proof_away() {
    let org = org();
    org.server()
        .fail(Fault::once("/users?limit", 200).body(r#"[{"status":"ACTIVE"}]"#));
    let done = read(&org, request(&[]));
    assert_eq!(done.problems, 1);
}

#[test]
fn addresses_that_are_not_the_orgs_are_refused() {
    let org = org();
    for (url, right) in [
        (
            "https://example-admin.okta.com",
            "url: https://example.okta.com",
        ),
        ("https://example.okta.com/", ""),
        (
            "https://example.okta.com/api/v1",
            "url: https://example.okta.com",
        ),
    ] {
        let opened = crate::Okta::open(Settings {
            url: url.to_owned(),
            ..settings(&org)
        });
        match opened {
            Err(failure) => assert!(failure.hint.unwrap().contains(right), "{url}"),
            Ok(_) => assert!(right.is_empty(), "{url}"),
        }
    }
}
