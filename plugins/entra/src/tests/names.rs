//! Names of attributes.

use super::world::World;
use muster_sdk::{Failure, FailureKind, Source};
use serde_json::json;

fn refused(attribute: &'static str) -> Failure {
    let mut world = World::new();
    world.tenant().user("a@fabrikam.example", json!({}));
    world.attributes = vec![attribute];
    let failure = world.read().unwrap_err();
    assert_eq!(failure.kind, FailureKind::Config, "{failure:?}");
    assert!(
        failure
            .message
            .contains(attribute.split('.').next().unwrap()),
        "{failure:?}"
    );
    failure
}

#[test]
fn properties_that_lists_refuse_are_named_before_anything_is_read() {
    for alone in ["aboutMe", "mailboxSettings.timeZone", "skills", "hireDate"] {
        assert!(refused(alone).message.contains("one user at a time"));
    }
}

#[test]
fn a_property_that_a_newer_graph_refuses_in_lists_is_a_mistake_of_the_policy() {
    let world = World::new();
    let refusal = json!({"error": {"code": "NotImplemented", "message": "no"}});
    let reply = muster_emulators::graph::Reply::json(501, &refusal);
    world.fail("/users?", 0, Ok(reply));
    assert_eq!(world.read().unwrap_err().kind, FailureKind::Config);
}

#[test]
fn an_unknown_name_gets_the_nearest_one() {
    let failure = refused("departmnt");
    assert_eq!(failure.hint.as_deref(), Some("did you mean `department`?"));
    assert!(
        refused("sAMAccountName")
            .hint
            .unwrap()
            .contains("extension_")
    );
}

#[test]
fn another_letter_case_would_empty_the_field_for_everybody() {
    let failure = refused("displayname");
    assert_eq!(failure.hint.as_deref(), Some("did you mean `displayName`?"));
    assert!(
        refused("manager.Mail")
            .hint
            .unwrap()
            .contains("`manager.mail`")
    );
}

#[test]
fn an_object_has_to_be_named_by_its_part() {
    let hint = refused("employeeOrgData").hint.unwrap();
    assert!(hint.contains("`employeeOrgData.division`"), "{hint}");
    assert!(
        refused("memberOf")
            .message
            .contains("list of other objects")
    );
}

#[test]
fn a_photo_needs_its_size() {
    assert!(refused("photo").hint.unwrap().contains("photos"));
}

#[test]
fn parts_lists_and_extensions() {
    let mut world = World::new();
    world.attributes = vec![
        "onPremisesExtensionAttributes.extensionAttribute1",
        "employeeOrgData.division",
        "businessPhones",
        "extension_0123456789abcdef_badge",
        "otherMails",
        "id",
        "accountEnabled",
    ];
    let id = world.tenant().user(
        "a@fabrikam.example",
        json!({"onPremisesExtensionAttributes": {"extensionAttribute1": "x1", "extensionAttribute2": null},
            "employeeOrgData": {"division": "West", "costCenter": "7"}, "businessPhones": ["+46 8 1"],
            "extension_0123456789abcdef_badge": 4711, "otherMails": ["a@b.example", "c@d.example"]}),
    );
    let got = world.whole();
    let row = got.of(&id);
    let text: Vec<Option<String>> = (0..7).map(|column| row.text(column)).collect();
    let text: Vec<&str> = text
        .iter()
        .map(|value| value.as_deref().unwrap_or("-"))
        .collect();
    assert_eq!(
        text,
        [
            "x1",
            "West",
            "+46 8 1",
            "4711",
            "a@b.example",
            id.as_str(),
            "true"
        ]
    );
    assert_eq!(row.values[4].len(), 2);
}

#[test]
fn what_there_is_can_be_listed_extensions_too() {
    let world = World::new();
    world
        .tenant()
        .user("a@fabrikam.example", json!({"extension_abc_badge": "1"}));
    let all = world.plugin().attributes().unwrap();
    for name in [
        "department",
        "employeeOrgData.division",
        "extension_abc_badge",
        "manager",
        "photo",
    ] {
        assert!(all.iter().any(|attribute| attribute.name == name), "{name}");
    }
}

#[test]
fn sign_ins_make_pages_shorter_and_name_their_permission() {
    let mut world = World::new();
    world.attributes = vec!["signInActivity.lastSignInDateTime"];
    world.tenant().user("a@fabrikam.example", json!({}));
    let failure = world.read().unwrap_err();
    assert!(failure.hint.unwrap().contains("`AuditLog.Read.All`"));
    world.tenant().rights.insert("AuditLog.Read.All".to_owned());
    world.whole();
}
