//! What both kinds of page say, as sentences without markup.

use crate::words::{count, instant, safe};
use muster_model::{
    Approval, Coverage, Finding, GuardResult, HeldPerson, Hold, Licences, Overriding, Plan,
    ReadKind,
};

/// The plan in one sentence: "12 changes: 3 create, 9 update".
pub(super) fn headline(plan: &Plan) -> String {
    if plan.changes.is_empty() {
        return "Nothing to change.".to_owned();
    }
    let parts = plan.summary.iter().filter(|(_, number)| **number > 0);
    let parts: Vec<String> = parts
        .map(|(action, number)| format!("{number} {action}"))
        .collect();
    format!(
        "{}: {}.",
        count(plan.changes.len() as u64, "change", "changes"),
        parts.join(", ")
    )
}

/// How much was read, and what follows from it.
pub(super) fn source(plan: &Plan) -> Vec<String> {
    let evidence = plan.coverage.evidence();
    let people = count(evidence.entries, "person", "people");
    let mut facts = match &plan.coverage {
        Coverage::Complete { .. } => vec![format!("{people} read, complete.")],
        Coverage::Delta { .. } => {
            let people = count(evidence.entries, "changed person", "changed people");
            vec![format!("{people} read, a delta since the last sync.")]
        }
        Coverage::Partial { reason, text, .. } => vec![
            format!(
                "{people} read, incomplete ({}): {}",
                reason.as_str(),
                safe(text)
            ),
            "Nobody is blocked for being absent.".to_owned(),
        ],
    };
    if let Some(read) = plan
        .read
        .as_ref()
        .filter(|read| read.kind == ReadKind::Full)
    {
        facts.push(format!("Everything was read: {}", safe(&read.text)));
    }
    if let Some(kept) = plan.cursor_kept {
        let why = kept.in_words();
        facts.push(format!("The place in the feed stays where it is: {why}."));
    }
    facts
}

/// Where it comes from and how long it lasts.
pub(super) fn origin(plan: &Plan) -> String {
    let bindings = &plan.bindings;
    let by = plan.review.author.as_ref();
    let by = by
        .map(|who| format!(" by {}", safe(who)))
        .unwrap_or_default();
    format!(
        "{} with {}, made at {}{by}, to be applied until {}.",
        safe(&bindings.policy_file),
        safe(&bindings.plugin),
        instant(&bindings.created),
        instant(&bindings.expires)
    )
}

/// Guards that stop the plan, and guards that it was let past.
pub(super) fn tripped(plan: &Plan) -> (Vec<&GuardResult>, Vec<&GuardResult>) {
    let tripped = plan.guards.iter().filter(|guard| guard.tripped);
    tripped.partition(|guard| guard.overridden.is_none())
}

/// What a guard measured.
pub(super) fn measured(guard: &GuardResult) -> String {
    let unit = if guard.name.ends_with("percent") {
        " %"
    } else {
        ""
    };
    let text = guard.text.as_ref();
    let text = text
        .map(|text| format!("; {}", safe(text)))
        .unwrap_or_default();
    format!(
        "{}{unit}, the limit is {}{unit}{text}",
        guard.value, guard.limit
    )
}

/// Who let the plan past a guard after it was made, if somebody did.
pub(super) fn overriding<'p>(plan: &'p Plan, guard: &GuardResult) -> Option<&'p Overriding> {
    let mut overrides = plan.review.overrides.iter().rev();
    overrides.find(|one| one.guard == guard.name)
}

pub(super) fn seats(seats: &Licences) -> String {
    let left = match seats.after.checked_sub(seats.limit) {
        Some(over) if over > 0 => format!("{over} too many"),
        _ => format!("{} left", seats.left),
    };
    let waiting = match seats.waiting {
        0 => String::new(),
        waiting => format!(", {waiting} without a seat"),
    };
    format!(
        "{} → {} of {}, {left}{waiting}",
        seats.now, seats.after, seats.limit
    )
}

/// How the source's people compare with the accounts before anything is written.
pub(super) fn people(plan: &Plan) -> String {
    let situations = plan.situations.iter().filter(|(_, number)| **number > 0);
    let parts: Vec<String> = situations
        .map(|(name, number)| format!("{} {number}", safe(name)))
        .collect();
    match parts.is_empty() {
        true => "none".to_owned(),
        false => parts.join(", "),
    }
}

/// Who held whom back, without their names.
pub(super) fn hold(hold: &Hold) -> String {
    let reason = hold.reason.as_ref();
    let reason = reason
        .map(|why| format!(": {}", safe(why)))
        .unwrap_or_default();
    format!(
        "{} held back by {} at {}{reason}",
        count(hold.people.len() as u64, "person", "people"),
        safe(&hold.by),
        instant(&hold.at)
    )
}

pub(super) fn held(person: &HeldPerson) -> String {
    let because = person.because.as_ref();
    let because = because
        .map(|why| format!(" ({})", safe(why)))
        .unwrap_or_default();
    format!("{}{because}", safe(person.username.as_str()))
}

/// One line about an approval.
pub fn approval(approval: &Approval) -> String {
    let how = match approval.signature {
        Some(_) => "signed",
        None => "not signed",
    };
    let note = approval.note.as_ref();
    let note = note
        .map(|note| format!(": {}", safe(note)))
        .unwrap_or_default();
    format!(
        "{} at {} ({how}, as {}){note}",
        safe(&approval.name),
        instant(&approval.at),
        safe(&approval.actor)
    )
}

/// The person whom a finding is about.
pub(super) fn whom(finding: &Finding) -> String {
    finding.username.as_deref().map(safe).unwrap_or_default()
}
