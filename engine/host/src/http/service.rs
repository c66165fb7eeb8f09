//! What is kept of one service through a run: connections, tokens, pace.

use super::auth::Tokens;
use super::endpoint::Endpoint;
use super::pace::Pace;
use super::pool::new_pool;
use crate::bindings::types::Failure;
use crate::limits::Limits;
use std::sync::OnceLock;

/// One granted service.
pub(super) struct Service {
    pub endpoint: Endpoint,
    pub tokens: Tokens,
    pub pace: Pace,
    /// Each service trusts authorities of its own. Made at the first request:
    /// reading the machine's authorities takes a while.
    pool: OnceLock<reqwest::Client>,
}

impl Service {
    pub fn new(endpoint: Endpoint, limits: &Limits) -> Self {
        Self {
            pace: Pace::new(&endpoint.manners, limits),
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
