//! A policy's settings for a plugin, held against the plugin's schema.
//!
//! The schema is JSON Schema in the subset that settings need; a keyword
//! outside it is refused when the plugin is loaded, so that no rule is silently
//! left unchecked. Unlike JSON Schema, an object with `properties` takes no
//! others unless `additionalProperties` says so.

mod check;
mod schema;

pub use check::SettingProblem;
pub(crate) use schema::Schema;
