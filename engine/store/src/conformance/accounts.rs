//! What must hold for accounts and their names.

use super::samples::{
    account, commit, contents, holder, put, scanned, some_audit, some_directory, some_run,
};
use crate::contract::{Commit, Contents, Store, StoreError};
use muster_model::{
    Account, AccountId, BlockReason, DirectoryName, ExternalId, Owner, RunId, Username, UsernameKey,
};

pub(super) fn new_is_empty(store: &mut dyn Store) {
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

pub(super) fn accounts_come_back(store: &mut dyn Store) {
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

pub(super) fn scan_by_number(store: &mut dyn Store) {
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

pub(super) fn populations(store: &mut dyn Store) {
    let count = |store: &dyn Store, name: &str| {
        let population = store.population(&DirectoryName::from(name)).unwrap();
        (population.accounts, population.active)
    };
    assert_eq!(count(store, "staff"), (0, 0));
    let of = |id: u64, owner: &str, blocked: bool| {
        let mut account = account(id, &format!("p{id}"));
        account.owner = Owner::from_name(owner);
        account.external_id = None;
        account.block_reasons.clear();
        if blocked {
            account.block_reasons.insert(BlockReason::Manual);
        }
        account
    };
    let first = [
        of(1, "staff", false),
        of(2, "staff", true),
        of(3, "local", false),
    ];
    put(store, &first).unwrap();
    assert_eq!(count(store, "staff"), (2, 1));
    assert_eq!(count(store, "local"), (1, 1));
    let all = |store: &dyn Store| {
        let population = store.everybody().unwrap();
        (population.accounts, population.active)
    };
    assert_eq!(all(store), (3, 2));
    put(
        store,
        &[
            of(1, "staff", true),
            of(2, "local", true),
            of(3, "staff", false),
        ],
    )
    .unwrap();
    assert_eq!(count(store, "staff"), (2, 1));
    assert_eq!(count(store, "local"), (1, 0));
    let expected = store.version().unwrap();
    let commit = Commit {
        expected,
        delete: vec![AccountId(3)],
        ..Commit::default()
    };
    store.commit(commit).unwrap();
    assert_eq!(all(store), (2, 0));
    assert_eq!(count(store, "staff"), (1, 0));
    assert_eq!(count(store, "partners"), (0, 0));
}

pub(super) fn found_by_key(store: &mut dyn Store) {
    put(store, &[account(1, "Straße"), account(2, "José")]).unwrap();
    assert_eq!(holder(store, "STRASSE"), Some(1));
    assert_eq!(holder(store, "jose\u{301}"), Some(2));
    assert_eq!(holder(store, "jose"), None);
    put(store, &[account(1, "anna")]).unwrap();
    assert_eq!(holder(store, "straße"), None);
    assert_eq!(holder(store, "ANNA"), Some(1));
}

pub(super) fn username_taken(store: &mut dyn Store) {
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

pub(super) fn username_taken_within(store: &mut dyn Store) {
    let refused = put(store, &[account(1, "anna"), account(2, "Anna")]);
    assert!(
        matches!(refused, Err(StoreError::UsernameTaken { .. })),
        "{refused:?}"
    );
    assert_eq!(scanned(store), []);
}

pub(super) fn swap(store: &mut dyn Store) {
    put(store, &[account(1, "anna"), account(2, "bert")]).unwrap();
    put(store, &[account(1, "bert"), account(2, "anna")]).unwrap();
    assert_eq!(
        (holder(store, "anna"), holder(store, "bert")),
        (Some(2), Some(1))
    );
}

pub(super) fn chain(store: &mut dyn Store) {
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

pub(super) fn reuse_after_delete(store: &mut dyn Store) {
    put(store, &[account(1, "anna"), account(2, "bert")]).unwrap();
    commit(store, &[account(3, "anna")], &[1]).unwrap();
    assert_eq!(holder(store, "anna"), Some(3));
    commit(store, &[], &[3]).unwrap();
    assert_eq!(holder(store, "anna"), None);
    assert_eq!(scanned(store), [account(2, "bert")]);
}

pub(super) fn one_account_per_person(store: &mut dyn Store) {
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

pub(super) fn local_external_ids(store: &mut dyn Store) {
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

pub(super) fn ids_are_spent(store: &mut dyn Store) {
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

pub(super) fn named_once(store: &mut dyn Store) {
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

pub(super) fn delete_nobody(store: &mut dyn Store) {
    put(store, &[account(1, "anna")]).unwrap();
    for id in [0, 2, 1000] {
        let refused = commit(store, &[], &[id]);
        assert!(
            matches!(refused, Err(StoreError::NoSuchAccount { .. })),
            "{refused:?}"
        );
    }
}

pub(super) fn stale_writer(store: &mut dyn Store) {
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

pub(super) fn refused_changes_nothing(store: &mut dyn Store) {
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

pub(super) fn many(store: &mut dyn Store) {
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
