//! `muster plan`: the preview.

use super::saved::{self, PlanFile};
use crate::args::{PlanArgs, PlanFormat};
use crate::exit::Exit;
use crate::job::{Job, Wish};
use crate::policies;
use crate::render::plan_text::{Folding, plan_text};
use crate::render::text::safe;
use crate::session::Session;
use crate::state::Missing;
use crate::trouble::Trouble;
use jiff::{SignedDuration, SpanRelativeTo};
use muster_model::{Action, Plan, UsernameKey};
use muster_review::report::{self, Paper};
use std::path::Path;

/// The command as it stands in runs and audit.
pub(super) fn name(args: &PlanArgs) -> &'static str {
    args.command.as_ref().map_or("plan", saved::name)
}

pub(super) fn run(args: &PlanArgs, session: &Session) -> Result<Exit, Trouble> {
    match (&args.command, &args.policy) {
        (Some(command), _) => saved::run(command, session),
        (None, Some(policy)) => plan(policy, args, session),
        (None, None) => Err(Trouble::new(Exit::Invalid, "there is no policy to plan")),
    }
}

fn plan(policy: &Path, args: &PlanArgs, session: &Session) -> Result<Exit, Trouble> {
    let wish = Wish {
        options: &args.options,
        only: args.only.as_deref().map(UsernameKey::of),
        lasts: lasts(&args.expires)?,
    };
    let policy = policies::load(policy, session)?;
    // A plan that is to be applied is bound to the identity of its state.
    let missing = match &args.out {
        Some(_) => Missing::Make,
        None => Missing::Pretend,
    };
    let job = Job::open(&policy, session, missing)?;
    // What is only looked at leaves no trace.
    let plan = match &args.out {
        Some(file) => {
            let mut plan = job.plan(&wish, session)?;
            PlanFile::write_new(&mut plan, Some(&policy), job.store(), (file, session))?;
            plan
        }
        None => job.preview(&wish, session)?,
    };
    drop(job);
    match args.format {
        PlanFormat::Text => {
            let folding = Folding::unless(args.options.all);
            session.print(&plan_text(&plan, folding, session.out))?;
        }
        PlanFormat::Json => session.print_json(&plan)?,
        PlanFormat::Markdown => session.print(&report::markdown(Paper::fresh(&plan)))?,
        PlanFormat::Html => session.stream(|out| report::html(out, Paper::fresh(&plan)))?,
    }
    tell(&plan, args, session);
    Ok(exit(&plan, args.exit_code))
}

fn tell(plan: &Plan, args: &PlanArgs, session: &Session) {
    if let Some(person) = &args.only
        && plan.changes.is_empty()
        && plan.findings.is_empty()
    {
        session.note(&format!("nothing in this plan is about `{person}`"));
    }
    if args.format == PlanFormat::Text
        && let (Some(policy), Some(person)) = (&args.policy, somebody(plan))
    {
        session.say(&format!(
            "why somebody is held or blocked: muster explain {} {person}",
            policy.display()
        ));
    }
    if let Some(file) = &args.out {
        let file = file.display();
        session.say(&if plan.is_stopped() {
            format!("wrote {file}; it cannot be applied, for a guard stops it")
        } else {
            format!("wrote {file}; to apply it: muster apply {file}")
        });
    }
}

/// Somebody whose treatment may be asked about.
fn somebody(plan: &Plan) -> Option<String> {
    let held = plan.findings.iter().filter(|finding| finding.held);
    let held = held.filter_map(|finding| finding.username.clone());
    let blocked = plan
        .changes
        .iter()
        .filter(|change| change.action == Action::Block);
    let mut names = held.chain(blocked.map(|change| change.username.to_string()));
    names.next().map(|name| safe(&name))
}

/// How a preview ended. Who asks for pending changes is told of them, even if
/// the plan is incomplete; but never that there are none if that is unknown.
fn exit(plan: &Plan, asked: bool) -> Exit {
    if plan.is_stopped() {
        Exit::Stopped
    } else if asked && !plan.changes.is_empty() {
        Exit::Pending
    } else if plan.is_incomplete() {
        Exit::Incomplete
    } else {
        Exit::Done
    }
}

pub(super) fn lasts(span: &jiff::Span) -> Result<SignedDuration, Trouble> {
    let lasts = span
        .to_duration(SpanRelativeTo::days_are_24_hours())
        .map_err(|error| {
            Trouble::new(Exit::Invalid, "`--expires` cannot be used").because(Some(&error))
        })?;
    if lasts <= SignedDuration::ZERO {
        return Err(Trouble::new(
            Exit::Invalid,
            "`--expires` would make a plan that has expired already",
        ));
    }
    Ok(lasts)
}
