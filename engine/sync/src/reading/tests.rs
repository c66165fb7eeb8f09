//! Runs on a source with a feed: what is read, why, and where the next run goes
//! on.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use super::*;
use crate::admin::{self, AdminContext, Effect};
use crate::{ApplyContext, PlanOrigin, Silent, apply};
use jiff::{Timestamp, ToSpan};
use muster_model::page::PlainRow;
use muster_model::{
    Account, Actor, Coverage, CursorKept, Evidence, Fault, Page, PartialReason, ReadKind, Removal,
    SourceStatus, UsernameKey, Value,
};
use muster_store::{Commit, MemoryStore};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// A directory with a log of what happened.
#[derive(Default)]
struct Server {
    people: RefCell<BTreeMap<String, (String, String, SourceStatus)>>,
    log: RefCell<Vec<String>>,
    is_stale: Cell<bool>,
    is_partial: Cell<bool>,
    is_down_for_feeds: Cell<bool>,
    /// Reads so far: `all`, or where a delta began.
    reads: RefCell<Vec<String>>,
}

impl Server {
    fn set(&self, id: &str, uid: &str, mail: &str) {
        self.set_silently(id, uid, mail);
        self.log.borrow_mut().push(id.to_owned());
    }

    /// A change that the feed does not tell.
    fn set_silently(&self, id: &str, uid: &str, mail: &str) {
        let person = (uid.to_owned(), mail.to_owned(), SourceStatus::Active);
        self.people.borrow_mut().insert(id.to_owned(), person);
    }

    fn unknown(&self, id: &str) {
        self.people.borrow_mut().get_mut(id).unwrap().2 = SourceStatus::Unknown;
        self.log.borrow_mut().push(id.to_owned());
    }

    fn remove(&self, id: &str) {
        self.people.borrow_mut().remove(id);
        self.log.borrow_mut().push(id.to_owned());
    }

    fn row(&self, id: &str) -> PlainRow {
        match self.people.borrow().get(id) {
            Some((uid, mail, status)) => PlainRow {
                id: Some(id.to_owned()),
                groups: vec![],
                status: *status,
                values: vec![vec![mail.clone()], vec![uid.clone()]],
            },
            None => PlainRow {
                id: Some(id.to_owned()),
                groups: vec![],
                status: SourceStatus::Removed(Removal::LeftScope),
                values: vec![],
            },
        }
    }

    fn reads(&self) -> Vec<String> {
        std::mem::take(&mut self.reads.borrow_mut())
    }
}

struct Rows(Vec<Delivery>);

impl Source for Rows {
    fn next(&mut self) -> Result<Delivery, SourceFailed> {
        Ok(self.0.remove(0))
    }
}

impl Sources for Server {
    fn has_feed(&self) -> bool {
        true
    }

    fn open(&self, start: ReadStart) -> Result<Box<dyn Source + '_>, SourceFailed> {
        let end = self.log.borrow().len();
        let failed = |kind, text: &str| SourceFailed {
            kind,
            text: text.to_owned(),
            hint: None,
        };
        let (mut ids, is_delta): (Vec<String>, bool) = match start {
            ReadStart::Everything => {
                self.reads.borrow_mut().push("all".to_owned());
                (self.people.borrow().keys().cloned().collect(), false)
            }
            ReadStart::Since(cursor) => {
                let begin: usize = String::from_utf8(cursor).unwrap().parse().unwrap();
                self.reads.borrow_mut().push(format!("since {begin}"));
                if self.is_stale.get() {
                    return Err(failed(FailureKind::StaleCursor, "it was 30 days ago"));
                }
                if self.is_down_for_feeds.get() {
                    return Err(failed(FailureKind::Unavailable, "no feed today"));
                }
                (self.log.borrow()[begin..].to_vec(), true)
            }
        };
        ids.sort();
        ids.dedup();
        let rows: Vec<PlainRow> = ids.iter().map(|id| self.row(id)).collect();
        let evidence = Evidence {
            entries: rows.len() as u64,
            ..Evidence::default()
        };
        let coverage = match is_delta {
            _ if self.is_partial.get() => Coverage::Partial {
                reason: PartialReason::Interrupted,
                text: "it hung up".to_owned(),
                evidence,
            },
            true => Coverage::Delta { evidence },
            false => Coverage::Complete { evidence },
        };
        Ok(Box::new(Rows(vec![
            Delivery::Page(Page::from_rows(2, &rows, vec![])),
            Delivery::End {
                coverage,
                cursor: Some(end.to_string().into_bytes()),
            },
        ])))
    }
}

