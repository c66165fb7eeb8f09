//! Groups that are told though they put nobody into scope.

use super::fake::Told;
use super::groups::{crowd, domain, nested};
use super::*;

const WAYS: [&str; 2] = ["member", "memberOf"];

fn dn(cn: &str) -> String {
    format!("cn={cn},ou=groups,dc=x")
}

/// Reports these, written as they are; `scope` is whom it syncs.
fn reporting(report: &[&str], scope: Scope) -> Scope {
    Scope {
        report: report.iter().map(|&name| name.to_owned()).collect(),
        ..scope
    }
}

/// Everybody's groups, by their names alone: `anna: intranet+others`.
fn told(got: &Got) -> Vec<String> {
    let short = |dn: &String| dn.split([',', '=']).nth(1).unwrap().to_owned();
    let line = |row: &PlainRow| {
        let groups: Vec<String> = row.groups.iter().map(short).collect();
        format!("{}: {}", row.text(0).unwrap(), groups.join("+"))
    };
    let mut lines: Vec<String> = got.rows.iter().map(line).collect();
    lines.sort();
    lines
}

/// As [`nested`], and anna shows that she is in `others`, too.
fn shown() -> Fake {
    let mut fake = nested();
    let both = ["cn=intranet,ou=groups,dc=x", "cn=others,ou=groups,dc=x"];
    fake.set("uid=anna,ou=people,dc=x", "memberOf", &both);
    fake
}

#[test]
fn nested_members_of_reported_groups_are_told() {
    let fake = shown();
    let report = ["CN=Others, OU=groups,dc=x", "CN=FL*", &dn("gone"), "cn=zz*"];
    for way in WAYS {
        let more = json!({"membership": way});
        let scope = reporting(&report, in_groups(&["intranet"]));
        let got = read(&fake, more.clone(), scope).unwrap();
        assert_eq!(
            told(&got),
            [
                "anna: intranet+Others",
                "ben: intranet+floor",
                "clara: intranet+floor"
            ],
            "by {way}"
        );
        assert_eq!(
            got.row("anna").groups,
            [dn("intranet"), "CN=Others, OU=groups,dc=x".to_owned()],
            "as the policy spells it"
        );
        assert_eq!(got.row("ben").groups[1], dn("floor"), "as the server does");
        assert!(got.coverage.is_complete(), "{:?}", got.coverage);
        assert_eq!(
            got.fact("reported groups missing"),
            Some("`cn=gone,ou=groups,dc=x`, `cn=zz*`"),
            "by {way}"
        );
        let got = read(&fake, more, reporting(&report, everybody())).unwrap();
        assert_eq!(
            told(&got),
            [
                "anna: Others",
                "ben: floor",
                "clara: floor",
                "dora: Others",
                "emil: "
            ],
            "by {way}"
        );
        assert!(got.coverage.is_complete(), "{:?}", got.coverage);
    }
}

#[test]
fn exclusions_go_before_and_one_group_may_be_all_of_it() {
    let fake = shown();
    for way in WAYS {
        let scope = Scope {
            except_groups: vec![dn("floor")],
            ..reporting(&["*"], in_groups(&["intranet", "others"]))
        };
        let got = read(&fake, json!({"membership": way}), scope).unwrap();
        assert_eq!(
            told(&got),
            ["anna: intranet+others", "dora: others"],
            "by {way}: told once, though a pattern stands for it as well"
        );
        let scope = Scope {
            except_groups: vec![dn("floor")],
            ..reporting(&[&dn("floor"), "*oslo*"], everybody())
        };
        let got = read(&fake, json!({"membership": way}), scope).unwrap();
        assert_eq!(told(&got), ["anna: ", "dora: ", "emil: "], "by {way}");
    }
}

#[test]
fn what_is_no_dn_is_refused() {
    let failure = read(&nested(), json!({}), reporting(&["editors"], everybody())).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Config);
    assert!(failure.message.contains("`editors`"), "{failure:?}");
}

#[test]
fn a_large_reported_group_does_not_make_a_small_scope_large() {
    let (mut fake, dns) = crowd(700);
    fake.group("few", &[&dns[3], &dns[4]]);
    let scope = reporting(&[&dn("intranet")], in_groups(&["few"]));
    let got = read(&fake, json!({}), scope).unwrap();
    assert_eq!(told(&got), ["u3: few+intranet", "u4: few+intranet"]);
    assert!(got.coverage.is_complete(), "{:?}", got.coverage);
    let everybody = |query: &ldap::Query| {
        query.scope == ldap::Scope::Sub && query.filter.contains("inetOrgPerson")
    };
    assert!(!fake.asked().iter().any(everybody));
}

