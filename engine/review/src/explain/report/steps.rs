//! The five steps, as data.

use muster_model::{
    AccountId, BlockReason, Cause, Coverage, Finding, PolicyLine, Problem, RunId, SourceStatus,
    Value,
};
use muster_plan::Presence;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// Where the people come from who are explained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Origin {
    /// From the source, now.
    Live,
    /// From a file.
    Snapshot {
        /// Which.
        file: String,
        /// When it was read.
        recorded: String,
    },
    /// From what was kept of a run.
    Run {
        /// Which.
        run: RunId,
        /// When it was.
        recorded: String,
    },
}

/// What was read of the person.
#[derive(Clone, Debug, Serialize)]
pub struct ReadStep {
    /// In one sentence.
    pub text: String,
    /// From where.
    pub origin: Origin,
    /// How much was read, and what shows it.
    pub coverage: Coverage,
    /// True if who is not among them is known to be gone.
    pub proves_absence: bool,
    /// Entries in all.
    pub entries: u64,
    /// The person's entry.
    pub entry: Option<EntrySeen>,
    /// Further entries that say they are the same person.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub twins: Vec<EntrySeen>,
    /// Records of theirs that could not be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
    /// Since when reads have missed them, if one has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missed_since: Option<String>,
}

/// An entry as it was delivered, as far as it may be shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EntrySeen {
    /// Its identifier.
    pub id: Option<String>,
    /// Whether the source lets them log in.
    pub status: SourceStatus,
    /// Groups that were asked for, and in which the person is.
    pub groups: Vec<String>,
    /// Every attribute that was asked for; no values are absent.
    pub attributes: BTreeMap<String, Vec<String>>,
}

/// Whether the person is in scope.
#[derive(Clone, Debug, Serialize)]
pub struct ScopeStep {
    /// In one word.
    pub verdict: ScopeVerdict,
    /// In one sentence.
    pub text: String,
    /// The line that decides.
    pub policy: Option<PolicyLine>,
    /// Syncing groups, and whether the person is in each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupSeen>,
    /// What else narrows the read: sub-trees, and what is left out of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<String>,
    /// The policy's `where`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<ConditionSeen>,
    /// What was decided about the person by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<ExceptionSeen>,
}

/// Whether somebody is in scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScopeVerdict {
    /// They are.
    In,
    /// They were delivered, and are not.
    Out,
    /// Nobody can say.
    Undecided,
    /// They were not delivered, and the read proves that they are not there.
    Absent,
    /// They were not delivered, and nothing follows from that.
    Unproven,
}

/// A syncing group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GroupSeen {
    /// As the policy names it.
    pub name: String,
    /// True if the person is in it; none if they were not delivered.
    pub member: Option<bool>,
}

/// A condition, and each of its questions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConditionSeen {
    /// As it is written.
    pub text: String,
    /// Where it stands.
    pub policy: PolicyLine,
    /// Its truth; none if it could not be evaluated.
    pub value: Option<bool>,
    /// Why it could not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
    /// Its single questions, in the order in which they are written.
    pub leaves: Vec<LeafSeen>,
}

/// One question of a condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeafSeen {
    /// As it is written.
    pub text: String,
    /// Its truth; none if it has none, which is no harm where the condition has one.
    pub value: Option<bool>,
    /// Why it has none, where the condition has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
    /// The attributes that it reads, with the person's values.
    pub reads: Vec<Attribute>,
}

/// An attribute with a person's values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attribute {
    /// `mail`; `groups`, `status` and `now` stand for what they are.
    pub name: String,
    /// No value is absent.
    pub values: Vec<String>,
}

/// What was decided about a person by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExceptionSeen {
    /// `exclude`, `rename`, `pin` or `hold`.
    pub deed: &'static str,
    /// Who answers for it.
    pub owner: String,
    /// Why it is so.
    pub reason: String,
    /// Its last day.
    pub expires: Option<String>,
    /// False once it is over.
    pub in_force: bool,
    /// Where it stands.
    pub policy: PolicyLine,
}

