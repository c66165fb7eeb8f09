//! One read, through as many instances as it takes.

use crate::border::{Border, Breach, Passed};
use crate::bound::Plan;
use crate::cancel::{Cancel, Cancelled};
use crate::crash::Crash;
use crate::failure::{Failure, FailureKind};
use crate::instance::Instance;
use crate::read_error::{ReadError, StartError};
use crate::reader::{Delivery, Message};
use crate::request::{ReadFrom, ReadRequest};
use muster_model::{Coverage, Evidence, PartialReason};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::mpsc::SyncSender;
use std::time::Duration;
use tokio::time::sleep;

/// Times in a row that a read goes on without getting any further.
const STALLED: u32 = 3;

/// A read under way.
pub(crate) struct Reading<'a> {
    plan: &'a Plan,
    send: &'a SyncSender<Message>,
    /// Kept through all instances: a person may come only once.
    border: Border,
    /// Where the next instance would go on.
    resume: Option<Vec<u8>>,
    pages: u64,
    resumed: u32,
    /// Instances since the last page.
    stalled: u32,
}

/// Why an instance did not come to the end of the read.
enum Halt {
    /// Whoever wanted the pages went away, or the end was delivered.
    Over,
    /// Another instance may get further.
    Interrupted(Failure),
    /// Somebody came twice after the read had gone on from a cursor.
    Repeated(Breach),
}

impl<'a> Reading<'a> {
    pub fn new(plan: &'a Plan, request: &ReadRequest, send: &'a SyncSender<Message>) -> Self {
        Self {
            plan,
            send,
            border: Border::new(request, &plan.shared().limits),
            resume: None,
            pages: 0,
            resumed: 0,
            stalled: 0,
        }
    }

    /// Reads to the end. What fails for a passing reason goes on in a fresh
    /// instance after the last page that can be gone on from; if that leads
    /// nowhere, the read is partial.
    pub async fn all(mut self, request: ReadRequest, cancel: Cancel) -> Result<(), ReadError> {
        let mut from = request.from.clone();
        loop {
            let part = ReadRequest {
                from,
                ..request.clone()
            };
            let halt = match self.part(part, cancel.watch()).await {
                Ok(halt) => halt,
                Err(error) => self.passing(error)?,
            };
            let failure = match halt {
                Halt::Over => return Ok(()),
                Halt::Repeated(breach) => {
                    let text = format!("after it had gone on, the source delivered {breach}");
                    self.end(PartialReason::Drifted, text);
                    return Ok(());
                }
                Halt::Interrupted(failure) => failure,
            };
            from = match self.resume.clone() {
                Some(cursor) if self.may_go_on(&failure, cancel.watch()).await => {
                    ReadFrom::Resume(cursor)
                }
                _ => {
                    let reason = match failure.kind {
                        FailureKind::Throttled => PartialReason::Throttled,
                        _ => PartialReason::Interrupted,
                    };
                    self.end(reason, failure.message);
                    return Ok(());
                }
            };
        }
    }

    /// Reads with one instance, as far as it goes.
    async fn part(&mut self, request: ReadRequest, stop: Cancelled) -> Result<Halt, ReadError> {
        let mut instance = Instance::open(self.plan, stop).await?;
        self.begin(&mut instance, request).await?;
        loop {
            let batch = instance.call(async |guest, store, session| {
                guest.session().call_next(store, session).await
            });
            let batch = match batch.await {
                Ok(Ok(batch)) => batch,
                Ok(Err(failure)) => return Err(self.failed(failure.into())),
                Err(crash) => return Err(self.crashed(crash)),
            };
            match self.border.pass(batch) {
                Ok(passed) => {
                    if self.deliver(passed).is_break() {
                        return Ok(Halt::Over);
                    }
                }
                Err(breach @ Breach::DoubledId { .. }) if self.resumed > 0 => {
                    return Ok(Halt::Repeated(breach));
                }
                Err(breach) => return Err(self.breach(breach)),
            }
        }
    }

