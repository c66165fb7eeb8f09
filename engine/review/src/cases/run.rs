//! Runs tests: a plan for each, compared with what was expected.

use super::coverage::{Coverage, Recorder};
use super::judge::{self, Failure};
use super::scene::{Covers, People, Read, Suite, Test};
use super::source::Given;
use super::subject::{self, Directory};
use super::world::plugin_digest;
use jiff::SignedDuration;
use muster_model::{Actor, Page, Plan, PolicyLine, ReadKind, ReadNote, ReadReason, UsernameKey};
use muster_policy::Policy;
use muster_store::MemoryStore;
use muster_sync::review::Approved;
use muster_sync::{
    ApplyContext, Delivery, PlanOrigin, PreviewContext, Silent, Source, SourceFailed, apply,
    preview, snapshot,
};
use std::collections::BTreeSet;
use std::error::Error;

/// What came of some files of tests.
#[derive(Clone, Debug, Default)]
pub struct Results {
    /// One for each test, in order.
    pub outcomes: Vec<Outcome>,
    /// One for each policy, in the order in which they were met.
    pub coverage: Vec<Coverage>,
}

impl Results {
    /// Tests that did not find what they expected.
    pub fn failed(&self) -> usize {
        let failed = |outcome: &&Outcome| !outcome.failures.is_empty();
        self.outcomes.iter().filter(failed).count()
    }
}

/// What came of one test.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The file of tests.
    pub file: String,
    /// The policy's.
    pub policy: String,
    /// What is to be so.
    pub name: String,
    /// Where the test stands.
    pub at: PolicyLine,
    /// What is otherwise; nothing if it passed.
    pub failures: Vec<Failure>,
}

/// Runs all tests, one after the other: they know nothing of each other.
pub fn run(suites: &[Suite]) -> Results {
    let mut results = Results::default();
    for suite in suites {
        let policy = &suite.policy;
        let known = results
            .coverage
            .iter()
            .position(|known| known.is_of(policy));
        let place = known.unwrap_or_else(|| {
            results.coverage.push(Coverage::of(policy));
            results.coverage.len() - 1
        });
        let Some(coverage) = results.coverage.get_mut(place) else {
            continue;
        };
        for test in &suite.tests {
            results.outcomes.push(Outcome {
                file: suite.file.clone(),
                policy: policy.file.clone(),
                name: test.name.clone(),
                at: test.at.clone(),
                failures: one(test, policy, coverage),
            });
        }
    }
    results
}

fn one(test: &Test, policy: &Policy, coverage: &mut Coverage) -> Vec<Failure> {
    let mut store = test.store.clone();
    let mut directory = subject::given(test, policy);
    let wanted = test
        .expectations
        .iter()
        .map(|one| UsernameKey::of(&one.who));
    let wanted: BTreeSet<UsernameKey> = wanted.collect();
    for read in &test.before {
        let done = plan(read, policy, &store, coverage, &mut |_| {})
            .and_then(|plan| applied(&plan, read, policy, &mut store));
        if let Err(why) = done {
            return vec![Failure::of_test(test, "an earlier sync is applied", why)];
        }
    }
    let mut look = |page: &Page| directory.recorded(policy, page, test.read.now, &wanted);
    let is_recorded = matches!(test.read.people, People::Recorded(_));
    let mut ignore = |_: &Page| {};
    let seen: &mut dyn FnMut(&Page) = if is_recorded { &mut look } else { &mut ignore };
    match plan(&test.read, policy, &store, coverage, seen) {
        Ok(plan) => judged(test, policy, &plan, &store, &directory),
        Err(why) => vec![Failure::of_test(test, "a plan is made", why)],
    }
}

fn judged(
    test: &Test,
    policy: &Policy,
    plan: &Plan,
    store: &MemoryStore,
    directory: &Directory,
) -> Vec<Failure> {
    judge::compare(&judge::Case {
        test,
        policy,
        plan,
        store,
        directory,
    })
}

/// Plans one read, and hands its pages to whoever wants to see them.
fn plan(
    read: &Read,
    policy: &Policy,
    store: &MemoryStore,
    coverage: &mut Coverage,
    seen: &mut dyn FnMut(&Page),
) -> Result<Plan, String> {
    let now = read.now;
    let context = PreviewContext {
        now,
        expires: now + SignedDuration::from_hours(24),
        plugin: "test 0.0.0".to_owned(),
        plugin_digest: plugin_digest(),
        read: (read.covers == Covers::Changes).then(|| ReadNote {
            kind: ReadKind::Delta,
            why: ReadReason::Feed,
            text: "the feed goes on where the last run ended".to_owned(),
        }),
        only: None,
        overrides: std::collections::BTreeMap::new(),
    };
    let mut recorder = Recorder::new(policy, now, coverage);
    if let People::Given(people) = &read.people {
        people.iter().for_each(|person| recorder.person(person));
    }
    let mut source = source(read, policy)?;
    let mut tee = Tee {
        source: source.as_mut(),
        seen: &mut |page| {
            recorder.page(page);
            seen(page);
        },
    };
    let plan =
        preview(policy, &mut tee, store, &context, &Silent).map_err(|error| because(&error))?;
    recorder.plan(&plan);
    Ok(plan)
}

fn source<'r>(read: &'r Read, policy: &Policy) -> Result<Box<dyn Source + 'r>, String> {
    let bytes = match &read.people {
        People::Given(people) => return Ok(Box::new(Given::new(policy, people, read.covers))),
        People::Recorded(bytes) => bytes,
    };
    let recorded = snapshot::read(bytes.as_slice())
        .map_err(|error| format!("{}; {}", because(&error), error.hint()))?;
    let replay = snapshot::Replay::new(recorded, policy).map_err(|error| {
        format!(
            "{error}; `muster snapshot record {}` makes one that has it",
            policy.file
        )
    })?;
    Ok(Box::new(replay))
}

fn applied(
    plan: &Plan,
    read: &Read,
    policy: &Policy,
    store: &mut MemoryStore,
) -> Result<(), String> {
    let context = ApplyContext {
        now: read.now,
        actor: Actor {
            name: "test".to_owned(),
            command: "policy test".to_owned(),
        },
        plugin_digest: plugin_digest(),
        origin: PlanOrigin::Fresh,
        approvals: Approved::rehearsal(),
    };
    let applied = apply(plan, policy, store, &context);
    applied.map(|_| ()).map_err(|refused| because(&refused))
}

/// An error with its causes, as one sentence.
fn because(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// A source that somebody looks at.
struct Tee<'s, 'f> {
    source: &'s mut dyn Source,
    seen: &'f mut dyn FnMut(&Page),
}

impl Source for Tee<'_, '_> {
    fn next(&mut self) -> Result<Delivery, SourceFailed> {
        let delivery = self.source.next()?;
        if let Delivery::Page(page) = &delivery {
            (self.seen)(page);
        }
        Ok(delivery)
    }
}
