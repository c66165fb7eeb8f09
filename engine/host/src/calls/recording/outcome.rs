//! What came of a read, in few words: enough to tell whether another is the same.

use crate::read_error::ReadError;
use crate::reader::Delivery;
use crate::words::chain;
use muster_model::{Coverage, Page};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What came of a read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// People delivered.
    pub people: u64,
    /// Pages that they came on.
    pub pages: u64,
    /// SHA-256 of all pages with their problems and cursors, in hex.
    pub digest: String,
    /// How it ended.
    pub ending: Ending,
}

/// How a read ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// With its end.
    Covered(Coverage),
    /// Without; the error and its causes.
    Failed(String),
    /// Nobody wanted more.
    Dropped,
}

/// Watches a read.
pub struct Tally {
    people: u64,
    pages: u64,
    hash: Sha256,
    ending: Ending,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            people: 0,
            pages: 0,
            hash: Sha256::new(),
            ending: Ending::Dropped,
        }
    }
}

impl Tally {
    /// Takes the next piece into account.
    pub fn see(&mut self, piece: &Result<Delivery, ReadError>) {
        match piece {
            Ok(Delivery::Page { page, resume }) => {
                self.page(page);
                self.part(resume.as_deref());
            }
            Ok(Delivery::End { coverage, cursor }) => {
                self.part(cursor.as_deref());
                self.ending = Ending::Covered(coverage.clone());
            }
            Err(error) => self.ending = Ending::Failed(chain(error)),
        }
    }

    fn page(&mut self, page: &Page) {
        self.pages += 1;
        self.people += page.len() as u64;
        self.hash.update((page.len() as u64).to_le_bytes());
        for entry in page.entries() {
            entry.write_canonical(&mut |bytes| self.hash.update(bytes));
        }
        for problem in page.problems() {
            // Its parts are texts, which always can be written.
            let text = serde_json::to_vec(problem).unwrap_or_default();
            self.part(Some(&text));
        }
    }

    /// The length goes before the bytes, so that nothing can be cut otherwise.
    fn part(&mut self, bytes: Option<&[u8]>) {
        let length = bytes.map_or(u64::MAX, |bytes| bytes.len() as u64);
        self.hash.update(length.to_le_bytes());
        self.hash.update(bytes.unwrap_or_default());
    }

    /// What came of it, as far as it was seen.
    pub fn outcome(self) -> Outcome {
        Outcome {
            people: self.people,
            pages: self.pages,
            digest: format!("{:x}", self.hash.finalize()),
            ending: self.ending,
        }
    }
}
