//! Conditions with the values that they read.

use super::read::status;
use crate::explain::report::{Attribute, ConditionSeen, LeafSeen};
use jiff::Timestamp;
use muster_model::EntryView;
use muster_policy::{Evaluator, Expression, ExpressionFailed, Leaf, Policy};

/// A condition and its single questions, for one person.
pub(super) fn condition(
    policy: &Policy,
    expression: &Expression,
    entry: EntryView<'_>,
    now: Timestamp,
) -> ConditionSeen {
    let whole = Evaluator::new(expression, now).test(entry);
    let leaves = expression.leaves();
    let (value, failed) = split(whole);
    let leaves = leaves.iter().map(|leaf| {
        let mut seen = question(policy, leaf, entry, now);
        if value.is_some() {
            // It was not asked: what stands beside it decides.
            seen.failed = None;
        }
        seen
    });
    ConditionSeen {
        text: expression.text.trim().to_owned(),
        policy: expression.at.clone(),
        value,
        failed,
        leaves: leaves.collect(),
    }
}

fn question(policy: &Policy, leaf: &Leaf, entry: EntryView<'_>, now: Timestamp) -> LeafSeen {
    let attributes = leaf
        .attributes
        .iter()
        .map(|&id| attribute(policy, id, entry));
    let mut reads: Vec<Attribute> = attributes.collect();
    let mut more = |name: &str, values: Vec<String>| {
        let name = name.to_owned();
        reads.push(Attribute { name, values });
    };
    if leaf.reads_groups {
        more("groups", entry.groups().map(str::to_owned).collect());
    }
    if leaf.reads_status {
        more("status", vec![status(entry.status())]);
    }
    if leaf.reads_now {
        more("now", vec![now.to_string()]);
    }
    let (value, failed) = split(leaf.test(entry, now));
    LeafSeen {
        text: leaf.text.clone(),
        value,
        failed,
        reads,
    }
}

/// An attribute with a person's values.
pub(super) fn attribute(policy: &Policy, id: usize, entry: EntryView<'_>) -> Attribute {
    Attribute {
        name: policy.attributes.get(id).cloned().unwrap_or_default(),
        values: entry.values(id).map(str::to_owned).collect(),
    }
}

fn split(result: Result<bool, ExpressionFailed>) -> (Option<bool>, Option<String>) {
    match result {
        Ok(value) => (Some(value), None),
        Err(failed) => (None, Some(failed.to_string())),
    }
}
