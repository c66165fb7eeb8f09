//! Reading those who changed.
//!
//! The log names people; each of them is read whole, with their groups. Nobody is
//! ever missing from this: who is not named is as they were.

use crate::api::{Answer, Api};
use crate::clock;
use crate::columns::{Columns, User};
use crate::cursor::{self, Feed};
use crate::fault::Right;
use crate::groups::{self, Group};
use crate::log::{self, News};
use crate::reported::Reported;
use crate::settings::{self, Settings, check_scope};
use muster_sdk::http::Target;
use muster_sdk::json::{At, Selection};
use muster_sdk::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Beyond so many people, reading everybody takes fewer requests.
const MOST: usize = 500;

/// People who are asked for side by side.
const TOGETHER: usize = 25;

/// How far the clocks of what answers may be apart.
const OVERLAP_SECONDS: u64 = 600;

/// A delta.
#[derive(Debug)]
pub struct Changes {
    api: Api,
    columns: Columns,
    scope: Scope,
    page_size: u32,
    feed: Feed,
}

impl Changes {
    /// Takes the position that an earlier read ended with.
    pub fn start(
        settings: &Settings,
        request: &ReadRequest,
        since: &[u8],
    ) -> Result<Self, Failure> {
        check_scope(&request.scope)?;
        if settings.feed == settings::Feed::None {
            return Err(Failure::stale_cursor("the policy says `feed: none`"));
        }
        let feed = cursor::feed(since, &settings.fingerprint(request))?;
        let columns = Columns::new(&request.attributes, settings)?;
        Ok(Self {
            api: Api::new(columns.credentials()),
            columns,
            scope: request.scope.clone(),
            page_size: settings.page_size,
            feed,
        })
    }

    /// Delivers everybody who changed, as one page.
    pub fn next(&mut self) -> Result<Batch, Failure> {
        let (mut news, position) = log::read(&self.api, &self.feed.log, self.feed.at)?;
        self.refuse_lost_groups(&news)?;
        // Looked up each time: no event surely tells which names there are.
        let reported = Reported::find(&self.api, &self.scope)?;
        if reported.print() != self.feed.reported {
            return Err(Failure::stale_cursor(
                "the groups that the policy reports are not those of the last run: one came, went or was renamed",
            ));
        }
        let groups = self.look_at_groups(&mut news, &reported)?;
        if news.users.len() > MOST {
            return Err(Failure::stale_cursor(format!(
                "{} people changed since the last run, and reading everybody is quicker",
                news.users.len()
            )));
        }
        let mut rows = self.columns.rows();
        if !news.users.is_empty() {
            let membership = Membership::of(&self.api, &self.scope, reported.groups)?;
            let users: Vec<&str> = news.users.iter().map(String::as_str).collect();
            for some in users.chunks(TOGETHER) {
                self.deliver(&mut rows, some, &membership)?;
            }
        }
        let coverage = Coverage::delta()
            .fact("people named by the log", news.users.len().to_string())
            .missing_groups(&reported.missing);
        let feed = Feed {
            question: self.feed.question.clone(),
            log: position,
            at: self.api.now(),
            groups,
            reported: self.feed.reported.clone(),
        };
        let batch = Batch::last(rows, coverage);
        Ok(match cursor::pack(&feed) {
            Some(position) => batch.delta_from(position),
            None => batch,
        })
    }

    fn refuse_lost_groups(&self, news: &News) -> Result<(), Failure> {
        let mut ours = self.feed.groups.keys();
        match ours.find(|id| news.deleted_groups.contains(*id)) {
            None => Ok(()),
            Some(id) => Err(Failure::stale_cursor(format!(
                "the group {id}, which the policy names, was deleted"
            ))),
        }
    }

    /// A syncing group whose membership changed although no event names anybody of
    /// it: all its members are read anew. Who left it, the next full read finds.
    /// Rights come from reported groups, so for one of them that read is now.
    fn look_at_groups(
        &self,
        news: &mut News,
        reported: &Reported,
    ) -> Result<BTreeMap<String, String>, Failure> {
        let mut known = self.feed.groups.clone();
        if known.is_empty() {
            return Ok(known);
        }
        let ids: Vec<&str> = self.feed.groups.keys().map(String::as_str).collect();
        let after = clock::iso(self.feed.at.saturating_sub(OVERLAP_SECONDS));
        for (id, updated) in groups::changed(&self.api, &ids, &after)? {
            let is_new = known.get(&id).is_some_and(|known| *known != updated);
            if is_new && !news.groups.contains(&id) {
                if let Some(group) = reported.groups.iter().find(|group| group.id == id) {
                    return Err(Failure::stale_cursor(format!(
                        "the members of `{}` changed, and the System Log does not say who",
                        group.named
                    )));
                }
                self.read_members(&id, &mut news.users)?;
            }
            known.insert(id, updated);
        }
        Ok(known)
    }