struct Scene {
    server: Server,
    store: MemoryStore,
    policy: Policy,
    now: Timestamp,
    plugin: &'static str,
}

fn policy(more: &str) -> Policy {
    let text = format!(
        "muster: 1\ndirectory: staff\nprovider:\n  plugin: csv\n{more}\nidentity: {{key: external_id, username: uid}}\nfields: {{email: mail}}\nguards: {{block: {{max: 2}}}}\n"
    );
    muster_policy::parse("staff.yaml", &text).unwrap()
}

impl Scene {
    /// Anna, Ben and Cleo, synced once.
    fn new() -> Self {
        Self::with("")
    }

    fn with(more: &str) -> Self {
        let mut scene = Self {
            server: Server::default(),
            store: MemoryStore::new(),
            policy: policy(more),
            now: "2026-11-23T08:00:00Z".parse().unwrap(),
            plugin: "p",
        };
        assert_eq!(scene.policy.attributes, ["mail", "uid"]);
        for (id, uid) in [("1", "anna"), ("2", "ben"), ("3", "cleo")] {
            scene.server.set(id, uid, &format!("{uid}@x"));
        }
        let plan = scene.sync();
        assert_eq!(why(&plan), ReadReason::NoCursor);
        assert_eq!(plan.changes.len(), 3);
        scene.server.reads();
        scene
    }

    fn wanted(&self, wanted: Wanted) -> Plan {
        let context = PreviewContext {
            now: self.now,
            expires: self.now + 24.hours(),
            plugin: "p 1.0.0".to_owned(),
            plugin_digest: self.plugin.to_owned(),
            read: None,
            only: (wanted == Wanted::One).then(|| UsernameKey::of("anna")),
            overrides: BTreeMap::new(),
        };
        plan(
            &self.policy,
            &self.server,
            &self.store,
            &context,
            wanted,
            &Silent,
        )
        .unwrap()
    }

    fn plan(&self) -> Plan {
        self.wanted(Wanted::Ordinary)
    }

    fn apply(&mut self, plan: &Plan) -> bool {
        let context = ApplyContext {
            now: self.now,
            actor: actor(),
            plugin_digest: self.plugin.to_owned(),
            origin: PlanOrigin::Fresh,
            approvals: Default::default(),
        };
        apply(plan, &self.policy, &mut self.store, &context).is_ok()
    }

    fn sync(&mut self) -> Plan {
        let plan = self.plan();
        assert!(self.apply(&plan));
        plan
    }

    fn cursor(&self) -> Option<String> {
        let record = self.store.directory(&self.policy.directory).unwrap()?;
        Some(String::from_utf8(record.cursor?).unwrap())
    }

    fn account(&self, username: &str) -> Account {
        let found = self.store.find(&UsernameKey::of(username)).unwrap();
        found.unwrap()
    }
}

fn actor() -> Actor {
    Actor {
        name: "root".to_owned(),
        command: "test".to_owned(),
    }
}

fn why(plan: &Plan) -> ReadReason {
    plan.read.as_ref().unwrap().why
}

#[test]
fn a_run_goes_on_where_the_last_one_ended() {
    let mut scene = Scene::new();
    assert_eq!(scene.cursor().as_deref(), Some("3"));
    scene.server.set("2", "ben", "benjamin@x");
    scene.server.remove("3");
    let plan = scene.sync();
    assert_eq!(plan.read.as_ref().unwrap().kind, ReadKind::Delta);
    assert_eq!(scene.server.reads(), ["since 3"]);
    assert_eq!(plan.changes.len(), 2, "{:#?}", plan.changes);
    assert_eq!(scene.cursor().as_deref(), Some("5"));
    assert!(!scene.account("cleo").block_reasons.is_empty());
    scene.server.set("3", "cleo", "cleo@x");
    scene.sync();
    assert!(scene.account("cleo").block_reasons.is_empty());
}

#[test]
fn without_changes_the_cursor_moves_and_a_preview_moves_nothing() {
    let mut scene = Scene::new();
    scene.server.set("2", "ben", "ben@x");
    scene.plan();
    assert_eq!(scene.cursor().as_deref(), Some("3"));
    assert!(scene.sync().changes.is_empty());
    assert_eq!(scene.cursor().as_deref(), Some("4"));
    let version = scene.store.version().unwrap();
    scene.sync();
    assert_eq!(scene.store.version().unwrap(), version, "nothing has moved");
}

