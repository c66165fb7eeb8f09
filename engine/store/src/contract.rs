//! What a store promises, and why it may refuse.

use crate::lock::Holder;
use muster_model::{
    Account, AccountId, AccountView, AuditRecord, DirectoryName, DirectoryRecord, ExternalId,
    Proof, Run, RunId, StateVersion, UsernameKey,
};
use std::io;
use std::path::{Path, PathBuf};

/// Everything that one run writes: all of it lands, or none.
#[derive(Clone, Debug, Default)]
pub struct Commit {
    /// The version that the writer has read; another one is refused.
    pub expected: StateVersion,
    /// Accounts as they are to be. New ids must be at or above
    /// [`Store::next_account_id`]; usernames are released before any is claimed.
    pub put: Vec<Account>,
    /// Accounts to delete for good.
    pub delete: Vec<AccountId>,
    /// What was done to whom. `seq` and `run` are filled in by the store.
    pub audit: Vec<AuditRecord>,
    /// The run. `id` and `version` are filled in by the store.
    pub run: Option<Run>,
    /// Directories to remember, with their cursors.
    pub directories: Vec<DirectoryRecord>,
    /// What a run's proof has shown; the run must be there.
    pub proof: Option<(RunId, Proof)>,
}

impl Commit {
    /// The digest of the plan that this commit applies for good, if it does.
    pub fn applied_plan(&self) -> Option<&str> {
        self.run.as_ref().and_then(Run::applied_plan)
    }
}

/// All that a store holds, as an export has it: numbers stay as they are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contents {
    /// See [`Store::version`].
    pub version: StateVersion,
    /// See [`Store::next_account_id`].
    pub next_account_id: AccountId,
    /// All accounts.
    pub accounts: Vec<Account>,
    /// All directories.
    pub directories: Vec<DirectoryRecord>,
    /// All runs, numbered from 1 without a gap.
    pub runs: Vec<Run>,
    /// All audit records, numbered from 1 without a gap, in order of their runs.
    pub audit: Vec<AuditRecord>,
}

impl Contents {
    /// Says what is wrong with the numbers of runs and audit records.
    pub(crate) fn check_order(&self) -> Result<(), StoreError> {
        let wrong = |what: String| Err(StoreError::OutOfOrder { what });
        for (run, number) in self.runs.iter().zip(1..) {
            if run.id != RunId(number) {
                return wrong(format!("run {} stands where r{number} should", run.id));
            }
        }
        let mut last = RunId(1);
        for (record, seq) in self.audit.iter().zip(1..) {
            if record.seq != seq {
                return wrong(format!(
                    "audit record {} stands where {seq} should",
                    record.seq
                ));
            }
            if record.run < last || record.run.0 > self.runs.len() as u64 {
                return wrong(format!("audit record {seq} is of run {}", record.run));
            }
            last = record.run;
        }
        Ok(())
    }

    /// Plans that were applied, and the runs that did it.
    pub(crate) fn applied(&self) -> impl Iterator<Item = (&str, RunId)> {
        self.runs
            .iter()
            .filter_map(|run| Some((run.applied_plan()?, run.id)))
    }
}

/// What a commit was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The store's version after it.
    pub version: StateVersion,
    /// The run's number.
    pub run: Option<RunId>,
}

/// How many accounts a directory has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Population {
    /// All of them.
    pub accounts: u64,
    /// Those that are not blocked.
    pub active: u64,
}

impl Population {
    /// Counts an account in.
    pub(crate) fn add(&mut self, is_active: bool) {
        self.accounts += 1;
        self.active += u64::from(is_active);
    }

    /// Counts the accounts of another owner in.
    pub(crate) fn join(self, other: Self) -> Self {
        Self {
            accounts: self.accounts + other.accounts,
            active: self.active + other.active,
        }
    }

    /// Counts an account out.
    pub(crate) fn remove(&mut self, is_active: bool) {
        self.accounts = self.accounts.saturating_sub(1);
        self.active = self.active.saturating_sub(u64::from(is_active));
    }
}

