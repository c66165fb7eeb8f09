//! Who was not delivered, or not in scope: gone if that is proven, left as they
//! are if not.

use crate::accounts::Row;
use crate::blocking;
use crate::grace::Patience;
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
    /// Left as they are until their grace is over.
    pub(crate) in_grace: u64,
}

/// Why somebody is not in scope, and whether they may still come back.
struct Leaving {
    text: String,
    at: PolicyLine,
    mercy: Mercy,
}

/// Whether a policy's grace counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mercy {
    /// It does: groups and attributes are often put right again.
    Grace,
    /// The policy itself leaves them out.
    None,
    /// The source says that they are gone.
    Gone,
}

impl Planner<'_> {
    /// Decides about everybody who was not delivered, or not in scope.
    pub(crate) fn settle_missing(&mut self, coverage: &Coverage) -> Absent {
        let mut absent = Absent::default();
        let rows: Vec<Row> = self.accounts.own_rows().collect();
        for row in rows {
            let leaving = match self.seen_of(row) {
                Seen::InScope | Seen::Held => continue,
                Seen::OutOfScope => self.departed(row),
                Seen::Not if self.has_left(row) => {
                    absent.gone += u64::from(!self.context.is_delta());
                    continue;
                }
                Seen::Not if self.is_told_otherwise(row) => Leaving {
                    text: "their entry has another username now".to_owned(),
                    at: self.policy.identity.at.clone(),
                    mercy: Mercy::Grace,
                },
                Seen::Not if self.context.is_delta() => {
                    self.settle_untold(row, coverage);
                    continue;
                }
                Seen::Not if coverage.proves_absence() => self.not_found(),
                Seen::Not => {
                    absent.unproven += self.report_unproven(row, coverage);
                    continue;
                }
            };
            self.leave(row, leaving, coverage, &mut absent);
        }
        absent
    }

    fn leave(&mut self, row: Row, leaving: Leaving, coverage: &Coverage, absent: &mut Absent) {
        if self.has_left(row) {
            absent.gone += 1;
            return;
        }
        let patience = match leaving.mercy {
            Mercy::Grace => self.patience(row, coverage),
            Mercy::None => Patience::None,
            Mercy::Gone => {
                self.remember_gone(row);
                Patience::None
            }
        };
        let text = match patience {
            Patience::Lasts => {
                absent.in_grace += 1;
                return;
            }
            Patience::None => leaving.text,
            Patience::IsOver(words) => format!("{}; out of scope {words}", leaving.text),
        };
        let shift = blocking::left_scope(self.accounts.reasons(row), text, leaving.at);
        self.edits
            .extend(shift.map(|shift| Edit::of_reasons(row, shift)));
    }

    /// In a delta, who is not delivered is as before: but their time may be over.
    fn settle_untold(&mut self, row: Row, coverage: &Coverage) {
        let Some(memory) = self.accounts.memory(row) else {
            return;
        };
        if !matches!(coverage, Coverage::Delta { .. }) {
            return;
        }
        let current = self.accounts.reasons(row);
        let shift = match &memory.missing {
            Some(_) => self.is_overdue(row).and_then(|words| {
                let text = format!("out of scope {words}");
                blocking::left_scope(current, text, self.policy.scope.at.clone())
            }),
            None => {
                let due = self.lasting_rules().filter_map(|(rule, _)| {
                    blocking::rule_begins(rule, &memory.rules, self.context.now)
                });
                blocking::begin(current, due.collect())
            }
        };
        self.edits
            .extend(shift.map(|shift| Edit::of_reasons(row, shift)));
    }

    fn not_found(&self) -> Leaving {
        let from = match self.policy.scope.groups.is_empty() {
            true => "at the source",
            false => "in the syncing groups",
        };
        Leaving {
            text: format!("no longer {from}: a complete read did not find them"),
            at: self.policy.scope.at.clone(),
            mercy: Mercy::Grace,
        }
    }

    /// True if the account's own person is known not to be at the source.
    pub(crate) fn is_gone(&self, row: Row) -> bool {
        let is_missing = !self.context.is_delta() || self.is_told_otherwise(row);
        (is_missing && self.seen_of(row) == Seen::Not) || self.has_left(row) || self.is_removed(row)
    }

    /// True if, matched by username, a delta delivers the account's person under
    /// another name: under this one there is nobody.
    pub(crate) fn is_told_otherwise(&self, row: Row) -> bool {
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

    fn departed(&self, row: Row) -> Leaving {
        let scope = &self.policy.scope;
        let departure = self.departures.get(&row);
        let exception = departure.and_then(|departure| self.excepted(departure.exception()?));
        if let Some((text, at)) = exception {
            let mercy = Mercy::None;
            return Leaving { text, at, mercy };
        }
        let leaving = |text: &str, at: &PolicyLine, mercy: Mercy| Leaving {
            text: text.to_owned(),
            at: at.clone(),
            mercy,
        };
        match (self.departures.get(&row), &scope.condition) {
            (Some(Departure::Condition), Some(condition)) => {
                let text = format!("`where` is not true of them: {}", condition.text.trim());
                leaving(&text, &condition.at, Mercy::Grace)
            }
            (Some(Departure::Removed(Removal::LeftScope)), _) if scope.groups.is_empty() => {
                let text = "no longer in scope: the source said so";
                leaving(text, &scope.at, Mercy::Grace)
            }
            (Some(Departure::Removed(Removal::LeftScope)), _) => {
                let text = "no longer in the syncing groups: the source said so";
                leaving(text, &scope.at, Mercy::Grace)
            }
            (Some(Departure::Removed(Removal::Restorable | Removal::Final)), _) => {
                leaving("removed at the source", &scope.at, Mercy::Gone)
            }
            _ => {
                let text = "left out by the policy's exclusions";
                leaving(text, &scope.at, Mercy::None)
            }
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
