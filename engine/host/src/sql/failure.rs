//! What goes wrong between here and a database, as sentences.

use crate::failure::FailureKind;
use crate::ldap;
use tokio_postgres::error::{DbError, ErrorPosition};

/// Most characters of a query's line that a message shows on either side of
/// the place that is wrong.
const AROUND: usize = 40;

/// Why a database could not be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The URL names no database.
    #[error("`{url}` does not name a PostgreSQL database: {why}")]
    Url {
        /// As it stands in the settings, without a login.
        url: String,
        /// What is wrong with it.
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
    /// The certificate, or the file of authorities, is refused.
    #[error("{0}")]
    Certificate(ldap::Failure),
    /// TLS could not be set up.
    #[error("no TLS with `{server}`: {why}")]
    Tls {
        /// Which server.
        server: String,
        /// What is wrong.
        why: String,
    },
    /// The server refused the login.
    #[error("login at `{server}` as `{user}`: {why}")]
    Login {
        /// Which server.
        server: String,
        /// As whom.
        user: String,
        /// The five characters of its code.
        code: String,
        /// Its words.
        why: String,
    },
    /// The query is wrong, or nothing that may be asked.
    #[error("the query cannot be asked: {why}")]
    Query {
        /// The five characters of the server's code; empty if it was not asked.
        code: String,
        /// What is wrong, and where.
        why: String,
        /// The server's own hint.
        hint: Option<String>,
    },
    /// The server could not go on with a query.
    #[error("`{server}` ended the query: {why}")]
    Server {
        /// Which server.
        server: String,
        /// The five characters of its code.
        code: String,
        /// Its words.
        why: String,
        /// Its own hint.
        hint: Option<String>,
    },
    /// The connection ended in the middle.
    #[error("the connection to `{server}` broke: {why}")]
    Lost {
        /// Which server.
        server: String,
        /// What is known of it.
        why: String,
    },
    /// A value could not be understood.
    #[error("the column `{column}` holds a value that cannot be read: {why}")]
    Value {
        /// Which column.
        column: String,
        /// What is wrong with it.
        why: String,
    },
    /// An answer was asked for more after its end.
    #[error("the answer has already ended")]
    Ended,
}

impl Failure {
    /// Returns what a caller can do about it.
    pub fn kind(&self) -> FailureKind {
        match self {
            Self::Url { .. } | Self::Certificate(_) => FailureKind::Config,
            Self::Name { .. }
            | Self::Unreachable { .. }
            | Self::Silent { .. }
            | Self::Tls { .. }
            | Self::Lost { .. } => FailureKind::Unavailable,
            Self::Login { code, .. } => match code.as_str() {
                "3D000" => FailureKind::Config,
                "42501" => FailureKind::Denied,
                code if is_passing(code) => FailureKind::Unavailable,
                _ => FailureKind::Auth,
            },
            Self::Query { code, .. } | Self::Server { code, .. } => match code.as_str() {
                "42501" | "25006" => FailureKind::Denied,
                code if code.starts_with("42") || code.is_empty() => FailureKind::Config,
                code if code.starts_with("22") => FailureKind::Data,
                code if code.starts_with("0A") => FailureKind::Unsupported,
                _ => FailureKind::Unavailable,
            },
            Self::Value { .. } => FailureKind::Data,
            Self::Ended => FailureKind::Internal,
        }
    }

    /// Returns what to do about it, where there is something to do.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Url { .. } => {
                "write `postgresql://HOST:5432/DATABASE`; user and password have settings of their own"
            }
            Self::Name { .. } => "check the host in the URL, and the name server",
            Self::Unreachable { .. } => {
                "check host and port (5432), the firewall, and that the server listens on that address (`listen_addresses`)"
            }
            Self::Tls { .. } => {
                "give the server a certificate (`ssl = on`); only for a server on a trusted wire: `allow_plaintext: true`"
            }
            Self::Certificate(failure) => return failure.hint(),
            Self::Login { code, why, .. } => return login_hint(code, why),
            Self::Query { code, hint, .. } | Self::Server { code, hint, .. } => {
                return hint.clone().or_else(|| query_hint(code));
            }
            Self::Lost { .. } | Self::Silent { .. } => {
                "a later run may succeed; look at the server's log"
            }
            Self::Value { .. } => "cast the column in the query, as in `column::text`",
            Self::Ended => return None,
        };
        Some(hint.to_owned())
    }
}

