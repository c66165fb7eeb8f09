//! One request: who asks, and where its redirects lead.

use super::answer::{Answer, Budget, URL};
use super::auth::{Login, OAuth, Token, TokenRequest, header};
use super::client::Client;
use super::echo::hide;
use super::endpoint::Manners;
use super::hop::Hop;
use super::service::Service;
use super::tries::Tries;
use super::trouble::Trouble;
use crate::bindings::http as wit;
use crate::bindings::types::Failure;
use crate::failure::{FailureKind, failed, failed_hint};
use crate::words::tame;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Method, Url};
use std::sync::Arc;

/// Redirects that are followed.
const HOPS: usize = 5;

/// Times that a service may ask for another proof of possession.
const PROOFS: usize = 2;

/// Bytes that the answer of a token service may have.
const TOKEN_BYTES: usize = 1 << 20;

/// A request under way.
pub(super) struct Sending<'a> {
    pub client: &'a Client,
    pub service: &'a Service,
    pub budget: &'a Budget,
}

/// What a request shows to say who asks.
pub(super) enum Pass {
    Nothing,
    Header(HeaderValue),
    Token(Arc<Token>),
}

impl Sending<'_> {
    /// Sends a request until there is an answer to give to the plugin: past
    /// throttles and passing trouble, and once more with a new token if one was
    /// refused that had been accepted before.
    pub async fn send(&self, request: wit::Request) -> Result<Answer, Failure> {
        let endpoint = &self.service.endpoint;
        let first = Hop::first(endpoint, request)?;
        let mut tries = self.tries(&first, self.budget);
        let mut renewed = false;
        loop {
            let pass = self.pass().await?;
            let outcome = self.attempt(&first, &pass).await;
            let Some(outcome) = tries.settle(outcome) else {
                continue;
            };
            let mut answer = outcome?;
            if self.renews(&pass, answer.status, &mut renewed).await {
                self.budget.give_back(answer.body.len());
                continue;
            }
            hide(&mut answer, &pass);
            return Ok(answer);
        }
    }

    /// Tries of a request that begins with this hop.
    pub fn tries<'t>(&'t self, first: &Hop, budget: &'t Budget) -> Tries<'t> {
        Tries {
            service: &self.service.endpoint.base,
            pace: &self.service.pace,
            manners: &self.service.endpoint.manners,
            limits: self.client.limits(),
            budget,
            repeatable: first.method == Method::GET,
            failed: 0,
        }
    }

    /// Says whether a new token is worth another try.
    pub async fn renews(&self, pass: &Pass, status: u16, renewed: &mut bool) -> bool {
        let Pass::Token(token) = pass else {
            return false;
        };
        if status != 401 {
            token.was_accepted();
            return false;
        }
        let renews = !*renewed && self.service.tokens.renew(token).await;
        *renewed |= renews;
        renews
    }

    pub async fn pass(&self) -> Result<Pass, Failure> {
        Ok(match &self.service.endpoint.login {
            Login::Anonymous => Pass::Nothing,
            Login::Header { scheme, secret } => Pass::Header(header(scheme, secret)?),
            Login::OAuth(oauth) => Pass::Token(self.service.tokens.token(oauth, self).await?),
        })
    }

    async fn attempt(&self, first: &Hop, pass: &Pass) -> Result<Answer, Trouble> {
        let _turn = self.service.pace.turn().await;
        let (response, url) = self.follow(first, pass).await?;
        Answer::receive(response, &url, self.budget).await
    }

    /// Sends a request and follows its redirects to the last one, of which the
    /// head is received.
    pub async fn follow(
        &self,
        first: &Hop,
        pass: &Pass,
    ) -> Result<(reqwest::Response, Url), Trouble> {
        let mut hop = first.clone();
        for _ in 0..=HOPS {
            let response = self.one(&hop, pass).await?;
            match hop.next(&response).map_err(Trouble::lasting)? {
                Some(next) => hop = next,
                None => return Ok((response, hop.url)),
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

    /// Sends one request, and again if the service wants another proof.
    async fn one(&self, hop: &Hop, pass: &Pass) -> Result<reqwest::Response, Trouble> {
        let through = self.granted(&hop.url).map_err(Trouble::lasting)?;
        let pool = through
            .pool(self.client.limits())
            .map_err(Trouble::lasting)?;
        let mut proofs = 0;
        loop {
            let shown = self.shown(hop, pass).map_err(Trouble::lasting)?;
            let sent = pool
                .request(hop.method.clone(), hop.url.clone())
                .headers(hop.headers.clone())
                .headers(shown)
                .body(hop.body.clone())
                .timeout(hop.patience.unwrap_or(self.client.limits().http_answer))
                .send()
                .await;
            let response = sent.map_err(|error| Trouble::network(&hop.url, &error))?;
            proofs += 1;
            let prover = &self.service.tokens.prover;
            let again = matches!(pass, Pass::Token(token) if token.is_bound())
                && prover.answer(&hop.url, &response);
            if !again || proofs > PROOFS {
                return Ok(response);
            }
        }
    }

    /// INVARIANT: a credential goes to its own service and nowhere else.
    fn shown(&self, hop: &Hop, pass: &Pass) -> Result<HeaderMap, Failure> {
        let mut shown = HeaderMap::new();
        if !self.service.endpoint.covers(&hop.url) {
            return Ok(shown);
        }
        match pass {
            Pass::Nothing => {}
            Pass::Header(header) => {
                shown.insert(AUTHORIZATION, header.clone());
            }
            Pass::Token(token) => {
                let prover = &self.service.tokens.prover;
                if let Some(proof) = token.proof(prover, &hop.method, &hop.url)? {
                    shown.insert("dpop", proof);
                }
                shown.insert(AUTHORIZATION, token.authorization()?);
            }
        }
        Ok(shown)
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
        let limits = self.client.limits();
        let pool = self.service.pool(limits)?;
        let mut tries = Tries {
            service: url,
            pace: &self.service.token_pace,
            manners: &Manners::default(),
            limits,
            budget: &Budget::new(TOKEN_BYTES),
            // A token that was given and did not arrive harms nobody.
            repeatable: true,
            failed: 0,
        };
        loop {
            let turn = self.service.token_pace.turn().await;
            let sent = pool
                .request(Method::POST, url.clone())
                .headers(asked.headers.clone())
                .body(asked.body.clone())
                .send()
                .await;
            let outcome = match sent {
                Ok(response) => Answer::receive(response, url, tries.budget).await,
                Err(error) => Err(Trouble::network(url, &error)),
            };
            drop(turn);
            if let Some(outcome) = tries.settle(outcome) {
                return outcome;
            }
        }
    }
}
