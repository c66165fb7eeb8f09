//! One request: who asks, and where its redirects lead.

use super::answer::{Answer, Budget, URL};
use super::auth::{Login, OAuth, Token, TokenRequest, header};
use super::client::Client;
use super::hop::Hop;
use super::service::Service;
use super::trouble::Trouble;
use crate::bindings::http as wit;
use crate::bindings::types::Failure;
use crate::failure::{FailureKind, failed, failed_hint};
use crate::words::tame;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Method, Url};
use std::sync::Arc;

/// Redirects that are followed.
const HOPS: usize = 5;

/// A request under way.
pub(super) struct Sending<'a> {
    pub client: &'a Client,
    pub service: &'a Service,
    pub budget: &'a Budget,
}

/// What a request shows to say who asks.
enum Pass {
    Nothing,
    Header(HeaderValue),
    Token(Arc<Token>),
}

impl Sending<'_> {
    /// Sends a request, and once more if a token was refused that had been
    /// accepted before.
    pub async fn send(&self, request: wit::Request) -> Result<Answer, Failure> {
        let hop = Hop::first(&self.service.endpoint, request)?;
        for last in [false, true] {
            let pass = self.pass().await?;
            let answer = self.attempt(&hop, &pass).await;
            let answer = answer.map_err(|trouble| trouble.failure)?;
            if let Pass::Token(token) = &pass {
                match answer.status == 401 {
                    true if !last && self.service.tokens.renew(token).await => {
                        self.budget.give_back(answer.body.len());
                        continue;
                    }
                    true => {}
                    false => token.was_accepted(),
                }
            }
            return Ok(answer);
        }
        Err(failed(FailureKind::Internal, "a request was lost"))
    }

    async fn pass(&self) -> Result<Pass, Failure> {
        Ok(match &self.service.endpoint.login {
            Login::Anonymous => Pass::Nothing,
            Login::Header { scheme, secret } => Pass::Header(header(scheme, secret)?),
            Login::OAuth(oauth) => Pass::Token(self.service.tokens.token(oauth, self).await?),
        })
    }

    async fn attempt(&self, first: &Hop, pass: &Pass) -> Result<Answer, Trouble> {
        let _turn = self.service.pace.turn().await;
        let mut hop = first.clone();
        for _ in 0..=HOPS {
            let response = self.one(&hop, pass).await?;
            match hop.next(&response).map_err(Trouble::lasting)? {
                Some(next) => hop = next,
                None => return Answer::receive(response, &hop.url, self.budget).await,
            }
        }
        Err(Trouble::lasting(failed(
            FailureKind::Unavailable,
            format!(
                "`{}` redirects more than {HOPS} times",
                self.service.endpoint.base
            ),
        )))
    }

    async fn one(&self, hop: &Hop, pass: &Pass) -> Result<reqwest::Response, Trouble> {
        let through = self.granted(&hop.url).map_err(Trouble::lasting)?;
        let mut request = through
            .pool(self.client.limits())
            .map_err(Trouble::lasting)?
            .request(hop.method.clone(), hop.url.clone())
            .headers(hop.headers.clone())
            .body(hop.body.clone());
        // INVARIANT: a credential goes to its own service and nowhere else.
        if self.service.endpoint.covers(&hop.url) {
            let shown = match pass {
                Pass::Nothing => None,
                Pass::Header(header) => Some(header.clone()),
                Pass::Token(token) => Some(token.authorization().map_err(Trouble::lasting)?),
            };
            if let Some(shown) = shown {
                request = request.header(AUTHORIZATION, shown);
            }
        }
        let sent = request.send().await;
        sent.map_err(|error| Trouble::network(&hop.url, &error))
    }

    /// The granted service that a URL belongs to, this one before others.
    fn granted(&self, url: &Url) -> Result<&Service, Failure> {
        let endpoint = &self.service.endpoint;
        let own = Some(self.service).filter(|_| endpoint.covers(url));
        let granted = own.or_else(|| {
            self.client
                .services()
                .find(|service| service.endpoint.covers(url))
        });
        granted.ok_or_else(|| {
            let wanted = tame(url.as_str(), URL);
            let line = format!(
                "`provider.config.{}: {}`",
                endpoint.setting,
                url.origin().ascii_serialization()
            );
            failed_hint(
                FailureKind::Denied,
                format!(
                    "`{wanted}` is not below `{}`, which is all that the policy grants",
                    endpoint.base
                ),
                format!("if the plugin shall reach it, grant it with {line}"),
            )
        })
    }

    /// Asks the token service, which the policy named in its settings. It is
    /// reached as the service itself is, but no redirect is followed: nobody
    /// else is to see the credential.
    pub async fn ask_for_token(
        &self,
        oauth: &OAuth,
        asked: TokenRequest,
    ) -> Result<Answer, Failure> {
        let url = &oauth.token_url;
        let pool = self.service.pool(self.client.limits())?;
        let sent = pool
            .request(Method::POST, url.clone())
            .headers(asked.headers)
            .body(asked.body)
            .send()
            .await;
        let answer = match sent {
            Ok(response) => Answer::receive(response, url, &Budget::new(TOKEN_BYTES)).await,
            Err(error) => Err(Trouble::network(url, &error)),
        };
        answer.map_err(|trouble| trouble.failure)
    }
}

/// Bytes that the answer of a token service may have.
const TOKEN_BYTES: usize = 1 << 20;
