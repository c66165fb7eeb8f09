//! The end of a read: what only it can tell is settled, room by room, and the
//! plan is put together.

use crate::changes::{self, Decided};
use crate::claims::Claimant;
use crate::guards::{self, Measures};
use crate::planner::{Planner, Seen};
use crate::seats::Census;
use crate::watch::{Moment, Watched};
use muster_model::plan::PLAN_FORMAT;
use muster_model::{
    AccountId, Action, Bindings, Change, Coverage, CursorKept, Fault, FieldName, Finding, Pending,
    Plan, UsernameKey,
};
use muster_policy::{FieldMapping, Key, Mode};
use std::collections::{BTreeMap, BTreeSet};

impl Planner<'_> {
    /// Settles what only the end of the read can tell, and makes the plan.
    pub fn finish(self, coverage: Coverage, cursor: Option<Vec<u8>>) -> Plan {
        self.finish_watched(coverage, cursor).0
    }

    /// The same, with what was seen of those who are watched.
    pub fn finish_watched(
        mut self,
        coverage: Coverage,
        cursor: Option<Vec<u8>>,
    ) -> (Plan, Watched) {
        self.look(Moment::Read);
        let coverage = self.attribute_problems(coverage);
        let coverage = self.distrust_unnamed(coverage);
        let coverage = self.distrust_emptiness(coverage);
        self.hold_nameless();
        self.report_twins();
        self.hold_taken_usernames();
        self.hold_likely_renames();
        self.hold_recreated(&coverage);
        self.settle_adoptions();
        let absent = self.settle_missing(&coverage);
        self.settle_merges(&coverage);
        self.drop_held_edits();
        self.keep_held_accounts();
        self.settle_identifiers();
        let to_come = self.to_come();
        self.look(Moment::Settled);
        let mut decided = self.settle_usernames();
        self.settle_only(&decided);
        self.settle_seats(&mut decided, &coverage);
        let numbers = changes::numbers(&self, &decided);
        self.settle_references(&coverage, &mut decided, &numbers);
        self.settle_coming(&decided);
        let census = self.census(&decided, to_come);
        self.report_pins(&coverage);
        self.report_exceptions(&coverage);
        let mut situations = self.situations();
        situations.insert("gone".to_owned(), absent.gone);
        situations.insert("absence-unproven".to_owned(), absent.unproven);
        if absent.in_grace > 0 {
            situations.insert("in-grace".to_owned(), absent.in_grace);
        }
        let watched = self.look_at_the_end(&decided);
        let plan = self.assemble(coverage, cursor, decided, numbers, situations, census);
        (plan, watched)
    }

    fn situations(&self) -> BTreeMap<String, u64> {
        let count = |wanted: Seen| {
            let own = self.accounts.own_rows();
            own.filter(|&row| self.seen_of(row) == wanted).count() as u64
        };
        BTreeMap::from([
            ("in-scope".to_owned(), self.in_scope),
            ("out-of-scope".to_owned(), self.out_of_scope),
            ("matched".to_owned(), count(Seen::InScope)),
            ("accounts".to_owned(), self.accounts.own()),
        ])
    }

    fn assemble(
        mut self,
        coverage: Coverage,
        cursor: Option<Vec<u8>>,
        decided: Decided,
        numbers: BTreeMap<usize, AccountId>,
        mut situations: BTreeMap<String, u64>,
        census: Census,
    ) -> Plan {
        let due = self.next_due(&decided);
        let unseen = self.unseen(&decided);
        let (mut changes, lost) = changes::build(&self, decided);
        for finding in lost {
            self.findings.push((None, finding));
        }
        number(&mut changes, self.context.next_account_id);
        let mut upcoming = self.upcoming(&changes);
        let licences = self.licences(&changes, &upcoming, &census, &coverage);
        let mut findings = self.take_findings();
        if let Some(only) = &self.context.only {
            findings.retain(|finding| is_about(finding, only));
            upcoming.retain(|one| one.username.key() == *only);
        }
        findings.sort_unstable();
        findings.dedup();
        let in_scope =
            (coverage.proves_absence() && self.context.only.is_none()).then_some(self.in_scope);
        let guards = guards::measure(
            self.policy,
            &self.context.overrides,
            &Measures {
                changes: &changes,
                population: self.accounts.active(),
                in_scope,
            },
        );
        count_situations(&mut situations, &changes, &unseen, &findings);
        let held = findings.iter().any(|finding| finding.held);
        let (cursor, cursor_kept) = self.place_in_feed(&coverage, cursor, held);
        let settled = self.settled(&changes, &unseen);
        Plan {
            format: PLAN_FORMAT.to_owned(),
            undoes: None,
            directory: self.policy.directory.clone(),
            summary: summary(&changes),
            situations,
            reasons: reasons(&changes),
            remembered: self.memories(),
            pending: Pending {
                due: due.map(|instant| instant.to_string()),
                waiting: licences.as_ref().map_or(0, |licences| licences.waiting),
            },
            given: self.given(&settled, &numbers),
            references: self
                .policy
                .references()
                .map(|field| field.name.clone())
                .collect(),
            names: self.names(&changes),
            review: Default::default(),
            settled,
            tracked: self.tracked(),
            bindings: self.bindings(&coverage),
            read: self.context.read.clone(),
            coverage,
            changes,
            findings,
            upcoming,
            guards,
            licences,
            cursor,
            cursor_kept,
        }
    }

    /// Where the next run goes on, or why it begins where this one did: nobody's
    /// changes may be lost. A full read that is not complete leaves no place.
    fn place_in_feed(
        &self,
        coverage: &Coverage,
        cursor: Option<Vec<u8>>,
        held: bool,
    ) -> (Option<Vec<u8>>, Option<CursorKept>) {
        let before = self.context.directory.as_ref();
        let has_feed = cursor.is_some() || before.is_some_and(|record| record.cursor.is_some());
        let is_partial = matches!(coverage, Coverage::Partial { .. });
        let kept = match self.context.is_delta() {
            _ if self.context.only.is_some() => Some(CursorKept::Only),
            true if is_partial => Some(CursorKept::Partial),
            true if held => Some(CursorKept::Held),
            _ => None,
        };
        match kept.filter(|_| has_feed) {
            None => (cursor.filter(|_| !is_partial), None),
            kept => (None, kept),
        }
    }

    /// Accounts that change although no entry of theirs was in scope.
    fn unseen(&self, decided: &Decided) -> BTreeSet<AccountId> {
        let edits = decided.edits.iter();
        edits
            .filter(|edit| edit.adoption.is_none() && self.seen_of(edit.row) != Seen::InScope)
            .map(|edit| self.accounts.id(edit.row))
            .collect()
    }

    /// Accounts whose tracked fields agree with the source after the plan.
    fn settled(&self, changes: &[Change], unseen: &BTreeSet<AccountId>) -> Vec<AccountId> {
        let quiet = self
            .unsettled
            .iter()
            .map(|&row| (row, self.accounts.id(row)));
        let only = self.context.only.as_ref();
        let quiet = quiet
            .filter(|(row, _)| self.seen_of(*row) != Seen::Held)
            .filter(|(row, _)| only.is_none_or(|only| only.as_str() == self.accounts.key(*row)))
            .map(|(_, id)| id);
        let written = changes
            .iter()
            .filter(|change| {
                matches!(
                    change.action,
                    Action::Create | Action::Adopt | Action::Update | Action::Rename
                )
            })
            .map(|change| change.account_id)
            .filter(|id| !unseen.contains(id));
        let uncomputed = self.uncomputed.iter().map(|&row| self.accounts.id(row));
        let uncomputed: BTreeSet<AccountId> = uncomputed.collect();
        quiet
            .chain(written)
            .filter(|id| !uncomputed.contains(id))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }

    /// What sync remembers of settled accounts where it is not what they hold.
    fn given(
        &self,
        settled: &[AccountId],
        numbers: &BTreeMap<usize, AccountId>,
    ) -> BTreeMap<AccountId, BTreeMap<FieldName, Vec<String>>> {
        let asked = &self.mapper.asked;
        let has_keys = !asked.keys().is_empty();
        if !has_keys && !self.policy.fields.iter().any(FieldMapping::is_merged) {
            return BTreeMap::new();
        }
        let new: BTreeMap<AccountId, usize> =
            numbers.iter().map(|(place, id)| (*id, *place)).collect();
        let mut given = BTreeMap::new();
        for &id in settled {
            let (who, mut all) = match (new.get(&id), self.accounts.by_id(id)) {
                (Some(&place), _) => (Claimant::Stranger(place), BTreeMap::new()),
                (None, Some(row)) => (Claimant::Account(row), self.given_items(row)),
                (None, None) => continue,
            };
            for (key, (name, _)) in asked.keys().iter().enumerate() {
                let told = self.told(who, key);
                all.extend(told.map(|told| (name.clone(), told.to_vec())));
            }
            if !all.is_empty() {
                given.insert(id, all);
            }
        }
        given
    }

    /// By what others refer to somebody, if their account does not remember it.
    pub(crate) fn told(&self, who: Claimant, key: usize) -> Option<&[String]> {
        let adopter = match who {
            Claimant::Account(row) => self.adopters.get(&row).copied(),
            Claimant::Stranger(_) => None,
        };
        let who = adopter.map_or(who, Claimant::Stranger);
        self.mapper.asked.told(who, key)
    }

    fn tracked(&self) -> Vec<FieldName> {
        let username = (self.policy.identity.key == Key::ExternalId)
            .then(|| FieldName::from(crate::accounts::USERNAME_FIELD));
        let mapped = self.policy.fields.iter();
        let mut tracked: Vec<FieldName> = mapped
            .filter(|field| field.mode == Mode::Always)
            .map(|field| field.name.clone())
            .chain(username)
            .collect();
        tracked.sort_unstable();
        tracked
    }

    fn bindings(&self, coverage: &Coverage) -> Bindings {
        let kind = match coverage {
            Coverage::Complete { .. } => "complete",
            Coverage::Partial { reason, .. } => reason.as_str(),
            Coverage::Delta { .. } => "delta",
        };
        Bindings {
            policy_file: self.policy.file.clone(),
            environment: self.policy.environment.clone(),
            policy: self.policy.digest.clone(),
            snapshot: self.digest.finish(&self.policy.attributes, kind),
            texts: Vec::new(),
            state: self.context.state.clone(),
            state_version: self.context.state_version,
            plugin: self.context.plugin.clone(),
            plugin_digest: self.context.plugin_digest.clone(),
            created: self.context.now.to_string(),
            expires: self.context.expires.to_string(),
        }
    }
}

