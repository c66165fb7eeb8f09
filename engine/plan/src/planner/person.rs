//! What the planner holds of one person until the read is over.

use super::candidates::Finds;
use crate::accounts::Row;
use crate::blocking::ReasonShift;
use crate::exceptions::About;
use crate::mapper::Oddity;
use muster_model::{ExternalId, Fault, FieldChange, PolicyLine, Reason, Removal, Username};

/// What has been seen of an account's person so far. Each state outweighs the
/// ones before it, so that the order of entries does not matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Seen {
    /// Not yet.
    Not,
    /// Delivered, and not in scope: evidence of having left.
    OutOfScope,
    /// Delivered, in scope.
    InScope,
    /// Present, but nothing can be decided: neither changed nor gone.
    Held,
}

/// Why a delivered entry is not in scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Departure {
    /// The policy's `where` is false.
    Condition,
    /// The policy leaves this username out.
    Excluded,
    /// An exception leaves this person out: its place in the policy's list.
    Excepted(usize),
    /// The source says that the person is gone.
    Removed(Removal),
}

/// What is to change in one existing account.
#[derive(Debug, Default)]
pub(crate) struct Edit {
    pub(crate) row: Row,
    pub(crate) rename: Option<Username>,
    /// Why, if it is not the source's doing.
    pub(crate) rename_reason: Option<Reason>,
    pub(crate) fields: Vec<FieldChange>,
    pub(crate) reasons: Option<ReasonShift>,
    /// The decision by which the account is the entry's, if there is one.
    pub(crate) decision: Option<Reason>,
    /// Set if the account is not the directory's own yet.
    pub(crate) adoption: Option<Adoption>,
}

/// How an account becomes the directory's own.
#[derive(Debug)]
pub(crate) struct Adoption {
    /// The person's identifier at the source.
    pub(crate) external_id: Option<ExternalId>,
    pub(crate) reason: Reason,
    pub(crate) from: From,
}

/// Whose account it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum From {
    /// The intranet's.
    Local,
    /// Another directory's: what that one's sync set goes with it.
    Directory,
}

impl Edit {
    /// Nothing but block reasons changes.
    pub(crate) fn of_reasons(row: Row, shift: ReasonShift) -> Self {
        Self {
            row,
            reasons: Some(shift),
            ..Self::default()
        }
    }
}

/// An entry without an account.
#[derive(Debug)]
pub(crate) struct Stranger {
    pub(crate) external_id: Option<ExternalId>,
    pub(crate) username: Option<Username>,
    pub(crate) fate: Fate,
    /// What is to be told beside that.
    pub(crate) oddities: Vec<Oddity>,
    /// What was decided about the person.
    pub(crate) about: About,
    /// The decision that gives the person an account.
    pub(crate) pin: Option<usize>,
    /// Accounts that may be the person's.
    pub(crate) finds: Option<Box<Finds>>,
}

impl Stranger {
    /// The best name that is known.
    pub(crate) fn name(&self) -> Option<String> {
        let username = self.username.as_ref().map(|name| name.as_str());
        let id = self.external_id.as_ref().map(|id| id.as_str());
        username.or(id).map(str::to_owned)
    }
}

/// What somebody without an account waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Until {
    /// Their first day: they are announced at the source.
    Begun,
    /// That nothing shuts them out any more.
    Open,
}

/// What is to become of a stranger.
#[derive(Debug)]
pub(crate) enum Fate {
    Create(Vec<FieldChange>),
    /// No account is made; somebody who may not log in needs none.
    Skip {
        text: String,
        policy: PolicyLine,
        until: Until,
    },
    /// Held, with what is wrong.
    Hold(Fault, String, PolicyLine),
    /// Left as it is without being held, and why.
    Leave(Fault, String, PolicyLine),
    /// Held, and reported elsewhere; or settled otherwise.
    Reported,
}
