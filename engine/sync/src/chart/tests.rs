//! Whatever a small delta says: with the accounts that were looked up, the plan
//! is the one that all accounts give.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use crate::few;
use jiff::Timestamp;
use muster_model::page::PlainRow;
use muster_model::{
    Account, AccountId, BlockReason, Coverage, DirectoryName, Evidence, FieldName, Owner, Page,
    Plan, ReadKind, ReadNote, ReadReason, Removal, SourceStatus, Username, Value,
};
use muster_plan::{AccountTable, Context, Planner};
use muster_policy::{Policy, parse};
use muster_store::{MemoryStore, Store};
use std::collections::BTreeMap;

const PEOPLE: u64 = 60;

fn policy(by: &str) -> Policy {
    let text = format!(
        "muster: 1\ndirectory: staff\nprovider: {{plugin: csv}}\nidentity: {{username: uid}}\n\
         fields:\n  email: mail\n  manager: {{reference: manager, by: {by}}}\n"
    );
    parse("staff.yaml", &text).unwrap_or_else(|found| panic!("{found:#?}"))
}

/// Numbers that look like chance and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % sides
    }
}

fn account(number: u64, dice: &mut Dice) -> Account {
    let name = format!("user{number}");
    let manager = match dice.below(6) {
        0 => None,
        _ => Some(AccountId(dice.below(PEOPLE + 2) + 1)),
    };
    let manager = manager.map(|id| Value::Text(id.to_string()));
    let email = Value::Text(format!("mail{}@x", dice.below(PEOPLE)));
    let fields: BTreeMap<FieldName, Value> = [("email", Some(email)), ("manager", manager)]
        .into_iter()
        .filter_map(|(name, value)| Some((FieldName::from(name), value?)))
        .collect();
    let synced = |name: &str| (FieldName::from(name), fields.get(name).cloned());
    let own = (
        FieldName::from("username"),
        Some(Value::from(name.as_str())),
    );
    Account {
        id: AccountId(number),
        username: Username::new(&name).unwrap(),
        owner: match dice.below(12) {
            0 => Owner::Local,
            _ => Owner::from_name("staff"),
        },
        external_id: Some(format!("id{number}").as_str().into()),
        block_reasons: match dice.below(8) {
            0 => [BlockReason::LeftScope].into(),
            1 => [BlockReason::Manual].into(),
            _ => Default::default(),
        },
        synced: [synced("email"), synced("manager"), own].into(),
        fields,
    }
}

/// Whom an entry may name: by identifier, by username, by e-mail address, or
/// nobody.
fn name(dice: &mut Dice) -> Vec<String> {
    let number = dice.below(PEOPLE + 3) + 1;
    match dice.below(5) {
        0 => vec![],
        1 => vec![format!("USER{number}")],
        2 => vec![format!("mail{number}@x")],
        _ => vec![format!("id{number}")],
    }
}

fn row(dice: &mut Dice) -> PlainRow {
    let number = dice.below(PEOPLE + 3) + 1;
    let mail = format!("mail{}@x", dice.below(PEOPLE));
    let uid = match dice.below(6) {
        0 => format!("user{}", dice.below(PEOPLE + 3) + 1),
        _ => format!("user{number}"),
    };
    PlainRow {
        id: Some(format!("id{number}")),
        groups: vec![],
        status: match dice.below(8) {
            0 => SourceStatus::Removed(Removal::LeftScope),
            _ => SourceStatus::Active,
        },
        // In the order of the policy's attributes: mail, manager, uid.
        values: vec![vec![mail], name(dice), vec![uid]],
    }
}

fn context(store: &dyn Store) -> Context {
    let now: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
    Context {
        now,
        expires: now,
        plugin: String::new(),
        plugin_digest: String::new(),
        state: store.identity(),
        state_version: store.version().unwrap(),
        next_account_id: store.next_account_id().unwrap(),
        directory: store.directory(&DirectoryName::from("staff")).unwrap(),
        read: Some(ReadNote {
            kind: ReadKind::Delta,
            why: ReadReason::Feed,
            text: String::new(),
        }),
        only: None,
        overrides: BTreeMap::new(),
    }
}

fn plan(policy: &Policy, store: &dyn Store, accounts: AccountTable, page: &Page) -> Plan {
    let context = context(store);
    let mut planner = Planner::new(policy, &context, accounts);
    planner.page(page);
    let coverage = Coverage::Delta {
        evidence: Evidence::default(),
    };
    planner.finish(coverage, None)
}

#[test]
fn accounts_that_were_looked_up_give_the_plan_that_all_accounts_give() {
    let (mut looked_up, mut changed) = (0, 0);
    for seed in 0..400 {
        let mut dice = Dice(seed);
        let by = ["[id, username]", "id", "[id, username, email]"][dice.below(3) as usize];
        let policy = policy(by);
        assert_eq!(policy.attributes, ["mail", "manager", "uid"]);
        let accounts: Vec<Account> = (1..=PEOPLE).map(|n| account(n, &mut dice)).collect();
        let store = MemoryStore::from_accounts(accounts).unwrap();
        let mut rows = vec![row(&mut dice)];
        if dice.below(2) == 0 {
            rows.push(row(&mut dice));
            rows.dedup_by(|a, b| a.id == b.id);
        }
        let page = Page::from_rows(3, &rows, vec![]);
        let now = context(&store).now;
        let Some(few) = few::table(&policy, &store, std::slice::from_ref(&page), now).unwrap()
        else {
            continue;
        };
        let mut all = AccountTable::new(&policy);
        store.scan(&mut |view| all.add(&view).unwrap()).unwrap();
        let (few, all) = (
            plan(&policy, &store, few, &page),
            plan(&policy, &store, all, &page),
        );
        looked_up += 1;
        changed += usize::from(few.names.len() > 1);
        // Situations count accounts that only a scan has seen.
        let told = |plan: &Plan| {
            let Plan {
                changes,
                findings,
                settled,
                given,
                names,
                ..
            } = plan.clone();
            (changes, findings, settled, given, names)
        };
        assert_eq!(told(&few), told(&all), "seed {seed}: {rows:?}");
    }
    assert!(looked_up > 60 && changed > 20, "{looked_up}, {changed}");
}
