//! Two directories, one of which outranks the other: planned and applied in turn,
//! they come to rest, and nobody goes to and fro.

use crate::config;
use jiff::{SignedDuration, Timestamp};
use muster_model::page::PlainRow;
use muster_model::{
    Account, AccountId, Action, Actor, BlockCause, BlockReason, Coverage, Evidence, ExternalId,
    FieldName, Owner, Page, Plan, SourceStatus, Username, UsernameKey, Value,
};
use muster_policy::{Policy, parse};
use muster_store::MemoryStore;
use muster_sync::{
    ApplyContext, Delivery, PlanOrigin, PreviewContext, Silent, Source, SourceFailed, apply,
    preview,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::{BTreeMap, BTreeSet};

const NOW: &str = "2026-11-23T08:00:00Z";
/// The first outranks the second.
const DIRECTORIES: [&str; 2] = ["staff", "students"];

#[derive(Clone, Debug)]
struct Person {
    id: &'static str,
    uid: &'static str,
    number: &'static str,
    status: SourceStatus,
}

#[derive(Clone, Debug)]
struct Two {
    /// Of each directory.
    matched_by: [&'static str; 2],
    keys: &'static str,
    accounts: Vec<Account>,
    people: [Vec<Person>; 2],
}

impl Two {
    fn policy(&self, place: usize) -> Policy {
        let text = format!(
            "muster: 1\ndirectory: {}\nprovider: {{plugin: csv}}\n\
             identity: {{key: {}, username: uid, adopt: {{match: [{}]}}}}\nfields: {{number: number}}\n\
             precedence: [staff, students]\n",
            DIRECTORIES[place], self.matched_by[place], self.keys
        );
        parse("policy.yaml", &text).expect("a policy")
    }

    fn plan(&self, place: usize, policy: &Policy, store: &MemoryStore) -> Plan {
        let rows: Vec<PlainRow> = self.people[place]
            .iter()
            .map(|person| {
                let values = policy.attributes.iter().map(|name| match name.as_str() {
                    "uid" => vec![person.uid.to_owned()],
                    _ if person.number.is_empty() => Vec::new(),
                    _ => vec![person.number.to_owned()],
                });
                PlainRow {
                    values: values.collect(),
                    status: person.status,
                    id: Some(person.id.to_owned()),
                    groups: Vec::new(),
                }
            })
            .collect();
        let mut source = Once(Some(Page::from_rows(
            policy.attributes.len(),
            &rows,
            Vec::new(),
        )));
        let now: Timestamp = NOW.parse().expect("an instant");
        let context = PreviewContext {
            now,
            expires: now + SignedDuration::from_hours(24),
            plugin: "two 1.0.0".to_owned(),
            plugin_digest: "0".repeat(64),
            read: None,
            only: None,
            // Small directories that are emptied are no accident here.
            overrides: BTreeMap::from([("empty".to_owned(), "it is so".to_owned())]),
        };
        preview(policy, &mut source, store, &context, &Silent).expect("a plan")
    }
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

fn carry_out(plan: &Plan, policy: &Policy, store: &mut MemoryStore) {
    let context = ApplyContext {
        now: NOW.parse().expect("an instant"),
        actor: Actor {
            name: "two".to_owned(),
            command: "apply".to_owned(),
        },
        plugin_digest: "0".repeat(64),
        origin: PlanOrigin::Fresh,
        approvals: Default::default(),
    };
    apply(plan, policy, store, &context).expect("it applies");
}

const NAMES: [&str; 5] = ["anna", "ANNA", "ben", "cleo", "dora"];
const NUMBERS: [&str; 4] = ["", "1", "2", "3"];

fn people() -> impl Strategy<Value = Vec<Person>> {
    let status = prop_oneof![
        6 => Just(SourceStatus::Active),
        1 => Just(SourceStatus::Blocked(BlockCause::Disabled)),
    ];
    let person = (
        select(vec!["a", "b", "c", "d"]),
        select(NAMES.to_vec()),
        select(NUMBERS.to_vec()),
        status,
    );
    let person = person.prop_map(|(id, uid, number, status)| Person {
        id,
        uid,
        number,
        status,
    });
    vec(person, 0..4).prop_map(|mut people| {
        let mut ids = BTreeSet::new();
        people.retain(|person| ids.insert(person.id));
        people
    })
}

fn account() -> impl Strategy<Value = Account> {
    let reason = prop_oneof![
        Just(BlockReason::LeftScope),
        Just(BlockReason::Manual),
        Just(BlockReason::BlockedInSource),
        Just(BlockReason::Rule("old".to_owned())),
    ];
    let owner = select(vec!["local", "staff", "students"]);
    let id = select(vec!["a", "b", "c", "d", "e"]);
    let (name, number) = (select(NAMES.to_vec()), select(NUMBERS.to_vec()));
    (owner, id, name, number, vec(reason, 0..2)).prop_map(|(owner, id, name, number, reasons)| {
        let number = (!number.is_empty()).then(|| (FieldName::from("number"), Value::from(number)));
        Account {
            id: AccountId(0),
            username: Username::new(name).expect("a username"),
            owner: Owner::from_name(owner),
            external_id: (owner != "local").then(|| ExternalId::from(id)),
            block_reasons: reasons.into_iter().collect(),
            fields: number.into_iter().collect(),
            synced: BTreeMap::new(),
        }
    })
}

fn accounts() -> impl Strategy<Value = Vec<Account>> {
    vec(account(), 0..5).prop_map(|accounts| {
        let (mut names, mut ids) = (BTreeSet::<UsernameKey>::new(), BTreeSet::new());
        let mut kept: Vec<Account> = Vec::new();
        for mut account in accounts {
            let id = account.external_id.clone();
            let id = id.map(|id| (account.owner.clone(), id));
            let is_new = !names.contains(&account.username.key())
                && id.as_ref().is_none_or(|id| !ids.contains(id));
            if is_new {
                names.insert(account.username.key());
                ids.extend(id);
                account.id = AccountId(kept.len() as u64 + 1);
                kept.push(account);
            }
        }
        kept
    })
}

fn two() -> impl Strategy<Value = Two> {
    let keys = select(vec![
        "number",
        "username",
        "username, number",
        "number, external_id",
    ]);
    let key = || select(vec!["external_id", "username"]);
    let matched_by = [key(), key()];
    (keys, accounts(), people(), people(), matched_by).prop_map(
        |(keys, accounts, staff, students, matched_by)| Two {
            matched_by,
            keys,
            accounts,
            people: [staff, students],
        },
    )
}

/// What an adoption may do to the account that it takes.
fn check_adoptions(plan: &Plan, before: &MemoryStore, place: usize) {
    for change in plan.changes.iter().filter(|c| c.action == Action::Adopt) {
        let account = before
            .accounts()
            .find(|account| account.id == change.account_id)
            .expect("an account");
        let from = account.owner.as_str();
        assert_ne!(from, DIRECTORIES[place], "{change:?}");
        let reasons: Vec<&BlockReason> = account.block_reasons.iter().collect();
        let left_only = reasons == [&BlockReason::LeftScope];
        assert!(place == 0 || from != "staff" || left_only, "{change:?}");
        let expected = if from == "local" { "adopted" } else { "moved" };
        assert_eq!(change.reason.code, expected);
        let blocks = plan.changes.iter().filter(|c| c.action == Action::Block);
        assert!(
            blocks
                .clone()
                .all(|block| block.account_id != change.account_id)
        );
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn two_directories_come_to_rest(two in two(), first in 0..2_usize) {
        let policies = [two.policy(0), two.policy(1)];
        let mut store = MemoryStore::from_accounts(two.accounts.clone()).expect("accounts");
        let mut quiet = 0;
        let mut history = Vec::new();
        for round in 0..12 {
            let place = (first + round) % 2;
            let plan = two.plan(place, &policies[place], &store);
            check_adoptions(&plan, &store, place);
            let is_quiet = plan.changes.is_empty() && plan.settled.is_empty();
            quiet = if is_quiet { quiet + 1 } else { 0 };
            if quiet == 2 {
                break;
            }
            history.push((place, plan.changes.clone()));
            let manual = |store: &MemoryStore| -> Vec<AccountId> {
                let blocked = |account: &&Account| account.block_reasons.contains(&BlockReason::Manual);
                store.accounts().filter(blocked).map(|account| account.id).collect()
            };
            let before = manual(&store);
            carry_out(&plan, &policies[place], &mut store);
            prop_assert_eq!(manual(&store), before);
            let again = two.plan(place, &policies[place], &store);
            prop_assert!(again.changes.is_empty(), "again: {:#?}", again.changes);
        }
        prop_assert_eq!(quiet, 2, "no rest: {:#?}", history);
    }
}
