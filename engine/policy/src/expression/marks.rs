//! Where the parts of a parsed expression stand in its text.

use super::limits;
use cel::common::ast::{EntryExpr, Expr, IdedExpr, SourceInfo};
use std::ops::Range;

/// The text of an expression and the places of its nodes.
///
/// The parser remembers one token for each node: the name of a variable, the
/// sign of an operation, the opening bracket of a call.
#[derive(Debug)]
pub(crate) struct Marks {
    pub(super) text: String,
    pub(super) info: SourceInfo,
}

impl Marks {
    /// The token of a node.
    pub(crate) fn token(&self, id: u64) -> Range<usize> {
        match self.info.offset_for(id) {
            Some((start, stop)) => {
                let start = (start as usize).min(self.text.len());
                start..(stop as usize + 1).clamp(start, self.text.len())
            }
            None => 0..self.text.len(),
        }
    }

    /// Remembers where a node stood that is about to change.
    pub(super) fn set(&mut self, id: u64, range: Range<usize>) {
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.info
            .add_offset(id, place(range.start), place(range.end.saturating_sub(1)));
    }

    /// The name that stands before an opening bracket.
    pub(super) fn called(&self, id: u64) -> Range<usize> {
        let token = self.token(id);
        let before = self.text.get(..token.start).unwrap_or("").trim_end();
        let name = before.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_');
        if name.len() < before.len() {
            name.len()..before.len()
        } else {
            token
        }
    }

    /// The name that stands behind an operand and a dot.
    pub(super) fn selected(&self, operand: &IdedExpr) -> Range<usize> {
        self.name_behind(self.extent(operand).end)
    }

    fn name_behind(&self, end: usize) -> Range<usize> {
        let rest = self.text.get(end..).unwrap_or("");
        let name = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '.' || c == ')');
        let start = end + rest.len() - name.len();
        let length = name
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .unwrap_or(name.len());
        start..start + length
    }

    /// From the first to the last letter of a node, as near as tokens show.
    pub(crate) fn extent(&self, expr: &IdedExpr) -> Range<usize> {
        let token = self.token(expr.id);
        match &expr.expr {
            Expr::Call(call) => {
                let named = self.text.get(token.clone()) == Some("(");
                let parts = call.target.iter().map(AsRef::as_ref).chain(&call.args);
                let all = parts.fold(token.clone(), |all, part| join(all, self.grouped(part)));
                let all = if named {
                    join(all, self.called(expr.id))
                } else {
                    all
                };
                self.closed(token, all)
            }
            Expr::Select(select) => {
                let operand = self.extent(&select.operand);
                let end = self.name_behind(operand.end).end.max(operand.end);
                match select.test {
                    true => self.asked(operand.start..end),
                    false => operand.start..end,
                }
            }
            Expr::List(list) => {
                let all = list
                    .elements
                    .iter()
                    .fold(token.clone(), |all, item| join(all, self.extent(item)));
                self.closed(token, all)
            }
            Expr::Map(map) => {
                let entries = map.entries.iter().filter_map(|entry| match &entry.expr {
                    EntryExpr::MapEntry(entry) => {
                        Some(join(self.extent(&entry.key), self.extent(&entry.value)))
                    }
                    EntryExpr::StructField(_) => None,
                });
                self.closed(token.clone(), entries.fold(token, join))
            }
            Expr::Comprehension(inner) => {
                let all = join(self.called(expr.id), self.grouped(&inner.iter_range));
                self.closed(token.clone(), join(all, token))
            }
            _ => token,
        }
    }

    /// A node with the brackets that stand around it and nothing else.
    fn grouped(&self, expr: &IdedExpr) -> Range<usize> {
        let mut extent = self.extent(expr);
        loop {
            let before = self.text.get(..extent.start).unwrap_or("").trim_end();
            let behind = self.text.get(extent.end..).unwrap_or("");
            let space = behind.len() - behind.trim_start().len();
            let (Some(outside), true) = (
                before.strip_suffix('('),
                behind.trim_start().starts_with(')'),
            ) else {
                return extent;
            };
            // The brackets of a call hold its arguments.
            if outside.ends_with(|c: char| c.is_alphanumeric() || c == '_') {
                return extent;
            }
            extent = outside.len()..extent.end + space + 1;
        }
    }

    /// `has(…)` around what it asks for.
    fn asked(&self, inner: Range<usize>) -> Range<usize> {
        let before = self.text.get(..inner.start).unwrap_or("").trim_end();
        let outside = before.strip_suffix('(').map(str::trim_end);
        match outside.and_then(|outside| outside.strip_suffix("has")) {
            Some(outside) => self.up_to_bracket(outside.len()..inner.end, ')'),
            None => inner,
        }
    }

    /// Adds the bracket that closes the one at `token`, if it is one.
    fn closed(&self, token: Range<usize>, all: Range<usize>) -> Range<usize> {
        match self.text.get(token.clone()) {
            Some("(" | "[" | "{") => {
                let end = limits::closing(self.text.get(token.start..).unwrap_or(""));
                end.map_or(all.clone(), |end| join(all, token.start..token.start + end))
            }
            _ => all,
        }
    }

    fn up_to_bracket(&self, all: Range<usize>, close: char) -> Range<usize> {
        let rest = self.text.get(all.end..).unwrap_or("");
        let space = rest.len() - rest.trim_start().len();
        match rest.trim_start().starts_with(close) {
            true => all.start..all.end + space + 1,
            false => all,
        }
    }
}

fn join(a: Range<usize>, b: Range<usize>) -> Range<usize> {
    a.start.min(b.start)..a.end.max(b.end)
}
