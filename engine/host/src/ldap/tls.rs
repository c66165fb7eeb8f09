//! Whom to believe: authorities, the server's name, and refusals in words.

use super::address::Address;
use super::dial::Settings;
use super::failure::Failure;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{CertificateError, ClientConfig, RootCertStore};
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

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

/// Reads what is shown to the server: a chain of certificates, and the key.
pub(super) fn identity(
    pem: &[u8],
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), Failure> {
    let wrong = |why: String| Failure::Identity { why };
    let chain = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| wrong(error.to_string()))?;
    if chain.is_empty() {
        return Err(wrong("there is no certificate in it".to_owned()));
    }
    // The parser's own words might show a part of the key.
    let key = PrivateKeyDer::from_pem_slice(pem)
        .map_err(|_| wrong("there is no private key in it that can be read".to_owned()))?;
    Ok((chain, key))
}

/// Begins TLS on a connection, and checks that the server is the one that the
/// settings name.
pub(super) async fn begin(
    address: &Address,
    settings: &Settings,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, Failure> {
    let server = address.server();
    let name = ServerName::try_from(address.host.clone()).map_err(|_| Failure::Url {
        url: address.host.clone(),
        why: "it is neither a host name nor an IP address".to_owned(),
    })?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| refusal(&server, &error))?
        .with_root_certificates(settings.trust.roots()?);
    let config = match &settings.identity {
        None => config.with_no_client_auth(),
        Some(pem) => {
            let (chain, key) = identity(pem)?;
            let shown = config.with_client_auth_cert(chain, key);
            shown.map_err(|error| Failure::Identity {
                why: error.to_string(),
            })?
        }
    };
    let begun = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await;
    begun.map_err(
        |error| match error.get_ref().and_then(|inner| inner.downcast_ref()) {
            Some(inner) => refusal(&server, inner),
            None => Failure::Tls {
                server: server.clone(),
                why: error.to_string(),
            },
        },
    )
}

/// Says in words why TLS failed.
pub(crate) fn refusal(server: &str, error: &rustls::Error) -> Failure {
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
        CertificateError::BadSignature => (
            "the authority that is trusted here has another key than the one that signed it"
                .to_owned(),
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
