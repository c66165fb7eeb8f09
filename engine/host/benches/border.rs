//! What it costs to bring people over the border: reading and packing by the
//! bundled CSV plugin, and the border alone.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a benchmark"
)]

#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../tests/plugins/common.rs"]
mod common;

use common::{HOST, bind, bind_in, host, load, request};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use muster_host::{Bound, Delivery, Host, HostConfig, Limits, Plugin, ReadRequest};
use serde_json::json;
use std::fmt::Write as _;
use std::path::Path;

const PEOPLE: u64 = 50_000;

const ATTRIBUTES: [&str; 12] = [
    "name",
    "given",
    "surname",
    "mail",
    "phone",
    "department",
    "title",
    "city",
    "street",
    "office",
    "manager",
    "hired",
];

fn file() -> String {
    let mut file = format!("id,{}\n", ATTRIBUTES.join(","));
    for at in 0..PEOPLE {
        writeln!(
            file,
            "{at:08x}-7f3c-4a55-9a51-0f2b6c1d9e77,person{at},Björn,Jónsson,person{at}@example.org,+354 555 {at:06},\
             Department {},Engineer,Reykjavík,Laugavegur {at},R{},person{},2024-01-15",
            at % 40,
            at % 300,
            at / 12
        )
        .unwrap();
    }
    file
}

fn everybody(bound: &Bound, request: &ReadRequest) -> u64 {
    let mut people = 0;
    for delivery in bound.read(request.clone()).unwrap() {
        match delivery.unwrap() {
            Delivery::Page { page, .. } => people += page.len() as u64,
            Delivery::End { coverage, .. } => assert!(coverage.proves_absence()),
        }
    }
    people
}

fn border(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("people.csv"), file()).unwrap();
    let plugin = Plugin::load(&HOST, "csv", Path::new("")).unwrap();
    let csv = bind_in(
        &plugin,
        json!({"path": "people.csv", "id": "id"}),
        folder.path(),
    )
    .unwrap();
    let all = request(&ATTRIBUTES);
    let mut few = request(&["mail", "surname"]);
    few.page_size = 500;

    let mut group = c.benchmark_group("border");
    group.sample_size(10);
    group.throughput(Throughput::Elements(PEOPLE));
    group.bench_function("csv, 12 attributes", |b| {
        b.iter(|| assert_eq!(everybody(&csv, &all), PEOPLE))
    });
    group.bench_function("csv, 2 attributes", |b| {
        b.iter(|| assert_eq!(everybody(&csv, &few), PEOPLE))
    });

    let pages = PEOPLE / 1000;
    let repeats = bind(&load(&HOST, "repeats"), json!({"pages": pages})).unwrap();
    let mut named = all.clone();
    named.scope.groups = vec!["intranet".to_owned()];
    group.bench_function("border alone, 12 attributes", |b| {
        b.iter(|| assert_eq!(everybody(&repeats, &named), PEOPLE));
    });
    let mut patterns = all.clone();
    patterns.scope.report = vec!["intra*".to_owned()];
    group.bench_function("border alone, groups by a pattern", |b| {
        b.iter(|| assert_eq!(everybody(&repeats, &patterns), PEOPLE));
    });
    group.finish();

    let one = bind(&load(&HOST, "repeats"), json!({"pages": 1})).unwrap();
    c.bench_function("open, read one person, close", |b| {
        let mut request = request(&["name"]);
        request.scope.groups = vec!["intranet".to_owned()];
        request.page_size = 1;
        b.iter(|| assert_eq!(everybody(&one, &request), 1));
    });
}

fn start(c: &mut Criterion) {
    let load = |host: Host| Plugin::load(&host, "csv", Path::new("")).unwrap();
    drop(load(host(Limits::default())));
    let mut group = c.benchmark_group("host and csv plugin");
    group.sample_size(10);
    group.bench_function("compiled before", |b| {
        b.iter(|| drop(load(host(Limits::default()))));
    });
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("people.csv"), "id,name\n1,Anna\n").unwrap();
    group.bench_function("compiled before, bound, first page read", |b| {
        b.iter(|| {
            let plugin = load(host(Limits::default()));
            let config = json!({"path": "people.csv", "id": "id"});
            let csv = bind_in(&plugin, config, folder.path()).unwrap();
            assert_eq!(everybody(&csv, &request(&["name"])), 1);
        });
    });
    group.bench_function("compiled now", |b| {
        b.iter(|| drop(load(Host::new(HostConfig::default()).unwrap())));
    });
    group.finish();
}

criterion_group!(benches, start, border);
criterion_main!(benches);