#[test]
fn members_of_reported_groups_need_not_be_people() {
    for count in [20, 700] {
        let (mut fake, dns) = crowd(count);
        let gone: Vec<String> = (0..250)
            .map(|number| format!("uid=gone{number},ou=people,dc=x"))
            .collect();
        let all: Vec<&str> = dns.iter().chain(&gone).map(String::as_str).collect();
        fake.group("everything", &all);
        fake.person("shy");
        fake.hidden.push("uid=shy,ou=people,dc=x".to_owned());
        fake.group("shy", &["uid=shy,ou=people,dc=x"]);
        let report = [&dn("everything")[..], &dn("shy")];
        for scope in [in_groups(&["intranet"]), everybody()] {
            let got = read(&fake, json!({}), reporting(&report, scope)).unwrap();
            assert!(got.coverage.is_complete(), "{:?}", got.coverage);
            let in_it = got.rows.iter();
            let in_it = in_it.filter(|row| row.groups.contains(&dn("everything")));
            assert_eq!(in_it.count(), count);
        }
    }
}

#[test]
fn a_reported_group_that_cannot_be_read_is_no_empty_one() {
    for count in [20, 700] {
        let (mut fake, _) = crowd(count);
        fake.group("shut", &[]);
        fake.group("unseen", &["uid=u1,ou=people,dc=x"]);
        fake.hidden.push(dn("unseen"));
        for name in ["shut", "unseen"] {
            // The exclusion is known, whatever the reported group hides.
            let scope = Scope {
                except_groups: vec![dn("few")],
                ..reporting(&[&dn(name)], in_groups(&["intranet"]))
            };
            fake.group("few", &["uid=u0,ou=people,dc=x"]);
            let got = read(&fake, json!({}), scope).unwrap();
            assert_eq!(got.rows.len(), count - 1, "{name}");
            assert_eq!(got.coverage.reason(), Some(PartialReason::Unreadable));
            assert_eq!(got.fact("reported groups missing"), None);
        }
    }
}

#[test]
fn reported_groups_may_list_logins() {
    let mut fake = nested();
    let unix = [
        ("objectClass", &["posixGroup"][..]),
        ("memberUid", &["anna", "dora"]),
    ];
    fake.add("cn=unix,ou=groups,dc=x", &unix);
    for scope in [in_groups(&["intranet"]), in_groups(&["oslo", "intranet"])] {
        let got = read(&fake, json!({}), reporting(&[&dn("unix")], scope)).unwrap();
        assert_eq!(got.row("anna").groups, [dn("intranet"), dn("unix")]);
        assert!(!got.row("ben").groups.contains(&dn("unix")));
        assert!(got.coverage.is_complete(), "{:?}", got.coverage);
    }
}

#[test]
fn active_directory_reports_primary_and_nested_groups() {
    let fake = domain();
    for way in ["auto", "member"] {
        let more = json!({"membership": way});
        let got = read(&fake, more.clone(), reporting(&["cn=*"], everybody())).unwrap();
        assert_eq!(
            told(&got),
            [
                "anna: all",
                "ben: all",
                "clara: all+floor",
                "dora: all+floor",
                "emil: "
            ],
            "by {way}"
        );
        assert!(got.coverage.is_complete(), "{:?}", got.coverage);
        let scope = reporting(&[&dn("all"), &dn("gone")], in_groups(&["floor"]));
        let got = read(&fake, more, scope).unwrap();
        assert_eq!(told(&got), ["clara: floor+all", "dora: floor+all"]);
        assert!(got.coverage.is_complete(), "{:?}", got.coverage);
        let missing = got.fact("reported groups missing");
        assert_eq!(missing, Some("`cn=gone,ou=groups,dc=x`"));
    }
}

