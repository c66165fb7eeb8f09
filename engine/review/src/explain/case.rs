//! One person, with everything that the steps tell of.

use super::person::{Subject, is_same};
use super::read::Read;
use super::{Question, Watched, who};
use crate::explain::report::Who;
use muster_model::{
    Account, AuditRecord, Change, EntryView, Finding, Memory, Owner, Plan, Problem, UsernameKey,
};
use muster_plan::{Course, Deed, Fate, Presence, Scoped, Sight};
use muster_policy::{Key, Policy};
use muster_sync::PreviewError;
use std::collections::BTreeSet;

/// One person, with everything that the steps tell of.
pub(super) struct Case<'c> {
    pub(super) question: &'c Question<'c>,
    pub(super) plan: &'c Plan,
    pub(super) who: Who,
    /// The entries, the first of which stands for the person.
    pub(super) entries: Vec<(EntryView<'c>, &'c Sight)>,
    /// Their places in the read.
    pub(super) places: Vec<u64>,
    pub(super) account: Option<Account>,
    /// An entry that the source has beyond the policy's scope.
    pub(super) outside: Option<EntryView<'c>>,
    /// How it went on.
    pub(super) course: Course,
    /// Broken records that are theirs.
    pub(super) problems: Vec<&'c Problem>,
    /// What was done to the account before, the newest last.
    pub(super) history: Vec<AuditRecord>,
    pub(super) watched: &'c Watched,
    names: BTreeSet<UsernameKey>,
}

impl<'c> Case<'c> {
    pub(super) fn new(
        question: &'c Question<'c>,
        subject: &Subject,
        plan: &'c Plan,
        watched: &'c Watched,
    ) -> Result<Self, PreviewError> {
        let account = match subject.account {
            Some(id) => question.store.account(id)?,
            None => None,
        };
        let history = history(question, account.as_ref())?;
        let mut case = Self::with(question, subject, account, plan, watched);
        case.history = history;
        Ok(case)
    }

    /// The same with an account that is known already, and no history.
    pub(super) fn with(
        question: &'c Question<'c>,
        subject: &Subject,
        account: Option<Account>,
        plan: &'c Plan,
        watched: &'c Watched,
    ) -> Self {
        let entries = subject.entries.iter().filter_map(|place| {
            let sight = watched.entries.get(place)?;
            Some((*place, question.read.entry(*place)?, sight))
        });
        let mut entries: Vec<(u64, EntryView<'c>, &Sight)> = entries.collect();
        // Matched by username, somebody out of scope may bear the name as well.
        entries.sort_by_key(|(_, _, sight)| match sight.scope {
            Scoped::In => 0,
            Scoped::Undecided(_) => 1,
            _ => 2,
        });
        let of_account = subject.account.and_then(|id| watched.accounts.get(&id));
        let of_entry = || {
            entries
                .first()
                .and_then(|(_, _, sight)| sight.course.as_ref())
        };
        let course = of_account.or_else(of_entry).cloned().unwrap_or_default();
        let mut case = Self {
            who: who(question, subject, account.as_ref(), watched),
            history: Vec::new(),
            outside: None,
            names: BTreeSet::new(),
            problems: Vec::new(),
            places: entries.iter().map(|(place, ..)| *place).collect(),
            entries: entries
                .into_iter()
                .map(|(_, entry, sight)| (entry, sight))
                .collect(),
            question,
            plan,
            account,
            course,
            watched,
        };
        case.names = case.all_names();
        let problems = question.read.problems();
        case.problems = problems.filter(|problem| case.is_theirs(problem)).collect();
        case
    }

    /// Somebody whom the policy does not ask for may be at the source all the same.
    pub(super) fn found_outside(&mut self, read: Option<&'c Read>) {
        let mut entries = read.iter().flat_map(|read| read.entries());
        let Some((_, entry)) = entries.next() else {
            return;
        };
        let mut usernames =
            muster_policy::Usernames::new(&self.question.policy.identity, self.question.now());
        let made = usernames.of(entry).ok();
        let name = made.and_then(|made| made.into_vec().into_iter().next());
        let who = &mut self.who;
        who.username = who.username.take().or_else(|| Some(name?.into_owned()));
        who.external_id = who
            .external_id
            .take()
            .or_else(|| entry.id().map(str::to_owned));
        self.outside = Some(entry);
    }

    pub(super) fn policy(&self) -> &'c Policy {
        self.question.policy
    }

