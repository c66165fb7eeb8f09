//! What the planner holds of one person until the read is over.

use crate::accounts::Row;
use crate::blocking::ReasonShift;
use crate::mapper::Oddity;
use muster_model::{ExternalId, Fault, FieldChange, PolicyLine, Removal, Username};

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
    /// The source says that the person is gone.
    Removed(Removal),
}

/// What is to change in one existing account.
#[derive(Debug)]
pub(crate) struct Edit {
    pub(crate) row: Row,
    pub(crate) rename: Option<Username>,
    pub(crate) fields: Vec<FieldChange>,
    pub(crate) reasons: Option<ReasonShift>,
}

/// An entry without an account.
#[derive(Debug)]
pub(crate) struct Stranger {
    pub(crate) external_id: Option<ExternalId>,
    pub(crate) username: Option<Username>,
    pub(crate) fate: Fate,
    /// What is to be told beside that.
    pub(crate) oddities: Vec<Oddity>,
}

/// What is to become of a stranger.
#[derive(Debug)]
pub(crate) enum Fate {
    Create(Vec<FieldChange>),
    /// No account is made; somebody who may not log in needs none.
    Skip {
        text: String,
        policy: PolicyLine,
    },
    /// Held, with what is wrong.
    Hold(Fault, String, PolicyLine),
    /// Held, and reported elsewhere.
    Reported,
}
