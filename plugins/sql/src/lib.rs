//! People from a PostgreSQL database: a query, a key, a status column.
//!
//! The plugin knows nothing about policies, accounts or the database's wire: it
//! asks the operator's queries and turns rows into people.
//!
//! Reading order: [`settings`] is what the operator says, [`columns`] finds it in
//! the answer; [`reading`] makes people of rows, with [`groups`], and [`feed`]
//! asks for what has changed; [`check`] tries all of it for an operator.
//!
//! What counts as what:
//!
//! - NULL is *absent*, `''` is *empty*, an array is several values (its NULLs are
//!   none). A column that the policy reads and the query does not give is a
//!   failure before the first row: a typo must not empty a field for everybody.
//! - A row without an identifier, or with one that was met before, is a problem
//!   of its person and stops nobody else.
//! - The read is complete if the query was read to its end in one snapshot, the
//!   count query (if there is one) says the same number, and somebody is in each
//!   syncing group. A query that gives no row at all proves nothing.
//! - A column that tells when a row was changed gives changes; who is gone, it
//!   cannot tell, so absence is left to the next full read.

mod check;
mod columns;
mod feed;
mod groups;
mod reading;
mod settings;
mod source;
#[cfg(test)]
mod tests;

use muster_sdk::prelude::*;
use reading::Reading;
use settings::Settings;

/// A database with people.
pub struct People {
    settings: Settings,
    reading: Option<Reading>,
}

impl Source for People {
    type Settings = Settings;

    fn open(settings: Settings) -> Result<Self, Failure> {
        settings.check()?;
        Ok(Self {
            settings,
            reading: None,
        })
    }

    fn check(&mut self, scope: &Scope) -> Vec<CheckStep> {
        check::steps(&self.settings, scope)
    }

    fn attributes(&mut self) -> Result<Vec<Attribute>, Failure> {
        let answer = sql::open(source::DATABASE, &self.settings.query, &[])?;
        let attribute = |column: &sql::Column| {
            let attribute = match column.several {
                true => Attribute::multiple(&column.name),
                false => Attribute::single(&column.name),
            };
            attribute.summary(&column.type_name)
        };
        Ok(answer.columns().iter().map(attribute).collect())
    }

    fn start(&mut self, request: ReadRequest) -> Result<(), Failure> {
        self.reading = Some(Reading::new(&self.settings, &request)?);
        Ok(())
    }

    fn next(&mut self) -> Result<Batch, Failure> {
        match &mut self.reading {
            Some(reading) => reading.next(),
            None => Err(Failure::internal("`next` was called before `start`")),
        }
    }
}

muster_sdk::plugin!(People);
