//! Why one person is treated as they are: read, scope, match, map, decide, and what
//! would change the answer.
//!
//! INVARIANT: an explanation and a plan never disagree. The outcome is the plan's,
//! made by the planner from the same read and the same accounts; what the steps tell
//! comes from the planner's own window (`muster_plan::Watched`), and from the policy's
//! own expressions and chains.
//!
//! [`explain`] is the entry point. `person` finds out who is meant, `steps` tell how
//! it went, `outcome` says what came of it, and `counter` tries out what would have
//! to change.

mod case;
mod counter;
mod mask;
mod outcome;
pub mod past;
mod person;
mod read;
pub mod report;
mod steps;

pub use read::Read;
pub use report::Explanation;

use case::Case;
use jiff::Timestamp;
use muster_model::{Account, EntryView, Plan};
use muster_plan::Watched;
use muster_policy::Policy;
use muster_store::Store;
use muster_sync::{PreviewContext, PreviewError, Silent, preview_watched};
use person::{Meant, Subject};
use report::{Origin, PolicySeen, Who};
use serde::Serialize;

/// Who is asked for, and in what.
#[derive(Clone, Copy)]
pub struct Question<'q> {
    /// The policy.
    pub policy: &'q Policy,
    /// What the source delivered.
    pub read: &'q Read,
    /// The intranet.
    pub store: &'q dyn Store,
    /// What a plan of it depends on beside.
    pub context: &'q PreviewContext,
    /// Where the read comes from.
    pub origin: &'q Origin,
    /// A username, an identifier at the source, an e-mail address or the number of
    /// an account.
    pub asked: &'q str,
    /// Where to look for whoever is not in what the policy asks for; none: nowhere.
    pub beyond: Option<&'q dyn Beyond>,
    /// True if sensitive values are shown.
    pub reveal: bool,
    /// With more people than these, what would change the answer is tried out in a
    /// small world of those who have to do with the person: [`WHOLE`] unless somebody
    /// wants it otherwise.
    pub whole: u64,
}

/// So many people are planned over and over without anybody waiting for it.
pub const WHOLE: u64 = 2_000;

/// The source beyond a policy's scope.
pub trait Beyond {
    /// Keeps those who are wanted of all that the source has, in the syncing groups or
    /// not; the groups are told all the same. None if it cannot be looked at.
    fn look(&self, wanted: &mut dyn FnMut(EntryView<'_>) -> bool) -> Option<Read>;
}

/// What is known of whoever was asked for.
#[derive(Debug)]
pub enum Answer {
    /// One person.
    Explained(Box<Explanation>),
    /// More than one goes by the name.
    Ambiguous(Vec<Who>),
    /// Nobody does.
    Unknown {
        /// Usernames that look alike, the nearest first.
        nearest: Vec<String>,
        /// Broken records that may be theirs: they name nobody.
        unreadable: usize,
    },
}

/// Several people go by one name.
#[derive(Debug, Serialize)]
pub struct Candidates {
    /// [`report::EXPLANATION_FORMAT`].
    pub format: &'static str,
    /// As somebody asked for them.
    pub asked: String,
    /// All of them.
    pub candidates: Vec<Who>,
}

impl Question<'_> {
    fn now(&self) -> Timestamp {
        self.context.now
    }

    /// Plans, and watches some people meanwhile.
    fn plan(&self, watch: muster_plan::Watch) -> Result<(Plan, Watched), PreviewError> {
        let context = PreviewContext {
            read: self.read.note.clone(),
            ..self.context.clone()
        };
        let mut source = self.read.source();
        let store = self.store;
        preview_watched(self.policy, &mut source, store, &context, &Silent, watch)
    }
}

/// Explains one person.
pub fn explain(question: &Question<'_>) -> Result<Answer, PreviewError> {
    answer(question, Extent::WouldChange)
}

/// The same without what would change the answer.
fn steps_of(question: &Question<'_>) -> Result<Answer, PreviewError> {
    answer(question, Extent::Steps)
}

fn answer(question: &Question<'_>, extent: Extent) -> Result<Answer, PreviewError> {
    let meant = Meant::find(question, question.asked.trim())?;
    let (plan, watched) = question.plan(meant.watch())?;
    let mut people = meant.people(question, &watched);
    match (people.pop(), people.is_empty()) {
        (Some(subject), true) => {
            let outside = meant.outside(question, &subject);
            let mut case = Case::new(question, &subject, &plan, &watched)?;
            case.found_outside(outside.as_ref());
            Ok(Answer::Explained(Box::new(complete(&case, extent)?)))
        }
        (Some(last), false) => {
            people.push(last);
            let mut who = Vec::new();
            for subject in &people {
                let account = subject.account.map(|id| question.store.account(id));
                let account = account.transpose()?.flatten();
                who.push(self::who(question, subject, account.as_ref(), &watched));
            }
            who.sort_by(|a, b| (&a.username, &a.external_id).cmp(&(&b.username, &b.external_id)));
            Ok(Answer::Ambiguous(who))
        }
        (None, _) => unknown(question, extent, &meant, &plan, &watched),
    }
}

/// How much is explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// The steps alone.
    Steps,
    /// And what would change the answer.
    WouldChange,
}

