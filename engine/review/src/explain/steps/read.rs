//! What was read of the person.

use super::day;
use crate::explain::case::Case;
use crate::explain::report::{EntrySeen, Origin, ReadStep};
use muster_model::{Coverage, EntryView, Removal, SourceStatus};

pub(in crate::explain) fn read(case: &Case<'_>) -> ReadStep {
    let mut seen = case
        .entries
        .iter()
        .map(|(entry, _)| entry_seen(case, *entry));
    let outside = case.outside.map(|entry| entry_seen(case, entry));
    let entry = seen.next().or(outside);
    let coverage = &case.plan.coverage;
    let missing = case.memory().missing;
    ReadStep {
        text: text(case, entry.as_ref()),
        origin: case.question.origin.clone(),
        coverage: coverage.clone(),
        proves_absence: coverage.proves_absence(),
        entries: case.question.read.len(),
        entry,
        twins: seen.collect(),
        problems: case
            .problems
            .iter()
            .map(|problem| (*problem).clone())
            .collect(),
        missed_since: missing.map(|missing| missing.since),
    }
}

fn entry_seen(case: &Case<'_>, entry: EntryView<'_>) -> EntrySeen {
    let names = case.policy().attributes.iter().enumerate();
    let attributes = names.map(|(place, name)| {
        let values = entry.values(place).map(str::to_owned);
        (name.clone(), values.collect())
    });
    EntrySeen {
        id: entry.id().map(str::to_owned),
        status: entry.status(),
        groups: entry.groups().map(str::to_owned).collect(),
        attributes: attributes.collect(),
    }
}

fn text(case: &Case<'_>, entry: Option<&EntrySeen>) -> String {
    let read = match &case.question.origin {
        Origin::Live => "the source".to_owned(),
        Origin::Snapshot { recorded, .. } => format!("the snapshot of {}", day(recorded)),
        Origin::Run { run, recorded } => format!("the read of run {run} ({})", day(recorded)),
    };
    if let Some(entry) = entry.filter(|_| case.outside.is_some()) {
        let status = status(entry.status);
        return format!("{read} has them beyond what the policy asks for: {status}");
    }
    match (entry, case.times()) {
        (Some(entry), 0 | 1) => format!("{read} has them: {}", status(entry.status)),
        (Some(_), more) => format!("{read} has them {more} times, and one person has one entry"),
        (None, _) if !case.problems.is_empty() => {
            format!("{read} has a record of theirs that cannot be read")
        }
        (None, _) => format!("{read} does not have them; {}", absence(case)),
    }
}

fn absence(case: &Case<'_>) -> String {
    match &case.plan.coverage {
        Coverage::Complete { .. } => {
            let whom = match case.policy().scope.groups.is_empty() {
                true => "everybody",
                false => "everybody in the syncing groups",
            };
            format!("it is complete ({whom} was read), so they are not there")
        }
        Coverage::Delta { .. } => {
            "it tells only what has changed, so they are as they were".to_owned()
        }
        Coverage::Partial { text, .. } => {
            format!("it is partial ({text}), so that proves nothing")
        }
    }
}

/// A status in words.
pub(super) fn status(status: SourceStatus) -> String {
    match status {
        SourceStatus::Active => "active".to_owned(),
        SourceStatus::Pending => "pending, not set up yet".to_owned(),
        SourceStatus::Blocked(cause) => format!("blocked ({})", cause.as_str()),
        SourceStatus::Removed(Removal::Restorable) => "removed, and can be restored".to_owned(),
        SourceStatus::Removed(Removal::Final) => "removed for good".to_owned(),
        SourceStatus::Removed(Removal::LeftScope) => {
            "no longer part of what is asked for".to_owned()
        }
        SourceStatus::Unknown => "whether they may log in is not known".to_owned(),
    }
}
