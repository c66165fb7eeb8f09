//! A read's calls in a file, and the read again from it.
//!
//! A recording is JSON Lines: a [`Header`], one line per call with what the source
//! answered, and an [`Outcome`]. It needs no network, no secret and no policy to be
//! replayed: [`Recorder`] and [`Replayer`] make [taps](super::Tap), and a read that
//! goes through the second delivers what went through the first, byte for byte, for
//! a plugin sees one instant and nothing else of its surroundings.
//!
//! Secrets are not in it: the host adds them behind the tap, and where a source
//! repeats one, it is taken out. People are: a recording is as personal as a
//! snapshot.
//!
//! # What a replay is told by
//!
//! An answer belongs to a question, not to a place in the file: a plugin that was
//! mended since may ask in another order, or ask less. Questions that are asked
//! several times get their answers in the order in which they came. What was never
//! asked has no answer, and is a failure that says so.

mod format;
mod outcome;
mod recorder;
mod replayer;
mod scrub;

#[cfg(test)]
mod tests;

pub use format::{Exchange, Header, Question, Recording, RecordingError, Stamp};
pub use outcome::{Ending, Outcome, Tally};
pub use recorder::{Recorder, Removed};
pub use replayer::Replayer;
