//! A read, an intranet and a policy to which something is done before they are
//! planned.

use super::edits::What;
use crate::explain::case::Case;
use crate::explain::person::Subject;
use crate::explain::read::{Read, plain};
use crate::explain::report::Explanation;
use crate::explain::{Question, explained};
use muster_model::page::PlainRow;
use muster_model::{
    Account, AccountId, AccountView, Coverage, ExternalId, Page, Plan, Problem, UsernameKey, Value,
};
use muster_plan::{AccountTable, Context, Planner, Watch, Watched};
use muster_policy::{Limit, Policy};
use muster_sync::PreviewError;
use std::borrow::Cow;

/// A read, an intranet and a policy.
pub(super) struct World<'c> {
    policy: Cow<'c, Policy>,
    people: People<'c>,
    accounts: Accounts<'c>,
    coverage: Coverage,
    context: Context,
}

/// Who is read.
enum People<'c> {
    /// Everybody.
    All(&'c Read),
    /// These, the person's entries first.
    Few(Vec<PlainRow>, Vec<Problem>),
}

/// Who has an account.
enum Accounts<'c> {
    /// Everybody.
    All(&'c Question<'c>),
    /// These.
    Few(Vec<Account>),
}

/// Where the person is in it.
struct Places {
    entries: Vec<u64>,
    account: Option<AccountId>,
}

impl<'c> World<'c> {
    /// Everybody, with no guard to stop them.
    pub(super) fn whole(case: &Case<'c>) -> Result<Self, PreviewError> {
        Self::new(
            case,
            People::All(case.question.read),
            case.question.read.coverage.clone(),
            true,
        )
    }

    /// Everybody, guards and all.
    pub(super) fn guarded(case: &Case<'c>) -> Result<Self, PreviewError> {
        Self::new(
            case,
            People::All(case.question.read),
            case.question.read.coverage.clone(),
            false,
        )
    }

    /// A few, of whom the person's entries come first. What the whole read proves is
    /// what this one proves.
    pub(super) fn small(
        case: &Case<'c>,
        rows: Vec<PlainRow>,
        accounts: Vec<Account>,
    ) -> Result<Self, PreviewError> {
        // What is told of others has been reckoned with: it holds them, or it has taken
        // the proof away. Without them, it would seem to be anybody's.
        let is_here = |problem: &&Problem| {
            case.problems.contains(problem) || is_of_any(problem, &rows, &accounts)
        };
        let problems = case.question.read.problems().filter(is_here);
        let problems = problems.cloned().collect();
        let coverage = case.plan.coverage.clone();
        let mut world = Self::new(case, People::Few(rows, problems), coverage, true)?;
        world.accounts = Accounts::Few(accounts);
        if case.plan.coverage.proves_absence() {
            // Few are read, and everybody was.
            let why = "few are looked at".to_owned();
            world.context.overrides.insert("empty".to_owned(), why);
        }
        Ok(world)
    }

    fn new(
        case: &Case<'c>,
        people: People<'c>,
        coverage: Coverage,
        is_free: bool,
    ) -> Result<Self, PreviewError> {
        let question = case.question;
        let mut policy = Cow::Borrowed(question.policy);
        if is_free {
            unguarded(policy.to_mut());
        }
        let (given, store) = (question.context, question.store);
        Ok(Self {
            policy,
            people,
            accounts: Accounts::All(question),
            coverage,
            context: Context {
                now: given.now,
                expires: given.expires,
                plugin: given.plugin.clone(),
                plugin_digest: given.plugin_digest.clone(),
                state: store.identity(),
                state_version: store.version()?,
                next_account_id: store.next_account_id()?,
                directory: store.directory(&question.policy.directory)?,
                read: question.read.note.clone(),
                only: None,
                overrides: given.overrides.clone(),
            },
        })
    }

    /// What becomes of the person if some things are done to it. None if they are
    /// nobody any more.
    pub(super) fn explain(
        &self,
        case: &Case<'_>,
        edits: &[&What],
    ) -> Result<Option<Explanation>, PreviewError> {
        let mut policy = Cow::Borrowed(self.policy.as_ref());
        if !edits.is_empty() {
            edits
                .iter()
                .for_each(|edit| edit.on_policy(policy.to_mut()));
        }
        let (read, places) = self.read(case, edits);
        let mut context = self.context.clone();
        for edit in edits {
            if let What::Override(guard) = edit {
                context.overrides.insert(guard.clone(), "WHY".to_owned());
            }
        }
        let changes = Changes {
            edits,
            own: places.account,
            now: context.now.to_string(),
        };
        let (plan, watched) = self.plan(&policy, &context, &read, &changes, &places)?;
        let question = Question {
            policy: &policy,
            read: &read,
            ..*case.question
        };
        let subject = subject(&places, &watched);
        let account = match subject.account {
            Some(id) => self.account(id, &question)?.map(|one| changes.done_to(one)),
            None => None,
        };
        let then = Case::with(&question, &subject, account, &plan, &watched);
        let is_nobody = then.entries.is_empty() && then.account.is_none();
        Ok((!is_nobody || !then.problems.is_empty()).then(|| explained(&then)))
    }

