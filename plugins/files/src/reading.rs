//! One read of a file, from its first record to its coverage.

use crate::cells::{Cells, Slots, same_name};
use crate::checksum::Expected;
use crate::input::Input;
use crate::ldif;
use crate::nearest;
use crate::open::{self, Opened, Requested, Roles};
use crate::records::{Event, Records};
use crate::scope::{self, InScope, Told, Verdict};
use crate::settings::{Format, Settings};
use crate::source::{State, Which};
use crate::tally::Tally;
use crate::traps::{self, Zeros};
use muster_sdk::seen::Seen;
use muster_sdk::words::Words;
use muster_sdk::{
    Batch, ColumnKind, Failure, FailureKind, ReadRequest, Rows, Status, Subject, host,
};
use std::borrow::Cow;
use std::collections::VecDeque;

/// A page that holds as many bytes as this is full, whatever was asked for.
const FULL_PAGE: usize = 4 * 1024 * 1024;
/// So is one with this many problems.
const FULL_OF_PROBLEMS: usize = 1000;
/// Records between two looks at whether the run is being stopped.
const PATIENCE: u64 = 4096;

/// A read that has begun.
pub struct Reading {
    settings: Settings,
    attributes: Vec<String>,
    /// Files that follow this one.
    rest: VecDeque<Which>,
    format: Format,
    /// What was read so far; none once a change could go unnoticed.
    state: Option<State>,
    input: Input,
    expected: Option<Expected>,
    /// None if the file is empty.
    records: Option<Box<dyn Records>>,
    slots: Slots,
    roles: Roles,
    scope: InScope,
    words: Option<Words>,
    optional: Vec<String>,
    page_size: usize,
    rows: Rows,
    /// Problems on the page so far.
    problems: usize,
    cells: Cells,
    /// Groups that the record is told to be in.
    told: Told,
    seen: Seen,
    /// Slots that some record has had.
    met: Vec<bool>,
    zeros: Zeros,
    tally: Tally,
}

impl Reading {
    /// Opens the files and begins to read the first.
    pub fn new(
        settings: &Settings,
        files: Vec<Which>,
        request: &ReadRequest,
    ) -> Result<Self, Failure> {
        let mut rest = VecDeque::from(files);
        let name = rest.pop_front().flatten();
        let file = open::file(settings, &name)?;
        let mut state = State::new(settings, request);
        let state = file.tag.clone().map(|tag| {
            state.add(name, tag);
            state
        });
        let format = file.settings.format();
        let opened = open::records(file, &request.attributes)?;
        let reading = Self::of(opened, settings, request)?;
        Ok(Self {
            rest,
            format,
            state,
            ..reading
        })
    }

    /// Begins to read what was opened.
    pub fn of(opened: Opened, settings: &Settings, request: &ReadRequest) -> Result<Self, Failure> {
        let words = settings
            .status
            .is_some()
            .then(|| Words::new(settings.active.as_deref(), settings.blocked.as_deref()));
        let separator = opened.roles.groups_separator.as_deref();
        Ok(Self {
            scope: InScope::new(&request.scope, settings, separator)?,
            words: words.transpose()?,
            optional: settings.optional.clone(),
            page_size: request.page_size.clamp(1, 5000) as usize,
            rows: page(&opened.roles.attributes),
            met: vec![false; opened.slots.names().len()],
            input: opened.input,
            expected: opened.expected,
            records: opened.records,
            slots: opened.slots,
            roles: opened.roles,
            problems: 0,
            cells: Cells::default(),
            told: Told::default(),
            seen: Seen::default(),
            zeros: Zeros::default(),
            tally: Tally::new(settings),
            settings: settings.clone(),
            attributes: request.attributes.clone(),
            rest: VecDeque::new(),
            format: settings.format(),
            state: None,
        })
    }

