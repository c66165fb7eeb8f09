//! The server's schema: which attributes there are, and what they hold.

use crate::directory::{Lookup, lookup};
use crate::dn::{Matching, Types};
use muster_sdk::Failure;
use std::collections::HashMap;

/// Steps from an attribute to those it is derived from that are followed.
const DERIVED: usize = 10;

/// An attribute type (RFC 4512 4.1.2), as far as it matters here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttributeType {
    pub oid: String,
    pub names: Vec<String>,
    pub description: String,
    pub equality: Option<String>,
    pub syntax: Option<String>,
    pub superior: Option<String>,
    pub single: bool,
    /// Kept by the server for itself, not for any entry's reader.
    pub internal: bool,
}

impl AttributeType {
    /// What servers call it.
    pub fn name(&self) -> &str {
        self.names.first().unwrap_or(&self.oid)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut words = Words(text.trim().strip_prefix('(')?.strip_suffix(')')?);
        let mut parsed = Self {
            oid: words.next()?.text,
            ..Self::default()
        };
        while let Some(word) = words.next() {
            match word.text.as_str() {
                _ if word.quoted => {}
                "NAME" => parsed.names = words.list(),
                "DESC" => parsed.description = words.next()?.text,
                "SUP" => parsed.superior = Some(words.next()?.text),
                "EQUALITY" => parsed.equality = Some(words.next()?.text),
                "SYNTAX" => {
                    let syntax = words.next()?.text;
                    parsed.syntax = syntax.split('{').next().map(str::to_owned);
                }
                "SINGLE-VALUE" => parsed.single = true,
                "USAGE" => parsed.internal = words.next()?.text == "dSAOperation",
                _ => {}
            }
        }
        Some(parsed)
    }
}

struct Word {
    text: String,
    quoted: bool,
}

/// Words of a description: bare, in quotes, or a parenthesis.
struct Words<'a>(&'a str);

impl Words<'_> {
    fn next(&mut self) -> Option<Word> {
        let text = self.0.trim_start();
        let (word, rest, quoted) = match text.chars().next()? {
            '\'' => {
                let (inside, rest) = text.get(1..)?.split_once('\'')?;
                (inside, rest, true)
            }
            '(' | ')' => {
                let (sign, rest) = text.split_at_checked(1)?;
                (sign, rest, false)
            }
            _ => {
                let end = text.find(|char: char| char.is_whitespace() || "()'".contains(char));
                let (word, rest) = text.split_at_checked(end.unwrap_or(text.len()))?;
                (word, rest, false)
            }
        };
        self.0 = rest;
        Some(Word {
            text: word
                .replace("\\27", "'")
                .replace("\\5c", "\\")
                .replace("\\5C", "\\"),
            quoted,
        })
    }

    /// One word, or several in parentheses.
    fn list(&mut self) -> Vec<String> {
        match self.next() {
            Some(Word {
                text,
                quoted: false,
            }) if text == "(" => {
                std::iter::from_fn(|| self.next().filter(|word| word.quoted || word.text != ")"))
                    .map(|word| word.text)
                    .collect()
            }
            Some(word) => vec![word.text],
            None => Vec::new(),
        }
    }
}

/// All attribute types of a server; none if the schema cannot be read.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    types: Vec<AttributeType>,
    by_name: HashMap<String, usize>,
}

impl Schema {
    /// Reads the schema; an empty one if the server does not show it.
    pub fn read(subschema: Option<&str>) -> Result<Self, Failure> {
        let Some(subschema) = subschema else {
            return Ok(Self::default());
        };
        let mut schema = Self::default();
        if let Lookup::Found(found) =
            lookup(subschema, "(objectClass=subschema)", &["attributeTypes"])?
        {
            found.texts(0).for_each(|text| schema.add(&text));
        }
        Ok(schema)
    }

