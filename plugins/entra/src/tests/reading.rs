//! Who is delivered, and how.

use super::world::World;
use muster_sdk::{BlockCause, PartialReason, Removal, Status, Subject};
use serde_json::json;

#[test]
fn everybody_without_groups() {
    let world = World::new();
    world.tenant().user("mara@fabrikam.example", json!({}));
    world.tenant().user("nils@fabrikam.example", json!({}));
    let got = world.whole();
    assert_eq!(
        got.names(),
        ["mara@fabrikam.example", "nils@fabrikam.example"]
    );
    assert_eq!(got.fact("last page"), Some("the users: reached, 2 listed"));
}

#[test]
fn the_default_properties_have_no_account_enabled_so_all_is_selected() {
    let mut world = World::new();
    world.attributes = vec!["mail", "department"];
    let id = world
        .tenant()
        .user("mara@fabrikam.example", json!({"department": "Finance"}));
    world.tenant().enable(&id, false);
    let got = world.whole();
    assert_eq!(got.status(&id), Status::Blocked(BlockCause::Disabled));
    assert_eq!(got.text(&id, 1).as_deref(), Some("Finance"));
    let asked = world.asked();
    let list = asked
        .iter()
        .find(|ask| ask.target.contains("/users?"))
        .unwrap();
    let select = "$select=id,accountEnabled,userType,externalUserState,mail,department&";
    assert!(list.target.contains(select), "{}", list.target);
}

#[test]
fn a_status_that_is_not_told_is_unknown_and_never_active() {
    let world = World::new();
    let id = world
        .tenant()
        .user("mara@fabrikam.example", json!({"accountEnabled": null}));
    assert_eq!(world.whole().status(&id), Status::Unknown);
}

#[test]
fn a_guest_who_has_not_accepted_is_pending() {
    let world = World::new();
    let guest = json!({"userType": "Guest", "externalUserState": "PendingAcceptance"});
    let invited = world
        .tenant()
        .user("a_b.example#EXT#@fabrikam.example", guest);
    let guest = json!({"userType": "Guest", "externalUserState": "Accepted"});
    let accepted = world
        .tenant()
        .user("c_b.example#EXT#@fabrikam.example", guest);
    let got = world.whole();
    assert_eq!(got.status(&invited), Status::Pending);
    assert_eq!(got.status(&accepted), Status::Active);
}

#[test]
fn guests_can_be_left_out() {
    let mut world = World::new();
    let guest = world
        .tenant()
        .user("g#EXT#@fabrikam.example", json!({"userType": "Guest"}));
    let member = world.tenant().user("mara@fabrikam.example", json!({}));
    let group = world.syncing("Staff", &[&guest, &member]);
    world.settings["guests"] = json!("exclude");
    let got = world.whole();
    assert_eq!(got.names(), ["mara@fabrikam.example"]);
    assert_eq!(got.fact("guests left out"), Some("1"));
    assert_eq!(got.of(&member).groups, [group]);
}

#[test]
fn nested_groups_and_cycles_are_followed_by_graph() {
    let mut world = World::new();
    let (a, b) = {
        let mut tenant = world.tenant();
        let a = tenant.user("a@fabrikam.example", json!({}));
        let b = tenant.user("b@fabrikam.example", json!({}));
        tenant.user("stranger@fabrikam.example", json!({}));
        (a, b)
    };
    let outer = world.syncing("Outer", &[&a]);
    let inner = world.tenant().group("Inner");
    {
        let mut tenant = world.tenant();
        tenant.join(&outer, &inner);
        tenant.join(&inner, &b);
        tenant.join(&inner, &outer);
    }
    let got = world.whole();
    assert_eq!(got.names(), ["a@fabrikam.example", "b@fabrikam.example"]);
}

#[test]
fn expanded_members_stop_at_twenty_so_they_are_never_asked_for() {
    let mut world = World::new();
    let ids: Vec<String> = (0..45)
        .map(|n| {
            world
                .tenant()
                .user(&format!("p{n:02}@fabrikam.example"), json!({}))
        })
        .collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    world.syncing("Staff", &ids);
    assert_eq!(world.whole().rows.len(), 45);
    assert!(
        world
            .asked()
            .iter()
            .all(|ask| !ask.target.contains("expand=members"))
    );
}

#[test]
fn somebody_in_several_groups_comes_once_with_all_of_them() {
    let mut world = World::new();
    let (a, b, c) = {
        let mut tenant = world.tenant();
        let a = tenant.user("a@fabrikam.example", json!({}));
        let b = tenant.user("b@fabrikam.example", json!({}));
        let c = tenant.user("c@fabrikam.example", json!({}));
        (a, b, c)
    };
    let first = world.syncing("First", &[&a, &b]);
    let second = world.syncing("Second", &[&b, &c]);
    let got = world.whole();
    assert_eq!(got.rows.len(), 3);
    assert_eq!(got.of(&a).groups, std::slice::from_ref(&first));
    assert_eq!(got.of(&b).groups, [first, second.clone()]);
    assert_eq!(got.of(&c).groups, [second]);
}

