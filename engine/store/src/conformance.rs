//! What every store must do, as one suite that each implementation runs.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test suite: a failure is a panic"
)]

use crate::check::check;
use crate::contract::{Commit, Contents, Store, StoreError};
use muster_model::{
    Account, AccountId, Action, Actor, AuditRecord, BlockReason, Cause, Coverage, DirectoryName,
    DirectoryRecord, Evidence, ExternalId, FieldChange, FieldName, Owner, PolicyLine, Reason, Run,
    RunId, RunOutcome, StateVersion, Username, UsernameKey, Value,
};
use std::collections::BTreeMap;

/// A named case, which is given a new store.
pub type Case = (&'static str, fn(&mut dyn Store));

/// All cases.
pub const CASES: &[Case] = &[
    ("a new store is empty", new_is_empty),
    ("accounts come back as they were", accounts_come_back),
    ("a scan goes by number", scan_by_number),
    ("usernames are found by their key", found_by_key),
    (
        "a taken username is refused, and both are named",
        username_taken,
    ),
    (
        "a taken username is refused within one commit",
        username_taken_within,
    ),
    ("two usernames are swapped in one commit", swap),
    ("a username goes round in one commit", chain),
    ("a deleted account's username is free", reuse_after_delete),
    (
        "a person of a directory has one account",
        one_account_per_person,
    ),
    (
        "local accounts may share an external id",
        local_external_ids,
    ),
    ("a number is never given twice", ids_are_spent),
    ("an account is named once in a commit", named_once),
    ("who is not there cannot be deleted", delete_nobody),
    ("a stale writer is refused", stale_writer),
    ("a refused commit changes nothing", refused_changes_nothing),
    ("only changes move the version", what_moves_the_version),
    ("runs are numbered and kept", runs_are_kept),
    ("audit is numbered and kept by run", audit_is_kept),
    ("audit needs a run", audit_needs_run),
    ("a plan applies once", plan_applies_once),
    ("a stopped plan may still be applied", stopped_plan),
    ("directories keep their cursors", directories_keep_cursors),
    ("many accounts in one commit", many),
    ("an empty store is restored", restored),
    ("a restore that is wrong does nothing", restore_refused),
];

/// Runs all cases, each on a store of its own.
pub fn run(mut make: impl FnMut() -> Box<dyn Store>) {
    for (name, case) in CASES {
        let mut store = make();
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| case(store.as_mut())));
        assert!(done.is_ok(), "the store fails at: {name}");
        let report = check(store.as_ref()).unwrap();
        assert!(report.is_well(), "after {name}: {:?}", report.problems);
    }
}

/// Makes an account with some of everything.
pub fn account(id: u64, username: &str) -> Account {
    let text = |name: &str, value: &str| (FieldName::from(name), Value::from(value));
    Account {
        id: AccountId(id),
        username: Username::new(username).expect("a username"),
        owner: Owner::from_name("staff"),
        external_id: Some(ExternalId::new(format!("entry-{id}"))),
        block_reasons: [BlockReason::LeftScope, BlockReason::Rule("gone".into())]
            .into_iter()
            .take(usize::try_from(id % 3).unwrap_or(0))
            .collect(),
        fields: [
            text("email", &format!("{username}@example.org")),
            text("note", ""),
            (
                FieldName::from("roles"),
                Value::list(vec!["editor".into(), "author".into()]),
            ),
        ]
        .into(),
        synced: [
            (
                FieldName::from("email"),
                Some(Value::from("old@example.org")),
            ),
            (FieldName::from("phone"), None),
            (FieldName::from("note"), Some(Value::from(""))),
        ]
        .into(),
    }
}

/// Makes a run of a directory.
pub fn some_run(plan: Option<&str>) -> Run {
    Run {
        id: RunId(0),
        at: "2026-11-23T08:00:00Z".into(),
        actor: Actor {
            name: "root".into(),
            command: "apply".into(),
        },
        directory: Some(DirectoryName::from("staff")),
        outcome: RunOutcome::Applied,
        summary: BTreeMap::from([(Action::Create, 2)]),
        held: 1,
        coverage: Some(Coverage::Complete {
            evidence: Evidence::default(),
        }),
        plan: plan.map(str::to_owned),
        policy: Some("0123".into()),
        overrides: BTreeMap::from([("block.max".into(), "agreed".into())]),
        text: None,
        version: StateVersion(0),
    }
}

