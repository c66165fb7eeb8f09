//! Why a plugin does not run.

use super::{Entry, Found, Place};
use crate::digest::Digest;
use std::path::PathBuf;

/// Why a plugin does not run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Nobody has accepted it.
    #[error("the plugin `{plugin}` has not been accepted: nothing of it was run")]
    Unknown {
        /// As the policy calls it.
        plugin: String,
        /// The lock that counts, or would.
        lock: PathBuf,
        /// Whether that lock is there.
        found: Found,
        /// What it is, if that is known.
        digest: Option<Digest>,
        /// Another source that is this very component, and was accepted.
        same: Option<String>,
    },
    /// It is another one than was accepted.
    #[error("the plugin `{plugin}` is not the one that was accepted: nothing of it was run")]
    Changed {
        /// As the policy calls it.
        plugin: String,
        /// The lock that counts.
        lock: PathBuf,
        /// What was accepted.
        accepted: Box<Entry>,
        /// What is there now.
        digest: Digest,
    },
}

impl Refused {
    /// What was accepted and what was found, a sentence each.
    pub fn details(&self) -> Vec<String> {
        match self {
            Self::Unknown {
                lock,
                found,
                digest,
                same,
                ..
            } => {
                let lock = lock.display();
                let where_ = match found {
                    Found::There => format!("`{lock}` does not name it"),
                    Found::Nowhere => {
                        format!("there is no `{lock}`, and none in a folder above")
                    }
                };
                let is = digest.map(|digest| format!("it is {digest}"));
                let same = same.as_ref();
                let same = same.map(|same| format!("`{same}`, which was accepted, is the same"));
                [Some(where_), is, same].into_iter().flatten().collect()
            }
            Self::Changed {
                lock,
                accepted,
                digest,
                ..
            } => vec![
                format!(
                    "`{}` accepts {} ({} {})",
                    lock.display(),
                    accepted.digest,
                    accepted.name,
                    accepted.version
                ),
                format!("it is {digest}"),
            ],
        }
    }
}

impl Place {
    /// Finds the entry of a policy's plugin under which these bytes may run.
    ///
    /// # Errors
    /// [`Refused`] if they may not.
    pub fn permits(&self, plugin: &str, source: &str, digest: Digest) -> Result<&Entry, Refused> {
        let entry = self
            .lock
            .entry(source)
            .ok_or_else(|| self.unknown(plugin, Some(digest)))?;
        match entry.digest == digest {
            true => Ok(entry),
            false => Err(Refused::Changed {
                plugin: plugin.to_owned(),
                lock: self.path.clone(),
                accepted: Box::new(entry.clone()),
                digest,
            }),
        }
    }

    /// That nobody has accepted a plugin.
    pub fn unknown(&self, plugin: &str, digest: Option<Digest>) -> Refused {
        let mut same = digest.into_iter().flat_map(|digest| self.lock.same(digest));
        Refused::Unknown {
            plugin: plugin.to_owned(),
            lock: self.path.clone(),
            found: self.found,
            digest,
            same: same.next().map(|entry| entry.source.clone()),
        }
    }
}
