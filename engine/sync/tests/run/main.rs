//! The run from preview to apply, on a store in memory and a source of plain rows.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod undo;

use jiff::{Timestamp, ToSpan};
use muster_model::page::PlainRow;
use muster_model::{
    Account, Action, Actor, BlockCause, Cause, Coverage, Evidence, Fault, Page, PartialReason,
    Plan, RunOutcome, SourceStatus, UsernameKey, Value,
};
use muster_policy::Policy;
use muster_store::{MemoryStore, Store};
use muster_sync::{
    ApplyContext, ApplyRefused, Delivery, PlanOrigin, PreviewContext, Silent, Source, SourceFailed,
    apply, preview, prove,
};
use std::collections::BTreeMap;

const POLICY: &str = r#"
muster: 1
directory: staff
provider:
  plugin: csv
  config: {path: people.csv}
scope:
  where: entry.kind != "service"
identity:
  key: external_id
  username: uid
fields:
  email: mail
  phone: {from: phone, default: ""}
block:
  - name: contract-ended
    when: entry.kind == "ended"
"#;

struct Rows(Vec<Delivery>);

impl Source for Rows {
    fn next(&mut self) -> Result<Delivery, SourceFailed> {
        Ok(self.0.remove(0))
    }
}

/// `id uid mail kind`, in the attributes' order of the policy.
fn rows(policy: &Policy, people: &[&str]) -> Vec<PlainRow> {
    let row = |person: &&str| {
        let words: Vec<&str> = person.split_whitespace().collect();
        let status = match words.get(4) {
            Some(&"blocked") => SourceStatus::Blocked(BlockCause::Disabled),
            Some(&"unknown") => SourceStatus::Unknown,
            _ => SourceStatus::Active,
        };
        let value = |attribute: &String| match attribute.as_str() {
            "uid" => vec![words[1].to_owned()],
            "mail" => vec![words[2].to_owned()],
            "kind" => words
                .get(3)
                .map(|kind| (*kind).to_owned())
                .into_iter()
                .collect(),
            _ => vec![],
        };
        PlainRow {
            id: Some(words[0].to_owned()),
            groups: vec![],
            status,
            values: policy.attributes.iter().map(value).collect(),
        }
    };
    people.iter().map(row).collect()
}

struct Scene {
    policy: Policy,
    store: MemoryStore,
    now: Timestamp,
}

impl Scene {
    fn new() -> Self {
        Self {
            policy: muster_policy::parse("staff.yaml", POLICY).unwrap(),
            store: MemoryStore::new(),
            now: "2026-03-01T00:00:00Z".parse().unwrap(),
        }
    }

    fn plan_of(&self, people: &[&str], coverage: Coverage) -> Plan {
        let page = Page::from_rows(
            self.policy.attributes.len(),
            &rows(&self.policy, people),
            vec![],
        );
        let end = Delivery::End {
            coverage,
            cursor: None,
        };
        let mut source = Rows(vec![Delivery::Page(page), end]);
        preview(
            &self.policy,
            &mut source,
            &self.store,
            &self.context(),
            &Silent,
        )
        .unwrap()
    }

    fn plan(&self, people: &[&str]) -> Plan {
        self.plan_of(people, complete())
    }

    fn context(&self) -> PreviewContext {
        PreviewContext {
            now: self.now,
            expires: self.now + 24.hours(),
            plugin: "csv 0.1.0".into(),
            plugin_digest: "d".into(),
            read: None,
            only: None,
            overrides: BTreeMap::new(),
        }
    }

    fn apply_context(&self) -> ApplyContext {
        ApplyContext {
            now: self.now,
            actor: Actor {
                name: "root".into(),
                command: "apply".into(),
            },
            plugin_digest: "d".into(),
            origin: PlanOrigin::Fresh,
            approvals: Default::default(),
        }
    }

    /// Applies, and demands that the same snapshot then plans nothing.
    fn sync(&mut self, people: &[&str]) -> Plan {
        let plan = self.plan(people);
        let context = self.apply_context();
        apply(&plan, &self.policy, &mut self.store, &context).unwrap();
        let again = self.plan(people);
        assert!(again.changes.is_empty(), "{:#?}", again.changes);
        assert!(again.settled.is_empty(), "{:?}", again.settled);
        plan
    }

    fn account(&self, username: &str) -> Account {
        self.store
            .find(&UsernameKey::of(username))
            .unwrap()
            .unwrap()
    }