/// Makes an audit record about an account.
pub fn some_audit(account: &Account) -> AuditRecord {
    let policy = Some(PolicyLine {
        file: "staff.yaml".into(),
        line: 12,
    });
    AuditRecord {
        seq: 0,
        run: RunId(0),
        at: "2026-11-23T08:00:00Z".into(),
        actor: Actor {
            name: "root".into(),
            command: "apply".into(),
        },
        account_id: account.id,
        username: account.username.clone(),
        action: "create".into(),
        reason: Reason {
            code: "new".into(),
            text: "new at the source".into(),
            policy: policy.clone(),
        },
        fields: account
            .fields
            .iter()
            .map(|(name, value)| FieldChange {
                name: name.clone(),
                old: None,
                new: Some(value.clone()),
                cause: Cause::Source,
                policy: policy.clone(),
            })
            .collect(),
    }
}

/// Makes a directory's record.
pub fn some_directory(name: &str, cursor: Option<&[u8]>) -> DirectoryRecord {
    DirectoryRecord {
        name: DirectoryName::from(name),
        key: "external_id".into(),
        policy_file: format!("{name}.yaml"),
        policy: "0123".into(),
        mappings: [(FieldName::from("email"), "4567".into())].into(),
        cursor: cursor.map(<[u8]>::to_vec),
    }
}

/// All that a store holds, for comparing two of them.
pub fn contents(store: &dyn Store) -> Contents {
    let mut audit = Vec::new();
    store.audit(None, &mut |record| audit.push(record)).unwrap();
    Contents {
        version: store.version().unwrap(),
        next_account_id: store.next_account_id().unwrap(),
        accounts: scanned(store),
        directories: store.directories().unwrap(),
        runs: store.runs().unwrap(),
        audit,
    }
}

fn scanned(store: &dyn Store) -> Vec<Account> {
    let mut found = Vec::new();
    store
        .scan(&mut |view| found.push(view.to_account().unwrap()))
        .unwrap();
    assert_eq!(store.count().unwrap(), found.len() as u64);
    found
}

fn put(store: &mut dyn Store, accounts: &[Account]) -> Result<(), StoreError> {
    commit(store, accounts, &[])
}

fn commit(store: &mut dyn Store, put: &[Account], delete: &[u64]) -> Result<(), StoreError> {
    let commit = Commit {
        expected: store.version()?,
        put: put.to_vec(),
        delete: delete.iter().copied().map(AccountId).collect(),
        ..Commit::default()
    };
    store.commit(commit).map(drop)
}

fn holder(store: &dyn Store, username: &str) -> Option<u64> {
    let found = store.find(&UsernameKey::of(username)).unwrap();
    found.map(|account| account.id.0)
}

fn new_is_empty(store: &mut dyn Store) {
    assert!(!store.identity().is_empty());
    let empty = Contents {
        next_account_id: AccountId(1),
        ..Contents::default()
    };
    assert_eq!(contents(store), empty);
    assert_eq!(store.account(AccountId(1)).unwrap(), None);
    assert_eq!(holder(store, "anna"), None);
    assert_eq!(
        store.directory(&DirectoryName::from("staff")).unwrap(),
        None
    );
    assert_eq!(store.run(RunId(1)).unwrap(), None);
    assert!(!store.is_applied("digest").unwrap());
}

