//! The token endpoint: RFC 7523 assertions of the service account, with
//! Google's checks and words.

use super::key::key;
use super::state::{Account, Shared, Token};
use super::{CLIENT_ID, SERVICE_ACCOUNT};
use axum::Json;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::Deserialize;
use serde_json::json;
use std::time::{SystemTime, UNIX_EPOCH};

/// Clocks may differ by so many seconds.
const SKEW: u64 = 300;

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    grant_type: String,
    #[serde(default)]
    assertion: String,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    iat: u64,
    exp: u64,
    #[serde(default)]
    scope: String,
    sub: Option<String>,
}

/// A refusal: status, error, description.
type No = (u16, &'static str, &'static str);

pub async fn issue(
    State(account): State<Shared>,
    headers: HeaderMap,
    Form(asked): Form<Asked>,
) -> Response {
    let host = headers.get("host").and_then(|host| host.to_str().ok());
    let own = format!("http://{}/token", host.unwrap_or_default());
    let mut account = account.lock();
    match judge(&account, &asked, &own) {
        Ok(token) => {
            account.issued += 1;
            let name = format!("ya29.fake-{}", account.issued);
            account.tokens.insert(name.clone(), token);
            Json(json!({"access_token": name, "expires_in": 3599, "token_type": "Bearer"}))
                .into_response()
        }
        Err((status, error, text)) => {
            let body = json!({"error": error, "error_description": text});
            let status = StatusCode::from_u16(status).expect("a status");
            (status, Json(body)).into_response()
        }
    }
}

fn judge(account: &Account, asked: &Asked, own: &str) -> Result<Token, No> {
    if asked.grant_type != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
        let text = "Invalid grant_type";
        return Err((400, "unsupported_grant_type", text));
    }
    let claims = verified(&asked.assertion)?;
    if claims.iss != SERVICE_ACCOUNT && claims.iss != CLIENT_ID {
        return Err((400, "invalid_grant", "Invalid grant: account not found"));
    }
    // Only the token endpoint's own name will do.
    if claims.aud != own && claims.aud != "https://oauth2.googleapis.com/token" {
        return Err((400, "invalid_grant", "Invalid JWT: Failed audience check."));
    }
    let now = now();
    let short = claims.exp <= claims.iat + 3600 && claims.exp > now;
    if !short || claims.iat > now + SKEW || claims.iat + 3600 + SKEW < now {
        let text = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.";
        return Err((400, "invalid_grant", text));
    }
    let scopes: Vec<String> = claims.scope.split_whitespace().map(str::to_owned).collect();
    if scopes.is_empty() {
        let text = "Empty or missing scope not allowed.";
        return Err((400, "invalid_scope", text));
    }
    if let Some(who) = &claims.sub {
        // One scope that is not registered spoils the whole request.
        if !scopes.iter().all(|scope| account.scopes.contains(scope)) {
            let text = "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.";
            return Err((401, "unauthorized_client", text));
        }
        if account.find(who).is_none() {
            return Err((400, "invalid_grant", "Invalid email or User ID"));
        }
    }
    Ok(Token {
        scopes,
        subject: claims.sub,
    })
}

fn verified(assertion: &str) -> Result<Claims, No> {
    let mut validation = Validation::new(Algorithm::RS256);
    // Judged with Google's words, above.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let key = DecodingKey::from_rsa_pem(key().public.as_bytes()).expect("the public key");
    decode::<Claims>(assertion, &key, &validation)
        .map(|found| found.claims)
        .map_err(|_| (400, "invalid_grant", "Invalid JWT Signature."))
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("a clock after 1970").as_secs()
}
