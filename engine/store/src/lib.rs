//! Accounts, audit, runs and cursors behind one trait.
//!
//! This crate knows nothing about policies, plugins or plans' reasons: it keeps
//! what it is given, all of it or none.

use muster_model::{
    Account, AccountId, AccountView, AuditRecord, DirectoryName, DirectoryRecord, Run, RunId,
    StateVersion, UsernameKey,
};

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
}

/// What a commit was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The store's version after it.
    pub version: StateVersion,
    /// The run's number.
    pub run: Option<RunId>,
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
    #[error("the username `{username}` belongs to account {holder}")]
    UsernameTaken {
        /// The username's key.
        username: UsernameKey,
        /// Who has it.
        holder: AccountId,
    },
}

/// Keeps accounts, audit, runs and directories.
///
/// One process writes at a time. Implementations pass one conformance suite.
pub trait Store: Send {
    /// Identifies this store for ever: plans are bound to it.
    fn identity(&self) -> String;
    /// A secret of this store, with which its plan files are sealed.
    fn seal_key(&self) -> [u8; 32];
    /// Counts commits.
    fn version(&self) -> Result<StateVersion, StoreError>;
    /// The lowest number that no account has ever had.
    fn next_account_id(&self) -> Result<AccountId, StoreError>;
    /// Hands out all accounts in order of their ids, borrowed.
    fn scan(&self, visit: &mut dyn FnMut(AccountView<'_>)) -> Result<(), StoreError>;
    /// One account.
    fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError>;
    /// The account that has a username.
    fn find(&self, username: &UsernameKey) -> Result<Option<Account>, StoreError>;
    /// What is remembered of a directory.
    fn directory(&self, name: &DirectoryName) -> Result<Option<DirectoryRecord>, StoreError>;
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
}
