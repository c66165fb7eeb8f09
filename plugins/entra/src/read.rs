//! A whole read: everybody in scope, page by page, then who was deleted.

use crate::cursor;
use crate::extras::Managers;
use crate::fault::Right;
use crate::feeds::Feeds;
use crate::graph;
use crate::groups::{Group, Groups};
use crate::key::Key;
use crate::members;
use crate::names::Names;
use crate::people::{People, Verdict};
use crate::reports;
use crate::settings::{FeedSetting, Settings};
use crate::tally::Tally;
use muster_sdk::json::{At, Selection};
use muster_sdk::prelude::*;
use muster_sdk::report::Memberships;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Users on a page: what Graph allows, with sign-ins, and with photos.
const PAGE: u32 = 999;
const PAGE_OF_SIGN_INS: u32 = 500;
const PAGE_OF_PHOTOS: u32 = 100;

/// Rows of a page that Graph has no part in.
const ROWS: usize = 5000;

/// A read under way.
#[derive(Debug)]
pub struct Read {
    people: People,
    whom: Whom,
    /// One list for each syncing group, or one of everybody.
    lists: Vec<List>,
    place: Place,
    /// Deleted users who are still to be told.
    gone: Vec<String>,
    feeds: Option<Feeds>,
    question: String,
}

/// A list that is read.
#[derive(Debug)]
struct List {
    what: String,
    first: String,
    right: Right,
    managers: Managers,
    hidden: bool,
}

/// Where a read stands.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Place {
    list: usize,
    /// The next page; none before a list's first.
    link: Option<String>,
    /// Different users in this list so far.
    listed: u64,
    /// How many there are, as its first page said.
    count: Option<u64>,
}

/// What another instance needs to go on.
#[derive(Serialize, Deserialize)]
struct Kept {
    place: Place,
    tally: Tally,
    feeds: Option<Feeds>,
}

impl Read {
    /// Begins. Where the change feeds stand is asked first: whatever changes
    /// during the read is told by the next delta.
    pub fn start(settings: &Settings, request: &ReadRequest) -> Result<Self, Failure> {
        let names = Names::read(&request.attributes, settings)?;
        let groups = Groups::find(&request.scope)?;
        let mut tally = Tally::default();
        for missing in &groups.missing {
            tally.doubt(PartialReason::GroupMissing, missing);
        }
        tally.absent(&groups.absent);
        let feeds = match settings.feed {
            FeedSetting::Delta => begin_feeds(&names, &groups, &mut tally)?,
            FeedSetting::None => None,
        };
        let mut read = Self::new(settings, request, names, groups, tally)?;
        read.feeds = feeds;
        Ok(read)
    }

    /// Goes on after the page that came with this cursor.
    pub fn resume(settings: &Settings, request: &ReadRequest, at: &[u8]) -> Result<Self, Failure> {
        let kept: Kept = cursor::open(&cursor::question(settings, request), at)?;
        let names = Names::read(&request.attributes, settings)?;
        let groups = Groups::find(&request.scope)?;
        let mut read = Self::new(settings, request, names, groups, kept.tally)?;
        read.place = kept.place;
        read.feeds = kept.feeds;
        // Who was told before is not known any more, and must not come twice.
        read.gone.clear();
        Ok(read)
    }

    fn new(
        settings: &Settings,
        request: &ReadRequest,
        names: Names,
        groups: Groups,
        mut tally: Tally,
    ) -> Result<Self, Failure> {
        let lists = lists(&names, &groups, request.page_size);
        let whom = Whom::read(&groups, &mut tally)?;
        let (gone, deleted) = deleted()?;
        Ok(Self {
            people: People::new(names, settings, tally)?,
            whom: Whom { deleted, ..whom },
            lists,
            place: Place::default(),
            gone,
            feeds: None,
            question: cursor::question(settings, request),
        })
    }

    /// Delivers the next page. A failure is handed on: the host goes on from the
    /// last cursor.
    pub fn next(&mut self) -> Result<Batch, Failure> {
        while self.place.list < self.lists.len() {
            let before = self.people.tally.problems;
            self.page()?;
            if !self.people.rows.is_empty() || self.people.tally.problems > before {
                let batch = Batch::more(&mut self.people.rows);
                return Ok(match self.cursor() {
                    Some(cursor) => batch.resume_at(cursor),
                    None => batch,
                });
            }
        }
        let held = &self.whom.held;
        self.gone.retain(|id| !held.contains(&Key::of(id)));
        let rest = self.gone.split_off(self.gone.len().min(ROWS));
        for id in std::mem::replace(&mut self.gone, rest) {
            self.people.gone(&id, Removal::Restorable);
        }
        match self.gone.is_empty() {
            false => Ok(Batch::more(&mut self.people.rows)),
            true => Ok(self.last()),
        }
    }

