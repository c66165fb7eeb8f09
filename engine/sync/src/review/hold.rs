//! People are taken out of a plan, together with whatever cannot be done without
//! them.

use super::Reviewer;
use crate::standing;
use muster_model::{AccountId, Action, HeldPerson, Hold, Plan, UsernameKey};
use muster_plan::subtract::{Because, Facts, Held, closure, people, subtract};
use muster_policy::{Policy, nearest};
use muster_store::{Store, StoreError};
use std::collections::{BTreeMap, BTreeSet};

/// Why nobody is held. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum NoHold {
    /// Somebody was named whom the plan does not change.
    #[error("{}", unknown(.names))]
    Unknown {
        /// The names, each with the one that was probably meant.
        names: Vec<(String, Option<String>)>,
    },
    /// Nobody was named.
    #[error("nobody was named")]
    Nobody,
    /// The plan takes a run back.
    #[error("this plan takes a run back; make one for fewer people instead")]
    Undo,
    /// The plan could not be applied any more.
    #[error("this plan is stale: {what}")]
    Stale {
        /// What has moved.
        what: String,
    },
    /// The state could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn unknown(names: &[(String, Option<String>)]) -> String {
    let told = names.iter().map(|(name, meant)| match meant {
        Some(meant) => format!("this plan changes nobody called `{name}`; did you mean `{meant}`?"),
        None => format!("this plan changes nobody called `{name}`"),
    });
    told.collect::<Vec<_>>().join("; ")
}

/// Takes people out of a plan. `names` are usernames, before or after the plan.
pub fn hold(
    plan: &Plan,
    policy: &Policy,
    store: &dyn Store,
    names: &[String],
    (reviewer, reason): (&Reviewer, Option<&str>),
) -> Result<Plan, NoHold> {
    if plan.undoes.is_some() {
        return Err(NoHold::Undo);
    }
    let plugin = &plan.bindings.plugin_digest;
    let moved = standing::moved(plan, Some(policy), plugin, store)?;
    if !moved.is_empty() {
        let what = moved.join("; ");
        return Err(NoHold::Stale { what });
    }
    let chosen = chosen(plan, names)?;
    let facts = facts(plan, store)?;
    let held = closure(plan, policy, &facts, &chosen);
    let by = &reviewer.name;
    let told = |because: Option<&Because>| {
        let why = match (because, reason) {
            (Some(because), _) => because.to_string(),
            (None, Some(reason)) => reason.to_owned(),
            (None, None) => "no reason was given".to_owned(),
        };
        format!("taken out of this plan by {by}: {why}; the next plan has their changes again")
    };
    let mut after = subtract(plan, policy, &facts, &held, &told);
    after.review.holds.push(Hold {
        by: by.clone(),
        at: reviewer.now.to_string(),
        reason: reason.map(str::to_owned),
        people: record(plan, &held),
    });
    Ok(after)
}

fn chosen(plan: &Plan, names: &[String]) -> Result<BTreeSet<AccountId>, NoHold> {
    if names.is_empty() {
        return Err(NoHold::Nobody);
    }
    let known = people(plan);
    let mut chosen = BTreeSet::new();
    let mut unknown = Vec::new();
    for name in names {
        match known.get(&UsernameKey::of(name)) {
            Some(account) => {
                chosen.insert(*account);
            }
            None => {
                let candidates = known.keys().map(UsernameKey::as_str);
                let meant = nearest(name, candidates).map(str::to_owned);
                unknown.push((name.clone(), meant));
            }
        }
    }
    match unknown.is_empty() {
        true => Ok(chosen),
        false => Err(NoHold::Unknown { names: unknown }),
    }
}

fn facts(plan: &Plan, store: &dyn Store) -> Result<Facts, StoreError> {
    let mut adopted = BTreeMap::new();
    for change in &plan.changes {
        if change.action == Action::Adopt
            && let Some(account) = store.account(change.account_id)?
        {
            adopted.insert(change.account_id, account.block_reasons);
        }
    }
    let population = store.population(&plan.directory)?.active;
    Ok(Facts {
        population,
        adopted,
    })
}

/// Those who are held, in the order of the plan, the named ones first.
fn record(plan: &Plan, held: &Held) -> Vec<HeldPerson> {
    let mut people: BTreeMap<AccountId, HeldPerson> = BTreeMap::new();
    let mut order = Vec::new();
    for change in &plan.changes {
        let Some(because) = held.get(&change.account_id) else {
            continue;
        };
        let person = people.entry(change.account_id).or_insert_with(|| {
            order.push((because.is_some(), change.account_id));
            HeldPerson {
                username: change.username.clone(),
                account_id: change.account_id,
                changes: 0,
                because: because.as_ref().map(Because::to_string),
            }
        });
        person.changes += 1;
    }
    order.sort_by_key(|(is_dependent, _)| *is_dependent);
    let people = order.into_iter().filter_map(|(_, id)| people.remove(&id));
    people.collect()
}
