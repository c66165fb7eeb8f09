//! Active Directory: `userAccountControl`, `accountExpires`, `lockoutTime`.

use super::{ANYTHING, Clock, Judgement, LockDuration, locked};
use crate::columns::Columns;
use crate::directory::{Lookup, lookup};
use crate::record::Record;
use crate::root::Root;
use crate::settings::TemporaryLock;
use crate::time::{filetime, integer, of_filetime};
use muster_sdk::{BlockCause, Failure, Removal, Status};

const DISABLED: i64 = 0x2;
const LOCKED_NOW: i64 = 0x10;
/// Accounts of domains, workstations and servers.
const NOT_A_PERSON: i64 = 0x800 | 0x1000 | 0x2000;

/// Both say *never*.
const NEVER: [i64; 2] = [0, i64::MAX];

#[derive(Clone, Debug)]
pub struct ActiveDirectory {
    control: usize,
    expires: usize,
    lock: Lock,
    deleted: usize,
    recycled: usize,
}

#[derive(Clone, Copy, Debug)]
enum Lock {
    /// `lockoutTime`, and the domain's lock duration.
    Since {
        column: usize,
        duration: LockDuration,
    },
    /// `msDS-User-Account-Control-Computed`, which costs the server more.
    Computed { column: usize },
}

impl ActiveDirectory {
    pub fn read(root: &Root, columns: &mut Columns) -> Result<Self, Failure> {
        let lock = match lockout_duration(root)? {
            LockDuration::Unknown => Lock::Computed {
                column: columns.want("msDS-User-Account-Control-Computed"),
            },
            duration => Lock::Since {
                column: columns.want("lockoutTime"),
                duration,
            },
        };
        Ok(Self {
            control: columns.want("userAccountControl"),
            expires: columns.want("accountExpires"),
            lock,
            deleted: columns.want("isDeleted"),
            recycled: columns.want("isRecycled"),
        })
    }

    pub fn judge(&self, record: Record<'_>, clock: Clock) -> Judgement {
        if is_true(record.first(self.recycled)) {
            return Judgement::Person(Status::Removed(Removal::Final));
        }
        if is_true(record.first(self.deleted)) {
            return Judgement::Person(Status::Removed(Removal::Restorable));
        }
        match record.first(self.control).and_then(integer) {
            // It must exist; who may not read it does not know who is disabled.
            None => Judgement::Person(Status::Unknown),
            Some(control) if control & NOT_A_PERSON != 0 => Judgement::NotAPerson,
            Some(control) if control & DISABLED != 0 => {
                Judgement::Person(Status::Blocked(BlockCause::Disabled))
            }
            Some(_) => Judgement::Person(self.in_time(record, clock)),
        }
    }

    fn in_time(&self, record: Record<'_>, clock: Clock) -> Status {
        match record.first(self.expires).map(filetime) {
            Some(None) => return Status::Unknown,
            Some(Some(ticks)) if !NEVER.contains(&ticks) && of_filetime(ticks) <= clock.now => {
                return Status::Blocked(BlockCause::Expired);
            }
            _ => {}
        }
        match self.lock {
            Lock::Since { column, duration } => match record.first(column).and_then(filetime) {
                Some(ticks) if ticks > 0 => locked(of_filetime(ticks), duration, clock),
                _ => Status::Active,
            },
            Lock::Computed { column } => {
                let bits = record.first(column).and_then(integer).unwrap_or(0);
                match bits & LOCKED_NOW != 0 && clock.temporary == TemporaryLock::Block {
                    true => Status::Blocked(BlockCause::Locked),
                    false => Status::Active,
                }
            }
        }
    }
}

fn is_true(value: Option<&[u8]>) -> bool {
    value.is_some_and(|value| value.eq_ignore_ascii_case(b"TRUE"))
}

/// The domain's lock duration: a negative count of 100 ns, or without end.
fn lockout_duration(root: &Root) -> Result<LockDuration, Failure> {
    let Some(domain) = &root.default_naming_context else {
        return Ok(LockDuration::Unknown);
    };
    let Lookup::Found(found) = lookup(domain, ANYTHING, &["lockoutDuration"])? else {
        return Ok(LockDuration::Unknown);
    };
    Ok(
        match found.column(0).first().and_then(|value| integer(value)) {
            None => LockDuration::Unknown,
            Some(0 | i64::MIN) => LockDuration::Forever,
            Some(ticks) => LockDuration::Millis(ticks.unsigned_abs().div_euclid(10_000) as i64),
        },
    )
}

#[cfg(test)]
impl ActiveDirectory {
    /// Columns 0 to 4, and this duration.
    pub fn of(duration: LockDuration) -> Self {
        Self {
            control: 0,
            expires: 1,
            lock: Lock::Since {
                column: 2,
                duration,
            },
            deleted: 3,
            recycled: 4,
        }
    }
}