    async fn begin(&self, instance: &mut Instance, request: ReadRequest) -> Result<(), StartError> {
        let plugin = || self.plan.about().name.clone();
        let request = request.into();
        let started = instance.call(async |guest, store, session| {
            guest.session().call_start(store, session, &request).await
        });
        match started.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(failure)) => Err(StartError::Failed {
                plugin: plugin(),
                failure: failure.into(),
            }),
            Err(crash) => Err(StartError::Crashed {
                plugin: plugin(),
                crash,
            }),
        }
    }

    /// Hands a page on, and the end if it was the last.
    fn deliver(&mut self, passed: Passed) -> ControlFlow<()> {
        self.pages += 1;
        self.stalled = 0;
        self.resume.clone_from(&passed.resume);
        let page = Delivery::Page {
            page: passed.page,
            resume: passed.resume,
        };
        if self.send.send(Ok(page)).is_err() {
            return ControlFlow::Break(());
        }
        match passed.end {
            None => ControlFlow::Continue(()),
            Some((coverage, cursor)) => {
                // A consumer that went away needs no end.
                let _ = self.send.send(Ok(Delivery::End { coverage, cursor }));
                ControlFlow::Break(())
            }
        }
    }

    /// Takes an error that may pass out of the way, once a page was delivered.
    fn passing(&self, error: ReadError) -> Result<Halt, ReadError> {
        let passes = |kind| matches!(kind, FailureKind::Unavailable | FailureKind::Throttled);
        match error.failure() {
            Some(failure) if self.pages > 0 && passes(failure.kind) => {
                Ok(Halt::Interrupted(failure.clone()))
            }
            // The cursor was of use to nobody: what was read is not lost.
            Some(failure) if self.resumed > 0 && failure.kind == FailureKind::StaleCursor => {
                Ok(Halt::Interrupted(failure.clone()))
            }
            _ => Err(error),
        }
    }

    /// Waits before a fresh instance goes on, if it is still worth it.
    async fn may_go_on(&mut self, failure: &Failure, stop: Cancelled) -> bool {
        let limits = &self.plan.shared().limits;
        let ours = limits.back_off.saturating_mul(1 << self.stalled.min(6));
        let wait = failure.retry_after.map_or(ours, |wait| wait.max(ours));
        let patient = failure.kind != FailureKind::StaleCursor
            && self.stalled < STALLED
            && self.resumed < limits.resumes
            && wait <= limits.wait_once
            && self.plan.waiting().take(wait);
        if patient {
            self.stalled += 1;
            self.resumed += 1;
            self.say(wait, failure);
            if self.plan.is_live() {
                tokio::select! {
                    () = sleep(wait) => {}
                    () = stop.wait() => {}
                }
            }
        }
        patient
    }

    fn say(&self, wait: Duration, failure: &Failure) {
        let (plugin, people) = (&self.plan.about().name, self.border.people());
        let seconds = wait.as_secs_f32();
        tracing::info!(%plugin, people, "the read goes on in {seconds:.1} s: {failure}");
    }

    fn end(&self, reason: PartialReason, text: String) {
        let coverage = Coverage::Partial {
            reason,
            text,
            evidence: Evidence {
                entries: self.border.people(),
                source_count: None,
                facts: BTreeMap::from([("gone on".to_owned(), format!("{} times", self.resumed))]),
            },
        };
        let end = Delivery::End {
            coverage,
            cursor: None,
        };
        // A consumer that went away needs no end.
        let _ = self.send.send(Ok(end));
    }

    fn failed(&self, failure: Failure) -> ReadError {
        ReadError::Failed {
            plugin: self.plan.about().name.clone(),
            people: self.border.people(),
            failure,
        }
    }

    fn crashed(&self, crash: Crash) -> ReadError {
        ReadError::Crashed {
            plugin: self.plan.about().name.clone(),
            people: self.border.people(),
            crash,
        }
    }

    fn breach(&self, breach: Breach) -> ReadError {
        ReadError::Breach {
            plugin: self.plan.about().name.clone(),
            people: self.border.people(),
            breach,
        }
    }
}
