//! What must hold of every plan, and a second planner to compare with.
//!
//! A failing world is printed with its policy; `cases` times more worlds are
//! tried with `PROPTEST_CASES`. Without it, the same worlds are tried each time: what
//! a change broke is told from what was never met.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod delta;
mod explained;
mod hold;
mod once;
mod oracle;
#[path = "../golden/pending.rs"]
mod pending;
mod precedence;
mod pseudonyms;
mod run;
mod seats;
mod snapshot;
mod undo;
mod world;

use muster_model::{Action, BlockReason, Cause, Fault, Plan, UsernameKey, Value};
use muster_store::MemoryStore;
use oracle::{Expected, Outcome, expect};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use std::collections::BTreeSet;
use world::{Doubles, Reach, is_own, world};

/// Which worlds are tried if nobody asks for others.
const SEED: u64 = 1;

/// More worlds, and others each time, with `PROPTEST_CASES`, which the crate reads by
/// itself.
fn config() -> Config {
    let given = std::env::var_os("PROPTEST_CASES").is_some();
    let cases = if given { Config::default().cases } else { 600 };
    Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 20_000,
        rng_seed: match given {
            true => RngSeed::Random,
            false => RngSeed::Fixed(SEED),
        },
        ..Config::default()
    }
}

/// What a plan says, in the oracle's words.
fn said(plan: &Plan, before: &MemoryStore) -> Expected {
    let mut said = Expected::default();
    for change in &plan.changes {
        let outcome = match change.action {
            Action::Create => said.created.entry(change.username.to_string()).or_default(),
            _ => said.accounts.entry(change.account_id).or_default(),
        };
        if change.action == Action::Create {
            outcome.external_id = change.external_id.as_ref().map(|id| id.as_str().to_owned());
        }
        read(change.action, &change.fields, outcome);
        check_action(change, before);
    }
    for finding in &plan.findings {
        let who = finding
            .username
            .clone()
            .filter(|_| finding.code != Fault::DuplicateId);
        said.findings.insert((finding.code, who, finding.held));
    }
    said
}

fn read(action: Action, fields: &[muster_model::FieldChange], outcome: &mut Outcome) {
    for field in fields {
        let text = || match &field.new {
            Some(Value::Text(text)) => text.clone(),
            other => panic!("{other:?} is no text"),
        };
        match (field.name.as_str(), action) {
            ("username", _) => outcome.username = Some(text()),
            ("external_id", _) => outcome.external_id = Some(text()),
            ("block_reasons", _) => {
                let Some(Value::List(reasons)) = &field.new else {
                    panic!("no reasons")
                };
                outcome.reasons = Some(
                    reasons
                        .iter()
                        .map(|reason| reason.parse().unwrap())
                        .collect(),
                );
            }
            (name, _) => {
                outcome
                    .fields
                    .insert(name.to_owned(), (field.new.clone(), field.cause));
            }
        }
    }
}

/// The action's name says what happens, and old values are those of the account.
fn check_action(change: &muster_model::Change, before: &MemoryStore) {
    let account = before
        .accounts()
        .find(|account| account.id == change.account_id);
    let shift = change
        .fields
        .iter()
        .find(|field| field.name.as_str() == "block_reasons");
    let empty = |value: &Option<Value>| value.as_ref().is_none_or(Value::is_empty);
    match change.action {
        Action::Create => assert!(account.is_none(), "{change:?}"),
        Action::Block => assert!(
            shift.is_some_and(|s| empty(&s.old) && !empty(&s.new)),
            "{change:?}"
        ),
        Action::Unblock => assert!(
            shift.is_some_and(|s| !empty(&s.old) && empty(&s.new)),
            "{change:?}"
        ),
        Action::Rename => assert!(
            change
                .fields
                .iter()
                .any(|field| field.name.as_str() == "username")
        ),
        Action::Update => assert!(
            shift.is_none_or(|s| !empty(&s.old) && !empty(&s.new)),
            "{change:?}"
        ),
        Action::Adopt | Action::Detach => panic!("{change:?}"),
    }
    let Some(account) = account else { return };
    for field in &change.fields {
        match field.name.as_str() {
            "username" => assert_eq!(field.old, Some(Value::from(account.username.as_str()))),
            "external_id" | "block_reasons" => {}
            name => assert_eq!(field.old.as_ref(), account.fields.get(name), "{change:?}"),
        }
    }
}

