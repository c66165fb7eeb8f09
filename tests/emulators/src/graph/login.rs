//! The token endpoint: client credentials, by secret or by certificate.

use super::Tenant;
use super::query::decoded;
use super::wire::{Ask, Reply};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{SystemTime, UNIX_EPOCH};

/// What RFC 7523 calls this way to log in.
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// An application that may log in.
#[derive(Clone, Debug)]
pub struct Client {
    id: String,
    secret: Option<String>,
    /// `x5t#S256` of the certificate, and its public key.
    certificate: Option<(String, String)>,
}

impl Client {
    /// One with a secret.
    pub fn secret(id: &str, secret: &str) -> Self {
        Self {
            id: id.to_owned(),
            secret: Some(secret.to_owned()),
            certificate: None,
        }
    }

    /// One with a certificate; both texts are PEM.
    pub fn certificate(id: &str, certificate: &str, public_key: &str) -> Self {
        let der: String = certificate
            .lines()
            .filter(|line| !line.starts_with("-----"))
            .collect();
        let der = STANDARD.decode(der).expect("a certificate in PEM");
        let print = URL_SAFE_NO_PAD.encode(Sha256::digest(der));
        Self {
            id: id.to_owned(),
            secret: None,
            certificate: Some((print, public_key.to_owned())),
        }
    }
}

/// Tokens that were handed out.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    /// When each ends.
    good: BTreeMap<String, i64>,
    /// Names of assertions that were used.
    used: BTreeSet<String>,
    made: u64,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    jti: String,
}

/// A number of AADSTS, the word of RFC 6749, and what it says.
struct Refused(u32, &'static str, String);

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs().cast_signed())
}

impl Tenant {
    /// True if a request carries a token that is good.
    pub(super) fn knows(&self, ask: &Ask) -> bool {
        let header = ask.header("authorization").unwrap_or_default();
        let token = header.strip_prefix("Bearer ").unwrap_or_default();
        self.tokens.good.get(token).is_some_and(|end| now() < *end)
    }

    /// Hands out a token, as the token endpoint does.
    pub fn token(&mut self) -> String {
        self.tokens.made += 1;
        let token = format!("eyJ0eXAiOiJKV1QifQ.{:016x}.opaque", self.tokens.made);
        let end = now() + self.token_seconds;
        self.tokens.good.insert(token.clone(), end);
        token
    }

    pub(super) fn login(&mut self, tenant: &str, ask: &Ask) -> Reply {
        let form: BTreeMap<String, String> = ask
            .body
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (decoded(name), decoded(value)))
            .collect();
        let url = format!("{}{}", ask.base, ask.target);
        match self.admit(tenant, &url, &ask.base, &form) {
            Ok(()) => {
                let token = self.token();
                let seconds = self.token_seconds;
                Reply::json(
                    200,
                    &json!({"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token}),
                )
            }
            Err(Refused(number, word, text)) => {
                let status = if word == "invalid_client" { 401 } else { 400 };
                Reply::json(
                    status,
                    &json!({
                        "error": word,
                        "error_description": format!("AADSTS{number}: {text} Trace ID: 0a5f8a3e-1111-4000-8000-000000000000 Correlation ID: 1f0c2f6e-2222-4000-8000-000000000000 Timestamp: 2026-11-23 08:00:00Z"),
                        "error_codes": [number], "timestamp": "2026-11-23 08:00:00Z",
                        "trace_id": "0a5f8a3e-1111-4000-8000-000000000000",
                        "correlation_id": "1f0c2f6e-2222-4000-8000-000000000000"}),
                )
            }
        }
    }

    fn admit(
        &mut self,
        tenant: &str,
        url: &str,
        base: &str,
        form: &BTreeMap<String, String>,
    ) -> Result<(), Refused> {
        let field = |name: &str| form.get(name).map_or("", String::as_str);
        if tenant != self.id && tenant != "fabrikam.example" {
            let text = format!("Tenant '{tenant}' not found.");
            return Err(Refused(90002, "invalid_request", text));
        }
        if field("grant_type") != "client_credentials" {
            let text = "The app requested an unsupported grant type.".to_owned();
            return Err(Refused(70003, "unsupported_grant_type", text));
        }
        let scope = field("scope");
        if scope != format!("{base}/.default") {
            let text = format!(
                "The provided request must include a 'scope' input parameter for this resource; '{scope}' is not valid."
            );
            return Err(Refused(70011, "invalid_scope", text));
        }
        let id = field("client_id");
        let Some(client) = self.clients.iter().find(|client| client.id == id).cloned() else {
            let text = format!(
                "Application with identifier '{id}' was not found in the directory '{}'.",
                self.name
            );
            return Err(Refused(700_016, "unauthorized_client", text));
        };
        match (&client.secret, &client.certificate) {
            (Some(secret), _) if field("client_secret") == secret => Ok(()),
            (None, Some(certificate)) if field("client_assertion_type") == ASSERTION => {
                self.assertion(&client.id, certificate, url, field("client_assertion"))
            }
            (Some(_), _) => Err(Refused(
                7_000_215,
                "invalid_client",
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.".to_owned(),
            )),
            _ => Err(Refused(
                7_000_218,
                "invalid_client",
                "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.".to_owned(),
            )),
        }
    }

    fn assertion(
        &mut self,
        id: &str,
        (print, key): &(String, String),
        url: &str,
        assertion: &str,
    ) -> Result<(), Refused> {
        let wrong = |number, text: String| Refused(number, "invalid_client", text);
        let header = assertion.split('.').next().unwrap_or_default();
        let header = URL_SAFE_NO_PAD.decode(header).unwrap_or_default();
        let header: serde_json::Value = serde_json::from_slice(&header).unwrap_or_default();
        if header["x5t#S256"] != json!(print) {
            let text = format!(
                "The certificate with identifier used to sign the client assertion is not registered on application '{id}'."
            );
            return Err(wrong(700_027, text));
        }
        let mut rules = Validation::new(Algorithm::PS256);
        rules.set_audience(&[url]);
        rules.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
        rules.validate_nbf = true;
        rules.leeway = 300;
        let key = DecodingKey::from_rsa_pem(key.as_bytes()).expect("a public key in PEM");
        let token = jsonwebtoken::decode::<Claims>(assertion, &key, &rules).map_err(|error| {
            use jsonwebtoken::errors::ErrorKind as Kind;
            match error.kind() {
                Kind::ExpiredSignature | Kind::ImmatureSignature => wrong(
                    700_024,
                    "Client assertion is not within its valid time range.".to_owned(),
                ),
                Kind::InvalidAudience => wrong(
                    50_012,
                    format!("Client assertion audience claim does not match Realm issuer: {url}."),
                ),
                other => wrong(50_027, format!("Invalid JWT token: {other:?}.")),
            }
        })?;
        let claims = token.claims;
        if claims.iss != id || claims.sub != id {
            let text =
                "The 'iss' and 'sub' claims must be the application's identifier.".to_owned();
            return Err(wrong(700_021, text));
        }
        match self.tokens.used.insert(claims.jti) {
            true => Ok(()),
            false => Err(wrong(50_027, "The assertion was used before.".to_owned())),
        }
    }
}
