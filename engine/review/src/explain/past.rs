//! Why somebody was treated as they were: a run of the past, from what was kept of it.
//!
//! The accounts of then are those of now with everything taken back that the audit has
//! noted since. That is tried out like anything else: if a plan of them on the kept
//! read does what the run did, the steps are those of then; if not, they are told for
//! what they are.

mod before;

pub use before::before;

use super::person::Names;
use super::report::{EXPLANATION_FORMAT, Explanation, OutcomeKind, Who};
use super::{Answer, Question, steps_of};
use muster_model::{Action, AuditRecord, Cause, Change, Plan, Run, RunId, RunOutcome, UsernameKey};
use muster_policy::Policy;
use muster_store::{Store, StoreError};
use muster_sync::PreviewError;
use serde::Serialize;

/// What a run has left behind.
pub struct Kept<'k> {
    /// Its record.
    pub run: &'k Run,
    /// What its plan said beside its changes, if that was kept.
    pub plan: Option<&'k Plan>,
    /// What it did.
    pub audit: &'k [AuditRecord],
}

/// What a run did to one person, where no more than the audit is left.
#[derive(Clone, Debug, Serialize)]
pub struct Recorded {
    /// [`EXPLANATION_FORMAT`].
    pub format: &'static str,
    /// The run.
    pub run: RunId,
    /// When it was.
    pub at: String,
    /// By whom.
    pub by: String,
    /// With which command.
    pub command: String,
    /// Who it is about.
    pub person: Who,
    /// What was done, as a sentence.
    pub answer: String,
    /// What was done.
    pub changes: Vec<Change>,
    /// What is not known any more, as sentences.
    pub unknown: Vec<String>,
}

/// Explains one person in a run of the past. The question's store is the intranet of
/// then, as [`before`] makes it.
pub fn explain_run(question: &Question<'_>, kept: &Kept<'_>) -> Result<Answer, PreviewError> {
    let answer = steps_of(question)?;
    let Answer::Explained(mut explanation) = answer else {
        return Ok(answer);
    };
    hold_against(&mut explanation, kept);
    Ok(Answer::Explained(explanation))
}

/// Puts what the run did in the place of what a plan would do, and says where they
/// differ.
fn hold_against(explanation: &mut Explanation, kept: &Kept<'_>) {
    let done = done(explanation, kept);
    let run = kept.run;
    let mut unknown = Vec::new();
    match run.outcome {
        RunOutcome::Applied | RunOutcome::Unchanged => {
            if facts(&explanation.outcome.changes) != facts(&done) {
                unknown.push(format!(
                    "what their account held before run {}: a plan of the kept read does something \
                     else to it than the run did, so the steps may not be those of then",
                    run.id
                ));
                explanation.answer = in_words(run, &done, explanation.person.name());
                explanation.outcome.kind = kind(&done, explanation.outcome.kind);
            } else {
                explanation.answer = format!("In run {}: {}", run.id, explanation.answer);
            }
            explanation.outcome.changes = done;
        }
        RunOutcome::Stopped | RunOutcome::Failed => {
            let text = run.text.as_deref().unwrap_or("it failed");
            explanation.answer = format!(
                "Run {} has changed nothing: {text}. It would have been: {}",
                run.id, explanation.answer
            );
        }
    }
    match kept.plan {
        Some(plan) => {
            let is_known = |one: &muster_model::Finding| {
                let mut all = plan.findings.iter();
                all.any(|known| known.code == one.code && known.username == one.username)
            };
            explanation.outcome.findings.retain(is_known);
        }
        None => unknown.push("what the plan found, beside what it changed".to_owned()),
    }
    explanation.unknown = unknown;
}

/// What the run did to the person.
fn done(explanation: &Explanation, kept: &Kept<'_>) -> Vec<Change> {
    let person = &explanation.person;
    let is_theirs = |record: &&AuditRecord| match person.account_id {
        Some(id) => record.account_id == id,
        None => {
            let key = person.username.as_deref().map(UsernameKey::of);
            record.action == Action::Create.as_str() && Some(record.username.key()) == key
        }
    };
    let theirs = kept.audit.iter().filter(is_theirs);
    theirs
        .filter_map(|record| change(record, person.external_id.as_deref()))
        .collect()
}

