//! Who has which identifier, name, e-mail address or other attribute once the
//! plan is carried out: whom a reference can mean.
//!
//! A target is somebody who has or gets an account: their entry is part of the
//! read, or the read does not prove that it is gone. Whoever has left the scope is
//! none.

use crate::accounts::Row;
use crate::changes::Decided;
use crate::claims::Claimant;
use crate::keys::KeyDigest;
use crate::planner::{Edit, Fate, Planner, Seen, Stranger};
use crate::references::Name;
use hashbrown::HashMap;
use muster_model::{AccountId, FieldChange, FieldName, UsernameKey, Value};
use muster_policy::{AttributeId, By};
use std::collections::{BTreeMap, BTreeSet};

/// Whom a name means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Meant {
    /// This account.
    One(Claimant, AccountId),
    /// Nobody; perhaps because the account's person has left the scope.
    Nobody(Option<Row>),
    /// Somebody new whose account is not in this plan.
    NotInPlan(Claimant),
    /// More than one, by this way of naming them.
    Several(usize, BTreeSet<Claimant>),
}

/// Everybody who can be meant.
pub(crate) struct Targets<'t> {
    planner: &'t Planner<'t>,
    newcomers: Vec<(usize, &'t Stranger)>,
    numbers: &'t BTreeMap<usize, AccountId>,
    edits: HashMap<Row, &'t Edit>,
    new_ids: HashMap<&'t str, Vec<Claimant>>,
    new_names: HashMap<String, Vec<Claimant>>,
    /// True if who was not seen is gone.
    is_whole: bool,
}

/// Whom the ways so far have found for one name.
#[derive(Default)]
struct Candidates {
    /// Whether the read has delivered them.
    targets: BTreeMap<Claimant, bool>,
    left: Option<Row>,
}

impl<'t> Targets<'t> {
    pub(crate) fn new(
        planner: &'t Planner<'t>,
        decided: &'t Decided,
        numbers: &'t BTreeMap<usize, AccountId>,
        is_whole: bool,
    ) -> Self {
        let newcomers = decided.strangers.iter();
        let mut targets = Self {
            planner,
            newcomers: newcomers.map(|(place, one)| (*place, one)).collect(),
            numbers,
            edits: decided.edits.iter().map(|edit| (edit.row, edit)).collect(),
            new_ids: HashMap::new(),
            new_names: HashMap::new(),
            is_whole,
        };
        targets.index(decided);
        targets
    }