fn is_about(finding: &Finding, only: &UsernameKey) -> bool {
    let name = finding.username.as_deref();
    name.is_some_and(|name| UsernameKey::of(name) == *only)
}

/// Gives new accounts their numbers, in the order of the plan.
fn number(changes: &mut [Change], next: AccountId) {
    let creates = changes
        .iter_mut()
        .filter(|change| change.action == Action::Create);
    for (change, number) in creates.zip(next.0..) {
        change.account_id = AccountId(number);
    }
}

/// Number of changes per action; every action is listed.
pub fn summary(changes: &[Change]) -> BTreeMap<Action, u64> {
    let mut summary: BTreeMap<Action, u64> = Action::ALL.into_iter().map(|a| (a, 0)).collect();
    for change in changes {
        *summary.entry(change.action).or_default() += 1;
    }
    summary
}

/// Number of changes per action and reason code: `block: left-scope`.
pub fn reasons(changes: &[Change]) -> BTreeMap<String, u64> {
    let mut reasons = BTreeMap::new();
    for change in changes {
        let key = format!("{}: {}", change.action, change.reason.code);
        *reasons.entry(key).or_default() += 1;
    }
    reasons
}

fn count_situations(
    situations: &mut BTreeMap<String, u64>,
    changes: &[Change],
    unseen: &BTreeSet<AccountId>,
    findings: &[Finding],
) {
    let with = |action: Action| {
        let changes = changes.iter().filter(move |change| change.action == action);
        changes.map(|change| change.account_id)
    };
    let new: BTreeSet<AccountId> = with(Action::Create).chain(with(Action::Adopt)).collect();
    let touched: BTreeSet<AccountId> = changes
        .iter()
        .filter(|change| !new.contains(&change.account_id))
        .map(|change| change.account_id)
        .filter(|id| !unseen.contains(id))
        .collect();
    let matched = situations.get("matched").copied().unwrap_or(0);
    situations.insert(
        "confirmed".to_owned(),
        matched.saturating_sub(touched.len() as u64),
    );
    let count = |keep: fn(&Finding) -> bool| findings.iter().filter(|f| keep(f)).count() as u64;
    situations.insert("held".to_owned(), count(|finding| finding.held));
    situations.insert(
        "skipped".to_owned(),
        count(|finding| finding.code == Fault::Skipped),
    );
    let clashes = count(|finding| finding.code == Fault::UsernameClash);
    situations.insert("clash".to_owned(), clashes);
}
