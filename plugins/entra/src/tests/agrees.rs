//! Whatever happens in a tenant, the feeds lead to what a whole read finds.

use super::world::{Got, World};
use muster_sdk::testing::PlainRow;
use muster_sdk::{FailureKind, Status};
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeMap;

/// Something that happens; numbers are taken modulo what there is.
#[derive(Clone, Debug)]
enum Event {
    Department(usize, u8),
    Enable(usize, bool),
    Guest(usize, bool),
    Join(usize, usize),
    Leave(usize, usize),
    Nest(usize, usize),
    Unnest(usize, usize),
    Delete(usize),
    Restore(usize),
    Purge(usize),
    New(usize),
    DropGroup(usize),
    Replays(bool),
    /// The feeds are read, and compared with a whole read.
    Look,
}

fn event() -> impl Strategy<Value = Event> {
    let user = || 0..8_usize;
    let group = || 0..6_usize;
    prop_oneof![
        2 => (user(), any::<u8>()).prop_map(|(a, b)| Event::Department(a, b)),
        2 => (user(), any::<bool>()).prop_map(|(a, b)| Event::Enable(a, b)),
        1 => (user(), any::<bool>()).prop_map(|(a, b)| Event::Guest(a, b)),
        4 => (group(), user()).prop_map(|(a, b)| Event::Join(a, b)),
        4 => (group(), user()).prop_map(|(a, b)| Event::Leave(a, b)),
        3 => (group(), group()).prop_map(|(a, b)| Event::Nest(a, b)),
        3 => (group(), group()).prop_map(|(a, b)| Event::Unnest(a, b)),
        1 => user().prop_map(Event::Delete),
        1 => user().prop_map(Event::Restore),
        1 => user().prop_map(Event::Purge),
        1 => group().prop_map(Event::New),
        1 => (3..6_usize).prop_map(Event::DropGroup),
        1 => any::<bool>().prop_map(Event::Replays),
        4 => Just(Event::Look),
    ]
}

/// A tenant with two syncing groups, an excluded one and three that are nested
/// here and there.
struct Life {
    world: World,
    users: Vec<(String, Fate)>,
    groups: Vec<Option<String>>,
    known: BTreeMap<String, PlainRow>,
    cursor: Option<Vec<u8>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Living,
    Deleted,
    Purged,
}

impl Life {
    fn new() -> Self {
        let mut world = World::new();
        world.attributes = vec!["userPrincipalName", "department"];
        world.settings["guests"] = json!("exclude");
        world.tenant().page_cap = 3;
        let users = (0..8)
            .map(|n| {
                world
                    .tenant()
                    .user(&format!("p{n}@fabrikam.example"), json!({}))
            })
            .map(|id| (id, Fate::Living))
            .collect();
        let groups: Vec<String> = (0..6)
            .map(|n| world.tenant().group(&format!("Group {n}")))
            .collect();
        world.groups = groups[..2].to_vec();
        world.except = vec![groups[2].clone()];
        Self {
            world,
            users,
            groups: groups.into_iter().map(Some).collect(),
            known: BTreeMap::new(),
            cursor: None,
        }
    }

    fn user(&self, number: usize, fate: Fate) -> Option<String> {
        let (id, found) = &self.users[number % self.users.len()];
        (*found == fate).then(|| id.clone())
    }

    fn group(&self, number: usize) -> Option<String> {
        self.groups[number].clone()
    }

    fn happens(&mut self, event: &Event) -> Option<()> {
        let living = |number| self.user(number, Fate::Living);
        match *event {
            Event::Department(user, value) => {
                let id = living(user)?;
                let value = json!(format!("D{value}"));
                self.world.tenant().set(&id, "department", value);
            }
            Event::Enable(user, enabled) => self.world.tenant().enable(&living(user)?, enabled),
            Event::Guest(user, guest) => {
                let kind = if guest { "Guest" } else { "Member" };
                let id = living(user)?;
                self.world.tenant().set(&id, "userType", json!(kind));
            }
            Event::Join(group, user) => {
                let (group, id) = (self.group(group)?, living(user)?);
                self.world.tenant().join(&group, &id);
            }
            Event::Leave(group, user) => {
                let (group, id) = (self.group(group)?, living(user)?);
                self.world.tenant().leave(&group, &id);
            }
            Event::Nest(outer, inner) if outer != inner => {
                let (outer, inner) = (self.group(outer)?, self.group(inner)?);
                self.world.tenant().join(&outer, &inner);
            }
            Event::Unnest(outer, inner) => {
                let (outer, inner) = (self.group(outer)?, self.group(inner)?);
                self.world.tenant().leave(&outer, &inner);
            }
            Event::Delete(user) => {
                self.world.tenant().delete(&living(user)?);
                self.fate(user, Fate::Deleted);
            }
            Event::Restore(user) => {
                let id = self.user(user, Fate::Deleted)?;
                self.world.tenant().restore(&id);
                self.fate(user, Fate::Living);
            }
            Event::Purge(user) => {
                let deleted = || self.user(user, Fate::Deleted);
                let id = living(user).or_else(deleted)?;
                self.world.tenant().purge(&id);
                self.fate(user, Fate::Purged);
            }
            Event::New(group) => {
                let upn = format!("n{}@fabrikam.example", self.users.len());
                let id = self.world.tenant().user(&upn, json!({}));
                if let Some(group) = self.group(group) {
                    self.world.tenant().join(&group, &id);
                }
                self.users.push((id, Fate::Living));
            }
            Event::DropGroup(number) => {
                let group = self.group(number)?;
                self.world.tenant().delete_group(&group);
                self.groups[number] = None;
            }
            Event::Replays(replays) => self.world.tenant().replays = replays,
            Event::Look => self.look(),
            Event::Nest(..) => {}
        }
        Some(())
    }

    fn fate(&mut self, user: usize, fate: Fate) {
        let number = user % self.users.len();
        self.users[number].1 = fate;
    }

    fn look(&mut self) {
        let got = match &self.cursor {
            None => return self.anew(),
            Some(cursor) => self.world.since(cursor),
        };
        let got = match got {
            Ok(got) => got,
            Err(failure) if failure.kind == FailureKind::StaleCursor => return self.anew(),
            Err(failure) => panic!("{failure:?}"),
        };
        assert!(got.problems.is_empty(), "{:?}", got.problems);
        self.cursor = Some(got.cursor());
        for row in got.rows {
            let id = row.id.clone().unwrap();
            match row.status {
                Status::Removed(_) => self.known.remove(&id),
                _ => self.known.insert(id, row),
            };
        }
        assert_eq!(self.known, people(self.world.read().unwrap()));
    }

    fn anew(&mut self) {
        let got = self.world.read().unwrap();
        self.cursor = got.cursor.clone();
        self.known = people(got);
    }
}

/// Who is there, by id; which groups come first means nothing.
fn people(got: Got) -> BTreeMap<String, PlainRow> {
    let here = |row: &PlainRow| !matches!(row.status, Status::Removed(_));
    let rows = got.rows.into_iter().filter(here);
    rows.map(|row| (row.id.clone().unwrap(), row)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_feeds_lead_to_what_a_whole_read_finds(
        events in prop::collection::vec(event(), 1..60),
    ) {
        let mut life = Life::new();
        let id = life.users[0].0.clone();
        let group = life.groups[0].clone().unwrap();
        life.world.tenant().join(&group, &id);
        life.look();
        for event in &events {
            let _ = life.happens(event);
        }
        life.look();
    }
}
