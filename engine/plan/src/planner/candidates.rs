//! What an entry without an account finds among accounts that are not the
//! directory's own.

use super::{Fate, Planner};
use crate::accounts::{AccountTable, EXTERNAL_ID_FIELD, Row};
use crate::blocking::{self, ReasonShift};
use crate::mapper::{Occasion, Oddity};
use hashbrown::HashMap;
use muster_model::{
    Cause, EntryView, ExternalId, FieldChange, FieldName, Username, UsernameKey, Value,
};
use muster_policy::{Key, MatchKey, Policy, Standing};

/// So many accounts are kept of those that one key finds: more of them are not
/// worth reading, and none is taken.
const MOST: usize = 4;

/// What one entry finds.
#[derive(Debug, Default)]
pub(crate) struct Finds {
    /// By which keys, in the policy's order; keys that find nothing are left out.
    pub(crate) evidence: Vec<Evidence>,
    /// How each of these accounts would have to change; none for people who get
    /// no account.
    pub(crate) suits: Vec<Suit>,
}

/// What one key finds.
#[derive(Debug)]
pub(crate) struct Evidence {
    /// A place among the policy's keys.
    pub(crate) key: usize,
    /// The first of the accounts.
    pub(crate) rows: Vec<Row>,
    /// How many there are.
    pub(crate) all: usize,
}

/// How an account would have to change to be the entry's.
#[derive(Debug)]
pub(crate) struct Suit {
    pub(crate) row: Row,
    pub(crate) rename: Option<Username>,
    pub(crate) fields: Vec<FieldChange>,
    /// What is odd about them.
    pub(crate) oddities: Vec<Oddity>,
    pub(crate) reasons: Option<ReasonShift>,
}

/// Accounts that are not the directory's own, by what the policy's keys compare.
#[derive(Debug)]
pub(crate) struct Beyond {
    /// One per key.
    by: Vec<HashMap<String, Vec<Row>>>,
    /// One per key: the field's place.
    fields: Vec<Option<usize>>,
}

/// The one form in which values are compared.
fn folded(text: &str) -> Option<String> {
    let mut key = String::new();
    UsernameKey::write(text, &mut key);
    (!key.is_empty()).then_some(key)
}

impl Beyond {
    fn new(policy: &Policy, accounts: &AccountTable) -> Self {
        let keys = &policy.identity.adopt.keys;
        let place = |key: &MatchKey| match key {
            MatchKey::Field(name) => policy.fields.iter().position(|field| field.name == *name),
            MatchKey::ExternalId | MatchKey::Username => None,
        };
        let fields: Vec<Option<usize>> = keys.iter().map(place).collect();
        let mut by: Vec<HashMap<String, Vec<Row>>> = vec![HashMap::new(); keys.len()];
        let ranked = |row: &Row| accounts.standing(*row) != Standing::Unranked;
        for row in accounts.others().filter(ranked) {
            for ((key, field), by) in keys.iter().zip(&fields).zip(&mut by) {
                let mut add = |value: String| {
                    let rows = by.entry(value).or_default();
                    if rows.last() != Some(&row) {
                        rows.push(row);
                    }
                };
                match (key, field) {
                    (MatchKey::ExternalId, _) => {
                        accounts.carried_id(row).map(str::to_owned).map(add);
                    }
                    // The table knows usernames by itself.
                    (MatchKey::Username, _) | (_, None) => {}
                    (MatchKey::Field(_), Some(field)) => accounts
                        .values_of_field(row, *field)
                        .filter_map(folded)
                        .for_each(&mut add),
                }
            }
        }
        Self { by, fields }
    }
}

impl<'p> Planner<'p> {
    /// Looks for accounts that may be the entry's, and says how they would have
    /// to change.
    pub(super) fn finds(
        &mut self,
        entry: EntryView<'_>,
        username: Option<&str>,
        pin: Option<usize>,
        fate: &mut Fate,
    ) -> Option<Box<Finds>> {
        let evidence = self.evidence(entry, username);
        let pinned = pin.and_then(|place| self.pins.row(place));
        let mut rows: Vec<Row> = evidence
            .iter()
            .flat_map(|e| e.rows.iter().copied())
            .collect();
        rows.extend(pinned);
        rows.sort_unstable();
        rows.dedup();
        if rows.is_empty() {
            return None;
        }
        let mut finds = Finds {
            evidence,
            suits: Vec::new(),
        };
        if let Fate::Create(_) = fate {
            for row in rows {
                match self.suit(entry, username, row) {
                    Ok(suit) => finds.suits.push(suit),
                    Err(held) => *fate = held,
                }
            }
        }
        Some(Box::new(finds))
    }

