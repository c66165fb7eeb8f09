//! Tests of policies as files: found, read, and what is wrong with them shown.

use crate::exit::Exit;
use crate::files;
use crate::policies;
use crate::session::Session;
use crate::trouble::Trouble;
use muster_policy::{Diagnostic, Policy, render, shown};
use muster_review::cases::{self, Beside, Suite};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How a file of tests is called.
const ENDINGS: [&str; 2] = [".test.yaml", ".test.yml"];

/// Folders in which nobody keeps policies.
const LEFT_OUT: [&str; 2] = ["target", "node_modules"];

/// True if a file's name says that it holds tests.
pub fn is_suite(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Files of tests, and policies that ought to have some.
#[derive(Debug, Default)]
pub struct Found {
    /// In order of their names.
    pub files: Vec<PathBuf>,
    /// Policies that were named, or stand in a folder that was.
    pub policies: Vec<PathBuf>,
}

/// Finds tests: files, those of a policy, all in a folder.
pub fn find(paths: &[PathBuf]) -> Result<Found, Trouble> {
    let mut found = Found::default();
    for path in paths {
        if path.is_dir() {
            folder(path, &mut found)?;
        } else if is_suite(path) {
            found.files.push(path.clone());
        } else if path.is_file() {
            of_policy(path, &mut found)?;
        } else {
            let summary = format!("there is nothing called `{}`", path.display());
            return Err(Trouble::new(Exit::Invalid, summary)
                .hint("name files of tests, policies, or folders"));
        }
    }
    found.files.sort();
    found.files.dedup();
    found.policies.sort();
    found.policies.dedup();
    Ok(found)
}

fn folder(path: &Path, found: &mut Found) -> Result<(), Trouble> {
    for path in entries(path)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_hidden = name.starts_with('.') || LEFT_OUT.contains(&name.as_ref());
        if path.is_dir() {
            if !is_hidden && !path.is_symlink() {
                folder(&path, found)?;
            }
        } else if is_suite(&path) {
            found.files.push(path);
        } else if is_policy(&path) {
            found.policies.push(path);
        }
    }
    Ok(())
}

fn entries(path: &Path) -> Result<Vec<PathBuf>, Trouble> {
    let read = std::fs::read_dir(path).and_then(|entries| {
        let entries: Result<Vec<_>, _> = entries.map(|entry| Ok(entry?.path())).collect();
        entries
    });
    let mut entries = read.map_err(|error| {
        let summary = format!("the folder `{}` cannot be read", path.display());
        Trouble::new(Exit::Failed, summary).because(Some(&error))
    })?;
    entries.sort();
    Ok(entries.into_iter().map(plain).collect())
}

/// Without the `./` in front, as somebody in the present folder writes it.
fn plain(path: PathBuf) -> PathBuf {
    match path.strip_prefix(".") {
        Ok(rest) => rest.to_owned(),
        Err(_) => path,
    }
}

fn is_policy(path: &Path) -> bool {
    may_be_policy(path) && is_policy_text(&std::fs::read_to_string(path).unwrap_or_default())
}

/// True if a file's name is that of a policy, as far as names tell.
pub fn may_be_policy(path: &Path) -> bool {
    let is_yaml = path
        .extension()
        .is_some_and(|end| end == "yaml" || end == "yml");
    is_yaml && !is_suite(path)
}

/// A policy is known by its first keys; other files may be YAML, too.
pub fn is_policy_text(text: &str) -> bool {
    let has = |key: &str| text.lines().any(|line| line.starts_with(key));
    has("muster:") && has("directory:") && has("provider:")
}

/// Tests beside a policy, or below its folder, that name it.
fn of_policy(policy: &Path, found: &mut Found) -> Result<(), Trouble> {
    found.policies.push(policy.to_owned());
    let mut beside = Found::default();
    let folder_of = match policy.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    folder(folder_of, &mut beside)?;
    let names_it = |file: &PathBuf| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let mut named = text.lines().filter_map(|line| line.strip_prefix("policy:"));
        named.any(|name| {
            let name = name.split(" #").next().unwrap_or("");
            let name = name.trim().trim_matches(['"', '\'']);
            let path = shown(&file.display().to_string(), name);
            is_same(Path::new(&path), policy)
        })
    };
    found
        .files
        .extend(beside.files.into_iter().filter(names_it));
    Ok(())
}

