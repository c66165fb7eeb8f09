//! The HTTP capability: requests to granted services and to nowhere else.
//!
//! Knows nothing about WebAssembly beyond the shape of a request, nor about
//! people or policies.
//!
//! INVARIANTS
//! - Every URL that is requested (a plugin's target, an absolute next link, each
//!   hop of a redirect) lies below a granted base URL.
//! - An endpoint's credential goes to URLs below that endpoint's own base URL,
//!   and to no other.

mod client;
mod endpoint;
mod send;
#[cfg(test)]
mod tests;

pub(crate) use client::Client;
pub(crate) use endpoint::Endpoint;
pub use endpoint::EndpointFault;
