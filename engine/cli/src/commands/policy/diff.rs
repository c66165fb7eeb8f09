//! `muster policy diff`: what an edit of policies would do, by the last reads.

use crate::args::{DiffArgs, DiffFormat};
use crate::exit::Exit;
use crate::render::text::count;
use crate::session::Session;
use crate::state::{self, Missing};
use crate::trouble::Trouble;
use crate::{files, snapshots, versions};
use muster_model::DirectoryName;
use muster_policy::Policy;
use muster_review::accounts::{self, Intranet};
use muster_review::effect::{
    Look, Outcome, Revision, Setting, Told, Unknown, between, json, markdown, text,
};
use muster_review::patterns::Values;
use muster_review::words::instant;
use muster_store::{MemoryStore, Store};
use muster_sync::snapshot::{Header, People as PeopleKind, Unreadable};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};

pub(super) fn run(args: &DiffArgs, session: &Session) -> Result<Exit, Trouble> {
    let (old, new) = versions::both(&args.old, &args.new, session)?;
    let directories: BTreeSet<&DirectoryName> =
        old.policies.keys().chain(new.policies.keys()).collect();
    if directories.is_empty() {
        return Err(Trouble::new(
            Exit::Invalid,
            format!(
                "there is no policy in `{}`, nor in `{}`",
                args.old, args.new
            ),
        ));
    }
    let intranet = People::open(args, session)?;
    let given = given(&args.snapshots)?;
    let mut all = Vec::new();
    for directory in directories {
        let revision = Revision {
            old: old.policies.get(directory),
            new: new.policies.get(directory),
        };
        let snapshot = match given.get(directory) {
            Some(path) => Some(path.clone()),
            None => snapshots::latest(session, directory),
        };
        all.push(told(
            directory,
            revision,
            snapshot.as_deref(),
            &intranet,
            session,
        )?);
    }
    print(args, &all, session)?;
    end(args, &all, session)
}

fn print(args: &DiffArgs, all: &[Told], session: &Session) -> Result<(), Trouble> {
    let look = Look {
        named: args.people,
        values: match args.show_values {
            true => Values::Shown,
            false => Values::Hidden,
        },
    };
    match args.format {
        DiffFormat::Text => session.print(&text(all, look)),
        DiffFormat::Markdown => session.print(&markdown(all, look)),
        DiffFormat::Json => session.print_json(&json(all, look)),
    }
}

fn end(args: &DiffArgs, all: &[Told], session: &Session) -> Result<Exit, Trouble> {
    let affected: u64 = all.iter().map(Told::affected).sum();
    let is_unknown =
        |told: &Told| matches!(told.outcome, Outcome::Unknown(..) | Outcome::NoBasis(..));
    let mut exit = match args.exit_code && affected > 0 {
        true => Exit::Pending,
        false => Exit::Done,
    };
    if all.iter().any(is_unknown) {
        session.note("of some policies nobody can know what the edit does");
        exit = exit.worse(Exit::Incomplete);
    }
    if let Some(most) = args.max_affected.filter(|most| affected > *most) {
        let are = if affected == 1 { "is" } else { "are" };
        let people = count(affected, "person", "people");
        session.report(
            &Trouble::new(
                Exit::Stopped,
                format!("{people} {are} affected by the edit, and at most {most} may be"),
            )
            .hint("look at who they are, and why; then raise `--max-affected` for this edit"),
        );
        exit = exit.worse(Exit::Stopped);
    }
    Ok(exit)
}

fn told(
    directory: &DirectoryName,
    revision: Revision<'_>,
    snapshot: Option<&Path>,
    intranet: &People,
    session: &Session,
) -> Result<Told, Trouble> {
    let file = |policy: Option<&Policy>| policy.map(|policy| policy.file.clone());
    let mut told = Told {
        directory: directory.clone(),
        old: file(revision.old),
        new: file(revision.new),
        basis: String::new(),
        outcome: Outcome::Unchanged,
    };
    let digest = |policy: Option<&Policy>| policy.map(|policy| policy.digest.clone());
    if digest(revision.old) == digest(revision.new) {
        return Ok(told);
    }
    let Some(path) = snapshot else {
        told.outcome = Outcome::NoBasis(
            "there is no snapshot to compare with".to_owned(),
            vec![record(&told)],
        );
        return Ok(told);
    };
    let header = snapshots::open(path)?.header().clone();
    if header.people == PeopleKind::Pseudonyms && intranet.may_be_real {
        return Err(Trouble::new(
            Exit::Invalid,
            format!(
                "the people of the snapshot `{}` are under pseudonyms, and the accounts are not",
                path.display()
            ),
        )
        .hint("`--accounts FILE` names those that `muster snapshot record POLICY --pseudonyms --accounts FILE` writes"));
    }
    if header.people == PeopleKind::Pseudonyms
        && let Some(words) = other_words(revision, &header)
    {
        let why = format!(
            "in `{}` people are under pseudonyms, and so may be {words}",
            path.display()
        );
        told.outcome = Outcome::NoBasis(why, vec![record(&told)]);
        return Ok(told);
    }
    told.basis = format!("{}, and {}", read(path, &header), intranet.words);
    let open = || {
        let file = File::open(path).map_err(Unreadable::Read)?;
        muster_sync::snapshot::read(file)
    };
    let setting = Setting {
        now: session.now,
        store: intranet.store.as_ref(),
        open: &open,
    };
    told.outcome = match between(directory, revision, &setting) {
        Ok(effect) => Outcome::Known(effect),
        Err(Unknown::Snapshot(error)) => return Err(snapshots::unusable(path, &error)),
        Err(Unknown::Store(error)) => return Err(state::trouble(error)),
        Err(unknown) => {
            let hints = vec![record(&told)];
            Outcome::Unknown(unknown, hints)
        }
    };
    Ok(told)
}

