//! The file's SHA-256, as somebody declared it.

use crate::open::NEED;
use crate::settings::{SIDECAR, Settings};
use muster_sdk::files;

/// Largest file with a checksum that is looked at.
const LARGEST: usize = 64 * 1024;

/// What the checksum of a file should be, or why nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected(Result<String, String>);

impl Expected {
    /// Finds what was declared for the file of this name; `None` if nothing is
    /// to be declared.
    pub fn new(settings: &Settings, file: &str) -> Option<Self> {
        let declared = settings.checksum.as_deref()?;
        if declared != SIDECAR {
            return Some(Self(Ok(declared.to_lowercase())));
        }
        let sidecar = format!("{file}.sha256");
        let unread = |why: &str| format!("its checksum `{sidecar}` cannot be read: {why}");
        let opened = files::open_unless(NEED, Some(&sidecar), None);
        let text = opened.and_then(|file| match file {
            Some(file) => file.read_all(),
            None => Ok(Vec::new()),
        });
        Some(Self(match text {
            Err(failure) => Err(unread(&failure.message)),
            Ok(text) if text.len() > LARGEST => Err(unread("it is too long")),
            Ok(text) => found(&String::from_utf8_lossy(&text), file)
                .ok_or_else(|| unread("there is no SHA-256 for this file in it")),
        }))
    }

    /// Says what is wrong with a file of this digest.
    pub fn fault(&self, digest: &str) -> Option<String> {
        match &self.0 {
            Err(why) => Some(why.clone()),
            Ok(expected) if expected == digest => None,
            Ok(expected) => Some(format!(
                "its SHA-256 is {digest}, and {expected} was declared"
            )),
        }
    }
}

/// Finds a file's checksum in what `sha256sum` writes, or alone.
fn found(text: &str, file: &str) -> Option<String> {
    let lines = text.lines().filter_map(|line| {
        let line = line.trim_start_matches('\u{feff}').trim();
        let (digest, name) = line.split_once([' ', '\t']).unwrap_or((line, ""));
        let is_digest = digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
        let name = name.trim_start().trim_start_matches('*');
        let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
        is_digest.then(|| (digest.to_lowercase(), name.to_owned()))
    });
    let mut lines = lines.filter(|(_, name)| name.is_empty() || name == file);
    lines.next().map(|(digest, _)| digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_writing_are_known() {
        let digest = "A".repeat(64);
        let other = "b".repeat(64);
        let wanted = Some("a".repeat(64));
        for text in [
            digest.clone(),
            format!("{digest}  p.csv\n"),
            format!("{other}  q.csv\r\n{digest} *export/p.csv\r\n"),
        ] {
            assert_eq!(found(&text, "p.csv"), wanted, "{text}");
        }
        for text in ["", "abc", &format!("{other}  q.csv")] {
            assert_eq!(found(text, "p.csv"), None, "{text}");
        }
    }
}