/// Too many connections, starting up, shutting down: a later run may succeed.
fn is_passing(code: &str) -> bool {
    code.starts_with("53") || code.starts_with("57") || code.starts_with("08")
}

fn login_hint(code: &str, why: &str) -> Option<String> {
    let hint = match code {
        "28P01" => {
            "check `user` and the secret `password`; the server says the same of a role that does not exist"
        }
        "28000" if why.contains("no encryption") => {
            "the server wants TLS: name the authority of its certificate (`ca: FILE`), and take `allow_plaintext` away"
        }
        "28000" if why.contains("pg_hba.conf") => {
            "let the server's `pg_hba.conf` admit this machine, role and database"
        }
        "28000" => "check `user`: the role must exist and may log in (`LOGIN`)",
        "3D000" => "check the database at the end of the URL",
        "42501" => "let the role connect: `GRANT CONNECT ON DATABASE … TO …`",
        "53300" => "the server has too many connections; a later run may succeed",
        _ => return None,
    };
    Some(hint.to_owned())
}

fn query_hint(code: &str) -> Option<String> {
    let hint = match code {
        "42501" => "let the role read it: `GRANT SELECT ON … TO …`",
        "25006" => "Muster reads, and the transaction keeps it from writing: leave the writing out",
        "42P01" => "check the name, and add the schema if it is not in the search path",
        "42703" => "check the spelling; names with capitals stand in double quotes",
        "57014" => "raise `statement_timeout`, or make the query faster",
        "57P01" | "57P02" => "the server was stopped; a later run may succeed",
        _ => return None,
    };
    Some(hint.to_owned())
}

/// What the server says of a query, with the place that it points at.
pub(super) fn asked(error: &DbError, query: &str) -> Failure {
    let mut why = error.message().to_owned();
    if let Some(detail) = error.detail() {
        why.push_str(&format!(" ({detail})"));
    }
    if let Some(ErrorPosition::Original(position)) = error.position() {
        let position = usize::try_from(*position).unwrap_or(usize::MAX);
        why.push_str(&place(query, position.saturating_sub(1)));
    }
    Failure::Query {
        code: error.code().code().to_owned(),
        why,
        hint: error.hint().map(str::to_owned),
    }
}

/// Shows a place in the query, counted in characters from 0: a caret stands
/// before it.
fn place(query: &str, position: usize) -> String {
    let before: String = query.chars().take(position).collect();
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let head: Vec<char> = before.get(start..).unwrap_or_default().chars().collect();
    let rest = query.chars().skip(position);
    let tail: String = rest.take_while(|c| *c != '\n').take(AROUND).collect();
    let skipped = head.len().saturating_sub(AROUND);
    let head_text: String = head.iter().skip(skipped).collect();
    format!(
        "; line {line}, column {}: `{}^{}`",
        head.len() + 1,
        head_text.trim_start(),
        tail.trim_end()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caret_points_into_the_query() {
        let query = "select id\nform people -- ü\nwhere true";
        assert_eq!(place(query, 10), "; line 2, column 1: `^form people -- ü`");
        assert_eq!(place(query, 15), "; line 2, column 6: `form ^people -- ü`");
        assert_eq!(place(query, 1000), "; line 3, column 11: `where true^`");
        assert_eq!(place("", 0), "; line 1, column 1: `^`");
    }

    #[test]
    fn kinds_follow_the_server_s_code() {
        let query = |code: &str| Failure::Query {
            code: code.to_owned(),
            why: String::new(),
            hint: None,
        };
        for (code, kind) in [
            ("42501", FailureKind::Denied),
            ("42601", FailureKind::Config),
            ("25006", FailureKind::Denied),
            ("57014", FailureKind::Unavailable),
            ("22P02", FailureKind::Data),
            ("0A000", FailureKind::Unsupported),
        ] {
            assert_eq!(query(code).kind(), kind, "{code}");
        }
    }
}