/// Which account is the person's.
#[derive(Clone, Debug, Serialize)]
pub struct MatchStep {
    /// In one word.
    pub verdict: MatchVerdict,
    /// In one sentence.
    pub text: String,
    /// The line that decides.
    pub policy: PolicyLine,
    /// By what entries find their accounts.
    pub key: &'static str,
    /// What was looked for.
    pub looked_for: Option<String>,
    /// The username that the policy makes of the entry.
    pub username: Option<String>,
    /// Why it makes none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username_failed: Option<String>,
    /// The account.
    pub account: Option<AccountSeen>,
    /// Accounts that are not the directory's own and may be the person's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<CandidateSeen>,
    /// Whoever has the username, or the identifier, already.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rivals: Vec<RivalSeen>,
    /// The decision about who is whose account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin: Option<String>,
}

/// Whether there is an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MatchVerdict {
    /// The directory's own.
    Account,
    /// One that becomes the directory's own.
    Adopts,
    /// None: the person is new.
    New,
    /// Nothing is looked for: there is no entry to look with.
    NoEntry,
    /// One that is not the directory's, and not touched.
    NotOurs,
}

/// An account as it is now.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AccountSeen {
    /// Its number.
    pub id: AccountId,
    /// Its username.
    pub username: String,
    /// `local` or a directory.
    pub directory: String,
    /// Its identifier at the source.
    pub external_id: Option<String>,
    /// Why it is blocked, and since when; active if there is no reason.
    pub block_reasons: Vec<BlockSeen>,
    /// Its last change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_change: Option<DeedSeen>,
}

impl AccountSeen {
    /// True if nothing blocks it.
    pub fn is_active(&self) -> bool {
        self.block_reasons.is_empty()
    }
}

/// One reason for which an account is blocked, and who set it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BlockSeen {
    /// The reason.
    pub reason: BlockReason,
    /// The deed that set it, if the audit has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set: Option<DeedSeen>,
    /// Whether, and by what, it goes away again.
    pub ends: String,
}

/// A change that was made before.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeedSeen {
    /// The run that made it.
    pub run: RunId,
    /// When.
    pub at: String,
    /// By whom.
    pub by: String,
    /// With which command.
    pub command: String,
    /// What was done.
    pub action: String,
    /// Why.
    pub text: String,
    /// The line of policy behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyLine>,
}

/// What one key of `adopt` finds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CandidateSeen {
    /// The key.
    pub key: String,
    /// The first of the accounts: number, username and owner.
    pub accounts: Vec<RivalSeen>,
    /// How many there are.
    pub all: usize,
}

/// An account, or an entry, that is somebody else's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RivalSeen {
    /// The account, if it is one.
    pub account_id: Option<AccountId>,
    /// The username.
    pub username: Option<String>,
    /// The identifier at the source.
    pub external_id: Option<String>,
    /// `local` or a directory; none for an entry without an account.
    pub directory: Option<String>,
}

/// What each field should hold.
#[derive(Clone, Debug, Serialize)]
pub struct MapStep {
    /// In one sentence.
    pub text: String,
    /// The username, where the account gets another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rename: Option<Renamed>,
    /// The identifier at the source, where the account gets another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifier: Option<Identified>,
    /// All mapped fields; none if the person's fields are not looked at.
    pub fields: Vec<FieldSeen>,
    /// Fields of the account that the policy does not map: the intranet's own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unmapped: Vec<String>,
}

/// Another username.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Renamed {
    /// What the account has.
    pub from: String,
    /// What it gets.
    pub to: String,
}

/// Another identifier at the source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Identified {
    /// What the account has.
    pub from: Option<String>,
    /// What it gets.
    pub to: Option<String>,
}

/// One field.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldSeen {
    /// Its name.
    pub name: String,
    /// Where it is mapped.
    pub policy: PolicyLine,
    /// `always`, `create` or `if-empty`.
    pub mode: &'static str,
    /// True if its values are not shown.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub sensitive: bool,
    /// True if a person without a value is held.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// What it is made of, as the policy says it.
    pub from: String,
    /// The attributes that it reads, with the person's values.
    pub reads: Vec<Attribute>,
    /// The steps of the chain, each with what it made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<ChainSeen>,
    /// What it should hold: what the source gives, and the policy makes of it.
    pub wanted: WantedSeen,
    /// What the account holds.
    pub current: Option<Value>,
    /// What the last sync wrote.
    pub last_synced: LastSynced,
    /// What becomes of it.
    pub outcome: FieldOutcome,
    /// Why it changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// What it will hold, if it changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<Value>,
    /// In words, where there is more to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// One step of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChainSeen {
    /// Its name.
    pub step: String,
    /// Where it stands.
    pub policy: Option<PolicyLine>,
    /// What it made: null if there is no value.
    pub made: Option<Vec<String>>,
}

