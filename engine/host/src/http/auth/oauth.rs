//! What is said to a token service, by kind of client.

use super::basic;
use super::statement::{Statement, fresh_name, now, with};
use crate::binding::Secret;
use crate::manifest::SendSecret;
use reqwest::Url;
use ring::error::Unspecified;
use serde_json::json;
use url::form_urlencoded::{Serializer, byte_serialize};

/// How long a statement of a client holds, in seconds. Services take at most
/// ten minutes or an hour.
const STATEMENT: u64 = 300;

/// How long a statement of an account holds, in seconds: the most that Google
/// takes, which is also what it documents.
const ACCOUNT_STATEMENT: u64 = 3600;

const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const JWT_CLIENT: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Where tokens are had, by whom and for what.
#[derive(Debug)]
pub(crate) struct OAuth {
    pub token_url: Url,
    pub asker: Asker,
    pub scope: Option<String>,
    /// Whether proofs of possession are given where they are asked for.
    pub dpop: bool,
}

/// Who asks for a token, and how that is proved.
#[derive(Debug)]
pub(crate) enum Asker {
    /// RFC 6749, 4.4.
    Secret {
        id: String,
        secret: Secret,
        send: SendSecret,
    },
    /// RFC 7523, 2.2.
    Statement { id: String, statement: Statement },
    /// RFC 7523, 2.1.
    Account {
        email: String,
        /// By which administrators know it, if its key file says so.
        client_id: Option<String>,
        /// Whom it acts for.
        subject: Option<String>,
        statement: Statement,
    },
}

/// What is sent to a token service.
pub(super) struct Form {
    pub body: String,
    /// For HTTP's basic authentication.
    pub basic: Option<Secret>,
}

impl OAuth {
    /// Makes the form anew: a statement is good for one request.
    pub(super) fn form(&self) -> Result<Form, Unspecified> {
        let mut form = Serializer::new(String::new());
        let scope = self.scope.as_deref();
        let mut header = None;
        match &self.asker {
            Asker::Secret { id, secret, send } => {
                form.append_pair("grant_type", "client_credentials");
                match send {
                    SendSecret::Body => {
                        form.append_pair("client_id", id);
                        form.append_pair("client_secret", secret.reveal());
                    }
                    SendSecret::Header => header = Some(basic_of_client(id, secret)),
                }
                append_scope(&mut form, scope);
            }
            Asker::Statement { id, statement } => {
                form.append_pair("grant_type", "client_credentials");
                form.append_pair("client_id", id);
                form.append_pair("client_assertion_type", JWT_CLIENT);
                form.append_pair("client_assertion", &self.client_statement(id, statement)?);
                append_scope(&mut form, scope);
            }
            Asker::Account {
                email,
                subject,
                statement,
                ..
            } => {
                form.append_pair("grant_type", JWT_BEARER);
                let signed = self.account_statement(email, subject.as_deref(), statement)?;
                form.append_pair("assertion", &signed);
            }
        }
        Ok(Form {
            body: form.finish(),
            basic: header,
        })
    }

    fn client_statement(&self, id: &str, statement: &Statement) -> Result<String, Unspecified> {
        let now = now();
        statement.of(&json!({
            "iss": id,
            "sub": id,
            "aud": self.token_url.as_str(),
            "jti": fresh_name()?,
            "iat": now,
            "nbf": now,
            "exp": now + STATEMENT,
        }))
    }

    fn account_statement(
        &self,
        email: &str,
        subject: Option<&str>,
        statement: &Statement,
    ) -> Result<String, Unspecified> {
        let now = now();
        let claims = json!({
            "iss": email,
            "aud": self.token_url.as_str(),
            "iat": now,
            "exp": now + ACCOUNT_STATEMENT,
        });
        let claims = with(claims, [("scope", self.scope.as_deref()), ("sub", subject)]);
        statement.of(&claims)
    }

    /// The secret text that an answer must not repeat.
    pub(super) fn secret(&self) -> Option<&str> {
        match &self.asker {
            Asker::Secret { secret, .. } => Some(secret.reveal()),
            Asker::Statement { .. } | Asker::Account { .. } => None,
        }
    }
}

fn append_scope(form: &mut Serializer<'_, String>, scope: Option<&str>) {
    if let Some(scope) = scope {
        form.append_pair("scope", scope);
    }
}

/// Both halves are encoded before they are put together (RFC 6749, 2.3.1).
fn basic_of_client(id: &str, secret: &Secret) -> Secret {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    basic(&encoded(id), &Secret::new(encoded(secret.reveal())))
}
