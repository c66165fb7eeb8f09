//! Conditions and computed values, in CEL, compiled once.

mod bind;
mod calls;
mod canonical;
mod compile;
mod evaluator;
mod failure;
mod functions;
mod given;
pub(crate) mod instant;
mod leaves;
mod limits;
mod marks;
mod memo;
mod operators;
mod place;
mod repair;
mod shape;
mod syntax;
mod truth;
mod view;

pub use evaluator::Evaluator;
pub use failure::ExpressionFailed;
pub use functions::{Function, Parameter, Style as CallStyle, functions};
pub use leaves::Leaf;

pub(crate) use compile::{Purpose, compile};
pub(crate) use limits::token;
pub(crate) use marks::Marks;
pub(crate) use place::Place;
pub(crate) use syntax::can_be_read;
pub(crate) use truth::{Truth, truth};

/// The words that a status can be.
pub(crate) const STATUS: [&str; 5] = ["active", "pending", "blocked", "removed", "unknown"];

use crate::policy::AttributeId;
use cel::common::ast::IdedExpr;
use functions::Constant;
use muster_model::PolicyLine;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A compiled CEL expression with its place in the policy.
#[derive(Clone)]
pub struct Expression {
    /// Where it stands.
    pub at: PolicyLine,
    /// As it was written.
    pub text: String,
    program: Arc<IdedExpr>,
    uses: Uses,
}

/// What an expression reads.
#[derive(Clone, Debug, Default)]
pub(crate) struct Uses {
    /// Attributes, in the order in which they first appear: bound variables
    /// carry a place in this list.
    attributes: Vec<Used>,
    groups: bool,
    status: bool,
    now: bool,
    constants: Vec<Constant>,
    /// Values of the environment, by their names, as they are written in code.
    values: BTreeMap<String, String>,
}

impl Uses {
    /// True if the result is the same for everybody at any time.
    fn is_constant(&self) -> bool {
        self.attributes.is_empty() && !self.groups && !self.status && !self.now
    }
}

/// One attribute that an expression reads.
#[derive(Clone, Debug)]
struct Used {
    id: AttributeId,
    /// As the expression spells it, for messages.
    name: String,
}

impl Expression {
    fn new(at: PolicyLine, text: &str, program: IdedExpr, uses: Uses) -> Self {
        Self {
            at,
            text: text.trim().to_owned(),
            program: Arc::new(program),
            uses,
        }
    }

    /// The attributes that it reads.
    pub fn attributes(&self) -> impl Iterator<Item = AttributeId> {
        self.uses.attributes.iter().map(|used| used.id)
    }

    /// What it was made of: its text, and the values of the environment in it.
    pub(crate) fn written(&self) -> serde_json::Value {
        match self.uses.values.is_empty() {
            true => serde_json::json!(self.text),
            false => serde_json::json!([self.text, self.uses.values]),
        }
    }

    /// True if its value for one person changes with time alone.
    pub fn depends_on_time(&self) -> bool {
        self.uses.now
    }

    /// A text that is the same for conditions that are written alike, whatever the
    /// white space, the quotes and the case of attributes.
    pub(crate) fn canonical(&self) -> String {
        canonical::canonical_with(&self.program, &|name| {
            let slot = |prefix: &str| name.strip_prefix(prefix)?.parse::<usize>().ok();
            let attribute = ["@a", "@h", "@l"].into_iter().find_map(|prefix| {
                let used = self.uses.attributes.get(slot(prefix)?)?;
                Some(format!("{prefix}{}", used.name.to_lowercase()))
            });
            let constant = || {
                let constant = self.uses.constants.get(slot("@p")?)?;
                Some(format!("{constant:?}"))
            };
            attribute
                .or_else(constant)
                .unwrap_or_else(|| name.to_owned())
        })
    }

    /// Replaces the numbers that attributes had while the policy was read.
    pub(crate) fn settle(&mut self, places: &[AttributeId]) {
        for used in &mut self.uses.attributes {
            used.id = places.get(used.id).copied().unwrap_or(used.id);
        }
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expression")
            .field("at", &self.at)
            .field("text", &self.text)
            .finish_non_exhaustive()
    }
}
