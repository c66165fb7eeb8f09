//! Opens the wire: name, TCP, TLS. The login comes after.

use super::address::{Address, Security};
use super::failure::{Failure, Kind};
use super::tap::{self, Tap};
use super::tls::{self, Trust};
use super::{pair, starttls};
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError};
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
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
    /// `ldaps://HOST[:PORT]` or `ldap://HOST[:PORT]`, the first choice first.
    pub servers: Vec<String>,
    /// Name to log in with; none, with no password, for an anonymous search.
    pub bind_dn: Option<String>,
    /// Its password.
    pub password: Option<String>,
    /// Whose signature on the server's certificate is believed.
    pub trust: Trust,
    /// Certificate chain and key to show to the server, as PEM. Without a name
    /// and a password it is the login (SASL EXTERNAL).
    pub identity: Option<Vec<u8>>,
    /// Begin TLS on an `ldap://` connection.
    pub starttls: bool,
    /// Allow `ldap://` without TLS.
    pub allow_plaintext: bool,
    /// How long a silent server is waited for.
    pub patience: Patience,
}

impl fmt::Debug for Settings {
    /// Never shows the password, nor the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("servers", &self.servers)
            .field("bind_dn", &self.bind_dn)
            .finish_non_exhaustive()
    }
}

impl Settings {
    /// The servers, each checked.
    pub(super) fn addresses(&self) -> Result<Vec<Address>, Failure> {
        let parse = |url: &String| Address::parse(url, self.starttls, self.allow_plaintext);
        let all: Vec<Address> = self.servers.iter().map(parse).collect::<Result<_, _>>()?;
        match all.is_empty() {
            true => Err(Failure::Url {
                url: String::new(),
                why: "no server is named".to_owned(),
            }),
            false => Ok(all),
        }
    }
}

/// Servers that could not be used, while one is looked for.
#[derive(Debug, Default)]
pub(super) struct Outages(Vec<Failure>);

impl Outages {
    /// Goes on to the next server, or ends the search for one: who refuses the
    /// login, or is not who it should be, is no outage.
    pub fn pass(&mut self, failure: Failure) -> Result<(), Failure> {
        if failure.kind() != Kind::Unavailable {
            return Err(failure);
        }
        tracing::warn!(%failure, "a server is left out");
        self.0.push(failure);
        Ok(())
    }

    /// No server is left.
    pub fn failure(mut self) -> Failure {
        match self.0.len() {
            0 => Failure::Ended,
            1 => self.0.swap_remove(0),
            _ => Failure::AllDown {
                whys: self.0.iter().map(ToString::to_string).collect(),
            },
        }
    }
}

/// An open wire. Clones share it.
#[derive(Clone)]
pub(super) struct Line {
    pub ldap: Ldap,
    pub server: Arc<str>,
    pub patience: Patience,
    pub tap: Tap,
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
    let mut stream = reach(address, patience.connect).await?;
    if address.security == Security::None {
        return connected(stream, address, patience).await;
    }
    let secured = async {
        if address.security == Security::StartTls {
            starttls::ask(&mut stream, &address.server()).await?;
        }
        tls::begin(address, settings, stream).await
    };
    let silent = |_| Failure::Silent {
        server: address.server(),
        seconds: patience.connect.as_secs(),
        doing: "setting up TLS",
    };
    let stream = timeout(patience.connect, secured).await.map_err(silent)??;
    connected(stream, address, patience).await
}

/// Puts the tap between the wire and the ldap crate, and sets all three going.
async fn connected(
    wire: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    address: &Address,
    patience: Patience,
) -> Result<Line, Failure> {
    let no_pair = |why: String| Failure::Thread { why };
    let (ours, theirs) = pair::open()
        .await
        .map_err(|error| no_pair(error.to_string()))?;
    let settings = LdapConnSettings::new().set_std_stream(theirs);
    let krate = LdapConnAsync::with_settings(settings, pair::URL).await;
    let (conn, ldap) = krate.map_err(|error| no_pair(error.to_string()))?;
    let (tell, end) = watch::channel(None);
    let tap = Tap::default();
    tokio::spawn(keep_going(wire, ours, conn, tap.clone(), tell));
    Ok(Line {
        ldap,
        server: address.server().into(),
        patience,
        tap,
        end: End(end),
    })
}

/// Carries messages until either side ends, and tells why.
async fn keep_going(
    wire: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    ours: pair::Ours,
    conn: LdapConnAsync,
    tap: Tap,
    tell: watch::Sender<Option<String>>,
) {
    let (from_wire, to_wire) = tokio::io::split(wire);
    let (from_krate, to_krate) = tokio::io::split(ours);
    let up = tokio::spawn(tap::carry_up(from_krate, to_wire));
    let driven = tokio::spawn(conn.drive());
    let why = tap::carry_down(from_wire, to_krate, tap).await;
    // Known before the crate notices, and with it the searches.
    tell.send_replace(Some(why.unwrap_or_else(|| "it was closed here".to_owned())));
    up.abort();
    // The crate ends when its socket does; it panics on some nonsense.
    drop(driven.await);
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
