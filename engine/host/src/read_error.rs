//! Why a read did not come to its end, and what to do about it.

use crate::border::Breach;
use crate::crash::Crash;
use crate::failure::Failure;
use crate::instance::OpenError;

/// Why a read ended without its end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The plugin could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The plugin could not begin.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The plugin says why.
    #[error("plugin `{plugin}` could not go on after {people} people")]
    Failed {
        /// Which plugin.
        plugin: String,
        /// Delivered before.
        people: u64,
        /// In its words.
        #[source]
        failure: Failure,
    },
    /// The plugin broke.
    #[error("plugin `{plugin}` broke after {people} people")]
    Crashed {
        /// Which plugin.
        plugin: String,
        /// Delivered before.
        people: u64,
        /// How.
        #[source]
        crash: Crash,
    },
    /// The plugin delivered what no plugin may.
    #[error("what plugin `{plugin}` delivered after {people} people is refused")]
    Breach {
        /// Which plugin.
        plugin: String,
        /// Delivered before.
        people: u64,
        /// What.
        #[source]
        breach: Breach,
    },
}

/// Why a read could not begin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// The plugin says why.
    #[error("plugin `{plugin}` cannot begin to read")]
    Failed {
        /// Which plugin.
        plugin: String,
        /// In its words.
        #[source]
        failure: Failure,
    },
    /// The plugin broke.
    #[error("plugin `{plugin}` broke at the beginning of a read")]
    Crashed {
        /// Which plugin.
        plugin: String,
        /// How.
        #[source]
        crash: Crash,
    },
}

impl ReadError {
    /// Returns the plugin's own account, if it gave one.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Open(error) => error.failure(),
            Self::Start(StartError::Failed { failure, .. }) | Self::Failed { failure, .. } => {
                Some(failure)
            }
            Self::Start(StartError::Crashed { .. })
            | Self::Crashed { .. }
            | Self::Breach { .. } => None,
        }
    }

    /// Says what to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Open(error) => error.hint(),
            Self::Start(StartError::Failed { failure, .. }) | Self::Failed { failure, .. } => {
                failure.hint.clone()
            }
            Self::Start(StartError::Crashed { crash, .. }) | Self::Crashed { crash, .. } => {
                Some(crash.hint().to_owned())
            }
            Self::Breach { .. } => {
                Some("this is a defect of the plugin: report it to its author".to_owned())
            }
        }
    }
}
