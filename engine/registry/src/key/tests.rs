use super::*;

/// Made by `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`, and
/// by nobody used for anything else.
const P256_PEM: &str = include_str!("../../tests/keys/p256.pem");
const P256_PUB: &str = include_str!("../../tests/keys/p256.pub");
const ED_PEM: &str = include_str!("../../tests/keys/ed25519.pem");
const ED_PUB: &str = include_str!("../../tests/keys/ed25519.pub");
/// `MESSAGE`, signed by `openssl dgst -sha256 -sign` and `openssl pkeyutl -sign -rawin`.
const P256_SIG: &[u8] = include_bytes!("../../tests/keys/p256.sig");
const ED_SIG: &[u8] = include_bytes!("../../tests/keys/ed25519.sig");
const MESSAGE: &[u8] = b"what was signed";

#[test]
fn signatures_of_openssl_are_believed() {
    for (public, signature, other) in [(P256_PUB, P256_SIG, ED_PUB), (ED_PUB, ED_SIG, P256_PUB)] {
        let key = PublicKey::from_pem(public).unwrap();
        assert!(key.has_signed(MESSAGE, signature));
        assert!(!key.has_signed(b"what was not", signature));
        assert!(!key.has_signed(MESSAGE, b""));
        assert!(
            !PublicKey::from_pem(other)
                .unwrap()
                .has_signed(MESSAGE, signature)
        );
        for at in 0..signature.len() {
            let mut changed = signature.to_vec();
            changed[at] ^= 1;
            assert!(!key.has_signed(MESSAGE, &changed), "byte {at}");
        }
    }
}

#[test]
fn both_halves_belong_together() {
    for (private, public) in [(P256_PEM, P256_PUB), (ED_PEM, ED_PUB)] {
        let (private, public) = (
            PrivateKey::from_pem(private).unwrap(),
            PublicKey::from_pem(public).unwrap(),
        );
        assert_eq!(private.public(), public);
        assert!(public.has_signed(MESSAGE, &private.sign(MESSAGE).unwrap()));
        assert_eq!(format!("{private:?}"), "PrivateKey(…)");
    }
}

#[test]
fn a_key_has_one_text() {
    for pem in [P256_PUB, ED_PUB] {
        let key = PublicKey::from_pem(pem).unwrap();
        assert_eq!(key.to_pem(), pem);
        assert_eq!(key.to_string().parse(), Ok(key.clone()));
        let windows = pem.replace('\n', "\r\n");
        assert_eq!(PublicKey::from_pem(&windows), Ok(key));
    }
}

#[test]
fn what_is_no_key_says_so() {
    assert_eq!(PublicKey::from_pem("hello"), Err(NoKey::NotPublic));
    assert_eq!(
        PublicKey::from_pem(P256_PEM),
        Err(NoKey::NotPublic),
        "the private half"
    );
    let rsa = "-----BEGIN PUBLIC KEY-----\nMA0GCSqGSIb3DQEBAQUAAwA=\n-----END PUBLIC KEY-----\n";
    assert_eq!(PublicKey::from_pem(rsa), Err(NoKey::Kind));
    assert_eq!("MFkw".parse::<PublicKey>(), Err(NoKey::Kind));
    assert_eq!("?".parse::<PublicKey>(), Err(NoKey::NotPublic));
    let fault = |text: &str| PrivateKey::from_pem(text).map(|_| ()).unwrap_err();
    assert_eq!(fault(P256_PUB), NoKey::NotPrivate);
    assert_eq!(
        fault("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n"),
        NoKey::Encrypted
    );
    assert_eq!(
        fault("-----BEGIN EC PRIVATE KEY-----\nMHc=\n-----END EC PRIVATE KEY-----\n"),
        NoKey::Older
    );
    assert_eq!(
        fault("-----BEGIN PRIVATE KEY-----\nMHc=\n-----END PRIVATE KEY-----\n"),
        NoKey::Kind
    );
}
