//! What is kept of one service through a run: connections, tokens, pace.

use super::auth::Tokens;
use super::endpoint::{Endpoint, Manners};
use super::pace::Pace;
use super::pool::new_pool;
use crate::bindings::types::Failure;
use crate::limits::Limits;
use crate::waiting::Waiting;
use std::sync::{Arc, OnceLock};

/// One granted service.
pub(super) struct Service {
    pub endpoint: Endpoint,
    pub tokens: Tokens,
    pub pace: Pace,
    /// The token service's own; it is asked by one at a time.
    pub token_pace: Pace,
    /// Each service trusts authorities of its own. Made at the first request:
    /// reading the machine's authorities takes a while.
    pool: OnceLock<reqwest::Client>,
}

impl Service {
    pub fn new(endpoint: Endpoint, limits: &Limits, waiting: &Arc<Waiting>) -> Self {
        Self {
            pace: Pace::new(&endpoint.manners, limits, waiting.clone()),
            token_pace: Pace::new(&Manners::default(), limits, waiting.clone()),
            endpoint,
            tokens: Tokens::default(),
            pool: OnceLock::new(),
        }
    }

    pub fn pool(&self, limits: &Limits) -> Result<&reqwest::Client, Failure> {
        if let Some(pool) = self.pool.get() {
            return Ok(pool);
        }
        let pool = new_pool(&self.endpoint, limits)?;
        Ok(self.pool.get_or_init(|| pool))
    }
}
