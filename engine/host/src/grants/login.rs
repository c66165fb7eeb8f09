//! Which of a service's ways to log in a policy has chosen.

use super::Values;
use crate::binding::{BindError, Secret};
use crate::http::{Asker, Certificate, EndpointFault, KeyFault, Login, OAuth, Signer, Statement};
use crate::manifest::{Algorithm, HttpNeed, LoginWay, Piece, Template};
use serde::Deserialize;
use std::sync::Arc;
use url::Url;

/// The key file of a service account, as far as it is used.
#[derive(Deserialize)]
struct Account {
    client_email: String,
    #[serde(default)]
    client_id: Option<String>,
    private_key: String,
    #[serde(default)]
    private_key_id: Option<String>,
}

/// What a way needs beside its own settings.
struct Chosen<'a> {
    values: &'a Values<'a>,
    need: &'a HttpNeed,
    /// Its name and itself.
    secret: (&'a str, &'a Secret),
}

impl Values<'_> {
    /// Takes the way whose secret the policy gives.
    pub(super) fn login(&self, need: &HttpNeed) -> Result<Login, BindError> {
        let ways = need.ways();
        let given: Vec<(&LoginWay, &Secret)> = ways
            .iter()
            .filter_map(|way| Some((way, self.secrets.get(way.secret())?)))
            .collect();
        match given.as_slice() {
            [] if ways.is_empty() || need.anonymous => Ok(Login::Anonymous),
            [] => Err(none_given(&ways)),
            [(way, secret)] => Chosen {
                values: self,
                need,
                secret: (way.secret(), secret),
            }
            .login(way),
            several => Err(BindError::ManyLogins {
                given: several
                    .iter()
                    .map(|(way, _)| way.secret().to_owned())
                    .collect(),
            }),
        }
    }
}

impl Values<'_> {
    /// Where the way that the policy has chosen asks for tokens.
    pub(super) fn token_url(&self, need: &HttpNeed) -> Result<Option<Url>, BindError> {
        let ways = need.ways();
        let given = ways
            .iter()
            .find_map(|way| Some((way, self.secrets.get(way.secret())?)));
        let Some((way, secret)) = given else {
            return Ok(None);
        };
        let chosen = Chosen {
            values: self,
            need,
            secret: (way.secret(), secret),
        };
        let url = way.token_url().map(|url| chosen.token_url(url));
        url.transpose()
    }
}

fn none_given(ways: &[LoginWay]) -> BindError {
    match ways {
        [only] => BindError::NoSecret {
            secret: only.secret().to_owned(),
        },
        ways => BindError::NoLogin {
            known: ways
                .iter()
                .map(|way| (way.secret().to_owned(), way.what()))
                .collect(),
        },
    }
}

