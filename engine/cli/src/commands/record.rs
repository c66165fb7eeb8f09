//! `muster snapshot record`: what a source returned, as it is or under other names.

use crate::args::RecordArgs;
use crate::calls::{self, Replayed, Taking, Watched};
use crate::exit::Exit;
use crate::files::{self, unwritable};
use crate::progress::Reading;
use crate::render::text::count;
use crate::session::Session;
use crate::source::{self, PluginSource};
use crate::state;
use crate::trouble::Trouble;
use crate::{plugins, policies, snapshots, versions};
use jiff::Timestamp;
use muster_host::calls::recording::Question;
use muster_host::{AttributeShape, Bound, ReadFrom};
use muster_model::{Account, Coverage};
use muster_policy::Policy;
use muster_store::{AccountJson, Store};
use muster_sync::snapshot::{
    About, Header, KnownAttribute, People, PluginStamp, PolicyStamp, Pseudonymous, Pseudonyms,
    Replay, Unwritten, for_all, write,
};
use muster_sync::{Source, SourceFailed};
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

pub(super) fn run(args: &RecordArgs, session: &Session) -> Result<Exit, Trouble> {
    let named = policies::load(&args.policy, session)?;
    let others = others(args, &named, session)?;
    let borrowed: Vec<&Policy> = others.iter().collect();
    let policy = for_all(&named, &borrowed);
    let (from, taking) = From::open(args, &policy, session)?;
    let tally = taking.as_ref().map(Taking::tally);
    let pseudonyms = match args.pseudonyms {
        true => Some(pseudonyms(args, &policy, &borrowed, session)?),
        false => None,
    };
    let (people, place) = match pseudonyms {
        Some(_) => (
            People::Pseudonyms,
            snapshots::place_of_pseudonyms(session, &policy.directory),
        ),
        None => (
            People::AsDelivered,
            snapshots::place(session, &policy.directory),
        ),
    };
    // Before anything else is asked of it: a source that is down is told once.
    let mut source = from.source(&policy, tally)?;
    let mut about = from.about(&policy, people, session);
    for other in &others {
        about.sensitive.extend(snapshots::hidden(other));
        about.also.push(PolicyStamp {
            file: other.file.clone(),
            digest: other.digest.clone(),
        });
    }
    let file = args.out.clone().unwrap_or(place);
    let written = match &pseudonyms {
        Some(names) => {
            let mut source = Pseudonymous::new(source.as_mut(), names, &policy.attributes);
            kept(&about, &mut source, &file, args.out.is_none(), session)
        }
        None => kept(&about, source.as_mut(), &file, args.out.is_none(), session),
    };
    // A read that failed is what one wants to see again.
    taking.map(|taking| taking.keep(session)).transpose()?;
    let header = written?;
    if let (Some(names), Some(out)) = (&pseudonyms, &args.accounts) {
        accounts(names, out, session)?;
    }
    tell(&policy, &header, &file, args, session);
    Ok(match &header.coverage {
        Coverage::Complete { .. } | Coverage::Delta { .. } => Exit::Done,
        Coverage::Partial { text, .. } => {
            session.note(&format!("not everybody was read: {text}"));
            Exit::Incomplete
        }
    })
}

/// Policies that are to be compared with this one.
fn others(args: &RecordArgs, policy: &Policy, session: &Session) -> Result<Vec<Policy>, Trouble> {
    let mut others = Vec::new();
    for name in &args.with {
        let file = args.policy.display().to_string();
        let (mut version, _) = versions::both(name, &file, session)?;
        let Some(other) = version.policies.remove(&policy.directory) else {
            let text = format!(
                "`{name}` has no policy of the directory `{}`",
                policy.directory
            );
            return Err(Trouble::new(Exit::Invalid, text));
        };
        others.push(other);
    }
    Ok(others)
}

fn tell(policy: &Policy, header: &Header, file: &Path, args: &RecordArgs, session: &Session) {
    let whose = match header.people {
        People::AsDelivered => "it holds personal data",
        People::Pseudonyms => "under pseudonyms",
    };
    session.say(&format!(
        "wrote {}: {} of `{}`; {whose}",
        file.display(),
        count(header.entries, "person", "people"),
        policy.directory
    ));
    let is_kept = |name: &&str| args.keep.iter().any(|kept| kept.eq_ignore_ascii_case(name));
    let exchanged = policy.deciding_attributes().into_iter();
    let exchanged: Vec<&str> = exchanged.filter(|name| !is_kept(name)).collect();
    if header.people == People::Pseudonyms && !exchanged.is_empty() {
        session.say(&format!(
            "conditions read {}: words that the policy compares with have stayed, other values have not; `--keep NAME` keeps them all",
            exchanged.join(", ")
        ));
    }
}

