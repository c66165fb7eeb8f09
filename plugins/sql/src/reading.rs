//! One read, from the first row to its coverage.

use crate::columns::Columns;
use crate::feed::Feed;
use crate::groups::Groups;
use crate::settings::Settings;
use crate::source::DATABASE;
use muster_sdk::seen::Seen;
use muster_sdk::sql::{self, Answer, Block};
use muster_sdk::words::Words;
use muster_sdk::{
    Batch, Coverage, Failure, PartialReason, ReadFrom, ReadRequest, Removal, Rows, Status, Subject,
    host,
};

/// A page that holds as many bytes as this is full, whatever was asked for.
const FULL_PAGE: usize = 4 << 20;

/// A read that has begun.
pub struct Reading {
    answer: Answer,
    /// The block that is being read, and the next row of it.
    block: Option<(Block, usize)>,
    columns: Columns,
    groups: Groups,
    found: Vec<u32>,
    words: Option<Words>,
    id_name: String,
    page_size: usize,
    rows: Rows,
    seen: Seen,
    is_delta: bool,
    feed: Option<Feed>,
    /// How many rows the database itself says there are.
    count: Option<u64>,
    tally: Tally,
}

/// Counts of one read.
#[derive(Debug, Default)]
struct Tally {
    rows: u64,
    out_of_scope: u64,
    problems: u64,
    unattributed: u64,
}

impl Reading {
    /// Asks the queries.
    pub fn new(settings: &Settings, request: &ReadRequest) -> Result<Self, Failure> {
        let mut groups = Groups::new(&request.scope, settings)?;
        let feed = Feed::begin(settings, request)?;
        let (answer, is_delta) = ask(settings, request, feed.as_ref())?;
        let columns = Columns::find(answer.columns(), settings, &request.attributes)?;
        groups.read(settings)?;
        let count = match is_delta {
            true => None,
            false => count(settings)?,
        };
        let words = settings
            .status
            .is_some()
            .then(|| Words::new(settings.active.as_deref(), settings.blocked.as_deref()));
        Ok(Self {
            rows: columns.page(),
            answer,
            block: None,
            columns,
            groups,
            found: Vec::new(),
            words: words.transpose()?,
            id_name: settings.id.clone().unwrap_or_default(),
            page_size: request.page_size.clamp(1, 5000) as usize,
            seen: Seen::default(),
            is_delta,
            feed,
            count,
            tally: Tally::default(),
        })
    }

    /// Reads one page.
    pub fn next(&mut self) -> Result<Batch, Failure> {
        loop {
            let (block, mut row) = match self.block.take() {
                Some(begun) => begun,
                None if host::cancelled() => return Err(Failure::cancelled()),
                None => (self.answer.next()?, 0),
            };
            while row < block.len() && !self.is_full() {
                self.row(&block, row);
                row += 1;
            }
            if row < block.len() {
                self.block = Some((block, row));
                return Ok(Batch::more(&mut self.rows));
            }
            if block.is_last() {
                return Ok(self.end());
            }
            if self.is_full() {
                return Ok(Batch::more(&mut self.rows));
            }
        }
    }

    fn is_full(&self) -> bool {
        self.rows.len() >= self.page_size || self.rows.size() >= FULL_PAGE
    }

    fn row(&mut self, block: &Block, row: usize) {
        self.tally.rows += 1;
        let id = self.columns.id.map(|place| block.first(row, place));
        if let Some(id) = id {
            let Some(id) = id.filter(|id| !id.trim_ascii().is_empty()) else {
                let fault = format!("`{}` is empty or NULL", self.id_name);
                let subject = self.subject(block, row);
                return self.problem(fault, subject);
            };
            if !self.seen.insert(id) {
                let id = String::from_utf8_lossy(id).into_owned();
                let fault = format!("`{}` is `{id}`, as in an earlier row", self.id_name);
                return self.problem(fault, Subject::Id(id));
            }
        }
        let groups = self.columns.groups;
        let cell = groups.map(|(place, is_array)| (block.values(row, place), is_array));
        let is_in = self.groups.judge(id.flatten(), cell, &mut self.found);
        match (is_in, id.flatten()) {
            (true, _) => self.deliver(block, row),
            (false, Some(id)) if self.is_delta => {
                // Whoever is told to have left may never have been there.
                let left = Status::Removed(Removal::LeftScope);
                self.rows.add(left).id(id);
            }
            (false, _) => self.tally.out_of_scope += 1,
        }
    }

