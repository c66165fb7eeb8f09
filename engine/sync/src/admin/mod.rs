//! What an administrator does to accounts, by hand.
//!
//! Each operation reads from a store and answers with a [`Prepared`] commit
//! that carries its own run and audit, or with a typed refusal. None of them
//! writes: the caller commits. None of them knows a policy's text: what a
//! directory controls is known from what its last sync wrote.

mod block;
mod chart;
mod create;
mod delete;
mod edit;
mod ownership;
mod password;
mod prepared;
mod refused;
mod rename;

pub use block::{block, unblock};
pub use chart::{Chain, ChainEnd, Chart, Person, Report, chart};
pub use create::create;
pub use delete::delete;
pub use edit::{Edit, edit};
pub use ownership::{Attachment, attach, detach};
pub use password::{PasswordControl, password_control};
pub use prepared::{AdminContext, Effect, Notice, Prepared};
pub use refused::{GivenItems, Refused};
pub use rename::rename;

use muster_model::{Account, Username, UsernameKey};
use muster_store::Store;

/// Finds the account that a person typed.
fn find(store: &dyn Store, username: &str) -> Result<Account, Refused> {
    store
        .find(&UsernameKey::of(username))?
        .ok_or_else(|| Refused::UnknownUser {
            username: username.trim().to_owned(),
        })
}

/// Reads a username that must be free.
fn free_username(store: &dyn Store, text: &str) -> Result<Username, Refused> {
    let username = Username::new(text).ok_or(Refused::BlankUsername)?;
    match store.find(&username.key())? {
        None => Ok(username),
        Some(holder) => Err(Refused::UsernameTaken {
            username,
            holder: Box::new(holder),
        }),
    }
}

#[cfg(test)]
mod tests;
