//! Removals cannot be undone, or only by hand, one by one, from a back-up.

use crate::desk::{Desk, count};
use muster_model::{Action, Actor, Plan, Run, UsernameKey};
use muster_policy::Policy;
use muster_store::Store;
use muster_sync::undo::{Created, UndoContext, apply_undo, undo};
use muster_sync::{ApplyContext, PlanOrigin};
use std::collections::BTreeMap;

const POLICY: &str = "identity: {key: external_id, username: uid}\nfields: {phone: tel}\nguards: {block: none, shrink: none, clear: none}\n";

fn people(of: std::ops::Range<usize>, phone: &str) -> Vec<String> {
    of.map(|n| format!(r#"{{"id": "{n}", "uid": "user{n}", "tel": "{phone}{n}"}}"#))
        .collect()
}

fn synced(desk: &mut Desk, policy: &Policy, people: &[String]) -> Plan {
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    desk.sync(policy, &people)
}

fn take_back(desk: &mut Desk, policy: &Policy, only: &[&str]) -> (Plan, Run) {
    let run = desk.store.runs().unwrap().pop().unwrap();
    let context = UndoContext {
        now: desk.now,
        expires: desk.now,
        only: only.iter().map(|name| UsernameKey::of(name)).collect(),
        created: Created::Stay,
        overrides: BTreeMap::new(),
    };
    let plan = undo(&run, Some(policy), &desk.store, &context).unwrap();
    let context = ApplyContext {
        now: desk.now,
        actor: Actor {
            name: "desk".to_owned(),
            command: "run undo".to_owned(),
        },
        plugin_digest: String::new(),
        origin: PlanOrigin::Fresh,
        approvals: Default::default(),
    };
    let run = apply_undo(&plan, Some(policy), &mut desk.store, &context).unwrap();
    (plan, run)
}

#[test]
fn five_hundred_people_who_were_blocked_by_mistake_are_back_in_one_step() {
    let mut desk = Desk::new();
    let policy = desk.policy("staff", POLICY);
    synced(&mut desk, &policy, &people(0..600, "+46 1 "));
    let before: Vec<_> = desk.store.accounts().cloned().collect();
    // Somebody saved half a file over the whole one, and it looked whole.
    let wrong = people(0..100, "+47 1 ");
    let plan = synced(&mut desk, &policy, &wrong);
    assert_eq!(count(&plan, Action::Block), 500);

    let (plan, run) = take_back(&mut desk, &policy, &[]);
    assert_eq!(count(&plan, Action::Unblock), 500);
    assert_eq!(count(&plan, Action::Update), 100);
    assert!(plan.findings.is_empty());
    assert!(desk.store.accounts().eq(&before));
    assert_eq!(run.undoes.map(|run| run.0), Some(2));
    // Who did it, and why, stands in the record of each of them.
    let mut told = 0;
    desk.store
        .audit(Some(run.id), &mut |record| {
            told += usize::from(record.reason.text.starts_with("takes back what r2 did"));
        })
        .unwrap();
    assert_eq!(told, 600);
    // With the whole file again, nothing is left to do.
    assert!(
        synced(&mut desk, &policy, &people(0..600, "+46 1 "))
            .changes
            .is_empty()
    );
}

#[test]
fn one_person_can_be_brought_back_and_the_others_stay() {
    let mut desk = Desk::new();
    let policy = desk.policy("staff", POLICY);
    synced(&mut desk, &policy, &people(0..10, "1"));
    synced(&mut desk, &policy, &people(0..5, "1"));
    let (plan, _) = take_back(&mut desk, &policy, &["USER7"]);
    assert_eq!(plan.changes.len(), 1);
    let blocked = desk
        .store
        .accounts()
        .filter(|one| !one.block_reasons.is_empty());
    assert_eq!(blocked.count(), 4);
}
