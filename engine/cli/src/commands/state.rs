//! `muster state`: the store itself.

use crate::args::{ExportArgs, ImportArgs, StateCommand};
use crate::exit::Exit;
use crate::files::whole;
use crate::render::text::{count, safe};
use crate::session::Session;
use crate::state;
use crate::trouble::Trouble;
use muster_store::{ExportError, ImportError, Store};
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Write, stdin, stdout};
use std::path::Path;

pub(super) fn run(command: &StateCommand, session: &Session) -> Result<Exit, Trouble> {
    match command {
        StateCommand::Check => check(session),
        StateCommand::Export(args) => export(args, session),
        StateCommand::Import(args) => import(args, session),
    }
}

pub(super) fn name(command: &StateCommand) -> &'static str {
    match command {
        StateCommand::Check => "state check",
        StateCommand::Export(_) => "state export",
        StateCommand::Import(_) => "state import",
    }
}

fn check(session: &Session) -> Result<Exit, Trouble> {
    let report = state::check(session)?;
    let folder = session.state.display().to_string();
    if report.is_well() {
        session.print(&format!(
            "{}: {}, all is well\n",
            safe(&folder),
            report.counts
        ))?;
        return Ok(Exit::Done);
    }
    let problems = count(report.problems.len() as u64, "problem", "problems");
    let mut trouble = Trouble::new(
        Exit::Failed,
        format!("the state in `{folder}` ({}) has {problems}", report.counts),
    )
    .hint("`muster state export` saves what can be read; restore a back-up with `muster state import`");
    trouble.causes = report.problems;
    Err(trouble)
}

fn export(args: &ExportArgs, session: &Session) -> Result<Exit, Trouble> {
    let store = state::existing(session)?;
    let Some(file) = &args.file else {
        return to_stdout(&store);
    };
    let mut counts = Ok(None);
    let written = whole(file, |out| {
        let mut out = BufWriter::new(out);
        counts = muster_store::export(&store, &mut out).map(Some);
        out.flush()
    });
    let counts = counts.map_err(not_exported)?;
    written.map_err(|error| unwritable(file, &error))?;
    if let Some(counts) = counts {
        session.say(&format!("wrote {}: {counts}", file.display()));
    }
    Ok(Exit::Done)
}

fn to_stdout(store: &dyn Store) -> Result<Exit, Trouble> {
    let mut out = BufWriter::new(stdout().lock());
    match muster_store::export(store, &mut out) {
        Ok(_) => Ok(Exit::Done),
        Err(ExportError::Write(error)) if error.kind() == ErrorKind::BrokenPipe => {
            // A back-up of which nobody knows how much arrived is none.
            Ok(Exit::Failed)
        }
        Err(error) => Err(not_exported(error)),
    }
}

fn not_exported(error: ExportError) -> Trouble {
    match error {
        ExportError::Store(error) => state::trouble(error),
        ExportError::Write(_) => Trouble::of(Exit::Failed, &error),
    }
}

fn unwritable(file: &Path, error: &io::Error) -> Trouble {
    Trouble::new(
        Exit::Failed,
        format!("the export `{}` cannot be written", file.display()),
    )
    .because(Some(error))
}

fn import(args: &ImportArgs, session: &Session) -> Result<Exit, Trouble> {
    let mut input: Box<dyn BufRead> = if args.file.as_os_str() == "-" {
        Box::new(stdin().lock())
    } else {
        let file = File::open(&args.file).map_err(|error| {
            Trouble::new(
                Exit::Failed,
                format!("the export `{}` cannot be read", args.file.display()),
            )
            .because(Some(&error))
        })?;
        Box::new(BufReader::new(file))
    };
    let mut store = state::existing_or_new(session)?;
    let counts = muster_store::import(&mut store, &mut input).map_err(not_imported)?;
    session.say(&format!("read {counts} into {}", session.state.display()));
    Ok(Exit::Done)
}

fn not_imported(error: ImportError) -> Trouble {
    match error {
        ImportError::Store(error) => state::trouble(error)
            .hint("name a folder that is not there yet: `muster --state DIR state import FILE`"),
        error => Trouble::of(Exit::Failed, &error),
    }
}
