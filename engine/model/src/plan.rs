//! What is to change, why, and what it was computed from.
//!
//! A [`Plan`] is immutable and complete: applying it makes no choice. Its JSON
//! form is `muster.plan/1`; names in it are stable, and more may be added.

use crate::account::{Account, BlockReason};
use crate::coverage::Coverage;
use crate::ids::{AccountId, DirectoryName, ExternalId, FieldName, RunId, StateVersion};
use crate::memory::{Memory, Pending};
use crate::read::{CursorKept, ReadNote};
use crate::review::Review;
use crate::seats::Licences;
use crate::upcoming::Upcoming;
use crate::username::Username;
use crate::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The name and version of the plan format.
pub const PLAN_FORMAT: &str = "muster.plan/1";

/// What is done to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// A new account.
    Create,
    /// An existing account becomes the directory's.
    Adopt,
    /// Another username for the same account.
    Rename,
    /// Other values in mapped fields.
    Update,
    /// The account is no longer blocked.
    Unblock,
    /// The account is blocked; nothing is deleted.
    Block,
    /// The account becomes local.
    Detach,
}

impl Action {
    /// All actions, in the order in which a plan lists them.
    pub const ALL: [Self; 7] = [
        Self::Create,
        Self::Adopt,
        Self::Rename,
        Self::Update,
        Self::Unblock,
        Self::Block,
        Self::Detach,
    ];

    /// Returns the word that stands in plans, policies and the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Adopt => "adopt",
            Self::Rename => "rename",
            Self::Update => "update",
            Self::Unblock => "unblock",
            Self::Block => "block",
            Self::Detach => "detach",
        }
    }
}

impl Action {
    /// Returns the word for what was done: `created`.
    pub fn done(self) -> &'static str {
        match self {
            Self::Create => "created",
            Self::Adopt => "adopted",
            Self::Rename => "renamed",
            Self::Update => "updated",
            Self::Unblock => "unblocked",
            Self::Block => "blocked",
            Self::Detach => "detached",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A place in a policy file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PolicyLine {
    /// The file, as it was named on the command line.
    pub file: String,
    /// Counted from 1.
    pub line: u32,
}

impl fmt::Display for PolicyLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// Why a change is made. Reasons explain; they never steer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Stable, for programs: `left-scope`, `rule:contract-ended`, `new`.
    pub code: String,
    /// A sentence, for people.
    pub text: String,
    /// The line of policy that caused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyLine>,
}

/// Why a field gets another value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The source has another value than at the last sync.
    Source,
    /// Somebody edited the account; the source has not moved. It is reverted.
    LocalEdit,
    /// The policy maps the field anew, or in another way.
    Policy,
}

impl Cause {
    /// All causes.
    pub const ALL: [Self; 3] = [Self::Source, Self::LocalEdit, Self::Policy];

    /// Returns the words that people are shown.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Source => "changed at source",
            Self::LocalEdit => "reverted local edit",
            Self::Policy => "policy",
        }
    }
}

/// One field's way from old to new. `null` is absent.
///
/// Written as JSON, or shown by a debugger, it has no value that is sensitive:
/// see [`sensitive`](mod@crate::sensitive).
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct FieldChange {
    /// The field; `username`, `external_id`, `directory` and `block_reasons`
    /// stand for the account's own.
    pub name: FieldName,
    /// What the account holds.
    pub old: Option<Value>,
    /// What it will hold.
    pub new: Option<Value>,
    /// Why.
    pub cause: Cause,
    /// The line of policy that maps the field.
    #[serde(default)]
    pub policy: Option<PolicyLine>,
    /// True if its values are not shown.
    #[serde(default)]
    pub sensitive: bool,
}

/// One action on one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What is done.
    pub action: Action,
    /// The account's username after the change.
    pub username: Username,
    /// The person's identifier at the source.
    pub external_id: Option<ExternalId>,
    /// The account; for a create, the number that it will get.
    pub account_id: AccountId,
    /// Why.
    pub reason: Reason,
    /// Values that change, in order of their names.
    pub fields: Vec<FieldChange>,
}

/// What went wrong with one person's data. It stops nobody else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// Stable, for programs: `username-clash`.
    pub code: Fault,
    /// The person, by the best name that is known.
    pub username: Option<String>,
    /// What, why and what to do, as sentences.
    pub text: String,
    /// The line of policy that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyLine>,
    /// True if the person's changes are held back because of it.
    pub held: bool,
}

