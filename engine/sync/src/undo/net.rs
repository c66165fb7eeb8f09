//! What a run has done to each account, from its first record to its last.

use crate::edits::is_reasons;
use muster_model::plan::reasons_of;
use muster_model::{
    AccountId, AuditRecord, Cause, FieldName, Owner, PolicyLine, RunId, SensitiveFields, Username,
    UsernameKey, Value,
};
use muster_store::{Store, StoreError};
use std::collections::{BTreeMap, BTreeSet};

/// What a run has done to one account.
#[derive(Clone, Debug)]
pub(super) struct Net {
    pub(super) account: AccountId,
    /// Its username after the run.
    pub(super) username: Username,
    /// The sentences of the run's reasons.
    pub(super) reasons: Vec<String>,
    /// The line that caused the first of its changes.
    pub(super) policy: Option<PolicyLine>,
    pub(super) fate: Fate,
    /// Values that the run has changed.
    pub(super) fields: BTreeMap<FieldName, Shift>,
}

/// What became of the account as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It was there before and after.
    Stayed,
    /// The run has made it.
    Created,
    /// The run has deleted it.
    Deleted,
}

/// A value before and after a run.
#[derive(Clone, Debug)]
pub(super) struct Shift {
    pub(super) old: Option<Value>,
    pub(super) new: Option<Value>,
    /// Why; of what was done by hand, the memory goes along.
    pub(super) cause: Cause,
    pub(super) sensitive: bool,
    pub(super) policy: Option<PolicyLine>,
}

impl Net {
    /// True if one of these names is, or was, the account's.
    pub(super) fn is_one_of(&self, names: &BTreeSet<UsernameKey>) -> bool {
        let before = self
            .fields
            .get(&FieldName::from("username"))
            .and_then(|shift| shift.old.as_ref())
            .map(|old| UsernameKey::of(&old.to_string()));
        names.contains(&self.username.key()) || before.is_some_and(|key| names.contains(&key))
    }

    fn add(&mut self, record: AuditRecord) {
        let by_hand = record.reason.code == "administrator";
        self.username = record.username;
        match record.action.as_str() {
            "create" => self.fate = Fate::Created,
            "delete" => self.fate = Fate::Deleted,
            _ => {}
        }
        self.reasons.push(record.reason.text);
        for field in record.fields {
            let shift = Shift {
                old: whole(&field.name, field.old),
                new: whole(&field.name, field.new),
                cause: match by_hand {
                    true => Cause::Source,
                    false => field.cause,
                },
                sensitive: field.sensitive,
                policy: field.policy,
            };
            match self.fields.get_mut(&field.name) {
                Some(known) => known.new = shift.new,
                None => {
                    self.fields.insert(field.name, shift);
                }
            }
        }
    }
}

/// No block reason is an empty list, however it was written.
fn whole(name: &FieldName, value: Option<Value>) -> Option<Value> {
    match is_reasons(name) {
        true => {
            let reasons = reasons_of(value.as_ref());
            let names = reasons.iter().map(ToString::to_string);
            Some(Value::list(names.collect()))
        }
        false => value,
    }
}

/// What a run has done, by account.
pub(super) fn of(run: RunId, store: &dyn Store) -> Result<BTreeMap<AccountId, Net>, StoreError> {
    let mut all: BTreeMap<AccountId, Net> = BTreeMap::new();
    let sensitive = SensitiveFields::of(&store.directories()?);
    let directory = store.run(run)?.and_then(|run| run.directory);
    let owner = directory.map_or(Owner::Local, Owner::Directory);
    store.audit(Some(run), &mut |mut record| {
        // A field may have become sensitive since.
        sensitive.mark(&owner, &mut record.fields);
        let net = all.entry(record.account_id).or_insert_with(|| Net {
            account: record.account_id,
            username: record.username.clone(),
            reasons: Vec::new(),
            policy: record.reason.policy.clone(),
            fate: Fate::Stayed,
            fields: BTreeMap::new(),
        });
        net.add(record);
    })?;
    for net in all.values_mut() {
        net.fields.retain(|_, shift| shift.old != shift.new);
    }
    Ok(all)
}

/// Which later run has changed a value last.
pub(super) fn since(
    run: RunId,
    accounts: &BTreeSet<AccountId>,
    store: &dyn Store,
) -> Result<BTreeMap<(AccountId, FieldName), AuditRecord>, StoreError> {
    let mut last = BTreeMap::new();
    store.audit(None, &mut |record| {
        if record.run > run && accounts.contains(&record.account_id) {
            for field in &record.fields {
                let brief = AuditRecord {
                    fields: Vec::new(),
                    ..record.clone()
                };
                last.insert((record.account_id, field.name.clone()), brief);
            }
        }
    })?;
    Ok(last)
}
