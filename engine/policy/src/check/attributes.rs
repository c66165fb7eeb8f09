//! The attributes that a policy reads, each once.

use crate::diagnostic::Code;
use crate::policy::AttributeId;
use crate::source::Source;
use std::collections::BTreeMap;
use std::ops::Range;

/// Longer names than this no source has.
const LONGEST: usize = 256;

/// Gathers attributes while the policy is read. Names are compared without
/// regard to case; the first spelling is the one that the source is asked for.
#[derive(Debug, Default)]
pub(crate) struct Attributes {
    known: BTreeMap<String, Attribute>,
}

#[derive(Debug)]
struct Attribute {
    name: String,
    found: AttributeId,
    warned: bool,
}

impl Attributes {
    /// Takes note of an attribute; its number is final after [`Self::settle`].
    pub(crate) fn add(
        &mut self,
        source: &mut Source<'_>,
        name: &str,
        span: Range<usize>,
    ) -> Option<AttributeId> {
        let odd = name.chars().any(char::is_control) || name.trim() != name;
        if name.is_empty() || odd || name.len() > LONGEST {
            source
                .report(
                    Code::BadName,
                    span,
                    format!("`{}` cannot be an attribute", name.escape_debug()),
                )
                .help("An attribute's name has no line breaks and no spaces around it.");
            return None;
        }
        let next = self.known.len();
        let attribute = self
            .known
            .entry(name.to_lowercase())
            .or_insert_with(|| Attribute {
                name: name.to_owned(),
                found: next,
                warned: false,
            });
        if attribute.name != name && !attribute.warned {
            attribute.warned = true;
            let message = format!("`{name}` and `{}` are one attribute", attribute.name);
            let fix = source.rewrite(&span, name, &attribute.name);
            source
                .report(Code::SpelledTwice, span, message)
                .help("Attributes are compared without regard to case; spell it in one way.")
                .maybe_fix(fix);
        }
        Some(attribute.found)
    }

    /// Returns the names in their final order, and for each number that was
    /// handed out its place in it.
    pub(crate) fn settle(self) -> (Vec<String>, Vec<AttributeId>) {
        let mut places = vec![0; self.known.len()];
        let mut names = Vec::with_capacity(self.known.len());
        for attribute in self.known.into_values() {
            if let Some(place) = places.get_mut(attribute.found) {
                *place = names.len();
            }
            names.push(attribute.name);
        }
        (names, places)
    }
}
