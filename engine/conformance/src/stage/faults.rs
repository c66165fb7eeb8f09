//! Harm between a plugin and its source.

use muster_host::calls::{Answer, Answered, Call, Response};
use muster_host::ldap::{Entries, Outcome};
use muster_host::{Failure, FailureKind};
use std::time::Duration;

/// Harm at one place.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    /// The call that is harmed, counted from 0 among those that the harm fits.
    pub at: usize,
    /// How many from there on.
    pub times: usize,
    pub harm: Harm,
}

/// What is done.
#[derive(Clone, Debug)]
pub(crate) enum Harm {
    /// The host answers with a failure: the connection is cut, say.
    Fails {
        kind: FailureKind,
        why: &'static str,
    },
    /// The source refuses with a status, which means a kind of failure where it
    /// does not speak HTTP.
    Status {
        status: u16,
        kind: FailureKind,
        headers: Vec<(String, String)>,
        body: String,
    },
    /// The service answers 200, with something else than it should.
    Page(String),
    /// Of the answer's body comes so much: a fraction.
    Piece { part: usize, of: usize },
    /// Every URL of the service in an answer names another host.
    Foreign { base: String, other: String },
    /// A search ends early, with a result code; or unfinished, with 0.
    SearchEnds { code: u32 },
    /// A file changes while it is read.
    FileChanges,
}

/// So many: all that follow.
pub(crate) const ALL: usize = usize::MAX;

impl Fault {
    /// Harm of one call.
    pub fn once(at: usize, harm: Harm) -> Self {
        Self { at, times: 1, harm }
    }

    /// Harm of a call and all after it.
    pub fn from(at: usize, harm: Harm) -> Self {
        Self {
            at,
            times: ALL,
            harm,
        }
    }

    /// True if a call can be harmed like this.
    pub fn fits(&self, call: &Call) -> bool {
        match self.harm {
            Harm::Fails { .. } | Harm::Status { .. } => true,
            Harm::Page(_) | Harm::Piece { .. } | Harm::Foreign { .. } => {
                matches!(call, Call::Send(_))
            }
            Harm::SearchEnds { .. } => matches!(call, Call::Entries { .. }),
            Harm::FileChanges => matches!(call, Call::ReadFile { .. }),
        }
    }

    fn strikes(&self, number: usize) -> bool {
        number >= self.at && number - self.at < self.times
    }

    /// The answer in the source's place.
    pub fn instead(&self, call: &Call, number: usize) -> Option<Answered> {
        if !self.strikes(number) {
            return None;
        }
        let is_http = matches!(call, Call::Send(_));
        match &self.harm {
            Harm::Fails { kind, why } => Some(Err(failure(*kind, why))),
            Harm::Status {
                status,
                headers,
                body,
                ..
            } if is_http => Some(Ok(Answer::Response(Response {
                status: *status,
                headers: headers.clone(),
                body: body.clone().into_bytes(),
            }))),
            Harm::Status { kind, status, .. } => Some(Err(failure(
                *kind,
                &format!("the source refuses, as a service does with {status}"),
            ))),
            Harm::Page(page) => Some(Ok(Answer::Response(Response {
                status: 200,
                headers: vec![("content-type".to_owned(), "text/html".to_owned())],
                body: page.clone().into_bytes(),
            }))),
            Harm::FileChanges => Some(Err(failure(
                FailureKind::Drifted,
                "the file changed while it was read",
            ))),
            Harm::Piece { .. } | Harm::Foreign { .. } | Harm::SearchEnds { .. } => None,
        }
    }

    /// Changes the source's answer; false if there was nothing to change.
    pub fn change(&self, number: usize, answered: &mut Answered) -> bool {
        if !self.strikes(number) {
            return false;
        }
        match (&self.harm, answered) {
            (Harm::Piece { part, of }, Ok(Answer::Response(response))) => {
                let length = response.body.len() * part / of;
                let was = response.body.len();
                response.body.truncate(length);
                length < was
            }
            (Harm::Foreign { base, other }, Ok(Answer::Response(response))) => {
                exchanged(response, base, other)
            }
            (Harm::SearchEnds { code }, Ok(Answer::Entries(entries))) => {
                halve(entries, *code);
                true
            }
            _ => false,
        }
    }
}

/// Leaves half of the entries, and ends the search there.
fn halve(entries: &mut Entries, code: u32) {
    let width = entries.columns.len() + 1;
    let rows = entries.cell_ends.len() / width / 2;
    entries.cell_ends.truncate(rows * width);
    let values = entries.cell_ends.last().map_or(0, |&end| end as usize);
    entries.value_ends.truncate(values);
    let bytes = entries.value_ends.last().map_or(0, |&end| end as usize);
    entries.data.truncate(bytes);
    entries.states.truncate(rows);
    entries.continued = false;
    entries.end = Some(Outcome {
        code,
        matched_dn: String::new(),
        message: String::new(),
        references: 0,
        pages: 1,
        exhausted: false,
        feed: None,
    });
}

fn exchanged(response: &mut Response, base: &str, other: &str) -> bool {
    let mut found = false;
    // JSON may write slashes with a backslash.
    for (base, other) in [
        (base.to_owned(), other.to_owned()),
        (base.replace('/', "\\/"), other.replace('/', "\\/")),
    ] {
        if let Ok(body) = std::str::from_utf8(&response.body)
            && body.contains(&base)
        {
            response.body = body.replace(&base, &other).into_bytes();
            found = true;
        }
        for (_, value) in &mut response.headers {
            if value.contains(&base) {
                *value = value.replace(&base, &other);
                found = true;
            }
        }
    }
    found
}

/// A failure as the host makes them.
pub(super) fn failure(kind: FailureKind, message: &str) -> Failure {
    Failure {
        kind,
        message: message.to_owned(),
        hint: None,
        retry_after: (kind == FailureKind::Throttled).then(|| Duration::from_secs(7)),
    }
}
