//! What tells one version of a file from another without reading it.

use std::fs::Metadata;
use std::time::{Duration, SystemTime};

/// A file that was changed this short a time ago may be changed once more
/// without a trace: clocks of file systems have coarse ticks.
const FRESH: Duration = Duration::from_secs(2);

/// What changes if somebody writes to a file or puts another in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint {
    pub size: u64,
    pub modified: Option<SystemTime>,
    identity: Option<Identity>,
}

/// Device, number, and the instant of the last change of either content or name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity {
    device: u64,
    number: u64,
    changed: (i64, i64),
}

impl Fingerprint {
    pub fn of(about: &Metadata) -> Self {
        Self {
            size: about.len(),
            modified: about.modified().ok(),
            identity: identity(about),
        }
    }

    /// The fingerprint as a text; none where a change could go unnoticed.
    pub fn tag(&self, now: SystemTime) -> Option<String> {
        let (modified, identity) = (self.modified?, self.identity?);
        let changed = u64::try_from(identity.changed.0).ok()?;
        let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(changed);
        let last = modified.max(changed);
        if now.duration_since(last).is_ok_and(|age| age >= FRESH) {
            let modified = modified.duration_since(SystemTime::UNIX_EPOCH).ok()?;
            return Some(format!(
                "{}-{}.{:09}-{}.{:09}-{:x}:{:x}",
                self.size,
                modified.as_secs(),
                modified.subsec_nanos(),
                identity.changed.0,
                identity.changed.1,
                identity.device,
                identity.number,
            ));
        }
        None
    }
}

#[cfg(unix)]
fn identity(about: &Metadata) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    Some(Identity {
        device: about.dev(),
        number: about.ino(),
        changed: (about.ctime(), about.ctime_nsec()),
    })
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Option<Identity> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_just_written_has_no_tag() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let print = Fingerprint::of(&file.as_file().metadata().unwrap());
        let now = SystemTime::now();
        assert_eq!(print.tag(now), None);
        let later = print.tag(now + 2 * FRESH).unwrap();
        assert!(later.starts_with("0-"), "{later}");
        assert_eq!(print.tag(now - FRESH), None, "its time is to come");
    }
}
