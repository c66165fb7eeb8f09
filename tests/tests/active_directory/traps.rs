//! What a connector for Active Directory stumbles over, one by one.

use super::{GROUP, WAYS, dn, domain, people, synced};
use muster_tests::Policy;
use muster_tests::intranet::Intranet;
use muster_tests::policy::PASSWORD_VARIABLE;
use muster_tests::samba::{DISABLED, DOMAIN, PASSWORD, Samba, User, group_ldif};
use serde_json::json;

#[test]
fn a_primary_group_is_in_no_list_and_counts_all_the_same() {
    let server = domain();
    let admin = server.admin();
    server.join(GROUP, &dn("Dora Dahl"));
    let token = admin
        .value(&dn(GROUP), "primaryGroupToken")
        .expect("a token");
    admin.replace(&dn("Dora Dahl"), "primaryGroupID", &token);
    assert_ne!(admin.value(&dn("Dora Dahl"), "memberOf"), Some(dn(GROUP)));
    for way in WAYS {
        let intranet = Intranet::synced(&Policy::samba(&server, GROUP).set("membership", way));
        assert_eq!(
            intranet.usernames(),
            ["anna", "ben", "clara", "dora"],
            "by {way}"
        );
        intranet.is_settled();
    }
    let intranet = Intranet::synced(&Policy::samba(&server, GROUP).set("feed", "dirsync"));
    // Her old primary group has become an ordinary one of hers.
    admin.replace(&dn("Dora Dahl"), "primaryGroupID", "513");
    server.leave(GROUP, &dn("Dora Dahl"));
    let plan = intranet.plan();
    assert_eq!(plan.coverage(), ("delta", None));
    plan.changes_are(&[("block", "dora", "left-scope")]);
}

#[test]
fn names_that_differ_by_an_accent_are_the_same_for_the_server_and_not_for_us() {
    let people = [
        User::new("jose", "José", "Ruiz"),
        User::new("Øyvind", "Øyvind", "Moe"),
    ];
    let dns: Vec<String> = people.iter().map(User::dn).collect();
    let members: Vec<&str> = dns.iter().map(String::as_str).collect();
    let server = Samba::serve(&people, &[group_ldif(GROUP, &members)]);
    let intranet = Intranet::synced(&Policy::samba(&server, GROUP));
    assert_eq!(intranet.usernames(), ["jose", "Øyvind"]);
    let before = intranet.account("jose");
    server.logon(&people[0].dn(), "josé");
    intranet
        .plan()
        .changes_are(&[("rename", "josé", "renamed")]);
    intranet.sync().ok();
    assert_eq!(intranet.account("josé").id(), before.id());
    intranet.is_settled();
}

#[test]
fn another_manager_is_a_change() {
    let server = domain();
    let admin = server.admin();
    // A link, which DirSync tells value by value.
    admin.replace(&dn("Anna Ek"), "manager", &dn("Ben Berg"));
    let policy = Policy::samba(&server, GROUP).field("manager", "manager");
    let intranet = Intranet::synced(&policy);
    assert_eq!(
        intranet.account("anna").field("manager"),
        &json!(dn("Ben Berg"))
    );
    admin.replace(&dn("Anna Ek"), "manager", &dn("Clara Costa"));
    let plan = intranet.plan();
    assert_eq!(plan.coverage(), ("delta", None));
    plan.changes_are(&[("update", "anna", "changed-at-source")]);
    intranet.sync().ok();
    assert_eq!(
        intranet.account("anna").field("manager"),
        &json!(dn("Clara Costa"))
    );
}

#[test]
fn a_photo_is_bytes() {
    let (server, _) = synced();
    let photo = "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP8A";
    let ldif = format!(
        "dn: {}\nchangetype: modify\nreplace: thumbnailPhoto\nthumbnailPhoto:: {photo}\n",
        dn("Anna Ek")
    );
    server.admin().change(&ldif);
    let intranet =
        Intranet::synced(&Policy::samba(&server, GROUP).field("photo", "thumbnailPhoto"));
    assert_eq!(intranet.account("anna").field("photo"), &json!(photo));
    intranet.is_settled();
}

