//! Whatever a case has done to accounts that were there can be taken back.

use crate::case::Case;
use jiff::SignedDuration;
use muster_model::{Account, AccountId, Action, Actor, Fault, Plan};
use muster_store::{MemoryStore, Store};
use muster_sync::undo::{Created, UndoContext, apply_undo, undo};
use muster_sync::{ApplyContext, PlanOrigin};
use std::collections::{BTreeMap, BTreeSet};

/// Takes the last run back, and says what is not as it was before it.
pub fn faults(case: &Case, plan: &Plan, mut store: MemoryStore) -> Vec<String> {
    let run = store.runs().expect("runs").pop().expect("the run");
    let context = UndoContext {
        now: case.now(),
        expires: case.now() + SignedDuration::from_hours(24),
        only: BTreeSet::new(),
        created: Created::Stay,
        overrides: BTreeMap::new(),
    };
    let mut back = undo(&run, Some(&case.policy), &store, &context).expect("an inverse plan");
    back.guards.clear();
    let context = ApplyContext {
        now: case.now(),
        actor: Actor {
            name: "golden".to_owned(),
            command: "run undo".to_owned(),
        },
        plugin_digest: String::new(),
        origin: PlanOrigin::Fresh,
        approvals: Default::default(),
    };
    apply_undo(&back, Some(&case.policy), &mut store, &context).expect("it can be applied");

    let created: BTreeSet<AccountId> = plan
        .changes
        .iter()
        .filter(|change| change.action == Action::Create)
        .map(|change| change.account_id)
        .collect();
    // Whose old name somebody new has by now keeps the new one.
    let named: BTreeSet<&str> = back
        .findings
        .iter()
        .filter(|finding| finding.code == Fault::NotUndone)
        .filter_map(|finding| finding.username.as_deref())
        .collect();
    let seen = |account: &Account| Account {
        synced: BTreeMap::new(),
        ..account.clone()
    };
    let mut faults = Vec::new();
    for before in case.store.accounts() {
        let after = store.account(before.id).expect("a store");
        let after = after.expect("nobody is deleted");
        if !named.contains(after.username.as_str()) && seen(before) != seen(&after) {
            faults.push(format!("taken back, {before:?} is {after:?}"));
        }
    }
    if created.is_empty() && !back.findings.is_empty() {
        faults.push(format!("something stays: {:?}", back.findings));
    }
    faults
}
