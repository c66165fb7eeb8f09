//! Edits that are worth a try for one person: at the source first, then in the
//! intranet, then in the policy.

mod account;
mod policy;
mod source;

use super::edits::What;
use crate::explain::case::Case;
use crate::explain::report::{Edit, EditKind, Explanation, Place};
use muster_model::PolicyLine;

/// An edit that is worth a try.
pub(super) struct Candidate {
    pub(super) what: What,
    pub(super) edit: Edit,
    /// What must come of it to be worth telling, beside that something does.
    pub(super) wants: Option<fn(&Explanation) -> bool>,
}

impl Candidate {
    fn new(place: Place, what: What, kind: EditKind, text: impl Into<String>) -> Self {
        Self {
            what,
            wants: None,
            edit: Edit {
                place,
                text: text.into(),
                how: None,
                policy: None,
                edit: kind,
            },
        }
    }

    fn how(mut self, how: impl Into<String>) -> Self {
        self.edit.how = Some(how.into());
        self
    }

    fn at(mut self, line: &PolicyLine) -> Self {
        self.edit.policy = Some(line.clone());
        self
    }

    /// True if both can be done: they are about different things.
    pub(super) fn goes_with(&self, other: &Self) -> bool {
        match (&self.what, &other.what) {
            (What::Attribute(one, _), What::Attribute(other, _)) => one != other,
            (What::NoRule(_), What::NoRule(_)) => false,
            (What::Leave | What::Deliver(_) | What::Mend(_), _)
            | (_, What::Leave | What::Deliver(_) | What::Mend(_)) => false,
            (one, other) => std::mem::discriminant(one) != std::mem::discriminant(other),
        }
    }
}

/// All of them, in the order in which they are tried.
pub(super) fn of(case: &Case<'_>, base: &Explanation) -> Vec<Candidate> {
    if case.times() > 1 {
        // As long as there are two, nothing else matters.
        return source::twins(case).into_iter().collect();
    }
    let mut all = source::of(case, base);
    all.extend(account::of(case, base));
    all.extend(policy::of(case, base));
    all
}

/// Going past the guards that stop the plan.
pub(super) fn guards(base: &Explanation) -> Vec<Candidate> {
    let guards = base.outcome.stopped_by.iter();
    guards
        .map(|guard| {
            let kind = EditKind::Override {
                guard: guard.name.clone(),
            };
            let text = format!("the guard `{}` is overridden, with a reason", guard.name);
            let what = What::Override(guard.name.clone());
            let candidate = Candidate::new(Place::Plan, what, kind, text)
                .how(format!("--override '{}=WHY'", guard.name));
            match &guard.policy {
                Some(line) => candidate.at(line),
                None => candidate,
            }
        })
        .collect()
}
