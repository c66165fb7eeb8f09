//! What changed: the feeds say whom to look at, and Graph says how they are now.

use crate::batch::{self, Answer, Part};
use crate::cursor;
use crate::extras::Managers;
use crate::fault::Right;
use crate::feeds::{Feeds, Hint};
use crate::groups::{Group, Groups};
use crate::names::Names;
use crate::people::{People, Verdict};
use crate::settings::Settings;
use crate::tally::Tally;
use muster_sdk::json::At;
use muster_sdk::prelude::*;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

/// People who are asked after at a time.
const ROUND: usize = 200;

/// Groups that one question about memberships takes.
const GROUPS: usize = 20;

/// A delta under way.
#[derive(Debug)]
pub struct Delta {
    people: People,
    groups: Groups,
    waiting: Vec<(String, Hint)>,
    strangers: u64,
    feeds: Feeds,
    question: String,
    /// Where it began: the next run begins there again if somebody was held.
    began: Vec<u8>,
}

/// What is to be told of one person.
enum Fate {
    /// As this body has it.
    Here(Vec<u8>),
    Gone(Removal),
    /// Nothing: never was in scope, or the next delta tells.
    Untold,
}

impl Delta {
    /// Reads the feeds since the cursor.
    pub fn start(settings: &Settings, request: &ReadRequest, at: &[u8]) -> Result<Self, Failure> {
        let question = cursor::question(settings, request);
        let mut feeds: Feeds = cursor::open(&question, at)?;
        let names = Names::read(&request.attributes, settings)?;
        let groups = Groups::find(&request.scope)?;
        if let Some(missing) = groups.missing.first() {
            return Err(Failure::stale_cursor(missing));
        }
        feeds.hold_against(&groups)?;
        let mut tally = Tally::default();
        tally.absent(&groups.absent);
        let mut waiting: Vec<(String, Hint)> = feeds.read()?.into_iter().collect();
        waiting.reverse();
        tally.fact("people named by the feeds", waiting.len().to_string());
        Ok(Self {
            people: People::new(names, settings, tally)?,
            groups,
            waiting,
            strangers: 0,
            feeds,
            question,
            began: at.to_owned(),
        })
    }

    /// Delivers the next page.
    pub fn next(&mut self) -> Result<Batch, Failure> {
        loop {
            if host::cancelled() {
                return Err(Failure::cancelled());
            }
            let left = self.waiting.len().saturating_sub(ROUND);
            let round: Vec<_> = self.waiting.drain(left..).rev().collect();
            if !round.is_empty() {
                self.round(&round)?;
            }
            if self.waiting.is_empty() {
                return Ok(self.last());
            }
            if !self.people.rows.is_empty() {
                return Ok(Batch::more(&mut self.people.rows));
            }
        }
    }

    fn last(&mut self) -> Batch {
        let tally = &mut self.people.tally;
        if self.strangers > 0 {
            tally.fact("changed people out of scope", self.strangers.to_string());
        }
        let coverage = tally.told(Coverage::delta());
        // Whoever was held is not named again by a feed that moved on.
        let next = match tally.problems {
            0 => cursor::pack(&self.question, &self.feeds),
            _ => Some(self.began.clone()),
        };
        let batch = Batch::last(&mut self.people.rows, coverage);
        match next {
            Some(cursor) => batch.delta_from(cursor),
            None => batch,
        }
    }

    fn round(&mut self, round: &[(String, Hint)]) -> Result<(), Failure> {
        let fates = self.fates(round)?;
        let here: Vec<&str> = fates
            .iter()
            .filter(|(_, fate, _)| matches!(fate, Fate::Here(_)))
            .map(|(id, ..)| *id)
            .collect();
        let memberships = self.memberships(&here)?;
        let bodies: Vec<&[u8]> = fates
            .iter()
            .filter_map(|(_, fate, _)| match fate {
                Fate::Here(body) => Some(body.as_slice()),
                _ => None,
            })
            .collect();
        let page = [b"[".as_slice(), &bodies.join(b",".as_slice()), b"]"].concat();
        let guests: HashSet<String> = self
            .people
            .guests_on(&page, At::Root)?
            .into_iter()
            .filter_map(|(id, left_out)| left_out.then_some(id))
            .collect();
        let mut left = Vec::new();
        for (id, fate, hint) in &fates {
            match fate {
                Fate::Gone(removal) => self.people.gone(id, *removal),
                Fate::Here(_) if guests.contains(*id) => left.push(*id),
                Fate::Here(_) if self.syncing(memberships.get(*id)).is_none() => match hint.moved {
                    true => left.push(*id),
                    false => self.strangers += 1,
                },
                Fate::Here(_) | Fate::Untold => {}
            }
        }
        for id in left {
            self.people.gone(id, Removal::LeftScope);
        }
        let groups = &self.groups;
        self.people
            .page(&page, At::Root, Managers::Expanded, |id| {
                let within = memberships.get(id);
                match syncing(groups, within).filter(|_| !guests.contains(id)) {
                    Some(names) => Verdict::Member(names.into()),
                    None => Verdict::Stranger,
                }
            })?;
        Ok(())
    }

