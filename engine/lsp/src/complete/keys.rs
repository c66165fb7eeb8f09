//! Keys of the section at the cursor.

use super::Cursor;
use super::insert::{Offer, escaped};
use crate::docs;
use crate::language::{self, Spot};
use crate::outline::NodeId;
use lsp_types::{CompletionItem, CompletionItemKind};
use muster_policy::language::{Choice, Key, Need, Section, Takes};
use std::collections::BTreeSet;
use std::ops::Range;

/// Where keys stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    /// One behind the other, in braces.
    Braces,
    /// Each on a line of its own.
    Line,
}

impl Cursor<'_> {
    /// Keys that a mapping may have and does not have yet.
    pub(super) fn keys(
        &self,
        container: Option<NodeId>,
        start: usize,
        room: Room,
    ) -> Vec<CompletionItem> {
        let Some(spot) = self.spot(container) else {
            return Vec::new();
        };
        let start = start + self.typed(start).len()
            - self.typed(start).trim_start_matches('\u{feff}').len();
        if self.typed(start).starts_with(['"', '\'']) {
            return Vec::new();
        }
        let place = Place {
            replaces: self.insert.word(start),
            indent: self.column(start),
            room,
        };
        let there = self.there(container, start);
        let mut offers = Vec::new();
        for section in spot.sections() {
            offers.extend(self.of_section(section, &there, &place));
        }
        offers.extend(self.of_plugin(&spot, &there, &place));
        offers.extend(self.of_environment(&spot, &there, &place));
        let mut seen = BTreeSet::new();
        offers.retain(|offer| seen.insert(offer.label.clone()));
        offers
            .into_iter()
            .map(|offer| self.insert.item(offer))
            .collect()
    }

    /// Keys that are there, without the one that is being written.
    fn there(&self, container: Option<NodeId>, start: usize) -> BTreeSet<String> {
        let whole = match container {
            None => None,
            Some(node) => match self.whole(node) {
                Some(node) => Some(node),
                None => return BTreeSet::new(),
            },
        };
        let others = self.document.outline.children(whole);
        let others = others.filter(|(_, node)| node.at.start != start);
        others
            .filter_map(|(_, node)| node.key().map(str::to_owned))
            .collect()
    }

    /// Letters before a byte on its line.
    fn column(&self, at: usize) -> usize {
        let before = self.text().as_str().get(..at).unwrap_or("");
        let line = before.rsplit(['\n', '\r']).next().unwrap_or("");
        line.chars().filter(|letter| *letter != '\u{feff}').count()
    }

    fn of_section(
        &self,
        section: &'static Section,
        there: &BTreeSet<String>,
        place: &Place,
    ) -> Vec<Offer> {
        let excluded = excluded(section, there);
        let keys = section
            .keys
            .iter()
            .filter(|key| !there.contains(key.name) && !excluded.contains(&key.name));
        let mut offers: Vec<Offer> = keys.map(|key| self.key(section, key, place)).collect();
        offers.extend(self.all_required(section, there, place));
        offers
    }

    fn key(&self, section: &'static Section, key: &'static Key, place: &Place) -> Offer {
        let required = key.need == Need::Required
            || matches!(section.choice, Choice::One(names) if names.contains(&key.name));
        Offer {
            detail: Some(language::in_words(key.takes)),
            doc: docs::key(section, key),
            text: self.written(key.name, &self.value(key.takes, place, &mut 1), place),
            is_snippet: true,
            rank: if required { 1 } else { 2 },
            ..Offer::word(
                key.name,
                CompletionItemKind::PROPERTY,
                place.replaces.clone(),
            )
        }
    }

    /// A key with its value; without one where a colon follows already.
    fn written(&self, name: &str, value: &str, place: &Place) -> String {
        match self.insert.follows(&place.replaces).starts_with(':') {
            true => escaped(name),
            false => format!("{}:{value}", escaped(name)),
        }
    }

    /// One offer for all that must be there.
    fn all_required(
        &self,
        section: &'static Section,
        there: &BTreeSet<String>,
        place: &Place,
    ) -> Option<Offer> {
        let missing: Vec<&Key> = section
            .keys
            .iter()
            .filter(|key| key.need == Need::Required && !there.contains(key.name))
            .collect();
        let behind = self.insert.follows(&place.replaces);
        let [first, _, ..] = missing.as_slice() else {
            return None;
        };
        if !behind.is_empty() && place.room == Room::Line {
            return None;
        }
        let mut number = 1;
        let parts: Vec<String> = missing
            .iter()
            .map(|key| format!("{}:{}", key.name, self.value(key.takes, place, &mut number)))
            .collect();
        let between = match place.room {
            Room::Braces => ", ".to_owned(),
            Room::Line => self.new_line(place.indent),
        };
        let names: Vec<&str> = missing.iter().map(|key| key.name).collect();
        Some(Offer {
            detail: Some("all that must be there".to_owned()),
            doc: section.doc.to_owned(),
            text: parts.join(&between),
            is_snippet: true,
            filter: Some(first.name.to_owned()),
            rank: 0,
            ..Offer::word(
                &names.join(", "),
                CompletionItemKind::SNIPPET,
                place.replaces.clone(),
            )
        })
    }

    fn new_line(&self, indent: usize) -> String {
        format!("{}{}", self.insert.line_break, " ".repeat(indent))
    }

    /// What stands behind a key's colon: the value's form, with places to fill in.
    fn value(&self, takes: Takes, place: &Place, number: &mut usize) -> String {
        let mut fill = || {
            *number += 1;
            format!("${}", *number - 1)
        };
        if place.room == Room::Braces {
            return match takes {
                Takes::Section(_) | Takes::Map { .. } | Takes::Settings => {
                    format!(" {{{}}}", fill())
                }
                Takes::List(_) | Takes::Command => format!(" [{}]", fill()),
                Takes::Version(version) => format!(" {version}"),
                Takes::Words(words) => choice(words, number),
                _ => format!(" {}", fill()),
            };
        }
        let deeper = self.new_line(place.indent + 2);
        match takes {
            Takes::Version(version) => format!(" {version}"),
            Takes::Words(words) => choice(words, number),
            Takes::Command => format!(" [{}]", fill()),
            Takes::Section(section) => {
                let inner = place.deeper(2);
                format!("{deeper}{}", self.section(section, &inner, number))
            }
            Takes::Map { .. } | Takes::Settings => format!("{deeper}{}", fill()),
            Takes::List(inner) => {
                let item = match inner {
                    Takes::Section(section) => self.section(section, &place.deeper(4), number),
                    _ => fill(),
                };
                format!("{deeper}- {item}")
            }
            _ => format!(" {}", fill()),
        }
    }

    /// The keys that a new section begins with.
    fn section(&self, section: &Section, place: &Place, number: &mut usize) -> String {
        let required = section.keys.iter().filter(|key| key.need == Need::Required);
        let parts: Vec<String> = required
            .map(|key| format!("{}:{}", key.name, self.value(key.takes, place, number)))
            .collect();
        if parts.is_empty() {
            *number += 1;
            return format!("${}", *number - 1);
        }
        parts.join(&self.new_line(place.indent))
    }

    /// Settings and secrets, as the plugin names them.
    fn of_plugin(&self, spot: &Spot, there: &BTreeSet<String>, place: &Place) -> Vec<Offer> {
        let (Some(plugin), Some((section, key))) = (&self.plugin, spot.key) else {
            return Vec::new();
        };
        if section.id != "provider" || spot.is_named {
            return Vec::new();
        }
        let named = |name: &str, doc: String, detail: Option<String>, required: bool| Offer {
            doc,
            detail,
            text: self.written(name, " $1", place),
            is_snippet: true,
            rank: if required { 1 } else { 2 },
            ..Offer::word(name, CompletionItemKind::PROPERTY, place.replaces.clone())
        };
        let offers: Vec<Offer> = match key.name {
            "config" => plugin
                .settings
                .iter()
                .map(|one| {
                    named(
                        &one.name,
                        docs::setting(one),
                        Some(one.kind.clone()),
                        one.required,
                    )
                })
                .collect(),
            "secrets" => plugin
                .secrets
                .iter()
                .map(|name| {
                    let doc =
                        "A secret of the plugin: where it comes from, never the secret itself.";
                    let text = self.written(name, " {${1|env,file|}: $2\\}", place);
                    Offer {
                        text,
                        ..named(name, doc.to_owned(), None, false)
                    }
                })
                .collect(),
            _ => Vec::new(),
        };
        let fresh = offers
            .into_iter()
            .filter(|offer| !there.contains(&offer.label));
        fresh.collect()
    }

    /// In the file of an environment: the names that policies declare.
    fn of_environment(&self, spot: &Spot, there: &BTreeSet<String>, place: &Place) -> Vec<Offer> {
        let is_values = spot.key.is_some_and(|(section, key)| {
            section.id == "environment" && key.name == "values" && !spot.is_named
        });
        if !is_values {
            return Vec::new();
        }
        let declared = self.workspace.declared(self.path);
        let fresh = declared.iter().filter(|value| !there.contains(&value.name));
        fresh
            .map(|value| Offer {
                detail: value.written.clone(),
                doc: "A value that a policy declares.".to_owned(),
                text: self.written(&value.name, " $1", place),
                is_snippet: true,
                ..Offer::word(
                    &value.name,
                    CompletionItemKind::CONSTANT,
                    place.replaces.clone(),
                )
            })
            .collect()
    }
}

/// Where a key is put.
struct Place {
    replaces: Range<usize>,
    indent: usize,
    room: Room,
}

impl Place {
    fn deeper(&self, by: usize) -> Self {
        Self {
            replaces: self.replaces.clone(),
            indent: self.indent + by,
            room: self.room,
        }
    }
}

/// Keys that exclude those that are there.
fn excluded(section: &Section, there: &BTreeSet<String>) -> Vec<&'static str> {
    match section.choice {
        Choice::One(names) if names.iter().any(|name| there.contains(*name)) => names.to_vec(),
        _ => Vec::new(),
    }
}

/// A place at which one of a few words is chosen.
fn choice(words: &[(&str, &str)], number: &mut usize) -> String {
    let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    *number += 1;
    format!(" ${{{}|{}|}}", *number - 1, names.join(","))
}
