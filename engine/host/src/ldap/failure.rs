//! What breaks the conversation with a server, as typed sentences.

use super::sentences::{bind_hint, bind_kind, bind_text, code_name};

/// What a caller can do about a [`Failure`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The settings or the query are wrong.
    Config,
    /// The server refused the login.
    Auth,
    /// The server forbids it.
    Denied,
    /// Network, busy, closed: a later run may succeed.
    Unavailable,
    /// What the server sent could not be understood.
    Data,
    /// The source changed while it was read.
    Drifted,
    /// The server or this capability cannot do it.
    Unsupported,
    /// A defect of the program.
    Internal,
}

/// Why a connection, a login or a search could not go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The URL names no LDAP server.
    #[error("`{url}` does not name an LDAP server: {why}")]
    Url {
        /// As it stands in the settings.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// The connection would not be encrypted.
    #[error("the connection to `{url}` would not be encrypted")]
    PlainText {
        /// As it stands in the settings.
        url: String,
    },
    /// Name without password, or the other way round.
    #[error("the login at `{server}` is incomplete: {missing} is missing")]
    HalfLogin {
        /// Which server.
        server: String,
        /// What is missing.
        missing: &'static str,
    },
    /// A password of no length logs in as nobody, with success.
    #[error(
        "the password of `{who}` is empty; the server would take the login for an anonymous one"
    )]
    EmptyPassword {
        /// Whose password.
        who: String,
    },
    /// The file of authorities holds none.
    #[error("the authorities (`ca`) cannot be used: {why}")]
    Authorities {
        /// What is wrong.
        why: String,
    },
    /// The server's name has no address.
    #[error("the name `{host}` cannot be resolved: {why}")]
    Name {
        /// The name.
        host: String,
        /// What the resolver says.
        why: String,
    },
    /// No address of the server takes a connection.
    #[error("`{server}` cannot be reached: {why}")]
    Unreachable {
        /// Which server.
        server: String,
        /// What the network says.
        why: String,
    },
    /// None of several servers can be used.
    #[error("none of {} servers can be used: {}", .whys.len(), .whys.join("; "))]
    AllDown {
        /// What each said.
        whys: Vec<String>,
    },
    /// The client certificate cannot be used.
    #[error("the client certificate cannot be used: {why}")]
    Identity {
        /// What is wrong.
        why: String,
    },
    /// The server was silent for too long.
    #[error("`{server}` did not answer for {seconds} s: {doing}")]
    Silent {
        /// Which server.
        server: String,
        /// How long it was waited for.
        seconds: u64,
        /// What was asked of it.
        doing: &'static str,
    },
    /// The server's certificate does not prove that it is the server.
    #[error("the certificate of `{server}` is refused: {why}")]
    Certificate {
        /// Which server.
        server: String,
        /// What is wrong with it.
        why: String,
        /// What to do about it.
        help: &'static str,
    },
    /// TLS could not be set up.
    #[error("no TLS with `{server}`: {why}")]
    Tls {
        /// Which server.
        server: String,
        /// What is wrong.
        why: String,
    },
    /// The server refused to begin TLS.
    #[error("`{server}` refuses StartTLS: {} ({code}) {message}", code_name(*.code))]
    StartTls {
        /// Which server.
        server: String,
        /// Its result code.
        code: u32,
        /// Its words.
        message: String,
    },
    /// The server refused the login.
    #[error("login at `{server}` as `{who}`: {}", bind_text(*.code, .message))]
    Bind {
        /// Which server.
        server: String,
        /// As whom.
        who: String,
        /// Its result code.
        code: u32,
        /// Its words.
        message: String,
    },
    /// The query cannot be asked.
    #[error("the query cannot be asked: {why}")]
    Query {
        /// What is wrong with it.
        why: String,
    },
    /// The connection ended in the middle.
    #[error("the connection to `{server}` broke: {why}")]
    Lost {
        /// Which server.
        server: String,
        /// What is known of it.
        why: String,
    },
    /// An answer broke the protocol.
    #[error("`{server}` sent an answer that makes no sense: {what}")]
    Malformed {
        /// Which server.
        server: String,
        /// What was wrong with it.
        what: String,
    },
    /// The rest of an attribute's values could not be read.
    #[error("the values of `{attribute}` of `{dn}` could not all be read: {} ({code}) {message}", code_name(*.code))]
    Range {
        /// Whose attribute.
        dn: String,
        /// Which attribute.
        attribute: String,
        /// The server's result code.
        code: u32,
        /// The server's words.
        message: String,
    },
    /// The connection's own thread could not be started.
    #[error("the connection's thread could not be started: {why}")]
    Thread {
        /// What the system says.
        why: String,
    },
    /// A search was asked for more after its end.
    #[error("the search has already ended")]
    Ended,
}

