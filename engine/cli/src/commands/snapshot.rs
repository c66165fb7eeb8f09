//! `muster snapshot`: what a source returned, kept in a file.

use crate::args::{Format, SnapshotCommand, SnapshotShowArgs};
use crate::exit::Exit;
use crate::render::snapshot::{Shown, entry_json, snapshot};
use crate::session::Session;
use crate::snapshots;
use crate::trouble::Trouble;
use muster_sync::snapshot::Record;
use serde_json::json;

/// Entries that are shown unless all are wanted.
const SHOWN: usize = 20;

/// Bytes that are printed at once.
const PIECE: usize = 64 << 10;

pub(super) fn run(command: &SnapshotCommand, session: &Session) -> Result<Exit, Trouble> {
    match command {
        SnapshotCommand::Record(args) => super::record::run(args, session),
        SnapshotCommand::Show(args) => show(args, session),
    }
}

fn show(args: &SnapshotShowArgs, session: &Session) -> Result<Exit, Trouble> {
    match args.format {
        Format::Text => text(args, session),
        Format::Json => json(args, session),
    }
}

/// Reads to the end before anything is printed: half a snapshot is none.
fn text(args: &SnapshotShowArgs, session: &Session) -> Result<Exit, Trouble> {
    let mut source = snapshots::open(&args.file)?;
    let most = if args.all { usize::MAX } else { SHOWN };
    let mut shown = Shown::default();
    while let Some(record) = source
        .record()
        .map_err(|error| snapshots::unusable(&args.file, &error))?
    {
        match record {
            Record::Entry(row) if shown.entries.len() < most => shown.entries.push(row),
            Record::Problem(problem) if shown.problems.len() < most => {
                shown.problems.push(problem);
            }
            _ => {}
        }
    }
    session.print(&snapshot(source.header(), &shown, session.out))?;
    Ok(Exit::Done)
}

/// Prints one record after the other: a snapshot may be larger than memory.
fn json(args: &SnapshotShowArgs, session: &Session) -> Result<Exit, Trouble> {
    let mut source = snapshots::open(&args.file)?;
    let header = source.header().clone();
    let mut out = format!("{{\n  \"header\": {},\n  \"records\": [", json!(header));
    let mut between = "\n    ";
    while let Some(record) = source
        .record()
        .map_err(|error| snapshots::unusable(&args.file, &error))?
    {
        let record = match record {
            Record::Entry(row) => json!({"entry": entry_json(&header, &row)}),
            Record::Problem(problem) => json!({"problem": problem}),
        };
        out.push_str(&format!("{between}{record}"));
        between = ",\n    ";
        if out.len() >= PIECE {
            session.print(&std::mem::take(&mut out))?;
        }
    }
    session.print(&format!("{out}\n  ]\n}}\n"))?;
    Ok(Exit::Done)
}
