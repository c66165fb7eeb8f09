//! Who was not delivered, or not in scope: gone if that is proven, left as they
//! are if not.

use crate::accounts::Row;
use crate::blocking;
use crate::planner::{Departure, Edit, Planner, Seen};
use muster_model::{BlockReason, Coverage, Fault, PolicyLine, Removal};
use muster_policy::Key;

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
                    absent.gone += u64::from(!self.context.is_delta());
                    continue;
                }
                Seen::Not if self.is_told_otherwise(row) => (
                    "their entry has another username now".to_owned(),
                    self.policy.identity.at.clone(),
                ),
                Seen::Not if self.context.is_delta() => continue,
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
                    reasons: Some(shift),
                    ..Edit::default()
                });
            }
        }
        absent
    }

    /// True if the account's own person is known not to be at the source.
    pub(crate) fn is_gone(&self, row: Row) -> bool {
        let is_missing = !self.context.is_delta() || self.is_told_otherwise(row);
        (is_missing && self.seen_of(row) == Seen::Not) || self.has_left(row) || self.is_removed(row)
    }

    /// True if, matched by username, a delta delivers the account's person under
    /// another name: under this one there is nobody.
    fn is_told_otherwise(&self, row: Row) -> bool {
        let id = self.accounts.external_id(row);
        self.policy.identity.key == Key::Username && id.is_some_and(|id| self.told.contains(id))
    }

    /// True if the source said that the account's person is gone.
    pub(crate) fn is_removed(&self, row: Row) -> bool {
        self.seen_of(row) == Seen::OutOfScope
            && matches!(self.departures.get(&row), Some(Departure::Removed(_)))
    }

    pub(crate) fn has_left(&self, row: Row) -> bool {
        self.accounts.reasons(row).contains(&BlockReason::LeftScope)
    }

    fn departed(&self, row: Row) -> (String, PolicyLine) {
        let scope = &self.policy.scope;
        let departure = self.departures.get(&row);
        let exception = departure.and_then(|departure| self.excepted(departure.exception()?));
        if let Some(excepted) = exception {
            return excepted;
        }
        match (self.departures.get(&row), &scope.condition) {
            (Some(Departure::Condition), Some(condition)) => (
                format!("`where` is not true of them: {}", condition.text.trim()),
                condition.at.clone(),
            ),
            (Some(Departure::Removed(Removal::LeftScope)), _) if scope.groups.is_empty() => (
                "no longer in scope: the source said so".to_owned(),
                scope.at.clone(),
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
