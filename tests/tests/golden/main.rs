//! Plans, as folders of data: `tests/golden/CASE/`.
//!
//! | file | holds |
//! | --- | --- |
//! | `policy.yaml` | the policy; its first comment says what the case shows |
//! | files that it names | in the same folder |
//! | `policy-before.yaml` | the policy of the last run, if it was another one |
//! | `entries.jsonl` | the read: its coverage, then an entry or a broken record a line |
//! | `accounts.jsonl` | the intranet before, as `state export` writes accounts |
//! | `run.json` | `only`, `override` and `now`, if the case needs them; where the `policy` and its `values` stand, if not here |
//! | `plan.json` | the plan that must come of it |
//! | `accounts-after.jsonl` | the intranet after it is applied |
//!
//! `MUSTER_BLESS=1 cargo test -p muster-tests --test golden` writes the last two
//! anew: read them like code before they are committed. `plan.txt` beside them is
//! `plan.json` as people see it; the command line's own tests write and compare
//! it.
//!
//! Whatever a case is about, its plan must be the same for entries in any order
//! and on pages of any size, and from a snapshot of the read; and after it was
//! applied, planning again must find nothing to do; taken back, the accounts that were
//! there are what they were. And the explanation of each
//! person must say, step by step, exactly what the plan does to them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod case;
mod implied;
mod pending;
mod read;
mod undone;

use case::Case;
use muster_sync::ApplyRefused;
use read::Order;
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")
}

#[test]
fn golden_plans() {
    let mut cases: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    cases.sort();
    assert!(cases.len() >= 35, "only {} cases were found", cases.len());
    let faults: Vec<String> = cases.iter().flat_map(|path| check(path)).collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n\n"));
}

/// The example policies have cases of their own, beside them.
#[test]
fn cases_of_the_examples() {
    let examples = folder().join("../../policies/examples");
    let folders = |path: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(path).into_iter().flatten();
        let mut found: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        found.sort();
        found
    };
    let cases = folders(&examples)
        .iter()
        .flat_map(|example| folders(&example.join("cases")))
        .collect::<Vec<_>>();
    assert!(cases.len() >= 10, "only {} cases were found", cases.len());
    let faults: Vec<String> = cases.iter().flat_map(|path| check(path)).collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n\n"));
}

/// Runs one case; gives what is not as it should be.
fn check(path: &Path) -> Vec<String> {
    let case = Case::load(path);
    let mut faults = Vec::new();
    let plan = case.plan(&case.store, Order::AsGiven, usize::MAX);
    let json = serde_json::to_string_pretty(&plan).unwrap() + "\n";
    faults.extend(case.differs("plan.json", &json));

    for order in [Order::AsGiven, Order::Reversed] {
        for size in [1, 2, 3, usize::MAX] {
            let other = case.plan(&case.store, order, size);
            if serde_json::to_string_pretty(&other).unwrap() + "\n" != json {
                faults.push(case.fault(&format!(
                    "{order:?} on pages of {size}, the plan is another one"
                )));
            }
        }
    }

    if let Some((plan, all)) = case.explained() {
        let told = implied::faults(&plan, &all);
        faults.extend(told.iter().map(|fault| case.fault(fault)));
    }

    let replayed = case.plan_of_snapshot(&case.store);
    if serde_json::to_string_pretty(&replayed).unwrap() + "\n" != json {
        faults.push(case.fault("from a snapshot of the read, the plan is another one"));
    }

    let mut store = case.store.clone();
    let applied = case.apply(&plan, &mut store);
    faults.extend(case.differs("accounts-after.jsonl", &case::export(&store)));
    match applied {
        Ok(()) => {
            let again = case.plan(&store, Order::AsGiven, usize::MAX);
            let is_quiet = again.settled.is_empty() && again.remembered.is_empty();
            if !again.changes.is_empty() || !is_quiet {
                let again = (&again.changes, &again.settled, &again.remembered);
                let again = serde_json::to_string_pretty(&again).unwrap();
                faults.push(case.fault(&format!("planning again finds {again}")));
            }
            if !plan.changes.is_empty() {
                let told = undone::faults(&case, &plan, store);
                faults.extend(told.iter().map(|fault| case.fault(fault)));
            }
        }
        Err(ApplyRefused::Stopped { .. }) if plan.is_stopped() => {
            if case::export(&store) != case::export(&case.store) {
                faults.push(case.fault("the plan was stopped, and something changed"));
            }
        }
        Err(refused) => faults.push(case.fault(&format!("it cannot be applied: {refused}"))),
    }
    faults
}
