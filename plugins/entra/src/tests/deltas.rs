//! What changed since.

use super::world::{Got, World};
use muster_sdk::{BlockCause, FailureKind, Removal, Status};
use serde_json::json;

/// Two people in a group that is nested in the syncing one, and one beside.
struct Staff {
    world: World,
    outer: String,
    inner: String,
    a: String,
    b: String,
    stranger: String,
    cursor: Vec<u8>,
}

impl Staff {
    fn new() -> Self {
        let mut world = World::new();
        let (a, b, stranger, inner) = {
            let mut tenant = world.tenant();
            let a = tenant.user("a@fabrikam.example", json!({}));
            let b = tenant.user("b@fabrikam.example", json!({}));
            let stranger = tenant.user("stranger@fabrikam.example", json!({}));
            (a, b, stranger, tenant.group("Inner"))
        };
        let outer = world.syncing("Outer", &[&a]);
        world.tenant().join(&outer, &inner);
        world.tenant().join(&inner, &b);
        world.attributes = vec!["userPrincipalName", "department", "manager"];
        let cursor = world.whole().cursor();
        Self {
            world,
            outer,
            inner,
            a,
            b,
            stranger,
            cursor,
        }
    }

    /// Reads what changed, and moves on.
    #[track_caller]
    fn next(&mut self) -> Got {
        let got = self.world.since(&self.cursor).unwrap();
        assert!(
            got.reason().is_none() && !got.coverage.is_complete(),
            "{:?}",
            got.coverage
        );
        self.cursor = got.cursor();
        got
    }
}

#[test]
fn nothing_changed_is_an_empty_delta() {
    let mut staff = Staff::new();
    staff.world.asked();
    assert!(staff.next().rows.is_empty());
    // Both feeds, and the group itself; nobody else is asked after.
    assert_eq!(staff.world.asked().len(), 3);
    assert!(staff.next().rows.is_empty());
}

#[test]
fn a_changed_person_comes_whole() {
    let mut staff = Staff::new();
    staff
        .world
        .tenant()
        .set(&staff.b, "department", json!("Finance"));
    staff.world.tenant().manage(&staff.b, Some(&staff.a));
    let got = staff.next();
    let row = got.of(&staff.b);
    assert_eq!(row.text(0).as_deref(), Some("b@fabrikam.example"));
    assert_eq!(row.text(1).as_deref(), Some("Finance"));
    assert_eq!(row.text(2), Some(staff.a.clone()));
    assert_eq!(
        (got.rows.len(), &row.groups[..]),
        (1, &[staff.outer.clone()][..])
    );
    staff.world.tenant().enable(&staff.b, false);
    assert_eq!(
        staff.next().status(&staff.b),
        Status::Blocked(BlockCause::Disabled)
    );
}

#[test]
fn an_emptied_property_is_emptied() {
    let mut staff = Staff::new();
    staff
        .world
        .tenant()
        .set(&staff.a, "department", json!("Finance"));
    staff.next();
    staff
        .world
        .tenant()
        .set(&staff.a, "department", json!(null));
    assert_eq!(staff.next().text(&staff.a, 1), None);
}

#[test]
fn a_change_of_somebody_out_of_scope_is_nothing() {
    let mut staff = Staff::new();
    staff
        .world
        .tenant()
        .set(&staff.stranger, "department", json!("Finance"));
    let got = staff.next();
    assert!(got.rows.is_empty());
    assert_eq!(got.fact("changed people out of scope"), Some("1"));
}

#[test]
fn leaving_a_nested_group_is_leaving_the_scope() {
    let mut staff = Staff::new();
    staff.world.tenant().leave(&staff.inner, &staff.b);
    assert_eq!(
        staff.next().status(&staff.b),
        Status::Removed(Removal::LeftScope)
    );
}

#[test]
fn leaving_one_group_of_two_is_not_leaving() {
    let mut staff = Staff::new();
    staff.world.tenant().join(&staff.outer, &staff.b);
    staff.next();
    staff.world.tenant().leave(&staff.inner, &staff.b);
    assert_eq!(staff.next().status(&staff.b), Status::Active);
}

#[test]
fn joining_brings_the_whole_person() {
    let mut staff = Staff::new();
    staff.world.tenant().join(&staff.inner, &staff.stranger);
    assert_eq!(staff.next().names(), ["stranger@fabrikam.example"]);
}

#[test]
fn a_nested_group_that_leaves_takes_its_members_along() {
    let mut staff = Staff::new();
    staff.world.tenant().leave(&staff.outer, &staff.inner);
    let got = staff.next();
    assert_eq!(got.status(&staff.b), Status::Removed(Removal::LeftScope));
    assert_eq!(got.rows.len(), 1);
}

