//! `muster check --fix`: puts right what can only have been meant in one way.

use crate::exit::Exit;
use crate::files;
use crate::policies;
use crate::session::Session;
use crate::trouble::Trouble;
use muster_policy::{Beside, Diagnostic, Files, NamedText, check_with, fix, shown};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

type Texts = BTreeMap<String, String>;

/// Fixes policies and the files that they include, one policy after the other.
pub(super) fn run(paths: &[PathBuf], session: &Session) -> Result<(), Trouble> {
    paths.iter().try_for_each(|path| one(path, session))
}

fn one(path: &Path, session: &Session) -> Result<(), Trouble> {
    // A file that cannot be read is told by the check that follows.
    let Ok(checked) = policies::checked(path, session.values.as_deref()) else {
        return Ok(());
    };
    let before: Texts = checked
        .texts
        .iter()
        .map(|(file, text)| (file.to_owned(), text.to_owned()))
        .collect();
    let policy = path.display().to_string();
    let values = session
        .values
        .as_ref()
        .map(|file| file.display().to_string());
    let fixed = fix(before.clone(), &|texts| {
        diagnostics(&policy, values.as_deref(), texts)
    });
    for (file, text) in &fixed.texts {
        let old = before.get(file).map_or("", String::as_str);
        if text != old {
            files::replace(Path::new(file), old, text).map_err(|error| {
                Trouble::new(Exit::Failed, format!("`{file}` cannot be written"))
                    .because(Some(&error))
            })?;
        }
    }
    for done in &fixed.applied {
        session.say(&format!(
            "fixed {}:{}: {} [{}]",
            done.file, done.line, done.title, done.code
        ));
    }
    Ok(())
}

/// What is wrong with texts that are not on the disk yet.
fn diagnostics(policy: &str, values: Option<&str>, texts: &Texts) -> Vec<Diagnostic> {
    let of = |file: &str| texts.get(file).map_or("", String::as_str);
    let beside = Beside {
        files: &Overlay { policy, texts },
        values: values.map(|name| NamedText {
            name,
            text: of(name),
        }),
    };
    check_with(policy, of(policy), &beside).diagnostics
}

/// Files that a policy names, from memory.
struct Overlay<'t> {
    policy: &'t str,
    texts: &'t Texts,
}

impl Files for Overlay<'_> {
    fn read(&self, path: &str) -> Result<String, String> {
        let known = self.texts.get(&shown(self.policy, path));
        // What could not be read at first cannot be read now.
        known.cloned().ok_or_else(|| "it cannot be read".to_owned())
    }
}
