//! From events to a tree.

use super::remove::entry as without_entry;
use super::syntax::syntax_error;
use crate::diagnostic::Code;
use crate::fix::quotes;
use crate::source::Source;
use serde_yaml::granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, options};
use std::ops::Range;

/// A policy has five levels; settings of a plugin may have more.
pub(super) const DEEPEST: usize = 32;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) span: Range<usize>,
    pub(crate) kind: Kind,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<Entry>),
    /// Already reported; says nothing more.
    Broken,
}

/// One key of a mapping, with its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) at: Range<usize>,
    pub(crate) value: Node,
}

impl Node {
    /// The entry of a key, if it is a mapping that has it.
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.kind {
            Kind::Map(entries) => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Scalar {
    pub(crate) text: String,
    pub(crate) style: Style,
    pub(crate) origin: Origin,
}

/// Where a scalar's text comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// It stands so in the file.
    File,
    /// A value of the environment is in it; its letters have no places.
    Value,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Single,
    Double,
    Block,
}

impl Node {
    /// True if two trees say the same: the same keys in the same order, the same
    /// texts, and in quotes what was in quotes.
    pub(crate) fn says_the_same(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Scalar(a), Kind::Scalar(b)) => {
                let plain = |style| style == Style::Plain;
                a.text == b.text && plain(a.style) == plain(b.style)
            }
            (Kind::List(a), Kind::List(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.says_the_same(b))
            }
            (Kind::Map(a), Kind::Map(b)) => {
                let alike =
                    |(a, b): (&Entry, &Entry)| a.key == b.key && a.value.says_the_same(&b.value);
                a.len() == b.len() && a.iter().zip(b).all(alike)
            }
            _ => false,
        }
    }
}

/// Reads the one document of a text. `None` if it is no YAML; what is wrong
/// with it has been reported.
pub(crate) fn read(source: &mut Source<'_>) -> Option<Node> {
    let options = options! {
        emit_unresolved_aliases: true,
        flow_nesting_limit: 2 * DEEPEST,
        block_nesting_limit: 2 * DEEPEST,
        emit_comments: false,
    };
    let mut reader = Reader {
        events: Parser::new_from_str_with_options(source.text, options),
        source,
    };
    match reader.document() {
        Ok(root) => root,
        Err(error) => {
            syntax_error(source, &error);
            None
        }
    }
}

/// An event, its place, and the place of its tag.
type Placed<'t> = (Event<'t>, Range<usize>, Option<Range<usize>>);

struct Reader<'s, 't> {
    events: Parser<'t, StrInput<'t>>,
    source: &'s mut Source<'t>,
}

