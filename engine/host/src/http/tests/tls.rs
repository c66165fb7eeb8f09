//! Real TLS: private authorities, client certificates, proxies.

use super::{client_of, get, limits, ok};
use crate::binding::Secret;
use crate::bindings::types::{Failure, FailureKind};
use crate::http::{Endpoint, Identity, IdentityFault, proxy};
use crate::ldap::Trust;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// An authority that only this test knows.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self {
            pem,
            issuer: Issuer::new(params, key),
        }
    }

    /// Issues a certificate, and returns it with its key, as PEM.
    fn issue(&self, name: &str, usage: ExtendedKeyUsagePurpose) -> (String, String) {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.extended_key_usages = vec![usage];
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    fn roots(&self) -> RootCertStore {
        Trust::Only(self.pem.clone().into_bytes()).roots().unwrap()
    }

    /// A server of a name, which may want to see a certificate of this
    /// authority.
    fn server(&self, name: &str, wants_certificate: bool) -> TlsServer {
        let (chain, key) = self.issue(name, ExtendedKeyUsagePurpose::ServerAuth);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = match wants_certificate {
            false => builder.with_no_client_auth(),
            true => {
                let roots = Arc::new(self.roots());
                let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider);
                builder.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        let chain = rustls::pki_types::pem::PemObject::pem_slice_iter(chain.as_bytes());
        let key: PrivateKeyDer<'static> =
            rustls::pki_types::pem::PemObject::from_pem_slice(key.as_bytes()).unwrap();
        let config = builder.with_single_cert(chain.map(Result::unwrap).collect(), key);
        TlsServer::start(config.unwrap())
    }

    fn trusts(&self) -> Trust {
        Trust::Only(self.pem.clone().into_bytes())
    }
}

/// Answers each request over TLS with `people`.
struct TlsServer {
    port: u16,
}

impl TlsServer {
    fn start(config: ServerConfig) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let config = Arc::new(config);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let config = config.clone();
                std::thread::spawn(move || {
                    let connection = ServerConnection::new(config).unwrap();
                    let mut stream = BufReader::new(StreamOwned::new(connection, stream));
                    let mut head = String::new();
                    while stream.read_line(&mut head).is_ok_and(|count| count > 2) {}
                    // The handshake may have failed.
                    let _ = stream.get_mut().write_all(&ok("people"));
                    stream.get_mut().conn.send_close_notify();
                    let _ = stream.get_mut().flush();
                });
            }
        });
        Self { port }
    }

    fn url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }
}

fn asked(endpoint: Endpoint) -> Result<Vec<u8>, Failure> {
    get(&client_of([endpoint], &limits()), "/").map(|answer| answer.body)
}

fn endpoint(server: &TlsServer, trust: Trust) -> Endpoint {
    Endpoint {
        trust,
        ..Endpoint::new("base_url", &server.url()).unwrap()
    }
}

#[test]
fn a_private_authority_is_believed_if_the_policy_names_it() {
    let authority = Authority::new("ours");
    let server = authority.server("localhost", false);
    assert_eq!(
        asked(endpoint(&server, authority.trusts())).unwrap(),
        b"people"
    );
}

#[test]
fn an_unknown_authority_is_a_sentence_with_its_remedy() {
    let server = Authority::new("theirs").server("localhost", false);
    let failure = asked(endpoint(&server, Authority::new("ours").trusts())).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Config);
    assert!(
        failure
            .message
            .contains("is refused: it was issued by an authority that is not trusted here"),
        "{}",
        failure.message
    );
    assert!(failure.hint.unwrap().contains("`ca: FILE`"));
}

#[test]
fn an_authority_with_a_new_key_is_told_from_an_unknown_one() {
    let server = Authority::new("ours").server("localhost", false);
    let failure = asked(endpoint(&server, Authority::new("ours").trusts())).unwrap_err();
    assert!(
        failure.message.contains("another key"),
        "{}",
        failure.message
    );
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let authority = Authority::new("ours");
    let server = authority.server("other.example", false);
    let failure = asked(endpoint(&server, authority.trusts())).unwrap_err();
    assert!(
        failure.message.contains("other.example"),
        "{}",
        failure.message
    );
}

#[test]
fn a_client_certificate_is_shown_to_whoever_wants_to_see_it() {
    let authority = Authority::new("ours");
    let server = authority.server("localhost", true);
    let (chain, key) = authority.issue("muster", ExtendedKeyUsagePurpose::ClientAuth);
    let shown = Endpoint {
        identity: Some(Identity::new(&Secret::new(format!("{chain}{key}"))).unwrap()),
        ..endpoint(&server, authority.trusts())
    };
    assert_eq!(asked(shown).unwrap(), b"people");
}

