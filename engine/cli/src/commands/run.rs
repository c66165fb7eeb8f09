//! `muster run`: history.

use crate::args::{Format, RunCommand, RunShowArgs};
use crate::exit::Exit;
use crate::render::{plan_text::Folding, run};
use crate::session::Session;
use crate::state;
use crate::trouble::Trouble;
use muster_model::{AuditRecord, DirectoryRecord, FieldName, Owner, Run, RunId, SensitiveFields};
use muster_review::people::People;
use muster_store::Store;
use serde::Serialize;
use std::collections::BTreeSet;

pub(super) fn run(command: &RunCommand, session: &Session) -> Result<Exit, Trouble> {
    if let RunCommand::Undo(args) = command {
        return super::undo::run(args, session);
    }
    let store = state::existing(session)?;
    match command {
        RunCommand::Undo(_) => {}
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

/// A run that must be there.
pub(super) fn known(id: RunId, store: &dyn Store) -> Result<Run, Trouble> {
    store.run(id).map_err(state::trouble)?.ok_or_else(|| {
        Trouble::new(Exit::Failed, format!("there is no run `{id}`"))
            .hint("`muster run list` shows all runs")
    })
}

fn show(args: &RunShowArgs, store: &dyn Store, session: &Session) -> Result<(), Trouble> {
    let found = known(args.id, store)?;
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
            let references = references(&found, &directories);
            let fields = audit.iter().flat_map(|record| &record.fields);
            let names = muster_sync::people_named(fields, &references, store);
            let names = names.map_err(state::trouble)?;
            let people = Some(People::new(&references, &names));
            session.print(&run::show(&found, &audit, people, folding, session.out))
        }
        Format::Json => session.print_json(&RunJson {
            run: &found,
            audit: &audit,
        }),
    }
}

/// The fields of the run's directory that hold accounts.
fn references(run: &Run, directories: &[DirectoryRecord]) -> BTreeSet<FieldName> {
    let of_run = |record: &&DirectoryRecord| Some(&record.name) == run.directory.as_ref();
    let record = directories.iter().find(of_run);
    record.map_or_else(BTreeSet::new, |record| record.references.clone())
}