impl Chosen<'_> {
    fn login(&self, way: &LoginWay) -> Result<Login, BindError> {
        let (_, secret) = self.secret;
        let (token_url, scope) = match way {
            LoginWay::Token { scheme, .. } => {
                return Ok(Login::Header {
                    scheme: scheme.clone(),
                    secret: secret.clone(),
                });
            }
            LoginWay::Basic { username, .. } => {
                return Ok(Login::basic(self.required(username)?, secret));
            }
            LoginWay::ClientSecret {
                token_url, scope, ..
            }
            | LoginWay::ClientAssertion {
                token_url, scope, ..
            }
            | LoginWay::ServiceAccount {
                token_url, scope, ..
            } => (token_url, scope),
        };
        let oauth = OAuth {
            token_url: self.token_url(token_url)?,
            scope: scope.as_ref().map_or(Ok(None), |scope| self.scope(scope))?,
            dpop: matches!(way, LoginWay::ClientAssertion { dpop: true, .. }),
            asker: match self.asker(way)? {
                Some(asker) => asker,
                None => return Ok(Login::Anonymous),
            },
        };
        Ok(Login::OAuth(Arc::new(oauth)))
    }

    /// Who asks for tokens; none if a secret only stands in, in which there is
    /// no key.
    fn asker(&self, way: &LoginWay) -> Result<Option<Asker>, BindError> {
        let (_, secret) = self.secret;
        Ok(Some(match way {
            LoginWay::Token { .. } | LoginWay::Basic { .. } => return Ok(None),
            LoginWay::ClientSecret {
                client_id, send, ..
            } => Asker::Secret {
                id: self.required(client_id)?.to_owned(),
                secret: secret.clone(),
                send: *send,
            },
            LoginWay::ClientAssertion {
                client_id,
                certificate,
                key_id,
                algorithm,
                ..
            } => {
                let id = self.required(client_id)?.to_owned();
                let key_id = self.values.optional(key_id.as_ref())?.map(str::to_owned);
                if secret.stands_in() {
                    return Ok(None);
                }
                let signer = self.signer(secret.reveal(), *algorithm)?;
                Asker::Statement {
                    id,
                    statement: Statement {
                        certificate: self.certificate(certificate.as_ref(), &signer)?,
                        signer: Arc::new(signer),
                        key_id,
                    },
                }
            }
            LoginWay::ServiceAccount { subject, .. } => {
                let subject = subject.as_ref().map(|subject| self.required(subject));
                let subject = subject.transpose()?.map(str::to_owned);
                if secret.stands_in() {
                    return Ok(None);
                }
                let account = self.account(secret)?;
                Asker::Account {
                    email: account.client_email,
                    client_id: account.client_id,
                    subject,
                    statement: Statement {
                        signer: Arc::new(self.signer(&account.private_key, None)?),
                        key_id: account.private_key_id,
                        certificate: None,
                    },
                }
            }
        }))
    }

    fn required(&self, setting: &str) -> Result<&str, BindError> {
        let found = self.values.text(setting)?.filter(|text| !text.is_empty());
        found.ok_or_else(|| BindError::NoSetting {
            setting: setting.to_owned(),
            secret: self.secret.0.to_owned(),
        })
    }

    /// Puts the settings into a text; a URL's last `/` is left out, since one
    /// follows.
    fn filled(&self, template: &Template) -> Result<String, BindError> {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => Ok(text.clone()),
            Piece::Setting(name) => Ok(self.required(name)?.trim_end_matches('/').to_owned()),
        };
        template.pieces().iter().map(piece).collect()
    }

    /// What is asked for: nothing, if that is a setting which the policy leaves
    /// out.
    fn scope(&self, template: &Template) -> Result<Option<String>, BindError> {
        match template.pieces() {
            [Piece::Setting(name)] if self.values.text(name)?.is_none() => Ok(None),
            _ => self.filled(template).map(Some),
        }
    }

    fn token_url(&self, template: &Template) -> Result<Url, BindError> {
        let text = self.filled(template)?;
        let setting = match template.pieces().first() {
            Some(Piece::Setting(name)) => name.clone(),
            Some(Piece::Text(_)) | None => template.as_str().to_owned(),
        };
        let wrong = |source| BindError::Endpoint {
            setting: setting.clone(),
            source,
        };
        let no_url = |why: String| EndpointFault::Url {
            url: text.clone(),
            why,
        };
        let url = Url::parse(&text).map_err(|error| wrong(no_url(error.to_string())))?;
        let plain = self.values.flag(self.need.allow_plaintext.as_ref())?;
        match url.scheme() {
            "https" => Ok(url),
            "http" if plain => Ok(url),
            "http" => Err(wrong(EndpointFault::PlainText { url: text.clone() })),
            _ => Err(wrong(no_url("it is no `https://`".to_owned()))),
        }
    }

    fn unusable(&self, source: KeyFault) -> BindError {
        BindError::Key {
            secret: self.secret.0.to_owned(),
            source,
        }
    }

    fn signer(&self, text: &str, algorithm: Option<Algorithm>) -> Result<Signer, BindError> {
        Signer::new(text, algorithm).map_err(|source| self.unusable(source))
    }

    fn account(&self, secret: &Secret) -> Result<Account, BindError> {
        let account: Result<Account, _> = serde_json::from_str(secret.reveal());
        // Where the error stands, not what stands there.
        let place = |error: serde_json::Error| match error.is_data() {
            true => format!(
                "a field is missing or of another type in line {}",
                error.line()
            ),
            false => "it is no JSON".to_owned(),
        };
        account.map_err(|error| self.unusable(KeyFault::Account(place(error))))
    }

    fn certificate(
        &self,
        setting: Option<&String>,
        signer: &Signer,
    ) -> Result<Option<Certificate>, BindError> {
        let Some(file) = self.values.optional(setting)? else {
            return Ok(None);
        };
        let path = self.values.folder.join(file);
        let pem = std::fs::read(&path).map_err(|source| BindError::CertificateFile {
            path: path.clone(),
            source,
        })?;
        let certificate = Certificate::new(&pem, signer);
        certificate
            .map(Some)
            .map_err(|source| BindError::Certificate { path, source })
    }
}
