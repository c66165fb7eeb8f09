//! Policies as they were or will be: files, folders, or those of a revision.

use crate::exit::Exit;
use crate::files;
use crate::git::{Revision, tidy};
use crate::policies;
use crate::session::Session;
use crate::suites;
use crate::trouble::Trouble;
use muster_model::DirectoryName;
use muster_policy::{Beside, Files, NamedText, Policy, check_with, render};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Policies of one version, by their directories.
#[derive(Debug, Default)]
pub struct Version {
    /// Each with its file, as it is called.
    pub policies: BTreeMap<DirectoryName, Policy>,
}

/// What the caller has named.
enum Named {
    /// A file or a folder.
    Path(PathBuf),
    /// The same files at a revision.
    At(String),
    /// A path at a revision, from the repository's root or the present folder.
    Of(Revision, String),
}

/// Reads both versions. A revision alone means the files that the other one names;
/// if both are revisions, all below the present folder.
pub fn both(old: &str, new: &str, session: &Session) -> Result<(Version, Version), Trouble> {
    let (old, new) = (named(old)?, named(new)?);
    let old_version = match &old {
        Named::At(revision) => at(revision, &new, session)?,
        other => read(other, session)?,
    };
    let new_version = match &new {
        Named::At(revision) => at(revision, &old, session)?,
        other => read(other, session)?,
    };
    Ok((old_version, new_version))
}

fn named(text: &str) -> Result<Named, Trouble> {
    if Path::new(text).exists() {
        return Ok(Named::Path(PathBuf::from(text)));
    }
    let here = Path::new(".");
    if let Some((revision, path)) = text.split_once(':')
        && let Some(revision) = Revision::find(here, revision)?
    {
        let is_near = path.starts_with("./") || path.starts_with("../");
        let rooted = match is_near {
            true => revision.rooted(Path::new(path)),
            false => tidy(Path::new(path)),
        };
        return match rooted {
            Some(path) => Ok(Named::Of(revision, path)),
            None => Err(nothing(text)),
        };
    }
    // Of which repository is known only by the other version.
    Ok(Named::At(text.to_owned()))
}

fn nothing(text: &str) -> Trouble {
    Trouble::new(
        Exit::Invalid,
        format!("`{text}` is no file, no folder, and no revision of git"),
    )
    .hint(
        "name a policy, a folder, a revision as `main` or `HEAD~1`, or `main:policies/staff.yaml`",
    )
}

fn read(named: &Named, session: &Session) -> Result<Version, Trouble> {
    match named {
        Named::Path(path) => of_disk(path, session),
        Named::Of(revision, path) => of_revision(revision, path, session),
        Named::At(text) => Err(nothing(text)),
    }
}

/// The files that the other version names, at a revision.
fn at(name: &str, other: &Named, session: &Session) -> Result<Version, Trouble> {
    let (folder, rest) = match other {
        Named::Path(path) if path.is_dir() => (path.clone(), PathBuf::new()),
        Named::Path(path) => (
            folder_of(path),
            path.file_name().map(PathBuf::from).unwrap_or_default(),
        ),
        Named::Of(_, path) => {
            let revision = Revision::find(Path::new("."), name)?.ok_or_else(|| nothing(name))?;
            return of_revision(&revision, path, session);
        }
        Named::At(_) => (PathBuf::from("."), PathBuf::new()),
    };
    let revision = Revision::find(&folder, name)?.ok_or_else(|| nothing(name))?;
    let path = revision.rooted(&rest).unwrap_or_default();
    of_revision(&revision, &path, session)
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn of_disk(path: &Path, session: &Session) -> Result<Version, Trouble> {
    let paths = match path.is_dir() {
        true => suites::find(&[path.to_owned()])?.policies,
        false => vec![path.to_owned()],
    };
    let mut version = Version::default();
    for path in paths {
        version.add(policies::load(&path, session)?)?;
    }
    Ok(version)
}

/// Of a path that is a file, this one; else all policies below it.
fn of_revision(revision: &Revision, path: &str, session: &Session) -> Result<Version, Trouble> {
    let mut version = Version::default();
    for file in revision.list(path)? {
        let is_named = file == path;
        if !is_named && !suites::may_be_policy(Path::new(&file)) {
            continue;
        }
        let shown = format!("{}:{file}", revision.name);
        let text = revision.read(&file).and_then(text);
        let text = match text {
            Ok(text) if is_named || suites::is_policy_text(&text) => text,
            Ok(_) => continue,
            Err(_) if !is_named => continue,
            Err(why) => {
                let mut trouble = Trouble::new(
                    Exit::Invalid,
                    format!("the policy `{shown}` cannot be read"),
                );
                trouble.causes.push(why);
                return Err(trouble);
            }
        };
        version.add(checked(revision, (&file, &shown), &text, session)?)?;
    }
    Ok(version)
}

fn text(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|_| "it is not text in UTF-8".to_owned())
}

/// Checks a policy of a revision with what stood beside it then.
fn checked(
    revision: &Revision,
    (file, shown): (&str, &str),
    text: &str,
    session: &Session,
) -> Result<Policy, Trouble> {
    let values = values(revision, session)?;
    let beside = Beside {
        files: &Neighbours {
            revision,
            folder: folder_of(Path::new(file)),
        },
        values: values.as_ref().map(|(name, text)| NamedText { name, text }),
    };
    let checked = check_with(shown, text, &beside);
    let rendered = render(
        &checked.diagnostics,
        &checked,
        policies::colour(session.err),
    );
    let what = format!("the policy `{shown}` has");
    let wrong = || policies::wrong(&what, &checked.diagnostics, rendered);
    checked.policy.clone().ok_or_else(wrong)
}

/// The values of the environment, as they were; if they are not in the repository,
/// as they are.
fn values(revision: &Revision, session: &Session) -> Result<Option<(String, String)>, Trouble> {
    let Some(file) = &session.values else {
        return Ok(None);
    };
    let name = file.display().to_string();
    let here = Revision::find(Path::new("."), &revision.name)?;
    let rooted = here.and_then(|here| here.rooted(file));
    let then = rooted.and_then(|path| revision.read(&path).and_then(text).ok());
    if let Some(text) = then {
        return Ok(Some((name, text)));
    }
    let text = std::fs::read_to_string(file).map_err(|error| {
        let summary = format!("the values file `{name}` cannot be read");
        let mut trouble = Trouble::new(Exit::Invalid, summary);
        trouble.causes.push(files::why(file, &error));
        trouble
    })?;
    Ok(Some((name, text)))
}

/// Files beside a policy, as they were.
struct Neighbours<'r> {
    revision: &'r Revision,
    folder: PathBuf,
}

impl Files for Neighbours<'_> {
    fn read(&self, path: &str) -> Result<String, String> {
        let outside = || "it is outside of the repository".to_owned();
        let path = tidy(&self.folder.join(path)).ok_or_else(outside)?;
        self.revision.read(&path).and_then(text)
    }
}

impl Version {
    fn add(&mut self, policy: Policy) -> Result<(), Trouble> {
        let file = policy.file.clone();
        match self.policies.insert(policy.directory.clone(), policy) {
            None => Ok(()),
            Some(first) => Err(Trouble::new(
                Exit::Invalid,
                format!(
                    "`{}` and `{file}` are both about the directory `{}`",
                    first.file, first.directory
                ),
            )),
        }
    }
}
