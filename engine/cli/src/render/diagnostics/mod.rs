//! What is wrong with policies, for programs: JSON, SARIF, GitHub annotations.

pub mod github;
pub mod json;
mod place;
pub mod sarif;

pub use place::Base;

#[cfg(test)]
mod tests;

use muster_policy::{Diagnostic, Severity};

/// A policy that was checked, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Report {
    /// As the caller named it.
    pub file: String,
    /// Its directory, if the policy can be used.
    pub directory: Option<String>,
    /// What is wrong with it, and with the files that it includes.
    pub diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// How many diagnostics are of this severity.
    pub fn count(&self, severity: Severity) -> usize {
        let of = |one: &&Diagnostic| one.severity == severity;
        self.diagnostics.iter().filter(of).count()
    }
}
