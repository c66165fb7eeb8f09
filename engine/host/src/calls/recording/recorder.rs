//! Writes calls down as they are made.

use super::format::{End, Exchange, Header, Line, Question};
use super::outcome::Outcome;
use super::scrub::Scrub;
use crate::binding::Secret;
use crate::calls::{Answered, Call, Tap};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// Writes each call to a file, in constant memory.
pub struct Recorder<W> {
    state: Mutex<State<W>>,
    scrub: Scrub,
}

struct State<W> {
    out: W,
    /// Calls whose answers held a secret.
    removed: u64,
    failed: Option<io::Error>,
}

/// What was taken out of a recording.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Answers that repeated a secret: a replay may differ there.
    pub answers: u64,
    /// Secrets that are too short to be looked for.
    pub not_searched: BTreeSet<String>,
}

impl<W: Write + Send> Recorder<W> {
    /// Begins a recording from which these secrets are kept.
    ///
    /// # Errors
    /// What `out` says.
    pub fn begin(
        mut out: W,
        header: &Header,
        secrets: &BTreeMap<String, Secret>,
    ) -> io::Result<Self> {
        line(&mut out, header)?;
        Ok(Self {
            state: Mutex::new(State {
                out,
                removed: 0,
                failed: None,
            }),
            scrub: Scrub::new(secrets),
        })
    }

    /// What to tap a plugin with while it is asked this.
    pub fn tap(self: &Arc<Self>, of: Question) -> Arc<dyn Tap>
    where
        W: 'static,
    {
        Arc::new(Asked {
            recorder: self.clone(),
            of,
        })
    }

    fn write(&self, exchange: Exchange) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.failed.is_some() {
            return;
        }
        let written = serde_json::to_value(Line::from(exchange)).map_err(io::Error::from);
        let written = written.and_then(|mut exchange| {
            state.removed += u64::from(self.scrub.clean(&mut exchange));
            line(&mut state.out, &exchange)
        });
        state.failed = written.err();
    }

    /// Writes the last line.
    ///
    /// # Errors
    /// The first trouble that `out` had since the recording began.
    pub fn finish(&self, outcome: &Outcome) -> io::Result<Removed> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = state.failed.take() {
            return Err(error);
        }
        let end = End {
            end: outcome.clone(),
        };
        let mut end = serde_json::to_value(end)?;
        self.scrub.clean(&mut end);
        line(&mut state.out, &end)?;
        state.out.flush()?;
        Ok(Removed {
            answers: state.removed,
            not_searched: self.scrub.short.clone(),
        })
    }
}

/// The calls of one question, on their way to the file.
struct Asked<W> {
    recorder: Arc<Recorder<W>>,
    of: Question,
}

impl<W: Write + Send> Tap for Asked<W> {
    fn after(&self, call: &Call, answer: &mut Answered) {
        let exchange = Exchange {
            of: self.of,
            call: call.clone(),
            answer: answer.clone(),
        };
        self.recorder.write(exchange);
    }
}

fn line(out: &mut impl Write, what: &impl serde::Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, what)?;
    out.write_all(b"\n")
}
