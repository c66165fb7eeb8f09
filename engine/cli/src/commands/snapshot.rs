//! `muster snapshot`: what a source returned, kept in a file.

use crate::args::{Format, RecordArgs, SnapshotCommand, SnapshotShowArgs};
use crate::exit::Exit;
use crate::files;
use crate::progress::Reading;
use crate::render::snapshot::{Shown, entry_json, snapshot};
use crate::render::text::count;
use crate::session::Session;
use crate::source::{self, PluginSource};
use crate::trouble::Trouble;
use crate::{plugins, policies, snapshots};
use muster_host::{AttributeShape, Bound, ReadFrom};
use muster_model::Coverage;
use muster_policy::Policy;
use muster_sync::snapshot::{About, Header, KnownAttribute, PluginStamp, Record, Unwritten, write};
use serde_json::json;
use std::io::{self, BufWriter};
use std::path::Path;

/// Entries that are shown unless all are wanted.
const SHOWN: usize = 20;

/// Bytes that are printed at once.
const PIECE: usize = 64 << 10;

pub(super) fn run(command: &SnapshotCommand, session: &Session) -> Result<Exit, Trouble> {
    match command {
        SnapshotCommand::Record(args) => record(args, session),
        SnapshotCommand::Show(args) => show(args, session),
    }
}

fn record(args: &RecordArgs, session: &Session) -> Result<Exit, Trouble> {
    let policy = policies::load(&args.policy, session)?;
    let bound = plugins::bind(&policy, session)?;
    let file = match &args.out {
        Some(file) => file.clone(),
        None => snapshots::place(session, &policy.directory),
    };
    let header = kept(&policy, &bound, &file, args.out.is_none(), session)?;
    session.say(&format!(
        "wrote {}: {} of `{}`; it holds personal data",
        file.display(),
        count(header.entries, "person", "people"),
        policy.directory
    ));
    Ok(match &header.coverage {
        Coverage::Complete { .. } | Coverage::Delta { .. } => Exit::Done,
        Coverage::Partial { text, .. } => {
            session.note(&format!("not everybody was read: {text}"));
            Exit::Incomplete
        }
    })
}

/// Reads everything, and writes it down.
fn kept(
    policy: &Policy,
    bound: &Bound,
    file: &Path,
    is_ours: bool,
    session: &Session,
) -> Result<Header, Trouble> {
    let unwritable = |error: &io::Error| {
        let summary = format!("the snapshot `{}` cannot be written", file.display());
        Trouble::new(Exit::Failed, summary).because(Some(error))
    };
    if let Some(folder) = file.parent().filter(|_| is_ours) {
        files::private_folder(folder).map_err(|error| unwritable(&error))?;
    }
    let mut spool = files::scratch(file).map_err(|error| unwritable(&error))?;
    let about = about(policy, bound, session);
    let reader = bound
        .read(source::request(policy, ReadFrom::Start))
        .map_err(|error| unread(policy, source::failed(&error)))?;
    let mut source = PluginSource::new(reader);
    let progress = Reading::begin(policy.directory.as_str(), 0, session);
    let mut done = None;
    let written = files::private(file, |out| {
        let mut out = BufWriter::new(out);
        let kept = write(&about, &mut source, &mut spool.file, &mut out, &progress);
        let failed = kept.is_err();
        done = Some(kept);
        match failed {
            true => Err(io::ErrorKind::Other.into()),
            false => Ok(()),
        }
    });
    match done {
        Some(Err(Unwritten::Source(failed))) => Err(unread(policy, failed)),
        Some(Err(Unwritten::Write(error))) => Err(unwritable(&error)),
        Some(Err(error @ Unwritten::TooLarge { .. })) => Err(Trouble::of(Exit::Failed, &error)),
        Some(Ok(header)) => written.map(|()| header).map_err(|error| unwritable(&error)),
        None => Err(written.map_or_else(
            |error| unwritable(&error),
            |()| Trouble::new(Exit::Failed, "nothing was written"),
        )),
    }
}

fn about<'p>(policy: &'p Policy, bound: &Bound, session: &Session) -> About<'p> {
    let about = bound.about();
    // Whoever cannot tell may still deliver.
    let known = bound.attributes().unwrap_or_default().into_iter();
    About {
        policy,
        plugin: PluginStamp {
            name: about.name.clone(),
            version: about.version.clone(),
            digest: about.digest.clone(),
        },
        now: session.now,
        sensitive: snapshots::hidden(policy),
        known: known
            .map(|attribute| KnownAttribute {
                name: attribute.name,
                several: match attribute.shape {
                    AttributeShape::Single => Some(false),
                    AttributeShape::Multiple => Some(true),
                    AttributeShape::Unknown => None,
                },
                summary: attribute.summary,
            })
            .collect(),
    }
}

fn unread(policy: &Policy, failed: muster_sync::SourceFailed) -> Trouble {
    let summary = format!(
        "the source of `{}` could not be read; no snapshot was written",
        policy.directory
    );
    let mut trouble = Trouble::new(Exit::Failed, summary);
    trouble.causes.push(failed.text);
    trouble.hint_if(failed.hint)
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
