//! Tests of tests.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod outcomes;
mod wrong;

use super::{Beside, Checked, Results, read, run};
use muster_policy::Policy;
use std::collections::BTreeMap;
use std::sync::Arc;

const POLICY: &str = "\
muster: 1
directory: staff
provider: {plugin: csv}
scope:
  groups: [intranet, partners]
  where: entry.kind != \"service\"
  exclude: {groups: [interns], under: [/Board], usernames: [root]}
identity:
  key: external_id
  username: login
  adopt: {match: [email]}
fields:
  email: {from: mail, transform: [trim, lower]}
  title: {from: title, default: none}
  iban: {from: bank, sensitive: true}
  manager: {reference: boss, by: id}
  roles: {groups: {editors: editor, \"team-*\": \"team-$1\"}}
block:
  - name: ended
    when: has(entry.end) && timestamp(entry.end) < now
guards:
  create: {max: 3}
";

/// Files beside the tests.
struct Shelf {
    policy: String,
    files: BTreeMap<String, Vec<u8>>,
}

impl Beside for Shelf {
    fn policy(&self, path: &str, _values: Option<&str>) -> Result<Arc<Policy>, String> {
        if path != "policy.yaml" {
            return Err("there is no such file".to_owned());
        }
        let policy = muster_policy::parse(path, &self.policy);
        policy.map(Arc::new).map_err(|wrong| wrong[0].to_string())
    }

    fn bytes(&self, path: &str) -> Result<Arc<Vec<u8>>, String> {
        let bytes = self.files.get(path).cloned();
        bytes
            .map(Arc::new)
            .ok_or("there is no such file".to_owned())
    }
}

/// Reads tests of the policy above; the head is given.
fn checked(tests: &str) -> Checked {
    let text = format!("muster: 1\npolicy: policy.yaml\nnow: 2026-11-23\n{tests}");
    let shelf = Shelf {
        policy: POLICY.to_owned(),
        files: BTreeMap::new(),
    };
    read("a.test.yaml", &text, &shelf)
}

/// Runs tests in which nothing is wrong.
fn results(tests: &str) -> Results {
    let checked = checked(tests);
    assert_eq!(checked.diagnostics, [], "{tests}");
    run(&[checked.suite.unwrap()])
}

/// What is said of tests that fail, in a line each.
fn told(tests: &str) -> Vec<String> {
    let outcomes = results(tests).outcomes.into_iter();
    let failures = outcomes.flat_map(|outcome| outcome.failures);
    failures
        .flat_map(|failure| {
            let who = failure.person.unwrap_or_default();
            failure
                .differences
                .into_iter()
                .map(move |one| format!("{who} {}: {} but {}", one.of, one.expected, one.found))
        })
        .collect()
}
