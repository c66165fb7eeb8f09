//! Commits that are told apart from any mixture of two: each writes everything
//! that there is with its own number.

use muster_model::{Account, AccountId, DirectoryName, FieldName, Value};
use muster_store::conformance::{account, some_audit, some_directory, some_run};
use muster_store::{Commit, Opening, SledStore, Store, StoreError};
use std::path::Path;

/// Number of accounts; they fill several records and several pages.
pub const ACCOUNTS: u64 = 700;

/// Opens the state as these tests do. They start processes beside one another,
/// which hold on to each other's locks until they run.
pub fn open(dir: &Path) -> Result<SledStore, StoreError> {
    SledStore::open_or_create(dir, &by())
}

/// Who these tests are.
pub fn by() -> Opening {
    Opening::by("muster test").waiting(std::time::Duration::from_secs(5))
}

/// What generation `number` makes of an account: its username moves on to the
/// next one with each, so that the indexes change as well.
fn grown(id: u64, number: u64) -> Account {
    let mut account = account(id, &format!("user{}", (id + number) % ACCOUNTS));
    let number = Value::Text(number.to_string());
    account.fields.insert(FieldName::from("generation"), number);
    account
}

fn plan(number: u64) -> String {
    format!("plan {number}")
}

/// Writes the next generation.
pub fn commit(store: &mut SledStore) -> Result<u64, StoreError> {
    let number = store.runs()?.len() as u64 + 1;
    let put: Vec<Account> = (1..=ACCOUNTS).map(|id| grown(id, number)).collect();
    let commit = Commit {
        expected: store.version()?,
        audit: put.iter().map(some_audit).collect(),
        put,
        delete: Vec::new(),
        run: Some(some_run(Some(&plan(number)))),
        directories: vec![some_directory("staff", Some(&number.to_be_bytes()))],
        proof: None,
    };
    store.commit(commit)?;
    Ok(number)
}

/// Demands that the store holds one whole generation, and says which.
pub fn whole(store: &SledStore) -> Result<u64, StoreError> {
    let runs = store.runs()?;
    let number = runs.len() as u64;
    let report = muster_store::check(store)?;
    assert!(report.is_well(), "{:?}", report.problems);
    assert_eq!(report.counts.audit, number * ACCOUNTS);
    assert_eq!(store.version()?.0, number);
    let expected = if number == 0 { 0 } else { ACCOUNTS };
    assert_eq!(report.counts.accounts, expected);
    let mut ids = (1..).map(AccountId);
    store.scan(&mut |view| {
        assert_eq!(Some(view.id), ids.next());
        assert_eq!(view.to_account().unwrap(), grown(view.id.0, number));
    })?;
    let cursor = store
        .directory(&DirectoryName::from("staff"))?
        .and_then(|record| record.cursor);
    let expected = (number > 0).then(|| number.to_be_bytes().to_vec());
    assert_eq!(cursor, expected);
    assert!(number == 0 || store.is_applied(&plan(number))?);
    assert!(!store.is_applied(&plan(number + 1))?);
    for id in [1, ACCOUNTS / 2, ACCOUNTS] {
        let username = grown(id, number).username;
        let found = store.find(&username.key())?.map(|account| account.id.0);
        assert_eq!(found, (number > 0).then_some(id));
    }
    Ok(number)
}
