//! An explanation and a plan never disagree: what the steps of each person of a
//! world say is what the plan does to them, and the plan does nothing else.

#[path = "../golden/implied.rs"]
mod implied;

use crate::world::{Doubles, World, world};
use crate::{config, run};
use muster_model::Plan;
use muster_policy::Policy;
use muster_review::explain::report::Origin;
use muster_review::explain::{self, Explanation, Question, Read};
use muster_store::MemoryStore;
use muster_sync::Silent;
use proptest::prelude::*;

/// The world's read, as an explanation takes it.
pub fn read(world: &World, policy: &Policy) -> Read {
    let order: Vec<usize> = (0..world.people.len()).collect();
    let mut source = run::pages(world, policy, &order, 2);
    let mut read = Read::take(&mut source, &Silent).expect("a read");
    read.note = run::context(world, None).read;
    read
}

fn everybody(world: &World, policy: &Policy, store: &MemoryStore) -> Vec<Explanation> {
    let context = run::context(world, None);
    let question = Question {
        policy,
        read: &read(world, policy),
        store,
        context: &context,
        origin: &Origin::Live,
        asked: "",
        reveal: true,
    };
    explain::everybody(&question).expect("explanations")
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_steps_say_exactly_what_the_plan_does(world in world(Doubles::Some)) {
        let policy = world.terms.policy();
        let store = run::store(&world, &policy);
        let plan: Plan = run::plain(&world, &policy, &store);
        let all = everybody(&world, &policy, &store);
        let faults = implied::faults(&plan, &all);
        prop_assert!(faults.is_empty(), "\n{}\n{}", world.terms.text(), faults.join("\n\n"));
    }

    #[test]
    fn somebody_who_is_watched_is_treated_like_everybody(world in world(Doubles::Some)) {
        let policy = world.terms.policy();
        let store = run::store(&world, &policy);
        let plan = run::plain(&world, &policy, &store);
        for one in everybody(&world, &policy, &store) {
            for change in &one.outcome.changes {
                prop_assert!(plan.changes.contains(change), "{:?}", change);
            }
            for finding in &one.outcome.findings {
                prop_assert!(plan.findings.contains(finding), "{:?}", finding);
            }
        }
    }
}