fn accounts_come_back(store: &mut dyn Store) {
    let accounts: Vec<_> = (1..=9)
        .map(|id| account(id, &format!("Zoë {id}")))
        .collect();
    put(store, &accounts).unwrap();
    assert_eq!(scanned(store), accounts);
    assert_eq!(
        store.account(AccountId(4)).unwrap().as_ref(),
        accounts.get(3)
    );
    assert_eq!(store.next_account_id().unwrap(), AccountId(10));

    let mut changed = account(4, "Zoë 4");
    changed.owner = Owner::Local;
    changed.external_id = None;
    changed.fields.clear();
    changed.synced.clear();
    changed.block_reasons = [BlockReason::Manual].into();
    put(store, std::slice::from_ref(&changed)).unwrap();
    assert_eq!(store.account(AccountId(4)).unwrap(), Some(changed));
    assert_eq!(
        store.account(AccountId(5)).unwrap().as_ref(),
        accounts.get(4)
    );
}

fn scan_by_number(store: &mut dyn Store) {
    for id in [700, 900, 70_000] {
        put(
            store,
            &[
                account(id + 1, &format!("b{id}")),
                account(id, &format!("a{id}")),
            ],
        )
        .unwrap();
    }
    let ids: Vec<u64> = scanned(store).iter().map(|account| account.id.0).collect();
    assert_eq!(ids, [700, 701, 900, 901, 70_000, 70_001]);
}

fn found_by_key(store: &mut dyn Store) {
    put(store, &[account(1, "Straße"), account(2, "José")]).unwrap();
    assert_eq!(holder(store, "STRASSE"), Some(1));
    assert_eq!(holder(store, "jose\u{301}"), Some(2));
    assert_eq!(holder(store, "jose"), None);
    put(store, &[account(1, "anna")]).unwrap();
    assert_eq!(holder(store, "straße"), None);
    assert_eq!(holder(store, "ANNA"), Some(1));
}

fn username_taken(store: &mut dyn Store) {
    put(store, &[account(1, "anna")]).unwrap();
    match put(store, &[account(2, "ANNA")]) {
        Err(StoreError::UsernameTaken {
            username,
            holder: AccountId(1),
            claimant: AccountId(2),
        }) => assert_eq!(username, UsernameKey::of("anna")),
        other => panic!("{other:?}"),
    }
}

fn username_taken_within(store: &mut dyn Store) {
    let refused = put(store, &[account(1, "anna"), account(2, "Anna")]);
    assert!(
        matches!(refused, Err(StoreError::UsernameTaken { .. })),
        "{refused:?}"
    );
    assert_eq!(scanned(store), []);
}

fn swap(store: &mut dyn Store) {
    put(store, &[account(1, "anna"), account(2, "bert")]).unwrap();
    put(store, &[account(1, "bert"), account(2, "anna")]).unwrap();
    assert_eq!(
        (holder(store, "anna"), holder(store, "bert")),
        (Some(2), Some(1))
    );
}

fn chain(store: &mut dyn Store) {
    let before = [account(1, "a"), account(2, "b"), account(3, "c")];
    put(store, &before).unwrap();
    let after = [
        account(1, "b"),
        account(2, "c"),
        account(3, "d"),
        account(4, "a"),
    ];
    put(store, &after).unwrap();
    assert_eq!(scanned(store), after);
    let found = ["a", "b", "c", "d"].map(|name| holder(store, name));
    assert_eq!(found, [Some(4), Some(1), Some(2), Some(3)]);
}

fn reuse_after_delete(store: &mut dyn Store) {
    put(store, &[account(1, "anna"), account(2, "bert")]).unwrap();
    commit(store, &[account(3, "anna")], &[1]).unwrap();
    assert_eq!(holder(store, "anna"), Some(3));
    commit(store, &[], &[3]).unwrap();
    assert_eq!(holder(store, "anna"), None);
    assert_eq!(scanned(store), [account(2, "bert")]);
}

