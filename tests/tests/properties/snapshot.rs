//! What was recorded is what was read.

use crate::config;
use crate::run;
use crate::world::{Doubles, world};
use muster_model::page::PlainRow;
use muster_model::{
    BlockCause, Coverage, Evidence, ExternalId, Page, Problem, Removal, SourceStatus, Subject,
};
use muster_policy::Policy;
use muster_sync::snapshot::{About, People, PluginStamp, Replay, read, write};
use muster_sync::{Delivery, Silent, Source, SourceFailed};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::{BTreeSet, VecDeque};
use std::io::Cursor;

fn recorded(policy: &Policy, source: &mut dyn Source) -> Vec<u8> {
    let about = About {
        policy,
        plugin: PluginStamp {
            name: "random".to_owned(),
            version: "1.0.0".to_owned(),
            digest: "0".repeat(64),
        },
        now: "2026-11-23T08:00:00Z".parse().unwrap(),
        sensitive: BTreeSet::new(),
        people: People::AsDelivered,
        also: Vec::new(),
        known: Vec::new(),
    };
    let (mut spool, mut file) = (Cursor::new(Vec::new()), Vec::new());
    write(&about, source, &mut spool, &mut file, &Silent).unwrap();
    file
}

struct Given(VecDeque<Page>);

impl Source for Given {
    fn next(&mut self) -> Result<Delivery, SourceFailed> {
        let page = self.0.pop_front().map(Delivery::Page);
        Ok(page.unwrap_or(Delivery::End {
            coverage: Coverage::Complete {
                evidence: Evidence::default(),
            },
            cursor: None,
        }))
    }
}

fn status() -> impl Strategy<Value = SourceStatus> {
    use SourceStatus::*;
    select(vec![
        Active,
        Pending,
        Unknown,
        Blocked(BlockCause::Disabled),
        Blocked(BlockCause::NotYetValid),
        Removed(Removal::Final),
        Removed(Removal::LeftScope),
    ])
}

fn row() -> impl Strategy<Value = PlainRow> {
    let texts = || vec(any::<String>(), 0..3);
    (
        option::of(any::<String>()),
        texts(),
        status(),
        vec(texts(), 2),
    )
        .prop_map(|(id, groups, status, values)| PlainRow {
            id,
            groups,
            status,
            values,
        })
}

fn problem() -> impl Strategy<Value = Problem> {
    (any::<String>(), any::<String>(), any::<String>(), 0..3).prop_map(
        |(place, text, name, kind)| Problem {
            subject: match kind {
                0 => Subject::Nobody,
                1 => Subject::Id(ExternalId::new(name)),
                _ => Subject::Attribute {
                    value: text.clone(),
                    name,
                },
            },
            place,
            text,
        },
    )
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_plan_from_a_snapshot_is_the_plan_from_its_source(
        world in world(Doubles::Some),
        size in 1..5_usize,
    ) {
        let policy = world.terms.policy();
        let store = run::store(&world, &policy);
        let order: Vec<usize> = (0..world.people.len()).collect();
        let file = recorded(&policy, &mut run::pages(&world, &policy, &order, size));
        let mut replay = Replay::new(read(file.as_slice()).unwrap(), &policy).unwrap();
        let replayed = run::plan_of(&world, &policy, &store, &mut replay);
        let plan = run::plain(&world, &policy, &store);
        prop_assert_eq!(
            serde_json::to_string_pretty(&plan).unwrap(),
            serde_json::to_string_pretty(&replayed).unwrap()
        );
    }

    #[test]
    fn people_come_back_letter_by_letter(
        rows in vec(row(), 0..6),
        problems in vec(problem(), 0..3),
    ) {
        let text = "muster: 1\ndirectory: staff\nprovider: {plugin: csv}\nidentity: {username: uid}\nfields: {email: mail}\n";
        let policy = muster_policy::parse("p.yaml", text).unwrap();
        let page = Page::from_rows(2, &rows, problems.clone());
        let file = recorded(&policy, &mut Given([page].into()));
        let mut replay = Replay::new(read(file.as_slice()).unwrap(), &policy).unwrap();
        let (mut back, mut broken) = (Vec::new(), Vec::new());
        while let Delivery::Page(page) = replay.next().unwrap() {
            back.extend(page.entries().map(|entry| entry.to_plain()));
            broken.extend_from_slice(page.problems());
        }
        prop_assert_eq!(back, rows);
        prop_assert_eq!(broken, problems);
    }
}
