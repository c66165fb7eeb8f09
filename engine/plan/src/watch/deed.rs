//! What is to be done about one person, as it stands at some moment.

use crate::accounts::Row;
use crate::blocking::ReasonShift;
use crate::planner::{self, Edit, Planner, Seen, Stranger};
use muster_model::{BlockReason, FieldChange, PolicyLine, Reason, Username};
use std::collections::BTreeSet;

/// What is to be done about one person.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Deed {
    /// What was seen of the account's person.
    pub presence: Presence,
    /// What becomes of somebody without an account.
    pub fate: Fate,
    /// A new account without a seat.
    pub waits: bool,
    /// Why the account becomes the directory's own, if it does.
    pub adopts: Option<Reason>,
    /// The account's new username.
    pub rename: Option<Username>,
    /// Values that change; for a new account, what it will hold.
    pub fields: Vec<FieldChange>,
    /// Block reasons that change.
    pub shift: Option<Shift>,
}

/// What was seen of an account's person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presence {
    /// Nothing.
    #[default]
    NotSeen,
    /// Delivered, and not in scope.
    OutOfScope,
    /// Delivered, in scope.
    InScope,
    /// Nothing can be decided: neither changed nor gone.
    Held,
}

/// What becomes of somebody without an account.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Fate {
    /// There is an account, or nobody.
    #[default]
    None,
    /// An account is made.
    Create,
    /// None is made, and none is needed.
    Skip {
        /// Why.
        text: String,
        /// The line behind it.
        policy: PolicyLine,
    },
    /// Held.
    Hold {
        /// Why.
        text: String,
        /// The line behind it.
        policy: PolicyLine,
    },
    /// Left as they are without being held.
    Leave {
        /// Why.
        text: String,
        /// The line behind it.
        policy: PolicyLine,
    },
    /// Held for what a finding tells, or an existing account is theirs.
    Settled,
}

/// How block reasons change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    /// What the account has.
    pub old: BTreeSet<BlockReason>,
    /// What it will have.
    pub new: BTreeSet<BlockReason>,
    /// What begins.
    pub begins: Vec<Why>,
    /// What ends.
    pub ends: Vec<Why>,
}

/// One reason that begins or ends, and the line of policy behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// The reason.
    pub reason: BlockReason,
    /// Why, as a sentence.
    pub text: String,
    /// The line behind it.
    pub policy: PolicyLine,
}

impl Deed {
    /// True if nothing is to be done.
    pub fn is_nothing(&self) -> bool {
        self.fate != Fate::Create
            && self.adopts.is_none()
            && self.rename.is_none()
            && self.fields.is_empty()
            && self.shift.is_none()
    }
}

impl Planner<'_> {
    pub(super) fn deed_of_account(&self, row: Row, edit: Option<&Edit>) -> Deed {
        let presence = match self.seen_of(row) {
            Seen::Not => Presence::NotSeen,
            Seen::OutOfScope => Presence::OutOfScope,
            Seen::InScope => Presence::InScope,
            Seen::Held => Presence::Held,
        };
        let adoption = edit.and_then(|edit| edit.adoption.as_ref());
        Deed {
            presence,
            adopts: adoption.map(|adoption| adoption.reason.clone()),
            rename: edit.and_then(|edit| edit.rename.clone()),
            fields: edit.map(|edit| edit.fields.clone()).unwrap_or_default(),
            shift: edit.and_then(|edit| Some(Shift::of(edit.reasons.as_ref()?))),
            ..Deed::default()
        }
    }

    /// Who is not there any more was settled before.
    pub(super) fn deed_of_stranger(&self, stranger: Option<&Stranger>) -> Deed {
        let Some(stranger) = stranger else {
            return Deed {
                fate: Fate::Settled,
                ..Deed::default()
            };
        };
        let (text_of, line_of) = (|text: &String| text.clone(), |at: &PolicyLine| at.clone());
        let (fate, fields) = match &stranger.fate {
            planner::Fate::Create(fields) => (Fate::Create, fields.clone()),
            planner::Fate::Skip { text, policy, .. } => (
                Fate::Skip {
                    text: text_of(text),
                    policy: line_of(policy),
                },
                Vec::new(),
            ),
            planner::Fate::Hold(_, text, policy) => (
                Fate::Hold {
                    text: text_of(text),
                    policy: line_of(policy),
                },
                Vec::new(),
            ),
            planner::Fate::Leave(_, text, policy) => (
                Fate::Leave {
                    text: text_of(text),
                    policy: line_of(policy),
                },
                Vec::new(),
            ),
            planner::Fate::Reported => (Fate::Settled, Vec::new()),
        };
        Deed {
            fate,
            fields,
            ..Deed::default()
        }
    }
}

impl Shift {
    fn of(shift: &ReasonShift) -> Self {
        let whys = |whys: &[crate::blocking::Why]| {
            let all = whys.iter().map(|why| Why {
                reason: why.reason.clone(),
                text: why.text.clone(),
                policy: why.policy.clone(),
            });
            all.collect()
        };
        Self {
            old: shift.old.clone(),
            new: shift.new.clone(),
            begins: whys(&shift.begins),
            ends: whys(&shift.ends),
        }
    }
}