    fn cursor(&self) -> Option<Vec<u8>> {
        let kept = Kept {
            place: self.place.clone(),
            tally: self.people.tally.clone(),
            feeds: self.feeds.clone(),
        };
        cursor::pack(&self.question, &kept)
    }

    fn last(&mut self) -> Batch {
        self.people.tally.excluded = self.whom.left_out;
        let feeds = self.feeds.as_ref();
        let position = feeds.and_then(|feeds| cursor::pack(&self.question, feeds));
        if let (Some(feeds), None) = (feeds, &position) {
            let text = format!(
                "not followed: a position for {} groups is too long to be kept",
                feeds.followed()
            );
            self.people.tally.fact("changes", text);
        }
        let coverage = self.people.tally.coverage();
        // Whoever was held or not seen would not be named by the feeds.
        let proven = coverage.is_complete() && self.people.tally.problems == 0;
        let batch = Batch::last(&mut self.people.rows, coverage);
        match position.filter(|_| proven) {
            Some(cursor) => batch.delta_from(cursor),
            None => batch,
        }
    }

    /// Reads one page of the current list.
    fn page(&mut self) -> Result<(), Failure> {
        let Some(list) = self.lists.get(self.place.list) else {
            return Ok(());
        };
        let target = self.place.link.as_ref().unwrap_or(&list.first);
        let page = graph::get(target).map_err(|trouble| trouble.failure(&list.what, list.right))?;
        let (whom, place) = (&mut self.whom, &mut self.place);
        let rest = self
            .people
            .page(&page, At::Member("value"), list.managers, |id| {
                whom.judge(id, place)
            })?;
        members::complete(&rest, &list.what)?;
        self.people.tally.pages += 1;
        place.count = place.count.or(rest.number("@odata.count"));
        match rest.text("@odata.nextLink") {
            Some(next) if place.link.as_deref() == Some(next) => Err(Failure::data(format!(
                "{}: the next page is the same page again",
                list.what
            ))),
            Some(next) => {
                place.link = Some(next.to_owned());
                Ok(())
            }
            None => {
                self.end_of_list();
                Ok(())
            }
        }
    }

    fn end_of_list(&mut self) {
        let tally = &mut self.people.tally;
        let Some(list) = self.lists.get(self.place.list) else {
            return;
        };
        let (listed, what) = (self.place.listed, &list.what);
        match self.place.count {
            Some(count) if count != listed => tally.doubt(
                PartialReason::Drifted,
                format!("{what}: Graph counted {count}, but listed {listed}"),
            ),
            count if self.lists.len() == 1 => tally.source = count,
            _ => {}
        }
        if list.hidden && listed == 0 {
            tally.doubt(
                PartialReason::Unreadable,
                format!("{what} are hidden: seeing them needs `Member.Read.Hidden`"),
            );
        }
        tally.fact("last page", format!("{what}: reached, {listed} listed"));
        self.place = Place {
            list: self.place.list + 1,
            ..Place::default()
        };
        self.whom.next_list();
    }
}