    fn syncing(&self, within: Option<&HashSet<String>>) -> Option<Vec<String>> {
        syncing(&self.groups, within)
    }

    /// Asks after each person. A replay of old news is told from news by asking
    /// the bin: what a feed says is not believed.
    fn fates<'a>(
        &self,
        round: &'a [(String, Hint)],
    ) -> Result<Vec<(&'a str, Fate, Hint)>, Failure> {
        let names = &self.people.names;
        let expand = names.manager().map_or_else(String::new, |select| {
            format!("&$expand=manager($select={select})")
        });
        let users: Vec<Part> = round
            .iter()
            .map(|(id, _)| Part::get(format!("/users/{id}?$select={}{expand}", names.select())))
            .collect();
        let users = batch::ask(&users, WHAT, Right::Users)?;
        let doubted: Vec<&str> = round
            .iter()
            .zip(&users)
            .filter(|((_, hint), answer)| hint.removed.is_some() && answer.is_ok())
            .map(|((id, _), _)| id.as_str())
            .collect();
        let bin: Vec<Part> = doubted
            .iter()
            .map(|id| Part::get(format!("/directory/deletedItems/{id}")))
            .collect();
        let bin = batch::ask(&bin, "the deleted users", Right::Users)?;
        let binned: HashMap<&str, Answer> = doubted.into_iter().zip(bin).collect();
        round
            .iter()
            .zip(users)
            .map(|((id, hint), answer)| {
                let fate = fate(*hint, answer, binned.get(id.as_str()))?;
                Ok((id.as_str(), fate, *hint))
            })
            .collect()
    }

    /// Ids of the policy's groups that each person is in, nested or not.
    fn memberships<'a>(
        &self,
        ids: &[&'a str],
    ) -> Result<HashMap<&'a str, HashSet<String>>, Failure> {
        let wanted: Vec<&str> = self.groups.all().map(|group| group.id.as_str()).collect();
        let mut asked: Vec<&str> = Vec::new();
        let mut parts: Vec<Part> = Vec::new();
        for id in ids {
            for groups in wanted.chunks(GROUPS) {
                asked.push(id);
                parts.push(Part {
                    path: format!("/users/{id}/checkMemberGroups"),
                    body: Some(json!({"groupIds": groups})),
                });
            }
        }
        let what = "the groups of changed people";
        let mut found: HashMap<&str, HashSet<String>> = HashMap::new();
        for (id, answer) in asked
            .into_iter()
            .zip(batch::ask(&parts, what, Right::Members)?)
        {
            let body = match answer {
                Ok(body) => crate::graph::object(&body)?,
                // Gone since: the next delta tells.
                Err(fault) if fault.is_missing() => continue,
                Err(fault) => return Err(fault.failure(what, Right::Members)),
            };
            let list = body.get("value").and_then(Value::as_array);
            let list = list
                .ok_or_else(|| Failure::data(format!("{what}: Graph's answer has no `value`")))?;
            let ids = list.iter().filter_map(Value::as_str).map(str::to_owned);
            // The keys live as long as the ids that were asked for.
            found.entry(id).or_default().extend(ids);
        }
        let of = |id: &&'a str| (*id, found.remove(*id).unwrap_or_default());
        Ok(ids.iter().map(of).collect())
    }
}

const WHAT: &str = "the changed people";

fn fate(hint: Hint, answer: Answer, binned: Option<&Answer>) -> Result<Fate, Failure> {
    match (answer, hint.removed) {
        (Ok(_), Some(_)) if matches!(binned, Some(Ok(_))) => Ok(Fate::Gone(Removal::Restorable)),
        (Ok(body), _) => Ok(Fate::Here(body)),
        (Err(fault), Some(removal)) if fault.is_missing() => Ok(Fate::Gone(removal)),
        (Err(fault), None) if fault.is_missing() && hint.untyped => Err(Failure::stale_cursor(
            "a change feed names a member without saying what it is, and it is no user",
        )),
        (Err(fault), None) if fault.is_missing() && hint.moved => {
            Ok(Fate::Gone(Removal::LeftScope))
        }
        (Err(fault), None) if fault.is_missing() => Ok(Fate::Untold),
        (Err(fault), _) => Err(fault.failure(WHAT, Right::Users)),
    }
}

/// The syncing and reported groups of a person, as they are told; none if they
/// are out of scope.
fn syncing(groups: &Groups, within: Option<&HashSet<String>>) -> Option<Vec<String>> {
    let is_in = |group: &&Group| within.is_some_and(|within| within.contains(&group.id));
    if groups.except.iter().any(|group| is_in(&group)) {
        return None;
    }
    let names = |groups: &[Group]| -> Vec<String> {
        let theirs = groups.iter().filter(is_in);
        theirs.map(|group| group.written.clone()).collect()
    };
    let syncing = names(&groups.syncing);
    if groups.narrowed && syncing.is_empty() {
        return None;
    }
    Some([syncing, names(&groups.reported)].concat())
}
