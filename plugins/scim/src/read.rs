//! One read, from the first question to the last page.

use crate::discovery::Declared;
use crate::groups::{Directory, Groups};
use crate::listing::{Doubt, Listing, Query, State, Turn};
use crate::people::Mapping;
use crate::position::{self, Position};
use crate::service;
use crate::settings::{AttributesParameter, Incremental, Paging, Settings};
use crate::time;
use muster_sdk::http::Target;
use muster_sdk::{Batch, Coverage, Failure, PartialReason, ReadFrom, ReadRequest, Rows, host};
use serde::{Deserialize, Serialize};

/// Members who were not met and are asked for one by one.
const TRIED: usize = 50;

/// A read under way.
#[derive(Debug)]
pub struct Read {
    settings: Settings,
    declared: Declared,
    directory: Directory,
    groups: Groups,
    mapping: Mapping,
    listing: Listing,
    rows: Rows,
    /// Where the next delta begins.
    next: Option<Position>,
    /// Only changes since this instant are read.
    since: Option<i64>,
    /// Somebody came who was not changed since then.
    is_filter_ignored: bool,
    /// Another instance read the first pages: who and what was met there is not
    /// known here.
    is_resumed: bool,
}

/// What another instance needs to go on with a whole read.
#[derive(Debug, Serialize, Deserialize)]
struct Bookmark {
    listing: State,
    next: Option<Position>,
}

impl Read {
    /// Finds out what the service can do, finds the groups, and begins.
    pub fn start(settings: &Settings, request: ReadRequest) -> Result<Self, Failure> {
        refuse_trees(&request)?;
        let mapping = Mapping::new(&request.attributes, settings)?;
        let declared = Declared::ask()?;
        let users = declared.users.clone();
        position::prove_filter(settings, &users)?;
        let mut directory = Directory::new(settings, &declared);
        let groups = Groups::find(&request.scope, settings, &mut directory)?;
        let begun = begin(settings, &declared, &request)?;
        let filter = match begun.since {
            Some(since) => Some(position::filter(since, settings)),
            None => settings.filter.clone(),
        };
        let query = Query {
            what: "the list of users",
            path: users,
            filter,
            attributes: mapping.asked(settings, groups.are_of_the_user(), begun.since.is_some()),
        };
        Ok(Self {
            is_resumed: begun.resumed.is_some(),
            listing: Listing::new(query, settings, &declared, begun.resumed),
            rows: mapping.rows(),
            settings: settings.clone(),
            declared,
            directory,
            groups,
            mapping,
            next: begun.next,
            since: begun.since,
            is_filter_ignored: false,
        })
    }

    /// Delivers the next page.
    pub fn next(&mut self) -> Result<Batch, Failure> {
        if host::cancelled() {
            return Err(Failure::cancelled());
        }
        match self.page()? {
            Turn::More => {
                let batch = Batch::more(&mut self.rows);
                Ok(match self.bookmark() {
                    Some(bookmark) => batch.resume_at(bookmark),
                    None => batch,
                })
            }
            Turn::End if self.since.is_some() => self.end_of_changes(),
            Turn::End => self.end(),
        }
    }

    fn page(&mut self) -> Result<Turn, Failure> {
        let Self {
            listing,
            mapping,
            groups,
            rows,
            ..
        } = self;
        let page = listing.state().pages + 1;
        let (since, mut is_ignored) = (self.since, false);
        let selection = mapping.selection.clone();
        let turn = listing.next(&selection, &mut |record| {
            let changed = Mapping::last_modified(&record).and_then(time::parse);
            is_ignored |= since.is_some_and(|since| changed.is_none_or(|at| at <= since));
            mapping.take(record, groups, page, rows);
        })?;
        self.is_filter_ignored |= is_ignored;
        Ok(turn)
    }

    /// None in a delta, which is short, and none where nothing can be skipped.
    fn bookmark(&self) -> Option<Vec<u8>> {
        if self.since.is_some() || self.listing.state().paging == Paging::None {
            return None;
        }
        let bookmark = Bookmark {
            listing: self.listing.state().clone(),
            next: self.next.clone(),
        };
        serde_json::to_vec(&bookmark).ok()
    }

    /// Changes are only worth something if the service told all of them.
    fn end_of_changes(&mut self) -> Result<Batch, Failure> {
        if let Some(doubt) = self.listing.doubts() {
            return Err(Failure::stale_cursor(format!(
                "the changes cannot be relied on: {}",
                doubt.message
            )));
        }
        if self.is_filter_ignored {
            return Err(Failure::stale_cursor(
                "asked for changes, the service gave people who were not changed",
            ));
        }
        let coverage = self.facts(Coverage::delta());
        let batch = Batch::last(&mut self.rows, coverage);
        Ok(match &self.next {
            Some(next) => batch.delta_from(next.write()),
            None => batch,
        })
    }

    fn end(&mut self) -> Result<Batch, Failure> {
        self.prove_attributes()?;
        let doubt = match self.listing.doubts().cloned() {
            Some(doubt) => Some(doubt),
            None => self.doubt()?,
        };
        let coverage = match &doubt {
            Some(doubt) => Coverage::partial(doubt.reason(), doubt.message.clone()),
            None if self.listing.received() == 0 => {
                Coverage::partial(PartialReason::Empty, "the service has nobody at all")
            }
            None => Coverage::complete(),
        };
        let coverage = self.facts(coverage).missing_groups(self.groups.missing());
        let batch = Batch::last(&mut self.rows, coverage);
        Ok(match &self.next {
            Some(next) if doubt.is_none() => batch.delta_from(next.write()),
            _ => batch,
        })
    }

