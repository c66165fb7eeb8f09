//! One mapping for one person, step by step: for whoever asks where a value comes
//! from.

use crate::policy::{Shape, ValueSource};
use crate::texts::Texts;
use crate::transform::Transform;
use crate::valuer::{MappingFailed, Valuer};
use muster_model::{EntryView, PolicyLine};
use std::borrow::Cow;

/// How one person's value came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// What the attributes, or the expression, give: none if there is no value.
    pub before: Option<Vec<String>>,
    /// What each step of the chain made of it; the step that failed is the last
    /// one, and made nothing.
    pub steps: Vec<TraceStep>,
    /// What came out: no value, one, or several; or why nothing did.
    pub result: Result<Option<Vec<String>>, MappingFailed>,
}

/// One step of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceStep {
    /// The step's name in the policy, or `type: date`.
    pub name: String,
    /// Where it stands; none for the type.
    pub at: Option<PolicyLine>,
    /// What it made: none if there is no value.
    pub made: Option<Vec<String>>,
}

impl Valuer<'_> {
    /// Does what [`Self::texts`] does, and writes down how.
    pub fn trace(&mut self, entry: EntryView<'_>) -> Trace {
        let mut trace = Trace {
            before: None,
            steps: Vec::new(),
            result: Ok(None),
        };
        let texts = match self.given(entry) {
            Ok(texts) => texts,
            Err(failed) => {
                trace.result = Err(failed);
                return trace;
            }
        };
        trace.before = listed(&texts);
        let (transform, shape) = self.chain();
        // INVARIANT: the end is what everybody else gets.
        trace.steps = steps(transform, shape, &texts);
        trace.result = self
            .transformed(texts)
            .map(|texts| listed(&texts))
            .map_err(MappingFailed::from);
        trace
    }
}

/// Each step, by applying ever longer beginnings of the chain: whether order means
/// something depends on what came before.
fn steps(transform: &Transform, shape: Shape, texts: &Texts<'_>) -> Vec<TraceStep> {
    let mut all = Vec::new();
    for length in 1..=transform.len() {
        let beginning = transform.beginning(length);
        let Some((name, at)) = beginning.last() else {
            break;
        };
        let made = beginning.apply(texts.clone());
        let has_failed = made.is_err();
        all.push(TraceStep {
            name: name.to_owned(),
            at: Some(at.clone()),
            made: made.ok().and_then(|made| listed(&made)),
        });
        if has_failed {
            return all;
        }
    }
    if !matches!(shape, Shape::Text | Shape::List)
        && let Ok(made) = transform.apply(texts.clone())
    {
        let before = listed(&made);
        let typed = shape.coerce(made).ok().and_then(|typed| listed(&typed));
        if typed != before {
            all.push(TraceStep {
                name: format!("type: {}", shape.as_str()),
                at: None,
                made: typed,
            });
        }
    }
    all
}

fn listed(texts: &Texts<'_>) -> Option<Vec<String>> {
    let list = |texts: &[Cow<'_, str>]| texts.iter().map(|text| text.to_string()).collect();
    match texts {
        Texts::Absent => None,
        some => Some(list(some.as_slice())),
    }
}

impl ValueSource {
    /// The attributes that it reads, but for those by which a reference finds its
    /// target.
    pub fn origins(&self) -> Vec<usize> {
        match self {
            Self::Attributes(ids) => ids.clone(),
            Self::Expression(expression) => expression.attributes().collect(),
            Self::Reference(reference) => reference.from.clone(),
            Self::Groups(_) => Vec::new(),
        }
    }
}
