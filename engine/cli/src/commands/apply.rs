//! `muster apply`: a plan file as it is, or a policy after having asked.

use super::saved::{PlanFile, policy_of, stale};
use super::sync::{report, run_policy};
use crate::args::ApplyArgs;
use crate::exit::Exit;
use crate::job::{self, Job, Wish};
use crate::render::plan_text::{Folding, plan_text};
use crate::session::Session;
use crate::state;
use crate::trouble::Trouble;
use crate::{plugins, policies};
use muster_model::Plan;
use muster_policy::Policy;
use muster_sync::review::counted;
use muster_sync::{ApplyContext, PlanOrigin};
use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

pub(super) fn run(args: &ApplyArgs, session: &Session) -> Result<Exit, Trouble> {
    let mut plans: Vec<&Path> = Vec::new();
    let mut policies: Vec<PathBuf> = Vec::new();
    for file in &args.files {
        match kind(file) {
            Kind::Plan => plans.push(file),
            Kind::Policy => policies.push(file.clone()),
        }
    }
    let policies = policies::load_all(&policies, session)?;
    let mut exit = Exit::Done;
    for file in plans {
        exit = exit.worse(report(session, apply_file(file, session)));
    }
    for policy in &policies {
        exit = exit.worse(report(session, apply_policy(policy, args, session)));
    }
    Ok(exit)
}

/// What a file on the command line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Plan,
    Policy,
}

/// Policies are YAML; whatever else begins like JSON is a plan, edited or not.
fn kind(file: &Path) -> Kind {
    match file.extension().and_then(OsStr::to_str) {
        Some("yaml" | "yml") => Kind::Policy,
        Some("muster-plan" | "plan" | "json") => Kind::Plan,
        _ => match first_byte(file) {
            Some(b'{') => Kind::Plan,
            _ => Kind::Policy,
        },
    }
}

fn first_byte(file: &Path) -> Option<u8> {
    let mut byte = [0];
    fs::File::open(file).ok()?.read_exact(&mut byte).ok()?;
    byte.first().copied()
}

/// Applies exactly what a plan file says.
fn apply_file(file: &Path, session: &Session) -> Result<Exit, Trouble> {
    let file = PlanFile::open(file)?;
    let mut store = state::existing(session)?;
    let sealed = file.sealed(&store)?;
    let (plan, digest) = (&sealed.plan, sealed.digest.clone());
    if plan.undoes.is_some() {
        drop(store);
        let policy = match plan.bindings.policy.is_empty() {
            true => None,
            false => Some(policy_of(plan, session)?),
        };
        let origin = (PlanOrigin::File(digest), counted(&sealed, policy.as_ref()));
        return super::undo::apply(plan, policy.as_ref(), origin, session);
    }
    let policy = policy_of(plan, session)?;
    let context = ApplyContext {
        now: session.now,
        actor: session.actor.clone(),
        plugin_digest: plugins::digest(&policy, session).map_err(stale)?,
        origin: PlanOrigin::File(digest),
        approvals: counted(&sealed, Some(&policy)),
    };
    let run = job::apply(plan, &policy, &mut store, &context, session)?;
    super::sync::finish(plan, &run, session)
}

/// Plans, shows, asks, applies.
fn apply_policy(policy: &Policy, args: &ApplyArgs, session: &Session) -> Result<Exit, Trouble> {
    let wish = Wish::at_once(&args.options);
    run_policy(policy, &wish, session, |job, plan| {
        session.print(&plan_text(
            plan,
            Folding::unless(args.options.all),
            session.out,
        ))?;
        // What is refused in any case needs no answer.
        let is_moot = plan.is_stopped() || policy.approval.is_some();
        if args.yes || plan.changes.is_empty() || is_moot {
            return Ok(job);
        }
        ask(job, plan, session)
    })
}

/// Asks without holding the state: a scheduled sync may come in between, and
/// then the plan is stale.
fn ask<'p>(job: Job<'p>, plan: &Plan, session: &Session) -> Result<Job<'p>, Trouble> {
    let paused = job.pause();
    let question = format!(
        "Apply {} to `{}`?",
        crate::render::text::count(plan.changes.len() as u64, "change", "changes"),
        plan.directory
    );
    session.agree(
        &question,
        "say `--yes`, or write a plan with `muster plan --out FILE` and apply that",
    )?;
    paused.resume(session)
}