/// Texts of the policies with a word that may be a pseudonym by now: words stay of which
/// the policies speak for which people are recorded.
fn other_words(revision: Revision<'_>, header: &Header) -> Option<String> {
    let (old, new) = (revision.old?, revision.new?);
    if header.is_for(&old.digest) && header.is_for(&new.digest) {
        return None;
    }
    let words = |policy: &Policy| -> BTreeSet<String> {
        let literals = policy.literals();
        literals
            .iter()
            .flat_map(|text| muster_policy::words(text))
            .collect()
    };
    let kept = match (header.is_for(&old.digest), header.is_for(&new.digest)) {
        (true, _) => words(old),
        (false, true) => words(new),
        (false, false) => &words(old) & &words(new),
    };
    let texts = &old.literals() | &new.literals();
    let is_other = |text: &&String| muster_policy::words(text).any(|word| !kept.contains(&word));
    let others: Vec<String> = texts
        .iter()
        .filter(is_other)
        .map(|text| format!("`{text}`"))
        .collect();
    (!others.is_empty()).then(|| others.join(", "))
}

/// How to make a snapshot that has what both policies ask for.
fn record(told: &Told) -> String {
    let with = |new: &String, old: &String| format!("{new} --with {old}");
    let policies = match (&told.new, &told.old) {
        (Some(new), Some(old)) => with(new, old),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => "POLICY".to_owned(),
    };
    format!(
        "`muster snapshot record {policies}` reads the source once, for all that is asked, and keeps it"
    )
}

fn read(path: &Path, header: &Header) -> String {
    format!(
        "{} read by {} {} at {} ({})",
        count(header.entries, "person", "people"),
        header.plugin.name,
        header.plugin.version,
        instant(&header.recorded),
        path.display()
    )
}

/// Snapshots that were named, by their directories.
fn given(paths: &[PathBuf]) -> Result<BTreeMap<DirectoryName, PathBuf>, Trouble> {
    let mut given = BTreeMap::new();
    for path in paths {
        let directory = snapshots::open(path)?.header().directory.clone();
        if let Some(first) = given.insert(directory.clone(), path.clone()) {
            return Err(Trouble::new(
                Exit::Invalid,
                format!(
                    "`{}` and `{}` are both snapshots of `{directory}`",
                    first.display(),
                    path.display()
                ),
            ));
        }
    }
    Ok(given)
}

/// The intranet with which plans are made.
struct People {
    store: Box<dyn Store>,
    words: String,
    /// True if the accounts are the state's: then their people are who they are.
    may_be_real: bool,
}

impl People {
    fn open(args: &DiffArgs, session: &Session) -> Result<Self, Trouble> {
        if let Some(file) = &args.accounts {
            return Self::of_file(file);
        }
        let store = state::open(session, Missing::Pretend)?;
        let accounts = store.count().map_err(state::trouble)?;
        let folder = session.state.display();
        let words = match accounts {
            0 => format!("no account of `{folder}`: as for an empty intranet"),
            _ => format!("{} of `{folder}`", count(accounts, "account", "accounts")),
        };
        Ok(Self {
            store,
            words,
            may_be_real: accounts > 0,
        })
    }

    fn of_file(file: &Path) -> Result<Self, Trouble> {
        let summary = format!("the accounts `{}` cannot be read", file.display());
        let text = std::fs::read_to_string(file).map_err(|error| {
            let mut trouble = Trouble::new(Exit::Failed, summary.clone());
            trouble.causes.push(files::why(file, &error));
            trouble
        })?;
        let wrong = |error: &dyn std::error::Error| {
            Trouble::new(Exit::Failed, summary.clone()).because(Some(error))
        };
        let store = match accounts::read(&text).map_err(|error| wrong(&error))? {
            Intranet::Exported(store) => store,
            Intranet::Accounts(accounts) => {
                let store = MemoryStore::from_accounts(accounts);
                Box::new(store.map_err(|error| wrong(&error))?)
            }
        };
        let accounts = store.count().map_err(state::trouble)?;
        let words = format!(
            "{} of `{}`",
            count(accounts, "account", "accounts"),
            file.display()
        );
        Ok(Self {
            store,
            words,
            may_be_real: false,
        })
    }
}
