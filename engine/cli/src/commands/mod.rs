//! What each command does: arguments in, work done, exit code out.

mod account;
mod apply;
pub mod check;
mod explain;
mod init;
mod lsp;
mod plan;
mod policy;
mod provider;
mod record;
mod run;
mod saved;
mod snapshot;
mod state;
mod sync;
mod undo;

use crate::args::Command;
use crate::exit::Exit;
use crate::session::Session;
use crate::trouble::Trouble;

/// Runs one command.
pub fn run(command: &Command, session: &Session) -> Result<Exit, Trouble> {
    match command {
        Command::Init(args) => init::run(args, session),
        Command::Check(args) => check::run(args, session),
        Command::Plan(args) => plan::run(args, session),
        Command::Apply(args) => apply::run(args, session),
        Command::Sync(args) => sync::run(args, session),
        Command::Explain(args) => explain::run(args, session),
        Command::Account(command) => account::run(command, session),
        Command::Run(command) => run::run(command, session),
        Command::Provider(command) => provider::run(command, session),
        Command::Policy(command) => policy::run(command, session),
        Command::Snapshot(command) => snapshot::run(command, session),
        Command::Lsp(args) => lsp::run(args, session),
        Command::State(command) => state::run(command, session),
    }
}

/// The command as it stands in runs and audit: `account rename`.
pub fn name(command: &Command) -> &'static str {
    match command {
        Command::Init(_) => "init",
        Command::Check(_) => "check",
        Command::Plan(args) => plan::name(args),
        Command::Apply(_) => "apply",
        Command::Sync(_) => "sync",
        Command::Explain(_) => "explain",
        Command::Account(command) => account::name(command),
        Command::Run(crate::args::RunCommand::Undo(_)) => "run undo",
        Command::Run(_) => "run",
        Command::Provider(_) => "provider",
        Command::Policy(_) => "policy",
        Command::Snapshot(_) => "snapshot",
        Command::Lsp(_) => "lsp",
        Command::State(command) => state::name(command),
    }
}
