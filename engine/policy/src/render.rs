//! Diagnostics as people read them: with the line that they are about.

use crate::beside::FileTexts;
use crate::diagnostic::{Code, Diagnostic, Severity};
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents,
};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

/// Whether the text may have colours; the caller knows where it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// No escape sequences.
    Never,
    /// ANSI colours.
    Always,
}

/// Renders diagnostics, each with its snippet.
///
/// Secrets that stand in the policy are masked, also where another diagnostic
/// shows their line.
pub fn render(diagnostics: &[Diagnostic], texts: impl Into<FileTexts>, colour: Colour) -> String {
    let texts = texts.into();
    let theme = match colour {
        Colour::Never => GraphicalTheme::unicode_nocolor(),
        Colour::Always => GraphicalTheme::unicode(),
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(100)
        .with_links(false)
        .with_context_lines(1);
    let mut masked: BTreeMap<&str, String> = BTreeMap::new();
    let mut out = String::new();
    for diagnostic in diagnostics {
        let file = diagnostic.file.as_str();
        let text = masked
            .entry(file)
            .or_insert_with(|| mask(diagnostics, file, texts.of(file)));
        let report = Report {
            diagnostic,
            source: Snippet {
                diagnostic,
                text: text.clone(),
            },
        };
        if handler.render_report(&mut out, &report).is_err() {
            // Only a span outside of the text can do that.
            out.push_str(&format!("{diagnostic}\n"));
        }
        out.push('\n');
    }
    out
}

/// Replaces every letter of a leaked secret.
fn mask(diagnostics: &[Diagnostic], file: &str, text: &str) -> String {
    let mut masked = text.to_owned();
    let leaked = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.code == Code::SecretInPolicy && diagnostic.file == file);
    for diagnostic in leaked {
        for span in of_secret(text, diagnostic.span.clone()) {
            if let Some(secret) = text.get(span.clone()) {
                // Other spans count bytes, so the length stays.
                masked.replace_range(span, &"*".repeat(secret.len()));
            }
        }
    }
    masked
}

/// The parts of lines that a secret takes: a diagnostic is about one line, but a
/// secret may go on for as long as lines belong to it.
fn of_secret(text: &str, span: Range<usize>) -> Vec<Range<usize>> {
    let start = text.get(..span.start).and_then(|before| before.rfind('\n'));
    let start = start.map_or(0, |at| at + 1);
    let before = text.get(start..span.start).unwrap_or("");
    let indent = |line: &str| line.len() - line.trim_start().len();
    let own = indent(text.get(start..).unwrap_or(""));
    // It is a block's text, or a value in a line of its own.
    let begins_line = before.trim().is_empty();
    let mut spans = vec![span.clone()];
    if before.contains('#') {
        return spans;
    }
    let mut at = start;
    for (number, line) in text
        .get(start..)
        .unwrap_or("")
        .split_inclusive('\n')
        .enumerate()
    {
        let content = line.trim_end();
        let belongs = indent(content) > own || begins_line && indent(content) == own;
        match number {
            0 => {}
            _ if content.trim().is_empty() => {}
            _ if belongs => spans.push(at + indent(content)..at + content.len()),
            _ => break,
        }
        at += line.len();
    }
    spans
}

struct Report<'d> {
    diagnostic: &'d Diagnostic,
    source: Snippet<'d>,
}

/// A text that tells its columns in characters, as everything else here does; miette
/// counts bytes.
struct Snippet<'d> {
    diagnostic: &'d Diagnostic,
    text: String,
}

impl SourceCode for Snippet<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let inner = self.text.read_span(span, before, after)?;
        // Without lines around it, it is read for its place alone.
        let column = match (before, after) {
            (0, 0) => usize::try_from(self.diagnostic.column).map_or(0, |column| column - 1),
            _ => inner.column(),
        };
        Ok(Box::new(MietteSpanContents::new_named(
            self.diagnostic.file.clone(),
            inner.data(),
            *inner.span(),
            inner.line(),
            column,
            inner.line_count(),
        )))
    }
}

impl fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.diagnostic, f)
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.diagnostic.message)
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.diagnostic.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.diagnostic.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.diagnostic.help.as_deref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        // There is nothing to show of an empty file or a giant.
        (!self.diagnostic.span.is_empty() || self.diagnostic.label.is_some())
            .then_some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = self.diagnostic.label.clone();
        let span = LabeledSpan::new_with_span(label, self.diagnostic.span.clone());
        Some(Box::new(std::iter::once(span)))
    }
}
