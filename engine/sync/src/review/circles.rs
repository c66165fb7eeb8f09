//! References that make a circle once somebody is held: a plan has none, but half
//! of it may.

use muster_model::{AccountId, FieldName, Plan, Username, Value};
use muster_plan::subtract::{Because, Held};
use muster_store::{Store, StoreError};
use std::collections::{BTreeMap, BTreeSet};

/// Who refers to whom, by fields that name one account.
pub(super) struct Circles<'a> {
    store: &'a dyn Store,
    /// What the plan makes of each field.
    planned: BTreeMap<&'a FieldName, BTreeMap<AccountId, Option<AccountId>>>,
    usernames: BTreeMap<AccountId, &'a Username>,
    /// What accounts hold, as far as it was looked up.
    before: BTreeMap<AccountId, BTreeMap<FieldName, Value>>,
    failure: Option<StoreError>,
}

impl<'a> Circles<'a> {
    pub(super) fn of(plan: &'a Plan, store: &'a dyn Store) -> Self {
        let mut planned: BTreeMap<&FieldName, BTreeMap<_, _>> = BTreeMap::new();
        let mut usernames = BTreeMap::new();
        for change in &plan.changes {
            usernames.insert(change.account_id, &change.username);
            for field in &change.fields {
                let is_list = matches!(field.new, Some(Value::List(_)));
                if plan.references.contains(&field.name) && !is_list {
                    let to = field.new.as_ref().and_then(account);
                    let of_field = planned.entry(&field.name).or_default();
                    of_field.insert(change.account_id, to);
                }
            }
        }
        Self {
            store,
            planned,
            usernames,
            before: BTreeMap::new(),
            failure: None,
        }
    }

    /// Somebody who is not held and would be part of a circle with somebody who is.
    pub(super) fn find(&mut self, held: &Held) -> Option<(AccountId, Because)> {
        let fields: Vec<&FieldName> = self.planned.keys().copied().collect();
        for field in fields {
            let planned = self.planned.get(field)?;
            if !planned.keys().any(|id| held.contains_key(id)) {
                continue;
            }
            let starts = planned.keys().filter(|id| !held.contains_key(id));
            let starts: Vec<AccountId> = starts.copied().collect();
            for start in starts {
                if let Some(with) = self.circle(field, start, held) {
                    let with = (*self.usernames.get(&with)?).clone();
                    let field = field.as_str().to_owned();
                    return Some((start, Because::Circle { with, field }));
                }
            }
        }
        None
    }

    /// What went wrong while accounts were looked up.
    pub(super) fn failure(self) -> Result<(), StoreError> {
        self.failure.map_or(Ok(()), Err)
    }

    /// The held one in the circle that leads back to the start, if there is one.
    fn circle(&mut self, field: &FieldName, start: AccountId, held: &Held) -> Option<AccountId> {
        let mut seen = BTreeSet::new();
        let (mut at, mut with) = (start, None);
        loop {
            at = self.next(field, at, held)?;
            if held.contains_key(&at) {
                with = Some(at);
            }
            if at == start {
                return with;
            }
            if !seen.insert(at) {
                return None;
            }
        }
    }

    fn next(&mut self, field: &FieldName, from: AccountId, held: &Held) -> Option<AccountId> {
        let planned = self
            .planned
            .get(field)
            .and_then(|planned| planned.get(&from));
        if let Some(to) = planned.filter(|_| !held.contains_key(&from)) {
            return *to;
        }
        if !self.before.contains_key(&from) {
            let fields = match self.store.account(from) {
                Ok(found) => found.map(|account| account.fields).unwrap_or_default(),
                Err(error) => {
                    self.failure = Some(error);
                    return None;
                }
            };
            self.before.insert(from, fields);
        }
        account(self.before.get(&from)?.get(field)?)
    }
}

fn account(value: &Value) -> Option<AccountId> {
    match value {
        Value::Text(text) => text.parse().ok(),
        Value::List(_) => None,
    }
}
