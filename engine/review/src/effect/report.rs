//! What an edit does, for people and programs.

mod json;
mod markdown;
mod text;

pub use json::{EFFECT_FORMAT, json};
pub use markdown::markdown;
pub use text::text;

use super::{Deed, Effect, Group, Unknown, Way};
use crate::patterns::Values;
use crate::words::count;
use muster_model::DirectoryName;
use std::collections::BTreeMap;

/// What is told of one directory's policy.
#[derive(Debug)]
pub struct Told {
    /// The directory.
    pub directory: DirectoryName,
    /// The old policy as it is called; none if there was none.
    pub old: Option<String>,
    /// The new one; none if it is gone.
    pub new: Option<String>,
    /// From what both plans were made, in a sentence.
    pub basis: String,
    /// What the edit does, or why nobody can know.
    pub outcome: Outcome,
}

/// What an edit does, or why nobody can know.
#[derive(Debug)]
pub enum Outcome {
    /// What it does.
    Known(Effect),
    /// It says the same.
    Unchanged,
    /// Why nobody can know, and what to do about it.
    Unknown(Unknown, Vec<String>),
    /// There is no read with which both could be compared: why, and what to do
    /// about it.
    NoBasis(String, Vec<String>),
}

impl Told {
    /// People for whom anything is otherwise.
    pub fn affected(&self) -> u64 {
        match &self.outcome {
            Outcome::Known(effect) => effect.people.len() as u64,
            _ => 0,
        }
    }

    /// Why nobody can know what the edit does, in sentences; nothing if it is
    /// known.
    fn unknown(&self) -> Option<(String, &[String])> {
        match &self.outcome {
            Outcome::Known(_) | Outcome::Unchanged => None,
            Outcome::NoBasis(why, hints) => Some((why.clone(), hints)),
            Outcome::Unknown(why, hints) => {
                let whose = match why {
                    Unknown::Unsuitable { which, .. } => match which {
                        super::Which::Old => "for the old policy, ",
                        super::Which::New => "for the new policy, ",
                    },
                    _ => "",
                };
                let mut text = format!("{whose}{why}");
                let mut cause = std::error::Error::source(why);
                while let Some(error) = cause {
                    text = format!("{text}: {error}");
                    cause = error.source();
                }
                Some((text, hints))
            }
        }
    }

    /// The policy, as people look for it.
    fn file(&self) -> &str {
        let file = self.new.as_ref().or(self.old.as_ref());
        file.map_or("", String::as_str)
    }

    /// What became of the policy itself, if it is not merely edited.
    fn note(&self) -> Option<&'static str> {
        match (&self.old, &self.new) {
            (None, Some(_)) => Some("the policy is new"),
            (Some(_), None) => Some("the policy is gone: nothing is synced any more"),
            _ => None,
        }
    }
}

/// How much of an effect is told.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// How many people of each group are named.
    pub named: usize,
    /// Whether values of fields are shown. Sensitive ones never are.
    pub values: Values,
}

/// "37 newly blocked, 2 no longer created".
fn summary(effect: &Effect) -> String {
    let counts = effect.counts();
    let mut parts = Vec::new();
    for way in Way::ALL {
        for deed in Deed::ALL {
            if let Some(number) = counts.get(&(way, deed)) {
                parts.push(phrase(way, deed, *number));
            }
        }
    }
    match parts.is_empty() {
        true => "nothing changes for anybody".to_owned(),
        false => parts.join(", "),
    }
}

fn phrase(way: Way, deed: Deed, number: u64) -> String {
    let done = deed.done();
    match way {
        Way::Newly => format!("{number} newly {done}"),
        Way::NoLonger => format!("{number} no longer {done}"),
        Way::Otherwise => format!("{number} {done} otherwise"),
    }
}

/// As a heading: "Newly blocked".
fn heading(way: Way, deed: Deed) -> String {
    let done = deed.done();
    match way {
        Way::Newly => format!("newly {done}"),
        Way::NoLonger => format!("no longer {done}"),
        Way::Otherwise => format!("{done} otherwise"),
    }
}

/// "12 people are affected".
fn people(effect: &Effect) -> String {
    let number = effect.people.len() as u64;
    let are = if number == 1 { "is" } else { "are" };
    format!("{} {are} affected", count(number, "person", "people"))
}

/// Guards that trip, each in a sentence.
fn tripped(effect: &Effect) -> Vec<String> {
    let tripped = effect.guards.iter().filter(|guard| guard.tripped);
    let told = tripped.map(|guard| {
        let at = guard.policy.as_ref().map(|at| format!(" ({at})"));
        let about = guard.text.as_ref().map(|text| format!(": {text}"));
        format!(
            "guard `{}` would stop the new policy's plan: {} of at most {}{}{}",
            guard.name,
            guard.value,
            guard.limit,
            about.unwrap_or_default(),
            at.unwrap_or_default()
        )
    });
    told.collect()
}

/// Names of the people of a group, and how many more there are.
fn named<'a>(names: impl ExactSizeIterator<Item = &'a str>, most: usize) -> String {
    let more = names.len().saturating_sub(most);
    let mut listed: Vec<String> = names.take(most).map(crate::words::safe).collect();
    if more > 0 {
        listed.push(format!("and {more} more"));
    }
    listed.join(", ")
}

/// Groups by the headings under which they stand.
fn by_heading(effect: &Effect, look: Look) -> Vec<((Way, Deed), Vec<Group>)> {
    let mut all: BTreeMap<(Way, Deed), Vec<Group>> = BTreeMap::new();
    for group in effect.groups(look.values) {
        all.entry((group.way, group.deed)).or_default().push(group);
    }
    let place = |deed: &Deed| Deed::ALL.iter().position(|known| known == deed);
    let mut all: Vec<_> = all.into_iter().collect();
    all.sort_by_key(|((way, deed), _)| (*way, place(deed)));
    all
}
