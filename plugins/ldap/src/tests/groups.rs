//! Who is in scope.

use super::*;

const WAYS: [&str; 2] = ["member", "memberOf"];

/// anna directly; ben through one group, clara through two, in a circle; dora
/// and emil not.
pub fn nested() -> Fake {
    let mut fake = Fake::openldap();
    for (uid, of) in [
        ("anna", "intranet"),
        ("ben", "oslo"),
        ("clara", "floor"),
        ("dora", "others"),
        ("emil", ""),
    ] {
        fake.person(uid);
        if !of.is_empty() {
            let group = format!("cn={of},ou=groups,dc=x");
            fake.set(&format!("uid={uid},ou=people,dc=x"), "memberOf", &[&group]);
        }
    }
    fake.group(
        "intranet",
        &["uid=anna,ou=people,dc=x", "CN=Oslo,OU=Groups,dc=x"],
    );
    fake.group(
        "oslo",
        &["uid=BEN, ou=people, dc=x", "cn=floor,ou=groups,dc=x"],
    );
    fake.group(
        "floor",
        &["uid=clara,ou=people,dc=x", "cn=oslo,ou=groups,dc=x"],
    );
    fake.group(
        "others",
        &["uid=dora,ou=people,dc=x", "uid=anna,ou=people,dc=x"],
    );
    fake.set(
        "cn=oslo,ou=groups,dc=x",
        "memberOf",
        &["cn=intranet,ou=groups,dc=x", "cn=floor,ou=groups,dc=x"],
    );
    fake.set(
        "cn=floor,ou=groups,dc=x",
        "memberOf",
        &["cn=oslo,ou=groups,dc=x"],
    );
    fake
}

/// More members than are read one by one.
pub fn crowd(count: usize) -> (Fake, Vec<String>) {
    let mut fake = Fake::openldap();
    fake.block = 100;
    let dns: Vec<String> = (0..count)
        .map(|number| format!("uid=u{number},ou=people,dc=x"))
        .collect();
    (0..count).for_each(|number| fake.person(&format!("u{number}")));
    fake.person("stranger");
    let members: Vec<&str> = dns.iter().map(String::as_str).collect();
    fake.group("intranet", &members);
    (fake, dns)
}

#[test]
fn nested_membership_counts_both_ways() {
    let fake = nested();
    for way in WAYS {
        let got = read(&fake, json!({"membership": way}), in_groups(&["intranet"])).unwrap();
        assert_eq!(got.names(), ["anna", "ben", "clara"], "by {way}");
        assert!(got.coverage.is_complete(), "{:?}", got.coverage);
        assert_eq!(got.row("clara").groups, ["cn=intranet,ou=groups,dc=x"]);
        assert_eq!(got.row("clara").id.as_deref(), Some("id-clara"));
    }
}

#[test]
fn everybody_is_told_their_syncing_groups() {
    let mut fake = nested();
    fake.set(
        "uid=anna,ou=people,dc=x",
        "memberOf",
        &["cn=intranet,ou=groups,dc=x", "cn=others,ou=groups,dc=x"],
    );
    for way in WAYS {
        let got = read(
            &fake,
            json!({"membership": way}),
            in_groups(&["floor", "others", "intranet"]),
        )
        .unwrap();
        let groups = |name: &str| {
            got.row(name)
                .groups
                .iter()
                .map(|dn| dn[3..6].to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(got.names(), ["anna", "ben", "clara", "dora"], "by {way}");
        assert_eq!(groups("anna"), ["oth", "int"], "by {way}");
        assert_eq!(
            groups("ben"),
            ["flo", "int"],
            "by {way}: floor and oslo hold each other"
        );
        assert_eq!(groups("dora"), ["oth"], "by {way}");
    }
}

#[test]
fn exclusions_are_left_out() {
    let mut fake = nested();
    fake.set(
        "uid=anna,ou=people,dc=x",
        "memberOf",
        &["cn=intranet,ou=groups,dc=x", "cn=others,ou=groups,dc=x"],
    );
    for way in WAYS {
        let except = vec!["cn=others,ou=groups,dc=x".to_owned()];
        let scope = Scope {
            except_groups: except.clone(),
            ..in_groups(&["intranet"])
        };
        let got = read(&fake, json!({"membership": way}), scope).unwrap();
        assert_eq!(got.names(), ["ben", "clara"], "by {way}");
        let scope = Scope {
            except_groups: except,
            ..everybody()
        };
        let got = read(&fake, json!({"membership": way}), scope).unwrap();
        assert_eq!(got.names(), ["ben", "clara", "emil"], "by {way}");
        assert!(got.coverage.is_complete());
    }
}

#[test]
fn an_exclusion_that_is_gone_lets_nobody_in() {
    let fake = nested();
    for way in WAYS {
        let scope = Scope {
            except_groups: vec!["cn=gone,ou=groups,dc=x".into()],
            ..in_groups(&["intranet"])
        };
        let failure = read(&fake, json!({"membership": way}), scope).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Config, "by {way}");
        assert!(failure.message.contains("cn=gone"), "{failure:?}");
    }
}

#[test]
fn a_missing_group_is_partial_and_no_group_at_all_is_a_failure() {
    let fake = nested();
    for way in WAYS {
        let got = read(
            &fake,
            json!({"membership": way}),
            in_groups(&["others", "gone"]),
        )
        .unwrap();
        assert_eq!(
            got.names(),
            if way == "member" {
                vec!["anna", "dora"]
            } else {
                vec!["dora"]
            }
        );
        assert_eq!(got.coverage.reason(), Some(PartialReason::GroupMissing));
        let failure = read(&fake, json!({"membership": way}), in_groups(&["gone"])).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Config);
        let nonsense = Scope {
            groups: vec!["intranet".into()],
            ..everybody()
        };
        assert_eq!(
            read(&fake, json!({"membership": way}), nonsense)
                .unwrap_err()
                .kind,
            FailureKind::Config
        );
    }
}

