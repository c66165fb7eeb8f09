//! `muster policy`: the form of policies, their tests, what an edit would do, and
//! the schema of their language.

mod diff;
mod fmt;
mod test;

use crate::args::PolicyCommand;
use crate::exit::Exit;
use crate::session::Session;
use crate::trouble::Trouble;
use muster_policy::SCHEMA;

pub(super) fn run(command: &PolicyCommand, session: &Session) -> Result<Exit, Trouble> {
    match command {
        PolicyCommand::Fmt(args) => fmt::run(args, session),
        PolicyCommand::Test(args) => test::run(args, session),
        PolicyCommand::Diff(args) => diff::run(args, session),
        PolicyCommand::Schema => {
            session.print(SCHEMA)?;
            Ok(Exit::Done)
        }
    }
}
