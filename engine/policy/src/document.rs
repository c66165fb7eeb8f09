//! Other files in the manner of policies: YAML in which every key is known and
//! everything that is wrong has its place and a suggestion.
//!
//! A [`Document`] collects what is wrong while its [`Tree`] is read; the tree says
//! nothing by itself. What its keys may be is a [`Section`], as for policies.

use crate::check::reader;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::Section;
use crate::nearest::nearest;
use crate::source::Source;
use crate::yaml::{self, Entry, Kind, Node, Plain, Style};
use muster_model::PolicyLine;
use std::ops::Range;

/// A file's text, and what is wrong with it.
#[derive(Debug)]
pub struct Document<'t> {
    source: Source<'t>,
}

/// The values of a file.
#[derive(Debug)]
pub struct Tree(Node);

/// A value, and where the key stands to which it belongs.
#[derive(Clone, Copy, Debug)]
pub struct Item<'n> {
    node: &'n Node,
    key: Option<&'n Entry>,
}

/// The checked keys of one mapping.
#[derive(Debug)]
pub struct Keys<'n>(reader::Mapping<'n>);

impl Tree {
    /// The whole.
    pub fn root(&self) -> Item<'_> {
        Item {
            node: &self.0,
            key: None,
        }
    }
}

impl<'n> Item<'n> {
    fn of(entry: &'n Entry) -> Self {
        Self {
            node: &entry.value,
            key: Some(entry),
        }
    }

    /// Where the value stands.
    pub fn span(self) -> Range<usize> {
        self.node.span.clone()
    }

    /// Where its key stands; the value itself, if it has none.
    pub fn at(self) -> Range<usize> {
        self.key.map_or_else(|| self.span(), |key| key.at.clone())
    }

    /// Its key, if it has one.
    pub fn name(self) -> &'n str {
        self.key.map_or("", |key| key.key.as_str())
    }

    /// True for a mapping.
    pub fn is_mapping(self) -> bool {
        matches!(self.node.kind, Kind::Map(_))
    }

    /// True for a list.
    pub fn is_list(self) -> bool {
        matches!(self.node.kind, Kind::List(_))
    }

    /// True for nothing: `null`, `~`, or no value at all.
    pub fn is_nothing(self) -> bool {
        match &self.node.kind {
            Kind::Scalar(scalar) => {
                scalar.style == Style::Plain && Plain::of(&scalar.text) == Plain::Null
            }
            _ => false,
        }
    }
}

impl<'n> Keys<'n> {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<Item<'n>> {
        self.0.entry(key).map(Item::of)
    }
}

