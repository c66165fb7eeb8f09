//! What follows from an administrator's operation.

use super::account::reasons;
use super::text::safe;
use muster_model::{BlockReason, DirectoryName, ExternalId, PolicyLine};
use muster_sync::admin::Notice;

/// Says what an operation on one account brings with it. `lines` are the
/// policy lines behind the block reasons, where they are known.
pub fn sentence(notice: &Notice, username: &str, lines: &[PolicyLine]) -> String {
    let username = safe(username);
    match notice {
        Notice::MayBlockAgain {
            directory,
            policy_file,
            reasons,
        } => again(&username, directory, policy_file.as_deref(), reasons, lines),
        Notice::StillBlocked { reasons: why } => format!(
            "it is still blocked ({}); to let the person in: muster account unblock {username}",
            reasons(why)
        ),
        Notice::MayBeMadeAgain { directory } => format!(
            "if the person is still in the scope of `{}`, its next sync makes a new account",
            safe(directory.as_str())
        ),
        Notice::MayClash {
            directory,
            external_id,
        } => clash(&username, directory, external_id.as_ref()),
        Notice::SyncTakesOver { directory } => format!(
            "from its next sync on, `{}` writes the mapped fields, and blocks the account if the person is not in scope",
            safe(directory.as_str())
        ),
        Notice::ExpectedAtSource { directory } => format!(
            "the next sync of `{}` looks for the person under the new name; if the source still has the old one, rename the person there, too",
            safe(directory.as_str())
        ),
        Notice::KeptBySync => format!(
            "no sync undoes this; to let the person in again: muster account unblock {username}"
        ),
    }
}

fn again(
    username: &str,
    directory: &DirectoryName,
    policy_file: Option<&str>,
    why: &[BlockReason],
    lines: &[PolicyLine],
) -> String {
    let places: Vec<String> = lines.iter().map(|line| safe(&line.to_string())).collect();
    let place = match (places.is_empty(), policy_file) {
        (false, _) => format!(" ({})", places.join(", ")),
        (true, Some(file)) => format!(" ({})", safe(file)),
        (true, None) => String::new(),
    };
    let directory = safe(directory.as_str());
    // A seat is a matter of how many are used, not of the person.
    let lasting: Vec<&BlockReason> = why
        .iter()
        .filter(|reason| **reason != BlockReason::NoLicence)
        .collect();
    let mut told = Vec::new();
    if !lasting.is_empty() {
        told.push(format!(
            "if this still holds, the next sync of `{directory}` blocks it again: {}",
            reasons(lasting.iter().copied())
        ));
    }
    if lasting.len() < why.len() {
        told.push(format!(
            "the next sync of `{directory}` decides again whether there is a seat for it"
        ));
    }
    format!(
        "{}{place}; to keep the person in: muster account detach {username}",
        told.join("; ")
    )
}

fn clash(username: &str, directory: &DirectoryName, id: Option<&ExternalId>) -> String {
    let directory = safe(directory.as_str());
    let id = id
        .map(|id| format!(" --external-id {}", safe(id.as_str())))
        .unwrap_or_default();
    format!(
        "if the person is still in the scope of `{directory}`, its next sync reports a clash and leaves the account alone; to give it back: muster account attach {username} --directory {directory}{id}"
    )
}
