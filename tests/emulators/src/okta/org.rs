//! What one emulated org consists of, behind one lock.

use super::limits::Limits;
use super::login::Logins;
use super::world::World;
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Debug, Default)]
pub(super) struct Org {
    pub(super) world: World,
    pub(super) logins: Logins,
    pub(super) limits: Limits,
    /// The URL that clients know, if it is not in their requests.
    pub(super) behind: Option<String>,
}

pub(super) fn lock(org: &Mutex<Org>) -> MutexGuard<'_, Org> {
    org.lock().unwrap_or_else(PoisonError::into_inner)
}
