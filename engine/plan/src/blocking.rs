//! Which block reasons a person should have, kept apart from each other.

use crate::grace;
use jiff::Timestamp;
use muster_model::{BlockReason, Memory, PolicyLine, SourceStatus};
use muster_policy::{BlockRule, Policy, Unblock};
use std::collections::{BTreeMap, BTreeSet};

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

/// A person in scope, as far as blocking goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing<'a> {
    pub(crate) current: &'a BTreeSet<BlockReason>,
    pub(crate) status: SourceStatus,
    /// One per block rule.
    pub(crate) verdicts: &'a [Verdict],
    pub(crate) memory: Option<&'a Memory>,
    pub(crate) now: Timestamp,
}

/// What becomes of a person in scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Judgement {
    /// None: the reasons stay as they are.
    pub(crate) shift: Option<ReasonShift>,
    /// None: what is remembered stays as it is.
    pub(crate) memory: Option<Memory>,
    /// Reasons that hold no longer and are left to an administrator.
    pub(crate) by_hand: Vec<Why>,
}

/// Computes the block reasons of a person who is in scope.
pub(crate) fn in_scope(policy: &Policy, standing: Standing<'_>) -> Judgement {
    let quiet = standing.current.is_empty()
        && standing.memory.is_none()
        && !matches!(standing.status, SourceStatus::Blocked(_))
        && !standing.verdicts.contains(&Verdict::Holds);
    if quiet {
        return Judgement::default();
    }
    let mut memory = remembered(policy, standing);
    let mut begins = Vec::new();
    if let SourceStatus::Blocked(cause) = standing.status {
        begins.push(Why {
            reason: BlockReason::BlockedInSource,
            text: format!("{} at the source", cause.as_str()),
            policy: policy.provider.at.clone(),
        });
    }
    let holding = standing.holding(policy);
    begins.extend(holding.filter_map(|rule| rule_begins(rule, &memory.rules, standing.now)));
    begins.retain(|why| !standing.current.contains(&why.reason));
    let over = standing.current.iter();
    let over: Vec<(Why, Unblock)> = over
        .filter_map(|reason| end_of(policy, reason, standing))
        .collect();
    let (ends, by_hand): (Vec<_>, Vec<_>) = over
        .into_iter()
        .partition(|(_, unblock)| *unblock == Unblock::Auto);
    let whys = |list: Vec<(Why, Unblock)>| list.into_iter().map(|(why, _)| why).collect();
    // Unknown is never taken for active: it opens no account.
    let shift = shift(standing.current, begins, whys(ends))
        .filter(|shift| standing.status != SourceStatus::Unknown || !shift.new.is_empty());
    // Who is blocked, or was, gets a seat by an ordinary turn.
    let is_blocked = !standing.current.is_empty() || shift.is_some();
    if policy.licences.is_none() || is_blocked {
        memory.let_in = None;
    }
    let before = standing.memory.cloned().unwrap_or_default();
    Judgement {
        shift,
        memory: (memory != before).then_some(memory),
        by_hand: whys(by_hand),
    }
}

impl Standing<'_> {
    /// The rules that hold, in the policy's order.
    fn holding<'p>(&self, policy: &'p Policy) -> impl Iterator<Item = &'p BlockRule> {
        let rules = policy.blocks.iter().zip(self.verdicts);
        let holding = rules.filter(|(_, verdict)| **verdict == Verdict::Holds);
        holding
            .map(|(rule, _)| rule)
            .collect::<Vec<_>>()
            .into_iter()
    }
}

/// What is to be remembered of a person in scope: since when rules with a grace
/// hold. They are not missing.
fn remembered(policy: &Policy, standing: Standing<'_>) -> Memory {
    let before = standing.memory.cloned().unwrap_or_default();
    let mut rules = BTreeMap::new();
    for (rule, verdict) in policy.blocks.iter().zip(standing.verdicts) {
        let known = before.rules.get(&rule.name);
        let is_blocked = standing
            .current
            .contains(&BlockReason::Rule(rule.name.clone()));
        let since = match (rule.grace, verdict) {
            (None, _) | (_, Verdict::HoldsNot) => None,
            (Some(_), Verdict::Unknown) => known.cloned(),
            // Who is blocked by it already needs no clock.
            (Some(_), Verdict::Holds) if is_blocked => known.cloned(),
            (Some(_), Verdict::Holds) => Some(grace::begun(known, standing.now)),
        };
        rules.extend(since.map(|since| (rule.name.clone(), since)));
    }
    Memory {
        missing: None,
        rules,
        let_in: before.let_in,
    }
}

/// The reason of a rule that holds, once its grace is over.
pub(crate) fn rule_begins(
    rule: &BlockRule,
    since: &BTreeMap<String, String>,
    now: Timestamp,
) -> Option<Why> {
    let text = match rule.grace {
        None => rule.sentence(),
        Some(days) => {
            let since = since.get(&rule.name)?;
            if grace::end(since, days)? > now {
                return None;
            }
            let sentence = rule.sentence();
            let end = grace::is_over(muster_policy::Grace::Days(days), since);
            format!("{sentence}; holds {end}")
        }
    };
    Some(Why {
        reason: BlockReason::Rule(rule.name.clone()),
        text,
        policy: rule.at.clone(),
    })
}

/// Says that, and why, a reason no longer holds for a person who is in scope,
/// and who takes it away.
fn end_of(policy: &Policy, reason: &BlockReason, standing: Standing<'_>) -> Option<(Why, Unblock)> {
    let scope = &policy.scope;
    let (text, at, unblock) = match reason {
        BlockReason::Manual => return None,
        BlockReason::LeftScope => ("is in scope again".to_owned(), &scope.at, scope.unblock),
        // With a limit, seats are given out when everybody is known.
        BlockReason::NoLicence if policy.licences.is_some() => return None,
        BlockReason::NoLicence => (
            "the policy limits licences no longer".to_owned(),
            &scope.at,
            Unblock::Auto,
        ),
        BlockReason::BlockedInSource if standing.status == SourceStatus::Active => (
            "is active at the source again".to_owned(),
            &policy.provider.at,
            Unblock::Auto,
        ),
        BlockReason::BlockedInSource => return None,
        BlockReason::Rule(name) => {
            let place = policy.blocks.iter().position(|rule| rule.name == *name);
            let known =
                place.and_then(|at| Some((policy.blocks.get(at)?, standing.verdicts.get(at)?)));
            match known {
                None => (
                    format!("rule `{name}` is no longer in the policy"),
                    &scope.at,
                    Unblock::Auto,
                ),
                Some((rule, Verdict::HoldsNot)) => (
                    format!("rule `{name}` holds no longer"),
                    &rule.at,
                    rule.unblock,
                ),
                Some(_) => return None,
            }
        }
    };
    let why = Why {
        reason: reason.clone(),
        text,
        policy: at.clone(),
    };
    Some((why, unblock))
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
    begin(current, vec![why])
}

/// Adds reasons that an account does not have yet.
pub(crate) fn begin(current: &BTreeSet<BlockReason>, mut begins: Vec<Why>) -> Option<ReasonShift> {
    begins.retain(|why| !current.contains(&why.reason));
    shift(current, begins, Vec::new())
}

/// Takes one reason away.
pub(crate) fn end(current: &BTreeSet<BlockReason>, why: Why) -> Option<ReasonShift> {
    shift(current, Vec::new(), vec![why])
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
