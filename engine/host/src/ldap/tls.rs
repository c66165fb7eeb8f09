//! Whom to believe: authorities, the server's name, and refusals in words.

use super::address::Address;
use super::failure::Failure;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use std::sync::Arc;

/// Whose signature on a server's certificate is believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// The authorities that this machine trusts.
    #[default]
    System,
    /// Those in this PEM text and no other.
    Only(Vec<u8>),
    /// Those in this PEM text, and those that this machine trusts.
    SystemAnd(Vec<u8>),
}

impl Trust {
    pub(crate) fn roots(&self) -> Result<RootCertStore, Failure> {
        let mut roots = RootCertStore::empty();
        if let Self::Only(pem) | Self::SystemAnd(pem) = self {
            add_pem(&mut roots, pem)?;
        }
        if let Self::System | Self::SystemAnd(_) = self {
            let found = rustls_native_certs::load_native_certs();
            roots.add_parsable_certificates(found.certs);
        }
        if roots.is_empty() {
            let why = "this machine has no certificates of authorities".to_owned();
            return Err(Failure::Authorities { why });
        }
        Ok(roots)
    }
}

fn add_pem(roots: &mut RootCertStore, pem: &[u8]) -> Result<(), Failure> {
    let wrong = |why: String| Failure::Authorities { why };
    let before = roots.len();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
        roots
            .add(certificate)
            .map_err(|error| wrong(error.to_string()))?;
    }
    match roots.len() == before {
        true => Err(wrong("there is no certificate in the file".to_owned())),
        false => Ok(()),
    }
}

/// Makes the TLS settings for one server.
pub(super) fn client_config(
    address: &Address,
    trust: &Trust,
) -> Result<Arc<ClientConfig>, Failure> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let no_tls = |why: String| Failure::Tls {
        server: address.server(),
        why,
    };
    let name = ServerName::try_from(address.host.clone()).map_err(|_| Failure::Url {
        url: address.host.clone(),
        why: "it is neither a host name nor an IP address".to_owned(),
    })?;
    let verifier = Named {
        inner: WebPkiServerVerifier::builder_with_provider(
            Arc::new(trust.roots()?),
            provider.clone(),
        )
        .build()
        .map_err(|error| no_tls(error.to_string()))?,
        name: name.clone(),
    };
    let mut config = builder(provider)
        .map_err(|error| no_tls(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.enable_sni = matches!(name, ServerName::DnsName(_));
    Ok(Arc::new(config))
}

fn builder(
    provider: Arc<CryptoProvider>,
) -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, rustls::Error> {
    ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()
}

/// Checks a certificate as usual, but against the name that the settings meant.
///
/// The ldap crate cannot hand an IPv6 address on, so it is given another name
/// for the wire; the name that counts stands here.
#[derive(Debug)]
struct Named {
    inner: Arc<WebPkiServerVerifier>,
    name: ServerName<'static>,
}

impl ServerCertVerifier for Named {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.inner
            .verify_server_cert(end_entity, intermediates, &self.name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls12_signature(message, cert, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls13_signature(message, cert, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

/// Says in words why TLS failed.
pub(super) fn refusal(server: &str, error: &rustls::Error) -> Failure {
    match error {
        rustls::Error::InvalidCertificate(error) => certificate(server, error),
        rustls::Error::InvalidMessage(_) => Failure::Tls {
            server: server.to_owned(),
            why: "the server does not speak TLS on this port".to_owned(),
        },
        other => Failure::Tls {
            server: server.to_owned(),
            why: other.to_string(),
        },
    }
}

fn certificate(server: &str, error: &CertificateError) -> Failure {
    let other_name =
        "use the name in the certificate in the URL, or have a certificate issued for this name";
    let renew = "have the certificate renewed, and check the clocks of both machines";
    let authority = "name the PEM file of the authority that issued it: `ca: FILE`";
    let (why, help) = match error {
        CertificateError::UnknownIssuer => (
            "it was issued by an authority that is not trusted here".to_owned(),
            authority,
        ),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            ("it has expired".to_owned(), renew)
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            ("it is not valid yet".to_owned(), renew)
        }
        CertificateError::NotValidForName => ("it is for another name".to_owned(), other_name),
        CertificateError::NotValidForNameContext { presented, .. } => (
            format!("it is for another name: {}", presented.join(", ")),
            other_name,
        ),
        other if format!("{other:?}").contains("CaUsedAsEndEntity") => (
            "it is the certificate of an authority, used as a server's".to_owned(),
            "have a server certificate issued; a self-signed one must not be marked as an authority",
        ),
        other => (
            other.to_string(),
            "look at it with `openssl s_client -connect HOST:PORT -showcerts`",
        ),
    };
    Failure::Certificate {
        server: server.to_owned(),
        why,
        help,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_certificates_is_refused() {
        for pem in [
            "",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "hello",
        ] {
            let roots = Trust::Only(pem.as_bytes().to_vec()).roots();
            assert!(matches!(roots, Err(Failure::Authorities { .. })), "{pem}");
        }
    }

    #[test]
    fn refusals_say_what_to_do() {
        let unknown = certificate("dc1:636", &CertificateError::UnknownIssuer);
        assert_eq!(
            unknown.to_string(),
            "the certificate of `dc1:636` is refused: it was issued by an authority that is not trusted here"
        );
        assert!(
            unknown
                .hint()
                .is_some_and(|hint| hint.contains("`ca: FILE`"))
        );
    }
}
