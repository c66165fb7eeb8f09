//! How a person stands after a plan: what has to be another one before anything is
//! said to change the answer.

use crate::explain::report::{Explanation, OutcomeKind};

/// How a person stands after a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    door: Door,
    /// Something of theirs is held back.
    held: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    NoAccount,
    Open,
    Shut,
    /// The account is not the directory's.
    Others,
}

impl Standing {
    pub(super) fn of(explanation: &Explanation) -> Self {
        let decide = &explanation.decide;
        let door = match explanation.outcome.kind {
            OutcomeKind::NotOurs => Door::Others,
            OutcomeKind::NotSynced => Door::NoAccount,
            OutcomeKind::Held if explanation.matching.account.is_none() => Door::NoAccount,
            _ if decide.after.is_empty() => Door::Open,
            _ => Door::Shut,
        };
        Self {
            door,
            held: explanation.outcome.kind == OutcomeKind::Held || !decide.held_back.is_empty(),
        }
    }
}
