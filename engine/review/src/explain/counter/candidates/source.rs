//! What could be otherwise at the source.

use super::Candidate;
use crate::explain::case::Case;
use crate::explain::counter::attributes::{Flip, flips, repair};
use crate::explain::counter::edits::What;
use crate::explain::read::plain;
use crate::explain::report::{EditKind, Explanation, Place, ScopeVerdict, WantedSeen};
use crate::explain::steps::listed;
use muster_model::page::PlainRow;
use muster_model::{Account, BlockCause, Coverage, EntryView, Fault, MASK, SourceStatus, Value};
use muster_policy::{Policy, ValueSource, is_same_group};

pub(super) fn of(case: &Case<'_>, base: &Explanation) -> Vec<Candidate> {
    let mut all = Vec::new();
    if let Some(entry) = case.entry() {
        all.extend(status(entry));
        conditions(case, base, entry, &mut all);
        groups(case, entry, &mut all);
        fields(case, base, entry, &mut all);
        all.extend(username(case, base));
        all.extend(leave(case, base, entry));
    } else {
        all.extend(come_back(case, base));
    }
    all.extend(mend(case));
    all.extend(complete(case, base));
    all
}

fn status(entry: EntryView<'_>) -> Option<Candidate> {
    let (status, to, text) = match entry.status() {
        SourceStatus::Active => (
            SourceStatus::Blocked(BlockCause::Disabled),
            "blocked",
            "the source blocks them",
        ),
        _ => (
            SourceStatus::Active,
            "active",
            "the source says that they are active",
        ),
    };
    let kind = EditKind::Status { to };
    let what = What::Status(status);
    Some(Candidate::new(Place::Source, what, kind, text))
}

/// Values with which `where` or a rule has another truth.
fn conditions(case: &Case<'_>, base: &Explanation, entry: EntryView<'_>, all: &mut Vec<Candidate>) {
    let policy = case.policy();
    let seen = base.scope.condition.as_ref();
    if let (Some(condition), Some(seen)) = (&policy.scope.condition, seen) {
        let wanted = seen.value != Some(true);
        for flip in flips(case, entry, condition, wanted) {
            all.push(attribute(case, entry, &flip).at(&condition.at));
        }
    }
    for (rule, seen) in policy.blocks.iter().zip(&base.decide.rules) {
        let wanted = seen.condition.value == Some(false);
        for flip in flips(case, entry, &rule.when, wanted) {
            all.push(attribute(case, entry, &flip).at(&rule.at));
        }
    }
}

fn attribute(case: &Case<'_>, entry: EntryView<'_>, flip: &Flip) -> Candidate {
    let policy = case.policy();
    let name = policy
        .attributes
        .get(flip.attribute)
        .cloned()
        .unwrap_or_default();
    let is_hidden = !case.question.reveal && policy.hides(&name);
    let shown = |values: &[String]| match (values, is_hidden) {
        ([], _) => "absent".to_owned(),
        (_, true) => MASK.to_owned(),
        ([one], false) => format!("\"{one}\""),
        (many, false) => listed(many),
    };
    let now: Vec<String> = entry.values(flip.attribute).map(str::to_owned).collect();
    let text = match is_hidden {
        true if !flip.to.is_empty() => format!("`{name}` has another value"),
        _ => format!("`{name}` is {}, not {}", shown(&flip.to), shown(&now)),
    };
    let kind = EditKind::Attribute {
        name,
        to: match is_hidden && !flip.to.is_empty() {
            true => vec![MASK.to_owned()],
            false => flip.to.clone(),
        },
    };
    let what = What::Attribute(flip.attribute, flip.to.clone());
    Candidate::new(Place::Source, what, kind, text)
}

/// Groups that conditions ask for.
fn groups(case: &Case<'_>, entry: EntryView<'_>, all: &mut Vec<Candidate>) {
    let policy = case.policy();
    let rules = policy.blocks.iter().map(|rule| &rule.when);
    let conditions = policy.scope.condition.iter().chain(rules);
    let leaves = conditions.flat_map(muster_policy::Expression::leaves);
    for leaf in leaves.filter(|leaf| leaf.reads_groups) {
        for group in leaf.constants {
            let is_in = entry.groups().any(|one| is_same_group(one, &group));
            let (what, kind, text) = match is_in {
                true => (
                    What::Quit(group.clone()),
                    EditKind::LeaveGroup {
                        group: group.clone(),
                    },
                    format!("they leave `{group}`"),
                ),
                false => (
                    What::Join(group.clone()),
                    EditKind::JoinGroup {
                        group: group.clone(),
                    },
                    format!("they are in `{group}`"),
                ),
            };
            all.push(Candidate::new(Place::Source, what, kind, text));
        }
    }
}

/// Values with which fields that hold the person can be computed.
fn fields(case: &Case<'_>, base: &Explanation, entry: EntryView<'_>, all: &mut Vec<Candidate>) {
    for seen in &base.map.fields {
        let is_blank = match &seen.wanted {
            WantedSeen::Absent => true,
            WantedSeen::Kept => seen.current.is_none(),
            WantedSeen::Value { value } => value.is_empty(),
            _ => false,
        };
        let is_failed = matches!(seen.wanted, WantedSeen::Failed { .. });
        let is_missing = seen.required && is_blank;
        if !is_failed && !is_missing {
            continue;
        }
        let field = case
            .policy()
            .fields
            .iter()
            .find(|one| one.name.as_str() == seen.name);
        let flip = field.and_then(|field| repair(case, entry, field));
        if let (Some(field), Some(flip)) = (field, flip) {
            all.push(attribute(case, entry, &flip).at(&field.at));
        }
    }
}

