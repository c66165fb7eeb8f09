//! Fields that name other people, and fields that groups give.

use muster_policy::{By, Cycles, Policy, Shape, ValueSource, parse};

fn policy(plugin: &str, rest: &str) -> Policy {
    let text = format!(
        "muster: 1\ndirectory: staff\nprovider: {{plugin: {plugin}}}\n\
         identity: {{username: uid}}\n{rest}"
    );
    parse("p.yaml", &text).unwrap_or_else(|found| panic!("{found:#?}"))
}

fn by(plugin: &str, fields: &str) -> Vec<String> {
    let policy = policy(plugin, &format!("fields: {fields}"));
    let field = policy
        .fields
        .iter()
        .find(|field| field.name.as_str() == "manager")
        .unwrap();
    let reference = field.reference().unwrap();
    let attribute = |id: &usize| policy.attributes[*id].clone();
    let names = reference.by.iter().map(|by| match by {
        By::Id => "id".to_owned(),
        By::Username => "username".to_owned(),
        By::Email(field) => format!("email: {field}"),
        By::Attribute(id) => format!("attribute: {}", attribute(id)),
    });
    names.collect()
}

#[test]
fn how_people_are_named_follows_from_the_plugin() {
    assert_eq!(
        by("ldap", "{manager: {reference: manager}}"),
        ["attribute: dn"]
    );
    assert_eq!(
        by("okta", "{manager: {reference: manager}}"),
        ["id", "username"]
    );
    assert_eq!(
        by("okta", "{manager: {reference: manager}, mail: mail}"),
        ["id", "username", "email: mail"]
    );
    assert_eq!(
        by(
            "./ldap.wasm",
            "{manager: {reference: manager}, email: x, mail: y}"
        ),
        ["id", "username", "email: email"],
        "a component of one's own is not the bundled one"
    );
}

#[test]
fn how_people_are_named_can_be_said() {
    let ways = "[dn, {attribute: employeeNumber}, username]";
    assert_eq!(
        by(
            "csv",
            &format!("{{manager: {{reference: manager, by: {ways}}}}}")
        ),
        ["attribute: dn", "attribute: employeeNumber", "username"]
    );
    assert_eq!(by("ldap", "{manager: {reference: m, by: id}}"), ["id"]);
}

#[test]
fn the_source_is_asked_for_what_references_read() {
    let policy = policy(
        "ldap",
        "fields: {manager: {reference: [boss, manager], type: list, cycles: allow}, \
         head: {reference: head, by: {attribute: Number}}}",
    );
    let names: Vec<&str> = policy.attributes.iter().map(String::as_str).collect();
    assert_eq!(names, ["boss", "dn", "head", "manager", "Number", "uid"]);
    let keys = policy.reference_keys();
    let keys: Vec<(&str, usize)> = keys.iter().map(|(name, id)| (name.as_str(), *id)).collect();
    assert_eq!(keys, [("@dn", 1), ("@number", 4)]);
    let manager = &policy.fields[1];
    assert_eq!(manager.shape, Shape::List);
    assert_eq!(manager.reference().unwrap().cycles, Cycles::Allow);
}

#[test]
fn groups_that_put_nobody_into_scope_are_asked_for() {
    let policy = policy(
        "ldap",
        "scope: {groups: [\"cn=Staff,ou=groups\"]}\n\
         fields:\n  \
         roles: {groups: {\"CN=staff, ou=groups\": user, \"cn=editors,ou=groups\": [editor, author], \"cn=team-*\": team}}\n  \
         more: {groups: {\"CN=Editors,OU=Groups\": x, \"cn=staff*\": y}}\n",
    );
    assert_eq!(
        policy.report_groups(),
        ["CN=Editors,OU=Groups", "cn=staff*", "cn=team-*"]
    );
    let roles = policy
        .fields
        .iter()
        .find(|field| field.name.as_str() == "roles")
        .unwrap();
    assert_eq!(roles.shape, Shape::List);
    assert!(roles.is_merged());
    let ValueSource::Groups(rules) = &roles.value else {
        panic!("no groups")
    };
    assert_eq!(rules[2].at.line, 7);
}

#[test]
fn a_digest_tells_another_mapping_and_nothing_else() {
    let digest = |fields: &str| {
        let policy = policy("csv", &format!("fields: {fields}"));
        policy.fields[0].digest.clone()
    };
    let same = [
        (
            "{a: {reference: m}}",
            "{a: {reference: [M], by: [id, username]}}",
        ),
        ("{a: {reference: m}}", "{a: {reference: m, cycles: allow}}"),
        (
            "{a: {groups: {x: [p, q], y: r}}}",
            "{a: {groups: {Y: r, X: [q, p]}}}",
        ),
    ];
    for (one, other) in same {
        assert_eq!(digest(one), digest(other), "{one} and {other}");
    }
    let different = [
        ("{a: {reference: m}}", "{a: m}"),
        ("{a: {reference: m}}", "{a: {reference: m, by: id}}"),
        (
            "{a: {reference: m, by: {attribute: x}}}",
            "{a: {reference: m, by: {attribute: y}}}",
        ),
        ("{a: {groups: {x: p}}}", "{a: {groups: {x: q}}}"),
        ("{a: {groups: {x: p}}}", "{a: {groups: {\"x*\": p}}}"),
    ];
    for (one, other) in different {
        assert_ne!(digest(one), digest(other), "{one} and {other}");
    }
}