#[test]
fn many_groups_are_asked_about_at_once() {
    let mut fake = domain();
    for number in 0..120 {
        let classes = [
            ("objectClass", &["group"][..]),
            ("primaryGroupToken", &["2000"]),
        ];
        fake.add(&dn(&format!("team-{number}")), &classes);
    }
    fake.set(
        "cn=emil,ou=people,dc=x",
        "memberOf",
        &["cn=TEAM-7,ou=groups,dc=x"],
    );
    fake.block = 200;
    let got = read(&fake, json!({}), reporting(&["cn=team-*"], everybody())).unwrap();
    assert_eq!(got.row("emil").groups, [dn("team-7")]);
    assert_eq!(got.fact("groups"), Some("120"));
    let nested = fake.asked().into_iter();
    let nested = nested.filter(|query| query.filter.contains("(objectClass=group)(|(memberOf="));
    assert_eq!(nested.count(), 3, "50 at a time");
}

#[test]
fn nobody_who_shows_a_group_is_no_proof_that_there_is_none() {
    let mut fake = domain();
    for name in ["anna", "clara", "machine"] {
        fake.set(&format!("cn={name},ou=people,dc=x"), "memberOf", &[]);
    }
    let scope = || reporting(&[&dn("floor")], everybody());
    let got = read(&fake, json!({}), scope()).unwrap();
    assert_eq!(got.coverage.reason(), Some(PartialReason::Unreadable));
    fake.set("cn=floor,ou=groups,dc=x", "member", &[]);
    let got = read(&fake, json!({}), scope()).unwrap();
    assert!(got.coverage.is_complete(), "{:?}", got.coverage);
}

#[test]
fn a_check_tells_which_reported_groups_are_missing() {
    for (fake, names) in [
        (nested(), ["intranet", "fl*", "gone", "zz*"]),
        (domain(), ["all", "fl*", "gone", "zz*"]),
    ] {
        let report: Vec<String> = names
            .iter()
            .map(|name| match name.strip_suffix('*') {
                Some(_) => format!("cn={name}"),
                None => dn(name),
            })
            .collect();
        let report: Vec<&str> = report.iter().map(String::as_str).collect();
        fake.serve();
        let steps = directory(json!({})).check(&reporting(&report, everybody()));
        let shown = steps.iter().filter(|step| step.what.contains("reported"));
        let shown: Vec<(&str, StepResult)> = shown
            .map(|step| (step.what.as_str(), step.outcome))
            .collect();
        let first = format!("find the reported group {}", report[0]);
        assert_eq!(
            shown,
            [
                (first.as_str(), StepResult::Ok),
                (
                    "find the reported group cn=gone,ou=groups,dc=x",
                    StepResult::Warning
                ),
                ("list the reported groups", StepResult::Ok),
                ("find the reported group cn=zz*", StepResult::Warning),
            ]
        );
        assert!(steps.iter().all(|step| step.outcome != StepResult::Failed));
    }
}

/// What a read of everybody or of changes gave.
type Outcome = Result<(Got, Option<Vec<u8>>), Failure>;

fn run(fake: &Fake, more: Value, scope: &Scope, start_at: ReadFrom) -> Outcome {
    fake.serve();
    let mut directory = directory(more);
    let first = match fake.is_active_directory() {
        true => "sAMAccountName",
        false => "uid",
    };
    directory.start(ReadRequest {
        scope: scope.clone(),
        start_at,
        ..request(&[first])
    })?;
    let mut all = Vec::new();
    loop {
        let batch = directory.next()?;
        all.extend(rows(batch.page()));
        if let Some(coverage) = batch.coverage() {
            let got = Got {
                rows: all,
                problems: Vec::new(),
                coverage: coverage.clone(),
            };
            return Ok((got, batch.next_delta().map(<[u8]>::to_vec)));
        }
    }
}

/// A directory, and where its feed stands.
struct Feed {
    fake: Fake,
    more: Value,
    scope: Scope,
    cursor: Vec<u8>,
    usn: u32,
}

impl Feed {
    fn begin(fake: Fake, more: Value, scope: Scope) -> Self {
        let (got, cursor) = run(&fake, more.clone(), &scope, ReadFrom::Start).unwrap();
        assert!(got.coverage.is_complete(), "{:?}", got.coverage);
        Self {
            fake,
            more,
            scope,
            cursor: cursor.unwrap(),
            usn: 100,
        }
    }

