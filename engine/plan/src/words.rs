//! Sentences that more than one place needs.

use muster_model::PolicyLine;
use muster_policy::Policy;

/// The name of the attribute that holds usernames.
pub(crate) fn username_attribute(policy: &Policy) -> &str {
    policy
        .attributes
        .get(policy.identity.username)
        .map_or("username", String::as_str)
}

pub(crate) fn no_username(policy: &Policy) -> (String, PolicyLine) {
    let text = format!(
        "the entry has no `{}`, from which the policy takes the username",
        username_attribute(policy)
    );
    (text, policy.identity.at.clone())
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
