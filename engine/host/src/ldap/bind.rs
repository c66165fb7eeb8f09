//! The login: complete, never empty, never without need.

use super::dial::{Line, Settings};
use super::failure::Failure;

/// Who logs in.
pub(super) enum Login {
    Anonymous,
    Simple {
        who: String,
        password: String,
    },
    /// By the certificate that TLS has shown already (SASL EXTERNAL).
    External,
}

impl Login {
    /// Reads the login from the settings, and refuses half and empty ones
    /// before anything is sent.
    pub fn of(settings: &Settings, server: &str) -> Result<Self, Failure> {
        let half = |missing| Failure::HalfLogin {
            server: server.to_owned(),
            missing,
        };
        match (&settings.bind_dn, &settings.password) {
            (None, None) if settings.identity.is_some() => Ok(Self::External),
            (None, None) => Ok(Self::Anonymous),
            (Some(who), Some(_)) if who.trim().is_empty() => Err(half("`bind_dn`")),
            (Some(who), Some(password)) if password.is_empty() => {
                Err(Failure::EmptyPassword { who: who.clone() })
            }
            (Some(who), Some(password)) => Ok(Self::Simple {
                who: who.clone(),
                password: password.clone(),
            }),
            (Some(_), None) => Err(half("the secret `bind_password`")),
            (None, Some(_)) => Err(half("`bind_dn`")),
        }
    }

    /// Logs in on an open wire.
    pub async fn perform(&self, line: &mut Line) -> Result<(), Failure> {
        let patience = line.patience.connect;
        let ldap = line.ldap.with_timeout(patience);
        let (answer, who) = match self {
            Self::Anonymous => return Ok(()),
            Self::Simple { who, password } => (ldap.simple_bind(who, password).await, who.as_str()),
            Self::External => (ldap.sasl_external_bind().await, "the client certificate"),
        };
        match answer {
            Ok(result) if result.rc == 0 => Ok(()),
            Ok(result) => Err(Failure::Bind {
                server: line.server.to_string(),
                who: who.to_owned(),
                code: result.rc,
                message: result.text,
            }),
            Err(ldap3::LdapError::Timeout { .. }) => Err(line.silent(patience, "logging in")),
            Err(error) => Err(line.failure(error, "logging in").await),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn login(bind_dn: Option<&str>, password: Option<&str>) -> Result<Login, Failure> {
        let settings = Settings {
            bind_dn: bind_dn.map(str::to_owned),
            password: password.map(str::to_owned),
            ..Settings::default()
        };
        Login::of(&settings, "dc1:636")
    }

    #[test]
    fn anonymous_only_if_nothing_is_set() {
        assert!(matches!(login(None, None), Ok(Login::Anonymous)));
        assert!(matches!(
            login(Some("cn=sync"), Some("x")),
            Ok(Login::Simple { .. })
        ));
        assert!(matches!(
            login(Some("cn=sync"), None),
            Err(Failure::HalfLogin { .. })
        ));
        assert!(matches!(
            login(None, Some("x")),
            Err(Failure::HalfLogin { .. })
        ));
        assert!(matches!(
            login(Some(" "), Some("x")),
            Err(Failure::HalfLogin { .. })
        ));
    }

    #[test]
    fn a_certificate_is_a_login_where_there_is_no_other() {
        let settings = |bind_dn: Option<&str>, password: Option<&str>| Settings {
            bind_dn: bind_dn.map(str::to_owned),
            password: password.map(str::to_owned),
            identity: Some(Vec::new()),
            ..Settings::default()
        };
        let alone = Login::of(&settings(None, None), "dc1:636");
        assert!(matches!(alone, Ok(Login::External)));
        let beside = Login::of(&settings(Some("cn=sync"), Some("x")), "dc1:636");
        assert!(matches!(beside, Ok(Login::Simple { .. })));
    }

    #[test]
    fn an_empty_password_is_refused_before_it_is_sent() {
        let refused = login(Some("cn=sync"), Some("")).err().unwrap();
        assert!(matches!(refused, Failure::EmptyPassword { .. }));
        assert!(refused.to_string().contains("empty"));
    }
}