fn one_account_per_person(store: &mut dyn Store) {
    let person = |id, name, entry: &str| Account {
        external_id: Some(ExternalId::from(entry)),
        ..account(id, name)
    };
    put(store, &[person(1, "anna", "e1"), person(2, "bert", "e2")]).unwrap();
    let find = |store: &dyn Store, directory, entry: &str| {
        let found = store.find_external(&DirectoryName::from(directory), &ExternalId::from(entry));
        found.unwrap().map(|account| account.id.0)
    };
    assert_eq!(find(store, "staff", "e2"), Some(2));
    assert_eq!(find(store, "staff", "E2"), None, "identifiers are exact");
    assert_eq!(find(store, "guests", "e2"), None);
    match put(store, &[person(3, "carl", "e1")]) {
        Err(StoreError::ExternalIdTaken {
            holder: AccountId(1),
            claimant: AccountId(3),
            ..
        }) => {}
        other => panic!("{other:?}"),
    }
    let other_directory = Account {
        owner: Owner::from_name("guests"),
        ..person(3, "carl", "e1")
    };
    put(store, &[other_directory]).unwrap();
    put(store, &[person(1, "anna", "e2"), person(2, "bert", "e1")]).unwrap();
    assert_eq!(
        (find(store, "staff", "e1"), find(store, "staff", "e2")),
        (Some(2), Some(1))
    );
}

fn local_external_ids(store: &mut dyn Store) {
    let local = |id, name| Account {
        owner: Owner::Local,
        external_id: Some(ExternalId::from("same")),
        ..account(id, name)
    };
    put(store, &[local(1, "anna"), local(2, "bert")]).unwrap();
    let local = DirectoryName::from(Owner::LOCAL);
    assert_eq!(
        store
            .find_external(&local, &ExternalId::from("same"))
            .unwrap(),
        None
    );
}

fn ids_are_spent(store: &mut dyn Store) {
    put(store, &[account(5, "anna")]).unwrap();
    for id in [0, 1, 4] {
        match put(store, &[account(id, "bert")]) {
            Err(StoreError::IdSpent {
                next: AccountId(6), ..
            }) => {}
            other => panic!("{id}: {other:?}"),
        }
    }
    commit(store, &[], &[5]).unwrap();
    let again = put(store, &[account(5, "anna")]);
    assert!(
        matches!(again, Err(StoreError::IdSpent { .. })),
        "{again:?}"
    );
    assert_eq!(store.next_account_id().unwrap(), AccountId(6));
}

fn named_once(store: &mut dyn Store) {
    put(store, &[account(1, "anna")]).unwrap();
    let twice = [
        put(store, &[account(2, "bert"), account(2, "carl")]),
        commit(store, &[account(1, "bert")], &[1]),
        commit(store, &[], &[1, 1]),
    ];
    for refused in twice {
        assert!(
            matches!(refused, Err(StoreError::NamedTwice { .. })),
            "{refused:?}"
        );
    }
}

fn delete_nobody(store: &mut dyn Store) {
    put(store, &[account(1, "anna")]).unwrap();
    for id in [0, 2, 1000] {
        let refused = commit(store, &[], &[id]);
        assert!(
            matches!(refused, Err(StoreError::NoSuchAccount { .. })),
            "{refused:?}"
        );
    }
}

fn stale_writer(store: &mut dyn Store) {
    let stale = store.version().unwrap();
    put(store, &[account(1, "anna")]).unwrap();
    let found = store.version().unwrap();
    let commit = Commit {
        expected: stale,
        put: vec![account(2, "bert")],
        ..Commit::default()
    };
    match store.commit(commit) {
        Err(StoreError::Moved { expected, found: f }) => assert_eq!((expected, f), (stale, found)),
        other => panic!("{other:?}"),
    }
}

fn refused_changes_nothing(store: &mut dyn Store) {
    let first = Commit {
        put: vec![account(1, "anna"), account(2, "bert")],
        audit: vec![some_audit(&account(1, "anna"))],
        run: Some(some_run(Some("digest"))),
        directories: vec![some_directory("staff", Some(b"1"))],
        ..Commit::default()
    };
    store.commit(first).unwrap();
    let before = contents(store);
    let refused = Commit {
        expected: before.version,
        put: vec![account(1, "carl"), account(3, "BERT")],
        audit: vec![some_audit(&account(3, "BERT"))],
        run: Some(some_run(Some("other"))),
        directories: vec![some_directory("staff", Some(b"2"))],
        ..Commit::default()
    };
    assert!(store.commit(refused).is_err());
    assert_eq!(contents(store), before);
    assert!(!store.is_applied("other").unwrap());
    assert_eq!(
        (holder(store, "anna"), holder(store, "carl")),
        (Some(1), None)
    );
}

