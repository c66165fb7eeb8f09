//! People under other names are planned for as they would be under their own.

use crate::world::{Doubles, world};
use crate::{config, run};
use muster_model::{AccountId, Action, Cause, Plan};
use muster_store::{Commit, MemoryStore, Store};
use muster_sync::snapshot::{Pseudonymous, Pseudonyms};
use proptest::prelude::*;
use std::collections::BTreeSet;

type Shape = (Action, Option<AccountId>, String, Vec<(String, Cause)>);

/// What a plan does to whom, without a name or a value.
fn shape(plan: &Plan) -> (Vec<Shape>, Vec<(String, bool)>) {
    let mut changes: Vec<Shape> = plan
        .changes
        .iter()
        .map(|change| {
            let number = (change.action != Action::Create).then_some(change.account_id);
            let fields = change.fields.iter();
            let fields = fields.map(|field| (field.name.to_string(), field.cause));
            let code = change.reason.code.clone();
            (change.action, number, code, fields.collect())
        })
        .collect();
    changes.sort_by_key(|shape| format!("{shape:?}"));
    let findings = plan.findings.iter();
    let mut findings: Vec<_> = findings
        .map(|finding| (finding.code.as_str().to_owned(), finding.held))
        .collect();
    findings.sort();
    (changes, findings)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_plan_under_pseudonyms_has_the_plans_shape(world in world(Doubles::Some)) {
        // Of several values the first by the alphabet counts, and that is another one.
        let is_single = |(name, values): (&&str, &Vec<String>)| *name == "phone" || values.len() < 2;
        let mut people = world.people.iter();
        if !people.all(|person| person.values.iter().all(is_single)) {
            return Ok(());
        }
        let policy = world.terms.policy();
        let store = run::store(&world, &policy);
        let plan = run::plain(&world, &policy, &store);

        let keep: BTreeSet<String> = ["level", "ends"].map(str::to_owned).into();
        let now = "2026-11-23T08:00:00Z".parse().unwrap();
        let names = Pseudonyms::new(&[9; 32], &policy, &keep, now);
        let accounts = store.accounts().map(|account| names.account(account)).collect();
        let mut others = MemoryStore::from_accounts(accounts).unwrap();
        let directories = store.directories().unwrap();
        let expected = others.version().unwrap();
        others.commit(Commit { expected, directories, ..Commit::default() }).unwrap();
        let order: Vec<usize> = (0..world.people.len()).collect();
        let mut pages = run::pages(&world, &policy, &order, 3);
        let mut source = Pseudonymous::new(&mut pages, &names, &policy.attributes);
        let other = run::plan_of(&world, &policy, &others, &mut source);
        prop_assert_eq!(shape(&plan), shape(&other), "{}", world.terms.text());
    }
}
