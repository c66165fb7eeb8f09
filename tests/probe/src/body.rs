// The body of each probe; what stands around it are the bindings of a version.

use exports::muster::provider::provider as out;
use muster::provider::people::{Page, Status};
use muster::provider::types::{Failure, FailureKind};
use muster::provider::{files, host, http, ldap, sql};
use muster_probe::{Act, Settings};
use std::cell::Cell;

struct Probe;

struct Session {
    act: Act,
    is_done: Cell<bool>,
}

impl out::Guest for Probe {
    type Session = Session;

    fn open(settings: String) -> Result<out::Session, Failure> {
        let Settings { act } = serde_json::from_str(&settings).map_err(|e| failed(e.to_string()))?;
        let is_done = Cell::new(false);
        Ok(out::Session::new(Session { act, is_done }))
    }
}

impl out::GuestSession for Session {
    fn check(&self, _: out::Scope) -> Vec<out::CheckStep> {
        Vec::new()
    }

    fn attributes(&self) -> Result<Vec<out::Attribute>, Failure> {
        Ok(Vec::new())
    }

    fn start(&self, _: out::ReadRequest) -> Result<(), Failure> {
        self.is_done.set(false);
        Ok(())
    }

    fn next(&self) -> Result<out::Batch, Failure> {
        let (mut rows, mut resume) = (1, None);
        match &self.act {
            Act::Nothing => {}
            Act::Rows { rows: many } => rows = *many,
            Act::Cursor { bytes } => resume = Some(vec![b'x'; *bytes]),
            act => tried(act)?,
        }
        Ok(out::Batch {
            page: page(rows),
            resume,
            end: Some(out::End {
                coverage: out::Coverage::Complete(out::Evidence {
                    entries: rows.into(),
                    source_count: None,
                    facts: Vec::new(),
                }),
                next: None,
            }),
        })
    }
}

/// Tries it. Going well is no failure, and so shows in the test's table.
fn tried(act: &Act) -> Result<(), Failure> {
    match act {
        Act::Nothing | Act::Rows { .. } | Act::Cursor { .. } => Ok(()),
        Act::Http { need, target, headers, together } => {
            let request = http::Request {
                method: http::Method::Get,
                endpoint: need.clone(),
                target: target.clone(),
                headers: headers.clone(),
                body: Vec::new(),
            };
            match together {
                false => http::send(&request).map(drop),
                true => http::send_all(&[request]).remove(0).map(drop),
            }
        }
        Act::Look { need } => files::look(need).map(drop),
        Act::Open { need, name } => {
            let file = files::open(need, name.as_deref(), None)?;
            file.map_or(Ok(()), |file| file.read(1 << 16).map(drop))
        }
        Act::Search { need } => {
            let query = ldap::Query {
                base: String::new(),
                scope: ldap::Scope::Base,
                filter: "(objectClass=*)".to_owned(),
                attributes: Vec::new(),
                page_size: 0,
                mode: ldap::Mode::Plain,
            };
            ldap::open(need, &query).map(drop)
        }
        Act::Server { need } => ldap::server(need).map(drop),
        Act::Query { need } => {
            let query = sql::Query {
                text: "SELECT 1".to_owned(),
                parameters: Vec::new(),
            };
            sql::open(need, &query).map(drop)
        }
        Act::Log { lines } => {
            (0..*lines).for_each(|line| host::log(host::Level::Info, &format!("line {line}")));
            Ok(())
        }
        Act::Hoard { mib } => {
            let hoard: Vec<Vec<u8>> = (0..*mib).map(|at| vec![at as u8; 1 << 20]).collect();
            match hoard.concat().is_empty() {
                true => Err(failed("nothing was taken".to_owned())),
                false => Ok(()),
            }
        }
        Act::Spin => {
            let mut turns = 0_u64;
            while std::hint::black_box(turns) < u64::MAX {
                turns += 1;
            }
            Ok(())
        }
        Act::Newest => newest().map_err(failed),
    }
}

fn page(rows: u32) -> Page {
    let ids: Vec<String> = (0..rows).map(|id| id.to_string()).collect();
    let mut end = 0;
    let ends = ids.iter().map(|id| {
        end += id.len() as u32;
        end
    });
    Page {
        columns: Vec::new(),
        value_ends: ends.collect(),
        // The external id, and no group.
        cell_ends: (1..=rows).flat_map(|end| [end, end]).collect(),
        data: ids.concat().into_bytes(),
        statuses: vec![Status::Active; rows as usize],
        problems: Vec::new(),
    }
}

fn failed(message: String) -> Failure {
    Failure {
        kind: FailureKind::Internal,
        message,
        hint: None,
        retry_after_ms: None,
    }
}

const MANIFEST: &[u8; include_bytes!("../src/plugin.toml").len()] =
    include_bytes!("../src/plugin.toml");

#[cfg(target_family = "wasm")]
#[used]
#[unsafe(link_section = "muster:manifest")]
static MANIFEST_SECTION: [u8; MANIFEST.len()] = *MANIFEST;

#[cfg(target_family = "wasm")]
export!(Probe);
