//! Reads of what has changed: by DirSync, which needs a right, and by
//! `uSNChanged`, which needs to see deleted objects. Whatever they find must be
//! what a full read finds.

use super::{GROUP, dn, domain, people};
use muster_tests::Policy;
use muster_tests::intranet::Intranet;
use muster_tests::samba::{DISABLED, DOMAIN, ENABLED, STAFF, Samba, User, group_ldif};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const FEEDS: [&str; 2] = ["dirsync", "usn"];

/// Two intranets that follow one domain, each by another feed.
struct Followed {
    server: Samba,
    intranets: Vec<(&'static str, Intranet)>,
}

impl Followed {
    fn new(server: Samba, policy: impl Fn(&Samba) -> Policy) -> Self {
        a_deleted_object(&server);
        let synced = |feed| (feed, Intranet::synced(&policy(&server).set("feed", feed)));
        let intranets = FEEDS.map(synced).into();
        Self { server, intranets }
    }

    /// Anna, Ben and Clara are in the group; Dora is not.
    fn staff() -> Self {
        Self::new(domain(), |server| Policy::samba(server, GROUP))
    }

    /// Demands these changes of each feed, by a read of changes, and that they
    /// are carried out so that a full read finds nothing left to do.
    #[track_caller]
    fn finds(&self, wanted: &[(&str, &str, &str)]) {
        for (feed, intranet) in &self.intranets {
            let plan = intranet.plan();
            assert_eq!(
                plan.coverage(),
                ("delta", None),
                "{feed}: {:#}",
                plan.json()
            );
            plan.changes_are(wanted);
            let answer = intranet.sync();
            assert!(matches!(answer.code(), Some(0 | 5)), "{feed}: {answer}");
            let plan = intranet.plan();
            assert_eq!(plan.coverage(), ("delta", None), "{feed}");
            plan.changes_are(&[]);
            let full = intranet.run(&["sync", "policy.yaml", "--reset"]);
            assert!(matches!(full.code(), Some(0 | 5)), "{feed}: {full}");
            assert!(!full.stdout().contains("block "), "{feed}: {full}");
        }
    }

    /// Demands that each feed gives up, and that the full read finds these.
    #[track_caller]
    fn gives_up_and_finds(&self, wanted: &[(&str, &str, &str)]) {
        for (feed, intranet) in &self.intranets {
            let plan = intranet.plan();
            assert_eq!(
                plan.coverage(),
                ("complete", None),
                "{feed}: {:#}",
                plan.json()
            );
            plan.changes_are(wanted);
        }
    }
}

#[test]
fn nothing_changed_is_told_by_a_feed() {
    let followed = Followed::staff();
    followed.finds(&[]);
    followed.server.stop();
    followed.server.start();
    followed.finds(&[]);
}

#[test]
fn attributes_and_status_are_followed() {
    let followed = Followed::staff();
    let server = &followed.server;
    server.admin().replace(&dn("Anna Ek"), "sn", "Þórsdóttir");
    server.control(&dn("Clara Costa"), DISABLED);
    server.admin().replace(&dn("Dora Dahl"), "sn", "Else");
    followed.finds(&[
        ("update", "anna", "changed-at-source"),
        ("block", "clara", "blocked-in-source"),
    ]);
    server.control(&dn("Clara Costa"), ENABLED);
    followed.finds(&[("unblock", "clara", "blocked-in-source")]);
}

#[test]
fn members_who_come_and_go_are_followed() {
    let followed = Followed::staff();
    let server = &followed.server;
    server.leave(GROUP, &dn("Ben Berg"));
    server.join(GROUP, &dn("Dora Dahl"));
    followed.finds(&[("block", "ben", "left-scope"), ("create", "dora", "new")]);
    server.join(GROUP, &dn("Ben Berg"));
    followed.finds(&[("unblock", "ben", "left-scope")]);
}

#[test]
fn a_new_person_and_a_deleted_one_are_followed() {
    let followed = Followed::staff();
    let server = &followed.server;
    let eva = User::new("eva", "Eva", "Eng");
    server.admin().add(&format!(
        "dn: {}\nobjectClass: user\nsAMAccountName: eva\ngivenName: Eva\nsn: Eng\nmail: eva@example.org\n",
        eva.dn()
    ));
    server.control(&eva.dn(), 0x220);
    server.join(GROUP, &eva.dn());
    server.admin().delete(&dn("Ben Berg"));
    followed.finds(&[("create", "eva", "new"), ("block", "ben", "left-scope")]);
}

#[test]
fn renamed_and_moved_people_are_followed() {
    let followed = Followed::new(domain(), |server| {
        Policy::samba(server, GROUP).set("base_dn", STAFF)
    });
    let server = &followed.server;
    server.rename(&dn("Anna Ek"), "Ek, Anna #1");
    server.logon(&dn("Clara Costa"), "clara.lund");
    server.admin().rename(
        &dn("Ben Berg"),
        "CN=Ben Berg",
        Some(&format!("CN=Users,{DOMAIN}")),
    );
    followed.finds(&[
        ("rename", "clara.lund", "renamed"),
        ("block", "ben", "left-scope"),
    ]);
}

#[test]
fn nested_groups_are_followed() {
    let groups = [
        group_ldif("Floor", &[&dn("Clara Costa")]),
        group_ldif("Oslo", &[&dn("Ben Berg"), &dn("Floor")]),
        group_ldif(GROUP, &[&dn("Anna Ek"), &dn("Oslo")]),
    ];
    let server = Samba::serve(&people(), &groups);
    let followed = Followed::new(server, |server| Policy::samba(server, GROUP));
    let server = &followed.server;
    server.leave("Floor", &dn("Clara Costa"));
    followed.finds(&[("block", "clara", "left-scope")]);
    server.join("Floor", &dn("Clara Costa"));
    followed.finds(&[("unblock", "clara", "left-scope")]);
    // A whole group leaves, and one that is in no list any more is deleted.
    server.leave("Oslo", &dn("Floor"));
    followed.finds(&[("block", "clara", "left-scope")]);
    server.admin().delete(&dn("Oslo"));
    followed.finds(&[("block", "ben", "left-scope")]);
}

#[test]
fn a_unit_with_another_name_is_no_change_that_a_feed_can_tell() {
    let followed = Followed::staff();
    let server = &followed.server;
    server.admin().rename(STAFF, "OU=Crew", None);
    for (feed, intranet) in &followed.intranets {
        // The group's DN in the policy is no longer there: nobody is blocked.
        let answer = intranet.sync();
        assert_eq!(answer.code(), Some(1), "{feed}: {answer}");
    }
    server
        .admin()
        .rename(&format!("OU=Crew,{DOMAIN}"), "OU=Staff", None);
    followed.gives_up_and_finds(&[]);
}

/// Now and a few seconds, in 100 ns since 1601.
fn soon(seconds: u64) -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock");
    let ticks = (now.as_secs() + seconds + 11_644_473_600) * 10_000_000;
    ticks.to_string()
}

