//! Policies as files: found, read, checked, and what is wrong with them shown.

use crate::exit::Exit;
use crate::render::Palette;
use crate::render::text::count;
use crate::session::Session;
use crate::trouble::Trouble;
use muster_model::{BlockReason, FieldName, PolicyLine};
use muster_policy::{Colour, Diagnostic, Policy, Severity};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Reads and checks one policy; its warnings are told.
pub fn load(path: &Path, session: &Session) -> Result<Policy, Trouble> {
    let text = read(path)?;
    let file = path.display().to_string();
    let checked = muster_policy::check(&file, &text);
    let rendered = muster_policy::render(&checked.diagnostics, &text, colour(session));
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

/// Reads and checks several policies, all of them before anything is done.
pub fn load_all(paths: &[PathBuf], session: &Session) -> Result<Vec<Policy>, Trouble> {
    let mut policies = Vec::new();
    let mut wrong: Vec<Trouble> = Vec::new();
    for path in paths {
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

fn read(path: &Path) -> Result<String, Trouble> {
    std::fs::read_to_string(path).map_err(|error| {
        Trouble::new(
            Exit::Invalid,
            format!("the policy `{}` cannot be read", path.display()),
        )
        .because(Some(&error))
        .hint("check the path; `muster init` writes a sample")
    })
}

fn mistakes(file: &str, diagnostics: &[Diagnostic], rendered: String) -> Trouble {
    let errors = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .count() as u64;
    Trouble::new(
        Exit::Invalid,
        format!(
            "the policy `{file}` has {}",
            count(errors, "mistake", "mistakes")
        ),
    )
    .detail(rendered)
}

fn colour(session: &Session) -> Colour {
    match session.err {
        Palette::Plain => Colour::Never,
        Palette::Colour => Colour::Always,
    }
}

/// The folder that a policy's paths are relative to.
pub fn folder(policy: &Policy) -> PathBuf {
    match Path::new(&policy.file).parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// The line that maps a field now, if the policy can be read.
pub fn line_of_field(file: &str, field: &FieldName) -> Option<PolicyLine> {
    let policy = quietly(file)?;
    let mapping = policy
        .fields
        .into_iter()
        .find(|known| known.name == *field)?;
    Some(mapping.at)
}

/// The lines behind block reasons that sync has set, as far as they are known.
pub fn lines_of_reasons(file: &str, reasons: &[BlockReason]) -> Vec<PolicyLine> {
    let Some(policy) = quietly(file) else {
        return Vec::new();
    };
    let line = |reason: &BlockReason| match reason {
        BlockReason::BlockedInSource => Some(policy.provider.at.clone()),
        BlockReason::LeftScope | BlockReason::NoLicence => Some(policy.scope.at.clone()),
        BlockReason::Rule(name) => policy
            .blocks
            .iter()
            .find(|rule| rule.name == *name)
            .map(|rule| rule.at.clone()),
        BlockReason::Manual => None,
    };
    reasons.iter().filter_map(line).collect()
}

/// A policy that only explains something; that it is gone is no failure.
fn quietly(file: &str) -> Option<Policy> {
    let text = std::fs::read_to_string(file).ok()?;
    muster_policy::parse(file, &text).ok()
}
