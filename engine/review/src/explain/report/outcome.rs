//! What a plan does about one person, and what would make it do something else.

use muster_model::{Change, Finding, GuardResult, PolicyLine, Upcoming};
use serde::Serialize;

/// What the plan does about the person.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// In one word.
    pub kind: OutcomeKind,
    /// The plan's changes of their account.
    pub changes: Vec<Change>,
    /// The plan's findings about them.
    pub findings: Vec<Finding>,
    /// What time alone will change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub upcoming: Vec<Upcoming>,
    /// Guards that keep the whole plan from being applied.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stopped_by: Vec<GuardResult>,
}

/// What becomes of a person, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutcomeKind {
    /// An account is made.
    Created,
    /// An account is made, which waits for a seat.
    CreatedBlocked,
    /// An existing account becomes the directory's own.
    Adopted,
    /// The account is blocked.
    Blocked,
    /// The account is let in again.
    Unblocked,
    /// The account changes in another way.
    Updated,
    /// Nothing changes, and the account is active.
    Unchanged,
    /// Nothing changes, and the account is blocked.
    StaysBlocked,
    /// Something about them has to be put right first.
    Held,
    /// They have no account, and get none.
    NotSynced,
    /// The account is not this directory's.
    NotOurs,
}

/// Where something would have to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// At the source.
    Source,
    /// In the intranet.
    Account,
    /// In the policy, or in a file that it names.
    Policy,
    /// In the one plan.
    Plan,
}

/// A change, or two together, that would alter the outcome. It was tried out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Counterfactual {
    /// What would have to change.
    pub edits: Vec<Edit>,
    /// What would become of the person, in one word.
    pub kind: OutcomeKind,
    /// What would become of them, as a sentence.
    pub outcome: String,
    /// The plan's changes then.
    pub changes: Vec<Change>,
    /// The plan's findings about them then.
    pub findings: Vec<Finding>,
}

/// One thing that would have to change.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Edit {
    /// Where.
    pub place: Place,
    /// What, for people.
    pub text: String,
    /// What to write or to type, where there is such a thing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub how: Option<String>,
    /// The line of policy that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyLine>,
    /// What, for programs.
    pub edit: EditKind,
}

/// One thing that would have to change, for programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum EditKind {
    /// The source says `active`, or is asked to block.
    Status {
        /// `active` or `blocked`.
        to: &'static str,
    },
    /// The person is in a group.
    JoinGroup {
        /// Which.
        group: String,
    },
    /// The person is no longer in a group.
    LeaveGroup {
        /// Which.
        group: String,
    },
    /// An attribute has other values.
    Attribute {
        /// Which.
        name: String,
        /// Its values then; none is absent.
        to: Vec<String>,
    },
    /// The source delivers the person again, as the account remembers them.
    ComeBack,
    /// The source has the person no longer.
    Disappear,
    /// One of two entries is no longer delivered.
    DropTwin,
    /// A broken record can be read, or is gone.
    MendRecord,
    /// The read is complete.
    CompleteRead,
    /// An administrator lets the person in.
    Unblock,
    /// An administrator takes the account from its directory.
    Detach {
        /// Whose.
        account: String,
    },
    /// An administrator renames the account.
    Rename {
        /// From.
        from: String,
        /// To.
        to: String,
    },
    /// The policy has no `where`.
    RemoveCondition,
    /// The policy has not this block rule.
    RemoveRule {
        /// Which.
        name: String,
    },
    /// The policy leaves nobody of this name out.
    RemoveExclusion {
        /// Whom.
        username: String,
    },
    /// An exception is taken out.
    RemoveException {
        /// What it does.
        deed: &'static str,
    },
    /// An exception is written.
    AddPin {
        /// The entry.
        id: String,
        /// The account.
        account: String,
    },
    /// There are more seats.
    RaiseLimit {
        /// So many.
        to: u64,
    },
    /// The one plan goes past a guard.
    Override {
        /// Which.
        guard: String,
    },
    /// A field need not have a value, or its value need not be right.
    Relax {
        /// Which.
        field: String,
    },
}
