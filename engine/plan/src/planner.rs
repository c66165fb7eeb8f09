//! Takes pages in and decides person by person, as far as one person alone can
//! be decided.

use crate::accounts::{AccountTable, Row};
use crate::blocking::{self, ReasonShift, Verdict};
use crate::context::Context;
use crate::desired::{Comparison, Mapper};
use crate::digest::SnapshotDigest;
use crate::words;
use hashbrown::{HashMap, HashSet};
use muster_model::{
    Cause, EntryView, ExternalId, Fault, FieldChange, FieldName, Finding, Page, PolicyLine,
    Problem, Removal, SourceStatus, Username, UsernameKey, Value,
};
use muster_policy::{Evaluator, ExpressionFailed, Key, Policy};
use std::collections::{BTreeMap, BTreeSet};

/// What has been seen of an account's person so far. Each state outweighs the
/// ones before it, so that the order of entries does not matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Seen {
    /// Not yet.
    Not,
    /// Delivered, and not in scope: evidence of having left.
    OutOfScope,
    /// Delivered, in scope.
    InScope,
    /// Present, but nothing can be decided: neither changed nor gone.
    Held,
}

/// Why a delivered entry is not in scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Departure {
    /// The policy's `where` is false.
    Condition,
    /// The policy leaves this username out.
    Excluded,
    /// The source says that the person is gone.
    Removed(Removed),
}

/// An ordered [`Removal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Removed {
    Restorable,
    Final,
}

/// What is to change in one existing account.
#[derive(Debug)]
pub(crate) struct Edit {
    pub(crate) row: Row,
    pub(crate) rename: Option<Username>,
    pub(crate) fields: Vec<FieldChange>,
    pub(crate) reasons: Option<ReasonShift>,
}

/// An entry without an account.
#[derive(Debug)]
pub(crate) struct Stranger {
    pub(crate) external_id: Option<ExternalId>,
    pub(crate) username: Option<Username>,
    pub(crate) fate: Fate,
}

/// What is to become of a stranger.
#[derive(Debug)]
pub(crate) enum Fate {
    Create(Vec<FieldChange>),
    /// No account is made; somebody who may not log in needs none.
    Skip {
        text: String,
        policy: PolicyLine,
    },
    /// Held, with what is wrong.
    Hold(Fault, String, PolicyLine),
    /// Held, and reported elsewhere.
    Reported,
}

