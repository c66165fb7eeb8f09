//! `muster plan override`: a saved plan is let past a guard.

use super::{PlanFile, reviewer, tell_withdrawn};
use crate::args::PlanOverrideArgs;
use crate::exit::Exit;
use crate::render::text::safe;
use crate::session::Session;
use crate::state;
use crate::trouble::Trouble;
use muster_sync::review::let_past;

pub(super) fn run(args: &PlanOverrideArgs, session: &Session) -> Result<Exit, Trouble> {
    let file = PlanFile::open(&args.file)?;
    let store = state::existing(session)?;
    let sealed = file.sealed(&store)?;
    let mut plan = sealed.plan;
    let before = plan.review.overrides.len();
    for given in &args.overrides {
        plan =
            let_past(&plan, &given.guard, &given.reason, &reviewer(session)).map_err(|error| {
                Trouble::of(Exit::Invalid, &error)
                    .hint("nothing was written; `muster plan show FILE` shows the guards")
            })?;
    }
    let to = args.out.as_ref().unwrap_or(&args.file);
    PlanFile::write(&plan, &store, to)?;
    drop(store);
    for passed in plan.review.overrides.iter().skip(before) {
        let (guard, reason) = (safe(&passed.guard), safe(&passed.reason));
        session.print(&format!("goes past the guard {guard}: {reason}\n"))?;
    }
    session.say(&format!("wrote {}", to.display()));
    tell_withdrawn(&sealed.approvals, session);
    Ok(match plan.is_stopped() {
        true => Exit::Stopped,
        false => Exit::Done,
    })
}
