//! Reading everybody in scope.

use crate::api::Api;
use crate::clock;
use crate::columns::{Columns, User};
use crate::cursor::{self, Feed, Part, Place};
use crate::fault::Right;
use crate::groups::{self, Group, refuse_circle};
use crate::log;
use crate::reported::Reported;
use crate::schema::Schema;
use crate::settings::{self, Deactivated, Settings, check_scope};
use crate::status::DEPROVISIONED;
use muster_sdk::http::Target;
use muster_sdk::json::At;
use muster_sdk::prelude::*;
use muster_sdk::report::Memberships;
use std::collections::{HashMap, HashSet};

/// A read that goes through all lists, page by page.
#[derive(Debug)]
pub struct Read {
    api: Api,
    columns: Columns,
    page_size: u32,
    deactivated: Deactivated,
    question: String,
    groups: Vec<Group>,
    /// Of each member the places of their groups, if there are several.
    membership: HashMap<Box<str>, Vec<usize>>,
    reported: Reported,
    /// Of each member the places of the reported groups.
    reports: Memberships<Box<str>>,
    /// Members of excluded groups.
    excepted: HashSet<Box<str>>,
    /// Whoever was delivered: nobody comes twice, even if they move meanwhile.
    seen: HashSet<Box<str>>,
    /// When the read began, if `seen` does not know all: it was resumed.
    resumed: bool,
    began: String,
    part: Part,
    target: String,
    feed: Option<Feed>,
}

impl Read {
    /// Begins with the first list.
    pub fn start(settings: &Settings, request: &ReadRequest) -> Result<Self, Failure> {
        let mut read = Self::new(settings, request)?;
        read.check_names(&request.attributes)?;
        read.find_groups(&request.scope)?;
        read.began = clock::iso(read.api.now());
        // The position is taken before the first person is read, so that nothing
        // is lost in between.
        read.feed = read.begin_feed(settings)?;
        read.read_memberships()?;
        read.target = read.first_page(Part::Living(0));
        Ok(read)
    }

    /// Goes on after a page of a read that was interrupted.
    pub fn resume(settings: &Settings, request: &ReadRequest, at: &[u8]) -> Result<Self, Failure> {
        let mut read = Self::new(settings, request)?;
        let place = cursor::place(at, &read.question)?;
        read.find_groups(&request.scope)?;
        read.read_memberships()?;
        read.resumed = true;
        read.began = place.began;
        read.part = place.part;
        read.target = place.target;
        read.feed = place.feed;
        Ok(read)
    }

    fn new(settings: &Settings, request: &ReadRequest) -> Result<Self, Failure> {
        check_scope(&request.scope)?;
        let columns = Columns::new(&request.attributes, settings)?;
        Ok(Self {
            api: Api::new(columns.credentials()),
            columns,
            page_size: settings.page_size.min(request.page_size.max(1)),
            deactivated: settings.deactivated,
            question: settings.fingerprint(request),
            groups: Vec::new(),
            membership: HashMap::new(),
            reported: Reported::default(),
            reports: Memberships::default(),
            excepted: HashSet::new(),
            seen: HashSet::new(),
            resumed: false,
            began: String::new(),
            part: Part::Living(0),
            target: String::new(),
            feed: None,
        })
    }

    /// Delivers the next page.
    pub fn next(&mut self) -> Result<Batch, Failure> {
        let (what, right) = self.what();
        let answer = self.api.get(&what, right, self.target.as_str())?;
        refuse_circle(&self.target, answer.next.as_deref())?;
        let mut rows = self.columns.rows();
        let selection = self.columns.selection().clone();
        selection.read(&answer.body, At::Root, |record| match User::of(record) {
            Some(user) => self.take(&mut rows, user),
            None => rows.problem(&what, "a user without an id", Subject::Nobody),
        })?;
        match answer.next {
            Some(next) => self.target = next,
            None if !self.next_part() => return Ok(self.last(rows)),
            None => {}
        }
        let batch = Batch::more(rows);
        Ok(match self.place() {
            Some(place) => batch.resume_at(place),
            None => batch,
        })
    }

    fn take(&mut self, rows: &mut Rows, user: User<'_>) {
        let is_excepted = self.excepted.contains(user.id);
        if is_excepted || self.came_before(user) || !self.seen.insert(user.id.into()) {
            return;
        }
        let Part::Living(part) = self.part else {
            self.columns.add(rows, user, []);
            return;
        };
        let of_others = self.membership.get(user.id).map_or(&[][..], Vec::as_slice);
        let this = (!of_others.contains(&part)).then_some(part);
        let mut places: Vec<usize> = of_others.iter().copied().chain(this).collect();
        places.sort_unstable();
        let syncing = places.iter().filter_map(|&place| self.groups.get(place));
        let reported = self.reports.of(user.id).iter();
        let reported = reported.filter_map(|&place| self.reported.groups.get(place));
        let named = syncing.chain(reported).map(|group| group.named.as_str());
        self.columns.add(rows, user, named);
    }

