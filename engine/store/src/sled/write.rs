//! A commit on its way: everything is checked and packed before anything is
//! written.

use super::border::{Batch, Border};
use super::keys;
use super::meta::{Meta, People};
use super::names::Names;
use super::read;
use crate::contract::{Commit, Contents, StoreError};
use crate::record::{Block, pack_accounts, pack_audit, to_json};
use muster_model::{Account, AccountId, AuditRecord, DirectoryRecord, Run, RunId, StateVersion};
use serde::Serialize;
use std::collections::BTreeMap;

/// Audit records that share a record.
const PART: usize = 256;

/// What is to become of an account.
type Fate = Option<Account>;

/// The batch that a commit becomes, and the counters after it.
pub(super) struct Draft<'a> {
    border: &'a Border,
    meta: Meta,
    batch: Batch,
}

impl<'a> Draft<'a> {
    pub(super) fn new(border: &'a Border, meta: &Meta) -> Self {
        Self {
            border,
            meta: meta.clone(),
            batch: Batch::default(),
        }
    }

    /// Takes a whole commit; returns the run's number.
    pub(super) fn commit(&mut self, commit: Commit) -> Result<Option<RunId>, StoreError> {
        self.check(&commit)?;
        let plan = commit.applied_plan().map(str::to_owned);
        let mut moved = !commit.put.is_empty() || !commit.delete.is_empty();
        self.accounts(commit.put, commit.delete)?;
        for record in commit.directories {
            moved |= read::directory(self.border, &record.name)?.as_ref() != Some(&record);
            self.directory(&record);
        }
        if moved {
            self.meta.version = StateVersion(self.meta.version.0 + 1);
        }
        if let Some((id, proof)) = commit.proof {
            let run = read::run(self.border, id)?.ok_or(StoreError::NoSuchRun { id })?;
            self.json(
                keys::run(id),
                &Run {
                    proof: Some(proof),
                    ..run
                },
            );
        }
        let Some(mut run) = commit.run else {
            return Ok(None);
        };
        run.id = RunId(self.meta.runs + 1);
        run.version = self.meta.version;
        let mut audit = commit.audit;
        for (record, seq) in audit.iter_mut().zip(self.meta.audit + 1..) {
            record.seq = seq;
            record.run = run.id;
        }
        if let Some(plan) = plan {
            self.applied(&plan, run.id);
        }
        self.run(&run, &audit);
        Ok(Some(run.id))
    }

    /// Takes all that another store held.
    pub(super) fn restore(&mut self, contents: Contents) -> Result<(), StoreError> {
        contents.check_order()?;
        for (plan, run) in contents.applied() {
            self.applied(plan, run);
        }
        let mut audit = contents.audit.as_slice();
        for run in &contents.runs {
            let end = audit.partition_point(|record| record.run <= run.id);
            let (of_run, rest) = audit.split_at(end);
            self.run(run, of_run);
            audit = rest;
        }
        for record in &contents.directories {
            self.directory(record);
        }
        self.meta.version = contents.version;
        self.accounts(contents.accounts, Vec::new())?;
        self.meta.next_account = self.meta.next_account.max(contents.next_account_id);
        Ok(())
    }

    fn check(&self, commit: &Commit) -> Result<(), StoreError> {
        if commit.expected != self.meta.version {
            return Err(StoreError::Moved {
                expected: commit.expected,
                found: self.meta.version,
            });
        }
        if commit.run.is_none() && !commit.audit.is_empty() {
            return Err(StoreError::AuditWithoutRun);
        }
        if let Some(plan) = commit.applied_plan()
            && let Some(run) = read::applied(self.border, plan)?
        {
            return Err(StoreError::AlreadyApplied {
                plan: plan.to_owned(),
                run,
            });
        }
        Ok(())
    }

