//! Who asks: the credential of a service, and how it is shown.
//!
//! INVARIANT: a credential, and a token that was had for one, stays on this
//! side of the border; a plugin cannot read or send it elsewhere.

mod key;
mod oauth;
mod proof;
mod refusal;
mod statement;
mod token;

pub use key::KeyFault;
pub(crate) use key::Signer;
pub(crate) use oauth::{Asker, OAuth};
pub use statement::CertificateFault;
pub(crate) use statement::{Certificate, Statement};
pub(super) use token::{Token, TokenRequest, Tokens, header};

use crate::binding::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::sync::Arc;

/// How requests to a service are authorised.
#[derive(Clone, Debug, Default)]
pub(crate) enum Login {
    /// Not at all.
    #[default]
    Anonymous,
    /// By a header that stays the same.
    Header {
        /// What stands before the secret.
        scheme: String,
        /// What proves who asks.
        secret: Secret,
    },
    /// By tokens that another service gives.
    OAuth(Arc<OAuth>),
}

impl Login {
    /// `Authorization: Bearer`, with a token that the policy gave.
    #[cfg(test)]
    pub fn bearer(token: &str) -> Self {
        Self::Header {
            scheme: "Bearer".to_owned(),
            secret: Secret::new(token),
        }
    }

    /// A user name and a password.
    pub fn basic(username: &str, password: &Secret) -> Self {
        Self::Header {
            scheme: "Basic".to_owned(),
            secret: basic(username, password),
        }
    }
}

/// Name and password as HTTP's basic authentication writes them.
fn basic(username: &str, password: &Secret) -> Secret {
    Secret::new(STANDARD.encode(format!("{username}:{}", password.reveal())))
}
