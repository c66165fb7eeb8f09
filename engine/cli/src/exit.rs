//! How a command ended, as other programs see it.

use std::process::ExitCode;

/// Exit codes. Their numbers are an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exit {
    /// Done; with `--exit-code`: nothing to change.
    Done = 0,
    /// Failed.
    Failed = 1,
    /// With `--exit-code`: changes pending.
    Pending = 2,
    /// Wrong usage, or the policy is invalid.
    Invalid = 3,
    /// Stopped by a guard; nothing was changed.
    Stopped = 4,
    /// Done, but the source was incomplete or some people were held.
    Incomplete = 5,
    /// The plan is stale, expired, edited or already applied; nothing was changed.
    Outdated = 6,
}

impl Exit {
    /// How much an operator of several policies wants to know of it.
    fn weight(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Pending => 1,
            Self::Incomplete => 2,
            Self::Outdated => 3,
            Self::Stopped => 4,
            Self::Invalid => 5,
            Self::Failed => 6,
        }
    }

    /// Of two ends, the one that matters more.
    pub fn worse(self, other: Self) -> Self {
        if other.weight() > self.weight() {
            other
        } else {
            self
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn the_worse_end_is_reported() {
        for (a, b, worse) in [
            (Exit::Done, Exit::Incomplete, Exit::Incomplete),
            (Exit::Failed, Exit::Stopped, Exit::Failed),
            (Exit::Incomplete, Exit::Stopped, Exit::Stopped),
            (Exit::Done, Exit::Done, Exit::Done),
        ] {
            assert_eq!(a.worse(b), worse);
            assert_eq!(b.worse(a), worse);
        }
    }
}