/// Where people are taken from.
enum From {
    Plugin(Box<Asked>),
    File(PathBuf, Box<Header>),
}

/// A plugin: bound to its source, or to a recording.
struct Asked {
    read: Bound,
    attributes: Bound,
}

impl Asked {
    /// The source's, of which a recording may be made.
    fn live(
        args: &RecordArgs,
        policy: &Policy,
        session: &Session,
    ) -> Result<(Self, Option<Taking>), Trouble> {
        let (bound, secrets) = plugins::bind_and_secrets(policy, session)?;
        let request = source::request(policy, ReadFrom::Start);
        let taking = args
            .calls
            .as_ref()
            .map(|path| Taking::begin(path, &bound, &request, &secrets))
            .transpose()?;
        let tapped = |question| match &taking {
            Some(taking) => taking.tapped(&bound, question),
            None => bound.clone(),
        };
        let asked = Self {
            read: tapped(Question::Read),
            attributes: tapped(Question::Attributes),
        };
        Ok((asked, taking))
    }

    fn replayed(file: &Path, policy: &Policy, session: &Session) -> Result<Self, Trouble> {
        let recording = calls::read(file)?;
        if recording.header.request != source::request(policy, ReadFrom::Start) {
            let text = format!("`{}` was recorded for another question", file.display());
            return Err(Trouble::new(Exit::Invalid, text)
                .hint("the policy's attributes, groups and units must be what they were"));
        }
        // The policy's own, which may be another build by now.
        let (named, folder) = (&policy.provider.plugin, policies::folder(policy));
        let plugin = plugins::look(named, &folder, session)
            .map_err(|unusable| plugins::named(policy, &unusable, session))?;
        let replayed = Replayed::load(recording, plugin, session)?;
        Ok(Self {
            read: replayed.bind(Question::Read).0,
            attributes: replayed.bind(Question::Attributes).0,
        })
    }
}

impl From {
    fn open(
        args: &RecordArgs,
        policy: &Policy,
        session: &Session,
    ) -> Result<(Self, Option<Taking>), Trouble> {
        if let Some(file) = &args.replay {
            let asked = Asked::replayed(file, policy, session)?;
            return Ok((Self::Plugin(Box::new(asked)), None));
        }
        let Some(file) = &args.from else {
            let (asked, taking) = Asked::live(args, policy, session)?;
            return Ok((Self::Plugin(Box::new(asked)), taking));
        };
        let header = snapshots::open(file)?.header().clone();
        if header.people == People::Pseudonyms {
            let text = format!("`{}` has pseudonyms already", file.display());
            return Err(Trouble::new(Exit::Invalid, text)
                .hint("`--from` takes a snapshot of people as they were delivered"));
        }
        Ok((Self::File(file.clone(), Box::new(header)), None))
    }

    fn about<'p>(&self, policy: &'p Policy, people: People, session: &Session) -> About<'p> {
        let (plugin, now, known) = match self {
            // As the plugin knows the time: a replay gives the same snapshot.
            Self::Plugin(asked) => {
                let now = i64::try_from(asked.read.now_ms()).map(Timestamp::from_millisecond);
                let now = now.ok().and_then(Result::ok).unwrap_or(session.now);
                (stamp(&asked.read), now, known(&asked.attributes))
            }
            Self::File(_, header) => (
                header.plugin.clone(),
                header.recorded.parse().unwrap_or(session.now),
                header.known.clone(),
            ),
        };
        About {
            policy,
            plugin,
            now,
            people,
            also: Vec::new(),
            sensitive: snapshots::hidden(policy),
            known,
        }
    }

    fn source(
        &self,
        policy: &Policy,
        tally: Option<Watched>,
    ) -> Result<Box<dyn Source + '_>, Trouble> {
        Ok(match self {
            Self::Plugin(asked) => {
                let read = asked.read.read(source::request(policy, ReadFrom::Start));
                let reader = read.map_err(|error| unread(policy, source::failed(&error)))?;
                Box::new(PluginSource::new(reader).watched(tally))
            }
            Self::File(file, _) => {
                let replay = Replay::new(snapshots::open(file)?, policy);
                Box::new(replay.map_err(|error| {
                    let text = format!("the snapshot `{}` cannot be used", file.display());
                    Trouble::new(Exit::Failed, text).because(Some(&error))
                })?)
            }
        })
    }
}

