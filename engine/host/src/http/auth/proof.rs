//! Proofs of possession (DPoP, RFC 9449): a token that is bound to a key is of
//! no use to whoever reads it on its way.

use super::statement::{fresh_name, now, signed, with};
use crate::bindings::types::Failure;
use crate::failure::{FailureKind, failed};
use crate::http::answer::Answer;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::header::{HeaderValue, WWW_AUTHENTICATE};
use reqwest::{Method, Url};
use ring::error::Unspecified;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

const HEADER: &str = "dpop-nonce";

/// Proves that whoever shows a token is the one that it was given to. The key
/// is made for the run and never leaves it.
#[derive(Default)]
pub(in crate::http) struct Prover {
    pair: OnceLock<EcdsaKeyPair>,
    state: Mutex<State>,
}

/// A service gives a nonce, which the next proof must hold. That of the token
/// service is its own, even if it is at the same place as the API.
#[derive(Default)]
struct State {
    /// Whether the token service wants proofs.
    wanted: bool,
    token_nonce: Option<String>,
    /// By origin.
    nonces: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Words {
    error: String,
}

impl Prover {
    /// Makes a proof for the token service, if it wants one.
    pub fn for_token(&self, url: &Url) -> Result<Option<HeaderValue>, Failure> {
        let state = self.state();
        match state.wanted {
            false => Ok(None),
            true => self
                .proof(&Method::POST, url, None, state.token_nonce.as_deref())
                .map(Some),
        }
    }

    /// Reads an answer of the token service, and says whether it asks for
    /// another proof.
    pub fn token_answer(&self, answer: &Answer) -> bool {
        let nonce = answer.header(HEADER).map(str::to_owned);
        let mut state = self.state();
        let news = nonce.is_some() && nonce != state.token_nonce;
        if nonce.is_some() {
            state.token_nonce = nonce;
        }
        if !matches!(answer.status, 400 | 401) {
            return false;
        }
        let words: Words = serde_json::from_slice(&answer.body).unwrap_or_default();
        match words.error.as_str() {
            "use_dpop_nonce" => {
                state.wanted = true;
                news
            }
            "invalid_dpop_proof" => !std::mem::replace(&mut state.wanted, true),
            _ => false,
        }
    }

    /// Makes a proof for a request with a token.
    pub fn for_request(
        &self,
        method: &Method,
        url: &Url,
        token: &str,
    ) -> Result<HeaderValue, Failure> {
        let nonces = &self.state().nonces;
        let nonce = nonces.get(&url.origin().ascii_serialization());
        self.proof(method, url, Some(token), nonce.map(String::as_str))
    }

    /// Reads the head of an answer to a request with a token, and says whether
    /// the service asks for another proof.
    pub fn answer(&self, url: &Url, response: &reqwest::Response) -> bool {
        let text = |name: &str| response.headers().get(name)?.to_str().ok();
        let Some(nonce) = text(HEADER) else {
            return false;
        };
        let origin = url.origin().ascii_serialization();
        let before = self.state().nonces.insert(origin, nonce.to_owned());
        let mut challenges = response.headers().get_all(WWW_AUTHENTICATE).iter();
        response.status().as_u16() == 401
            && before.as_deref() != Some(nonce)
            && challenges.any(|challenge| {
                challenge
                    .to_str()
                    .is_ok_and(|text| text.contains("use_dpop_nonce"))
            })
    }

    fn proof(
        &self,
        method: &Method,
        url: &Url,
        token: Option<&str>,
        nonce: Option<&str>,
    ) -> Result<HeaderValue, Failure> {
        let made = || -> Result<String, Unspecified> {
            let pair = self.pair()?;
            let claims = json!({
                "jti": fresh_name()?,
                "htm": method.as_str(),
                "htu": bare(url),
                "iat": now(),
            });
            let hash = token.map(|token| URL_SAFE_NO_PAD.encode(Sha256::digest(token)));
            let claims = with(claims, [("ath", hash.as_deref()), ("nonce", nonce)]);
            let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk(pair)?});
            signed(&header, &claims, |message| {
                let signature = pair.sign(&SystemRandom::new(), message)?;
                Ok(signature.as_ref().to_vec())
            })
        };
        let unsigned = || {
            failed(
                FailureKind::Internal,
                "no proof of possession could be made",
            )
        };
        let text = made().map_err(|_| unsigned())?;
        HeaderValue::from_str(&text).map_err(|_| unsigned())
    }

    fn pair(&self) -> Result<&EcdsaKeyPair, Unspecified> {
        if let Some(pair) = self.pair.get() {
            return Ok(pair);
        }
        let (curve, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(curve, &random)?;
        let pair = EcdsaKeyPair::from_pkcs8(curve, pkcs8.as_ref(), &random);
        let pair = pair.map_err(|_| Unspecified)?;
        Ok(self.pair.get_or_init(|| pair))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A URL without query and fragment.
fn bare(url: &Url) -> String {
    let mut bare = url.clone();
    bare.set_query(None);
    bare.set_fragment(None);
    bare.into()
}

/// The public half: a point, written as 4, x, y.
fn jwk(pair: &EcdsaKeyPair) -> Result<Value, Unspecified> {
    let point = pair.public_key().as_ref();
    let half = |from: usize| point.get(from..from + 32).ok_or(Unspecified);
    Ok(json!({
        "kty": "EC",
        "crv": "P-256",
        "x": URL_SAFE_NO_PAD.encode(half(1)?),
        "y": URL_SAFE_NO_PAD.encode(half(33)?),
    }))
}
