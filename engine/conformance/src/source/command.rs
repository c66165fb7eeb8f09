//! A program that serves people.
//!
//! It gets the people as JSON Lines in the file `MUSTER_PEOPLE`, and secrets in
//! variables `MUSTER_SECRET_…`. Whenever a line comes on its standard input, it
//! reads the people anew and prints one line: its URL, or a JSON object with
//! values for placeholders of the case. It ends with its standard input.

use super::{Said, SourceError, said};
use crate::people::Person;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How long a program may take to load people.
const PATIENCE: Duration = Duration::from_secs(600);

/// How long it may take to end.
const END: Duration = Duration::from_secs(20);

/// The running program.
pub struct Command {
    shown: String,
    people: PathBuf,
    process: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Command {
    /// Starts it in the case's folder.
    pub fn start(
        command: &[String],
        case: &Path,
        secrets: &BTreeMap<String, String>,
        folder: &Path,
    ) -> Result<Self, SourceError> {
        let shown = command.join(" ");
        let people = folder.join("people.jsonl");
        let (program, arguments) = command.split_first().map_or(("", command), |(p, a)| (p, a));
        let mut process = std::process::Command::new(located(program, case));
        process
            .args(arguments)
            .current_dir(case)
            .env("MUSTER_PEOPLE", &people)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        for (name, secret) in secrets {
            let name = name.to_uppercase().replace('-', "_");
            process.env(format!("MUSTER_SECRET_{name}"), secret);
        }
        let mut process = process.spawn().map_err(|source| SourceError::Start {
            command: shown.clone(),
            source,
        })?;
        let (send, lines) = channel();
        if let Some(output) = process.stdout.take() {
            thread::spawn(move || {
                for line in BufReader::new(output).lines().map_while(Result::ok) {
                    if send.send(line).is_err() {
                        break;
                    }
                }
            });
        }
        Ok(Self {
            shown,
            people,
            input: process.stdin.take(),
            process,
            lines,
        })
    }

    /// Writes the people, and waits until they are loaded.
    pub fn set(&mut self, people: &[Person]) -> Result<Said, SourceError> {
        self.write(people).map_err(|source| SourceError::File {
            path: self.people.display().to_string(),
            source,
        })?;
        let told = self
            .input
            .as_mut()
            .map(|input| input.write_all(b"people\n"));
        if !matches!(told, Some(Ok(()))) {
            return Err(self.silent("has ended"));
        }
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => self.understood(line.trim()),
            Err(_) if self.process.try_wait().is_ok_and(|end| end.is_some()) => {
                Err(self.silent("has ended without a line"))
            }
            Err(_) => Err(self.silent("printed no line within ten minutes")),
        }
    }

    fn write(&self, people: &[Person]) -> std::io::Result<()> {
        let mut out = BufWriter::new(File::create(&self.people)?);
        for one in people {
            writeln!(out, "{}", one.to_json())?;
        }
        out.flush()
    }

    fn silent(&self, why: &str) -> SourceError {
        SourceError::Silent {
            command: self.shown.clone(),
            why: why.to_owned(),
        }
    }

    fn understood(&self, line: &str) -> Result<Said, SourceError> {
        if !line.starts_with('{') {
            return Ok(said("url", line));
        }
        let odd = || self.silent(&format!("printed what is no JSON object of texts: {line}"));
        let Ok(Value::Object(mut members)) = serde_json::from_str(line) else {
            return Err(odd());
        };
        let secrets = match members.remove("secrets") {
            None => BTreeMap::new(),
            Some(secrets) => serde_json::from_value(secrets).map_err(|_| odd())?,
        };
        let values = serde_json::from_value(Value::Object(members)).map_err(|_| odd())?;
        Ok(Said { values, secrets })
    }
}

/// A path is relative to the case's folder, a name is looked up by the system.
fn located(program: &str, case: &Path) -> PathBuf {
    match program.contains('/') {
        true => case.join(program),
        false => PathBuf::from(program),
    }
}

impl Drop for Command {
    fn drop(&mut self) {
        // The end of its input tells it to end.
        self.input = None;
        let begin = Instant::now();
        while begin.elapsed() < END {
            if !matches!(self.process.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        // It was asked.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
