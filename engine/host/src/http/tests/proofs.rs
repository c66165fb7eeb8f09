//! Proofs of possession, against a service that checks them.

use super::login::{bound, json_answer};
use super::statements::RSA;
use super::{Server, client_of, get, limits, ok};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::sync::Mutex;

const MANIFEST: &str = r#"
name = "x"
version = "1"
summary = ""
api = "muster:provider@0.1"
[needs.http.api]
base_url = "url"
allow_plaintext = "plain"
[[needs.http.api.auth]]
kind = "client-assertion"
token_url = "{url}/token"
client_id = "client_id"
secret = "private_key"
dpop = true
"#;

/// What a request shows: its headers and where it goes.
struct Asked {
    method: String,
    path: String,
    proof: Option<String>,
    authorization: Option<String>,
}

impl Asked {
    fn read(request: &str) -> Self {
        let mut line = request.split(' ').map(str::to_owned);
        let header = |name: &str| {
            let mut lines = request.lines();
            lines.find_map(|line| line.strip_prefix(name).map(str::to_owned))
        };
        Self {
            method: line.next().unwrap(),
            path: line.next().unwrap(),
            proof: header("dpop: "),
            authorization: header("authorization: "),
        }
    }

    /// Verifies the proof and returns its claims, and the key's point.
    fn verified(&self) -> Option<(Value, String)> {
        let proof = self.proof.as_deref()?;
        let header = decode_header(proof).unwrap();
        assert_eq!(header.typ.as_deref(), Some("dpop+jwt"));
        let jwk = header.jwk.unwrap();
        let text = serde_json::to_value(&jwk).unwrap();
        assert!(text.get("d").is_none(), "{text}");
        let mut validation = Validation::new(Algorithm::ES256);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        let key = DecodingKey::from_jwk(&jwk).unwrap();
        let claims: Value = decode(proof, &key, &validation).unwrap().claims;
        assert_eq!(claims["htm"], self.method);
        let path = self.path.split('?').next().unwrap();
        let htu = claims["htu"].as_str().unwrap();
        assert!(
            htu.starts_with("http://127.0.0.1") && htu.ends_with(path),
            "{htu}"
        );
        assert!(!htu.contains('?'), "{htu}");
        Some((claims, text["x"].to_string()))
    }
}

fn with_nonce(answer: Vec<u8>, nonce: &str) -> Vec<u8> {
    let text = String::from_utf8(answer).unwrap();
    text.replacen("\r\n", &format!("\r\nDPoP-Nonce: {nonce}\r\n"), 1)
        .into_bytes()
}

fn challenge() -> Vec<u8> {
    let answer = String::from_utf8(json_answer(401, &json!({}))).unwrap();
    answer
        .replacen(
            "\r\n",
            "\r\nWWW-Authenticate: DPoP error=\"use_dpop_nonce\"\r\n",
            1,
        )
        .into_bytes()
}

/// A service that wants a proof with its nonce for everything.
fn strict() -> Server {
    let used: Mutex<BTreeSet<String>> = Mutex::default();
    Server::start(move |request| {
        let asked = Asked::read(request);
        let verified = asked.verified();
        if let Some((claims, _)) = &verified {
            let name = claims["jti"].as_str().unwrap().to_owned();
            assert!(used.lock().unwrap().insert(name), "a proof came twice");
        }
        let nonce = |claims: &Value| claims["nonce"].as_str().map(str::to_owned);
        if asked.path == "/token" {
            return match verified {
                None => json_answer(
                    400,
                    &json!({"error": "invalid_dpop_proof", "error_description": "The DPoP proof JWT header is missing."}),
                ),
                Some((claims, _)) if nonce(&claims).as_deref() != Some("n-token") => with_nonce(
                    json_answer(400, &json!({"error": "use_dpop_nonce"})),
                    "n-token",
                ),
                Some((claims, _)) => {
                    assert!(claims.get("ath").is_none());
                    json_answer(
                        200,
                        &json!({"token_type": "DPoP", "expires_in": 3600, "access_token": "bound"}),
                    )
                }
            };
        }
        assert_eq!(asked.authorization.as_deref(), Some("DPoP bound"));
        let (claims, _) = verified.unwrap();
        assert_eq!(
            claims["ath"],
            URL_SAFE_NO_PAD.encode(Sha256::digest("bound"))
        );
        match nonce(&claims).as_deref() {
            Some("n-api") => with_nonce(ok("people"), "n-api"),
            _ => with_nonce(challenge(), "n-api"),
        }
    })
}

fn settings(url: &str) -> Value {
    json!({"url": url, "plain": true, "client_id": "0oa1"})
}

#[test]
fn nonces_of_token_service_and_api_are_danced_for_once_each() {
    let server = strict();
    let endpoint = bound(MANIFEST, &settings(&server.url), &[("private_key", RSA)]).unwrap();
    let client = client_of([endpoint], &limits());
    for path in ["/users?limit=200&after=x", "/users?limit=200", "/groups"] {
        assert_eq!(get(&client, path).unwrap().body, b"people");
    }
    let heads = server.heads();
    let paths: Vec<String> = heads.iter().map(|head| Asked::read(head).path).collect();
    assert_eq!(
        paths,
        [
            "/token",
            "/token",
            "/token",
            "/users?limit=200&after=x",
            "/users?limit=200&after=x",
            "/users?limit=200",
            "/groups"
        ]
    );
    let keys: BTreeSet<String> = heads
        .iter()
        .filter_map(|head| Asked::read(head).verified())
        .map(|(_, key)| key)
        .collect();
    assert_eq!(keys.len(), 1, "one key for a run");
}

#[test]
fn each_run_has_a_key_of_its_own() {
    let key = || {
        let server = strict();
        let endpoint = bound(MANIFEST, &settings(&server.url), &[("private_key", RSA)]).unwrap();
        get(&client_of([endpoint], &limits()), "/users").unwrap();
        let heads = server.heads();
        let mut keys = heads.iter().filter_map(|head| Asked::read(head).verified());
        keys.next().unwrap().1
    };
    assert_ne!(key(), key());
}

#[test]
fn no_proof_is_given_where_none_is_wanted() {
    let server = Server::start(|request| match request.starts_with("POST") {
        true => json_answer(200, &json!({"access_token": "t", "token_type": "Bearer"})),
        false => ok(""),
    });
    let endpoint = bound(MANIFEST, &settings(&server.url), &[("private_key", RSA)]).unwrap();
    get(&client_of([endpoint], &limits()), "/users").unwrap();
    for head in server.heads() {
        assert_eq!(Asked::read(&head).proof, None);
    }
}

#[test]
fn a_service_that_is_never_content_with_a_proof_is_left() {
    let server = Server::start(|request| match request.starts_with("POST") {
        true => json_answer(400, &json!({"error": "use_dpop_nonce"})),
        false => ok(""),
    });
    let endpoint = bound(MANIFEST, &settings(&server.url), &[("private_key", RSA)]).unwrap();
    assert!(get(&client_of([endpoint], &limits()), "/users").is_err());
    assert!(server.heads().len() <= 4, "{}", server.heads().len());
}