    /// Finds out who is known by what from this plan on.
    fn index(&mut self, decided: &'t Decided) {
        let mut add = |who: Claimant, id: Option<&'t str>, name: Option<UsernameKey>| {
            if let Some(id) = id {
                self.new_ids.entry(id).or_default().push(who);
            }
            if let Some(name) = name {
                let name = name.as_str().to_owned();
                self.new_names.entry(name).or_default().push(who);
            }
        };
        for (place, stranger) in &decided.strangers {
            let id = stranger.external_id.as_ref().map(|id| id.as_str());
            let name = stranger.username.as_ref().map(|name| name.key());
            add(Claimant::Stranger(*place), id, name);
        }
        for edit in &decided.edits {
            let name = edit.rename.as_ref().map(|name| name.key());
            add(Claimant::Account(edit.row), edit.new_id(), name);
        }
    }

    /// Finds whom each of some names means, trying the ways in their order.
    pub(crate) fn find(&self, by: &[By], names: &[Name], texts: &[&str]) -> HashMap<Name, Meant> {
        let mut found = HashMap::new();
        let mut left: HashMap<Name, Row> = HashMap::new();
        let mut open: Vec<(Name, &str)> = names
            .iter()
            .filter_map(|&name| Some((name, *texts.get(name as usize)?)))
            .collect();
        for (way, by) in by.iter().enumerate() {
            if open.is_empty() {
                break;
            }
            let mut candidates = self.candidates(by, &open);
            open.retain(|(name, _)| {
                let candidates = candidates.remove(name).unwrap_or_default();
                if let Some(row) = candidates.left {
                    left.entry(*name).or_insert(row);
                }
                match self.meant(way, candidates) {
                    Some(meant) => {
                        found.insert(*name, meant);
                        false
                    }
                    None => true,
                }
            });
        }
        let nobody = |(name, _): (Name, &str)| (name, Meant::Nobody(left.get(&name).copied()));
        found.extend(open.into_iter().map(nobody));
        found
    }

    fn meant(&self, way: usize, candidates: Candidates) -> Option<Meant> {
        let who: BTreeSet<Claimant> = candidates.targets.into_keys().collect();
        match who.first() {
            None => None,
            Some(&one) if who.len() == 1 => Some(match self.id(one) {
                Some(id) => Meant::One(one, id),
                None => Meant::NotInPlan(one),
            }),
            Some(_) => Some(Meant::Several(way, who)),
        }
    }

    fn candidates(&self, by: &By, open: &[(Name, &str)]) -> HashMap<Name, Candidates> {
        match by {
            By::Id => self.each(open, |id| self.by_id(id)),
            By::Username => self.each(open, |name| self.by_username(name)),
            By::Email(field) => self.by_email(field, open),
            By::Attribute(attribute) => self.by_attribute(*attribute, open),
        }
    }

    fn each(
        &self,
        open: &[(Name, &str)],
        find: impl Fn(&str) -> Vec<Claimant>,
    ) -> HashMap<Name, Candidates> {
        let mut all = HashMap::new();
        for (name, text) in open {
            for who in find(text) {
                self.add(&mut all, *name, who);
            }
        }
        all
    }

    fn add(&self, all: &mut HashMap<Name, Candidates>, name: Name, who: Claimant) {
        let candidates = all.entry(name).or_default();
        match who {
            Claimant::Account(row) if !self.is_target(row) => {
                if self.planner.accounts.is_own(row) {
                    candidates.left = Some(row);
                }
            }
            Claimant::Account(row) => {
                let is_told = self.planner.seen_of(row) == Seen::InScope
                    || self.planner.adopters.contains_key(&row);
                candidates.targets.insert(who, is_told);
            }
            Claimant::Stranger(_) => {
                candidates.targets.insert(who, true);
            }
        }
    }

    fn by_id(&self, id: &str) -> Vec<Claimant> {
        let holder = self.planner.accounts.by_external_id(id);
        let keeps = |row: &Row| {
            self.edits
                .get(row)
                .is_none_or(|edit| edit.new_id().is_none())
        };
        let holder = holder.filter(keeps).map(Claimant::Account);
        let new = self.new_ids.get(id).into_iter().flatten().copied();
        holder.into_iter().chain(new).collect()
    }

    fn by_username(&self, name: &str) -> Vec<Claimant> {
        let key = UsernameKey::of(name);
        let holder = self.planner.accounts.by_username(key.as_str());
        let keeps = |row: &Row| self.edits.get(row).is_none_or(|edit| edit.rename.is_none());
        let holder = holder.filter(keeps).map(Claimant::Account);
        let new = self
            .new_names
            .get(key.as_str())
            .into_iter()
            .flatten()
            .copied();
        holder.into_iter().chain(new).collect()
    }

    fn by_email(&self, field: &FieldName, open: &[(Name, &str)]) -> HashMap<Name, Candidates> {
        let fields = &self.planner.policy.fields;
        let Some(place) = fields.iter().position(|known| known.name == *field) else {
            return HashMap::new();
        };
        let mut wanted: HashMap<String, Vec<Name>> = HashMap::new();
        for (name, text) in open {
            let key = UsernameKey::of(text).as_str().to_owned();
            wanted.entry(key).or_default().push(*name);
        }
        let mut all = HashMap::new();
        let mut key = String::new();
        let mut offer = |who: Claimant, email: &str| {
            key.clear();
            UsernameKey::write(email, &mut key);
            for &name in wanted.get(&key).into_iter().flatten() {
                self.add(&mut all, name, who);
            }
        };
        let is_field = |change: &&FieldChange| change.name == *field;
        for row in self.rows() {
            let edit = self.edits.get(&row);
            match edit.and_then(|edit| edit.fields.iter().find(is_field)) {
                Some(change) => items(change.new.as_ref())
                    .iter()
                    .for_each(|email| offer(Claimant::Account(row), email)),
                None => self
                    .planner
                    .accounts
                    .values_of_field(row, place)
                    .for_each(|email| offer(Claimant::Account(row), email)),
            }
        }
        for (place, stranger) in &self.newcomers {
            if let Fate::Create(fields) = &stranger.fate {
                let change = fields.iter().find(is_field);
                items(change.and_then(|change| change.new.as_ref()))
                    .iter()
                    .for_each(|email| offer(Claimant::Stranger(*place), email));
            }
        }
        all
    }

    fn by_attribute(
        &self,
        attribute: AttributeId,
        open: &[(Name, &str)],
    ) -> HashMap<Name, Candidates> {
        let asked = &self.planner.mapper.asked;
        let key = asked
            .keys()
            .iter()
            .position(|(_, known)| *known == attribute);
        let Some((key, name)) = key.and_then(|key| Some((key, &asked.keys().get(key)?.0))) else {
            return HashMap::new();
        };
        let is_dn = *name == FieldName::hidden("dn");
        let mut scratch = String::new();
        let mut wanted: HashMap<KeyDigest, Vec<Name>> = HashMap::new();
        for (name, text) in open {
            if let Some(digest) = KeyDigest::of(text, &mut scratch) {
                wanted.entry(digest).or_default().push(*name);
            }
        }
        let mut all = HashMap::new();
        let mut digests = Vec::new();
        let rows = self.rows().map(Claimant::Account);
        let newcomers = self
            .newcomers
            .iter()
            .map(|(place, _)| Claimant::Stranger(*place));
        for who in rows.chain(newcomers) {
            let known: &[KeyDigest] = match (self.planner.told(who, key), who) {
                (Some(told), _) => {
                    digests.clear();
                    let told = told.iter().map(String::as_str);
                    KeyDigest::of_all(told, &mut scratch, &mut digests);
                    &digests
                }
                (None, Claimant::Account(row)) => self.planner.accounts.known_by(row, key),
                (None, Claimant::Stranger(_)) => &[],
            };
            for name in known
                .iter()
                .filter_map(|digest| wanted.get(digest))
                .flatten()
            {
                self.add(&mut all, *name, who);
            }
        }
        if is_dn {
            // Only one entry has a name: whoever is said to have it now.
            for candidates in all.values_mut() {
                if candidates.targets.values().any(|is_told| *is_told) {
                    candidates.targets.retain(|_, is_told| *is_told);
                }
            }
        }
        all
    }

    /// The directory's own accounts, and those that become so.
    fn rows(&self) -> impl Iterator<Item = Row> + '_ {
        let adopted = self.planner.adopters.keys().copied();
        self.planner.accounts.own_rows().chain(adopted)
    }

    /// True if an account can be meant.
    pub(crate) fn is_target(&self, row: Row) -> bool {
        let planner = self.planner;
        if planner.adopters.contains_key(&row) {
            // Unless somebody was held in the end.
            let edit = self.edits.get(&row);
            return edit.is_some_and(|edit| edit.adoption.is_some());
        }
        planner.accounts.is_own(row)
            && match planner.seen_of(row) {
                Seen::InScope => true,
                Seen::Held => !planner.has_left(row),
                Seen::OutOfScope => false,
                Seen::Not => {
                    !self.is_whole && !planner.has_left(row) && !planner.is_told_otherwise(row)
                }
            }
    }

    /// How many places new people have.
    pub(crate) fn newcomers(&self) -> usize {
        self.newcomers.last().map_or(0, |(place, _)| place + 1)
    }

    /// The account's number; none if it is new and not in this plan.
    pub(crate) fn id(&self, who: Claimant) -> Option<AccountId> {
        match who {
            Claimant::Account(row) => Some(self.planner.accounts.id(row)),
            Claimant::Stranger(place) => self.numbers.get(&place).copied(),
        }
    }

    /// The username once the plan is carried out.
    pub(crate) fn username(&self, who: Claimant) -> String {
        match who {
            Claimant::Account(row) => {
                let rename = self.edits.get(&row).and_then(|edit| edit.rename.as_ref());
                match rename {
                    Some(new) => new.to_string(),
                    None => self.planner.accounts.username(row).to_owned(),
                }
            }
            Claimant::Stranger(place) => {
                // Newcomers are in the order of their places.
                let found = self
                    .newcomers
                    .binary_search_by_key(&place, |(place, _)| *place);
                let found = found.ok().and_then(|found| self.newcomers.get(found));
                let name = found.and_then(|(_, stranger)| stranger.username.as_ref());
                name.map_or(String::new(), ToString::to_string)
            }
        }
    }
}

/// A value's items, of which a text is one.
fn items(value: Option<&Value>) -> &[String] {
    match value {
        None => &[],
        Some(Value::Text(text)) => std::slice::from_ref(text),
        Some(Value::List(items)) => items,
    }
}
