//! Who may ask: API tokens, and OAuth 2.0 service apps with signed assertions.

use super::answer::{Asked, Refusal, one};
use super::jwt;
use super::proof::{self, Proofs};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::json;
use std::collections::BTreeMap;

/// What a service app may do.
#[derive(Clone, Debug)]
pub struct App {
    /// The client id.
    pub client_id: String,
    /// The id of its public key; an assertion has to name it.
    pub key_id: String,
    /// Its public key as PEM.
    pub public_key: String,
    /// Scopes that an administrator granted.
    pub scopes: Vec<String>,
    /// Tokens are bound to a key, RFC 9449.
    pub needs_dpop: bool,
}

/// A token that was handed out.
#[derive(Clone, Debug)]
struct Token {
    scopes: Vec<String>,
    ends_ms: i64,
    /// The key that it is bound to.
    key: Option<String>,
}

/// All logins of an org.
#[derive(Debug, Default)]
pub(super) struct Logins {
    /// API tokens, and the scopes that the rights of their makers amount to.
    pub(super) api_tokens: BTreeMap<String, Vec<String>>,
    pub(super) apps: Vec<App>,
    tokens: BTreeMap<String, Token>,
    used_assertions: Vec<String>,
    proofs: Proofs,
    pub(super) lifetime_s: i64,
    /// Tokens that were handed out so far.
    pub(super) given: u64,
}

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

impl Logins {
    /// Says whether a request may do what needs this scope.
    pub(super) fn admit(
        &mut self,
        method: &str,
        asked: &Asked,
        headers: &HeaderMap,
        scope: &str,
        now_ms: i64,
    ) -> Result<(), Refusal> {
        let text = headers.get("authorization").and_then(|v| v.to_str().ok());
        let (scheme, secret) = credential(text.unwrap_or_default());
        let scopes = match scheme {
            "SSWS" => self.api_tokens.get(secret).ok_or_else(invalid_token)?,
            "Bearer" | "DPoP" => {
                let token = self.tokens.get(secret).ok_or_else(invalid_token)?;
                if token.ends_ms <= now_ms {
                    return Err(invalid_token());
                }
                match (&token.key, scheme) {
                    (Some(key), "DPoP") => {
                        let target = proof::Target {
                            method,
                            url: format!("{}{}", asked.origin, asked.path),
                            token: Some((secret, key)),
                        };
                        self.proofs.check(headers, &target, now_ms / 1000)?;
                    }
                    (None, "Bearer") => {}
                    _ => return Err(invalid_token()),
                }
                &token.scopes
            }
            _ => return Err(invalid_token()),
        };
        if scopes.iter().any(|granted| granted == scope) {
            return Ok(());
        }
        let challenge = format!("{scheme} error=\"insufficient_scope\"");
        Err(Refusal::new(
            403,
            "E0000006",
            "You do not have permission to perform the requested action",
        )
        .header("www-authenticate", challenge))
    }

    /// `POST /oauth2/v1/token`.
    pub(super) fn token(
        &mut self,
        asked: &Asked,
        headers: &HeaderMap,
        form: &BTreeMap<String, String>,
        now_ms: i64,
    ) -> Result<Response, Refusal> {
        let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        if field("grant_type") != "client_credentials" {
            let text = "The authorization grant type is not supported by the authorization server.";
            return Err(Refusal::oauth(400, "unsupported_grant_type", text));
        }
        let url = format!("{}{}", asked.origin, asked.path);
        if field("client_assertion_type") != JWT_BEARER {
            return Err(invalid_client("The client_assertion_type is invalid."));
        }
        let app = self.assertion(field("client_assertion"), &url, now_ms / 1000)?;
        let key = if app.needs_dpop {
            let target = proof::Target {
                method: "POST",
                url,
                token: None,
            };
            Some(self.proofs.check(headers, &target, now_ms / 1000)?)
        } else {
            None
        };
        let scopes: Vec<String> = field("scope").split(' ').map(str::to_owned).collect();
        if let Some(other) = scopes.iter().find(|scope| !app.scopes.contains(scope)) {
            let text = format!("The requested scope is invalid, unknown, or malformed: {other}");
            return Err(Refusal::oauth(400, "invalid_scope", &text));
        }
        self.given += 1;
        let token = format!("emulated.{}.token", self.given);
        let body = json!({
            "token_type": if key.is_some() { "DPoP" } else { "Bearer" },
            "expires_in": self.lifetime_s,
            "access_token": token,
            "scope": scopes.join(" "),
        });
        let ends_ms = now_ms + self.lifetime_s * 1000;
        self.tokens.insert(
            token,
            Token {
                scopes,
                ends_ms,
                key,
            },
        );
        Ok(one(body))
    }

    /// All tokens of apps end now.
    pub(super) fn expire(&mut self) {
        self.tokens.clear();
    }

    /// RFC 7523: who signed, for whom, for how long.
    fn assertion(&mut self, text: &str, url: &str, now: i64) -> Result<App, Refusal> {
        let unsigned = jwt::claims_unverified(text)
            .ok_or_else(|| invalid_client("The client_assertion token is malformed."))?;
        let client = unsigned["sub"].as_str().unwrap_or_default();
        let app = self.apps.iter().find(|app| app.client_id == client);
        let app = app
            .cloned()
            .ok_or_else(|| invalid_client("Invalid value for 'client_id' parameter."))?;
        let header = jsonwebtoken::decode_header(text)
            .map_err(|_| invalid_client("The client_assertion token is malformed."))?;
        if header.kid.as_deref() != Some(app.key_id.as_str()) {
            return Err(invalid_client(
                "The client_assertion token has an unexpected or missing kid.",
            ));
        }
        let claims = jwt::verified(text, &app.public_key)
            .map_err(|_| invalid_client("The client_assertion signature is invalid."))?;
        if claims["iss"] != claims["sub"] {
            return Err(invalid_client(
                "The issuer of the client_assertion is not its subject.",
            ));
        }
        if claims["aud"].as_str() != Some(url) {
            return Err(invalid_client(
                "The audience claim for client_assertion must be the endpoint invoked for the request.",
            ));
        }
        let ends = claims["exp"].as_i64().unwrap_or_default();
        if ends <= now {
            return Err(invalid_client("The client_assertion token is expired."));
        }
        if ends > now + 3600 {
            return Err(invalid_client(
                "The client_assertion token has an expiration too far into the future.",
            ));
        }
        if claims["iat"].as_i64().is_some_and(|at| at > now + 300) {
            return Err(invalid_client(
                "The client_assertion token was issued in the future.",
            ));
        }
        if let Some(id) = claims["jti"].as_str() {
            if self.used_assertions.iter().any(|used| used == id) && !app.needs_dpop {
                return Err(invalid_client(
                    "The client_assertion token has a jti that was used before.",
                ));
            }
            self.used_assertions.push(id.to_owned());
        }
        Ok(app)
    }
}

/// Scheme and secret. Okta's own library sends `SSWS00…` without a space.
fn credential(text: &str) -> (&str, &str) {
    match text.strip_prefix("SSWS") {
        Some(token) => ("SSWS", token.trim_start()),
        None => text.split_once(' ').unwrap_or_default(),
    }
}

fn invalid_token() -> Refusal {
    Refusal::new(401, "E0000011", "Invalid token provided")
}

fn invalid_client(text: &str) -> Refusal {
    Refusal::oauth(401, "invalid_client", text)
}
