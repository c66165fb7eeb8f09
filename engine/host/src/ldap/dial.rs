//! Opens the wire: name, TCP, TLS. The login comes after.

use super::address::{Address, Security};
use super::failure::Failure;
use super::tls::{Trust, client_config, refusal};
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError, StdStream};
use std::fmt;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio::sync::watch;
use tokio::time::timeout;

/// Bytes that the kernel may hold for a reader that is busy.
///
/// With the default of 128 KiB and the large segments of a loopback device, a
/// reader that falls behind for a moment is stopped for 200 ms by the kernel's
/// timers. The kernel may grant less than this (`net.core.rmem_max`).
const RECEIVE_BUFFER: u32 = 4 << 20;

/// How long a silent server is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For name, TCP, TLS and login, each.
    pub connect: Duration,
    /// For the next sign of life during a search.
    pub answer: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            answer: Duration::from_secs(120),
        }
    }
}

/// What the policy says of a server and the login there.
#[derive(Clone, Default)]
pub struct Settings {
    /// `ldaps://HOST[:PORT]` or `ldap://HOST[:PORT]`.
    pub url: String,
    /// Name to log in with; none, with no password, for an anonymous search.
    pub bind_dn: Option<String>,
    /// Its password.
    pub password: Option<String>,
    /// Whose signature on the server's certificate is believed.
    pub trust: Trust,
    /// Begin TLS on an `ldap://` connection.
    pub starttls: bool,
    /// Allow `ldap://` without TLS.
    pub allow_plaintext: bool,
    /// How long a silent server is waited for.
    pub patience: Patience,
}

impl fmt::Debug for Settings {
    /// Never shows the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("url", &self.url)
            .field("bind_dn", &self.bind_dn)
            .finish_non_exhaustive()
    }
}

/// An open wire. Clones share it.
#[derive(Clone)]
pub(super) struct Line {
    pub ldap: Ldap,
    pub server: Arc<str>,
    pub patience: Patience,
    end: End,
}

/// Whether a wire has ended, and why.
#[derive(Clone)]
pub(super) struct End(watch::Receiver<Option<String>>);

impl End {
    /// True once the wire has ended. Known before any search on it fails.
    pub fn is_here(&self) -> bool {
        self.0.borrow().is_some()
    }

    /// Waits until the wire has ended, and says why.
    pub async fn wait(&mut self) -> String {
        match self.0.wait_for(Option::is_some).await {
            Ok(why) => why.clone().unwrap_or_default(),
            Err(_) => "the connection's task is gone".to_owned(),
        }
    }
}

impl Line {
    /// Returns what tells the wire's end.
    pub fn end(&self) -> End {
        self.end.clone()
    }

    /// Puts an error of the ldap crate in words.
    pub async fn failure(&mut self, error: LdapError, doing: &'static str) -> Failure {
        match error {
            LdapError::Timeout { .. } => self.silent(self.patience.answer, doing),
            _ => match timeout(Duration::from_secs(1), self.end.wait()).await {
                Ok(why) => Failure::Lost {
                    server: self.server.to_string(),
                    why,
                },
                Err(_) => Failure::Lost {
                    server: self.server.to_string(),
                    why: error.to_string(),
                },
            },
        }
    }

    /// The server did not answer in time.
    pub fn silent(&self, waited: Duration, doing: &'static str) -> Failure {
        Failure::Silent {
            server: self.server.to_string(),
            seconds: waited.as_secs(),
            doing,
        }
    }

    /// The server's answer makes no sense.
    pub fn malformed(&self, what: impl Into<String>) -> Failure {
        Failure::Malformed {
            server: self.server.to_string(),
            what: what.into(),
        }
    }
}

/// Opens the wire. Nothing of the login is sent.
pub(super) async fn dial(address: &Address, settings: &Settings) -> Result<Line, Failure> {
    let patience = settings.patience;
    let server = address.server();
    let stream = reach(address, patience.connect).await?;
    let url = wire_url(address);
    let open = LdapConnAsync::with_settings(wire_settings(address, settings, stream)?, &url);
    let (conn, ldap) = timeout(patience.connect, secured(&server, open))
        .await
        .map_err(|_| Failure::Silent {
            server: server.clone(),
            seconds: patience.connect.as_secs(),
            doing: "setting up TLS",
        })??;
    let (tell, end) = watch::channel(None);
    let driven = tokio::spawn(in_small_steps(conn.drive()));
    tokio::spawn(async move {
        let why = match driven.await {
            Ok(Ok(())) => "the server closed it".to_owned(),
            Ok(Err(error)) => error.to_string(),
            // The ldap crate panics on messages that break the protocol.
            Err(_) => "the server sent a message that breaks the protocol".to_owned(),
        };
        tell.send_replace(Some(why));
    });
    Ok(Line {
        ldap,
        server: server.into(),
        patience,
        end: End(end),
    })
}

