//! POSIX: `shadowExpire`, in days since 1970.

use super::Clock;
use crate::columns::Columns;
use crate::record::Record;
use crate::time::days;
use muster_sdk::{BlockCause, Status};

#[derive(Clone, Copy, Debug)]
pub struct Shadow {
    expires: usize,
}

impl Shadow {
    pub fn new(columns: &mut Columns) -> Self {
        Self {
            expires: columns.want("shadowExpire"),
        }
    }

    pub fn judge(&self, record: Record<'_>, clock: Clock) -> Status {
        match record.first(self.expires) {
            None | Some(b"") => Status::Active,
            Some(value) => match days(value) {
                None => Status::Unknown,
                // Shells disagree on 0; negative numbers say "never".
                Some(..=0) => Status::Active,
                Some(day) if day <= clock.now => Status::Blocked(BlockCause::Expired),
                Some(_) => Status::Active,
            },
        }
    }
}
