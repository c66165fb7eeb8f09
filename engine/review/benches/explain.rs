//! What it costs to explain one person out of 100,000, beside one plan of them all.

#![allow(missing_docs, reason = "a benchmark has no readers but its author")]

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use muster_model::page::PlainRow;
use muster_model::{
    Account, AccountId, Coverage, Evidence, FieldName, Owner, Page, SourceStatus, Username, Value,
};
use muster_policy::{Policy, parse};
use muster_review::explain::report::Origin;
use muster_review::explain::{Question, Read, WHOLE, explain};
use muster_store::MemoryStore;
use muster_sync::{Delivery, PreviewContext, Silent, Source, SourceFailed, preview};
use std::collections::BTreeMap;

const PEOPLE: u64 = 100_000;

const POLICY: &str = "\
muster: 1
directory: staff
provider: {plugin: csv}
scope:
  groups: [staff]
  where: entry.kind != \"service\" && !has(entry.left)
identity: {key: external_id, username: uid}
fields:
  email: {from: mail, transform: [trim, lower]}
  first_name: givenName
  surname: sn
  department: ou
block:
  - {name: ended, when: has(entry.ends) && timestamp(entry.ends) < now}
";

fn row(policy: &Policy, number: u64) -> PlainRow {
    let value = |name: &String| match name.as_str() {
        "uid" => vec![format!("person{number}")],
        "mail" => vec![format!("person{number}@example.org")],
        "givenName" => vec![format!("Given{number}")],
        "sn" => vec![format!("Family{number}")],
        "ou" => vec![format!("Unit {}", number % 50)],
        "kind" if number == 5 => vec!["service".to_owned()],
        "kind" => vec!["person".to_owned()],
        _ => Vec::new(),
    };
    PlainRow {
        id: Some(number.to_string()),
        groups: vec!["staff".to_owned()],
        status: SourceStatus::Active,
        values: policy.attributes.iter().map(value).collect(),
    }
}

fn account(number: u64) -> Option<Account> {
    let fields = [
        ("email", format!("person{number}@example.org")),
        ("first_name", format!("Given{number}")),
        ("surname", format!("Family{number}")),
        ("department", format!("Unit {}", number % 50)),
    ];
    let fields: BTreeMap<FieldName, Value> = fields
        .into_iter()
        .map(|(name, text)| (FieldName::from(name), Value::Text(text)))
        .collect();
    let name = format!("person{number}");
    let mut synced: BTreeMap<FieldName, Option<Value>> = fields
        .iter()
        .map(|(name, value)| (name.clone(), Some(value.clone())))
        .collect();
    synced.insert("username".into(), Some(Value::Text(name.clone())));
    Some(Account {
        id: AccountId(number),
        username: Username::new(&name)?,
        owner: Owner::Directory("staff".into()),
        external_id: Some(number.to_string().as_str().into()),
        block_reasons: Default::default(),
        fields,
        synced,
    })
}

struct Pages<'r>(&'r Read, usize);

impl Source for Pages<'_> {
    fn next(&mut self) -> Result<Delivery, SourceFailed> {
        let page = self.0.pages.get(self.1);
        self.1 += 1;
        Ok(match page {
            Some(page) => Delivery::Page(page.clone()),
            None => Delivery::End {
                coverage: self.0.coverage.clone(),
                cursor: None,
            },
        })
    }
}

fn explaining(criterion: &mut Criterion) {
    let Ok(policy) = parse("staff.yaml", POLICY) else {
        return;
    };
    // Number 7 is not delivered.
    let numbers: Vec<u64> = (1..=PEOPLE).filter(|number| *number != 7).collect();
    let pages = numbers.chunks(1000).map(|numbers| {
        let rows: Vec<PlainRow> = numbers.iter().map(|&number| row(&policy, number)).collect();
        Page::from_rows(policy.attributes.len(), &rows, Vec::new())
    });
    let read = Read {
        pages: pages.collect(),
        coverage: Coverage::Complete {
            evidence: Evidence::default(),
        },
        cursor: None,
        note: None,
    };
    // Number 9 is new.
    let accounts = (1..=PEOPLE)
        .filter(|number| *number != 9)
        .filter_map(account);
    let Ok(store) = MemoryStore::from_accounts(accounts.collect()) else {
        return;
    };
    let now = Timestamp::UNIX_EPOCH;
    let context = PreviewContext {
        now,
        expires: now,
        plugin: "bench 1".to_owned(),
        plugin_digest: String::new(),
        read: None,
        only: None,
        overrides: BTreeMap::new(),
    };
    let mut group = criterion.benchmark_group("100,000 people");
    group.sample_size(10);
    group.bench_function("plan", |bencher| {
        bencher.iter(|| preview(&policy, &mut Pages(&read, 0), &store, &context, &Silent).ok());
    });
    for (what, asked) in [
        ("explain somebody in whom nothing changes", "person5000"),
        ("explain somebody out of scope", "person5"),
        ("explain somebody missing", "person7"),
        ("explain somebody new", "person9"),
    ] {
        group.bench_function(what, |bencher| {
            bencher.iter(|| {
                explain(&Question {
                    policy: &policy,
                    read: &read,
                    store: &store,
                    context: &context,
                    origin: &Origin::Live,
                    asked,
                    beyond: None,
                    reveal: false,
                    whole: WHOLE,
                })
                .ok()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, explaining);
criterion_main!(benches);