fn what_moves_the_version(store: &mut dyn Store) {
    let mut step = |commit: Commit| {
        let before = store.version().unwrap();
        let commit = Commit {
            expected: before,
            ..commit
        };
        let receipt = store.commit(commit).unwrap();
        assert_eq!(store.version().unwrap(), receipt.version);
        receipt.version.0 - before.0
    };
    let directories = || vec![some_directory("staff", None)];
    let run = || Some(some_run(None));
    let with_directory = Commit {
        run: run(),
        directories: directories(),
        ..Commit::default()
    };
    assert_eq!(step(Commit::default()), 0);
    assert_eq!(
        step(Commit {
            run: run(),
            ..Commit::default()
        }),
        0
    );
    assert_eq!(step(with_directory.clone()), 1);
    assert_eq!(step(with_directory), 0, "the same directory again");
    let put = vec![account(1, "anna")];
    assert_eq!(
        step(Commit {
            put,
            ..Commit::default()
        }),
        1
    );
    let delete = vec![AccountId(1)];
    assert_eq!(
        step(Commit {
            delete,
            run: run(),
            ..Commit::default()
        }),
        1
    );
    let runs = store.runs().unwrap();
    let versions: Vec<u64> = runs.iter().map(|run| run.version.0).collect();
    assert_eq!(versions, [0, 1, 1, 3]);
}

fn runs_are_kept(store: &mut dyn Store) {
    let mut expected = Vec::new();
    for number in 1..=40 {
        let mut run = some_run(None);
        run.text = Some(format!("number {number}"));
        let commit = Commit {
            run: Some(run.clone()),
            ..Commit::default()
        };
        assert_eq!(store.commit(commit).unwrap().run, Some(RunId(number)));
        run.id = RunId(number);
        expected.push(run);
    }
    assert_eq!(store.runs().unwrap(), expected);
    assert_eq!(store.run(RunId(7)).unwrap().as_ref(), expected.get(6));
    assert_eq!(store.run(RunId(41)).unwrap(), None);
    assert_eq!(store.commit(Commit::default()).unwrap().run, None);
}

fn audit_is_kept(store: &mut dyn Store) {
    let mut expected = Vec::new();
    for (run, count) in (1..).zip([3, 0, 600, 1]) {
        let records: Vec<_> = (0..count)
            .map(|n| some_audit(&account(n, &format!("person {n}"))))
            .collect();
        let commit = Commit {
            audit: records.clone(),
            run: Some(some_run(None)),
            ..Commit::default()
        };
        store.commit(commit).unwrap();
        let mut found = Vec::new();
        store
            .audit(Some(RunId(run)), &mut |record| found.push(record))
            .unwrap();
        for mut record in records {
            record.seq = expected.len() as u64 + 1;
            record.run = RunId(run);
            expected.push(record);
        }
        let first = expected.len() - found.len();
        assert_eq!(Some(found.as_slice()), expected.get(first..), "run {run}");
    }
    assert_eq!(contents(store).audit, expected);
    store
        .audit(Some(RunId(9)), &mut |record| panic!("{record:?}"))
        .unwrap();
}

fn audit_needs_run(store: &mut dyn Store) {
    let orphan = Commit {
        audit: vec![some_audit(&account(1, "anna"))],
        ..Commit::default()
    };
    let refused = store.commit(orphan);
    assert!(
        matches!(refused, Err(StoreError::AuditWithoutRun)),
        "{refused:?}"
    );
}

fn plan_applies_once(store: &mut dyn Store) {
    let apply = |plan| Commit {
        run: Some(some_run(Some(plan))),
        ..Commit::default()
    };
    store.commit(apply("first")).unwrap();
    store.commit(apply("second")).unwrap();
    assert!(store.is_applied("first").unwrap());
    assert!(!store.is_applied("fir").unwrap());
    match store.commit(apply("second")) {
        Err(StoreError::AlreadyApplied {
            plan,
            run: RunId(2),
        }) => assert_eq!(plan, "second"),
        other => panic!("{other:?}"),
    }
}

