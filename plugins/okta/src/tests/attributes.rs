//! What is read of a user.

use super::*;

fn values(org: &Org, attributes: &[&str], user: &str) -> Vec<Option<String>> {
    let done = read(org, testing::request(attributes));
    (0..attributes.len())
        .map(|c| done.row(user).text(c))
        .collect()
}

#[test]
fn bare_names_are_of_the_profile_and_paths_of_the_user() {
    let org = org();
    let anna = org.user("anna@x.example", "Anna", "Ek");
    org.custom("shoeSize", "Shoe size");
    org.edit(&anna, "shoeSize", 38);
    let found = values(
        &org,
        &[
            "firstName",
            "profile.lastName",
            "status",
            "shoeSize",
            "id",
            "type.id",
        ],
        &anna,
    );
    let found: Vec<&str> = found.iter().map(|v| v.as_deref().unwrap()).collect();
    assert_eq!(found[..5], ["Anna", "Ek", "ACTIVE", "38", anna.as_str()]);
    assert!(found[5].starts_with("oty"));
}

#[test]
fn a_property_without_a_value_is_null_or_left_out() {
    let org = org();
    let (anna, ben) = (org.user("anna", "A", "E"), org.user("ben", "B", "B"));
    org.leave_out(&ben, "mobilePhone");
    for user in [anna, ben] {
        assert_eq!(
            values(&org, &["mobilePhone", "lastLogin"], &user),
            [None, None]
        );
    }
}

#[test]
fn an_empty_text_is_a_value() {
    let org = org();
    let anna = org.user("anna", "A", "E");
    org.edit(&anna, "department", "");
    assert_eq!(values(&org, &["department"], &anna), [Some(String::new())]);
}

#[test]
fn lists_have_all_their_values() {
    let org = org();
    org.custom("badges", "Badges");
    let anna = org.user("anna", "A", "E");
    org.edit(&anna, "badges", vec!["gold", "silver"]);
    let done = read(&org, testing::request(&["badges"]));
    assert_eq!(
        done.row(&anna).values[0],
        [b"gold".to_vec(), b"silver".to_vec()]
    );
}

#[test]
fn a_mistyped_name_is_refused_with_the_nearest() {
    let org = org();
    let failure = try_read(
        settings(&org),
        testing::request(&["firstname", "lastName", "mail"]),
    );
    let failure = failure.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Config);
    assert!(
        failure.message.contains("`firstname`, `mail`"),
        "{failure:?}"
    );
    assert!(failure.hint.unwrap().contains("`firstName`"));
}

#[test]
fn a_property_of_another_user_type_is_believed_by_its_path() {
    let org = org();
    let anna = org.user("anna", "A", "E");
    org.edit(&anna, "badge", "gold");
    assert_eq!(
        values(&org, &["profile.badge"], &anna),
        [Some("gold".to_owned())]
    );
}

#[test]
fn without_the_right_to_the_schema_names_are_not_checked() {
    let org = org();
    let anna = org.user("anna", "A", "E");
    let rights = ["okta.users.read", "okta.groups.read", "okta.logs.read"];
    org.rights(muster_emulators::okta::TOKEN, &rights);
    assert_eq!(
        values(&org, &["firstname", "firstName"], &anna),
        [None, Some("A".to_owned())]
    );
    let log = testing::take_log();
    assert!(log[0].1.contains("attributes are not checked"), "{log:?}");
}

#[test]
fn credentials_are_left_out_unless_they_are_wanted() {
    let org = org();
    let anna = org.user("anna", "A", "E");
    org.source(&anna, "ACTIVE_DIRECTORY");
    let kinds = |org: &Org| -> Vec<String> {
        let seen = org.server().seen();
        let seen = seen.iter().filter(|seen| seen.target.contains("/users"));
        seen.map(|seen| seen.header("content-type").unwrap().to_owned())
            .collect()
    };
    values(&org, &["login"], &anna);
    let slim = "application/json; okta-response=omitCredentials,omitCredentialsLinks";
    assert!(kinds(&org).iter().all(|kind| kind == slim));
    org.server().forget();
    let found = values(&org, &["credentials.provider.type"], &anna);
    assert_eq!(found, [Some("ACTIVE_DIRECTORY".to_owned())]);
    let whole = "application/json; okta-response=omitCredentialsLinks";
    assert!(kinds(&org).iter().all(|kind| kind == whole));
}

#[test]
fn managers_are_references() {
    let org = org();
    org.user("anna", "A", "E");
    let mut source = open(&org);
    source
        .start(testing::request(&[
            "manager",
            "login",
            "managerId",
            "profile.managerId",
        ]))
        .unwrap();
    let batch = source.next().unwrap();
    let kinds: Vec<ColumnKind> = batch.page().columns.iter().map(|c| c.kind).collect();
    use ColumnKind::{Reference, Text};
    assert_eq!(kinds, [Reference, Text, Reference, Reference]);
}

#[test]
fn the_schema_lists_what_may_be_named() {
    let org = org();
    org.custom("shoeSize", "Shoe size");
    let attributes = open(&org).attributes().unwrap();
    let names: Vec<&str> = attributes.iter().map(|a| a.name.as_str()).collect();
    for name in [
        "login",
        "managerId",
        "shoeSize",
        "status",
        "credentials.provider.type",
    ] {
        assert!(names.contains(&name), "{names:?}");
    }
    let shoe = attributes.iter().find(|a| a.name == "shoeSize").unwrap();
    assert_eq!(shoe.summary, "Shoe size");
}
