//! The `muster` program: arguments, wiring, rendering, exit codes.
//!
//! It knows nothing that the crates below it ought to know: what a plan is,
//! how a source is read, how accounts are kept. It puts them together and says
//! in words what came of it. Data goes to standard output, talk to standard
//! error.
//!
//! Reading order: `args` is what can be typed; `session` is one call of the
//! program; `commands` is what each command does; `job` takes one policy from
//! reading to recording; `editor` stands around the language server; `render` turns
//! answers into text.

mod archive;
mod args;
mod calls;
mod commands;
mod editor;
mod exit;
mod files;
mod git;
mod job;
mod keeping;
mod logging;
mod plugins;
mod policies;
mod progress;
mod provenance;
mod render;
mod sample;
mod secrets;
mod session;
mod snapshots;
mod source;
mod state;
mod suites;
mod trouble;
mod versions;

use args::Cli;
use clap::Parser;
use exit::Exit;
use session::Session;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error).into(),
    };
    logging::begin(&cli.global);
    run(&cli).into()
}

fn run(cli: &Cli) -> Exit {
    let name = commands::name(&cli.command);
    let session = match Session::new(&cli.global, name) {
        Ok(session) => session,
        Err(trouble) => {
            eprint(&render::trouble::trouble(&trouble, render::Palette::Plain));
            return trouble.exit;
        }
    };
    commands::run(&cli.command, &session).unwrap_or_else(|trouble| {
        session.report(&trouble);
        trouble.exit
    })
}

/// Help and version are answers; everything else is wrong usage.
fn usage(error: &clap::Error) -> Exit {
    // There is nowhere to report that nothing can be printed.
    let _ = error.print();
    if error.use_stderr() {
        Exit::Invalid
    } else {
        Exit::Done
    }
}

fn eprint(text: &str) {
    use std::io::Write;
    // As above.
    let _ = std::io::stderr().write_all(text.as_bytes());
}
