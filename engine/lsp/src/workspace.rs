//! Open documents, and what is wrong with them and the files beside them.

use crate::language;
use crate::outline::Outline;
use crate::surroundings::{Surroundings, Wanted};
use crate::text::{Encoding, Text};
use crate::uri::is_file;
use lsp_types::Uri;
use muster_policy::language::Section;
use muster_policy::{
    Beside, Checked, Code, Diagnostic, Draft, Files, NamedText, check_with, shown,
};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// An open document.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    /// As its client calls it.
    pub(crate) uri: Uri,
    pub(crate) version: i32,
    pub(crate) text: Text,
    pub(crate) outline: Outline,
}

/// What came of checking one document with the files that it names.
#[derive(Debug, Default)]
pub(crate) struct Checkup {
    /// By file, all that are in question.
    pub(crate) found: BTreeMap<String, Vec<Diagnostic>>,
    /// Texts of files, as they were checked.
    pub(crate) texts: BTreeMap<String, String>,
    pub(crate) draft: Option<Draft>,
    /// Files that it names, whether they could be read or not.
    pub(crate) reads: BTreeSet<String>,
}

/// All open documents.
pub(crate) struct Workspace<'s> {
    pub(crate) around: &'s dyn Surroundings,
    pub(crate) encoding: Encoding,
    pub(crate) documents: BTreeMap<String, Document>,
    /// By document. Policies have one, and whatever no policy names.
    checkups: BTreeMap<String, Checkup>,
}

impl<'s> Workspace<'s> {
    pub(crate) fn new(around: &'s dyn Surroundings, encoding: Encoding) -> Self {
        Self {
            around,
            encoding,
            documents: BTreeMap::new(),
            checkups: BTreeMap::new(),
        }
    }

    /// The kind of an open document; none if it is not ours.
    pub(crate) fn kind(&self, path: &str) -> Option<&'static Section> {
        let document = self.documents.get(path)?;
        let is_named = self.is_read(path) || self.around.values().as_deref() == Some(path);
        language::document(&document.outline, is_named)
    }

    /// True if a policy that is open names the file.
    fn is_read(&self, path: &str) -> bool {
        let others = self.checkups.iter().filter(|(of, _)| of.as_str() != path);
        let mut reads = others.map(|(_, checkup)| &checkup.reads);
        reads.any(|reads| reads.contains(path))
    }

    fn is_policy(&self, path: &str) -> bool {
        self.kind(path).is_some_and(|kind| kind.id == "policy")
    }

    /// The policies that a document belongs to; a policy belongs to itself.
    pub(crate) fn policies_of(&self, path: &str) -> Vec<&str> {
        let is_environment = self.around.values().as_deref() == Some(path);
        let policies = self.checkups.iter().filter(|(of, checkup)| {
            self.is_policy(of)
                && (of.as_str() == path || checkup.reads.contains(path) || is_environment)
        });
        policies.map(|(of, _)| of.as_str()).collect()
    }

    /// A policy that a document belongs to, as far as it can be read.
    pub(crate) fn draft_of(&self, path: &str) -> Option<&Draft> {
        let policies = self.policies_of(path).into_iter();
        policies
            .filter_map(|policy| self.checkups.get(policy))
            .find_map(|checkup| checkup.draft.as_ref())
    }

    /// All that is wrong with a file, each thing once.
    pub(crate) fn diagnostics(&self, path: &str) -> Vec<&Diagnostic> {
        let found = self.checkups.values().filter_map(|one| one.found.get(path));
        let mut all: Vec<&Diagnostic> = Vec::new();
        for diagnostic in found.flatten() {
            if !all.contains(&diagnostic) {
                all.push(diagnostic);
            }
        }
        all
    }

    /// Files about which something was found out, or might be.
    pub(crate) fn files(&self) -> BTreeSet<&str> {
        let found = self.checkups.values().flat_map(|one| one.found.keys());
        found.map(String::as_str).collect()
    }

    /// The text of a file, as it was checked.
    pub(crate) fn text(&self, path: &str) -> Option<Text> {
        if let Some(document) = self.documents.get(path) {
            return Some(document.text.clone());
        }
        let texts = self.checkups.values().find_map(|one| one.texts.get(path));
        texts.map(|text| Text::new(text.as_str()))
    }

    /// The text of an open document, or of a file on the disk.
    pub(crate) fn read(&self, path: &str) -> Result<String, String> {
        match self.documents.get(path) {
            Some(document) => Ok(document.text.as_str().to_owned()),
            None => self.around.read(path),
        }
    }

    /// The plugin of the policy that a document belongs to.
    pub(crate) fn wanted(&self, path: &str) -> Option<Wanted<'_>> {
        let policy = *self.policies_of(path).first()?;
        let document = self.documents.get(policy)?;
        let text = document.text.as_str();
        let node = document.outline.find(&["provider", "plugin"])?;
        let scalar = document.outline.node(node)?.scalar.as_ref()?;
        Some(Wanted {
            path: self.documents.get_key_value(policy)?.0,
            text,
            plugin: text.get(scalar.range.clone())?,
            draft: self.checkups.get(policy)?.draft.as_ref(),
        })
    }

    /// Checks what may have changed because these files have.
    pub(crate) fn check(&mut self, changed: &BTreeSet<String>) {
        let open: Vec<String> = self.documents.keys().cloned().collect();
        self.checkups
            .retain(|path, _| self.documents.contains_key(path));
        let environment = self.around.values();
        let values_changed = environment.is_some_and(|path| changed.contains(&path));
        for path in &open {
            let known = self.checkups.get(path);
            let concerned = known.is_none_or(|known| !known.reads.is_disjoint(changed));
            if self.is_policy(path) && (concerned || values_changed || changed.contains(path)) {
                let checkup = self.policy(path, self.own(path), None);
                self.checkups.insert(path.clone(), checkup);
            }
        }
        for path in &open {
            if self.is_policy(path) {
                continue;
            }
            match self.alone(path, self.own(path)) {
                Some(checkup) => self.checkups.insert(path.clone(), checkup),
                None => self.checkups.remove(path),
            };
        }
    }

    fn own(&self, path: &str) -> &str {
        let document = self.documents.get(path);
        document.map_or("", |document| document.text.as_str())
    }

    /// What would be wrong with a document if it had this text.
    pub(crate) fn found_if(&self, path: &str, text: &str) -> Vec<Diagnostic> {
        let policies = self.policies_of(path).into_iter();
        let mut found: Vec<Diagnostic> = Vec::new();
        for policy in policies {
            let own = if policy == path {
                text
            } else {
                self.own(policy)
            };
            let checkup = self.policy(policy, own, Some((path, text)));
            found.extend(checkup.found.into_values().flatten());
        }
        let alone = self.alone(path, text);
        found.extend(
            alone
                .into_iter()
                .flat_map(|one| one.found.into_values().flatten()),
        );
        found.retain(|one| one.file == path);
        found
    }

    /// Checks a policy with what it names; one file may have another text than it
    /// has.
    fn policy(&self, path: &str, text: &str, instead: Option<(&str, &str)>) -> Checkup {
        if text.trim().is_empty() {
            // Nobody is told off for a document that is yet to be written.
            return Checkup::of(path, text, None);
        }
        let files = Overlay {
            workspace: self,
            policy: path,
            instead,
            reads: RefCell::default(),
        };
        let environment = self.around.values();
        let values = environment.and_then(|file| Some((files.text(&file).ok()?, file)));
        let values = values.as_ref().map(|(text, name)| NamedText { name, text });
        let beside = Beside {
            files: &files,
            values,
        };
        let checked = check_with(path, text, &beside);
        let mut checkup = Checkup::of(path, text, Some(checked));
        checkup.reads = files.reads.into_inner();
        for file in &checkup.reads {
            checkup.found.entry(file.clone()).or_default();
        }
        let plugin = checkup.draft.as_ref().map(|draft| Wanted {
            path,
            text,
            plugin: &draft.provider().plugin,
            draft: Some(draft),
        });
        let settings = plugin.map_or_else(Vec::new, |wanted| self.around.settings(&wanted));
        checkup.add(settings);
        checkup
    }

    /// Checks a document that no policy names: as if there were one.
    fn alone(&self, path: &str, text: &str) -> Option<Checkup> {
        let kind = self.kind(path)?;
        if self.is_read(path) || !self.policies_of(path).is_empty() {
            return None;
        }
        let (folder, name) = match Path::new(path).parent().zip(Path::new(path).file_name()) {
            Some((folder, name)) => (folder, name.to_str()?),
            None => (Path::new(""), path),
        };
        let policy = folder.join("the policy");
        let policy = policy.to_str()?;
        let quoted = serde_json::to_string(name).ok()?;
        let mut around =
            "muster: 1\ndirectory: x\nprovider: {plugin: x}\nidentity: {username: x}\n".to_owned();
        let values = (kind.id == "environment").then_some(NamedText { name: path, text });
        match kind.id {
            "environment" => {}
            "exceptions" => around.push_str(&format!("exceptions: [{quoted}]\n")),
            _ => around.push_str(&format!("include: [{quoted}]\n")),
        }
        let beside = Beside {
            files: &Only(text),
            values,
        };
        let mut checked = check_with(policy, &around, &beside);
        // Nobody knows which values the policies declare.
        let concerns = |found: &Diagnostic| found.file == path && found.code != Code::UnknownValue;
        checked.diagnostics.retain(concerns);
        checked.draft = None;
        Some(Checkup::of(path, text, Some(checked)))
    }
}