    /// Reads one page.
    pub fn next(&mut self) -> Result<Batch, Failure> {
        self.problems = 0;
        while !self.is_full() {
            if self.tally.records.is_multiple_of(PATIENCE) && host::cancelled() {
                return Err(Failure::cancelled());
            }
            match self.event() {
                Ok(Event::End) => match self.go_on() {
                    Ok(true) => {}
                    Ok(false) => return self.end(),
                    Err(failure) => return Err(failure),
                },
                Ok(event) => self.take(event),
                Err(failure) => return self.stop(failure),
            }
        }
        Ok(Batch::more(&mut self.rows))
    }

    /// Ends a file, and opens the next; false if there is none.
    fn go_on(&mut self) -> Result<bool, Failure> {
        self.require_names()?;
        let expected = self.expected.take();
        let fault = expected.and_then(|expected| {
            let digest = self.input.digest().unwrap_or_default();
            expected.fault(&digest)
        });
        let several = !self.rest.is_empty();
        let ended = self.input.name().to_owned();
        let named = |fault: String| match several {
            true => format!("of `{ended}`: {fault}"),
            false => fault,
        };
        self.tally.file_ended(fault.map(named));
        let Some(name) = self.rest.pop_front() else {
            return Ok(false);
        };
        self.tally.next_file(&ended);
        let file = open::file(&self.settings, &name)?;
        if file.settings.format() != self.format {
            return Err(Failure::config(format!(
                "`{}` is of another format than the files before it",
                file.input.name()
            ))
            .hint("give the files that belong together in `pattern`"));
        }
        match (&mut self.state, &file.tag) {
            (Some(state), Some(tag)) => state.add(name, tag.clone()),
            _ => self.state = None,
        }
        let opened = open::records(file, &self.attributes)?;
        self.input = opened.input;
        self.expected = opened.expected;
        self.records = opened.records;
        self.met.fill(false);
        Ok(true)
    }

    /// Reported groups that nobody was in so far.
    pub fn missing_reported(&self) -> Vec<String> {
        self.scope.missing_reported()
    }

