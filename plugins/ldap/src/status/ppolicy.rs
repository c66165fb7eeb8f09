//! OpenLDAP's password policy: locked by an administrator or by wrong
//! passwords, not yet or no longer valid.

use super::policies::Policies;
use super::{Clock, LockDuration, locked};
use crate::columns::Columns;
use crate::record::Record;
use crate::root::Root;
use crate::settings::Settings;
use crate::time::generalized;
use muster_sdk::{BlockCause, Failure, Status};

/// The sign for "until an administrator lifts it".
const FOR_EVER: &[u8] = b"000001010000Z";

#[derive(Clone, Debug)]
pub struct Ppolicy {
    locked: usize,
    start: usize,
    end: usize,
    /// Which policy holds for the entry, if several are there.
    subentry: Option<usize>,
    policies: Policies,
}

impl Ppolicy {
    pub fn read(settings: &Settings, root: &Root, columns: &mut Columns) -> Result<Self, Failure> {
        let policies = Policies::read(settings, root)?;
        Ok(Self {
            locked: columns.want("pwdAccountLockedTime"),
            start: columns.want("pwdStartTime"),
            end: columns.want("pwdEndTime"),
            subentry: policies.differ().then(|| columns.want("pwdPolicySubentry")),
            policies,
        })
    }

    pub fn judge(&self, record: Record<'_>, clock: Clock) -> Status {
        match record.first(self.end).map(generalized) {
            Some(None) => return Status::Unknown,
            Some(Some(end)) if end <= clock.now => return Status::Blocked(BlockCause::Expired),
            _ => {}
        }
        match record.first(self.start).map(generalized) {
            Some(None) => return Status::Unknown,
            Some(Some(start)) if start > clock.now => {
                return Status::Blocked(BlockCause::NotYetValid);
            }
            _ => {}
        }
        match record.first(self.locked) {
            None => Status::Active,
            Some(stamp) if stamp == FOR_EVER || stamp == b"00000101000000Z" => {
                Status::Blocked(BlockCause::Locked)
            }
            Some(stamp) => match generalized(stamp) {
                None => Status::Unknown,
                Some(since) => locked(since, self.duration(record), clock),
            },
        }
    }

    fn duration(&self, record: Record<'_>) -> LockDuration {
        let own = self.subentry.and_then(|column| record.first(column));
        self.policies.duration(own)
    }
}

#[cfg(test)]
impl Ppolicy {
    /// Columns 0 to 2, and these policies.
    pub fn of(policies: Policies) -> Self {
        Self {
            locked: 0,
            start: 1,
            end: 2,
            subentry: None,
            policies,
        }
    }
}
