//! A run that is taken back leaves the accounts as they were, and sync's memory so
//! that the same read asks for the same again.

use crate::world::{Doubles, World, world};
use crate::{config, run};
use jiff::{SignedDuration, Timestamp};
use muster_model::{Account, AccountId, Action, Actor, Change, Fault, Plan, Run};
use muster_policy::Policy;
use muster_store::{MemoryStore, Store};
use muster_sync::undo::{Created, UndoContext, apply_undo, undo};
use muster_sync::{ApplyContext, PlanOrigin};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn now() -> Timestamp {
    "2026-11-23T09:00:00Z".parse().unwrap()
}

fn back(store: &MemoryStore, policy: &Policy) -> (Run, Plan) {
    let run = store.runs().unwrap().pop().unwrap();
    let context = UndoContext {
        now: now(),
        expires: now() + SignedDuration::from_hours(24),
        only: BTreeSet::new(),
        created: Created::Stay,
        overrides: BTreeMap::new(),
    };
    let plan = undo(&run, Some(policy), store, &context).unwrap();
    (run, plan)
}

fn carry_out(plan: &Plan, policy: &Policy, store: &mut MemoryStore) {
    let context = ApplyContext {
        now: now(),
        actor: Actor {
            name: "random".to_owned(),
            command: "run undo".to_owned(),
        },
        plugin_digest: String::new(),
        origin: PlanOrigin::Fresh,
        approvals: Default::default(),
    };
    let mut plan = plan.clone();
    plan.guards.clear();
    apply_undo(&plan, Some(policy), store, &context).unwrap();
}

/// An account without what sync alone remembers.
fn seen(account: &Account) -> Account {
    Account {
        synced: BTreeMap::new(),
        ..account.clone()
    }
}

/// What is asked for of accounts that were there, without numbers of others.
fn asked(plan: &Plan) -> Vec<Change> {
    let of_old = |change: &&Change| change.action != Action::Create;
    plan.changes.iter().filter(of_old).cloned().collect()
}

fn applied(world: &World) -> (Policy, MemoryStore, MemoryStore, Plan) {
    let policy = world.terms.policy();
    let before = run::store(world, &policy);
    let mut after = before.clone();
    let mut plan = run::plain(world, &policy, &after);
    plan.guards.clear();
    run::carry_out(&plan, &policy, &mut after).unwrap();
    (policy, before, after, plan)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_taken_back_is_as_it_was(world in world(Doubles::None)) {
        let (policy, before, mut store, plan) = applied(&world);
        if plan.changes.is_empty() {
            return Ok(());
        }
        let creates: BTreeSet<AccountId> = plan
            .changes
            .iter()
            .filter(|change| change.action == Action::Create)
            .map(|change| change.account_id)
            .collect();
        let after = store.clone();
        let (_, inverse) = back(&store, &policy);
        // All that stays is named: who was made, and whose name they have.
        let named: BTreeSet<&str> = inverse
            .findings
            .iter()
            .inspect(|finding| assert_eq!(finding.code, Fault::NotUndone))
            .filter_map(|finding| finding.username.as_deref())
            .collect();
        carry_out(&inverse, &policy, &mut store);
        for account in store.accounts() {
            if creates.contains(&account.id) {
                prop_assert!(named.contains(account.username.as_str()));
                let made = after.accounts().find(|one| one.id == account.id);
                prop_assert_eq!(Some(account), made);
            } else if !named.contains(account.username.as_str()) {
                let was = before.accounts().find(|one| one.id == account.id);
                prop_assert_eq!(Some(seen(account)), was.map(seen), "{}", world.terms.text());
            }
        }
        prop_assert!(creates.is_empty() <= inverse.findings.is_empty(), "{:?}", inverse.findings);
    }

    #[test]
    fn the_same_read_asks_for_the_same_again(world in world(Doubles::None)) {
        let (policy, _, mut store, plan) = applied(&world);
        let creates = plan.changes.iter().any(|change| change.action == Action::Create);
        if plan.changes.is_empty() || creates {
            return Ok(());
        }
        let (_, inverse) = back(&store, &policy);
        carry_out(&inverse, &policy, &mut store);
        let again = run::plain(&world, &policy, &store);
        prop_assert_eq!(asked(&again), asked(&plan), "{}", world.terms.text());

        let (undone, forth) = back(&store, &policy);
        prop_assert_eq!(undone.undoes.map(|run| run.0), Some(1));
        carry_out(&forth, &policy, &mut store);
        let again = run::plain(&world, &policy, &store);
        prop_assert!(again.changes.is_empty(), "{:?}", again.changes);
    }
}
