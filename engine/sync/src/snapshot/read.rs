//! Gives back what was kept, and finds out whether it is whole.

use super::line::{End, LineSeed, Parsed};
use super::write::checksum;
use super::{Header, LONGEST_LINE, LONGEST_WORDS, SNAPSHOT_FORMAT};
use muster_model::Problem;
use muster_model::page::PlainRow;
use serde::de::DeserializeSeed;
use std::collections::HashSet;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use zstd::stream::read::Decoder;

/// How a compressed file begins.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Memory that the decompressor may take, as a power of two: four times what our
/// own files need.
const WINDOW: u32 = 23;

/// Why a snapshot cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The file could not be read.
    #[error("the snapshot cannot be read")]
    Read(#[source] io::Error),
    /// It is something else.
    #[error("this is no snapshot")]
    NoSnapshot,
    /// A later program wrote it.
    #[error("the snapshot has the format `{found}`, and this program reads `{SNAPSHOT_FORMAT}`")]
    Newer {
        /// The format that it names.
        found: String,
    },
    /// Its end is missing.
    #[error("the snapshot is cut short: it ends behind line {line}")]
    CutShort {
        /// The last line that is whole; the first is 1.
        line: u64,
    },
    /// A line makes no sense.
    #[error("line {line} of the snapshot makes no sense: {why}")]
    Line {
        /// Which line; the first is 1.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
    /// Its lines are not those that were written.
    #[error("the snapshot is damaged: {why}")]
    Damaged {
        /// What shows it.
        why: String,
    },
}

impl Unreadable {
    /// Says what to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Newer { .. } => "use the version of muster that wrote it, or a later one",
            Self::NoSnapshot => "`muster snapshot record POLICY` makes one",
            _ => "`muster snapshot record POLICY` makes a new one",
        }
    }
}

/// One record of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A person; values are in the order of the header's attributes.
    Entry(PlainRow),
    /// A record that the connector could not turn into an entry.
    Problem(Problem),
}

/// A snapshot that is being read: first its header, then one record after the
/// other. That it is whole is known when the last one was taken.
pub struct Snapshot<'i> {
    header: Header,
    lines: Lines<'i>,
    /// Of the first line.
    first: blake3::Hash,
    entries: u64,
    problems: u64,
    is_over: bool,
}

/// Begins to read a snapshot.
pub fn read<'i>(input: impl Read + 'i) -> Result<Snapshot<'i>, Unreadable> {
    let mut input: BufReader<Box<dyn Read + 'i>> = BufReader::new(Box::new(input));
    let magic = input.fill_buf().map_err(Unreadable::Read)?;
    if !magic.starts_with(&MAGIC) {
        return Err(Unreadable::NoSnapshot);
    }
    let mut lines = Lines::new(input).map_err(Unreadable::Read)?;
    let (header, first) = match lines.next(LONGEST_WORDS)? {
        Some(line) => (header(line)?, blake3::hash(line)),
        None => return Err(Unreadable::NoSnapshot),
    };
    lines.line.clear();
    Ok(Snapshot {
        header,
        lines,
        first,
        entries: 0,
        problems: 0,
        is_over: false,
    })
}

fn header(line: &[u8]) -> Result<Header, Unreadable> {
    check_format(line)?;
    let header = match parse(line, &[]) {
        Ok(Parsed::Header(header)) => *header,
        Ok(_) => return Err(Unreadable::NoSnapshot),
        Err(why) => return Err(Unreadable::Line { line: 1, why }),
    };
    let mut seen = HashSet::new();
    let twice = header
        .attributes
        .iter()
        .find(|name| !seen.insert(name.to_lowercase()));
    match twice {
        None => Ok(header),
        Some(name) => Err(Unreadable::Line {
            line: 1,
            why: format!("the attribute `{}` stands there twice", name.escape_debug()),
        }),
    }
}

/// A newer format is a clearer message than a member that cannot be read.
fn check_format(line: &[u8]) -> Result<(), Unreadable> {
    #[derive(serde::Deserialize)]
    struct Head {
        header: Format,
    }
    #[derive(serde::Deserialize)]
    struct Format {
        format: String,
    }
    match serde_json::from_slice::<Head>(line) {
        Ok(head) if head.header.format == SNAPSHOT_FORMAT => Ok(()),
        Ok(head) if head.header.format.starts_with("muster.snapshot/") => Err(Unreadable::Newer {
            found: head.header.format.escape_debug().to_string(),
        }),
        Ok(_) | Err(_) => Err(Unreadable::NoSnapshot),
    }
}

