//! What passes between a plugin and the capabilities: each call as a value, and a
//! [`Tap`] that sees it, answers it, or alters the answer.
//!
//! A tap is how a run is recorded and replayed ([`recording`]), and how a plugin
//! is tried with a source that fails. It stands behind the grants when it looks
//! on, and in front of them when it answers: what a tap answers, nobody is asked.

mod call;
mod convert;
mod packed;
pub mod recording;

pub(crate) use call::Searching;
pub use call::{
    Answer, Call, FileEntry, FileInfo, Level, Method, Opened, Place, Request, Response,
};

use crate::failure::Failure;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// What a source answered, or why it did not.
pub type Answered = Result<Answer, Failure>;

/// Stands between a plugin and what it may call. Questions that are asked at the same
/// time call it from threads of their own.
pub trait Tap: Send + Sync {
    /// Answers in the source's place; none lets the source be asked. An answer of
    /// another kind than the call's is a failure of kind `internal`.
    fn before(&self, _call: &Call) -> Option<Answered> {
        None
    }

    /// Sees an answer, and may exchange it before the plugin does.
    fn after(&self, _call: &Call, _answer: &mut Answered) {}

    /// False if no source is asked at all: then nobody waits for one either.
    fn is_live(&self) -> bool {
        true
    }

    /// A line that the plugin logs, as it wrote it.
    fn said(&self, _level: Level, _line: &str) {}

    /// An instance has ended.
    fn ended(&self, _usage: Usage) {}
}

/// What an instance has used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Bytes of memory at its largest; WebAssembly gives none back.
    pub memory: usize,
    /// Time that it computed, in all its calls.
    pub computed: Duration,
}

/// A tap, and the numbers of what was opened through it.
#[derive(Clone, Default)]
pub(crate) struct Tapping {
    tap: Option<Arc<dyn Tap>>,
    opened: Arc<AtomicU32>,
}

impl fmt::Debug for Tapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.tap {
            Some(_) => "a tap",
            None => "no tap",
        };
        f.write_str(what)
    }
}

impl Tapping {
    /// Puts a tap on.
    pub fn with(tap: Arc<dyn Tap>) -> Self {
        Self {
            tap: Some(tap),
            opened: Arc::default(),
        }
    }

    /// The tap, if there is one.
    pub fn tap(&self) -> Option<Arc<dyn Tap>> {
        self.tap.clone()
    }

    /// Numbers what is being opened, each once in a run.
    pub fn number(&self) -> u32 {
        self.opened.fetch_add(1, Ordering::Relaxed)
    }

    /// True if a source is asked.
    pub fn is_live(&self) -> bool {
        self.tap.as_ref().is_none_or(|tap| tap.is_live())
    }

    /// Passes a line of the log on.
    pub fn said(&self, level: Level, line: &str) {
        if let Some(tap) = &self.tap {
            tap.said(level, line);
        }
    }

    /// Passes on what an instance has used.
    pub fn ended(&self, usage: Usage) {
        if let Some(tap) = &self.tap {
            tap.ended(usage);
        }
    }
}
