//! Takes pages in and decides person by person, as far as one person alone can
//! be decided.

mod candidates;
mod known;
mod naming;
mod person;
mod strangers;

pub(crate) use candidates::{Evidence, Finds, Suit};
pub(crate) use naming::{Named, Unnamed};
pub(crate) use person::{Adoption, Departure, Edit, Fate, From, Seen, Stranger, Until};

use crate::accounts::{AccountTable, Row};
use crate::ahead::Ahead;
use crate::blocking::Verdict;
use crate::context::Context;
use crate::digest::SnapshotDigest;
use crate::exceptions::{About, Exceptions};
use crate::mapper::Mapper;
use crate::merges::Merged;
use crate::pins::Pins;
use crate::upcoming::Coming;
use crate::watch::Watching;
use hashbrown::{HashMap, HashSet};
use muster_model::{
    EntryView, Fault, Finding, Memory, Page, PolicyLine, Problem, SourceStatus, UsernameKey,
};
use muster_policy::{Evaluator, ExpressionFailed, Key, Policy, Texts, Usernames};
use std::collections::{BTreeMap, BTreeSet};

/// Compares pages with accounts, and finishes with a plan.
#[derive(Debug)]
pub struct Planner<'p> {
    pub(crate) policy: &'p Policy,
    pub(crate) context: &'p Context,
    pub(crate) accounts: AccountTable,
    pub(crate) mapper: Mapper<'p>,
    usernames: Usernames<'p>,
    condition: Option<Evaluator<'p>>,
    rules: Vec<Evaluator<'p>>,
    pub(crate) digest: SnapshotDigest,
    pub(crate) seen: Vec<Seen>,
    pub(crate) edits: Vec<Edit>,
    pub(crate) departures: HashMap<Row, Departure>,
    pub(crate) unsettled: Vec<Row>,
    /// Accounts in which a field could not be computed: whether the others
    /// agree is not known, so sync's memory of them stays.
    pub(crate) uncomputed: Vec<Row>,
    /// Accounts that are adopted, with the places of their new people.
    pub(crate) adopters: HashMap<Row, usize>,
    /// How merged fields are to become, by account and field.
    pub(crate) merged: HashMap<(Row, usize), Merged>,
    pub(crate) strangers: Vec<Stranger>,
    known_strangers: HashMap<String, usize>,
    pub(crate) exceptions: Exceptions<'p>,
    pub(crate) pins: Pins<'p>,
    /// What strangers may find; made when the first of them comes.
    beyond: Option<candidates::Beyond>,
    /// Usernames under which an entry came more than once, by account or key.
    pub(crate) twins: BTreeMap<(Fault, String), BTreeSet<String>>,
    pub(crate) twin_rows: HashSet<Row>,
    /// With the account that it is about, if it has one.
    pub(crate) findings: Vec<(Option<Row>, Finding)>,
    /// Usernames of entries without the identifier that the policy matches by.
    pub(crate) nameless: Vec<String>,
    /// Accounts whose identifier an entry without a username has.
    pub(crate) gaps: Vec<Row>,
    /// Whose accounts those may be whose usernames could not be computed.
    pub(crate) unnamed: Unnamed,
    pub(crate) problems: Vec<Problem>,
    pub(crate) in_scope: u64,
    pub(crate) out_of_scope: u64,
    /// In a delta, the identifiers of all who were delivered.
    pub(crate) told: HashSet<String>,
    /// What sync is to remember of people, where that is something else than before.
    pub(crate) remembered: BTreeMap<Row, Memory>,
    /// Of whom a plan about one person alone is; none: it is about everybody.
    pub(crate) chosen: Option<HashSet<Row>>,
    /// Who of those that have waited for a seat may be given one.
    pub(crate) fit: HashSet<Row>,
    pub(crate) ahead: Ahead<'p>,
    pub(crate) coming: Vec<Coming>,
    pub(crate) verdicts: Vec<Verdict>,
    /// Somebody wants to know what becomes of whom.
    pub(crate) watching: Option<Box<Watching>>,
    key: String,
}

