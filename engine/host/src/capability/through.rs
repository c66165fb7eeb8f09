//! The way of a call: past the tap, if there is one, and to the capability.

use crate::bindings::types::Failure;
use crate::calls::{Answer, Call};
use crate::failure::{FailureKind, failed};
use crate::instance::State;

impl State {
    /// Makes a call, and counts no computing time meanwhile. A tap may answer it in
    /// the capability's place; it sees each answer before the plugin does.
    pub(super) async fn through<T: Into<Answer> + TryFrom<Answer>>(
        &mut self,
        call: impl FnOnce() -> Call,
        ask: impl AsyncFnOnce(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.meter.pause();
        let answer = match self.capabilities.tapping.tap() {
            None => ask(self).await,
            Some(tap) => {
                let call = call();
                let mut answer = match tap.before(&call) {
                    Some(answer) => answer,
                    None => ask(self).await.map(Into::into).map_err(Into::into),
                };
                tap.after(&call, &mut answer);
                fitting(answer)
            }
        };
        self.meter.resume();
        answer
    }
}

/// Takes a tap's answer, if it is one to this kind of call.
pub(super) fn fitting<T: TryFrom<Answer>>(
    answer: Result<Answer, crate::Failure>,
) -> Result<T, Failure> {
    T::try_from(answer?).map_err(|_| misfit())
}

/// What a plugin is told of an answer that belongs to another kind of call.
fn misfit() -> Failure {
    failed(
        FailureKind::Internal,
        "what stands in for the source answered another question",
    )
}

/// What a plugin is told when nobody is there to be asked.
pub(super) fn nobody() -> Failure {
    failed(
        FailureKind::Internal,
        "what stands in for the source has no answer to this",
    )
}
