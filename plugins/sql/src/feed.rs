//! What has changed since the last read.

use crate::settings::Settings;
use crate::source::DATABASE;
use muster_sdk::seen::hash;
use muster_sdk::{Failure, ReadRequest, sql};

/// How far before the last read the next one begins: a row may carry the
/// instant at which its transaction began, and appear when it ended.
const OVERLAP: &str = "10 minutes";

/// Where the next delta begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    column: String,
    question: String,
    /// The instant from which changes are new to the next read.
    position: String,
}

impl Feed {
    /// Takes the position before anything is read; none without a column that
    /// tells changes.
    pub fn begin(settings: &Settings, request: &ReadRequest) -> Result<Option<Self>, Failure> {
        let Some(column) = &settings.changed_since else {
            return Ok(None);
        };
        let query = format!("SELECT now() - interval '{OVERLAP}'");
        let answer = sql::open(DATABASE, &query, &[])?;
        let block = answer.next()?;
        let position = block.first(0, 0).unwrap_or_default();
        Ok(Some(Self {
            column: column.clone(),
            question: question(settings, request),
            position: String::from_utf8_lossy(position).into_owned(),
        }))
    }

    /// The position as a cursor.
    pub fn cursor(&self) -> Vec<u8> {
        format!("{}\n{}", self.question, self.position).into_bytes()
    }

    /// The query for what has changed since a cursor, and its parameter.
    pub fn since(&self, settings: &Settings, cursor: &[u8]) -> Result<(String, String), Failure> {
        let text = String::from_utf8_lossy(cursor);
        let (question, position) = text.split_once('\n').unwrap_or_default();
        if question != self.question {
            return Err(Failure::stale_cursor(
                "the settings, the scope or the attributes are not those of the last sync",
            ));
        }
        let query = settings
            .query
            .trim_end_matches(|c: char| c == ';' || c.is_whitespace());
        let column = self.column.replace('"', "\"\"");
        // A row without an instant may have changed at any time.
        let query = format!(
            "SELECT * FROM ({query}\n) AS people WHERE people.\"{column}\" >= $1::text::timestamptz OR people.\"{column}\" IS NULL"
        );
        Ok((query, position.to_owned()))
    }
}

fn question(settings: &Settings, request: &ReadRequest) -> String {
    let text = format!(
        "{} {settings:?} {:?} {:?}",
        env!("CARGO_PKG_VERSION"),
        request.scope,
        request.attributes
    );
    format!("{:032x}", hash(text.as_bytes()))
}
