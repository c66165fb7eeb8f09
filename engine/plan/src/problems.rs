//! Entries that are odd: broken records, doubles, gaps, and a read without
//! anybody. Whoever they are about is held, and proof of absence is taken away
//! where nobody can tell whom they are about.

use crate::accounts::Row;
use crate::planner::{Edit, Fate, Planner, Seen, Stranger, Unnamed};
use muster_model::{Coverage, Fault, PartialReason, Subject, UsernameKey};
use muster_policy::{Key, ValueSource};

/// The override by which an empty answer may count as the whole truth.
const EMPTY: &str = "empty";

impl Planner<'_> {
    /// Holds the people whose records are broken. A record that belongs to
    /// nobody in particular takes the proof of absence from everybody.
    pub(crate) fn attribute_problems(&mut self, coverage: Coverage) -> Coverage {
        let mut problems = std::mem::take(&mut self.problems);
        problems.sort_unstable();
        problems.dedup();
        let mut coverage = coverage;
        for problem in problems {
            let (rows, known) = self.subjects(&problem.subject);
            for &row in &rows {
                self.mark(row, Seen::Held);
            }
            let name = match (rows.first(), &problem.subject) {
                (Some(&row), _) => Some(self.accounts.username(row).to_owned()),
                (None, Subject::Id(id)) => Some(id.as_str().to_owned()),
                (None, Subject::Attribute { name, .. }) if self.policy.hides(name) => None,
                (None, Subject::Attribute { value, .. }) => Some(value.clone()),
                (None, Subject::Nobody) => None,
            };
            if !known {
                let follows = if self.context.is_delta() {
                    "so the same changes are asked for again"
                } else {
                    "so nobody counts as gone"
                };
                coverage = coverage.weakened(
                    PartialReason::Unattributed,
                    format!(
                        "{} could not be read and may be anybody's, {follows}",
                        problem.place
                    ),
                );
            }
            let text = format!("{}: {}", problem.place, problem.text);
            let at = Some(self.policy.provider.at.clone());
            self.find_fault(None, Fault::BrokenRecord, name.as_deref(), text, at, true);
        }
        coverage
    }

    /// Accounts that a problem is about, and whether nobody else can be meant.
    fn subjects(&mut self, subject: &Subject) -> (Vec<Row>, bool) {
        let by_id = self.policy.identity.key == Key::ExternalId;
        match subject {
            Subject::Nobody => (Vec::new(), false),
            Subject::Id(id) => {
                let mut rows: Vec<Row> = Vec::new();
                rows.extend(self.accounts.by_external_id(id.as_str()));
                rows.extend(self.learning(id.as_str()));
                rows.sort_unstable();
                let stranger = self.hold_strangers(|stranger| {
                    stranger.external_id.as_ref().map(|id| id.as_str()) == Some(id.as_str())
                });
                let known = by_id || !rows.is_empty() || stranger;
                (rows, known)
            }
            Subject::Attribute { name, value } => {
                if let Some(named) = self.policy.username_by(name, value) {
                    let key = UsernameKey::of(&named);
                    let row = self.accounts.by_username(key.as_str());
                    let mut rows: Vec<Row> = Vec::new();
                    rows.extend(row.filter(|&row| self.accounts.is_own(row)));
                    rows.extend(self.becoming(&key));
                    rows.sort_unstable();
                    rows.dedup();
                    let stranger = self.hold_strangers(|stranger| {
                        stranger.username.as_ref().map(|name| name.key()).as_ref() == Some(&key)
                    });
                    let known = !by_id || !rows.is_empty() || stranger;
                    (rows, known)
                } else {
                    let rows = self.rows_with(name, value);
                    let known = !rows.is_empty();
                    (rows, known)
                }
            }
        }
    }

    /// Accounts that were found by their name and whose entry has this identifier.
    fn learning(&self, id: &str) -> Vec<Row> {
        let is_twin = |row: Row| self.twin_rows.contains(&row);
        let learns = |edit: &&Edit| edit.new_id() == Some(id) && !is_twin(edit.row);
        self.edits
            .iter()
            .filter(learns)
            .map(|edit| edit.row)
            .collect()
    }

    /// Accounts whose entry has this username, which they do not have yet.
    fn becoming(&self, key: &UsernameKey) -> Vec<Row> {
        let becomes = |edit: &&Edit| {
            let wanted = edit.rename.as_ref().map(|wanted| wanted.key());
            wanted.as_ref() == Some(key) && !self.twin_rows.contains(&edit.row)
        };
        self.edits
            .iter()
            .filter(becomes)
            .map(|edit| edit.row)
            .collect()
    }

    fn hold_strangers(&mut self, mut is_meant: impl FnMut(&Stranger) -> bool) -> bool {
        let mut found = false;
        for stranger in self.strangers.iter_mut() {
            if is_meant(stranger) {
                stranger.fate = Fate::Reported;
                found = true;
            }
        }
        found
    }

    /// Own accounts in which a field mapped from an attribute has a value, as the
    /// field would hold it.
    fn rows_with(&self, attribute: &str, value: &str) -> Vec<Row> {
        let reads = |id: usize| {
            let known = self.policy.attributes.get(id);
            known.is_some_and(|known| known.eq_ignore_ascii_case(attribute))
        };
        let fields = self.policy.fields.iter().enumerate();
        let fields = fields.filter(|(_, field)| match &field.value {
            ValueSource::Attributes(candidates) => candidates.iter().copied().any(reads),
            _ => false,
        });
        let wanted: Vec<_> = fields
            .map(|(place, _)| (place, self.mapper.of_one(place, value)))
            .collect();
        let has = |row: &Row| {
            wanted.iter().any(|(place, texts)| {
                let mut texts = texts.as_slice().iter();
                texts.any(|text| self.accounts.holds_text(*row, *place, text))
            })
        };
        self.accounts.own_rows().filter(has).collect()
    }

    /// Whose username could not be computed may be anybody, or anybody whose
    /// account has no identifier: nobody of them counts as gone.
    pub(crate) fn distrust_unnamed(&mut self, coverage: Coverage) -> Coverage {
        match self.unnamed {
            Unnamed::Nobody => coverage,
            Unnamed::Unidentified => {
                let is_meant = |row: &Row| {
                    self.accounts.external_id(*row).is_none() && self.seen_of(*row) == Seen::Not
                };
                let rows: Vec<Row> = self.accounts.own_rows().filter(is_meant).collect();
                for row in rows {
                    self.mark(row, Seen::Held);
                }
                coverage
            }
            Unnamed::Anybody => coverage.weakened(
                PartialReason::Unattributed,
                "somebody's username could not be computed; they may be anybody, so nobody counts \
                 as gone"
                    .to_owned(),
            ),
        }
    }

    /// Accounts that a decision gives to one entry, and that another is as well.
    fn report_pinned_twins(&mut self) {
        let mut rows: Vec<Row> = self.twin_rows.iter().copied().collect();
        rows.retain(|&row| self.is_pinned(row));
        rows.sort_unstable();
        for row in rows {
            let (name, id) = (self.accounts.key(row), self.accounts.external_id(row));
            let known_by = id.map(|id| (Fault::DuplicateId, id.to_owned()));
            self.twins.remove(&(Fault::UsernameClash, name.to_owned()));
            known_by.map(|known_by| self.twins.remove(&known_by));
            let pin = self.pins.of_account(row);
            let text = format!(
                "the account `{}` ({}) was decided to be {}, and another entry is it by what the \
                 policy matches; nothing is changed until one of them is gone or the decision is \
                 taken out",
                self.accounts.username(row),
                self.accounts.id(row),
                pin.map_or(String::new(), |pin| self.pins.owner_in_words(pin)),
            );
            let name = self.accounts.username(row).to_owned();
            let at = pin.and_then(|pin| self.pins.line(pin));
            self.find_fault(None, Fault::Ambiguous, Some(&name), text, at, true);
        }
    }

    /// A complete read with nobody in it does not prove that all have left.
    pub(crate) fn distrust_emptiness(&self, coverage: Coverage) -> Coverage {
        let nobody = self.in_scope == 0 && self.departures.is_empty();
        if !nobody || self.accounts.active() == 0 || self.context.overrides.contains_key(EMPTY) {
            return coverage;
        }
        match coverage {
            Coverage::Complete { .. } => coverage.weakened(
                PartialReason::Empty,
                format!(
                    "the source delivered nobody, while the directory has {} active accounts; an \
                     empty answer proves nobody's absence (if it is true, plan again with \
                     `--override {EMPTY}=REASON`)",
                    self.accounts.active()
                ),
            ),
            other => other,
        }
    }

    pub(crate) fn hold_nameless(&mut self) {
        for row in std::mem::take(&mut self.gaps) {
            self.mark(row, Seen::Held);
        }
        for username in std::mem::take(&mut self.nameless) {
            let key = UsernameKey::of(&username);
            let row = self.accounts.by_username(key.as_str());
            if let Some(row) = row.filter(|&row| self.accounts.is_own(row)) {
                self.mark(row, Seen::Held);
            }
        }
    }

    pub(crate) fn report_twins(&mut self) {
        self.report_pinned_twins();
        for ((fault, known_by), names) in std::mem::take(&mut self.twins) {
            let named: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            let text = match fault {
                Fault::DuplicateId => format!(
                    "more than one entry has the identifier `{known_by}` (as {}); none of them is \
                     used",
                    named.join(", ")
                ),
                _ => format!(
                    "more than one entry has the username `{known_by}`; none of them is used"
                ),
            };
            let at = Some(self.policy.identity.at.clone());
            self.find_fault(
                None,
                fault,
                names.first().map(String::as_str),
                text,
                at,
                true,
            );
        }
    }
}
