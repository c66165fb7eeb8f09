//! Which block reasons a person should have, kept apart from each other.

use muster_model::{BlockReason, PolicyLine, SourceStatus};
use muster_policy::Policy;
use std::collections::BTreeSet;

/// What a condition says of one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Holds,
    HoldsNot,
    /// It could not be evaluated: the block reason stays as it is.
    Unknown,
}

/// One reason that begins or ends, and the line of policy behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Why {
    pub(crate) reason: BlockReason,
    pub(crate) text: String,
    pub(crate) policy: PolicyLine,
}

/// How an account's block reasons are to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReasonShift {
    pub(crate) old: BTreeSet<BlockReason>,
    pub(crate) new: BTreeSet<BlockReason>,
    pub(crate) begins: Vec<Why>,
    pub(crate) ends: Vec<Why>,
}

/// Computes the block reasons of a person who is in scope. `None`: as they are.
pub(crate) fn in_scope(
    policy: &Policy,
    current: &BTreeSet<BlockReason>,
    status: SourceStatus,
    verdicts: &[Verdict],
) -> Option<ReasonShift> {
    let quiet = current.is_empty()
        && !matches!(status, SourceStatus::Blocked(_))
        && !verdicts.contains(&Verdict::Holds);
    if quiet {
        return None;
    }
    let mut begins = Vec::new();
    if let SourceStatus::Blocked(cause) = status {
        begins.push(Why {
            reason: BlockReason::BlockedInSource,
            text: format!("{} at the source", cause.as_str()),
            policy: policy.provider.at.clone(),
        });
    }
    for (rule, _) in policy
        .blocks
        .iter()
        .zip(verdicts)
        .filter(|(_, verdict)| **verdict == Verdict::Holds)
    {
        begins.push(Why {
            reason: BlockReason::Rule(rule.name.clone()),
            text: format!("rule `{}` holds", rule.name),
            policy: rule.at.clone(),
        });
    }
    begins.retain(|why| !current.contains(&why.reason));
    let ends = current
        .iter()
        .filter_map(|reason| end_of(policy, reason, status, verdicts))
        .collect();
    // Unknown is never taken for active: it opens no account.
    shift(current, begins, ends)
        .filter(|shift| status != SourceStatus::Unknown || !shift.new.is_empty())
}

/// Says that, and why, a reason no longer holds for a person who is in scope.
fn end_of(
    policy: &Policy,
    reason: &BlockReason,
    status: SourceStatus,
    verdicts: &[Verdict],
) -> Option<Why> {
    let (text, at) = match reason {
        BlockReason::Manual => return None,
        BlockReason::LeftScope => ("is in scope again".to_owned(), &policy.scope.at),
        BlockReason::NoLicence => ("has a seat".to_owned(), &policy.scope.at),
        BlockReason::BlockedInSource if status == SourceStatus::Active => (
            "is active at the source again".to_owned(),
            &policy.provider.at,
        ),
        BlockReason::BlockedInSource => return None,
        BlockReason::Rule(name) => {
            let place = policy.blocks.iter().position(|rule| rule.name == *name);
            match place.and_then(|place| Some((policy.blocks.get(place)?, verdicts.get(place)?))) {
                None => (
                    format!("rule `{name}` is no longer in the policy"),
                    &policy.scope.at,
                ),
                Some((rule, Verdict::HoldsNot)) => {
                    (format!("rule `{name}` holds no longer"), &rule.at)
                }
                Some(_) => return None,
            }
        }
    };
    Some(Why {
        reason: reason.clone(),
        text,
        policy: at.clone(),
    })
}

/// Adds the one reason that a person who left can get.
pub(crate) fn left_scope(
    current: &BTreeSet<BlockReason>,
    text: String,
    policy: PolicyLine,
) -> Option<ReasonShift> {
    let why = Why {
        reason: BlockReason::LeftScope,
        text,
        policy,
    };
    let begins = (!current.contains(&why.reason)).then_some(why);
    shift(current, begins.into_iter().collect(), Vec::new())
}

fn shift(current: &BTreeSet<BlockReason>, begins: Vec<Why>, ends: Vec<Why>) -> Option<ReasonShift> {
    if begins.is_empty() && ends.is_empty() {
        return None;
    }
    let mut new = current.clone();
    new.extend(begins.iter().map(|why| why.reason.clone()));
    for why in &ends {
        new.remove(&why.reason);
    }
    Some(ReasonShift {
        old: current.clone(),
        new,
        begins,
        ends,
    })
}
