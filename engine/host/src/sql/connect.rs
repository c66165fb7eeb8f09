//! Opens the wire and logs in: name, TCP, TLS, password.

use super::failure::Failure;
use super::settings::Settings;
use crate::ldap::{self, Trust, tls_refusal as refusal};
use rustls::ClientConfig;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long a silent server is waited for until somebody is logged in.
const PATIENCE: Duration = Duration::from_secs(30);

/// Connects and logs in. The conversation goes on in a task of its own, which
/// ends with the client.
pub(super) async fn connect(settings: &Settings) -> Result<Client, Failure> {
    let stream = dial(settings).await?;
    let begun = timeout(PATIENCE, log_in(settings, stream)).await;
    begun.unwrap_or_else(|_| {
        Err(Failure::Silent {
            server: settings.server(),
            seconds: PATIENCE.as_secs(),
            doing: "logging in",
        })
    })
}

async fn dial(settings: &Settings) -> Result<TcpStream, Failure> {
    let no_name = |why: String| Failure::Name {
        host: settings.host.clone(),
        why,
    };
    let found = timeout(
        PATIENCE,
        lookup_host((settings.host.as_str(), settings.port)),
    );
    let found = found
        .await
        .map_err(|_| no_name("the name server does not answer".to_owned()))?
        .map_err(|error| no_name(error.to_string()))?;
    let mut why = "the name has no address".to_owned();
    for address in found {
        match timeout(PATIENCE, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // Without it, small messages wait for each other.
                stream.set_nodelay(true).ok();
                return Ok(stream);
            }
            Ok(Err(error)) => why = error.to_string(),
            Err(_) => why = format!("no answer for {} s", PATIENCE.as_secs()),
        }
    }
    Err(Failure::Unreachable {
        server: settings.server(),
        why,
    })
}

async fn log_in(settings: &Settings, stream: TcpStream) -> Result<Client, Failure> {
    let mut config = Config::new();
    config
        .user(&settings.user)
        .dbname(&settings.database)
        .application_name("muster");
    if let Some(password) = &settings.password {
        config.password(password.reveal());
    }
    let refused = |error: &tokio_postgres::Error| refused(settings, error);
    let Some(trust) = &settings.tls else {
        config.ssl_mode(SslMode::Disable);
        let (client, connection) = config
            .connect_raw(stream, NoTls)
            .await
            .map_err(|error| refused(&error))?;
        tokio::spawn(connection);
        return Ok(client);
    };
    config.ssl_mode(SslMode::Require);
    let mut tls = MakeRustlsConnect::new(client_config(settings, trust)?);
    let tls = MakeTlsConnect::<TcpStream>::make_tls_connect(&mut tls, &settings.host);
    let Ok(tls) = tls;
    let (client, connection) = config
        .connect_raw(stream, tls)
        .await
        .map_err(|error| refused(&error))?;
    tokio::spawn(connection);
    Ok(client)
}

fn client_config(settings: &Settings, trust: &Trust) -> Result<ClientConfig, Failure> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = trust.roots().map_err(Failure::Certificate)?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::Certificate(refusal(&settings.server(), &error)))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// Says in words why nobody is logged in.
fn refused(settings: &Settings, error: &tokio_postgres::Error) -> Failure {
    let server = settings.server();
    if let Some(said) = error.as_db_error() {
        return Failure::Login {
            server,
            user: settings.user.clone(),
            code: said.code().code().to_owned(),
            why: said.message().to_owned(),
        };
    }
    if let Some(tls) = tls_error(error) {
        return match refusal(&server, tls) {
            failure @ ldap::Failure::Certificate { .. } => Failure::Certificate(failure),
            other => Failure::Tls {
                server,
                why: other.to_string(),
            },
        };
    }
    let why = words(error);
    if why.contains("TLS") {
        let why = "the server does not offer it".to_owned();
        return Failure::Tls { server, why };
    }
    if why.contains("password missing") {
        return Failure::Login {
            server,
            user: settings.user.clone(),
            code: "28P01".to_owned(),
            why: "the server wants a password, and none is given".to_owned(),
        };
    }
    Failure::Lost { server, why }
}

/// The error of TLS inside another one.
fn tls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        let inner = error.downcast_ref::<std::io::Error>();
        if let Some(found) = inner.and_then(|io| io.get_ref()?.downcast_ref()) {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// An error with its causes.
pub(super) fn words(error: &tokio_postgres::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        next = cause.source();
    }
    text
}
