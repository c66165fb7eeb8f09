//! How long a plugin has computed.

use std::time::{Duration, Instant};

/// Counts the time of one call, without the time that the plugin waited in a
/// capability.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    /// In calls before this one.
    earlier: Duration,
    before: Duration,
    since: Option<Instant>,
}

impl Meter {
    /// A new call begins.
    pub fn begin(&mut self) {
        self.earlier += self.spent();
        self.before = Duration::ZERO;
        self.resume();
    }

    /// The plugin waits.
    pub fn pause(&mut self) {
        self.before = self.spent();
        self.since = None;
    }

    /// The plugin goes on.
    pub fn resume(&mut self) {
        self.since = Some(Instant::now());
    }

    /// Time in all calls.
    pub fn all(&self) -> Duration {
        self.earlier + self.spent()
    }

    /// Time since the call began, without the pauses.
    pub fn spent(&self) -> Duration {
        self.before + self.since.map_or(Duration::ZERO, |since| since.elapsed())
    }
}