    /// What has been counted so far.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    fn is_full(&self) -> bool {
        self.rows.len() >= self.page_size
            || self.rows.size() >= FULL_PAGE
            || self.problems >= FULL_OF_PROBLEMS
    }

    fn event(&mut self) -> Result<Event, Failure> {
        match &mut self.records {
            Some(records) => records.next(&mut self.input, &mut self.cells),
            None => Ok(Event::End),
        }
    }

    fn take(&mut self, event: Event) {
        self.tally.note(&event);
        match event {
            Event::Record { line } => {
                self.note_names();
                self.record(line);
            }
            Event::Broken { line, fault, .. } => {
                let subject = self.subject();
                self.problem(line, fault, subject);
            }
            Event::Marker { .. } | Event::Verdict { .. } | Event::End => {}
        }
    }

    fn note_names(&mut self) {
        for &slot in self.cells.met() {
            if let Some(met) = self.met.get_mut(slot) {
                *met = true;
            }
        }
    }

    fn record(&mut self, line: u64) {
        let verdict = self.judge();
        if let Some(id) = id(&self.cells, &self.roles, &self.slots) {
            if id.trim().is_empty() {
                if verdict == Verdict::In {
                    self.without_id(line);
                }
                return;
            }
            // Also of those who are out of scope: a person who is in the file
            // twice is believed in neither place.
            if !self.seen.insert(id.as_bytes()) {
                let id = id.into_owned();
                return self.repeated(line, id);
            }
            if self.roles.is_table {
                if traps::is_rounded(&id) {
                    let id = id.into_owned();
                    return self.rounded(line, &id);
                }
                self.zeros.note(&id);
            }
        }
        match verdict {
            Verdict::In => self.deliver(),
            Verdict::Out => self.tally.out_of_scope += 1,
        }
    }

    fn without_id(&mut self, line: u64) {
        let fault = format!("`{}` is empty", self.id_name());
        let subject = self.subject();
        self.problem(line, fault, subject);
    }

    fn repeated(&mut self, line: u64, id: String) {
        let fault = format!("`{}` is `{id}`, as in an earlier record", self.id_name());
        self.tally.repeated += 1;
        self.problem(line, fault, Subject::Id(id));
    }

    /// Nobody knows whose a number is that others may have been rounded to, too.
    fn rounded(&mut self, line: u64, id: &str) {
        let fault = format!(
            "`{}` is `{id}`, a number that a spreadsheet has rounded",
            self.id_name()
        );
        self.tally.broken += 1;
        let subject = self.named();
        self.problem(line, fault, subject);
    }

    fn id_name(&self) -> &str {
        self.roles.id.map_or("", |slot| self.slots.name(slot))
    }

    fn judge(&mut self) -> Verdict {
        let cells = &self.cells;
        let groups = self.roles.groups.map(|slot| cells.values(slot));
        let unit = self.roles.unit.and_then(|slot| cells.first(slot));
        self.scope
            .judge(groups.into_iter().flatten(), unit, &mut self.told)
    }

    fn deliver(&mut self) {
        let status = self.status();
        if status == Status::Unknown {
            self.tally.status_unknown += 1;
        }
        self.tally.delivered += 1;
        let mut row = self.rows.add(status);
        if let Some(id) = id(&self.cells, &self.roles, &self.slots) {
            row.id(id.as_bytes());
        }
        for group in self.scope.names(&self.told) {
            row.group(group);
        }
        for (column, attribute) in self.roles.attributes.iter().enumerate() {
            for value in self.cells.values(attribute.slot) {
                if self.roles.is_table && is_rounded(value) {
                    self.tally.rounded += 1;
                }
                match &attribute.separator {
                    // An empty cell is one empty value, not none.
                    Some(separator) if !value.trim_ascii().is_empty() => {
                        row.values(column, scope::split(value, Some(separator.as_bytes())));
                    }
                    _ => {
                        row.value(column, value);
                    }
                }
            }
        }
    }

    /// Without a status column, who is in the file is active: the file is the
    /// list. With one, a person with two statuses has none.
    fn status(&self) -> Status {
        match (&self.words, self.roles.status) {
            (Some(words), Some(slot)) => {
                let mut values = self.cells.values(slot);
                match (values.next(), values.next()) {
                    (word, None) => words.status(word),
                    _ => Status::Unknown,
                }
            }
            _ => Status::Active,
        }
    }

    /// Whom a record is about, by what can be read of it.
    fn subject(&self) -> Subject {
        if let Some(id) = id(&self.cells, &self.roles, &self.slots)
            && !id.trim().is_empty()
        {
            return Subject::Id(id.into_owned());
        }
        self.named()
    }

    /// Whom a record is about, if its identifier cannot be believed.
    fn named(&self) -> Subject {
        let mut names = self.roles.attributes.iter().filter(|name| tells_who(name));
        let named = names.find_map(|attribute| {
            let value = std::str::from_utf8(self.cells.first(attribute.slot)?).ok()?;
            let value = value.trim();
            (!value.is_empty()).then(|| (attribute.name.clone(), value.to_owned()))
        });
        named.map_or(Subject::Nobody, Subject::Attribute)
    }

    fn problem(&mut self, line: u64, fault: String, subject: Subject) {
        if matches!(subject, Subject::Nobody) {
            self.tally.unattributed += 1;
        }
        self.problems += 1;
        self.tally.odd += 1;
        let place = format!("{} line {line}", self.input.name());
        self.rows.problem(place, fault, subject);
    }

    /// Ends the read, well or badly, with what was counted.
    fn end(&mut self) -> Result<Batch, Failure> {
        self.tally.eaten_zeros = self.zeros.eaten();
        self.warn();
        for name in self.scope.missing_exceptions() {
            host::warn(&format!(
                "`{}`: no record is in `{name}`, which the policy's scope leaves out",
                self.input.name()
            ));
        }
        let name = self.input.name();
        let bytes = self.input.bytes_read();
        let coverage = self.tally.coverage(&self.scope, name, bytes);
        // Whatever is odd is to be seen again in the next run.
        let is_clean = coverage.is_complete() && self.tally.odd == 0;
        let batch = Batch::last(&mut self.rows, coverage);
        Ok(match &self.state {
            Some(state) if is_clean => batch.delta_from(state.cursor()),
            _ => batch,
        })
    }

    fn warn(&self) {
        let file = self.input.name();
        if self.tally.eaten_zeros > 0 {
            host::warn(&format!(
                "`{file}`: {} of `{}` are shorter than those with a zero in front: a spreadsheet may have cut zeros off",
                self.tally.eaten_zeros,
                self.id_name()
            ));
        }
        if self.tally.rounded > 0 {
            host::warn(&format!(
                "`{file}`: {} values are numbers that a spreadsheet has rounded, as in `1.04858E+20`",
                self.tally.rounded
            ));
        }
    }

    /// What was delivered before a file changed is as it was: it counts, but
    /// proves nobody's absence.
    fn stop(&mut self, failure: Failure) -> Result<Batch, Failure> {
        if failure.kind != FailureKind::Drifted || self.tally.delivered == 0 {
            return Err(failure);
        }
        let bytes = self.input.bytes_read();
        let coverage = self.tally.drifted(failure.message, bytes);
        Ok(Batch::last(&mut self.rows, coverage))
    }

    /// A name that no record has is a typo, which would empty a field for
    /// everybody. A CSV's header has told before; other formats tell at the end.
    fn require_names(&self) -> Result<(), Failure> {
        let is_table = self.roles.is_table;
        if is_table || self.tally.records == self.tally.broken {
            return Ok(());
        }
        let unmet = self.slots.names().iter().zip(&self.met);
        let missing: Vec<&str> = unmet
            .filter(|(name, met)| !**met && !self.optional.iter().any(|o| same_name(o, name)))
            .map(|(name, _)| name.as_str())
            .collect();
        let Some(&first) = missing.first() else {
            return Ok(());
        };
        let known = self
            .records
            .as_ref()
            .map_or(&[][..], |records| records.names());
        let hint = nearest::hint(first, known.iter().map(|name| name.name.as_str()));
        Err(Failure::config(format!(
            "`{}`: no record has {}",
            self.input.name(),
            nearest::list(missing.into_iter())
        ))
        .hint(format!(
            "{hint} If nobody has it and that is right, list it under `optional` in the provider's config"
        )))
    }
}