/// Kinds of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// Two people claim one username, or it is somebody else's.
    UsernameClash,
    /// Two entries have one identifier.
    DuplicateId,
    /// The entry has no username.
    NoUsername,
    /// The entry has no external id, and the policy matches by it.
    NoExternalId,
    /// Under `key: username`: the same person under another name.
    LikelyRename,
    /// The record could not be read.
    BrokenRecord,
    /// An expression could not be evaluated for this person.
    ExpressionFailed,
    /// A value could not be brought into the form that the policy wants.
    TransformFailed,
    /// A field that must have a value has none for this person.
    RequiredMissing,
    /// The source does not say whether the person may log in.
    StatusUnknown,
    /// Blocked at the source or by a rule, and without an account: none is made.
    Skipped,
    /// Not seen, and absence is not proven: left as it is.
    AbsenceUnproven,
    /// A new entry carries the name of an account whose person is gone, or looks
    /// like them.
    Recreated,
    /// The change needs another one that is not in this plan.
    NeedsOther,
    /// A complete read shows changes that the feed has not told.
    FeedDrift,
    /// A block's reason is gone, and only an administrator may take it away.
    UnblockByHand,
    /// There is no seat for the person: blocked until there is.
    NoLicence,
    /// More accounts are active than there are seats.
    OverLimit,
    /// Few seats are left.
    LicencesLow,
    /// More than one existing account may be the entry's, or more than one
    /// entry the account's.
    Ambiguous,
    /// The entry's account is that of a directory that outranks this one.
    OwnedByOther,
    /// A pin names an account that is not there, or may not be taken.
    PinUnmet,
    /// A row of a mapping file cannot be carried out.
    MappingRow,
    /// An exception keeps an account as it is.
    HeldByException,
    /// A reviewer took the person out of this plan.
    HeldByReviewer,
    /// An exception is over, and does nothing any more.
    ExceptionExpired,
    /// An exception will soon be over.
    ExceptionEnding,
    /// An exception is about nobody, or has no effect.
    ExceptionIdle,
    /// A reference names nobody who has or gets an account.
    ReferenceMissing,
    /// A reference names more than one person.
    ReferenceAmbiguous,
    /// People refer to each other in a circle.
    ReferenceCycle,
    /// A change of a run that cannot be taken back.
    NotUndone,
}

impl Fault {
    /// Returns the stable code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UsernameClash => "username-clash",
            Self::DuplicateId => "duplicate-id",
            Self::NoUsername => "no-username",
            Self::NoExternalId => "no-external-id",
            Self::LikelyRename => "likely-rename",
            Self::BrokenRecord => "broken-record",
            Self::ExpressionFailed => "expression-failed",
            Self::TransformFailed => "transform-failed",
            Self::RequiredMissing => "required-missing",
            Self::StatusUnknown => "status-unknown",
            Self::Skipped => "skipped",
            Self::AbsenceUnproven => "absence-unproven",
            Self::Recreated => "recreated",
            Self::NeedsOther => "needs-other",
            Self::FeedDrift => "feed-drift",
            Self::UnblockByHand => "unblock-by-hand",
            Self::NoLicence => "no-licence",
            Self::OverLimit => "over-limit",
            Self::LicencesLow => "licences-low",
            Self::Ambiguous => "ambiguous",
            Self::OwnedByOther => "owned-by-other",
            Self::PinUnmet => "pin-unmet",
            Self::MappingRow => "mapping-row",
            Self::HeldByException => "held-by-exception",
            Self::HeldByReviewer => "held-by-reviewer",
            Self::ExceptionExpired => "exception-expired",
            Self::ExceptionEnding => "exception-ending",
            Self::ExceptionIdle => "exception-idle",
            Self::ReferenceMissing => "reference-missing",
            Self::ReferenceAmbiguous => "reference-ambiguous",
            Self::ReferenceCycle => "reference-cycle",
            Self::NotUndone => "not-undone",
        }
    }
}

/// What a guard measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GuardResult {
    /// `block.max`, `block.max_percent`, `shrink.max_percent`, `protect`, …
    pub name: String,
    /// What the policy allows.
    pub limit: u64,
    /// What the plan would do, in the same unit.
    pub value: u64,
    /// True if the plan must not be applied.
    pub tripped: bool,
    /// Whom or what it is about, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The reason for which a person let this plan go past the guard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overridden: Option<String>,
    /// Where the limit stands; none for a built-in limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyLine>,
}

/// What a plan was computed from. Applying refuses when any of it has moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bindings {
    /// The policy file as it was named.
    pub policy_file: String,
    /// The values file of the policy's environment, as it was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// SHA-256 of the policy's text; of all texts, if it names other files.
    pub policy: String,
    /// Digest of all entries read, whatever their order.
    pub snapshot: String,
    /// What those texts look like, in plans that are kept in files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<TextPrint>,
    /// The store that it was planned for.
    pub state: String,
    /// The store's version.
    pub state_version: StateVersion,
    /// Name and version of the plugin.
    pub plugin: String,
    /// SHA-256 of the plugin.
    pub plugin_digest: String,
    /// When the plan was made, RFC 3339 in UTC. `now` of all its conditions.
    pub created: String,
    /// After this instant it can no longer be applied.
    pub expires: String,
}

/// What a text looks like, without the text: tells later which lines have changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextPrint {
    /// The file, as it was named.
    pub file: String,
    /// Eight letters a line.
    pub lines: String,
}

/// How many people were found in each situation.
pub type Situations = BTreeMap<String, u64>;

