//! JSON objects: the wanted values of one, and of those inside it.

use crate::cells::{Cells, Slot, Slots, same_name};
use crate::records::{Name, Names};
use crate::table::ENCODINGS;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// Takes object after object.
pub struct Objects {
    slots: Slots,
    names: Names,
}

impl Objects {
    /// Looks for these names; dots lead into nested objects.
    pub fn new(slots: Slots) -> Self {
        Self {
            slots,
            names: Names::default(),
        }
    }

    /// Takes the values of one object. Of a broken one, those that can be
    /// believed are in `cells` all the same.
    pub fn take(&mut self, text: &[u8], cells: &mut Cells) -> Result<(), Broken> {
        let text = String::from_utf8_lossy(text);
        let result = match &text {
            Cow::Owned(_) => Err(Broken::new(format!("the line is not UTF-8; {ENCODINGS}"))),
            Cow::Borrowed(_) => Ok(()),
        };
        let mut walk = Walk {
            slots: &self.slots,
            names: self.names.collecting().then_some(&mut self.names),
            cells,
            path: String::new(),
        };
        let result = result.and(walk.object(&text));
        cells.sort();
        if result.is_err() {
            cells.retain(|_, value| memchr::memmem::find(value, "\u{fffd}".as_bytes()).is_none());
        }
        result
    }

    /// Names that objects have.
    pub fn names(&self) -> &[Name] {
        self.names.all()
    }
}

/// Why an object cannot be taken.
pub struct Broken {
    /// What is wrong with it.
    pub text: String,
    /// True if the text ends too early.
    pub unfinished: bool,
}

impl Broken {
    /// A fault other than an early end.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            unfinished: false,
        }
    }
}

/// Collects the wanted values of one object, and of those inside it.
struct Walk<'a> {
    slots: &'a Slots,
    names: Option<&'a mut Names>,
    cells: &'a mut Cells,
    /// Names that led here, each with a dot behind it.
    path: String,
}

impl Walk<'_> {
    fn object(&mut self, text: &str) -> Result<(), Broken> {
        let mut fault = None;
        let mut reader = serde_json::Deserializer::from_str(text);
        let members = Members {
            walk: self,
            fault: &mut fault,
        };
        let result = members.deserialize(&mut reader).and_then(|()| reader.end());
        match (result, fault) {
            (Err(error), None) => Err(Broken {
                unfinished: error.is_eof(),
                text: syntax(&error),
            }),
            (_, Some(fault)) => Err(fault),
            (Ok(()), None) => Ok(()),
        }
    }

    /// Takes the value of a member, whose name is at the end of the path.
    fn value(&mut self, value: &RawValue) -> Result<(), Broken> {
        let text = value.get();
        if text.starts_with('{') {
            if let Some(slot) = self.slots.find(&self.path) {
                self.cells.meet(slot);
                return Err(Broken::new(format!(
                    "`{}` is an object; name one of its members, as in `{0}.id`",
                    self.slots.name(slot)
                )));
            }
            self.path.push('.');
            return self.object(text);
        }
        if let Some(names) = &mut self.names {
            names.add(&self.path, text.starts_with('['));
        }
        match self.slots.find(&self.path) {
            Some(slot) => self.leaf(slot, text),
            None => Ok(()),
        }
    }

    fn leaf(&mut self, slot: Slot, text: &str) -> Result<(), Broken> {
        if self.cells.met().contains(&slot) {
            return Err(Broken::new(format!(
                "`{}` is given twice",
                self.slots.name(slot)
            )));
        }
        self.cells.meet(slot);
        if text.starts_with('[') {
            let items: Vec<&RawValue> =
                serde_json::from_str(text).map_err(|error| Broken::new(syntax(&error)))?;
            return items
                .into_iter()
                .try_for_each(|item| self.scalar(slot, item.get()));
        }
        self.scalar(slot, text)
    }

    fn scalar(&mut self, slot: Slot, text: &str) -> Result<(), Broken> {
        match text.as_bytes().first() {
            Some(b'"') if !text.contains('\\') => {
                let inner = text
                    .get(1..text.len().saturating_sub(1))
                    .unwrap_or_default();
                self.cells.push(slot, inner.as_bytes());
            }
            Some(b'"') => {
                let inner: String =
                    serde_json::from_str(text).map_err(|error| Broken::new(syntax(&error)))?;
                self.cells.push(slot, inner.as_bytes());
            }
            Some(b'{' | b'[') => {
                let name = self.slots.name(slot);
                return Err(Broken::new(format!(
                    "`{name}` is a list of lists or objects"
                )));
            }
            // null is absent; in a list there is nothing at its place.
            Some(b'n') => {}
            _ => self.cells.push(slot, text.as_bytes()),
        }
        Ok(())
    }

    /// True if somebody wants the name at the end of the path, or one below it.
    fn is_wanted(&self) -> bool {
        let mut names = self.slots.names().iter();
        names.any(|name| leads_to(&self.path, name))
    }
}

/// True if a path is a name, or the way to it.
fn leads_to(path: &str, name: &str) -> bool {
    let is_end = |rest: &str| rest.is_empty() || rest.starts_with('.');
    match name.split_at_checked(path.len()) {
        Some((head, rest)) if same_name(head, path) => is_end(rest),
        _ if path.is_ascii() => false,
        _ => {
            let name = name.to_lowercase();
            name.strip_prefix(&path.to_lowercase()).is_some_and(is_end)
        }
    }
}

/// What the parser says, without its own line number: the line is the record's.
fn syntax(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let cause = text.split(" at line ").next().unwrap_or_default();
    format!(
        "the line is not a JSON object: {cause} at column {}",
        error.column()
    )
}

/// The members of an object, one by one. A fault in one of them is kept beside
/// the parser's own errors, and the first one counts.
struct Members<'a, 'w> {
    walk: &'a mut Walk<'w>,
    fault: &'a mut Option<Broken>,
}

impl<'de> DeserializeSeed<'de> for Members<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let depth = self.walk.path.len();
        while let Some(Key(name)) = members.next_key()? {
            self.walk.path.push_str(&name);
            if self.walk.names.is_some() || self.walk.is_wanted() {
                let value: &RawValue = members.next_value()?;
                if let Err(fault) = self.walk.value(value) {
                    self.fault.get_or_insert(fault);
                }
            } else {
                members.next_value::<IgnoredAny>()?;
            }
            self.walk.path.truncate(depth);
        }
        Ok(())
    }
}

/// A member's name, borrowed from the line unless it has an escape in it.
struct Key<'a>(Cow<'a, str>);

impl<'de> serde::Deserialize<'de> for Key<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Name;
        impl<'de> Visitor<'de> for Name {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(name)))
            }

            fn visit_str<E>(self, name: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(name.to_owned())))
            }
        }
        input.deserialize_str(Name)
    }
}
