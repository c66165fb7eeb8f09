//! `muster plan hold`: people are taken out of a saved plan.

use super::{PlanFile, policy_of, reviewer, tell_withdrawn};
use crate::args::PlanHoldArgs;
use crate::exit::Exit;
use crate::render::review;
use crate::render::text::count;
use crate::session::Session;
use crate::state;
use crate::trouble::Trouble;
use muster_sync::review::{NoHold, hold};

pub(super) fn run(args: &PlanHoldArgs, session: &Session) -> Result<Exit, Trouble> {
    let file = PlanFile::open(&args.file)?;
    let store = state::existing(session)?;
    let sealed = file.sealed(&store)?;
    let plan = &sealed.plan;
    let policy = policy_of(plan, session)?;
    let reason = args.reason.as_deref().map(str::trim);
    let reason = reason.filter(|reason| !reason.is_empty());
    let by = (&reviewer(session), reason);
    let after = hold(plan, &policy, &store, &args.people, by).map_err(refused)?;
    let to = args.out.as_ref().unwrap_or(&args.file);
    PlanFile::write(&after, &store, to)?;
    drop(store);
    if let Some(last) = after.review.holds.last() {
        session.print(&review::held(last, session.out))?;
    }
    let left = count(after.changes.len() as u64, "change is", "changes are");
    session.say(&format!("wrote {}; {left} left in it", to.display()));
    tell_withdrawn(&sealed.approvals, session);
    Ok(Exit::Done)
}

fn refused(error: NoHold) -> Trouble {
    match error {
        NoHold::Store(error) => state::trouble(error),
        NoHold::Stale { .. } => Trouble::of(Exit::Outdated, &error)
            .hint("nothing was written; plan again: `muster plan POLICY --out FILE`"),
        NoHold::Undo => {
            Trouble::of(Exit::Invalid, &error).hint("`muster run undo RUN --only USER --out FILE`")
        }
        NoHold::Unknown { .. } | NoHold::Nobody => Trouble::of(Exit::Invalid, &error)
            .hint("nothing was written; `muster plan show FILE --all` lists everybody in it"),
    }
}
