//! Deltas with few people, and policies with decisions about single ones.

use super::*;

/// Whatever a delta tells, it is planned alike with all accounts at hand and
/// with those alone that it can speak of.
#[test]
fn few_accounts_are_enough() {
    use muster_plan::{AccountTable, Planner};
    let decided = "exceptions: e.yaml\n";
    for (key, more, adopt) in [
        ("external_id", "", ""),
        ("username", "", ""),
        ("external_id", "", ", adopt: {match: [email]}"),
        ("external_id", decided, ""),
        ("username", decided, ""),
    ] {
        let mut scene = Scene::new();
        let text = format!(
            "muster: 1\ndirectory: staff\nprovider: {{plugin: csv}}\nidentity: {{key: {key}, username: uid{adopt}}}\nfields: {{email: mail}}\n{more}"
        );
        scene.policy = with_decisions(&text);
        for number in 10..40 {
            let (id, uid) = (number.to_string(), format!("p{number}"));
            scene.server.set(&id, &uid, &format!("{uid}@x"));
        }
        scene.sync();
        let row = |id: &str, uid: &str| PlainRow {
            id: Some(id.to_owned()),
            groups: vec![],
            status: SourceStatus::Active,
            values: vec![vec!["new@x".to_owned()], vec![uid.to_owned()]],
        };
        let gone = |id: &str| PlainRow {
            status: SourceStatus::Removed(Removal::Final),
            ..row(id, "")
        };
        let deltas: Vec<Vec<PlainRow>> = vec![
            vec![],
            vec![row("1", "anna"), gone("2"), gone("99")],
            vec![row("1", "ben"), row("2", "anna")],
            vec![row("1", "p10"), row("50", "p11"), gone("11")],
            vec![row("50", "cleo"), row("3", "p12")],
        ];
        for rows in deltas {
            let pages = [Page::from_rows(2, &rows, vec![])];
            let context = muster_plan::Context {
                now: scene.now,
                expires: scene.now,
                plugin: String::new(),
                plugin_digest: String::new(),
                state: String::new(),
                state_version: scene.store.version().unwrap(),
                next_account_id: scene.store.next_account_id().unwrap(),
                directory: scene.store.directory(&scene.policy.directory).unwrap(),
                read: Some(feed::changes()),
                only: None,
                overrides: BTreeMap::new(),
            };
            let planned = |table: AccountTable| {
                let mut planner = Planner::new(&scene.policy, &context, table);
                planner.page(&pages[0]);
                let coverage = Coverage::Delta {
                    evidence: Evidence::default(),
                };
                planner.finish(coverage, None)
            };
            let mut all = AccountTable::new(&scene.policy);
            scene
                .store
                .scan(&mut |account| all.add(&account).unwrap())
                .unwrap();
            let few = crate::few::table(&scene.policy, &scene.store, &pages, scene.now).ok();
            match few.flatten() {
                Some(few) => assert_eq!(planned(few), planned(all), "{key} {more} {rows:?}"),
                // Somebody new may be anybody.
                None => assert!(!more.is_empty() || !adopt.is_empty(), "{key} {rows:?}"),
            }
        }
    }
}

/// A policy beside a file of exceptions.
fn with_decisions(text: &str) -> Policy {
    let until = "owner: kim, reason: so, expires: 2099-01-01";
    let files = BTreeMap::from([(
        "e.yaml".to_owned(),
        format!(
            "muster: 1\nexceptions:\n  - {{rename: {{id: \"1\", to: p10}}, {until}}}\n  \
             - {{rename: {{username: p20, to: anna}}, {until}}}\n  - {{hold: ben, {until}}}\n  \
             - {{pin: {{id: \"50\", account: p30}}, owner: kim, reason: so}}\n"
        ),
    )]);
    let beside = muster_policy::Beside {
        files: &files,
        values: None,
    };
    muster_policy::check_with("staff.yaml", text, &beside)
        .policy
        .unwrap()
}

#[test]
fn when_an_exception_ends_everything_is_read() {
    let mut scene = Scene::new();
    let text = "muster: 1\ndirectory: staff\nprovider: {plugin: csv, full_read: 30d}\n\
                identity: {username: uid}\nfields: {email: mail}\nexceptions: e.yaml\n";
    let files = BTreeMap::from([(
        "e.yaml".to_owned(),
        "muster: 1\nexceptions:\n  - {exclude: anna, owner: kim, reason: so, expires: 2026-11-30}\n"
            .to_owned(),
    )]);
    let beside = muster_policy::Beside {
        files: &files,
        values: None,
    };
    let checked = muster_policy::check_with("staff.yaml", text, &beside);
    scene.policy = checked.policy.unwrap();
    let plan = scene.sync();
    assert_eq!(why(&plan), ReadReason::PolicyChanged);
    assert_eq!(plan.summary[&Action::Block], 1, "anna is left out");
    scene.now = "2026-11-30T23:59:59Z".parse().unwrap();
    assert_eq!(why(&scene.sync()), ReadReason::Feed);
    scene.now = "2026-12-01T00:00:00Z".parse().unwrap();
    let plan = scene.sync();
    assert_eq!(why(&plan), ReadReason::ExceptionEnded);
    assert_eq!(plan.summary[&Action::Unblock], 1, "and comes back");
    scene.now = "2026-12-02T00:00:00Z".parse().unwrap();
    assert_eq!(why(&scene.sync()), ReadReason::Feed);
}
