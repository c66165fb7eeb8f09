//! A reviewer takes people out of a plan, and nothing else happens to it.

use crate::seats::seats;
use crate::world::{Doubles, World, world};
use crate::{config, run};
use jiff::Timestamp;
use muster_model::{AccountId, Change, Fault, Plan, UsernameKey};
use muster_policy::Policy;
use muster_store::{MemoryStore, Store};
use muster_sync::review::{Reviewer, hold};
use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::BTreeSet;

fn reviewer() -> Reviewer {
    Reviewer {
        name: "rita".to_owned(),
        now: "2026-11-23T09:00:00Z".parse::<Timestamp>().unwrap(),
    }
}

fn held(plan: &Plan, policy: &Policy, store: &MemoryStore, names: &[String]) -> Plan {
    hold(plan, policy, store, names, (&reviewer(), Some("ask first"))).unwrap()
}

/// Guards are not what this is about.
fn unguarded(plan: &Plan) -> Plan {
    let mut plan = plan.clone();
    plan.guards.clear();
    plan
}

fn planned(world: &World) -> (Policy, MemoryStore, Plan) {
    let policy = world.terms.policy();
    let store = run::store(world, &policy);
    let plan = run::plain(world, &policy, &store);
    (policy, store, plan)
}

fn of(plan: &Plan, accounts: &BTreeSet<AccountId>) -> Vec<Change> {
    let changes = plan.changes.iter();
    let changes = changes.filter(|change| accounts.contains(&change.account_id));
    changes.cloned().collect()
}

/// What is done to whom, without the numbers of new accounts.
fn deeds(changes: &[Change]) -> Vec<(muster_model::Action, UsernameKey)> {
    let mut deeds: Vec<_> = changes
        .iter()
        .map(|change| (change.action, change.username.key()))
        .collect();
    deeds.sort();
    deeds
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_hold_takes_people_out_and_adds_nothing(
        world in world(Doubles::Some),
        picks in proptest::collection::vec(any::<Index>(), 1..4),
    ) {
        let (policy, mut store, plan) = planned(&world);
        if plan.changes.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = picks
            .iter()
            .map(|pick| pick.get(&plan.changes).username.to_string())
            .collect();
        let after = held(&plan, &policy, &store, &names);

        // A subset, in the same order, of whole people.
        let mut rest = plan.changes.iter();
        for change in &after.changes {
            prop_assert!(rest.any(|before| before == change), "{:?} was added", change);
        }
        let record = &after.review.holds[0];
        let out: BTreeSet<AccountId> = record.people.iter().map(|one| one.account_id).collect();
        prop_assert_eq!(of(&after, &out), vec![]);
        let lost: BTreeSet<AccountId> = plan
            .changes
            .iter()
            .filter(|change| !after.changes.contains(change))
            .map(|change| change.account_id)
            .collect();
        prop_assert_eq!(&lost, &out, "everybody who is lost is named");
        for person in &record.people {
            let is_named = names.iter().any(|name| {
                plan.changes.iter().any(|change| {
                    change.account_id == person.account_id
                        && change.username.key() == UsernameKey::of(name)
                })
            });
            prop_assert_eq!(person.because.is_none(), is_named, "{:?}", person);
            let found = after.findings.iter().any(|finding| {
                finding.code == Fault::HeldByReviewer
                    && finding.held
                    && finding.username.as_deref() == Some(person.username.as_str())
            });
            prop_assert!(found, "no finding about {}", person.username);
        }
        // What was odd before is still told.
        prop_assert!(plan.findings.iter().all(|finding| after.findings.contains(finding)));
        let sum: u64 = after.summary.values().sum();
        prop_assert_eq!(sum, after.changes.len() as u64);
        let sum: u64 = after.reasons.values().sum();
        prop_assert_eq!(sum, after.changes.len() as u64);
        prop_assert!(after.cursor.is_none());
        for (before, now) in plan.guards.iter().zip(&after.guards) {
            prop_assert_eq!(&before.name, &now.name);
            prop_assert!(now.value <= before.value, "{:?} {:?}", before, now);
        }

        // Where one identifier comes twice, more may be found out once a plan is applied.
        let (_, mut at_once, _) = planned(&world);
        run::carry_out(&unguarded(&plan), &policy, &mut at_once).unwrap();
        if !run::plain(&world, &policy, &at_once).changes.is_empty() {
            return Ok(());
        }

        // The rest is applied, and the next plan has those who were held.
        run::carry_out(&unguarded(&after), &policy, &mut store).unwrap();
        let again = run::plain(&world, &policy, &store);
        let wanted = of(&plan, &out);
        let missing: Vec<_> = deeds(&wanted)
            .into_iter()
            .filter(|deed| !deeds(&again.changes).contains(deed))
            .collect();
        prop_assert!(missing.is_empty(), "not planned again: {:?}\n{:?}", missing, again.changes);
        prop_assert_eq!(deeds(&wanted).len(), deeds(&again.changes).len(), "{:?}", again.changes);

        // And once that is applied, all is as if nobody had been held.
        run::carry_out(&unguarded(&again), &policy, &mut store).unwrap();
        let last = run::plain(&world, &policy, &store);
        prop_assert!(last.changes.is_empty(), "{:?}", last.changes);
        let names = |store: &MemoryStore| -> BTreeSet<String> {
            store.accounts().map(|account| account.username.to_string()).collect()
        };
        prop_assert_eq!(names(&store), names(&at_once));
        prop_assert!(store.version().is_ok());
    }

    #[test]
    fn nobody_gets_a_seat_that_somebody_keeps(
        seats in seats(),
        picks in proptest::collection::vec(any::<Index>(), 1..3),
    ) {
        let policy = seats.policy();
        let mut store = run::store(&seats.world, &policy);
        let plan = run::plain(&seats.world, &policy, &store);
        if plan.changes.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = picks
            .iter()
            .map(|pick| pick.get(&plan.changes).username.to_string())
            .collect();
        let before = seats.used(&store);
        let after = held(&plan, &policy, &store, &names);
        let told = after.licences.clone().unwrap();
        run::carry_out(&unguarded(&after), &policy, &mut store).unwrap();
        prop_assert_eq!(seats.used(&store), told.after, "{:?}", seats);
        prop_assert!(told.after <= seats.limit.max(before), "{:?}", seats);
        let again = run::plain(&seats.world, &policy, &store);
        let told = again.licences.clone().unwrap();
        let all: BTreeSet<AccountId> = after.review.holds[0]
            .people
            .iter()
            .map(|person| person.account_id)
            .collect();
        prop_assert!(all.is_empty() || !again.changes.is_empty(), "{:?}", again);
        prop_assert_eq!(told.now, seats.used(&store));
    }

    #[test]
    fn whom_a_plan_does_not_change_is_not_held(world in world(Doubles::None)) {
        let (policy, store, plan) = planned(&world);
        let names = ["nobody-of-that-name".to_owned()];
        let by = (&reviewer(), None);
        prop_assert!(hold(&plan, &policy, &store, &names, by).is_err());
        prop_assert!(hold(&plan, &policy, &store, &[], by).is_err());
    }
}
