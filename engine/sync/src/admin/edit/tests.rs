//! Fields of which sync owns single items.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::*;
use muster_model::{AccountId, Actor, DirectoryRecord, Username};
use muster_store::{Commit, MemoryStore};

/// `anna` has `editor` and `team` from groups, and `own` from the intranet.
fn intranet() -> MemoryStore {
    let list = |items: &[&str]| Value::list(items.iter().map(|item| (*item).to_owned()).collect());
    let account = |id: u64, username: &str, held: Option<Value>, given: Option<Value>| Account {
        id: AccountId(id),
        username: Username::new(username).unwrap(),
        owner: Owner::from_name("staff"),
        external_id: None,
        block_reasons: BTreeSet::new(),
        fields: held
            .map(|held| (FieldName::from("roles"), held))
            .into_iter()
            .collect(),
        synced: [(FieldName::from("roles"), given)].into(),
    };
    let accounts = vec![
        account(
            1,
            "anna",
            Some(list(&["editor", "own", "team"])),
            Some(list(&["editor", "team"])),
        ),
        account(2, "ben", None, None),
        account(
            3,
            "cleo",
            Some(list(&["team"])),
            Some(list(&["editor", "team"])),
        ),
    ];
    let mut store = MemoryStore::from_accounts(accounts).unwrap();
    let record = DirectoryRecord {
        name: DirectoryName::from("staff"),
        key: "external_id".to_owned(),
        policy_file: "policies/staff.yaml".to_owned(),
        policy: "digest".to_owned(),
        mappings: BTreeMap::new(),
        cursor: Some(vec![1]),
        feed: None,
        pending: Default::default(),
        sensitive: Default::default(),
        references: Default::default(),
        merged: [FieldName::from("roles")].into(),
    };
    let commit = Commit {
        expected: store.version().unwrap(),
        directories: vec![record],
        ..Commit::default()
    };
    store.commit(commit).unwrap();
    store
}

/// Edits roles as `account edit` does: `None` is `--unset`. Gives what they are
/// then.
fn edited(username: &str, values: Option<&[&str]>) -> Result<Option<Value>, Refused> {
    let mut store = intranet();
    let mut wanted = Edit::default();
    match values {
        Some(values) => {
            let values = values.iter().map(|value| (*value).to_owned()).collect();
            wanted.set.insert("roles".to_owned(), values);
        }
        None => {
            wanted.unset.insert("roles".to_owned());
        }
    }
    let actor = Actor {
        name: "petra".to_owned(),
        command: "account edit".to_owned(),
    };
    let context = AdminContext {
        at: "2026-11-23T08:00:00Z",
        actor: &actor,
    };
    if let Effect::Commit(commit) = edit(&store, context, username, &wanted)?.effect {
        store.commit(*commit).unwrap();
    }
    let account = find(&store, username).unwrap();
    assert!(account.synced.contains_key("roles"), "memory is sync's own");
    let record = store.directory(&DirectoryName::from("staff")).unwrap();
    assert!(
        record.unwrap().cursor.is_some(),
        "nobody has to be read anew"
    );
    Ok(account.fields.get("roles").cloned())
}

fn list(items: &[&str]) -> Option<Value> {
    Some(Value::list(
        items.iter().map(|item| (*item).to_owned()).collect(),
    ))
}

#[test]
fn the_intranets_own_items_come_and_go() {
    let all = edited("anna", Some(&["team", "more", "editor"])).unwrap();
    assert_eq!(all, list(&["editor", "more", "team"]));
    let given = edited("anna", Some(&["editor", "team"])).unwrap();
    assert_eq!(given, list(&["editor", "team"]));
    assert_eq!(edited("ben", Some(&["own"])).unwrap(), list(&["own"]));
    assert_eq!(edited("ben", Some(&[""])).unwrap(), None);
    assert_eq!(edited("ben", None).unwrap(), None);
    assert_eq!(
        edited("cleo", Some(&["team", "editor"])).unwrap(),
        list(&["editor", "team"]),
        "what sync would give again may be put in"
    );
}

#[test]
fn what_sync_gave_cannot_be_taken() {
    for values in [
        Some(&["own"][..]),
        Some(&["editor", "own"]),
        Some(&[""]),
        None,
    ] {
        let refused = edited("anna", values).unwrap_err();
        let Refused::ItemsAreGiven { items, .. } = &refused else {
            panic!("{refused}");
        };
        assert!(items.lost.contains(&"team".to_owned()));
    }
    let refused = edited("anna", Some(&["own", "editor"])).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the directory `staff` gives `team` in the field `roles` of `anna`"
    );
    let hint = refused.hint().unwrap();
    assert!(
        hint.ends_with("`muster account edit anna 'roles=editor' 'roles=own' 'roles=team'`"),
        "{hint}"
    );
}
