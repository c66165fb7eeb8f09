//! What a policy says of accounts that are there already and not the
//! directory's own: which of them may become its own, and by what.

use crate::policy::Policy;
use muster_model::{DirectoryName, FieldName, PolicyLine, Username};

/// Which existing accounts may become the directory's own.
#[derive(Clone, Debug, Default)]
pub struct Adopt {
    /// By what an entry without an account finds one, in order; none: never.
    pub keys: Vec<MatchKey>,
    /// Decisions from a mapping file, in its order; other directories' rows
    /// are not among them.
    pub rows: Vec<MappingRow>,
    /// Where `match:` stands, or `adopt:`; none if the policy has neither.
    pub at: Option<PolicyLine>,
}

/// By what an entry finds an account that is not the directory's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MatchKey {
    /// The account carries the entry's identifier already.
    ExternalId,
    /// By the username's key.
    Username,
    /// A mapped field has the same value: trimmed, without regard to case, and
    /// never an empty one.
    Field(FieldName),
}

impl MatchKey {
    /// Returns the word that stands in the policy.
    pub fn as_str(&self) -> &str {
        match self {
            Self::ExternalId => "external_id",
            Self::Username => "username",
            Self::Field(name) => name.as_str(),
        }
    }
}

/// One row of a mapping file: who an existing account becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingRow {
    /// The account, of whatever owner.
    pub existing: Username,
    /// The entry by its username, which becomes the account's.
    pub new: Username,
    /// The row's line.
    pub at: PolicyLine,
}

/// How another owner of accounts stands to the policy's directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// The policy's own directory.
    Own,
    /// The intranet alone.
    Local,
    /// A directory that this one outranks: its people move here.
    Below,
    /// A directory that outranks this one: its people stay there.
    Above,
    /// A directory of which the policy says nothing.
    Unranked,
}

impl Policy {
    /// Tells how an owner's accounts stand to the policy's directory.
    pub fn standing(&self, owner: &str) -> Standing {
        if owner == self.directory.as_str() {
            return Standing::Own;
        }
        if owner == muster_model::Owner::LOCAL {
            return Standing::Local;
        }
        let place = |name: &str| {
            let mut order = self.precedence.iter().map(DirectoryName::as_str);
            order.position(|known| known == name)
        };
        match (place(self.directory.as_str()), place(owner)) {
            (Some(own), Some(other)) if own < other => Standing::Below,
            (Some(_), Some(_)) => Standing::Above,
            _ => Standing::Unranked,
        }
    }

    /// True if accounts that are not the directory's own may become so: then a
    /// plan has to see more of them than their names.
    pub fn looks_beyond(&self) -> bool {
        let adopt = &self.identity.adopt;
        !adopt.keys.is_empty() || self.has_decisions()
    }

    /// True if somebody decided by name who is whose account: with a pin, or
    /// in a mapping file.
    pub fn has_decisions(&self) -> bool {
        let is_pin = |exception: &crate::Exception| {
            matches!(exception.deed, crate::ExceptionDeed::Pin { .. })
        };
        !self.identity.adopt.rows.is_empty() || self.exceptions.iter().any(is_pin)
    }
}
