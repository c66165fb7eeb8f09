//! What a plugin answers besides people: check steps and attributes.

use crate::bindings::provider as wit;
use crate::crash::Crash;
use crate::failure::Failure;
use crate::instance::OpenError;
use crate::ldap::Verdict;
use crate::words::tame;

/// Longest text that is taken over from a plugin, in bytes.
const TEXT: usize = 2000;

/// How a step of a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepResult {
    /// Well.
    Ok,
    /// Well, but it shows something that is likely unwanted.
    Warning,
    /// Not.
    Failed,
    /// It was not tried.
    Skipped,
}

/// One thing that a plugin tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckStep {
    /// What was tried.
    pub what: String,
    /// How it went.
    pub outcome: StepResult,
    /// What was found, or what went wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl From<wit::CheckStep> for CheckStep {
    fn from(step: wit::CheckStep) -> Self {
        Self {
            what: tame(&step.what, TEXT),
            outcome: match step.outcome {
                wit::StepResult::Ok => StepResult::Ok,
                wit::StepResult::Warning => StepResult::Warning,
                wit::StepResult::Failed => StepResult::Failed,
                wit::StepResult::Skipped => StepResult::Skipped,
            },
            message: tame(&step.message, TEXT),
            hint: step.hint.map(|hint| tame(&hint, TEXT)),
        }
    }
}

/// How many values an attribute has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttributeShape {
    /// At most one.
    Single,
    /// Any number.
    Multiple,
    /// The source does not say.
    Unknown,
}

/// An attribute that a source can deliver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// How many values it has.
    pub shape: AttributeShape,
    /// What it is, if the source says so.
    pub summary: String,
}

impl From<wit::Attribute> for Attribute {
    fn from(attribute: wit::Attribute) -> Self {
        Self {
            name: tame(&attribute.name, TEXT),
            shape: match attribute.shape {
                wit::AttributeShape::Single => AttributeShape::Single,
                wit::AttributeShape::Multiple => AttributeShape::Multiple,
                wit::AttributeShape::Unknown => AttributeShape::Unknown,
            },
            summary: tame(&attribute.summary, TEXT),
        }
    }
}

/// Why a check could not be made. A check that was made and failed is a
/// [`CheckStep`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// The plugin could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The plugin broke.
    #[error("plugin `{plugin}` broke during its check")]
    Crashed {
        /// Which plugin.
        plugin: String,
        /// How.
        #[source]
        crash: Crash,
    },
}

impl CheckError {
    /// Says what to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Open(error) => error.hint(),
            Self::Crashed { crash, .. } => Some(crash.hint().to_owned()),
        }
    }
}

/// Why nobody could say whether a password is right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoginError {
    /// The plugin could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The plugin has no such ability.
    #[error("plugin `{plugin}` cannot verify logins")]
    NotOffered {
        /// Which plugin.
        plugin: String,
    },
    /// The plugin says why.
    #[error("plugin `{plugin}` could not verify the login")]
    Failed {
        /// Which plugin.
        plugin: String,
        /// In its words.
        #[source]
        failure: Failure,
    },
    /// The plugin broke.
    #[error("plugin `{plugin}` broke while it verified a login")]
    Crashed {
        /// Which plugin.
        plugin: String,
        /// How.
        #[source]
        crash: Crash,
    },
}

impl LoginError {
    /// Says what to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Open(error) => error.hint(),
            Self::NotOffered { .. } => None,
            Self::Failed { failure, .. } => failure.hint.clone(),
            Self::Crashed { crash, .. } => Some(crash.hint().to_owned()),
        }
    }
}

/// Takes a verdict over from the interface.
pub(crate) fn judged(verdict: crate::bindings::ldap::Verdict) -> Verdict {
    use crate::bindings::ldap::Verdict as Wit;
    match verdict {
        Wit::Accepted => Verdict::Accepted,
        Wit::WrongPassword => Verdict::WrongPassword,
        Wit::Disabled => Verdict::Disabled,
        Wit::Locked => Verdict::Locked,
        Wit::Expired => Verdict::Expired,
        Wit::MustChange => Verdict::MustChange,
        Wit::UnknownUser => Verdict::UnknownUser,
        Wit::Refused => Verdict::Refused,
    }
}

/// Why the attributes of a source are not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AttributesError {
    /// The plugin could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The plugin says why.
    #[error("plugin `{plugin}` cannot name the source's attributes")]
    Failed {
        /// Which plugin.
        plugin: String,
        /// In its words.
        #[source]
        failure: Failure,
    },
    /// The plugin broke.
    #[error("plugin `{plugin}` broke while it was asked for attributes")]
    Crashed {
        /// Which plugin.
        plugin: String,
        /// How.
        #[source]
        crash: Crash,
    },
}

impl AttributesError {
    /// Says what to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Open(error) => error.hint(),
            Self::Failed { failure, .. } => failure.hint.clone(),
            Self::Crashed { crash, .. } => Some(crash.hint().to_owned()),
        }
    }
}