#[test]
fn everything_is_read_when_what_was_read_may_not_be_what_is_wanted() {
    let mut scene = Scene::new();
    assert_eq!(why(&scene.wanted(Wanted::Reset)), ReadReason::Reset);
    scene.plugin = "another";
    assert_eq!(why(&scene.plan()), ReadReason::PluginChanged);
    scene.plugin = "p";
    scene.policy = policy("  full_read: always");
    assert_eq!(why(&scene.plan()), ReadReason::PolicyChanged);
    scene.sync();
    assert_eq!(why(&scene.plan()), ReadReason::Always);
}

#[test]
fn a_policy_that_depends_on_time_wants_everything_unless_it_says_how_often() {
    let now = "scope: {where: 'now > timestamp(\"2000-01-01T00:00:00Z\")'}";
    let scene = Scene::with(now);
    assert_eq!(why(&scene.plan()), ReadReason::TimeDependent);
    let mut scene = Scene::with(&format!("  full_read: 2h\n{now}"));
    assert_eq!(why(&scene.plan()), ReadReason::Feed);
    scene.now += 2.hours();
    assert_eq!(why(&scene.plan()), ReadReason::Due);
}

#[test]
fn a_plan_about_one_person_moves_nothing() {
    let mut scene = Scene::new();
    scene.server.set("1", "anna", "a@x");
    scene.server.set("2", "ben", "b@x");
    let plan = scene.wanted(Wanted::One);
    assert_eq!(why(&plan), ReadReason::Only);
    assert_eq!(plan.cursor_kept, Some(CursorKept::Only));
    assert!(scene.apply(&plan));
    assert_eq!(scene.account("anna").fields["email"], Value::from("a@x"));
    assert_eq!(scene.cursor().as_deref(), Some("3"));
    assert_eq!(scene.sync().changes.len(), 1, "Ben's change is not lost");
    // Nor does it make the others believe that they were read with this policy.
    scene.policy = policy("  full_read: 3h");
    let plan = scene.wanted(Wanted::One);
    assert!(scene.apply(&plan));
    assert_eq!(why(&scene.plan()), ReadReason::PolicyChanged);
}

#[test]
fn a_lost_cursor_is_said_in_the_plan() {
    let mut scene = Scene::new();
    scene.server.is_stale.set(true);
    scene.server.remove("3");
    let plan = scene.sync();
    assert_eq!(why(&plan), ReadReason::StaleCursor);
    let text = &plan.read.as_ref().unwrap().text;
    assert!(text.contains("30 days ago"), "{text}");
    assert_eq!(plan.changes.len(), 1);
    assert_eq!(scene.cursor().as_deref(), Some("4"));
    assert_eq!(scene.server.reads(), ["since 3", "all"]);
}

#[test]
fn a_feed_that_leaves_nobody_is_not_believed_alone() {
    let mut scene = Scene::new();
    for id in ["1", "2", "3"] {
        scene.server.remove(id);
    }
    let plan = scene.sync();
    assert_eq!(why(&plan), ReadReason::Emptied);
    assert_eq!(scene.server.reads(), ["since 3", "all"]);
    assert!(plan.changes.is_empty(), "{:#?}", plan.changes);
    assert!(!plan.coverage.proves_absence());
    for name in ["anna", "ben", "cleo"] {
        assert!(scene.account(name).block_reasons.is_empty(), "{name}");
    }
}

#[test]
fn whoever_is_held_in_a_delta_is_told_again() {
    let mut scene = Scene::new();
    scene.server.unknown("2");
    scene.server.set("1", "anna", "a@x");
    let plan = scene.sync();
    assert_eq!(plan.cursor_kept, Some(CursorKept::Held));
    assert_eq!(scene.account("anna").fields["email"], Value::from("a@x"));
    assert_eq!(scene.cursor().as_deref(), Some("3"));
    scene.server.set("2", "ben", "b@x");
    scene.sync();
    assert_eq!(scene.account("ben").fields["email"], Value::from("b@x"));
    assert_eq!(scene.cursor().as_deref(), Some("6"));
}

#[test]
fn whoever_is_held_at_a_complete_read_is_looked_at_again_once_anything_moves() {
    let mut scene = Scene::new();
    scene.server.unknown("2");
    let plan = scene.wanted(Wanted::Reset);
    assert_eq!(plan.held(), 1);
    assert!(scene.apply(&plan));
    assert_eq!(why(&scene.sync()), ReadReason::Feed, "nothing has moved");
    assert_eq!(why(&scene.sync()), ReadReason::Feed, "nor by that run");
    scene.server.set("1", "anna", "a@x");
    let plan = scene.sync();
    assert_eq!(why(&plan), ReadReason::Held);
    assert_eq!(plan.changes.len(), 1);
    assert_eq!(why(&scene.sync()), ReadReason::Feed);
    let local = admin::create(
        &scene.store,
        AdminContext {
            at: "2026-11-23T08:00:00Z",
            actor: &actor(),
        },
        "desk",
        &Default::default(),
    );
    let Ok(Effect::Commit(commit)) = local.map(|prepared| prepared.effect) else {
        panic!("an account");
    };
    scene.store.commit(*commit).unwrap();
    assert_eq!(
        why(&scene.sync()),
        ReadReason::Held,
        "the accounts have moved"
    );
}