/// Begins the change feeds. A tenant or cloud without them is read whole every
/// time.
fn begin_feeds(
    names: &Names,
    groups: &Groups,
    tally: &mut Tally,
) -> Result<Option<Feeds>, Failure> {
    match Feeds::latest(names, groups) {
        Ok(feeds) => {
            tally.fact("groups followed", feeds.followed().to_string());
            Ok(Some(feeds))
        }
        Err(failure) if matches!(failure.kind, FailureKind::Unsupported | FailureKind::Denied) => {
            tally.fact("changes", format!("not offered: {}", failure.message));
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}

fn lists(names: &Names, groups: &Groups, wish: u32) -> Vec<List> {
    let most = match (names.photo(), names.has_sign_ins()) {
        (Some(_), _) => PAGE_OF_PHOTOS,
        (None, true) => PAGE_OF_SIGN_INS,
        (None, false) => PAGE,
    };
    let size = most.min(wish.max(1)) as usize;
    if groups.narrowed {
        let of_group = |group: &Group| {
            let path = format!(
                "/groups/{}/transitiveMembers/microsoft.graph.user",
                group.id
            );
            List {
                what: format!("the members of `{}`", group.written),
                first: members::first(&path, &names.select(), size),
                right: Right::Members,
                managers: Managers::Apart,
                hidden: group.hidden,
            }
        };
        return groups.syncing.iter().map(of_group).collect();
    }
    let mut first = members::first("/users", &names.select(), size);
    if let Some(select) = names.manager() {
        first = format!("{first}&$expand=manager($levels=1;$select={select})");
    }
    vec![List {
        what: "the users".to_owned(),
        first,
        right: Right::Users,
        managers: Managers::Expanded,
        hidden: false,
    }]
}

/// Ids of users in the bin, as texts and as keys.
fn deleted() -> Result<(Vec<String>, HashSet<Key>), Failure> {
    let what = "the deleted users";
    let selection = Selection::new(["id"])?;
    let mut ids: Vec<String> = Vec::new();
    let mut keys = HashSet::new();
    let first = format!("/directory/deletedItems/microsoft.graph.user?$select=id&$top={PAGE}");
    let mut next = Some(first);
    while let Some(target) = next {
        let page = graph::get(&target).map_err(|trouble| trouble.failure(what, Right::Users))?;
        let rest = selection.read(&page, At::Member("value"), |user| {
            if let Some(id) = user.first(0)
                && keys.insert(Key::of(id))
            {
                ids.push(id.to_owned());
            }
        })?;
        members::complete(&rest, what)?;
        next = rest.text("@odata.nextLink").map(str::to_owned);
    }
    Ok((ids, keys))
}

/// Who is in scope, and who came already.
#[derive(Debug, Default)]
struct Whom {
    /// Syncing groups as the policy writes them, one list each.
    names: Vec<String>,
    /// Reported groups as they are told, and who is in them.
    told: Vec<String>,
    reports: Memberships<Key>,
    /// Names by syncing groups and the set of reported ones.
    groups: HashMap<(u128, u32), Rc<[String]>>,
    excluded: HashSet<Key>,
    /// With several syncing groups: a bit for each that a user is in.
    memberships: Option<HashMap<Key, u128>>,
    deleted: HashSet<Key>,
    /// Users who are listed although they are deleted.
    held: HashSet<Key>,
    /// Users of the current list.
    here: HashSet<Key>,
    left_out: u64,
}

impl Whom {
    fn read(groups: &Groups, tally: &mut Tally) -> Result<Self, Failure> {
        let mut whom = Self {
            reports: reports::read(groups, tally)?,
            told: names(&groups.reported),
            names: names(&groups.syncing),
            ..Self::default()
        };
        for group in &groups.except {
            let listed = members::users(group)?;
            let keys: HashSet<Key> = listed.ids.iter().map(|id| Key::of(id)).collect();
            if listed.count.is_some_and(|count| count != keys.len() as u64) {
                let text = format!(
                    "the members of `{}`, who are to be left out, changed while they were read",
                    group.written
                );
                return Err(Failure::drifted(text));
            }
            whom.excluded.extend(keys);
        }
        if groups.syncing.len() > 1 {
            let mut memberships: HashMap<Key, u128> = HashMap::new();
            for (number, group) in groups.syncing.iter().enumerate() {
                for id in members::users(group)?.ids {
                    *memberships.entry(Key::of(&id)).or_default() |= bit(number);
                }
            }
            whom.memberships = Some(memberships);
        }
        Ok(whom)
    }

    /// The names of groups: many people are in the same.
    fn groups(&mut self, syncing: u128, set: u32) -> Rc<[String]> {
        if let Some(known) = self.groups.get(&(syncing, set)) {
            return known.clone();
        }
        let of_scope = self.names.iter().enumerate();
        let of_scope = of_scope
            .filter(|(number, _)| syncing & bit(*number) != 0)
            .map(|(_, name)| name);
        let reported = self.reports.groups(set).iter();
        let reported = reported.filter_map(|&place| self.told.get(place));
        let names: Rc<[String]> = of_scope.chain(reported).cloned().collect();
        self.groups.insert((syncing, set), names.clone());
        names
    }

    fn next_list(&mut self) {
        self.here.clear();
    }

    /// Each user is delivered from the first list that has them.
    fn judge(&mut self, id: &str, place: &mut Place) -> Verdict {
        let key = Key::of(id);
        if !self.here.insert(key) {
            return Verdict::Known;
        }
        place.listed += 1;
        let syncing = match &mut self.memberships {
            None => bit(place.list),
            Some(memberships) => {
                let bits = memberships.entry(key).or_default();
                if *bits & (bit(place.list) - 1) != 0 {
                    return Verdict::Known;
                }
                *bits |= bit(place.list);
                *bits
            }
        };
        if self.excluded.contains(&key) {
            self.left_out += 1;
            return Verdict::Stranger;
        }
        match self.deleted.contains(&key) {
            false => Verdict::Member(self.groups(syncing, self.reports.set(&key))),
            true => {
                self.held.insert(key);
                Verdict::Held("it is listed, and among the deleted users as well: the lists lag behind, and will agree later".to_owned())
            }
        }
    }
}

fn names(groups: &[Group]) -> Vec<String> {
    groups.iter().map(|group| group.written.clone()).collect()
}

fn bit(number: usize) -> u128 {
    1u128
        .checked_shl(number.try_into().unwrap_or(u32::MAX))
        .unwrap_or(0)
}
