//! OpenLDAP: refreshes of RFC 4533 (`syncprov`).
//!
//! A refresh has two ways to tell who is gone, and they are opposites: in a
//! delete phase only those are gone who are named; after a present phase
//! everybody is who was neither sent nor named. A present phase names all who
//! are there, not those who were: the latter are in the cursor, or, if they are
//! too many, only the number of their set is. If that number does not fit,
//! somebody is gone and everybody is read again.

use super::{Changes, Field, Key, Known, Position, Refusal, UNITS, add, take};
use crate::directory::{ANYTHING, Found, Lookup, lookup, open};
use crate::filter;
use crate::outcome;
use crate::time::{Millis, generalized};
use muster_sdk::ldap::{Change, Entry, Mode};
use muster_sdk::{Failure, Removal};
use std::collections::BTreeSet;

/// `supportedControl`.
const CONTROL: &str = "1.3.6.1.4.1.4203.1.9.1.1";

/// `e-syncRefreshRequired`.
const REFRESH_REQUIRED: u32 = 4096;

/// Columns of a refresh, and the one that says when an entry was made.
const COLUMNS: usize = 3;
const CREATED: usize = 2;

/// The cookies to begin with: made of the server's own `contextCSN`, which is
/// what its cookies are, so that nobody has to be sent for them.
pub(super) fn position(field: &Field<'_>) -> Result<Result<Position, Refusal>, Failure> {
    let root = &field.context.root;
    if !root.controls.iter().any(|control| control == CONTROL) {
        return Ok(Err(
            "the server offers no syncrepl (overlay `syncprov`)".to_owned()
        ));
    }
    if field.keys != super::Keys::EntryUuid {
        return Ok(Err("people are not identified by `entryUUID`".to_owned()));
    }
    let mut cookies = Vec::new();
    for (base, _) in searches(field) {
        let Some(context) = holder(field, &base) else {
            return Ok(Err(format!(
                "no naming context of the server holds `{base}`"
            )));
        };
        let Lookup::Found(found) = lookup(&context, ANYTHING, &["contextCSN"])? else {
            return Ok(Err(format!("`{context}` cannot be read")));
        };
        let states: Vec<String> = found.texts(0).collect();
        if states.is_empty() {
            return Ok(Err(format!("`{context}` shows no `contextCSN`")));
        }
        cookies.push(format!("rid=000,csn={}", states.join(";")).into_bytes());
    }
    Ok(Ok(Position::Refresh {
        cookies,
        groups: groups(field)?,
        content: 0,
    }))
}

fn holder(field: &Field<'_>, base: &str) -> Option<String> {
    let mut names = crate::dn::Names::default();
    field
        .contexts
        .iter()
        .find(|context| {
            names
                .digest(context.as_bytes())
                .is_ok_and(|top| names.is_below(base.as_bytes(), &[top]) == Ok(true))
        })
        .cloned()
}

/// The searches of a session: people below each base, groups and units in each
/// naming context.
fn searches(field: &Field<'_>) -> Vec<(String, String)> {
    let people = field.context.people_filter();
    let bases = field
        .bases
        .iter()
        .map(|base| (base.clone(), people.to_owned()));
    let groups = groups_and_units(field);
    let contexts = field
        .contexts
        .iter()
        .map(|context| (context.clone(), groups.clone()));
    bases.chain(contexts).collect()
}

fn groups_and_units(field: &Field<'_>) -> String {
    filter::any(&[field.group_filter(), UNITS.to_owned()])
}

/// The set of groups and units, as a number.
fn groups(field: &Field<'_>) -> Result<u128, Failure> {
    let mut sum = 0;
    for context in &field.contexts {
        let query = field.query(context, groups_and_units(field), Mode::Plain, &[]);
        field.each(&query, |entry| {
            sum = field.key(entry).map_or(sum, |key| add(sum, &key));
            Ok(())
        })?;
    }
    Ok(sum)
}

/// What one refresh told.
#[derive(Default)]
struct Told {
    sent: Vec<Found>,
    /// Who was sent or is there, unchanged.
    there: BTreeSet<Key>,
    deleted: BTreeSet<Key>,
    absent_are_gone: bool,
    cookie: Option<Vec<u8>>,
}

impl Told {
    fn is_nothing(&self) -> bool {
        self.sent.is_empty() && self.deleted.is_empty() && !self.absent_are_gone
    }

    fn state(&mut self, change: Change, key: Key, entry: Entry<'_>) {
        match change {
            Change::Delete => drop(self.deleted.insert(key)),
            Change::Present => drop(self.there.insert(key)),
            Change::Add | Change::Modify => {
                self.there.insert(key);
                self.sent.push(Found::of(entry, COLUMNS));
            }
        }
    }
}

