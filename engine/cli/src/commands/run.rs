//! `muster run`: history.

use crate::args::{Format, RunCommand, RunShowArgs};
use crate::exit::Exit;
use crate::render::{plan_text::Folding, run};
use crate::session::Session;
use crate::state;
use crate::trouble::Trouble;
use muster_model::{AuditRecord, Owner, Run, SensitiveFields};
use muster_store::Store;
use serde::Serialize;

pub(super) fn run(command: &RunCommand, session: &Session) -> Result<Exit, Trouble> {
    let store = state::existing(session)?;
    match command {
        RunCommand::List(args) => {
            let runs = store.runs().map_err(state::trouble)?;
            match args.format {
                Format::Text => session.print(&run::list(&runs, session.out))?,
                Format::Json => session.print_json(&runs)?,
            }
        }
        RunCommand::Show(args) => show(args, &store, session)?,
    }
    Ok(Exit::Done)
}

/// A run with its audit, for programs.
#[derive(Serialize)]
struct RunJson<'a> {
    #[serde(flatten)]
    run: &'a Run,
    audit: &'a [AuditRecord],
}

fn show(args: &RunShowArgs, store: &dyn Store, session: &Session) -> Result<(), Trouble> {
    let found = store.run(args.id).map_err(state::trouble)?.ok_or_else(|| {
        Trouble::new(Exit::Failed, format!("there is no run `{}`", args.id))
            .hint("`muster run list` shows all runs")
    })?;
    let directories = store.directories().map_err(state::trouble)?;
    let fields = SensitiveFields::of(&directories);
    let owner = match &found.directory {
        Some(name) => Owner::Directory(name.clone()),
        None => Owner::Local,
    };
    let mut audit = Vec::new();
    store
        .audit(Some(args.id), &mut |mut record| {
            fields.mark(&owner, &mut record.fields);
            audit.push(record);
        })
        .map_err(state::trouble)?;
    match args.format {
        Format::Text => {
            let folding = Folding::unless(args.all);
            session.print(&run::show(&found, &audit, folding, session.out))
        }
        Format::Json => session.print_json(&RunJson {
            run: &found,
            audit: &audit,
        }),
    }
}
