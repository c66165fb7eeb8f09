//! A run, taken back.

use super::{Scene, THREE, told};
use jiff::ToSpan;
use muster_model::{Account, Action, Cause, Fault, Plan, Run, UsernameKey, Value};
use muster_store::Store;
use muster_sync::undo::{Created, UndoContext, apply_undo, undo};
use muster_sync::{ApplyContext, ApplyRefused, apply};
use std::collections::BTreeMap;

/// The plan that takes a run back.
fn back(scene: &Scene, run: &Run, only: &[&str]) -> Plan {
    let context = UndoContext {
        now: scene.now,
        expires: scene.now + 24.hours(),
        only: only.iter().map(|name| UsernameKey::of(name)).collect(),
        created: Created::Stay,
        overrides: BTreeMap::new(),
    };
    undo(run, Some(&scene.policy), &scene.store, &context).unwrap()
}

fn take_back(scene: &mut Scene, run: &Run) -> (Plan, Run) {
    let plan = back(scene, run, &[]);
    let context = ApplyContext {
        plugin_digest: String::new(),
        ..scene.apply_context()
    };
    let policy = scene.policy.clone();
    let run = apply_undo(&plan, Some(&policy), &mut scene.store, &context).unwrap();
    (plan, run)
}

fn last_run(scene: &Scene) -> Run {
    scene.store.runs().unwrap().pop().unwrap()
}

fn all(scene: &Scene) -> Vec<Account> {
    scene.store.accounts().cloned().collect()
}

#[test]
fn a_run_that_is_taken_back_leaves_the_accounts_as_they_were() {
    let mut scene = Scene::new();
    scene.sync(&THREE);
    scene.tamper("cleo", |cleo| {
        cleo.fields.insert("email".into(), Value::from("mine@x"));
    });
    let before = all(&scene);
    // A new address, a swap of names, an edit that is reverted, somebody who is gone.
    let people = ["1 ben a@x staff", "2 anna b2@x staff", "3 cleo c@x ended"];
    let plan = scene.sync(&people);
    assert_eq!(plan.changes.len(), 5, "{:?}", told(&plan));
    let run = last_run(&scene);
    let (plan, undone) = take_back(&mut scene, &run);
    assert_eq!(
        told(&plan),
        [
            "rename anna: undo",
            "rename ben: undo",
            "update ben: undo",
            "update cleo: undo",
            "unblock cleo: undo"
        ]
    );
    assert!(plan.findings.is_empty(), "{:?}", plan.findings);
    assert_eq!(plan.undoes, Some(run.id));
    assert_eq!(all(&scene), before);
    assert_eq!((undone.undoes, undone.held), (Some(run.id), 0));
    assert_eq!(last_run(&scene).undoes, Some(run.id));

    // The source is as it was: the next sync does it again, for the same reasons.
    let again = scene.plan(&people);
    let causes = |plan: &Plan| -> Vec<_> {
        let fields = plan.changes.iter().flat_map(|change| &change.fields);
        fields
            .map(|field| (field.name.clone(), field.cause))
            .collect()
    };
    assert_eq!(causes(&again).len(), 5);
    assert!(causes(&again).contains(&("email".into(), Cause::LocalEdit)));
    // And what was taken back can be taken back.
    take_back(&mut scene, &undone);
    assert!(scene.plan(&people).changes.is_empty());
}

#[test]
fn what_somebody_has_changed_since_stays_and_is_named() {
    let mut scene = Scene::new();
    scene.sync(&THREE);
    scene.sync(&["1 anna a2@x staff", "2 ben b2@x ended", "4 dora d@x staff"]);
    let run = last_run(&scene);
    scene.sync(&["1 anna a3@x staff", "2 ben b2@x ended", "4 dora d@x staff"]);
    let plan = back(&scene, &run, &[]);
    assert_eq!(
        told(&plan),
        [
            "update ben: undo",
            "unblock ben: undo",
            "unblock cleo: undo"
        ]
    );
    let found: Vec<_> = plan
        .findings
        .iter()
        .map(|one| (one.username.as_deref().unwrap(), one.code, one.held))
        .collect();
    assert_eq!(
        found,
        [
            ("anna", Fault::NotUndone, true),
            ("dora", Fault::NotUndone, true)
        ]
    );
    assert_eq!(
        plan.findings[0].text,
        "`email` stays as it is: r3 (apply by root) has changed it since"
    );
    assert!(plan.findings[1].text.contains("no run deletes one"));
    assert_eq!(told(&back(&scene, &run, &["CLEO"])), ["unblock cleo: undo"]);
}

#[test]
fn a_name_that_somebody_else_has_by_now_stays() {
    let mut scene = Scene::new();
    scene.sync(&THREE);
    scene.sync(&["1 anna2 a@x staff", "2 anna b@x staff", "3 ben c@x staff"]);
    let run = last_run(&scene);
    // Cleo's old name goes to somebody new, so Cleo keeps Ben's, Ben Anna's, and so on.
    scene.sync(&[
        "1 anna2 a@x staff",
        "2 anna b@x staff",
        "3 ben c@x staff",
        "5 cleo e@x staff",
    ]);
    let plan = back(&scene, &run, &[]);
    assert!(plan.changes.is_empty(), "{:?}", told(&plan));
    let named: Vec<_> = plan
        .findings
        .iter()
        .map(|one| one.username.clone())
        .collect();
    assert_eq!(named.len(), 3, "{:?}", plan.findings);
}

#[test]
fn guards_stand_in_the_way_of_an_undo_too() {
    let mut scene = Scene::new();
    let many: Vec<String> = (0..60).map(|n| format!("{n} p{n} p{n}@x ended")).collect();
    let active: Vec<String> = many
        .iter()
        .map(|one| one.replace("ended", "staff"))
        .collect();
    let of = |all: &[String]| -> Vec<String> { all.to_vec() };
    let (many, active) = (of(&many), of(&active));
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let active: Vec<&str> = active.iter().map(String::as_str).collect();
    scene.sync(&active);
    let mut plan = scene.plan(&many);
    plan.guards.clear();
    let context = scene.apply_context();
    apply(&plan, &scene.policy, &mut scene.store, &context).unwrap();
    scene.sync(&active);
    let plan = back(&scene, &last_run(&scene), &[]);
    assert_eq!(plan.summary[&Action::Block], 60);
    assert!(plan.is_stopped(), "{:?}", plan.guards);
    let context = ApplyContext {
        plugin_digest: String::new(),
        ..scene.apply_context()
    };
    let policy = scene.policy.clone();
    let refused = apply_undo(&plan, Some(&policy), &mut scene.store, &context);
    assert!(matches!(refused, Err(ApplyRefused::Stopped { .. })));
}
