//! Signatures in the newer of cosign's two forms: a bundle that refers to the
//! package, with an in-toto statement in a DSSE envelope
//! (<https://github.com/sigstore/cosign/blob/main/specs/BUNDLE_SPEC.md>,
//! <https://github.com/secure-systems-lab/dsse/blob/master/protocol.md>).
//!
//! Only keys are believed: what a bundle says of certificates and logs is not
//! looked at.

use crate::digest::Digest;
use crate::key::PublicKey;
use crate::signature::Proof;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What such a bundle is.
pub(crate) const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

/// Bytes of a bundle.
pub(crate) const LARGEST: u64 = 1 << 20;

/// What a signed statement is.
const STATEMENT: &str = "application/vnd.in-toto+json";

/// What a statement says that is a signature and no report about a package.
const SIGNED: &str = "https://sigstore.dev/cosign/sign/v1";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bundle {
    #[serde(default)]
    dsse_envelope: Option<Envelope>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    payload: String,
    payload_type: String,
    #[serde(default)]
    signatures: Vec<Signature>,
}

#[derive(Deserialize)]
struct Signature {
    sig: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statement {
    predicate_type: String,
    subject: Vec<Subject>,
}

#[derive(Deserialize)]
struct Subject {
    digest: BTreeMap<String, String>,
}

/// Judges a bundle.
pub(crate) fn judge(bundle: &[u8], manifest: Digest, key: &PublicKey) -> Proof {
    let Some(envelope) = serde_json::from_slice::<Bundle>(bundle)
        .ok()
        .and_then(|bundle| bundle.dsse_envelope)
    else {
        return Proof::Stranger;
    };
    let Ok(payload) = STANDARD.decode(&envelope.payload) else {
        return Proof::Stranger;
    };
    let message = authenticated(&envelope.payload_type, &payload);
    let is_good = |signature: &Signature| {
        let bytes = STANDARD.decode(&signature.sig);
        bytes.is_ok_and(|bytes| key.has_signed(&message, &bytes))
    };
    if !envelope.signatures.iter().any(is_good) {
        return Proof::Stranger;
    }
    if envelope.payload_type != STATEMENT {
        return Proof::Other(envelope.payload_type);
    }
    match serde_json::from_slice::<Statement>(&payload) {
        Err(error) => Proof::Other(format!("it cannot be read ({error})")),
        Ok(said) if said.predicate_type != SIGNED => Proof::Other(said.predicate_type),
        Ok(said) if said.is_about(manifest) => Proof::Good,
        Ok(said) => Proof::Other(said.subjects()),
    }
}

impl Statement {
    fn is_about(&self, manifest: Digest) -> bool {
        let hex = manifest.hex();
        let is = |subject: &Subject| subject.digest.get("sha256") == Some(&hex);
        self.subject.iter().any(is)
    }

    fn subjects(&self) -> String {
        let digests = self.subject.iter().flat_map(|subject| &subject.digest);
        let digests = digests.map(|(kind, digest)| format!("{kind}:{digest}"));
        digests.collect::<Vec<_>>().join(", ")
    }
}

/// What is signed: type and text, each with its length, so that neither can pass
/// for a part of the other.
fn authenticated(kind: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {kind} {} ", kind.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::PrivateKey;
    use serde_json::json;

    fn key() -> PrivateKey {
        PrivateKey::from_pem(include_str!("../tests/keys/p256.pem")).unwrap()
    }

    fn other() -> PrivateKey {
        PrivateKey::from_pem(include_str!("../tests/keys/ed25519.pem")).unwrap()
    }

    /// A bundle with this statement, signed as this type.
    fn bundle(kind: &str, statement: &str, key: &PrivateKey) -> Vec<u8> {
        let signature = key
            .sign(&authenticated(kind, statement.as_bytes()))
            .unwrap();
        let bundle = json!({
            "mediaType": BUNDLE,
            "verificationMaterial": {"publicKey": {"hint": "x"}},
            "dsseEnvelope": {
                "payload": STANDARD.encode(statement),
                "payloadType": kind,
                "signatures": [{"sig": STANDARD.encode(signature)}],
            },
        });
        bundle.to_string().into_bytes()
    }

    fn statement(predicate: &str, digest: Digest) -> String {
        json!({
            "_type": "https://in-toto.io/Statement/v1",
            "predicateType": predicate,
            "subject": [{"digest": {"sha256": digest.hex()}}],
            "predicate": {},
        })
        .to_string()
    }

    #[test]
    fn the_text_that_is_signed_is_that_of_the_specification() {
        let text = authenticated("http://example.com/HelloWorld", b"hello world");
        assert_eq!(
            text,
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
    }

    #[test]
    fn a_bundle_is_about_one_package() {
        let (this, that) = (Digest::of(b"this"), Digest::of(b"that"));
        let public = key().public();
        let good = bundle(STATEMENT, &statement(SIGNED, this), &key());
        assert_eq!(judge(&good, this, &public), Proof::Good);
        assert_eq!(judge(&good, that, &public), Proof::Other(this.to_string()));
        assert_eq!(judge(&good, this, &other().public()), Proof::Stranger);
        let report = statement("https://slsa.dev/provenance/v1", this);
        let report = bundle(STATEMENT, &report, &key());
        assert!(
            matches!(judge(&report, this, &public), Proof::Other(_)),
            "a report"
        );
        let kind = bundle("text/plain", &statement(SIGNED, this), &key());
        assert!(matches!(judge(&kind, this, &public), Proof::Other(_)));
        for nonsense in [
            "",
            "{}",
            "[]",
            "{\"dsseEnvelope\": {\"payload\": \"?\", \"payloadType\": \"\"}}",
        ] {
            assert_eq!(judge(nonsense.as_bytes(), this, &public), Proof::Stranger);
        }
        let mut unsigned: serde_json::Value = serde_json::from_slice(&good).unwrap();
        unsigned["dsseEnvelope"]["signatures"] = json!([]);
        assert_eq!(
            judge(unsigned.to_string().as_bytes(), this, &public),
            Proof::Stranger
        );
    }
}