/// Compares pages with accounts, and finishes with a plan.
#[derive(Debug)]
pub struct Planner<'p> {
    pub(crate) policy: &'p Policy,
    pub(crate) context: &'p Context,
    pub(crate) accounts: AccountTable,
    mapper: Mapper<'p>,
    condition: Option<Evaluator<'p>>,
    rules: Vec<Evaluator<'p>>,
    pub(crate) digest: SnapshotDigest,
    pub(crate) seen: Vec<Seen>,
    pub(crate) edits: Vec<Edit>,
    pub(crate) departures: HashMap<Row, Departure>,
    pub(crate) unsettled: Vec<Row>,
    pub(crate) strangers: Vec<Stranger>,
    known_strangers: HashMap<String, usize>,
    /// Usernames under which an entry came more than once, by account or key.
    pub(crate) twins: BTreeMap<String, BTreeSet<String>>,
    twin_rows: HashSet<Row>,
    /// With the account that it is about, if it has one.
    pub(crate) findings: Vec<(Option<Row>, Finding)>,
    /// Usernames of entries without the identifier that the policy matches by.
    pub(crate) nameless: Vec<String>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) in_scope: u64,
    pub(crate) out_of_scope: u64,
    verdicts: Vec<Verdict>,
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
            accounts,
            edits: Vec::new(),
            departures: HashMap::new(),
            unsettled: Vec::new(),
            strangers: Vec::new(),
            known_strangers: HashMap::new(),
            twins: BTreeMap::new(),
            twin_rows: HashSet::new(),
            findings: Vec::new(),
            nameless: Vec::new(),
            problems: Vec::new(),
            in_scope: 0,
            out_of_scope: 0,
            verdicts: Vec::new(),
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
            self.entry(entry);
        }
    }

    fn entry(&mut self, entry: EntryView<'_>) {
        let username = self.username(entry);
        let row = self.find(entry, username);
        match self.departure(entry, username) {
            Ok(None) => {
                self.in_scope += 1;
                match row {
                    Some(row) => self.known(row, entry, username),
                    None => self.stranger(entry, username),
                }
            }
            Ok(Some(departure)) => {
                self.out_of_scope += 1;
                if let Some(row) = row {
                    self.depart(row, departure, username);
                }
            }
            Err(failed) => {
                // Nobody can say whether the person is in scope, so they count
                // as seen: neither created nor taken for gone.
                self.in_scope += 1;
                if let Some(row) = row.filter(|&row| self.is_twin(row)) {
                    return self.twin_of(row, username);
                }
                let at = self.policy.scope.condition.as_ref().map(|c| c.at.clone());
                let text = format!("`where` could not be evaluated: {failed}");
                self.hold(row, entry, username, Fault::ExpressionFailed, text, at);
            }
        }
    }

    /// The entry's username. Of several, the one that the person's account has:
    /// sources promise no order, and nobody shall be renamed to and fro.
    fn username<'e>(&mut self, entry: EntryView<'e>) -> Option<&'e str> {
        let values = entry.values(self.policy.identity.username);
        let mut filled = values.map(str::trim).filter(|name| !name.is_empty());
        let first = filled.next()?;
        let Some(second) = filled.next() else {
            return Some(first);
        };
        let mut all = vec![first, second];
        all.extend(filled);
        all.sort_unstable();
        let by_id = (self.policy.identity.key == Key::ExternalId)
            .then(|| self.accounts.by_external_id(entry.id()?))
            .flatten();
        let kept = match by_id {
            Some(row) => {
                let (current, key) = (self.accounts.username(row), self.accounts.key(row));
                let mut same = all
                    .iter()
                    .filter(|name| UsernameKey::of(name).as_str() == key);
                let exact = all.iter().find(|name| **name == current);
                exact.or_else(|| same.next())
            }
            None => all.iter().find(|name| self.own_by_username(name).is_some()),
        };
        kept.or(all.first()).copied()
    }

    /// Finds the directory's account of an entry, by the policy's key.
    fn find(&mut self, entry: EntryView<'_>, username: Option<&str>) -> Option<Row> {
        match self.policy.identity.key {
            Key::ExternalId => {
                let id = entry.id()?;
                let known = self.accounts.by_external_id(id);
                known.or_else(|| self.unidentified(username?))
            }
            Key::Username => self.own_by_username(username?),
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

    fn departure(
        &mut self,
        entry: EntryView<'_>,
        username: Option<&str>,
    ) -> Result<Option<Departure>, ExpressionFailed> {
        if let SourceStatus::Removed(removal) = entry.status() {
            return Ok(Some(Departure::Removed(match removal {
                Removal::Restorable => Removed::Restorable,
                Removal::Final => Removed::Final,
            })));
        }
        let excluded = &self.policy.scope.except_usernames;
        let is_excluded = |username| excluded.contains(&UsernameKey::of(username));
        if !excluded.is_empty() && username.is_some_and(is_excluded) {
            return Ok(Some(Departure::Excluded));
        }
        let in_scope = match &mut self.condition {
            Some(condition) => condition.test(entry)?,
            None => true,
        };
        Ok((!in_scope).then_some(Departure::Condition))
    }

    fn depart(&mut self, row: Row, departure: Departure, username: Option<&str>) {
        match self.seen_of(row) {
            Seen::Not | Seen::OutOfScope => {
                self.mark(row, Seen::OutOfScope);
                let known = self.departures.entry(row).or_insert(departure);
                *known = (*known).min(departure);
            }
            Seen::InScope | Seen::Held if self.policy.identity.key == Key::ExternalId => {
                self.twin_of(row, username);
            }
            Seen::InScope | Seen::Held => {}
        }
    }

    fn known(&mut self, row: Row, entry: EntryView<'_>, username: Option<&str>) {
        let by_id = self.policy.identity.key == Key::ExternalId;
        if self.is_twin(row) {
            return self.twin_of(row, username);
        }
        self.mark(row, Seen::InScope);
        // What cannot be computed is held and found; the rest goes on, so that
        // a broken name does not keep a blocked person's account open.
        let mut comparison = self.fields(row, entry, username);
        let rename = self.rename(row, username);
        comparison.unsettled |= by_id
            && rename.is_none()
            && self
                .accounts
                .is_unsettled(row, self.accounts.username_field());
        comparison.changes.extend(self.new_id(row, entry));
        let reasons = self.reasons(row, entry, username);
        if !comparison.changes.is_empty() || rename.is_some() || reasons.is_some() {
            self.edits.push(Edit {
                row,
                rename,
                fields: comparison.changes,
                reasons,
            });
        } else if comparison.unsettled {
            self.unsettled.push(row);
        }
    }

    fn fields(&mut self, row: Row, entry: EntryView<'_>, username: Option<&str>) -> Comparison {
        match self.mapper.compare(&self.accounts, row, entry) {
            Ok(comparison) => comparison,
            Err((field, failed)) => {
                let text = format!("field `{}` could not be computed: {failed}", field.name);
                let at = Some(field.at.clone());
                self.find_fault(Some(row), Fault::ExpressionFailed, username, text, at, true);
                Comparison::default()
            }
        }
    }

    /// True if the account's person has been delivered already. Matched by
    /// username, somebody out of scope may bear the name of somebody in scope.
    fn is_twin(&self, row: Row) -> bool {
        match self.seen_of(row) {
            Seen::InScope | Seen::Held => true,
            Seen::OutOfScope => self.policy.identity.key == Key::ExternalId,
            Seen::Not => false,
        }
    }

    /// The username that the account should have instead. Matched by username,
    /// an account keeps its own spelling.
    fn rename(&mut self, row: Row, wanted: Option<&str>) -> Option<Username> {
        let Some(wanted) = wanted else {
            let (text, at) = words::no_username(self.policy);
            let name = self.accounts.username(row).to_owned();
            self.find_fault(
                Some(row),
                Fault::NoUsername,
                Some(&name),
                text,
                Some(at),
                true,
            );
            return None;
        };
        match self.policy.identity.key {
            Key::ExternalId if self.accounts.username(row) != wanted => Username::new(wanted),
            _ => None,
        }
    }

    /// Matched by username, an account follows its person's identifier.
    fn new_id(&self, row: Row, entry: EntryView<'_>) -> Option<FieldChange> {
        let id = entry.id()?;
        let old = self.accounts.external_id(row);
        (old != Some(id)).then(|| FieldChange {
            name: FieldName::from("external_id"),
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

    fn stranger(&mut self, entry: EntryView<'_>, username: Option<&str>) {
        if self.policy.identity.key == Key::ExternalId && entry.id().is_none() {
            return self.nameless(entry, username);
        }
        let known_by = match self.policy.identity.key {
            Key::ExternalId => entry.id().map(str::to_owned),
            Key::Username => username.map(|name| UsernameKey::of(name).as_str().to_owned()),
        };
        if let Some(known_by) = &known_by {
            if let Some(&twin) = self.known_strangers.get(known_by) {
                return self.twin_of_stranger(known_by.clone(), twin, username);
            }
            self.known_strangers
                .insert(known_by.clone(), self.strangers.len());
        }
        let fate = self.fate(entry, username);
        self.strangers.push(Stranger {
            external_id: entry.id().map(ExternalId::from),
            username: username.and_then(Username::new),
            fate,
        });
    }

    fn fate(&mut self, entry: EntryView<'_>, username: Option<&str>) -> Fate {
        if username.is_none() {
            let (text, at) = words::no_username(self.policy);
            return Fate::Hold(Fault::NoUsername, text, at);
        }
        let skip = |text: String| Fate::Skip {
            text,
            policy: self.policy.provider.at.clone(),
        };
        match entry.status() {
            SourceStatus::Active => {}
            SourceStatus::Unknown => {
                let (text, at) = words::status_unknown(self.policy, "no account is made");
                return Fate::Hold(Fault::StatusUnknown, text, at);
            }
            SourceStatus::Pending => return skip("pending at the source".to_owned()),
            SourceStatus::Blocked(cause) => {
                return skip(format!("{} at the source", cause.as_str()));
            }
            SourceStatus::Removed(_) => return skip("removed at the source".to_owned()),
        }
        if let Some((at, text)) = self.evaluate_rules(entry).into_iter().next() {
            return Fate::Hold(Fault::ExpressionFailed, text, at);
        }
        let holds = self.verdicts.iter().position(|v| *v == Verdict::Holds);
        if let Some(rule) = holds.and_then(|place| self.policy.blocks.get(place)) {
            return Fate::Skip {
                text: format!("rule `{}` holds", rule.name),
                policy: rule.at.clone(),
            };
        }
        match self.mapper.initial(entry) {
            Ok(fields) => Fate::Create(fields),
            Err((field, failed)) => {
                let text = format!("field `{}` could not be computed: {failed}", field.name);
                Fate::Hold(Fault::ExpressionFailed, text, field.at.clone())
            }
        }
    }

    /// An entry without an identifier, where the policy matches by it. The
    /// account of its username is held, so that nobody is blocked by a gap.
    fn nameless(&mut self, entry: EntryView<'_>, username: Option<&str>) {
        self.nameless.extend(username.map(str::to_owned));
        let (text, at) = words::no_external_id(self.policy);
        self.hold(None, entry, username, Fault::NoExternalId, text, Some(at));
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

    fn twin_of(&mut self, row: Row, username: Option<&str>) {
        self.mark(row, Seen::Held);
        self.twin_rows.insert(row);
        let known_by = match self.policy.identity.key {
            Key::ExternalId => self.accounts.external_id(row).unwrap_or("").to_owned(),
            Key::Username => self.accounts.key(row).to_owned(),
        };
        let mut names = vec![self.accounts.key(row).to_owned()];
        names.extend(username.map(|name| UsernameKey::of(name).as_str().to_owned()));
        self.twins.entry(known_by).or_default().extend(names);
    }

    fn twin_of_stranger(&mut self, known_by: String, twin: usize, username: Option<&str>) {
        let names = self.twins.entry(known_by).or_default();
        if let Some(stranger) = self.strangers.get_mut(twin) {
            stranger.fate = Fate::Reported;
            names.extend(
                stranger
                    .username
                    .as_ref()
                    .map(|name| name.key().as_str().to_owned()),
            );
        }
        names.extend(username.map(|name| UsernameKey::of(name).as_str().to_owned()));
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
        let finding = Finding {
            code,
            username: username.map(str::to_owned),
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