    fn deliver(&mut self, block: &Block, row: usize) {
        let status = match (&self.words, self.columns.status) {
            (Some(words), Some(place)) => {
                let mut values = block.values(row, place);
                match (values.next(), values.next()) {
                    (word, None) => words.status(word),
                    _ => Status::Unknown,
                }
            }
            _ => Status::Active,
        };
        let mut person = self.rows.add(status);
        if let Some(id) = self.columns.id.and_then(|place| block.first(row, place)) {
            person.id(id);
        }
        for &place in &self.found {
            person.group(self.groups.name(place));
        }
        for (column, (_, place)) in self.columns.attributes.iter().enumerate() {
            let Some(place) = place else { continue };
            for value in block.values(row, *place) {
                person.value(column, value);
            }
        }
    }

    /// Whom a row without an identifier is about.
    fn subject(&self, block: &Block, row: usize) -> Subject {
        let mut names = self.columns.attributes.iter();
        let named = names.find_map(|(name, place)| {
            if !tells_who(name) {
                return None;
            }
            let value = std::str::from_utf8(block.first(row, (*place)?)?).ok()?;
            (!value.trim().is_empty()).then(|| (name.clone(), value.trim().to_owned()))
        });
        named.map_or(Subject::Nobody, Subject::Attribute)
    }

    fn problem(&mut self, fault: String, subject: Subject) {
        self.tally.problems += 1;
        if matches!(subject, Subject::Nobody) {
            self.tally.unattributed += 1;
        }
        let place = format!("row {}", self.tally.rows);
        self.rows.problem(place, fault, subject);
    }

    fn end(&mut self) -> Batch {
        for group in self.groups.missing_exceptions() {
            host::warn(&format!(
                "nobody is in `{group}`, which the policy's scope leaves out"
            ));
        }
        let coverage = self.coverage();
        let batch = Batch::last(&mut self.rows, coverage);
        match &self.feed {
            // What is odd is to be seen again in the next run.
            Some(feed) if self.tally.problems == 0 => batch.delta_from(feed.cursor()),
            _ => batch,
        }
    }

    fn coverage(&self) -> Coverage {
        let coverage = match (self.is_delta, self.shortfall()) {
            (true, _) => Coverage::delta(),
            (false, Some((reason, text))) => Coverage::partial(reason, text),
            // Only all rows show that nobody is in a group.
            (false, None) => Coverage::complete().missing_groups(&self.groups.missing_reported()),
        };
        let mut coverage = coverage
            .fact("rows", self.tally.rows.to_string())
            .fact("out of scope", self.tally.out_of_scope.to_string());
        if let Some(count) = self.count {
            coverage = coverage
                .source_count(count)
                .fact("rows by the count query", count.to_string());
        }
        coverage
    }

    fn shortfall(&self) -> Option<(PartialReason, String)> {
        let rows = self.tally.rows;
        if rows == 0 {
            return Some((PartialReason::Empty, "the query gives no row".to_owned()));
        }
        if let Some(count) = self.count.filter(|&count| count != rows) {
            let text = format!("the count query says {count}, and the query gave {rows} rows");
            return Some((PartialReason::Truncated, text));
        }
        let missing = self.groups.missing();
        if !missing.is_empty() {
            let names: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
            let text = format!("nobody is in {}", names.join(", "));
            return Some((PartialReason::GroupMissing, text));
        }
        (self.tally.unattributed > 0).then(|| {
            let text = format!("{} of the rows may be anybody's", self.tally.unattributed);
            (PartialReason::Unattributed, text)
        })
    }
}

fn ask(
    settings: &Settings,
    request: &ReadRequest,
    feed: Option<&Feed>,
) -> Result<(Answer, bool), Failure> {
    match (&request.start_at, feed) {
        (ReadFrom::Start, _) => Ok((sql::open(DATABASE, &settings.query, &[])?, false)),
        (ReadFrom::Since(cursor), Some(feed)) => {
            let (query, position) = feed.since(settings, cursor)?;
            Ok((sql::open(DATABASE, &query, &[Some(&position)])?, true))
        }
        _ => Err(Failure::stale_cursor(
            "without `changed_since`, a query can only be read from its beginning",
        )),
    }
}

/// Asks how many rows there are.
pub fn count(settings: &Settings) -> Result<Option<u64>, Failure> {
    let Some(query) = &settings.count_query else {
        return Ok(None);
    };
    let answer = sql::open(DATABASE, query, &[])?;
    let block = answer.next()?;
    let text = block.first(0, 0).map(String::from_utf8_lossy);
    let number = text.as_ref().and_then(|text| text.trim().parse().ok());
    match (number, block.len()) {
        (Some(number), 1) => Ok(Some(number)),
        _ => Err(Failure::config(format!(
            "`count_query` gives {} rows and `{}`, and not one number",
            block.len(),
            text.unwrap_or_default()
        ))
        .hint("as in `SELECT count(*) FROM people`")),
    }
}

/// True if one person's value of the attribute is hardly anybody else's.
fn tells_who(name: &str) -> bool {
    let name = name.to_lowercase();
    let parts = ["user", "login", "account", "uid", "mail"];
    parts.iter().any(|part| name.contains(part))
}
