//! The People administrator's work.

mod change;
mod chart;
mod delete;
mod look;
mod password;

use crate::args::AccountCommand;
use crate::exit::Exit;
use crate::session::Session;
use crate::trouble::Trouble;
use muster_sync::admin::Refused;

pub(super) fn run(command: &AccountCommand, session: &Session) -> Result<Exit, Trouble> {
    match command {
        AccountCommand::List(args) => look::list(args, session),
        AccountCommand::Show(args) => look::show(args, session),
        AccountCommand::Create(args) => change::create(args, session),
        AccountCommand::Edit(args) => change::edit(args, session),
        AccountCommand::Rename(args) => change::rename(args, session),
        AccountCommand::Detach(args) => change::detach(args, session),
        AccountCommand::Attach(args) => change::attach(args, session),
        AccountCommand::Block(args) => change::block(args, session),
        AccountCommand::Unblock(args) => change::unblock(args, session),
        AccountCommand::Delete(args) => delete::run(args, session),
        AccountCommand::ResetPassword(args) => password::run(args, session),
    }
}

pub(super) fn name(command: &AccountCommand) -> &'static str {
    match command {
        AccountCommand::List(_) => "account list",
        AccountCommand::Show(_) => "account show",
        AccountCommand::Create(_) => "account create",
        AccountCommand::Edit(_) => "account edit",
        AccountCommand::Rename(_) => "account rename",
        AccountCommand::Detach(_) => "account detach",
        AccountCommand::Attach(_) => "account attach",
        AccountCommand::Block(_) => "account block",
        AccountCommand::Unblock(_) => "account unblock",
        AccountCommand::Delete(_) => "account delete",
        AccountCommand::ResetPassword(_) => "account reset-password",
    }
}

/// A refusal with what to do, and with the policy's line where that decides.
fn refused(refused: Refused, session: &Session) -> Trouble {
    let exit = match &refused {
        Refused::BlankUsername | Refused::BlankField | Refused::FieldIsReserved { .. } => {
            Exit::Invalid
        }
        _ => Exit::Failed,
    };
    let line = match &refused {
        Refused::FieldIsMapped {
            field,
            policy_file: Some(file),
            ..
        }
        | Refused::ItemsAreGiven {
            field,
            policy_file: Some(file),
            ..
        } => crate::policies::line_of_field(file, field, session),
        _ => None,
    };
    let hint = refused.hint();
    let mut trouble = Trouble::of(exit, &refused);
    trouble
        .causes
        .extend(line.map(|line| format!("{line} maps it")));
    trouble.hint_if(hint)
}