async fn secured(
    server: &str,
    open: impl Future<Output = ldap3::result::Result<(LdapConnAsync, Ldap)>>,
) -> Result<(LdapConnAsync, Ldap), Failure> {
    open.await.map_err(|error| match error {
        LdapError::LdapResult { result } => Failure::StartTls {
            server: server.to_owned(),
            code: result.rc,
            message: result.text,
        },
        LdapError::Io { source } => match source.get_ref().and_then(|inner| inner.downcast_ref()) {
            Some(error) => refusal(server, error),
            None => Failure::Tls {
                server: server.to_owned(),
                why: source.to_string(),
            },
        },
        other => Failure::Tls {
            server: server.to_owned(),
            why: other.to_string(),
        },
    })
}

fn wire_settings(
    address: &Address,
    settings: &Settings,
    stream: TcpStream,
) -> Result<LdapConnSettings, Failure> {
    let lost = |error: std::io::Error| Failure::Unreachable {
        server: address.server(),
        why: error.to_string(),
    };
    let stream = stream.into_std().map_err(lost)?;
    let wire = LdapConnSettings::new().set_std_stream(StdStream::Tcp(stream));
    Ok(match address.security {
        Security::None => wire,
        Security::Tls => wire.set_config(client_config(address, &settings.trust)?),
        Security::StartTls => wire
            .set_config(client_config(address, &settings.trust)?)
            .set_starttls(true),
    })
}

/// Polls `work` with only the last few units of a task's budget.
///
/// The ldap crate decodes whatever the socket holds before it lets anybody else
/// run: a page of entries, each of a hundred small allocations, is then cold
/// again when it is packed. With small steps each entry is packed and freed
/// while it is warm; measured, a tenth less time for 100,000 entries.
async fn in_small_steps<F: Future>(work: F) -> F::Output {
    const STEP: usize = 4;
    const MOST: usize = 4096;
    let mut work = pin!(work);
    let mut budget = None;
    poll_fn(|cx| {
        let Some(budget) = budget else {
            let counted = (0..MOST).take_while(|_| spend_one(cx)).count();
            budget = Some(counted);
            cx.waker().wake_by_ref();
            return Poll::Pending;
        };
        for _ in STEP..budget {
            spend_one(cx);
        }
        work.as_mut().poll(cx)
    })
    .await
}

/// Spends a unit of the task's budget; false if there was none left.
fn spend_one(cx: &mut Context<'_>) -> bool {
    pin!(tokio::task::consume_budget()).poll(cx).is_ready()
}

/// The URL that the ldap crate is given. The stream is open already, so only
/// scheme and name matter, and the name is checked by our own verifier.
fn wire_url(address: &Address) -> String {
    let scheme = if address.security == Security::Tls {
        "ldaps"
    } else {
        "ldap"
    };
    let host = if address.host.contains(':') {
        "ipv6.invalid"
    } else {
        &address.host
    };
    format!("{scheme}://{host}:{}", address.port)
}

async fn reach(address: &Address, patience: Duration) -> Result<TcpStream, Failure> {
    let no_name = |why: String| Failure::Name {
        host: address.host.clone(),
        why,
    };
    let found: Vec<SocketAddr> =
        timeout(patience, lookup_host((address.host.as_str(), address.port)))
            .await
            .map_err(|_| no_name("the name server does not answer".to_owned()))?
            .map_err(|error| no_name(error.to_string()))?
            .collect();
    let share = patience / u32::try_from(found.len().max(1)).unwrap_or(u32::MAX);
    let mut why = "the name has no address".to_owned();
    for candidate in found {
        match timeout(share, connect(candidate)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => why = error.to_string(),
            Err(_) => {
                why = format!(
                    "no answer from {candidate} within {} s",
                    share.as_secs_f32()
                )
            }
        }
    }
    Err(Failure::Unreachable {
        server: address.server(),
        why,
    })
}

async fn connect(address: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    // Before connecting: the window that is offered depends on it.
    if let Err(error) = socket.set_recv_buffer_size(RECEIVE_BUFFER) {
        tracing::debug!(%error, "the receive buffer stays as it is");
    }
    tracing::debug!(
        bytes = socket.recv_buffer_size().unwrap_or(0),
        "receive buffer"
    );
    let stream = socket.connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}
