//! What each mapped field should hold, against what it holds and what the last sync
//! wrote.

use super::fields::field;
use super::{listed, matching};
use crate::explain::case::Case;
use crate::explain::report::{
    FieldOutcome, FieldSeen, Identified, MapStep, Renamed, ScopeStep, ScopeVerdict,
};
use muster_model::{Cause, Value};

pub(in crate::explain) fn map(case: &Case<'_>, scope: &ScopeStep) -> MapStep {
    let entry = case.entry().filter(|_| scope.verdict == ScopeVerdict::In);
    let fields: Vec<FieldSeen> = entry
        .map(|entry| {
            let all = case.policy().fields.iter();
            all.map(|one| field(case, one, entry)).collect()
        })
        .unwrap_or_default();
    let rename = rename(case);
    MapStep {
        text: text(case, entry.is_some(), &fields, rename.as_ref()),
        rename,
        identifier: identifier(case),
        fields,
        unmapped: unmapped(case),
    }
}

fn rename(case: &Case<'_>) -> Option<Renamed> {
    Some(Renamed {
        from: case.account.as_ref()?.username.to_string(),
        to: case.deed().rename.as_ref()?.to_string(),
    })
}

fn identifier(case: &Case<'_>) -> Option<Identified> {
    let fields = &case.deed().fields;
    let change = fields
        .iter()
        .find(|field| field.name.as_str() == "external_id")?;
    let text = |value: &Option<Value>| value.as_ref().map(ToString::to_string);
    Some(Identified {
        from: text(&change.old),
        to: text(&change.new),
    })
}

fn text(
    case: &Case<'_>,
    is_mapped: bool,
    fields: &[FieldSeen],
    rename: Option<&Renamed>,
) -> String {
    if !is_mapped {
        return "their fields are not looked at".to_owned();
    }
    let of = |outcome: FieldOutcome| {
        let found = fields.iter().filter(move |field| field.outcome == outcome);
        found.map(|field| field.name.as_str()).collect::<Vec<_>>()
    };
    let (changes, held) = (of(FieldOutcome::Changes), of(FieldOutcome::Held));
    let mut parts = Vec::new();
    if matching::creates(case) {
        parts.push(format!("the new account gets {}", counted(changes.len())));
    } else {
        parts.extend(rename.map(|to| format!("the username becomes `{}`", to.to)));
        if !changes.is_empty() {
            parts.push(format!(
                "{} will change{}",
                listed(&changes),
                causes(fields)
            ));
        }
    }
    if case.account.is_none() && !matching::creates(case) {
        parts.push("no account is made, so nothing is written".to_owned());
    } else if !held.is_empty() {
        parts.push(format!("{} would change and is held back", listed(&held)));
    }
    match parts.is_empty() {
        true => "every mapped field is as it should be".to_owned(),
        false => parts.join("; "),
    }
}

fn counted(fields: usize) -> String {
    match fields {
        1 => "1 field".to_owned(),
        more => format!("{more} fields"),
    }
}

/// ": changed at source".
fn causes(fields: &[FieldSeen]) -> String {
    let has = |cause: Cause| fields.iter().any(|field| field.cause == Some(cause));
    let words = [
        (Cause::Source, "changed at source"),
        (Cause::LocalEdit, "local edits are reverted"),
        (Cause::Policy, "the policy maps anew"),
    ];
    let said: Vec<&str> = words
        .into_iter()
        .filter(|(cause, _)| has(*cause))
        .map(|(_, words)| words)
        .collect();
    match said.is_empty() {
        true => String::new(),
        false => format!(" ({})", said.join(", ")),
    }
}

fn unmapped(case: &Case<'_>) -> Vec<String> {
    let account = case.account.iter().filter(|_| case.is_own());
    let names = account.flat_map(|account| account.fields.keys());
    let mapped = |name: &&muster_model::FieldName| {
        case.policy()
            .fields
            .iter()
            .any(|field| field.name == **name)
    };
    names
        .filter(|name| !mapped(name))
        .map(|name| name.as_str().to_owned())
        .collect()
}