#[test]
fn references_to_other_servers_are_no_people_and_no_errors() {
    let (server, _) = synced();
    let whole = Intranet::synced(&Policy::samba(&server, GROUP).set("feed", "none"));
    let plan = whole.plan();
    assert_eq!(plan.coverage(), ("complete", None));
    let facts = &plan.json()["coverage"]["evidence"]["facts"];
    assert!(facts["references skipped"].is_string(), "{facts:#}");
}

#[test]
fn why_a_login_is_refused_is_said_in_words() {
    let server = domain();
    let admin = server.admin();
    admin.replace(DOMAIN, "lockoutThreshold", "3");
    let says = |person: &str, sentence: &str| {
        let policy =
            Policy::samba(&server, GROUP).set("bind_dn", &format!("{person}@corp.example"));
        Intranet::new(&policy).sync().exits(1).says(sentence);
    };
    server.control(&dn("Anna Ek"), DISABLED);
    says("anna", "the account is disabled");
    admin.replace(&dn("Ben Berg"), "accountExpires", "132223104000000000");
    says("ben", "the account has expired");
    admin.replace(&dn("Dora Dahl"), "pwdLastSet", "0");
    says(
        "dora",
        "the password must be changed before the first login",
    );
    says("nobody", "the server knows no such user");
    for _ in 0..4 {
        assert!(!server.client("clara@corp.example", "wrong").logs_in());
    }
    says(
        "clara",
        "the account is locked after too many failed logins",
    );
    let mut wrong = Intranet::new(&Policy::samba(&server, GROUP));
    wrong.muster_mut().set(PASSWORD_VARIABLE, "wrong");
    wrong
        .sync()
        .exits(1)
        .says("the password is wrong, or the server knows no such user");
}

#[test]
fn a_login_check_tells_the_reasons_apart() {
    let server = domain();
    let intranet = Intranet::synced(&Policy::samba(&server, GROUP));
    let says = |person: &str, password: &str, code: i32, sentence: &str| {
        let arguments = ["provider", "login", "policy.yaml", person];
        intranet
            .muster()
            .run_with(&format!("{password}\n"), &arguments)
            .exits(code)
            .says(sentence)
            .never_says(PASSWORD);
    };
    says("anna", PASSWORD, 0, "anna: accepted");
    says("anna", "guess", 1, "the password is wrong");
    server.control(&dn("Anna Ek"), DISABLED);
    says("anna", PASSWORD, 1, "account is disabled");
    let admin = server.admin();
    admin.replace(&dn("Ben Berg"), "accountExpires", "132223104000000000");
    says("ben", PASSWORD, 1, "has expired");
    admin.replace(&dn("Clara Costa"), "pwdLastSet", "0");
    says("clara", PASSWORD, 1, "must be changed at the source first");
}

/// Groups that give roles put nobody into scope; the primary group, which is in no
/// list, gives its role as well.
#[test]
fn groups_give_roles_and_the_primary_group_does_too() {
    for way in WAYS {
        let members = ["Anna Ek", "Ben Berg"].map(dn);
        let editors = [dn("Anna Ek"), dn("Dora Dahl")];
        let server = Samba::serve(
            &people(),
            &[
                group_ldif(GROUP, &[&members[0], &members[1]]),
                group_ldif("Editors", &[&editors[0], &editors[1]]),
            ],
        );
        let roles = format!(
            "{{groups: {{\"{}\": editor, \"CN=Domain Users,CN=Users,{DOMAIN}\": everybody}}}}",
            dn("Editors")
        );
        let policy = Policy::samba(&server, GROUP)
            .set("membership", way)
            .field("roles", &roles);
        let intranet = Intranet::synced(&policy);
        assert_eq!(intranet.usernames(), ["anna", "ben"], "by {way}");
        let roles = |username: &str| intranet.account(username).field("roles").clone();
        assert_eq!(roles("anna"), json!(["editor", "everybody"]), "by {way}");
        assert_eq!(roles("ben"), json!(["everybody"]), "by {way}");
        server.join("Editors", &dn("Ben Berg"));
        server.leave("Editors", &dn("Anna Ek"));
        intranet.sync().ok();
        assert_eq!(roles("anna"), json!(["everybody"]), "by {way}");
        assert_eq!(roles("ben"), json!(["editor", "everybody"]), "by {way}");
        intranet.is_settled();
    }
}
