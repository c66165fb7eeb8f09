//! `muster provider record` and `replay`: a read with all that the plugin asked,
//! kept in a file and made again from it.

use crate::args::{Format, ProviderRecordArgs, ProviderReplayArgs};
use crate::calls::{self, Replayed, Taking, Watched};
use crate::exit::Exit;
use crate::session::Session;
use crate::state::{self, Missing};
use crate::trouble::Trouble;
use crate::{files, plugins, policies, source};
use muster_host::calls::recording::{Ending, Outcome, Question};
use muster_host::{Bound, ReadFrom, ReadRequest};
use muster_model::Coverage;
use muster_policy::Policy;
use serde_json::json;
use std::path::{Path, PathBuf};

pub(super) fn record(args: &ProviderRecordArgs, session: &Session) -> Result<Exit, Trouble> {
    let policy = policies::load(&args.policy, session)?;
    let (bound, secrets) = plugins::bind_and_secrets(&policy, session)?;
    let from = match args.changes {
        true => ReadFrom::Since(cursor(&policy, session)?),
        false => ReadFrom::Start,
    };
    let request = source::request(&policy, from);
    let path = match &args.out {
        Some(path) => path.clone(),
        None => place(policy.directory.as_str(), session)?,
    };
    let taking = Taking::begin(&path, &bound, &request, &secrets)?;
    let bound = taking.tapped(&bound, Question::Read);
    drain(&bound, request, &taking.tally());
    let outcome = taking.keep(session)?;
    session.print(&format!("{}\n", calls::words(&outcome)))?;
    Ok(exit(&outcome))
}

/// Where the last run's feed stands. Reading from there moves nothing.
fn cursor(policy: &Policy, session: &Session) -> Result<Vec<u8>, Trouble> {
    let store = state::open(session, Missing::Pretend)?;
    let record = store.directory(&policy.directory).map_err(state::trouble)?;
    record.and_then(|record| record.cursor).ok_or_else(|| {
        let directory = &policy.directory;
        let text = format!("no run of `{directory}` has left a cursor to read changes from");
        Trouble::new(Exit::Invalid, text).hint("leave `--changes` out to record a whole read")
    })
}

/// Beside the snapshots.
fn place(directory: &str, session: &Session) -> Result<PathBuf, Trouble> {
    let folder = session.state.join("recordings");
    files::private_folder(&folder).map_err(|error| {
        let summary = format!("`{}` cannot be made", folder.display());
        Trouble::new(Exit::Failed, summary).because(Some(&error))
    })?;
    Ok(folder.join(format!("{directory}.calls")))
}

/// Reads to the end, whatever it is.
fn drain(bound: &Bound, request: ReadRequest, tally: &Watched) {
    match bound.read(request) {
        Ok(reader) => reader.for_each(|piece| tally.see(&piece)),
        Err(error) => tally.see(&Err(error)),
    }
}

/// What a read that ended so is for other programs.
fn exit(outcome: &Outcome) -> Exit {
    match &outcome.ending {
        Ending::Covered(Coverage::Complete { .. } | Coverage::Delta { .. }) => Exit::Done,
        Ending::Covered(Coverage::Partial { .. }) => Exit::Incomplete,
        Ending::Failed(_) | Ending::Dropped => Exit::Failed,
    }
}

pub(super) fn replay(args: &ProviderReplayArgs, session: &Session) -> Result<Exit, Trouble> {
    let recording = calls::read(&args.file)?;
    let recorded = &recording.header.plugin.name;
    let named = args.plugin.as_ref().unwrap_or(recorded);
    let file = plugins::look(named, Path::new("."), session).map_err(|unusable| {
        let trouble = unusable.trouble(Path::new("POLICY"), session);
        match args.plugin {
            Some(_) => trouble,
            None => trouble.hint("name the plugin's file with `--plugin FILE`"),
        }
    })?;
    let replayed = Replayed::load(recording, file, session)?;
    let (bound, replayer) = replayed.bind(Question::Read);
    let recording = replayed.recording();
    let watched = Watched::default();
    drain(&bound, recording.header.request.clone(), &watched);
    let (then, now) = (&recording.outcome, watched.outcome());
    let same = *then == now;
    let unasked = replayer.left();
    match args.format {
        Format::Json => session.print_json(&json!({
            "same": same, "recorded": then, "replayed": now, "unasked": unasked,
        }))?,
        Format::Text => session.print(&told(&args.file, then, &now, unasked))?,
    }
    Ok(match same {
        true => Exit::Done,
        false => Exit::Failed,
    })
}

fn told(file: &Path, then: &Outcome, now: &Outcome, unasked: usize) -> String {
    let (before, after) = (calls::words(then), calls::words(now));
    let mut text = match (then == now, before == after) {
        (true, _) => format!("{after}\nthe same as was recorded\n"),
        (false, true) => {
            format!("{after}\nbut not the same as was recorded: other values, order or cursors\n")
        }
        (false, false) => format!("recorded: {before}\nreplayed: {after}\n"),
    };
    if unasked > 0 {
        let file = file.display();
        text.push_str(&format!(
            "answers of {file} that were not asked for: {unasked}\n"
        ));
    }
    text
}
