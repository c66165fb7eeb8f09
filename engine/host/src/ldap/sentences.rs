//! Result codes of servers, in words.

use super::failure::Kind;

/// Returns the name of a result code (RFC 4511 4.1.9).
pub(super) fn code_name(code: u32) -> &'static str {
    match code {
        0 => "success",
        1 => "operationsError",
        2 => "protocolError",
        3 => "timeLimitExceeded",
        4 => "sizeLimitExceeded",
        7 => "authMethodNotSupported",
        8 => "strongerAuthRequired",
        10 => "referral",
        11 => "adminLimitExceeded",
        12 => "unavailableCriticalExtension",
        13 => "confidentialityRequired",
        16 => "noSuchAttribute",
        18 => "inappropriateMatching",
        19 => "constraintViolation",
        32 => "noSuchObject",
        34 => "invalidDNSyntax",
        48 => "inappropriateAuthentication",
        49 => "invalidCredentials",
        50 => "insufficientAccessRights",
        51 => "busy",
        52 => "unavailable",
        53 => "unwillingToPerform",
        80 => "other",
        4096 => "e-syncRefreshRequired",
        _ => "result code",
    }
}

/// Returns the reason that Active Directory hides in the text of result 49:
/// a Win32 error number in hex after the word `data`.
pub(super) fn directory_code(message: &str) -> Option<u32> {
    let (_, after) = message.split_once("data ")?;
    let digits: String = after.chars().take_while(char::is_ascii_hexdigit).collect();
    u32::from_str_radix(&digits, 16).ok()
}

/// Says why a login failed.
pub(super) fn bind_text(code: u32, message: &str) -> String {
    let why = match (code, directory_code(message)) {
        (49, Some(0x525)) => "the server knows no such user",
        (49, Some(0x52e)) => "the password is wrong, or the server knows no such user",
        (49, Some(0x530)) => "the account may not log in at this hour",
        (49, Some(0x531)) => "the account may not log in from this machine",
        (49, Some(0x532)) => "the password has expired",
        (49, Some(0x533)) => "the account is disabled",
        (49, Some(0x701)) => "the account has expired",
        (49, Some(0x773)) => "the password must be changed before the first login",
        (49, Some(0x775)) => "the account is locked after too many failed logins",
        (8 | 13, _) => "the server takes passwords only over an encrypted connection (TLS)",
        (19, _) => "the server refuses the account, probably locked after too many failed logins",
        (32 | 49, _) => "the name or the password is wrong",
        (34, _) => "the name is not a valid DN",
        (48, _) => "the server does not take this kind of login for it",
        (50, _) => "the server does not allow it",
        (51 | 52, _) => "the server is busy or shutting down",
        (53, _) => "the server is unwilling; the account may be inactivated",
        _ => "the server refuses",
    };
    let mut text = format!("{why} ({} {code}", code_name(code));
    if !message.is_empty() {
        text.push_str(": ");
        text.push_str(message.trim_end_matches('\0').trim());
    }
    text.push(')');
    text
}

/// Says what to do about a failed login.
pub(super) fn bind_hint(code: u32, message: &str) -> Option<&'static str> {
    match (code, directory_code(message)) {
        (8 | 13, _) => Some("use an `ldaps://` URL, or `starttls: true`"),
        (49, Some(0x532 | 0x773)) => {
            Some("set a new password for this account, and let it never expire if policy allows")
        }
        (49, Some(0x533 | 0x701)) => Some("enable the account in the directory, or use another"),
        (49, Some(0x775)) => Some("unlock the account, and look who uses an old password of it"),
        (49 | 32, _) => Some(
            "check `bind_dn` (a DN; on Active Directory also `user@domain`) and the secret `bind_password`",
        ),
        (34, _) => Some("`bind_dn` is a DN like `cn=sync,dc=example,dc=org`"),
        (48, _) => {
            Some("set `bind_dn` and `bind_password`; the server may not allow anonymous logins")
        }
        _ => None,
    }
}

/// Says of what kind a failed login is.
pub(super) fn bind_kind(code: u32) -> Kind {
    match code {
        8 | 13 | 34 => Kind::Config,
        50 => Kind::Denied,
        51 | 52 | 80 => Kind::Unavailable,
        2 | 7 => Kind::Unsupported,
        _ => Kind::Auth,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hidden_reason_is_found() {
        let text = "80090308: LdapErr: DSID-0C09042A, comment: AcceptSecurityContext error, data 533, v3839";
        assert_eq!(directory_code(text), Some(0x533));
        assert!(bind_text(49, text).starts_with("the account is disabled"));
        assert_eq!(
            directory_code("Simple Bind Failed: NT_STATUS_LOGON_FAILURE"),
            None
        );
    }

    #[test]
    fn an_encrypted_connection_is_asked_for_plainly() {
        let text = bind_text(8, "BindSimple: Transport encryption required.");
        assert!(
            text.contains("only over an encrypted connection (TLS)"),
            "{text}"
        );
        assert!(bind_hint(8, "").is_some_and(|hint| hint.contains("starttls: true")));
        assert_eq!(bind_kind(8), Kind::Config);
    }

    #[test]
    fn a_busy_server_is_no_wrong_password() {
        assert_eq!(bind_kind(51), Kind::Unavailable);
        assert_eq!(bind_kind(52), Kind::Unavailable);
        assert_eq!(bind_kind(49), Kind::Auth);
    }
}