/// Why a store could not do it. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else has committed since the writer read.
    #[error("the state moved from {expected} to {found} in between")]
    Moved {
        /// What the writer had read.
        expected: StateVersion,
        /// What there is.
        found: StateVersion,
    },
    /// Two accounts would share a username.
    #[error("account {claimant} cannot be called `{username}`: account {holder} is")]
    UsernameTaken {
        /// The username's key.
        username: UsernameKey,
        /// Who has it.
        holder: AccountId,
        /// Who wants it.
        claimant: AccountId,
    },
    /// Two accounts of one directory would be the same person.
    #[error(
        "account {claimant} cannot be `{external_id}` of the directory `{directory}`: \
         account {holder} is"
    )]
    ExternalIdTaken {
        /// The directory.
        directory: DirectoryName,
        /// The person's identifier there.
        external_id: ExternalId,
        /// Who has it.
        holder: AccountId,
        /// Who wants it.
        claimant: AccountId,
    },
    /// A new account has a number that was given before.
    #[error("{id} cannot be a new account's number: numbers below {next} were given before")]
    IdSpent {
        /// The number.
        id: AccountId,
        /// The lowest that is free.
        next: AccountId,
    },
    /// One commit names an account twice.
    #[error("account {id} is named twice in one commit")]
    NamedTwice {
        /// The account.
        id: AccountId,
    },
    /// There is no such account to delete.
    #[error("there is no account {id}")]
    NoSuchAccount {
        /// The account.
        id: AccountId,
    },
    /// There is no such run to prove.
    #[error("there is no run {id}")]
    NoSuchRun {
        /// The run.
        id: RunId,
    },
    /// A plan applies once.
    #[error("the plan {plan} was applied before, in run {run}")]
    AlreadyApplied {
        /// The plan's digest.
        plan: String,
        /// The run that applied it.
        run: RunId,
    },
    /// Audit records belong to a run.
    #[error("audit records were given without the run that they belong to")]
    AuditWithoutRun,
    /// Only an empty store can be filled from an export.
    #[error("the state is not empty: an export goes into a new one")]
    NotEmpty,
    /// Runs or audit records do not follow one another.
    #[error("runs and audit records are numbered without a gap: {what}")]
    OutOfOrder {
        /// Which number is wrong.
        what: String,
    },
    /// The folder is not there.
    #[error("there is no state at `{}`", path.display())]
    Missing {
        /// The state folder.
        path: PathBuf,
    },
    /// Something else is there.
    #[error(
        "`{}` is not a state folder: its file `format` is not one of Muster's; \
         choose another folder",
        path.display()
    )]
    NotAState {
        /// The folder.
        path: PathBuf,
    },
    /// Another process has the folder.
    #[error("the state at `{}` is in use by {}; try again when it is done",
        path.display(), named(holder.as_ref()))]
    InUse {
        /// The state folder.
        path: PathBuf,
        /// Who has it, if they had time to say so.
        holder: Option<Holder>,
    },
    /// A later program wrote it.
    #[error(
        "the state at `{}` needs {needs}; this is muster {}; nothing was changed",
        path.display(), env!("CARGO_PKG_VERSION")
    )]
    Newer {
        /// The state folder.
        path: PathBuf,
        /// The program that can read it.
        needs: String,
    },
    /// Bytes are not what was written.
    #[error(
        "the state at `{}` is damaged: {what}; `muster state check` says what is affected, \
         and `muster state import` makes a new one from an export",
        path.display()
    )]
    Damaged {
        /// The state folder.
        path: PathBuf,
        /// What was found.
        what: String,
    },
    /// The disk is full, or a quota is used up.
    #[error("there is no room to {doing} `{}`; make room and run the command again", path.display())]
    NoRoom {
        /// What was tried.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The operating system refused.
    #[error("cannot {doing} `{}`", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A write failed, and this store was closed for safety's sake.
    #[error("the state at `{}` was closed after a failed write; open it again", path.display())]
    Closed {
        /// The state folder.
        path: PathBuf,
    },
}

impl StoreError {
    /// Sorts what the operating system said.
    pub(crate) fn io(doing: &'static str, path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => Self::NoRoom {
                doing,
                path,
                source,
            },
            _ => Self::Io {
                doing,
                path,
                source,
            },
        }
    }

    pub(crate) fn damaged(path: &Path, what: impl Into<String>) -> Self {
        Self::Damaged {
            path: path.to_owned(),
            what: what.into(),
        }
    }
}

fn named(holder: Option<&Holder>) -> String {
    holder.map_or_else(|| "another process".to_owned(), Holder::to_string)
}

/// Keeps accounts, audit, runs and directories.
///
/// One process writes at a time. Implementations pass one conformance suite.
pub trait Store: Send {
    /// Identifies this store for ever: plans are bound to it.
    fn identity(&self) -> String;
    /// A secret of this store, with which its plan files are sealed.
    fn seal_key(&self) -> [u8; 32];
    /// Counts the commits that changed an account or a directory.
    ///
    /// A run that changed nothing, or was stopped, is recorded without moving
    /// it: what was planned before still holds.
    fn version(&self) -> Result<StateVersion, StoreError>;
    /// The lowest number that no account has ever had.
    fn next_account_id(&self) -> Result<AccountId, StoreError>;
    /// Number of accounts.
    fn count(&self) -> Result<u64, StoreError>;
    /// Number of a directory's accounts: cheap, whatever their number.
    fn population(&self, directory: &DirectoryName) -> Result<Population, StoreError>;
    /// Number of everybody's accounts, local ones included: as cheap.
    fn everybody(&self) -> Result<Population, StoreError>;
    /// Hands out all accounts in order of their ids, borrowed.
    fn scan(&self, visit: &mut dyn FnMut(AccountView<'_>)) -> Result<(), StoreError>;
    /// One account.
    fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError>;
    /// The account that has a username.
    fn find(&self, username: &UsernameKey) -> Result<Option<Account>, StoreError>;
    /// The account that a directory's person has.
    fn find_external(
        &self,
        directory: &DirectoryName,
        external_id: &ExternalId,
    ) -> Result<Option<Account>, StoreError>;
    /// What is remembered of a directory.
    fn directory(&self, name: &DirectoryName) -> Result<Option<DirectoryRecord>, StoreError>;
    /// All directories in order of their names.
    fn directories(&self) -> Result<Vec<DirectoryRecord>, StoreError>;
    /// One run.
    fn run(&self, id: RunId) -> Result<Option<Run>, StoreError>;
    /// All runs in order of time.
    fn runs(&self) -> Result<Vec<Run>, StoreError>;
    /// The audit records of one run, or of all, in order of time.
    fn audit(
        &self,
        run: Option<RunId>,
        visit: &mut dyn FnMut(AuditRecord),
    ) -> Result<(), StoreError>;
    /// True if a plan with this digest was applied: a plan applies once.
    fn is_applied(&self, plan: &str) -> Result<bool, StoreError>;
    /// Writes all of it, durably, or nothing.
    fn commit(&mut self, commit: Commit) -> Result<Receipt, StoreError>;
    /// Fills an empty store with what another one held, durably, or does nothing.
    /// Identity and seal key stay its own.
    fn restore(&mut self, contents: Contents) -> Result<(), StoreError>;
}
