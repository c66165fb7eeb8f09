//! Accounts that become the directory's own: local ones, and those of directories
//! that this one outranks. Nothing is guessed: whoever finds more than one
//! account, or finds one together with somebody else, is held.

mod evidence;

use crate::accounts::{DIRECTORY_FIELD, Row};
use crate::changes;
use crate::planner::{Adoption, Edit, Fate, Finds, From, Planner, Stranger, Suit};
use crate::words;
use muster_model::{BlockReason, Cause, Fault, FieldChange, FieldName, PolicyLine, Reason, Value};
use muster_policy::Standing;
use std::collections::{BTreeMap, BTreeSet};

/// What a stranger finds, seen together with everybody else.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    /// Nothing.
    Nobody,
    /// One account, by decision or by all keys that find any.
    One(Row),
    /// More than one account.
    Several,
    /// One account, which others find as well or which was decided to be
    /// somebody else's.
    Shared(Row),
}

/// Who finds which account.
#[derive(Debug, Default)]
struct Contest {
    /// Accounts that a decision gives to somebody who is to have them now.
    taken: BTreeMap<Row, usize>,
    finders: BTreeMap<Row, BTreeSet<usize>>,
}

impl Planner<'_> {
    /// Turns strangers who find one account into changes of that account.
    pub(crate) fn settle_adoptions(&mut self) {
        let contest = self.contest();
        if contest.finders.is_empty() {
            return;
        }
        for place in 0..self.strangers.len() {
            let found = self.found(place, &contest);
            match found {
                Found::Nobody => {}
                Found::One(row) => self.settle_one(place, row),
                Found::Several | Found::Shared(_) => self.hold_ambiguous(place, &found, &contest),
            }
        }
    }

    fn contest(&self) -> Contest {
        let mut contest = Contest::default();
        for (place, stranger) in self.strangers.iter().enumerate() {
            let pinned = stranger.pin.and_then(|pin| self.pins.row(pin));
            if let (Some(row), Fate::Create(_)) = (pinned, &stranger.fate) {
                contest.taken.insert(row, place);
            }
            let found = stranger.finds.iter().flat_map(|finds| &finds.evidence);
            let found = found.flat_map(|evidence| evidence.rows.iter().copied());
            let rows: Vec<Row> = match pinned {
                Some(row) => vec![row],
                None => found.collect(),
            };
            for row in rows {
                contest.finders.entry(row).or_default().insert(place);
            }
        }
        contest
    }

    /// What a stranger finds, less what was decided to be somebody else's.
    fn found(&self, place: usize, contest: &Contest) -> Found {
        let Some(stranger) = self.strangers.get(place) else {
            return Found::Nobody;
        };
        if let Some(row) = stranger.pin.and_then(|pin| self.pins.row(pin)) {
            let decided = |other: &usize| {
                let other = self.strangers.get(*other);
                other.is_some_and(|other| other.pin.is_some())
            };
            let rivals = contest.finders.get(&row).into_iter().flatten();
            return match rivals.filter(|other| decided(other)).count() {
                0 | 1 => Found::One(row),
                _ => Found::Shared(row),
            };
        }
        let evidence = stranger.finds.iter().flat_map(|finds| &finds.evidence);
        let left: Vec<(Vec<Row>, bool)> = evidence
            .map(|evidence| {
                let free = |row: &Row| !contest.taken.contains_key(row);
                let rows = evidence.rows.iter().copied().filter(free).collect();
                (rows, evidence.all > evidence.rows.len())
            })
            .filter(|(rows, more): &(Vec<Row>, bool)| *more || !rows.is_empty())
            .collect();
        let Some(&row) = left.first().and_then(|(rows, _)| rows.first()) else {
            return Found::Nobody;
        };
        if left.iter().any(|(rows, more)| *more || *rows != [row]) {
            return Found::Several;
        }
        let is_decided = self.pins.of_account(row).is_some();
        let finders = contest.finders.get(&row).map_or(0, BTreeSet::len);
        match is_decided || finders > 1 {
            true => Found::Shared(row),
            false => Found::One(row),
        }
    }

    fn settle_one(&mut self, place: usize, row: Row) {
        let standing = self.accounts.standing(row);
        let by_decision = self.stranger_pin(place).is_some();
        let left_only = {
            let reasons = self.accounts.reasons(row);
            reasons.len() == 1 && reasons.contains(&BlockReason::LeftScope)
        };
        let is_skip = |stranger: &&mut Stranger| matches!(stranger.fate, Fate::Skip { .. });
        if standing == Standing::Above && !left_only && !by_decision {
            return self.leave_to_owner(place, row);
        }
        if let Some(stranger) = self.strangers.get_mut(place).filter(is_skip) {
            let (name, id) = (self.accounts.username(row), self.accounts.id(row));
            if let Fate::Skip { text, .. } = &mut stranger.fate {
                text.push_str(&format!(
                    " (so account `{name}` ({id}), which is theirs, is not adopted)"
                ));
            }
            return;
        }
        self.adopt(place, row);
    }

    fn stranger_pin(&self, place: usize) -> Option<usize> {
        self.strangers.get(place)?.pin
    }

    fn adopt(&mut self, place: usize, row: Row) {
        let reason = self.adoption_reason(place, row);
        let Some(stranger) = self.strangers.get_mut(place) else {
            return;
        };
        if !matches!(stranger.fate, Fate::Create(_)) {
            return;
        }
        let suits = stranger.finds.as_mut().map(|finds| &mut finds.suits);
        let suit = suits.and_then(|suits| {
            let at = suits.iter().position(|suit| suit.row == row)?;
            Some(suits.swap_remove(at))
        });
        let Some(suit) = suit else {
            return;
        };
        stranger.fate = Fate::Reported;
        let (external_id, about) = (stranger.external_id.clone(), stranger.about);
        let Suit {
            row,
            rename,
            fields,
            oddities,
            reasons,
        } = suit;
        let name = stranger.name();
        self.tell_oddities(oddities, name.as_deref());
        let renamed = rename.as_ref();
        let rename_reason = renamed.and_then(|_| self.rename_reason(about, self.accounts.key(row)));
        let from = match self.accounts.standing(row) {
            Standing::Local => From::Local,
            _ => From::Directory,
        };
        self.adopters.insert(row, place);
        self.is_known_by_now(place, row);
        self.edits.push(Edit {
            row,
            rename,
            rename_reason,
            fields,
            reasons,
            decision: None,
            adoption: Some(Adoption {
                external_id,
                reason,
                from,
            }),
        });
    }

    fn adoption_reason(&self, place: usize, row: Row) -> Reason {
        let stranger = self.strangers.get(place);
        let decided = stranger.and_then(|stranger| self.pins.reason(stranger.pin?));
        let (by, at) = match decided {
            Some(reason) => (reason.text, reason.policy),
            None => {
                let finds = stranger.and_then(|stranger| stranger.finds.as_deref());
                let keys = finds.map_or(String::new(), |finds| self.keys(finds, row));
                (
                    format!("found by {keys}"),
                    self.policy.identity.adopt.at.clone(),
                )
            }
        };
        let owner = self.accounts.owner(row);
        let (code, text) = match self.accounts.standing(row) {
            Standing::Local => ("adopted", format!("a local account becomes synced: {by}")),
            Standing::Above if stranger.is_some_and(|stranger| stranger.pin.is_none()) => (
                "moved",
                format!("moved from `{owner}`, whose scope they have left: {by}"),
            ),
            _ => ("moved", format!("moved from `{owner}`: {by}")),
        };
        Reason {
            code: code.to_owned(),
            text,
            policy: at,
        }
    }

    /// The keys by which an account is found: "`username` and `email`".
    fn keys(&self, finds: &Finds, row: Row) -> String {
        let evidence = finds.evidence.iter();
        let names = evidence
            .filter(|evidence| evidence.rows.contains(&row))
            .filter_map(|evidence| self.policy.identity.adopt.keys.get(evidence.key))
            .map(|key| format!("`{}`", key.as_str()));
        words::and(names.collect())
    }

    /// The account is that of a directory that outranks this one.
    fn leave_to_owner(&mut self, place: usize, row: Row) {
        let owner = self.accounts.owner(row).to_owned();
        let text = format!(
            "has the account `{}` ({}) of `{owner}`, which outranks this directory",
            self.accounts.username(row),
            self.accounts.id(row)
        );
        let at = self.adopt_line();
        if let Some(stranger) = self.strangers.get_mut(place)
            && matches!(stranger.fate, Fate::Create(_))
        {
            stranger.fate = Fate::Leave(Fault::OwnedByOther, text, at);
        }
    }

    fn adopt_line(&self) -> PolicyLine {
        let at = self.policy.identity.adopt.at.clone();
        at.unwrap_or_else(|| self.policy.identity.at.clone())
    }
}

