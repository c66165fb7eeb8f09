//! What came of the checks.

mod json;
mod junit;
mod text;

pub use json::json;
pub use junit::junit;
pub use text::{listing, text};

use std::time::Duration;

/// What a suite has found.
#[derive(Clone, Debug)]
pub struct Report {
    /// The plugin, as `name version`.
    pub plugin: String,
    /// The case's file.
    pub case: String,
    /// In the order in which they were made.
    pub checks: Vec<Checked>,
    /// What was measured, by name.
    pub figures: Vec<(&'static str, String)>,
}

/// A check that was made, or not.
#[derive(Clone, Debug)]
pub struct Checked {
    /// Its name.
    pub name: &'static str,
    /// What it belongs to.
    pub group: &'static str,
    /// What it holds, as a sentence.
    pub holds: &'static str,
    /// How it went.
    pub verdict: Verdict,
    /// How long it took.
    pub took: Duration,
}

/// How a check went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Well; and what is worth knowing.
    Passed(Option<String>),
    /// Not.
    Failed(Vec<Finding>),
    /// It was not tried, and why.
    NotTried(String),
}

/// Something that a plugin does wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was done.
    pub done: String,
    /// What a plugin has to do then.
    pub expected: String,
    /// What this one did.
    pub came: String,
    /// What its author can do about it.
    pub hint: String,
}

impl Report {
    /// Number of checks that failed.
    pub fn failed(&self) -> usize {
        self.count(|verdict| matches!(verdict, Verdict::Failed(_)))
    }

    fn passed(&self) -> usize {
        self.count(|verdict| matches!(verdict, Verdict::Passed(_)))
    }

    fn not_tried(&self) -> usize {
        self.count(|verdict| matches!(verdict, Verdict::NotTried(_)))
    }

    fn count(&self, is: impl Fn(&Verdict) -> bool) -> usize {
        self.checks.iter().filter(|one| is(&one.verdict)).count()
    }
}
