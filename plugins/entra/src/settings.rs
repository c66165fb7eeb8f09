//! What the policy says of the tenant.

use serde::Deserialize;

/// `provider.config`, after the schema's defaults were filled in. What only the
/// host needs is not here.
#[derive(Clone, Debug, Deserialize)]
pub struct Settings {
    /// For messages and cursors; the host logs in.
    pub tenant: String,
    /// For messages and cursors; the host connects.
    #[serde(default = "public_cloud")]
    pub url: String,
    #[serde(default)]
    pub photos: Photos,
    #[serde(default)]
    pub guests: Guests,
    #[serde(default)]
    pub feed: FeedSetting,
}

/// Which pictures are delivered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum Photos {
    #[default]
    None,
    /// Width in pixels.
    Wide(String),
}

impl From<String> for Photos {
    fn from(text: String) -> Self {
        match text.as_str() {
            "none" => Self::None,
            _ => Self::Wide(text),
        }
    }
}

/// Whether guests are in scope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Guests {
    #[default]
    Include,
    Exclude,
}

/// Whether later runs ask for changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FeedSetting {
    #[default]
    Delta,
    None,
}

fn public_cloud() -> String {
    "https://graph.microsoft.com".to_owned()
}