impl Failure {
    /// Returns what a caller can do about it.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Url { .. }
            | Self::PlainText { .. }
            | Self::HalfLogin { .. }
            | Self::EmptyPassword { .. }
            | Self::Authorities { .. }
            | Self::Identity { .. }
            | Self::Certificate { .. }
            | Self::Query { .. } => Kind::Config,
            Self::Bind { code, .. } => bind_kind(*code),
            Self::StartTls { code: 51 | 52, .. } => Kind::Unavailable,
            Self::StartTls { .. } => Kind::Unsupported,
            Self::Name { .. }
            | Self::Unreachable { .. }
            | Self::AllDown { .. }
            | Self::Silent { .. }
            | Self::Tls { .. }
            | Self::Lost { .. } => Kind::Unavailable,
            Self::Malformed { .. } => Kind::Data,
            Self::Range { code: 32, .. } => Kind::Drifted,
            Self::Range { .. } => Kind::Unavailable,
            Self::Thread { .. } | Self::Ended => Kind::Internal,
        }
    }

    /// Returns what to do about it, where there is something to do.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Url { .. } => {
                "write `ldaps://HOST`, or `ldap://HOST` with `starttls: true`; the base DN has a setting of its own"
            }
            Self::PlainText { .. } => {
                "use an `ldaps://` URL or `starttls: true`; only for a server on a trusted wire: `allow_plaintext: true`"
            }
            Self::HalfLogin { .. } => {
                "set `bind_dn` and the secret `bind_password`; leave out both for an anonymous login"
            }
            Self::EmptyPassword { .. } => {
                "check where the secret comes from: the variable or file is empty"
            }
            Self::Authorities { .. } => {
                "`ca` is a PEM file with at least one `BEGIN CERTIFICATE` block"
            }
            Self::Name { .. } => "check the host in the URL, and the name server",
            Self::Unreachable { .. } => {
                "check host and port (636 for ldaps, 389 for ldap), the firewall, and that the server runs"
            }
            Self::AllDown { .. } => {
                "check the hosts in the URLs, the network, and that the servers run"
            }
            Self::Identity { .. } => {
                "the secret `client_certificate` is a PEM text: the certificate, those of its issuers, and the key; it needs TLS"
            }
            Self::Certificate { help, .. } => help,
            Self::Tls { .. } => {
                "`ldaps://` speaks TLS at once (port 636); a server on port 389 wants `ldap://` with `starttls: true`"
            }
            Self::StartTls { .. } => {
                "the server has no TLS on this port: give it a certificate, or use an `ldaps://` URL"
            }
            Self::Bind { code, message, .. } => {
                return bind_hint(*code, message).map(str::to_owned);
            }
            Self::Lost { .. } | Self::Silent { .. } => {
                "a later run may succeed; look at the server's log"
            }
            Self::Range { .. } => "run it again: the entry may have changed while it was read",
            Self::Query { .. } | Self::Malformed { .. } | Self::Thread { .. } | Self::Ended => {
                return None;
            }
        };
        Some(hint.to_owned())
    }
}
