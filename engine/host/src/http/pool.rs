//! Connections to one service: TLS, proxy, client certificate.

use super::endpoint::Endpoint;
use crate::binding::Secret;
use crate::bindings::types::Failure;
use crate::failure::{FailureKind, failed_hint};
use crate::limits::Limits;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How long a server may take to answer a knock.
const CONNECT: Duration = Duration::from_secs(30);

/// Why a text is no client certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityFault {
    /// There is no certificate in it.
    #[error("there is no certificate in it")]
    NoCertificate,
    /// There is no private key in it.
    #[error("there is no private key in it that is not encrypted")]
    NoKey,
}

/// A client's certificate chain and its key.
#[derive(Clone)]
pub(crate) struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: Arc<PrivateKeyDer<'static>>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(…)")
    }
}

impl Identity {
    /// Reads a PEM text with both.
    pub fn new(pem: &Secret) -> Result<Self, IdentityFault> {
        let pem = pem.reveal().as_bytes();
        let chain: Vec<_> = CertificateDer::pem_slice_iter(pem)
            .collect::<Result<_, _>>()
            .map_err(|_| IdentityFault::NoCertificate)?;
        if chain.is_empty() {
            return Err(IdentityFault::NoCertificate);
        }
        let key = PrivateKeyDer::from_pem_slice(pem).map_err(|_| IdentityFault::NoKey)?;
        Ok(Self {
            chain,
            key: Arc::new(key),
        })
    }
}

/// Makes a pool of connections.
pub(super) fn new_pool(endpoint: &Endpoint, limits: &Limits) -> Result<reqwest::Client, Failure> {
    let no_tls = |why: String| {
        failed_hint(
            FailureKind::Config,
            format!("no TLS with `{}`: {why}", endpoint.base),
            "check `ca` and the client certificate",
        )
    };
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls(endpoint).map_err(no_tls)?)
        // Followed by hand: each hop is held against the grants.
        .redirect(reqwest::redirect::Policy::none())
        // Tried again by hand, within the run's budget.
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(limits.http_answer.min(CONNECT))
        .timeout(limits.http_answer)
        .user_agent(concat!("muster/", env!("CARGO_PKG_VERSION")));
    let builder = match &endpoint.proxy {
        None => builder,
        Some(proxy) => {
            let proxy = reqwest::Proxy::all(proxy.as_str());
            builder.proxy(proxy.map_err(|error| no_tls(error.to_string()))?)
        }
    };
    builder.build().map_err(|error| no_tls(error.to_string()))
}

fn tls(endpoint: &Endpoint) -> Result<rustls::ClientConfig, String> {
    let roots = endpoint.trust.roots();
    let roots = roots.map_err(|failure| failure.to_string())?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots);
    match &endpoint.identity {
        None => Ok(builder.with_no_client_auth()),
        Some(identity) => builder
            .with_client_auth_cert(identity.chain.clone(), identity.key.clone_key())
            .map_err(|error| format!("the client certificate cannot be used: {error}")),
    }
}
