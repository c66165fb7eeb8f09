//! Why a lock cannot be used.

use std::io;
use std::path::PathBuf;

/// Why a `muster.lock` cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LockFault {
    /// It cannot be read.
    #[error("`{}` cannot be read", .path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// In the system's words.
        #[source]
        source: io::Error,
    },
    /// It cannot be written.
    #[error("`{}` cannot be written", .path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// In the system's words.
        #[source]
        source: io::Error,
    },
    /// It belongs to somebody who has no say in the policy.
    #[error(
        "`{}` is not used: it belongs neither to whom the policy's folder belongs, nor to root",
        .path.display()
    )]
    Stranger {
        /// Which file.
        path: PathBuf,
    },
    /// A path has no text.
    #[error("`{}` is no path that a lock could name: it is not text in UTF-8", .path.display())]
    Path {
        /// Which path.
        path: PathBuf,
    },
    /// A merge was not finished.
    #[error("line {line} is a mark of a merge conflict")]
    Conflict {
        /// Counted from 1.
        line: usize,
    },
    /// It is no TOML, or says something that has no meaning.
    #[error("line {line}: {why}")]
    Text {
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// A newer version wrote it.
    #[error("it has the format {found}, and this version reads {wanted}")]
    Format {
        /// What it says.
        found: i64,
        /// What can be read.
        wanted: u32,
    },
    /// Two entries are about one source.
    #[error("lines {first} and {second} are both about `{source_name}`")]
    Twice {
        /// Which one.
        source_name: String,
        /// The first entry's line.
        first: usize,
        /// The second entry's line.
        second: usize,
    },
    /// It is wrong; which file it is comes first.
    #[error("`{}` cannot be used", .path.display())]
    In {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: Box<LockFault>,
    },
    /// Somebody else has changed an entry meanwhile.
    #[error("`{}` has changed meanwhile: somebody else accepted `{source_name}`", .path.display())]
    Moved {
        /// Which file.
        path: PathBuf,
        /// Whose entry.
        source_name: String,
    },
}

impl LockFault {
    /// Says what to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::In { source, .. } => source.hint(),
            Self::Read { .. } | Self::Write { .. } => "check the file's rights",
            Self::Stranger { .. } => {
                "look at what it permits; then make the file yours, or remove it"
            }
            Self::Path { .. } => "give the folder another name",
            Self::Conflict { .. } => {
                "keep the `[[plugin]]` entries that are meant and take the marks out; `muster provider accept` makes an entry anew"
            }
            Self::Text { .. } | Self::Twice { .. } => {
                "take the entry out, and make it anew by `muster provider accept`"
            }
            Self::Format { .. } => "use a newer Muster",
            Self::Moved { .. } => "run `muster provider accept` again",
        }
    }

    /// True if the machine is at fault and not what is written.
    pub fn is_of_the_world(&self) -> bool {
        match self {
            Self::In { source, .. } => source.is_of_the_world(),
            Self::Read { .. } | Self::Write { .. } => true,
            _ => false,
        }
    }
}