    fn add(&mut self, text: &str) {
        let Some(parsed) = AttributeType::parse(text) else {
            return;
        };
        for name in parsed.names.iter().chain([&parsed.oid]) {
            self.by_name
                .insert(name.to_ascii_lowercase(), self.types.len());
        }
        self.types.push(parsed);
    }

    /// True if nothing is known.
    pub fn is_empty(&self) -> bool {
        self.types.is_empty()
    }

    /// All types.
    pub fn types(&self) -> &[AttributeType] {
        &self.types
    }

    /// Finds a type by one of its names or its OID, in any case.
    pub fn get(&self, name: &str) -> Option<&AttributeType> {
        self.types
            .get(*self.by_name.get(&name.to_ascii_lowercase())?)
    }

    /// True if the server knows this attribute, or if nobody can tell.
    pub fn may_know(&self, name: &str) -> bool {
        self.is_empty() || self.get(name).is_some()
    }

    /// Something that an attribute has, or the one that it is derived from.
    fn inherited<'a>(
        &'a self,
        of: &'a AttributeType,
        what: impl Fn(&AttributeType) -> Option<&str>,
    ) -> Option<&'a str> {
        let mut current = of;
        for _ in 0..DERIVED {
            if let Some(found) = what(current) {
                return Some(found);
            }
            current = self.get(current.superior.as_deref()?)?;
        }
        None
    }

    /// OID of the syntax of an attribute's values.
    pub fn syntax<'a>(&'a self, of: &'a AttributeType) -> Option<&'a str> {
        self.inherited(of, |one| one.syntax.as_deref())
    }

    /// What names are to know of attribute types.
    pub fn for_names(&self) -> Types {
        let mut types = Types::default();
        for one in &self.types {
            let rule = self.inherited(one, |one| one.equality.as_deref());
            let matching = rule.map_or(Matching::CaseIgnore, Matching::of_rule);
            types.add(
                one.names.iter().chain([&one.oid]).map(String::as_str),
                matching,
            );
        }
        types
    }

    #[cfg(test)]
    pub fn of(texts: &[&str]) -> Self {
        let mut schema = Self::default();
        texts.iter().for_each(|text| schema.add(text));
        schema
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn descriptions_of_all_dialects_are_read() {
        let schema = Schema::of(&[
            "( 2.5.4.41 NAME 'name' DESC 'RFC4519: don\\27t ask' EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15{32768} )",
            "( 2.5.4.4 NAME ( 'sn' 'surname' ) DESC 'family name' SUP name )",
            "( 1.2.840.113556.1.4.2 NAME 'objectGUID' SYNTAX '1.3.6.1.4.1.1466.115.121.1.40' SINGLE-VALUE NO-USER-MODIFICATION )",
            "( 1.3.6.1.4.1.4203.666.1.6 NAME 'entryCSN' SYNTAX 1.3.6.1.4.1.4203.666.11.2.1{64} SINGLE-VALUE NO-USER-MODIFICATION USAGE dSAOperation )",
            "(1.2.3 NAME 'odd' DESC 'SYNTAX (1.2' )",
            "nonsense",
        ]);
        assert_eq!(schema.types().len(), 5);
        let surname = schema.get("SURNAME").unwrap();
        assert_eq!((surname.name(), surname.single), ("sn", false));
        assert_eq!(
            schema.syntax(surname),
            Some("1.3.6.1.4.1.1466.115.121.1.15")
        );
        assert_eq!(
            schema.get("name").unwrap().description,
            "RFC4519: don't ask"
        );
        let guid = schema.get("1.2.840.113556.1.4.2").unwrap();
        assert_eq!(schema.syntax(guid), Some("1.3.6.1.4.1.1466.115.121.1.40"));
        assert!(guid.single && !guid.internal);
        assert!(schema.get("entryCSN").unwrap().internal);
        assert_eq!(schema.get("oDd").unwrap().oid, "1.2.3");
        assert!(!schema.may_know("givenname") && Schema::default().may_know("givenname"));
    }
}
