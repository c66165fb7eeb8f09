//! Tokens of one run: had once, kept, and renewed before they end.

use super::oauth::OAuth;
use super::proof::Prover;
use super::refusal::{Refusal, unusable_answer};
use crate::binding::Secret;
use crate::bindings::types::Failure;
use crate::failure::{FailureKind, failed};
use crate::http::answer::Answer;
use crate::http::send::Sending;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, Url};
use serde::Deserialize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// A token is renewed this long before it ends.
const EARLY: Duration = Duration::from_secs(300);

/// The scheme of tokens that are bound to a key.
const BOUND: &str = "DPoP";

/// How long a token is taken to hold if nobody says so.
const UNSAID: u64 = 3600;

/// A token that a service gave.
pub(in crate::http) struct Token {
    text: Secret,
    scheme: &'static str,
    renew_at: Instant,
    accepted: AtomicBool,
}

/// The tokens of one service.
#[derive(Default)]
pub(in crate::http) struct Tokens {
    state: Mutex<State>,
    pub prover: Prover,
}

#[derive(Default)]
struct State {
    current: Option<Arc<Token>>,
    /// A credential that was refused is refused for the whole run: services
    /// lock out those who ask again and again.
    refused: Option<Failure>,
    renewals: u32,
}

/// What a token service is asked.
pub(in crate::http) struct TokenRequest {
    pub headers: HeaderMap,
    pub body: String,
}

#[derive(Deserialize)]
struct Given {
    access_token: String,
    #[serde(default)]
    token_type: String,
    #[serde(default)]
    expires_in: Option<Seconds>,
}

/// Some services write numbers as texts.
#[derive(Deserialize)]
#[serde(untagged)]
enum Seconds {
    Number(f64),
    Text(String),
}

/// Times that a token service may ask for another proof.
const PROOFS: usize = 3;

impl Token {
    /// Makes the proof that belongs to a request, if the token is bound to one.
    pub fn proof(
        &self,
        prover: &Prover,
        method: &Method,
        url: &Url,
    ) -> Result<Option<HeaderValue>, Failure> {
        match self.is_bound() {
            false => Ok(None),
            true => prover
                .for_request(method, url, self.text.reveal())
                .map(Some),
        }
    }

    /// True if it is of no use without a proof.
    pub fn is_bound(&self) -> bool {
        self.scheme == BOUND
    }

    /// What is sent with a request.
    pub fn authorization(&self) -> Result<HeaderValue, Failure> {
        header(self.scheme, &self.text)
    }

    /// The service took it.
    pub fn was_accepted(&self) {
        self.accepted.store(true, Ordering::Relaxed);
    }
}

/// Makes the header of a credential, which is never logged.
pub(in crate::http) fn header(scheme: &str, secret: &Secret) -> Result<HeaderValue, Failure> {
    let text = format!("{scheme} {}", secret.reveal());
    let mut header = HeaderValue::from_str(&text).map_err(|_| {
        failed(
            FailureKind::Config,
            "the token holds characters that cannot be sent",
        )
    })?;
    header.set_sensitive(true);
    Ok(header)
}

impl Tokens {
    /// Returns a token that holds for a while; asks for one if there is none.
    /// Whoever comes meanwhile waits for the answer.
    pub async fn token(&self, oauth: &OAuth, sending: &Sending<'_>) -> Result<Arc<Token>, Failure> {
        let mut state = self.state.lock().await;
        if let Some(refused) = &state.refused {
            return Err(refused.clone());
        }
        if let Some(token) = &state.current
            && Instant::now() < token.renew_at
        {
            return Ok(token.clone());
        }
        let answer = self.ask(oauth, sending).await?;
        match given(oauth, &answer) {
            Ok(token) => Ok(state.current.insert(Arc::new(token)).clone()),
            Err(failure) => {
                if failure.kind == FailureKind::Auth.into() {
                    state.refused = Some(failure.clone());
                }
                Err(failure)
            }
        }
    }

    /// Proofs of possession are given once the service asks for them: not
    /// every client of it is bound to.
    async fn ask(&self, oauth: &OAuth, sending: &Sending<'_>) -> Result<Answer, Failure> {
        let mut asked = 0;
        loop {
            let mut request = request(oauth)?;
            if let Some(proof) = self.prover.for_token(&oauth.token_url)? {
                request.headers.insert("dpop", proof);
            }
            let answer = sending.ask_for_token(oauth, request).await?;
            asked += 1;
            let again = oauth.dpop && self.prover.token_answer(&answer);
            if !again || asked > PROOFS {
                return Ok(answer);
            }
        }
    }

    /// Drops a token that was refused, and says whether a new one may do
    /// better: one that never worked is not worth a second try.
    pub async fn renew(&self, token: &Arc<Token>) -> bool {
        let mut state = self.state.lock().await;
        let current = state.current.as_ref();
        if !current.is_some_and(|current| Arc::ptr_eq(current, token)) {
            return true;
        }
        if !token.accepted.load(Ordering::Relaxed) && state.renewals > 0 {
            return false;
        }
        state.renewals += 1;
        state.current = None;
        true
    }
}

fn request(oauth: &OAuth) -> Result<TokenRequest, Failure> {
    let unsigned = |_| failed(FailureKind::Internal, "nothing could be signed");
    let form = oauth.form().map_err(unsigned)?;
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
    headers.insert(CONTENT_TYPE, kind);
    if let Some(basic) = &form.basic {
        headers.insert(AUTHORIZATION, header("Basic", basic)?);
    }
    Ok(TokenRequest {
        headers,
        body: form.body,
    })
}

fn given(oauth: &OAuth, answer: &Answer) -> Result<Token, Failure> {
    if answer.status != 200 {
        return Err(Refusal::new(oauth, answer).failure());
    }
    let given: Given = serde_json::from_slice(&answer.body).map_err(|_| unusable_answer(oauth))?;
    let seconds = match given.expires_in {
        None => UNSAID,
        Some(Seconds::Number(seconds)) => seconds as u64,
        Some(Seconds::Text(text)) => text.parse().unwrap_or(UNSAID),
    };
    let holds = Duration::from_secs(seconds.min(7 * 24 * 3600));
    Ok(Token {
        text: Secret::new(given.access_token),
        scheme: match given.token_type.eq_ignore_ascii_case("dpop") {
            true => BOUND,
            false => "Bearer",
        },
        renew_at: Instant::now() + holds - EARLY.min(holds / 2),
        accepted: AtomicBool::new(false),
    })
}