#[test]
fn units_narrow_and_exclude() {
    let mut fake = Fake::openldap();
    for unit in ["oslo", "bergen"] {
        fake.add(
            &format!("ou={unit},ou=people,dc=x"),
            &[("objectClass", &["organizationalUnit"])],
        );
        fake.person_below(&format!("in-{unit}"), &format!("ou={unit},ou=people,dc=x"));
    }
    fake.person("top");
    let under = |units: &[&str]| {
        units
            .iter()
            .map(|unit| format!("{unit},OU=People,dc=x"))
            .collect::<Vec<_>>()
    };
    let scope = Scope {
        under: under(&["ou=oslo", "OU=OSLO", "ou=bergen"]),
        ..everybody()
    };
    assert_eq!(
        read(&fake, json!({}), scope).unwrap().names(),
        ["in-bergen", "in-oslo"]
    );
    let scope = Scope {
        except_under: under(&["ou=oslo"]),
        ..everybody()
    };
    assert_eq!(
        read(&fake, json!({}), scope).unwrap().names(),
        ["in-bergen", "top"]
    );
    let bases = json!({"base_dn": ["ou=bergen,ou=people,dc=x", "dc=x", "ou=people,dc=x"]});
    assert_eq!(
        read(&fake, bases, everybody()).unwrap().names(),
        ["in-bergen", "in-oslo", "top"]
    );
    let outside = Scope {
        under: vec!["ou=groups,dc=x".into()],
        ..everybody()
    };
    let failure = read(&fake, json!({"base_dn": "ou=people,dc=x"}), outside).unwrap_err();
    assert!(failure.message.contains("not below"), "{failure:?}");
}

#[test]
fn many_members_are_compared_with_everybody() {
    let (fake, _) = crowd(700);
    let got = read(&fake, json!({}), in_groups(&["intranet"])).unwrap();
    assert_eq!(got.rows.len(), 700);
    assert!(got.coverage.is_complete(), "{:?}", got.coverage);
    assert_eq!(got.fact("entries out of scope"), Some("1"));
    let lookups = fake
        .asked()
        .iter()
        .filter(|query| query.base.starts_with("uid="))
        .count();
    assert_eq!(lookups, 0);
}

#[test]
fn few_members_are_read_by_name() {
    let (fake, _) = crowd(40);
    let got = read(&fake, json!({}), in_groups(&["intranet"])).unwrap();
    assert_eq!(got.rows.len(), 40);
    assert!(got.coverage.is_complete());
    let everybody = |query: &ldap::Query| {
        query.scope == ldap::Scope::Sub && query.filter.contains("inetOrgPerson")
    };
    assert!(!fake.asked().iter().any(everybody));
}

/// The group has these members besides those who are there.
fn with_odd_members(count: usize, odd: &[&str]) -> Fake {
    let (mut fake, dns) = crowd(count);
    fake.add("cn=printer,ou=people,dc=x", &[("objectClass", &["device"])]);
    fake.person("shy");
    fake.hidden.push("uid=shy,ou=people,dc=x".to_owned());
    let members: Vec<&str> = dns
        .iter()
        .map(String::as_str)
        .chain(odd.iter().copied())
        .collect();
    fake.set("cn=intranet,ou=groups,dc=x", "member", &members);
    fake
}

