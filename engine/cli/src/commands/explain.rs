//! `muster explain`: why one person is treated as they are.

mod run;

use crate::args::{ExplainArgs, Format};
use crate::exit::Exit;
use crate::progress::Reading;
use crate::render;
use crate::session::Session;
use crate::source::{self, PluginSource};
use crate::state::{self, Missing};
use crate::trouble::Trouble;
use crate::{plugins, policies, provenance, snapshots};
use jiff::SignedDuration;
use muster_host::{Bound, ReadFrom};
use muster_model::{Coverage, EntryView};
use muster_policy::Policy;
use muster_review::explain::report::{EXPLANATION_FORMAT, Origin, Who};
use muster_review::explain::{
    Answer, Beyond, Candidates, Explanation, Question, Read, WHOLE, explain,
};
use muster_store::Store;
use muster_sync::snapshot::{Replay, Unsuitable};
use muster_sync::{PreviewContext, PreviewError, Silent, SourceFailed};
use std::path::{Path, PathBuf};

pub(super) fn run(args: &ExplainArgs, session: &Session) -> Result<Exit, Trouble> {
    let policy = policies::load(&args.policy, session)?;
    if let Some(run) = args.run {
        return run::explain(run, policy, args, session);
    }
    let store = state::open(session, Missing::Pretend)?;
    let (taken, source) = match file(args, &policy, session)? {
        Some(file) => (kept(&policy, &file)?, None),
        None => {
            let source = plugins::bind(&policy, session)?;
            let taken = live(&policy, &source, store.as_ref(), session)?;
            (taken, Some(source))
        }
    };
    let beyond = source.map(|source| Everybody {
        policy: &policy,
        source,
        session,
    });
    let context = PreviewContext {
        now: session.now,
        expires: session
            .now
            .checked_add(SignedDuration::from_hours(24))
            .unwrap_or(session.now),
        plugin: taken.plugin,
        plugin_digest: taken.digest,
        read: None,
        only: None,
        overrides: Default::default(),
    };
    let question = Question {
        policy: &policy,
        read: &taken.read,
        store: store.as_ref(),
        context: &context,
        origin: &taken.origin,
        asked: &args.person,
        beyond: beyond.as_ref().map(|beyond| beyond as &dyn Beyond),
        reveal: args.reveal,
        whole: WHOLE,
    };
    let answer = explain(&question).map_err(|error| failed(error, &policy))?;
    tell(answer, &taken.read, &policy, args, session)
}

fn tell(
    answer: Answer,
    read: &Read,
    policy: &Policy,
    args: &ExplainArgs,
    session: &Session,
) -> Result<Exit, Trouble> {
    match answer {
        Answer::Explained(mut explanation) => {
            if args.run.is_none() {
                explanation.policy.version = provenance::of(policy);
            }
            print(&explanation, args, session)
        }
        Answer::Ambiguous(candidates) => ambiguous(candidates, args, session),
        Answer::Unknown {
            nearest,
            unreadable,
        } => Err(unknown(args, &nearest, unreadable, read, policy)),
    }
}

/// A read, and where it comes from.
struct Taken {
    read: Read,
    origin: Origin,
    plugin: String,
    digest: String,
}

/// The file to look into; none for the source.
fn file(
    args: &ExplainArgs,
    policy: &Policy,
    session: &Session,
) -> Result<Option<PathBuf>, Trouble> {
    match (&args.snapshot, args.offline) {
        (Some(file), _) => Ok(Some(file.clone())),
        (None, false) => Ok(None),
        (None, true) => snapshots::latest(session, &policy.directory)
            .map(Some)
            .ok_or_else(|| {
                let summary = format!("no read of the directory `{}` was kept", policy.directory);
                Trouble::new(Exit::Failed, summary).hint(format!(
                    "`muster snapshot record {}` keeps one",
                    args.policy.display()
                ))
            }),
    }
}

fn kept(policy: &Policy, file: &Path) -> Result<Taken, Trouble> {
    let unsuitable = |error: Unsuitable| {
        let summary = format!("the snapshot `{}` cannot be used", file.display());
        Trouble::new(Exit::Failed, summary)
            .because(Some(&error))
            .hint(format!(
                "`muster snapshot record {}` makes a new one",
                policy.file
            ))
    };
    let mut source = Replay::new(snapshots::open(file)?, policy).map_err(unsuitable)?;
    let header = source.header();
    let origin = Origin::Snapshot {
        file: file.display().to_string(),
        recorded: header.recorded.clone(),
    };
    let stamp = &header.plugin;
    let (plugin, digest) = (
        format!("{} {}", stamp.name, stamp.version),
        stamp.digest.clone(),
    );
    let read = Read::take(&mut source, &Silent).map_err(|error| unread(error, policy))?;
    Ok(Taken {
        read,
        origin,
        plugin,
        digest,
    })
}