fn change(record: &AuditRecord, id: Option<&str>) -> Option<Change> {
    let action = Action::ALL
        .into_iter()
        .find(|one| one.as_str() == record.action)?;
    Some(Change {
        action,
        username: record.username.clone(),
        external_id: id.map(Into::into),
        account_id: record.account_id,
        reason: record.reason.clone(),
        fields: record.fields.clone(),
    })
}

/// What counts of changes: not which number was given, nor why a value changed.
fn facts(changes: &[Change]) -> Vec<(Action, String, Vec<muster_model::FieldChange>)> {
    let facts = changes.iter().map(|change| {
        let fields = change
            .fields
            .iter()
            .cloned()
            .map(|field| muster_model::FieldChange {
                cause: Cause::Source,
                policy: None,
                ..field
            });
        (change.action, change.username.to_string(), fields.collect())
    });
    facts.collect()
}

fn kind(done: &[Change], otherwise: OutcomeKind) -> OutcomeKind {
    let does = |action: Action| done.iter().any(|change| change.action == action);
    match () {
        () if does(Action::Create) => OutcomeKind::Created,
        () if does(Action::Adopt) => OutcomeKind::Adopted,
        () if does(Action::Block) => OutcomeKind::Blocked,
        () if does(Action::Unblock) => OutcomeKind::Unblocked,
        () if !done.is_empty() => OutcomeKind::Updated,
        () => otherwise,
    }
}

fn in_words(run: &Run, done: &[Change], name: &str) -> String {
    let deeds: Vec<String> = done
        .iter()
        .map(|change| {
            format!(
                "{} `{}`: {}",
                change.action, change.username, change.reason.text
            )
        })
        .collect();
    match deeds.is_empty() {
        true => format!("Run {} has changed nothing of `{name}`.", run.id),
        false => format!("Run {}: {}.", run.id, deeds.join("; ")),
    }
}

/// What a run did to a person, by the audit alone; none if it did nothing to anybody
/// of the name.
pub fn recorded(
    run: &Run,
    audit: &[AuditRecord],
    store: &dyn Store,
    policy: &Policy,
    asked: &str,
) -> Result<Option<Recorded>, StoreError> {
    let asked = asked.trim();
    let names = Names::new(policy, asked);
    let number = asked.parse().ok();
    let mut known = Vec::new();
    store.scan(&mut |account| {
        if names.are_of_account(&account) || number == Some(account.id) {
            known.push(account.id);
        }
    })?;
    let key = UsernameKey::of(asked);
    let was_called = |record: &AuditRecord| {
        let mut fields = record.fields.iter();
        record.username.key() == key
            || fields.any(|field| {
                let old = field.old.as_ref().map(ToString::to_string);
                field.name.as_str() == "username"
                    && old.map(|old| UsernameKey::of(&old)) == Some(key.clone())
            })
    };
    let is_theirs = |record: &&AuditRecord| {
        known.contains(&record.account_id)
            || number == Some(record.account_id)
            || was_called(record)
    };
    let theirs: Vec<&AuditRecord> = audit.iter().filter(is_theirs).collect();
    let Some(first) = theirs.first() else {
        return Ok(None);
    };
    let account = store.account(first.account_id)?;
    let id = account.and_then(|account| account.external_id);
    let id = id.map(|id| id.as_str().to_owned());
    let changes: Vec<Change> = theirs
        .iter()
        .filter_map(|record| change(record, id.as_deref()))
        .collect();
    Ok(Some(Recorded {
        format: EXPLANATION_FORMAT,
        run: run.id,
        at: run.at.clone(),
        by: run.actor.name.clone(),
        command: run.actor.command.clone(),
        person: Who {
            asked: asked.to_owned(),
            username: Some(first.username.to_string()),
            external_id: id,
            account_id: Some(first.account_id),
        },
        answer: in_words(run, &changes, asked),
        changes,
        unknown: vec![
            "what the source delivered, and with it whether they were in scope, which account was \
             theirs, and what each field should have held"
                .to_owned(),
        ],
    }))
}
