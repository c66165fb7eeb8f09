//! How long a block waits, and who undoes it.

use std::fmt;

/// How long somebody may be out of scope before they are blocked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grace {
    /// So many days of 24 hours.
    Days(u32),
    /// So many complete reads that do not find them.
    Reads(u32),
}

impl fmt::Display for Grace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(1) => f.write_str("1 day"),
            Self::Days(days) => write!(f, "{days} days"),
            Self::Reads(1) => f.write_str("1 complete read"),
            Self::Reads(reads) => write!(f, "{reads} complete reads"),
        }
    }
}

/// Who takes a block reason away once it holds no longer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unblock {
    /// The next sync.
    #[default]
    Auto,
    /// An administrator, and never a sync.
    Manual,
}