    fn read_members(&self, id: &str, users: &mut BTreeSet<String>) -> Result<(), Failure> {
        let group = Group {
            id: id.to_owned(),
            named: id.to_owned(),
            name: String::new(),
            kind: String::new(),
            membership_updated: String::new(),
        };
        groups::member_ids(&self.api, &group, self.page_size, |id| {
            users.insert(id.to_owned());
        })
    }

    fn deliver(
        &self,
        rows: &mut Rows,
        users: &[&str],
        membership: &Membership,
    ) -> Result<(), Failure> {
        if host::cancelled() {
            return Err(Failure::cancelled());
        }
        let of_each = |target: &dyn Fn(&str) -> String| users.iter().map(|id| target(id)).collect();
        let user = |id: &str| Target::new("/api/v1/users").segment(id).into();
        let what = "the changed users";
        let found = self.api.find_all(what, Right::Users, of_each(&user))?;
        let theirs = if membership.is_everybody() {
            Vec::new()
        } else {
            let what = "the groups of the changed users";
            self.api
                .find_all(what, Right::Users, of_each(&groups::of_user))?
        };
        let mut theirs = theirs.into_iter();
        for (id, answer) in users.iter().zip(found) {
            let groups = match theirs.next() {
                None => Some(Vec::new()),
                Some(Some(groups)) => membership.in_scope(&self.api, groups)?,
                Some(None) if answer.is_some() => return Err(vanished(id)),
                Some(None) => None,
            };
            match answer {
                None => drop(rows.add(Status::Removed(Removal::Final)).id(id)),
                Some(answer) => self
                    .columns
                    .selection()
                    .read(&answer.body, At::One, |record| {
                        if let Some(user) = User::of(record) {
                            self.add(rows, user, groups.as_deref());
                        }
                    })
                    .map(drop)?,
            }
        }
        Ok(())
    }

    /// The deactivated are in no group, and are told apart from those who left.
    fn add(&self, rows: &mut Rows, user: User<'_>, groups: Option<&[String]>) {
        let is_removed = matches!(self.columns.status(user), Status::Removed(_));
        match groups {
            Some(groups) => self
                .columns
                .add(rows, user, groups.iter().map(String::as_str)),
            None if is_removed => self.columns.add(rows, user, []),
            None => drop(rows.add(Status::Removed(Removal::LeftScope)).id(user.id)),
        }
    }
}

/// Groups that cannot be had say nothing about who is in them.
fn vanished(id: &str) -> Failure {
    Failure::drifted(format!(
        "Okta shows the user {id}, but not the groups that they are in"
    ))
    .hint("they were likely deleted this very moment; the next run will tell")
}

/// Which groups decide who is in scope, and which are told.
struct Membership {
    groups: Vec<Group>,
    excepted: Vec<Group>,
    reported: Vec<Group>,
    ids: Selection,
}

impl Membership {
    fn of(api: &Api, scope: &Scope, reported: Vec<Group>) -> Result<Self, Failure> {
        Ok(Self {
            reported,
            groups: groups::find_all(api, &scope.groups)?,
            excepted: groups::find_all(api, &scope.except_groups)?,
            ids: Selection::new(["id"])?,
        })
    }

    /// No group is asked about.
    fn is_everybody(&self) -> bool {
        self.groups.is_empty() && self.excepted.is_empty() && self.reported.is_empty()
    }

    /// The syncing and reported groups among a user's groups; nothing for whoever
    /// is not in scope.
    fn in_scope(&self, api: &Api, first: Answer) -> Result<Option<Vec<String>>, Failure> {
        let (mut theirs, mut page) = (BTreeSet::new(), first);
        loop {
            self.ids.read(&page.body, At::Root, |record| {
                theirs.extend(record.first(0).map(str::to_owned));
            })?;
            let Some(next) = page.next else { break };
            page = api.get("the groups of a changed user", Right::Users, next)?;
        }
        let in_any = |groups: &[Group]| groups.iter().any(|group| theirs.contains(&group.id));
        if in_any(&self.excepted) || !(self.groups.is_empty() || in_any(&self.groups)) {
            return Ok(None);
        }
        let named = self
            .groups
            .iter()
            .chain(&self.reported)
            .filter(|group| theirs.contains(&group.id));
        Ok(Some(named.map(|group| group.named.clone()).collect()))
    }
}
