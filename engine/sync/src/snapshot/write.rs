//! Keeps what a source delivers.

use super::line::{End, Entry, Line};
use super::{
    Asked, Header, KnownAttribute, LARGEST_ENTRY, LONGEST_WORDS, People, PluginStamp, PolicyStamp,
    SNAPSHOT_FORMAT,
};
use crate::preview::Progress;
use crate::source::{Delivery, Source, SourceFailed};
use jiff::Timestamp;
use muster_model::{Coverage, Page};
use muster_policy::Policy;
use std::collections::BTreeSet;
use std::io::{self, BufWriter, Read, Seek, Write};
use zstd::stream::write::Encoder;

/// How hard the file is compressed: as everybody does.
const LEVEL: i32 = 3;

/// What is known of a read before it begins.
#[derive(Clone, Debug)]
pub struct About<'a> {
    /// For which policy.
    pub policy: &'a Policy,
    /// Who reads.
    pub plugin: PluginStamp,
    /// For which others as well.
    pub also: Vec<PolicyStamp>,
    /// When.
    pub now: Timestamp,
    /// Whether the people are who they are.
    pub people: People,
    /// Attributes whose values are not shown.
    pub sensitive: BTreeSet<String>,
    /// All attributes that the source has, as far as it says so.
    pub known: Vec<KnownAttribute>,
}

/// Why there is no snapshot.
#[derive(Debug, thiserror::Error)]
pub enum Unwritten {
    /// The source could not be read.
    #[error(transparent)]
    Source(#[from] SourceFailed),
    /// The file could not be written.
    #[error("the snapshot cannot be written")]
    Write(#[from] io::Error),
    /// Nobody could read it again.
    #[error("{what} is too large for a snapshot")]
    TooLarge {
        /// What: a person by their identifier, the list of attributes.
        what: String,
    },
}

/// Reads a source to its end and writes down what it delivers, in a file that
/// [`read`](super::read()) understands.
///
/// A snapshot begins with what only the end of a read tells, so the entries go
/// into `spool` first: an empty file of which nothing is needed afterwards, and
/// that nobody else may read.
pub fn write(
    about: &About<'_>,
    source: &mut dyn Source,
    spool: &mut (impl Read + Write + Seek),
    out: &mut dyn Write,
    progress: &dyn Progress,
) -> Result<Header, Unwritten> {
    let mut recorder = Recorder::begin(spool)?;
    loop {
        match source.next()? {
            Delivery::Page(page) => {
                recorder.page(&page, &about.policy.attributes)?;
                progress.entries(recorder.written.entries);
            }
            Delivery::End { coverage, cursor } => {
                return recorder.finish(about, coverage, cursor, out);
            }
        }
    }
}

/// What is being kept of a read, page by page, while others look at the same pages.
///
/// The spool is an empty file, as for [`write()`].
pub struct Recorder<S: Read + Write + Seek> {
    body: Frame<BufWriter<S>>,
    written: Written,
}

impl<S: Read + Write + Seek> Recorder<S> {
    /// Begins with an empty file.
    pub fn begin(spool: S) -> io::Result<Self> {
        Ok(Self {
            body: Frame::begin(BufWriter::new(spool))?,
            written: Written::default(),
        })
    }

    /// Keeps a page whose columns are these attributes.
    pub fn page(&mut self, page: &Page, attributes: &[String]) -> Result<(), Unwritten> {
        self.written.page(page, attributes, &mut self.body)
    }

    /// Writes the snapshot.
    pub fn finish(
        self,
        about: &About<'_>,
        coverage: Coverage,
        cursor: Option<Vec<u8>>,
        out: &mut dyn Write,
    ) -> Result<Header, Unwritten> {
        let written = self.written;
        let (spooled, body) = self.body.end()?;
        let mut spool = spooled
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        let header = about.header(coverage, cursor, &written);
        let mut first = Frame::begin(&mut *out)?;
        first.line(&Line::Header(&header))?;
        if first.bytes > LONGEST_WORDS {
            let what = "what is known of the source".to_owned();
            return Err(Unwritten::TooLarge { what });
        }
        let (_, first) = first.end()?;
        spool.rewind()?;
        io::copy(&mut spool, out)?;
        let mut last = Frame::begin(&mut *out)?;
        last.line(&Line::End(&End {
            entries: written.entries,
            problems: written.problems,
            checksum: checksum(first, body),
        }))?;
        last.end()?;
        out.flush()?;
        Ok(header)
    }
}

/// Tells the lines of a snapshot from any others.
pub(super) fn checksum(first: blake3::Hash, body: blake3::Hash) -> String {
    let mut both = blake3::Hasher::new();
    both.update(first.as_bytes());
    both.update(body.as_bytes());
    both.finalize().to_hex().to_string()
}

impl About<'_> {
    fn header(&self, coverage: Coverage, cursor: Option<Vec<u8>>, written: &Written) -> Header {
        Header {
            format: SNAPSHOT_FORMAT.to_owned(),
            directory: self.policy.directory.clone(),
            plugin: self.plugin.clone(),
            policy: PolicyStamp {
                file: self.policy.file.clone(),
                digest: self.policy.digest.clone(),
            },
            also: self.also.clone(),
            recorded: self.now.to_string(),
            people: self.people,
            attributes: self.policy.attributes.clone(),
            sensitive: self.sensitive.clone(),
            scope: Asked::of(self.policy),
            known: self.known.clone(),
            coverage,
            cursor,
            entries: written.entries,
            problems: written.problems,
        }
    }
}

impl Asked {
    /// What a policy asks its source for.
    pub fn of(policy: &Policy) -> Self {
        let scope = &policy.scope;
        Self {
            groups: scope.groups.clone(),
            under: scope.under.clone(),
            except_groups: scope.except_groups.clone(),
            except_under: scope.except_under.clone(),
            report: policy.report_groups(),
        }
    }
}

/// How much was written.
#[derive(Default)]
struct Written {
    entries: u64,
    problems: u64,
}

impl Written {
    fn page<W: Write>(
        &mut self,
        page: &Page,
        attributes: &[String],
        out: &mut Frame<W>,
    ) -> Result<(), Unwritten> {
        for entry in page.entries() {
            let line = Entry { entry, attributes };
            if line.size() > LARGEST_ENTRY {
                let id = entry.id().unwrap_or("without an identifier");
                let what = format!("the entry `{id}`");
                return Err(Unwritten::TooLarge { what });
            }
            out.line(&Line::Entry(line))?;
            self.entries += 1;
        }
        for problem in page.problems() {
            out.line(&Line::Problem(problem))?;
            self.problems += 1;
        }
        Ok(())
    }
}

/// Lines on their way into a frame of their own: frames may stand one behind the
/// other, and are read as one text.
struct Frame<W: Write> {
    out: Encoder<'static, W>,
    hasher: blake3::Hasher,
    line: Vec<u8>,
    bytes: u64,
}

impl<W: Write> Frame<W> {
    fn begin(out: W) -> io::Result<Self> {
        Ok(Self {
            out: Encoder::new(out, LEVEL)?,
            hasher: blake3::Hasher::new(),
            line: Vec::new(),
            bytes: 0,
        })
    }

    fn line(&mut self, line: &Line<'_>) -> io::Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, line)?;
        self.line.push(b'\n');
        self.hasher.update(&self.line);
        self.bytes += self.line.len() as u64;
        self.out.write_all(&self.line)
    }

    fn end(self) -> io::Result<(W, blake3::Hash)> {
        Ok((self.out.finish()?, self.hasher.finalize()))
    }
}
