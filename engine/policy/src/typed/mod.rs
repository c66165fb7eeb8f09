//! `type:` – what a field holds, and in which one form.
//!
//! An account holds texts and lists of texts. A field of another type holds the
//! one text that stands for its value, whatever way a provider has of writing it.

mod dates;
mod flags;
mod images;
mod numbers;

pub(crate) use dates::moment;
pub(crate) use images::{MAX_BYTES, MOST_BYTES};

use crate::policy::Shape;
use crate::texts::Texts;
use crate::transform::{Made, Odd, StepFailed};

impl Shape {
    /// The word that stands in the policy.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::List => "list",
            Self::Bool => "bool",
            Self::Number => "number",
            Self::Date => "date",
            Self::Image { .. } => "image",
        }
    }

    /// Brings a person's values into the form of the type. An empty value is
    /// one of every type.
    pub fn coerce<'e>(self, texts: Texts<'e>) -> Result<Texts<'e>, StepFailed> {
        match self {
            Self::Text | Self::List => Ok(texts),
            _ => texts.each(|text| match self.one(&text) {
                Ok(made) => Ok(made.of_value(text)),
                Err(why) => Err(self.failed(why, &text)),
            }),
        }
    }

    /// Brings one text into the form of the type.
    fn one(self, text: &str) -> Result<Made, Odd> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Ok(Made::of(text, String::new()));
        }
        match self {
            Self::Text | Self::List => Ok(Made::Same),
            Self::Bool => flags::read(trimmed).map(|flag| Made::of(text, flag.to_string())),
            Self::Number => numbers::read(trimmed).map(|number| Made::of(text, number)),
            Self::Date => dates::read(trimmed).map(|date| match date {
                Some(date) => Made::of(text, date),
                None => Made::Nothing,
            }),
            Self::Image { max_bytes } => {
                images::read(trimmed, max_bytes).map(|image| Made::of(text, image))
            }
        }
    }

    fn failed(self, why: Odd, value: &str) -> StepFailed {
        // An image's text tells people nothing.
        let value = match self {
            Self::Image { .. } => None,
            _ => Some(value.to_owned()),
        };
        StepFailed {
            step: format!("type: {}", self.as_str()),
            why,
            value,
            at: None,
        }
    }

    /// Brings a text that stands in the policy into the form of the type.
    pub(crate) fn constant(self, text: &str) -> Result<String, Odd> {
        match self.one(text)? {
            Made::Same => Ok(text.to_owned()),
            Made::Text(made) => Ok(made),
            Made::Nothing => Err("means never, which is no value".to_owned()),
        }
    }
}
