//! Which column of the answer is what.

use crate::settings::Settings;
use muster_sdk::sql::Column;
use muster_sdk::{ColumnKind, Failure, Rows};

/// Places of columns in a row.
#[derive(Clone, Debug)]
pub struct Columns {
    /// The identifier.
    pub id: Option<usize>,
    /// The word that tells the status.
    pub status: Option<usize>,
    /// The groups, and true if they are an array.
    pub groups: Option<(usize, bool)>,
    /// What was requested: name, place if the query gives it.
    pub attributes: Vec<(String, Option<usize>)>,
    /// Places in `attributes` of what is no text.
    binary: Vec<usize>,
}

impl Columns {
    /// Finds everything that is named; an attribute that is not there would
    /// empty a field for everybody, and is a failure.
    pub fn find(
        answer: &[Column],
        settings: &Settings,
        attributes: &[String],
    ) -> Result<Self, Failure> {
        let mut missing = Vec::new();
        let mut place = |name: &str, is_optional: bool| -> Result<Option<usize>, Failure> {
            let found = find(answer, name)?;
            if found.is_none() && !is_optional {
                missing.push(name.to_owned());
            }
            Ok(found)
        };
        let mut role = |name: &Option<String>| match name {
            Some(name) => place(name, false),
            None => Ok(None),
        };
        let (id, status) = (role(&settings.id)?, role(&settings.status)?);
        let groups = role(&settings.groups)?;
        role(&settings.changed_since)?;
        let mut requested = Vec::with_capacity(attributes.len());
        for name in attributes {
            let is_optional = settings.optional.iter().any(|o| is_same(o, name));
            requested.push((name.clone(), place(name, is_optional)?));
        }
        if !missing.is_empty() {
            return Err(lacking(&missing, answer));
        }
        let is_binary = |(_, place): &(String, Option<usize>)| {
            let column = place.and_then(|place| answer.get(place));
            column.is_some_and(|column| column.kind == ColumnKind::Binary)
        };
        let numbered = (0..).zip(&requested);
        let binary = numbered
            .filter(|(_, requested)| is_binary(requested))
            .map(|(place, _)| place)
            .collect();
        Ok(Self {
            id,
            status,
            groups: groups.map(|place| (place, answer.get(place).is_some_and(|c| c.several))),
            attributes: requested,
            binary,
        })
    }

    /// An empty page for what was requested.
    pub fn page(&self) -> Rows {
        let mut rows = Rows::new(self.attributes.iter().map(|(name, _)| name));
        for &column in &self.binary {
            rows.kind(column, ColumnKind::Binary);
        }
        rows
    }
}

/// Finds a column: as it is spelled, or else in any letter case, since a
/// database folds names that are not quoted.
fn find(answer: &[Column], wanted: &str) -> Result<Option<usize>, Failure> {
    let places = |is_it: &dyn Fn(&str) -> bool| -> Vec<usize> {
        let fits = (0..).zip(answer).filter(|(_, column)| is_it(&column.name));
        fits.map(|(place, _)| place).collect()
    };
    let mut found = places(&|name| name == wanted);
    if found.is_empty() {
        found = places(&|name| is_same(name, wanted));
    }
    match found.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(*one)),
        _ => Err(
            Failure::config(format!("two columns of the query are called `{wanted}`"))
                .hint("give them different names with `AS`"),
        ),
    }
}

fn is_same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

fn lacking(missing: &[String], answer: &[Column]) -> Failure {
    let list = |names: Vec<&str>| {
        let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        quoted.join(", ")
    };
    let missing = list(missing.iter().map(String::as_str).collect());
    let there = list(answer.iter().map(|column| column.name.as_str()).collect());
    Failure::config(format!("the query gives no column {missing}")).hint(format!(
        "it gives {there}; `AS` gives a column another name"
    ))
}