    /// Whoever is deactivated during a read that was resumed may have come while
    /// they were active; the next run will tell.
    fn came_before(&self, user: User<'_>) -> bool {
        self.resumed
            && self.part == Part::Deactivated
            && user.status_changed() >= self.began.as_str()
    }

    fn what(&self) -> (String, Right) {
        match self.part {
            Part::Deactivated => ("the list of deactivated users".to_owned(), Right::Users),
            Part::Living(part) => match self.groups.get(part) {
                Some(group) => (format!("the members of `{}`", group.named), Right::Groups),
                None => ("the list of users".to_owned(), Right::Users),
            },
        }
    }

    /// Turns to the next list, if there is one.
    fn next_part(&mut self) -> bool {
        let next = match (self.part, self.deactivated) {
            (Part::Living(part), _) if part + 1 < self.groups.len() => Part::Living(part + 1),
            (Part::Living(_), Deactivated::Read) => Part::Deactivated,
            _ => return false,
        };
        self.part = next;
        self.target = self.first_page(next);
        true
    }

    fn first_page(&self, part: Part) -> String {
        let users = Target::new("/api/v1/users");
        match part {
            Part::Deactivated => users
                .query("filter", format!("status eq \"{DEPROVISIONED}\""))
                .query("limit", self.page_size)
                .into(),
            Part::Living(part) => match self.groups.get(part) {
                Some(group) => groups::members(&group.id, self.page_size),
                // Leaves the deactivated out, whatever the documentation calls it.
                None => users.query("limit", self.page_size).into(),
            },
        }
    }

    /// Where the read can go on. Not with several groups: who came before is too
    /// much to be kept.
    fn place(&self) -> Option<Vec<u8>> {
        let place = Place {
            question: self.question.clone(),
            part: self.part,
            target: self.target.clone(),
            began: self.began.clone(),
            feed: self.feed.clone(),
        };
        cursor::pack(&place).filter(|_| self.groups.len() <= 1)
    }

    fn last(&self, rows: Rows) -> Batch {
        let deactivated = match self.deactivated {
            Deactivated::Read => "read",
            Deactivated::Skip => "left out",
        };
        let mut coverage = Coverage::complete()
            .fact("groups found", self.groups.len().to_string())
            .fact("last page", "reached")
            .fact("deactivated users", deactivated)
            .missing_groups(&self.reported.missing);
        let position = self.feed.as_ref().and_then(cursor::pack);
        if let (Some(feed), None) = (&self.feed, &position) {
            let text = format!(
                "not followed: a position for {} groups is too long to be kept",
                feed.groups.len()
            );
            coverage = coverage.fact("changes", text);
        }
        let batch = Batch::last(rows, coverage);
        match position {
            Some(position) => batch.delta_from(position),
            None => batch,
        }
    }
}

/// What comes before the first page.
impl Read {
    /// A login that may not see the schema reads on: then a mistyped name is
    /// merely a property without a value.
    fn check_names(&self, attributes: &[String]) -> Result<(), Failure> {
        match Schema::read(&self.api) {
            Ok(schema) => schema.check(attributes),
            Err(failure) if failure.kind == FailureKind::Denied => {
                host::warn(&format!(
                    "attributes are not checked, for the schema may not be read: {}",
                    failure.message
                ));
                Ok(())
            }
            Err(failure) => Err(failure),
        }
    }

    fn find_groups(&mut self, scope: &Scope) -> Result<(), Failure> {
        self.groups = groups::find_all(&self.api, &scope.groups)?;
        for group in groups::find_all(&self.api, &scope.except_groups)? {
            let excepted = &mut self.excepted;
            groups::member_ids(&self.api, &group, self.page_size, |id| {
                excepted.insert(id.into());
            })?;
        }
        self.reported = Reported::find(&self.api, scope)?;
        Ok(())
    }

    /// A person comes once, with all groups: so the later groups are looked at
    /// before the first one is delivered.
    fn read_memberships(&mut self) -> Result<(), Failure> {
        for (place, group) in self.groups.iter().enumerate().skip(1) {
            let membership = &mut self.membership;
            groups::member_ids(&self.api, group, self.page_size, |id| {
                membership.entry(id.into()).or_default().push(place);
            })?;
        }
        self.reports = self.reported.members(&self.api, self.page_size)?;
        Ok(())
    }

    /// The feed's position; nothing if there is none, or it may not be read.
    fn begin_feed(&self, settings: &Settings) -> Result<Option<Feed>, Failure> {
        if settings.feed == settings::Feed::None {
            return Ok(None);
        }
        match log::probe(&self.api) {
            Ok(()) => {}
            Err(failure) if failure.kind == FailureKind::Denied => {
                host::warn(&format!(
                    "every run reads everybody, for the changes may not be read: {}",
                    failure.message
                ));
                return Ok(None);
            }
            Err(failure) => return Err(failure),
        }
        let updated = |group: &Group| (group.id.clone(), group.membership_updated.clone());
        Ok(Some(Feed {
            question: self.question.clone(),
            log: log::begin(&self.api),
            at: self.api.now(),
            groups: self
                .groups
                .iter()
                .chain(&self.reported.groups)
                .map(updated)
                .collect(),
            reported: self.reported.print(),
        }))
    }
}
