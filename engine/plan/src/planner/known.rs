//! Entries whose account is known: compared field by field.

use super::{Edit, Named, Planner, Seen};
use crate::accounts::Row;
use crate::blocking::{self, ReasonShift};
use crate::mapper::Comparison;
use crate::words;
use muster_model::{
    Cause, EntryView, Fault, FieldChange, FieldName, SourceStatus, Username, Value,
};
use muster_policy::Key;

impl<'p> Planner<'p> {
    pub(super) fn known(&mut self, row: Row, entry: EntryView<'_>, named: &Named<'_>) {
        let username = named.username();
        let by_id = self.policy.identity.key == Key::ExternalId;
        if self.is_twin(row) {
            return self.twin_of(row);
        }
        self.mark(row, Seen::InScope);
        // What cannot be computed is held and found; the rest goes on, so that
        // a broken name does not keep a blocked person's account open.
        let mut comparison = self.fields(row, entry, username);
        let computed = !comparison.is_held();
        let rename = self.rename(row, named);
        comparison.unsettled |= by_id
            && username.is_some()
            && rename.is_none()
            && self
                .accounts
                .is_unsettled(row, self.accounts.username_field());
        if !computed {
            self.uncomputed.push(row);
        } else if comparison.unsettled {
            self.unsettled.push(row);
        }
        comparison.changes.extend(self.new_id(row, entry));
        let reasons = self.reasons(row, entry, username);
        if !comparison.changes.is_empty() || rename.is_some() || reasons.is_some() {
            self.edits.push(Edit {
                row,
                rename,
                fields: comparison.changes,
                reasons,
            });
        }
    }

    fn fields(&mut self, row: Row, entry: EntryView<'_>, username: Option<&str>) -> Comparison {
        let mut found = self.mapper.compare(&self.accounts, row, entry);
        if found.is_held() {
            found.changes.clear();
            found.unsettled = false;
        }
        for odd in &found.oddities {
            let (text, at) = (odd.text.clone(), Some(odd.at.clone()));
            self.find_fault(Some(row), odd.fault, username, text, at, odd.holds);
        }
        found
    }

    /// True if the account's person has been delivered already. Matched by
    /// username, somebody out of scope may bear the name of somebody in scope.
    pub(super) fn is_twin(&self, row: Row) -> bool {
        match self.seen_of(row) {
            Seen::InScope | Seen::Held => true,
            Seen::OutOfScope => self.policy.identity.key == Key::ExternalId,
            Seen::Not => false,
        }
    }

    /// The username that the account should have instead. Matched by username,
    /// an account keeps its own spelling.
    fn rename(&mut self, row: Row, wanted: &Named<'_>) -> Option<Username> {
        let (fault, (text, at)) = match wanted {
            Named::As(wanted) => {
                let is_other = self.accounts.username(row) != wanted;
                let renames = self.policy.identity.key == Key::ExternalId && is_other;
                return renames.then(|| Username::new(wanted)).flatten();
            }
            Named::Not => (Fault::NoUsername, words::no_username(self.policy)),
            Named::Failed(failed) => (
                words::fault_of(failed),
                words::username_failed(self.policy, failed),
            ),
        };
        self.find_fault(Some(row), fault, None, text, Some(at), true);
        None
    }

    /// Matched by username, an account follows its person's identifier.
    fn new_id(&self, row: Row, entry: EntryView<'_>) -> Option<FieldChange> {
        let id = entry.id()?;
        let old = self.accounts.external_id(row);
        (old != Some(id)).then(|| FieldChange {
            name: FieldName::from(crate::accounts::EXTERNAL_ID_FIELD),
            old: old.map(Value::from),
            new: Some(Value::from(id)),
            cause: Cause::Source,
            policy: Some(self.policy.identity.at.clone()),
        })
    }

    fn reasons(
        &mut self,
        row: Row,
        entry: EntryView<'_>,
        username: Option<&str>,
    ) -> Option<ReasonShift> {
        if entry.status() == SourceStatus::Unknown {
            let (text, at) = words::status_unknown(self.policy, "the account stays as it is");
            self.find_fault(
                Some(row),
                Fault::StatusUnknown,
                username,
                text,
                Some(at),
                true,
            );
        }
        for (at, text) in self.evaluate_rules(entry) {
            self.find_fault(
                Some(row),
                Fault::ExpressionFailed,
                username,
                text,
                Some(at),
                true,
            );
        }
        blocking::in_scope(
            self.policy,
            self.accounts.reasons(row),
            entry.status(),
            &self.verdicts,
        )
    }
}
