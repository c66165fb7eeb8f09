//! What a store promises, and why it may refuse.

use muster_model::{
    Account, AccountId, AccountView, AuditRecord, DirectoryName, DirectoryRecord, ExternalId, Run,
    RunId, RunOutcome, StateVersion, UsernameKey,
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

impl Commit {
    /// The digest of the plan that this commit applies for good, if it does.
    pub fn applied_plan(&self) -> Option<&str> {
        let run = self.run.as_ref()?;
        match run.outcome {
            RunOutcome::Applied | RunOutcome::Unchanged => run.plan.as_deref(),
            RunOutcome::Stopped | RunOutcome::Failed => None,
        }
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
}
