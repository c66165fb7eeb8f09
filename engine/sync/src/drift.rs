//! Drift: changes that a complete read shows and the feed has not told.

use crate::source::{Delivery, Source, SourceFailed};
use jiff::Timestamp;
use muster_model::{
    Action, BlockReason, Cause, Change, Coverage, Fault, FieldChange, Finding, Plan, PolicyLine,
    UsernameKey,
};
use muster_policy::{FieldMapping, Policy, Usernames};
use muster_store::{Store, StoreError};
use std::collections::{BTreeSet, HashSet};

/// How many people a finding names.
const NAMED: usize = 10;

/// Whom a feed has told of.
#[derive(Debug, Default)]
pub(crate) struct Told {
    ids: HashSet<String>,
    names: HashSet<UsernameKey>,
}

impl Told {
    /// Reads a delta to its end, and keeps who is in it. `None` if it does not
    /// tell everything: then nothing can be said of the feed.
    pub(crate) fn read(
        policy: &Policy,
        source: &mut dyn Source,
        now: Timestamp,
    ) -> Result<Option<Self>, SourceFailed> {
        let mut told = Self::default();
        let mut usernames = Usernames::new(&policy.identity, now);
        loop {
            match source.next()? {
                Delivery::Page(page) => {
                    if !page.problems().is_empty() {
                        return Ok(None);
                    }
                    for entry in page.entries() {
                        told.ids.extend(entry.id().map(str::to_owned));
                        let Ok(names) = usernames.of(entry) else {
                            return Ok(None);
                        };
                        let names = names.as_slice().iter();
                        told.names.extend(names.map(|name| UsernameKey::of(name)));
                    }
                }
                Delivery::End { coverage, .. } => {
                    let whole = matches!(coverage, Coverage::Delta { .. });
                    return Ok(whole.then_some(told));
                }
            }
        }
    }

    fn knows(&self, change: &Change) -> bool {
        let id = change.external_id.as_ref().map(|id| id.as_str());
        let old = change
            .fields
            .iter()
            .filter(|field| field.name.as_str() == "external_id");
        let mut old = old.filter_map(|field| field.old.as_ref().map(ToString::to_string));
        match id {
            Some(id) => self.ids.contains(id) || old.any(|id| self.ids.contains(&id)),
            None => self.names.contains(&change.username.key()),
        }
    }
}

/// Adds a finding if the plan has changes, made at the source, that the feed
/// has not told.
pub(crate) fn report(
    plan: &mut Plan,
    policy: &Policy,
    told: &Told,
    store: &dyn Store,
) -> Result<(), StoreError> {
    let missing = missing(plan, told, store)?;
    let drifted: BTreeSet<&str> = plan
        .changes
        .iter()
        .filter(|change| is_from_source(policy, change) && !told.knows(change))
        .map(|change| change.username.as_str())
        .chain(missing.iter().map(String::as_str))
        .collect();
    if drifted.is_empty() {
        return Ok(());
    }
    let finding = Finding {
        code: Fault::FeedDrift,
        username: None,
        text: sentence(&drifted),
        policy: Some(at(policy)),
        held: false,
    };
    plan.findings.push(finding);
    plan.findings.sort_unstable();
    Ok(())
}

/// Whose grace begins with this read, and of whom the feed has told nothing.
fn missing(plan: &Plan, told: &Told, store: &dyn Store) -> Result<Vec<String>, StoreError> {
    let mut missing = Vec::new();
    for (id, memory) in &plan.remembered {
        let begins = memory.missing.as_ref();
        if begins.is_none_or(|missing| missing.since != plan.bindings.created) {
            continue;
        }
        let Some(account) = store.account(*id)? else {
            continue;
        };
        let is_told = match &account.external_id {
            Some(id) => told.ids.contains(id.as_str()),
            None => told.names.contains(&account.username.key()),
        };
        if !is_told {
            missing.push(account.username.to_string());
        }
    }
    Ok(missing)
}

fn at(policy: &Policy) -> PolicyLine {
    policy.provider.at.clone()
}

fn sentence(drifted: &BTreeSet<&str>) -> String {
    let names: Vec<String> = drifted
        .iter()
        .take(NAMED)
        .map(|name| format!("`{name}`"))
        .collect();
    let rest = match drifted.len().saturating_sub(NAMED) {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    let people = match drifted.len() {
        1 => "1 person".to_owned(),
        many => format!("{many} people"),
    };
    format!(
        "the complete read shows changes of {people} whom the source's feed has not told of: \
         {}{rest}. They are in this plan; if it happens again, have everything read more often \
         (`full_read` under `provider:`)",
        names.join(", ")
    )
}

/// True if the source has made the change: not an edit here, and not time.
fn is_from_source(policy: &Policy, change: &Change) -> bool {
    let none_of_its_own = [BlockReason::Manual, BlockReason::NoLicence];
    let rule = |reason: &str| {
        let mut others = none_of_its_own.iter();
        reason.starts_with("rule:") || others.any(|other| other.to_string() == reason)
    };
    let by_time = |reason: &str| {
        let condition = policy.scope.condition.as_ref();
        let by_time = condition.is_some_and(|condition| condition.depends_on_time());
        // With a grace, it was told when the grace began.
        let by_time = by_time || policy.scope.grace.is_some();
        reason == BlockReason::LeftScope.to_string() && by_time
    };
    match change.action {
        Action::Create | Action::Adopt => !policy.depends_on_time(),
        Action::Block | Action::Unblock => {
            !rule(&change.reason.code) && !by_time(&change.reason.code)
        }
        _ => change.fields.iter().any(|field| moved(policy, field)),
    }
}

fn moved(policy: &Policy, field: &FieldChange) -> bool {
    let mapping = policy.fields.iter().find(|known| known.name == field.name);
    // Whom a reference means can change with anybody's account.
    let by_others = |mapping: &FieldMapping| mapping.reference().is_some();
    field.cause == Cause::Source
        && field.name.as_str() != "block_reasons"
        && !mapping.is_some_and(|mapping| mapping.depends_on_time() || by_others(mapping))
}
