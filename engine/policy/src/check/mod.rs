//! From the tree to a checked policy, one file per section of the language.

pub(crate) mod attributes;
mod fields;
mod guards;
mod identity;
pub(crate) mod keys;
mod provider;
pub(crate) mod reader;
mod rules;
mod scope;
mod value;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::policy::Policy;
use crate::source::Source;
use crate::yaml::{self, Node};
use attributes::Attributes;
use muster_model::{DirectoryName, Owner};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// Bytes of one policy.
pub(crate) const LONGEST: usize = 1 << 20;

/// The version of the language that this version of Muster reads.
const VERSION: u64 = 1;

/// What came of checking a text.
#[derive(Debug)]
pub struct Checked {
    /// The policy; none if anything is an error.
    pub policy: Option<Policy>,
    /// Errors and warnings, in order of places.
    pub diagnostics: Vec<Diagnostic>,
}

/// Checks a policy's text. `file` is only a name, for places.
pub fn check(file: &str, text: &str) -> Checked {
    let mut source = Source::new(file, text);
    let policy = if text.len() > LONGEST {
        let message = format!(
            "The policy has {} bytes; at most {LONGEST} are allowed",
            text.len()
        );
        source.report(Code::TooLarge, 0..0, message);
        None
    } else {
        yaml::read(&mut source).and_then(|root| policy(&mut source, &root))
    };
    let diagnostics = source.into_diagnostics();
    let usable = diagnostics
        .iter()
        .all(|diagnostic| diagnostic.severity != Severity::Error);
    Checked {
        policy: policy.filter(|_| usable),
        diagnostics,
    }
}

/// Checks a policy's text.
///
/// # Errors
///
/// All mistakes at once, in order of places. Warnings are among them only if
/// there is an error; [`check`] has them always.
pub fn parse(file: &str, text: &str) -> Result<Policy, Vec<Diagnostic>> {
    let Checked {
        policy,
        diagnostics,
    } = check(file, text);
    policy.ok_or(diagnostics)
}

fn policy(source: &mut Source<'_>, root: &Node) -> Option<Policy> {
    let start = root.span.clone();
    let root = reader::mapping(source, root, &start, &keys::POLICY)?;
    if let Some(node) = root.get("muster") {
        version(source, node);
    }
    let mut attributes = Attributes::default();
    let directory = root
        .entry("directory")
        .and_then(|entry| directory(source, &entry.value));
    let directory_at = root
        .entry("directory")
        .map_or(start.clone(), |entry| entry.at.clone());
    let provider = root
        .entry("provider")
        .and_then(|entry| provider::provider(source, entry));
    let scope = match root.entry("scope") {
        Some(entry) => scope::scope(source, &mut attributes, entry),
        None => Some(scope::everybody(source.line(directory_at.start))),
    };
    let identity = root
        .entry("identity")
        .and_then(|entry| identity::identity(source, &mut attributes, entry));
    let fields = root.entry("fields").map_or_else(Vec::new, |entry| {
        fields::fields(source, &mut attributes, entry)
    });
    let blocks = root.entry("block").map_or_else(Vec::new, |entry| {
        rules::rules(source, &mut attributes, entry)
    });
    let guards = guards::guards(source, root.entry("guards"));
    let mut policy = Policy {
        directory: directory?,
        file: source.file.to_owned(),
        digest: sha256(source.text.as_bytes()),
        provider: provider?,
        scope: scope?,
        identity: identity?,
        fields,
        blocks,
        guards,
        attributes: Vec::new(),
    };
    let (names, places) = attributes.settle();
    policy.attributes = names;
    fields::settle(&mut policy, &places);
    Some(policy)
}

fn version(source: &mut Source<'_>, node: &Node) {
    match reader::whole(source, node, "`muster`", u64::from(u32::MAX)) {
        None | Some(VERSION) => {}
        Some(newer) if newer > VERSION => {
            let message = format!("The policy is written for version {newer} of the language");
            source
                .report(Code::Version, node.span.clone(), message)
                .label(format!("this Muster knows version {VERSION}"))
                .help("Install a newer Muster, or write the policy for this one.");
        }
        Some(_) => {
            source
                .report(
                    Code::Version,
                    node.span.clone(),
                    "There is no version 0 of the language",
                )
                .help(format!("Write `muster: {VERSION}`."));
        }
    }
}

fn directory(source: &mut Source<'_>, node: &Node) -> Option<DirectoryName> {
    let name = reader::filled(source, node, "`directory`")?;
    if name == Owner::LOCAL {
        source
            .report(
                Code::ReservedName,
                node.span.clone(),
                "No directory may be called `local`",
            )
            .help("That is the word for accounts that belong to no directory.");
        return None;
    }
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    let begins = name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    if !begins || !name.chars().all(allowed) || name.len() > 64 {
        source
            .report(
                Code::BadName,
                node.span.clone(),
                format!("`{name}` cannot be a directory's name"),
            )
            .help(
                "Use up to 64 of a–z, 0–9, `-`, `_` and `.`, and begin with a letter or a digit.",
            );
        return None;
    }
    Some(DirectoryName::new(name))
}

/// SHA-256 in hex.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}
