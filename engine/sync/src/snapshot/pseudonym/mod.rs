//! People under other names: a read that can be shown to others and still be planned
//! with.
//!
//! Every word of every value is exchanged for another one, by a key that stays where
//! the read was made: the same person has the same pseudonym in every snapshot and
//! account, names that clash still clash, and letter case, accents, white space,
//! domains and the length of numbers are what they were. Instants keep their side of
//! now and about their distance. What stays: words that the policy itself speaks of
//! ([`Policy::literals`]), the words for true and false, kinds in front of `=` and `:`
//! (`CN=`, `SMTP:`), country codes, attributes that somebody names, and the form of
//! everything: how long words are, and where their vowels stand. Pictures lose all but
//! their kind. Whoever knows the people well may still guess one: such a file is under
//! pseudonyms, and not anonymous.

mod dates;
mod letters;
mod permute;
mod words;

#[cfg(test)]
mod tests;

use crate::source::{Delivery, Source, SourceFailed};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use muster_model::page::PlainRow;
use muster_model::{
    Account, Coverage, Evidence, ExternalId, FieldName, Memory, Page, Problem, Subject, Username,
    Value,
};
use muster_policy::Policy;
use std::collections::BTreeSet;
use words::Words;

/// Whole values that are no person's.
const PLAIN: [&str; 8] = ["true", "false", "yes", "no", "on", "off", "never", "null"];

/// Bytes with which a picture says what it is.
const PICTURE: usize = 24;

/// Exchanges what people's values say.
pub struct Pseudonyms {
    key: [u8; 32],
    words: Words,
    /// Attributes whose values stay, in lower case.
    kept: BTreeSet<String>,
    now: Timestamp,
    references: BTreeSet<FieldName>,
}

impl Pseudonyms {
    /// The key decides, and nothing of a pseudonym leads back without it. `keep` are
    /// attributes, and fields, whose values stay as they are.
    pub fn new(key: &[u8; 32], policy: &Policy, keep: &BTreeSet<String>, now: Timestamp) -> Self {
        Self::with(key, (policy, &[]), keep, now)
    }

    /// The same for several policies: words of which any of them speaks stay.
    pub fn with(
        key: &[u8; 32],
        (policy, others): (&Policy, &[&Policy]),
        keep: &BTreeSet<String>,
        now: Timestamp,
    ) -> Self {
        let mut literals = policy.literals();
        literals.extend(others.iter().flat_map(|other| other.literals()));
        let kept = literals.iter().flat_map(|text| muster_policy::words(text));
        let key = blake3::derive_key("muster.snapshot.pseudonyms 1", key);
        Self {
            words: Words::new(key, kept.collect()),
            key,
            kept: keep.iter().map(|name| name.to_lowercase()).collect(),
            now,
            references: policy
                .references()
                .map(|field| field.name.clone())
                .collect(),
        }
    }

    /// A value under another one.
    pub fn value(&self, value: &str) -> String {
        if PLAIN.contains(&value.trim().to_ascii_lowercase().as_str()) {
            return value.to_owned();
        }
        dates::other(value, self.now, &self.key)
            .or_else(|| self.words.phone(value))
            .or_else(|| self.picture(value))
            .unwrap_or_else(|| self.words.text(value))
    }

    /// A picture that says no more than what kind it is, and which.
    fn picture(&self, value: &str) -> Option<String> {
        let bytes = match value.len() > 2 * PICTURE {
            true => STANDARD.decode(value).ok()?,
            false => return None,
        };
        let is_picture = [&b"\xff\xd8\xff"[..], b"\x89PNG", b"GIF8", b"RIFF"]
            .iter()
            .any(|kind| bytes.starts_with(kind));
        let which = blake3::keyed_hash(&self.key, &bytes);
        is_picture.then(|| {
            let head = bytes.iter().take(PICTURE).copied();
            let all: Vec<u8> = head.chain(which.as_bytes().iter().copied()).collect();
            STANDARD.encode(all)
        })
    }

    fn is_kept(&self, name: &str) -> bool {
        self.kept.contains(&name.to_lowercase())
    }

