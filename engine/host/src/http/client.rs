//! Requests, one or many, within an instance's limits.

use super::endpoint::Endpoint;
use super::send::{Budget, Sending};
use crate::bindings::http as wit;
use crate::bindings::types::Failure;
use crate::capability::granted;
use crate::failure::{FailureKind, failed};
use crate::grants::{Grant, Grants};
use crate::limits::Limits;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Requests in one call of `send-all`.
const TOGETHER: usize = 1000;

/// Sends the requests of one instance.
pub(crate) struct Client {
    grants: Arc<Grants>,
    limits: Limits,
    /// One connection pool per endpoint: each trusts authorities of its own.
    pools: Mutex<BTreeMap<String, reqwest::Client>>,
    side_by_side: Semaphore,
}

impl Client {
    pub fn new(grants: Arc<Grants>, limits: &Limits) -> Self {
        Self {
            grants,
            limits: limits.clone(),
            pools: Mutex::default(),
            side_by_side: Semaphore::new(limits.http_parallel.max(1)),
        }
    }

    /// Sends one request.
    pub async fn send(&self, request: wit::Request) -> Result<wit::Response, Failure> {
        self.send_within(request, &Budget::new(self.limits.http_body_bytes))
            .await
    }

    /// Sends requests side by side; all their answers share one limit of bytes.
    pub async fn send_all(
        self: Arc<Self>,
        requests: Vec<wit::Request>,
    ) -> Vec<Result<wit::Response, Failure>> {
        let count = requests.len();
        let budget = Arc::new(Budget::new(self.limits.http_body_bytes));
        let mut tasks = JoinSet::new();
        for (at, request) in requests.into_iter().enumerate().take(TOGETHER) {
            let (client, budget) = (self.clone(), budget.clone());
            tasks.spawn(async move { (at, client.send_within(request, &budget).await) });
        }
        let mut answers: Vec<_> = (0..count).map(|_| Err(not_sent())).collect();
        while let Some(done) = tasks.join_next().await {
            if let Ok((at, answer)) = done
                && let Some(place) = answers.get_mut(at)
            {
                *place = answer;
            }
        }
        answers
    }

    async fn send_within(
        &self,
        request: wit::Request,
        budget: &Budget,
    ) -> Result<wit::Response, Failure> {
        let endpoint = granted(&self.grants.http, "http", &request.endpoint)?;
        let _turn = self.side_by_side.acquire().await;
        Sending {
            client: self,
            endpoint,
            budget,
        }
        .send(request)
        .await
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// All services that the policy granted.
    pub(super) fn endpoints(&self) -> impl Iterator<Item = &Endpoint> {
        self.grants.http.values().filter_map(|grant| match grant {
            Grant::Bound(endpoint) => Some(endpoint),
            Grant::Open { .. } => None,
        })
    }

    pub(super) fn pool(&self, endpoint: &Endpoint) -> Result<reqwest::Client, Failure> {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = pools.get(&endpoint.need) {
            return Ok(pool.clone());
        }
        let pool = new_pool(endpoint, &self.limits)?;
        pools.insert(endpoint.need.clone(), pool.clone());
        Ok(pool)
    }
}

fn not_sent() -> Failure {
    failed(
        FailureKind::Internal,
        format!("at most {TOGETHER} requests are sent together; this one was not"),
    )
}

fn new_pool(endpoint: &Endpoint, limits: &Limits) -> Result<reqwest::Client, Failure> {
    let no_tls = |why: String| {
        failed(
            FailureKind::Config,
            format!("no TLS with `{}`: {why}", endpoint.base),
        )
    };
    let roots = endpoint
        .trust
        .roots()
        .map_err(|failure| no_tls(failure.to_string()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| no_tls(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        // Followed by hand: each hop is held against the grants.
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .timeout(limits.http_answer)
        .user_agent(concat!("muster/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| no_tls(error.to_string()))
}
