//! Line by line, by indentation.

use super::{Node, NodeId, Outline, Scalar, Slot, Step, Style};
use std::ops::Range;

/// Reads a text to its end.
pub(super) fn scan(text: &str) -> Outline {
    let mut scanner = Scanner {
        text,
        pos: 0,
        nodes: Vec::new(),
        open: Vec::new(),
        going_on: None,
        has_left: false,
        is_inside: false,
        slot: Slot::Nothing,
    };
    while scanner.pos < text.len() {
        scanner.line();
    }
    let begins_line = text.is_empty() || text.ends_with(['\n', '\r']);
    if begins_line && !scanner.is_inside {
        scanner.slot = scanner.blank(0);
    }
    let mut nodes = scanner.nodes;
    for id in (0..nodes.len()).rev() {
        let Some((end, Some(parent))) = nodes.get(id).map(|node| (node.end, node.parent)) else {
            continue;
        };
        if let Some(parent) = nodes.get_mut(parent) {
            parent.end = parent.end.max(end);
        }
    }
    Outline {
        nodes,
        slot: scanner.slot,
    }
}

/// A key or an item to which deeper lines belong.
struct Open {
    node: NodeId,
    column: usize,
}

pub(super) struct Scanner<'t> {
    pub(super) text: &'t str,
    pub(super) pos: usize,
    nodes: Vec<Node>,
    open: Vec<Open>,
    /// The node whose unquoted text deeper lines go on with.
    going_on: Option<NodeId>,
    /// Quotes or brackets were not closed, for a line does not belong to them.
    pub(super) has_left: bool,
    /// The text ended within quotes or brackets.
    is_inside: bool,
    pub(super) slot: Slot,
}