    /// Changes an account behind sync's back.
    fn tamper(&mut self, username: &str, change: impl FnOnce(&mut Account)) {
        let mut account = self.account(username);
        change(&mut account);
        let commit = muster_store::Commit {
            expected: self.store.version().unwrap(),
            put: vec![account],
            ..Default::default()
        };
        self.store.commit(commit).unwrap();
    }
}

fn complete() -> Coverage {
    Coverage::Complete {
        evidence: Evidence::default(),
    }
}

/// `action username: reason` of each change.
fn told(plan: &Plan) -> Vec<String> {
    let tell = |change: &muster_model::Change| {
        format!(
            "{} {}: {}",
            change.action, change.username, change.reason.code
        )
    };
    plan.changes.iter().map(tell).collect()
}

const THREE: [&str; 3] = ["1 anna a@x staff", "2 ben b@x staff", "3 cleo c@x staff"];

#[test]
fn the_first_sync_creates_and_the_second_does_nothing() {
    let mut scene = Scene::new();
    let plan = scene.sync(&[
        "1 anna a@x staff",
        "2 bot b@x service",
        "3 cleo c@x staff blocked",
    ]);
    assert_eq!(told(&plan), ["create anna: new"]);
    assert_eq!(plan.findings[0].code, Fault::Skipped);
    let anna = scene.account("ANNA");
    assert_eq!(anna.fields.get("email"), Some(&Value::from("a@x")));
    assert_eq!(anna.fields.get("phone"), Some(&Value::from("")));
}

#[test]
fn a_change_at_the_source_differs_from_a_local_edit() {
    let mut scene = Scene::new();
    scene.sync(&THREE);
    scene.tamper("ben", |ben| {
        ben.fields.insert("email".into(), "edited@x".into());
        ben.fields.insert("hobby".into(), "chess".into());
    });
    let plan = scene.sync(&["1 anna new@x staff", "2 ben b@x staff", "3 cleo c@x staff"]);
    assert_eq!(
        told(&plan),
        [
            "update anna: changed-at-source",
            "update ben: reverted-local-edit"
        ]
    );
    assert_eq!(plan.changes[0].fields[0].cause, Cause::Source);
    assert_eq!(plan.changes[1].fields[0].cause, Cause::LocalEdit);
    assert_eq!(plan.changes[1].reason.policy.as_ref().unwrap().line, 13);
    assert_eq!(
        scene.account("ben").fields.get("hobby"),
        Some(&"chess".into())
    );
}

#[test]
fn a_local_edit_that_the_source_catches_up_with_is_remembered() {
    let mut scene = Scene::new();
    scene.sync(&THREE);
    scene.tamper("ben", |ben| {
        ben.fields.insert("email".into(), "new@x".into());
    });
    let moved = ["1 anna a@x staff", "2 ben new@x staff", "3 cleo c@x staff"];
    let plan = scene.sync(&moved);
    assert!(plan.changes.is_empty());
    assert_eq!(plan.settled.len(), 1);
    scene.tamper("ben", |ben| {
        ben.fields.insert("email".into(), "third@x".into());
    });
    assert_eq!(
        told(&scene.plan(&moved)),
        ["update ben: reverted-local-edit"]
    );
}

#[test]
fn who_left_is_blocked_only_on_proof_and_comes_back() {
    let mut scene = Scene::new();
    scene.sync(&THREE);
    let partial = complete().weakened(PartialReason::SizeLimit, "the server stops at 2");
    let plan = scene.plan_of(&THREE[..2], partial);
    assert!(plan.changes.is_empty());
    assert_eq!(plan.findings[0].code, Fault::AbsenceUnproven);
    assert!(plan.is_incomplete());
    let delta = Coverage::Delta {
        evidence: Evidence::default(),
    };
    assert!(scene.plan_of(&THREE[..2], delta).changes.is_empty());

    assert_eq!(told(&scene.sync(&THREE[..2])), ["block cleo: left-scope"]);
    assert_eq!(told(&scene.sync(&THREE)), ["unblock cleo: left-scope"]);
}

#[test]
fn an_empty_answer_blocks_nobody() {
    let mut scene = Scene::new();
    scene.sync(&THREE);
    let plan = scene.plan(&[]);
    assert!(plan.changes.is_empty());
    assert!(matches!(
        plan.coverage,
        Coverage::Partial {
            reason: PartialReason::Empty,
            ..
        }
    ));
}

