//! 389 Directory Server: `nsAccountLock`, and locks after wrong passwords.

use super::{ANYTHING, Clock};
use crate::columns::Columns;
use crate::directory::{Lookup, lookup};
use crate::record::Record;
use crate::settings::TemporaryLock;
use crate::time::{generalized, integer};
use muster_sdk::{BlockCause, Failure, Status};

/// Wrong passwords that the server allows unless its policy says otherwise.
const FAILURES: i64 = 3;

#[derive(Clone, Debug)]
pub struct Ds389 {
    lock: usize,
    failures: usize,
    unlock: usize,
    policy: Policy,
}

/// The server's global password policy, where it can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Policy {
    locks: bool,
    unlocks: bool,
    failures: i64,
}

impl Ds389 {
    pub fn read(columns: &mut Columns) -> Result<Self, Failure> {
        Ok(Self {
            // Roles may set it, so it is asked for by name.
            lock: columns.want("nsAccountLock"),
            failures: columns.want("passwordRetryCount"),
            unlock: columns.want("accountUnlockTime"),
            policy: Policy::read()?,
        })
    }

    pub fn judge(&self, record: Record<'_>, clock: Clock) -> Status {
        if record
            .first(self.lock)
            .is_some_and(|value| value.eq_ignore_ascii_case(b"true"))
        {
            return Status::Blocked(BlockCause::Disabled);
        }
        let locked = Status::Blocked(BlockCause::Locked);
        let failures = record.first(self.failures).and_then(integer).unwrap_or(0);
        if !self.policy.locks || failures < self.policy.failures {
            return Status::Active;
        }
        match record.first(self.unlock).map(generalized) {
            None => Status::Active,
            Some(None) => Status::Unknown,
            // The server's sign for "never".
            Some(Some(0)) if self.policy.unlocks => Status::Active,
            Some(Some(0)) => locked,
            Some(Some(until)) if until > clock.now && clock.temporary == TemporaryLock::Block => {
                locked
            }
            Some(Some(_)) => Status::Active,
        }
    }
}

impl Policy {
    fn read() -> Result<Self, Failure> {
        // Who may not read it is told nothing, or that it is not there. The
        // stamps alone then decide: the server sets none without a lock.
        let unreadable = Self {
            locks: true,
            unlocks: false,
            failures: 1,
        };
        let names = ["passwordLockout", "passwordUnlock", "passwordMaxFailure"];
        let Lookup::Found(found) = lookup("cn=config", ANYTHING, &names)? else {
            return Ok(unreadable);
        };
        let on = |column: usize| {
            found
                .text(column)
                .map(|value| value.eq_ignore_ascii_case("on"))
        };
        let Some(locks) = on(0) else {
            return Ok(unreadable);
        };
        let failures = found
            .column(2)
            .first()
            .and_then(|value| integer(value))
            .unwrap_or(FAILURES);
        Ok(Self {
            locks,
            unlocks: on(1).unwrap_or(true),
            failures,
        })
    }
}

#[cfg(test)]
impl Ds389 {
    /// Columns 0 to 2, and this policy.
    pub fn of(locks: bool, unlocks: bool, failures: i64) -> Self {
        Self {
            lock: 0,
            failures: 1,
            unlock: 2,
            policy: Policy {
                locks,
                unlocks,
                failures,
            },
        }
    }
}