impl Edit {
    /// All that changes with the owner, in one change; what is left of the edit
    /// are block reasons that end because the person is in scope now. What
    /// another directory's sync has set goes with it.
    pub(crate) fn take_adopted(
        &mut self,
        planner: &Planner<'_>,
        adoption: &Adoption,
    ) -> Vec<FieldChange> {
        let policy = adoption.reason.policy.clone();
        let mut fields = std::mem::take(&mut self.fields);
        fields.push(FieldChange {
            name: FieldName::from(DIRECTORY_FIELD),
            old: Some(Value::from(planner.accounts.owner(self.row))),
            new: Some(Value::from(planner.policy.directory.as_str())),
            cause: Cause::Policy,
            policy,
            sensitive: false,
        });
        if let Some(new) = self.rename.take() {
            let given = self.rename_reason.take();
            let cause = match given {
                Some(_) => Cause::Policy,
                None => Cause::Source,
            };
            let at = given.map_or_else(
                || Some(planner.policy.identity.at.clone()),
                |reason| reason.policy,
            );
            let old = planner.accounts.username(self.row);
            fields.push(changes::username(old, &new, cause, at));
        }
        if adoption.from == From::Directory
            && let Some(shift) = self.reasons.take()
        {
            fields.push(changes::block_reasons(&shift));
        }
        fields.sort_by(|a, b| a.name.cmp(&b.name));
        fields
    }
}