#[test]
fn block_reasons_come_and_go_one_by_one() {
    let mut scene = Scene::new();
    scene.sync(&THREE);
    let blocked = [
        "1 anna a@x ended blocked",
        "2 ben b@x staff unknown",
        "3 cleo c@x staff",
    ];
    let plan = scene.sync(&blocked);
    assert_eq!(told(&plan), ["block anna: blocked-in-source"]);
    assert_eq!(plan.findings[0].code, Fault::StatusUnknown);
    let active = ["1 anna a@x ended", "2 ben b@x staff", "3 cleo c@x staff"];
    assert_eq!(
        told(&scene.sync(&active)),
        ["update anna: blocked-in-source"]
    );
    assert_eq!(
        told(&scene.sync(&THREE)),
        ["unblock anna: rule:contract-ended"]
    );
}

#[test]
fn a_manual_block_is_kept() {
    let mut scene = Scene::new();
    scene.sync(&THREE);
    scene.tamper("anna", |anna| {
        anna.block_reasons.insert(muster_model::BlockReason::Manual);
    });
    assert!(scene.sync(&THREE).changes.is_empty());
    scene.sync(&THREE[1..]);
    scene.sync(&THREE);
    let reasons = scene.account("anna").block_reasons;
    assert_eq!(
        reasons.into_iter().collect::<Vec<_>>(),
        [muster_model::BlockReason::Manual]
    );
}

#[test]
fn two_people_swap_their_names_in_one_plan() {
    let mut scene = Scene::new();
    scene.sync(&THREE);
    let ids = (scene.account("anna").id, scene.account("ben").id);
    let plan = scene.sync(&["1 ben a@x staff", "2 anna b@x staff", "3 cleo c@x staff"]);
    assert_eq!(plan.summary[&Action::Rename], 2);
    assert_eq!((scene.account("ben").id, scene.account("anna").id), ids);
}

#[test]
fn a_plan_is_refused_when_anything_moved() {
    let mut scene = Scene::new();
    let plan = scene.plan(&THREE);
    let context = scene.apply_context();
    let refused = |scene: &mut Scene, plan: &Plan, context: &ApplyContext| {
        apply(plan, &scene.policy, &mut scene.store, context).unwrap_err()
    };
    let late = ApplyContext {
        now: scene.now + 25.hours(),
        ..context.clone()
    };
    assert!(matches!(
        refused(&mut scene, &plan, &late),
        ApplyRefused::Expired { .. }
    ));
    let other = ApplyContext {
        plugin_digest: "another".into(),
        ..context.clone()
    };
    assert!(matches!(
        refused(&mut scene, &plan, &other),
        ApplyRefused::Stale { .. }
    ));
    let old = std::mem::replace(
        &mut scene.policy,
        muster_policy::parse("staff.yaml", &POLICY.replace("\"ended\"", "\"gone\"")).unwrap(),
    );
    assert!(matches!(
        refused(&mut scene, &plan, &context),
        ApplyRefused::Stale { .. }
    ));
    scene.policy = old;
    let file = ApplyContext {
        origin: PlanOrigin::File("digest".into()),
        approvals: Default::default(),
        ..context.clone()
    };
    let run = apply(&plan, &scene.policy, &mut scene.store, &file).unwrap();
    assert_eq!(run.outcome, RunOutcome::Applied);
    assert!(matches!(
        refused(&mut scene, &plan, &file),
        ApplyRefused::AlreadyApplied { .. }
    ));
    assert!(matches!(
        refused(&mut scene, &plan, &context),
        ApplyRefused::Stale { .. }
    ));
    scene.store = MemoryStore::with_identity("another", [1; 32]);
    assert!(matches!(
        refused(&mut scene, &plan, &context),
        ApplyRefused::OtherState
    ));
}

#[test]
fn every_change_is_audited_under_its_run() {
    let mut scene = Scene::new();
    scene.sync(&THREE);
    let runs = scene.store.runs().unwrap();
    let mut names = Vec::new();
    scene
        .store
        .audit(Some(runs[0].id), &mut |record| {
            names.push(record.username.to_string())
        })
        .unwrap();
    assert_eq!(names, ["anna", "ben", "cleo"]);
}