#[test]
fn members_who_are_not_found_are_asked_for() {
    let odd = [
        "uid=gone,ou=people,dc=x",
        "cn=printer,ou=people,dc=x",
        "uid=far,dc=elsewhere",
        "nonsense",
    ];
    for count in [20, 700] {
        let got = read(
            &with_odd_members(count, &odd),
            json!({"base_dn": "ou=people,dc=x"}),
            in_groups(&["intranet"]),
        )
        .unwrap();
        assert_eq!(got.rows.len(), count);
        assert!(got.coverage.is_complete(), "{:?}", got.coverage);
        assert_eq!(got.fact("members that do not exist"), Some("1"));
        assert_eq!(got.fact("members that are not people"), Some("1"));
        assert_eq!(got.fact("members outside the base"), Some("1"));
        assert_eq!(got.fact("members that are no DN"), Some("1"));
    }
}

#[test]
fn a_nested_group_of_an_unknown_kind_takes_the_proof_away() {
    for count in [20, 700] {
        let mut fake = with_odd_members(count, &["cn=odd,ou=groups,dc=x"]);
        fake.add(
            "cn=odd,ou=groups,dc=x",
            &[
                ("objectClass", &["oddGroup"]),
                ("member", &["uid=stranger,ou=people,dc=x"]),
            ],
        );
        let got = read(&fake, json!({}), in_groups(&["intranet"])).unwrap();
        assert_eq!(
            (got.rows.len(), got.coverage.reason()),
            (count, Some(PartialReason::GroupMissing))
        );
    }
}

#[test]
fn a_member_who_is_hidden_takes_the_proof_away() {
    for count in [20, 700] {
        let fake = with_odd_members(count, &["uid=shy,ou=people,dc=x"]);
        let got = read(&fake, json!({}), in_groups(&["intranet"])).unwrap();
        assert_eq!(
            (got.rows.len(), got.coverage.reason()),
            (count, Some(PartialReason::Unreadable))
        );
    }
}

#[test]
fn too_many_unseen_members_take_the_proof_away() {
    let gone: Vec<String> = (0..250)
        .map(|number| format!("uid=gone{number},ou=people,dc=x"))
        .collect();
    let gone: Vec<&str> = gone.iter().map(String::as_str).collect();
    let got = read(
        &with_odd_members(700, &gone),
        json!({}),
        in_groups(&["intranet"]),
    )
    .unwrap();
    assert_eq!(
        (got.rows.len(), got.coverage.reason()),
        (700, Some(PartialReason::Unproven))
    );
}

#[test]
fn who_moved_while_it_was_read_is_not_gone() {
    let (mut fake, dns) = crowd(700);
    fake.late.push(dns[5].clone());
    let got = read(&fake, json!({}), in_groups(&["intranet"])).unwrap();
    assert_eq!(
        (got.rows.len(), got.coverage.reason()),
        (699, Some(PartialReason::Drifted))
    );
}

#[test]
fn a_group_that_hides_its_members_is_not_empty() {
    let mut fake = nested();
    fake.group("hidden", &[]);
    let got = read(&fake, json!({}), in_groups(&["intranet", "hidden"])).unwrap();
    assert_eq!(got.coverage.reason(), Some(PartialReason::Unreadable));
    assert_eq!(got.names(), ["anna", "ben", "clara"]);
}

#[test]
fn an_exclusion_that_hides_its_members_lets_nobody_in() {
    let mut fake = nested();
    fake.group("hidden", &[]);
    let except_groups = vec!["cn=hidden,ou=groups,dc=x".to_owned()];
    let scope = Scope {
        except_groups,
        ..in_groups(&["intranet"])
    };
    let failure = read(&fake, json!({}), scope).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Denied);
    assert!(failure.message.contains("left out"), "{failure:?}");
}

#[test]
fn posix_groups_list_logins_to_the_letter() {
    let mut fake = nested();
    fake.add(
        "cn=unix,ou=groups,dc=x",
        &[
            ("objectClass", &["posixGroup"]),
            ("memberUid", &["anna", "Ben", "nobody"]),
        ],
    );
    let got = read(&fake, json!({}), in_groups(&["unix"])).unwrap();
    assert_eq!(got.names(), ["anna"]);
    let got = read(&fake, json!({}), in_groups(&["unix", "oslo"])).unwrap();
    assert_eq!(got.names(), ["anna", "ben", "clara"]);
    assert!(got.coverage.is_complete(), "{:?}", got.coverage);
}

#[test]
fn members_by_unique_name_count() {
    let mut fake = nested();
    fake.add(
        "cn=unique,ou=groups,dc=x",
        &[
            ("objectClass", &["groupOfUniqueNames"]),
            (
                "uniqueMember",
                &["uid=anna,ou=people,dc=x#'01'B", "uid=dora,ou=people,dc=x"],
            ),
        ],
    );
    assert_eq!(
        read(&fake, json!({}), in_groups(&["unique"]))
            .unwrap()
            .names(),
        ["anna", "dora"]
    );
}

