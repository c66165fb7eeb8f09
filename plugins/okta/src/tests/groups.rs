//! Which group a name means.

use super::*;

fn failure_of(org: &Org, group: &str) -> Failure {
    try_read(settings(org), request(&[group])).unwrap_err()
}

#[test]
fn a_group_is_found_by_id_and_by_exact_name() {
    let org = org();
    let group = org.group("Intranet");
    let user = org.user("anna", "A", "E");
    org.join(&group, &user);
    for named in [group.as_str(), "Intranet"] {
        let done = read(&org, request(&[named]));
        assert_eq!(done.row(&user).groups, [named]);
    }
}

#[test]
fn a_name_like_an_id_is_still_a_name() {
    let org = org();
    let name = "00gabcdefghijklmnopq";
    let group = org.group(name);
    let user = org.user("anna", "A", "E");
    org.join(&group, &user);
    assert_eq!(read(&org, request(&[name])).logins(), ["anna"]);
}

#[test]
fn the_beginning_of_a_name_is_no_match() {
    let org = org();
    org.group("Intranet users");
    let failure = failure_of(&org, "Intranet");
    assert_eq!(failure.kind, FailureKind::Config);
    assert!(
        failure
            .message
            .contains("no group with the id or name `Intranet`"),
        "{failure:?}"
    );
    assert!(failure.hint.unwrap().contains("`Intranet users`"));
}

#[test]
fn names_are_compared_to_the_letter() {
    let org = org();
    org.group("intranet");
    let failure = failure_of(&org, "Intranet");
    assert!(failure.hint.unwrap().contains("there is `intranet`"));
    let group = org.group("Intranet");
    let user = org.user("anna", "A", "E");
    org.join(&group, &user);
    assert_eq!(read(&org, request(&["Intranet"])).logins(), ["anna"]);
}

#[test]
fn a_name_of_several_groups_is_refused_in_words() {
    let org = org();
    let (ours, theirs) = (org.group("Staff"), org.group_of("APP_GROUP", "Staff"));
    let failure = failure_of(&org, "Staff");
    assert_eq!(failure.kind, FailureKind::Config);
    for part in ["2 groups", &ours, &theirs, "OKTA_GROUP", "APP_GROUP"] {
        assert!(failure.message.contains(part), "{failure:?}");
    }
    assert!(failure.hint.unwrap().contains("by its id"));
    assert!(read(&org, request(&[&theirs])).rows.is_empty());
}

#[test]
fn a_new_group_is_found_although_the_search_lags_behind() {
    let org = org();
    org.lag();
    let group = org.group("Intranet");
    let user = org.user("anna", "A", "E");
    org.join(&group, &user);
    assert_eq!(read(&org, request(&["Intranet"])).logins(), ["anna"]);
}

#[test]
fn a_name_with_quotes_is_a_name() {
    let org = org();
    let name = r#"The "inner" \ circle (a & b) +é"#;
    let group = org.group(name);
    let user = org.user("anna", "A", "E");
    org.join(&group, &user);
    assert_eq!(read(&org, request(&[name])).logins(), ["anna"]);
}

#[test]
fn everyone_is_a_group_unless_it_is_hidden_from_group_administrators() {
    let org = org();
    org.user("anna", "A", "E");
    assert_eq!(read(&org, request(&["Everyone"])).logins(), ["anna"]);
    org.hide_everyone();
    let failure = failure_of(&org, "Everyone");
    assert_eq!(failure.kind, FailureKind::Config);
    assert!(failure.hint.unwrap().contains("may view"));
}

#[test]
fn people_of_a_group_rule_read_like_any_other() {
    let org = org();
    let group = org.group("Sales");
    let (anna, ben) = (org.user("anna", "A", "E"), org.user("ben", "B", "B"));
    org.rule(&group, "department", "Sales");
    org.edit(&anna, "department", "Sales");
    let done = read(&org, request(&["Sales"]));
    assert_eq!(done.logins(), ["anna"]);
    org.edit(&anna, "department", "Support");
    org.edit(&ben, "department", "Sales");
    let delta = since(&org, &done, request(&["Sales"])).unwrap();
    assert_eq!(delta.row(&anna).status, Status::Removed(Removal::LeftScope));
    assert_eq!(delta.row(&ben).groups, ["Sales"]);
}

#[test]
fn users_stand_in_no_tree() {
    let org = org();
    let mut request = request(&[]);
    request.scope.under = vec!["ou=people".to_owned()];
    let failure = try_read(settings(&org), request).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Config);
    assert!(failure.message.contains("scope.under"));
}
