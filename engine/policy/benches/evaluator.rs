//! What one person costs: remembered, and evaluated anew.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use muster_model::page::PlainRow;
use muster_model::{Page, SourceStatus};
use muster_policy::{Evaluator, Policy, ValueSource, parse};

const PEOPLE: usize = 10_000;

fn policy() -> Policy {
    parse(
        "p.yaml",
        "muster: 1\ndirectory: d\nprovider: {plugin: csv}\nidentity: {username: uid}\nscope: {where: entry.employeeType != \"service\"}\nfields: {name: {expr: 'entry.givenName + \" \" + entry.sn'}}\nblock: [{name: ended, when: has(entry.end) && timestamp(entry.end) < now}]\n",
    )
    .unwrap()
}

fn page(policy: &Policy) -> Page {
    let value = |name: &str, row: usize| match name {
        "employeeType" => vec![["staff", "service", "guest"][row % 3].to_owned()],
        "end" if row.is_multiple_of(2) => {
            vec![format!("2026{:02}{:02}000000Z", 1 + row % 12, 1 + row % 28)]
        }
        "end" => vec![],
        _ => vec![format!("{name}{row}")],
    };
    let rows: Vec<PlainRow> = (0..PEOPLE)
        .map(|row| PlainRow {
            id: Some(row.to_string()),
            groups: vec![],
            status: SourceStatus::Active,
            values: policy
                .attributes
                .iter()
                .map(|name| value(name, row))
                .collect(),
        })
        .collect();
    Page::from_rows(policy.attributes.len(), &rows, vec![])
}

fn evaluate(criterion: &mut Criterion) {
    let policy = policy();
    let page = page(&policy);
    let now = "2026-11-23T08:00:00Z".parse().unwrap();
    let mut group = criterion.benchmark_group("evaluator");
    group.throughput(Throughput::Elements(PEOPLE as u64));
    let conditions = [
        (
            "condition, few values",
            policy.scope.condition.as_ref().unwrap(),
        ),
        ("condition, some values", &policy.blocks[0].when),
    ];
    for (name, condition) in conditions {
        group.bench_function(name, |bench| {
            bench.iter(|| {
                let mut evaluator = Evaluator::new(condition, now);
                page.entries()
                    .filter(|entry| evaluator.test(*entry) == Ok(true))
                    .count()
            });
        });
        group.bench_function(format!("{name}, nothing remembered"), |bench| {
            bench.iter(|| {
                page.entries()
                    .filter(|entry| Evaluator::new(condition, now).test(*entry) == Ok(true))
                    .count()
            });
        });
    }
    let ValueSource::Expression(name) = &policy.fields[0].value else {
        panic!("no expression")
    };
    group.bench_function("value, all different", |bench| {
        bench.iter(|| {
            let mut evaluator = Evaluator::new(name, now);
            page.entries()
                .filter(|entry| evaluator.value(*entry).is_ok())
                .count()
        });
    });
    group.finish();
}

criterion_group!(benches, evaluate);
criterion_main!(benches);
