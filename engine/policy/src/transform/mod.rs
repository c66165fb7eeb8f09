//! `transform:` – a chain of steps that values go through, one after the other.
//!
//! A chain is compiled when the policy is read, and applied to one person's
//! values after the other. It knows nothing of accounts: texts in, texts out, or
//! the step that could not be done.

mod dates;
mod letters;
mod phones;
mod replacement;
mod table;

pub(crate) use dates::Dates;
pub(crate) use phones::Phones;
pub(crate) use replacement::{LONGEST_WITH, Replacement, unknown_capture};
pub(crate) use table::{Otherwise, Table};

use crate::texts::Texts;
use muster_model::PolicyLine;
use serde_json::{Value as Json, json};
use std::borrow::Cow;

/// Bytes of a text, and items of a list, that a step makes.
const LONGEST_TEXT: usize = 64 * 1024;
const LONGEST_LIST: usize = 10_000;

/// A chain of steps.
#[derive(Clone, Debug, Default)]
pub struct Transform {
    steps: Vec<Step>,
}

/// One step, with its place in the policy.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) kind: Kind,
    pub(crate) at: PolicyLine,
}

/// What a step does.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Trim,
    Lower,
    Upper,
    Title,
    StripDiacritics,
    First,
    Replace(Replacement),
    Split(String),
    Join(String),
    Date(Dates),
    Phone(Phones),
    Map(Table),
}

impl Kind {
    /// The steps that are bare words.
    pub(crate) const WORDS: [(&'static str, Self); 6] = [
        ("trim", Self::Trim),
        ("lower", Self::Lower),
        ("upper", Self::Upper),
        ("title", Self::Title),
        ("strip_diacritics", Self::StripDiacritics),
        ("first", Self::First),
    ];

    /// The step's name in the policy.
    fn name(&self) -> &'static str {
        match self {
            Self::Trim => "trim",
            Self::Lower => "lower",
            Self::Upper => "upper",
            Self::Title => "title",
            Self::StripDiacritics => "strip_diacritics",
            Self::First => "first",
            Self::Replace(_) => "replace",
            Self::Split(_) => "split",
            Self::Join(_) => "join",
            Self::Date(_) => "date",
            Self::Phone(_) => "phone",
            Self::Map(_) => "map",
        }
    }

    /// What was written, in one form.
    pub(crate) fn canonical(&self) -> Json {
        match self {
            Self::Replace(replacement) => json!({"replace": replacement.canonical()}),
            Self::Split(mark) => json!({"split": mark}),
            Self::Join(mark) => json!({"join": mark}),
            Self::Date(dates) => json!({"date": dates.canonical()}),
            Self::Phone(phones) => json!({"phone": phones.canonical()}),
            Self::Map(table) => json!({"map": table.canonical()}),
            word => json!(word.name()),
        }
    }
}

/// A value for which a step, or the field's type, cannot be done.
///
/// The text that is displayed never has the value in it, which may be sensitive;
/// [`StepFailed::with_value`] has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the value {why} (`{step}`)")]
pub struct StepFailed {
    /// The step: `phone`, or `type: date`.
    pub step: String,
    /// What is the matter with the value: `is no telephone number`.
    pub why: String,
    /// The value, unless it is of no use to people.
    pub value: Option<String>,
    /// Where the step stands; none for the type.
    pub at: Option<PolicyLine>,
}

/// Characters of a value that a message quotes.
const QUOTED: usize = 60;

impl StepFailed {
    /// What went wrong, with the value, cut short if it is long.
    pub fn with_value(&self) -> String {
        let Self { step, why, .. } = self;
        match &self.value {
            None => self.to_string(),
            Some(value) if value.chars().nth(QUOTED).is_some() => {
                let cut: String = value.chars().take(QUOTED).collect();
                format!("`{cut}…` {why} (`{step}`)")
            }
            Some(value) => format!("`{value}` {why} (`{step}`)"),
        }
    }
}

/// Why one value cannot be had, before it is said of which step.
pub(crate) type Odd = String;

/// What becomes of one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Made {
    /// It stays as it is.
    Same,
    /// It becomes this.
    Text(String),
    /// It is no value.
    Nothing,
}

impl Made {
    /// A text, which is not new if it is the old one.
    pub(crate) fn of(old: &str, new: String) -> Self {
        match old == new {
            true => Self::Same,
            false => Self::Text(new),
        }
    }

    /// The value, of which this has become.
    pub(crate) fn of_value(self, old: Cow<'_, str>) -> Option<Cow<'_, str>> {
        match self {
            Self::Same => Some(old),
            Self::Text(new) => Some(Cow::Owned(new)),
            Self::Nothing => None,
        }
    }
}

impl Transform {
    pub(crate) fn new(steps: Vec<Step>) -> Self {
        Self { steps }
    }

    pub(crate) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// True if it leaves every value as it is.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Number of steps.
    pub(crate) fn len(&self) -> usize {
        self.steps.len()
    }

    /// The first steps alone.
    pub(crate) fn beginning(&self, length: usize) -> Self {
        Self {
            steps: self.steps.iter().take(length).cloned().collect(),
        }
    }

