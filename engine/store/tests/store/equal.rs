//! Any row of commits leaves the folder with the same contents as the plain
//! store in memory, whenever it is closed and opened in between.

use super::generations::by;
use muster_model::{
    AccountId, ExternalId, Owner, Proof, RunId, RunOutcome, StateVersion, UsernameKey,
};
use muster_store::conformance::{account, contents, some_audit, some_directory, some_run};
use muster_store::{Commit, MemoryStore, SledStore, Store};
use proptest::prelude::*;
use proptest::sample::select;

/// Few names and few numbers, so that they meet.
const NAMES: [&str; 7] = [
    "anna",
    "ANNA",
    "bert",
    "carl",
    "José",
    "JOSE\u{301}",
    "dora",
];

#[derive(Clone, Debug)]
enum Step {
    Commit(Box<Commit>),
    /// A commit of a writer that has not looked.
    Stale(Box<Commit>),
    Reopen,
}

fn commits() -> impl Strategy<Value = Commit> {
    let accounts =
        (1..200_u64, select(&NAMES), 0..4_u8, 0..5_u8).prop_map(|(id, name, kind, entry)| {
            let mut account = account(id, name);
            account.owner =
                Owner::from_name(["local", "staff", "guests", "staff"][usize::from(kind)]);
            account.external_id = (kind < 3).then(|| ExternalId::new(format!("e{entry}")));
            account
        });
    let outcomes = select(&[
        RunOutcome::Applied,
        RunOutcome::Unchanged,
        RunOutcome::Stopped,
        RunOutcome::Failed,
    ]);
    let runs = (outcomes, proptest::option::of(select(&["p1", "p2", "p3"]))).prop_map(
        |(outcome, plan)| {
            let mut run = some_run(plan);
            run.outcome = outcome;
            run
        },
    );
    let directories = (select(&["staff", "guests"]), 0..3_u8)
        .prop_map(|(name, cursor)| some_directory(name, Some(&[cursor])));
    (
        proptest::collection::vec(accounts, 0..4),
        proptest::collection::vec((1..200_u64).prop_map(AccountId), 0..2),
        proptest::option::weighted(0.8, runs),
        proptest::collection::vec(directories, 0..2),
        proptest::option::weighted(0.3, (1..6_u64, 0..3_u64)),
    )
        .prop_map(|(put, delete, run, directories, proof)| Commit {
            expected: StateVersion(0),
            audit: if run.is_some() {
                put.iter().map(some_audit).collect()
            } else {
                Vec::new()
            },
            put,
            delete,
            run,
            directories,
            proof: proof.map(|(run, more)| {
                let proof = Proof {
                    more,
                    ..Proof::default()
                };
                (RunId(run), proof)
            }),
        })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        10 => commits().prop_map(|commit| Step::Commit(Box::new(commit))),
        1 => commits().prop_map(|commit| Step::Stale(Box::new(commit))),
        1 => Just(Step::Reopen),
    ];
    proptest::collection::vec(step, 1..30)
}

/// Points some of a commit's accounts at what is there, or hardly any commit
/// would pass: an account that is new gets the next free number.
fn fitted(mut commit: Commit, store: &dyn Store) -> Commit {
    let mut next = store.next_account_id().unwrap().0;
    for account in &mut commit.put {
        if account.id.0 % 4 != 0 && store.account(account.id).unwrap().is_none() {
            account.id = AccountId(next);
            next += 1 + account.external_id.as_ref().map_or(0, |_| 60);
        }
    }
    commit
        .delete
        .retain(|id| id.0 % 4 == 0 || store.account(*id).unwrap().is_some());
    commit
}

fn compare(memory: &MemoryStore, folder: &SledStore) -> Result<(), TestCaseError> {
    prop_assert_eq!(contents(memory), contents(folder));
    for name in NAMES {
        let key = UsernameKey::of(name);
        prop_assert_eq!(memory.find(&key).unwrap(), folder.find(&key).unwrap());
    }
    for account in memory.accounts() {
        if let (Owner::Directory(name), Some(id)) = (&account.owner, &account.external_id) {
            let found = folder.find_external(name, id).unwrap();
            prop_assert_eq!(found.as_ref(), Some(account));
        }
    }
    for plan in ["p1", "p2", "p3"] {
        prop_assert_eq!(
            memory.is_applied(plan).unwrap(),
            folder.is_applied(plan).unwrap()
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn folder_and_memory_stay_equal(steps in steps()) {
        let dir = tempfile::tempdir().unwrap();
        let open = || SledStore::open_or_create(dir.path(), &by()).unwrap();
        let mut memory = MemoryStore::new();
        let mut folder = Some(open());
        for step in steps {
            let commit = match step {
                Step::Reopen => {
                    drop(folder.take());
                    folder = Some(open());
                    compare(&memory, folder.as_ref().unwrap())?;
                    continue;
                }
                Step::Stale(commit) => *commit,
                Step::Commit(commit) => Commit {
                    expected: memory.version().unwrap(),
                    ..fitted(*commit, &memory)
                },
            };
            let expected = memory.commit(commit.clone());
            let found = folder.as_mut().unwrap().commit(commit);
            prop_assert_eq!(expected.as_ref().ok(), found.as_ref().ok(), "{:?} {:?}", expected, found);
        }
        compare(&memory, folder.as_ref().unwrap())?;
        drop(folder.take());
        compare(&memory, &open())?;
        let report = SledStore::check(dir.path(), &by()).unwrap();
        prop_assert!(report.is_well(), "{:?}", report.problems);
    }
}