    fn evidence(&mut self, entry: EntryView<'_>, username: Option<&str>) -> Vec<Evidence> {
        let keys = &self.policy.identity.adopt.keys;
        if keys.is_empty() {
            return Vec::new();
        }
        let beyond = match self.beyond.take() {
            Some(beyond) => beyond,
            None => Beyond::new(self.policy, &self.accounts),
        };
        let mut evidence = Vec::new();
        for (place, key) in keys.iter().enumerate() {
            let mut rows = match key {
                MatchKey::Username => self.ranked_by_username(username).into_iter().collect(),
                MatchKey::ExternalId => beyond.rows(place, entry.id().into_iter()),
                MatchKey::Field(_) => self.same_field(&beyond, place, entry),
            };
            rows.sort_unstable();
            rows.dedup();
            if !rows.is_empty() {
                let all = rows.len();
                rows.truncate(MOST);
                let key = place;
                evidence.push(Evidence { key, rows, all });
            }
        }
        self.beyond = Some(beyond);
        evidence
    }

    fn ranked_by_username(&self, username: Option<&str>) -> Option<Row> {
        let key = UsernameKey::of(username?);
        let row = self.accounts.by_username(key.as_str())?;
        let standing = self.accounts.standing(row);
        (!matches!(standing, Standing::Own | Standing::Unranked)).then_some(row)
    }

    fn same_field(&mut self, beyond: &Beyond, place: usize, entry: EntryView<'_>) -> Vec<Row> {
        let field = beyond.fields.get(place).copied().flatten();
        let Some(field) = field else {
            return Vec::new();
        };
        // Who cannot be computed is held for it in any case.
        // Of several values, any may be what the account has.
        let texts = self.mapper.texts(field, entry);
        beyond.folded(place, texts.as_slice().iter().map(|text| text.as_ref()))
    }

    fn suit(
        &mut self,
        entry: EntryView<'_>,
        username: Option<&str>,
        row: Row,
    ) -> Result<Suit, Fate> {
        let occasion = Occasion::Adoption(self.strangers.len());
        let compared = self.mapper.compare(&self.accounts, row, entry, occasion);
        let holding = compared.oddities.iter().find(|oddity| oddity.holds);
        if let Some(oddity) = holding.cloned() {
            return Err(Fate::Hold(oddity.fault, oddity.text, oddity.at));
        }
        let mut fields = compared.changes;
        // Whatever the account holds, it is written from the source for the
        // first time.
        for field in &mut fields {
            field.cause = Cause::Source;
        }
        fields.extend(self.adopted_id(row, entry));
        let wanted = username.and_then(Username::new);
        let is_other = |wanted: &Username| match self.policy.identity.key {
            Key::ExternalId => wanted.as_str() != self.accounts.username(row),
            Key::Username => wanted.key().as_str() != self.accounts.key(row),
        };
        Ok(Suit {
            row,
            rename: wanted.filter(is_other),
            fields,
            oddities: compared.oddities,
            reasons: blocking::in_scope(
                self.policy,
                blocking::Standing {
                    current: self.accounts.reasons(row),
                    status: entry.status(),
                    verdicts: &self.verdicts,
                    memory: None,
                    now: self.context.now,
                },
            )
            .shift,
        })
    }

    fn adopted_id(&self, row: Row, entry: EntryView<'_>) -> Option<FieldChange> {
        let (old, new) = (self.accounts.carried_id(row), entry.id());
        (old != new).then(|| FieldChange {
            name: FieldName::from(EXTERNAL_ID_FIELD),
            old: old.map(Value::from),
            new: new.map(|id| Value::from(ExternalId::from(id).as_str())),
            cause: Cause::Source,
            policy: Some(self.policy.identity.at.clone()),
            sensitive: false,
        })
    }
}

impl Beyond {
    fn rows<'v>(&self, place: usize, values: impl Iterator<Item = &'v str>) -> Vec<Row> {
        let by = self.by.get(place);
        values
            .filter_map(|value| by?.get(value))
            .flatten()
            .copied()
            .collect()
    }

    fn folded<'v>(&self, place: usize, values: impl Iterator<Item = &'v str>) -> Vec<Row> {
        let values: Vec<String> = values.filter_map(folded).collect();
        self.rows(place, values.iter().map(String::as_str))
    }
}
