//! Takes sensitive values out of what is shown.

use super::report::{
    Attribute, ChainSeen, ConditionSeen, EntrySeen, Explanation, FieldSeen, LastSynced, WantedSeen,
};
use muster_model::{MASK, Value};
use muster_policy::Policy;

/// Takes the values of sensitive fields, and of the attributes that they are made
/// of, out of an explanation.
pub(super) fn mask(explanation: &mut Explanation, policy: &Policy, reveal: bool) {
    if reveal {
        return;
    }
    let read = &mut explanation.read;
    for entry in read.entry.iter_mut().chain(&mut read.twins) {
        entry_seen(entry, policy);
    }
    explanation
        .scope
        .condition
        .iter_mut()
        .for_each(|one| condition(one, policy));
    for rule in &mut explanation.decide.rules {
        condition(&mut rule.condition, policy);
    }
    for field in &mut explanation.map.fields {
        attributes(&mut field.reads, policy);
        if field.sensitive {
            field_seen(field);
        }
    }
}

fn entry_seen(entry: &mut EntrySeen, policy: &Policy) {
    let hidden = entry
        .attributes
        .iter_mut()
        .filter(|(name, _)| policy.hides(name));
    hidden.for_each(|(_, values)| texts(values));
}

fn condition(condition: &mut ConditionSeen, policy: &Policy) {
    for leaf in &mut condition.leaves {
        attributes(&mut leaf.reads, policy);
    }
}

fn attributes(reads: &mut [Attribute], policy: &Policy) {
    let hidden = reads.iter_mut().filter(|read| policy.hides(&read.name));
    hidden.for_each(|read| texts(&mut read.values));
}

fn field_seen(field: &mut FieldSeen) {
    field.steps.iter_mut().for_each(chain);
    match &mut field.wanted {
        WantedSeen::Value { value: one } => value(one),
        WantedSeen::AnyOf { values } => texts(values),
        WantedSeen::Absent
        | WantedSeen::Kept
        | WantedSeen::Failed { .. }
        | WantedSeen::SeenLater => {}
    }
    field.current.iter_mut().for_each(value);
    field.new.iter_mut().for_each(value);
    if let LastSynced::Wrote(Some(last)) = &mut field.last_synced {
        value(last);
    }
}

fn chain(step: &mut ChainSeen) {
    step.made.iter_mut().for_each(texts);
}

/// Not even how many there are is told.
fn texts(texts: &mut Vec<String>) {
    if !texts.is_empty() {
        *texts = vec![MASK.to_owned()];
    }
}

fn value(value: &mut Value) {
    *value = Value::from(MASK);
}
