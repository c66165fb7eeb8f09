//! What references and roles cost where nothing has changed: the same people with
//! ten fields, with a manager by DN beside them, and with roles from groups.
//! Figures are people a second.

#![allow(missing_docs, reason = "a benchmark has no readers but its author")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jiff::Timestamp;
use muster_model::page::PlainRow;
use muster_model::{
    Account, AccountId, Coverage, Evidence, FieldName, Owner, Page, SourceStatus, StateVersion,
    Username, Value,
};
use muster_plan::{AccountTable, Context, Planner};
use muster_policy::{Policy, parse};
use std::collections::BTreeMap;

const PEOPLE: usize = 100_000;
/// So many people report to one.
const REPORTS: usize = 10;
const FIELDS: [&str; 10] = [
    "city",
    "department",
    "display_name",
    "email",
    "employee_number",
    "first_name",
    "mobile",
    "phone",
    "surname",
    "title",
];

fn policy(more: &str) -> Policy {
    let fields: String = FIELDS
        .iter()
        .map(|name| format!("  {name}: {name}\n"))
        .collect();
    let text = format!(
        "muster: 1\ndirectory: staff\nprovider: {{plugin: ldap}}\nidentity: {{username: uid}}\n\
         fields:\n{fields}{more}"
    );
    parse("staff.yaml", &text).unwrap_or_else(|_| unreachable!())
}

fn dn(person: usize) -> String {
    format!("cn=Person {person},ou=People,ou=Berlin,dc=example,dc=org")
}

fn group(person: usize) -> String {
    format!("cn=team-{},ou=groups,dc=example,dc=org", person % 50)
}

fn value(person: usize, attribute: &str) -> Vec<String> {
    match attribute {
        "dn" => vec![dn(person)],
        "manager" if person == 0 => vec![],
        "manager" => vec![dn(person / REPORTS)],
        "uid" => vec![format!("user{person}")],
        other => vec![format!("{other} of person {person}")],
    }
}

fn pages(policy: &Policy) -> Vec<Page> {
    let row = |person: usize| PlainRow {
        id: Some(format!("6f9619ff-8b86-d011-b42d-{person:012}")),
        groups: vec![group(person), group(person + 1)],
        status: SourceStatus::Active,
        values: policy
            .attributes
            .iter()
            .map(|name| value(person, name))
            .collect(),
    };
    let rows: Vec<PlainRow> = (0..PEOPLE).map(row).collect();
    rows.chunks(1000)
        .map(|chunk| Page::from_rows(policy.attributes.len(), chunk, vec![]))
        .collect()
}

fn account(policy: &Policy, person: usize) -> Account {
    let held = |name: &str| match name {
        "manager" if person == 0 => None,
        "manager" => Some(Value::Text(
            AccountId((person / REPORTS) as u64 + 1).to_string(),
        )),
        "roles" => {
            let roles = [person, person + 1].map(|person| format!("team-{}", person % 50));
            Some(Value::list(roles.to_vec()))
        }
        name => value(person, name).pop().map(Value::Text),
    };
    let names = policy.fields.iter().map(|field| field.name.clone());
    let values: BTreeMap<FieldName, Option<Value>> = names
        .map(|name| (name.clone(), held(name.as_str())))
        .collect();
    let username = format!("user{person}");
    let keys = policy.reference_keys().into_iter();
    let keys = keys.map(|(name, _)| (name, Some(Value::Text(dn(person)))));
    let own = (
        FieldName::from("username"),
        Some(Value::Text(username.clone())),
    );
    Account {
        id: AccountId(person as u64 + 1),
        username: Username::new(&username).unwrap_or_else(|| unreachable!()),
        owner: Owner::Directory("staff".into()),
        external_id: Some(
            format!("6f9619ff-8b86-d011-b42d-{person:012}")
                .as_str()
                .into(),
        ),
        block_reasons: Default::default(),
        fields: values
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), value.clone()?)))
            .collect(),
        synced: values.into_iter().chain(keys).chain([own]).collect(),
    }
}

fn context() -> Context {
    Context {
        now: Timestamp::UNIX_EPOCH,
        expires: Timestamp::UNIX_EPOCH,
        plugin: String::new(),
        plugin_digest: String::new(),
        state: String::new(),
        state_version: StateVersion(1),
        next_account_id: AccountId(1_000_000_000),
        directory: None,
        read: None,
        only: None,
        overrides: BTreeMap::new(),
    }
}

fn plan(policy: &Policy, context: &Context, table: AccountTable, pages: &[Page]) {
    let mut planner = Planner::new(policy, context, table);
    for page in pages {
        planner.page(page);
    }
    let coverage = Coverage::Complete {
        evidence: Evidence::default(),
    };
    let plan = planner.finish(coverage, None);
    assert!(plan.changes.is_empty() && plan.settled.is_empty());
}

fn bench(criterion: &mut Criterion) {
    let context = context();
    let mut group = criterion.benchmark_group("chart");
    group.sample_size(20);
    group.throughput(Throughput::Elements(PEOPLE as u64));
    for (name, more) in [
        ("ten fields", ""),
        ("and a manager by dn", "  manager: {reference: manager}\n"),
        (
            "and a manager by id",
            "  manager: {reference: manager, by: [id, {attribute: dn}]}\n",
        ),
        (
            "and roles",
            "  roles: {groups: {\"cn=team-*,*\": \"team-$1\"}}\n",
        ),
    ] {
        let policy = policy(more);
        let pages = pages(&policy);
        let accounts: Vec<Account> = (0..PEOPLE).map(|person| account(&policy, person)).collect();
        let views: Vec<_> = accounts.iter().map(Account::view).collect();
        let load = || {
            let mut table = AccountTable::new(&policy);
            for view in &views {
                table.add(view).unwrap_or_else(|_| unreachable!());
            }
            table
        };
        group.bench_function(format!("load, {name}"), |b| b.iter(load));
        group.bench_function(format!("nothing changed, {name}"), |b| {
            b.iter_batched(
                load,
                |table| plan(&policy, &context, table, &pages),
                criterion::BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
