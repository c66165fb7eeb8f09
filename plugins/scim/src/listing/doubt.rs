//! Why a list may lack somebody.

use muster_sdk::PartialReason;
use serde::{Deserialize, Serialize};

/// A reason, with the sentence that explains it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    kind: Kind,
    pub message: String,
}

/// The reasons that occur here, in a form that a cursor can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Kind {
    Truncated,
    SizeLimit,
    Interrupted,
    GroupMissing,
    Unreadable,
    Drifted,
    Unproven,
}

impl Doubt {
    pub fn new(reason: PartialReason, message: String) -> Self {
        let kind = match reason {
            PartialReason::Truncated => Kind::Truncated,
            PartialReason::SizeLimit => Kind::SizeLimit,
            PartialReason::Interrupted => Kind::Interrupted,
            PartialReason::GroupMissing => Kind::GroupMissing,
            PartialReason::Unreadable => Kind::Unreadable,
            PartialReason::Drifted => Kind::Drifted,
            _ => Kind::Unproven,
        };
        Self { kind, message }
    }

    pub fn reason(&self) -> PartialReason {
        match self.kind {
            Kind::Truncated => PartialReason::Truncated,
            Kind::SizeLimit => PartialReason::SizeLimit,
            Kind::Interrupted => PartialReason::Interrupted,
            Kind::GroupMissing => PartialReason::GroupMissing,
            Kind::Unreadable => PartialReason::Unreadable,
            Kind::Drifted => PartialReason::Drifted,
            Kind::Unproven => PartialReason::Unproven,
        }
    }
}
