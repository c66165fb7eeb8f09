//! Small reads through the host: one entry, a few entries, their names.

use muster_sdk::Failure;
use muster_sdk::ldap::{self, Entry, Mode, Outcome, Query, Scope, Search};

/// The manifest's need.
pub const CONNECTION: &str = "directory";

/// Matches every entry.
pub const ANYTHING: &str = "(objectClass=*)";

/// An entry with values of its own.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub dn: Vec<u8>,
    pub values: Vec<Vec<Vec<u8>>>,
}

impl Found {
    /// Copies an entry out of its block.
    pub fn of(entry: Entry<'_>, columns: usize) -> Self {
        let values = (0..columns).map(|column| entry.values(column).map(<[u8]>::to_vec).collect());
        Self {
            dn: entry.dn().to_vec(),
            values: values.collect(),
        }
    }

    /// Adds the values of the entry's next part.
    pub fn extend(&mut self, part: Entry<'_>) {
        for (column, values) in self.values.iter_mut().enumerate() {
            values.extend(part.values(column).map(<[u8]>::to_vec));
        }
    }

    /// Values of a column.
    pub fn column(&self, column: usize) -> &[Vec<u8>] {
        self.values.get(column).map_or(&[], Vec::as_slice)
    }

    /// Values of a column as text.
    pub fn texts(&self, column: usize) -> impl Iterator<Item = String> {
        self.column(column)
            .iter()
            .map(|value| String::from_utf8_lossy(value).into_owned())
    }

    /// The first value of a column as text.
    pub fn text(&self, column: usize) -> Option<String> {
        self.texts(column).next()
    }

    /// The DN as text.
    pub fn name(&self) -> String {
        String::from_utf8_lossy(&self.dn).into_owned()
    }
}

/// What reading one entry by its name gave.
#[derive(Debug)]
pub enum Lookup {
    Found(Found),
    /// The server answered well, and showed nothing: the filter does not match,
    /// or the login may not read it.
    Hidden,
    /// The server says otherwise; 32 is "no such entry".
    Refused(Outcome),
}

/// Begins a search.
pub fn open(query: &Query) -> Result<Search, Failure> {
    ldap::open(CONNECTION, query)
}

/// Makes the query for one entry.
pub fn one(dn: &str, filter: &str, attributes: &[&str]) -> Query {
    Query {
        base: dn.to_owned(),
        scope: Scope::Base,
        filter: filter.to_owned(),
        attributes: attributes.iter().map(|&name| name.to_owned()).collect(),
        page_size: 0,
        mode: Mode::Plain,
    }
}

/// Makes the query for everything below a name.
pub fn below(dn: &str, filter: String, attributes: Vec<String>, page_size: u32) -> Query {
    Query {
        base: dn.to_owned(),
        scope: Scope::Sub,
        filter,
        attributes,
        page_size,
        mode: Mode::Plain,
    }
}

/// Calls `each` for every entry, or for every part of one, and returns how the
/// search ended.
pub fn walk(
    search: &Search,
    mut each: impl FnMut(Entry<'_>) -> Result<(), Failure>,
) -> Result<Outcome, Failure> {
    loop {
        let block = search.next()?;
        block.iter().try_for_each(&mut each)?;
        if let Some(outcome) = block.outcome() {
            return Ok(outcome.clone());
        }
    }
}

/// Reads what a search finds, whole: for few entries.
pub fn gather(search: &Search) -> Result<(Vec<Found>, Outcome), Failure> {
    let (mut all, mut goes_on) = (Vec::<Found>::new(), false);
    loop {
        let block = search.next()?;
        for (row, entry) in block.iter().enumerate() {
            match all.last_mut().filter(|_| goes_on && row == 0) {
                Some(last) => last.extend(entry),
                None => all.push(Found::of(entry, block.columns().len())),
            }
        }
        goes_on = block.continued();
        if let Some(outcome) = block.outcome() {
            return Ok((all, outcome.clone()));
        }
    }
}

/// Reads one entry by its name.
pub fn lookup(dn: &str, filter: &str, attributes: &[&str]) -> Result<Lookup, Failure> {
    finish_lookup(&open(&one(dn, filter, attributes))?)
}

/// Waits for what was begun to read one entry.
pub fn finish_lookup(search: &Search) -> Result<Lookup, Failure> {
    let (found, outcome) = gather(search)?;
    Ok(match (found.into_iter().next(), outcome.code) {
        (Some(found), 0) => Lookup::Found(found),
        (None, 0) => Lookup::Hidden,
        _ => Lookup::Refused(outcome),
    })
}
