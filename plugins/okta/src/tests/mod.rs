//! The plugin against the emulator, without a host: requests go straight over a
//! socket, and each trap of Okta's has a test that is named after it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod attributes;
mod checks;
mod deltas;
mod groups;
mod reading;
mod refusals;
mod reported;
mod wire;

use crate::settings::{Deactivated, Feed, Settings, TemporaryLock};
use muster_emulators::okta::Okta as Org;
use muster_sdk::prelude::*;
use muster_sdk::testing::{self, PlainRow};
use wire::connect;

/// An org that the plugin of this thread talks to.
fn org() -> Org {
    let org = Org::default();
    connect(&org);
    org
}

fn settings(org: &Org) -> Settings {
    Settings {
        url: org.url(),
        page_size: 200,
        feed: Feed::Log,
        deactivated: Deactivated::Read,
        temporary_lock: TemporaryLock::Block,
    }
}

fn open(org: &Org) -> crate::Okta {
    crate::Okta::open(settings(org)).unwrap()
}

/// A request for logins of the members of these groups.
fn request(groups: &[&str]) -> ReadRequest {
    let mut request = testing::request(&["login"]);
    request.scope.groups = groups.iter().map(|&group| group.to_owned()).collect();
    request
}

/// What a read delivered, and how it ended.
#[derive(Debug)]
struct Done {
    rows: Vec<PlainRow>,
    problems: usize,
    pages: usize,
    last: Batch,
}

impl Done {
    /// Logins and states, in order; an id where there is no login.
    fn people(&self) -> Vec<(String, Status)> {
        let name = |row: &PlainRow| row.text(0).or_else(|| row.id.clone()).unwrap();
        let mut people: Vec<_> = self.rows.iter().map(|r| (name(r), r.status)).collect();
        people.sort_by(|a, b| a.0.cmp(&b.0));
        people
    }

    fn logins(&self) -> Vec<String> {
        self.people().into_iter().map(|(login, _)| login).collect()
    }

    #[track_caller]
    fn row(&self, id: &str) -> &PlainRow {
        let mut rows = self.rows.iter().filter(|row| row.id.as_deref() == Some(id));
        let (Some(row), None) = (rows.next(), rows.next()) else {
            panic!("not once: {id} in {:?}", self.rows);
        };
        row
    }

    /// The position that the end gave.
    fn feed(&self) -> Option<Vec<u8>> {
        self.last.next_delta().map(<[u8]>::to_vec)
    }
}

/// Reads to the end.
fn finish(source: &mut crate::Okta) -> Result<Done, Failure> {
    let mut done = Done {
        rows: Vec::new(),
        problems: 0,
        pages: 0,
        last: Batch::more(Rows::new([""; 0])),
    };
    for _ in 0..1000 {
        let batch = source.next()?;
        done.rows.extend(testing::rows(batch.page()));
        done.problems += batch.page().problems.len();
        done.pages += 1;
        if batch.coverage().is_some() {
            done.last = batch;
            return Ok(done);
        }
    }
    panic!("the read never ends");
}

fn try_read(settings: Settings, request: ReadRequest) -> Result<Done, Failure> {
    let mut source = crate::Okta::open(settings)?;
    source.start(request)?;
    finish(&mut source)
}

#[track_caller]
fn read(org: &Org, request: ReadRequest) -> Done {
    try_read(settings(org), request).unwrap()
}

/// What has changed since an earlier read ended.
fn since(org: &Org, done: &Done, request: ReadRequest) -> Result<Done, Failure> {
    let feed = done.feed().expect("a position to go on from");
    let start_at = ReadFrom::Since(feed);
    try_read(
        settings(org),
        ReadRequest {
            start_at,
            ..request
        },
    )
}

/// Paths and queries of everything that was asked.
fn asked(org: &Org) -> Vec<String> {
    org.server()
        .seen()
        .into_iter()
        .map(|seen| seen.target)
        .collect()
}
