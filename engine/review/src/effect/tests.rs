#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use super::*;
use crate::patterns::Values;
use jiff::Timestamp;
use muster_model::page::PlainRow;
use muster_model::{Actor, Coverage, Evidence, Page, SourceStatus};
use muster_policy::Policy;
use muster_store::MemoryStore;
use muster_sync::review::Approved;
use muster_sync::snapshot::{About, People, PluginStamp, write};
use muster_sync::{
    ApplyContext, Delivery, PlanOrigin, PreviewContext, Silent, Source, SourceFailed, apply,
    preview, snapshot,
};
use proptest::prelude::*;
use std::io::Cursor;

/// Somebody at the source.
#[derive(Clone, Debug)]
struct Somebody {
    id: String,
    groups: Vec<&'static str>,
    status: SourceStatus,
    login: String,
    mail: &'static str,
    kind: &'static str,
}

/// The parts in which policies differ here.
#[derive(Clone, Debug, PartialEq)]
struct Text {
    groups: &'static str,
    exclude: &'static str,
    condition: &'static str,
    key: &'static str,
    email: &'static str,
    rule: &'static str,
}

const WIDE: Text = Text {
    groups: "[a, b]",
    exclude: "",
    condition: "true || entry.kind == \"x\"",
    key: "external_id",
    email: "{from: mail}",
    rule: "entry.kind == \"ended\"",
};

impl Text {
    fn policy(&self) -> Policy {
        let text = format!(
            "muster: 1
directory: staff
provider: {{plugin: csv}}
scope:
  groups: {}
  where: '{}'
{}
identity: {{key: {}, username: login}}
fields:
  email: {}
  iban: {{from: mail, sensitive: true}}
  roles: {{groups: {{c: c}}}}
block:
  - name: ended
    when: '{}'
guards: {{block: {{max: 2}}}}
",
            self.groups, self.condition, self.exclude, self.key, self.email, self.rule
        );
        muster_policy::parse("staff.yaml", &text).unwrap_or_else(|wrong| panic!("{wrong:#?}"))
    }
}