fn parse(line: &[u8], attributes: &[String]) -> Result<Parsed, String> {
    let mut input = serde_json::Deserializer::from_slice(line);
    let parsed = LineSeed { attributes }.deserialize(&mut input);
    let parsed = parsed.and_then(|parsed| input.end().map(|()| parsed));
    parsed.map_err(|error| error.to_string())
}

impl Snapshot<'_> {
    /// What it begins with.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The next record; none at the end, once it is known that all were there.
    /// After the end or an error it is not called again.
    pub fn record(&mut self) -> Result<Option<Record>, Unreadable> {
        if self.is_over {
            return Ok(None);
        }
        let number = self.lines.number + 1;
        let Some(line) = self.lines.next(LONGEST_LINE)? else {
            return Err(self.lines.cut_short());
        };
        let nonsense = |why: String| Unreadable::Line { line: number, why };
        match parse(line, &self.header.attributes).map_err(nonsense)? {
            Parsed::Entry(row) if self.entries < self.header.entries => {
                self.entries += 1;
                Ok(Some(Record::Entry(row)))
            }
            Parsed::Problem(_) if line.len() as u64 > LONGEST_WORDS => {
                Err(nonsense("it is too long".to_owned()))
            }
            Parsed::Problem(problem) if self.problems < self.header.problems => {
                self.problems += 1;
                Ok(Some(Record::Problem(problem)))
            }
            Parsed::Entry(_) | Parsed::Problem(_) => Err(Unreadable::Damaged {
                why: "it has more records than its first line says".to_owned(),
            }),
            Parsed::Header(_) => Err(nonsense("there is a second header".to_owned())),
            Parsed::End(end) => {
                self.is_over = true;
                self.end(&end)?;
                Ok(None)
            }
        }
    }

    fn end(&mut self, end: &End) -> Result<(), Unreadable> {
        let damaged = |why: &str| Err(Unreadable::Damaged { why: why.into() });
        let counted = (self.entries, self.problems);
        if counted != (end.entries, end.problems)
            || counted != (self.header.entries, self.header.problems)
        {
            return damaged("records are missing");
        }
        if end.checksum != checksum(self.first, self.lines.before.finalize()) {
            return damaged("its checksum is another one");
        }
        match self.lines.next(LONGEST_WORDS)? {
            None => Ok(()),
            Some(_) => damaged("there is something behind its end"),
        }
    }
}

/// Decompressed lines, none longer than it may be.
struct Lines<'i> {
    input: BufReader<Decoder<'static, BufReader<Box<dyn Read + 'i>>>>,
    /// Of all lines before the last one.
    before: blake3::Hasher,
    line: Vec<u8>,
    /// Lines that were whole.
    number: u64,
}

impl<'i> Lines<'i> {
    fn new(input: BufReader<Box<dyn Read + 'i>>) -> io::Result<Self> {
        let mut decoder = Decoder::with_buffer(input)?;
        decoder.window_log_max(WINDOW)?;
        Ok(Self {
            input: BufReader::new(decoder),
            before: blake3::Hasher::new(),
            line: Vec::new(),
            number: 0,
        })
    }

    /// The next line with its break; none at the end.
    fn next(&mut self, longest: u64) -> Result<Option<&[u8]>, Unreadable> {
        self.before.update(&self.line);
        self.line.clear();
        let mut part = (&mut self.input).take(longest + 1);
        match part.read_until(b'\n', &mut self.line) {
            Ok(_) => {}
            Err(error) => return Err(self.failed(error)),
        }
        if self.line.is_empty() {
            return Ok(None);
        }
        if self.line.len() as u64 > longest {
            return Err(Unreadable::Line {
                line: self.number + 1,
                why: format!("it has more than {longest} bytes"),
            });
        }
        if self.line.last() != Some(&b'\n') {
            return Err(self.cut_short());
        }
        self.number += 1;
        Ok(Some(&self.line))
    }

    fn cut_short(&self) -> Unreadable {
        Unreadable::CutShort { line: self.number }
    }

    /// Tells trouble of the file from trouble in it: what the decompressor does
    /// not like has no kind of its own.
    fn failed(&self, error: io::Error) -> Unreadable {
        match error.kind() {
            ErrorKind::UnexpectedEof => self.cut_short(),
            ErrorKind::Other | ErrorKind::InvalidData => Unreadable::Damaged {
                why: error.to_string(),
            },
            _ => Unreadable::Read(error),
        }
    }
}
