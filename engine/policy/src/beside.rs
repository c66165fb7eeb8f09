//! What stands beside a policy: files that it names, and the values of an
//! environment. Handed in by the caller, for this crate reads nothing.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// Hands out the texts of files that a policy names.
pub trait Files {
    /// The text of a file. `path` is as the policy writes it: relative to the
    /// policy's folder, or absolute.
    ///
    /// # Errors
    ///
    /// Why it cannot be had, as part of a sentence: `No such file or directory`.
    fn read(&self, path: &str) -> Result<String, String>;
}

/// No files at all: for a policy that stands alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _path: &str) -> Result<String, String> {
        Err("other files cannot be read here".to_owned())
    }
}

/// Files in memory, by the paths that policies write.
impl Files for BTreeMap<String, String> {
    fn read(&self, path: &str) -> Result<String, String> {
        self.get(path)
            .cloned()
            .ok_or_else(|| "there is no such file".to_owned())
    }
}

/// What stands beside a policy.
#[derive(Clone, Copy)]
pub struct Beside<'a> {
    /// Files that the policy names.
    pub files: &'a dyn Files,
    /// The values of an environment, if one was named.
    pub values: Option<NamedText<'a>>,
}

impl Beside<'_> {
    /// Nothing.
    pub const NOTHING: Beside<'static> = Beside {
        files: &NoFiles,
        values: None,
    };
}

/// A text with the name of its file.
#[derive(Clone, Copy, Debug)]
pub struct NamedText<'a> {
    /// As it is shown.
    pub name: &'a str,
    /// The file's content.
    pub text: &'a str,
}

/// How a file beside a policy is shown: `shared/fields.yaml` for
/// `../shared/fields.yaml` beside `policies/staff.yaml`.
pub fn shown(policy: &str, path: &str) -> String {
    let folder = Path::new(policy).parent().unwrap_or(Path::new(""));
    let mut whole = PathBuf::new();
    for part in folder.join(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(whole.components().next_back(), Some(Component::Normal(_))) =>
            {
                whole.pop();
            }
            part => whole.push(part),
        }
    }
    whole.to_string_lossy().into_owned()
}

/// The texts that diagnostics are about, by the names of their files.
#[derive(Clone, Debug, Default)]
pub struct FileTexts {
    named: BTreeMap<String, String>,
    any: Option<String>,
}

impl FromIterator<(String, String)> for FileTexts {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(texts: I) -> Self {
        Self {
            named: texts.into_iter().collect(),
            any: None,
        }
    }
}

impl FileTexts {
    /// Takes a text in.
    pub(crate) fn add(&mut self, file: &str, text: &str) {
        self.named.insert(file.to_owned(), text.to_owned());
    }

    /// The text of a file.
    pub fn of(&self, file: &str) -> &str {
        let found = self.named.get(file).or(self.any.as_ref());
        found.map_or("", String::as_str)
    }

    /// The files that stand beside the one of this name.
    pub fn beside<'t>(&'t self, policy: &'t str) -> Beneath<'t> {
        Beneath {
            texts: self,
            policy,
        }
    }

    /// All files and their texts.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.named
            .iter()
            .map(|(file, text)| (file.as_str(), text.as_str()))
    }
}

/// A policy's texts stand in for its files: it can be checked again when they are
/// no longer there.
#[derive(Clone, Copy, Debug)]
pub struct Beneath<'t> {
    texts: &'t FileTexts,
    policy: &'t str,
}

impl Files for Beneath<'_> {
    fn read(&self, path: &str) -> Result<String, String> {
        let named = self.texts.named.get(&shown(self.policy, path));
        let missing = || "it is not among the texts that were kept".to_owned();
        named.cloned().ok_or_else(missing)
    }
}

/// One text for all files: where there is only one.
impl From<&str> for FileTexts {
    fn from(text: &str) -> Self {
        Self {
            named: BTreeMap::new(),
            any: Some(text.to_owned()),
        }
    }
}

impl From<&String> for FileTexts {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<&FileTexts> for FileTexts {
    fn from(texts: &FileTexts) -> Self {
        texts.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn a_file_is_shown_as_somebody_in_the_callers_folder_finds_it() {
        for (policy, path, expected) in [
            ("staff.yaml", "fields.yaml", "fields.yaml"),
            ("policies/staff.yaml", "fields.yaml", "policies/fields.yaml"),
            ("policies/staff.yaml", "../shared/./a.yaml", "shared/a.yaml"),
            ("staff.yaml", "../a.yaml", "../a.yaml"),
            ("../p/staff.yaml", "../../a.yaml", "../../a.yaml"),
            ("policies/staff.yaml", "/etc/a.yaml", "/etc/a.yaml"),
        ] {
            assert_eq!(shown(policy, path), expected, "{policy} {path}");
        }
    }
}
