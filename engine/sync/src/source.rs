//! Where people come from, as the run sees it.

use muster_model::{Coverage, Page};

/// Delivers one read, page by page.
pub trait Source {
    /// Waits for the next page, or for the end. After the end or an error it is
    /// not called again.
    fn next(&mut self) -> Result<Delivery, SourceFailed>;
}

/// What a source hands over.
#[derive(Debug)]
pub enum Delivery {
    /// Some entries.
    Page(Page),
    /// There are no more.
    End {
        /// How much was covered.
        coverage: Coverage,
        /// Where the next delta goes on, if the source has a feed.
        cursor: Option<Vec<u8>>,
    },
}

/// What kind of trouble a source is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The settings are wrong.
    Settings,
    /// The credentials were refused, or do not suffice.
    Credentials,
    /// It cannot be reached, or is too busy; a later run may succeed.
    Unavailable,
    /// What it delivered makes no sense, or it changed while it was read.
    Data,
    /// The stored cursor is of no use: read everything.
    StaleCursor,
    /// The plugin broke a rule or a limit.
    Plugin,
    /// Somebody stopped the run.
    Cancelled,
}

/// A read that failed. Nothing is planned from it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct SourceFailed {
    /// What kind of trouble.
    pub kind: FailureKind,
    /// What and where, as a sentence.
    pub text: String,
    /// What to do about it.
    pub hint: Option<String>,
}
