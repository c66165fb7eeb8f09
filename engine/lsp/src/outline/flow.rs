//! Braces and brackets, as far as they go.

use super::scan::{Scanner, is_key};
use super::{NodeId, Slot, Step, Style};

/// Deeper than anything in a policy.
const DEEPEST: usize = 64;

impl Scanner<'_> {
    /// A mapping in braces or a list in brackets, which begins here. Lines that
    /// are not deeper than `limit` do not belong to it: it is not closed yet.
    pub(super) fn flow(&mut self, parent: Option<NodeId>, limit: Option<usize>, depth: usize) {
        let is_map = self.byte() == Some(b'{');
        self.pos += 1;
        if depth == DEEPEST {
            self.pos = self.line_end(self.pos);
            return;
        }
        // Behind an entry there has to be a comma.
        let mut is_entry = false;
        while self.skip_blanks(limit) {
            match self.byte() {
                None if is_entry => return,
                None => return self.end_of_text(parent, is_map),
                Some(b'}' | b']') => {
                    self.pos += 1;
                    self.slot = Slot::Nothing;
                    return;
                }
                Some(b',') => {
                    self.pos += 1;
                    is_entry = false;
                }
                Some(_) if is_map => {
                    self.flow_key(parent, limit, depth);
                    is_entry = true;
                }
                Some(_) => {
                    let step = Step::Item(self.count(parent));
                    let item = self.push(parent, step, self.pos..self.pos);
                    self.flow_value(item, limit, depth);
                    is_entry = true;
                }
            }
        }
    }

    /// The text ended in front of a key or an item.
    fn end_of_text(&mut self, container: Option<NodeId>, is_map: bool) {
        let start = self.pos;
        self.slot = match is_map {
            true => Slot::Key { container, start },
            false => {
                let step = Step::Item(self.count(container));
                let node = self.push(container, step, start..start);
                let style = Style::Flow;
                Slot::Value { node, start, style }
            }
        };
    }

    /// Skips white space, line breaks and comments. False if what follows does not
    /// belong to the brackets, or the text ended in a comment.
    fn skip_blanks(&mut self, limit: Option<usize>) -> bool {
        while !self.has_left {
            match self.byte() {
                Some(b' ' | b'\t') => self.pos += 1,
                Some(b'\n' | b'\r') => {
                    self.pos = self.behind(self.pos);
                    if self.is_outside(limit) {
                        self.has_left = true;
                        self.slot = Slot::Nothing;
                    }
                }
                Some(b'#') if self.slice(0..self.pos).ends_with([' ', '\t', '\n', '\r']) => {
                    self.pos = self.line_end(self.pos);
                    if self.pos >= self.text.len() {
                        self.slot = Slot::Nothing;
                        return false;
                    }
                }
                _ => return true,
            }
        }
        false
    }

    fn flow_key(&mut self, parent: Option<NodeId>, limit: Option<usize>, depth: usize) {
        let start = self.pos;
        let name = match self.byte() {
            Some(quote @ (b'"' | b'\'')) => {
                let end = self.line_end(start);
                let inside = self.slice(start + 1..end);
                let length = inside.find(quote as char);
                let name = inside
                    .get(..length.unwrap_or(inside.len()))
                    .unwrap_or("")
                    .to_owned();
                let closing = usize::from(length.is_some());
                self.pos = start + 1 + name.len() + closing;
                name
            }
            _ => {
                let rest = self.slice(start..self.line_end(start));
                let length = plain_length(rest).max(usize::from(rest.starts_with(':')));
                let name = rest.get(..length).unwrap_or("").trim_end().to_owned();
                self.pos = start + length;
                name
            }
        };
        if self.pos >= self.text.len() {
            self.slot = Slot::Key {
                container: parent,
                start,
            };
        }
        let node = self.push(parent, Step::Key(name), start..self.pos.max(start));
        if self.pos < self.text.len() && self.skip_blanks(limit) {
            match self.byte() {
                Some(b':') => {
                    self.pos += 1;
                    if self.skip_blanks(limit) {
                        self.flow_value(node, limit, depth);
                    }
                }
                None => self.slot = Slot::Nothing,
                // No key begins like that: it is skipped.
                Some(_) if self.pos == start => self.pos += 1,
                Some(_) => {}
            }
        }
    }

    /// What stands behind a colon, or as an item of a list.
    fn flow_value(&mut self, node: NodeId, limit: Option<usize>, depth: usize) {
        let start = self.pos;
        match self.byte() {
            None => {
                let style = Style::Flow;
                self.slot = Slot::Value { node, start, style };
            }
            Some(b'{' | b'[') => self.flow(Some(node), limit, depth + 1),
            Some(b'\'' | b'"') => self.quoted(node, limit),
            Some(b',' | b'}' | b']') => {}
            Some(_) => self.flow_plain(node, limit),
        }
    }

    /// A text without quotes; it may go on in the next line.
    fn flow_plain(&mut self, node: NodeId, limit: Option<usize>) {
        let start = self.pos;
        loop {
            let rest = self.slice(self.pos..self.line_end(self.pos));
            // A colon alone is part of it: something has to be.
            let length = plain_length(rest).max(usize::from(rest.starts_with(':')));
            let part = rest.get(..length).unwrap_or("");
            let (whole, filled) = (part.len() == rest.len(), part.trim_end().len());
            self.set(node, start..self.pos + filled, Style::Flow);
            self.pos += length;
            if self.pos >= self.text.len() {
                let style = Style::Flow;
                self.slot = Slot::Value { node, start, style };
                return;
            }
            if !whole {
                return;
            }
            let end = self.pos;
            let in_flow = self.skip_blanks(limit);
            let next = self.slice(self.pos..self.line_end(self.pos));
            let goes_on =
                in_flow && !next.is_empty() && !next.starts_with([',', '}', ']', '#', '{', '[']);
            if !goes_on || is_key(next) {
                if in_flow && self.pos < self.text.len() {
                    self.pos = end;
                }
                if in_flow && self.pos >= self.text.len() {
                    let style = Style::Flow;
                    self.slot = Slot::Value { node, start, style };
                }
                return;
            }
        }
    }
}

/// Bytes up to what ends an unquoted text within brackets.
fn plain_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let ends = |at: usize, byte: u8| match byte {
        b',' | b'[' | b']' | b'{' | b'}' => true,
        b':' => matches!(
            bytes.get(at + 1),
            None | Some(b' ' | b'\t' | b',' | b'[' | b']' | b'{' | b'}' | b'"' | b'\'')
        ),
        b'#' => at > 0 && matches!(bytes.get(at - 1), Some(b' ' | b'\t')),
        _ => false,
    };
    let found = bytes.iter().enumerate().find(|&(at, &byte)| ends(at, byte));
    found.map_or(text.len(), |(at, _)| at)
}
