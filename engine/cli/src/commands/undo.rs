//! `muster run undo`: a run, taken back.

use super::plan::lasts;
use super::saved::PlanFile;
use crate::args::{Format, RunUndoArgs};
use crate::exit::Exit;
use crate::job::{expiry, not_done};
use crate::render::plan_text::{Folding, done, plan_text};
use crate::render::text::{count, safe};
use crate::session::Session;
use crate::trouble::Trouble;
use crate::{policies, state};
use muster_model::{Plan, Run, UsernameKey};
use muster_policy::Policy;
use muster_store::Store;
use muster_sync::review::Approved;
use muster_sync::undo::{self, Created, NoUndo, UndoContext};
use muster_sync::{ApplyContext, PlanOrigin, PreviewError};
use std::path::Path;

pub(super) fn run(args: &RunUndoArgs, session: &Session) -> Result<Exit, Trouble> {
    let expires = expiry(session.now, lasts(&args.expires)?)?;
    let store = state::existing(session)?;
    let run = super::run::known(args.id, &store)?;
    let policy = policy_of(&run, args, &store, session)?;
    let overrides = args.overrides.iter();
    let context = UndoContext {
        now: session.now,
        expires,
        only: args.only.iter().map(|name| UsernameKey::of(name)).collect(),
        created: match args.block_created {
            true => Created::Block,
            false => Created::Stay,
        },
        overrides: overrides
            .map(|given| (given.guard.clone(), given.reason.clone()))
            .collect(),
    };
    let mut plan = undo::undo(&run, policy.as_ref(), &store, &context).map_err(refused)?;
    if let Some(file) = &args.out {
        PlanFile::write_new(&mut plan, policy.as_ref(), &store, (file, session))?;
    }
    drop(store);
    match args.format {
        Format::Text => {
            session.print(&plan_text(&plan, Folding::unless(args.all), session.out))?;
        }
        Format::Json => session.print_json(&plan)?,
    }
    if let Some(file) = &args.out {
        let file = file.display();
        session.say(&format!("wrote {file}; to apply it: muster apply {file}"));
        return Ok(exit(&plan));
    }
    if plan.changes.is_empty() || plan.is_stopped() {
        return Ok(exit(&plan));
    }
    agreed(&plan, args, session)?;
    apply(
        &plan,
        policy.as_ref(),
        (PlanOrigin::Fresh, Approved::default()),
        session,
    )
}

/// The state is not held while somebody is being asked; whatever moves it meanwhile
/// makes the plan stale.
fn agreed(plan: &Plan, args: &RunUndoArgs, session: &Session) -> Result<(), Trouble> {
    if args.yes {
        return Ok(());
    }
    let question = format!(
        "Take back {} of run {}?",
        count(plan.changes.len() as u64, "change", "changes"),
        args.id
    );
    session.agree(
        &question,
        "say `--yes`, or write a plan with `--out FILE` and apply that",
    )
}

/// Applies a plan that takes a run back, from a file or made a moment ago.
pub(super) fn apply(
    plan: &Plan,
    policy: Option<&Policy>,
    (origin, approvals): (PlanOrigin, Approved),
    session: &Session,
) -> Result<Exit, Trouble> {
    let mut store = state::existing(session)?;
    let context = ApplyContext {
        now: session.now,
        actor: session.actor.clone(),
        plugin_digest: plan.bindings.plugin_digest.clone(),
        origin,
        approvals,
    };
    let run = undo::apply_undo(plan, policy, &mut store, &context)
        .map_err(|refused| not_done(refused, plan, policy, &mut store, &context))?;
    session.print(&format!(
        "{}: {} (run {})\n",
        safe(plan.directory.as_str()),
        done(&run.summary),
        run.id
    ))?;
    if let Some(policy) = policy {
        session.note(&format!(
            "the next sync of `{}` does what the source and {} say; `muster plan {}` shows it",
            safe(policy.directory.as_str()),
            safe(&policy.file),
            safe(&policy.file)
        ));
    }
    Ok(exit(plan))
}

fn exit(plan: &Plan) -> Exit {
    if plan.is_stopped() {
        Exit::Stopped
    } else if plan.held() > 0 {
        Exit::Incomplete
    } else {
        Exit::Done
    }
}

/// The policy of a run's directory; its guards count for the way back as well.
fn policy_of(
    run: &Run,
    args: &RunUndoArgs,
    store: &dyn Store,
    session: &Session,
) -> Result<Option<Policy>, Trouble> {
    let Some(directory) = &run.directory else {
        return Ok(None);
    };
    let record = store.directory(directory).map_err(state::trouble)?;
    let file = match (&args.policy, &record) {
        (Some(file), _) => file.clone(),
        (None, Some(record)) => record.policy_file.clone().into(),
        (None, None) => return Ok(None),
    };
    let policy = load(&file, session)?;
    if policy.directory != *directory {
        let text = format!(
            "`{}` is about the directory `{}`, and run {} about `{directory}`",
            file.display(),
            policy.directory,
            run.id
        );
        return Err(Trouble::new(Exit::Invalid, text));
    }
    Ok(Some(policy))
}

fn load(file: &Path, session: &Session) -> Result<Policy, Trouble> {
    policies::load(file, session).map_err(|trouble| {
        trouble.hint("the guards of the run's policy count; name it with `--policy FILE`")
    })
}

fn refused(error: NoUndo) -> Trouble {
    match error {
        NoUndo::Store(error) => state::trouble(error),
        NoUndo::Untouched { run, .. } => Trouble::of(Exit::Invalid, &error)
            .hint(format!("`muster run show {run}` lists whom it has changed")),
        NoUndo::Nothing { .. } => {
            Trouble::of(Exit::Invalid, &error).hint("`muster run list` shows all runs")
        }
        NoUndo::Guard(PreviewError::Store(error)) => state::trouble(error),
        NoUndo::Guard(_) => Trouble::of(Exit::Invalid, &error),
    }
}
