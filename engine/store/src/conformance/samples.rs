//! Things to keep, and how to look at what is kept.

use crate::contract::{Commit, Contents, Store, StoreError};
use muster_model::{
    Account, AccountId, Action, Actor, AuditRecord, BlockReason, Cause, Coverage, DirectoryName,
    DirectoryRecord, Evidence, ExternalId, FieldChange, FieldName, Owner, PolicyLine, Reason, Run,
    RunId, RunOutcome, StateVersion, Username, UsernameKey, Value,
};
use std::collections::BTreeMap;

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
        review: Default::default(),
        approvals: Vec::new(),
        text: None,
        read: None,
        proof: None,
        undoes: None,
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
                sensitive: name.as_str() == "email",
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
        sensitive: [FieldName::from("email")].into(),
        cursor: cursor.map(<[u8]>::to_vec),
        feed: None,
        pending: Default::default(),
        references: Default::default(),
        merged: Default::default(),
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

pub(super) fn scanned(store: &dyn Store) -> Vec<Account> {
    let mut found = Vec::new();
    store
        .scan(&mut |view| found.push(view.to_account().unwrap()))
        .unwrap();
    assert_eq!(store.count().unwrap(), found.len() as u64);
    found
}

pub(super) fn put(store: &mut dyn Store, accounts: &[Account]) -> Result<(), StoreError> {
    commit(store, accounts, &[])
}

pub(super) fn commit(
    store: &mut dyn Store,
    put: &[Account],
    delete: &[u64],
) -> Result<(), StoreError> {
    let commit = Commit {
        expected: store.version()?,
        put: put.to_vec(),
        delete: delete.iter().copied().map(AccountId).collect(),
        ..Commit::default()
    };
    store.commit(commit).map(drop)
}

pub(super) fn holder(store: &dyn Store, username: &str) -> Option<u64> {
    let found = store.find(&UsernameKey::of(username)).unwrap();
    found.map(|account| account.id.0)
}
