//! What a state folder costs: opening, scanning, closing, committing.
//!
//! `cargo bench -p muster-store`; with `MUSTER_BENCH_MILLION=1` also a million
//! accounts.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark")]

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use muster_model::{
    Account, AccountId, AuditRecord, ExternalId, FieldName, Owner, Username, UsernameKey, Value,
};
use muster_store::conformance::{some_audit, some_directory, some_run};
use muster_store::{Commit, MemoryStore, Opening, SledStore, Store};
use std::hint::black_box;
use std::path::Path;
use tempfile::TempDir;

/// A person with ten fields, all of them mapped, of about 460 bytes as text.
fn person(id: u64) -> Account {
    let mixed = id.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let fields: Vec<(FieldName, Value)> = [
        ("department", format!("Department {}", mixed % 40)),
        (
            "display_name",
            format!("Given{} Family{}", mixed % 500, mixed % 7919),
        ),
        ("email", format!("given.family{id}@example.org")),
        ("first_name", format!("Given{}", mixed % 500)),
        (
            "location",
            format!("Building {}, floor {}", mixed % 9, mixed % 7),
        ),
        ("manager", format!("user{}", mixed % 100_000)),
        ("mobile", format!("+49 170 {:07}", mixed % 10_000_000)),
        ("phone", format!("+49 30 {:07}", mixed % 9_999_991)),
        ("surname", format!("Family{}", mixed % 7919)),
        ("title", format!("Title {}", mixed % 60)),
    ]
    .into_iter()
    .map(|(name, value)| (FieldName::from(name), Value::Text(value)))
    .collect();
    Account {
        id: AccountId(id),
        username: Username::new(&format!("user{id}")).unwrap(),
        owner: Owner::from_name("staff"),
        external_id: Some(ExternalId::new(format!(
            "{mixed:016x}-{:016x}",
            mixed.rotate_left(21)
        ))),
        block_reasons: [].into(),
        synced: fields
            .iter()
            .cloned()
            .map(|(name, value)| (name, Some(value)))
            .collect(),
        fields: fields.into_iter().collect(),
    }
}

fn creates(count: u64) -> Commit {
    let put: Vec<Account> = (1..=count).map(person).collect();
    let audit: Vec<AuditRecord> = put.iter().map(some_audit).collect();
    Commit {
        audit,
        put,
        run: Some(some_run(Some("digest"))),
        directories: vec![some_directory("staff", Some(b"cursor"))],
        ..Commit::default()
    }
}

fn open(dir: &Path) -> SledStore {
    SledStore::open_or_create(dir, &Opening::by("bench")).unwrap()
}

fn filled(count: u64) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    open(dir.path()).commit(creates(count)).unwrap();
    dir
}

fn scan(store: &dyn Store) -> usize {
    let mut sum = 0;
    store
        .scan(&mut |view| sum += view.fields.len() + view.synced.len() + view.username.len())
        .unwrap();
    sum
}

fn commits(c: &mut Criterion) {
    let mut group = c.benchmark_group("commit creates with audit");
    group.sample_size(10);
    for count in [1_000, 10_000, 100_000] {
        group.throughput(Throughput::Elements(count));
        group.bench_function(BenchmarkId::new("folder", count), |b| {
            b.iter_batched(
                || {
                    let dir = tempfile::tempdir().unwrap();
                    (open(dir.path()), creates(count), dir)
                },
                |(mut store, commit, dir)| {
                    store.commit(commit).unwrap();
                    (store, dir)
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.bench_function(BenchmarkId::new("memory", 100_000), |b| {
        b.iter_batched(
            || creates(100_000),
            |commit| MemoryStore::new().commit(commit).unwrap(),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn edits(c: &mut Criterion) {
    let dir = filled(100_000);
    let mut store = open(dir.path());
    let mut number = 0;
    c.bench_function("one edit among 100000", |b| {
        b.iter(|| {
            number += 1;
            let mut account = person(number % 100_000 + 1);
            account
                .fields
                .insert("title".into(), Value::Text(number.to_string()));
            let commit = Commit {
                expected: store.version().unwrap(),
                audit: vec![some_audit(&account)],
                put: vec![account],
                run: Some(some_run(None)),
                ..Commit::default()
            };
            store.commit(commit).unwrap()
        });
    });
    c.bench_function("find one among 100000", |b| {
        b.iter(|| {
            store
                .find(black_box(&UsernameKey::of("USER77777")))
                .unwrap()
                .unwrap()
        });
    });
}

fn reads(c: &mut Criterion) {
    let mut counts = vec![1_000, 100_000];
    if std::env::var_os("MUSTER_BENCH_MILLION").is_some() {
        counts.push(1_000_000);
    }
    for count in counts {
        let dir = filled(count);
        let mut group = c.benchmark_group(format!("{count} accounts"));
        group.sample_size(10);
        group.bench_function("open and close", |b| b.iter(|| drop(open(dir.path()))));
        group.bench_function("open", |b| {
            b.iter_custom(|rounds| timed(rounds, || open(dir.path()), drop));
        });
        group.bench_function("first scan", |b| {
            b.iter_batched(
                || open(dir.path()),
                |store| {
                    black_box(scan(&store));
                    store
                },
                BatchSize::PerIteration,
            );
        });
        group.bench_function("open, scan and close", |b| {
            b.iter(|| black_box(scan(&open(dir.path()))));
        });
        group.finish();
    }
}

/// Times only the first half of each round.
fn timed<T>(
    rounds: u64,
    mut work: impl FnMut() -> T,
    mut after: impl FnMut(T),
) -> std::time::Duration {
    let mut sum = std::time::Duration::ZERO;
    for _ in 0..rounds {
        let start = std::time::Instant::now();
        let made = work();
        sum += start.elapsed();
        after(made);
    }
    sum
}

criterion_group!(benches, commits, edits, reads);
criterion_main!(benches);
