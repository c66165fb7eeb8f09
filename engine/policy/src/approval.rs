//! Who has to approve of a plan before it may be applied.

use muster_model::PolicyLine;
use std::collections::BTreeMap;

/// Who has to approve of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalTerms {
    /// By so many people.
    pub required: u64,
    /// Approvers and the public halves of their ed25519 keys; empty if anybody may
    /// approve who can write to the state.
    pub keys: BTreeMap<String, [u8; 32]>,
    /// Whoever made the plan, or let it past a guard, does not count.
    pub by_others: bool,
    /// Where it stands.
    pub at: PolicyLine,
}

/// What a public key begins with, in a policy.
pub const KEY_KIND: &str = "ed25519:";
