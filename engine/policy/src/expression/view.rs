//! One person, as an expression sees them.

use super::Uses;
use cel::common::types::{CelBool, CelList, CelNull, CelString, CelTimestamp};
use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;
use muster_model::{EntryView, SourceStatus};

/// Hands out values for bound variables, borrowed from the page, and only
/// those that the evaluation comes by.
pub(super) struct View<'a> {
    pub(super) entry: EntryView<'a>,
    pub(super) uses: &'a Uses,
    pub(super) now: &'a CelTimestamp,
}

static NULL: CelNull = CelNull;

impl VariableResolver for View<'_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        let name = variable.strip_prefix('@')?;
        match name {
            "now" => return Some(CowVal::Borrowed(self.now)),
            "groups" => return Some(list(self.entry.groups())),
            "status" => return Some(CowVal::owned(CelString::from(status(self.entry.status())))),
            _ => {}
        }
        let (kind, slot) = name.split_at_checked(1)?;
        let slot: usize = slot.parse().ok()?;
        if kind == "p" {
            return self
                .uses
                .constants
                .get(slot)
                .map(|constant| CowVal::Borrowed(constant));
        }
        let mut values = self.entry.values(self.uses.attributes.get(slot)?.id);
        Some(match kind {
            "h" => CowVal::Borrowed(if values.len() > 0 {
                &CelBool::TRUE
            } else {
                &CelBool::FALSE
            }),
            "l" => list(values),
            "a" => match values.len() {
                0 => CowVal::Borrowed(&NULL),
                1 => CowVal::owned(CelString::from(values.next().unwrap_or(""))),
                _ => list(values),
            },
            _ => return None,
        })
    }
}

fn list<'b>(values: impl Iterator<Item = &'b str>) -> CowVal<'b, 'b> {
    let items: Vec<Box<dyn Val + 'b>> = values
        .map(|value| Box::new(CelString::from(value)) as Box<dyn Val + 'b>)
        .collect();
    CowVal::owned(CelList::from(items))
}

/// The status in the words of the policy language.
fn status(status: SourceStatus) -> &'static str {
    match status {
        SourceStatus::Active => "active",
        SourceStatus::Pending => "pending",
        SourceStatus::Blocked(_) => "blocked",
        SourceStatus::Removed(_) => "removed",
        SourceStatus::Unknown => "unknown",
    }
}