/// The policy with other fields.
fn with_fields(fields: &str) -> Policy {
    let (before, rest) = POLICY.split_once("fields:\n").unwrap();
    let (_, after) = rest.split_once("block:").unwrap();
    muster_policy::parse(
        "staff.yaml",
        &format!("{before}fields:\n{fields}block:{after}"),
    )
    .unwrap()
}

#[test]
fn what_is_sensitive_is_remembered_until_the_policy_says_otherwise() {
    let mut scene = Scene::new();
    scene.sync(&THREE);
    let remembered = |scene: &Scene| {
        let record = scene.store.directory(&"staff".into()).unwrap().unwrap();
        let names = record.sensitive.iter();
        names.map(ToString::to_string).collect::<Vec<_>>()
    };
    assert!(remembered(&scene).is_empty());

    // A plan about one person writes values by the new policy.
    scene.policy = with_fields("  email: {from: mail, sensitive: true}\n  kind: kind\n");
    let plan = preview(
        &scene.policy,
        &mut Rows(vec![
            Delivery::Page(Page::from_rows(
                scene.policy.attributes.len(),
                &rows(&scene.policy, &["1 anna new@x staff"]),
                vec![],
            )),
            Delivery::End {
                coverage: complete(),
                cursor: None,
            },
        ]),
        &scene.store,
        &PreviewContext {
            only: Some(UsernameKey::of("anna")),
            ..scene.context()
        },
        &Silent,
    )
    .unwrap();
    assert!(!format!("{plan:?}").contains("new@x"));
    let context = scene.apply_context();
    apply(&plan, &scene.policy, &mut scene.store, &context).unwrap();
    assert_eq!(remembered(&scene), ["email"]);
    assert_eq!(
        scene.account("anna").fields.get("email"),
        Some(&"new@x".into())
    );

    // Nothing changes, and it is written down all the same.
    scene.policy = with_fields("  email: mail\n  kind: {from: kind, sensitive: true}\n");
    scene.sync(&THREE);
    assert_eq!(remembered(&scene), ["kind"]);
    // Values that no mapping touches any more are as sensitive as before.
    scene.policy = with_fields("  email: mail\n");
    scene.sync(&THREE);
    assert_eq!(remembered(&scene), ["kind"]);
    scene.policy = with_fields("  email: mail\n  kind: kind\n");
    scene.sync(&THREE);
    assert!(remembered(&scene).is_empty());
}

#[test]
fn the_proof_names_what_does_not_come_to_rest_and_is_kept_with_the_run() {
    let mut scene = Scene::new();
    let plan = scene.plan(&THREE);
    let context = scene.apply_context();
    let run = apply(&plan, &scene.policy, &mut scene.store, &context).unwrap();
    assert_eq!(run.read.as_deref(), Some(plan.bindings.snapshot.as_str()));
    let version = scene.store.version().unwrap();
    let read = |scene: &Scene, people: &[&str]| {
        let page = Page::from_rows(
            scene.policy.attributes.len(),
            &rows(&scene.policy, people),
            vec![],
        );
        let end = Delivery::End {
            coverage: complete(),
            cursor: None,
        };
        Rows(vec![Delivery::Page(page), end])
    };

    let mut same = read(&scene, &THREE);
    let (policy, now) = (scene.policy.clone(), scene.now);
    let proof = prove(&plan, &policy, &mut same, &run, &mut scene.store, now).unwrap();
    assert!(proof.is_settled(), "{proof:?}");
    let kept = |scene: &Scene| scene.store.run(run.id).unwrap().unwrap().proof.unwrap();
    assert_eq!(kept(&scene), proof);

    // Somebody's hand between apply and proof; and a person that the plan is not about.
    scene.tamper("ben", |ben| {
        ben.fields.insert("email".into(), Value::from("other@x"));
    });
    let mut more = read(&scene, &[&THREE[..], &["4 dora d@x staff"]].concat());
    let proof = prove(&plan, &policy, &mut more, &run, &mut scene.store, now).unwrap();
    let named: Vec<_> = proof
        .unsettled
        .iter()
        .map(|one| (one.username.as_str(), one.action, one.fields.clone()))
        .collect();
    assert_eq!(named, [("ben", Action::Update, vec!["email".into()])]);
    let line = proof.unsettled[0].policy.as_ref().unwrap();
    assert_eq!(line.to_string(), "staff.yaml:13");
    assert_eq!(kept(&scene), proof);
    assert_eq!(
        scene.store.version().unwrap().0,
        version.0 + 1,
        "the hand moved the state, the proofs did not"
    );
}
