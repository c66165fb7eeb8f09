//! HTTP services that the policy named: from the interface to [`crate::http`].

use crate::bindings::http as wit;
use crate::bindings::types::Failure;
use crate::instance::State;

impl wit::Host for State {
    async fn send(
        &mut self,
        request: wit::Request,
    ) -> wasmtime::Result<Result<wit::Response, Failure>> {
        self.meter.pause();
        let answer = self.capabilities.http.send(request).await;
        self.meter.resume();
        Ok(answer)
    }

    async fn send_all(
        &mut self,
        requests: Vec<wit::Request>,
    ) -> wasmtime::Result<Vec<Result<wit::Response, Failure>>> {
        self.meter.pause();
        let answers = self.capabilities.http.clone().send_all(requests).await;
        self.meter.resume();
        Ok(answers)
    }
}
