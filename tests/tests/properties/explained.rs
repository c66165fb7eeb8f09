//! An explanation and a plan never disagree: what the steps of each person of a
//! world say is what the plan does to them, and the plan does nothing else.

#[path = "../golden/implied.rs"]
mod implied;

use crate::world::{Doubles, Person, Reach, Where, World, world};
use crate::{config, run};
use muster_model::{
    Account, AccountId, Action, Cause, Change, Plan, SourceStatus, Username, Value,
};
use muster_policy::Policy;
use muster_review::explain::report::{EditKind, EntrySeen, Origin};
use muster_review::explain::{self, Explanation, Extent, Question, Read, WHOLE};
use muster_store::MemoryStore;
use muster_sync::Silent;
use proptest::prelude::*;
use proptest::test_runner::Config;
use std::collections::BTreeMap;

/// The world's read, as an explanation takes it.
pub fn read(world: &World, policy: &Policy) -> Read {
    let order: Vec<usize> = (0..world.people.len()).collect();
    let mut source = run::pages(world, policy, &order, 2);
    let mut read = Read::take(&mut source, &Silent).expect("a read");
    read.note = run::context(world, None).read;
    read
}

fn everybody(
    world: &World,
    policy: &Policy,
    store: &MemoryStore,
    (extent, whole): (Extent, u64),
) -> Vec<Explanation> {
    let context = run::context(world, None);
    let question = Question {
        policy,
        read: &read(world, policy),
        store,
        context: &context,
        origin: &Origin::Live,
        asked: "",
        beyond: None,
        reveal: true,
        whole,
    };
    explain::everybody(&question, extent).expect("explanations")
}

/// Fewer worlds: each is planned over and over.
fn few() -> Config {
    let config = config();
    Config {
        cases: config.cases / 4,
        ..config
    }
}

/// A change without the number of an account that is still to be made, and without
/// why a value changes: another policy is another reason.
fn told(changes: &[Change]) -> Vec<Change> {
    let mut changes = changes.to_vec();
    for change in &mut changes {
        if change.action == Action::Create {
            change.account_id = AccountId(0);
        }
        change.reason.text.clear();
        change.reason.code.clear();
        change.reason.policy = None;
        for field in &mut change.fields {
            field.cause = Cause::Source;
            field.policy = None;
        }
    }
    changes
}

fn is_entry(entry: &EntrySeen, person: &Person) -> bool {
    let same = |(name, values): (&String, &Vec<String>)| person.values(name) == values;
    entry.id == person.id && entry.status == person.status && entry.attributes.iter().all(same)
}

fn is_one(one: &Explanation, person: &Person) -> bool {
    let entry = one.read.entry.as_ref();
    entry.is_some_and(|entry| is_entry(entry, person))
}

/// The same for whoever stands beside somebody else.
fn is_among(one: &Explanation, person: &Person) -> bool {
    is_one(one, person) || one.read.twins.iter().any(|entry| is_entry(entry, person))
}

/// What the account remembers of its person.
fn remembered(account: &Account, world: &World) -> Person {
    let texts = |field: &str| match account.fields.get(field) {
        None => Vec::new(),
        Some(Value::Text(text)) => vec![text.clone()],
        Some(Value::List(items)) => items.clone(),
    };
    let mut values: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    values.insert("uid", vec![account.username.to_string()]);
    for (attribute, field) in [
        ("mail", "email"),
        ("phone", "phones"),
        ("title", "title"),
        ("about", "about"),
        ("note", "note"),
        ("room", "room"),
    ] {
        values.insert(attribute, texts(field));
    }
    if !world.terms.computed {
        values.insert("cn", texts("name"));
    }
    Person {
        id: account
            .external_id
            .as_ref()
            .map(|id| id.as_str().to_owned()),
        status: SourceStatus::Active,
        values,
    }
}

