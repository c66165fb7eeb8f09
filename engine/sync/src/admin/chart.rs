//! Who refers to whom: the chain above a person, and those who report to them.

use crate::chart::ids;
use muster_model::{
    Account, AccountId, BlockReason, FieldName, Owner, UsernameKey, Value, ValueView,
};
use muster_store::{Store, StoreError};
use std::collections::{BTreeMap, BTreeSet};

/// One account's place among the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chart {
    /// Whom its references name, per field.
    pub references: BTreeMap<FieldName, Vec<Person>>,
    /// For each field with one person: who is above, from the nearest on.
    pub chains: BTreeMap<FieldName, Chain>,
    /// Who refers to it; by field and username.
    pub reports: Vec<Report>,
}

/// An account that is referred to, or refers to one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Its number.
    pub id: AccountId,
    /// Its username; none if there is no such account any more.
    pub username: Option<String>,
    /// Why it is blocked.
    pub block_reasons: Vec<BlockReason>,
}

/// Who is above somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// From the nearest on; the last may be missing.
    pub people: Vec<Person>,
    /// How it ends.
    pub end: ChainEnd,
}

/// How a chain ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChainEnd {
    /// With somebody above whom there is nobody.
    Top,
    /// Where it began, or with somebody who was met before.
    Circle,
    /// With an account that is not there any more.
    Missing,
}

/// Somebody who refers to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// By which field.
    pub field: FieldName,
    /// Who.
    pub person: Person,
}

/// Draws the chart around an account. `None` if its directory maps no references.
pub fn chart(store: &dyn Store, account: &Account) -> Result<Option<Chart>, StoreError> {
    let Owner::Directory(directory) = &account.owner else {
        return Ok(None);
    };
    let record = store.directory(directory)?;
    let Some(fields) = record
        .map(|record| record.references)
        .filter(|fields| !fields.is_empty())
    else {
        return Ok(None);
    };
    let mut chart = Chart {
        reports: reports(store, account, &fields)?,
        ..Chart::default()
    };
    for field in fields {
        let Some(value) = account.fields.get(&field) else {
            continue;
        };
        let mut people = Vec::new();
        for id in ids(value) {
            people.push(person(id, store.account(id)?.as_ref()));
        }
        if matches!(value, Value::Text(_)) && !people.is_empty() {
            let chain = chain(store, account, &field)?;
            chart.chains.insert(field.clone(), chain);
        }
        if !people.is_empty() {
            chart.references.insert(field, people);
        }
    }
    Ok(Some(chart))
}

fn chain(store: &dyn Store, account: &Account, field: &FieldName) -> Result<Chain, StoreError> {
    let mut met = BTreeSet::from([account.id]);
    let mut people = Vec::new();
    let mut next = above(account, account, field);
    while let Some(id) = next {
        let found = store.account(id)?;
        people.push(person(id, found.as_ref()));
        let end = match &found {
            None => Some(ChainEnd::Missing),
            Some(_) if !met.insert(id) => Some(ChainEnd::Circle),
            Some(_) => None,
        };
        if let Some(end) = end {
            return Ok(Chain { people, end });
        }
        next = found.and_then(|found| above(account, &found, field));
    }
    Ok(Chain {
        people,
        end: ChainEnd::Top,
    })
}

/// Whom an account refers to; of another owner, the field may mean anything.
fn above(start: &Account, account: &Account, field: &FieldName) -> Option<AccountId> {
    match account.fields.get(field) {
        Some(Value::Text(id)) if account.owner == start.owner => id.parse().ok(),
        _ => None,
    }
}

fn person(id: AccountId, account: Option<&Account>) -> Person {
    let reasons = account
        .into_iter()
        .flat_map(|account| &account.block_reasons);
    Person {
        id,
        username: account.map(|account| account.username.to_string()),
        block_reasons: reasons.cloned().collect(),
    }
}

fn reports(
    store: &dyn Store,
    account: &Account,
    fields: &BTreeSet<FieldName>,
) -> Result<Vec<Report>, StoreError> {
    let (owner, id) = (account.owner.as_str(), account.id.to_string());
    let mut reports = Vec::new();
    store.scan(&mut |view| {
        if view.owner != owner {
            return;
        }
        for (name, value) in &view.fields {
            let names = match value {
                ValueView::Text(text) => *text == id,
                ValueView::List(items) => items.contains(&id.as_str()),
            };
            if names && fields.contains(*name) {
                reports.push(Report {
                    field: FieldName::from(*name),
                    person: Person {
                        id: view.id,
                        username: Some(view.username.to_owned()),
                        block_reasons: view.block_reasons.clone(),
                    },
                });
            }
        }
    })?;
    reports.sort_by_cached_key(|report| {
        let name = report.person.username.as_deref().unwrap_or("");
        (
            report.field.clone(),
            UsernameKey::of(name),
            report.person.id,
        )
    });
    Ok(reports)
}

#[cfg(test)]
mod tests;
