//! What Graph refuses, in words.

use super::world::{World, reply};
use muster_sdk::{Failure, FailureKind};
use serde_json::json;

fn staff() -> World {
    let mut world = World::new();
    let a = world.tenant().user("a@fabrikam.example", json!({}));
    world.syncing("Staff", &[&a]);
    world
}

#[test]
fn a_missing_permission_is_named() {
    for (right, hint) in [
        ("GroupMember.Read.All", "`GroupMember.Read.All`"),
        ("User.Read.All", "`User.Read.All`"),
    ] {
        let world = staff();
        world.tenant().revoke(right);
        let failure = world.read().unwrap_err();
        assert_eq!(failure.kind, FailureKind::Denied, "{failure:?}");
        assert!(failure.message.contains("Authorization_RequestDenied"));
        assert!(failure.hint.unwrap().contains(hint), "{right}");
    }
}

#[test]
fn a_token_that_is_refused_is_a_login_that_failed() {
    let world = staff();
    world.fail("transitiveMembers/microsoft.graph.user", 0, Ok(reply(401)));
    let failure = world.read().unwrap_err();
    assert_eq!(failure.kind, FailureKind::Auth);
    assert!(failure.hint.unwrap().contains("same cloud"));
}

#[test]
fn units_cannot_be_read_and_that_is_said() {
    let world = staff();
    let mut scope = world.scope();
    scope.under = vec!["ou=people".to_owned()];
    let steps = crate::check::check(
        &serde_json::from_value(world.settings.clone()).unwrap(),
        &scope,
    );
    assert!(
        steps
            .iter()
            .any(|step| step.message.contains("no tree of units")),
        "{steps:?}"
    );
}

#[test]
fn a_throttle_that_outlasts_the_hosts_patience_is_handed_on() {
    let world = staff();
    let throttle = reply(429).header("Retry-After", "2.5");
    world.fail("transitiveMembers/microsoft.graph.user", 0, Ok(throttle));
    let failure = world.read().unwrap_err();
    assert_eq!(
        (failure.kind, failure.retry_after_ms),
        (FailureKind::Throttled, Some(2500))
    );
}

#[test]
fn feeds_that_are_not_offered_only_cost_full_reads() {
    let world = staff();
    world.fail("/users/delta", 0, Ok(reply(403)));
    let got = world.whole();
    assert!(got.cursor.is_none());
    assert!(got.fact("changes").unwrap().contains("not offered"));
    // But one that is merely down fails the run, which may be tried again.
    world.fail("/users/delta", 0, Err(Failure::unavailable("down")));
    assert_eq!(world.read().unwrap_err().kind, FailureKind::Unavailable);
}
