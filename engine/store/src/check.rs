//! Looks whether a store agrees with itself.

use crate::contract::{Store, StoreError};
use crate::export::Counts;
use muster_model::{AccountId, AccountView, Owner, RunId, StateVersion, UsernameKey};
use std::collections::HashMap;

/// What a check has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What was looked at.
    pub counts: Counts,
    /// What is wrong, as sentences; empty if all is well.
    pub problems: Vec<String>,
}

impl Report {
    /// True if nothing is wrong.
    pub fn is_well(&self) -> bool {
        self.problems.is_empty()
    }

    pub(crate) fn problem(&mut self, text: impl Into<String>) {
        self.problems.push(text.into());
    }
}

/// Walks through all that a store holds.
pub fn check(store: &dyn Store) -> Result<Report, StoreError> {
    let mut report = Report::default();
    report.counts.directories = store.directories()?.len() as u64;
    check_accounts(store, &mut report)?;
    check_runs(store, &mut report)?;
    check_audit(store, &mut report)?;
    Ok(report)
}

fn check_accounts(store: &dyn Store, report: &mut Report) -> Result<(), StoreError> {
    let next = store.next_account_id()?;
    let mut names = Names::default();
    let mut last = None;
    store.scan(&mut |view| {
        report.counts.accounts += 1;
        let id = view.id;
        if last.replace(id).is_some_and(|last| last >= id) {
            report.problem(format!("account {id} is out of order"));
        }
        if id >= next || id == AccountId(0) {
            report.problem(format!("account {id} has a number that was never given"));
        }
        names.take(&view, report);
    })?;
    let (count, found) = (store.count()?, report.counts.accounts);
    if count != found {
        report.problem(format!(
            "there should be {count} accounts, and there are {found}"
        ));
    }
    Ok(())
}

/// Names that were met.
#[derive(Default)]
struct Names {
    usernames: HashMap<UsernameKey, AccountId>,
    people: HashMap<(String, String), AccountId>,
}

impl Names {
    fn take(&mut self, view: &AccountView<'_>, report: &mut Report) {
        let (id, username) = (view.id, view.username);
        if username.trim().is_empty() {
            report.problem(format!("account {id} has no username"));
        }
        if let Some(first) = self.usernames.insert(UsernameKey::of(username), id) {
            report.problem(format!(
                "accounts {first} and {id} are both called `{username}`"
            ));
        }
        let Some(external_id) = view.external_id.filter(|_| view.owner != Owner::LOCAL) else {
            return;
        };
        let person = (view.owner.to_owned(), external_id.to_owned());
        if let Some(first) = self.people.insert(person, id) {
            report.problem(format!(
                "accounts {first} and {id} are both `{external_id}` of the directory `{}`",
                view.owner
            ));
        }
    }
}

fn check_runs(store: &dyn Store, report: &mut Report) -> Result<(), StoreError> {
    let runs = store.runs()?;
    report.counts.runs = runs.len() as u64;
    let version = store.version()?;
    let mut last = StateVersion(0);
    for (run, number) in runs.iter().zip(1..) {
        if run.id != RunId(number) {
            report.problem(format!("run {} stands where r{number} should", run.id));
        }
        if run.version < last || run.version > version {
            report.problem(format!("run {} cannot have led to {}", run.id, run.version));
        }
        last = run.version;
        if let Some(plan) = run.applied_plan()
            && !store.is_applied(plan)?
        {
            report.problem(format!("the plan of run {} could be applied again", run.id));
        }
    }
    Ok(())
}

fn check_audit(store: &dyn Store, report: &mut Report) -> Result<(), StoreError> {
    let runs = RunId(report.counts.runs);
    let mut count = 0;
    let mut last = RunId(1);
    store.audit(None, &mut |record| {
        count += 1;
        if record.seq != count {
            let seq = record.seq;
            report.problem(format!("audit record {seq} stands where {count} should"));
        }
        if record.run < last || record.run > runs {
            report.problem(format!(
                "audit record {count} cannot be of run {}",
                record.run
            ));
        }
        last = record.run;
    })?;
    report.counts.audit = count;
    Ok(())
}