/// Carries an edit out, in a way of its own. False if it cannot be said in a world.
fn carry_out(edit: &EditKind, one: &Explanation, world: &mut World) -> bool {
    let place = world.people.iter().position(|person| is_one(one, person));
    let own = one.person.account_id;
    let account = world
        .accounts
        .iter()
        .find(|account| Some(account.id) == own)
        .cloned();
    match (edit, place) {
        (EditKind::Status { to }, Some(place)) => {
            world.people[place].status = match *to {
                "active" => SourceStatus::Active,
                _ => SourceStatus::Blocked(muster_model::BlockCause::Disabled),
            };
        }
        (EditKind::Attribute { name, to }, Some(place)) => {
            let values = &mut world.people[place].values;
            let known = [
                "uid", "cn", "mail", "other", "phone", "title", "about", "note", "room", "level",
                "ends",
            ];
            let name = known
                .into_iter()
                .find(|known| known == name)
                .expect("an attribute");
            values.insert(name, to.clone());
        }
        (EditKind::LeaveGroup { .. } | EditKind::Disappear, Some(place)) => {
            world.people.remove(place);
        }
        (EditKind::JoinGroup { .. } | EditKind::ComeBack, None) => {
            let account = account.expect("an account");
            world.people.push(remembered(&account, world));
        }
        (EditKind::CompleteRead, None) => world.reach = Reach::Complete,
        (EditKind::Unblock, _) => {
            let mut accounts = world.accounts.iter_mut();
            let account = accounts.find(|account| Some(account.id) == own);
            account.expect("an account").block_reasons.clear();
        }
        (EditKind::Rename { from, to }, _) => {
            let mut accounts = world.accounts.iter_mut();
            let account = accounts.find(|account| account.username.as_str() == from);
            account.expect("an account").username = Username::new(to).expect("a name");
        }
        (EditKind::RemoveCondition, _) => world.terms.scope = Where::All,
        (EditKind::RemoveRule { .. }, _) => world.terms.rule = false,
        (EditKind::RemoveExclusion { .. }, _) => world.terms.excluded = false,
        (EditKind::Relax { field }, _) if field == "room" => {
            world.terms.room.required = false;
            world.terms.room.on_error = "keep";
        }
        _ => return false,
    }
    true
}

/// The same person in another world.
fn again<'a>(
    one: &Explanation,
    all: &'a [Explanation],
    world: &World,
    place: Option<usize>,
) -> Option<&'a Explanation> {
    let by_account = all.iter().find(|other| {
        one.person.account_id.is_some() && other.person.account_id == one.person.account_id
    });
    let person = place.and_then(|place| world.people.get(place));
    let by_entry = || {
        all.iter()
            .find(|other| person.is_some_and(|one| is_among(other, one)))
    };
    by_account.or_else(by_entry).or_else(|| {
        let id = one.person.external_id.as_ref();
        all.iter().find(|other| {
            other
                .read
                .entry
                .as_ref()
                .is_some_and(|entry| entry.id.as_ref() == id)
                && (id.is_some() || other.person.username == one.person.username)
        })
    })
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn what_would_change_it_changes_it(
        world in world(Doubles::Some),
        // In a small world, or in the whole.
        whole in prop_oneof![Just(0), Just(WHOLE)],
    ) {
        let policy = world.terms.policy();
        let before = run::store(&world, &policy);
        for one in everybody(&world, &policy, &before, (Extent::WouldChange, whole)) {
            for counterfactual in &one.would_change {
                let mut other = world.clone();
                let edits = &counterfactual.edits;
                let place = world.people.iter().position(|person| is_one(&one, person));
                if !edits.iter().all(|edit| carry_out(&edit.edit, &one, &mut other)) {
                    continue;
                }
                let store = run::again(&other.accounts, &before);
                let policy = other.terms.policy();
                let all = everybody(&other, &policy, &store, (Extent::Steps, WHOLE));
                let found = again(&one, &all, &other, place);
                prop_assert!(found.is_some(), "{}\n{:#?}\n{}", one.answer, counterfactual.edits, counterfactual.outcome);
                let found = found.expect("the person");
                let shown = || format!("{}\n{:#?}\n{}\n{}", one.answer, counterfactual.edits, counterfactual.outcome, found.answer);
                prop_assert_eq!(found.outcome.kind, counterfactual.kind, "{}", shown());
                prop_assert_eq!(told(&found.outcome.changes), told(&counterfactual.changes), "{}", shown());
            }
        }
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_steps_say_exactly_what_the_plan_does(world in world(Doubles::Some)) {
        let policy = world.terms.policy();
        let store = run::store(&world, &policy);
        let plan: Plan = run::plain(&world, &policy, &store);
        let all = everybody(&world, &policy, &store, (Extent::Steps, WHOLE));
        let faults = implied::faults(&plan, &all);
        prop_assert!(faults.is_empty(), "\n{}\n{}", world.terms.text(), faults.join("\n\n"));
    }

    #[test]
    fn somebody_who_is_watched_is_treated_like_everybody(world in world(Doubles::Some)) {
        let policy = world.terms.policy();
        let store = run::store(&world, &policy);
        let plan = run::plain(&world, &policy, &store);
        for one in everybody(&world, &policy, &store, (Extent::Steps, WHOLE)) {
            for change in &one.outcome.changes {
                prop_assert!(plan.changes.contains(change), "{:?}", change);
            }
            for finding in &one.outcome.findings {
                prop_assert!(plan.findings.contains(finding), "{:?}", finding);
            }
        }
    }
}
