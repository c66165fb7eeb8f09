//! How many accounts may be active, and who comes first.

use muster_model::{FieldName, PolicyLine};

/// How many accounts may be active.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenceTerms {
    /// Seats in all.
    pub limit: u64,
    /// Which accounts use one.
    pub count: SeatCount,
    /// Mapped fields whose values say which new person comes first.
    pub order: Vec<FieldName>,
    /// With fewer seats left than this, a plan says so.
    pub warn: u64,
    /// Where it stands.
    pub at: PolicyLine,
}

/// Which active accounts use a seat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SeatCount {
    /// Those of the policy's directory.
    #[default]
    Directory,
    /// All of the intranet, local ones and other directories' too.
    Intranet,
}
