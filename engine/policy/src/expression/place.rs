//! An expression's place in the file: where its parts stand, and how they are
//! rewritten there.

use crate::diagnostic::Code;
use crate::fix::Fix;
use crate::source::{Report, Source};
use crate::yaml::{self, Scalar, Spread, Style};
use std::ops::Range;

/// Reports at places of the expression.
pub(crate) struct Place<'s, 't, 'n> {
    pub(super) source: &'s mut Source<'t>,
    pub(super) spread: Spread,
    /// The scalar that holds the expression.
    pub(super) scalar: &'n Scalar,
    /// Where the scalar stands.
    pub(super) whole: Range<usize>,
    /// Behind the unquoted scalar stands ` #`, which YAML takes for a comment.
    pub(super) comment_follows: bool,
}

impl Place<'_, '_, '_> {
    pub(crate) fn report(
        &mut self,
        code: Code,
        at: Range<usize>,
        message: impl Into<String>,
    ) -> Report<'_> {
        let span = self.spread.range(at);
        self.source.report(code, span, message)
    }

    /// Where a part of the expression stands in the file.
    pub(super) fn span(&self, at: Range<usize>) -> Range<usize> {
        self.spread.range(at)
    }

    /// A fix that replaces parts of the expression. None if a part is written in
    /// a way that cannot be replaced as it stands.
    pub(crate) fn fix(&self, title: &str, parts: &[(Range<usize>, &str)]) -> Option<Fix> {
        let begins_anew = self.scalar.style == Style::Plain
            && parts
                .iter()
                .any(|(at, text)| at.start == 0 && !yaml::may_begin_plain(text));
        let edits: Option<Vec<(Range<usize>, String)>> =
            parts.iter().map(|(at, text)| self.part(at, text)).collect();
        match edits {
            Some(edits) if !begins_anew => Some(self.source.fix(title, edits)),
            _ if self.scalar.style == Style::Plain => {
                let text = yaml::quoted(&replaced(&self.scalar.text, parts)?);
                Some(self.source.fix(title, [(self.whole.clone(), text)]))
            }
            _ => None,
        }
    }

    fn part(&self, at: &Range<usize>, text: &str) -> Option<(Range<usize>, String)> {
        let span = self.spread.range(at.clone());
        let as_written = self.source.text.get(span.clone())?;
        let value = self.scalar.text.get(at.clone())?;
        let text = yaml::inside(text, self.scalar.style)?;
        (as_written == value).then_some((span, text))
    }
}

/// A text with parts of it replaced; the parts stand in order and apart.
pub(super) fn replaced(text: &str, parts: &[(Range<usize>, &str)]) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (at, new) in parts {
        out.push_str(text.get(done..at.start)?);
        out.push_str(new);
        done = at.end;
    }
    out.push_str(text.get(done..)?);
    Some(out)
}
