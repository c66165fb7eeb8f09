//! `muster provider`: plugins.

mod accept;
mod keys;
mod login;
mod new;
mod pack;
mod push;
mod record;
mod show;
mod test;

use super::check::{failed_steps, people, steps};
use crate::args::{ProviderCheckArgs, ProviderCommand};
use crate::exit::Exit;
use crate::render::provider;
use crate::session::Session;
use crate::trouble::Trouble;
use crate::{plugins, policies};

pub(super) fn run(command: &ProviderCommand, session: &Session) -> Result<Exit, Trouble> {
    match command {
        ProviderCommand::List(args) => show::list(args, session),
        ProviderCommand::Show(args) => show::run(args, session),
        ProviderCommand::Accept(args) => accept::run(args, session),
        ProviderCommand::Push(args) => push::run(args, session),
        ProviderCommand::Check(args) => check(args, session),
        ProviderCommand::Login(args) => login::run(args, session),
        ProviderCommand::Record(args) => record::record(args, session),
        ProviderCommand::Replay(args) => record::replay(args, session),
        ProviderCommand::New(args) => new::run(args, session),
        ProviderCommand::Pack(args) => pack::run(args, session),
        ProviderCommand::Test(args) => test::run(args, session),
    }
}

fn check(args: &ProviderCheckArgs, session: &Session) -> Result<Exit, Trouble> {
    let policy = policies::load(&args.policy, session)?;
    let bound = plugins::bind(&policy, session)?;
    let tried = steps(&policy, &bound, session)?;
    failed_steps(&policy, &tried)?;
    let attributes = bound
        .attributes()
        .map_err(|error| Trouble::of(Exit::Failed, &error).hint_if(error.hint()))?;
    session.print(&format!(
        "\n{}",
        provider::attributes(&attributes, session.out)
    ))?;
    people(&policy, &bound, session)
}