/// The record's identifier, empty if it has none; `None` if the file has no
/// column of identifiers.
fn id<'a>(cells: &'a Cells, roles: &Roles, slots: &Slots) -> Option<Cow<'a, str>> {
    let slot = roles.id?;
    let bytes = cells.first(slot).unwrap_or_default();
    if roles.id_is_binary && !bytes.is_empty() {
        return Some(Cow::Owned(ldif::id_text(slots.name(slot), bytes)));
    }
    Some(String::from_utf8_lossy(bytes))
}

fn page(attributes: &[Requested]) -> Rows {
    let mut rows = Rows::new(attributes.iter().map(|attribute| &attribute.name));
    for (column, attribute) in attributes.iter().enumerate() {
        if attribute.binary {
            rows.kind(column, ColumnKind::Binary);
        }
    }
    rows
}

fn is_rounded(value: &[u8]) -> bool {
    value.len() < 32 && std::str::from_utf8(value).is_ok_and(traps::is_rounded)
}

/// True if one person's value of the attribute is hardly anybody else's: only
/// by such a one may a broken record be anybody's in particular.
fn tells_who(attribute: &Requested) -> bool {
    let name = attribute.name.to_lowercase();
    !attribute.binary
        && ["user", "login", "account", "uid", "mail"]
            .iter()
            .any(|part| name.contains(part))
}