impl<'t> Reader<'_, 't> {
    fn next(&mut self) -> Result<Placed<'t>, ScanError> {
        match self.events.next() {
            Some(event) => {
                let (event, span) = event?;
                let tag = span.tag_span().map(bytes);
                Ok((event, bytes(span), tag))
            }
            None => Ok((Event::StreamEnd, 0..0, None)),
        }
    }

    fn document(&mut self) -> Result<Option<Node>, ScanError> {
        let mut root = None;
        loop {
            let (event, span, tag) = self.next()?;
            match event {
                Event::StreamEnd => break,
                Event::DocumentStart(..) if root.is_some() => {
                    self.source
                        .report(
                            Code::SeveralDocuments,
                            span,
                            "There is more than one document in the file",
                        )
                        .label("the second one begins here")
                        .help("Write each policy into a file of its own.");
                    return Ok(None);
                }
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
                event => root = Some(self.node(event, span, tag, 0)?),
            }
        }
        if root.is_none() {
            self.source
                .report(Code::Empty, 0..0, "There is no policy in the file")
                .help("`muster init` writes a working example.");
        }
        Ok(root)
    }

    fn node(
        &mut self,
        event: Event<'t>,
        span: Range<usize>,
        tag: Option<Range<usize>>,
        depth: usize,
    ) -> Result<Node, ScanError> {
        if depth == DEEPEST && matches!(event, Event::SequenceStart(..) | Event::MappingStart(..)) {
            let message = format!("Lists and mappings are nested more than {DEEPEST} levels deep");
            self.source.report(Code::TooDeep, span.clone(), message);
        }
        let mut node = match event {
            Event::Scalar(text, style, ..) => Node {
                span,
                kind: Kind::Scalar(Scalar {
                    text: text.into_owned(),
                    style: style_of(style),
                    origin: Origin::File,
                }),
            },
            Event::SequenceStart(..) => self.list(span, depth)?,
            Event::MappingStart(..) => self.map(span, depth)?,
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.alias(span.clone());
                Node {
                    span,
                    kind: Kind::Broken,
                }
            }
            _ => Node {
                span,
                kind: Kind::Broken,
            },
        };
        if let Some(tag) = tag {
            self.tag(tag);
            node.kind = Kind::Broken;
        }
        Ok(node)
    }

    fn list(&mut self, start: Range<usize>, depth: usize) -> Result<Node, ScanError> {
        let mut items = Vec::new();
        loop {
            let (event, span, tag) = self.next()?;
            match event {
                Event::SequenceEnd | Event::StreamEnd => {
                    return Ok(Node {
                        span: start.start..span.end,
                        kind: Kind::List(items),
                    });
                }
                event => items.push(self.node(event, span, tag, depth + 1)?),
            }
        }
    }

    fn map(&mut self, start: Range<usize>, depth: usize) -> Result<Node, ScanError> {
        let mut entries = Vec::new();
        loop {
            let (event, span, tag) = self.next()?;
            if matches!(event, Event::MappingEnd | Event::StreamEnd) {
                return Ok(Node {
                    span: start.start..span.end,
                    kind: Kind::Map(entries),
                });
            }
            let key = self.node(event, span, tag, depth + 1)?;
            let (event, span, tag) = self.next()?;
            let value = self.node(event, span, tag, depth + 1)?;
            if let Some(entry) = self.entry(key, value, &entries) {
                entries.push(entry);
            }
        }
    }

    fn entry(&mut self, key: Node, value: Node, before: &[Entry]) -> Option<Entry> {
        let name = match key.kind {
            Kind::Scalar(scalar) => scalar.text,
            Kind::Broken => return None,
            Kind::List(_) | Kind::Map(_) => {
                self.source
                    .report(Code::OddKey, key.span, "A key must be a word")
                    .label("this is a list or a mapping");
                return None;
            }
        };
        if name == "<<" {
            self.alias(key.span);
            return None;
        }
        let entry = Entry {
            key: name,
            at: key.span,
            value,
        };
        let first = before.iter().find(|other| other.key == entry.key);
        if let Some(first) = first {
            self.again(&entry, first);
            return None;
        }
        Some(entry)
    }

    /// Of two entries that say the same, one can go.
    fn again(&mut self, entry: &Entry, first: &Entry) {
        let text = self.source.text;
        let fix = first
            .value
            .says_the_same(&entry.value)
            .then(|| without_entry(text, entry))
            .flatten()
            .map(|range| self.source.fix("Take the second one out", [(range, "")]));
        self.source
            .report(
                Code::DuplicateKey,
                entry.at.clone(),
                format!("The key `{}` is given twice", entry.key),
            )
            .label("given again here")
            .help("Keep one of the two.")
            .maybe_fix(fix);
    }

    fn alias(&mut self, span: Range<usize>) {
        self.source
            .report(
                Code::Alias,
                span,
                "Policies have no aliases and no merge keys",
            )
            .help("Write the value out, so that a reader sees it where it counts.");
    }

    fn tag(&mut self, span: Range<usize>) {
        let fix = quotes(self.source, span.start);
        self.source
            .report(Code::Tag, span, "Policies have no YAML tags")
            .label("YAML takes this for a tag, not for a value")
            .help("Put the whole value in quotes, above all a condition that begins with `!`.")
            .maybe_fix(fix);
    }
}

fn style_of(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::Single,
        ScalarStyle::DoubleQuoted => Style::Double,
        ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
    }
}

fn bytes(span: Span) -> Range<usize> {
    span.byte_range().unwrap_or(0..0)
}