#[test]
fn without_a_client_certificate_the_server_hangs_up_and_it_is_said_why() {
    let authority = Authority::new("ours");
    let server = authority.server("localhost", true);
    let failure = asked(endpoint(&server, authority.trusts())).unwrap_err();
    let hint = failure.hint.unwrap();
    assert!(
        hint.contains("client certificate"),
        "{}: {hint}",
        failure.message
    );
}

#[test]
fn a_client_certificate_is_a_certificate_and_its_key() {
    let authority = Authority::new("ours");
    let (chain, key) = authority.issue("muster", ExtendedKeyUsagePurpose::ClientAuth);
    let fault = |pem: &str| Identity::new(&Secret::new(pem)).unwrap_err();
    assert_eq!(fault(&chain), IdentityFault::NoKey);
    assert_eq!(fault(&key), IdentityFault::NoCertificate);
}

#[test]
fn what_speaks_no_tls_is_said_to_speak_none() {
    let plain = super::Server::start(|_| ok(""));
    let url = plain.url.replace("http://", "https://");
    let failure = asked(Endpoint::new("base_url", &url).unwrap()).unwrap_err();
    assert!(
        failure.message.contains("does not speak TLS"),
        "{}",
        failure.message
    );
}

/// A proxy that passes on what it is asked to, and remembers what that was.
struct Proxy {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    fn start(passes: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let seen = seen.clone();
                std::thread::spawn(move || pass_on(stream, passes, &seen));
            }
        });
        Self { url, asked }
    }
}

fn pass_on(mut stream: TcpStream, passes: bool, seen: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    while reader.read_line(&mut head).is_ok_and(|count| count > 2) {}
    let line = head.lines().next().unwrap().to_owned();
    seen.lock().unwrap().push(line.clone());
    let Some(target) = line.strip_prefix("CONNECT ").filter(|_| passes) else {
        let answer = match line.starts_with("CONNECT ") {
            true => b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n".to_vec(),
            false => ok("through the proxy"),
        };
        let _ = stream.write_all(&answer);
        return;
    };
    let target = target
        .split(' ')
        .next()
        .unwrap()
        .replace("localhost", "127.0.0.1");
    let server = TcpStream::connect(target).unwrap();
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
    let (to, from) = (server.try_clone().unwrap(), stream.try_clone().unwrap());
    let there = std::thread::spawn(move || pump(from, to));
    pump(server, stream);
    there.join().unwrap();
}

fn pump(mut from: TcpStream, mut to: TcpStream) {
    let mut buffer = [0; 4096];
    while let Ok(count) = from.read(&mut buffer) {
        if count == 0 || to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

#[test]
fn a_proxy_is_asked_for_a_tunnel_to_an_encrypted_service() {
    let authority = Authority::new("ours");
    let server = authority.server("localhost", false);
    let through = Proxy::start(true);
    let behind = Endpoint {
        proxy: Some(proxy(&through.url).unwrap()),
        ..endpoint(&server, authority.trusts())
    };
    assert_eq!(asked(behind).unwrap(), b"people");
    let asked = through.asked.lock().unwrap().clone();
    assert_eq!(
        asked,
        [format!("CONNECT localhost:{} HTTP/1.1", server.port)]
    );
}

#[test]
fn a_proxy_is_asked_for_the_whole_url_of_a_plain_service() {
    let through = Proxy::start(true);
    let behind = Endpoint {
        proxy: Some(proxy(&through.url).unwrap()),
        ..Endpoint::new("base_url", "http://nowhere.example/v2").unwrap()
    };
    assert_eq!(asked(behind).unwrap(), b"through the proxy");
    let asked = through.asked.lock().unwrap().clone();
    assert_eq!(asked, ["GET http://nowhere.example/v2/ HTTP/1.1"]);
}

#[test]
fn a_proxy_that_refuses_is_named_as_what_refuses() {
    let authority = Authority::new("ours");
    let server = authority.server("localhost", false);
    let through = Proxy::start(false);
    let behind = Endpoint {
        proxy: Some(proxy(&through.url).unwrap()),
        ..endpoint(&server, authority.trusts())
    };
    let failure = asked(behind).unwrap_err();
    assert!(
        failure.message.starts_with("the proxy does not connect to"),
        "{}",
        failure.message
    );
}

#[test]
fn the_login_of_a_proxy_is_not_shown() {
    let error = proxy("http://user:hunter2@proxy.example:8080").unwrap_err();
    assert!(!error.to_string().contains("hunter2"), "{error}");
    assert!(proxy("proxy.example:8080").is_err());
    assert!(proxy("socks5://proxy.example").is_err());
}
