//! Whatever Okta does in the middle of a read, nobody is blocked for it.

use crate::{FAILED, GROUP, INCOMPLETE, Policy, synced};
use muster_emulators::okta::{Okta, TOKEN};
use muster_emulators::server::Fault;
use muster_tests::intranet::Intranet;

const PEOPLE: usize = 450;

/// Three pages of people, synced once by full reads.
fn crowd() -> (Okta, Intranet) {
    let org = Okta::default();
    org.crowd(PEOPLE, GROUP);
    let intranet = synced(&Policy::new(&org.url()).set("feed", "none"));
    org.server().forget();
    (org, intranet)
}

#[track_caller]
fn fails_or_is_incomplete(intranet: &Intranet) {
    let output = intranet.sync();
    assert!(
        matches!(output.code(), Some(FAILED | INCOMPLETE)),
        "{output}"
    );
    intranet.nobody_is_blocked(PEOPLE);
}

#[test]
fn refusals_in_the_middle_block_nobody() {
    for (status, body) in [
        (
            401,
            r#"{"errorCode":"E0000011","errorSummary":"Invalid token provided"}"#,
        ),
        (
            403,
            r#"{"errorCode":"E0000006","errorSummary":"You do not have permission"}"#,
        ),
        (
            404,
            r#"{"errorCode":"E0000007","errorSummary":"Not found"}"#,
        ),
        (200, "<html>maintenance</html>"),
    ] {
        let (org, intranet) = crowd();
        org.server()
            .fail(Fault::once("after=", status).times(1000).body(body));
        fails_or_is_incomplete(&intranet);
        org.server().behave();
        intranet.is_settled();
    }
}

#[test]
fn an_error_that_passes_is_waited_out() {
    let (org, intranet) = crowd();
    org.server()
        .fail(Fault::once("after=", 503).header("retry-after", "0"));
    intranet.is_settled();
}

/// Trap 19: the reset is an instant, on a clock that need not be ours.
#[test]
fn a_rate_limit_is_waited_out() {
    let (org, intranet) = crowd();
    org.clock_ahead(3600);
    org.limit(2, 1);
    intranet.is_settled();
    assert!(org.server().seen().len() > 8, "some were refused");
}

#[test]
fn too_many_at_once_is_waited_out() {
    let (org, intranet) = crowd();
    org.too_many_at_once(2);
    intranet.sync().ok();
    intranet.nobody_is_blocked(PEOPLE);
}

#[test]
fn a_revoked_token_blocks_nobody() {
    let (org, intranet) = crowd();
    org.revoke(TOKEN);
    intranet.sync().exits(FAILED).says("E0000011");
    intranet.nobody_is_blocked(PEOPLE);
}

#[test]
fn a_right_that_was_taken_is_named() {
    let (org, intranet) = crowd();
    org.rights(TOKEN, &["okta.groups.read", "okta.schemas.read"]);
    intranet.sync().exits(FAILED).says("okta.users.read");
    intranet.nobody_is_blocked(PEOPLE);
}

#[test]
fn an_org_without_people_blocks_nobody() {
    let (org, intranet) = crowd();
    org.server()
        .fail(Fault::once("/users?", 200).times(1000).body("[]"));
    let output = intranet.sync();
    assert!(
        matches!(output.code(), Some(FAILED | INCOMPLETE | 4)),
        "{output}"
    );
    intranet.nobody_is_blocked(PEOPLE);
}
