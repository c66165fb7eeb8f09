//! Accounts of a test, in short form.

use super::{Reading, instant};
use crate::accounts::{Intranet, read as from_file};
use crate::cases::language;
use muster_model::{
    Account, AccountId, BlockReason, ExternalId, FieldName, Memory, Missing, Owner, Username, Value,
};
use muster_policy::document::{Document, Item, Keys};
use muster_policy::{Code, Mode, Policy, USERNAME_FIELD};
use muster_store::{Commit, MemoryStore, Store, StoreError};
use std::collections::{BTreeMap, BTreeSet};

/// Accounts of one kind.
const MOST: u64 = 100_000;

type Fields = BTreeMap<FieldName, Option<Value>>;

/// Reads the intranet before. `labels` are people whom the file names, with their
/// identifiers.
pub(super) fn read(
    doc: &mut Document<'_>,
    reading: &Reading<'_>,
    item: Option<Item<'_>>,
    labels: &[(String, Option<String>)],
) -> Intranet {
    let Some(item) = item else {
        return Intranet::Accounts(Vec::new());
    };
    if !item.is_mapping() {
        return file(doc, reading, item).unwrap_or(Intranet::Accounts(Vec::new()));
    }
    let mut store = MemoryStore::new();
    for entry in doc.entries(item, "`accounts`") {
        let Some(username) = Username::new(entry.name()) else {
            let message = "An account needs a username";
            doc.report(Code::EmptyValue, entry.at(), message, None);
            continue;
        };
        let account = account(doc, &reading.policy, entry, username, labels);
        let copies = copies(doc, entry, account);
        if let Err(error) = put(&mut store, copies) {
            let message = format!("The account `{}` cannot be there: {error}", entry.name());
            doc.report(Code::DuplicateName, entry.at(), message, None);
        }
    }
    Intranet::Accounts(store.accounts().cloned().collect())
}

/// Writes accounts with the next numbers.
fn put(store: &mut MemoryStore, mut accounts: Vec<Account>) -> Result<(), StoreError> {
    let (next, expected) = (store.next_account_id()?, store.version()?);
    for (id, account) in (next.0..).zip(&mut accounts) {
        account.id = AccountId(id);
    }
    let commit = Commit {
        expected,
        put: accounts,
        ..Commit::default()
    };
    store.commit(commit).map(|_| ())
}

/// One account, or as many of its kind as the test wants to have.
fn copies(doc: &mut Document<'_>, item: Item<'_>, account: Account) -> Vec<Account> {
    let count = match item.is_mapping() {
        true => doc.value_of(item, "count"),
        false => None,
    };
    let Some(count) = count.and_then(|item| doc.whole(item, "`count`", MOST)) else {
        return vec![account];
    };
    let copy = |number: u64| {
        let name = format!("{}-{number}", account.username);
        let id = account.external_id.as_ref();
        Account {
            username: Username::new(&name).unwrap_or_else(|| account.username.clone()),
            external_id: id.map(|id| ExternalId::new(format!("{id}-{number}"))),
            synced: account.synced.clone(),
            ..account.clone()
        }
    };
    (1..=count).map(copy).collect()
}

fn file(doc: &mut Document<'_>, reading: &Reading<'_>, item: Item<'_>) -> Option<Intranet> {
    let path = doc.filled(item, "`accounts`")?;
    let read = reading.beside.bytes(path).and_then(|bytes| {
        let text = std::str::from_utf8(&bytes).map_err(|_| "it is not text in UTF-8".to_owned())?;
        from_file(text).map_err(|error| error.to_string())
    });
    match read {
        Ok(intranet) => Some(intranet),
        Err(why) => {
            let message = format!("The accounts `{path}` cannot be read: {why}");
            let help = "`muster state export` writes such a file.".to_owned();
            doc.report(Code::UnreadableFile, item.span(), message, Some(help));
            None
        }
    }
}