/// Everything that happened after the cookies.
pub(super) fn changes(
    field: &mut Field<'_>,
    position: (&[Vec<u8>], u128, u128),
    since: Millis,
    known: &Known,
) -> Result<(Changes, Position), Failure> {
    let (cookies, mut groups_now, content) = position;
    let searches = searches(field);
    if searches.len() != cookies.len() {
        return Err(Failure::stale_cursor("the cursor is of other searches"));
    }
    let mut changes = Changes::default();
    let mut told = Vec::new();
    for ((base, filter), cookie) in searches.into_iter().zip(cookies) {
        told.push(refresh(field, &base, filter, cookie)?);
    }
    let cookies = told
        .iter()
        .zip(cookies)
        .map(|(told, before)| told.cookie.clone().unwrap_or_else(|| before.clone()))
        .collect();
    let structure = told.split_off(field.bases.len());
    if !structure.iter().all(Told::is_nothing) {
        let before = std::mem::replace(&mut groups_now, groups(field)?);
        // One came or went: which groups it was in is not told.
        changes.any_group = before != groups_now;
    }
    for one in structure.iter().flat_map(|told| &told.sent) {
        field.group_or_unit(one, is_new(one, since), &mut changes)?;
    }
    let content = people(field, &told, content, since, known, &mut changes)?;
    let position = Position::Refresh {
        cookies,
        groups: groups_now,
        content,
    };
    Ok((changes, position))
}

/// True if an entry was made since an instant. If the clocks differ, the sets do
/// not fit, and everybody is read.
fn is_new(found: &Found, since: Millis) -> bool {
    let made = found.column(CREATED).first();
    made.and_then(|value| generalized(value))
        .is_some_and(|made| made >= since)
}

/// Who was sent, and who is gone. Returns the number of the set of all.
fn people(
    field: &Field<'_>,
    told: &[Told],
    content: u128,
    since: Millis,
    known: &Known,
    changes: &mut Changes,
) -> Result<u128, Failure> {
    let key = |one: &Found| field.keys.of_value(one.column(0).first()?);
    let sent = || told.iter().flat_map(|told| &told.sent);
    let sum = |keys: &mut dyn Iterator<Item = Key>| keys.fold(0, |sum, key| add(sum, &key));
    let fresh = sum(&mut sent().filter(|one| is_new(one, since)).filter_map(key));
    changes.touched.extend(sent().filter_map(key));
    let named = told.iter().flat_map(|told| &told.deleted);
    changes
        .gone
        .extend(named.clone().map(|&key| (key, Removal::Final)));
    if !told.iter().any(|told| told.absent_are_gone) {
        let left = named.fold(content.wrapping_add(fresh), take);
        return Ok(if content == 0 { 0 } else { left });
    }
    if !told.iter().all(|told| told.absent_are_gone) {
        return Err(Failure::stale_cursor(
            "the server tells who is gone for some bases only",
        ));
    }
    let there: BTreeSet<&Key> = told.iter().flat_map(|told| &told.there).collect();
    let all = sum(&mut there.iter().map(|&&key| key));
    match known.keys() {
        Some(keys) => {
            let absent = keys.iter().filter(|key| !there.contains(key));
            changes
                .gone
                .extend(absent.map(|&key| (key, Removal::Final)));
        }
        None if content == 0 || all.wrapping_sub(fresh) != content => {
            return Err(Failure::stale_cursor(
                "somebody is gone, and the server says only who is there",
            ));
        }
        None => {}
    }
    Ok(all)
}

fn refresh(field: &Field<'_>, base: &str, filter: String, cookie: &[u8]) -> Result<Told, Failure> {
    let mode = Mode::Refresh(Some(cookie.to_vec()));
    let search = open(&field.query(base, filter, mode, &["createTimestamp"]))?;
    let mut told = Told::default();
    loop {
        let block = search.next()?;
        for entry in block.iter() {
            if let Some(state) = entry.state()
                && let Ok(key) = state.uuid.as_slice().try_into()
            {
                told.state(state.change, key, entry);
            }
        }
        for set in block.sets() {
            let keys = set.uuids.as_chunks().0.iter().copied();
            match set.deleted {
                true => told.deleted.extend(keys),
                false => told.there.extend(keys),
            }
        }
        let Some(said) = block.outcome() else {
            continue;
        };
        // The cookie is too old, or newer than the server's own state.
        if matches!(said.code, REFRESH_REQUIRED | 53) {
            let text = format!(
                "the server cannot tell what has changed: {}",
                outcome::said(said)
            );
            return Err(Failure::stale_cursor(text));
        }
        let Some(feed) = said.feed.as_ref().filter(|_| said.code == 0) else {
            return Err(outcome::failure(
                said,
                &format!("the changes below `{base}`"),
            ));
        };
        told.absent_are_gone = feed.absent_are_gone;
        told.cookie = feed.cookie.clone();
        return Ok(told);
    }
}