fn names(store: &MemoryStore) -> Vec<UsernameKey> {
    store
        .accounts()
        .map(|account| account.username.key())
        .collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_second_planner_agrees(world in world(Doubles::Some)) {
        let policy = world.terms.policy();
        let store = run::store(&world, &policy);
        let plan = run::plain(&world, &policy, &store);
        prop_assert_eq!(said(&plan, &store), expect(&world), "\n{}", world.terms.text());
    }

    #[test]
    fn order_and_pages_do_not_matter(
        (world, order) in world(Doubles::Some).prop_flat_map(|world| {
            let places: Vec<usize> = (0..world.people.len()).collect();
            (Just(world), Just(places).prop_shuffle())
        }),
        size in 1..5_usize,
    ) {
        let policy = world.terms.policy();
        let store = run::store(&world, &policy);
        let one = run::plain(&world, &policy, &store);
        let other = run::plan(&world, &policy, &store, &order, size);
        prop_assert_eq!(
            serde_json::to_string_pretty(&one).unwrap(),
            serde_json::to_string_pretty(&other).unwrap()
        );
    }

    #[test]
    fn nobody_is_blocked_for_absence_without_evidence(world in world(Doubles::Some)) {
        let policy = world.terms.policy();
        let store = run::store(&world, &policy);
        let plan = run::plain(&world, &policy, &store);
        let unproven = world.reach != Reach::Complete
            || world.problems.iter().any(|problem| problem.subject == muster_model::Subject::Nobody);
        if unproven {
            // Only those whom the read itself shows to be out of scope may leave.
            let evidence: BTreeSet<String> =
                world.people.iter().flat_map(|person| person.id.clone().into_iter().chain(
                    person.values("uid").iter().map(|name| UsernameKey::of(name).as_str().to_owned()),
                )).collect();
            for change in plan.changes.iter().filter(|change| change.reason.code == "left-scope") {
                let named = evidence.contains(change.username.key().as_str());
                let identified = change.external_id.as_ref().is_some_and(|id| evidence.contains(id.as_str()));
                let begins = change.action != Action::Unblock;
                prop_assert!(!begins || named || identified, "{:?}", change);
            }
        }
    }

    #[test]
    fn after_it_is_applied_all_is_well(world in world(Doubles::None)) {
        let policy = world.terms.policy();
        let before = run::store(&world, &policy);
        let mut store = before.clone();
        let plan = run::plain(&world, &policy, &store);
        let applied = run::carry_out(&plan, &policy, &mut store);
        prop_assert!(applied.is_ok(), "{}\n{}", applied.unwrap_err(), serde_json::to_string_pretty(&plan.changes).unwrap());

        let keys = names(&store);
        let distinct: BTreeSet<&UsernameKey> = keys.iter().collect();
        prop_assert_eq!(distinct.len(), keys.len(), "two accounts share a username");

        for account in before.accounts() {
            let after = store.accounts().find(|after| after.id == account.id);
            if is_own(account) {
                let after = after.expect("sync deletes nobody");
                let manual = account.block_reasons.contains(&BlockReason::Manual);
                prop_assert_eq!(after.block_reasons.contains(&BlockReason::Manual), manual);
            } else {
                prop_assert_eq!(after, Some(account), "not ours");
            }
        }
        for change in &plan.changes {
            for field in &change.fields {
                prop_assert!(
                    field.cause != Cause::LocalEdit || change.action != Action::Create,
                    "{:?}",
                    change
                );
            }
        }

        let again = run::plain(&world, &policy, &store);
        prop_assert!(again.changes.is_empty(), "again:\n{}", serde_json::to_string_pretty(&again.changes).unwrap());
        prop_assert!(again.settled.is_empty(), "unsettled: {:?}", again.settled);
    }
}
