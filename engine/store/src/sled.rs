//! A state folder on disk, kept by sled.
//!
//! Entry point: [`SledStore::open_or_create`]. One process is inside at a time,
//! readers included: sled has no readers beside a writer.
//!
//! INVARIANT: a commit is one batch on one tree and one flush; after a kill at
//! any instant the folder holds all of it or none.

mod border;
mod clean;
mod folder;
mod frames;
mod guard;
mod keys;
mod meta;
mod names;
mod read;
mod write;

use crate::check::{self, Report};
use crate::contract::{Commit, Contents, Population, Receipt, Store, StoreError};
use crate::lock::{FolderLock, Opening};
use crate::memory::MemoryStore;
use crate::record::from_json;
use border::Border;
use clean::Clean;
use folder::Found;
use guard::Paths;
use meta::Meta;
use muster_model::{
    Account, AccountId, AccountView, AuditRecord, DirectoryName, DirectoryRecord, ExternalId, Run,
    RunId, StateVersion, UsernameKey,
};
use names::Name;
use std::borrow::Cow;
use std::path::Path;
use write::Draft;

/// Keeps everything in a folder.
pub struct SledStore {
    paths: Paths,
    meta: Meta,
    seal_key: [u8; 32],
    /// Taken away when the store is closed, before the lock goes.
    border: Option<Border>,
    _lock: FolderLock,
}

impl SledStore {
    /// Opens the state in a folder; makes an empty one if there is none.
    pub fn open_or_create(dir: &Path, opening: &Opening) -> Result<Self, StoreError> {
        let paths = Paths::new(dir);
        folder::look(&paths)?;
        folder::make(&paths)?;
        let lock = FolderLock::take(dir, opening)?;
        // Looked at again: another process may have made it in the meantime.
        if folder::look(&paths)? == Found::Nothing {
            folder::create(&paths)?;
        }
        Self::enter(paths, lock)
    }

    /// Opens the state in a folder, and makes nothing.
    pub fn open_existing(dir: &Path, opening: &Opening) -> Result<Self, StoreError> {
        let paths = Paths::new(dir);
        if folder::look(&paths)? == Found::Nothing {
            return Err(StoreError::Missing {
                path: dir.to_owned(),
            });
        }
        let lock = FolderLock::take(dir, opening)?;
        folder::look(&paths)?;
        Self::enter(paths, lock)
    }

    /// Opens the state in a folder for a look: if there is none, an empty store
    /// in memory stands for it, and nothing is made.
    ///
    /// A plan that is to be applied later is bound to the identity of a state
    /// that exists: to write one, use [`SledStore::open_or_create`].
    pub fn open_for_reading(dir: &Path, opening: &Opening) -> Result<Box<dyn Store>, StoreError> {
        match Self::open_existing(dir, opening) {
            Ok(store) => Ok(Box::new(store)),
            Err(StoreError::Missing { .. }) => Ok(Box::new(MemoryStore::with_identity(
                "not made yet",
                [0; 32],
            ))),
            Err(error) => Err(error),
        }
    }

    fn enter(paths: Paths, lock: FolderLock) -> Result<Self, StoreError> {
        let damaged = |what: &str| StoreError::damaged(&paths.dir, what);
        let before = guard::prepare(&paths)?;
        let border = Border::open(&paths.db, &paths.dir)?;
        let meta: Option<Meta> = border.get(keys::META, from_json)?;
        let expected = before.clean.as_ref().map(|clean| clean.commits);
        if expected.is_some() && expected != meta.as_ref().map(|meta| meta.commits) {
            border.leave();
            let io = |source| StoreError::io("open", &paths.dir, source);
            before.put_back(&paths).map_err(io)?;
            return Err(damaged(
                "the database did not see its last commits, and was put back as it was",
            ));
        }
        let meta = meta.ok_or_else(|| damaged("the database has lost its counters"))?;
        let seal_key = meta
            .key()
            .ok_or_else(|| damaged("the key that seals plans is none"))?;
        Ok(Self {
            paths,
            meta,
            seal_key,
            border: Some(border),
            _lock: lock,
        })
    }

    /// Looks whether the state at a folder is whole, and says what is not.
    ///
    /// Damage is a finding here: an error means that it could not be looked at.
    pub fn check(dir: &Path, opening: &Opening) -> Result<Report, StoreError> {
        let checked = Self::open_existing(dir, opening).and_then(|store| store.checked());
        match checked {
            Err(StoreError::Damaged { what, .. }) => Ok(Report {
                problems: vec![what],
                ..Report::default()
            }),
            other => other,
        }
    }

    fn checked(&self) -> Result<Report, StoreError> {
        let mut report = check::check(self)?;
        names::check(self.border()?, &mut report)?;
        let counters = [
            ("runs", self.meta.runs, report.counts.runs),
            ("audit records", self.meta.audit, report.counts.audit),
        ];
        for (noun, count, found) in counters {
            if count != found {
                report.problem(format!(
                    "there should be {count} {noun}, and there are {found}"
                ));
            }
        }
        Ok(report)
    }

