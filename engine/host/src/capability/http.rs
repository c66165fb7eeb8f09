//! HTTP services that the policy named: from the interface to [`crate::http`].

use super::through::{fitting, nobody};
use crate::bindings::http as wit;
use crate::bindings::types::Failure;
use crate::calls::{Answer, Answered, Call, Response, Tap};
use crate::http::Client;
use crate::instance::State;
use std::sync::Arc;

impl wit::Host for State {
    async fn send(
        &mut self,
        request: wit::Request,
    ) -> wasmtime::Result<Result<wit::Response, Failure>> {
        self.meter.pause();
        let http = self.capabilities.http.clone();
        let answer = match self.capabilities.tapping.tap() {
            None => http.send(request).await,
            Some(tap) => {
                let answers = tapped(tap.as_ref(), http, vec![request]).await;
                answers.into_iter().next().unwrap_or_else(|| Err(nobody()))
            }
        };
        self.meter.resume();
        Ok(answer)
    }

    async fn send_all(
        &mut self,
        requests: Vec<wit::Request>,
    ) -> wasmtime::Result<Vec<Result<wit::Response, Failure>>> {
        self.meter.pause();
        let http = self.capabilities.http.clone();
        let answers = match self.capabilities.tapping.tap() {
            None => http.send_all(requests).await,
            Some(tap) => tapped(tap.as_ref(), http, requests).await,
        };
        self.meter.resume();
        Ok(answers)
    }
}

/// Each request is a call of its own; those that the tap leaves to the service are
/// sent together.
async fn tapped(
    tap: &dyn Tap,
    http: Arc<Client>,
    requests: Vec<wit::Request>,
) -> Vec<Result<wit::Response, Failure>> {
    let calls: Vec<Call> = requests
        .iter()
        .map(|request| Call::Send(request.clone().into()))
        .collect();
    let given: Vec<Option<Answered>> = calls.iter().map(|call| tap.before(call)).collect();
    let asked = requests.into_iter().zip(&given);
    let asked = asked.filter(|(_, given)| given.is_none());
    let sent = http.send_all(asked.map(|(request, _)| request).collect());
    let mut sent = sent.await.into_iter().map(|answer| {
        let answer = answer.map(|answer| Answer::Response(answer.into()));
        answer.map_err(crate::Failure::from)
    });
    let answers = calls.iter().zip(given).map(|(call, given)| {
        let mut answer = given.or_else(|| sent.next())?;
        tap.after(call, &mut answer);
        Some(fitting::<Response>(answer).map(Into::into))
    });
    answers
        .map(|answer| answer.unwrap_or_else(|| Err(nobody())))
        .collect()
}