/// True if two paths are one file's.
pub fn is_same(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

/// Tests that were read, and what is wrong with the others.
pub struct Suites {
    pub suites: Vec<Suite>,
    pub wrong: Vec<Trouble>,
}

/// Reads all files, each policy once.
pub fn read(found: &Found, session: &Session) -> Suites {
    let shelf = Shelf::default();
    let mut suites = Vec::new();
    let mut wrong = Vec::new();
    for file in &found.files {
        match one(file, &shelf, session) {
            Ok(suite) => suites.push(suite),
            Err(trouble) => wrong.push(trouble),
        }
    }
    let mut all = shelf.wrong.into_inner();
    all.extend(wrong);
    Suites { suites, wrong: all }
}

fn one(file: &Path, shelf: &Shelf, session: &Session) -> Result<Suite, Trouble> {
    let name = file.display().to_string();
    let text = std::fs::read_to_string(file).map_err(|error| {
        let mut trouble = Trouble::new(Exit::Invalid, format!("the tests `{name}` cannot be read"));
        trouble.causes.push(files::why(file, &error));
        trouble
    })?;
    let checked = checked(&name, &text, shelf, session);
    let rendered = render(&checked.diagnostics, &text, policies::colour(session.err));
    match checked.suite.clone().filter(|_| checked.is_usable()) {
        Some(suite) => {
            if !rendered.is_empty() {
                session.say(rendered.trim_end());
            }
            Ok(suite)
        }
        None => Err(policies::wrong(
            &format!("the tests `{name}` have"),
            &checked.diagnostics,
            rendered,
        )),
    }
}

/// What is wrong with one file of tests, and its text.
pub fn check(file: &Path, session: &Session) -> io::Result<(Vec<Diagnostic>, String)> {
    let text = std::fs::read_to_string(file)?;
    let name = file.display().to_string();
    let checked = checked(&name, &text, &Shelf::default(), session);
    Ok((checked.diagnostics, text))
}

/// What is wrong with a file of tests; policies come from the shelf.
fn checked(name: &str, text: &str, shelf: &Shelf, session: &Session) -> cases::Checked {
    let beside = Neighbours {
        file: name,
        session,
        shelf,
    };
    cases::read(name, text, &beside)
}

/// Policies that were read, by file and values.
#[derive(Default)]
struct Shelf {
    policies: RefCell<BTreeMap<Named, Known>>,
    wrong: RefCell<Vec<Trouble>>,
}

/// A policy's file, and that of its values.
type Named = (String, Option<String>);

/// A policy, or why there is none.
type Known = Result<Arc<Policy>, String>;

/// Files beside a file of tests.
struct Neighbours<'a> {
    file: &'a str,
    session: &'a Session,
    shelf: &'a Shelf,
}

impl Neighbours<'_> {
    fn load(&self, path: &str, values: Option<&str>) -> Known {
        let values = match values {
            Some(values) => Some(PathBuf::from(values)),
            None => self.session.values.clone(),
        };
        match policies::load_in(Path::new(path), values.as_deref(), self.session) {
            Ok(policy) => Ok(Arc::new(policy)),
            Err(trouble) => {
                let why = match trouble.causes.first() {
                    Some(cause) => cause.clone(),
                    None => "it has mistakes".to_owned(),
                };
                if trouble.detail.is_some() {
                    self.shelf.wrong.borrow_mut().push(trouble);
                }
                Err(why)
            }
        }
    }
}

impl Beside for Neighbours<'_> {
    fn policy(&self, path: &str, values: Option<&str>) -> Result<Arc<Policy>, String> {
        let path = shown(self.file, path);
        let values = values.map(|values| shown(self.file, values));
        let key = (path.clone(), values.clone());
        if let Some(known) = self.shelf.policies.borrow().get(&key) {
            return known.clone();
        }
        let known = self.load(&path, values.as_deref());
        self.shelf.policies.borrow_mut().insert(key, known.clone());
        known
    }

    fn bytes(&self, path: &str) -> Result<Arc<Vec<u8>>, String> {
        let path = PathBuf::from(shown(self.file, path));
        let bytes = std::fs::read(&path).map_err(|error| files::why(&path, &error))?;
        Ok(Arc::new(bytes))
    }
}
