//! What a plugin says of itself and what it needs, read without running it.

mod login;
mod needs;

pub(crate) use login::Piece;
pub use login::{Algorithm, LoginWay, SendSecret, Template};
pub use needs::{FileNeed, HttpNeed, LdapNeed, Needs, RetryOn};

use crate::words::listed;
use serde::Deserialize;

/// Versions of the plugin interface that this host speaks.
pub(crate) const API_VERSIONS: [&str; 1] = ["muster:provider@0.1"];

/// Memory of a plugin that does not ask for any.
const MEMORY_MIB: u32 = 64;

/// The manifest, `plugin.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    pub name: String,
    pub version: String,
    pub api: String,
    pub summary: String,
    #[serde(default = "memory_mib")]
    pub memory_mib: u32,
    #[serde(default)]
    pub delta: bool,
    #[serde(default)]
    pub needs: Needs,
}

fn memory_mib() -> u32 {
    MEMORY_MIB
}

/// Why a manifest cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// It is not TOML.
    #[error("it is not TOML: {0}")]
    Toml(String),
    /// It was made for another version of the interface.
    #[error(
        "it was made for `{found}`; this Muster speaks {}",
        listed(API_VERSIONS)
    )]
    Api {
        /// What the manifest says.
        found: String,
    },
    /// A key is missing, unknown or of another type.
    #[error("{0}")]
    Keys(String),
    /// The plugin would choose where a credential of the policy goes.
    #[error(
        "`token_url = \"{url}\"` must begin with a setting: where a credential goes is for the policy to say"
    )]
    TokenUrl {
        /// What the manifest says.
        url: String,
    },
}

impl Manifest {
    /// Reads the version first: what a manifest holds depends on it.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        let one_line = |error: toml::de::Error| error.message().to_owned();
        let table: toml::Table =
            toml::from_str(text).map_err(|error| ManifestError::Toml(one_line(error)))?;
        let api = table.get("api").and_then(toml::Value::as_str).unwrap_or("");
        if !API_VERSIONS.contains(&api) {
            return Err(ManifestError::Api {
                found: api.to_owned(),
            });
        }
        let manifest: Self = table
            .try_into()
            .map_err(|error| ManifestError::Keys(one_line(error)))?;
        manifest.credentials_stay_with_the_policy()?;
        Ok(manifest)
    }

    /// INVARIANT: the server that is shown a credential is named by a setting.
    fn credentials_stay_with_the_policy(&self) -> Result<(), ManifestError> {
        let ways = self.needs.services().flat_map(|need| &need.auth);
        let wrong = ways
            .filter_map(LoginWay::token_url)
            .find(|url| !url.names_its_server_by_a_setting());
        wrong.map_or(Ok(()), |url| {
            Err(ManifestError::TokenUrl {
                url: url.as_str().to_owned(),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"
        name = "x"
        version = "1.0.0"
        api = "muster:provider@0.1"
        summary = "X"
        [needs.files.people]
        path = "file"
        [needs.ldap.directory]
        url = "url"
        password = "bind_password"
    "#;

    #[test]
    fn needs_name_settings() {
        let manifest = Manifest::parse(WHOLE).unwrap();
        assert_eq!(manifest.memory_mib, 64);
        assert_eq!(manifest.needs.files["people"].path, "file");
        assert_eq!(
            manifest.needs.ldap["directory"].password.as_deref(),
            Some("bind_password")
        );
        assert_eq!(manifest.needs.ldap["directory"].ca, None);
    }

    #[test]
    fn both_versions_are_named() {
        let newer = WHOLE.replace("@0.1", "@0.2").replace("path", "paths");
        let error = Manifest::parse(&newer).unwrap_err().to_string();
        assert_eq!(
            error,
            "it was made for `muster:provider@0.2`; this Muster speaks `muster:provider@0.1`"
        );
    }

    #[test]
    fn slips_are_named() {
        let slip = Manifest::parse(&WHOLE.replace("summary", "sumary")).unwrap_err();
        assert!(slip.to_string().contains("sumary"), "{slip}");
        assert!(matches!(
            Manifest::parse("name ="),
            Err(ManifestError::Toml(_))
        ));
    }
    const LOGINS: &str = r#"
        [needs.http.api]
        base_url = "url"
        client_certificate = "certificate_and_key"
        wait_until = "x-rate-limit-reset"
        retry_on = [{status = 403, body_has = ["quotaExceeded"]}]
        [[needs.http.api.auth]]
        kind = "token"
        scheme = "SSWS"
        secret = "token"
        [[needs.http.api.auth]]
        kind = "client-assertion"
        token_url = "{url}/oauth2/v1/token"
        client_id = "client_id"
        secret = "private_key"
        algorithm = "PS256"
        dpop = true
    "#;

    #[test]
    fn ways_to_log_in_are_alternatives() {
        let manifest = Manifest::parse(&format!("{WHOLE}{LOGINS}")).unwrap();
        let secrets: Vec<&str> = manifest.needs.secrets().into_iter().collect();
        assert_eq!(
            secrets,
            [
                "bind_password",
                "certificate_and_key",
                "private_key",
                "token"
            ]
        );
        let ways = manifest.needs.http["api"].ways();
        assert!(matches!(&ways[0], LoginWay::Token { scheme, .. } if scheme == "SSWS"));
        assert!(matches!(
            &ways[1],
            LoginWay::ClientAssertion {
                algorithm: Some(Algorithm::PS256),
                dpop: true,
                ..
            }
        ));
    }

    #[test]
    fn a_plugin_does_not_choose_who_sees_a_credential() {
        for url in [
            "https://evil.example/token",
            "{url}.evil.example/token",
            "{url}@evil.example",
            "https://{tenant}.evil.example",
        ] {
            let text = format!("{WHOLE}{LOGINS}").replace("{url}/oauth2/v1/token", url);
            let refused = Manifest::parse(&text);
            assert!(
                matches!(refused, Err(ManifestError::TokenUrl { .. })),
                "{url}"
            );
        }
    }

    #[test]
    fn a_slip_in_a_way_to_log_in_is_named() {
        let slip = Manifest::parse(&format!("{WHOLE}{LOGINS}").replace("dpop", "dopp"));
        let text = slip.unwrap_err().to_string();
        assert!(text.contains("dopp"), "{text}");
    }
}
