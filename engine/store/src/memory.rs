//! The plain implementation: maps, and nothing else.
//!
//! Tests plan and apply on it, and every other store is compared with it.

use crate::contract::{Commit, Contents, Population, Receipt, Store, StoreError};
use muster_model::{
    Account, AccountId, AccountView, AuditRecord, DirectoryName, DirectoryRecord, ExternalId,
    Owner, Run, RunId, StateVersion, UsernameKey,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Keeps everything in memory, and only there.
#[derive(Clone, Debug)]
pub struct MemoryStore {
    identity: String,
    seal_key: [u8; 32],
    version: StateVersion,
    next: AccountId,
    accounts: BTreeMap<AccountId, Account>,
    usernames: HashMap<UsernameKey, AccountId>,
    people: HashMap<(DirectoryName, ExternalId), AccountId>,
    directories: BTreeMap<DirectoryName, DirectoryRecord>,
    runs: Vec<Run>,
    audit: Vec<AuditRecord>,
    applied: BTreeMap<String, RunId>,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::with_identity("memory", [0; 32])
    }
}

impl MemoryStore {
    /// Makes an empty store, which is the same every time.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes an empty store that stands for another one.
    pub fn with_identity(identity: impl Into<String>, seal_key: [u8; 32]) -> Self {
        Self {
            identity: identity.into(),
            seal_key,
            version: StateVersion(0),
            next: AccountId(1),
            accounts: BTreeMap::new(),
            usernames: HashMap::new(),
            people: HashMap::new(),
            directories: BTreeMap::new(),
            runs: Vec::new(),
            audit: Vec::new(),
            applied: BTreeMap::new(),
        }
    }

    /// Makes a store that holds these accounts, with the numbers that they have.
    pub fn from_accounts(accounts: Vec<Account>) -> Result<Self, StoreError> {
        let mut store = Self::new();
        store.commit(Commit {
            put: accounts,
            ..Commit::default()
        })?;
        Ok(store)
    }

    /// All accounts in order of their ids.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values()
    }

    fn check_ids(&self, commit: &Commit) -> Result<(), StoreError> {
        let mut seen = BTreeSet::new();
        for id in commit
            .put
            .iter()
            .map(|a| a.id)
            .chain(commit.delete.iter().copied())
        {
            if !seen.insert(id) {
                return Err(StoreError::NamedTwice { id });
            }
        }
        if let Some(id) = commit
            .delete
            .iter()
            .find(|id| !self.accounts.contains_key(id))
        {
            return Err(StoreError::NoSuchAccount { id: *id });
        }
        let spent = |id: &AccountId| *id < self.next && !self.accounts.contains_key(id);
        match commit.put.iter().map(|a| a.id).find(spent) {
            Some(id) => Err(StoreError::IdSpent {
                id,
                next: self.next,
            }),
            None => Ok(()),
        }
    }

    /// Checks that every name has one account afterwards: those that the commit
    /// names have let go of theirs before.
    fn check_names(&self, commit: &Commit) -> Result<(), StoreError> {
        let leaving: BTreeSet<AccountId> = (commit.put.iter().map(|a| a.id))
            .chain(commit.delete.iter().copied())
            .collect();
        let stays = |id: &&AccountId| !leaving.contains(id);
        let mut usernames = HashMap::new();
        let mut people = HashMap::new();
        for account in &commit.put {
            let key = account.username.key();
            let held = self
                .usernames
                .get(&key)
                .filter(stays)
                .or(usernames.get(&key));
            if let Some(holder) = held.copied() {
                return Err(StoreError::UsernameTaken {
                    username: key,
                    holder,
                    claimant: account.id,
                });
            }
            usernames.insert(key, account.id);
            let Some(person) = person(account) else {
                continue;
            };
            let held = self
                .people
                .get(&person)
                .filter(stays)
                .or(people.get(&person));
            if let Some(holder) = held.copied() {
                return Err(StoreError::ExternalIdTaken {
                    directory: person.0,
                    external_id: person.1,
                    holder,
                    claimant: account.id,
                });
            }
            people.insert(person, account.id);
        }
        Ok(())
    }

    fn check(&self, commit: &Commit) -> Result<(), StoreError> {
        if commit.expected != self.version {
            return Err(StoreError::Moved {
                expected: commit.expected,
                found: self.version,
            });
        }
        if commit.run.is_none() && !commit.audit.is_empty() {
            return Err(StoreError::AuditWithoutRun);
        }
        if let Some(plan) = commit.applied_plan()
            && let Some(run) = self.applied.get(plan)
        {
            return Err(StoreError::AlreadyApplied {
                plan: plan.to_owned(),
                run: *run,
            });
        }
        if let Some((id, _)) = &commit.proof
            && !self.runs.iter().any(|run| run.id == *id)
        {
            return Err(StoreError::NoSuchRun { id: *id });
        }
        self.check_ids(commit)?;
        self.check_names(commit)
    }

    fn moves(&self, commit: &Commit) -> bool {
        let differs = |record: &DirectoryRecord| self.directories.get(&record.name) != Some(record);
        !commit.put.is_empty()
            || !commit.delete.is_empty()
            || commit.directories.iter().any(differs)
    }

    fn forget(&mut self, id: AccountId) {
        if let Some(old) = self.accounts.remove(&id) {
            self.usernames.remove(&old.username.key());
            if let Some(person) = person(&old) {
                self.people.remove(&person);
            }
        }
    }

    fn remember(&mut self, account: Account) {
        self.next = self.next.max(AccountId(account.id.0.saturating_add(1)));
        self.usernames.insert(account.username.key(), account.id);
        if let Some(person) = person(&account) {
            self.people.insert(person, account.id);
        }
        self.accounts.insert(account.id, account);
    }

    fn record(&mut self, run: Option<Run>, audit: Vec<AuditRecord>) -> Option<RunId> {
        let mut run = run?;
        run.id = RunId(self.runs.len() as u64 + 1);
        run.version = self.version;
        let id = run.id;
        for mut record in audit {
            record.seq = self.audit.len() as u64 + 1;
            record.run = id;
            self.audit.push(record);
        }
        self.runs.push(run);
        Some(id)
    }
}

