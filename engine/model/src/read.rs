//! How much of a source was asked for, and why that much.

use serde::{Deserialize, Serialize};

/// How much a source was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReadKind {
    /// Everybody in scope.
    Full,
    /// Whoever has changed since the last run: who is not delivered is as before.
    Delta,
}

/// Why a source was asked for so much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReadReason {
    /// The feed goes on where the last run ended.
    Feed,
    /// There is no place in the feed to go on from.
    NoCursor,
    /// A reset was asked for.
    Reset,
    /// The policy was changed since the last run.
    PolicyChanged,
    /// The plugin is another one since the last run.
    PluginChanged,
    /// Only one person was asked for, whom a delta may not deliver.
    Only,
    /// The policy wants everything, every time.
    Always,
    /// What the policy says of people changes with time.
    TimeDependent,
    /// An exception has ended since the last complete read.
    ExceptionEnded,
    /// The last complete read is too long ago.
    Due,
    /// The source no longer knows the place in its feed.
    StaleCursor,
    /// The feed says that nobody is left: a complete read has to find so.
    Emptied,
    /// Somebody was held at the last complete read, and may now go on.
    Held,
}

impl ReadReason {
    /// Returns the stable code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Feed => "feed",
            Self::NoCursor => "no-cursor",
            Self::Reset => "reset",
            Self::PolicyChanged => "policy-changed",
            Self::PluginChanged => "plugin-changed",
            Self::Only => "only",
            Self::Always => "always",
            Self::TimeDependent => "time-dependent",
            Self::ExceptionEnded => "exception-ended",
            Self::Due => "due",
            Self::StaleCursor => "stale-cursor",
            Self::Emptied => "emptied",
            Self::Held => "held",
        }
    }
}

/// How much a source with a feed was asked for, as a plan says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadNote {
    /// How much.
    pub kind: ReadKind,
    /// Why, for programs.
    pub why: ReadReason,
    /// Why, as a sentence.
    pub text: String,
}

/// Why a plan leaves the place in the feed where it is: the next run is told
/// the same changes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CursorKept {
    /// The plan is about one person alone.
    Only,
    /// Somebody's changes are held back.
    Held,
    /// Not all changes were delivered.
    Partial,
}

impl CursorKept {
    /// Returns the reason as a sentence.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Only => "the plan is about one person alone",
            Self::Held => "somebody is held back",
            Self::Partial => "not all changes could be read",
        }
    }
}
