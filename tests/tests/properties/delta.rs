//! A delta of exactly the changed people leads to the same accounts as a
//! complete read.

use crate::world::{Reach, World, changes, two_reads};
use crate::{config, run};
use muster_model::{Account, Fault, Finding};
use muster_store::MemoryStore;
use proptest::prelude::*;
use proptest::test_runner::Config;

/// The accounts without their numbers: new ones are numbered plan by plan.
fn accounts(store: &MemoryStore) -> Vec<Account> {
    let mut accounts: Vec<Account> = store.accounts().cloned().collect();
    accounts.sort_by_key(|account| account.username.key());
    accounts
}

proptest! {
    #![proptest_config(Config { max_global_rejects: 1_000_000, ..config() })]

    #[test]
    fn a_delta_leads_where_a_complete_read_leads((first, after) in two_reads()) {
        let policy = first.terms.policy();
        let mut store = run::store(&first, &policy);
        let plan = run::plain(&first, &policy, &store);
        prop_assume!(plan.held() == 0 && plan.coverage.proves_absence());
        run::carry_out(&plan, &policy, &mut store).unwrap();

        let full = World { people: after.clone(), ..first.clone() };
        let plan = run::plain(&full, &policy, &store);
        // Without anybody, a complete read proves nothing, and a delta does.
        prop_assume!(plan.held() == 0 && plan.coverage.proves_absence());
        let mut by_full = store.clone();
        run::carry_out(&plan, &policy, &mut by_full).unwrap();

        let delta = World {
            people: changes(&first.people, &after),
            reach: Reach::Delta,
            ..first
        };
        let plan = run::plain(&delta, &policy, &store);
        // An account that was blocked before may be that of somebody who looks
        // the same: only a complete read can tell that its person is still there.
        let is_likeness = |finding: &Finding| finding.code == Fault::LikelyRename;
        let mut held = plan.findings.iter().filter(|finding| finding.held);
        prop_assert!(held.all(is_likeness), "{:?}\n{:?}", delta, plan.findings);
        prop_assume!(plan.held() == 0);
        let mut by_delta = store.clone();
        run::carry_out(&plan, &policy, &mut by_delta).unwrap();
        prop_assert_eq!(accounts(&by_delta), accounts(&by_full), "{:?}", delta);
    }
}