/// What an account is to its directory, if it has one.
fn person(account: &Account) -> Option<(DirectoryName, ExternalId)> {
    match (&account.owner, &account.external_id) {
        (Owner::Directory(name), Some(id)) => Some((name.clone(), id.clone())),
        _ => None,
    }
}

impl Store for MemoryStore {
    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn seal_key(&self) -> [u8; 32] {
        self.seal_key
    }

    fn version(&self) -> Result<StateVersion, StoreError> {
        Ok(self.version)
    }

    fn next_account_id(&self) -> Result<AccountId, StoreError> {
        Ok(self.next)
    }

    fn count(&self) -> Result<u64, StoreError> {
        Ok(self.accounts.len() as u64)
    }

    fn population(&self, directory: &DirectoryName) -> Result<Population, StoreError> {
        let mut population = Population::default();
        for account in self.accounts.values() {
            if account.owner.as_str() == directory.as_str() {
                population.add(account.block_reasons.is_empty());
            }
        }
        Ok(population)
    }

    fn everybody(&self) -> Result<Population, StoreError> {
        let mut population = Population::default();
        for account in self.accounts.values() {
            population.add(account.block_reasons.is_empty());
        }
        Ok(population)
    }

    fn scan(&self, visit: &mut dyn FnMut(AccountView<'_>)) -> Result<(), StoreError> {
        self.accounts
            .values()
            .for_each(|account| visit(account.view()));
        Ok(())
    }

    fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        Ok(self.accounts.get(&id).cloned())
    }

    fn find(&self, username: &UsernameKey) -> Result<Option<Account>, StoreError> {
        let id = self.usernames.get(username);
        Ok(id.and_then(|id| self.accounts.get(id)).cloned())
    }

    fn find_external(
        &self,
        directory: &DirectoryName,
        external_id: &ExternalId,
    ) -> Result<Option<Account>, StoreError> {
        let id = self.people.get(&(directory.clone(), external_id.clone()));
        Ok(id.and_then(|id| self.accounts.get(id)).cloned())
    }

    fn directory(&self, name: &DirectoryName) -> Result<Option<DirectoryRecord>, StoreError> {
        Ok(self.directories.get(name).cloned())
    }

    fn directories(&self) -> Result<Vec<DirectoryRecord>, StoreError> {
        Ok(self.directories.values().cloned().collect())
    }

    fn run(&self, id: RunId) -> Result<Option<Run>, StoreError> {
        Ok(self.runs.iter().find(|run| run.id == id).cloned())
    }

    fn runs(&self) -> Result<Vec<Run>, StoreError> {
        Ok(self.runs.clone())
    }

    fn audit(
        &self,
        run: Option<RunId>,
        visit: &mut dyn FnMut(AuditRecord),
    ) -> Result<(), StoreError> {
        let wanted = |record: &&AuditRecord| run.is_none_or(|run| record.run == run);
        self.audit.iter().filter(wanted).cloned().for_each(visit);
        Ok(())
    }

    fn is_applied(&self, plan: &str) -> Result<bool, StoreError> {
        Ok(self.applied.contains_key(plan))
    }

    fn commit(&mut self, commit: Commit) -> Result<Receipt, StoreError> {
        self.check(&commit)?;
        if self.moves(&commit) {
            self.version = StateVersion(self.version.0 + 1);
        }
        let plan = commit.applied_plan().map(str::to_owned);
        for id in commit
            .delete
            .iter()
            .copied()
            .chain(commit.put.iter().map(|a| a.id))
        {
            self.forget(id);
        }
        for account in commit.put {
            self.remember(account);
        }
        for record in commit.directories {
            self.directories.insert(record.name.clone(), record);
        }
        if let Some((id, proof)) = commit.proof
            && let Some(run) = self.runs.iter_mut().find(|run| run.id == id)
        {
            run.proof = Some(proof);
        }
        let run = self.record(commit.run, commit.audit);
        if let (Some(plan), Some(run)) = (plan, run) {
            self.applied.insert(plan, run);
        }
        Ok(Receipt {
            version: self.version,
            run,
        })
    }

    fn restore(&mut self, contents: Contents) -> Result<(), StoreError> {
        let used = self.version != StateVersion(0) || !self.runs.is_empty();
        if used {
            return Err(StoreError::NotEmpty);
        }
        contents.check_order()?;
        let applied = contents.applied();
        let applied = applied.map(|(plan, run)| (plan.to_owned(), run)).collect();
        let fill = Commit {
            put: contents.accounts,
            directories: contents.directories,
            ..Commit::default()
        };
        self.commit(fill)?;
        self.version = contents.version;
        self.next = self.next.max(contents.next_account_id);
        self.runs = contents.runs;
        self.audit = contents.audit;
        self.applied = applied;
        Ok(())
    }
}
