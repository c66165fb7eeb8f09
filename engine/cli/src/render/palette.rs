//! Colours with a meaning, or none.

use owo_colors::{OwoColorize, Style};
use std::fmt::Display;

/// Paints text by its meaning. The plain palette paints nothing, so that
/// renderers are pure and their tests can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Palette {
    /// No escape sequences at all.
    Plain,
    /// The sixteen colours that every terminal has.
    Colour,
}

impl Palette {
    fn paint(self, text: impl Display, style: Style) -> String {
        let text = text.to_string();
        match self {
            Self::Colour if !text.is_empty() => text.style(style).to_string(),
            _ => text,
        }
    }

    /// Something comes to be.
    pub fn good(self, text: impl Display) -> String {
        self.paint(text, Style::new().green())
    }

    /// Something becomes different.
    pub fn change(self, text: impl Display) -> String {
        self.paint(text, Style::new().yellow())
    }

    /// Somebody is shut out, or something is wrong.
    pub fn bad(self, text: impl Display) -> String {
        self.paint(text, Style::new().red())
    }

    /// Something is wrong, and must be seen.
    pub fn alarm(self, text: impl Display) -> String {
        self.paint(text, Style::new().red().bold())
    }

    /// What the eye shall find first.
    pub fn strong(self, text: impl Display) -> String {
        self.paint(text, Style::new().bold())
    }

    /// Names of commands, files and people in running text.
    pub fn name(self, text: impl Display) -> String {
        self.paint(text, Style::new().cyan())
    }

    /// What may be skipped.
    pub fn faint(self, text: impl Display) -> String {
        self.paint(text, Style::new().dimmed())
    }
}
