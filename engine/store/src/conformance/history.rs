//! What must hold for runs, audit, directories, plans and exports.

use super::samples::{account, contents, holder, put, some_audit, some_directory, some_run};
use crate::contract::{Commit, Contents, Store, StoreError};
use muster_model::{AccountId, DirectoryName, Proof, RunId, RunOutcome, StateVersion};

pub(super) fn what_moves_the_version(store: &mut dyn Store) {
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

pub(super) fn runs_are_kept(store: &mut dyn Store) {
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

pub(super) fn proofs_are_kept(store: &mut dyn Store) {
    let proof = |number: u64| Proof {
        at: "2026-11-23T08:00:00Z".to_owned(),
        more: number,
        ..Proof::default()
    };
    let of = |id: u64, number: u64| Commit {
        proof: Some((RunId(id), proof(number))),
        ..Commit::default()
    };
    assert!(matches!(
        store.commit(of(1, 0)),
        Err(StoreError::NoSuchRun { id: RunId(1) })
    ));
    for _ in 0..2 {
        let run = Some(some_run(None));
        let audit = vec![some_audit(&account(1, "anna"))];
        let commit = Commit {
            run,
            audit,
            ..Commit::default()
        };
        store.commit(commit).unwrap();
    }
    let before = store.runs().unwrap();
    let receipt = store.commit(of(1, 3)).unwrap();
    assert_eq!((receipt.version, receipt.run), (StateVersion(0), None));
    assert_eq!(
        store.commit(of(1, 4)).unwrap().run,
        None,
        "the last one counts"
    );
    let mut expected = before;
    expected.first_mut().unwrap().proof = Some(proof(4));
    assert_eq!(store.runs().unwrap(), expected);
    assert_eq!(store.run(RunId(1)).unwrap().as_ref(), expected.first());
    let mut audit = 0;
    store.audit(None, &mut |_| audit += 1).unwrap();
    assert_eq!(audit, 2);
}

pub(super) fn audit_is_kept(store: &mut dyn Store) {
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

pub(super) fn audit_needs_run(store: &mut dyn Store) {
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

pub(super) fn plan_applies_once(store: &mut dyn Store) {
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

pub(super) fn stopped_plan(store: &mut dyn Store) {
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

pub(super) fn directories_keep_cursors(store: &mut dyn Store) {
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

/// What an export of a small store would hold.
pub(super) fn some_contents() -> Contents {
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

pub(super) fn restored(store: &mut dyn Store) {
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

pub(super) fn restore_refused(store: &mut dyn Store) {
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