impl Checkup {
    fn of(path: &str, text: &str, checked: Option<Checked>) -> Self {
        let mut checkup = Self::default();
        checkup.found.insert(path.to_owned(), Vec::new());
        checkup.texts.insert(path.to_owned(), text.to_owned());
        let Some(checked) = checked else {
            return checkup;
        };
        let texts = checked.texts.iter();
        checkup
            .texts
            .extend(texts.map(|(file, text)| (file.to_owned(), text.to_owned())));
        checkup.draft = checked.draft;
        checkup.add(checked.diagnostics);
        checkup
    }

    fn add(&mut self, diagnostics: Vec<Diagnostic>) {
        for diagnostic in diagnostics {
            let file = diagnostic.file.clone();
            self.found.entry(file).or_default().push(diagnostic);
        }
    }
}

/// Files beside a policy: as they are in the editor, or else on the disk.
struct Overlay<'w> {
    workspace: &'w Workspace<'w>,
    policy: &'w str,
    /// A file, and the text that stands for its own.
    instead: Option<(&'w str, &'w str)>,
    reads: RefCell<BTreeSet<String>>,
}

impl Overlay<'_> {
    fn text(&self, file: &str) -> Result<String, String> {
        match self.instead {
            Some((other, text)) if other == file => Ok(text.to_owned()),
            _ => self.workspace.read(file),
        }
    }
}

impl Files for Overlay<'_> {
    fn read(&self, path: &str) -> Result<String, String> {
        if !is_file(self.policy) {
            return Err("this document is no file yet: nothing stands beside it".to_owned());
        }
        let file = shown(self.policy, path);
        let text = self.text(&file);
        self.reads.borrow_mut().insert(file);
        text
    }
}

/// One text, whatever is asked for.
struct Only<'t>(&'t str);

impl Files for Only<'_> {
    fn read(&self, _path: &str) -> Result<String, String> {
        Ok(self.0.to_owned())
    }
}
