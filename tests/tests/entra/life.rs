//! What becomes of people.

use crate::{INCOMPLETE, Policy, SECRET, Staff, VARIABLE};
use muster_emulators::graph::{Client, Graph, Tenant};
use muster_tests::intranet::Intranet;
use serde_json::json;

/// Whole reads only: what these tests are about is the lists.
fn whole(staff: &Staff) -> (Policy, Intranet) {
    let policy = staff.policy().set("feed", "none");
    let intranet = staff.intranet(&policy);
    intranet.sync().ok();
    intranet.nobody_is_blocked(3);
    (policy, intranet)
}

#[test]
fn a_first_sync_creates_everybody_and_the_second_plan_is_empty() {
    let staff = Staff::start();
    let (_, intranet) = whole(&staff);
    let names = [
        "anna@fabrikam.example",
        "bo@fabrikam.example",
        "cleo@fabrikam.example",
    ];
    assert_eq!(intranet.usernames(), names);
    let anna = intranet.account(names[0]);
    assert_eq!(anna.external_id(), Some(staff.anna.as_str()));
    assert_eq!(anna.field("first_name"), &json!("Anna"));
    assert_eq!(anna.field("department"), &json!("Sales"));
    intranet.is_settled();
    assert_eq!(intranet.plan().coverage(), ("complete", None));
}

#[test]
fn who_is_disabled_is_blocked_and_comes_back() {
    let staff = Staff::start();
    let (_, intranet) = whole(&staff);
    staff.graph.tenant().enable(&staff.bo, false);
    intranet.sync().ok();
    assert_eq!(
        intranet.account("bo@fabrikam.example").reasons(),
        ["blocked-in-source"]
    );
    intranet.is_settled();
    staff.graph.tenant().enable(&staff.bo, true);
    intranet.sync().ok();
    intranet.nobody_is_blocked(3);
}

#[test]
fn who_left_the_nested_group_is_blocked() {
    let staff = Staff::start();
    let (_, intranet) = whole(&staff);
    staff.graph.tenant().leave(&staff.nested, &staff.cleo);
    intranet.sync().ok();
    assert_eq!(
        intranet.account("cleo@fabrikam.example").reasons(),
        ["left-scope"]
    );
    intranet.is_settled();
    staff.graph.tenant().join(&staff.group, &staff.cleo);
    intranet.sync().ok();
    intranet.nobody_is_blocked(3);
}

#[test]
fn a_rename_keeps_the_account() {
    let staff = Staff::start();
    let (_, intranet) = whole(&staff);
    let before = intranet.account("anna@fabrikam.example").id().to_owned();
    staff.graph.tenant().set(
        &staff.anna,
        "userPrincipalName",
        json!("anna.holm@fabrikam.example"),
    );
    intranet.sync().ok();
    assert_eq!(intranet.account("anna.holm@fabrikam.example").id(), before);
    intranet.nobody_is_blocked(3);
}

#[test]
fn soft_deleted_and_hard_deleted_people_are_blocked() {
    let staff = Staff::start();
    let (_, intranet) = whole(&staff);
    staff.graph.tenant().delete(&staff.bo);
    intranet.sync().ok();
    assert_eq!(intranet.account("bo@fabrikam.example").status(), "blocked");
    intranet.is_settled();
    staff.graph.tenant().restore(&staff.bo);
    staff.graph.tenant().purge(&staff.cleo);
    intranet.sync().ok();
    assert_eq!(intranet.account("bo@fabrikam.example").status(), "active");
    assert_eq!(
        intranet.account("cleo@fabrikam.example").status(),
        "blocked"
    );
    intranet.is_settled();
}

#[test]
fn managers_of_members_are_asked_for() {
    let staff = Staff::start();
    staff.graph.tenant().manage(&staff.bo, Some(&staff.anna));
    staff.graph.tenant().throttled_parts = 2;
    let policy = staff
        .policy()
        .field("boss: {from: manager, default: \"\"}")
        .field("boss_name: {from: manager.userPrincipalName, default: \"\"}");
    let intranet = staff.intranet(&policy);
    intranet.sync().ok();
    let bo = intranet.account("bo@fabrikam.example");
    assert_eq!(bo.field("boss"), &json!(staff.anna));
    assert_eq!(bo.field("boss_name"), &json!("anna@fabrikam.example"));
    intranet.is_settled();
}

#[test]
fn photos_come_as_base64() {
    let staff = Staff::start();
    staff
        .graph
        .tenant()
        .photo(&staff.bo, &[0xff, 0xd8, 0xff, 0xe0]);
    let policy = staff.policy().set("photos", "48").field("picture: photo");
    let intranet = staff.intranet(&policy);
    intranet.sync().ok();
    assert_eq!(
        intranet.account("bo@fabrikam.example").field("picture"),
        &json!("/9j/4A==")
    );
    intranet.is_settled();
}

#[test]
fn guests_can_be_left_out() {
    let staff = Staff::start();
    let guest = json!({"userType": "Guest", "externalUserState": "Accepted", "givenName": "G", "surname": "H", "department": "X"});
    let guest = staff
        .graph
        .tenant()
        .user("g_b.example#EXT#@fabrikam.example", guest);
    staff.graph.tenant().join(&staff.group, &guest);
    let intranet = staff.intranet(&staff.policy().set("guests", "exclude"));
    intranet.sync().ok();
    intranet.nobody_is_blocked(3);
}

#[test]
fn null_filled_members_change_nobody() {
    let staff = Staff::start();
    let (_, intranet) = whole(&staff);
    // Rights were narrowed so that members show their ids alone.
    let members: Vec<_> = [&staff.anna, &staff.bo, &staff.cleo]
        .iter()
        .map(|id| json!({"@odata.type": "#microsoft.graph.user", "id": id, "displayName": null}))
        .collect();
    let page = json!({"@odata.count": 3, "value": members}).to_string();
    let fault = muster_emulators::server::Fault::once("microsoft.graph.user?$count", 200);
    staff
        .graph
        .server
        .fail(fault.header("content-type", "application/json").body(&page));
    intranet.sync().says("User.Read.All");
    intranet.nobody_is_blocked(3);
    assert_eq!(
        intranet
            .account("anna@fabrikam.example")
            .field("first_name"),
        &json!("Anna")
    );
}

#[test]
fn a_missing_group_of_two_blocks_nobody() {
    let staff = Staff::start();
    let lost = staff.graph.tenant().group("Lost");
    let mut policy = staff.policy().set("feed", "none");
    policy.groups.push(lost.clone());
    let intranet = staff.intranet(&policy);
    intranet.sync().ok();
    staff.graph.tenant().delete_group(&lost);
    staff.graph.tenant().leave(&staff.group, &staff.bo);
    intranet.sync().exits(INCOMPLETE).says(&lost);
    intranet.nobody_is_blocked(3);
}

#[test]
fn ten_thousand_people() {
    let mut tenant = Tenant::new(Client::secret(crate::CLIENT, SECRET));
    let group = tenant.crowd(10_000, "Intranet");
    let graph = Graph::start(tenant);
    let policy = Policy::new(&graph.url(), &group);
    let intranet = Intranet::of(&policy.yaml(), &[(VARIABLE, SECRET)]);
    intranet.sync().ok();
    assert_eq!(intranet.accounts().len(), 10_000);
    graph.server.forget();
    intranet.is_settled();
    let asked = graph.server.seen().len();
    assert!(asked < 40, "{asked} requests where nothing changed");
}