    fn account(
        &self,
        id: AccountId,
        question: &Question<'_>,
    ) -> Result<Option<Account>, PreviewError> {
        Ok(match &self.accounts {
            Accounts::All(_) => question.store.account(id)?,
            Accounts::Few(accounts) => accounts.iter().find(|one| one.id == id).cloned(),
        })
    }

    fn plan(
        &self,
        policy: &Policy,
        context: &Context,
        read: &Read,
        changes: &Changes<'_>,
        places: &Places,
    ) -> Result<(Plan, Watched), PreviewError> {
        let mut table = AccountTable::new(policy);
        let mut full = Ok(());
        let mut add = |account: &AccountView<'_>| {
            if full.is_ok() {
                full = match changes.of(account) {
                    Some(edited) => table.add(&edited.view()),
                    None => table.add(account),
                };
            }
        };
        match &self.accounts {
            Accounts::All(question) => question.store.scan(&mut |account| add(&account))?,
            Accounts::Few(accounts) => accounts.iter().for_each(|account| add(&account.view())),
        }
        full?;
        let mut planner = Planner::new(policy, context, table);
        planner.watch(Watch {
            entries: places.entries.iter().copied().collect(),
            accounts: places.account.into_iter().collect(),
        });
        for page in &read.pages {
            planner.page(page);
        }
        Ok(planner.finish_watched(read.coverage.clone(), read.cursor.clone()))
    }

    /// The read with edits, and where the person's entries are in it.
    fn read(&self, case: &Case<'_>, edits: &[&What]) -> (Read, Places) {
        let mut coverage = self.coverage.clone();
        let is = |wanted: fn(&What) -> bool| edits.iter().any(|edit| wanted(edit));
        if is(|edit| matches!(edit, What::Complete)) {
            coverage = Coverage::Complete {
                evidence: coverage.evidence().clone(),
            };
        }
        let drop_problems = is(|edit| matches!(edit, What::Mend(_)));
        let (mut pages, mut places) = match &self.people {
            People::All(read) => edited_pages(case, read, edits, drop_problems),
            People::Few(rows, problems) => edited_rows(case, rows, problems, edits, drop_problems),
        };
        let delivered = edits.iter().filter_map(|edit| match edit {
            What::Deliver(row) | What::Mend(Some(row)) => Some(row.clone()),
            _ => None,
        });
        let delivered: Vec<PlainRow> = delivered.collect();
        if !delivered.is_empty() {
            let next: u64 = pages.iter().map(|page| page.len() as u64).sum();
            pages.push(Page::from_rows(
                case.policy().attributes.len(),
                &delivered,
                Vec::new(),
            ));
            places.push(next);
        }
        let read = Read {
            pages,
            coverage,
            cursor: None,
            note: case.question.read.note.clone(),
        };
        let account = case.account.as_ref().map(|account| account.id);
        let places = Places {
            entries: places,
            account,
        };
        (read, places)
    }
}

/// What is done to accounts.
struct Changes<'e> {
    edits: &'e [&'e What],
    /// The person's.
    own: Option<AccountId>,
    now: String,
}

impl Changes<'_> {
    /// An account with what is done to it; none if nothing is.
    fn of(&self, view: &AccountView<'_>) -> Option<Account> {
        let any = self.edits.iter().any(|edit| edit.is_of_accounts());
        any.then(|| view.to_account().map(|account| self.done_to(account)))?
    }

    fn done_to(&self, mut account: Account) -> Account {
        let is_theirs = self.own == Some(account.id);
        for edit in self.edits {
            edit.on_account(&mut account, is_theirs, &self.now);
        }
        account
    }
}

/// What is done to one row that says it is the person; none if it is not delivered. The
/// first of them stands for the person.
fn edited(row: PlainRow, is_first: bool, edits: &[&What]) -> Option<PlainRow> {
    let mut row = row;
    for edit in edits {
        match edit {
            What::Leave if is_first => return None,
            What::DropTwins if !is_first => return None,
            edit if is_first => edit.on_entry(&mut row),
            _ => {}
        }
    }
    Some(row)
}

fn edited_rows(
    case: &Case<'_>,
    rows: &[PlainRow],
    problems: &[Problem],
    edits: &[&What],
    drop_problems: bool,
) -> (Vec<Page>, Vec<u64>) {
    let own = case.entries.len();
    let mut left = Vec::new();
    let mut places = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        if place >= own {
            left.push(row.clone());
        } else if let Some(row) = edited(row.clone(), place == 0, edits) {
            if place == 0 {
                places.push(left.len() as u64);
            }
            left.push(row);
        }
    }
    let problems = problems
        .iter()
        .filter(|problem| !drop_problems || !is_of(case, problem));
    let problems: Vec<Problem> = problems.cloned().collect();
    let page = Page::from_rows(case.policy().attributes.len(), &left, problems);
    (vec![page], places)
}

