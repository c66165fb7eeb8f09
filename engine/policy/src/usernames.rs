//! Usernames, as the policy's mapping makes them.

use crate::policy::{Identity, Policy, ValueSource};
use crate::texts::Texts;
use crate::valuer::{MappingFailed, Valuer};
use jiff::Timestamp;
use muster_model::EntryView;
use std::borrow::Cow;

/// Makes the usernames of many people.
#[derive(Debug)]
pub struct Usernames<'p> {
    valuer: Valuer<'p>,
}

impl<'p> Usernames<'p> {
    /// Prepares the policy's mapping for a plan whose instant is `now`.
    pub fn new(identity: &'p Identity, now: Timestamp) -> Self {
        Self {
            valuer: Valuer::of_username(&identity.username, now),
        }
    }

    /// All usernames that the mapping gives a person, trimmed, without empty
    /// ones. A source may give several, and promises no order.
    pub fn of<'e>(&mut self, entry: EntryView<'e>) -> Result<Texts<'e>, MappingFailed> {
        Ok(match self.valuer.texts(entry)? {
            Texts::Absent => Texts::Absent,
            Texts::One(text) => Texts::of(named(text).into_iter()),
            Texts::Many(texts) => {
                let named: Vec<_> = texts.into_iter().filter_map(named).collect();
                Texts::of(named.into_iter())
            }
        })
    }
}

/// A username's text, if it is one.
fn named(text: Cow<'_, str>) -> Option<Cow<'_, str>> {
    let trimmed = match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    };
    (!trimmed.is_empty()).then_some(trimmed)
}

impl Policy {
    /// The attribute that is the username as it stands; none if it is made in
    /// another way.
    pub fn username_attribute(&self) -> Option<&str> {
        let is_plain = self.identity.username.transform.is_empty();
        self.username_origin().filter(|_| is_plain)
    }

    /// The one attribute that the username is made of.
    fn username_origin(&self) -> Option<&str> {
        match &self.identity.username.value {
            ValueSource::Attributes(ids) => match ids.as_slice() {
                [id] => self.attributes.get(*id).map(String::as_str),
                _ => None,
            },
            _ => None,
        }
    }

    /// The username of somebody of whom only one attribute's value is known.
    /// `None` if that does not tell.
    pub fn username_by(&self, attribute: &str, value: &str) -> Option<String> {
        let origin = self.username_origin()?;
        if !origin.eq_ignore_ascii_case(attribute) {
            return None;
        }
        let transform = &self.identity.username.transform;
        let made = transform.apply(Texts::One(value.into())).ok()?;
        let made = match transform.gives_parts() {
            true => made.first(),
            false => made,
        };
        match made {
            Texts::One(name) => named(name).map(Cow::into_owned),
            Texts::Absent | Texts::Many(_) => None,
        }
    }

    /// Where usernames come from, in words: "`uid`", "`uid` or `mail`".
    pub fn username_source(&self) -> String {
        match &self.identity.username.value {
            ValueSource::Attributes(ids) => {
                let names = ids.iter().filter_map(|&id| self.attributes.get(id));
                let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
                names.join(" or ")
            }
            ValueSource::Expression(expression) => format!("`{}`", expression.text),
            // No policy says so.
            ValueSource::Reference(_) | ValueSource::Groups(_) => String::new(),
        }
    }
}
