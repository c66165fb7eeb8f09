//! Each operation on a store in memory: what it writes, records and refuses.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use super::*;
use muster_model::{
    AccountId, AccountStatus, Action, Actor, AuditRecord, BlockReason, DirectoryName,
    DirectoryRecord, ExternalId, FieldName, Owner, RunOutcome, Value,
};
use muster_store::{Commit, MemoryStore};
use std::collections::{BTreeMap, BTreeSet};

const AT: &str = "2026-11-23T08:00:00Z";

fn actor() -> Actor {
    Actor {
        name: "petra".to_owned(),
        command: "account test".to_owned(),
    }
}

fn account(id: u64, username: &str, owner: &str) -> Account {
    Account {
        id: AccountId(id),
        username: Username::new(username).unwrap(),
        owner: Owner::from_name(owner),
        external_id: None,
        block_reasons: BTreeSet::new(),
        fields: BTreeMap::new(),
        synced: BTreeMap::new(),
    }
}

fn directory(name: &str, key: &str) -> DirectoryRecord {
    DirectoryRecord {
        name: DirectoryName::from(name),
        key: key.to_owned(),
        policy_file: format!("policies/{name}.yaml"),
        policy: "digest".to_owned(),
        mappings: BTreeMap::new(),
        sensitive: BTreeSet::new(),
        cursor: None,
        feed: None,
        pending: Default::default(),
        references: Default::default(),
        merged: Default::default(),
    }
}

/// `anna` of `staff` (by username), `bob` of `guests` (by external id), and
/// `reception`, who is local.
fn intranet() -> MemoryStore {
    let mut anna = account(1, "anna", "staff");
    anna.external_id = Some(ExternalId::from("id-anna"));
    anna.fields = BTreeMap::from([
        (FieldName::from("email"), Value::from("anna@example.org")),
        (FieldName::from("room"), Value::from("1.01")),
        (
            FieldName::from("tags"),
            Value::list(vec!["a".into(), "b".into()]),
        ),
    ]);
    anna.synced = BTreeMap::from([
        (
            FieldName::from("email"),
            Some(Value::from("anna@example.org")),
        ),
        (FieldName::from("phone"), None),
    ]);
    let mut bob = account(2, "bob", "guests");
    bob.external_id = Some(ExternalId::from("id-bob"));
    let mut store = MemoryStore::new();
    store
        .commit(Commit {
            put: vec![anna, bob, account(3, "reception", "local")],
            directories: vec![
                directory("staff", "username"),
                directory("guests", "external_id"),
            ],
            ..Commit::default()
        })
        .unwrap();
    store
}

