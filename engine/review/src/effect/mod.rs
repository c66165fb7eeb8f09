//! What an edit of a policy does: the plan of the old text and the plan of the new
//! one, made from the same read and for the same accounts, compared.
//!
//! [`between`] makes both plans and compares them, [`compare`] takes plans that
//! are there. Nothing is written, no source is asked. What a snapshot does not
//! tell is not guessed: then there is no effect but an [`Unknown`], which says
//! what is lacking.
//!
//! Reading order: `plans` makes them, `people` finds out which changes are one
//! person's, `compare` says what is new; `report` shows it.
//!
//! INVARIANT: the effect of a policy on itself is nothing; the effect of an edit
//! that is taken back is the same people, with new and no longer exchanged.

mod compare;
mod people;
mod plans;
mod report;

pub use compare::compare;
pub use plans::{Revision, Setting, Unknown, Which, between};
pub use report::{EFFECT_FORMAT, Look, Outcome, Told, json, markdown, text};

use crate::patterns::{Pattern, Values};
use muster_model::{
    AccountId, Action, Change, DirectoryName, FieldName, Finding, GuardResult, PolicyLine, Username,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What an edit does to the people of one directory.
#[derive(Clone, Debug)]
pub struct Effect {
    /// The directory.
    pub directory: DirectoryName,
    /// People for whom anything is otherwise, in order of their names.
    pub people: Vec<Affected>,
    /// What the guards of the new policy say of its plan.
    pub guards: Vec<GuardResult>,
    /// True if they stop the new plan, and the old ones would not have.
    pub newly_stopped: bool,
    /// True if the read that was compared had not everybody.
    pub incomplete: bool,
    /// Fields whose values are accounts, and whose those are.
    pub(crate) references: BTreeSet<FieldName>,
    pub(crate) names: BTreeMap<AccountId, Username>,
}

/// Somebody for whom anything is otherwise.
#[derive(Clone, Debug)]
pub struct Affected {
    /// As they are called: by the new plan, else by the old one.
    pub username: Username,
    /// What is otherwise, in the order of actions.
    pub differences: Vec<Difference>,
}

/// One thing that is otherwise for somebody.
#[derive(Clone, Debug)]
pub struct Difference {
    /// In which way.
    pub way: Way,
    /// What is done.
    pub deed: Deed,
    /// What the old plan does.
    pub old: Option<Side>,
    /// What the new plan does.
    pub new: Option<Side>,
}

/// A change, or what holds it back.
#[derive(Clone, Debug)]
pub enum Side {
    /// A change.
    Change(Change),
    /// A finding that holds somebody's changes back.
    Held(Finding),
}

impl Side {
    /// Why, as a sentence.
    pub fn text(&self) -> &str {
        match self {
            Self::Change(change) => &change.reason.text,
            Self::Held(finding) => &finding.text,
        }
    }

    /// The code of the reason.
    pub fn code(&self) -> &str {
        match self {
            Self::Change(change) => &change.reason.code,
            Self::Held(finding) => finding.code.as_str(),
        }
    }

    /// The line of policy behind it.
    pub fn policy(&self) -> Option<&PolicyLine> {
        match self {
            Self::Change(change) => change.reason.policy.as_ref(),
            Self::Held(finding) => finding.policy.as_ref(),
        }
    }
}

/// In which way something is otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// Only the new policy does it.
    Newly,
    /// Only the old one does.
    NoLonger,
    /// Both do, in other ways.
    Otherwise,
}

impl Way {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 3] = [Self::Newly, Self::NoLonger, Self::Otherwise];

    /// The way from the new policy to the old one.
    pub fn turned(self) -> Self {
        match self {
            Self::Newly => Self::NoLonger,
            Self::NoLonger => Self::Newly,
            Self::Otherwise => Self::Otherwise,
        }
    }
}

/// What is done to somebody, or held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Deed {
    /// Something is done to the account.
    Is(Action),
    /// Changes are held back.
    Held,
}

impl Deed {
    /// All of them, those first about which people want to know first.
    pub const ALL: [Self; 8] = [
        Self::Is(Action::Block),
        Self::Is(Action::Rename),
        Self::Is(Action::Adopt),
        Self::Is(Action::Detach),
        Self::Is(Action::Update),
        Self::Is(Action::Create),
        Self::Is(Action::Unblock),
        Self::Held,
    ];

    /// The word of plans.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Is(action) => action.as_str(),
            Self::Held => "held",
        }
    }

    /// As what was done: `blocked`.
    pub fn done(self) -> &'static str {
        match self {
            Self::Is(Action::Create) => "created",
            Self::Is(Action::Adopt) => "adopted",
            Self::Is(Action::Rename) => "renamed",
            Self::Is(Action::Update) => "changed",
            Self::Is(Action::Unblock) => "unblocked",
            Self::Is(Action::Block) => "blocked",
            Self::Is(Action::Detach) => "detached",
            Self::Held => "held",
        }
    }
}

/// People with whom one thing happens alike.
#[derive(Clone, Debug)]
pub struct Group {
    /// In which way.
    pub way: Way,
    /// What is done.
    pub deed: Deed,
    /// What happens.
    pub pattern: Pattern,
    /// All of the people, in order.
    pub usernames: BTreeSet<Username>,
}

impl Effect {
    /// True if the edit makes no difference to anybody.
    pub fn is_nothing(&self) -> bool {
        self.people.is_empty()
    }

    /// What happens to many alike; the largest group comes first.
    pub fn groups(&self, values: Values) -> Vec<Group> {
        compare::groups(self, values)
    }

    /// How many people are affected in each way, by what is done.
    pub fn counts(&self) -> BTreeMap<(Way, Deed), u64> {
        let mut counts = BTreeMap::new();
        for difference in self.people.iter().flat_map(|one| &one.differences) {
            *counts.entry((difference.way, difference.deed)).or_default() += 1;
        }
        counts
    }
}

#[cfg(test)]
mod tests;
