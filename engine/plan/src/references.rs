//! Whom people refer to, as their entries say it. Who that is, only the end of
//! the read can tell.
//!
//! Of a person in whom nothing changes some thirty bytes are kept, and each name
//! by which somebody is referred to once, however many do.

use crate::accounts::AccountTable;
use crate::claims::Claimant;
use crate::keys::KeyDigest;
use hashbrown::HashMap;
use muster_model::{EntryView, FieldName};
use muster_policy::{AttributeId, FieldMapping, Policy};

/// A place among the names by which people are referred to.
pub(crate) type Name = u32;

/// What entries say of other people, and of themselves.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// Names under which accounts remember by what others refer to them.
    keys: Vec<(FieldName, AttributeId)>,
    names: HashMap<String, Name>,
    /// What a field refers to where its source names nobody, by its place.
    defaults: HashMap<usize, Name>,
    of_ones: Vec<Name>,
    ones: Vec<One>,
    /// By what others refer to people, where their accounts do not remember it.
    told: HashMap<(Claimant, usize), Vec<String>>,
    scratch: String,
    digests: Vec<KeyDigest>,
}

/// No person at all.
const NOBODY: u32 = u32::MAX;

/// One person's reference.
#[derive(Clone, Copy, Debug)]
pub(crate) struct One {
    pub(crate) who: Claimant,
    /// The person without an account who has to adopt this one first.
    adopter: u32,
    field: u32,
    first: u32,
    count: u32,
}

impl One {
    /// The person without an account who has to adopt this one first.
    pub(crate) fn adopter(&self) -> Option<usize> {
        (self.adopter != NOBODY).then_some(self.adopter as usize)
    }

    /// The field's place in the policy.
    pub(crate) fn field(&self) -> usize {
        self.field as usize
    }
}

/// How much was asked, to go back to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    ones: usize,
    of_ones: usize,
}

impl Asked {
    pub(crate) fn new(policy: &Policy) -> Self {
        let mut asked = Self {
            keys: policy.reference_keys(),
            ..Self::default()
        };
        for (place, field) in policy.fields.iter().enumerate() {
            if let (Some(_), Some(default)) = (field.reference(), &field.default) {
                let name = asked.name(default);
                asked.defaults.insert(place, name);
            }
        }
        asked
    }

    /// Names under which accounts remember by what others refer to them.
    pub(crate) fn keys(&self) -> &[(FieldName, AttributeId)] {
        &self.keys
    }

    /// Takes note of whom an entry refers to. False if there is nobody to look for.
    pub(crate) fn ask(
        &mut self,
        who: Claimant,
        adopter: Option<usize>,
        place: usize,
        field: &FieldMapping,
        entry: EntryView<'_>,
    ) -> bool {
        let from = field.reference().map(|reference| &reference.from);
        let first = self.of_ones.len();
        for &attribute in from.into_iter().flatten() {
            let values = entry.values(attribute).map(str::trim);
            for value in values.filter(|value| !value.is_empty()) {
                let name = self.name(value);
                self.of_ones.push(name);
            }
            if self.of_ones.len() > first {
                break;
            }
        }
        let count = self.of_ones.len() - first;
        if count == 0 && !self.defaults.contains_key(&place) {
            return false;
        }
        // A read of four thousand million references fits nowhere.
        self.ones.push(One {
            who,
            adopter: adopter.map_or(NOBODY, |place| place as u32),
            field: place as u32,
            first: first as u32,
            count: count as u32,
        });
        true
    }

    fn name(&mut self, text: &str) -> Name {
        if let Some(&name) = self.names.get(text) {
            return name;
        }
        let name = self.names.len() as Name;
        self.names.insert(text.to_owned(), name);
        name
    }

    /// Takes note of by what others refer to somebody, if the account does not
    /// remember it. True if there is something new.
    pub(crate) fn tell(
        &mut self,
        who: Claimant,
        accounts: &AccountTable,
        entry: EntryView<'_>,
    ) -> bool {
        let mut is_new = false;
        for (key, (_, attribute)) in self.keys.iter().enumerate() {
            self.digests.clear();
            KeyDigest::of_all(
                entry.values(*attribute),
                &mut self.scratch,
                &mut self.digests,
            );
            let before = match who {
                Claimant::Account(row) => accounts.known_by(row, key),
                Claimant::Stranger(_) => &[],
            };
            if before != self.digests {
                let filled = entry
                    .values(*attribute)
                    .filter(|value| !value.trim().is_empty());
                let mut values: Vec<String> = filled.map(str::to_owned).collect();
                values.sort_unstable();
                values.dedup();
                self.told.insert((who, key), values);
                is_new = true;
            }
        }
        is_new
    }

    /// By what others refer to somebody, if that is new.
    pub(crate) fn told(&self, who: Claimant, key: usize) -> Option<&[String]> {
        self.told.get(&(who, key)).map(Vec::as_slice)
    }

    /// How much was asked so far.
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            ones: self.ones.len(),
            of_ones: self.of_ones.len(),
        }
    }

    /// Forgets what was asked after a mark.
    pub(crate) fn forget(&mut self, mark: Mark) {
        self.ones.truncate(mark.ones);
        self.of_ones.truncate(mark.of_ones);
    }

    /// All references of all people.
    pub(crate) fn ones(&self) -> &[One] {
        &self.ones
    }

    /// The names that a reference gives.
    pub(crate) fn names_of(&self, one: &One) -> &[Name] {
        let first = one.first as usize;
        let names = self.of_ones.get(first..first + one.count as usize);
        names.unwrap_or_default()
    }

    /// What a field refers to where its source names nobody.
    pub(crate) fn fallback(&self, field: usize) -> Option<Name> {
        self.defaults.get(&field).copied()
    }

    /// The texts of all names, each at its place.
    pub(crate) fn texts(&self) -> Vec<&str> {
        let mut texts = vec![""; self.names.len()];
        for (text, name) in &self.names {
            if let Some(place) = texts.get_mut(*name as usize) {
                *place = text;
            }
        }
        texts
    }
}