    fn border(&self) -> Result<&Border, StoreError> {
        self.border.as_ref().ok_or_else(|| StoreError::Closed {
            path: self.paths.dir.clone(),
        })
    }

    /// Numbers of accounts, by owner.
    fn people(&self) -> Result<Cow<'_, meta::People>, StoreError> {
        Ok(match &self.meta.people {
            Some(people) => Cow::Borrowed(people),
            None => Cow::Owned(read::people(self.border()?)?),
        })
    }

    /// Writes a draft, or finds out that a failed write landed all the same.
    fn write(&mut self, meta: Meta, batch: border::Batch) -> Result<(), StoreError> {
        let before = guard::landed(&self.paths).ok();
        let written = self.border()?.write(batch);
        if let Err(error) = written {
            let after = guard::landed(&self.paths).ok();
            let one_more = |(log, count, _)| Some((log, count + 1, frames::End::Whole));
            if before.is_none() || after != before.and_then(one_more) {
                return Err(error);
            }
            tracing::warn!(%error, "the commit was written; closing the database failed after it");
        }
        self.meta = meta;
        Ok(())
    }
}

impl Drop for SledStore {
    fn drop(&mut self) {
        let Some(border) = self.border.take() else {
            return;
        };
        let failed = border.has_failed();
        drop(border);
        if failed {
            return;
        }
        let marked =
            Clean::take(&self.paths, self.meta.commits).and_then(|clean| clean.save(&self.paths));
        if let Err(error) = marked {
            tracing::debug!(%error, "the state was closed without its mark");
        }
    }
}

impl Store for SledStore {
    fn identity(&self) -> String {
        self.meta.identity.clone()
    }

    fn seal_key(&self) -> [u8; 32] {
        self.seal_key
    }

    fn version(&self) -> Result<StateVersion, StoreError> {
        Ok(self.meta.version)
    }

    fn next_account_id(&self) -> Result<AccountId, StoreError> {
        Ok(self.meta.next_account)
    }

    fn count(&self) -> Result<u64, StoreError> {
        Ok(self.meta.accounts)
    }

    fn population(&self, directory: &DirectoryName) -> Result<Population, StoreError> {
        let people = self.people()?;
        Ok(people.get(directory.as_str()).copied().unwrap_or_default())
    }

    fn everybody(&self) -> Result<Population, StoreError> {
        let people = self.people()?;
        Ok(people
            .values()
            .copied()
            .fold(Population::default(), Population::join))
    }

    fn scan(&self, visit: &mut dyn FnMut(AccountView<'_>)) -> Result<(), StoreError> {
        read::scan(self.border()?, visit)
    }

    fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        read::account(self.border()?, id)
    }

    fn find(&self, username: &UsernameKey) -> Result<Option<Account>, StoreError> {
        read::find(self.border()?, &Name::Username(username.clone()))
    }

    fn find_external(
        &self,
        directory: &DirectoryName,
        external_id: &ExternalId,
    ) -> Result<Option<Account>, StoreError> {
        let person = Name::Person(directory.clone(), external_id.clone());
        read::find(self.border()?, &person)
    }

    fn directory(&self, name: &DirectoryName) -> Result<Option<DirectoryRecord>, StoreError> {
        read::directory(self.border()?, name)
    }

    fn directories(&self) -> Result<Vec<DirectoryRecord>, StoreError> {
        read::directories(self.border()?)
    }

    fn run(&self, id: RunId) -> Result<Option<Run>, StoreError> {
        read::run(self.border()?, id)
    }

    fn runs(&self) -> Result<Vec<Run>, StoreError> {
        read::runs(self.border()?)
    }

    fn audit(
        &self,
        run: Option<RunId>,
        visit: &mut dyn FnMut(AuditRecord),
    ) -> Result<(), StoreError> {
        read::audit(self.border()?, run, visit)
    }

    fn is_applied(&self, plan: &str) -> Result<bool, StoreError> {
        Ok(read::applied(self.border()?, plan)?.is_some())
    }

    fn commit(&mut self, commit: Commit) -> Result<Receipt, StoreError> {
        let mut draft = Draft::new(self.border()?, &self.meta);
        let run = draft.commit(commit)?;
        let (meta, batch) = draft.finish();
        self.write(meta, batch)?;
        Ok(Receipt {
            version: self.meta.version,
            run,
        })
    }

    fn restore(&mut self, contents: Contents) -> Result<(), StoreError> {
        if !self.meta.is_new() {
            return Err(StoreError::NotEmpty);
        }
        let mut draft = Draft::new(self.border()?, &self.meta);
        draft.restore(contents)?;
        let (meta, batch) = draft.finish();
        self.write(meta, batch)
    }
}