/// Another username, where it is missing or somebody else's.
fn username(case: &Case<'_>, base: &Explanation) -> Option<Candidate> {
    let policy = case.policy();
    let entry = case.entry()?;
    let codes = [Fault::UsernameClash, Fault::NoUsername, Fault::Recreated];
    let findings = &base.outcome.findings;
    let is_about = |finding: &muster_model::Finding| codes.contains(&finding.code);
    if !findings.iter().any(is_about) && base.matching.username.is_some() {
        return None;
    }
    let attribute_id = *policy.identity.username.value.origins().first()?;
    let now = entry.values(attribute_id).next().unwrap_or_default();
    let to = match now.split_once('@') {
        Some((name, domain)) => format!("{name}.2@{domain}"),
        None if now.trim().is_empty() => "new.name".to_owned(),
        None => format!("{now}.2"),
    };
    let flip = Flip {
        attribute: attribute_id,
        to: vec![to],
    };
    Some(attribute(case, entry, &flip).at(&policy.identity.at))
}

pub(super) fn twins(case: &Case<'_>) -> Option<Candidate> {
    (case.entries.len() > 1).then(|| {
        Candidate::new(
            Place::Source,
            What::DropTwins,
            EditKind::DropTwin,
            "one of their entries is delivered, and no other",
        )
    })
}

fn leave(case: &Case<'_>, base: &Explanation, entry: EntryView<'_>) -> Option<Candidate> {
    if base.scope.verdict != ScopeVerdict::In {
        return None;
    }
    let asked = &case.policy().scope.groups;
    let member = asked.iter().filter(|name| {
        let mut groups = entry.groups();
        groups.any(|group| is_same_group(name, group))
    });
    let member: Vec<&String> = member.collect();
    let named = if member.is_empty() {
        asked.iter().collect()
    } else {
        member
    };
    let (kind, text) = match named.as_slice() {
        [] => (
            EditKind::Disappear,
            "the source has them no longer".to_owned(),
        ),
        [one] => (
            EditKind::LeaveGroup {
                group: (*one).clone(),
            },
            format!("they leave `{one}`"),
        ),
        many => (
            EditKind::LeaveGroup {
                group: many
                    .iter()
                    .map(|one| one.as_str())
                    .collect::<Vec<_>>()
                    .join(", "),
            },
            format!("they leave {}", listed(many)),
        ),
    };
    Some(Candidate::new(Place::Source, What::Leave, kind, text))
}

/// The source delivers them as their account remembers them.
fn come_back(case: &Case<'_>, base: &Explanation) -> Option<Candidate> {
    if !base.read.problems.is_empty() {
        return None;
    }
    let groups = &case.policy().scope.groups;
    let account = case.account.as_ref().filter(|_| case.is_own());
    let row = match case.outside {
        Some(entry) => PlainRow {
            groups: groups.clone(),
            ..plain(entry, case.policy().attributes.len())
        },
        None => remembered(account?, case.policy()),
    };
    let again = if account.is_some() { " again" } else { "" };
    let (kind, text) = match groups.first() {
        None => (
            EditKind::ComeBack,
            format!("the policy's scope has them{again}"),
        ),
        Some(group) => (
            EditKind::JoinGroup {
                group: group.clone(),
            },
            match groups.len() {
                1 => format!("they are in {}{again}", listed(groups)),
                _ => format!("they are in one of {}{again}", listed(groups)),
            },
        ),
    };
    Some(Candidate::new(
        Place::Source,
        What::Deliver(row),
        kind,
        text,
    ))
}

/// An entry that an account might have come from.
fn remembered(account: &Account, policy: &Policy) -> PlainRow {
    let mut values = vec![Vec::new(); policy.attributes.len()];
    let mut put = |attribute: usize, texts: Vec<String>| {
        let cell: Option<&mut Vec<String>> = values.get_mut(attribute);
        if let Some(cell) = cell.filter(|cell| cell.is_empty()) {
            *cell = texts;
        }
    };
    if let Some(origin) = policy.identity.username.value.origins().first() {
        put(*origin, vec![account.username.to_string()]);
    }
    for field in &policy.fields {
        let (ValueSource::Attributes(ids), Some(value)) =
            (&field.value, account.fields.get(&field.name))
        else {
            continue;
        };
        let texts = match value {
            Value::Text(text) => vec![text.clone()],
            Value::List(items) => items.clone(),
        };
        if let Some(id) = ids.first() {
            put(*id, texts);
        }
    }
    PlainRow {
        id: account
            .external_id
            .as_ref()
            .map(|id| id.as_str().to_owned()),
        groups: policy.scope.groups.clone(),
        status: SourceStatus::Active,
        values,
    }
}

fn mend(case: &Case<'_>) -> Option<Candidate> {
    if case.problems.is_empty() {
        return None;
    }
    let account = case.account.as_ref().filter(|_| case.entry().is_none());
    let row = account.map(|account| remembered(account, case.policy()));
    let places: Vec<&str> = case.problems.iter().map(|one| one.place.as_str()).collect();
    Some(Candidate::new(
        Place::Source,
        What::Mend(row),
        EditKind::MendRecord,
        format!("their record can be read ({})", places.join(", ")),
    ))
}

fn complete(case: &Case<'_>, base: &Explanation) -> Option<Candidate> {
    let is_partial = matches!(case.plan.coverage, Coverage::Partial { .. });
    let is_missing = base.scope.verdict == ScopeVerdict::Unproven;
    (is_partial && is_missing).then(|| {
        Candidate::new(
            Place::Source,
            What::Complete,
            EditKind::CompleteRead,
            "the read is complete, and they are not in it",
        )
    })
}
