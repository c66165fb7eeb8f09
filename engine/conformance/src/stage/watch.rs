//! What stands between a plugin and its source: it looks on, and does harm where
//! it is told to.

use super::faults::Fault;
use muster_host::calls::{Answered, Call, Level, Tap, Usage};
use muster_host::{Cancel, FailureKind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Lines of the log that are kept.
const LINES: usize = 5000;

/// How long a call waits for whoever wants to stop the read.
const MOMENT: Duration = Duration::from_secs(10);

/// Looks on, and does harm.
pub(crate) struct Watch {
    fault: Option<Fault>,
    /// The call, counted from 0, in which the read is stopped.
    stop_at: Option<usize>,
    cancel: Mutex<Option<Cancel>>,
    given: Condvar,
    seen: Mutex<Seen>,
}

/// What was seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// Each call, in words.
    pub calls: Vec<String>,
    /// Calls that the fault fits.
    pub fitting: usize,
    /// Those that were answered.
    answered: usize,
    /// Times that the fault did harm.
    pub harmed: usize,
    /// What the plugin logged.
    pub lines: Vec<String>,
    /// Lines in all.
    pub logged: usize,
    /// Calls that were not granted.
    pub denied: Vec<String>,
    /// Memory of the largest instance, in bytes.
    pub memory: usize,
    /// Time that was computed, in all instances.
    pub computed: Duration,
}

impl Watch {
    /// Looks on alone.
    pub fn onlooker() -> Arc<Self> {
        Self::new(None, None)
    }

    /// Does harm.
    pub fn harming(fault: Fault) -> Arc<Self> {
        Self::new(Some(fault), None)
    }

    /// Stops the read in a call, with the [`Cancel`] that it is given.
    pub fn stopping(at: usize) -> Arc<Self> {
        Self::new(None, Some(at))
    }

    fn new(fault: Option<Fault>, stop_at: Option<usize>) -> Arc<Self> {
        Arc::new(Self {
            fault,
            stop_at,
            cancel: Mutex::new(None),
            given: Condvar::new(),
            seen: Mutex::new(Seen::default()),
        })
    }

    /// Gives what stops the read.
    pub fn give(&self, cancel: Cancel) {
        *locked(&self.cancel) = Some(cancel);
        self.given.notify_all();
    }

    /// What was seen so far.
    pub fn seen(&self) -> Seen {
        locked(&self.seen).clone()
    }

    /// What was seen, once the instance has told what it used; its thread may end
    /// a little later than its read.
    pub fn ended_soon(&self) -> Seen {
        let begin = Instant::now();
        while locked(&self.seen).memory == 0 && begin.elapsed() < MOMENT {
            std::thread::sleep(Duration::from_millis(1));
        }
        self.seen()
    }

    fn stop(&self) {
        let waiting = locked(&self.cancel);
        let waited = self
            .given
            .wait_timeout_while(waiting, MOMENT, |cancel| cancel.is_none());
        let (cancel, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if let Some(cancel) = cancel.as_ref() {
            cancel.cancel();
        }
    }
}

impl Tap for Watch {
    fn before(&self, call: &Call) -> Option<Answered> {
        let mut seen = locked(&self.seen);
        let at = seen.calls.len();
        seen.calls.push(in_words(call));
        if self.stop_at == Some(at) {
            drop(seen);
            self.stop();
            return Some(Err(super::faults::failure(
                FailureKind::Cancelled,
                "the run is being stopped",
            )));
        }
        let fault = self.fault.as_ref().filter(|fault| fault.fits(call))?;
        let number = seen.fitting;
        seen.fitting += 1;
        let answer = fault.instead(call, number)?;
        seen.harmed += 1;
        Some(answer)
    }

    fn after(&self, call: &Call, answer: &mut Answered) {
        let mut seen = locked(&self.seen);
        if let Err(failure) = answer
            && failure.kind == FailureKind::Denied
        {
            seen.denied
                .push(format!("{}: {}", in_words(call), failure.message));
        }
        let Some(fault) = self.fault.as_ref().filter(|fault| fault.fits(call)) else {
            return;
        };
        let number = seen.answered;
        seen.answered += 1;
        if fault.change(number, answer) {
            seen.harmed += 1;
        }
    }

    fn said(&self, _: Level, line: &str) {
        let mut seen = locked(&self.seen);
        seen.logged += 1;
        if seen.lines.len() < LINES {
            seen.lines.push(line.to_owned());
        }
    }

    fn ended(&self, usage: Usage) {
        let mut seen = locked(&self.seen);
        seen.memory = seen.memory.max(usage.memory);
        seen.computed += usage.computed;
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A call, as its author would name it.
pub(super) fn in_words(call: &Call) -> String {
    match call {
        Call::Look { need } => format!("look at `{need}`"),
        Call::OpenFile { need, name, .. } => match name {
            Some(name) => format!("open `{name}` of `{need}`"),
            None => format!("open `{need}`"),
        },
        Call::ReadFile { max, .. } => format!("read {max} bytes of a file"),
        Call::Send(request) => {
            let method = format!("{:?}", request.method).to_uppercase();
            format!("{method} {}", request.target)
        }
        Call::Search { query, .. } => {
            format!("search `{}` below `{}`", query.filter, query.base)
        }
        Call::Entries { .. } => "the next entries of a search".to_owned(),
        Call::Server { .. } => "ask which server answers".to_owned(),
        Call::Verify { dn, .. } => format!("try a login as `{dn}`"),
        Call::Ask { text, .. } => format!("ask `{text}`"),
        Call::Rows { .. } => "the next rows of an answer".to_owned(),
    }
}