#[test]
fn groups_may_be_named_and_are_compared_exactly() {
    let mut world = World::new();
    let a = world.tenant().user("a@fabrikam.example", json!({}));
    let staff = world.syncing("Staff & O'Brien", &[&a]);
    world.tenant().group("staff & o'brien");
    world.groups = vec!["Staff & O'Brien".to_owned()];
    assert_eq!(world.whole().of(&a).groups, ["Staff & O'Brien"]);
    world.groups = vec!["STAFF & O'BRIEN".to_owned()];
    let failure = world.read().unwrap_err();
    assert!(
        failure.message.contains("there is one called"),
        "{failure:?}"
    );
    world.groups = vec![staff];
    world.whole();
}

#[test]
fn a_name_that_two_groups_have_is_ambiguous() {
    let mut world = World::new();
    let a = world.tenant().user("a@fabrikam.example", json!({}));
    world.syncing("Staff", &[&a]);
    world.tenant().group("Twins");
    world.tenant().group("Twins");
    world.groups.push("Twins".to_owned());
    let got = world.read().unwrap();
    assert_eq!(got.reason(), Some(PartialReason::GroupMissing));
    assert!(got.coverage.message().unwrap().contains("ambiguous"));
    assert_eq!(got.names(), ["a@fabrikam.example"]);
    assert!(got.cursor.is_none());
}

#[test]
fn a_missing_group_of_several_is_partial_and_the_only_one_fails() {
    let mut world = World::new();
    let a = world.tenant().user("a@fabrikam.example", json!({}));
    let staff = world.syncing("Staff", &[&a]);
    let lost = world.syncing("Lost", &[]);
    world.tenant().delete_group(&lost);
    assert_eq!(
        world.read().unwrap().reason(),
        Some(PartialReason::GroupMissing)
    );
    world.groups = vec![lost.clone()];
    assert!(world.read().unwrap_err().message.contains(&lost));
    // Whom an exclusion names would be let in without it.
    world.groups = vec![staff];
    world.except = vec![lost];
    assert!(world.read().unwrap_err().hint.unwrap().contains("left out"));
}

#[test]
fn members_of_excluded_groups_are_left_out_nested_ones_too() {
    let mut world = World::new();
    let (a, b) = {
        let mut tenant = world.tenant();
        let a = tenant.user("a@fabrikam.example", json!({}));
        let b = tenant.user("b@fabrikam.example", json!({}));
        (a, b)
    };
    world.syncing("Staff", &[&a, &b]);
    let outer = world.tenant().group("Robots");
    let inner = world.tenant().group("Inner robots");
    world.tenant().join(&outer, &inner);
    world.tenant().join(&inner, &b);
    world.except = vec!["Robots".to_owned()];
    let got = world.whole();
    assert_eq!(got.names(), ["a@fabrikam.example"]);
}

#[test]
fn null_filled_members_are_a_missing_right_and_no_update() {
    let mut world = World::new();
    world.attributes = vec!["userPrincipalName", "department"];
    let a = world.tenant().user("a@fabrikam.example", json!({}));
    world.syncing("Staff", &[&a]);
    // Only members are shown, and of them the ids.
    let member = format!(
        "{{\"@odata.count\":1,\"value\":[{{\"@odata.type\":\"#microsoft.graph.user\",\"id\":\"{a}\",\"userPrincipalName\":null,\"department\":null}}]}}"
    );
    let reply = muster_emulators::graph::Reply::of(200, "application/json", member.into_bytes());
    world.fail("transitiveMembers/microsoft.graph.user", 0, Ok(reply));
    let got = world.read().unwrap();
    assert!(got.rows.is_empty());
    let [problem] = &got.problems[..] else {
        panic!("{:?}", got.problems);
    };
    assert_eq!(problem.subject, Subject::Id(a));
    assert!(problem.message.contains("`User.Read.All`"), "{problem:?}");
    assert!(got.cursor.is_none());
}

#[test]
fn hidden_membership_without_the_right_is_partial() {
    let mut world = World::new();
    let a = world.tenant().user("a@fabrikam.example", json!({}));
    let group = world.syncing("Secret", &[&a]);
    world.tenant().hide(&group);
    let got = world.read().unwrap();
    assert_eq!(got.reason(), Some(PartialReason::Unreadable));
    assert!(
        got.coverage
            .message()
            .unwrap()
            .contains("`Member.Read.Hidden`")
    );
    world
        .tenant()
        .rights
        .insert("Member.Read.Hidden".to_owned());
    assert_eq!(world.whole().rows.len(), 1);
}

