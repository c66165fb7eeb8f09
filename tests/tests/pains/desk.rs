//! An administrator's desk: an intranet in memory, policies and reads as texts.

use crate::read::{Order, Read, Recorded};
use jiff::{SignedDuration, Timestamp};
use muster_model::{Account, Action, Actor, Fault, Owner, Plan, Run, UsernameKey, Value};
use muster_policy::{Beside, Colour, Policy, check_with, render};
use muster_review::explain::report::Origin;
use muster_review::explain::{self, Answer, Explanation, Question};
use muster_store::{AccountJson, Commit, MemoryStore, Store};
use muster_sync::plan_file::{self, Once};
use muster_sync::review::Approved;
use muster_sync::{ApplyContext, ApplyRefused, PlanOrigin, PreviewContext, Silent, apply, preview};
use std::collections::BTreeMap;

/// A complete read.
pub const COMPLETE: &str = r#"{"coverage": "complete"}"#;

/// The intranet, and the present day.
pub struct Desk {
    pub store: MemoryStore,
    pub now: Timestamp,
    files: BTreeMap<String, String>,
}

impl Desk {
    /// An empty intranet.
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// An intranet with accounts, as `state export` writes them.
    pub fn with(accounts: &[&str]) -> Self {
        let accounts = accounts
            .iter()
            .map(|line| serde_json::from_str::<AccountJson>(line).expect("an account"))
            .map(AccountJson::into_account);
        Self {
            store: MemoryStore::from_accounts(accounts.collect::<Vec<_>>()).unwrap(),
            now: "2026-11-23T08:00:00Z".parse().unwrap(),
            files: BTreeMap::new(),
        }
    }

    /// Puts a file beside the policies.
    pub fn file(&mut self, name: &str, text: &str) {
        self.files.insert(name.to_owned(), text.to_owned());
    }

    /// Lets days go by.
    pub fn later(&mut self, days: i64) {
        self.now = self
            .now
            .checked_add(SignedDuration::from_hours(24 * days))
            .unwrap();
    }

    /// Reads a policy: `rest` begins behind `provider`.
    pub fn policy(&self, directory: &str, rest: &str) -> Policy {
        let text = format!(
            "muster: 1\ndirectory: {directory}\nprovider: {{plugin: csv, config: {{path: people.csv}}}}\n{rest}"
        );
        let beside = Beside {
            files: &self.files,
            values: None,
        };
        let checked = check_with(&format!("{directory}.yaml"), &text, &beside);
        let shown = render(&checked.diagnostics, &checked, Colour::Never);
        checked.policy.unwrap_or_else(|| panic!("{shown}"))
    }

    /// Plans a read of everybody.
    pub fn plan(&self, policy: &Policy, people: &[&str]) -> Plan {
        self.plan_of(policy, COMPLETE, people)
    }

    /// Plans a read that ends as its first line says.
    pub fn plan_of(&self, policy: &Policy, coverage: &str, people: &[&str]) -> Plan {
        let text = format!("{coverage}\n{}", people.join("\n"));
        let read = Read::parse(&text, &policy.attributes);
        let mut source = Recorded::new(&read, Order::AsGiven, 2);
        preview(policy, &mut source, &self.store, &self.context(), &Silent).unwrap()
    }

    /// Explains one person whom a read delivers, or not.
    pub fn explain(
        &self,
        policy: &Policy,
        coverage: &str,
        people: &[&str],
        asked: &str,
    ) -> Explanation {
        let text = format!("{coverage}\n{}", people.join("\n"));
        let read = Read::parse(&text, &policy.attributes);
        let mut source = Recorded::new(&read, Order::AsGiven, 2);
        let read = explain::Read::take(&mut source, &Silent).unwrap();
        let question = Question {
            policy,
            read: &read,
            store: &self.store,
            context: &self.context(),
            origin: &Origin::Live,
            asked,
            beyond: None,
            reveal: true,
            whole: explain::WHOLE,
        };
        match explain::explain(&question).unwrap() {
            Answer::Explained(explanation) => *explanation,
            other => panic!("{other:#?}"),
        }
    }