impl<'t> Document<'t> {
    /// Takes a text. `sections` are all kinds of mappings that such a file has:
    /// of a key at a wrong place they tell the right one.
    pub fn new(file: &'t str, text: &'t str, sections: &'static [&'static Section]) -> Self {
        let mut source = Source::new(file, text);
        source.sections = sections;
        Self { source }
    }

    /// Reads the text; `None` if it cannot be read, which is then reported.
    pub fn read(&mut self, what: &str) -> Option<Tree> {
        let length = self.source.text.len();
        if length > crate::check::LONGEST {
            let most = crate::check::LONGEST;
            let message = format!("The file has {length} bytes; at most {most} are allowed");
            self.source.report(Code::TooLarge, 0..0, message);
            return None;
        }
        let is_blank = |line: &str| {
            let line = line.trim_matches(['\u{feff}', ' ', '\t', '\r']);
            line.is_empty() || line.starts_with('#') || line == "---"
        };
        if self.source.text.lines().all(is_blank) {
            let message = format!("There is no {what} in the file");
            self.source.report(Code::Empty, 0..0, message);
            return None;
        }
        yaml::read(&mut self.source).map(Tree)
    }

    /// Checks a mapping's keys.
    pub fn keys<'n>(&mut self, item: Item<'n>, section: &Section) -> Option<Keys<'n>> {
        reader::mapping(&mut self.source, item.node, &item.at(), section).map(Keys)
    }

    /// The values of a mapping whose keys are free.
    pub fn entries<'n>(&mut self, item: Item<'n>, what: &str) -> Vec<Item<'n>> {
        let entries = reader::entries(&mut self.source, item.node, what);
        entries.into_iter().flatten().map(Item::of).collect()
    }

    /// The value of one key of a mapping, whatever the others are.
    pub fn value_of<'n>(&self, item: Item<'n>, key: &str) -> Option<Item<'n>> {
        item.node.entry(key).map(Item::of)
    }

    /// The values of a list.
    pub fn items<'n>(&mut self, item: Item<'n>, what: &str) -> Vec<Item<'n>> {
        match &item.node.kind {
            Kind::List(nodes) => nodes.iter().map(|node| Item { node, key: None }).collect(),
            _ => {
                reader::wrong_type(&mut self.source, item.node, what, "a list");
                Vec::new()
            }
        }
    }

    /// The version of the language, which is that of policies.
    pub fn version(&mut self, item: Item<'_>) {
        crate::check::version(&mut self.source, item.node);
    }

    /// A text, possibly empty; numbers and truth values count as written.
    pub fn text<'n>(&mut self, item: Item<'n>, what: &str) -> Option<&'n str> {
        reader::text(&mut self.source, item.node, what)
    }

    /// A text with something in it.
    pub fn filled<'n>(&mut self, item: Item<'n>, what: &str) -> Option<&'n str> {
        reader::filled(&mut self.source, item.node, what)
    }

    /// Texts with something in them, each with its place; one stands for a list of
    /// one.
    pub fn texts<'n>(&mut self, item: Item<'n>, what: &str) -> Vec<(Item<'n>, &'n str)> {
        let texts = reader::texts(&mut self.source, item.node, what);
        let placed = texts.into_iter().map(|(node, text)| {
            let key = item
                .key
                .filter(|key| std::ptr::eq(&raw const key.value, node));
            (Item { node, key }, text)
        });
        placed.collect()
    }

    /// A whole number from 0 to `most`.
    pub fn whole(&mut self, item: Item<'_>, what: &str, most: u64) -> Option<u64> {
        reader::whole(&mut self.source, item.node, what, most)
    }

    /// One of some words.
    pub fn word<T: Copy>(
        &mut self,
        item: Item<'_>,
        what: &str,
        words: &[(&'static str, T)],
    ) -> Option<T> {
        reader::word(&mut self.source, item.node, what, words)
    }

    /// Reports that something else was wanted.
    pub fn wrong_type(&mut self, item: Item<'_>, what: &str, wanted: &str) {
        reader::wrong_type(&mut self.source, item.node, what, wanted);
    }

    /// Reports what is wrong at a place, and what to do about it.
    pub fn report(
        &mut self,
        code: Code,
        span: Range<usize>,
        message: impl Into<String>,
        help: Option<String>,
    ) {
        let report = self.source.report(code, span, message);
        let _ = report.maybe_help(help);
    }

    /// Reports a name that none of the known ones is, with the nearest of them.
    pub fn unknown<'k>(
        &mut self,
        code: Code,
        span: Range<usize>,
        message: impl Into<String>,
        (name, known): (&str, impl IntoIterator<Item = &'k str> + Clone),
    ) {
        let help = match nearest(name, known.clone()) {
            Some(near) => Some(format!("Did you mean `{near}`?")),
            None => Some(reader::listing(known))
                .filter(|listed| !listed.is_empty() && listed.len() < 300)
                .map(|listed| format!("There are {listed}.")),
        };
        self.report(code, span, message, help);
    }

    /// The line of a byte, as failures carry it.
    pub fn line(&self, at: usize) -> PolicyLine {
        self.source.line(at)
    }

    /// Everything that is wrong, in order of places.
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.source.into_diagnostics()
    }
}
