//! A plan as a page: Markdown for a pull request, HTML for people who own the
//! accounts and have no terminal.
//!
//! Both say the same as the text on a terminal, in the same words. Values of
//! sensitive fields are in neither; names and values come from a directory, in
//! which anybody may be called anything: all of them are escaped.

mod facts;
mod html;
mod markdown;

pub use facts::approval;
pub use html::write as html;
pub use markdown::{BOUND, write as markdown};

use muster_model::{Approval, Plan};

/// A plan, and what is known about it beside.
#[derive(Clone, Copy, Debug)]
pub struct Paper<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Who approved of it.
    pub approvals: &'a [Approval],
    /// What is to be known of the file: whether its seal fits, whether it can be
    /// applied. Sentences, each of which is safe to show once it is escaped.
    pub notes: &'a [Note],
}

impl<'a> Paper<'a> {
    /// A plan that was made a moment ago.
    pub fn fresh(plan: &'a Plan) -> Self {
        Self {
            plan,
            approvals: &[],
            notes: &[],
        }
    }
}

/// A sentence about a plan's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Whether it is good news.
    pub tone: Tone,
    /// The sentence.
    pub text: String,
}

/// Whether something is good news.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// All is as it should be.
    Good,
    /// Something is not known, or should be looked at.
    Doubt,
    /// The plan must not be used.
    Bad,
}

#[cfg(test)]
mod tests;
