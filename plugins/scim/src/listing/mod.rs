//! A list of resources, page by page, and how far it can be believed.
//!
//! No service is taken at its word. By index, each page begins with the last
//! resource of the page before: if anything was added or removed in front of it,
//! another one stands there. The list ends where a page brings nothing new – not
//! where `totalResults` says so, which is only held against what came. By cursor,
//! the list ends at a page without `nextCursor`.
//!
//! INVARIANT: each resource is handed over once, whatever the service repeats.

mod cursor;
mod doubt;
mod index;
mod page;
mod seen;
mod state;

pub use doubt::Doubt;
pub use state::State;

use crate::discovery::Declared;
use crate::settings::{Paging, Settings};
use muster_sdk::http::Target;
use muster_sdk::json::{Record, Selection};
use muster_sdk::{Failure, PartialReason};
use page::Page;
use seen::Seen;

/// Resources that one list may have.
const MOST: u64 = 3_000_000;

/// What is asked for, the same for all pages.
#[derive(Clone, Debug)]
pub struct Query {
    /// For messages: "the list of users".
    pub what: &'static str,
    /// The path below the base URL.
    pub path: String,
    pub filter: Option<String>,
    /// `attributes=`.
    pub attributes: Option<String>,
}

impl Query {
    /// The target without paging.
    pub fn target(&self) -> Target {
        Target::new(self.path.clone())
            .query_some("filter", self.filter.as_ref())
            .query_some("attributes", self.attributes.as_ref())
    }
}

/// A list being read.
#[derive(Debug)]
pub struct Listing {
    query: Query,
    /// Resources that a page is asked for.
    count: u64,
    /// The service declares paging by cursor.
    is_cursor_declared: bool,
    /// The operator leaves the kind of paging to the plugin.
    may_switch: bool,
    state: State,
    /// All resources that were handed over.
    seen: Seen,
    /// Cursors that were followed, and resources met since a restart.
    cursors: Seen,
    again: Option<Seen>,
    /// The list began in an instance that is gone.
    is_resumed: bool,
}

/// How the list goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    More,
    End,
}

impl Listing {
    /// Begins a list, or goes on with one.
    pub fn new(
        query: Query,
        settings: &Settings,
        declared: &Declared,
        resumed: Option<State>,
    ) -> Self {
        let wish = u64::from(settings.page_size);
        let paging = match settings.paging {
            Paging::Auto if declared.by_cursor => Paging::Cursor,
            Paging::Auto => Paging::Index,
            said => said,
        };
        Self {
            query,
            count: declared.most.map_or(wish, |most| most.min(wish)),
            is_cursor_declared: declared.by_cursor,
            may_switch: settings.paging == Paging::Auto,
            is_resumed: resumed.is_some(),
            state: resumed.unwrap_or_else(|| State::new(paging)),
            seen: Seen::default(),
            cursors: Seen::default(),
            again: None,
        }
    }

    /// Reads a page and hands its new resources over: those whose `id` – slot 0
    /// of the selection – was not met before, and those without one.
    pub fn next(
        &mut self,
        selection: &Selection,
        each: &mut dyn FnMut(Record<'_>),
    ) -> Result<Turn, Failure> {
        let turn = match self.state.paging {
            Paging::Cursor => self.by_cursor(selection, each)?,
            Paging::None => self.at_once(selection, each)?,
            Paging::Index | Paging::Auto => self.by_index(selection, each)?,
        };
        if turn == Turn::End {
            self.settle();
            return Ok(Turn::End);
        }
        if self.state.received > MOST {
            self.doubt(
                PartialReason::SizeLimit,
                format!("there are more than {MOST} of them"),
            );
            return Ok(Turn::End);
        }
        Ok(turn)
    }

    /// Reads the list to its end; for lists of which nothing is delivered.
    pub fn all(
        &mut self,
        selection: &Selection,
        mut each: impl FnMut(Record<'_>),
    ) -> Result<(), Failure> {
        while self.next(selection, &mut each)? == Turn::More {
            if muster_sdk::host::cancelled() {
                return Err(Failure::cancelled());
            }
        }
        Ok(())
    }

    /// What an instance that comes later needs to go on.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Why the list may lack somebody, if it may.
    pub fn doubts(&self) -> Option<&Doubt> {
        self.state.doubt.as_ref()
    }

    /// How many resources came.
    pub fn received(&self) -> u64 {
        self.state.received
    }

    /// `totalResults`.
    pub fn total(&self) -> Option<u64> {
        self.state.total
    }

    /// Notes why the list cannot be believed; the first reason stays.
    fn doubt(&mut self, reason: PartialReason, message: impl Into<String>) {
        if self.state.doubt.is_none() {
            let message = format!("{}: {}", self.query.what, message.into());
            self.state.doubt = Some(Doubt::new(reason, message));
        }
    }

    /// Holds the total against those of the pages before.
    fn note_total(&mut self, page: &Page) {
        match (self.state.total, page.total) {
            (None, Some(total)) if self.state.pages == 0 => self.state.total = Some(total),
            (Some(known), Some(total)) if known != total => self.doubt(
                PartialReason::Drifted,
                format!("it had {known} entries when the read began and {total} later, so it changed meanwhile"),
            ),
            _ => {}
        }
        self.state.pages += 1;
    }

    /// A resource that came twice.
    fn repeated(&mut self, id: &str) {
        self.doubt(
            PartialReason::Drifted,
            format!("`{id}` came twice, so the list changed while it was read"),
        );
    }

    /// All at once, because the operator says that this is how the service does it.
    fn at_once(
        &mut self,
        selection: &Selection,
        each: &mut dyn FnMut(Record<'_>),
    ) -> Result<Turn, Failure> {
        let mut repeated = None;
        let (seen, received) = (&mut self.seen, &mut self.state.received);
        let page = page::read(
            &self.query,
            &self.query.target(),
            selection,
            &mut |record| match record.first(0) {
                Some(id) if !seen.insert(id) => repeated = Some(id.to_owned()),
                _ => {
                    *received += 1;
                    each(record);
                }
            },
        )?;
        self.note_total(&page);
        if let Some(id) = repeated {
            self.repeated(&id);
        }
        if page.next_cursor.is_some() {
            self.doubt(
                PartialReason::Truncated,
                "the answer has a `nextCursor`, so it is one page of several; set `paging: cursor`",
            );
        }
        Ok(Turn::End)
    }

    /// The end: what came must be what was announced.
    fn settle(&mut self) {
        let received = self.state.received;
        match self.state.total {
            Some(total) if total != received => self.doubt(
                PartialReason::Unproven,
                format!("the service says {total} (`totalResults`), but gave {received}"),
            ),
            None if self.state.paging != Paging::Cursor => self.doubt(
                PartialReason::Unproven,
                "the service does not say how many there are (`totalResults`)",
            ),
            _ => {}
        }
    }
}
