//! Who gets which identifier of the source: within one directory, only one
//! account has it.
//!
//! The border lets no identifier through twice in one read. Even so two may want
//! one: matched by username, a person takes an identifier along that an account
//! has whose own entry is missing or held.

use crate::accounts::{EXTERNAL_ID_FIELD, Row};
use crate::claims::{self, Claimant, Refusal};
use crate::planner::{Edit, Fate, Planner, Seen};
use muster_model::{Fault, FieldChange, Value};
use muster_policy::Key;
use std::collections::{BTreeMap, BTreeSet};

impl Planner<'_> {
    /// Drops what was decided about people who turned out to be held.
    pub(crate) fn drop_held_edits(&mut self) {
        let seen = &self.seen;
        self.edits
            .retain(|edit| seen.get(edit.row.place()).copied() != Some(Seen::Held));
    }

    /// Matched by username, a delta may deliver somebody with the name of an
    /// account whose own person it does not mention. That person is as before,
    /// so two have the name, or the feed does not tell who is gone: nobody's
    /// account becomes somebody else's on that.
    pub(crate) fn hold_taken_usernames(&mut self) {
        if !self.context.is_delta() || self.policy.identity.key == Key::ExternalId {
            return;
        }
        let is_untold = |row: Row| {
            let id = self.accounts.external_id(row);
            id.is_some_and(|id| !self.told.contains(id)) && !self.has_left(row)
        };
        let taken: Vec<(Row, String)> = self
            .edits
            .iter()
            .filter(|edit| edit.decision.is_none())
            .filter_map(|edit| Some((edit.row, edit.new_id()?.to_owned())))
            .filter(|&(row, _)| is_untold(row) && self.seen_of(row) != Seen::Held)
            .collect();
        for (row, id) in taken {
            let username = self.accounts.username(row).to_owned();
            let before = self.accounts.external_id(row).unwrap_or("");
            let text = format!(
                "`{id}` now has the username `{username}`, which is that of account {} for \
                 `{before}`, and the source has not said that `{before}` is gone or renamed; the \
                 account is left as it is until everything is read",
                self.accounts.id(row),
            );
            let at = Some(self.policy.identity.at.clone());
            self.mark(row, Seen::Held);
            self.find_fault(None, Fault::UsernameClash, Some(&username), text, at, true);
        }
    }

    /// Takes back identifiers that somebody else has or wants; who would be new
    /// with one is held.
    pub(crate) fn settle_identifiers(&mut self) {
        let mut losers = BTreeSet::new();
        for (claimant, refusal, id) in self.refused_identifiers() {
            self.report_identifier(claimant, &refusal, &id);
            match claimant {
                Claimant::Account(row) => {
                    losers.insert(row);
                }
                Claimant::Stranger(place) => {
                    if let Some(stranger) = self.strangers.get_mut(place) {
                        stranger.fate = Fate::Reported;
                    }
                }
            }
        }
        if !losers.is_empty() {
            self.edits
                .retain(|edit| edit.adoption.is_none() || !losers.contains(&edit.row));
            for edit in self
                .edits
                .iter_mut()
                .filter(|edit| losers.contains(&edit.row))
            {
                edit.fields
                    .retain(|field| field.name.as_str() != EXTERNAL_ID_FIELD);
            }
            self.edits.retain(|edit| !edit.is_empty());
        }
    }

    fn refused_identifiers(&self) -> Vec<(Claimant, Refusal, String)> {
        let claims = self.wanted_identifiers();
        let verdicts = claims::resolve(&|id| self.accounts.by_external_id(id), &claims);
        // Alone, nobody can wait for what another one gives up.
        let needs = verdicts
            .needs
            .iter()
            .filter(|_| self.context.only.is_some());
        let alone = needs.map(|(&claimant, &holder)| (claimant, Refusal::Held(holder)));
        let refused: BTreeMap<Claimant, Refusal> = verdicts
            .refused
            .iter()
            .map(|(c, r)| (*c, r.clone()))
            .chain(alone)
            .collect();
        let told = claims.iter().filter_map(|(claimant, id)| {
            let refusal = refused.get(claimant)?.clone();
            Some((*claimant, refusal, (*id).to_owned()))
        });
        told.collect()
    }

    fn wanted_identifiers(&self) -> Vec<(Claimant, &str)> {
        let learned: Vec<(Claimant, &str)> = self
            .edits
            .iter()
            .filter_map(|edit| Some((Claimant::Account(edit.row), edit.new_id()?)))
            .collect();
        // Matched by it, a new person's identifier is nobody else's, but for an
        // account that learns it only now.
        let by_id = self.policy.identity.key == Key::ExternalId;
        let rare: BTreeSet<&str> = learned.iter().map(|(_, id)| *id).collect();
        let newcomers = self
            .strangers
            .iter()
            .enumerate()
            .filter_map(|(place, stranger)| {
                let id = stranger.external_id.as_ref()?.as_str();
                let wants =
                    matches!(stranger.fate, Fate::Create(_)) && (!by_id || rare.contains(id));
                wants.then_some((Claimant::Stranger(place), id))
            });
        let newcomers: Vec<(Claimant, &str)> = newcomers.collect();
        learned.into_iter().chain(newcomers).collect()
    }

    fn report_identifier(&mut self, claimant: Claimant, refusal: &Refusal, id: &str) {
        let (name, who) = self.introduce(claimant);
        let row = match claimant {
            Claimant::Account(row) => Some(row),
            Claimant::Stranger(_) => None,
        };
        let text = match refusal {
            Refusal::Held(holder) => self.held_identifier(&who, id, *holder),
            Refusal::Contested(others) => {
                let mut others: Vec<String> = others
                    .iter()
                    .map(|&other| self.introduce(other).1)
                    .collect();
                others.sort_unstable();
                format!(
                    "{who} has the identifier `{id}`, and so has {}; it is given to none of them",
                    others.join(" and ")
                )
            }
        };
        let at = Some(self.policy.identity.at.clone());
        self.find_fault(row, Fault::DuplicateId, Some(&name), text, at, true);
    }

    fn held_identifier(&self, who: &str, id: &str, holder: Row) -> String {
        let username = self.accounts.username(holder);
        format!(
            "{who} has the identifier `{id}`, which is that of account `{username}` ({}). If they \
             are one person: `muster account detach {username}`, and plan again",
            self.accounts.id(holder)
        )
    }
}

impl Edit {
    /// The identifier that the account gets.
    pub(crate) fn new_id(&self) -> Option<&str> {
        if let Some(adoption) = &self.adoption {
            // Within the directory it is new in any case.
            return adoption.external_id.as_ref().map(|id| id.as_str());
        }
        let is_id = |field: &&FieldChange| field.name.as_str() == EXTERNAL_ID_FIELD;
        match &self.fields.iter().find(is_id)?.new {
            Some(Value::Text(id)) => Some(id),
            _ => None,
        }
    }

    fn is_empty(&self) -> bool {
        self.rename.is_none()
            && self.reasons.is_none()
            && self.fields.is_empty()
            && self.adoption.is_none()
    }
}
