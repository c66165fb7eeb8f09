//! Whether a group that is told was asked for.

use super::Breach;
use crate::request::Scope;
use crate::words::tame;
use hashbrown::HashSet;
use muster_model::{GroupPattern, Page};

/// Names that are remembered as asked for. A source has that many groups, or it
/// is asked again and again.
const REMEMBERED: usize = 100_000;

/// The groups of a request. A group decides about roles, so none may be told
/// that nobody asked for.
pub(super) struct Groups {
    /// As they were asked for, and whatever was met that a pattern fits.
    names: HashSet<String>,
    patterns: Vec<GroupPattern>,
}

impl Groups {
    pub fn new(scope: &Scope) -> Self {
        let patterns = scope
            .report
            .iter()
            .filter_map(|name| GroupPattern::new(name));
        Self {
            names: scope.groups.iter().chain(&scope.report).cloned().collect(),
            patterns: patterns.collect(),
        }
    }

    pub fn check(&mut self, page: &Page) -> Result<(), Breach> {
        for group in page.entries().flat_map(|entry| entry.groups()) {
            if self.names.contains(group) {
                continue;
            }
            if !self.patterns.iter().any(|pattern| pattern.fits(group)) {
                return Err(Breach::UnknownGroup {
                    name: tame(group, 200),
                });
            }
            if self.names.len() < REMEMBERED {
                self.names.insert(group.to_owned());
            }
        }
        Ok(())
    }
}
