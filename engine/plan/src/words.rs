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
    let text = format!("the username could not be computed: {failed}");
    (text, policy.identity.username.at.clone())
}

/// The kind of finding that a failed mapping is.
pub(crate) fn fault_of(failed: &MappingFailed) -> Fault {
    match failed {
        MappingFailed::Expression(_) => Fault::ExpressionFailed,
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
