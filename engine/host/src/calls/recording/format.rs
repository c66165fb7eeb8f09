//! The lines of a recording.

use super::outcome::Outcome;
use crate::calls::{Answer, Answered, Call};
use crate::failure::Failure;
use crate::plugin::About;
use crate::request::ReadRequest;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io::BufRead;

/// What a recording is, and the version of its form.
pub(super) const FORMAT: &str = "muster.calls/1";

/// The first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    format: String,
    /// The plugin that asked.
    pub plugin: Stamp,
    /// What it was told of the policy.
    pub settings: Value,
    /// What was asked of it.
    pub request: ReadRequest,
    /// The run's instant, in milliseconds since 1970 (UTC).
    pub now_ms: u64,
}

/// Which plugin it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its file, in hex.
    pub digest: String,
}

impl Header {
    /// Begins the recording of a read.
    pub fn new(about: &About, settings: &str, request: &ReadRequest, now_ms: u64) -> Self {
        Self {
            format: FORMAT.to_owned(),
            plugin: Stamp {
                name: about.name.clone(),
                version: about.version.clone(),
                digest: about.digest.clone(),
            },
            // The host made this text of a JSON object.
            settings: serde_json::from_str(settings).unwrap_or_default(),
            request: request.clone(),
            now_ms,
        }
    }
}

/// Which question a call belongs to. Questions are asked side by side, and each gets
/// its own answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// A read.
    #[default]
    Read,
    /// Which attributes there are.
    Attributes,
}

impl Question {
    fn is_read(&self) -> bool {
        *self == Self::Read
    }
}

/// A call and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// For which question.
    pub of: Question,
    /// What the plugin asked.
    pub call: Call,
    /// What it was answered.
    pub answer: Answered,
}

/// The same as a line.
#[derive(Serialize, Deserialize)]
pub(super) struct Line {
    #[serde(default, skip_serializing_if = "Question::is_read")]
    of: Question,
    call: Call,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answer: Option<Answer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<Failure>,
}

impl From<Exchange> for Line {
    fn from(exchange: Exchange) -> Self {
        let (answer, failure) = match exchange.answer {
            Ok(answer) => (Some(answer), None),
            Err(failure) => (None, Some(failure)),
        };
        Self {
            of: exchange.of,
            call: exchange.call,
            answer,
            failure,
        }
    }
}

impl TryFrom<Line> for Exchange {
    type Error = &'static str;

    fn try_from(line: Line) -> Result<Self, Self::Error> {
        let answer = match (line.answer, line.failure) {
            (Some(answer), None) => Ok(answer),
            (None, Some(failure)) => Err(failure),
            _ => return Err("a call has either an `answer` or a `failure`"),
        };
        Ok(Self {
            of: line.of,
            call: line.call,
            answer,
        })
    }
}

/// The last line.
#[derive(Serialize, Deserialize)]
pub(super) struct End {
    pub end: Outcome,
}

/// A recording, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// What was asked, of whom.
    pub header: Header,
    /// Calls with their answers, in order.
    pub calls: Vec<Exchange>,
    /// What the plugin made of them.
    pub outcome: Outcome,
}

/// Why a file is no recording.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// It cannot be read.
    #[error("it cannot be read")]
    Read(#[from] std::io::Error),
    /// It is something else, or of another version.
    #[error("it is no recording of calls in the form `{FORMAT}`{}", found(.0))]
    Format(Option<String>),
    /// A line cannot be understood.
    #[error("line {line} cannot be understood: {why}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// In the parser's words.
        why: String,
    },
    /// The last line is missing.
    #[error("its end is missing: it was cut off, or the recording did not come to its end")]
    Cut,
    /// Something follows the end.
    #[error("line {line} follows the end")]
    Longer {
        /// Counted from 1.
        line: usize,
    },
}

fn found(format: &Option<String>) -> String {
    let told = format.as_ref().map(|format| format!(" but of `{format}`"));
    told.unwrap_or_default()
}

impl Recording {
    /// Reads a whole recording.
    ///
    /// # Errors
    /// [`RecordingError`] says which line is wrong. One that was cut off is refused:
    /// what a plugin makes of half the answers is nothing that happened.
    pub fn read(from: impl BufRead) -> Result<Self, RecordingError> {
        let mut lines = from.lines().enumerate();
        let first = lines.next().ok_or(RecordingError::Format(None))?;
        let header = header(&first.1?)?;
        let mut calls = Vec::new();
        for (at, line) in &mut lines {
            let line = line?;
            let wrong = |why: String| RecordingError::Line { line: at + 1, why };
            if line.starts_with(r#"{"end""#) {
                let end = serde_json::from_str::<End>(&line);
                let outcome = end.map_err(|error| wrong(error.to_string()))?.end;
                return match lines.next() {
                    None => Ok(Self {
                        header,
                        calls,
                        outcome,
                    }),
                    Some((at, _)) => Err(RecordingError::Longer { line: at + 1 }),
                };
            }
            let line: Line =
                serde_json::from_str(&line).map_err(|error| wrong(error.to_string()))?;
            calls.push(line.try_into().map_err(|why: &str| wrong(why.to_owned()))?);
        }
        Err(RecordingError::Cut)
    }
}

/// The version is read first: what else a line holds depends on it.
fn header(line: &str) -> Result<Header, RecordingError> {
    #[derive(Deserialize)]
    struct Begin {
        format: String,
    }
    let begin: Begin = serde_json::from_str(line).map_err(|_| RecordingError::Format(None))?;
    if begin.format != FORMAT {
        return Err(RecordingError::Format(Some(begin.format)));
    }
    serde_json::from_str(line).map_err(|error| RecordingError::Line {
        line: 1,
        why: error.to_string(),
    })
}
