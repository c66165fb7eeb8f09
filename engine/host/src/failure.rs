//! Why a plugin could not do what it was asked, in its own words.

use crate::bindings::types as wit;
use crate::words::tame;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// Longest text that is taken over from a plugin, in bytes.
const TEXT: usize = 2000;

/// What a caller can do about a [`Failure`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// The settings are wrong: do not retry.
    Config,
    /// The credentials were refused: do not retry.
    Auth,
    /// A grant, or a right at the source, is missing.
    Denied,
    /// Network, busy, 5xx: a later run may succeed.
    Unavailable,
    /// The source asked to slow down.
    Throttled,
    /// The cursor is too old or of another server: run a full read.
    StaleCursor,
    /// What the source delivered could not be understood.
    Data,
    /// The source changed while it was read.
    Drifted,
    /// The plugin or the source cannot do this.
    Unsupported,
    /// The run is being stopped.
    Cancelled,
    /// A defect of the plugin.
    Internal,
}

/// A plugin's own account of what went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What can be done about it.
    pub kind: FailureKind,
    /// What went wrong, as a sentence.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// How long the source wants to be left alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<Duration>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl From<wit::Failure> for Failure {
    fn from(failure: wit::Failure) -> Self {
        Self {
            kind: failure.kind.into(),
            message: tame(&failure.message, TEXT),
            hint: failure.hint.map(|hint| tame(&hint, TEXT)),
            retry_after: failure.retry_after_ms.map(Duration::from_millis),
        }
    }
}

impl From<Failure> for wit::Failure {
    fn from(failure: Failure) -> Self {
        let wait = |wait: Duration| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        Self {
            kind: failure.kind.into(),
            message: failure.message,
            hint: failure.hint,
            retry_after_ms: failure.retry_after.map(wait),
        }
    }
}

/// Makes a failure of a capability.
pub(crate) fn failed(kind: FailureKind, message: impl Into<String>) -> wit::Failure {
    wit::Failure {
        kind: kind.into(),
        message: message.into(),
        hint: None,
        retry_after_ms: None,
    }
}

/// Makes a failure of a capability that says what to do about it.
pub(crate) fn failed_hint(
    kind: FailureKind,
    message: impl Into<String>,
    hint: impl Into<String>,
) -> wit::Failure {
    wit::Failure {
        hint: Some(hint.into()),
        ..failed(kind, message)
    }
}

macro_rules! same_kinds {
    ($($kind:ident),*) => {
        impl From<wit::FailureKind> for FailureKind {
            fn from(kind: wit::FailureKind) -> Self {
                match kind {
                    $(wit::FailureKind::$kind => Self::$kind,)*
                }
            }
        }

        impl From<FailureKind> for wit::FailureKind {
            fn from(kind: FailureKind) -> Self {
                match kind {
                    $(FailureKind::$kind => Self::$kind,)*
                }
            }
        }
    };
}

same_kinds!(
    Config,
    Auth,
    Denied,
    Unavailable,
    Throttled,
    StaleCursor,
    Data,
    Drifted,
    Unsupported,
    Cancelled,
    Internal
);
