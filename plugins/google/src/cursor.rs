//! Where an interrupted read goes on.

use crate::tally::Tally;
use muster_sdk::Failure;
use serde::{Deserialize, Serialize};

/// Longest cursor that the host takes.
const MOST: usize = 64 << 10;

/// What a fresh instance has to know. The bits of who was met follow it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub phase: Phase,
    /// Of the people who are expected: a resumed read must expect the same.
    pub fingerprint: u64,
    pub tally: Tally,
    pub homes: Vec<String>,
    pub newcomers: Vec<String>,
    pub units: Vec<bool>,
}

/// What is read next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// A page of users.
    Listing(Option<String>),
    /// The few members, one by one.
    Asking,
    /// People who were not met, from this place on.
    Missing(usize),
    /// A page of deleted users.
    Deleted(Option<String>),
}

impl Mark {
    /// As bytes; nothing if they are too many, and then the read cannot go on.
    pub fn bytes(&self, met: &[u8]) -> Option<Vec<u8>> {
        let mut bytes = serde_json::to_vec(self).ok()?;
        bytes.push(b'\n');
        bytes.extend_from_slice(met);
        // Room for what the host or the SDK adds.
        (bytes.len() < MOST - 256).then_some(bytes)
    }

    /// Back from bytes, with the bits of who was met.
    pub fn read(bytes: &[u8]) -> Result<(Self, &[u8]), Failure> {
        let strange = || Failure::stale_cursor("the cursor is not one of this plugin's");
        let end = bytes
            .iter()
            .position(|&byte| byte == b'\n')
            .ok_or_else(strange)?;
        let (mark, met) = bytes.split_at(end);
        let mark = serde_json::from_slice(mark).map_err(|_| strange())?;
        Ok((mark, met.get(1..).unwrap_or_default()))
    }
}