fn account(
    doc: &mut Document<'_>,
    policy: &Policy,
    item: Item<'_>,
    username: Username,
    labels: &[(String, Option<String>)],
) -> Account {
    let own = Owner::Directory(policy.directory.clone());
    let mut account = Account {
        id: AccountId(0),
        username,
        owner: own.clone(),
        external_id: None,
        block_reasons: BTreeSet::new(),
        fields: BTreeMap::new(),
        synced: BTreeMap::new(),
    };
    let keys = match item.is_nothing() {
        true => None,
        false => doc.keys(item, &language::ACCOUNT),
    };
    let get = |key: &str| keys.as_ref().and_then(|keys| keys.get(key));
    if let Some(item) = get("directory")
        && let Some(name) = doc.filled(item, "`directory`")
    {
        account.owner = Owner::from_name(name);
    }
    let is_own = account.owner == own;
    account.external_id = match get("id") {
        Some(id) if id.is_nothing() => None,
        Some(id) => doc.filled(id, "`id`").map(ExternalId::from),
        None if is_own => Some(id_of(&account.username, labels)),
        None => None,
    };
    if let Some(item) = get("blocked") {
        account.block_reasons = reasons(doc, item).into_iter().collect();
    }
    let fields = get("fields").map(|item| self::fields(doc, item));
    let present = fields.unwrap_or_default().into_iter();
    account.fields = present
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
    if is_own {
        account.synced = written(&account, policy);
    }
    if let Some(item) = get("synced") {
        account.synced.extend(self::fields(doc, item));
    }
    if let Some(keys) = &keys {
        memory(doc, keys).write(&mut account.synced);
    }
    account
}

/// The identifier of the person whom the file calls as the account is called.
fn id_of(username: &Username, labels: &[(String, Option<String>)]) -> ExternalId {
    let named = |label: &&(String, Option<String>)| {
        Username::new(&label.0).is_some_and(|label| label.key() == username.key())
    };
    let known = labels.iter().find(named).and_then(|(_, id)| id.as_deref());
    ExternalId::from(known.unwrap_or(username.as_str()))
}

/// What a sync under this policy has written last, if the account holds what it
/// has written.
fn written(account: &Account, policy: &Policy) -> Fields {
    let tracked = policy
        .fields
        .iter()
        .filter(|field| field.mode == Mode::Always);
    let mut synced: Fields = tracked
        .map(|field| (field.name.clone(), account.fields.get(&field.name).cloned()))
        .collect();
    let username = Some(Value::from(account.username.as_str()));
    synced.insert(FieldName::from(USERNAME_FIELD), username);
    synced
}

/// Fields with their values; `null` is none.
pub(super) fn fields(doc: &mut Document<'_>, item: Item<'_>) -> Fields {
    let mut fields = BTreeMap::new();
    for entry in doc.entries(item, "the fields") {
        let name = FieldName::from(entry.name());
        fields.insert(name, value(doc, entry));
    }
    fields
}

/// A field's value; `null` is none.
pub(super) fn value(doc: &mut Document<'_>, item: Item<'_>) -> Option<Value> {
    if item.is_nothing() {
        return None;
    }
    if item.is_list() {
        let mut items = Vec::new();
        for item in doc.items(item, "a field") {
            items.extend(doc.text(item, "a value").map(str::to_owned));
        }
        return Some(Value::list(items));
    }
    doc.text(item, "a field").map(Value::from)
}

/// Block reasons.
pub(super) fn reasons(doc: &mut Document<'_>, item: Item<'_>) -> Vec<BlockReason> {
    let mut reasons = Vec::new();
    for (item, text) in doc.texts(item, "`blocked`") {
        match text.parse() {
            Ok(reason) => reasons.push(reason),
            Err(_) => {
                let message = format!("`{text}` is no block reason");
                let known = [
                    "blocked-in-source",
                    "left-scope",
                    "no-licence",
                    "manual",
                    "rule:NAME",
                ];
                doc.unknown(Code::UnknownWord, item.span(), message, (text, known));
            }
        }
    }
    reasons
}

/// Clocks that run.
fn memory(doc: &mut Document<'_>, keys: &Keys<'_>) -> Memory {
    let mut memory = Memory::default();
    if let Some(item) = keys.get("missing") {
        memory.missing = missing(doc, item);
    }
    let rules = keys.get("rules").map(|item| doc.entries(item, "`rules`"));
    for rule in rules.into_iter().flatten() {
        if let Some(since) = instant(doc, rule, "since when a rule holds") {
            memory
                .rules
                .insert(rule.name().to_owned(), since.to_string());
        }
    }
    memory
}

fn missing(doc: &mut Document<'_>, item: Item<'_>) -> Option<Missing> {
    let (since, reads) = if item.is_mapping() {
        let keys = doc.keys(item, &language::MISSING)?;
        let since = instant(doc, keys.get("since")?, "`since`")?;
        let reads = keys.get("reads");
        (
            since,
            reads.and_then(|item| doc.whole(item, "`reads`", 1000)),
        )
    } else {
        (instant(doc, item, "`missing`")?, None)
    };
    Some(Missing {
        since: since.to_string(),
        reads: reads.unwrap_or(1),
        counted: Some(since.to_string()),
        gone: false,
    })
}
