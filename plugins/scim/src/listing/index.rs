//! Paging by index (RFC 7644, 3.4.2.4), which has no memory: each page is cut
//! out of the list as it is at that moment.

use super::page::{self, Page};
use super::{Listing, Turn};
use crate::settings::Paging;
use muster_sdk::http::Target;
use muster_sdk::json::{Record, Selection};
use muster_sdk::{Failure, PartialReason};

/// What a page showed, beside its new resources.
#[derive(Default)]
struct Notes {
    /// Number of new resources.
    fresh: u64,
    /// The first resource of the page.
    first: Option<String>,
    last: Option<String>,
    /// A resource that was met before, the expected overlap aside.
    repeated: Option<String>,
    /// The page does not begin with the last resource of the page before.
    is_shifted: bool,
}

impl Listing {
    pub(super) fn by_index(
        &mut self,
        selection: &Selection,
        each: &mut dyn FnMut(Record<'_>),
    ) -> Result<Turn, Failure> {
        // One resource of the page before comes along, to be recognised.
        let overlap = self.state.last.clone();
        let back = u64::from(overlap.is_some());
        let target = self.index_target(self.state.passed + 1 - back);
        let mut notes = Notes::default();
        let is_later = self.state.pages > 0;
        // An unasked cursor shows only behind the resources: the first page is
        // kept until then.
        let response = crate::service::get(self.query.what, &target)?;
        if !is_later && self.may_switch && self.begins_cursor(&response, selection)? {
            self.state.paging = Paging::Cursor;
            return Ok(Turn::More);
        }
        let seen = &mut self.seen;
        let page = page::of(&self.query, &response, selection, &mut |record| {
            let id = record.first(0);
            if record.index() == 0 {
                notes.first = id.map(str::to_owned);
                if let Some(expected) = &overlap {
                    seen.insert(expected);
                    notes.is_shifted = id != Some(expected.as_str());
                }
            }
            notes.last = id.map(str::to_owned);
            let is_overlap = record.index() == 0 && overlap.is_some() && !notes.is_shifted;
            match id {
                _ if is_overlap => {}
                Some(id) if !seen.insert(id) => notes.repeated = Some(id.to_owned()),
                _ => {
                    notes.fresh += 1;
                    each(record);
                }
            }
        })?;
        self.note_total(&page);
        Ok(self.judge(&page, notes, back))
    }

    fn index_target(&self, start: u64) -> Target {
        self.query
            .target()
            .query("startIndex", start)
            .query("count", self.count)
    }

    /// True if the service pages by cursor without having been asked to, as
    /// RFC 9865 lets it.
    fn begins_cursor(
        &self,
        response: &muster_sdk::http::Response,
        selection: &Selection,
    ) -> Result<bool, Failure> {
        let page = page::of(&self.query, response, selection, &mut |_| ())?;
        Ok(page.next_cursor.is_some())
    }

    fn judge(&mut self, page: &Page, notes: Notes, back: u64) -> Turn {
        let is_first_again = self.state.pages > 1
            && notes.first.is_some()
            && notes.first == self.state.first
            && self.state.passed > back;
        self.state.received += notes.fresh;
        if is_first_again {
            self.doubt(
                PartialReason::Unproven,
                "the service gives its first page whatever `startIndex` it is asked for; if it always answers \
                 everything at once, set `paging: none`",
            );
        } else if notes.is_shifted {
            self.doubt(
                PartialReason::Drifted,
                format!(
                    "after entry {} another one stood than before, so the list changed while it was read",
                    self.state.passed
                ),
            );
        }
        if let Some(id) = &notes.repeated {
            self.repeated(id);
        }
        if self.state.pages == 1 {
            self.state.first.clone_from(&notes.first);
        }
        if notes.fresh == 0 {
            return self.nothing_new(page, back);
        }
        // By what came: a page may be shorter than was asked for.
        self.state.passed += page.resources - back.min(page.resources);
        self.state.last = notes.last;
        Turn::More
    }

    /// A page without anything new is the end – unless it had room for the
    /// overlap alone.
    fn nothing_new(&mut self, page: &Page, back: u64) -> Turn {
        let is_filled_by_overlap = back == 1
            && page.resources == 1
            && self
                .state
                .total
                .is_some_and(|total| total > self.state.received)
            && self.state.doubt.is_none();
        if is_filled_by_overlap {
            self.state.last = None;
            return Turn::More;
        }
        if back == 1 && page.resources == 0 {
            // The last entry was asked for once more and is not there now.
            self.doubt(
                PartialReason::Drifted,
                "its last entry was gone when it was asked for again",
            );
        }
        Turn::End
    }
}
