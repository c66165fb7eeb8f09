//! From the tree to a checked policy, one file per section of the language.

mod adoption;
mod approval;
pub(crate) mod attributes;
mod exceptions;
mod fields;
mod fragment;
mod groups;
mod guards;
mod identity;
mod leaks;
mod library;
mod licences;
mod mapping;
mod options;
mod provider;
pub(crate) mod reader;
mod references;
mod rules;
mod scope;
mod terms;
mod transform;
mod value;

use crate::beside::{Beside, FileTexts, NamedText};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::draft::Draft;
use crate::language::keys;
use crate::lint::{self, Finding};
use crate::policy::Policy;
use crate::source::Source;
use crate::values;
use crate::yaml::{self, Node};
use attributes::Attributes;
use fragment::Fragment;
use library::Library;
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
    /// The policy as far as it could be read.
    pub draft: Option<Draft>,
    /// Errors and warnings, by file and place; the policy's own come first.
    pub diagnostics: Vec<Diagnostic>,
    /// What the diagnostics are about.
    pub texts: FileTexts,
}

impl From<&Checked> for FileTexts {
    fn from(checked: &Checked) -> Self {
        checked.texts.clone()
    }
}

/// Checks a policy that stands alone. `file` is only a name, for places.
pub fn check(file: &str, text: &str) -> Checked {
    check_with(file, text, &Beside::NOTHING)
}

/// Checks a policy together with the files that it names.
pub fn check_with(file: &str, text: &str, beside: &Beside<'_>) -> Checked {
    let mut source = Source::new(file, text);
    let mut root = read(&mut source);
    let mut environment = beside
        .values
        .map(|values| Source::new(values.name, values.text));
    source.values = values::gather(&mut source, root.as_ref(), environment.as_mut());
    if let Some(root) = &mut root {
        values::put(&mut source, root);
    }
    let library = Library::load(file, root.as_ref(), beside.files);
    let mut fragments = fragment::all(&mut source, root.as_ref(), &library);
    let mut others = Others {
        exceptions: exceptions::files(&mut source, root.as_ref(), &library),
        mapping: None,
    };
    let mut policy = root
        .as_ref()
        .and_then(|root| policy(&mut source, &library, &mut fragments, &mut others, root));
    let included: Vec<&str> = library.loaded().map(|(_, text)| text).collect();
    lint::unused_value::check(&mut source, root.as_ref(), &included);
    let mut texts = FileTexts::default();
    texts.add(file, text);
    library.tell(&mut texts);
    if let Some(values) = beside.values {
        texts.add(values.name, values.text);
    }
    if let Some(policy) = &mut policy {
        policy.digest = digest(text, &library, beside.values);
        policy.files = library.files();
        policy.texts = texts.clone();
        policy.environment = beside.values.map(|values| values.name.to_owned());
    }
    let findings = policy.as_ref().map(lint::policy).unwrap_or_default();
    let mut diagnostics = told(source, &findings);
    let fragments = fragments.into_iter().chain(others.exceptions);
    for other in environment
        .into_iter()
        .chain(fragments.map(Fragment::into_source))
        .chain(others.mapping)
    {
        diagnostics.extend(told(other, &findings));
    }
    let usable = diagnostics
        .iter()
        .all(|diagnostic| diagnostic.severity != Severity::Error);
    Checked {
        draft: policy.as_ref().map(Draft::of),
        policy: policy.filter(|_| usable),
        diagnostics,
        texts,
    }
}

/// All that is wrong with one file, its secrets and what the policy as a whole
/// shows among it.
fn told(mut source: Source<'_>, findings: &[Finding]) -> Vec<Diagnostic> {
    leaks::check(&mut source);
    lint::tell(&mut source, findings);
    source.into_diagnostics()
}

/// Checks the text of a policy that stands alone.
///
/// # Errors
///
/// All mistakes at once, in order of places. Warnings are among them only if
/// there is an error; [`check`] has them always.
pub fn parse(file: &str, text: &str) -> Result<Policy, Vec<Diagnostic>> {
    let Checked {
        policy,
        diagnostics,
        ..
    } = check(file, text);
    policy.ok_or(diagnostics)
}

/// Reads a file's tree; one that is too large is not looked at.
fn read(source: &mut Source<'_>) -> Option<Node> {
    let length = source.text.len();
    if length > LONGEST {
        let message = format!("The file has {length} bytes; at most {LONGEST} are allowed");
        source.report(Code::TooLarge, 0..0, message);
        return None;
    }
    yaml::read(source)
}

/// SHA-256 of all that a policy is made of. A policy that stands alone has its
/// text's.
fn digest(text: &str, library: &Library, values: Option<NamedText<'_>>) -> String {
    let mut all = text.to_owned();
    let values = values.map(|values| ("values", values.text));
    for (name, text) in library.loaded().chain(values) {
        // Lengths keep one division of the same bytes from looking like another.
        let _ = write!(all, "\0{}\0{name}\0{}\0{text}", name.len(), text.len());
    }
    sha256(all.as_bytes())
}

/// Files beside a policy that are no parts of it.
struct Others<'t> {
    exceptions: Vec<Fragment<'t>>,
    mapping: Option<Source<'t>>,
}

fn policy<'t>(
    source: &mut Source<'_>,
    library: &'t Library,
    fragments: &mut [Fragment<'_>],
    others: &mut Others<'t>,
    root: &Node,
) -> Option<Policy> {
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
    let plugin = provider.as_ref().map(|provider| provider.plugin.as_str());
    let mapped = licences::mapped(root.entry("fields"), fragments);
    let fields = fields::all(
        source,
        &mut attributes,
        plugin,
        root.entry("fields"),
        fragments,
    );
    let blocks = rules::all(source, &mut attributes, root.entry("block"), fragments);
    let upcoming = terms::upcoming(source, root.get("upcoming"));
    let approval = root
        .entry("approval")
        .map(|entry| approval::approval(source, entry));
    let licences = root
        .entry("licences")
        .and_then(|entry| licences::licences(source, entry, &mapped));
    let guards = guards::all(source, root.entry("guards"), fragments);
    let precedence = adoption::precedence(source, root.entry("precedence"), fragments);
    let exceptions = exceptions::all(&mut others.exceptions);
    let directory = directory?;
    let mut identity = identity?;
    let adopt = root.get("identity").and_then(|node| node.entry("adopt"));
    let around = adoption::Around {
        fields: &fields,
        directory: &directory,
        library,
    };
    (identity.adopt, others.mapping) = adoption::adopt(source, adopt, &around);
    let identity_at = root
        .entry("identity")
        .map_or(start, |entry| entry.at.clone());
    let places = [directory_at, identity_at];
    adoption::check_precedence(source, &precedence, &directory, &identity.adopt, places);
    let mut policy = Policy {
        directory,
        file: source.file.to_owned(),
        digest: String::new(),
        files: Vec::new(),
        environment: None,
        provider: provider?,
        scope: scope?,
        identity,
        fields,
        blocks,
        upcoming,
        licences,
        approval: approval.flatten(),
        guards,
        precedence,
        exceptions,
        attributes: Vec::new(),
        texts: FileTexts::default(),
    };
    let (names, places) = attributes.settle();
    policy.attributes = names;
    fields::settle(&mut policy, &places);
    Some(policy)
}

pub(crate) fn version(source: &mut Source<'_>, node: &Node) {
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
