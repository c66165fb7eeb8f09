//! Later runs ask for what changed.

use crate::Staff;
use serde_json::json;

/// True if the lists were read since the last look.
fn read_whole(staff: &Staff) -> bool {
    let seen = staff.graph.server.seen();
    staff.graph.server.forget();
    seen.iter().any(|seen| {
        seen.target
            .contains("transitiveMembers/microsoft.graph.user?")
    })
}

#[test]
fn nothing_changed_is_an_empty_delta() {
    let staff = Staff::start();
    let intranet = staff.synced();
    assert!(read_whole(&staff));
    assert_eq!(intranet.plan().coverage(), ("delta", None));
    intranet.is_settled();
    assert!(!read_whole(&staff));
    // And nobody is missing for not having been named.
    intranet.sync().ok();
    intranet.nobody_is_blocked(3);
}

#[test]
fn changes_arrive_by_the_feeds() {
    let staff = Staff::start();
    let intranet = staff.synced();
    staff.graph.server.forget();
    staff
        .graph
        .tenant()
        .set(&staff.anna, "department", json!("Finance"));
    staff.graph.tenant().enable(&staff.bo, false);
    staff.graph.tenant().leave(&staff.nested, &staff.cleo);
    let new = json!({"givenName": "Nina", "surname": "Ny", "department": "Sales"});
    let nina = staff.graph.tenant().user("nina@fabrikam.example", new);
    staff.graph.tenant().join(&staff.nested, &nina);
    intranet.sync().ok();
    let account = |name: &str| intranet.account(&format!("{name}@fabrikam.example"));
    assert_eq!(account("anna").field("department"), &json!("Finance"));
    assert_eq!(account("bo").reasons(), ["blocked-in-source"]);
    assert_eq!(account("cleo").reasons(), ["left-scope"]);
    assert_eq!(account("nina").status(), "active");
    assert!(!read_whole(&staff));
    intranet.is_settled();
}

#[test]
fn removed_means_two_things() {
    let staff = Staff::start();
    let intranet = staff.synced();
    staff.graph.tenant().delete(&staff.bo);
    staff.graph.tenant().purge(&staff.cleo);
    intranet.sync().ok();
    for name in ["bo", "cleo"] {
        let account = intranet.account(&format!("{name}@fabrikam.example"));
        assert_eq!(account.status(), "blocked", "{account:?}");
    }
    staff.graph.tenant().restore(&staff.bo);
    intranet.sync().ok();
    assert_eq!(intranet.account("bo@fabrikam.example").status(), "active");
}

#[test]
fn a_lost_position_is_a_full_read_and_said() {
    let staff = Staff::start();
    let intranet = staff.synced();
    staff.graph.tenant().expire_deltas();
    staff.graph.tenant().leave(&staff.group, &staff.bo);
    staff.graph.server.forget();
    intranet.sync().ok();
    assert!(read_whole(&staff));
    assert_eq!(
        intranet.account("bo@fabrikam.example").reasons(),
        ["left-scope"]
    );
}

#[test]
fn a_tenant_that_moved_is_a_full_read() {
    let staff = Staff::start();
    let intranet = staff.synced();
    staff.graph.tenant().migrate();
    staff.graph.server.forget();
    intranet.sync().ok();
    assert!(read_whole(&staff));
    intranet.nobody_is_blocked(3);
    intranet.is_settled();
}

#[test]
fn another_policy_is_a_full_read() {
    let staff = Staff::start();
    let intranet = staff.synced();
    staff.graph.server.forget();
    intranet.rewrite_yaml(
        &staff
            .policy()
            .field("title: {from: jobTitle, default: \"\"}")
            .yaml(),
    );
    intranet.sync().ok();
    assert!(read_whole(&staff));
}

#[test]
fn replayed_and_reordered_news_changes_nothing() {
    let staff = Staff::start();
    let intranet = staff.synced();
    staff.graph.tenant().enable(&staff.bo, false);
    intranet.sync().ok();
    staff.graph.tenant().enable(&staff.bo, true);
    intranet.sync().ok();
    staff.graph.tenant().replays = true;
    intranet.is_settled();
    intranet.sync().ok();
    intranet.nobody_is_blocked(3);
}
