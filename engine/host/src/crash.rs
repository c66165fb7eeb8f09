//! How guest code ends when it does not answer.

use std::time::Duration;
use wasmtime::Trap;

/// How a plugin broke.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Crash {
    /// It found itself in a state that it did not expect.
    #[error("it panicked: {message}")]
    Panicked {
        /// In its words.
        message: String,
    },
    /// It did what a program must not do.
    #[error("it trapped: {trap}")]
    Trapped {
        /// In the engine's words.
        trap: String,
    },
    /// It called itself without end.
    #[error("its calls went too deep")]
    Depth,
    /// It computed without delivering anything.
    #[error("it computed for more than {} s without an answer", .limit.as_secs_f32())]
    Compute {
        /// What it was allowed.
        limit: Duration,
    },
    /// It waited without delivering anything.
    #[error("it gave no answer for {} s", .limit.as_secs_f32())]
    Answer {
        /// What it was allowed.
        limit: Duration,
    },
    /// It wanted too much memory.
    #[error("it needed more than {mib} MiB of memory")]
    Memory {
        /// What it was allowed.
        mib: usize,
    },
    /// The run was stopped.
    #[error("the run was stopped")]
    Cancelled,
    /// It handed over something that the interface does not allow.
    #[error("it broke the rules of the interface: {what}")]
    Rules {
        /// In the engine's words.
        what: String,
    },
    /// It has no thread to run on, or lost it.
    #[error("its thread is missing: {why}")]
    Thread {
        /// In the system's words.
        why: String,
    },
}

impl Crash {
    /// Says what to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Compute { .. } | Self::Answer { .. } => {
                "look at the log for what it was doing; a narrower scope gives it less to do"
            }
            Self::Memory { .. } => {
                "its author can ask for more with `memory_mib` in the plugin's manifest"
            }
            Self::Cancelled => "run it again",
            Self::Thread { .. } => "look at the system's limits for threads and memory",
            Self::Panicked { .. } | Self::Trapped { .. } | Self::Depth | Self::Rules { .. } => {
                "this is a defect of the plugin: report it to its author, with the log"
            }
        }
    }

    /// Finds out from what the engine said, and from what was noted on the way.
    pub(crate) fn new(
        error: &wasmtime::Error,
        (compute, answer): (Duration, Duration),
        memory_refused: Option<usize>,
        panic: Option<String>,
    ) -> Self {
        if let Some(mib) = memory_refused {
            return Self::Memory { mib };
        }
        match error.downcast_ref::<Stop>() {
            Some(Stop::Cancelled) => return Self::Cancelled,
            Some(Stop::Compute) => return Self::Compute { limit: compute },
            Some(Stop::Answer) => return Self::Answer { limit: answer },
            None => {}
        }
        match (error.downcast_ref::<Trap>(), panic) {
            (Some(_), Some(message)) => Self::Panicked { message },
            (Some(Trap::StackOverflow), None) => Self::Depth,
            (Some(trap), None) => Self::Trapped {
                trap: trap.to_string(),
            },
            (None, _) => Self::Rules {
                what: error.root_cause().to_string(),
            },
        }
    }
}

/// Why the host stopped guest code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Stop {
    #[error("the run was stopped")]
    Cancelled,
    #[error("the time to compute is used up")]
    Compute,
    #[error("the time to answer is used up")]
    Answer,
}
