//! What a server's result code means for a read.

use muster_sdk::ldap::Outcome;
use muster_sdk::{Failure, FailureKind, PartialReason};

const NO_SUCH_OBJECT: u32 = 32;
const REFERRAL: u32 = 10;

/// True if there is no such entry.
pub fn is_missing(outcome: &Outcome) -> bool {
    outcome.code == NO_SUCH_OBJECT
}

/// True if the entry is on another server.
pub fn is_elsewhere(outcome: &Outcome) -> bool {
    outcome.code == REFERRAL
}

/// The server's words, with its code.
pub fn said(outcome: &Outcome) -> String {
    let name = match outcome.code {
        1 => "operationsError",
        3 => "timeLimitExceeded",
        4 => "sizeLimitExceeded",
        10 => "referral",
        11 => "adminLimitExceeded",
        12 => "unavailableCriticalExtension",
        18 => "inappropriateMatching",
        32 => "noSuchObject",
        34 => "invalidDNSyntax",
        50 => "insufficientAccessRights",
        51 => "busy",
        52 => "unavailable",
        53 => "unwillingToPerform",
        _ => "result code",
    };
    match outcome.message.as_str() {
        "" => format!("{name} ({})", outcome.code),
        message => format!("{name} ({}): {message}", outcome.code),
    }
}

/// Why a search that ended so is no whole read, and what to do; nothing if it
/// is one.
pub fn shortfall(outcome: &Outcome, base: &str) -> Option<(PartialReason, String)> {
    let reason = match outcome.code {
        0 if outcome.exhausted => return None,
        0 => PartialReason::Unproven,
        3 => PartialReason::TimeLimit,
        4 | 11 => PartialReason::SizeLimit,
        51..=53 => PartialReason::Interrupted,
        50 => PartialReason::Unreadable,
        _ => PartialReason::Unproven,
    };
    let mut text = format!("the search below `{base}` ended early: {}", said(outcome));
    if let Some(hint) = hint(outcome) {
        text.push_str("; ");
        text.push_str(hint);
    }
    Some((reason, text))
}

/// The same as a failure: when nothing was delivered.
pub fn failure(outcome: &Outcome, what: &str) -> Failure {
    let kind = match outcome.code {
        32 | 34 | 10 => FailureKind::Config,
        50 => FailureKind::Denied,
        8 | 13 | 48 => FailureKind::Auth,
        51 | 52 | 80 => FailureKind::Unavailable,
        12 | 18 => FailureKind::Unsupported,
        _ => FailureKind::Data,
    };
    let failure = Failure::new(kind, format!("{what}: {}", said(outcome)));
    match hint(outcome) {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

fn hint(outcome: &Outcome) -> Option<&'static str> {
    Some(match outcome.code {
        1 => "Active Directory wants a login before a search: set `bind_dn` and `bind_password`",
        3 => "let the server give this login more time (OpenLDAP: `limits … time=unlimited`)",
        4 => {
            "let the server give this login everything in pages (OpenLDAP: `limits dn.exact=\"LOGIN\" size.prtotal=unlimited`; 389: `nsSizeLimit` of the login)"
        }
        11 => {
            "set `page_size` to what the server allows, or let it give this login more (OpenLDAP: `size.pr`; 389: `nsPagedSizeLimit`)"
        }
        10 => "the server names another one for this base: use that one's URL",
        12 => "the server does not allow this login to read in pages (OpenLDAP: `size.prtotal`)",
        32 => "check the spelling, and that the login may read it",
        50 => "give the login the right to read this part of the directory",
        51 | 52 => "a later run may succeed",
        53 => "the server gave up on the pages of this search; a later run may succeed",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(code: u32, exhausted: bool) -> Outcome {
        Outcome {
            code,
            matched_dn: String::new(),
            message: "said so".to_owned(),
            references: 0,
            pages: 3,
            exhausted,
            feed: None,
        }
    }

    fn reason(code: u32, exhausted: bool) -> Option<PartialReason> {
        shortfall(&outcome(code, exhausted), "dc=x").map(|(reason, _)| reason)
    }

    #[test]
    fn only_success_to_the_last_page_is_whole() {
        assert_eq!(reason(0, true), None);
        assert_eq!(reason(0, false), Some(PartialReason::Unproven));
        assert_eq!(reason(4, false), Some(PartialReason::SizeLimit));
        assert_eq!(reason(11, false), Some(PartialReason::SizeLimit));
        assert_eq!(reason(3, false), Some(PartialReason::TimeLimit));
        assert_eq!(reason(53, false), Some(PartialReason::Interrupted));
        for code in [1, 2, 10, 12, 32, 80] {
            assert!(reason(code, true).is_some(), "{code}");
        }
    }

    #[test]
    fn the_sentence_says_what_to_do() {
        let (_, text) =
            shortfall(&outcome(4, false), "dc=x").unwrap_or((PartialReason::Empty, String::new()));
        assert!(
            text.contains("sizeLimitExceeded (4): said so") && text.contains("size.prtotal"),
            "{text}"
        );
        assert_eq!(
            failure(&outcome(32, false), "the base `dc=x`").kind,
            FailureKind::Config
        );
    }
}
