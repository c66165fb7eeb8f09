//! The files that a policy names, read before anything is checked.

use super::reader;
use crate::beside::{FileTexts, Files, shown};
use crate::yaml::{Kind, Node};
use std::collections::BTreeMap;

/// FileTexts by the paths that the policy writes, or why there is none.
#[derive(Debug, Default)]
pub(crate) struct Library {
    policy: String,
    files: BTreeMap<String, Result<Loaded, String>>,
}

/// One file.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// As it is shown.
    pub(crate) file: String,
    pub(crate) text: String,
}

/// Keys whose values are paths, each as the way to it.
const PATHS: &[&[&str]] = &[
    &["include"],
    &["exceptions"],
    &["identity", "adopt", "file"],
];

impl Library {
    /// Reads everything that a policy names, each file once.
    pub(crate) fn load(policy: &str, root: Option<&Node>, files: &dyn Files) -> Self {
        let mut library = Self {
            policy: policy.to_owned(),
            files: BTreeMap::new(),
        };
        for way in PATHS {
            let node = way.iter().try_fold(root, |node, key| {
                Some(node?.entry(key).map(|entry| &entry.value))
            });
            for path in node.flatten().into_iter().flat_map(paths) {
                let loaded = || {
                    let text = files.read(path)?;
                    Ok(Loaded {
                        file: shown(policy, path),
                        text,
                    })
                };
                library.files.entry(path.to_owned()).or_insert_with(loaded);
            }
        }
        library
    }

    /// A file by the path that the policy writes.
    pub(crate) fn get(&self, path: &str) -> Result<&Loaded, &str> {
        match self.files.get(path) {
            Some(Ok(loaded)) => Ok(loaded),
            Some(Err(why)) => Err(why),
            None => Err("it was not asked for"),
        }
    }

    /// Names and texts of all that could be read, in order of the paths.
    pub(crate) fn loaded(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().filter_map(|(path, loaded)| {
            let loaded = loaded.as_ref().ok()?;
            Some((path.as_str(), loaded.text.as_str()))
        })
    }

    /// The files, as they are shown. One that could not be read is among them:
    /// whoever watches them hears when it is there.
    pub(crate) fn files(&self) -> Vec<String> {
        let shown = |path: &String| shown(&self.policy, path);
        self.files.keys().map(shown).collect()
    }

    /// Hands the texts out for rendering.
    pub(crate) fn tell(&self, texts: &mut FileTexts) {
        for loaded in self.files.values().flatten() {
            texts.add(&loaded.file, &loaded.text);
        }
    }
}

/// The texts of a scalar or a list; what else is there is reported by whoever
/// checks the key.
fn paths(node: &Node) -> Vec<&str> {
    let one = |node| reader::peek(node);
    match &node.kind {
        Kind::List(items) => items.iter().filter_map(one).collect(),
        _ => one(node).into_iter().collect(),
    }
}
