//! What is done with a saved plan before it is applied.

mod approve;
mod file;
mod hold;
mod past;
mod show;

pub use file::{PlanFile, policy_of, stale};

use crate::args::PlanCommand;
use crate::exit::Exit;
use crate::render::text::safe;
use crate::session::Session;
use crate::trouble::Trouble;
use muster_model::Approval;
use muster_sync::review::Reviewer;

pub(super) fn run(command: &PlanCommand, session: &Session) -> Result<Exit, Trouble> {
    match command {
        PlanCommand::Show(args) => show::run(args, session),
        PlanCommand::Hold(args) => hold::run(args, session),
        PlanCommand::Override(args) => past::run(args, session),
        PlanCommand::Approve(args) => approve::run(args, session),
        PlanCommand::Key(args) => approve::make_key(args, session),
    }
}

/// The command as it stands in runs and audit.
pub(super) fn name(command: &PlanCommand) -> &'static str {
    match command {
        PlanCommand::Show(_) => "plan show",
        PlanCommand::Hold(_) => "plan hold",
        PlanCommand::Override(_) => "plan override",
        PlanCommand::Approve(_) => "plan approve",
        PlanCommand::Key(_) => "plan key",
    }
}

/// Who does something to a plan now.
fn reviewer(session: &Session) -> Reviewer {
    Reviewer {
        name: session.actor.name.clone(),
        now: session.now,
    }
}

/// Tells that approvals of the plan as it was are none of the plan as it is.
fn tell_withdrawn(approvals: &[Approval], session: &Session) {
    if approvals.is_empty() {
        return;
    }
    let names: Vec<String> = approvals.iter().map(|one| safe(&one.name)).collect();
    session.note(&format!(
        "the plan is another one now: what {} approved of counts no longer; ask again",
        names.join(" and ")
    ));
}
