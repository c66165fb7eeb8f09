//! Reads of what has changed: by syncrepl (RFC 4533) with both of its opposite
//! phases, and by time. Whatever they find must be what a full read finds.

use super::{GROUP, staff};
use muster_tests::intranet::Intranet;
use muster_tests::slapd::{PASSWORD, SessionLog};
use muster_tests::tree::{SUFFIX, group_dn, person_dn};
use muster_tests::{Person, Policy, Slapd, Tree};

/// How a server tells who is gone: it names them (delete phase), or everybody
/// else (present phase).
const LOGS: [SessionLog; 2] = [SessionLog::Kept, SessionLog::None];

fn followed(tree: &Tree, log: SessionLog) -> (Slapd, Intranet) {
    let server = Slapd::serve_with_log(tree, log);
    let policy = Policy::openldap(&server, GROUP).set("feed", "syncrepl");
    let intranet = Intranet::synced(&policy);
    (server, intranet)
}

/// Demands these changes by a read of changes, carries them out, and demands
/// that a full read finds nothing left to do.
#[track_caller]
fn finds(intranet: &Intranet, wanted: &[(&str, &str, &str)]) {
    let plan = intranet.plan();
    assert_eq!(plan.coverage(), ("delta", None), "{:#}", plan.json());
    plan.changes_are(wanted);
    intranet.sync().ok();
    let plan = intranet.plan();
    assert_eq!(plan.coverage(), ("delta", None), "{:#}", plan.json());
    plan.changes_are(&[]);
    let before: Vec<String> = intranet
        .accounts()
        .iter()
        .map(|one| format!("{one:?}"))
        .collect();
    intranet.run(&["sync", "policy.yaml", "--reset"]).ok();
    let after: Vec<String> = intranet
        .accounts()
        .iter()
        .map(|one| format!("{one:?}"))
        .collect();
    assert_eq!(before, after);
}

#[test]
fn nothing_changed_is_told_by_a_feed() {
    for log in LOGS {
        let (server, intranet) = followed(&staff(), log);
        finds(&intranet, &[]);
        server.stop();
        server.start();
        finds(&intranet, &[]);
    }
}

#[test]
fn who_was_changed_and_who_was_deleted_is_told_in_both_phases() {
    for log in LOGS {
        let (server, intranet) = followed(&staff(), log);
        server.replace("anna", "sn", "Lund");
        finds(&intranet, &[("update", "anna", "changed-at-source")]);
        server.admin().delete(&person_dn("ben"));
        finds(&intranet, &[("block", "ben", "left-scope")]);
        server.add(Person::new("eva", "Eva", "Eng"));
        server.join(GROUP, "eva");
        finds(&intranet, &[("create", "eva", "new")]);
        server.admin().delete(&person_dn("dora"));
        finds(&intranet, &[]);
    }
}

#[test]
fn members_who_come_and_go_are_followed() {
    for log in LOGS {
        let (server, intranet) = followed(&staff(), log);
        server.leave(GROUP, "ben");
        server.join(GROUP, "dora");
        finds(
            &intranet,
            &[("block", "ben", "left-scope"), ("create", "dora", "new")],
        );
        server.join(GROUP, "ben");
        finds(&intranet, &[("unblock", "ben", "left-scope")]);
    }
}

#[test]
fn nested_groups_are_followed() {
    let nested = || {
        Tree::new()
            .person(Person::new("anna", "Anna", "Ek"))
            .person(Person::new("ben", "Ben", "Berg"))
            .person(Person::new("clara", "Clara", "Costa"))
            .group("floor", &["clara", "anna"])
            .group("oslo", &["ben", "cn=floor"])
            .group(GROUP, &["anna", "cn=oslo"])
    };
    for log in LOGS {
        let (server, intranet) = followed(&nested(), log);
        server.leave("floor", "clara");
        finds(&intranet, &[("block", "clara", "left-scope")]);
        server.join("floor", "clara");
        finds(&intranet, &[("unblock", "clara", "left-scope")]);
        server.admin().delete(&group_dn("floor"));
        finds(&intranet, &[("block", "clara", "left-scope")]);
    }
}

#[test]
fn renamed_and_moved_people_are_followed() {
    let units = staff()
        .unit("ou=oslo,ou=people")
        .unit("ou=bergen")
        .person(Person::new("kari", "Kari", "Kvam").under("ou=oslo,ou=people"))
        .person(Person::new("lars", "Lars", "Lie").under("ou=bergen"))
        .group("towns", &["anna"]);
    for log in LOGS {
        let server = Slapd::serve_with_log(&units, log);
        let policy = Policy::openldap(&server, GROUP)
            .set("feed", "syncrepl")
            .set("base_dn", &format!("ou=people,{SUFFIX}"));
        let intranet = Intranet::synced(&policy);
        server.rename("anna", "anna.lund");
        server.relocate("clara", "ou=oslo,ou=people");
        finds(&intranet, &[("rename", "anna.lund", "renamed")]);
        server.relocate("ben", "ou=bergen");
        finds(&intranet, &[("block", "ben", "left-scope")]);
    }
}

#[test]
fn a_lock_is_noticed_and_so_is_its_end() {
    let (server, intranet) = followed(&staff(), SessionLog::Kept);
    let clara = server.client(&person_dn("clara"), "wrong");
    server.replace("clara", "userPassword", PASSWORD);
    for _ in 0..3 {
        assert!(!clara.logs_in());
    }
    finds(&intranet, &[("block", "clara", "blocked-in-source")]);
    server.unlock("clara");
    finds(&intranet, &[("unblock", "clara", "blocked-in-source")]);
}