/// All changes and findings of one run, bound to what it was computed from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// [`PLAN_FORMAT`].
    pub format: String,
    /// The run that it takes back; none for a plan that was made from a read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<RunId>,
    /// The directory that it is about.
    pub directory: DirectoryName,
    /// Number of changes per action; every action is listed.
    pub summary: BTreeMap<Action, u64>,
    /// People per situation: confirmed, new, left-scope, …
    pub situations: Situations,
    /// Number of changes per reason code.
    pub reasons: BTreeMap<String, u64>,
    /// How much was asked for; none where the source has no feed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<ReadNote>,
    /// How much of the source was read.
    pub coverage: Coverage,
    /// What is to be done, by action and username.
    pub changes: Vec<Change>,
    /// What is odd, by code and username.
    pub findings: Vec<Finding>,
    /// Who will be blocked before long, by date and username.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub upcoming: Vec<Upcoming>,
    /// What the guards say.
    pub guards: Vec<GuardResult>,
    /// Seats; null where the policy has no limit.
    pub licences: Option<Licences>,
    /// Mapped fields that sync owns from now on (`mode: always`), in order;
    /// `username` is among them where it comes from the source.
    pub tracked: Vec<FieldName>,
    /// Accounts whose tracked fields agree with the source once the plan is
    /// applied: what they then hold becomes "last synced". In order.
    pub settled: Vec<AccountId>,
    /// What sync remembers of people from now on, where that is something else
    /// than before.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub remembered: BTreeMap<AccountId, Memory>,
    /// What waits for time to pass or for room.
    #[serde(default, skip_serializing_if = "Pending::is_nothing")]
    pub pending: Pending,
    /// What sync remembers of settled accounts where it is not what they hold:
    /// the items that it gave of a field that the intranet may add to, and, under
    /// names that no field has, by what others refer to the person. An empty list
    /// is nothing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub given: BTreeMap<AccountId, BTreeMap<FieldName, Vec<String>>>,
    /// Fields whose values are accounts.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub references: BTreeSet<FieldName>,
    /// Whom the accounts belong to that changed references name, after the plan.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<AccountId, Username>,
    /// What people did to it since.
    #[serde(default, skip_serializing_if = "Review::is_nothing")]
    pub review: Review,
    /// What the plan was computed from.
    pub bindings: Bindings,
    /// Where to go on at the source with the next delta, if it has a feed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Vec<u8>>,
    /// Why the place in the feed stays where it is, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor_kept: Option<CursorKept>,
}

impl Plan {
    /// True if a guard that nobody overrode forbids to apply the plan.
    pub fn is_stopped(&self) -> bool {
        self.guards
            .iter()
            .any(|guard| guard.tripped && guard.overridden.is_none())
    }

    /// What it says beside its changes and what sync remembers of them, which stand
    /// in the record of the run once it is applied: they may be many.
    #[must_use]
    pub fn beside_changes(&self) -> Self {
        Self {
            format: self.format.clone(),
            undoes: self.undoes,
            directory: self.directory.clone(),
            summary: self.summary.clone(),
            situations: self.situations.clone(),
            reasons: self.reasons.clone(),
            read: self.read.clone(),
            coverage: self.coverage.clone(),
            changes: Vec::new(),
            findings: self.findings.clone(),
            upcoming: self.upcoming.clone(),
            guards: self.guards.clone(),
            licences: self.licences.clone(),
            tracked: self.tracked.clone(),
            settled: Vec::new(),
            remembered: BTreeMap::new(),
            pending: self.pending.clone(),
            given: BTreeMap::new(),
            references: self.references.clone(),
            names: self.names.clone(),
            review: self.review.clone(),
            bindings: self.bindings.clone(),
            cursor: None,
            cursor_kept: self.cursor_kept,
        }
    }

    /// Number of people whose changes are held back.
    pub fn held(&self) -> usize {
        self.findings.iter().filter(|finding| finding.held).count()
    }

    /// True if the plan rests on less than the whole truth: the source was
    /// incomplete or somebody is held.
    pub fn is_incomplete(&self) -> bool {
        matches!(self.coverage, Coverage::Partial { .. }) || self.held() > 0
    }
}

/// The account side of a create: what the new account will be.
pub fn created_account(change: &Change, directory: &DirectoryName) -> Account {
    let mut account = Account {
        id: change.account_id,
        username: change.username.clone(),
        owner: crate::account::Owner::Directory(directory.clone()),
        external_id: change.external_id.clone(),
        block_reasons: BTreeSet::new(),
        fields: BTreeMap::new(),
        synced: BTreeMap::new(),
    };
    for field in &change.fields {
        if field.name.as_str() == BLOCK_REASONS {
            account.block_reasons = reasons_of(field.new.as_ref());
        } else if let Some(value) = &field.new {
            account.fields.insert(field.name.clone(), value.clone());
        }
    }
    account
}

/// Under this name, an account's block reasons stand among changed fields.
pub const BLOCK_REASONS: &str = "block_reasons";

/// Reads block reasons that stand among changed fields; what is no reason is
/// left out.
pub fn reasons_of(value: Option<&Value>) -> BTreeSet<BlockReason> {
    match value {
        Some(Value::List(names)) => names.iter().filter_map(|name| name.parse().ok()).collect(),
        _ => BTreeSet::new(),
    }
}