    /// What else may be missing, once the list itself is beyond doubt.
    fn doubt(&mut self) -> Result<Option<Doubt>, Failure> {
        if let Some(doubt) = self.groups.doubt(&mut self.directory, self.is_resumed)? {
            return Ok(Some(doubt));
        }
        // A filter leaves members out, as it should.
        if self.settings.filter.is_some() || self.is_resumed {
            return Ok(None);
        }
        let (count, some) = self.groups.unmet(TRIED);
        if count == 0 {
            return Ok(None);
        }
        if count > TRIED {
            return Ok(Some(Doubt::new(
                PartialReason::Unproven,
                format!("{count} members of the groups are not in the list of users"),
            )));
        }
        for id in some {
            if self.is_there(&id)? {
                return Ok(Some(Doubt::new(
                    PartialReason::Drifted,
                    format!(
                        "`{id}` is a member of a group and not in the list of users, but exists"
                    ),
                )));
            }
        }
        Ok(None)
    }

    fn is_there(&self, id: &str) -> Result<bool, Failure> {
        let target = Target::new(self.declared.users.clone())
            .segment(id)
            .query("attributes", "id");
        let response = service::ask(&target)?;
        match response.status {
            200..=299 => Ok(true),
            404 | 410 => Ok(false),
            _ => Err(service::refused(&format!("the user `{id}`"), &response)),
        }
    }

    /// An attribute that nobody has may be one that the service forgets when it
    /// is asked for by name: that would empty a field for everybody.
    fn prove_attributes(&self) -> Result<(), Failure> {
        let unmet = self.mapping.unmet();
        let is_sent = self.settings.attributes_parameter == AttributesParameter::Send;
        if unmet.is_empty() || !is_sent || self.is_resumed || self.listing.received() == 0 {
            return Ok(());
        }
        let target = Target::new(self.declared.users.clone())
            .query_some("filter", self.settings.filter.as_ref())
            .query("startIndex", 1)
            .query("count", 20);
        let response = service::ask(&target)?;
        if !(200..=299).contains(&response.status) {
            return Ok(());
        }
        let paths = unmet.iter().map(|wanted| wanted.path.clone());
        let selection = crate::attributes::builder().texts(paths).build()?;
        let mut forgotten = None;
        let read = selection.read(
            &response.body,
            muster_sdk::json::At::Member("Resources"),
            |person| {
                let mut slots = unmet.iter().enumerate();
                if let Some((_, wanted)) = slots.find(|(slot, _)| person.first(*slot).is_some()) {
                    forgotten = Some(wanted.name.clone());
                }
            },
        );
        match (read, forgotten) {
            (Ok(_), Some(name)) => Err(Failure::config(format!(
                "the service leaves `{name}` out when it is asked for it by the parameter `attributes`"
            ))
            .hint("set `attributes_parameter: omit`")),
            _ => Ok(()),
        }
    }

    fn facts(&self, coverage: Coverage) -> Coverage {
        let state = self.listing.state();
        let tally = &self.mapping.tally;
        let paging = match state.paging {
            Paging::Cursor => "by cursor",
            Paging::None => "all at once",
            Paging::Index | Paging::Auto => "by index, each page overlapping the one before",
        };
        let mut coverage = coverage
            .fact("paging", paging)
            .fact("pages", state.pages.to_string());
        let number = |name, count: u64, coverage: Coverage| match count {
            0 => coverage,
            _ => coverage.fact(name, count.to_string()),
        };
        coverage = number("users in the list", self.listing.received(), coverage);
        coverage = number("out of scope", tally.out_of_scope, coverage);
        coverage = number("without id", tally.without_id, coverage);
        coverage = number("without a clear `active`", tally.status_unknown, coverage);
        if let Some(groups) = self.groups.described() {
            coverage = coverage.fact("groups", groups);
        }
        if let Some(doubt) = self.directory.doubt() {
            coverage = coverage.fact("list of groups", doubt.message.clone());
        }
        if self.settings.incremental == Incremental::Auto && self.groups.described().is_some() {
            coverage = coverage.fact(
                "next changes by",
                "none: who joins or leaves a group is not changed, so every read is whole",
            );
        }
        let counts = !self.groups.decide() && self.since.is_none();
        match self.listing.total().filter(|_| counts) {
            Some(total) => coverage.source_count(total),
            None => coverage,
        }
    }
}

/// How a read begins.
struct Begun {
    resumed: Option<State>,
    next: Option<Position>,
    since: Option<i64>,
}

fn begin(
    settings: &Settings,
    declared: &Declared,
    request: &ReadRequest,
) -> Result<Begun, Failure> {
    let take = || position::take(settings, declared, request, &declared.users);
    match &request.start_at {
        ReadFrom::Start => Ok(Begun {
            resumed: None,
            next: take()?,
            since: None,
        }),
        ReadFrom::Resume(cursor) => {
            let bookmark: Bookmark = serde_json::from_slice(cursor)
                .map_err(|_| Failure::stale_cursor("the bookmark cannot be understood"))?;
            Ok(Begun {
                resumed: Some(bookmark.listing),
                next: bookmark.next,
                since: None,
            })
        }
        ReadFrom::Since(cursor) => {
            let position = Position::read(cursor, settings, request)?;
            let next = take()?.ok_or_else(|| {
                Failure::stale_cursor("the service can no longer be asked for changes")
            })?;
            Ok(Begun {
                resumed: None,
                next: Some(next),
                since: Some(position.since),
            })
        }
    }
}

fn refuse_trees(request: &ReadRequest) -> Result<(), Failure> {
    let scope = &request.scope;
    if scope.under.is_empty() && scope.except_under.is_empty() {
        return Ok(());
    }
    Err(Failure::config(
        "a SCIM service has no tree, so `scope.under` and `scope.exclude.under` mean nothing to it",
    )
    .hint("use `scope.groups`, `scope.where` or the provider's `filter`"))
}