fn stamp(bound: &Bound) -> PluginStamp {
    let about = bound.about();
    PluginStamp {
        name: about.name.clone(),
        version: about.version.clone(),
        digest: about.digest.clone(),
    }
}

/// Whoever cannot tell may still deliver.
fn known(bound: &Bound) -> Vec<KnownAttribute> {
    let known = bound.attributes().unwrap_or_default().into_iter();
    known
        .map(|attribute| KnownAttribute {
            name: attribute.name,
            several: match attribute.shape {
                AttributeShape::Single => Some(false),
                AttributeShape::Multiple => Some(true),
                AttributeShape::Unknown => None,
            },
            summary: attribute.summary,
        })
        .collect()
}

/// The same people have the same pseudonyms as long as the key's file is there.
fn pseudonyms(
    args: &RecordArgs,
    policy: &Policy,
    others: &[&Policy],
    session: &Session,
) -> Result<Pseudonyms, Trouble> {
    let path = session.state.join("snapshots").join("pseudonyms.key");
    let key = key(&path).map_err(|error| {
        let text = format!("the key of pseudonyms `{}` cannot be had", path.display());
        Trouble::new(Exit::Failed, text).because(Some(&error))
    })?;
    let keep: BTreeSet<String> = args.keep.iter().cloned().collect();
    let is_known = |name: &&String| {
        let of_source = policy.attributes.iter().map(String::as_str);
        let of_policy = policy.fields.iter().map(|field| field.name.as_str());
        of_source
            .chain(of_policy)
            .any(|known| known.eq_ignore_ascii_case(name))
    };
    if let Some(unknown) = keep.iter().find(|name| !is_known(name)) {
        let text = format!("`{unknown}` is neither an attribute that the policy reads nor a field");
        let known = policy.attributes.iter().map(String::as_str);
        let near = muster_policy::nearest(unknown, known);
        return Err(Trouble::new(Exit::Invalid, text)
            .hint_if(near.map(|near| format!("did you mean `{near}`?"))));
    }
    Ok(Pseudonyms::with(&key, (policy, others), &keep, session.now))
}

fn key(path: &Path) -> io::Result<[u8; 32]> {
    match fs::read(path) {
        Ok(bytes) => {
            let odd = |_| io::Error::other("it does not have 32 bytes; remove it for a new one");
            <[u8; 32]>::try_from(bytes).map_err(odd)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut key = [0; 32];
            getrandom::fill(&mut key).map_err(io::Error::other)?;
            if let Some(folder) = path.parent() {
                files::private_folder(folder)?;
            }
            files::private(path, |out| out.write_all(&key))?;
            Ok(key)
        }
        Err(error) => Err(error),
    }
}

/// Reads everything, and writes it down.
fn kept(
    about: &About<'_>,
    source: &mut dyn Source,
    file: &Path,
    is_ours: bool,
    session: &Session,
) -> Result<Header, Trouble> {
    let policy = about.policy;
    let unwritable = |error: &io::Error| unwritable(file, error);
    if let Some(folder) = file.parent().filter(|_| is_ours) {
        files::private_folder(folder).map_err(|error| unwritable(&error))?;
    }
    let mut spool = files::scratch(file).map_err(|error| unwritable(&error))?;
    let progress = Reading::begin(policy.directory.as_str(), 0, session);
    let mut done = None;
    let written = files::private(file, |out| {
        let mut out = BufWriter::new(out);
        let kept = write(about, source, &mut spool.file, &mut out, &progress);
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

fn accounts(names: &Pseudonyms, file: &Path, session: &Session) -> Result<(), Trouble> {
    let store = state::existing(session)?;
    let mut all: Vec<Account> = Vec::new();
    store
        .scan(&mut |account| {
            all.extend(account.to_account().as_ref().map(|one| names.account(one)))
        })
        .map_err(state::trouble)?;
    files::private(file, |out| {
        let mut out = BufWriter::new(out);
        for account in all {
            serde_json::to_writer(&mut out, &AccountJson::complete(account))?;
            out.write_all(b"\n")?;
        }
        out.flush()
    })
    .map_err(|error| unwritable(file, &error))
}

fn unread(policy: &Policy, failed: SourceFailed) -> Trouble {
    let summary = format!(
        "the source of `{}` could not be read; no snapshot was written",
        policy.directory
    );
    let mut trouble = Trouble::new(Exit::Failed, summary);
    trouble.causes.push(failed.text);
    trouble.hint_if(failed.hint)
}
