//! Search filters, evaluated by plain means.

use super::Attribute;
use super::ber::{Element, list};

/// A filter, as a request carries it.
#[derive(Debug)]
pub enum Filter {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Equals(String, Vec<u8>),
    Present(String),
    /// Whatever is not needed here: nobody matches.
    Never,
}

impl Filter {
    /// Reads it.
    pub fn read(element: &Element) -> Self {
        let parts = || list(&element.body);
        let text = |part: &Element| String::from_utf8_lossy(&part.body).to_lowercase();
        match element.tag {
            0xa0 => Self::All(parts().iter().map(Self::read).collect()),
            0xa1 => Self::Any(parts().iter().map(Self::read).collect()),
            0xa2 => parts()
                .first()
                .map_or(Self::Never, |one| Self::Not(Box::new(Self::read(one)))),
            0xa3 => Self::Equals(text(&parts()[0]), parts()[1].body.clone()),
            0x87 => Self::Present(text(element)),
            // A rule, an attribute, a value: nothing is nested here, so that
            // the rule that follows nested groups is plain equality.
            0xa9 => {
                let parts = parts();
                Self::Equals(text(&parts[1]), parts[2].body.clone())
            }
            _ => Self::Never,
        }
    }

    /// True of an entry with these attributes.
    pub fn holds(&self, attributes: &[Attribute]) -> bool {
        let values = |wanted: &str| {
            let named = attributes
                .iter()
                .filter(move |(name, _)| name.eq_ignore_ascii_case(wanted));
            named.flat_map(|(_, values)| values).collect::<Vec<_>>()
        };
        match self {
            Self::All(all) => all.iter().all(|one| one.holds(attributes)),
            Self::Any(any) => any.iter().any(|one| one.holds(attributes)),
            Self::Not(one) => !one.holds(attributes),
            Self::Present(name) => !values(name).is_empty(),
            Self::Equals(name, wanted) => values(name)
                .iter()
                .any(|value| value.eq_ignore_ascii_case(wanted)),
            Self::Never => false,
        }
    }
}
