//! Absence is not evidence: whatever fails, nobody is blocked.

use crate::{FAILED, INCOMPLETE, Staff};
use muster_emulators::server::Fault;
use muster_tests::intranet::Intranet;

/// A page of members, and the second of them.
const MEMBERS: &str = "transitiveMembers/microsoft.graph.user?$count";

/// Whole reads of several pages.
fn synced() -> (Staff, Intranet) {
    let staff = Staff::start();
    staff.graph.tenant().page_cap = 1;
    let policy = staff.policy().set("feed", "none");
    let intranet = staff.intranet(&policy);
    intranet.sync().ok();
    intranet.nobody_is_blocked(3);
    (staff, intranet)
}

fn refusal(code: &str) -> String {
    serde_json::json!({"error": {"code": code, "message": "no"}}).to_string()
}

#[test]
fn a_service_that_is_down_blocks_nobody() {
    let (staff, intranet) = synced();
    drop(staff);
    intranet.sync().exits(FAILED);
    intranet.nobody_is_blocked(3);
}

#[test]
fn an_outage_in_the_middle_blocks_nobody() {
    let (staff, intranet) = synced();
    let gone = Fault::once("$skiptoken", 500).body(&refusal("internalServerError"));
    staff.graph.server.fail(gone.times(1000));
    let code = intranet.sync().code();
    assert!(matches!(code, Some(FAILED | INCOMPLETE)), "{code:?}");
    intranet.nobody_is_blocked(3);
    staff.graph.server.behave();
    intranet.is_settled();
}

#[test]
fn rights_that_go_away_in_the_middle_block_nobody() {
    let (staff, intranet) = synced();
    let denied = refusal("Authorization_RequestDenied");
    staff
        .graph
        .server
        .fail(Fault::once("$skiptoken", 403).times(1000).body(&denied));
    let output = intranet.sync().says("GroupMember.Read.All");
    assert!(
        matches!(output.code(), Some(FAILED | INCOMPLETE)),
        "{output}"
    );
    intranet.nobody_is_blocked(3);
}

#[test]
fn a_right_that_is_missing_is_named() {
    for right in ["User.Read.All", "GroupMember.Read.All"] {
        let (staff, intranet) = synced();
        staff.graph.tenant().revoke(right);
        intranet.sync().exits(FAILED).says(right);
        intranet.nobody_is_blocked(3);
    }
}

#[test]
fn a_token_that_ends_in_the_middle_is_renewed() {
    let (staff, intranet) = synced();
    let expired = refusal("InvalidAuthenticationToken");
    let fault = Fault::once("$skiptoken", 401).body(&expired);
    staff
        .graph
        .server
        .fail(fault.header("WWW-Authenticate", "Bearer"));
    staff.graph.server.forget();
    intranet.sync().ok();
    let tokens = staff.graph.server.seen();
    let tokens = tokens.iter().filter(|seen| seen.target.ends_with("/token"));
    assert_eq!(tokens.count(), 2);
}

#[test]
fn a_token_that_is_never_taken_is_a_failed_login() {
    let (staff, intranet) = synced();
    let refused = refusal("InvalidAuthenticationToken");
    staff
        .graph
        .server
        .fail(Fault::once("/v1.0/", 401).times(1000).body(&refused));
    intranet
        .sync()
        .exits(FAILED)
        .says("InvalidAuthenticationToken");
    intranet.nobody_is_blocked(3);
}

#[test]
fn a_throttle_with_a_fraction_of_a_second_or_without_a_word_is_waited_for() {
    let (staff, intranet) = synced();
    let busy = Fault::once("$skiptoken", 429).body(&refusal("TooManyRequests"));
    staff
        .graph
        .server
        .fail(busy.clone().header("Retry-After", "0.25"));
    staff.graph.server.fail(busy);
    intranet.is_settled();
}

#[test]
fn a_count_that_disagrees_blocks_nobody() {
    let (staff, intranet) = synced();
    staff.graph.tenant().miscount = 1;
    staff.graph.tenant().leave(&staff.group, &staff.bo);
    intranet.sync().exits(INCOMPLETE);
    intranet.nobody_is_blocked(3);
    staff.graph.tenant().miscount = 0;
    intranet.sync().ok();
    assert_eq!(
        intranet.account("bo@fabrikam.example").reasons(),
        ["left-scope"]
    );
}

#[test]
fn an_empty_answer_blocks_nobody() {
    let (staff, intranet) = synced();
    let empty = "{\"@odata.count\":0,\"value\":[]}";
    let fault = Fault::once(MEMBERS, 200).body(empty);
    staff
        .graph
        .server
        .fail(fault.header("content-type", "application/json"));
    intranet.sync().exits(INCOMPLETE);
    intranet.nobody_is_blocked(3);
}

#[test]
fn a_feed_that_is_down_blocks_nobody() {
    let staff = Staff::start();
    let intranet = staff.synced();
    let down = Fault::once("/groups/delta", 403).times(1000);
    staff
        .graph
        .server
        .fail(down.body(&refusal("Authorization_RequestDenied")));
    staff.graph.tenant().leave(&staff.group, &staff.bo);
    intranet.sync().exits(FAILED);
    intranet.nobody_is_blocked(3);
    staff.graph.server.behave();
    intranet.sync().ok();
    assert_eq!(
        intranet.account("bo@fabrikam.example").reasons(),
        ["left-scope"]
    );
}
