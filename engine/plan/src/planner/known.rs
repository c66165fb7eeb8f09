//! Entries whose account is known: compared field by field.

use super::{Edit, Named, Planner, Seen};
use crate::accounts::Row;
use crate::blocking::{self, Judgement, ReasonShift, Standing};
use crate::claims::Claimant;
use crate::exceptions::About;
use crate::mapper::{Comparison, Occasion};
use crate::pins::{Link, Outcome};
use crate::words;
use muster_model::{
    BlockReason, Cause, EntryView, Fault, FieldChange, FieldName, Reason, SourceStatus, Username,
    UsernameKey, Value,
};
use muster_policy::Key;

impl<'p> Planner<'p> {
    pub(super) fn known(
        &mut self,
        row: Row,
        entry: EntryView<'_>,
        named: &Named<'_>,
        about: About,
        link: Link,
    ) {
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
        let is_decided = link.pin.is_some() || about.rename.is_some() || about.ended.is_some();
        let rename = self.rename(row, named, is_decided);
        let decision = link.pin.and_then(|place| self.pins.reason(place));
        comparison.unsettled |= by_id
            && username.is_some()
            && rename.is_none()
            && self
                .accounts
                .is_unsettled(row, self.accounts.username_field());
        let who = Claimant::Account(row);
        comparison.unsettled |= self.mapper.asked.tell(who, &self.accounts, entry);
        if !computed {
            self.uncomputed.push(row);
        } else if comparison.unsettled {
            self.unsettled.push(row);
        }
        comparison
            .changes
            .extend(self.new_id(row, entry, decision.as_ref()));
        let reasons = self.reasons(row, entry, username);
        if !comparison.changes.is_empty() || rename.is_some() || reasons.is_some() {
            let renamed = rename.as_ref();
            let rename_reason = renamed.and_then(|_| {
                let key = self.accounts.key(row);
                self.rename_reason(about, key).or_else(|| decision.clone())
            });
            self.edits.push(Edit {
                row,
                rename,
                rename_reason,
                fields: comparison.changes,
                reasons,
                decision,
                adoption: None,
            });
        }
    }

    fn fields(&mut self, row: Row, entry: EntryView<'_>, username: Option<&str>) -> Comparison {
        let mut found = self
            .mapper
            .compare(&self.accounts, row, entry, Occasion::Sync);
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
            Seen::OutOfScope => self.is_found_once(row),
            Seen::Not => false,
        }
    }

    /// True if only one entry can be this account's, in scope or not. A decision
    /// may give somebody the account of another who is out of scope.
    pub(super) fn is_found_once(&self, row: Row) -> bool {
        self.policy.identity.key == Key::ExternalId && !self.is_pinned(row)
    }

    /// True if a decision gives the account to an entry that was delivered.
    pub(crate) fn is_pinned(&self, row: Row) -> bool {
        let place = self.pins.of_account(row);
        place.is_some_and(|place| self.pins.outcome(place) == Outcome::Applies)
    }

    /// The username that the account should have instead. Matched by username,
    /// an account keeps its own spelling, and gets another name by decision only.
    fn rename(&mut self, row: Row, wanted: &Named<'_>, is_decided: bool) -> Option<Username> {
        let (fault, (text, at)) = match wanted {
            Named::As(wanted) => {
                let is_other = match self.policy.identity.key {
                    Key::ExternalId => self.accounts.username(row) != wanted,
                    Key::Username if is_decided => {
                        UsernameKey::of(wanted).as_str() != self.accounts.key(row)
                    }
                    Key::Username => false,
                };
                return is_other.then(|| Username::new(wanted)).flatten();
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
    fn new_id(
        &self,
        row: Row,
        entry: EntryView<'_>,
        decision: Option<&Reason>,
    ) -> Option<FieldChange> {
        let id = entry.id()?;
        let old = self.accounts.external_id(row);
        (old != Some(id)).then(|| FieldChange {
            name: FieldName::from(crate::accounts::EXTERNAL_ID_FIELD),
            old: old.map(Value::from),
            new: Some(Value::from(id)),
            cause: match decision {
                Some(_) => Cause::Policy,
                None => Cause::Source,
            },
            policy: match decision {
                Some(decision) => decision.policy.clone(),
                None => Some(self.policy.identity.at.clone()),
            },
            sensitive: false,
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
        let judgement = blocking::in_scope(
            self.policy,
            Standing {
                current: self.accounts.reasons(row),
                status: entry.status(),
                verdicts: &self.verdicts,
                memory: self.accounts.memory(row),
                now: self.context.now,
            },
        );
        let after = judgement.shift.as_ref().map(|shift| &shift.new);
        if after.unwrap_or(self.accounts.reasons(row)).is_empty() {
            self.tell_of_rules(row, &judgement);
            self.look_ahead(Claimant::Account(row), entry);
        }
        self.note_fit(row, entry.status());
        self.report_by_hand(row, &judgement);
        if let Some(memory) = judgement.memory {
            self.remember(row, memory);
        }
        judgement.shift
    }

    /// Tells that a person is blocked for nothing but what an administrator is
    /// to undo.
    fn report_by_hand(&mut self, row: Row, judgement: &Judgement) {
        let Some(first) = judgement.by_hand.first() else {
            return;
        };
        let after = judgement.shift.as_ref().map(|shift| &shift.new);
        let mut left = after.unwrap_or(self.accounts.reasons(row)).iter();
        let is_over = |reason: &BlockReason| {
            *reason == BlockReason::NoLicence
                || judgement.by_hand.iter().any(|why| why.reason == *reason)
        };
        if !left.all(is_over) {
            return;
        }
        let texts: Vec<&str> = judgement
            .by_hand
            .iter()
            .map(|why| why.text.as_str())
            .collect();
        let username = self.accounts.username(row).to_owned();
        let text = format!(
            "{}; the policy says `unblock: manual`, so that the account stays blocked until somebody \
             says `muster account unblock {username}`",
            texts.join("; ")
        );
        let at = Some(first.policy.clone());
        self.find_fault(
            Some(row),
            Fault::UnblockByHand,
            Some(&username),
            text,
            at,
            false,
        );
    }
}
