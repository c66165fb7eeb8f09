//! Tries a person's login, on a connection of its own.

use super::dial::{Line, Outages, Settings, dial};
use super::failure::Failure;
use super::sentences::directory_code;
use ldap3::asn1::{PL, parse_tag};
use ldap3::controls::{Control, RawControl};
use serde::{Deserialize, Serialize};

/// The password policy control: what OpenLDAP and 389-ds say besides 49.
const PASSWORD_POLICY: &str = "1.3.6.1.4.1.42.2.27.8.5.1";

/// What the server says of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Name and password are right, and the person may log in.
    Accepted,
    /// The password is wrong; some servers say so of unknown names, too.
    WrongPassword,
    /// The account is disabled.
    Disabled,
    /// The account is locked.
    Locked,
    /// The account or its password has expired.
    Expired,
    /// The password must be changed first.
    MustChange,
    /// There is no such person.
    UnknownUser,
    /// The server refuses for another reason.
    Refused,
}

/// Tries a login as `dn`. The settings' own login is not used.
///
/// An empty name or password is refused without asking: a server may take it
/// for an anonymous login, with success.
///
/// # Errors
/// What kept the server from judging: never the verdict itself.
pub async fn verify(settings: &Settings, dn: &str, password: &str) -> Result<Verdict, Failure> {
    if dn.trim().is_empty() || password.is_empty() {
        return Ok(Verdict::Refused);
    }
    let mut line = reach(settings).await?;
    let policy = RawControl {
        ctype: PASSWORD_POLICY.to_owned(),
        crit: false,
        val: None,
    };
    line.ldap
        .with_timeout(line.patience.connect)
        .with_controls(policy);
    let result = match line.ldap.simple_bind(dn, password).await {
        Ok(result) => result,
        Err(ldap3::LdapError::Timeout { .. }) => {
            return Err(line.silent(line.patience.connect, "logging in"));
        }
        Err(error) => return Err(line.failure(error, "logging in").await),
    };
    // Best effort: the answer is known, and the server notices a closed wire.
    drop(line.ldap.unbind().await);
    judge(result.rc, &result.text, policy_error(&result.ctrls)).ok_or_else(|| Failure::Bind {
        server: line.server.to_string(),
        who: dn.to_owned(),
        code: result.rc,
        message: result.text,
    })
}

async fn reach(settings: &Settings) -> Result<Line, Failure> {
    let mut outages = Outages::default();
    for address in settings.addresses()? {
        match dial(&address, settings).await {
            Ok(line) => return Ok(line),
            Err(failure) => outages.pass(failure)?,
        }
    }
    Err(outages.failure())
}

/// Turns result code, text and password policy error into a verdict; none if
/// the server did not judge.
fn judge(code: u32, text: &str, policy: Option<u8>) -> Option<Verdict> {
    Some(match (code, policy, directory_code(text)) {
        (8 | 13 | 51 | 52, _, _) => return None,
        (_, Some(1), _) => Verdict::Locked,
        (_, Some(0), _) => Verdict::Expired,
        (0 | 49 | 50 | 53, Some(2), _) => Verdict::MustChange,
        (0, _, _) => Verdict::Accepted,
        (49, _, Some(0x525)) => Verdict::UnknownUser,
        (49, _, Some(0x532 | 0x701)) => Verdict::Expired,
        (49, _, Some(0x533)) => Verdict::Disabled,
        (49, _, Some(0x773)) => Verdict::MustChange,
        (49, _, Some(0x775)) => Verdict::Locked,
        (49, _, Some(0x530 | 0x531)) => Verdict::Refused,
        (49, _, _) => Verdict::WrongPassword,
        (32, _, _) => Verdict::UnknownUser,
        (53, _, _) => Verdict::Disabled,
        (19, _, _) => Verdict::Locked,
        _ => Verdict::Refused,
    })
}

/// Reads `SEQUENCE { warning [0] OPTIONAL, error [1] ENUMERATED OPTIONAL }`.
fn policy_error(controls: &[Control]) -> Option<u8> {
    let raw = controls
        .iter()
        .map(|control| &control.1)
        .find(|raw| raw.ctype == PASSWORD_POLICY)?;
    let (_, tag) = parse_tag(raw.val.as_deref()?).ok()?;
    let PL::C(parts) = tag.payload else {
        return None;
    };
    let error = parts.into_iter().find(|part| part.id == 1)?;
    match error.payload {
        PL::P(bytes) => bytes.last().copied(),
        PL::C(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(code: &str) -> String {
        format!(
            "80090308: LdapErr: DSID-0C09042A, comment: AcceptSecurityContext error, data {code}, v3839"
        )
    }

    #[test]
    fn active_directory_hides_the_reason_in_the_text() {
        let verdict = |code| judge(49, &data(code), None);
        assert_eq!(verdict("52e"), Some(Verdict::WrongPassword));
        assert_eq!(verdict("525"), Some(Verdict::UnknownUser));
        assert_eq!(verdict("533"), Some(Verdict::Disabled));
        assert_eq!(verdict("532"), Some(Verdict::Expired));
        assert_eq!(verdict("701"), Some(Verdict::Expired));
        assert_eq!(verdict("773"), Some(Verdict::MustChange));
        assert_eq!(verdict("775"), Some(Verdict::Locked));
        // The hour and the machine: the password may well be right.
        assert_eq!(verdict("530"), Some(Verdict::Refused));
        assert_eq!(verdict("531"), Some(Verdict::Refused));
    }

    #[test]
    fn other_servers_use_codes_and_the_policy_control() {
        assert_eq!(judge(0, "", None), Some(Verdict::Accepted));
        assert_eq!(judge(0, "", Some(2)), Some(Verdict::MustChange));
        assert_eq!(judge(49, "", Some(1)), Some(Verdict::Locked));
        assert_eq!(judge(49, "", Some(0)), Some(Verdict::Expired));
        assert_eq!(judge(49, "", None), Some(Verdict::WrongPassword));
        assert_eq!(
            judge(53, "Account inactivated", None),
            Some(Verdict::Disabled)
        );
        assert_eq!(
            judge(19, "Exceed password retry limit", None),
            Some(Verdict::Locked)
        );
    }

    #[test]
    fn a_busy_server_does_not_judge() {
        for code in [51, 52, 8, 13] {
            assert_eq!(judge(code, "", None), None);
        }
    }

    #[test]
    fn the_policy_control_is_read() {
        let control = |val: &[u8]| {
            let ctype = PASSWORD_POLICY.to_owned();
            vec![Control(
                None,
                RawControl {
                    ctype,
                    crit: false,
                    val: Some(val.to_vec()),
                },
            )]
        };
        assert_eq!(policy_error(&control(&[0x30, 3, 0x81, 1, 1])), Some(1));
        assert_eq!(policy_error(&control(&[0x30, 0])), None);
        assert_eq!(
            policy_error(&control(&[0x30, 5, 0xa0, 3, 0x80, 1, 9])),
            None
        );
        assert_eq!(policy_error(&[]), None);
    }
}
