//! A failure on its way to the terminal: what, why, what to do, exit code.

use crate::exit::Exit;
use std::error::Error;

/// Why a command ends without having done its work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What other programs see.
    pub exit: Exit,
    /// What went wrong, in one sentence.
    pub summary: String,
    /// Why, from the nearest cause to the farthest.
    pub causes: Vec<String>,
    /// Rendered already: diagnostics with snippets.
    pub detail: Option<String>,
    /// What to do about it.
    pub hints: Vec<String>,
}

impl Trouble {
    /// A failure without further ado.
    pub fn new(exit: Exit, summary: impl Into<String>) -> Self {
        Self {
            exit,
            summary: summary.into(),
            causes: Vec::new(),
            detail: None,
            hints: Vec::new(),
        }
    }

    /// Takes an error and all its causes.
    pub fn of(exit: Exit, error: &dyn Error) -> Self {
        Self::new(exit, error.to_string()).because(error.source())
    }

    /// Adds causes, without those that say the same again.
    pub fn because(mut self, mut cause: Option<&dyn Error>) -> Self {
        while let Some(error) = cause {
            let text = error.to_string();
            let told = std::iter::once(&self.summary).chain(&self.causes);
            if !told.into_iter().any(|known| known.contains(&text)) {
                self.causes.push(text);
            }
            cause = error.source();
        }
        self
    }

    /// Adds what to do.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds what to do, if there is something.
    pub fn hint_if(mut self, hint: Option<String>) -> Self {
        self.hints.extend(hint);
        self
    }

    /// Adds text that is rendered already.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}
