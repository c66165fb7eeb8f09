//! The people of the service, written already, and what has changed when.

use crate::case::Json;
use crate::people::Person;
use crate::source::SourceError;
use crate::source::template;
use std::collections::BTreeMap;

/// What the service holds.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    /// In the order of the list.
    pub people: Vec<Shelved>,
    /// The last number that somebody got.
    last: u64,
    /// Counts changes; the mark that clients get.
    pub mark: u64,
    /// The mark at which somebody changed or left, by identifier.
    pub changed: BTreeMap<String, u64>,
}

/// Somebody on the shelf.
#[derive(Debug)]
pub(super) struct Shelved {
    /// Where they stand: it stays when others come and go, and ascends.
    pub number: u64,
    /// Their identifier.
    pub id: String,
    /// JSON.
    pub text: String,
}

/// People on a page where there are few in all.
const SMALL: usize = 13;

/// So many are few.
const FEW: usize = 500;

impl Shelf {
    /// People on a page at most.
    pub fn most(&self) -> usize {
        match self.people.len() <= FEW {
            true => SMALL,
            false => usize::MAX,
        }
    }

    /// Takes these people in place of those before, and notes who changed.
    pub fn fill(&mut self, people: &[Person], json: &Json, id: &str) -> Result<(), SourceError> {
        let written = people.iter().map(|one| {
            let value = template::person(&json.person, one, &json.status)?;
            Ok((one.text(id).to_owned(), value.to_string()))
        });
        let written: Vec<(String, String)> = written.collect::<Result<_, SourceError>>()?;
        if json.changes.is_some() {
            self.note(&written);
        }
        self.people = self.numbered(written);
        Ok(())
    }

    /// Whoever was there keeps their number, so that a cursor holds while people
    /// come and go. Where the order is another, all are numbered anew.
    fn numbered(&mut self, now: Vec<(String, String)>) -> Vec<Shelved> {
        let before = self.people.iter().map(|one| (one.id.as_str(), one.number));
        let before: BTreeMap<&str, u64> = before.collect();
        let mut last = self.last;
        let mut people: Vec<Shelved> = Vec::with_capacity(now.len());
        for (id, text) in now {
            let number = before.get(id.as_str()).copied().unwrap_or_else(|| {
                last += 1;
                last
            });
            people.push(Shelved { number, id, text });
        }
        if !people.is_sorted_by(|a, b| a.number < b.number) {
            for (number, one) in (1..).zip(&mut people) {
                one.number = number;
            }
            last = people.len() as u64;
        }
        self.last = last;
        people
    }

    fn note(&mut self, now: &[(String, String)]) {
        let mark = self.mark + 1;
        let mut before: BTreeMap<&str, &str> = self
            .people
            .iter()
            .map(|one| (one.id.as_str(), one.text.as_str()))
            .collect();
        let mut changed = Vec::new();
        for (id, value) in now {
            if before.remove(id.as_str()) != Some(value.as_str()) {
                changed.push(id.clone());
            }
        }
        changed.extend(before.into_keys().map(str::to_owned));
        if !changed.is_empty() {
            self.mark = mark;
            self.changed
                .extend(changed.into_iter().map(|id| (id, mark)));
        }
    }
}
