//! The policy language as data: every key once, with what it takes and what it
//! means.
//!
//! The parser checks keys against these tables; the JSON Schema is made from
//! them; an editor completes and explains from them. So a key that is not here
//! does not exist, and one that is here is known everywhere.

pub(crate) mod keys;
mod schema;
mod steps;
mod waiting;

pub use schema::schema;

/// What is known about a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Must be there.
    Required,
    /// May be there.
    Optional,
}

/// One key of a mapping.
#[derive(Debug)]
pub struct Key {
    /// As it is written.
    pub name: &'static str,
    /// Whether it must be there.
    pub need: Need,
    /// What its value may be.
    pub takes: Takes,
    /// What it means, in a sentence or two.
    pub doc: &'static str,
    /// What holds without it, if that can be said in a word or number.
    pub default: Option<&'static str>,
}

impl Key {
    const fn of(need: Need, name: &'static str, takes: Takes, doc: &'static str) -> Self {
        Self {
            name,
            need,
            takes,
            doc,
            default: None,
        }
    }

    /// A key that must be there.
    pub const fn required(name: &'static str, takes: Takes, doc: &'static str) -> Self {
        Self::of(Need::Required, name, takes, doc)
    }

    /// A key that may be there.
    pub const fn optional(name: &'static str, takes: Takes, doc: &'static str) -> Self {
        Self::of(Need::Optional, name, takes, doc)
    }

    /// Says what holds without it.
    pub const fn or(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }
}

/// A kind of mapping and the keys that it may have.
#[derive(Debug)]
pub struct Section {
    /// Its name in messages: `provider` in backticks, or `a secret`.
    pub name: &'static str,
    /// Its name in the schema's definitions.
    pub id: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// Its keys, in the order in which people write them.
    pub keys: &'static [Key],
    /// Which of the keys go together.
    pub choice: Choice,
}

impl Section {
    /// The key of a name.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// Which keys of a section go together.
#[derive(Clone, Copy, Debug)]
pub enum Choice {
    /// Any of them.
    Any,
    /// Exactly one of these, beside the others.
    One(&'static [&'static str]),
    /// At least one of these.
    Some(&'static [&'static str]),
}

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub enum Takes {
    /// Only this number.
    Version(u64),
    /// A text that is not empty; numbers and truth values count as written.
    Text,
    /// A text that may be empty.
    AnyText,
    /// One text, or a list of texts.
    Texts,
    /// An expression in CEL.
    Expression,
    /// One of these words, each with what it means.
    Words(&'static [(&'static str, &'static str)]),
    /// A text by a pattern (of the dialect that JSON Schema and Rust share).
    Pattern(&'static str),
    /// A name: up to so many letters, by a pattern, and none of these.
    Name {
        /// The pattern.
        pattern: &'static str,
        /// The longest name.
        longest: u64,
        /// Names that mean something else already.
        reserved: &'static [&'static str],
    },
    /// A whole number from nothing to this.
    Whole(u64),
    /// `true` or `false`.
    Bool,
    /// A mapping with known keys.
    Section(&'static Section),
    /// A list of such values.
    List(&'static Takes),
    /// A list of words: a program and its arguments.
    Command,
    /// A mapping whose keys are names of the policy's own.
    Map {
        /// What its keys may be; [`Takes::Name`], or any text.
        names: &'static Takes,
        /// What its values may be.
        values: &'static Takes,
    },
    /// Settings whose meaning others know.
    Settings,
    /// One of several.
    OneOf(&'static [Takes]),
    /// Anything.
    Anything,
}

/// All sections, the policy itself first.
pub fn sections() -> &'static [&'static Section] {
    keys::ALL
}
