//! Sentences that more than one place needs.

use muster_model::{Fault, PolicyLine};
use muster_policy::{MappingFailed, Policy};

pub(crate) fn no_username(policy: &Policy) -> (String, PolicyLine) {
    let text = match policy.username_attribute() {
        Some(attribute) => {
            format!("the entry has no `{attribute}`, from which the policy takes the username")
        }
        None => format!(
            "the entry gives no username, which the policy makes from {}",
            policy.username_source()
        ),
    };
    (text, policy.identity.at.clone())
}

pub(crate) fn username_failed(policy: &Policy, failed: &MappingFailed) -> (String, PolicyLine) {
    let text = format!("the username could not be computed: {}", failure(failed));
    let at = line_of(failed).unwrap_or(&policy.identity.username.at);
    (text, at.clone())
}

/// Why a mapping failed, as a sentence.
pub(crate) fn failure(failed: &MappingFailed) -> String {
    match failed {
        MappingFailed::Expression(failed) => failed.to_string(),
        MappingFailed::Step(failed) => format!("{}.", failed.with_value()),
    }
}

/// The kind of finding that a failed mapping is.
pub(crate) fn fault_of(failed: &MappingFailed) -> Fault {
    match failed {
        MappingFailed::Expression(_) => Fault::ExpressionFailed,
        MappingFailed::Step(_) => Fault::TransformFailed,
    }
}

/// The line that failed, if it is not the mapping's own.
pub(crate) fn line_of(failed: &MappingFailed) -> Option<&PolicyLine> {
    match failed {
        MappingFailed::Expression(_) => None,
        MappingFailed::Step(failed) => failed.at.as_ref(),
    }
}

pub(crate) fn no_external_id(policy: &Policy) -> (String, PolicyLine) {
    let text = "the entry has no immutable identifier, and the policy matches by `external_id`; \
                name the source's identifier in the provider's settings, or match by `username`";
    (text.to_owned(), policy.identity.at.clone())
}

pub(crate) fn status_unknown(policy: &Policy, outcome: &str) -> (String, PolicyLine) {
    let text = format!(
        "the source does not say whether this person may log in (no status, or no right to read \
         it); {outcome}"
    );
    (text, policy.provider.at.clone())
}

/// "a, b and c".
pub(crate) fn and(mut parts: Vec<String>) -> String {
    match parts.pop() {
        Some(last) if parts.is_empty() => last,
        Some(last) => format!("{} and {last}", parts.join(", ")),
        None => String::new(),
    }
}

/// A pin as it may be copied into a file of exceptions.
pub(crate) fn pin(id: &str, account: &str) -> String {
    format!(
        "`- {{pin: {{id: {}, account: {}}}, owner: YOU, reason: WHY}}`",
        quoted(id),
        quoted(account)
    )
}

/// A text in YAML's double quotes.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            letter if letter.is_control() => {
                out.push_str(&format!("\\U{:08x}", u32::from(letter)));
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}