/// Reads everything: a delta may not deliver the person.
fn live(
    policy: &Policy,
    bound: &Bound,
    store: &dyn Store,
    session: &Session,
) -> Result<Taken, Trouble> {
    let expected = store
        .population(&policy.directory)
        .map_err(state::trouble)?;
    let progress = Reading::begin(policy.directory.as_str(), expected.accounts, session);
    let reader = bound
        .read(source::request(policy, ReadFrom::Start))
        .map_err(|error| unread(source::failed(&error), policy))?;
    let read = Read::take(&mut PluginSource::new(reader), &progress)
        .map_err(|error| unread(error, policy))?;
    let about = bound.about();
    Ok(Taken {
        read,
        origin: Origin::Live,
        plugin: format!("{} {}", about.name, about.version),
        digest: about.digest.clone(),
    })
}

/// The source with nobody left out.
struct Everybody<'e> {
    policy: &'e Policy,
    source: Bound,
    session: &'e Session,
}

impl Beyond for Everybody<'_> {
    fn look(&self, wanted: &mut dyn FnMut(EntryView<'_>) -> bool) -> Option<Read> {
        let directory = self.policy.directory.as_str();
        let progress = Reading::begin(directory, 0, self.session);
        let reader = self.source.read(source::beyond(self.policy)).ok()?;
        let mut source = PluginSource::new(reader);
        Read::some(&mut source, self.policy.attributes.len(), wanted, &progress).ok()
    }
}

fn unread(failed: SourceFailed, policy: &Policy) -> Trouble {
    let summary = format!(
        "the source of `{}` could not be read, so nothing can be explained",
        policy.directory
    );
    let mut trouble = Trouble::new(Exit::Failed, summary);
    trouble.causes.push(failed.text);
    trouble.hint_if(failed.hint).hint(
        "`--offline` explains from the last read that was kept, without a network or credentials",
    )
}

fn failed(error: PreviewError, policy: &Policy) -> Trouble {
    match error {
        PreviewError::Source(failed) => unread(failed, policy),
        PreviewError::Store(error) => state::trouble(error),
        error => Trouble::of(Exit::Failed, &error),
    }
}

fn print(
    explanation: &Explanation,
    args: &ExplainArgs,
    session: &Session,
) -> Result<Exit, Trouble> {
    match args.format {
        Format::Text => session.print(&render::explain::text(explanation, session.out))?,
        Format::Json => session.print_json(explanation)?,
    }
    Ok(match explanation.read.coverage {
        Coverage::Partial { .. } => Exit::Incomplete,
        Coverage::Complete { .. } | Coverage::Delta { .. } => Exit::Done,
    })
}

fn ambiguous(candidates: Vec<Who>, args: &ExplainArgs, session: &Session) -> Result<Exit, Trouble> {
    if args.format == Format::Json {
        session.print_json(&Candidates {
            format: EXPLANATION_FORMAT,
            asked: args.person.clone(),
            candidates: candidates.clone(),
        })?;
    }
    let policy = args.policy.display().to_string();
    let lines = render::explain::candidates(&candidates, &policy, session.err);
    let summary = format!("`{}` may be more than one person", args.person);
    Err(Trouble::new(Exit::Invalid, summary)
        .detail(lines)
        .hint("ask by what only one of them has"))
}

fn unknown(
    args: &ExplainArgs,
    nearest: &[String],
    unreadable: usize,
    read: &Read,
    policy: &Policy,
) -> Trouble {
    let summary = format!(
        "nobody goes by `{}`: neither at the source nor among the accounts",
        args.person
    );
    let mut trouble = Trouble::new(Exit::Failed, summary);
    let named: Vec<String> = nearest.iter().map(|name| format!("`{name}`")).collect();
    let meant = (!named.is_empty()).then(|| format!("did you mean {}?", named.join(", ")));
    trouble = trouble.hint_if(meant);
    if let Coverage::Partial { text, .. } = &read.coverage {
        trouble = trouble.hint(format!("the read was only partial: {text}"));
    }
    if unreadable > 0 {
        let text = format!("records that could not be read, and may be theirs: {unreadable}");
        trouble = trouble.hint(text);
    }
    if !policy.scope.groups.is_empty() || !policy.scope.under.is_empty() {
        trouble = trouble.hint(format!(
            "the source was asked only for people in the scope of `{}`; whoever has no account and \
             is outside of it is not seen",
            policy.file
        ));
    }
    trouble
}
