//! What the next run needs to know of a directory. It is written with the apply
//! only, in the same commit.

use muster_model::{
    CursorKept, DirectoryRecord, FeedRecord, FieldName, Plan, ReadKind, StateVersion,
};
use muster_policy::{FieldMapping, Policy};
use std::collections::BTreeSet;

/// What is remembered of the directory once a plan is applied.
///
/// INVARIANT: the cursor never moves past changes of people who are held, or
/// were not delivered.
pub(crate) fn remember(
    plan: &Plan,
    policy: &Policy,
    before: Option<DirectoryRecord>,
    is_quiet: bool,
) -> DirectoryRecord {
    if let (Some(CursorKept::Only), Some(before)) = (plan.cursor_kept, &before) {
        // The others were not looked at: not with this policy either. What waits
        // was counted all the same.
        return DirectoryRecord {
            sensitive: &sensitive(policy, None) | &before.sensitive,
            pending: plan.pending.clone(),
            ..before.clone()
        };
    }
    let (cursor, feed) = match plan.cursor_kept {
        None => (plan.cursor.clone(), feed(plan, before.as_ref())),
        Some(_) => before
            .as_ref()
            .map(|before| (before.cursor.clone(), before.feed.clone()))
            .unwrap_or_default(),
    };
    let named = |wanted: fn(&FieldMapping) -> bool| {
        let fields = policy.fields.iter().filter(|field| wanted(field));
        fields.map(|field| field.name.clone()).collect()
    };
    let mut record = DirectoryRecord {
        name: plan.directory.clone(),
        key: policy.identity.key.as_str().to_owned(),
        policy_file: policy.file.clone(),
        policy: policy.digest.clone(),
        mappings: policy.mappings(),
        sensitive: sensitive(policy, before.as_ref()),
        cursor,
        feed,
        pending: plan.pending.clone(),
        references: named(|field| field.reference().is_some()),
        merged: named(FieldMapping::is_merged),
    };
    if !is_quiet || before.as_ref() != Some(&record) {
        // This commit moves the state by one, and the mark goes along.
        let next = StateVersion(plan.bindings.state_version.0 + 1);
        if let Some(held) = record.feed.as_mut().and_then(|feed| feed.held.as_mut()) {
            *held = next;
        }
    }
    record
}

/// Fields whose values are not shown. One that the policy no longer maps has left
/// values behind, and stays so.
fn sensitive(policy: &Policy, before: Option<&DirectoryRecord>) -> BTreeSet<FieldName> {
    let is_mapped = |name: &&FieldName| policy.fields.iter().any(|field| field.name == **name);
    let left = before.into_iter().flat_map(|before| &before.sensitive);
    let mut sensitive = policy.sensitive();
    sensitive.extend(left.filter(|name| !is_mapped(name)).cloned());
    sensitive
}

/// What is known of the feed: anew after a complete read, as before after a
/// delta.
fn feed(plan: &Plan, before: Option<&DirectoryRecord>) -> Option<FeedRecord> {
    plan.cursor.as_ref()?;
    let is_delta = plan
        .read
        .as_ref()
        .is_some_and(|read| read.kind == ReadKind::Delta);
    if is_delta {
        return before?.feed.clone();
    }
    Some(FeedRecord {
        plugin: plan.bindings.plugin_digest.clone(),
        full_read: plan.bindings.created.clone(),
        held: (plan.held() > 0).then_some(plan.bindings.state_version),
    })
}
