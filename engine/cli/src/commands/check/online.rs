//! What only the source can tell: whether it lets us in, and what its people
//! would become.

use crate::exit::Exit;
use crate::render::change;
use crate::render::findings;
use crate::render::plan_text::Folding;
use crate::render::text::count;
use crate::session::Session;
use crate::source::{self, Glance};
use crate::trouble::Trouble;
use muster_host::{Bound, CheckStep, ReadFrom, ReadRequest, StepResult};
use muster_model::{Action, Coverage, Plan};
use muster_policy::{Policy, nearest};
use muster_store::MemoryStore;
use muster_sync::{PreviewContext, Silent};
use std::collections::BTreeMap;

/// People that are shown as they would be mapped.
const SHOWN: usize = 10;

/// Entries that are read to find them.
const GLANCE: u64 = 200;

/// Connects, searches, and shows people.
pub(super) fn check(policy: &Policy, bound: &Bound, session: &Session) -> Result<Exit, Trouble> {
    let tried = steps(policy, bound, session)?;
    failed_steps(policy, &tried)?;
    attributes(policy, bound, session);
    people(policy, bound, session)
}

/// Lets the plugin try its source, and shows how that went.
pub(in crate::commands) fn steps(
    policy: &Policy,
    bound: &Bound,
    session: &Session,
) -> Result<Vec<CheckStep>, Trouble> {
    let steps = bound
        .check(&source::scope(policy))
        .map_err(|error| Trouble::of(Exit::Failed, &error).hint_if(error.hint()))?;
    session.print(&crate::render::check::steps(&steps, session.out))?;
    Ok(steps)
}

/// A check with a failed step has failed.
pub(in crate::commands) fn failed_steps(
    policy: &Policy,
    steps: &[CheckStep],
) -> Result<(), Trouble> {
    let failed = steps
        .iter()
        .filter(|step| step.outcome == StepResult::Failed)
        .count() as u64;
    match failed {
        0 => Ok(()),
        failed => Err(Trouble::new(
            Exit::Failed,
            format!(
                "the source of `{}` cannot be used: {} failed",
                policy.directory,
                count(failed, "step", "steps")
            ),
        )),
    }
}

/// Names attributes that the source does not know of. It may not know of all
/// that it has, so that this is no failure.
fn attributes(policy: &Policy, bound: &Bound, session: &Session) {
    let Ok(known) = bound.attributes() else {
        return;
    };
    let known: Vec<&str> = known.iter().map(|known| known.name.as_str()).collect();
    if known.is_empty() {
        return;
    }
    for (id, wanted) in policy.attributes.iter().enumerate() {
        let there = known.iter().any(|known| known.eq_ignore_ascii_case(wanted));
        if !there {
            let meant = nearest(wanted, known.iter().copied())
                .map(|name| format!("; did you mean `{name}`?"))
                .unwrap_or_default();
            let place = policy
                .line_of(id)
                .map_or_else(|| policy.file.clone(), ToString::to_string);
            session.note(&format!(
                "{place} reads the attribute `{wanted}`, which the source does not list{meant}"
            ));
        }
    }
}

/// Shows a few people as they would be mapped, as if nobody had an account.
pub(in crate::commands) fn people(
    policy: &Policy,
    bound: &Bound,
    session: &Session,
) -> Result<Exit, Trouble> {
    let plan = glance(policy, bound, session)?;
    let creates: Vec<_> = plan
        .changes
        .iter()
        .filter(|change| change.action == Action::Create)
        .collect();
    let read = count(plan.coverage.evidence().entries, "person", "people");
    let mut out = format!(
        "\n{}\n",
        session.out.strong(format!(
            "{read} read; the first {} in scope as they would be mapped",
            creates.len().min(SHOWN)
        ))
    );
    for change in creates.iter().take(SHOWN) {
        let deed = change::Deed::planned(change, &plan);
        change::write(&mut out, deed, session.out);
    }
    findings::write(&mut out, &plan.findings, Folding::Nothing, session.out);
    session.print(&out)?;
    if plan.situations.get("in-scope").copied().unwrap_or(0) > 0 {
        return Ok(Exit::Done);
    }
    session.note(&nobody(policy, &plan));
    Ok(Exit::Incomplete)
}

/// What it means that nobody was found who is in scope.
fn nobody(policy: &Policy, plan: &Plan) -> String {
    let read = plan.coverage.evidence().entries;
    let at = &policy.scope.at;
    if read == 0 {
        return format!(
            "nobody would be in scope: the source delivered nobody. Look at the provider's \
             settings, at the scope ({at}), and at what its user may read"
        );
    }
    let who = match &plan.coverage {
        Coverage::Complete { .. } => format!("of all {} that the source has", plural(read)),
        _ => format!("of the first {} that were read", plural(read)),
    };
    format!("nobody would be in scope {who}: look at the scope ({at}), `where` above all")
}

fn plural(people: u64) -> String {
    count(people, "person", "people")
}

fn glance(policy: &Policy, bound: &Bound, session: &Session) -> Result<Plan, Trouble> {
    let about = bound.about();
    let request = ReadRequest {
        page_size: 50,
        ..source::request(policy, ReadFrom::Start)
    };
    let unread = |text: String, hint: Option<String>| {
        let mut trouble = Trouble::new(
            Exit::Failed,
            format!("the source of `{}` cannot be read", policy.directory),
        );
        trouble.causes.push(text);
        trouble.hint_if(hint)
    };
    let reader = bound
        .read(request)
        .map_err(|error| unread(source::chain(&error), error.hint()))?;
    let context = PreviewContext {
        now: session.now,
        expires: session.now,
        plugin: format!("{} {}", about.name, about.version),
        plugin_digest: about.digest.clone(),
        read: None,
        only: None,
        overrides: BTreeMap::new(),
    };
    muster_sync::preview(
        policy,
        &mut Glance::new(reader, GLANCE),
        &MemoryStore::new(),
        &context,
        &Silent,
    )
    .map_err(|error| match error {
        muster_sync::PreviewError::Source(failed) => unread(failed.text, failed.hint),
        error => Trouble::of(Exit::Failed, &error),
    })
}
