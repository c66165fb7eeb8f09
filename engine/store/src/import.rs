//! The way back in: an export, checked line by line, into an empty store.

use crate::contract::{Contents, Store, StoreError};
use crate::export::{Counts, Header, Line, STATE_FORMAT};
use crate::json::AccountJson;
use muster_model::{
    AccountId, AuditRecord, DirectoryName, DirectoryRecord, ExternalId, Owner, Run, RunId,
    Username, UsernameKey,
};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io::{self, BufRead};

/// How many bad lines are shown; all are counted.
const SHOWN: usize = 50;

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The export could not be read.
    #[error("cannot read the export")]
    Read(#[from] io::Error),
    /// A later program wrote it.
    #[error(
        "the export has the format `{found}`, and this program reads `{STATE_FORMAT}`; \
         use the version of muster that wrote it, or a later one; nothing was imported"
    )]
    Newer {
        /// The export's format.
        found: String,
    },
    /// Lines are wrong.
    #[error("the export cannot be imported; nothing was:{}", listed(.0))]
    Lines(Vec<BadLine>),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A line that cannot be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Counted from 1.
    pub number: u64,
    /// What is wrong with it.
    pub text: String,
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.number, self.text)
    }
}

fn listed(bad: &[BadLine]) -> String {
    let mut text: String = bad
        .iter()
        .take(SHOWN)
        .map(|line| format!("\n  {line}"))
        .collect();
    if let Some(more) = bad.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        text.push_str(&format!("\n  and {more} more"));
    }
    text
}

/// Fills an empty store from an export: with all of it, or not at all.
pub fn import(store: &mut dyn Store, input: &mut dyn BufRead) -> Result<Counts, ImportError> {
    if store.count()? > 0 || !store.directories()?.is_empty() || !store.runs()?.is_empty() {
        return Err(StoreError::NotEmpty.into());
    }
    let mut reader = Reader::default();
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        reader.take(&line)?;
        line.clear();
    }
    let contents = reader.finish()?;
    let counts = counts(&contents);
    store.restore(contents)?;
    Ok(counts)
}

fn counts(contents: &Contents) -> Counts {
    Counts {
        directories: contents.directories.len() as u64,
        accounts: contents.accounts.len() as u64,
        runs: contents.runs.len() as u64,
        audit: contents.audit.len() as u64,
    }
}

/// What was read so far, and what was wrong with it.
#[derive(Default)]
struct Reader {
    number: u64,
    header: Option<Header>,
    end: Option<Counts>,
    contents: Contents,
    bad: Vec<BadLine>,
    ids: HashMap<AccountId, u64>,
    usernames: HashMap<UsernameKey, u64>,
    people: HashMap<(Owner, ExternalId), u64>,
    directories: HashSet<DirectoryName>,
}

impl Reader {
    fn take(&mut self, line: &[u8]) -> Result<(), ImportError> {
        self.number += 1;
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        let complaint = match serde_json::from_slice(line) {
            Ok(line) => self.place(line)?,
            Err(error) => Some(format!("it is no line of an export: {error}")),
        };
        if let Some(text) = complaint {
            self.complain(text);
        }
        Ok(())
    }

    fn complain(&mut self, text: String) {
        self.bad.push(BadLine {
            number: self.number,
            text,
        });
    }

    /// Puts a line where it belongs, or says what is wrong with it.
    fn place(&mut self, line: Line) -> Result<Option<String>, ImportError> {
        if self.end.is_some() {
            return Ok(Some("it stands behind the line `end`".to_owned()));
        }
        Ok(match line {
            Line::Header(header) => return self.header(header),
            Line::Directory(record) => self.directory(record),
            Line::Account(account) => self.account(account),
            Line::Run(run) => self.run(*run),
            Line::Audit(record) => self.audit(*record),
            Line::End(end) => {
                self.end = Some(end);
                let found = counts(&self.contents);
                (found != end).then(|| format!("it promises {end}; there are {found}"))
            }
        })
    }

    /// A restored state is no proof of what the intranet holds now, and an export
    /// may have been edited: the next sync reads everything.
    fn directory(&mut self, record: DirectoryRecord) -> Option<String> {
        let name = record.name.clone();
        self.contents.directories.push(DirectoryRecord {
            cursor: None,
            feed: None,
            ..record
        });
        let fresh = self.directories.insert(name.clone());
        (!fresh).then(|| format!("the directory `{name}` is there twice"))
    }

    fn run(&mut self, run: Run) -> Option<String> {
        let (id, expected) = (run.id, RunId(self.contents.runs.len() as u64 + 1));
        self.contents.runs.push(run);
        (id != expected).then(|| format!("run {id} stands where {expected} should"))
    }

    fn audit(&mut self, record: AuditRecord) -> Option<String> {
        let (seq, run) = (record.seq, record.run);
        let expected = self.contents.audit.len() as u64 + 1;
        let last = self.contents.audit.last().map_or(RunId(1), |last| last.run);
        self.contents.audit.push(record);
        if seq != expected {
            return Some(format!("audit record {seq} stands where {expected} should"));
        }
        let known = run >= last && run.0 <= self.contents.runs.len() as u64;
        (!known).then(|| format!("audit record {seq} cannot be of run {run}"))
    }

    fn header(&mut self, header: Header) -> Result<Option<String>, ImportError> {
        if header.format != STATE_FORMAT {
            return Err(ImportError::Newer {
                found: header.format,
            });
        }
        self.contents.version = header.version;
        self.contents.next_account_id = header.next_account_id;
        Ok(self
            .header
            .replace(header)
            .map(|_| "the line `header` is there twice".to_owned()))
    }

    fn account(&mut self, json: AccountJson) -> Option<String> {
        let status = json.status;
        let account = json.into_account();
        let status_fits = status == account.status();
        let number = self.number;
        let id = account.id;
        let username = account.username.clone();
        let next = self.contents.next_account_id;
        let first = self.ids.insert(id, number);
        let namesake = self.usernames.insert(username.key(), number);
        let twin = match (&account.owner, &account.external_id) {
            (Owner::Directory(_), Some(external_id)) => {
                let person = (account.owner.clone(), external_id.clone());
                self.people.insert(person, number)
            }
            _ => None,
        };
        self.contents.accounts.push(account);
        if Username::new(username.as_str()).as_ref() != Some(&username) {
            return Some("its username is blank, or has white space around it".to_owned());
        }
        if !status_fits {
            return Some(format!(
                "account {id} cannot be {status} with its block reasons"
            ));
        }
        if let Some(line) = first {
            return Some(format!("account {id} is in line {line}, too"));
        }
        if let Some(line) = namesake {
            return Some(format!("the username `{username}` is in line {line}, too"));
        }
        if let Some(line) = twin {
            return Some(format!("the person of account {id} is in line {line}, too"));
        }
        (id >= next || id == AccountId(0))
            .then(|| format!("account {id} is not below {next}, which the header says is free"))
    }

    fn finish(mut self) -> Result<Contents, ImportError> {
        self.number += 1;
        if self.header.is_none() {
            self.complain("the line `header` is missing".to_owned());
        }
        if self.end.is_none() {
            self.complain("the line `end` is missing: the export was cut short".to_owned());
        }
        if self.bad.is_empty() {
            Ok(self.contents)
        } else {
            Err(ImportError::Lines(self.bad))
        }
    }
}
