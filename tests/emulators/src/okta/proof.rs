//! Proofs of possession, RFC 9449, as Okta asks for them: a nonce at the token
//! endpoint, none at the API.

use super::answer::Refusal;
use super::jwt;
use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// What a proof has to be for.
#[derive(Debug)]
pub(super) struct Target<'a> {
    pub(super) method: &'a str,
    pub(super) url: String,
    /// The access token, and the key that it is bound to.
    pub(super) token: Option<(&'a str, &'a str)>,
}

/// Proofs that were seen.
#[derive(Debug, Default)]
pub(super) struct Proofs {
    used: BTreeSet<String>,
}

const NONCE: &str = "emulated-nonce-8NLZUUhVawx1";

impl Proofs {
    /// Checks the proof of a request, and returns the key that made it.
    pub(super) fn check(
        &mut self,
        headers: &HeaderMap,
        target: &Target<'_>,
        now: i64,
    ) -> Result<String, Refusal> {
        let mut proofs = headers.get_all("dpop").iter();
        let (Some(proof), None) = (proofs.next(), proofs.next()) else {
            return Err(invalid(target, "The DPoP proof JWT header is missing."));
        };
        let text = proof.to_str().unwrap_or_default();
        let (key, claims) = signed(text).ok_or_else(|| {
            invalid(
                target,
                "The DPoP proof JWT is malformed or its signature is invalid.",
            )
        })?;
        let is_ours = claims["htm"] == target.method && claims["htu"] == target.url.as_str();
        if !is_ours {
            return Err(invalid(
                target,
                "The htm or htu claim does not match the request.",
            ));
        }
        let issued = claims["iat"].as_i64().unwrap_or_default();
        if (issued - now).abs() > 300 {
            return Err(invalid(
                target,
                "The iat claim is not within the acceptable window.",
            ));
        }
        match target.token {
            None => {
                if claims["nonce"].as_str() != Some(NONCE) {
                    let text = "Authorization server requires nonce in DPoP proof.";
                    return Err(
                        Refusal::oauth(400, "use_dpop_nonce", text).header("dpop-nonce", NONCE)
                    );
                }
            }
            Some((token, bound)) => {
                let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(token));
                if claims["ath"].as_str() != Some(hash.as_str()) {
                    return Err(invalid(
                        target,
                        "The ath claim is not of this access token.",
                    ));
                }
                if key != bound {
                    return Err(invalid(target, "The access token is bound to another key."));
                }
            }
        }
        let id = claims["jti"].as_str().unwrap_or_default().to_owned();
        if id.is_empty() || !self.used.insert(id) {
            return Err(invalid(
                target,
                "The jti claim is missing or was used before.",
            ));
        }
        Ok(key)
    }
}

/// The key in a proof's header, and the claims that it signed.
fn signed(text: &str) -> Option<(String, Value)> {
    let header = jsonwebtoken::decode_header(text).ok()?;
    let is_fit = header.typ.as_deref() == Some("dpop+jwt")
        && matches!(
            header.alg,
            Algorithm::RS256 | Algorithm::ES256 | Algorithm::ES384
        );
    let jwk = header.jwk.filter(|_| is_fit)?;
    let key = DecodingKey::from_jwk(&jwk).ok()?;
    let claims = jwt::verified_by(text, &key, header.alg).ok()?;
    let shown = serde_json::to_value(&jwk.algorithm).ok()?;
    // A private key would be there for everybody to read.
    let raw = text.split('.').next()?;
    let raw: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(raw).ok()?).ok()?;
    if raw["jwk"].get("d").is_some() {
        return None;
    }
    Some((shown.to_string(), claims))
}

fn invalid(target: &Target<'_>, text: &str) -> Refusal {
    let status = if target.token.is_some() { 401 } else { 400 };
    let refusal = Refusal::oauth(status, "invalid_dpop_proof", text);
    if target.token.is_some() {
        refusal.header("www-authenticate", "DPoP error=\"invalid_dpop_proof\"")
    } else {
        refusal
    }
}
