//! A second planner: naive, quadratic, and written from the rules of the domain
//! and the language's reference, not from the first one.
//!
//! It says what is to change in each account and what is odd about each person;
//! it knows nothing of packed pages, of sentences or of order.

mod absence;
mod anew;
mod broken;
mod known;
mod matching;
mod scope;
mod sets;
mod strangers;
mod values;

use crate::world::{Person, Reach, Where, World, is_own};
use muster_model::{
    Account, AccountId, BlockReason, Cause, Fault, SourceStatus, Subject, UsernameKey, Value,
};
use muster_policy::Key;
use std::collections::{BTreeMap, BTreeSet};

/// What is to happen to one account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The new username of a renamed account.
    pub username: Option<String>,
    pub external_id: Option<String>,
    /// New values, and why.
    pub fields: BTreeMap<String, (Option<Value>, Cause)>,
    pub reasons: Option<BTreeSet<BlockReason>>,
}

/// A code, whom it is about, and whether they are held. Of duplicates only the
/// code counts, as the two share no name.
pub type Oddity = (Fault, Option<String>, bool);

/// What the plan must say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    pub accounts: BTreeMap<AccountId, Outcome>,
    /// By username.
    pub created: BTreeMap<String, Outcome>,
    pub findings: BTreeSet<Oddity>,
}

/// Where a person stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    In,
    Out,
    Unclear,
}

struct Oracle<'w> {
    world: &'w World,
    out: Expected,
    /// By account: left alone, whatever else is said of it.
    held: BTreeSet<AccountId>,
}

pub fn expect(world: &World) -> Expected {
    let mut oracle = Oracle {
        world,
        out: Expected::default(),
        held: BTreeSet::new(),
    };
    oracle.run();
    oracle.out
}

/// Somebody without an account who may get one.
struct Candidate<'w> {
    person: &'w Person,
    username: String,
    fields: BTreeMap<String, (Option<Value>, Cause)>,
    /// What is odd about them, and stops nothing.
    oddities: Vec<Fault>,
}

impl<'w> Oracle<'w> {
    fn run(&mut self) {
        let world = self.world;
        self.broken_records();
        self.nameless();
        let mut candidates = Vec::new();
        let mut delivered = BTreeSet::new();
        for account in world.accounts.iter().filter(|account| is_own(account)) {
            let people: Vec<&Person> = world
                .people
                .iter()
                .filter(|p| self.is_of(p, account))
                .collect();
            if !people.is_empty() {
                delivered.insert(account.id);
                self.known(account, &people);
            }
            if self.nameless_of(account) > 0 {
                self.held.insert(account.id);
                // Of twins, nothing else is told.
                if !self.came_twice(&people) {
                    self.find(Fault::NoUsername, account.username.to_string(), true);
                }
            }
        }
        for (place, person) in world.people.iter().enumerate() {
            if !world
                .accounts
                .iter()
                .any(|account| is_own(account) && self.is_of(person, account))
            {
                candidates.extend(self.stranger(place, person));
            }
        }
        let missing: Vec<&Account> = world
            .accounts
            .iter()
            .filter(|account| is_own(account) && !delivered.contains(&account.id))
            .filter(|account| !self.held.contains(&account.id))
            .collect();
        let is_delta = world.reach == Reach::Delta;
        if is_delta && !self.by_id() {
            self.taken_usernames();
        }
        let missing = self.likely_renames(&mut candidates, missing);
        let missing = self.made_anew(&mut candidates, missing);
        self.missing(&missing);
        self.identifiers(&mut candidates);
        self.usernames(candidates);
        let held = &self.held;
        self.out
            .accounts
            .retain(|id, outcome| *outcome != Outcome::default() && !held.contains(id));
    }

    fn find(&mut self, code: Fault, who: impl Into<Option<String>>, held: bool) {
        let who = who.into().filter(|_| code != Fault::DuplicateId);
        self.out.findings.insert((code, who, held));
    }

    fn by_id(&self) -> bool {
        self.world.terms.key == Key::ExternalId
    }
}
