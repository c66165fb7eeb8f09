//! Which files are read, and whether they are as they were.

use crate::open::NEED;
use crate::settings::{Format, NewestBy, Pick, Settings};
use muster_sdk::files::{self, Entry, Place};
use muster_sdk::{Failure, ReadRequest, host};
use sha2::{Digest, Sha256};

/// Endings of files that somebody is still writing, and of those that are no
/// people.
const UNFINISHED: [&str; 6] = [".tmp", ".part", ".partial", ".filepart", ".crdownload", "~"];
const SIDECAR: &str = ".sha256";

/// A file to read: its name in the folder, or none if it is the only one.
pub type Which = Option<String>;

/// Finds the files, in the order in which they are read.
pub fn pick(settings: &Settings) -> Result<Vec<Which>, Failure> {
    match files::look(NEED)? {
        Place::File | Place::Url => Ok(vec![None]),
        Place::Folder(entries) => Ok(of_folder(entries, settings)?
            .into_iter()
            .map(Some)
            .collect()),
    }
}

fn of_folder(entries: Vec<Entry>, settings: &Settings) -> Result<Vec<String>, Failure> {
    let number = entries.len();
    let quiet = host::now_ms().saturating_sub(settings.settle_seconds * 1000);
    let is_settled = |entry: &Entry| settings.settle_seconds == 0 || entry.modified_ms <= quiet;
    let mut found: Vec<Entry> = entries
        .into_iter()
        .filter(|entry| counts(&entry.name, settings) && is_settled(entry))
        .collect();
    match settings.newest_by {
        NewestBy::Name => found.sort_by(|a, b| a.name.cmp(&b.name)),
        NewestBy::Time => {
            found.sort_by(|a, b| (a.modified_ms, &a.name).cmp(&(b.modified_ms, &b.name)));
        }
    }
    let names: Vec<String> = found.into_iter().map(|entry| entry.name).collect();
    if names.is_empty() {
        return Err(Failure::data(format!(
            "`{}`: none of the {number} files in this folder is one with people",
            settings.path
        ))
        .hint("look at `pattern` and `settle_seconds`; files that end in .tmp or .part are still being written"));
    }
    Ok(match settings.pick {
        Pick::All => names,
        Pick::Newest => names.into_iter().next_back().into_iter().collect(),
    })
}

/// True for a file that the operator means.
fn counts(name: &str, settings: &Settings) -> bool {
    let lower = name.to_ascii_lowercase();
    if name.starts_with('.') || lower.ends_with(SIDECAR) {
        return false;
    }
    if UNFINISHED.iter().any(|end| lower.ends_with(end)) {
        return false;
    }
    match &settings.pattern {
        Some(pattern) => fits(pattern, name),
        None => settings.format != Format::Auto || Format::by_name(name).is_some(),
    }
}

/// Holds a name against a pattern in which `*` is any text and `?` any
/// character.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut in_name) = (0, 0);
    // Where the last star was, and how far it reaches.
    let mut star: Option<(usize, usize)> = None;
    while in_name < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, in_name));
                at += 1;
            }
            Some(&wanted) if wanted == '?' || name.get(in_name) == Some(&wanted) => {
                at += 1;
                in_name += 1;
            }
            _ => {
                let Some((place, reach)) = star else {
                    return false;
                };
                star = Some((place, reach + 1));
                at = place + 1;
                in_name = reach + 1;
            }
        }
    }
    pattern.iter().skip(at).all(|rest| *rest == '*')
}

/// What a read was made from: which question, and which version of which files.
///
/// A cursor is this as a text. Files that still have their tags would give the
/// same people to the same question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    question: String,
    files: Vec<(Which, String)>,
}

impl State {
    /// Begins with no file.
    pub fn new(settings: &Settings, request: &ReadRequest) -> Self {
        let question = format!(
            "{} {settings:?} {:?} {:?}",
            env!("CARGO_PKG_VERSION"),
            request.scope,
            request.attributes
        );
        let digest = Sha256::digest(question.as_bytes());
        Self {
            question: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
            files: Vec::new(),
        }
    }

    /// Adds a file that is read.
    pub fn add(&mut self, name: Which, tag: String) {
        self.files.push((name, tag));
    }

    /// Writes the cursor: the question, then a line for each file.
    pub fn cursor(&self) -> Vec<u8> {
        let mut text = self.question.clone();
        for (name, tag) in &self.files {
            let name = name.as_deref().unwrap_or_default();
            text.push_str(&format!("\n{tag}\t{name}"));
        }
        text.into_bytes()
    }

    /// Holds a cursor against what would be read now. Fails with a stale cursor
    /// unless everything is as it was.
    pub fn unchanged(&mut self, cursor: &[u8], picked: &[Which]) -> Result<(), Failure> {
        let text = String::from_utf8_lossy(cursor);
        let mut lines = text.split('\n');
        if lines.next() != Some(self.question.as_str()) {
            return Err(Failure::stale_cursor(
                "the settings, the scope or the attributes are not those of the last sync",
            ));
        }
        for name in picked {
            let shown = name.as_deref().unwrap_or("the file");
            let known = lines.next().and_then(|line| line.split_once('\t'));
            let Some((tag, _)) = known.filter(|(_, known)| *known == name.as_deref().unwrap_or(""))
            else {
                return Err(Failure::stale_cursor(format!("`{shown}` is new")));
            };
            if files::open_unless(NEED, name.as_deref(), Some(tag))?.is_some() {
                return Err(Failure::stale_cursor(format!(
                    "`{shown}` has changed since the last sync"
                )));
            }
            self.add(name.clone(), tag.to_owned());
        }
        match lines.next() {
            None => Ok(()),
            Some(_) => Err(Failure::stale_cursor("a file is gone since the last sync")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_held_against_whole_names() {
        for (pattern, name) in [
            ("people-*.csv", "people-2026-11-23.csv"),
            ("*", ""),
            ("a?c", "abc"),
            ("*a*b", "xayab"),
            ("ü*", "über"),
        ] {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("people-*.csv", "people-2026.csv.old"),
            ("a?c", "ac"),
            ("", "a"),
            ("a*", "ba"),
            ("*a*b", "xaya"),
        ] {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
    }
}
