//! What is to be told of decisions that come to nothing.

use super::{By, Outcome};
use crate::planner::{Fate, Planner};
use muster_model::{Coverage, Fault, PolicyLine};

impl Planner<'_> {
    /// What keeps a person from having the account that was decided for them.
    pub(crate) fn refused_pin(&self, place: usize) -> Option<Fate> {
        let decision = self.pins.all.get(place)?;
        let account = decision.account;
        let text = match decision.outcome {
            Outcome::Gone => format!(
                "it was decided that this person is the account `{account}`, and there is no such \
                 account; no account is made until the decision is corrected or taken out"
            ),
            Outcome::Refused(row) => format!(
                "it was decided that this person is the account `{account}`, which is {} that this \
                 directory does not outrank; rank them under `precedence`, or name the account in a \
                 mapping file",
                self.accounts.owner_in_words(row)
            ),
            _ => return None,
        };
        Some(Fate::Hold(
            self.pins.fault(place),
            text,
            decision.at.clone(),
        ))
    }

    /// Tells of decisions that came to nothing without holding anybody.
    pub(crate) fn report_pins(&mut self, coverage: &Coverage) {
        for place in 0..self.pins.all.len() {
            if let Some((fault, name, text, at)) = self.idle_pin(place, coverage) {
                self.find_fault(None, fault, Some(&name), text, Some(at), false);
            }
        }
    }

    fn idle_pin(
        &self,
        place: usize,
        coverage: &Coverage,
    ) -> Option<(Fault, String, String, PolicyLine)> {
        let decision = self.pins.all.get(place)?;
        let row = match decision.by {
            By::Row(row) => self.policy.identity.adopt.rows.get(row),
            By::Pin(_) => None,
        };
        let (fault, text) = match (decision.outcome, row) {
            (Outcome::Contradicted(own), _) => {
                let (name, account) = (self.accounts.username(own), decision.account);
                let fault = row.map_or(Fault::ExceptionIdle, |_| Fault::MappingRow);
                let text = format!(
                    "it was decided that this person is the account `{account}`, but they have the \
                     account `{name}` ({}) already, so nothing is done. To move them: `muster account \
                     detach {name}`, and plan again",
                    self.accounts.id(own)
                );
                (fault, text)
            }
            (Outcome::Nobody, Some(row)) if coverage.proves_absence() => {
                let new = self.accounts.by_username(row.new.key().as_str());
                let is_done = new.is_some_and(|new| self.accounts.is_own(new));
                if is_done && decision.row.is_none_or(|row| Some(row) == new) {
                    return None;
                }
                let text = format!(
                    "the mapping file gives the account `{}` to `{}`, and a complete read did not \
                     find them in scope; the account is left as it is",
                    row.existing, row.new
                );
                (Fault::MappingRow, text)
            }
            _ => return None,
        };
        let name = match (row, decision.outcome) {
            (Some(row), _) => row.new.to_string(),
            (None, Outcome::Contradicted(own)) => self.accounts.username(own).to_owned(),
            (None, _) => decision.account.to_string(),
        };
        Some((fault, name, text, decision.at.clone()))
    }
}
