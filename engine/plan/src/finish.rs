//! What can only be known at the end of a read: who is missing, who is likely
//! somebody else, who gets which username. Then the plan is put together.

use crate::accounts::Row;
use crate::blocking;
use crate::changes::{self, Decided};
use crate::claims::{self, Claimant, Refusal};
use crate::guards::{self, Measures};
use crate::planner::{Departure, Edit, Fate, Planner, Seen};
use crate::renames::{self, Likeness};
use muster_model::plan::PLAN_FORMAT;
use muster_model::{
    AccountId, Action, Bindings, BlockReason, Change, Coverage, Fault, FieldName, Finding,
    PartialReason, Plan, PolicyLine, Subject, UsernameKey,
};
use muster_policy::{Key, Mode};
use std::collections::{BTreeMap, BTreeSet};

/// The override by which an empty answer may count as the whole truth.
const EMPTY: &str = "empty";

impl Planner<'_> {
    /// Settles what only the end of the read can tell, and makes the plan.
    pub fn finish(mut self, coverage: Coverage, cursor: Option<Vec<u8>>) -> Plan {
        let coverage = self.attribute_problems(coverage);
        let coverage = self.distrust_emptiness(coverage);
        self.hold_nameless();
        self.report_twins();
        self.hold_likely_renames();
        let absent = self.settle_missing(&coverage);
        let decided = self.settle_usernames();
        let mut situations = self.situations();
        situations.insert("gone".to_owned(), absent.gone);
        situations.insert("absence-unproven".to_owned(), absent.unproven);
        self.assemble(coverage, cursor, decided, situations)
    }

    /// Holds the people whose records are broken. A record that belongs to
    /// nobody in particular takes the proof of absence from everybody.
    fn attribute_problems(&mut self, coverage: Coverage) -> Coverage {
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
                (None, Subject::Attribute { value, .. }) => Some(value.clone()),
                (None, Subject::Nobody) => None,
            };
            if !known {
                coverage = coverage.weakened(
                    PartialReason::Unattributed,
                    format!(
                        "{} could not be read and may be anybody's, so nobody counts as gone",
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
                let row = self.accounts.by_external_id(id.as_str());
                let stranger = self.hold_strangers(|stranger| {
                    stranger.external_id.as_ref().map(|id| id.as_str()) == Some(id.as_str())
                });
                (
                    row.into_iter().collect(),
                    by_id || row.is_some() || stranger,
                )
            }
            Subject::Attribute { name, value } => {
                let username = self.policy.attributes.get(self.policy.identity.username);
                if username.is_some_and(|known| known.eq_ignore_ascii_case(name)) {
                    let key = UsernameKey::of(value);
                    let row = self.accounts.by_username(key.as_str());
                    let row = row.filter(|&row| self.accounts.is_own(row));
                    let stranger = self.hold_strangers(|stranger| {
                        stranger.username.as_ref().map(|name| name.key()).as_ref() == Some(&key)
                    });
                    (
                        row.into_iter().collect(),
                        !by_id || row.is_some() || stranger,
                    )
                } else {
                    let rows = self.rows_with(name, value);
                    let known = !rows.is_empty();
                    (rows, known)
                }
            }
        }
    }

    fn hold_strangers(
        &mut self,
        mut is_meant: impl FnMut(&crate::planner::Stranger) -> bool,
    ) -> bool {
        let mut found = false;
        for stranger in self.strangers.iter_mut() {
            if is_meant(stranger) {
                stranger.fate = Fate::Reported;
                found = true;
            }
        }
        found
    }

    /// Own accounts in which a field mapped from an attribute has a value.
    fn rows_with(&self, attribute: &str, value: &str) -> Vec<Row> {
        let fields: Vec<usize> = self
            .policy
            .fields
            .iter()
            .enumerate()
            .filter(|(_, field)| match &field.value {
                muster_policy::ValueSource::Attributes(candidates) => {
                    candidates.iter().any(|&candidate| {
                        self.policy
                            .attributes
                            .get(candidate)
                            .is_some_and(|known| known.eq_ignore_ascii_case(attribute))
                    })
                }
                muster_policy::ValueSource::Expression(_) => false,
            })
            .map(|(place, _)| place)
            .collect();
        let has = |row: &Row| {
            fields
                .iter()
                .any(|&field| self.accounts.holds_text(*row, field, value))
        };
        self.accounts.own_rows().filter(has).collect()
    }

    /// A complete read with nobody in it does not prove that all have left.
    fn distrust_emptiness(&self, coverage: Coverage) -> Coverage {
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

    fn hold_nameless(&mut self) {
        for username in std::mem::take(&mut self.nameless) {
            let key = UsernameKey::of(&username);
            let row = self.accounts.by_username(key.as_str());
            if let Some(row) = row.filter(|&row| self.accounts.is_own(row)) {
                self.mark(row, Seen::Held);
            }
        }
    }

    fn report_twins(&mut self) {
        for (known_by, names) in std::mem::take(&mut self.twins) {
            let named: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            let (fault, text) = match self.policy.identity.key {
                Key::ExternalId => (
                    Fault::DuplicateId,
                    format!(
                        "more than one entry has the identifier `{known_by}` (as {}); none of them \
                         is used",
                        named.join(", ")
                    ),
                ),
                Key::Username => (
                    Fault::UsernameClash,
                    format!(
                        "more than one entry has the username `{known_by}`; none of them is used"
                    ),
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

    /// Holds both sides of a likely rename: nobody is created, nobody blocked.
    fn hold_likely_renames(&mut self) {
        if self.policy.identity.key != Key::Username {
            return;
        }
        let missing: Vec<Row> = self
            .accounts
            .own_rows()
            .filter(|&row| self.seen_of(row) == Seen::Not)
            .collect();
        let pairs = renames::likely(self.policy, &self.accounts, &missing, &self.strangers);
        for (place, rows) in pairs {
            self.hold_likely_rename(place, &rows);
        }
    }

    fn hold_likely_rename(&mut self, place: usize, rows: &BTreeSet<(Row, Likeness)>) {
        let Some(stranger) = self.strangers.get_mut(place) else {
            return;
        };
        let Some(new) = stranger.username.clone() else {
            return;
        };
        stranger.fate = Fate::Reported;
        let mut lines = Vec::new();
        for &(row, likeness) in rows {
            self.mark(row, Seen::Held);
            let old = self.accounts.username(row);
            lines.push(format!(
                "`{new}` is likely `{old}` ({}) under another name: they have {}. Nobody is created \
                 or blocked; carry the rename out with `muster account rename {old} {new}`",
                self.accounts.id(row),
                likeness.in_words()
            ));
        }
        let at = Some(self.policy.identity.at.clone());
        let text = lines.join("; or ");
        self.find_fault(
            None,
            Fault::LikelyRename,
            Some(new.as_str()),
            text,
            at,
            true,
        );
    }

    /// Decides about everybody who was not delivered, or not in scope.
    fn settle_missing(&mut self, coverage: &Coverage) -> Absent {
        let mut absent = Absent::default();
        let rows: Vec<Row> = self.accounts.own_rows().collect();
        for row in rows {
            let text = match self.seen_of(row) {
                Seen::InScope | Seen::Held => continue,
                Seen::OutOfScope => self.departed(row),
                Seen::Not if self.has_left(row) => {
                    absent.gone += 1;
                    continue;
                }
                Seen::Not if coverage.proves_absence() => (
                    if self.policy.scope.groups.is_empty() {
                        "no longer at the source: a complete read did not find them".to_owned()
                    } else {
                        "no longer in the syncing groups: a complete read did not find them"
                            .to_owned()
                    },
                    self.policy.scope.at.clone(),
                ),
                Seen::Not => {
                    absent.unproven += self.report_unproven(row, coverage);
                    continue;
                }
            };
            let shift = blocking::left_scope(self.accounts.reasons(row), text.0, text.1);
            absent.gone += u64::from(shift.is_none());
            if let Some(shift) = shift {
                self.edits.push(Edit {
                    row,
                    rename: None,
                    fields: Vec::new(),
                    reasons: Some(shift),
                });
            }
        }
        absent
    }

    fn has_left(&self, row: Row) -> bool {
        self.accounts.reasons(row).contains(&BlockReason::LeftScope)
    }

    fn departed(&self, row: Row) -> (String, PolicyLine) {
        let scope = &self.policy.scope;
        match (self.departures.get(&row), &scope.condition) {
            (Some(Departure::Condition), Some(condition)) => (
                format!("`where` is not true of them: {}", condition.text.trim()),
                condition.at.clone(),
            ),
            (Some(Departure::Removed(_)), _) => {
                ("removed at the source".to_owned(), scope.at.clone())
            }
            _ => (
                "left out by the policy's exclusions".to_owned(),
                scope.at.clone(),
            ),
        }
    }

    fn report_unproven(&mut self, row: Row, coverage: &Coverage) -> u64 {
        let Coverage::Partial { reason, .. } = coverage else {
            return 0;
        };
        let text = format!(
            "not seen in a read that was only partial ({}), so left as it is",
            reason.as_str()
        );
        let username = self.accounts.username(row).to_owned();
        let at = Some(self.policy.scope.at.clone());
        self.find_fault(
            None,
            Fault::AbsenceUnproven,
            Some(&username),
            text,
            at,
            false,
        );
        1
    }

    /// Grants usernames as a set; what is refused becomes a finding.
    fn settle_usernames(&mut self) -> Decided {
        let seen = &self.seen;
        self.edits
            .retain(|edit| seen.get(edit.row.place()).copied() != Some(Seen::Held));
        let claims = self.claims();
        let verdicts = claims::resolve(&self.accounts, &claims);
        let keys: BTreeMap<Claimant, &String> = claims
            .iter()
            .map(|(claimant, key)| (*claimant, key))
            .collect();
        for (claimant, refusal) in &verdicts.refused {
            let key = keys.get(claimant).map_or("", |key| key.as_str());
            self.report_refusal(*claimant, refusal, key);
        }
        for edit in &mut self.edits {
            if verdicts.refused.contains_key(&Claimant::Account(edit.row)) {
                edit.rename = None;
            }
        }
        Decided {
            edits: std::mem::take(&mut self.edits),
            strangers: self.admitted(&verdicts.refused),
            needs: verdicts.needs,
        }
    }

    fn claims(&self) -> Vec<(Claimant, String)> {
        let renames = self.edits.iter().filter_map(|edit| {
            let wanted = edit.rename.as_ref()?.key();
            Some((Claimant::Account(edit.row), wanted.as_str().to_owned()))
        });
        let newcomers = self.strangers.iter().enumerate();
        let newcomers = newcomers.filter_map(|(place, stranger)| match stranger.fate {
            Fate::Create(_) => {
                let key = stranger.username.as_ref()?.key();
                Some((Claimant::Stranger(place), key.as_str().to_owned()))
            }
            _ => None,
        });
        renames.chain(newcomers).collect()
    }

    /// Strangers who get an account; the others become findings.
    fn admitted(
        &mut self,
        refused: &BTreeMap<Claimant, Refusal>,
    ) -> Vec<(usize, crate::planner::Stranger)> {
        let mut admitted = Vec::new();
        for (place, stranger) in std::mem::take(&mut self.strangers).into_iter().enumerate() {
            let name = stranger
                .username
                .as_ref()
                .map(|name| name.as_str())
                .or_else(|| stranger.external_id.as_ref().map(|id| id.as_str()))
                .map(str::to_owned);
            match stranger.fate {
                Fate::Create(_) if refused.contains_key(&Claimant::Stranger(place)) => {}
                Fate::Create(_) => admitted.push((place, stranger)),
                Fate::Skip { text, policy } => {
                    let text = format!("{text}, and without an account: none is made");
                    self.find_fault(
                        None,
                        Fault::Skipped,
                        name.as_deref(),
                        text,
                        Some(policy),
                        false,
                    );
                }
                Fate::Hold(fault, text, at) => {
                    self.find_fault(None, fault, name.as_deref(), text, Some(at), true);
                }
                Fate::Reported => {}
            }
        }
        admitted
    }

    fn report_refusal(&mut self, claimant: Claimant, refusal: &Refusal, key: &str) {
        let (name, who) = self.introduce(claimant);
        let (fault, text) = match refusal {
            Refusal::Contested(others) => {
                let mut others: Vec<String> = others
                    .iter()
                    .map(|&other| self.introduce(other).1)
                    .collect();
                others.sort_unstable();
                (
                    Fault::UsernameClash,
                    format!(
                        "the username `{key}` is wanted by {who} and also by {}; it is given to none \
                         of them",
                        others.join(" and ")
                    ),
                )
            }
            Refusal::Held(holder) => self.refused_by(*holder, claimant, &who),
        };
        let at = Some(self.policy.identity.at.clone());
        self.find_fault(None, fault, Some(&name), text, at, true);
    }

    fn refused_by(&self, holder: Row, claimant: Claimant, who: &str) -> (Fault, String) {
        let username = self.accounts.username(holder);
        let id = self.accounts.id(holder);
        let is_new = matches!(claimant, Claimant::Stranger(_));
        let is_gone = self.accounts.is_own(holder)
            && (self.has_left(holder) || self.seen_of(holder) == Seen::Not);
        if is_new && is_gone && self.policy.identity.key == Key::ExternalId {
            let directory = &self.policy.directory;
            let new_id = match claimant {
                Claimant::Stranger(place) => self.strangers.get(place),
                Claimant::Account(_) => None,
            }
            .and_then(|stranger| stranger.external_id.as_ref())
            .map_or("ID", |id| id.as_str());
            return (
                Fault::Recreated,
                format!(
                    "{who} carries the username of account `{username}` ({id}), whose own entry is \
                     not at the source. If they are one person, made anew at the source: `muster \
                     account detach {username}`, then `muster account attach {username} --directory \
                     {directory} --external-id {new_id}`; if not, give one of them another username"
                ),
            );
        }
        (
            Fault::UsernameClash,
            format!(
                "{who} cannot have the username `{username}`: it belongs to account {id}, {}; nobody \
                 is overwritten",
                self.accounts.owner_in_words(holder)
            ),
        )
    }

    /// A claimant's name, and who they are in words.
    fn introduce(&self, claimant: Claimant) -> (String, String) {
        match claimant {
            Claimant::Account(row) => {
                let name = self.accounts.username(row);
                (
                    name.to_owned(),
                    format!("account `{name}` ({})", self.accounts.id(row)),
                )
            }
            Claimant::Stranger(place) => {
                let stranger = self.strangers.get(place);
                let name = stranger
                    .and_then(|stranger| stranger.username.as_ref())
                    .map_or(String::new(), ToString::to_string);
                let id = stranger.and_then(|stranger| stranger.external_id.as_ref());
                let who = match id {
                    Some(id) => format!("the new entry `{name}` (id `{id}`)"),
                    None => format!("the new entry `{name}`"),
                };
                (name, who)
            }
        }
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
        mut situations: BTreeMap<String, u64>,
    ) -> Plan {
        let (mut changes, lost) = changes::build(&self, decided);
        for finding in lost {
            self.findings.push((None, finding));
        }
        let mut findings = self.take_findings();
        if let Some(only) = &self.context.only {
            findings.retain(|finding| is_about(finding, only));
        }
        findings.sort_unstable();
        findings.dedup();
        number(&mut changes, self.context.next_account_id);
        let in_scope =
            (coverage.proves_absence() && self.context.only.is_none()).then_some(self.in_scope);
        let guards = guards::measure(
            self.policy,
            self.context,
            &Measures {
                changes: &changes,
                population: self.accounts.active(),
                in_scope,
            },
        );
        count_situations(&mut situations, &changes, &findings);
        Plan {
            format: PLAN_FORMAT.to_owned(),
            directory: self.policy.directory.clone(),
            summary: summary(&changes),
            situations,
            reasons: reasons(&changes),
            settled: self.settled(&changes),
            tracked: self.tracked(),
            bindings: self.bindings(&coverage),
            coverage,
            changes,
            findings,
            guards,
            licences: None,
            cursor,
        }
    }

    /// Accounts whose tracked fields agree with the source after the plan.
    fn settled(&self, changes: &[Change]) -> Vec<AccountId> {
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
                    Action::Create | Action::Update | Action::Rename
                )
            })
            .map(|change| change.account_id);
        quiet
            .chain(written)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
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
            policy: self.policy.digest.clone(),
            snapshot: self.digest.finish(&self.policy.attributes, kind),
            state: self.context.state.clone(),
            state_version: self.context.state_version,
            plugin: self.context.plugin.clone(),
            plugin_digest: self.context.plugin_digest.clone(),
            created: self.context.now.to_string(),
            expires: self.context.expires.to_string(),
        }
    }
}

/// How many accounts are missing without a change.
#[derive(Clone, Copy, Debug, Default)]
struct Absent {
    /// Blocked for it already.
    gone: u64,
    /// Left as they are, for want of proof.
    unproven: u64,
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

fn summary(changes: &[Change]) -> BTreeMap<Action, u64> {
    let mut summary: BTreeMap<Action, u64> = Action::ALL.into_iter().map(|a| (a, 0)).collect();
    for change in changes {
        *summary.entry(change.action).or_default() += 1;
    }
    summary
}

fn reasons(changes: &[Change]) -> BTreeMap<String, u64> {
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
    findings: &[Finding],
) {
    let touched: BTreeSet<AccountId> = changes
        .iter()
        .filter(|change| change.action != Action::Create)
        .filter(|change| change.reason.code != "left-scope" || change.action != Action::Block)
        .map(|change| change.account_id)
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
