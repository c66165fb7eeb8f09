//! Whatever fails, and wherever: nobody is blocked for it.

use crate::workspace::{Policy, intranet, synced};
use muster_emulators::google::{Google, forbidden, throttled};
use muster_emulators::server::Fault;
use muster_tests::intranet::Intranet;
use serde_json::json;

/// A crowd on three pages, synced once.
fn crowd() -> (Google, Intranet) {
    let google = Google::start();
    google.add_crowd(1200);
    let policy = Policy::of(&google).scope(&["exclude: {usernames: [admin@example.com]}"]);
    let intranet = intranet(&google, &policy);
    intranet.sync().ok();
    (google, intranet)
}

/// The pages of users, not those of identifiers.
const USERS: &str = "primaryEmail";

#[test]
fn whatever_fails_in_the_middle_blocks_nobody() {
    let (google, intranet) = crowd();
    // Longer than anybody waits.
    let slowly = |fault: Fault| fault.header("retry-after", "86400");
    for (name, fault) in [
        ("a missing right", forbidden(USERS)),
        ("a token that is refused for good", Fault::once(USERS, 401)),
        (
            "a throttle that never ends",
            slowly(throttled(USERS, "userRateLimitExceeded")),
        ),
        (
            "a quota that never ends",
            slowly(throttled(USERS, "quotaExceeded")),
        ),
        ("an outage", slowly(Fault::once(USERS, 503))),
    ] {
        google.server().fail(fault.after(1).times(100_000));
        let output = intranet.sync();
        assert!(matches!(output.code(), Some(1 | 5)), "{name}: {output}");
        intranet.nobody_is_blocked(1200);
        google.server().behave();
    }
    intranet.is_settled();
}

#[test]
fn an_answer_cut_short_blocks_nobody() {
    let (google, intranet) = crowd();
    let half = r#"{"kind": "admin#directory#users", "users": [{"id": "1"#;
    google
        .server()
        .fail(Fault::once(USERS, 200).body(half).after(2).times(1000));
    let output = intranet.sync();
    assert!(matches!(output.code(), Some(1 | 5)), "{output}");
    google.server().behave();
    google
        .server()
        .fail(Fault::once("/users", 200).body("{}").times(1000));
    let output = intranet.sync();
    assert!(matches!(output.code(), Some(1 | 5)), "{output}");
    intranet.nobody_is_blocked(1200);
}

/// Trap: Google throttles with 403. A throttle that ends is waited for.
#[test]
fn a_throttle_that_ends_is_waited_for() {
    let (google, intranet) = crowd();
    for reason in ["userRateLimitExceeded", "quotaExceeded"] {
        google.server().behave();
        google.server().fail(
            throttled(USERS, reason)
                .header("retry-after", "0")
                .after(1)
                .times(2),
        );
        intranet.is_settled();
        assert_eq!(intranet.plan().coverage(), ("complete", None));
    }
}

/// A token that expires in the middle is asked for anew, once.
#[test]
fn a_token_that_expires_is_renewed() {
    let (google, intranet) = crowd();
    google.server().forget();
    google.when(USERS, 2, |account| account.expire_tokens());
    intranet.run(&["plan", "policy.yaml", "--exit-code"]).ok();
    let seen = google.server().seen();
    assert_eq!(
        seen.iter().filter(|seen| seen.target == "/token").count(),
        2
    );
}

/// Trap: users are listed by address, and whoever is renamed meanwhile slips
/// behind the list.
#[test]
fn who_is_renamed_during_the_read_is_not_blocked() {
    let (google, intranet) = crowd();
    google.when(USERS, 1, |account| {
        account.change(
            "person01100@example.com",
            json!({"primaryEmail": "aaa@example.com"}),
        );
    });
    let plan = intranet.plan();
    plan.changes_are(&[
        ("rename", "aaa@example.com", "renamed"),
        ("update", "aaa@example.com", "changed-at-source"),
    ]);
    assert_eq!(plan.coverage(), ("complete", None));
}

/// Trap: page tokens live for three days.
#[test]
fn page_tokens_that_expire_block_nobody() {
    let (google, intranet) = crowd();
    google.when(USERS, 1, |account| account.expire_pages());
    let output = intranet.sync();
    assert!(matches!(output.code(), Some(1 | 5)), "{output}");
    intranet.nobody_is_blocked(1200);
}

#[test]
fn no_server_at_all_blocks_nobody() {
    let (google, intranet) = synced();
    drop(google);
    intranet.sync().exits(1);
    intranet.nobody_is_blocked(4);
}

#[test]
fn an_account_without_anybody_blocks_nobody() {
    let (google, intranet) = synced();
    let empty = r#"{"kind": "admin#directory#members", "etag": "\"x\""}"#;
    google
        .server()
        .fail(Fault::once("/members", 200).body(empty).times(1000));
    intranet.sync().exits(5);
    intranet.nobody_is_blocked(4);
}