#[test]
fn an_account_that_expires_is_noticed_though_nothing_changed() {
    let server = domain();
    server
        .admin()
        .replace(&dn("Clara Costa"), "accountExpires", &soon(45));
    let followed = Followed::new(server, |server| Policy::samba(server, GROUP));
    for (_, intranet) in &followed.intranets {
        assert_eq!(
            intranet.account("clara").status(),
            "active",
            "too slow a machine"
        );
    }
    std::thread::sleep(Duration::from_secs(46));
    followed.finds(&[("block", "clara", "blocked-in-source")]);
}

#[test]
fn a_lock_is_noticed_and_so_is_its_end() {
    let server = domain();
    let admin = server.admin();
    admin.replace(DOMAIN, "lockoutThreshold", "2");
    let followed = Followed::new(server, |server| Policy::samba(server, GROUP));
    let clara = followed.server.client("clara@corp.example", "wrong");
    for _ in 0..3 {
        assert!(!clara.logs_in());
    }
    followed.finds(&[("block", "clara", "blocked-in-source")]);
    // The stamp stays after the lock has run out: -10000000 is one second.
    admin.replace(DOMAIN, "lockOutObservationWindow", "-10000000");
    admin.replace(DOMAIN, "lockoutDuration", "-10000000");
    assert!(
        admin
            .value(&dn("Clara Costa"), "lockoutTime")
            .is_some_and(|stamp| stamp != "0")
    );
    std::thread::sleep(Duration::from_secs(2));
    followed.finds(&[("unblock", "clara", "blocked-in-source")]);
}

#[test]
fn a_login_that_cannot_see_who_was_deleted_reads_everybody_each_time() {
    let server = domain();
    a_deleted_object(&server);
    let ordinary = Policy::samba(&server, GROUP).set("bind_dn", "anna@corp.example");
    for (feed, says) in [
        ("dirsync", "Replicating Directory Changes"),
        ("usn", "sees no deleted object"),
    ] {
        let refused = Intranet::new(&ordinary.clone().set("feed", feed)).sync();
        refused.exits(1).says("cannot be had").says(says);
    }
    // The container itself is shown to everybody, which proves nothing.
    let intranet = Intranet::synced(&ordinary);
    server.admin().delete(&dn("Ben Berg"));
    let plan = intranet.plan();
    assert_eq!(plan.coverage(), ("complete", None));
    plan.changes_are(&[("block", "ben", "left-scope")]);
    let best = Intranet::synced(&Policy::samba(&server, GROUP));
    assert!(best.plan().json().to_string().contains("DirSync"));
}

/// A server in which nothing was ever deleted shows nothing deleted.
fn a_deleted_object(server: &Samba) {
    let name = dn("Old One");
    let ldif = format!("dn: {name}\nobjectClass: contact\n");
    server.admin().add(&ldif);
    server.admin().delete(&name);
}
