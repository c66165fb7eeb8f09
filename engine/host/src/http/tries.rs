//! Tries of one request: which outcome is final, and when to try again.

use super::answer::{Answer, Budget};
use super::endpoint::Manners;
use super::later::{Later, wait};
use super::pace::Pace;
use super::trouble::Trouble;
use crate::bindings::types::Failure;
use crate::failure::{FailureKind, failed_hint};
use crate::limits::Limits;
use reqwest::Url;
use std::time::Duration;

/// Tries at a service that is not well.
const UNWELL: u32 = 5;

/// Tries at a service that is not reached.
const UNREACHED: u32 = 3;

/// Tries at a service that throttles; the budget of waiting ends sooner, unless
/// it wants no waiting at all.
const THROTTLED: u32 = 30;

/// A wait that is worth a line in the log.
const LONG: Duration = Duration::from_secs(2);

/// What was tried so far.
pub(super) struct Tries<'a> {
    pub service: &'a Url,
    pub pace: &'a Pace,
    pub manners: &'a Manners,
    pub limits: &'a Limits,
    pub budget: &'a Budget,
    /// Whether a request that may have arrived can be sent again.
    pub repeatable: bool,
    /// Tries that came to nothing.
    pub failed: u32,
}

impl Tries<'_> {
    /// Returns an outcome that is final. Of any other it arranges the wait, and
    /// the next turn comes after it.
    pub fn settle(&mut self, outcome: Result<Answer, Trouble>) -> Option<Result<Answer, Failure>> {
        match outcome {
            Ok(answer) => self.settle_answer(answer),
            Err(trouble) => {
                let again = trouble.passing && self.repeatable;
                match again && self.again(None, UNREACHED) {
                    true => None,
                    false => Some(Err(trouble.failure)),
                }
            }
        }
    }

    fn settle_answer(&mut self, answer: Answer) -> Option<Result<Answer, Failure>> {
        let Some(later) = Later::of(&answer, self.manners) else {
            return Some(Ok(answer));
        };
        let most = match later.throttled {
            true => THROTTLED,
            false => UNWELL,
        };
        if self.again(later.wait, most) {
            self.budget.give_back(answer.body.len());
            return None;
        }
        Some(match later.throttled {
            true => Err(self.throttled(later.wait)),
            false => Ok(answer),
        })
    }

    fn again(&mut self, wanted: Option<Duration>, most: u32) -> bool {
        let wait = wait(wanted, self.failed, self.limits);
        self.failed += 1;
        let again =
            self.failed < most && wait <= self.limits.wait_once && self.pace.hold_back(wait);
        if again && wait > LONG {
            let service = self.service.origin().ascii_serialization();
            let seconds = wait.as_secs();
            tracing::info!(%service, tries = self.failed, "waiting {seconds} s before it is asked again");
        }
        again
    }

    fn throttled(&self, wait: Option<Duration>) -> Failure {
        let service = self.service.origin().ascii_serialization();
        let longer = match wait {
            Some(wait) if !wait.is_zero() => {
                format!(
                    " and wants to be left alone for {} s more",
                    wait.as_secs().max(1)
                )
            }
            _ => String::new(),
        };
        let failure = failed_hint(
            FailureKind::Throttled,
            format!(
                "`{service}` takes no more requests now{longer}; that is longer than a run waits"
            ),
            "run again later; if it comes often, let the policy ask for less at a time",
        );
        let wait = wait.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        Failure {
            retry_after_ms: wait,
            ..failure
        }
    }
}