/// anna by name, ben by primary group, clara nested, dora by the primary group
/// of a nested one; emil not; a machine.
pub fn domain() -> Fake {
    let mut fake = Fake::active_directory();
    let group = |fake: &mut Fake, cn: &str, token: &str, members: &[&str], of: &[&str]| {
        fake.add(
            &format!("cn={cn},ou=groups,dc=x"),
            &[
                ("objectClass", &["group"]),
                ("primaryGroupToken", &[token]),
                ("member", members),
                ("memberOf", of),
            ],
        );
    };
    let all = [
        "cn=anna,ou=people,dc=x",
        "cn=machine,ou=people,dc=x",
        "cn=floor,ou=groups,dc=x",
    ];
    group(&mut fake, "all", "1100", &all, &[]);
    group(
        &mut fake,
        "floor",
        "1101",
        &["cn=clara,ou=people,dc=x"],
        &["cn=all,ou=groups,dc=x"],
    );
    fake.user("anna", "512", &["cn=all,ou=groups,dc=x"], "513");
    fake.user("ben", "512", &[], "1100");
    fake.user("clara", "514", &["cn=floor,ou=groups,dc=x"], "513");
    fake.user("dora", "512", &[], "1101");
    fake.user("emil", "512", &[], "513");
    fake.user("machine", "4096", &["cn=all,ou=groups,dc=x"], "515");
    fake
}

#[test]
fn active_directory_has_primary_groups_nesting_and_machines() {
    let fake = domain();
    for way in ["auto", "member"] {
        let got = read(&fake, json!({"membership": way}), in_groups(&["all"])).unwrap();
        assert_eq!(got.names(), ["anna", "ben", "clara", "dora"], "by {way}");
        assert!(got.coverage.is_complete(), "{:?}", got.coverage);
        assert_eq!(
            got.row("clara").status,
            Status::Blocked(BlockCause::Disabled)
        );
        assert_eq!(
            got.row("anna").id.as_deref(),
            Some("616e6e61-0000-0000-0000-000000000000")
        );
        assert_eq!(got.fact("accounts of machines left out"), Some("1"));
        let got = read(
            &fake,
            json!({"membership": way}),
            in_groups(&["floor", "all"]),
        )
        .unwrap();
        assert_eq!(
            got.row("dora").groups,
            ["cn=floor,ou=groups,dc=x", "cn=all,ou=groups,dc=x"],
            "by {way}"
        );
        assert_eq!(got.row("ben").groups, ["cn=all,ou=groups,dc=x"], "by {way}");
    }
}

#[test]
fn a_global_catalogue_proves_no_absence() {
    let url = json!({"url": "ldaps://dc1:3269"});
    let got = read(&domain(), url.clone(), in_groups(&["all"])).unwrap();
    assert_eq!(got.coverage.reason(), Some(PartialReason::Unproven));
    assert!(
        read(&domain(), url, everybody())
            .unwrap()
            .coverage
            .is_complete()
    );
}

#[test]
fn in_chain_asks_the_server_to_follow() {
    let fake = domain();
    read(
        &fake,
        json!({"membership": "in-chain"}),
        in_groups(&["all"]),
    )
    .unwrap();
    let filter = fake.asked().pop().unwrap().filter;
    assert!(
        filter.contains("(memberOf:1.2.840.113556.1.4.1941:=cn=all,ou=groups,dc=x)"),
        "{filter}"
    );
    assert!(
        filter.contains("(primaryGroupID=1100)(primaryGroupID=1101)"),
        "{filter}"
    );
    assert!(!filter.contains("1941:=cn=floor"), "{filter}");
    let failure = read(
        &nested(),
        json!({"membership": "in-chain"}),
        in_groups(&["intranet"]),
    )
    .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Config);
}

/// Trap: a group that is nested in a syncing one is an exclusion all the same.
#[test]
fn in_chain_leaves_out_what_is_nested_in_what_it_lets_in() {
    let fake = domain();
    let scope = Scope {
        except_groups: vec!["cn=floor,ou=groups,dc=x".to_owned()],
        ..in_groups(&["all"])
    };
    read(&fake, json!({"membership": "in-chain"}), scope).unwrap();
    let filter = fake.asked().pop().unwrap().filter;
    assert!(
        filter.contains("(!(|(memberOf:1.2.840.113556.1.4.1941:=cn=floor,ou=groups,dc=x)"),
        "{filter}"
    );
}
