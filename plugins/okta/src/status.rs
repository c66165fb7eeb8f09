//! What Okta's words for the state of a user mean.

use crate::settings::TemporaryLock;
use muster_sdk::{BlockCause, Removal, Status};

/// The word for people who were deactivated.
pub const DEPROVISIONED: &str = "DEPROVISIONED";

/// Judges a user by the word. `ACTIVATING` is a passing state that Okta wants
/// nobody to act upon, and so are words that nobody knows yet: unknown.
pub fn of(word: Option<&str>, locks: TemporaryLock) -> Status {
    match word.unwrap_or_default() {
        // Both get in again by themselves, with a new password.
        "ACTIVE" | "PASSWORD_EXPIRED" | "RECOVERY" => Status::Active,
        "STAGED" | "PROVISIONED" => Status::Pending,
        "LOCKED_OUT" => match locks {
            TemporaryLock::Block => Status::Blocked(BlockCause::Locked),
            TemporaryLock::Ignore => Status::Active,
        },
        "SUSPENDED" => Status::Blocked(BlockCause::Suspended),
        DEPROVISIONED => Status::Removed(Removal::Restorable),
        _ => Status::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_has_its_meaning() {
        let meanings = [
            (Some("ACTIVE"), Status::Active),
            (Some("PASSWORD_EXPIRED"), Status::Active),
            (Some("RECOVERY"), Status::Active),
            (Some("STAGED"), Status::Pending),
            (Some("PROVISIONED"), Status::Pending),
            (Some("LOCKED_OUT"), Status::Blocked(BlockCause::Locked)),
            (Some("SUSPENDED"), Status::Blocked(BlockCause::Suspended)),
            (Some("DEPROVISIONED"), Status::Removed(Removal::Restorable)),
            (Some("ACTIVATING"), Status::Unknown),
            (Some("active"), Status::Unknown),
            (Some("HIBERNATED"), Status::Unknown),
            (None, Status::Unknown),
        ];
        for (word, meaning) in meanings {
            assert_eq!(of(word, TemporaryLock::Block), meaning, "{word:?}");
        }
        assert_eq!(
            of(Some("LOCKED_OUT"), TemporaryLock::Ignore),
            Status::Active
        );
    }
}
