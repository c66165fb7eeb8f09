//! `muster plan`: the preview.

use crate::args::{Format, PlanArgs};
use crate::exit::Exit;
use crate::files::whole;
use crate::job::{Job, Wish};
use crate::policies;
use crate::render::plan_text::{Folding, plan_text};
use crate::render::text::safe;
use crate::session::Session;
use crate::state::Missing;
use crate::trouble::Trouble;
use jiff::{SignedDuration, SpanRelativeTo};
use muster_model::{Action, Plan, UsernameKey};
use muster_sync::plan_file::{self, Once};
use std::io::Write;
use std::path::Path;

pub(super) fn run(args: &PlanArgs, session: &Session) -> Result<Exit, Trouble> {
    let wish = Wish {
        options: &args.options,
        only: args.only.as_deref().map(UsernameKey::of),
        lasts: lasts(&args.expires)?,
    };
    let policy = policies::load(&args.policy, session)?;
    // A plan that is to be applied is bound to the identity of its state.
    let missing = match &args.out {
        Some(_) => Missing::Make,
        None => Missing::Pretend,
    };
    let job = Job::open(&policy, session, missing)?;
    // What is only looked at leaves no trace.
    let plan = match &args.out {
        Some(_) => job.plan(&wish, session)?,
        None => job.preview(&wish, session)?,
    };
    if let Some(file) = &args.out {
        write(&plan, &job.seal_key(), file)?;
    }
    drop(job);
    match args.format {
        Format::Text => {
            let folding = Folding::unless(args.options.all);
            session.print(&plan_text(&plan, folding, session.out))?;
        }
        Format::Json => session.print_json(&plan)?,
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
    if args.format == Format::Text
        && let Some(person) = somebody(plan)
    {
        session.say(&format!(
            "why somebody is held or blocked: muster explain {} {person}",
            args.policy.display()
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

pub(super) fn write(plan: &Plan, key: &[u8; 32], file: &Path) -> Result<(), Trouble> {
    let mut once = Once([0; 12]);
    getrandom::fill(&mut once.0).map_err(|error| {
        Trouble::new(Exit::Failed, "the operating system gives no random number")
            .because(Some(&error))
    })?;
    let bytes =
        plan_file::write(plan, key, once).map_err(|error| Trouble::of(Exit::Failed, &error))?;
    whole(file, |out| out.write_all(&bytes)).map_err(|error| {
        Trouble::new(
            Exit::Failed,
            format!("the plan file `{}` cannot be written", file.display()),
        )
        .because(Some(&error))
    })
}
