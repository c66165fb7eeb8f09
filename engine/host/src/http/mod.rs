//! The HTTP capability: requests to granted services and to nowhere else.
//!
//! Knows nothing about WebAssembly beyond the shape of a request, nor about
//! people or policies.
//!
//! INVARIANTS
//! - Every URL that is requested (a plugin's target, an absolute next link, each
//!   hop of a redirect) lies below a granted base URL. Token services are asked
//!   by the host alone, and named by the policy's settings.
//! - An endpoint's credential goes to URLs below that endpoint's own base URL
//!   and to its own token service, and to no other.
//! - A credential that a service repeats in its answer does not reach the plugin.
//!
//! How it hangs together: [`client`] takes requests; [`send`] sends one of them
//! along its [`hop`]s, with the credential of [`auth`], when its [`service`] may
//! be asked ([`pace`]), and [`tries`] again what asks to come back [`later`]. An
//! [`answer`] is received within bounds; [`trouble`] says in words why there is
//! none; its [`echo`] of a credential is taken out. A [`download`] is a file that the host reads itself.

mod answer;
mod auth;
mod client;
mod download;
mod echo;
mod endpoint;
mod hop;
mod later;
mod pace;
mod pool;
mod send;
mod service;
#[cfg(test)]
mod tests;
mod tries;
mod trouble;

pub(crate) use auth::{Asker, Certificate, Login, OAuth, Signer, Statement};
pub use auth::{CertificateFault, KeyFault};
pub(crate) use client::Client;
pub(crate) use download::{Download, Fetched, FileUrl};
pub use endpoint::EndpointFault;
pub(crate) use endpoint::{Endpoint, Manners, proxy};
pub(crate) use pool::Identity;
pub use pool::IdentityFault;
