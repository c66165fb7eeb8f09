//! People of a snapshot, read again when the file has changed.

use crate::session::Session;
use crate::snapshots;
use muster_lsp::{AttributeFact, Sample};
use muster_model::page::PlainRow;
use muster_model::{DirectoryName, Page};
use muster_sync::snapshot::{Header, Record, Snapshot, read};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// People that hovers look at.
const MOST: usize = 200;

/// Bytes of their values.
const BYTES: usize = 8 << 20;

/// Finds people of directories.
pub struct People {
    session: Session,
    /// One file for all directories that it is of.
    file: Option<PathBuf>,
    person: Option<String>,
    known: Mutex<BTreeMap<PathBuf, Known>>,
}

/// What is known of a file: as it was when it had this size and time.
#[derive(Clone)]
struct Known {
    stamp: Option<(u64, SystemTime)>,
    recorded: Option<Recorded>,
}

/// A snapshot's people, and the attributes of their source.
#[derive(Clone)]
struct Recorded {
    directory: DirectoryName,
    sample: Arc<Sample>,
    attributes: Arc<Vec<AttributeFact>>,
}

impl People {
    pub fn new(file: Option<PathBuf>, person: Option<String>, session: &Session) -> Self {
        Self {
            session: session.clone(),
            file,
            person,
            known: Mutex::default(),
        }
    }

    /// A few people of a directory.
    pub fn of(&self, directory: &DirectoryName) -> Option<Arc<Sample>> {
        Some(self.recorded(directory)?.sample)
    }

    /// The attributes that a directory's source had.
    pub fn known(&self, directory: &DirectoryName) -> Option<Arc<Vec<AttributeFact>>> {
        Some(self.recorded(directory)?.attributes)
    }

    fn recorded(&self, directory: &DirectoryName) -> Option<Recorded> {
        let path = match &self.file {
            Some(file) => file.clone(),
            None => snapshots::place(&self.session, directory),
        };
        let stamp = stamp(&path);
        // A thread that panicked has left the map as it was.
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = match all.get(&path) {
            Some(known) if known.stamp == stamp => known.clone(),
            _ => {
                let recorded = stamp.and_then(|_| self.load(&path));
                let known = Known { stamp, recorded };
                all.insert(path, known.clone());
                known
            }
        };
        known
            .recorded
            .filter(|recorded| recorded.directory == *directory)
    }

    /// Reads a file. One that cannot be used is told of once, and shows nobody.
    fn load(&self, path: &Path) -> Option<Recorded> {
        let read = File::open(path)
            .map_err(|error| error.to_string())
            .and_then(|file| read(file).map_err(|error| error.to_string()))
            .and_then(|snapshot| self.take(snapshot).map_err(|error| error.to_string()));
        match read {
            Ok(recorded) => Some(recorded),
            Err(why) => {
                let path = path.display();
                self.session
                    .note(&format!("the snapshot `{path}` shows nobody: {why}"));
                None
            }
        }
    }

    /// The first people of a snapshot, and before them whoever was named. That the
    /// file is whole is found out only if somebody was.
    fn take(
        &self,
        mut snapshot: Snapshot<'_>,
    ) -> Result<Recorded, muster_sync::snapshot::Unreadable> {
        let header = snapshot.header().clone();
        let wanted = self.person.as_ref().map(|person| person.to_lowercase());
        let (mut named, mut first, mut bytes) = (Vec::new(), Vec::new(), 0);
        while let Some(record) = snapshot.record()? {
            let Record::Entry(row) = record else { continue };
            let is_named = wanted.as_ref().is_some_and(|wanted| goes_by(&row, wanted));
            if is_named && named.len() < MOST {
                named.push(row);
            } else if first.len() < MOST && bytes < BYTES {
                bytes += size(&row);
                first.push(row);
            } else if wanted.is_none() {
                break;
            }
        }
        named.append(&mut first);
        Ok(recorded(header, &named, self.person.clone()))
    }
}

fn recorded(header: Header, rows: &[PlainRow], person: Option<String>) -> Recorded {
    let attributes = header.known.into_iter().map(|known| AttributeFact {
        name: known.name,
        several: known.several,
        summary: known.summary,
    });
    Recorded {
        directory: header.directory,
        attributes: Arc::new(attributes.collect()),
        sample: Arc::new(Sample {
            sensitive: header
                .sensitive
                .iter()
                .map(|name| name.to_lowercase())
                .collect(),
            people: Page::from_rows(header.attributes.len(), rows, Vec::new()),
            attributes: header.attributes,
            recorded: header.recorded,
            person,
        }),
    }
}

/// True if any value of a person is this one: which attribute names them the
/// policy knows.
fn goes_by(row: &PlainRow, wanted: &str) -> bool {
    let mut values = row.values.iter().flatten();
    values.any(|value| value.trim().to_lowercase() == wanted)
}

fn size(row: &PlainRow) -> usize {
    row.values.iter().flatten().map(String::len).sum()
}

fn stamp(path: &Path) -> Option<(u64, SystemTime)> {
    let about = fs::metadata(path).ok()?;
    Some((about.len(), about.modified().ok()?))
}