    /// The last step's name, and where it stands.
    pub(crate) fn last(&self) -> Option<(&'static str, &PolicyLine)> {
        let step = self.steps.last()?;
        Some((step.kind.name(), &step.at))
    }

    /// True if the order of several results means something: they are the parts
    /// of a text that was split.
    pub(crate) fn gives_parts(&self) -> bool {
        let telling = self.steps.iter().rev().find(|step| {
            let kind = &step.kind;
            matches!(kind, Kind::Split(_) | Kind::First | Kind::Join(_))
        });
        telling.is_some_and(|step| matches!(step.kind, Kind::Split(_)))
    }

    /// What was written, in one form.
    pub(crate) fn canonical(&self) -> Json {
        self.steps
            .iter()
            .map(|step| step.kind.canonical())
            .collect()
    }

    /// Applies all steps to a person's values, in order.
    pub fn apply<'e>(&self, texts: Texts<'e>) -> Result<Texts<'e>, StepFailed> {
        let mut texts = texts;
        // A source promises no order of its values; the parts of a text have one.
        let mut are_parts = false;
        for step in &self.steps {
            if step.minds_order() && !are_parts {
                texts = texts.in_order();
            }
            texts = step.apply(texts)?;
            are_parts |= matches!(step.kind, Kind::Split(_));
        }
        Ok(texts)
    }
}

impl Step {
    /// True if the result depends on the order of the values.
    fn minds_order(&self) -> bool {
        matches!(self.kind, Kind::First | Kind::Split(_) | Kind::Join(_))
    }

    fn apply<'e>(&self, texts: Texts<'e>) -> Result<Texts<'e>, StepFailed> {
        match &self.kind {
            Kind::First => Ok(texts.first()),
            Kind::Split(mark) => self.split(texts, mark),
            Kind::Join(mark) => self.join(texts, mark),
            kind => texts.each(|text| {
                // The value is copied for the message only if there is one.
                one(kind, text).map_err(|(why, value)| self.failed(why, Some(value)))
            }),
        }
    }

    fn split<'e>(&self, texts: Texts<'e>, mark: &str) -> Result<Texts<'e>, StepFailed> {
        let mut parts: Vec<Cow<'e, str>> = Vec::new();
        if matches!(texts, Texts::Absent) {
            return Ok(Texts::Absent);
        }
        for text in texts.into_vec() {
            match text {
                Cow::Borrowed(text) => parts.extend(text.split(mark).map(Cow::Borrowed)),
                Cow::Owned(text) => {
                    parts.extend(text.split(mark).map(|part| Cow::Owned(part.to_owned())));
                }
            }
            if parts.len() > LONGEST_LIST {
                let why = format!("has more than {LONGEST_LIST} parts");
                return Err(self.failed(why, None));
            }
        }
        Ok(match parts.len() {
            1 => Texts::of(parts.into_iter()),
            _ => Texts::Many(parts),
        })
    }

    fn join<'e>(&self, texts: Texts<'e>, mark: &str) -> Result<Texts<'e>, StepFailed> {
        let Texts::Many(texts) = texts else {
            return Ok(texts);
        };
        let marks = mark.len().saturating_mul(texts.len().saturating_sub(1));
        let length = texts.iter().map(|text| text.len()).sum::<usize>();
        if length.saturating_add(marks) > LONGEST_TEXT {
            return Err(self.failed(too_long(), None));
        }
        Ok(Texts::One(Cow::Owned(texts.join(mark))))
    }

    fn failed(&self, why: Odd, value: Option<String>) -> StepFailed {
        StepFailed {
            step: self.kind.name().to_owned(),
            why,
            value,
            at: Some(self.at.clone()),
        }
    }
}

fn too_long() -> Odd {
    format!("becomes longer than {LONGEST_TEXT} bytes")
}

/// Applies a step that looks at one value alone.
fn one<'e>(kind: &Kind, text: Cow<'e, str>) -> Result<Option<Cow<'e, str>>, (Odd, String)> {
    let made = match kind {
        Kind::Trim => return Ok(Some(letters::trim(text))),
        Kind::Lower => return Ok(Some(letters::lower(text))),
        Kind::Upper => return Ok(Some(letters::upper(text))),
        Kind::Title => return Ok(Some(letters::title(text))),
        Kind::StripDiacritics => return Ok(Some(letters::strip_diacritics(text))),
        Kind::First | Kind::Split(_) | Kind::Join(_) => return Ok(Some(text)),
        Kind::Replace(replacement) => replacement.apply(&text),
        // Nothing is no telephone number and no date, and no mistake either.
        Kind::Date(_) | Kind::Phone(_) if text.trim().is_empty() => {
            return Ok(Some(Cow::Borrowed("")));
        }
        Kind::Date(dates) => dates.apply(&text),
        Kind::Phone(phones) => phones.apply(&text),
        Kind::Map(table) => table.apply(&text),
    };
    match made {
        Ok(made) => Ok(made.of_value(text)),
        Err(why) => Err((why, text.into_owned())),
    }
}