    fn row(&self, row: PlainRow, attributes: &[String]) -> PlainRow {
        let mut names = attributes.iter();
        PlainRow {
            id: row.id.map(|id| self.words.text(&id)),
            groups: row
                .groups
                .iter()
                .map(|group| self.words.text(group))
                .collect(),
            status: row.status,
            values: row
                .values
                .into_iter()
                .map(|values| match names.next() {
                    Some(name) if self.is_kept(name) => values,
                    _ => values.iter().map(|value| self.value(value)).collect(),
                })
                .collect(),
        }
    }

    fn problem(&self, problem: &Problem) -> Problem {
        Problem {
            place: self.words.text(&problem.place),
            text: "the record could not be read".to_owned(),
            subject: match &problem.subject {
                Subject::Id(id) => Subject::Id(ExternalId::new(self.words.text(id.as_str()))),
                Subject::Attribute { name, value } => Subject::Attribute {
                    name: name.clone(),
                    value: match self.is_kept(name) {
                        true => value.clone(),
                        false => self.value(value),
                    },
                },
                Subject::Nobody => Subject::Nobody,
            },
        }
    }

    /// A page of the same people under other names.
    pub fn page(&self, page: &Page, attributes: &[String]) -> Page {
        let rows = page
            .entries()
            .map(|entry| self.row(entry.to_plain(), attributes));
        let rows: Vec<PlainRow> = rows.collect();
        let problems = page.problems().iter().map(|one| self.problem(one));
        Page::from_rows(attributes.len(), &rows, problems.collect())
    }

    /// How much was read, without words of the source.
    pub fn coverage(&self, coverage: Coverage) -> Coverage {
        let bare = |evidence: Evidence| Evidence {
            facts: evidence
                .facts
                .into_iter()
                .filter(|(_, fact)| fact.bytes().all(|byte| byte.is_ascii_digit()))
                .collect(),
            ..evidence
        };
        match coverage {
            Coverage::Complete { evidence } => Coverage::Complete {
                evidence: bare(evidence),
            },
            Coverage::Delta { evidence } => Coverage::Delta {
                evidence: bare(evidence),
            },
            Coverage::Partial {
                reason, evidence, ..
            } => Coverage::Partial {
                text: reason.as_str().to_owned(),
                reason,
                evidence: bare(evidence),
            },
        }
    }

    /// The account of the same person.
    pub fn account(&self, account: &Account) -> Account {
        let memory = Memory::of(account);
        let id = account.external_id.as_ref();
        let fields = account.fields.iter();
        let synced = account.synced.iter();
        let mut other = Account {
            id: account.id,
            username: Username::new(&self.words.text(account.username.as_str()))
                .unwrap_or_else(|| account.username.clone()),
            owner: account.owner.clone(),
            external_id: id.map(|id| ExternalId::new(self.words.text(id.as_str()))),
            block_reasons: account.block_reasons.clone(),
            fields: fields
                .map(|(name, value)| (name.clone(), self.held(name, value)))
                .collect(),
            synced: synced
                .map(|(name, value)| {
                    let value = value.as_ref().map(|value| self.held(name, value));
                    (name.clone(), value)
                })
                .collect(),
        };
        memory.write(&mut other.synced);
        other
    }

    fn held(&self, name: &FieldName, value: &Value) -> Value {
        if self.references.contains(name) || self.is_kept(name.as_str()) {
            return value.clone();
        }
        match value {
            Value::Text(text) => Value::Text(self.value(text)),
            Value::List(items) => Value::list(items.iter().map(|item| self.value(item)).collect()),
        }
    }
}

/// A source whose people have other names.
pub struct Pseudonymous<'s> {
    source: &'s mut dyn Source,
    pseudonyms: &'s Pseudonyms,
    attributes: &'s [String],
}

impl<'s> Pseudonymous<'s> {
    /// Hands on what a source delivers; `attributes` are the columns of its pages.
    pub fn new(
        source: &'s mut dyn Source,
        pseudonyms: &'s Pseudonyms,
        attributes: &'s [String],
    ) -> Self {
        Self {
            source,
            pseudonyms,
            attributes,
        }
    }
}

impl Source for Pseudonymous<'_> {
    fn next(&mut self) -> Result<Delivery, SourceFailed> {
        Ok(match self.source.next()? {
            Delivery::Page(page) => Delivery::Page(self.pseudonyms.page(&page, self.attributes)),
            // A place in the feed may tell who was there last.
            Delivery::End { coverage, .. } => Delivery::End {
                coverage: self.pseudonyms.coverage(coverage),
                cursor: None,
            },
        })
    }
}
