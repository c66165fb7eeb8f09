//! `muster sync`: plan, guard, apply, without asking.

use crate::args::SyncArgs;
use crate::exit::Exit;
use crate::job::{Job, Wish};
use crate::policies;
use crate::render::plan_text::{Folding, done, plan_text};
use crate::render::text::{count, safe};
use crate::session::Session;
use crate::state::Missing;
use crate::trouble::Trouble;
use muster_model::{Coverage, Plan, ReadKind, Run};
use muster_policy::Policy;

pub(super) fn run(args: &SyncArgs, session: &Session) -> Result<Exit, Trouble> {
    let policies = policies::load_all(&args.policies, session)?;
    let wish = Wish::at_once(&args.options);
    let mut exit = Exit::Done;
    for policy in &policies {
        let end = run_policy(policy, &wish, session, |job, plan| {
            if !plan.changes.is_empty() || plan.is_incomplete() || plan.is_stopped() {
                let folding = Folding::unless(args.options.all);
                session.print(&plan_text(plan, folding, session.out))?;
            }
            Ok(job)
        });
        exit = exit.worse(report(session, end));
    }
    Ok(exit)
}

/// One policy from reading to recording; `approve` sees the plan before it is
/// applied, and may refuse.
pub(super) fn run_policy<'p>(
    policy: &'p Policy,
    wish: &Wish<'_>,
    session: &Session,
    approve: impl FnOnce(Job<'p>, &Plan) -> Result<Job<'p>, Trouble>,
) -> Result<Exit, Trouble> {
    let mut job = Job::open(policy, session, Missing::Make)?;
    let plan = match job.plan(wish, session) {
        Ok(plan) => plan,
        Err(trouble) => {
            if trouble.exit == Exit::Failed {
                job.record_failure(&trouble, session);
            }
            return Err(trouble);
        }
    };
    let mut job = approve(job, &plan)?;
    let run = job.apply(&plan, session)?;
    finish(&plan, &run, session)
}

/// Says what was done, and what was not.
pub(super) fn finish(plan: &Plan, run: &Run, session: &Session) -> Result<Exit, Trouble> {
    session.print(&format!(
        "{}: {} (run {})\n",
        safe(plan.directory.as_str()),
        done(&run.summary),
        run.id
    ))?;
    if let Some(proof) = run.proof.as_ref().filter(|proof| !proof.is_settled()) {
        session.note(&crate::render::run::proven(proof));
    }
    if let Coverage::Partial { reason, text, .. } = &plan.coverage {
        session.note(&format!(
            "the source was incomplete ({}): {text}; nobody was blocked for being absent",
            reason.as_str()
        ));
    }
    if let Some(read) = &plan.read
        && read.kind == ReadKind::Full
    {
        session.say(&format!("everything was read: {}", read.text));
    }
    if let Some(kept) = plan.cursor_kept {
        session.note(&format!(
            "the place in the source's feed stays where it is: {}; the next run is told the same \
             changes again",
            kept.in_words()
        ));
    }
    if plan.held() > 0 {
        let held = count(plan.held() as u64, "person was", "people were");
        session.note(&format!("{held} held back; the findings say why"));
    }
    Ok(if plan.is_incomplete() {
        Exit::Incomplete
    } else {
        Exit::Done
    })
}

/// One policy's failure is told, and the next one goes on.
pub(super) fn report(session: &Session, end: Result<Exit, Trouble>) -> Exit {
    end.unwrap_or_else(|trouble| {
        session.report(&trouble);
        trouble.exit
    })
}