fn stopped_plan(store: &mut dyn Store) {
    for outcome in [
        RunOutcome::Stopped,
        RunOutcome::Failed,
        RunOutcome::Unchanged,
    ] {
        assert!(!store.is_applied("digest").unwrap());
        let mut run = some_run(Some("digest"));
        run.outcome = outcome;
        let commit = Commit {
            run: Some(run),
            ..Commit::default()
        };
        store.commit(commit).unwrap();
    }
    assert!(store.is_applied("digest").unwrap());
}

fn directories_keep_cursors(store: &mut dyn Store) {
    let expected = [
        some_directory("guests", None),
        some_directory("staff", Some(&[0, 255, 7])),
    ];
    let commit = Commit {
        directories: vec![some_directory("staff", Some(b"old")), expected[0].clone()],
        ..Commit::default()
    };
    store.commit(commit).unwrap();
    let commit = Commit {
        expected: store.version().unwrap(),
        directories: vec![expected[1].clone()],
        ..Commit::default()
    };
    store.commit(commit).unwrap();
    assert_eq!(store.directories().unwrap(), expected);
    let found = store.directory(&DirectoryName::from("staff")).unwrap();
    assert_eq!(found.as_ref(), Some(&expected[1]));
}

fn many(store: &mut dyn Store) {
    let mut accounts: Vec<_> = (1..=2000)
        .map(|id| account(id, &format!("p{id}")))
        .collect();
    put(store, &accounts).unwrap();
    assert_eq!(scanned(store), accounts);
    accounts.reverse();
    for (changed, id) in accounts.iter_mut().zip(1..) {
        changed.username = Username::new(&format!("P{id}")).unwrap();
    }
    put(store, &accounts).unwrap();
    accounts.reverse();
    assert_eq!(scanned(store), accounts);
    for account in &accounts {
        assert_eq!(holder(store, account.username.as_str()), Some(account.id.0));
    }
}

/// What an export of a small store would hold.
fn some_contents() -> Contents {
    let accounts = vec![account(3, "anna"), account(90, "bert")];
    let mut runs = vec![some_run(Some("digest")), some_run(None)];
    let mut audit = vec![
        some_audit(&account(3, "anna")),
        some_audit(&account(4, "gone")),
    ];
    for (run, number) in runs.iter_mut().zip(1..) {
        run.id = RunId(number);
    }
    for (record, number) in audit.iter_mut().zip(1..) {
        record.seq = number;
        record.run = RunId(2);
    }
    Contents {
        version: StateVersion(17),
        next_account_id: AccountId(120),
        accounts,
        directories: vec![some_directory("staff", Some(b"1"))],
        runs,
        audit,
    }
}

fn restored(store: &mut dyn Store) {
    let identity = store.identity();
    store.restore(some_contents()).unwrap();
    assert_eq!(contents(store), some_contents());
    assert_eq!(store.identity(), identity);
    assert!(store.is_applied("digest").unwrap());
    assert_eq!(holder(store, "BERT"), Some(90));
    let again = store.restore(Contents::default());
    assert!(matches!(again, Err(StoreError::NotEmpty)), "{again:?}");
    put(store, &[account(120, "carl")]).unwrap();
    assert_eq!(store.version().unwrap(), StateVersion(18));
}

fn restore_refused(store: &mut dyn Store) {
    let bad: [fn(&mut Contents); 5] = [
        |all| all.accounts.push(account(4, "ANNA")),
        |all| all.accounts.push(account(3, "carl")),
        |all| all.runs.iter_mut().for_each(|run| run.id = RunId(2)),
        |all| all.audit.iter_mut().for_each(|record| record.seq = 2),
        |all| {
            all.audit
                .iter_mut()
                .for_each(|record| record.run = RunId(3))
        },
    ];
    let before = contents(store);
    for spoil in bad {
        let mut spoilt = some_contents();
        spoil(&mut spoilt);
        assert!(store.restore(spoilt).is_err());
        assert_eq!(contents(store), before);
    }
    store.restore(some_contents()).unwrap();
}