#[test]
fn a_nested_group_that_comes_brings_its_members_and_is_followed() {
    let mut staff = Staff::new();
    let deep = staff.world.tenant().group("Deep");
    let new = staff.world.tenant().group("New");
    staff.world.tenant().join(&new, &deep);
    staff.world.tenant().join(&deep, &staff.stranger);
    assert!(staff.next().rows.is_empty());
    staff.world.tenant().join(&staff.inner, &new);
    assert_eq!(staff.next().names(), ["stranger@fabrikam.example"]);
    staff.world.tenant().leave(&deep, &staff.stranger);
    let status = staff.next().status(&staff.stranger);
    assert_eq!(status, Status::Removed(Removal::LeftScope));
}

#[test]
fn a_deleted_nested_group_is_read_anew() {
    let staff = Staff::new();
    staff.world.tenant().delete_group(&staff.inner);
    let failure = staff.world.since(&staff.cursor).unwrap_err();
    assert_eq!(failure.kind, FailureKind::StaleCursor);
}

#[test]
fn removed_means_two_things() {
    let mut staff = Staff::new();
    staff.world.tenant().delete(&staff.a);
    assert_eq!(
        staff.next().status(&staff.a),
        Status::Removed(Removal::Restorable)
    );
    staff.world.tenant().restore(&staff.a);
    assert_eq!(staff.next().status(&staff.a), Status::Active);
    staff.world.tenant().purge(&staff.b);
    assert_eq!(
        staff.next().status(&staff.b),
        Status::Removed(Removal::Final)
    );
}

#[test]
fn a_replay_of_old_news_changes_nothing_that_is_so() {
    let mut staff = Staff::new();
    staff.world.tenant().delete(&staff.a);
    staff.next();
    staff.world.tenant().restore(&staff.a);
    staff.next();
    staff.world.tenant().replays = true;
    staff.world.tenant().leave(&staff.inner, &staff.b);
    staff.world.tenant().join(&staff.inner, &staff.b);
    let got = staff.next();
    assert_eq!(got.status(&staff.a), Status::Active);
    assert_eq!(got.status(&staff.b), Status::Active);
    let ids: Vec<_> = got.rows.iter().filter_map(|row| row.id.clone()).collect();
    let mut once = ids.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), ids.len());
}

#[test]
fn a_removal_that_is_replayed_of_somebody_who_is_back_is_not_believed() {
    let mut staff = Staff::new();
    let news = json!({"value": [{"id": staff.a, "@removed": {"reason": "changed"}}],
        "@odata.deltaLink": format!("{}/v1.0/users/delta?$deltatoken=x", super::world::BASE)});
    let reply = muster_emulators::graph::Reply::json(200, &news);
    staff.world.fail("/users/delta", 0, Ok(reply));
    let got = staff.world.since(&staff.cursor).unwrap();
    assert_eq!(got.status(&staff.a), Status::Active);
    // And of somebody who is in the bin while the user is still shown, it is.
    staff.world.tenant().delete(&staff.a);
    let shown = json!({"responses": [{"id": "0", "status": 200, "body": {"id": staff.a, "accountEnabled": true}}]});
    staff.world.fail(
        "$batch",
        0,
        Ok(muster_emulators::graph::Reply::json(200, &shown)),
    );
    let got = staff.next();
    assert_eq!(got.status(&staff.a), Status::Removed(Removal::Restorable));
}

#[test]
fn feeds_of_many_pages_are_read_to_their_end() {
    let mut staff = Staff::new();
    for n in 0..250 {
        let id = staff
            .world
            .tenant()
            .user(&format!("n{n:03}@fabrikam.example"), json!({}));
        staff.world.tenant().join(&staff.inner, &id);
    }
    staff.world.tenant().page_cap = 7;
    let got = staff.next();
    assert_eq!(got.rows.len(), 250);
    assert!(staff.next().rows.is_empty());
}

#[test]
fn a_lost_or_expired_position_is_a_full_read() {
    let staff = Staff::new();
    staff.world.tenant().expire_deltas();
    let failure = staff.world.since(&staff.cursor).unwrap_err();
    assert_eq!(failure.kind, FailureKind::StaleCursor);
    assert!(failure.message.contains("syncStateNotFound"));
    let failure = staff.world.since(b"what").unwrap_err();
    assert_eq!(failure.kind, FailureKind::StaleCursor);
}

#[test]
fn a_tenant_that_moved_is_a_full_read() {
    let staff = Staff::new();
    staff.world.tenant().migrate();
    let failure = staff.world.since(&staff.cursor).unwrap_err();
    assert_eq!(failure.kind, FailureKind::StaleCursor);
    assert!(failure.message.contains("410"), "{failure:?}");
}

