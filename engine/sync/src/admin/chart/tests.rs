#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use super::*;
use muster_model::{DirectoryName, DirectoryRecord, Username};
use muster_store::{Commit, MemoryStore};

fn account(id: u64, username: &str, manager: Option<&str>) -> Account {
    Account {
        id: AccountId(id),
        username: Username::new(username).unwrap(),
        owner: Owner::from_name("staff"),
        external_id: None,
        block_reasons: BTreeSet::new(),
        fields: manager
            .map(|manager| (FieldName::from("manager"), Value::from(manager)))
            .into_iter()
            .collect(),
        synced: BTreeMap::new(),
    }
}

fn store(accounts: Vec<Account>, references: &[&str]) -> MemoryStore {
    let mut store = MemoryStore::from_accounts(accounts).unwrap();
    let record = DirectoryRecord {
        name: DirectoryName::from("staff"),
        key: "external_id".to_owned(),
        policy_file: "staff.yaml".to_owned(),
        policy: "digest".to_owned(),
        mappings: BTreeMap::new(),
        cursor: None,
        feed: None,
        pending: Default::default(),
        sensitive: Default::default(),
        references: references
            .iter()
            .map(|name| FieldName::from(*name))
            .collect(),
        merged: Default::default(),
    };
    let expected = store.version().unwrap();
    let directories = vec![record];
    store
        .commit(Commit {
            expected,
            directories,
            ..Commit::default()
        })
        .unwrap();
    store
}

fn drawn(store: &MemoryStore, username: &str) -> Chart {
    let found = store.find(&UsernameKey::of(username)).unwrap().unwrap();
    chart(store, &found).unwrap().unwrap()
}

/// The chain above somebody, as names; and how it ends.
fn chain_of(store: &MemoryStore, username: &str) -> (Vec<String>, Option<ChainEnd>) {
    let chart = drawn(store, username);
    let chain = chart.chains.get("manager");
    let people = chain.into_iter().flat_map(|chain| &chain.people);
    let name = |person: &Person| {
        let name = person.username.clone();
        name.unwrap_or_else(|| person.id.to_string())
    };
    (people.map(name).collect(), chain.map(|chain| chain.end))
}

#[test]
fn a_chain_ends_at_the_top_in_a_circle_or_with_somebody_who_is_gone() {
    let mut people = vec![
        account(1, "anna", Some("a2")),
        account(2, "ben", Some("a3")),
        account(3, "chief", None),
        account(4, "dora", Some("a5")),
        account(5, "eve", Some("a6")),
        account(6, "finn", Some("a5")),
        account(7, "gus", Some("a99")),
        account(8, "hal", Some("a8")),
        account(9, "ida", Some("her boss")),
    ];
    people[1].block_reasons.insert(BlockReason::LeftScope);
    let store = store(people, &["manager"]);
    let names = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>()
    };
    let top = Some(ChainEnd::Top);
    assert_eq!(chain_of(&store, "anna"), (names(&["ben", "chief"]), top));
    assert_eq!(chain_of(&store, "chief"), (names(&[]), None));
    let circle = Some(ChainEnd::Circle);
    let round = names(&["eve", "finn", "eve"]);
    assert_eq!(chain_of(&store, "dora"), (round, circle));
    assert_eq!(chain_of(&store, "hal"), (names(&["hal"]), circle));
    let gone = Some(ChainEnd::Missing);
    assert_eq!(chain_of(&store, "gus"), (names(&["a99"]), gone));
    assert_eq!(chain_of(&store, "ida"), (names(&[]), None));
    let above = drawn(&store, "anna").references;
    assert_eq!(above["manager"][0].block_reasons, [BlockReason::LeftScope]);
}

#[test]
fn reports_are_those_of_the_directory_by_fields_that_are_references() {
    let mut people = vec![
        account(1, "chief", None),
        account(2, "Zoe", Some("a1")),
        account(3, "anna", Some("a1")),
        account(4, "ben", Some("a11")),
        account(5, "guest", Some("a1")),
        account(6, "cleo", None),
        account(7, "dora", None),
    ];
    people[4].owner = Owner::Local;
    let list = Value::list(vec!["a1".into(), "a2".into()]);
    people[5].fields.insert(FieldName::from("deputies"), list);
    people[6]
        .fields
        .insert(FieldName::from("room"), "a1".into());
    let store = store(people, &["deputies", "manager"]);
    let reports = drawn(&store, "chief").reports;
    let reports: Vec<(&str, &str)> = reports
        .iter()
        .map(|report| {
            let name = report.person.username.as_deref();
            (report.field.as_str(), name.unwrap())
        })
        .collect();
    assert_eq!(
        reports,
        [
            ("deputies", "cleo"),
            ("manager", "anna"),
            ("manager", "Zoe")
        ]
    );
    let cleo = drawn(&store, "cleo");
    assert_eq!(cleo.references["deputies"].len(), 2);
    assert!(cleo.chains.is_empty(), "a list has no one above");
}

#[test]
fn a_directory_without_references_has_no_chart() {
    let store = store(vec![account(1, "anna", Some("a1"))], &[]);
    let anna = store.find(&UsernameKey::of("anna")).unwrap().unwrap();
    assert_eq!(chart(&store, &anna).unwrap(), None);
    let local = Account {
        owner: Owner::Local,
        ..anna
    };
    assert_eq!(chart(&store, &local).unwrap(), None);
}