fn person(number: usize, groups: &[&'static str], kind: &'static str) -> Somebody {
    Somebody {
        id: number.to_string(),
        groups: groups.to_vec(),
        status: SourceStatus::Active,
        login: format!("p{number}"),
        mail: ["a@old.example", "b@old.example", "c@old.example"][number % 3],
        kind,
    }
}

fn rows(policy: &Policy, people: &[Somebody]) -> Vec<PlainRow> {
    let value = |one: &Somebody, name: &str| match name {
        "login" => vec![one.login.clone()],
        "mail" => vec![one.mail.to_owned()],
        "kind" => vec![one.kind.to_owned()],
        other => panic!("nobody has `{other}`"),
    };
    let row = |one: &Somebody| PlainRow {
        id: Some(one.id.clone()),
        groups: one.groups.iter().map(ToString::to_string).collect(),
        status: one.status,
        values: policy
            .attributes
            .iter()
            .map(|name| value(one, name))
            .collect(),
    };
    people.iter().map(row).collect()
}

struct Once(Option<Page>);

impl Source for Once {
    fn next(&mut self) -> Result<Delivery, SourceFailed> {
        Ok(match self.0.take() {
            Some(page) => Delivery::Page(page),
            None => Delivery::End {
                coverage: Coverage::Complete {
                    evidence: Evidence::default(),
                },
                cursor: None,
            },
        })
    }
}

fn source(policy: &Policy, people: &[Somebody]) -> Once {
    let rows = rows(policy, people);
    Once(Some(Page::from_rows(
        policy.attributes.len(),
        &rows,
        Vec::new(),
    )))
}

fn now() -> Timestamp {
    "2026-11-23T08:00:00Z".parse().unwrap()
}

fn recorded(policy: &Policy, people: &[Somebody]) -> Vec<u8> {
    let about = About {
        policy,
        plugin: PluginStamp {
            name: "csv".to_owned(),
            version: "1".to_owned(),
            digest: "0".to_owned(),
        },
        now: now(),
        people: People::AsDelivered,
        also: Vec::new(),
        sensitive: BTreeSet::new(),
        known: Vec::new(),
    };
    let (mut spool, mut file) = (Cursor::new(Vec::new()), Vec::new());
    write(
        &about,
        &mut source(policy, people),
        &mut spool,
        &mut file,
        &Silent,
    )
    .unwrap();
    file
}

/// The intranet after a sync of these people.
fn synced(policy: &Policy, people: &[Somebody]) -> MemoryStore {
    let mut store = MemoryStore::new();
    let context = PreviewContext {
        now: now(),
        expires: now() + jiff::SignedDuration::from_hours(1),
        plugin: "csv 1".to_owned(),
        plugin_digest: "0".to_owned(),
        read: None,
        only: None,
        overrides: BTreeMap::new(),
    };
    let plan = preview(
        policy,
        &mut source(policy, people),
        &store,
        &context,
        &Silent,
    )
    .unwrap();
    let context = ApplyContext {
        now: now(),
        actor: Actor {
            name: "test".to_owned(),
            command: "sync".to_owned(),
        },
        plugin_digest: "0".to_owned(),
        origin: PlanOrigin::Fresh,
        approvals: Approved::rehearsal(),
    };
    apply(&plan, policy, &mut store, &context).unwrap();
    store
}

fn effect(old: &Text, new: &Text, file: &[u8], store: &MemoryStore) -> Result<Effect, Unknown> {
    let file = file.to_vec();
    let open = move || snapshot::read(Cursor::new(file.clone()));
    let (old, new) = (old.policy(), new.policy());
    let revision = Revision {
        old: Some(&old),
        new: Some(&new),
    };
    let setting = Setting {
        now: now(),
        store,
        open: &open,
    };
    between(&new.directory, revision, &setting)
}

fn told(effect: &Effect) -> Vec<String> {
    let differences = effect.people.iter().flat_map(|one| {
        one.differences.iter().map(move |difference| {
            let way = difference.way;
            format!("{} {way:?} {}", one.username, difference.deed.as_str())
        })
    });
    differences.collect()
}

fn world() -> (Vec<Somebody>, MemoryStore, Vec<u8>) {
    let people: Vec<Somebody> = vec![
        person(1, &["a"], "staff"),
        person(2, &["a", "b"], "staff"),
        person(3, &["b"], "staff"),
        person(4, &["b", "c"], "guest"),
        person(5, &["b"], "guest"),
    ];
    let store = synced(&WIDE.policy(), &people);
    let file = recorded(&WIDE.policy(), &people);
    (people, store, file)
}

#[test]
fn an_edited_filter_tells_who_would_be_blocked_why_and_by_which_line() {
    let (_, store, file) = world();
    let new = Text {
        condition: "entry.kind != \"guest\"",
        ..WIDE
    };
    let effect = effect(&WIDE, &new, &file, &store).unwrap();
    assert_eq!(told(&effect), ["p4 Newly block", "p5 Newly block"]);
    let groups = effect.groups(Values::Hidden);
    assert_eq!(groups.len(), 1);
    assert_eq!(groups[0].pattern.count, 2);
    assert_eq!(groups[0].pattern.policy[0].to_string(), "staff.yaml:6");
    assert_eq!(groups[0].pattern.reason, "left-scope");
    let difference = &effect.people[0].differences[0];
    assert!(difference.old.is_none());
    assert_eq!(difference.new.as_ref().unwrap().code(), "left-scope");
}

#[test]
fn fewer_groups_are_told_from_what_was_recorded_and_others_are_not_guessed() {
    let (_, store, file) = world();
    let groups = |groups| Text { groups, ..WIDE };
    let narrow = effect(&WIDE, &groups("[a]"), &file, &store).unwrap();
    assert_eq!(
        told(&narrow),
        ["p3 Newly block", "p4 Newly block", "p5 Newly block"]
    );
    assert!(narrow.newly_stopped, "two at most: {:?}", narrow.guards);
    let excluded = Text {
        exclude: "  exclude: {groups: [c]}",
        ..WIDE
    };
    let excluded = effect(&WIDE, &excluded, &file, &store).unwrap();
    assert_eq!(told(&excluded), ["p4 Newly block"]);
    let wide = effect(&WIDE, &groups("[a, b, d]"), &file, &store).unwrap_err();
    assert_eq!(
        wide.to_string(),
        "the snapshot lacks who is in the group `d` (scope.groups)"
    );
    assert_eq!(wide.lacks().len(), 1);
}

#[test]
fn an_edited_mapping_tells_what_becomes_of_values_and_no_secret() {
    let (_, store, file) = world();
    let new = Text {
        email: "{from: mail, transform: [{replace: {pattern: \"old\", with: \"new\"}}]}",
        ..WIDE
    };
    let changed = effect(&WIDE, &new, &file, &store).unwrap();
    assert_eq!(told(&changed).len(), 5);
    let groups = changed.groups(Values::Hidden);
    assert_eq!(groups.len(), 1, "{groups:?}");
    let pattern = &groups[0].pattern;
    assert_eq!(
        pattern.sentence(),
        "`email`: domain old.example → new.example"
    );
    assert_eq!(pattern.count, 5);
    // With nobody in the intranet, accounts would be made otherwise.
    let created = effect(&WIDE, &new, &file, &MemoryStore::new()).unwrap();
    assert_eq!(told(&created)[0], "p1 Otherwise create");
    let groups = created.groups(Values::Hidden);
    assert_eq!(
        groups[0].pattern.sentence(),
        "`email`: domain old.example → new.example"
    );
}

#[test]
fn a_policy_that_is_new_or_gone_is_compared_with_nothing() {
    let (people, _, file) = world();
    let store = MemoryStore::new();
    let policy = WIDE.policy();
    let open = || snapshot::read(Cursor::new(file.clone()));
    let setting = Setting {
        now: now(),
        store: &store,
        open: &open,
    };
    let of = |old, new| between(&policy.directory, Revision { old, new }, &setting).unwrap();
    let new = of(None, Some(&policy));
    assert_eq!(
        new.counts(),
        BTreeMap::from([((Way::Newly, Deed::Is(Action::Create)), people.len() as u64)])
    );
    let gone = of(Some(&policy), None);
    assert_eq!(
        gone.counts(),
        BTreeMap::from([(
            (Way::NoLonger, Deed::Is(Action::Create)),
            people.len() as u64
        )])
    );
    assert!(gone.guards.is_empty());
}

#[test]
fn whoever_would_be_held_is_told_without_their_values() {
    let (_, store, file) = world();
    let new = Text {
        email: "{from: mail, type: number}",
        ..WIDE
    };
    let effect = effect(&WIDE, &new, &file, &store).unwrap();
    assert!(
        told(&effect).contains(&"p1 Newly held".to_owned()),
        "{:?}",
        told(&effect)
    );
    let look = Look {
        named: 2,
        values: Values::Hidden,
    };
    let all = [shown(effect)];
    for shown in [
        text(&all, look),
        markdown(&all, look),
        json(&all, look).to_string(),
    ] {
        assert!(shown.contains("transform-failed"), "{shown}");
        assert!(!shown.contains("old.example"), "{shown}");
    }
}

fn shown(effect: Effect) -> Told {
    Told {
        directory: effect.directory.clone(),
        old: Some("main:staff.yaml".to_owned()),
        new: Some("staff.yaml".to_owned()),
        basis: "5 people".to_owned(),
        outcome: Outcome::Known(effect),
    }
}

#[test]
fn what_an_edit_does_is_told_to_people_code_hosts_and_programs() {
    let (_, store, file) = world();
    let new = Text {
        groups: "[a]",
        ..WIDE
    };
    let all = [shown(effect(&WIDE, &new, &file, &store).unwrap())];
    let look = Look {
        named: 2,
        values: Values::Hidden,
    };
    let lines = text(&all, look);
    assert!(lines.starts_with("staff (staff.yaml): 3 people are affected: 3 newly blocked\n  compared: 5 people\n  newly blocked\n    3 × "), "{lines}");
    assert!(lines.contains("\n        p3, p4, and 1 more\n"), "{lines}");
    assert!(
        lines.contains("guard `block.max` would stop the new policy's plan: 3 of at most 2"),
        "{lines}"
    );
    let page = markdown(&all, look);
    assert!(
        page.contains("\n| staff | 3 | 3 |  |  |  |  |  |  |\n"),
        "{page}"
    );
    assert!(
        page.contains("<details><summary><b>newly blocked</b>: 3</summary>"),
        "{page}"
    );
    assert!(page.contains("`staff.yaml:4`"), "{page}");
    let document = json(&all, look);
    assert_eq!(document["format"], "muster.effect/1");
    assert_eq!(document["affected"], 3);
    let staff = &document["directories"][0];
    assert_eq!(staff["summary"]["newly"]["block"], 3);
    assert_eq!(
        staff["people"][0]["differences"][0]["new"]["code"],
        "left-scope"
    );
    assert_eq!(staff["newly_stopped"], true);
}

fn some_person() -> impl Strategy<Value = Somebody> {
    let groups = prop::sample::subsequence(vec!["a", "b", "c"], 0..=3);
    let kind = prop::sample::select(vec!["staff", "guest", "ended"]);
    let status = prop::sample::select(vec![
        SourceStatus::Active,
        SourceStatus::Active,
        SourceStatus::Blocked(muster_model::BlockCause::Disabled),
        SourceStatus::Unknown,
    ]);
    (0..8usize, groups, kind, status, 0..8usize).prop_map(|(number, groups, kind, status, name)| {
        Somebody {
            status,
            login: format!("p{name}"),
            ..person(number, &groups, kind)
        }
    })
}

/// People who were delivered for the groups `a` and `b`.
fn some_people() -> impl Strategy<Value = Vec<Somebody>> {
    prop::collection::vec(some_person(), 0..8).prop_map(|mut people| {
        people.retain(|one| one.groups.contains(&"a") || one.groups.contains(&"b"));
        people.sort_by(|one, other| one.id.cmp(&other.id));
        people.dedup_by(|one, other| one.id == other.id);
        people
    })
}

fn some_text() -> impl Strategy<Value = Text> {
    let select = |all: &[&'static str]| prop::sample::select(all.to_vec());
    (
        select(&["[a, b]", "[a]", "[b]"]),
        select(&[
            "",
            "  exclude: {groups: [c]}",
            "  exclude: {usernames: [p1]}",
            "  grace: 3d",
        ]),
        select(&[
            "true || entry.kind == \"x\"",
            "entry.kind != \"guest\"",
            "false && entry.kind == \"x\"",
        ]),
        select(&["external_id", "username"]),
        select(&[
            "{from: mail}",
            "{from: mail, transform: [upper]}",
            "{from: mail, mode: create}",
            "{from: kind, type: number}",
        ]),
        select(&["entry.kind == \"ended\"", "entry.kind == \"guest\""]),
    )
        .prop_map(|(groups, exclude, condition, key, email, rule)| Text {
            groups,
            exclude,
            condition,
            key,
            email,
            rule,
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn an_edit_that_says_the_same_does_nothing_and_one_that_is_taken_back_does_the_same(
        before in some_people(),
        people in some_people(),
        old in some_text(),
        new in some_text(),
        base in some_text(),
    ) {
        let store = synced(&Text { groups: "[a, b]", exclude: "", ..base }.policy(), &before);
        let file = recorded(&WIDE.policy(), &people);
        let same = effect(&old, &old.clone(), &file, &store).unwrap();
        prop_assert!(same.is_nothing(), "{:?}", told(&same));
        prop_assert!(same.groups(Values::Shown).is_empty());
        let there = effect(&old, &new, &file, &store).unwrap();
        let back = effect(&new, &old, &file, &store).unwrap();
        let turned: BTreeMap<(Way, Deed), u64> = back
            .counts()
            .into_iter()
            .map(|((way, deed), count)| ((way.turned(), deed), count))
            .collect();
        prop_assert_eq!(there.counts(), turned);
        prop_assert_eq!(there.people.len(), back.people.len());
        // Everybody is in a group, and nobody in one is unaffected.
        let in_groups: BTreeSet<Username> = there
            .groups(Values::Hidden)
            .into_iter()
            .flat_map(|group| group.usernames)
            .collect();
        let affected: BTreeSet<Username> =
            there.people.iter().map(|one| one.username.clone()).collect();
        prop_assert_eq!(in_groups, affected);
    }
}
