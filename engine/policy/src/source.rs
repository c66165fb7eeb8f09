//! A policy's text with its places, and the diagnostics about it.

use crate::diagnostic::{Code, Diagnostic};
use crate::fix::{Applicability, Edit, Fix};
use crate::language::{Section, sections};
use crate::values::Values;
use muster_model::PolicyLine;
use std::ops::Range;
use std::rc::Rc;

/// More mistakes than this are not worth reading.
const MOST: usize = 500;

/// Turns bytes into lines and columns, and collects what is wrong.
#[derive(Debug)]
pub(crate) struct Source<'t> {
    pub(crate) file: &'t str,
    pub(crate) text: &'t str,
    /// Values of the environment, for expressions.
    pub(crate) values: Rc<Values>,
    /// The sections of the text's language, for what is misplaced.
    pub(crate) sections: &'static [&'static Section],
    line_starts: Vec<usize>,
    diagnostics: Vec<Diagnostic>,
}

impl<'t> Source<'t> {
    pub(crate) fn new(file: &'t str, text: &'t str) -> Self {
        let after_breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            file,
            text,
            values: Rc::default(),
            sections: sections(),
            line_starts: std::iter::once(0).chain(after_breaks).collect(),
            diagnostics: Vec::new(),
        }
    }

    /// The line of a byte, counted from 0.
    fn line_of(&self, at: usize) -> usize {
        self.line_starts
            .partition_point(|&start| start <= at)
            .saturating_sub(1)
    }

    /// The place of a byte, as reasons and findings carry it.
    pub(crate) fn line(&self, at: usize) -> PolicyLine {
        PolicyLine {
            file: self.file.to_owned(),
            line: u32::try_from(self.line_of(at) + 1).unwrap_or(u32::MAX),
        }
    }

    /// What stands in a line, counted from 1, without the white space around it.
    pub(crate) fn span_of_line(&self, line: u32) -> Range<usize> {
        let number = usize::try_from(line)
            .unwrap_or(usize::MAX)
            .saturating_sub(1);
        let start = self
            .line_starts
            .get(number)
            .copied()
            .unwrap_or(self.text.len());
        let rest = self.text.get(start..).unwrap_or("");
        let whole = rest.lines().next().unwrap_or("");
        let indent = whole.len() - whole.trim_start().len();
        start + indent..start + whole.trim_end().len().max(indent)
    }

    fn column(&self, at: usize) -> u32 {
        let start = self.line_starts.get(self.line_of(at)).copied().unwrap_or(0);
        let before = self.text.get(start..at).unwrap_or("");
        let letters = before.chars().filter(|&c| c != '\u{feff}').count();
        u32::try_from(letters + 1).unwrap_or(u32::MAX)
    }

    /// True if something of this kind was reported.
    pub(crate) fn has(&self, code: Code) -> bool {
        self.diagnostics.iter().any(|found| found.code == code)
    }

    /// Adds a diagnostic; the report that is returned takes label and help.
    pub(crate) fn report(
        &mut self,
        code: Code,
        span: Range<usize>,
        message: impl Into<String>,
    ) -> Report<'_> {
        let diagnostic = self.diagnostic(code, span, message.into());
        if self.diagnostics.len() < MOST {
            self.diagnostics.push(diagnostic);
            Report(self.diagnostics.last_mut())
        } else {
            Report(None)
        }
    }

    /// True if a diagnostic of this kind is about a byte.
    pub(crate) fn tells(&self, code: Code, at: usize) -> bool {
        let mut told = self.diagnostics.iter().filter(|one| one.code == code);
        told.any(|one| one.span.contains(&at))
    }

    /// A diagnostic about a place, without adding it.
    pub(crate) fn diagnostic(&self, code: Code, span: Range<usize>, message: String) -> Diagnostic {
        let span = self.tidy(span);
        Diagnostic {
            code,
            severity: code.severity(),
            message,
            file: self.file.to_owned(),
            line: self.line(span.start).line,
            column: self.column(span.start),
            end_line: self.line(span.end).line,
            end_column: self.column(span.end),
            span,
            label: None,
            help: None,
            fix: None,
        }
    }

    /// A fix that can only be what was meant: replacements of bytes, in any order.
    pub(crate) fn fix<T: Into<String>>(
        &self,
        title: impl Into<String>,
        edits: impl IntoIterator<Item = (Range<usize>, T)>,
    ) -> Fix {
        let mut edits: Vec<Edit> = edits
            .into_iter()
            .map(|(span, text)| self.edit(span, text.into()))
            .collect();
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        Fix {
            title: title.into(),
            applicability: Applicability::Safe,
            edits,
        }
    }

    /// A fix that writes another word in the place of one. None if the word does not
    /// stand there once and as it is: in another notation, or put there by a value.
    pub(crate) fn rewrite(&self, span: &Range<usize>, old: &str, new: &str) -> Option<Fix> {
        let written = self.text.get(span.clone())?;
        let mut places = written.match_indices(old);
        let (Some((at, _)), None) = (places.next(), places.next()) else {
            return None;
        };
        let at = span.start + at;
        Some(self.fix(format!("Write `{new}`"), [(at..at + old.len(), new)]))
    }

    fn edit(&self, span: Range<usize>, text: String) -> Edit {
        let start = floor(self.text, span.start);
        let end = floor(self.text, span.end.max(start));
        Edit {
            line: self.line(start).line,
            column: self.column(start),
            end_line: self.line(end).line,
            end_column: self.column(end),
            span: start..end,
            text,
        }
    }

    /// Keeps a span within the text, on borders of characters, within one
    /// line, and without the white space behind it.
    fn tidy(&self, span: Range<usize>) -> Range<usize> {
        let start = floor(self.text, span.start);
        let end = floor(self.text, span.end.max(start));
        let line = self
            .text
            .get(start..end)
            .and_then(|text| text.lines().next());
        let line = line.unwrap_or("");
        match line.trim_end().len() {
            // White space alone is what it is about.
            0 => start..start + line.len(),
            length => start..start + length,
        }
    }

    /// Everything that is wrong, in order of places.
    pub(crate) fn into_diagnostics(mut self) -> Vec<Diagnostic> {
        self.diagnostics
            .sort_by_key(|found| (found.span.start, found.span.end, found.code));
        self.diagnostics.dedup();
        self.diagnostics
    }
}

/// The nearest border of a character at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len()))
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0)
}

/// A diagnostic that was just added.
pub(crate) struct Report<'s>(Option<&'s mut Diagnostic>);

impl Report<'_> {
    /// Says what stands at the place.
    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        if let Some(diagnostic) = &mut self.0 {
            diagnostic.label = Some(label.into());
        }
        self
    }

    /// Says what to do about it.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        if let Some(diagnostic) = &mut self.0 {
            diagnostic.help = Some(help.into());
        }
        self
    }

    /// Offers edits that would put it right.
    pub(crate) fn fix(mut self, fix: Fix) -> Self {
        if let Some(diagnostic) = &mut self.0 {
            diagnostic.fix = Some(fix);
        }
        self
    }

    /// Offers edits that would put it right, if there are any.
    pub(crate) fn maybe_fix(self, fix: Option<Fix>) -> Self {
        match fix {
            Some(fix) => self.fix(fix),
            None => self,
        }
    }

    /// Says what to do about it, if there is something to say.
    pub(crate) fn maybe_help(self, help: Option<impl Into<String>>) -> Self {
        match help {
            Some(help) => self.help(help),
            None => self,
        }
    }
}