impl<'t> Scanner<'t> {
    pub(super) fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.pos).copied()
    }

    pub(super) fn slice(&self, range: Range<usize>) -> &'t str {
        self.text.get(range).unwrap_or("")
    }

    /// Where the line of a byte ends, its break left out.
    pub(super) fn line_end(&self, from: usize) -> usize {
        let rest = self.text.get(from..).unwrap_or("");
        rest.find(['\n', '\r'])
            .map_or(self.text.len(), |length| from + length)
    }

    /// Where the line behind such an end begins.
    pub(super) fn behind(&self, end: usize) -> usize {
        match self.text.as_bytes().get(end..) {
            Some([b'\r', b'\n', ..]) => end + 2,
            Some([_, ..]) => end + 1,
            _ => end,
        }
    }

    /// Spaces at a byte; tabs count as what they are, one letter.
    fn spaces(&self, from: usize) -> usize {
        let rest = self.text.get(from..).unwrap_or("");
        rest.len() - rest.trim_start_matches([' ', '\t']).len()
    }

    fn column_of(&self, node: NodeId) -> usize {
        let found = self.open.iter().find(|open| open.node == node);
        found.map_or(0, |open| open.column)
    }

    pub(super) fn push(&mut self, parent: Option<NodeId>, step: Step, at: Range<usize>) -> NodeId {
        self.nodes.push(Node {
            parent,
            step,
            end: at.end,
            at,
            scalar: None,
        });
        self.nodes.len() - 1
    }

    pub(super) fn set(&mut self, node: NodeId, range: Range<usize>, style: Style) {
        if let Some(node) = self.nodes.get_mut(node) {
            node.end = node.end.max(range.end);
            node.scalar = Some(Scalar { range, style });
        }
    }

    /// The next place in a list.
    pub(super) fn count(&self, parent: Option<NodeId>) -> usize {
        let last = self.nodes.iter().rev().find(|node| node.parent == parent);
        match last.map(|node| &node.step) {
            Some(Step::Item(last)) => last + 1,
            _ => 0,
        }
    }

    /// True if a node holds anything yet.
    fn is_filled(&self, id: NodeId) -> bool {
        let has_text = self.nodes.get(id).is_some_and(|node| node.scalar.is_some());
        has_text
            || self
                .nodes
                .iter()
                .skip(id)
                .any(|node| node.parent == Some(id))
    }

    fn line(&mut self) {
        let begin = self.pos;
        let end = self.line_end(begin);
        let column = self.spaces(begin);
        let first = begin + column;
        self.pos = self.behind(end);
        self.has_left = false;
        let rest = self.slice(first..end);
        if first >= end {
            self.slot = self.blank(column);
        } else if rest.starts_with('#') {
            self.slot = Slot::Nothing;
        } else if column == 0 && (rest.starts_with("---") || rest.starts_with("...")) {
            self.open.clear();
            self.going_on = None;
            self.slot = Slot::Nothing;
        } else if let Some(node) = self.goes_on(column, rest) {
            let (cut, is_cut) = without_comment(rest);
            let start = self.start_of(node, first);
            let stop = first + cut.len();
            self.set(node, start..stop, Style::Plain);
            self.slot = match is_cut {
                true => Slot::Nothing,
                false => Slot::Value {
                    node,
                    start,
                    style: Style::Plain,
                },
            };
        } else {
            self.going_on = None;
            self.pos = first;
            self.close(column, is_dash(rest));
            self.entry(begin, end);
        }
    }

    /// The node whose text a line goes on with.
    fn goes_on(&self, column: usize, rest: &str) -> Option<NodeId> {
        let node = self.going_on?;
        (column > self.column_of(node) && !is_key(rest)).then_some(node)
    }

    fn start_of(&self, node: NodeId, or: usize) -> usize {
        let scalar = self.nodes.get(node).and_then(|node| node.scalar.as_ref());
        scalar.map_or(or, |scalar| scalar.range.start)
    }

    /// What is being written on a line of so many spaces.
    fn blank(&self, column: usize) -> Slot {
        if let Some(node) = self.going_on
            && column > self.column_of(node)
        {
            return Slot::Value {
                node,
                start: self.start_of(node, self.text.len()),
                style: Style::Plain,
            };
        }
        let container = self.open.iter().rev().find(|open| open.column < column);
        Slot::Entry {
            container: container.map(|open| open.node),
            start: self.text.len(),
        }
    }

    /// Ends what does not belong to a line of this indentation. A list may stand
    /// as far to the left as the key that it belongs to.
    fn close(&mut self, column: usize, is_dash: bool) {
        while let Some(top) = self.open.last() {
            let is_key = self
                .nodes
                .get(top.node)
                .is_some_and(|node| node.key().is_some());
            let holds = top.column < column || (top.column == column && is_dash && is_key);
            if holds {
                break;
            }
            self.open.pop();
        }
    }

    /// What stands on a line behind its spaces: dashes, a key, a text.
    fn entry(&mut self, begin: usize, end: usize) {
        loop {
            let parent = self.open.last().map(|open| open.node);
            let rest = self.slice(self.pos..end);
            let column = self.pos - begin;
            if is_dash(rest) {
                let ends_here = rest.len() == 1;
                let step = Step::Item(self.count(parent));
                let node = self.push(parent, step, self.pos..self.pos + 1);
                self.open.push(Open { node, column });
                self.pos += 1;
                self.pos += self.spaces(self.pos);
                if self.pos < end && self.byte() != Some(b'#') {
                    continue;
                }
                self.slot = match ends_here || self.pos < end {
                    true => Slot::Nothing,
                    false => Slot::Entry {
                        container: Some(node),
                        start: self.pos,
                    },
                };
                self.pos = self.behind(end);
                return;
            }
            if let Some(key) = key(rest) {
                let at = self.pos..self.pos + key.length;
                let behind = self.pos + key.colon + 1;
                let node = self.push(parent, Step::Key(key.name), at);
                self.open.push(Open { node, column });
                self.pos = behind;
                return self.value(node, column, end);
            }
            return self.lone(parent, column, end);
        }
    }

    /// What stands on a line and is no key.
    fn lone(&mut self, container: Option<NodeId>, column: usize, end: usize) {
        let start = self.pos;
        let taken = container.is_none_or(|node| self.is_filled(node));
        match (self.byte(), container) {
            (Some(b'{' | b'['), _) if !taken || container.is_none() => {
                let limit = self.open.last().map(|open| open.column);
                self.flow(container, limit, 0);
                self.rest_of_line();
            }
            (Some(b'\'' | b'"' | b'|' | b'>'), Some(node)) if !taken => {
                self.value(node, column.saturating_sub(1), end);
            }
            _ => {
                let (word, is_cut) = without_comment(self.slice(start..end));
                let stop = start + word.len();
                if let Some(node) = container.filter(|_| !taken) {
                    self.set(node, start..stop, Style::Plain);
                    self.going_on = (!is_cut).then_some(node);
                }
                self.slot = match is_cut {
                    true => Slot::Nothing,
                    false => Slot::Entry { container, start },
                };
                self.pos = self.behind(end);
            }
        }
    }

    /// What stands behind a key's colon. `column` is the key's.
    fn value(&mut self, node: NodeId, column: usize, end: usize) {
        let spaces = self.spaces(self.pos);
        self.pos += spaces;
        let start = self.pos;
        match self.byte().filter(|_| start < end) {
            None => {
                self.slot = Slot::Value {
                    node,
                    start,
                    style: Style::Plain,
                };
                self.pos = self.behind(end);
            }
            Some(b'#') if spaces > 0 => {
                self.slot = Slot::Nothing;
                self.pos = self.behind(end);
            }
            Some(b'|' | b'>') => self.block(node, column, end),
            Some(b'{' | b'[') => {
                self.flow(Some(node), Some(column), 0);
                self.rest_of_line();
            }
            Some(b'\'' | b'"') => {
                self.quoted(node, Some(column));
                self.rest_of_line();
            }
            Some(_) => {
                let (text, is_cut) = without_comment(self.slice(start..end));
                let stop = start + text.len();
                self.set(node, start..stop, Style::Plain);
                self.going_on = (!is_cut).then_some(node);
                self.slot = match is_cut {
                    true => Slot::Nothing,
                    false => Slot::Value {
                        node,
                        start,
                        style: Style::Plain,
                    },
                };
                self.pos = self.behind(end);
            }
        }
    }

    /// Skips what stands behind a closing quote or bracket.
    fn rest_of_line(&mut self) {
        self.is_inside = self.pos >= self.text.len() && self.slot != Slot::Nothing;
        if self.is_inside || self.has_left {
            return;
        }
        self.slot = Slot::Nothing;
        self.pos = self.behind(self.line_end(self.pos));
    }

    /// A text of several lines behind `|` or `>`.
    fn block(&mut self, node: NodeId, column: usize, end: usize) {
        self.slot = Slot::Nothing;
        self.pos = self.behind(end);
        let mut range: Option<Range<usize>> = None;
        while self.pos < self.text.len() {
            let (begin, end) = (self.pos, self.line_end(self.pos));
            let indent = self.spaces(begin);
            let is_blank = begin + indent >= end;
            let start = range.as_ref().map_or(begin + indent, |range| range.start);
            if indent > column {
                self.slot = Slot::Value {
                    node,
                    start,
                    style: Style::Block,
                };
            } else if is_blank && self.behind(end) < self.text.len() {
                // An empty line within the text, if more of it follows.
            } else {
                break;
            }
            if !is_blank {
                range = Some(start..end);
            }
            self.pos = self.behind(end);
        }
        if let Some(range) = range {
            self.set(node, range, Style::Block);
        }
    }

    /// A text in quotes, as far as lines go that are deeper than `limit`.
    pub(super) fn quoted(&mut self, node: NodeId, limit: Option<usize>) {
        let quote = self.byte().unwrap_or(b'"');
        let style = match quote {
            b'\'' => Style::Single,
            _ => Style::Double,
        };
        self.pos += 1;
        let start = self.pos;
        loop {
            let next = self.text.as_bytes().get(self.pos + 1).copied();
            match self.byte() {
                None => {
                    self.set(node, start..self.text.len(), style);
                    self.slot = Slot::Value { node, start, style };
                    return;
                }
                Some(b'\'') if quote == b'\'' && next == Some(b'\'') => self.pos += 2,
                Some(b'\\') if quote == b'"' && next.is_some_and(|next| next.is_ascii()) => {
                    self.pos += 2;
                }
                Some(byte) if byte == quote => {
                    self.set(node, start..self.pos, style);
                    self.pos += 1;
                    self.slot = Slot::Nothing;
                    return;
                }
                Some(b'\n' | b'\r') => {
                    let end = self.pos;
                    self.pos = self.behind(end);
                    if self.is_outside(limit) {
                        self.set(node, start..end, style);
                        self.has_left = true;
                        self.slot = Slot::Nothing;
                        return;
                    }
                }
                Some(_) => self.pos += 1,
            }
        }
    }

    /// True if the line that begins here does not belong to what was opened at
    /// this column.
    pub(super) fn is_outside(&self, limit: Option<usize>) -> bool {
        let Some(limit) = limit else { return false };
        let indent = self.spaces(self.pos);
        let first = self.text.as_bytes().get(self.pos + indent).copied();
        let goes_on = matches!(first, None | Some(b'\n' | b'\r' | b'}' | b']'));
        indent <= limit && !goes_on
    }
}

