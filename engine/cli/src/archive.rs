//! What runs were made from, beside the database: what was read, what the plan
//! said beside its changes (those stand in the audit), and the policy's texts.
//!
//! Nothing here is needed to plan or to apply; what is missing can only be
//! explained less well. All of it is for its owner's eyes only.

use crate::files;
use crate::session::Session;
use muster_model::{DirectoryName, Plan, Run, RunId, RunOutcome};
use muster_policy::{Beside, FileTexts, NamedText, Policy};
use muster_sync::snapshot::{self, Header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How hard plans are compressed: as everybody does.
const LEVEL: i32 = 3;

/// A read of a plan that was never applied is kept so long.
const UNUSED: Duration = Duration::from_secs(3 * 24 * 3600);

/// The folder in which all of it is kept.
#[derive(Clone, Debug)]
pub struct Archive {
    folder: PathBuf,
}

/// What belongs to one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Card {
    directory: DirectoryName,
    changed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    read: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy: Option<String>,
}

/// A policy as it was.
#[derive(Serialize, Deserialize)]
struct PolicyTexts {
    file: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    environment: Option<String>,
    texts: BTreeMap<String, String>,
}

impl Archive {
    /// That of the session's state.
    pub fn of(session: &Session) -> Self {
        Self {
            folder: session.state.join("archive"),
        }
    }

    /// Where a read is, or would be.
    pub fn read(&self, digest: &str) -> PathBuf {
        self.path("reads", &file_name(digest), "snapshot")
    }

    /// Makes the folder of the reads; the file is what a scratch file stands beside.
    pub fn room_for_a_read(&self) -> io::Result<PathBuf> {
        let folder = self.folder.join("reads");
        files::private_folder(&folder)?;
        Ok(folder.join("reading"))
    }

    /// True if a read is there already; it then counts as new.
    pub fn has_read(&self, digest: &str) -> bool {
        let file = File::options().write(true).open(self.read(digest));
        file.is_ok_and(|file| file.set_modified(SystemTime::now()).is_ok())
    }

    /// Keeps a policy's texts.
    pub fn keep_policy(&self, policy: &Policy) -> io::Result<()> {
        let texts = policy.texts.iter();
        let kept = PolicyTexts {
            file: policy.file.clone(),
            environment: policy.environment.clone(),
            texts: texts
                .map(|(file, text)| (file.to_owned(), text.to_owned()))
                .collect(),
        };
        if self.path("policies", &policy.digest, "json").exists() {
            return Ok(());
        }
        self.keep("policies", &policy.digest, "json", |out| {
            serde_json::to_writer(out, &kept).map_err(io::Error::from)
        })
    }

    /// Keeps what a run's plan said beside its changes.
    pub fn keep_run(&self, run: &Run, plan: &Plan) -> io::Result<()> {
        let id = run.id.to_string();
        let rest = plan.beside_changes();
        self.keep("plans", &id, "json.zst", |out| {
            let mut packed = zstd::stream::write::Encoder::new(out, LEVEL)?;
            serde_json::to_writer(&mut packed, &rest).map_err(io::Error::from)?;
            packed.finish().map(drop)
        })?;
        let card = Card {
            directory: plan.directory.clone(),
            changed: run.outcome == RunOutcome::Applied,
            read: run.read.clone(),
            policy: run.policy.clone(),
        };
        self.keep("runs", &id, "json", |out| {
            serde_json::to_writer(out, &card).map_err(io::Error::from)
        })
    }

    /// What a run's plan said beside its changes.
    pub fn plan(&self, run: RunId) -> Option<Plan> {
        let file = File::open(self.path("plans", &run.to_string(), "json.zst")).ok()?;
        let packed = zstd::stream::read::Decoder::new(file).ok()?;
        serde_json::from_reader(BufReader::new(packed)).ok()
    }

    /// A policy as it was, by its digest.
    pub fn policy(&self, digest: &str) -> Option<Policy> {
        let kept: PolicyTexts = json(&self.path("policies", digest, "json"))?;
        let texts: FileTexts = kept.texts.into_iter().collect();
        let values = kept.environment.as_deref().map(|name| NamedText {
            name,
            text: texts.of(name),
        });
        let beside = Beside {
            files: &texts.beside(&kept.file),
            values,
        };
        let checked = muster_policy::check_with(&kept.file, texts.of(&kept.file), &beside);
        checked.policy.filter(|policy| policy.digest == digest)
    }