impl<'p> Planner<'p> {
    /// Begins a plan.
    pub fn new(policy: &'p Policy, context: &'p Context, accounts: AccountTable) -> Self {
        let now = context.now;
        let before = context.directory.as_ref().map(|record| &record.mappings);
        Self {
            policy,
            context,
            mapper: Mapper::new(policy, now, before),
            usernames: Usernames::new(&policy.identity, now),
            condition: policy
                .scope
                .condition
                .as_ref()
                .map(|condition| Evaluator::new(condition, now)),
            rules: policy
                .blocks
                .iter()
                .map(|rule| Evaluator::new(&rule.when, now))
                .collect(),
            digest: SnapshotDigest::default(),
            seen: vec![Seen::Not; accounts.len()],
            exceptions: Exceptions::new(policy, now, &accounts),
            pins: Pins::new(policy, now, &accounts),
            beyond: None,
            accounts,
            edits: Vec::new(),
            departures: HashMap::new(),
            unsettled: Vec::new(),
            uncomputed: Vec::new(),
            adopters: HashMap::new(),
            merged: HashMap::new(),
            strangers: Vec::new(),
            known_strangers: HashMap::new(),
            twins: BTreeMap::new(),
            twin_rows: HashSet::new(),
            findings: Vec::new(),
            nameless: Vec::new(),
            gaps: Vec::new(),
            unnamed: Unnamed::Nobody,
            problems: Vec::new(),
            in_scope: 0,
            out_of_scope: 0,
            told: HashSet::new(),
            remembered: BTreeMap::new(),
            chosen: None,
            fit: HashSet::new(),
            ahead: Ahead::new(policy, now),
            coming: Vec::new(),
            verdicts: Vec::new(),
            watching: None,
            key: String::new(),
        }
    }

    /// Number of entries taken in so far, in scope or not.
    pub fn entries(&self) -> u64 {
        self.in_scope + self.out_of_scope
    }

    /// Takes a page in.
    pub fn page(&mut self, page: &Page) {
        self.problems.extend_from_slice(page.problems());
        for entry in page.entries() {
            self.digest.add(entry);
            match self.is_watched() {
                false => self.entry(entry),
                true => self.watched_entry(entry),
            }
        }
    }

    pub(crate) fn entry(&mut self, entry: EntryView<'_>) {
        if self.context.is_delta() {
            self.told.extend(entry.id().map(str::to_owned));
        }
        let source = self.named(entry);
        let about = self.about(entry);
        let found = self.find(entry, source.username(), about);
        let link = self.link(entry, source.username(), found);
        let row = link.row;
        if let (Some(row), Some(place)) = (row, about.hold) {
            self.exceptions.keep(row, place);
        }
        let departure = self.departure(entry, source.username(), about);
        let named = match self.exceptions.name(about.rename) {
            Some(given) => Named::As(given.into()),
            None => source,
        };
        let username = named.username();
        match departure {
            Ok(None) => {
                self.in_scope += 1;
                match (row, named) {
                    (Some(row), named) => self.known(row, entry, &named, about, link),
                    (None, Named::Failed(failed)) => self.unnamed(entry, failed, about, link),
                    (None, Named::Not) => self.without_name(entry, about, link),
                    (None, named) => self.stranger(entry, &named, about, link),
                }
            }
            Ok(Some(departure)) => {
                self.out_of_scope += 1;
                self.pin_is_out(link);
                if let Some(row) = row {
                    self.depart(row, departure);
                }
            }
            Err(failed) => {
                // Nobody can say whether the person is in scope, so they count
                // as seen: neither created nor taken for gone.
                self.in_scope += 1;
                if let Some(row) = row.filter(|&row| self.is_twin(row)) {
                    return self.twin_of(row);
                }
                if self.policy.identity.key == Key::ExternalId && entry.id().is_none() {
                    self.nameless.extend(username.map(str::to_owned));
                }
                let at = self.policy.scope.condition.as_ref().map(|c| c.at.clone());
                let text = format!("`where` could not be evaluated: {failed}");
                self.hold(row, entry, username, Fault::ExpressionFailed, text, at);
            }
        }
    }

    /// What was decided by name about an entry's person.
    pub(crate) fn about(&mut self, entry: EntryView<'_>) -> About {
        if self.exceptions.is_empty() {
            return About::default();
        }
        let names = self.usernames.of(entry).unwrap_or(Texts::Absent);
        let names = names.as_slice().iter();
        self.exceptions
            .about(entry.id(), names.map(|name| name.as_ref()))
    }

    /// Finds the directory's account of an entry, by the policy's key. Whoever
    /// has another username by an exception may be found by either.
    pub(crate) fn find(
        &mut self,
        entry: EntryView<'_>,
        username: Option<&str>,
        about: About,
    ) -> Option<Row> {
        let found = self.find_by(entry, username);
        let other = self.exceptions.name(about.rename.or(about.ended));
        found.or_else(|| {
            let found = self.find_by(entry, Some(other?))?;
            let (known, id) = (self.accounts.external_id(found), entry.id());
            (known.is_none() || id.is_none() || known == id).then_some(found)
        })
    }

    /// Finds an account under one username. Who was removed often has no name any
    /// more, or a mangled one: accounts remember their people's identifiers.
    fn find_by(&mut self, entry: EntryView<'_>, username: Option<&str>) -> Option<Row> {
        let is_removed = matches!(entry.status(), SourceStatus::Removed(_));
        match (self.policy.identity.key, entry.id()) {
            (Key::ExternalId, None) => None,
            (Key::Username, None) => self.own_by_username(username?),
            (Key::Username, Some(_)) if !is_removed => self.own_by_username(username?),
            (_, Some(id)) => {
                let known = self.accounts.by_external_id(id);
                known.or_else(|| self.unidentified(username?))
            }
        }
    }