/// A key at the beginning of a text.
struct Key {
    name: String,
    /// As it is written, with its quotes.
    length: usize,
    colon: usize,
}

fn key(text: &str) -> Option<Key> {
    let first = text.bytes().next()?;
    let (name, length) = match first {
        b'"' | b'\'' => {
            let rest = text.get(1..)?;
            let close = rest.find(first as char)?;
            (rest.get(..close)?, close + 2)
        }
        b'{' | b'[' | b'|' | b'>' | b'#' | b'}' | b']' | b',' => return None,
        _ => {
            let colons = text.match_indices(':').map(|(at, _)| at);
            let colon = colons.into_iter().find(|&at| ends_key(text, at))?;
            let name = text.get(..colon)?.trim_end();
            (name, name.len())
        }
    };
    let spaces = text.get(length..)?;
    let colon = length + spaces.len() - spaces.trim_start().len();
    let is_key = !name.is_empty() && text.as_bytes().get(colon) == Some(&b':');
    (is_key && ends_key(text, colon) && !name.contains(" #")).then(|| Key {
        name: name.to_owned(),
        length,
        colon,
    })
}

/// True if the colon at a byte is one behind a key.
fn ends_key(text: &str, colon: usize) -> bool {
    matches!(
        text.as_bytes().get(colon + 1),
        None | Some(b' ' | b'\t' | b'\n' | b'\r')
    )
}

/// True if a line is a key that is one word: part of no text of several lines.
pub(super) fn is_key(line: &str) -> bool {
    let word = line.find(|c: char| !(c.is_alphanumeric() || "_-.".contains(c)));
    word.is_some_and(|end| {
        end > 0 && line.as_bytes().get(end) == Some(&b':') && ends_key(line, end)
    })
}

fn is_dash(line: &str) -> bool {
    line == "-" || line.starts_with("- ") || line.starts_with("-\t")
}

/// A line without its comment and the white space before that, and whether there
/// was one.
fn without_comment(line: &str) -> (&str, bool) {
    let comment = line.match_indices('#').find(|&(at, _)| {
        line.get(..at)
            .is_some_and(|before| before.ends_with([' ', '\t']))
    });
    match comment {
        Some((at, _)) => (line.get(..at).unwrap_or("").trim_end(), true),
        None => (line.trim_end(), false),
    }
}
