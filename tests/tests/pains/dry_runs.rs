//! A dry run that cannot be trusted: it changes something, or shows something else
//! than what is done.

use crate::desk::Desk;
use muster_model::plan::BLOCK_REASONS;
use muster_model::{AccountId, FieldChange, Value};
use muster_store::Store;
use std::collections::BTreeMap;

const POLICY: &str = "identity: {key: external_id, username: uid}\n\
    fields: {email: mail, room: {from: room, mode: create}}\nguards: {block: none, shrink: none}\n";

type Accounts = BTreeMap<AccountId, BTreeMap<String, Value>>;

/// All accounts as anybody may see them, byte by byte.
fn accounts(desk: &Desk) -> Accounts {
    let of = |account: &muster_model::Account| {
        let mut all: BTreeMap<String, Value> = account
            .fields
            .iter()
            .map(|(name, value)| (name.to_string(), value.clone()))
            .collect();
        all.insert(
            "username".to_owned(),
            Value::from(account.username.as_str()),
        );
        all.insert("directory".to_owned(), Value::from(account.owner.as_str()));
        let reasons = account.block_reasons.iter().map(ToString::to_string);
        all.insert(BLOCK_REASONS.to_owned(), Value::list(reasons.collect()));
        let id = account.external_id.as_ref();
        all.extend(id.map(|id| ("external_id".to_owned(), Value::from(id.as_str()))));
        all
    };
    desk.store
        .accounts()
        .map(|account| (account.id, of(account)))
        .collect()
}

fn put(account: &mut BTreeMap<String, Value>, field: &FieldChange) {
    match &field.new {
        Some(value) => account.insert(field.name.to_string(), value.clone()),
        None => account.remove(field.name.as_str()),
    };
}

#[test]
fn what_is_shown_is_what_is_done_and_nothing_else() {
    let mut desk = Desk::new();
    let policy = desk.policy("staff", POLICY);
    desk.sync(
        &policy,
        &[
            r#"{"id": "1", "uid": "anna", "mail": "a@x", "room": "1"}"#,
            r#"{"id": "2", "uid": "bo", "mail": "b@x"}"#,
            r#"{"id": "3", "uid": "cleo", "mail": "c@x"}"#,
            r#"{"id": "4", "uid": "dora", "mail": "d@x"}"#,
        ],
    );
    let before = accounts(&desk);
    let version = desk.store.version().unwrap();
    let plan = desk.plan(
        &policy,
        &[
            r#"{"id": "1", "uid": "anna.b", "mail": "a@y", "room": "2"}"#,
            r#"{"id": "2", "uid": "bo"}"#,
            r#"{"id": "4", "uid": "dora", "mail": "d@x"}"#,
            r#"{"id": "5", "uid": "emil", "mail": "e@x", "room": "9"}"#,
        ],
    );
    assert_eq!(accounts(&desk), before, "a preview writes nothing");
    assert_eq!(desk.store.version().unwrap(), version);

    // What the plan shows, put on the accounts by hand.
    let mut shown = before;
    for change in &plan.changes {
        let account = shown.entry(change.account_id).or_default();
        account.insert("username".to_owned(), Value::from(change.username.as_str()));
        if change.action == muster_model::Action::Create {
            account.insert("directory".to_owned(), Value::from("staff"));
            account.insert(BLOCK_REASONS.to_owned(), Value::list(vec![]));
            let id = change.external_id.as_ref().unwrap();
            account.insert("external_id".to_owned(), Value::from(id.as_str()));
        }
        change.fields.iter().for_each(|field| put(account, field));
    }
    let run = desk.apply_saved(&plan, &policy, "petra").unwrap();
    assert_eq!(accounts(&desk), shown);

    // And the audit has the very changes of the plan.
    let mut audit = Vec::new();
    let mut see = |record: muster_model::AuditRecord| audit.push((record.username, record.fields));
    desk.store.audit(Some(run.id), &mut see).unwrap();
    let planned: Vec<_> = plan
        .changes
        .iter()
        .map(|change| (change.username.clone(), change.fields.clone()))
        .collect();
    assert_eq!(audit, planned);
}
