//! What a server needs from outside: asked for, never fetched.

use jiff::Timestamp;
use muster_model::{DirectoryName, Page};
use muster_policy::{Diagnostic, Draft};
use std::sync::Arc;

/// What stands around the documents. Every question is answered at once, from
/// what is known: while somebody types, nobody waits for a server.
pub trait Surroundings {
    /// The present instant: `now` in expressions.
    fn now(&self) -> Timestamp;

    /// The text of a file that is not open.
    ///
    /// # Errors
    ///
    /// Why it cannot be had, as part of a sentence.
    fn read(&self, path: &str) -> Result<String, String>;

    /// The path of the file with the values of the environment, if one was named.
    fn values(&self) -> Option<String>;

    /// Plugins that a policy can name, each with what it is.
    fn plugins(&self) -> Vec<(String, String)>;

    /// What is known of the plugin that a policy names.
    fn plugin(&self, wanted: &Wanted<'_>) -> Option<Arc<PluginFacts>>;

    /// What the plugin makes of a policy's settings and secrets.
    fn settings(&self, wanted: &Wanted<'_>) -> Vec<Diagnostic>;

    /// A few people of a directory, as they were read once.
    fn sample(&self, directory: &DirectoryName) -> Option<Arc<Sample>>;
}

/// Which plugin is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The policy's path.
    pub path: &'a str,
    /// The policy's text.
    pub text: &'a str,
    /// The plugin, as the policy names it.
    pub plugin: &'a str,
    /// The policy, as far as it can be read.
    pub draft: Option<&'a Draft>,
}

/// What is known of a plugin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PluginFacts {
    /// Attributes that its source has.
    pub attributes: Vec<AttributeFact>,
    /// Settings that it takes.
    pub settings: Vec<SettingFact>,
    /// Secrets that it takes.
    pub secrets: Vec<String>,
}

/// An attribute of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttributeFact {
    /// Its name.
    pub name: String,
    /// True if it may have several values; none if nobody says.
    pub several: Option<bool>,
    /// What it is.
    pub summary: String,
}

/// A setting of a plugin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingFact {
    /// Its name.
    pub name: String,
    /// What it takes, in a word.
    pub kind: String,
    /// True if it must be there.
    pub required: bool,
    /// What holds without it, as YAML.
    pub default: Option<String>,
    /// Values that are possible, if they are known.
    pub words: Vec<String>,
    /// What it means.
    pub doc: String,
}

/// A few people, as they were read once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Names of the columns.
    pub attributes: Vec<String>,
    /// Those among them whose values are not shown, in small letters.
    pub sensitive: Vec<String>,
    /// The people.
    pub people: Page,
    /// When they were read.
    pub recorded: String,
    /// The username of the person who is shown, if one was named.
    pub person: Option<String>,
}