    /// Puts and deletes accounts, block by block.
    fn accounts(&mut self, put: Vec<Account>, delete: Vec<AccountId>) -> Result<(), StoreError> {
        let mut names = Names::default();
        let next = self.meta.next_account;
        let mut people = match self.meta.people.take() {
            Some(people) => people,
            None => read::people(self.border)?,
        };
        for (block, fates) in by_block(put, delete)? {
            let mut accounts = read::block(self.border, block)?;
            for (id, fate) in fates {
                let old = accounts.remove(&id);
                match (&old, &fate) {
                    (None, None) => return Err(StoreError::NoSuchAccount { id }),
                    (None, Some(_)) if id < next => return Err(StoreError::IdSpent { id, next }),
                    (None, Some(_)) => self.meta.accounts += 1,
                    (Some(_), None) => self.meta.accounts -= 1,
                    (Some(_), Some(_)) => {}
                }
                names.change(old.as_ref(), fate.as_ref());
                count(&mut people, old.as_ref(), fate.as_ref());
                if let Some(account) = fate {
                    let after = AccountId(id.0.saturating_add(1));
                    self.meta.next_account = self.meta.next_account.max(after);
                    accounts.insert(id, account);
                }
            }
            // An empty block stays: sled is at its weakest where it removes.
            let record = pack_accounts(block, accounts.values());
            self.batch.insert(keys::accounts(block), record);
        }
        self.meta.people = Some(people);
        let border = self.border;
        names.write(border, &|id| read::account(border, id), &mut self.batch)
    }

    fn directory(&mut self, record: &DirectoryRecord) {
        self.json(keys::directory(&record.name), record);
    }

    /// Notes that a run has applied a plan.
    fn applied(&mut self, plan: &str, run: RunId) {
        self.json(keys::plan(plan), &run);
    }

    /// Writes a run and what it did.
    fn run(&mut self, run: &Run, audit: &[AuditRecord]) {
        self.meta.runs = self.meta.runs.max(run.id.0);
        self.meta.audit += audit.len() as u64;
        self.json(keys::run(run.id), run);
        for (part, records) in (0..).zip(audit.chunks(PART)) {
            let key = keys::audit_part(run.id, part);
            self.batch.insert(key, pack_audit(records));
        }
    }

    /// Closes the draft.
    pub(super) fn finish(mut self) -> (Meta, Batch) {
        self.meta.commits += 1;
        let meta = self.meta.clone();
        self.json(keys::META.to_vec(), &meta);
        (self.meta, self.batch)
    }

    /// INVARIANT: all that is written here is a struct with text keys, which
    /// always has a JSON form; a record that had none would read as damage.
    fn json(&mut self, key: Vec<u8>, thing: &impl Serialize) {
        self.batch.insert(key, to_json(thing).unwrap_or_default());
    }
}

/// Counts an account out of its old owner's and into its new one's.
fn count(people: &mut People, old: Option<&Account>, new: Option<&Account>) {
    let is_active = |account: &Account| account.block_reasons.is_empty();
    if let Some(old) = old
        && let Some(population) = people.get_mut(old.owner.as_str())
    {
        population.remove(is_active(old));
    }
    if let Some(new) = new {
        let name = new.owner.as_str().to_owned();
        people.entry(name).or_default().add(is_active(new));
    }
}

/// Sorts what happens by the blocks that it happens to.
fn by_block(
    put: Vec<Account>,
    delete: Vec<AccountId>,
) -> Result<BTreeMap<Block, BTreeMap<AccountId, Fate>>, StoreError> {
    let mut blocks: BTreeMap<Block, BTreeMap<AccountId, Fate>> = BTreeMap::new();
    let put = put.into_iter().map(|account| (account.id, Some(account)));
    let delete = delete.into_iter().map(|id| (id, None));
    for (id, fate) in put.chain(delete) {
        let fates = blocks.entry(Block::of(id)).or_default();
        if fates.insert(id, fate).is_some() {
            return Err(StoreError::NamedTwice { id });
        }
    }
    Ok(blocks)
}
