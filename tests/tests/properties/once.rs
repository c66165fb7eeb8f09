//! Worlds in which a plan was wrong once.

use crate::world::{DIRECTORY, Person, Reach, Room, Terms, Where, World};
use crate::{oracle, run, said};
use muster_model::{
    Account, AccountId, Action, BlockReason, ExternalId, Fault, Owner, Plan, Problem, SourceStatus,
    Subject, Username,
};
use muster_policy::Key;

fn terms(key: Key) -> Terms {
    Terms {
        key,
        scope: Where::All,
        excluded: false,
        computed: false,
        rule: false,
        room: Room {
            empty: "write",
            absent: "remove",
            on_error: "hold",
            required: false,
        },
    }
}

fn account(number: u64, username: &str, id: Option<&str>) -> Account {
    Account {
        id: AccountId(number),
        username: Username::new(username).unwrap(),
        owner: Owner::from_name(DIRECTORY),
        external_id: id.map(ExternalId::from),
        block_reasons: Default::default(),
        fields: Default::default(),
        synced: Default::default(),
    }
}

fn person(id: Option<&str>, uid: &str, more: &[(&'static str, &str)]) -> Person {
    let values = more
        .iter()
        .map(|(name, value)| (*name, vec![(*value).to_owned()]));
    Person {
        id: id.map(str::to_owned),
        status: SourceStatus::Active,
        values: values.chain([("uid", vec![uid.to_owned()])]).collect(),
    }
}

fn world(terms: Terms, accounts: Vec<Account>, people: Vec<Person>) -> World {
    World {
        terms,
        accounts,
        people,
        problems: Vec::new(),
        reach: Reach::Complete,
    }
}

/// Plans, compares with the oracle, applies, and plans again.
#[track_caller]
fn planned(world: &World) -> Plan {
    let policy = world.terms.policy();
    let mut store = run::store(world, &policy);
    let plan = run::plain(world, &policy, &store);
    assert_eq!(said(&plan, &store), oracle::expect(world));
    run::carry_out(&plan, &policy, &mut store).expect("the plan applies");
    let again = run::plain(world, &policy, &store);
    assert!(
        again.changes.is_empty() && again.settled.is_empty(),
        "{again:?}"
    );
    plan
}

fn actions(plan: &Plan, username: &str) -> Vec<Action> {
    let of = plan
        .changes
        .iter()
        .filter(|change| change.username.as_str() == username);
    of.map(|change| change.action).collect()
}

#[test]
fn an_unknown_status_opens_no_account() {
    let mut left = account(1, "anna", Some("1"));
    left.block_reasons.insert(BlockReason::LeftScope);
    let mut anna = person(Some("1"), "anna", &[]);
    anna.status = SourceStatus::Unknown;
    let plan = planned(&world(terms(Key::ExternalId), vec![left], vec![anna]));
    assert!(
        !actions(&plan, "anna").contains(&Action::Unblock),
        "{plan:?}"
    );
}

#[test]
fn an_identifier_that_somebody_else_has_stops_nobody_else() {
    let accounts = vec![account(1, "ben", Some("6")), account(2, "cleo", Some("2"))];
    let people = vec![
        person(Some("6"), "anna", &[]),
        person(Some("2"), "cleo", &[("mail", "c@x")]),
    ];
    let mut world = world(terms(Key::Username), accounts, people);
    world.problems = vec![Problem {
        place: "line 2".to_owned(),
        text: "it is broken".to_owned(),
        subject: Subject::Attribute {
            name: "uid".to_owned(),
            value: "ben".to_owned(),
        },
    }];
    let plan = planned(&world);
    assert_eq!(actions(&plan, "anna"), []);
    assert_eq!(actions(&plan, "cleo"), [Action::Update]);
    assert!(
        plan.findings
            .iter()
            .any(|finding| finding.code == Fault::DuplicateId)
    );
}

#[test]
fn two_may_exchange_their_identifiers() {
    let accounts = vec![account(1, "anna", Some("1")), account(2, "ben", Some("2"))];
    let people = vec![
        person(Some("2"), "anna", &[]),
        person(Some("1"), "ben", &[]),
    ];
    let plan = planned(&world(terms(Key::Username), accounts, people));
    assert_eq!(plan.findings, []);
    assert_eq!(actions(&plan, "anna"), [Action::Update]);
}

#[test]
fn somebody_without_an_identifier_is_not_gone_because_the_scope_is_unclear() {
    let terms = Terms {
        scope: Where::Number,
        ..terms(Key::ExternalId)
    };
    let people = vec![person(None, "anna", &[("level", "high")])];
    let plan = planned(&world(terms, vec![account(1, "anna", Some("1"))], people));
    assert_eq!(plan.changes, []);
}

#[test]
fn what_could_not_be_computed_is_not_taken_for_synced() {
    let terms = Terms {
        computed: true,
        ..terms(Key::ExternalId)
    };
    let mut blocked = account(1, "anna", Some("1"));
    blocked.block_reasons.insert(BlockReason::BlockedInSource);
    let plan = planned(&world(
        terms,
        vec![blocked],
        vec![person(Some("1"), "anna", &[])],
    ));
    assert_eq!(actions(&plan, "anna"), [Action::Unblock]);
    assert_eq!(plan.settled, []);
}

#[test]
fn a_broken_record_holds_whoever_is_to_have_its_name() {
    let accounts = vec![account(1, "anna", Some("1")), account(2, "ben", Some("3"))];
    let mut world = world(
        terms(Key::ExternalId),
        accounts,
        vec![person(Some("3"), "cleo", &[])],
    );
    world.problems = vec![Problem {
        place: "line 2".to_owned(),
        text: "it is broken".to_owned(),
        subject: Subject::Attribute {
            name: "uid".to_owned(),
            value: "cleo".to_owned(),
        },
    }];
    let plan = planned(&world);
    assert_eq!(actions(&plan, "cleo"), []);
    assert_eq!(actions(&plan, "anna"), [Action::Block]);
}