    fn context(&self) -> PreviewContext {
        PreviewContext {
            now: self.now,
            expires: self.now + SignedDuration::from_hours(24),
            plugin: "desk 1.0.0".to_owned(),
            plugin_digest: "0".repeat(64),
            read: None,
            only: None,
            overrides: BTreeMap::new(),
        }
    }

    /// Plans and applies; afterwards there is nothing left to do.
    pub fn sync(&mut self, policy: &Policy, people: &[&str]) -> Plan {
        self.sync_of(policy, COMPLETE, people)
    }

    /// The same for a read that ends as its first line says.
    pub fn sync_of(&mut self, policy: &Policy, coverage: &str, people: &[&str]) -> Plan {
        let plan = self.plan_of(policy, coverage, people);
        let context = ApplyContext {
            now: self.now,
            actor: Actor {
                name: "desk".to_owned(),
                command: "apply".to_owned(),
            },
            plugin_digest: "0".repeat(64),
            origin: PlanOrigin::Fresh,
            approvals: Default::default(),
        };
        apply(&plan, policy, &mut self.store, &context).unwrap();
        let again = self.plan_of(policy, coverage, people);
        assert!(again.changes.is_empty(), "again: {:#?}", again.changes);
        plan
    }

    /// Applies a plan that was written to a file and read again.
    pub fn apply_saved(
        &mut self,
        plan: &Plan,
        policy: &Policy,
        actor: &str,
    ) -> Result<Run, ApplyRefused> {
        self.apply_approved(plan, policy, actor, Approved::default())
    }

    /// The same with approvals.
    pub fn apply_approved(
        &mut self,
        plan: &Plan,
        policy: &Policy,
        actor: &str,
        approvals: Approved,
    ) -> Result<Run, ApplyRefused> {
        let key = self.store.seal_key();
        let file = plan_file::write(plan, &key, Once([7; 12])).unwrap();
        let sealed = plan_file::read(&file, &key).unwrap();
        assert_eq!(sealed.plan, *plan, "what is read is what was written");
        let context = ApplyContext {
            now: self.now,
            actor: Actor {
                name: actor.to_owned(),
                command: "apply".to_owned(),
            },
            plugin_digest: "0".repeat(64),
            origin: PlanOrigin::File(sealed.digest),
            approvals,
        };
        apply(&sealed.plan, policy, &mut self.store, &context)
    }

    /// An account that must be there.
    pub fn account(&self, username: &str) -> Account {
        let found = self.store.find(&UsernameKey::of(username)).unwrap();
        found.unwrap_or_else(|| panic!("nobody is called `{username}`"))
    }

    /// Edits an account behind the back of sync.
    pub fn tamper(&mut self, username: &str, edit: impl FnOnce(&mut Account)) {
        let mut account = self.account(username);
        edit(&mut account);
        let expected = self.store.version().unwrap();
        self.store
            .commit(Commit {
                expected,
                put: vec![account],
                ..Commit::default()
            })
            .unwrap();
    }
}

/// Number of changes of a kind.
pub fn count(plan: &Plan, action: Action) -> u64 {
    plan.summary.get(&action).copied().unwrap_or(0)
}

/// The findings of a kind.
pub fn findings(plan: &Plan, fault: Fault) -> Vec<&str> {
    plan.findings
        .iter()
        .filter(|finding| finding.code == fault)
        .map(|finding| finding.text.as_str())
        .collect()
}

/// A field that holds one text.
pub fn text(account: &Account, field: &str) -> Option<String> {
    account.fields.get(field).map(Value::to_string)
}

/// The reasons for which an account is blocked.
pub fn reasons(account: &Account) -> Vec<String> {
    account
        .block_reasons
        .iter()
        .map(ToString::to_string)
        .collect()
}

/// True if the account belongs to a directory of this name.
pub fn belongs_to(account: &Account, directory: &str) -> bool {
    account.owner == Owner::from_name(directory)
}
