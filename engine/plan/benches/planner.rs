//! How fast pages are compared with accounts, when nothing has changed and when
//! everybody is new. Figures are people a second.

#![allow(missing_docs, reason = "a benchmark has no readers but its author")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use jiff::Timestamp;
use muster_model::page::PlainRow;
use muster_model::{
    Account, AccountId, Coverage, Evidence, FieldName, Owner, Page, PolicyLine, SourceStatus,
    StateVersion, Username, Value,
};
use muster_plan::{AccountTable, Context, Planner};
use muster_policy::{
    FieldMapping, Guards, Identity, Key, Limit, Policy, Provider, Scope, UsernameMapping,
};
use std::collections::BTreeMap;

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

fn policy() -> Policy {
    let at = || PolicyLine {
        file: "staff.yaml".to_owned(),
        line: 1,
    };
    let unlimited = || Limit {
        max: None,
        max_percent: None,
        min_population: 0,
        at: None,
    };
    let attributes = FIELDS.iter().map(|name| (*name).to_owned());
    Policy {
        directory: "staff".into(),
        file: "staff.yaml".to_owned(),
        files: vec![],
        environment: None,
        digest: String::new(),
        provider: Provider {
            plugin: "ldap".to_owned(),
            config: serde_json::Map::new(),
            config_lines: BTreeMap::new(),
            full_read: Default::default(),
            keep_reads: 30,
            secrets: BTreeMap::new(),
            at: at(),
        },
        scope: Scope {
            groups: vec![],
            under: vec![],
            except_groups: vec![],
            except_under: vec![],
            except_usernames: vec![],
            condition: None,
            grace: None,
            unblock: Default::default(),
            at: at(),
        },
        identity: Identity {
            key: Key::ExternalId,
            username: UsernameMapping::of_attribute(FIELDS.len(), at()),
            adopt: Default::default(),
            at: at(),
        },
        fields: FIELDS
            .iter()
            .enumerate()
            .map(|(place, name)| FieldMapping::of_attribute(FieldName::from(*name), place, at()))
            .collect(),
        blocks: vec![],
        upcoming: Some(30),
        licences: None,
        approval: None,
        guards: Guards {
            limits: BTreeMap::new(),
            shrink: unlimited(),
            clear: unlimited(),
            protect: vec![],
        },
        precedence: vec![],
        exceptions: vec![],
        texts: Default::default(),
        attributes: attributes.chain(["uid".to_owned()]).collect(),
    }
}

fn value(person: usize, field: &str) -> String {
    format!("{field} of person {person}")
}

fn pages(people: usize) -> Vec<Page> {
    let row = |person: usize| PlainRow {
        id: Some(format!("6f9619ff-8b86-d011-b42d-{person:012}")),
        groups: vec![],
        status: SourceStatus::Active,
        values: FIELDS
            .iter()
            .map(|field| vec![value(person, field)])
            .chain([vec![format!("user{person}")]])
            .collect(),
    };
    let rows: Vec<PlainRow> = (0..people).map(row).collect();
    rows.chunks(1000)
        .map(|chunk| Page::from_rows(FIELDS.len() + 1, chunk, vec![]))
        .collect()
}

fn accounts(people: usize) -> Vec<Account> {
    let account = |person: usize| {
        let fields: BTreeMap<FieldName, Value> = FIELDS
            .iter()
            .map(|field| (FieldName::from(*field), Value::Text(value(person, field))))
            .collect();
        let username = format!("user{person}");
        let synced = fields.iter().map(|(k, v)| (k.clone(), Some(v.clone())));
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
            synced: synced.chain([own]).collect(),
            fields,
        }
    };
    (0..people).map(account).collect()
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

fn plan(policy: &Policy, context: &Context, table: AccountTable, pages: &[Page]) -> usize {
    let mut planner = Planner::new(policy, context, table);
    for page in pages {
        planner.page(page);
    }
    let coverage = Coverage::Complete {
        evidence: Evidence::default(),
    };
    planner.finish(coverage, None).changes.len()
}

fn bench(criterion: &mut Criterion) {
    let (policy, context) = (policy(), context());
    let mut group = criterion.benchmark_group("planner");
    group.sample_size(20);
    for people in [10_000, 100_000] {
        group.throughput(Throughput::Elements(people as u64));
        let pages = pages(people);
        let accounts = accounts(people);
        let views: Vec<_> = accounts.iter().map(Account::view).collect();
        let load = || {
            let mut table = AccountTable::new(&policy);
            for view in &views {
                table.add(view).unwrap_or_else(|_| unreachable!());
            }
            table
        };
        group.bench_function(BenchmarkId::new("load accounts", people), |b| b.iter(load));
        group.bench_function(BenchmarkId::new("nothing changed", people), |b| {
            b.iter_batched(
                load,
                |table| assert_eq!(plan(&policy, &context, table, &pages), 0),
                criterion::BatchSize::PerIteration,
            );
        });
        group.bench_function(BenchmarkId::new("all new", people), |b| {
            b.iter_batched(
                || AccountTable::new(&policy),
                |table| assert_eq!(plan(&policy, &context, table, &pages), people),
                criterion::BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