/// Runs one operation and commits what it prepared; `None` if there was nothing.
fn carry_out(
    store: &mut MemoryStore,
    operation: impl FnOnce(&MemoryStore, AdminContext<'_>) -> Result<Prepared, Refused>,
) -> Option<Vec<Notice>> {
    let actor = actor();
    let prepared = operation(
        store,
        AdminContext {
            at: AT,
            actor: &actor,
        },
    )
    .unwrap();
    match prepared.effect {
        Effect::Nothing => None,
        Effect::Commit(commit) => {
            store.commit(*commit).unwrap();
            Some(prepared.notices)
        }
    }
}

fn refusal(
    store: &MemoryStore,
    operation: impl FnOnce(&MemoryStore, AdminContext<'_>) -> Result<Prepared, Refused>,
) -> Refused {
    let actor = actor();
    operation(
        store,
        AdminContext {
            at: AT,
            actor: &actor,
        },
    )
    .unwrap_err()
}

fn get(store: &MemoryStore, username: &str) -> Account {
    find(store, username).unwrap()
}

fn last_record(store: &MemoryStore) -> AuditRecord {
    let mut last = None;
    store
        .audit(None, &mut |record| last = Some(record))
        .unwrap();
    last.unwrap()
}

fn set(pairs: &[(&str, &[&str])]) -> Edit {
    Edit {
        set: pairs
            .iter()
            .map(|(name, values)| {
                let values = values.iter().map(|v| (*v).to_owned()).collect();
                ((*name).to_owned(), values)
            })
            .collect(),
        unset: BTreeSet::new(),
    }
}

fn unset(name: &str) -> Edit {
    Edit {
        unset: BTreeSet::from([name.to_owned()]),
        ..Edit::default()
    }
}

fn block_for(store: &mut MemoryStore, username: &str, reasons: &[BlockReason]) {
    let mut account = get(store, username);
    account.block_reasons = reasons.iter().cloned().collect();
    let expected = store.version().unwrap();
    store
        .commit(Commit {
            expected,
            put: vec![account],
            ..Commit::default()
        })
        .unwrap();
}

#[test]
fn a_created_account_is_local_and_active() {
    let mut store = intranet();
    let edit = set(&[("room", &["0.01"]), ("tags", &["b", "a"])]);
    carry_out(&mut store, |s, c| create(s, c, " Porter ", &edit)).unwrap();
    let porter = get(&store, "PORTER");
    assert_eq!(porter.username.as_str(), "Porter");
    assert_eq!(porter.id, AccountId(4));
    assert_eq!(porter.owner, Owner::Local);
    assert_eq!(porter.status(), AccountStatus::Active);
    assert_eq!(porter.fields["room"], Value::from("0.01"));
    assert_eq!(
        porter.fields["tags"],
        Value::List(vec!["a".into(), "b".into()])
    );
    assert!(porter.synced.is_empty());
}

#[test]
fn every_operation_leaves_a_run_and_an_audit_record() {
    let mut store = intranet();
    carry_out(&mut store, |s, c| block(s, c, "anna", Some("lost laptop"))).unwrap();
    let record = last_record(&store);
    assert_eq!(record.actor, actor());
    assert_eq!(record.at, AT);
    assert_eq!(record.action, "block");
    assert_eq!(
        record.reason.text,
        "blocked by an administrator: lost laptop"
    );
    assert_eq!(record.fields[0].name.as_str(), "block_reasons");
    assert_eq!(record.fields[0].old, None);
    assert_eq!(
        record.fields[0].new,
        Some(Value::list(vec!["manual".into()]))
    );
    let run = store.runs().unwrap().pop().unwrap();
    assert_eq!(run.id, record.run);
    assert_eq!(run.outcome, RunOutcome::Applied);
    assert_eq!(run.summary[&Action::Block], 1);
    assert_eq!(run.summary.len(), Action::ALL.len());
}

#[test]
fn a_username_that_is_taken_names_its_holder() {
    let store = intranet();
    let refused = refusal(&store, |s, c| create(s, c, "ANNA", &Edit::default()));
    assert_eq!(
        refused.to_string(),
        "the username `ANNA` belongs to account a1 (of the directory `staff`)"
    );
    assert!(refused.hint().unwrap().contains("muster account show anna"));
    let refused = refusal(&store, |s, c| rename(s, c, "anna", "Reception"));
    assert_eq!(
        refused.to_string(),
        "the username `Reception` belongs to account a3 (local)"
    );
    let refused = refusal(&store, |s, c| create(s, c, "  ", &Edit::default()));
    assert!(matches!(refused, Refused::BlankUsername));
}

#[test]
fn an_unknown_account_is_refused_by_every_operation() {
    let store = intranet();
    let to = Attachment {
        directory: DirectoryName::from("staff"),
        external_id: None,
    };
    let refusals = [
        refusal(&store, |s, c| {
            edit(s, c, "nobody", &set(&[("room", &["1"])]))
        }),
        refusal(&store, |s, c| rename(s, c, "nobody", "somebody")),
        refusal(&store, |s, c| detach(s, c, "nobody")),
        refusal(&store, |s, c| attach(s, c, "nobody", &to)),
        refusal(&store, |s, c| block(s, c, "nobody", None)),
        refusal(&store, |s, c| unblock(s, c, "nobody")),
        refusal(&store, |s, c| {
            delete(s, c, &["anna".into(), "nobody".into()])
        }),
        password_control(&store, "nobody").unwrap_err(),
    ];
    for refused in refusals {
        assert_eq!(refused.to_string(), "there is no account `nobody`");
    }
}

#[test]
fn a_mapped_field_is_refused_and_names_who_controls_it() {
    let store = intranet();
    for attempt in [
        set(&[("email", &["x@example.org"])]),
        unset("email"),
        set(&[("phone", &["1"])]),
    ] {
        let refused = refusal(&store, |s, c| edit(s, c, "anna", &attempt));
        assert!(
            refused
                .to_string()
                .ends_with("of `anna` is controlled by the directory `staff`"),
            "{refused}"
        );
        let hint = refused.hint().unwrap();
        assert!(hint.contains("policies/staff.yaml"), "{hint}");
        assert!(hint.contains("muster account detach anna"), "{hint}");
    }
}

#[test]
fn an_unmapped_field_of_a_synced_account_can_be_edited() {
    let mut store = intranet();
    let before = get(&store, "anna");
    let change = set(&[("room", &["4.12"]), ("tags", &["c"])]);
    carry_out(&mut store, |s, c| edit(s, c, "anna", &change)).unwrap();
    let after = get(&store, "anna");
    assert_eq!(after.fields["room"], Value::from("4.12"));
    assert_eq!(
        after.fields["tags"],
        Value::List(vec!["c".into()]),
        "a list stays a list"
    );
    assert_eq!(after.synced, before.synced);
    let names: Vec<String> = last_record(&store)
        .fields
        .iter()
        .map(|f| f.name.to_string())
        .collect();
    assert_eq!(names, ["room", "tags"]);
}

#[test]
fn empty_and_absent_are_two_things() {
    let mut store = intranet();
    carry_out(&mut store, |s, c| {
        edit(s, c, "anna", &set(&[("room", &[""])]))
    })
    .unwrap();
    assert_eq!(get(&store, "anna").fields["room"], Value::from(""));
    carry_out(&mut store, |s, c| edit(s, c, "anna", &unset("room"))).unwrap();
    assert!(!get(&store, "anna").fields.contains_key("room"));
}

#[test]
fn an_edit_that_changes_nothing_writes_nothing() {
    let mut store = intranet();
    let version = store.version().unwrap();
    for same in [set(&[("room", &["1.01"])]), unset("nickname")] {
        assert_eq!(
            carry_out(&mut store, |s, c| edit(s, c, "anna", &same)),
            None
        );
    }
    assert_eq!(store.version().unwrap(), version);
    assert!(store.runs().unwrap().is_empty());
}

#[test]
fn what_every_account_has_of_its_own_is_no_field() {
    let store = intranet();
    for (field, hint) in [
        ("username", "account rename"),
        ("status", "account block"),
        ("external_id", "account attach"),
        ("@missing", "another name"),
    ] {
        let refused = refusal(&store, |s, c| {
            edit(s, c, "reception", &set(&[(field, &["x"])]))
        });
        assert!(
            matches!(refused, Refused::FieldIsReserved { .. }),
            "{field}"
        );
        assert!(refused.hint().unwrap().contains(hint), "{field}");
    }
}

#[test]
fn a_rename_keeps_the_account_in_its_directory() {
    let mut store = intranet();
    let before = get(&store, "anna");
    let notices = carry_out(&mut store, |s, c| rename(s, c, "Anna", "anna.lindner")).unwrap();
    assert_eq!(
        notices,
        [Notice::ExpectedAtSource {
            directory: DirectoryName::from("staff")
        }]
    );
    let after = get(&store, "anna.lindner");
    assert_eq!((after.id, &after.owner), (before.id, &before.owner));
    assert_eq!(
        (&after.fields, &after.synced),
        (&before.fields, &before.synced)
    );
    assert!(store.find(&UsernameKey::of("anna")).unwrap().is_none());
    let record = last_record(&store);
    assert_eq!(record.action, "rename");
    assert_eq!(record.fields[0].old, Some(Value::from("anna")));
    assert_eq!(record.fields[0].new, Some(Value::from("anna.lindner")));
}

#[test]
fn another_spelling_of_the_same_name_is_no_clash() {
    let mut store = intranet();
    carry_out(&mut store, |s, c| rename(s, c, "anna", "Anna")).unwrap();
    assert_eq!(get(&store, "anna").username.as_str(), "Anna");
    assert_eq!(
        carry_out(&mut store, |s, c| rename(s, c, "anna", "Anna")),
        None
    );
}

#[test]
fn the_source_decides_names_under_external_id() {
    let mut store = intranet();
    let refused = refusal(&store, |s, c| rename(s, c, "bob", "robert"));
    assert!(
        matches!(refused, Refused::SourceDecidesUsername { .. }),
        "{refused}"
    );
    assert!(
        refused
            .hint()
            .unwrap()
            .contains("muster account detach bob")
    );
    carry_out(&mut store, |s, c| detach(s, c, "bob")).unwrap();
    assert_eq!(
        carry_out(&mut store, |s, c| rename(s, c, "bob", "robert")),
        Some(vec![])
    );
}

#[test]
fn a_detached_account_keeps_everything_but_its_directory() {
    let mut store = intranet();
    block_for(&mut store, "anna", &[BlockReason::LeftScope]);
    let before = get(&store, "anna");
    let notices = carry_out(&mut store, |s, c| detach(s, c, "anna")).unwrap();
    let after = get(&store, "anna");
    assert_eq!(after.owner, Owner::Local);
    assert_eq!((after.id, &after.fields), (before.id, &before.fields));
    assert_eq!(after.block_reasons, before.block_reasons);
    assert!(after.synced.is_empty() && after.external_id.is_none());
    assert!(notices.contains(&Notice::StillBlocked {
        reasons: vec![BlockReason::LeftScope]
    }));
    assert!(notices.contains(&Notice::MayClash {
        directory: DirectoryName::from("staff"),
        external_id: Some(ExternalId::from("id-anna")),
    }));
    assert_eq!(carry_out(&mut store, |s, c| detach(s, c, "anna")), None);
}

#[test]
fn attaching_gives_an_account_to_a_known_directory() {
    let mut store = intranet();
    let to = |directory: &str, id: Option<&str>| Attachment {
        directory: DirectoryName::from(directory),
        external_id: id.map(ExternalId::from),
    };
    let refused = refusal(&store, |s, c| attach(s, c, "reception", &to("staf", None)));
    assert!(
        refused.hint().unwrap().contains("`guests`, `staff`"),
        "{refused}"
    );
    let refused = refusal(&store, |s, c| {
        attach(s, c, "reception", &to("guests", None))
    });
    assert!(
        matches!(refused, Refused::ExternalIdNeeded { .. }),
        "{refused}"
    );
    let refused = refusal(&store, |s, c| {
        attach(s, c, "reception", &to("guests", Some("id-bob")))
    });
    assert!(
        refused.to_string().contains("belongs to `bob`"),
        "{refused}"
    );
    let refused = refusal(&store, |s, c| {
        attach(s, c, "anna", &to("guests", Some("x")))
    });
    assert!(
        matches!(refused, Refused::OwnedByAnother { .. }),
        "{refused}"
    );

    let accepted = to("guests", Some("id-new"));
    carry_out(&mut store, |s, c| attach(s, c, "reception", &accepted)).unwrap();
    let after = get(&store, "reception");
    assert_eq!(after.owner, Owner::from_name("guests"));
    assert_eq!(after.external_id, Some(ExternalId::from("id-new")));
    assert_eq!(last_record(&store).action, "adopt");
    assert_eq!(
        carry_out(&mut store, |s, c| attach(s, c, "reception", &accepted)),
        None
    );
}

#[test]
fn an_identifier_may_be_the_same_in_two_directories() {
    let mut store = intranet();
    let to = Attachment {
        directory: DirectoryName::from("staff"),
        external_id: Some(ExternalId::from("id-bob")),
    };
    assert!(carry_out(&mut store, |s, c| attach(s, c, "reception", &to)).is_some());
}

#[test]
fn a_manual_block_stands_beside_the_reasons_of_sync() {
    let mut store = intranet();
    block_for(&mut store, "anna", &[BlockReason::LeftScope]);
    carry_out(&mut store, |s, c| block(s, c, "anna", None)).unwrap();
    assert_eq!(
        get(&store, "anna").block_reasons,
        BTreeSet::from([BlockReason::LeftScope, BlockReason::Manual])
    );
    assert_eq!(
        carry_out(&mut store, |s, c| block(s, c, "anna", None)),
        None
    );
}

#[test]
fn unblocking_takes_all_reasons_away_and_warns_of_those_of_sync() {
    let mut store = intranet();
    let rule = BlockReason::Rule("contract-ended".to_owned());
    block_for(&mut store, "anna", &[rule.clone(), BlockReason::Manual]);
    let notices = carry_out(&mut store, |s, c| unblock(s, c, "anna")).unwrap();
    assert_eq!(get(&store, "anna").status(), AccountStatus::Active);
    assert_eq!(
        notices,
        [Notice::MayBlockAgain {
            directory: DirectoryName::from("staff"),
            policy_file: Some("policies/staff.yaml".to_owned()),
            reasons: vec![rule],
        }]
    );
    assert_eq!(carry_out(&mut store, |s, c| unblock(s, c, "anna")), None);
}

#[test]
fn nobody_blocks_a_local_or_manually_blocked_account_again() {
    let mut store = intranet();
    block_for(&mut store, "anna", &[BlockReason::Manual]);
    block_for(&mut store, "reception", &[BlockReason::LeftScope]);
    for username in ["anna", "reception"] {
        assert_eq!(
            carry_out(&mut store, |s, c| unblock(s, c, username)),
            Some(vec![]),
            "{username}"
        );
    }
}

#[test]
fn deleting_is_all_or_nothing_and_audited() {
    let mut store = intranet();
    refusal(&store, |s, c| {
        delete(s, c, &["anna".into(), "nobody".into()])
    });
    assert_eq!(store.count().unwrap(), 3);
    let names = ["anna".to_owned(), "ANNA".to_owned(), "reception".to_owned()];
    let notices = carry_out(&mut store, |s, c| delete(s, c, &names)).unwrap();
    assert_eq!(store.count().unwrap(), 1);
    assert_eq!(
        notices,
        [Notice::MayBeMadeAgain {
            directory: DirectoryName::from("staff")
        }]
    );
    let mut records = Vec::new();
    store
        .audit(None, &mut |record| records.push(record))
        .unwrap();
    let told: Vec<String> = records
        .iter()
        .map(|record| format!("{} {}", record.action, record.username))
        .collect();
    assert_eq!(told, ["delete anna", "delete reception"]);
    let email = records[0]
        .fields
        .iter()
        .find(|f| f.name.as_str() == "email")
        .unwrap();
    assert_eq!(email.old, Some(Value::from("anna@example.org")));
    assert_eq!(email.new, None);
    assert_eq!(
        store.next_account_id().unwrap(),
        AccountId(4),
        "numbers are never used again"
    );
}

#[test]
fn the_password_is_always_somebody_elses() {
    let store = intranet();
    let control = password_control(&store, "anna").unwrap();
    assert!(
        matches!(control, PasswordControl::Source { ref directory, .. } if directory.as_str() == "staff"),
        "{control:?}"
    );
    let control = password_control(&store, "reception").unwrap();
    assert!(
        matches!(control, PasswordControl::Intranet { .. }),
        "{control:?}"
    );
}

#[test]
fn a_commit_is_bound_to_the_state_that_was_read() {
    let mut store = intranet();
    let actor = actor();
    let context = AdminContext {
        at: AT,
        actor: &actor,
    };
    let prepared = block(&store, context, "anna", None).unwrap();
    carry_out(&mut store, |s, c| block(s, c, "bob", None)).unwrap();
    let Effect::Commit(commit) = prepared.effect else {
        panic!("a block is to be written");
    };
    assert!(matches!(
        store.commit(*commit).unwrap_err(),
        muster_store::StoreError::Moved { .. }
    ));
}

mod sensitive;