    /// Changes an entry, and says so as a domain controller does.
    fn touch(&mut self, name: &str) {
        self.usn += 1;
        let usn = self.usn.to_string();
        self.fake.set(name, "uSNChanged", &[&usn]);
        self.fake.root("highestCommittedUSN", &[&usn]);
    }

    fn since(&self, scope: &Scope) -> Outcome {
        let from = ReadFrom::Since(self.cursor.clone());
        run(&self.fake, self.more.clone(), scope, from)
    }

    /// Reads the changes, and moves on.
    #[track_caller]
    fn next(&mut self) -> Vec<String> {
        let (got, cursor) = self.since(&self.scope).unwrap();
        self.cursor = cursor.unwrap();
        told(&got)
    }
}

/// A domain controller that tells changes; anna is in `team-a`, ben in `nested`,
/// which is in `team-a`; emil in none.
fn controller(report: &[&str]) -> Feed {
    let fake = domain_with_teams();
    Feed::begin(fake, json!({"feed": "usn"}), reporting(report, everybody()))
}

fn domain_with_teams() -> Fake {
    let mut fake = Fake::active_directory();
    fake.root("dnsHostName", &["dc1.x"]);
    fake.root("dsServiceName", &["cn=settings,dc=x"]);
    fake.root("highestCommittedUSN", &["100"]);
    let settings = [
        ("objectClass", &["nTDSDSA"][..]),
        ("invocationId", &["life"]),
    ];
    fake.add("cn=settings,dc=x", &settings);
    let container = [("objectClass", &["container"][..])];
    fake.add("CN=Deleted Objects,dc=x", &container);
    let old = [("isDeleted", &["TRUE"][..]), ("uSNChanged", &["5"])];
    fake.add("cn=old,CN=Deleted Objects,dc=x", &old);
    for (cn, token) in [("team-a", "1100"), ("nested", "1101")] {
        let group = [
            ("objectClass", &["group"][..]),
            ("primaryGroupToken", &[token]),
        ];
        fake.add(&dn(cn), &group);
    }
    fake.set(&dn("nested"), "memberOf", &[&dn("team-a")]);
    fake.user("anna", "512", &[&dn("team-a")], "513");
    fake.user("ben", "512", &[&dn("nested")], "513");
    fake.user("emil", "512", &[], "513");
    fake
}

#[test]
fn who_joins_or_leaves_a_reported_group_is_told() {
    for report in [&dn("team-a")[..], "cn=team-*"] {
        let mut feed = controller(&[report]);
        assert_eq!(feed.next(), [""; 0], "nothing happened");
        // Only the group is changed when somebody leaves: not the person.
        feed.fake.set("cn=anna,ou=people,dc=x", "memberOf", &[]);
        feed.touch(&dn("team-a"));
        assert_eq!(feed.next(), ["anna: ", "ben: team-a", "emil: "], "{report}");
        feed.fake
            .set("cn=emil,ou=people,dc=x", "memberOf", &[&dn("nested")]);
        feed.touch(&dn("nested"));
        assert_eq!(
            feed.next(),
            ["anna: ", "ben: team-a", "emil: team-a"],
            "{report}"
        );
        feed.touch("cn=settings,dc=x");
        assert_eq!(feed.next(), [""; 0]);
        feed.fake.set(&dn("nested"), "memberOf", &[]);
        feed.touch(&dn("team-a"));
        assert_eq!(feed.next(), ["anna: ", "ben: ", "emil: "], "{report}");
    }
}