    /// The entry that stands for the person.
    pub(super) fn entry(&self) -> Option<EntryView<'c>> {
        self.entries.first().map(|(entry, _)| *entry)
    }

    /// How many entries say that they are this person, where only one may.
    pub(super) fn times(&self) -> usize {
        let by_id = self.policy().identity.key == Key::ExternalId;
        let is_in = |sight: &Sight| matches!(sight.scope, Scoped::In | Scoped::Undecided(_));
        let all = self.entries.iter();
        all.filter(|(_, sight)| by_id || is_in(sight)).count()
    }

    pub(super) fn sight(&self) -> Option<&'c Sight> {
        self.entries.first().map(|(_, sight)| *sight)
    }

    /// What the plan does.
    pub(super) fn deed(&self) -> &Deed {
        &self.course.end
    }

    /// True if the account is the directory's own before the plan.
    pub(super) fn is_own(&self) -> bool {
        let owner = self.account.as_ref().map(|account| &account.owner);
        owner == Some(&Owner::Directory(self.policy().directory.clone()))
    }

    /// True if nobody's account is touched: it is not the directory's, and does not
    /// become so.
    pub(super) fn is_not_ours(&self) -> bool {
        self.account.is_some() && !self.is_own() && self.deed().adopts.is_none()
    }

    /// True if nothing can be done about the person before something is put right.
    pub(super) fn is_held(&self) -> bool {
        if self.account.is_some() {
            return self.deed().presence == Presence::Held;
        }
        let Some(sight) = self.sight() else {
            return !self.problems.is_empty();
        };
        if !matches!(sight.scope, Scoped::In | Scoped::Undecided(_)) {
            return false;
        }
        let is_settled = |course: &Course| {
            course.end.fate == Fate::Create
                || matches!(course.settled.fate, Fate::Skip { .. } | Fate::Leave { .. })
        };
        !sight.course.as_ref().is_some_and(is_settled)
    }

    /// What sync remembers of the person once the plan is applied.
    pub(super) fn memory(&self) -> Memory {
        let Some(account) = &self.account else {
            return Memory::default();
        };
        let new = self.plan.remembered.get(&account.id);
        new.cloned().unwrap_or_else(|| Memory::of(account))
    }

    /// The plan's changes of the person's account.
    pub(super) fn changes(&self) -> Vec<Change> {
        let creates = self.deed().fate == Fate::Create;
        let id = self.entry().and_then(|entry| entry.id());
        let name = self.sight().and_then(|sight| sight.name.as_deref());
        let is_theirs = |change: &&Change| match &self.account {
            Some(account) => change.account_id == account.id,
            None => {
                creates
                    && change.action == muster_model::Action::Create
                    && change.external_id.as_ref().map(|id| id.as_str()) == id
                    && name.is_some_and(|name| is_same(name, change.username.as_str()))
            }
        };
        self.plan
            .changes
            .iter()
            .filter(is_theirs)
            .cloned()
            .collect()
    }

    /// The plan's findings about somebody of these names.
    pub(super) fn findings(&self) -> Vec<Finding> {
        let is_theirs = |finding: &&Finding| {
            let name = finding.username.as_deref().map(UsernameKey::of);
            name.is_some_and(|name| self.names.contains(&name))
        };
        self.plan
            .findings
            .iter()
            .filter(is_theirs)
            .cloned()
            .collect()
    }

    fn all_names(&self) -> BTreeSet<UsernameKey> {
        let account = self.account.iter();
        let of_account = account.flat_map(|account| {
            let id = account.external_id.as_ref().filter(|_| self.is_own());
            let id = id.map(|id| UsernameKey::of(id.as_str()));
            id.into_iter().chain([account.username.key()])
        });
        let of_entries = self.entries.iter().flat_map(|(entry, sight)| {
            let source = sight.source_name.as_ref().ok().and_then(Option::as_deref);
            let names = [entry.id(), source, sight.name.as_deref()];
            names
                .into_iter()
                .flatten()
                .map(UsernameKey::of)
                .collect::<Vec<_>>()
        });
        let renamed = self.deed().rename.iter().map(|name| name.key());
        let all: BTreeSet<UsernameKey> = of_account.chain(of_entries).chain(renamed).collect();
        match all.is_empty() {
            true => [UsernameKey::of(self.question.asked)].into(),
            false => all,
        }
    }

    fn is_theirs(&self, problem: &Problem) -> bool {
        use muster_model::Subject;
        let is_name = |text: &str| self.names.contains(&UsernameKey::of(text));
        match &problem.subject {
            Subject::Nobody => false,
            Subject::Id(id) => match (&self.account, self.entry()) {
                (None, None) => id.as_str() == self.question.asked.trim(),
                (account, entry) => {
                    let known = account.as_ref().and_then(|one| one.external_id.as_ref());
                    let known = known.filter(|_| self.is_own());
                    known == Some(id) || entry.and_then(|one| one.id()) == Some(id.as_str())
                }
            },
            Subject::Attribute { name, value } => match self.policy().username_by(name, value) {
                Some(username) => is_name(&username),
                None => is_name(value),
            },
        }
    }
}

/// What was done to the account before.
fn history(
    question: &Question<'_>,
    account: Option<&Account>,
) -> Result<Vec<AuditRecord>, PreviewError> {
    let mut history = Vec::new();
    if let Some(account) = account {
        question.store.audit(None, &mut |record| {
            if record.account_id == account.id {
                history.push(record);
            }
        })?;
    }
    Ok(history)
}