    /// The newest complete read of a directory that is kept.
    pub fn latest(&self, directory: &DirectoryName) -> Option<(PathBuf, Header)> {
        let cards = self.cards();
        let cards = cards.into_iter().rev().map(|(_, card)| card);
        let of_it = cards.filter(|card| card.directory == *directory);
        of_it.filter_map(|card| self.complete(&card.read?)).next()
    }

    fn complete(&self, digest: &str) -> Option<(PathBuf, Header)> {
        let path = self.read(digest);
        let snapshot = snapshot::read(File::open(&path).ok()?).ok()?;
        let header = snapshot.header().clone();
        header.coverage.proves_absence().then_some((path, header))
    }

    /// Drops what is not to be kept any longer: of a directory, all but the newest
    /// run and so many of those that have changed something.
    pub fn tidy(&self, directory: &DirectoryName, keep: u32) {
        let cards = self.cards();
        let mut left = keep;
        let mut is_newest = true;
        let mut dropped = BTreeSet::new();
        for (id, card) in cards.iter().rev() {
            if card.directory != *directory {
                continue;
            }
            let stays = std::mem::take(&mut is_newest) || (card.changed && left > 0);
            if card.changed {
                left = left.saturating_sub(1);
            }
            if !stays {
                dropped.insert(*id);
            }
        }
        for id in &dropped {
            let id = id.to_string();
            gone(&self.path("plans", &id, "json.zst"));
            gone(&self.path("runs", &id, "json"));
        }
        let kept = || cards.iter().filter(|(id, _)| !dropped.contains(id));
        let used = |of: fn(&Card) -> Option<&String>| -> BTreeSet<PathBuf> {
            let digests = kept().filter_map(|(_, card)| of(card));
            digests.map(|digest| file_name(digest).into()).collect()
        };
        self.sweep("reads", &used(|card| card.read.as_ref()));
        self.sweep("policies", &used(|card| card.policy.as_ref()));
    }

    /// Removes files that no run uses, unless they are new: a plan may wait for
    /// its apply.
    fn sweep(&self, room: &str, used: &BTreeSet<PathBuf>) {
        let entries = fs::read_dir(self.folder.join(room)).into_iter().flatten();
        for entry in entries.flatten() {
            let path = entry.path();
            let is_used = path
                .file_stem()
                .is_some_and(|stem| used.contains(Path::new(stem)));
            let modified = entry.metadata().and_then(|about| about.modified());
            let age = modified
                .ok()
                .and_then(|at| SystemTime::now().duration_since(at).ok());
            if !is_used && age.is_some_and(|age| age > UNUSED) {
                gone(&path);
            }
        }
    }

    /// Runs of which something is kept, in order of time.
    fn cards(&self) -> BTreeMap<RunId, Card> {
        let entries = fs::read_dir(self.folder.join("runs")).into_iter().flatten();
        let card = |entry: fs::DirEntry| {
            let path = entry.path();
            let id = path.file_stem()?.to_str()?.parse().ok()?;
            Some((id, json(&path)?))
        };
        entries.flatten().filter_map(card).collect()
    }

    fn path(&self, room: &str, name: &str, ending: &str) -> PathBuf {
        self.folder.join(room).join(format!("{name}.{ending}"))
    }

    fn keep(
        &self,
        room: &str,
        name: &str,
        ending: &str,
        write: impl FnOnce(&mut BufWriter<&mut File>) -> io::Result<()>,
    ) -> io::Result<()> {
        let path = self.path(room, name, ending);
        files::private_folder(&self.folder.join(room))?;
        files::private(&path, |out| {
            let mut out = BufWriter::new(out);
            write(&mut out)?;
            out.flush()
        })
    }
}

/// A digest as the name of a file: `blake3-00f2…` for `blake3:00f2…`.
fn file_name(digest: &str) -> String {
    digest.replace(|c: char| !c.is_ascii_alphanumeric(), "-")
}

fn json<T: DeserializeOwned>(path: &Path) -> Option<T> {
    let file = File::open(path).ok()?;
    serde_json::from_reader(BufReader::new(file)).ok()
}

/// That a file stays harms nobody but the disk.
fn gone(path: &Path) {
    let _ = fs::remove_file(path);
}
