//! How long a run may wait because servers ask it to.

use crate::limits::Limits;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// One run's patience, shared by all instances of its plugin.
#[derive(Debug)]
pub(crate) struct Waiting {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    left: Duration,
    held: Duration,
}

impl Waiting {
    pub fn new(limits: &Limits) -> Self {
        Self {
            state: Mutex::new(State {
                left: limits.waiting,
                held: Duration::ZERO,
            }),
        }
    }

    /// Takes a wait out of the budget; false if there is not as much left.
    pub fn take(&self, wait: Duration) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match state.left.checked_sub(wait) {
            None => false,
            Some(left) => {
                state.left = left;
                state.held += wait;
                true
            }
        }
    }

    /// A pace that the policy set holds requests back; that costs nothing.
    pub fn hold(&self, wait: Duration) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.held += wait;
    }

    /// Time that requests were held back so far. It is not the plugin's.
    pub fn held(&self) -> Duration {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.held
    }
}
