//! Policies as files: found, read, checked, and what is wrong with them shown.

use crate::exit::Exit;
use crate::files;
use crate::render::text::count;
use crate::render::{Palette, standing};
use crate::session::Session;
use crate::suites;
use crate::trouble::Trouble;
use muster_model::{BlockReason, FieldName, PolicyLine};
use muster_policy::{
    Beside, Checked, Code, Colour, Diagnostic, Files, NamedText, Policy, Severity,
};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// Reads and checks one policy; its warnings are told.
pub fn load(path: &Path, session: &Session) -> Result<Policy, Trouble> {
    load_in(path, session.values.as_deref(), session)
}

/// The same with the values of an environment.
pub fn load_in(path: &Path, values: Option<&Path>, session: &Session) -> Result<Policy, Trouble> {
    let file = path.display().to_string();
    let checked = checked(path, values).map_err(Trouble::from)?;
    let rendered = muster_policy::render(&checked.diagnostics, &checked, colour(session.err));
    match checked.policy {
        Some(policy) => {
            if !checked.diagnostics.is_empty() {
                session.say(rendered.trim_end());
            }
            Ok(policy)
        }
        None => Err(mistakes(&file, &checked.diagnostics, rendered)),
    }
}

/// A file that cannot be read.
#[derive(Clone, Debug)]
pub struct Unread {
    file: String,
    what: &'static str,
    why: String,
    hint: &'static str,
}

impl Unread {
    fn policy(path: &Path, error: &io::Error) -> Self {
        Self {
            file: path.display().to_string(),
            what: "policy",
            why: files::why(path, error),
            hint: "check the path; `muster init` writes a sample",
        }
    }

    fn values(path: &Path, error: &io::Error) -> Self {
        Self {
            file: path.display().to_string(),
            what: "values file",
            why: files::why(path, error),
            hint: "`--values` and MUSTER_VALUES are relative to the present folder",
        }
    }

    /// The same as a diagnostic about the file.
    pub fn diagnostic(&self) -> Diagnostic {
        let message = format!("The {} cannot be read: {}", self.what, self.why);
        Diagnostic::at_key(Code::UnreadableFile, (&self.file, ""), &[], message)
    }
}

impl From<Unread> for Trouble {
    fn from(unread: Unread) -> Self {
        let summary = format!("the {} `{}` cannot be read", unread.what, unread.file);
        Self {
            causes: vec![unread.why],
            ..Self::new(Exit::Invalid, summary)
        }
        .hint(unread.hint)
    }
}

/// Reads a policy with all that stands beside it, and checks it.
pub fn checked(path: &Path, values: Option<&Path>) -> Result<Checked, Unread> {
    let text = std::fs::read_to_string(path).map_err(|error| Unread::policy(path, &error))?;
    let values = match values {
        Some(file) => {
            let text = std::fs::read_to_string(file);
            let text = text.map_err(|error| Unread::values(file, &error))?;
            Some((file.display().to_string(), text))
        }
        None => None,
    };
    let beside = Beside {
        files: &Neighbours(beside_of(path)),
        values: values.as_ref().map(|(name, text)| NamedText { name, text }),
    };
    Ok(muster_policy::check_with(
        &path.display().to_string(),
        &text,
        &beside,
    ))
}

/// Files that a policy names, from the disk.
struct Neighbours(PathBuf);

impl Files for Neighbours {
    fn read(&self, path: &str) -> Result<String, String> {
        let path = self.0.join(path);
        std::fs::read_to_string(&path).map_err(|error| files::why(&path, &error))
    }
}

/// Reads and checks several policies, all of them before anything is done. Tests
/// that stand beside them are no policies.
pub fn load_all(paths: &[PathBuf], session: &Session) -> Result<Vec<Policy>, Trouble> {
    let mut policies = Vec::new();
    let mut wrong: Vec<Trouble> = Vec::new();
    for path in paths.iter().filter(|path| !suites::is_suite(path)) {
        match load(path, session) {
            Ok(policy) => policies.push(policy),
            Err(trouble) => wrong.push(trouble),
        }
    }
    match wrong.pop() {
        None => one_each(policies),
        Some(last) => {
            wrong.iter().for_each(|trouble| session.report(trouble));
            Err(last)
        }
    }
}

/// An account belongs to one directory, and a directory to one policy.
fn one_each(policies: Vec<Policy>) -> Result<Vec<Policy>, Trouble> {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for policy in &policies {
        if let Some(first) = seen.insert(policy.directory.as_str(), &policy.file) {
            return Err(Trouble::new(
                Exit::Invalid,
                format!(
                    "`{first}` and `{}` are both about the directory `{}`",
                    policy.file, policy.directory
                ),
            )
            .hint("one policy owns a directory's accounts; give the other another `directory:`"));
        }
    }
    Ok(policies)
}

/// The text of a policy, whatever it says.
pub fn read(path: &Path) -> Result<String, Trouble> {
    std::fs::read_to_string(path).map_err(|error| Unread::policy(path, &error).into())
}

fn mistakes(file: &str, diagnostics: &[Diagnostic], rendered: String) -> Trouble {
    wrong(&format!("the policy `{file}` has"), diagnostics, rendered)
}

/// That a file is wrong, with all that is: "the policy `staff.yaml` has 2 mistakes".
pub fn wrong(what: &str, diagnostics: &[Diagnostic], rendered: String) -> Trouble {
    let errors = || {
        let of = |one: &&Diagnostic| one.severity == Severity::Error;
        diagnostics.iter().filter(of)
    };
    let mistakes = count(errors().count() as u64, "mistake", "mistakes");
    let more = errors()
        .next()
        .map(|first| format!("`muster check --explain {}` tells more", first.code));
    Trouble::new(Exit::Invalid, format!("{what} {mistakes}"))
        .detail(rendered)
        .hint_if(more)
}

/// Colours for snippets, as for everything else that goes there.
pub fn colour(palette: Palette) -> Colour {
    match palette {
        Palette::Plain => Colour::Never,
        Palette::Colour => Colour::Always,
    }
}

/// The folder that a policy's paths are relative to.
pub fn folder(policy: &Policy) -> PathBuf {
    beside_of(Path::new(&policy.file))
}

fn beside_of(policy: &Path) -> PathBuf {
    match policy.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// The line that maps a field now, if the policy can be read.
pub fn line_of_field(file: &str, field: &FieldName, session: &Session) -> Option<PolicyLine> {
    let policy = quietly(file, session)?;
    let mapping = policy
        .fields
        .into_iter()
        .find(|known| known.name == *field)?;
    Some(mapping.at)
}

/// The lines behind block reasons that sync has set, as far as they are known.
pub fn lines_of_reasons(file: &str, reasons: &[BlockReason], session: &Session) -> Vec<PolicyLine> {
    let Some(policy) = quietly(file, session) else {
        return Vec::new();
    };
    let lines = reasons
        .iter()
        .map(|reason| standing::line(&policy, reason).cloned());
    lines.flatten().collect()
}

/// A policy that only explains something; that it is gone is no failure.
pub fn quietly(file: &str, session: &Session) -> Option<Policy> {
    checked(Path::new(file), session.values.as_deref())
        .ok()?
        .policy
}
