//! Ways to log in at an HTTP service, as a manifest offers them.

use serde::Deserialize;
use std::fmt;

/// One way to log in. Names are of settings, `secret` of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum LoginWay {
    /// `Authorization: SCHEME SECRET`.
    Token {
        /// What stands before the secret.
        #[serde(default = "bearer")]
        scheme: String,
        /// The secret.
        secret: String,
    },
    /// A user name and a password.
    Basic {
        /// The setting that holds the name.
        username: String,
        /// The secret that holds the password.
        secret: String,
    },
    /// OAuth 2.0 client credentials (RFC 6749, 4.4) with a shared secret.
    ClientSecret {
        /// Where tokens are had.
        token_url: Template,
        /// The setting that holds the client's name.
        client_id: String,
        /// The secret that the client shares with the service.
        secret: String,
        /// What is asked for.
        #[serde(default)]
        scope: Option<Template>,
        /// How the secret is sent.
        #[serde(default)]
        send: SendSecret,
    },
    /// OAuth 2.0 client credentials with a signed statement (RFC 7523, 2.2),
    /// also known as `private_key_jwt`.
    ClientAssertion {
        /// Where tokens are had.
        token_url: Template,
        /// The setting that holds the client's name.
        client_id: String,
        /// The secret that holds the private key, as PEM or JWK.
        secret: String,
        /// The setting that names the PEM file of the key's certificate.
        #[serde(default)]
        certificate: Option<String>,
        /// The setting that holds the key's name.
        #[serde(default)]
        key_id: Option<String>,
        /// How it is signed; RS256 or ES256 unless the manifest says more.
        #[serde(default)]
        algorithm: Option<Algorithm>,
        /// What is asked for.
        #[serde(default)]
        scope: Option<Template>,
        /// Whether proofs of possession (RFC 9449) are given where they are
        /// asked for.
        #[serde(default)]
        dpop: bool,
    },
    /// A signed statement as the grant itself (RFC 7523, 2.1), as Google's
    /// service accounts have it.
    ServiceAccount {
        /// The secret that holds the JSON text of the key file.
        secret: String,
        /// Where tokens are had.
        token_url: Template,
        /// The setting that names whom the account acts for.
        #[serde(default)]
        subject: Option<String>,
        /// What is asked for.
        #[serde(default)]
        scope: Option<Template>,
    },
}

fn bearer() -> String {
    "Bearer".to_owned()
}

/// How a shared secret reaches the token service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SendSecret {
    /// In the form.
    #[default]
    Body,
    /// As the password of HTTP's basic authentication.
    Header,
}

/// How a statement is signed, as RFC 7518 names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Algorithm {
    /// RSA PKCS#1 v1.5 with SHA-256.
    RS256,
    /// RSA PKCS#1 v1.5 with SHA-384.
    RS384,
    /// RSA PKCS#1 v1.5 with SHA-512.
    RS512,
    /// RSA-PSS with SHA-256.
    PS256,
    /// RSA-PSS with SHA-384.
    PS384,
    /// RSA-PSS with SHA-512.
    PS512,
    /// ECDSA on P-256 with SHA-256.
    ES256,
    /// ECDSA on P-384 with SHA-384.
    ES384,
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl LoginWay {
    /// The secret of the policy that chooses this way.
    pub fn secret(&self) -> &str {
        match self {
            Self::Token { secret, .. }
            | Self::Basic { secret, .. }
            | Self::ClientSecret { secret, .. }
            | Self::ClientAssertion { secret, .. }
            | Self::ServiceAccount { secret, .. } => secret,
        }
    }

    /// What it is, in words.
    pub fn what(&self) -> &'static str {
        match self {
            Self::Token { .. } => "a token",
            Self::Basic { .. } => "a user name and password",
            Self::ClientSecret { .. } => "OAuth 2.0 with a client secret",
            Self::ClientAssertion { .. } => "OAuth 2.0 with a private key",
            Self::ServiceAccount { .. } => "a service account",
        }
    }

    /// Where tokens are had, if this way has any.
    pub fn token_url(&self) -> Option<&Template> {
        match self {
            Self::Token { .. } | Self::Basic { .. } => None,
            Self::ClientSecret { token_url, .. }
            | Self::ClientAssertion { token_url, .. }
            | Self::ServiceAccount { token_url, .. } => Some(token_url),
        }
    }
}

/// A text in which `{x}` stands for the value of the setting `x`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Template {
    text: String,
    pieces: Vec<Piece>,
}

/// A piece of a [`Template`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Taken as it is.
    Text(String),
    /// Stands for a setting.
    Setting(String),
}

impl Template {
    /// As it stands in the manifest.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// True if the text begins with a setting that a path may follow: then the
    /// policy alone says which server it names.
    pub(crate) fn names_its_server_by_a_setting(&self) -> bool {
        match self.pieces.as_slice() {
            [Piece::Setting(_)] => true,
            [Piece::Setting(_), Piece::Text(text), ..] => text.starts_with('/'),
            _ => false,
        }
    }
}

impl TryFrom<String> for Template {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (mut pieces, mut rest) = (Vec::new(), text.as_str());
        while let Some((before, after)) = rest.split_once('{') {
            let (name, behind) = after
                .split_once('}')
                .ok_or_else(|| format!("`{text}` has a `{{` without a `}}`"))?;
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            pieces.push(Piece::Setting(name.to_owned()));
            rest = behind;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self { text, pieces })
    }
}
