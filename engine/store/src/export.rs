//! The way out: everything as JSON Lines, for a back-up or another program.
//!
//! The first line is the header, the last one counts what stands between: an
//! export that was cut short is noticed. Accounts stand as [`AccountJson`], with
//! what the last sync wrote. A back-up that hid anything would be none: the values of
//! sensitive fields are in it.

use crate::contract::{Store, StoreError};
use crate::json::{AccountJson, complete_audit};
use muster_model::{AccountId, AuditRecord, DirectoryRecord, Run, StateVersion};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io::{self, Write};

/// The name and version of the format.
pub const STATE_FORMAT: &str = "muster.state/1";

/// One line of an export.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Line {
    Header(Header),
    Directory(DirectoryRecord),
    Account(AccountJson),
    Run(Box<Run>),
    #[serde(serialize_with = "complete_audit")]
    Audit(Box<AuditRecord>),
    End(Counts),
}

/// What an export begins with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Header {
    /// [`STATE_FORMAT`].
    pub(crate) format: String,
    /// The store that it came from, for information.
    pub(crate) identity: String,
    pub(crate) version: StateVersion,
    pub(crate) next_account_id: AccountId,
}

/// How much of each there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Directories.
    pub directories: u64,
    /// Accounts.
    pub accounts: u64,
    /// Runs.
    pub runs: u64,
    /// Audit records.
    pub audit: u64,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut write = |count: u64, one: &str, many: &str, end: &str| {
            write!(f, "{count} {}{end}", if count == 1 { one } else { many })
        };
        write(self.directories, "directory", "directories", ", ")?;
        write(self.accounts, "account", "accounts", ", ")?;
        write(self.runs, "run", "runs", ", ")?;
        write(self.audit, "audit record", "audit records", "")
    }
}

/// Why an export is not complete.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It could not be written.
    #[error("cannot write the export")]
    Write(#[from] io::Error),
}

/// Writes all that a store holds.
pub fn export(store: &dyn Store, out: &mut dyn Write) -> Result<Counts, ExportError> {
    let mut lines = Lines {
        out,
        counts: Counts::default(),
    };
    lines.write(&Line::Header(Header {
        format: STATE_FORMAT.to_owned(),
        identity: store.identity(),
        version: store.version()?,
        next_account_id: store.next_account_id()?,
    }))?;
    for record in store.directories()? {
        lines.counts.directories += 1;
        lines.write(&Line::Directory(record))?;
    }
    lines.accounts(store)?;
    for run in store.runs()? {
        lines.counts.runs += 1;
        lines.write(&Line::Run(Box::new(run)))?;
    }
    lines.audit(store)?;
    let counts = lines.counts;
    lines.write(&Line::End(counts))?;
    lines.out.flush()?;
    Ok(counts)
}

struct Lines<'a> {
    out: &'a mut dyn Write,
    counts: Counts,
}

impl Lines<'_> {
    fn write(&mut self, line: &Line) -> io::Result<()> {
        serde_json::to_writer(&mut *self.out, line)?;
        self.out.write_all(b"\n")
    }

    fn accounts(&mut self, store: &dyn Store) -> Result<(), ExportError> {
        let mut written = Ok(());
        store.scan(&mut |view| {
            if let (Ok(()), Some(account)) = (&written, view.to_account()) {
                self.counts.accounts += 1;
                written = self.write(&Line::Account(AccountJson::complete(account)));
            }
        })?;
        Ok(written?)
    }

    fn audit(&mut self, store: &dyn Store) -> Result<(), ExportError> {
        let mut written = Ok(());
        store.audit(None, &mut |record| {
            if written.is_ok() {
                self.counts.audit += 1;
                written = self.write(&Line::Audit(Box::new(record)));
            }
        })?;
        Ok(written?)
    }
}
