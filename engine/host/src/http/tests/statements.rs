//! Keys and signed statements, verified by another implementation.

use crate::http::{Certificate, CertificateFault, KeyFault, Signer, Statement};
use crate::manifest::Algorithm;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{DecodingKey, TokenData, Validation, decode};
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) const RSA: &str = include_str!("keys/rsa.pem");
const RSA_PKCS1: &str = include_str!("keys/rsa.pkcs1.pem");
const RSA_JWK: &str = include_str!("keys/rsa.jwk");
const RSA_PUBLIC: &str = include_str!("keys/rsa.public.pem");
pub(super) const RSA_CERTIFICATE: &str = include_str!("keys/rsa.certificate.pem");
const OTHER_CERTIFICATE: &str = include_str!("keys/other.certificate.pem");
const EC: &str = include_str!("keys/ec.pem");
const EC_SEC1: &str = include_str!("keys/ec.sec1.pem");
const EC_JWK: &str = include_str!("keys/ec.jwk");
const EC_PUBLIC: &str = include_str!("keys/ec.public.pem");
const EC384_SEC1: &str = include_str!("keys/ec384.sec1.pem");

/// Verifies a statement by RSA.
pub(super) fn verified(
    statement: &str,
    algorithm: jsonwebtoken::Algorithm,
    audience: &str,
) -> TokenData<Value> {
    let mut validation = Validation::new(algorithm);
    validation.set_audience(&[audience]);
    let key = match algorithm {
        jsonwebtoken::Algorithm::ES256 => DecodingKey::from_ec_pem(EC_PUBLIC.as_bytes()),
        _ => DecodingKey::from_rsa_pem(RSA_PUBLIC.as_bytes()),
    };
    decode(statement, &key.unwrap(), &validation).unwrap()
}

fn statement(key: &str, algorithm: Option<Algorithm>) -> Statement {
    Statement {
        signer: Arc::new(Signer::new(key, algorithm).unwrap()),
        key_id: None,
        certificate: None,
    }
}

#[test]
fn each_form_of_a_key_signs() {
    use jsonwebtoken::Algorithm as Judge;
    let claims = json!({"aud": "a", "exp": 4_102_444_800_u64, "sub": "x"});
    let escaped = RSA.replace('\n', "\\n");
    for (key, wanted, judge) in [
        (RSA, None, Judge::RS256),
        (RSA_PKCS1, None, Judge::RS256),
        (RSA_JWK, None, Judge::RS256),
        (escaped.as_str(), None, Judge::RS256),
        (RSA, Some(Algorithm::RS384), Judge::RS384),
        (RSA, Some(Algorithm::RS512), Judge::RS512),
        (RSA, Some(Algorithm::PS256), Judge::PS256),
        (RSA_JWK, Some(Algorithm::PS384), Judge::PS384),
        (RSA_PKCS1, Some(Algorithm::PS512), Judge::PS512),
        (EC, None, Judge::ES256),
        (EC_SEC1, None, Judge::ES256),
        (EC_JWK, None, Judge::ES256),
    ] {
        let signed = statement(key, wanted).of(&claims).unwrap();
        let data = verified(&signed, judge, "a");
        assert_eq!(data.claims["sub"], "x");
        assert_eq!(data.header.typ.as_deref(), Some("JWT"));
    }
    assert_eq!(
        Signer::new(EC384_SEC1, None).unwrap().algorithm(),
        Algorithm::ES384
    );
}

#[test]
fn a_key_is_named_in_the_header() {
    let named = |mut statement: Statement, key_id: Option<&str>| {
        statement.key_id = key_id.map(str::to_owned);
        let signed = statement.of(&json!({})).unwrap();
        jsonwebtoken::decode_header(&signed).unwrap().kid
    };
    assert_eq!(named(statement(RSA, None), None), None);
    assert_eq!(
        named(statement(RSA_JWK, None), None).as_deref(),
        Some("key-of-tests")
    );
    assert_eq!(
        named(statement(RSA_JWK, None), Some("other")).as_deref(),
        Some("other")
    );
}

#[test]
fn a_certificate_is_named_by_its_thumbprint() {
    let mut statement = statement(RSA, Some(Algorithm::PS256));
    let certificate = Certificate::new(RSA_CERTIFICATE.as_bytes(), &statement.signer);
    statement.certificate = Some(certificate.unwrap());
    let signed = statement.of(&json!({})).unwrap();
    let header = URL_SAFE_NO_PAD.decode(signed.split('.').next().unwrap());
    let header: Value = serde_json::from_slice(&header.unwrap()).unwrap();
    let thumbprint = header["x5t#S256"].as_str().unwrap();
    assert_eq!(URL_SAFE_NO_PAD.decode(thumbprint).unwrap().len(), 32);
    assert_eq!(header["alg"], "PS256");
}

#[test]
fn a_certificate_of_another_key_is_refused() {
    let signer = Signer::new(RSA, None).unwrap();
    let fault = |pem: &str| Certificate::new(pem.as_bytes(), &signer).unwrap_err();
    assert_eq!(fault(OTHER_CERTIFICATE), CertificateFault::Other);
    assert_eq!(fault(RSA), CertificateFault::None);
}

#[test]
fn what_is_no_private_key_is_said_to_be_none() {
    let fault = |key: &str| Signer::new(key, None).unwrap_err();
    assert_eq!(fault("hunter2"), KeyFault::NoKey);
    assert_eq!(fault(RSA_PUBLIC), KeyFault::Public);
    assert_eq!(fault(RSA_CERTIFICATE), KeyFault::Public);
    let encrypted = RSA.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    assert_eq!(fault(&encrypted), KeyFault::Encrypted);
    let no_secret = RSA_JWK.replace("\"d\"", "\"not_d\"");
    assert_eq!(fault(&no_secret), KeyFault::Public);
    let broken = RSA_JWK.replace("\"kty\": \"RSA\"", "\"kty\": \"oct\"");
    let text = fault(&broken).to_string();
    assert!(text.contains("RFC 7518"), "{text}");
}

#[test]
fn a_key_of_another_kind_than_is_wanted_is_refused() {
    let fault = Signer::new(EC, Some(Algorithm::PS256)).unwrap_err();
    assert_eq!(fault.to_string(), "a P-256 key does not sign with PS256");
    assert!(Signer::new(RSA, Some(Algorithm::ES256)).is_err());
}