    /// An own account that has no identifier yet, by its username: attached by
    /// hand, or synced while the policy matched by username.
    fn unidentified(&mut self, username: &str) -> Option<Row> {
        self.own_by_username(username)
            .filter(|&row| self.accounts.external_id(row).is_none())
    }

    fn own_by_username(&mut self, username: &str) -> Option<Row> {
        self.key.clear();
        UsernameKey::write(username, &mut self.key);
        self.accounts
            .by_username(&self.key)
            .filter(|&row| self.accounts.is_own(row))
    }

    pub(crate) fn departure(
        &mut self,
        entry: EntryView<'_>,
        username: Option<&str>,
        about: About,
    ) -> Result<Option<Departure>, ExpressionFailed> {
        if let SourceStatus::Removed(removal) = entry.status() {
            return Ok(Some(Departure::Removed(removal)));
        }
        let excluded = &self.policy.scope.except_usernames;
        let is_excluded = |username| excluded.contains(&UsernameKey::of(username));
        if !excluded.is_empty() && username.is_some_and(is_excluded) {
            return Ok(Some(Departure::Excluded));
        }
        if let Some(place) = about.exclude {
            return Ok(Some(Departure::Excepted(place)));
        }
        let in_scope = match &mut self.condition {
            Some(condition) => condition.test(entry)?,
            None => true,
        };
        Ok((!in_scope).then_some(Departure::Condition))
    }

    fn depart(&mut self, row: Row, departure: Departure) {
        match self.seen_of(row) {
            Seen::Not | Seen::OutOfScope => {
                self.mark(row, Seen::OutOfScope);
                let known = self.departures.entry(row).or_insert(departure);
                *known = (*known).min(departure);
            }
            Seen::InScope | Seen::Held if self.is_found_once(row) => {
                self.twin_of(row);
            }
            Seen::InScope | Seen::Held => {}
        }
    }

    /// Fills `verdicts`; returns what failed.
    fn evaluate_rules(&mut self, entry: EntryView<'_>) -> Vec<(PolicyLine, String)> {
        let mut failures = Vec::new();
        self.verdicts.clear();
        for (rule, evaluator) in self.policy.blocks.iter().zip(&mut self.rules) {
            self.verdicts.push(match evaluator.test(entry) {
                Ok(true) => Verdict::Holds,
                Ok(false) => Verdict::HoldsNot,
                Err(failed) => {
                    let text = format!("rule `{}` could not be evaluated: {failed}", rule.name);
                    failures.push((rule.at.clone(), text));
                    Verdict::Unknown
                }
            });
        }
        failures
    }

    fn hold(
        &mut self,
        row: Option<Row>,
        entry: EntryView<'_>,
        username: Option<&str>,
        fault: Fault,
        text: String,
        at: Option<PolicyLine>,
    ) {
        let named = match (username, row) {
            (Some(username), _) => Some(username.to_owned()),
            (None, Some(row)) => Some(self.accounts.username(row).to_owned()),
            (None, None) => entry.id().map(str::to_owned),
        };
        if let Some(row) = row {
            self.mark(row, Seen::Held);
        }
        self.find_fault(row, fault, named.as_deref(), text, at, true);
    }

    fn twin_of(&mut self, row: Row) {
        self.mark(row, Seen::Held);
        self.twin_rows.insert(row);
        // Which names the entries have, the first of them did not tell.
        let name = self.accounts.key(row).to_owned();
        let known_by = match (self.policy.identity.key, self.accounts.external_id(row)) {
            (Key::ExternalId, Some(id)) => (Fault::DuplicateId, id.to_owned()),
            _ => (Fault::UsernameClash, name.clone()),
        };
        self.twins.entry(known_by).or_default().insert(name);
    }

    pub(crate) fn find_fault(
        &mut self,
        row: Option<Row>,
        code: Fault,
        username: Option<&str>,
        text: String,
        policy: Option<PolicyLine>,
        held: bool,
    ) {
        // The best name that is known: the entry's, or else the account's.
        let named = username.or_else(|| Some(self.accounts.username(row?)));
        let finding = Finding {
            code,
            username: named.map(str::to_owned),
            text,
            policy,
            held,
        };
        self.findings.push((row, finding));
    }

    /// All findings, less what single entries said of people who came twice:
    /// which of the two came first must not matter.
    pub(crate) fn take_findings(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.findings)
            .into_iter()
            .filter(|(row, _)| row.is_none_or(|row| !self.twin_rows.contains(&row)))
            .map(|(_, finding)| finding)
            .collect()
    }

    pub(crate) fn seen_of(&self, row: Row) -> Seen {
        self.seen.get(row.place()).copied().unwrap_or(Seen::Held)
    }

    pub(crate) fn mark(&mut self, row: Row, seen: Seen) {
        if let Some(state) = self.seen.get_mut(row.place()) {
            *state = (*state).max(seen);
        }
    }
}