#[test]
fn another_question_is_a_full_read() {
    let mut staff = Staff::new();
    let stale = |world: &World, cursor: &[u8]| {
        assert_eq!(
            world.since(cursor).unwrap_err().kind,
            FailureKind::StaleCursor
        );
    };
    // A change outside of what is selected would not be reported.
    staff.world.attributes.push("mail");
    stale(&staff.world, &staff.cursor);
    staff.world.attributes.pop();
    staff.world.settings["guests"] = json!("exclude");
    stale(&staff.world, &staff.cursor);
    staff.world.settings["guests"] = json!("include");
    staff.world.groups.push("Inner".to_owned());
    stale(&staff.world, &staff.cursor);
    staff.world.groups.pop();
    staff.world.since(&staff.cursor).unwrap();
}

#[test]
fn an_outage_of_the_feed_is_no_lost_position() {
    let staff = Staff::new();
    for (status, kind) in [
        (503, FailureKind::Unavailable),
        (429, FailureKind::Throttled),
        (403, FailureKind::Denied),
        (401, FailureKind::Auth),
    ] {
        staff
            .world
            .fail("/groups/delta", 0, Ok(super::world::reply(status)));
        assert_eq!(staff.world.since(&staff.cursor).unwrap_err().kind, kind);
    }
}

#[test]
fn what_happens_during_the_full_read_is_told_by_the_next_delta() {
    let mut staff = Staff::new();
    // The lists of the full read do not know it yet.
    staff.world.tenant().lag();
    let (inner, b) = (staff.inner.clone(), staff.b.clone());
    let got = staff
        .world
        .meanwhile(|tenant| tenant.leave(&inner, &b))
        .unwrap();
    assert_eq!(got.status(&staff.b), Status::Active);
    staff.world.tenant().catch_up();
    staff.cursor = got.cursor();
    assert_eq!(
        staff.next().status(&staff.b),
        Status::Removed(Removal::LeftScope)
    );
}

#[test]
fn entering_an_excluded_group_is_leaving_the_scope() {
    let mut staff = Staff::new();
    let robots = staff.world.tenant().group("Robots");
    staff.world.except = vec![robots.clone()];
    staff.cursor = staff.world.whole().cursor();
    staff.world.tenant().join(&robots, &staff.a);
    assert_eq!(
        staff.next().status(&staff.a),
        Status::Removed(Removal::LeftScope)
    );
    staff.world.tenant().leave(&robots, &staff.a);
    assert_eq!(staff.next().status(&staff.a), Status::Active);
}

#[test]
fn a_member_who_becomes_a_guest_leaves_where_guests_are_left_out() {
    let mut staff = Staff::new();
    staff.world.settings["guests"] = json!("exclude");
    staff.cursor = staff.world.whole().cursor();
    staff
        .world
        .tenant()
        .set(&staff.a, "userType", json!("Guest"));
    assert_eq!(
        staff.next().status(&staff.a),
        Status::Removed(Removal::LeftScope)
    );
}

#[test]
fn more_than_fifty_groups_are_followed_by_several_feeds() {
    let mut staff = Staff::new();
    let groups: Vec<String> = (0..120)
        .map(|n| staff.world.tenant().group(&format!("Team {n}")))
        .collect();
    for group in &groups {
        staff.world.tenant().join(&staff.inner, group);
    }
    staff.cursor = staff.world.whole().cursor();
    for group in &groups {
        staff.world.tenant().join(group, &staff.stranger);
    }
    assert_eq!(staff.next().names(), ["stranger@fabrikam.example"]);
}

#[test]
fn whoever_is_held_is_asked_after_again() {
    let mut staff = Staff::new();
    staff
        .world
        .tenant()
        .set(&staff.a, "department", json!("Finance"));
    let hollow = json!({"responses": [{"id": "0", "status": 200, "body": {"id": staff.a, "accountEnabled": null}}]});
    staff.world.fail(
        "$batch",
        0,
        Ok(muster_emulators::graph::Reply::json(200, &hollow)),
    );
    let got = staff.next();
    assert!(got.rows.is_empty());
    assert_eq!(got.problems.len(), 1);
    assert_eq!(staff.next().text(&staff.a, 1).as_deref(), Some("Finance"));
}

#[test]
fn without_groups_everybody_is_followed() {
    let world = World::new();
    let a = world.tenant().user("a@fabrikam.example", json!({}));
    let cursor = world.whole().cursor();
    world.tenant().user("b@fabrikam.example", json!({}));
    world.tenant().delete(&a);
    let got = world.since(&cursor).unwrap();
    assert_eq!(got.status(&a), Status::Removed(Removal::Restorable));
    assert_eq!(got.rows.len(), 2);
}

#[test]
fn no_feed_no_cursor() {
    let mut world = World::new();
    world.tenant().user("a@fabrikam.example", json!({}));
    world.settings["feed"] = json!("none");
    assert!(world.whole().cursor.is_none());
    assert!(
        world
            .asked()
            .iter()
            .all(|ask| !ask.target.contains("delta"))
    );
}
