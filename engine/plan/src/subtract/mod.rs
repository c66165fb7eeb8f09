//! A plan with fewer people: what a reviewer holds back, and what cannot be done
//! without it.
//!
//! Nothing is added, and no change is altered: each person is in the plan as before,
//! or not at all. What the plan says of itself (counts, guards, seats, whom sync
//! remembers) is told anew.

mod needs;
mod seats;

pub use needs::{Because, closure};

use crate::guards::guards_of;
use muster_model::{
    AccountId, Action, BlockReason, Change, CursorKept, Fault, Finding, Plan, ReadKind, Username,
    UsernameKey, Value,
};
use muster_policy::Policy;
use std::collections::{BTreeMap, BTreeSet};

/// What a plan does not say about the accounts that it is about.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Active accounts of the directory before the plan.
    pub population: u64,
    /// Block reasons of the accounts that are to be adopted, before the plan.
    pub adopted: BTreeMap<AccountId, BTreeSet<BlockReason>>,
}

/// People who are held back, by their accounts; with the reason for those whom
/// nobody named.
pub type Held = BTreeMap<AccountId, Option<Because>>;

/// The plan without the people who are held. `told` is what their findings say.
///
/// The next run that reads the source plans their changes again: it goes on where
/// this one began, or reads everything.
pub fn subtract(
    plan: &Plan,
    policy: &Policy,
    facts: &Facts,
    held: &Held,
    told: &dyn Fn(Option<&Because>) -> String,
) -> Plan {
    let (out, changes): (Vec<Change>, Vec<Change>) = plan
        .changes
        .iter()
        .cloned()
        .partition(|change| held.contains_key(&change.account_id));
    let mut after = Plan {
        summary: crate::finish::summary(&changes),
        reasons: crate::finish::reasons(&changes),
        findings: findings(plan, &out, held, told),
        changes,
        ..plan.clone()
    };
    let is_out = |id: &AccountId| held.contains_key(id);
    after.settled.retain(|id| !is_out(id));
    after.remembered.retain(|id, _| !is_out(id));
    after.given.retain(|id, _| !is_out(id));
    after.upcoming.retain(|one| !is_out(&one.account_id));
    after.names = names(&after, &out);
    after.guards = guards(plan, policy, facts, &after.changes);
    after.licences = plan.licences.as_ref().map(|before| {
        let terms = policy.licences.as_ref();
        seats::without(before, terms, facts, &out, &after)
    });
    after.pending.waiting = after.licences.as_ref().map_or(0, |seats| seats.waiting);
    let held_now = after.held() as u64;
    after.situations.insert("held".to_owned(), held_now);
    if !out.is_empty() {
        look_again(&mut after);
    }
    after
}

/// The cursor does not move past anybody, and whoever is due by time is due still.
fn look_again(after: &mut Plan) {
    let created = after.bindings.created.clone();
    let due = after.pending.due.take().filter(|due| *due < created);
    after.pending.due = Some(due.unwrap_or(created));
    let is_delta = after.read.as_ref().map(|read| read.kind) == Some(ReadKind::Delta);
    after.cursor = None;
    // A delta is told again from where it began. What a complete read has found may
    // stand in no delta: without a cursor, the next run reads everything.
    if is_delta {
        after.cursor_kept = Some(after.cursor_kept.unwrap_or(CursorKept::Held));
    }
}

fn findings(
    plan: &Plan,
    out: &[Change],
    held: &Held,
    told: &dyn Fn(Option<&Because>) -> String,
) -> Vec<Finding> {
    let mut people: BTreeMap<AccountId, &Change> = BTreeMap::new();
    for change in out {
        people.entry(change.account_id).or_insert(change);
    }
    let finding = |(id, change): (AccountId, &Change)| Finding {
        code: Fault::HeldByReviewer,
        username: Some(change.username.as_str().to_owned()),
        text: told(held.get(&id).and_then(Option::as_ref)),
        policy: None,
        held: true,
    };
    let mut findings = plan.findings.clone();
    findings.extend(people.into_iter().map(finding));
    findings.sort_unstable();
    findings.dedup();
    findings
}

/// Whom changed references still name, as they will be called.
fn names(after: &Plan, out: &[Change]) -> BTreeMap<AccountId, Username> {
    let mut named = BTreeSet::new();
    for field in after.changes.iter().flat_map(|change| &change.fields) {
        if after.references.contains(&field.name) {
            named.extend(field.old.iter().chain(&field.new).flat_map(accounts_in));
        }
    }
    let mut names = after.names.clone();
    names.retain(|id, _| named.contains(id));
    // Who is held keeps the name that they have.
    for change in out {
        if let (Some(name), Some(old)) = (names.get_mut(&change.account_id), name_before(change)) {
            *name = old;
        }
    }
    names
}

/// The accounts that a reference names.
fn accounts_in(value: &Value) -> Vec<AccountId> {
    let texts = match value {
        Value::Text(text) => std::slice::from_ref(text),
        Value::List(items) => items.as_slice(),
    };
    texts.iter().filter_map(|text| text.parse().ok()).collect()
}

/// The username that a change takes away from an account.
fn name_before(change: &Change) -> Option<Username> {
    let mut fields = change.fields.iter();
    let field = fields.find(|field| field.name.as_str() == crate::accounts::USERNAME_FIELD)?;
    match &field.old {
        Some(Value::Text(name)) => Username::new(name),
        _ => None,
    }
}

/// Guards, measured on what is left. How far the source has shrunk is as before.
fn guards(
    plan: &Plan,
    policy: &Policy,
    facts: &Facts,
    changes: &[Change],
) -> Vec<muster_model::GuardResult> {
    let overrides = plan.guards.iter().filter_map(|guard| {
        let reason = guard.overridden.clone()?;
        Some((guard.name.clone(), reason))
    });
    let mut guards = guards_of(policy, &overrides.collect(), changes, facts.population);
    let is_shrink = |name: &str| name.starts_with("shrink.");
    guards.retain(|guard| !is_shrink(&guard.name));
    let shrink = plan.guards.iter().filter(|guard| is_shrink(&guard.name));
    guards.extend(shrink.cloned());
    guards.sort_by(|a, b| a.name.cmp(&b.name));
    guards
}

/// The accounts of people whom a plan changes, by their usernames. A name that one
/// gives up and another takes is that of whoever has it after the plan, as the plan
/// shows it.
pub fn people(plan: &Plan) -> BTreeMap<UsernameKey, AccountId> {
    let mut people = BTreeMap::new();
    for change in &plan.changes {
        people.insert(change.username.key(), change.account_id);
    }
    for change in &plan.changes {
        if let Some(before) = name_before(change) {
            people.entry(before.key()).or_insert(change.account_id);
        }
    }
    people
}

/// True for a change that makes an account the directory's own.
fn brings(change: &Change) -> bool {
    matches!(change.action, Action::Create | Action::Adopt)
}