#[test]
fn many_are_followed_without_remembering_each() {
    let mut tree = Tree::new();
    let uids: Vec<String> = (0..3600).map(|number| format!("p{number:04}")).collect();
    for uid in &uids {
        tree = tree.person(Person::new(uid, "Given", uid));
    }
    let members: Vec<&str> = uids.iter().map(String::as_str).collect();
    let tree = tree.group(GROUP, &members);
    for log in LOGS {
        let (server, intranet) = followed(&tree, log);
        server.replace("p0007", "sn", "Lund");
        finds(&intranet, &[("update", "p0007", "changed-at-source")]);
        server.admin().delete(&person_dn("p0008"));
        let plan = intranet.plan();
        let expected = match log {
            SessionLog::Kept => "delta",
            // Everybody else is named, and who was there before is not known.
            SessionLog::None => "complete",
        };
        assert_eq!(plan.coverage(), (expected, None));
        plan.changes_are(&[("block", "p0008", "left-scope")]);
        intranet.sync().ok();
        intranet.is_settled();
        // Who left the group is not told: everybody is read.
        server.leave(GROUP, "p0009");
        let plan = intranet.plan();
        assert_eq!(plan.coverage(), ("complete", None));
        plan.changes_are(&[("block", "p0009", "left-scope")]);
    }
}

#[test]
fn a_server_that_went_back_in_time_is_read_whole() {
    let server = Slapd::serve_with_log(&staff(), SessionLog::None);
    let policy = Policy::openldap(&server, GROUP).set("feed", "syncrepl");
    let intranet = Intranet::synced(&policy);
    server.replace("anna", "sn", "Lund");
    intranet.sync().ok();
    // The same people, loaded again: other entries by their identifiers.
    let fresh = Slapd::serve_with_log(&staff(), SessionLog::None);
    intranet.rewrite(&policy.set("url", &fresh.url()));
    assert_eq!(intranet.plan().coverage().0, "complete");
}

#[test]
fn time_alone_tells_changes_and_never_who_is_gone() {
    let server = Slapd::serve(&staff());
    let intranet = Intranet::synced(&Policy::openldap(&server, GROUP).set("feed", "timestamp"));
    server.replace("anna", "sn", "Lund");
    server.admin().delete(&person_dn("ben"));
    let plan = intranet.plan();
    assert_eq!(plan.coverage(), ("delta", None));
    plan.changes_are(&[("update", "anna", "changed-at-source")]);
    intranet.sync().ok();
    assert_eq!(intranet.account("ben").status(), "active");
    let full = intranet.run(&["sync", "policy.yaml", "--reset"]).ok();
    assert_eq!(intranet.account("ben").status(), "blocked", "{full}");
    // Who left the group is asked for, found elsewhere, and told.
    server.leave(GROUP, "clara");
    finds(&intranet, &[("block", "clara", "left-scope")]);
}

#[test]
fn the_next_server_is_asked_if_the_first_is_down_and_everybody_is_read_there() {
    let (first, second) = (Slapd::serve(&staff()), Slapd::serve(&staff()));
    let policy = Policy::openldap(&first, GROUP)
        .unset("feed")
        .servers(&[&first.url(), &second.url()]);
    let intranet = Intranet::synced(&policy.clone().by_username());
    assert_eq!(intranet.plan().coverage().0, "delta");
    first.stop();
    let plan = intranet.plan();
    // Its cursor means nothing to the second.
    assert_eq!(plan.coverage(), ("complete", None));
    second.stop();
    let answer = intranet.sync().exits(1);
    assert!(answer.stderr().contains("none of 2 servers"), "{answer}");
    intranet.nobody_is_blocked(3);
}

/// Managers are named by their DNs, and a delta names whoever has changed alone.
#[test]
fn managers_are_followed_by_their_names() {
    for log in LOGS {
        let tree = staff().person(Person::new("kim", "Kim", "Lee"));
        let server = Slapd::serve_with_log(&tree, log);
        server.join(GROUP, "kim");
        server.replace("anna", "manager", &person_dn("ben").to_uppercase());
        let policy = Policy::openldap(&server, GROUP)
            .set("feed", "syncrepl")
            .field("manager", "{reference: manager}");
        let intranet = Intranet::synced(&policy);
        let manager = |username: &str| {
            let shown = intranet.admin(&["show", username, "--format", "json"]);
            shown.ok().json()["references"]["manager"]["username"].clone()
        };
        assert_eq!(manager("anna"), "ben");
        // Kim is not delivered.
        server.replace("ben", "manager", &person_dn("kim"));
        finds(&intranet, &[("update", "ben", "changed-at-source")]);
        assert_eq!(manager("ben"), "kim");
        // Kim has another name from now on, by which Anna refers to them.
        server.rename("kim", "kimberly");
        server.replace("ben", "manager", &person_dn("kimberly"));
        finds(&intranet, &[("rename", "kimberly", "renamed")]);
        server.replace("anna", "manager", &person_dn("kimberly"));
        finds(&intranet, &[("update", "anna", "changed-at-source")]);
        assert_eq!(manager("anna"), "kimberly");
    }
}
