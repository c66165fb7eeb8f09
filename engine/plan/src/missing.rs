//! Who was not delivered, or not in scope: gone if that is proven, left as they
//! are if not.

use crate::accounts::Row;
use crate::blocking;
use crate::planner::{Departure, Edit, Planner, Seen};
use muster_model::{BlockReason, Coverage, Fault, PolicyLine, Removal};

/// How many accounts are missing without a change.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Absent {
    /// Blocked for it already.
    pub(crate) gone: u64,
    /// Left as they are, for want of proof.
    pub(crate) unproven: u64,
}

impl Planner<'_> {
    /// Decides about everybody who was not delivered, or not in scope.
    pub(crate) fn settle_missing(&mut self, coverage: &Coverage) -> Absent {
        let mut absent = Absent::default();
        let rows: Vec<Row> = self.accounts.own_rows().collect();
        for row in rows {
            let text = match self.seen_of(row) {
                Seen::InScope | Seen::Held => continue,
                Seen::OutOfScope => self.departed(row),
                Seen::Not if self.has_left(row) => {
                    absent.gone += 1;
                    continue;
                }
                Seen::Not if coverage.proves_absence() => (
                    if self.policy.scope.groups.is_empty() {
                        "no longer at the source: a complete read did not find them".to_owned()
                    } else {
                        "no longer in the syncing groups: a complete read did not find them"
                            .to_owned()
                    },
                    self.policy.scope.at.clone(),
                ),
                Seen::Not => {
                    absent.unproven += self.report_unproven(row, coverage);
                    continue;
                }
            };
            let shift = blocking::left_scope(self.accounts.reasons(row), text.0, text.1);
            absent.gone += u64::from(shift.is_none());
            if let Some(shift) = shift {
                self.edits.push(Edit {
                    row,
                    rename: None,
                    fields: Vec::new(),
                    reasons: Some(shift),
                });
            }
        }
        absent
    }

    pub(crate) fn has_left(&self, row: Row) -> bool {
        self.accounts.reasons(row).contains(&BlockReason::LeftScope)
    }

    fn departed(&self, row: Row) -> (String, PolicyLine) {
        let scope = &self.policy.scope;
        match (self.departures.get(&row), &scope.condition) {
            (Some(Departure::Condition), Some(condition)) => (
                format!("`where` is not true of them: {}", condition.text.trim()),
                condition.at.clone(),
            ),
            (Some(Departure::Removed(Removal::LeftScope)), _) => (
                "no longer in the syncing groups: the source said so".to_owned(),
                scope.at.clone(),
            ),
            (Some(Departure::Removed(Removal::Restorable | Removal::Final)), _) => {
                ("removed at the source".to_owned(), scope.at.clone())
            }
            _ => (
                "left out by the policy's exclusions".to_owned(),
                scope.at.clone(),
            ),
        }
    }

    fn report_unproven(&mut self, row: Row, coverage: &Coverage) -> u64 {
        let Coverage::Partial { reason, .. } = coverage else {
            return 0;
        };
        let text = format!(
            "not seen in a read that was only partial ({}), so left as it is",
            reason.as_str()
        );
        let username = self.accounts.username(row).to_owned();
        let at = Some(self.policy.scope.at.clone());
        self.find_fault(
            None,
            Fault::AbsenceUnproven,
            Some(&username),
            text,
            at,
            false,
        );
        1
    }
}