/// What a field should hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum WantedSeen {
    /// No value.
    Absent,
    /// What it holds already.
    Kept,
    /// This value.
    Value {
        /// Which.
        value: Value,
    },
    /// One of these.
    AnyOf {
        /// Which.
        values: Vec<String>,
    },
    /// It cannot be computed.
    Failed {
        /// Why.
        why: String,
    },
    /// More than one person decides: what others are is known at the end.
    SeenLater,
}

/// What the last sync wrote into a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LastSynced {
    /// Sync has never written it.
    Never,
    /// This; none is that it took the value away.
    Wrote(Option<Value>),
}

impl Serialize for LastSynced {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Never => "never".serialize(out),
            Self::Wrote(value) => BTreeMap::from([("value", value)]).serialize(out),
        }
    }
}

/// What becomes of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldOutcome {
    /// It is as it should be.
    Unchanged,
    /// It gets another value.
    Changes,
    /// It belongs to the intranet by now.
    NotWritten,
    /// The person is held, or not in scope: it stays as it is.
    Held,
}

/// Whether the person may log in, and what holds them back.
#[derive(Clone, Debug, Serialize)]
pub struct DecideStep {
    /// In one sentence.
    pub text: String,
    /// What was seen of the account's person, once all was settled.
    #[serde(serialize_with = "presence")]
    pub presence: Presence,
    /// True if an account is made.
    pub creates: bool,
    /// Block reasons before.
    pub before: Vec<BlockReason>,
    /// Block reasons after.
    pub after: Vec<BlockReason>,
    /// Reasons that begin or end, and why.
    pub shifts: Vec<ShiftSeen>,
    /// Every block rule.
    pub rules: Vec<RuleSeen>,
    /// The clock of somebody who is out of scope.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grace: Option<GraceSeen>,
    /// Seats, where the policy limits them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seats: Option<SeatsSeen>,
    /// What would have changed, and is held back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub held_back: Vec<String>,
    /// Findings that hold the person, or a part of what would change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub held_by: Vec<Finding>,
}

fn presence<S: Serializer>(presence: &Presence, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_str(match presence {
        Presence::NotSeen => "not-seen",
        Presence::OutOfScope => "out-of-scope",
        Presence::InScope => "in-scope",
        Presence::Held => "held",
    })
}

/// A block reason that begins or ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShiftSeen {
    /// The reason.
    pub reason: BlockReason,
    /// True if it begins.
    pub begins: bool,
    /// Why.
    pub text: String,
    /// The line behind it.
    pub policy: PolicyLine,
}

/// A block rule, for this person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleSeen {
    /// Its name.
    pub name: String,
    /// The sentence that stands for it.
    pub sentence: String,
    /// Its condition.
    pub condition: ConditionSeen,
    /// Days for which it must have held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grace: Option<u32>,
    /// Since when it has held, where it has a grace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// When the grace is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// True if the account is blocked by it once the plan is applied.
    pub blocks: bool,
}

/// The clock of somebody who is out of scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GraceSeen {
    /// `14 days`, `3 complete reads`.
    pub allowed: String,
    /// Since when they are out of scope.
    pub since: Option<String>,
    /// Complete reads that have missed them.
    pub reads: u64,
    /// When it is over, where days count.
    pub until: Option<String>,
}

/// Seats, where the policy limits them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SeatsSeen {
    /// In all.
    pub limit: u64,
    /// Used before the plan.
    pub now: u64,
    /// Used after it.
    pub after: u64,
    /// Left after it.
    pub left: u64,
    /// What the plan says of the person's place in the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// Where the limit stands.
    pub policy: PolicyLine,
}
