//! What was found, in words: why nobody is taken, and what would settle it.

use super::{Contest, Found};
use crate::accounts::Row;
use crate::claims::Claimant;
use crate::planner::{Evidence, Fate, Planner, Stranger};
use crate::words;
use muster_model::Fault;
use muster_policy::{MatchKey, Standing};
use std::collections::BTreeSet;

impl Planner<'_> {
    /// Holds somebody who finds more than one account, or not alone.
    pub(super) fn hold_ambiguous(&mut self, place: usize, found: &Found, contest: &Contest) {
        let Some(stranger) = self.strangers.get(place) else {
            return;
        };
        if !matches!(stranger.fate, Fate::Create(_) | Fate::Skip { .. }) {
            return;
        }
        let is_skip = matches!(stranger.fate, Fate::Skip { .. });
        let text = match found {
            Found::Shared(row) => self.shared_in_words(place, *row, contest),
            _ => self.evidence_in_words(stranger),
        };
        // Who gets no account in any case is not waited for.
        if is_skip {
            return;
        }
        let at = self.adopt_line();
        let fate = Fate::Hold(Fault::Ambiguous, text, at);
        if let Some(stranger) = self.strangers.get_mut(place) {
            stranger.fate = fate;
        }
    }

    fn evidence_in_words(&self, stranger: &Stranger) -> String {
        let evidence = stranger.finds.iter().flat_map(|finds| &finds.evidence);
        let mut rows: BTreeSet<Row> = BTreeSet::new();
        let mut parts = Vec::new();
        for evidence in evidence {
            rows.extend(&evidence.rows);
            parts.push(self.one_key_in_words(evidence));
        }
        format!(
            "{}; none of them is taken and no account is made. Say which is theirs: {}",
            parts.join(", "),
            self.pins_to_copy(stranger, &rows)
        )
    }

    fn one_key_in_words(&self, evidence: &Evidence) -> String {
        let key = self.policy.identity.adopt.keys.get(evidence.key);
        let mut accounts: Vec<String> = evidence
            .rows
            .iter()
            .map(|&row| self.account_in_words(row))
            .collect();
        let more = evidence.all - evidence.rows.len();
        if more > 0 {
            accounts.push(format!("{more} more"));
        }
        let key = key.map_or("", MatchKey::as_str);
        format!("`{key}` finds {}", words::and(accounts))
    }

    fn account_in_words(&self, row: Row) -> String {
        format!(
            "account `{}` ({}, {})",
            self.accounts.username(row),
            self.accounts.id(row),
            self.accounts.owner_in_words(row)
        )
    }

    fn shared_in_words(&self, place: usize, row: Row, contest: &Contest) -> String {
        let account = self.account_in_words(row);
        let Some(stranger) = self.strangers.get(place) else {
            return String::new();
        };
        let by = match stranger.finds.as_deref() {
            Some(finds) if stranger.pin.is_none() => format!(" by {}", self.keys(finds, row)),
            _ => " by decision".to_owned(),
        };
        let rivals = contest.finders.get(&row).into_iter().flatten();
        let mut others: Vec<String> = rivals
            .filter(|&&other| other != place)
            .map(|&other| self.introduce(Claimant::Stranger(other)).1)
            .collect();
        others.sort_unstable();
        let decided = self.pins.of_account(row).filter(|_| stranger.pin.is_none());
        others.extend(
            decided.map(|pin| format!("the decision that it is {}", self.pins.owner_in_words(pin))),
        );
        format!(
            "finds {account}{by}, and so does {}; it is given to none of them, and no account is \
             made. Say whose it is: {}",
            words::and(others),
            self.pins_to_copy(stranger, &BTreeSet::from([row]))
        )
    }

    /// What to do if a new entry and the account that has its username are one
    /// person.
    pub(crate) fn adoption_advice(&self, place: usize, holder: Row) -> String {
        let takes = matches!(
            self.accounts.standing(holder),
            Standing::Local | Standing::Below
        );
        let Some(stranger) = self.strangers.get(place).filter(|_| takes) else {
            return String::new();
        };
        let pins = self.pins_to_copy(stranger, &BTreeSet::from([holder]));
        let keys = &self.policy.identity.adopt.keys;
        let names = keys.iter().map(|key| format!("`{}`", key.as_str()));
        match keys.is_empty() {
            true => format!(
                ". If they are one person, let the account be adopted: by the policy (`adopt: \
                 {{match: [username]}}` under `identity`), or {pins}"
            ),
            false => format!(
                ". It is not adopted, for {} is not the same. If they are one person, {pins}",
                words::and(names.collect())
            ),
        }
    }

    /// Pins, as they may be copied into a file of exceptions.
    fn pins_to_copy(&self, stranger: &Stranger, rows: &BTreeSet<Row>) -> String {
        let id = stranger.external_id.as_ref().map(|id| id.as_str());
        let names = rows.iter().map(|&row| self.accounts.username(row));
        match id {
            Some(id) => {
                let pins: Vec<String> = names.map(|name| words::pin(id, name)).collect();
                format!(
                    "in a file that the policy names under `exceptions`, {}",
                    pins.join(" or ")
                )
            }
            None => {
                let directory = &self.policy.directory;
                let commands: Vec<String> = names
                    .map(|name| format!("`muster account attach {name} --directory {directory}`"))
                    .collect();
                commands.join(" or ")
            }
        }
    }
}
