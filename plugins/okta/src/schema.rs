//! The schema of the org's user profiles.

use crate::api::Api;
use crate::columns::{OUTSIDE, place};
use crate::fault::Right;
use muster_sdk::{Attribute, Failure};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What a profile may have.
#[derive(Debug, Deserialize)]
pub struct Schema {
    definitions: Definitions,
}

#[derive(Debug, Deserialize)]
struct Definitions {
    #[serde(default)]
    base: Definition,
    #[serde(default)]
    custom: Definition,
}

#[derive(Debug, Default, Deserialize)]
struct Definition {
    #[serde(default)]
    properties: BTreeMap<String, Property>,
}

#[derive(Debug, Deserialize)]
struct Property {
    #[serde(default)]
    title: Option<String>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
}

impl Schema {
    /// Reads the schema of the default user type.
    pub fn read(api: &Api) -> Result<Self, Failure> {
        let what = "the schema of user profiles";
        let answer = api.get(what, Right::Schemas, "/api/v1/meta/schemas/user/default")?;
        serde_json::from_slice(&answer.body)
            .map_err(|error| Failure::data(format!("{what} cannot be read: {error}")))
    }

    /// Number of properties.
    pub fn len(&self) -> usize {
        self.properties().count()
    }

    /// Everything that a policy may name.
    pub fn attributes(&self) -> Vec<Attribute> {
        let of_profile = self.properties().map(|(name, property)| {
            let title = property.title.clone().unwrap_or_default();
            match property.kind.as_deref() {
                Some("array") => Attribute::multiple(name).summary(title),
                _ => Attribute::single(name).summary(title),
            }
        });
        let outside = OUTSIDE
            .iter()
            .map(|(name, summary)| Attribute::single(*name).summary(*summary));
        let mut all: Vec<Attribute> = of_profile.chain(outside).collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }

    /// Refuses names that no profile has. Those with a path before them are
    /// believed: other user types may have properties of their own.
    pub fn check(&self, attributes: &[String]) -> Result<(), Failure> {
        let unknown = attributes.iter().filter(|name| {
            let bare = place(name).is_bare();
            bare && !self.properties().any(|(known, _)| known == name.as_str())
        });
        let unknown: Vec<&str> = unknown.map(String::as_str).collect();
        let Some(first) = unknown.first() else {
            return Ok(());
        };
        let shown: Vec<String> = unknown.iter().map(|name| format!("`{name}`")).collect();
        let message = format!(
            "the org's user profile has no property {}",
            shown.join(", ")
        );
        Err(Failure::config(message).hint(self.advice(first)))
    }

    fn advice(&self, name: &str) -> String {
        let near = |known: &str| strsim::jaro_winkler(&known.to_lowercase(), &name.to_lowercase());
        let names = self.properties().map(|(known, _)| known);
        let nearest = names.max_by(|a, b| near(a).total_cmp(&near(b)));
        match nearest.filter(|known| near(known) > 0.8) {
            Some(known) => format!("did you mean `{known}`? Names are told apart by case"),
            None => format!(
                "a property of another user type than the default is written `profile.{name}`"
            ),
        }
    }

    fn properties(&self) -> impl Iterator<Item = (&str, &Property)> {
        let Definitions { base, custom } = &self.definitions;
        let all = base.properties.iter().chain(&custom.properties);
        all.map(|(name, property)| (name.as_str(), property))
    }
}