#[test]
fn a_partial_delta_and_a_stopped_plan_move_nothing() {
    let mut scene = Scene::new();
    scene.server.is_partial.set(true);
    scene.server.set("1", "anna", "a@x");
    let plan = scene.sync();
    assert_eq!(plan.cursor_kept, Some(CursorKept::Partial));
    assert_eq!(plan.changes.len(), 1);
    assert!(plan.findings.is_empty(), "{:?}", plan.findings);
    assert_eq!(scene.cursor().as_deref(), Some("3"));
    scene.server.is_partial.set(false);
    scene.server.set("4", "dora", "dora@x");
    scene.sync();
    for id in ["1", "2", "3"] {
        scene.server.remove(id);
    }
    let plan = scene.plan();
    assert_eq!(why(&plan), ReadReason::Feed);
    assert!(plan.is_stopped());
    assert!(!scene.apply(&plan));
    assert_eq!(scene.cursor().as_deref(), Some("5"));
}

#[test]
fn a_partial_full_read_leaves_no_place_to_go_on_from() {
    let mut scene = Scene::new();
    scene.server.is_partial.set(true);
    let plan = scene.wanted(Wanted::Reset);
    assert!(scene.apply(&plan));
    assert_eq!(scene.cursor(), None);
    assert_eq!(why(&scene.plan()), ReadReason::NoCursor);
}

#[test]
fn a_complete_read_shows_what_the_feed_has_not_told() {
    let mut scene = Scene::new();
    scene.now += 24.hours();
    scene.server.set("1", "anna", "a@x");
    scene.server.set_silently("2", "ben", "b@x");
    scene.server.people.borrow_mut().remove("3");
    let plan = scene.sync();
    assert_eq!(why(&plan), ReadReason::Due);
    assert_eq!(scene.server.reads(), ["since 3", "all"]);
    assert_eq!(plan.changes.len(), 3);
    let drift: Vec<_> = plan
        .findings
        .iter()
        .filter(|finding| finding.code == Fault::FeedDrift)
        .collect();
    assert_eq!(drift.len(), 1, "{:?}", plan.findings);
    assert!(!drift[0].held);
    let text = &drift[0].text;
    assert!(
        text.contains("2 people") && text.contains("`ben`, `cleo`"),
        "{text}"
    );
    assert_eq!(why(&scene.plan()), ReadReason::Feed);
}

#[test]
fn what_the_feed_told_and_what_was_edited_here_is_no_drift() {
    let mut scene = Scene::new();
    scene.now += 25.hours();
    scene.server.set("1", "anna", "a@x");
    scene.server.remove("3");
    let mut ben = scene.account("ben");
    ben.fields.insert("email".into(), Value::from("mine@x"));
    let expected = scene.store.version().unwrap();
    let commit = Commit {
        expected,
        put: vec![ben],
        ..Commit::default()
    };
    scene.store.commit(commit).unwrap();
    let plan = scene.plan();
    assert_eq!(plan.changes.len(), 3);
    assert!(plan.findings.is_empty(), "{:?}", plan.findings);
}

#[test]
fn a_feed_that_cannot_be_read_proves_nothing_against_itself() {
    let mut scene = Scene::new();
    scene.now += 25.hours();
    scene.server.set_silently("2", "ben", "b@x");
    scene.server.is_down_for_feeds.set(true);
    let plan = scene.plan();
    assert_eq!(plan.changes.len(), 1);
    assert!(plan.findings.is_empty(), "{:?}", plan.findings);
}

#[test]
fn whoever_is_unblocked_by_hand_is_looked_at_by_the_next_run() {
    let mut scene = Scene::new();
    scene.server.remove("3");
    scene.sync();
    let context = AdminContext {
        at: "2026-11-23T08:00:00Z",
        actor: &actor(),
    };
    let prepared = admin::unblock(&scene.store, context, "cleo").unwrap();
    let Effect::Commit(commit) = prepared.effect else {
        panic!("a commit");
    };
    scene.store.commit(*commit).unwrap();
    assert_eq!(scene.cursor(), None);
    let plan = scene.sync();
    assert_eq!(why(&plan), ReadReason::NoCursor);
    assert_eq!(plan.changes.len(), 1, "blocked again");
}

mod few;
mod waiting;