#[test]
fn a_reported_group_that_comes_goes_or_is_renamed_is_told() {
    let mut feed = controller(&["cn=team-*", &dn("gone")]);
    let group = |fake: &mut Fake, cn: &str| {
        let group = [
            ("objectClass", &["group"][..]),
            ("primaryGroupToken", &["1300"]),
        ];
        fake.add(&dn(cn), &group);
    };
    group(&mut feed.fake, "team-b");
    let emil = "cn=emil,ou=people,dc=x";
    feed.fake.set(emil, "memberOf", &[&dn("team-b")]);
    feed.touch(&dn("team-b"));
    assert_eq!(feed.next(), ["anna: team-a", "ben: team-a", "emil: team-b"]);
    // Renamed to what no pattern stands for.
    feed.fake.remove(&dn("team-b"));
    group(&mut feed.fake, "club");
    feed.fake.set(emil, "memberOf", &[&dn("club")]);
    feed.touch(&dn("club"));
    assert_eq!(feed.next(), ["anna: team-a", "ben: team-a", "emil: "]);
    // One that was missing is there.
    group(&mut feed.fake, "gone");
    feed.fake.set(emil, "memberOf", &[&dn("gone")]);
    feed.touch(&dn("gone"));
    assert_eq!(feed.next(), ["anna: team-a", "ben: team-a", "emil: gone"]);
    // Deleted: it is among the deleted objects, and nobody shows it.
    feed.fake.remove(&dn("gone"));
    feed.fake.set(emil, "memberOf", &[]);
    let dead = "cn=gone\\0ADEL:1,CN=Deleted Objects,dc=x";
    let deleted = [("objectClass", &["group"][..]), ("isDeleted", &["TRUE"])];
    feed.fake.add(dead, &deleted);
    feed.touch(dead);
    assert_eq!(feed.next(), ["anna: team-a", "ben: team-a", "emil: "]);
    // The pattern stands for nothing any more.
    feed.fake.remove(&dn("team-a"));
    feed.fake.set("cn=anna,ou=people,dc=x", "memberOf", &[]);
    group(&mut feed.fake, "other");
    feed.touch(&dn("other"));
    assert_eq!(feed.next(), ["anna: ", "ben: ", "emil: "]);
}

#[test]
fn a_cursor_of_other_reported_groups_is_stale() {
    let feed = controller(&["cn=team-*"]);
    for other in [&[][..], &["cn=team*"], &["cn=team-*", "cn=x,dc=x"]] {
        let failure = feed.since(&reporting(other, everybody())).unwrap_err();
        assert_eq!(failure.kind, FailureKind::StaleCursor, "{other:?}");
    }
}

#[test]
fn syncrepl_tells_of_reported_groups_as_well() {
    let mut fake = shown();
    fake.root("supportedControl", &["1.3.6.1.4.1.4203.1.9.1.1"]);
    fake.set("dc=x", "contextCSN", &["1"]);
    for (number, uid) in ["anna", "ben", "clara", "dora", "emil"].iter().enumerate() {
        let dn = format!("uid={uid},ou=people,dc=x");
        let uuid = format!("000000{number:02x}-0000-0000-0000-000000000000");
        fake.set(&dn, "entryUUID", &[&uuid]);
        fake.set(&dn, "createTimestamp", &["19700101000000Z"]);
    }
    for cn in ["intranet", "oslo", "floor", "others"] {
        fake.set(&dn(cn), "createTimestamp", &["19700101000000Z"]);
    }
    let scope = reporting(&["cn=others*"], in_groups(&["intranet"]));
    let mut feed = Feed::begin(fake, json!({}), scope);
    assert_eq!(feed.next(), [""; 0]);
    feed.fake
        .set(&dn("others"), "member", &["uid=ben,ou=people,dc=x"]);
    feed.fake.told = Told {
        groups: vec![dn("others")],
        ..Told::default()
    };
    assert_eq!(
        feed.next(),
        ["anna: intranet", "ben: intranet+others", "clara: intranet"]
    );
}

/// DirSync tells of a group what changed of it, and of a renamed one its name
/// alone.
#[test]
fn dirsync_tells_of_members_one_by_one_and_of_new_names() {
    let mut fake = domain_with_teams();
    fake.root("supportedControl", &["1.2.840.113556.1.4.841"]);
    let scope = reporting(&["cn=team-*"], everybody());
    let mut feed = Feed::begin(fake, json!({"feed": "dirsync"}), scope);
    assert_eq!(feed.next(), [""; 0]);
    let anna = "cn=anna,ou=people,dc=x";
    feed.fake.set(anna, "memberOf", &[]);
    feed.fake.set(&dn("team-a"), "member;range=0-0", &[anna]);
    feed.fake.told.groups = vec![dn("team-a")];
    assert_eq!(feed.next(), ["anna: "], "nobody else is looked at");
    let renamed = [("name", &["club"][..]), ("primaryGroupToken", &["1100"])];
    feed.fake.remove(&dn("team-a"));
    feed.fake.add(&dn("club"), &renamed);
    feed.fake.set(&dn("nested"), "memberOf", &[&dn("club")]);
    feed.fake.told.groups = vec![dn("club")];
    assert_eq!(feed.next(), ["anna: ", "ben: ", "emil: "]);
}
