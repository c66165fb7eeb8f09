//! Paging by cursor (RFC 9865).

use super::page::{self, Page};
use super::seen::Seen;
use super::{Listing, Turn};
use crate::service::{self, refused};
use crate::settings::Paging;
use muster_sdk::http::{Response, Target};
use muster_sdk::json::{Record, Selection};
use muster_sdk::{Failure, PartialReason, host};

/// Pages in a row that may bring nothing.
const EMPTY: u32 = 100;

impl Listing {
    pub(super) fn by_cursor(
        &mut self,
        selection: &Selection,
        each: &mut dyn FnMut(Record<'_>),
    ) -> Result<Turn, Failure> {
        let target = self.cursor_target();
        let response = service::ask(&target)?;
        if !(200..=299).contains(&response.status) {
            return self.refused_cursor(&response);
        }
        let page = self.take(&response, selection, each)?;
        self.note_total(&page);
        self.follow(page, selection)
    }

    fn cursor_target(&self) -> Target {
        let cursor = self.state.cursor.as_deref().unwrap_or_default();
        self.query
            .target()
            .query("cursor", cursor)
            .query("count", self.count)
    }

    fn take(
        &mut self,
        response: &Response,
        selection: &Selection,
        each: &mut dyn FnMut(Record<'_>),
    ) -> Result<Page, Failure> {
        let (mut repeated, mut received) = (None, 0);
        let (seen, again) = (&mut self.seen, &mut self.again);
        let page = page::of(&self.query, response, selection, &mut |record| {
            let Some(id) = record.first(0) else {
                received += 1;
                return each(record);
            };
            // After a restart, who was handed over before comes once more.
            let is_known = !seen.insert(id);
            let is_repeated = match again {
                Some(again) => !again.insert(id),
                None => is_known,
            };
            match is_repeated {
                true => repeated = Some(id.to_owned()),
                false => received += 1,
            }
            if !is_known {
                each(record);
            }
        })?;
        self.state.received += received;
        self.state.empty = if received == 0 {
            self.state.empty + 1
        } else {
            0
        };
        if let Some(id) = repeated {
            self.repeated(&id);
        }
        Ok(page)
    }

    fn follow(&mut self, page: Page, selection: &Selection) -> Result<Turn, Failure> {
        let Some(next) = page.next_cursor else {
            self.unmask(selection)?;
            return Ok(Turn::End);
        };
        let is_known = self.state.cursor.as_deref() == Some(next.as_str());
        if is_known || !self.cursors.insert(&next) {
            self.doubt(
                PartialReason::Unproven,
                "the service gave the same `nextCursor` twice, so its pages go in a circle",
            );
            return Ok(Turn::End);
        }
        if self.state.empty >= EMPTY {
            self.doubt(
                PartialReason::Unproven,
                format!("{EMPTY} pages in a row were empty, and each named a next one"),
            );
            return Ok(Turn::End);
        }
        self.state.cursor = Some(next);
        Ok(Turn::More)
    }

    /// A list of one page from a service that does not declare cursors may be
    /// the first page of a service that does not know them: then something
    /// stands behind it by index.
    fn unmask(&mut self, selection: &Selection) -> Result<(), Failure> {
        if self.is_cursor_declared || self.state.cursor.is_some() || self.state.received == 0 {
            return Ok(());
        }
        let start = self.state.received + 1;
        let target = self
            .query
            .target()
            .query("startIndex", start)
            .query("count", 2);
        let response = service::ask(&target)?;
        let is_empty = (200..=299).contains(&response.status)
            && page::of(&self.query, &response, selection, &mut |_| ())?.resources == 0;
        if !is_empty {
            self.doubt(
                PartialReason::Unproven,
                "the service gives no `nextCursor` and does not declare paging by cursor, so there may be more",
            );
        }
        Ok(())
    }

    /// An expired cursor is no error of anybody's: the list is begun anew, once.
    fn refused_cursor(&mut self, response: &Response) -> Result<Turn, Failure> {
        let trouble = service::trouble(response).unwrap_or_default();
        let is_lost = response.status == 400
            && ["expiredCursor", "invalidCursor"]
                .iter()
                .any(|kind| trouble.kind.eq_ignore_ascii_case(kind));
        if self.state.cursor.is_none() || !is_lost {
            return Err(refused(self.query.what, response));
        }
        // Who was handed over by an instance that is gone cannot be known here.
        if self.state.was_restarted || self.is_resumed {
            self.doubt(
                PartialReason::Interrupted,
                format!(
                    "the service no longer knows its own cursor (`{}`); a larger `page_size` needs fewer of them",
                    trouble.kind
                ),
            );
            return Ok(Turn::End);
        }
        host::info(&format!(
            "{}: the cursor expired; the list is read once more from its beginning",
            self.query.what
        ));
        self.again = Some(Seen::default());
        self.cursors = Seen::default();
        let kept = self.state.doubt.take();
        self.state = super::State {
            was_restarted: true,
            doubt: kept,
            ..super::State::new(Paging::Cursor)
        };
        Ok(Turn::More)
    }
}
