//! Why a plugin could not do what it was asked.

pub use crate::bindings::muster::provider::types::{Failure, FailureKind};
use std::io;

impl Failure {
    /// Makes a failure of any kind; `message` says what and where.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            hint: None,
            retry_after_ms: None,
        }
    }

    /// The settings are wrong.
    pub fn config(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Config, message)
    }

    /// The credentials were refused.
    pub fn auth(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Auth, message)
    }

    /// A grant or a right is missing.
    pub fn denied(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Denied, message)
    }

    /// The source does not answer now; a later run may succeed.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Unavailable, message)
    }

    /// The source asked to slow down.
    pub fn throttled(message: impl Into<String>, retry_after_ms: Option<u64>) -> Self {
        Self {
            retry_after_ms,
            ..Self::new(FailureKind::Throttled, message)
        }
    }

    /// The cursor is too old or of another server.
    pub fn stale_cursor(message: impl Into<String>) -> Self {
        Self::new(FailureKind::StaleCursor, message)
    }

    /// What the source delivered could not be understood.
    pub fn data(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Data, message)
    }

    /// The source changed while it was read.
    pub fn drifted(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Drifted, message)
    }

    /// The plugin or the source cannot do this.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Unsupported, message)
    }

    /// The run is being stopped.
    pub fn cancelled() -> Self {
        Self::new(FailureKind::Cancelled, "the run is being stopped")
    }

    /// A defect of the plugin.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Internal, message)
    }

    /// Says what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Gets the failure of a [`files::Reader`](crate::files::Reader) back out of
    /// the I/O error that the standard traits made of it.
    pub fn from_io(error: io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(failure) => failure,
            Err(error) => Self::data(error.to_string()),
        }
    }
}

impl From<Failure> for io::Error {
    fn from(failure: Failure) -> Self {
        Self::other(failure)
    }
}