/// Explains everybody whom the read or the intranet knows, one after the other.
pub fn everybody(
    question: &Question<'_>,
    extent: Extent,
) -> Result<Vec<Explanation>, PreviewError> {
    let meant = Meant::everybody(question)?;
    let (plan, watched) = question.plan(meant.watch())?;
    let people = meant.all(question, &watched);
    let all = people.iter().map(|subject| {
        let case = Case::new(question, subject, &plan, &watched)?;
        complete(&case, extent)
    });
    all.collect()
}

/// Nobody is known by the name; a broken record may be all that there is of them.
fn unknown(
    question: &Question<'_>,
    extent: Extent,
    meant: &Meant,
    plan: &Plan,
    watched: &Watched,
) -> Result<Answer, PreviewError> {
    let subject = Subject::default();
    let mut case = Case::new(question, &subject, plan, watched)?;
    let outside = match case.problems.is_empty() {
        true => meant.outside(question, &subject),
        false => None,
    };
    case.found_outside(outside.as_ref());
    if !case.problems.is_empty() || case.outside.is_some() {
        return Ok(Answer::Explained(Box::new(complete(&case, extent)?)));
    }
    let nobody =
        |problem: &&muster_model::Problem| problem.subject == muster_model::Subject::Nobody;
    Ok(Answer::Unknown {
        nearest: person::nearest(question, question.asked.trim())?,
        unreadable: question.read.problems().filter(nobody).count(),
    })
}

fn who(
    question: &Question<'_>,
    subject: &Subject,
    account: Option<&Account>,
    watched: &Watched,
) -> Who {
    let place = subject.entries.first();
    let sight = place.and_then(|place| watched.entries.get(place));
    let entry = place.and_then(|place| question.read.entry(*place));
    let of_entry = sight.and_then(|sight| sight.name.clone());
    let of_account = account.map(|account| account.username.to_string());
    let id = entry.and_then(|entry| entry.id()).map(str::to_owned);
    let known = account.and_then(|account| account.external_id.as_ref());
    Who {
        asked: question.asked.trim().to_owned(),
        username: of_entry.or(of_account),
        external_id: id.or_else(|| known.map(|id| id.as_str().to_owned())),
        account_id: subject.account,
    }
}

/// The steps, and what would change the answer.
fn complete(case: &Case<'_>, extent: Extent) -> Result<Explanation, PreviewError> {
    let mut explanation = explained(case);
    if extent == Extent::WouldChange {
        explanation.would_change = counter::would_change(case, &explanation)?;
    }
    mask::mask(&mut explanation, case.policy(), case.question.reveal);
    Ok(explanation)
}

/// The steps, with all values.
fn explained(case: &Case<'_>) -> Explanation {
    let outcome = outcome::of(case);
    let read = steps::read(case);
    let scope = steps::scope(case, &read);
    let matching = steps::matching(case);
    let map = steps::map(case, &scope);
    let decide = steps::decide(case, &scope, &map);
    let answer = outcome::answer(case, &outcome, &scope, &matching, &decide);
    Explanation {
        format: report::EXPLANATION_FORMAT,
        directory: case.policy().directory.clone(),
        policy: PolicySeen {
            file: case.policy().file.clone(),
            digest: case.policy().digest.clone(),
            version: None,
        },
        now: case.question.now().to_string(),
        person: case.who.clone(),
        answer,
        outcome,
        read,
        scope,
        matching,
        map,
        decide,
        would_change: Vec::new(),
        unknown: Vec::new(),
    }
}
