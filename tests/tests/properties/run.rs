//! Plans and applies a world with the real planner.

use crate::world::World;
use jiff::{SignedDuration, Timestamp};
use muster_model::{
    Actor, Coverage, DirectoryRecord, Page, Plan, ReadKind, ReadNote, ReadReason, UsernameKey,
};
use muster_policy::Policy;
use muster_store::{Commit, MemoryStore, Store};
use muster_sync::{
    ApplyContext, ApplyRefused, Delivery, PlanOrigin, PreviewContext, Silent, Source, SourceFailed,
    apply, preview,
};
use std::collections::{BTreeMap, VecDeque};

const NOW: &str = "2026-11-23T08:00:00Z";

pub struct Pages {
    pages: VecDeque<Page>,
    coverage: Coverage,
}

impl Source for Pages {
    fn next(&mut self) -> Result<Delivery, SourceFailed> {
        Ok(match self.pages.pop_front() {
            Some(page) => Delivery::Page(page),
            None => Delivery::End {
                coverage: self.coverage.clone(),
                cursor: None,
            },
        })
    }
}

/// The store that a world begins with: the directory was synced by this policy
/// before, if it has accounts.
pub fn store(world: &World, policy: &Policy) -> MemoryStore {
    let mut store = MemoryStore::from_accounts(world.accounts.clone()).expect("accounts");
    if world.accounts.iter().any(crate::world::is_own) {
        let record = DirectoryRecord {
            name: policy.directory.clone(),
            key: policy.identity.key.as_str().to_owned(),
            policy_file: policy.file.clone(),
            policy: policy.digest.clone(),
            mappings: policy.mappings(),
            sensitive: policy.sensitive(),
            cursor: None,
            feed: None,
            pending: crate::pending::pending(&world.accounts, &policy.directory),
            references: Default::default(),
            merged: Default::default(),
        };
        let expected = store.version().expect("a version");
        let directories = vec![record];
        store
            .commit(Commit {
                expected,
                directories,
                ..Commit::default()
            })
            .expect("the last run");
    }
    store
}

/// A store with other accounts that remembers the same last run.
pub fn again(accounts: &[muster_model::Account], before: &MemoryStore) -> MemoryStore {
    let mut store = MemoryStore::from_accounts(accounts.to_vec()).expect("accounts");
    let expected = store.version().expect("a version");
    store
        .commit(Commit {
            expected,
            directories: before.directories().expect("directories"),
            ..Commit::default()
        })
        .expect("the last run");
    store
}

/// Plans with the world's people in the given order, on pages of this size.
pub fn plan(
    world: &World,
    policy: &Policy,
    store: &MemoryStore,
    order: &[usize],
    size: usize,
) -> Plan {
    let mut source = pages(world, policy, order, size);
    about(world, policy, store, &mut source, None)
}

/// Plans for one person alone, on one page.
pub fn only(world: &World, policy: &Policy, store: &MemoryStore, username: &str) -> Plan {
    let order: Vec<usize> = (0..world.people.len()).collect();
    let mut source = pages(world, policy, &order, usize::MAX);
    about(world, policy, store, &mut source, Some(username))
}

/// The world's people in the given order, on pages of this size.
pub fn pages(world: &World, policy: &Policy, order: &[usize], size: usize) -> Pages {
    let rows: Vec<_> = order
        .iter()
        .map(|&place| world.people[place].row(policy))
        .collect();
    let mut pages: VecDeque<Page> = rows
        .chunks(size.max(1))
        .map(|rows| Page::from_rows(policy.attributes.len(), rows, Vec::new()))
        .collect();
    // Problems come on pages of their own: before the rest, or behind it.
    let problems = Page::from_rows(policy.attributes.len(), &[], world.problems.clone());
    if size.is_multiple_of(2) {
        pages.push_front(problems);
    } else {
        pages.push_back(problems);
    }
    Pages {
        pages,
        coverage: world.reach.coverage(world.people.len()),
    }
}

/// Plans with what a source delivers.
pub fn plan_of(
    world: &World,
    policy: &Policy,
    store: &MemoryStore,
    source: &mut dyn Source,
) -> Plan {
    about(world, policy, store, source, None)
}

fn about(
    world: &World,
    policy: &Policy,
    store: &MemoryStore,
    source: &mut dyn Source,
    only: Option<&str>,
) -> Plan {
    preview(policy, source, store, &context(world, only), &Silent).expect("a plan")
}

/// What a plan depends on beside the world.
pub fn context(world: &World, only: Option<&str>) -> PreviewContext {
    let now: Timestamp = NOW.parse().expect("an instant");
    PreviewContext {
        now,
        expires: now + SignedDuration::from_hours(24),
        plugin: "random 1.0.0".to_owned(),
        plugin_digest: "0".repeat(64),
        read: (world.reach == crate::world::Reach::Delta).then(|| ReadNote {
            kind: ReadKind::Delta,
            why: ReadReason::Feed,
            text: String::new(),
        }),
        only: only.map(UsernameKey::of),
        overrides: BTreeMap::new(),
    }
}

/// Plans with people as they are, on one page.
pub fn plain(world: &World, policy: &Policy, store: &MemoryStore) -> Plan {
    let order: Vec<usize> = (0..world.people.len()).collect();
    plan(world, policy, store, &order, usize::MAX)
}

pub fn carry_out(
    plan: &Plan,
    policy: &Policy,
    store: &mut MemoryStore,
) -> Result<(), ApplyRefused> {
    let context = ApplyContext {
        now: NOW.parse().expect("an instant"),
        actor: Actor {
            name: "random".to_owned(),
            command: "apply".to_owned(),
        },
        plugin_digest: "0".repeat(64),
        origin: PlanOrigin::Fresh,
        approvals: Default::default(),
    };
    apply(plan, policy, store, &context).map(|_| ())
}