fn edited_pages(
    case: &Case<'_>,
    read: &Read,
    edits: &[&What],
    drop_problems: bool,
) -> (Vec<Page>, Vec<u64>) {
    let (mut pages, mut places) = (Vec::new(), Vec::new());
    let (mut before, mut after) = (0_u64, 0_u64);
    for page in &read.pages {
        let here = before..before + page.len() as u64;
        let own: Vec<u64> = case
            .places
            .iter()
            .copied()
            .filter(|one| here.contains(one))
            .collect();
        let has_problem = drop_problems && page.problems().iter().any(|one| is_of(case, one));
        if own.is_empty() && !has_problem {
            pages.push(page.clone());
            after += page.len() as u64;
        } else {
            let mut rows = Vec::new();
            for (place, entry) in (before..).zip(page.entries()) {
                let row = plain(entry, case.policy().attributes.len());
                let row = match own.contains(&place) {
                    false => Some(row),
                    true => edited(row, case.places.first() == Some(&place), edits),
                };
                if let Some(row) = row {
                    if case.places.first() == Some(&place) {
                        places.push(after + rows.len() as u64);
                    }
                    rows.push(row);
                }
            }
            let problems = page.problems().iter();
            let problems = problems.filter(|one| !has_problem || !is_of(case, one));
            after += rows.len() as u64;
            pages.push(Page::from_rows(
                case.policy().attributes.len(),
                &rows,
                problems.cloned().collect(),
            ));
        }
        before = here.end;
    }
    (pages, places)
}

/// True if a problem may be about one of these.
fn is_of_any(problem: &Problem, rows: &[PlainRow], accounts: &[Account]) -> bool {
    use muster_model::Subject;
    match &problem.subject {
        Subject::Nobody => true,
        Subject::Id(id) => {
            let known = accounts.iter().filter_map(|one| one.external_id.as_ref());
            let ids = rows.iter().filter_map(|row| row.id.as_deref());
            known
                .map(ExternalId::as_str)
                .chain(ids)
                .any(|one| one == id.as_str())
        }
        Subject::Attribute { value, .. } => {
            let wanted = UsernameKey::of(value);
            let is_it = |text: &str| UsernameKey::of(text) == wanted;
            let holds = |value: &Value| match value {
                Value::Text(text) => is_it(text),
                Value::List(items) => items.iter().any(|item| is_it(item)),
            };
            let of_account =
                |one: &Account| is_it(one.username.as_str()) || one.fields.values().any(holds);
            let mut values = rows.iter().flat_map(|row| row.values.iter().flatten());
            values.any(|text| is_it(text)) || accounts.iter().any(of_account)
        }
    }
}

fn is_of(case: &Case<'_>, problem: &Problem) -> bool {
    case.problems.contains(&problem)
}

/// Who the person is in the plan: whoever has their account, or else whom their entry
/// has become.
fn subject(places: &Places, watched: &Watched) -> Subject {
    let account_of = |place: &u64| {
        let sight = watched.entries.get(place);
        sight.and_then(|sight| sight.account.or(sight.adopts))
    };
    if let Some(own) = places.account {
        let is_theirs = |place: &u64| account_of(place) == Some(own);
        return Subject {
            entries: places.entries.iter().copied().filter(is_theirs).collect(),
            account: Some(own),
        };
    }
    Subject {
        account: places.entries.iter().find_map(account_of),
        entries: places.entries.clone(),
    }
}

/// A policy that no guard stops: what a few people are of a whole means nothing.
fn unguarded(policy: &mut Policy) {
    let free = Limit {
        max: None,
        max_percent: None,
        min_population: 0,
        at: None,
    };
    policy.guards.limits.clear();
    policy.guards.shrink = free.clone();
    policy.guards.clear = free;
    policy.guards.protect.clear();
}

/// True if two explanations tell of the same outcome, but for numbers of accounts
/// that are still to be made.
pub(super) fn is_same(one: &Explanation, other: &Explanation) -> bool {
    let facts = |explanation: &Explanation| {
        let outcome = &explanation.outcome;
        let changes = outcome.changes.iter().map(|change| {
            let name = UsernameKey::of(change.username.as_str());
            (
                change.action,
                name,
                change.fields.clone(),
                change.reason.text.clone(),
            )
        });
        let findings = outcome
            .findings
            .iter()
            .map(|finding| (finding.code, finding.held));
        (
            outcome.kind,
            changes.collect::<Vec<_>>(),
            findings.collect::<Vec<_>>(),
        )
    };
    facts(one) == facts(other)
}