#[test]
fn soft_deleted_users_are_told_as_restorable() {
    let world = World::new();
    let a = world.tenant().user("a@fabrikam.example", json!({}));
    world.tenant().user("b@fabrikam.example", json!({}));
    world.tenant().delete(&a);
    let got = world.whole();
    assert_eq!(got.status(&a), Status::Removed(Removal::Restorable));
    assert_eq!(got.rows.len(), 2);
}

#[test]
fn a_user_who_is_listed_and_deleted_is_held_until_the_lists_agree() {
    let mut world = World::new();
    let a = world.tenant().user("a@fabrikam.example", json!({}));
    let b = world.tenant().user("b@fabrikam.example", json!({}));
    world.syncing("Staff", &[&a, &b]);
    // The bin knows it already, the list of members does not.
    let bin = format!("{{\"value\":[{{\"id\":\"{a}\"}}]}}");
    let reply = muster_emulators::graph::Reply::of(200, "application/json", bin.into_bytes());
    world.fail("deletedItems", 0, Ok(reply));
    let got = world.whole();
    assert_eq!(got.names(), ["b@fabrikam.example"]);
    assert_eq!(got.problems[0].subject, Subject::Id(a));
    assert!(got.cursor.is_none());
}

#[test]
fn only_deleted_users_is_nobody() {
    let mut world = World::new();
    let a = world.tenant().user("a@fabrikam.example", json!({}));
    world.tenant().delete(&a);
    world.syncing("Staff", &[]);
    assert_eq!(world.read().unwrap().reason(), Some(PartialReason::Empty));
}

#[test]
fn managers_come_with_the_list_of_users() {
    let mut world = World::new();
    world.attributes = vec!["manager", "manager.userPrincipalName"];
    let boss = world.tenant().user("boss@fabrikam.example", json!({}));
    let a = world.tenant().user("a@fabrikam.example", json!({}));
    world.tenant().manage(&a, Some(&boss));
    let got = world.whole();
    assert_eq!(got.text(&a, 0), Some(boss.clone()));
    assert_eq!(got.text(&a, 1).as_deref(), Some("boss@fabrikam.example"));
    assert_eq!(got.text(&boss, 0), None);
    assert!(
        world
            .asked()
            .iter()
            .all(|ask| !ask.target.contains("$batch"))
    );
}

#[test]
fn managers_of_members_are_asked_for_by_twenties_and_throttled_ones_alone() {
    let mut world = World::new();
    world.attributes = vec!["userPrincipalName", "manager"];
    let boss = world.tenant().user("boss@fabrikam.example", json!({}));
    let ids: Vec<String> = (0..45)
        .map(|n| {
            world
                .tenant()
                .user(&format!("p{n:02}@fabrikam.example"), json!({}))
        })
        .collect();
    for id in &ids {
        world.tenant().manage(id, Some(&boss));
    }
    let mut all: Vec<&str> = ids.iter().map(String::as_str).collect();
    all.push(&boss);
    world.syncing("Staff", &all);
    world.tenant().throttled_parts = 3;
    let got = world.whole();
    for id in &ids {
        assert_eq!(got.text(id, 1), Some(boss.clone()));
    }
    assert_eq!(got.text(&boss, 1), None);
    let asked = world.asked();
    let count = |text: &str| asked.iter().filter(|ask| ask.target.contains(text)).count();
    assert_eq!((count("$batch"), count("/manager?")), (3, 3));
}

#[test]
fn photos_are_bytes_and_missing_ones_are_no_photo() {
    let mut world = World::new();
    world.attributes = vec!["userPrincipalName", "photo"];
    world.settings["photos"] = json!("240");
    let a = world.tenant().user("a@fabrikam.example", json!({}));
    let b = world.tenant().user("b@fabrikam.example", json!({}));
    let picture = [0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10];
    world.tenant().photo(&a, &picture);
    for throttled in [0, 2] {
        world.tenant().throttled_parts = throttled;
        let got = world.whole();
        assert_eq!(got.of(&a).values[1], [picture.to_vec()]);
        assert!(got.of(&b).values[1].is_empty());
    }
}

#[test]
fn lists_lag_behind_and_are_believed_all_the_same() {
    let mut world = World::new();
    let a = world.tenant().user("a@fabrikam.example", json!({}));
    let group = world.syncing("Staff", &[&a]);
    world.tenant().lag();
    let b = world.tenant().user("b@fabrikam.example", json!({}));
    world.tenant().join(&group, &b);
    assert_eq!(world.whole().names(), ["a@fabrikam.example"]);
    world.tenant().catch_up();
    assert_eq!(world.whole().rows.len(), 2);
}
