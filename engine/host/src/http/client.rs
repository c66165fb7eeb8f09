//! Requests, one or many, of one run.

use super::answer::Budget;
use super::download::{Fetched, FileUrl, with_suffix};
use super::endpoint::Endpoint;
use super::send::Sending;
use super::service::Service;
use crate::bindings::http as wit;
use crate::bindings::types::Failure;
use crate::capability::granted;
use crate::failure::{FailureKind, failed};
use crate::grants::{Grant, Grants};
use crate::limits::Limits;
use crate::waiting::Waiting;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::task::JoinSet;

/// Requests in one call of `send-all`.
const TOGETHER: usize = 1000;

/// Sends the requests of a run, whichever instance they come from: they share
/// connections, tokens and manners.
pub(crate) struct Client {
    grants: Arc<Grants>,
    limits: Limits,
    /// By need; those that the policy granted.
    services: BTreeMap<String, Service>,
    /// Files behind URLs, by need. No plugin can send requests to them.
    files: BTreeMap<String, (Service, String)>,
}

impl Client {
    pub fn new(grants: Arc<Grants>, limits: &Limits, waiting: &Arc<Waiting>) -> Self {
        let service = |endpoint: &Endpoint| Service::new(endpoint.clone(), limits, waiting);
        let bound = |(need, grant): (&String, &Grant<Endpoint>)| match grant {
            Grant::Bound(endpoint) => Some((need.clone(), service(endpoint))),
            Grant::Open { .. } => None,
        };
        let file = |(need, file): (&String, &FileUrl)| {
            (need.clone(), (service(&file.folder), file.name.clone()))
        };
        Self {
            files: grants.downloads.iter().map(file).collect(),
            services: grants.http.iter().filter_map(bound).collect(),
            grants,
            limits: limits.clone(),
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
        let sending = Sending {
            client: self,
            service: self.service(&request.endpoint)?,
            budget,
        };
        sending.send(request).await.map(Into::into)
    }

    /// Opens the file of a `files` need that is bound to a URL, or the one
    /// beside it whose name has `suffix` behind. `unless` is the tag of a
    /// version that the caller has already.
    pub async fn download(
        &self,
        need: &str,
        suffix: &str,
        unless: Option<&str>,
    ) -> Result<Fetched, Failure> {
        let (service, name) = self
            .files
            .get(need)
            .ok_or_else(|| failed(FailureKind::Internal, "no URL is bound to this file"))?;
        let sending = Sending {
            client: self,
            service,
            budget: &Budget::new(self.limits.http_body_bytes),
        };
        sending.download(&with_suffix(name, suffix), unless).await
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    fn service(&self, need: &str) -> Result<&Service, Failure> {
        granted(&self.grants.http, "http", need)?;
        self.services
            .get(need)
            .ok_or_else(|| failed(FailureKind::Internal, "a service was lost"))
    }

    /// All services that the policy granted.
    pub(super) fn services(&self) -> impl Iterator<Item = &Service> {
        self.services.values()
    }
}

fn not_sent() -> Failure {
    failed(
        FailureKind::Internal,
        format!("at most {TOGETHER} requests are sent together; this one was not"),
    )
}
