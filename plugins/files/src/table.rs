//! CSV with a header (RFC 4180).

use crate::cells::{Cells, Slots, same_name};
use crate::input::{Input, LONGEST_RECORD};
use crate::nearest;
use crate::quoting::{self, Quoting};
use crate::records::{Event, Name, Reach, Records};
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use muster_sdk::Failure;

/// A table whose header was read.
pub struct Table {
    parser: Parser,
    header: Vec<Name>,
    /// Column of each slot; `None` if the file may go without it.
    columns: Vec<Option<usize>>,
    marker: Option<String>,
    done: bool,
}

/// How a table is to be read.
pub struct Options<'a> {
    /// Between two cells; found from the header if it is not said.
    pub delimiter: Option<u8>,
    /// The text of the last line, if the operator declared one.
    pub marker: Option<&'a str>,
    /// Columns that the file need not have.
    pub optional: &'a [String],
}

impl Table {
    /// Reads the header and finds the columns; `None` if there is no header
    /// since the file is empty.
    pub fn open(
        input: &mut Input,
        slots: &Slots,
        options: &Options<'_>,
    ) -> Result<Option<Self>, Failure> {
        let delimiter = match options.delimiter {
            Some(delimiter) => delimiter,
            None => guess_delimiter(input)?,
        };
        let mut parser = Parser::new(delimiter);
        let header = match parser.next_with_text(input)? {
            Found::End => return Ok(None),
            // An export of nobody may be its end marker alone.
            _ if parser.is(options.marker) => return Ok(None),
            found => header(&parser, &found, input.name())?,
        };
        let columns = columns(&header, slots, options.optional, input.name())?;
        Ok(Some(Self {
            parser,
            header,
            columns,
            marker: options.marker.map(str::to_owned),
            done: false,
        }))
    }

    /// Judges the record that the parser has found.
    fn judge(&self, end: End) -> Result<(), Fault> {
        let parser = &self.parser;
        let (found, wanted) = (parser.cells, self.header.len());
        // In a row with the wrong number of cells, nobody knows where the others
        // slipped: only the first is surely where it belongs.
        let believed = if found == wanted { wanted } else { 1 };
        match parser.quoting() {
            Quoting::Open { cell } => Err(Fault {
                text: format!("the quote that opens cell {} is never closed", cell + 1),
                reach: Reach::Cut,
                believed: cell,
            }),
            Quoting::Misplaced { cell } => Err(Fault {
                text: format!("a quote stands in the wrong place in cell {}", cell + 1),
                reach: parser.reach(),
                believed: believed.min(cell),
            }),
            Quoting::Sound if found == wanted => Ok(()),
            Quoting::Sound => {
                let cut = found < wanted && matches!(end, End::File);
                let plural = if found == 1 { "" } else { "s" };
                Err(Fault {
                    text: format!("the row has {found} cell{plural}, the header {wanted}"),
                    reach: if cut { Reach::Cut } else { parser.reach() },
                    believed: if cut { found - 1 } else { believed },
                })
            }
        }
    }

    fn fill(&self, cells: &mut Cells, believed: usize) {
        for (slot, column) in self.columns.iter().enumerate() {
            if let Some(column) = column.filter(|&column| column < believed) {
                cells.push(slot, self.parser.cell(column));
            }
        }
    }
}

impl Records for Table {
    fn next(&mut self, input: &mut Input, cells: &mut Cells) -> Result<Event, Failure> {
        cells.clear();
        if self.done {
            return Ok(Event::End);
        }
        let end = match self.parser.next_with_text(input)? {
            Found::End => {
                self.done = true;
                return Ok(Event::End);
            }
            Found::TooLong => {
                self.done = true;
                return Ok(Event::Broken {
                    line: self.parser.line,
                    fault: "the row is longer than 1 MiB, as if a quote were never closed".into(),
                    reach: Reach::Cut,
                });
            }
            Found::Record(end) => end,
        };
        let line = self.parser.line;
        if self.parser.is(self.marker.as_deref()) {
            return Ok(Event::Marker { line });
        }
        if let Err(fault) = self.judge(end) {
            self.fill(cells, fault.believed);
            cells.retain(|_, value| std::str::from_utf8(value).is_ok());
            return Ok(Event::Broken {
                line,
                fault: fault.text,
                reach: fault.reach,
            });
        }
        self.fill(cells, usize::MAX);
        if let Some(column) = self.parser.invalid_utf8() {
            cells.retain(|_, value| std::str::from_utf8(value).is_ok());
            let name = self.header.get(column).map_or("", |name| &name.name);
            return Ok(Event::Broken {
                line,
                fault: format!("`{name}` is not UTF-8; {ENCODINGS}"),
                reach: Reach::Record,
            });
        }
        Ok(Event::Record { line })
    }

    fn names(&self) -> &[Name] {
        &self.header
    }
}

/// What to do about a file in another encoding.
pub const ENCODINGS: &str =
    "if the whole file is of another encoding, set `encoding: windows-1252` or `latin1`";

/// What is wrong with a row.
struct Fault {
    text: String,
    reach: Reach,
    /// Cells from the left that can be believed.
    believed: usize,
}

fn header(parser: &Parser, found: &Found, file: &str) -> Result<Vec<Name>, Failure> {
    let place = format!("`{file}` line {}", parser.line);
    if !matches!(found, Found::Record(_)) || parser.quoting() != Quoting::Sound {
        return Err(Failure::data(format!(
            "{place}: the quotes of the header do not match"
        )));
    }
    (0..parser.cells)
        .map(|cell| match std::str::from_utf8(parser.cell(cell)) {
            Ok(name) => Ok(Name {
                name: name.trim().to_owned(),
                several: false,
            }),
            Err(_) => {
                Err(Failure::data(format!("{place}: the header is not UTF-8")).hint(ENCODINGS))
            }
        })
        .collect()
}

/// Finds each slot's column.
pub fn columns(
    header: &[Name],
    slots: &Slots,
    optional: &[String],
    file: &str,
) -> Result<Vec<Option<usize>>, Failure> {
    let mut columns = Vec::with_capacity(slots.names().len());
    let mut missing = Vec::new();
    for wanted in slots.names() {
        let place = column(header, wanted, file)?;
        if place.is_none() && !optional.iter().any(|name| same_name(name, wanted)) {
            missing.push(wanted.as_str());
        }
        columns.push(place);
    }
    let Some(&first) = missing.first() else {
        return Ok(columns);
    };
    let names = header.iter().map(|name| name.name.as_str());
    Err(Failure::config(format!(
        "`{file}`: the header has no column {}",
        nearest::list(missing.into_iter())
    ))
    .hint(nearest::hint(first, names)))
}

/// Finds the column of a name: as it is spelled, or else in any letter case.
fn column(header: &[Name], wanted: &str, file: &str) -> Result<Option<usize>, Failure> {
    let places = |is_it: &dyn Fn(&str) -> bool| -> Vec<usize> {
        let fits = (0..).zip(header).filter(|(_, name)| is_it(&name.name));
        fits.map(|(place, _)| place).collect()
    };
    let mut found = places(&|name| name == wanted);
    if found.is_empty() {
        found = places(&|name| same_name(name, wanted));
    }
    match found.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(*one)),
        _ => Err(Failure::config(format!(
            "`{file}`: two columns of the header are called `{wanted}`"
        ))
        .hint("give them different names; nobody can tell which one is meant")),
    }
}

/// Takes the delimiter that the header has most of, outside quotes.
fn guess_delimiter(input: &mut Input) -> Result<u8, Failure> {
    let is_break = |byte: &u8| matches!(byte, b'\r' | b'\n');
    let first_line = |rest: &[u8]| -> (usize, usize) {
        let start = rest.iter().take_while(|byte| is_break(byte)).count();
        let length = rest
            .iter()
            .skip(start)
            .take_while(|byte| !is_break(byte))
            .count();
        (start, start + length)
    };
    let mut line = first_line(input.rest());
    while line.1 == input.rest().len() && line.1 < LONGEST_RECORD && input.more()? {
        line = first_line(input.rest());
    }
    let line = input.rest().get(line.0..line.1).unwrap_or_default();
    let outside = line.split(|&byte| byte == b'"').step_by(2);
    let number = |wanted: u8| -> usize {
        outside
            .clone()
            .map(|text| text.iter().filter(|&&byte| byte == wanted).count())
            .sum()
    };
    let mut best = (b',', number(b','));
    for candidate in [b';', b'\t', b'|'] {
        let found = number(candidate);
        if found > best.1 {
            best = (candidate, found);
        }
    }
    Ok(best.0)
}

/// `csv-core` with its buffers, which grow to the longest record and no more.
struct Parser {
    reader: Reader,
    delimiter: u8,
    /// The last record as it stands in the file, without surrounding breaks.
    raw: Vec<u8>,
    /// Its cells, one after the other, in the first `written` bytes.
    text: Vec<u8>,
    written: usize,
    /// Where they end, in the first `cells` places.
    ends: Vec<usize>,
    cells: usize,
    /// Where it begins.
    line: u64,
}

enum Found {
    Record(End),
    TooLong,
    End,
}

#[derive(Clone, Copy)]
enum End {
    Break,
    File,
}

impl Parser {
    fn new(delimiter: u8) -> Self {
        Self {
            reader: ReaderBuilder::new().delimiter(delimiter).build(),
            delimiter,
            raw: Vec::new(),
            text: vec![0; 4096],
            written: 0,
            ends: vec![0; 64],
            cells: 0,
            line: 1,
        }
    }

    /// Finds the next record that is not blank.
    fn next_with_text(&mut self, input: &mut Input) -> Result<Found, Failure> {
        loop {
            let found = self.next(input)?;
            if !matches!(found, Found::Record(_)) || !self.is_blank() {
                return Ok(found);
            }
        }
    }

    fn next(&mut self, input: &mut Input) -> Result<Found, Failure> {
        self.raw.clear();
        (self.written, self.cells) = (0, 0);
        let line = self.reader.line();
        let mut at_end = false;
        let found = loop {
            // To the parser, no bytes mean the end of the file.
            if input.rest().is_empty() {
                at_end = !input.more()?;
            }
            let (result, used, written, cells) = self.reader.read_record(
                input.rest(),
                self.text.get_mut(self.written..).unwrap_or_default(),
                self.ends.get_mut(self.cells..).unwrap_or_default(),
            );
            self.raw
                .extend_from_slice(input.rest().get(..used).unwrap_or_default());
            input.take(used);
            self.written += written;
            self.cells += cells;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.text.resize(self.text.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record if at_end => break Found::Record(End::File),
                ReadRecordResult::Record => break Found::Record(End::Break),
                ReadRecordResult::End => break Found::End,
            }
            if self.raw.len() > LONGEST_RECORD {
                break Found::TooLong;
            }
        };
        self.line = line + self.trim_breaks();
        Ok(found)
    }

    /// True if nothing but white space stands in the record: spreadsheets
    /// write such rows below their last one.
    fn is_blank(&self) -> bool {
        self.text().trim_ascii().is_empty()
    }

    /// True if the record is the declared end marker.
    fn is(&self, marker: Option<&str>) -> bool {
        marker.is_some_and(|marker| self.raw.trim_ascii() == marker.as_bytes())
    }

    fn text(&self) -> &[u8] {
        self.text.get(..self.written).unwrap_or_default()
    }

    /// Cuts the line breaks around the raw record off, and counts those before.
    fn trim_breaks(&mut self) -> u64 {
        let is_break = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let before = self.raw.iter().take_while(|byte| is_break(byte)).count();
        let after = self
            .raw
            .iter()
            .rev()
            .take_while(|byte| is_break(byte))
            .count();
        let lines = self
            .raw
            .iter()
            .take(before)
            .filter(|&&byte| byte == b'\n')
            .count();
        self.raw
            .truncate(self.raw.len().saturating_sub(after).max(before));
        self.raw.drain(..before);
        lines as u64
    }

    fn cell(&self, cell: usize) -> &[u8] {
        let ends = self.ends.get(..self.cells).unwrap_or_default();
        let start = match cell.checked_sub(1) {
            Some(before) => ends.get(before).copied().unwrap_or(self.written),
            None => 0,
        };
        let end = ends.get(cell).copied().unwrap_or(start);
        self.text.get(start..end).unwrap_or_default()
    }

    fn quoting(&self) -> Quoting {
        if memchr::memchr(b'"', &self.raw).is_some() {
            quoting::judge(&self.raw, self.delimiter)
        } else {
            Quoting::Sound
        }
    }

    /// A broken record of several lines may have swallowed other people.
    fn reach(&self) -> Reach {
        if memchr::memchr(b'\n', &self.raw).is_some() {
            Reach::Neighbours
        } else {
            Reach::Record
        }
    }

    /// The first cell that is not UTF-8.
    fn invalid_utf8(&self) -> Option<usize> {
        // Not of the cells' text: without the delimiters between them, halves of
        // two cells can make a character.
        if std::str::from_utf8(&self.raw).is_ok() {
            return None;
        }
        (0..self.cells).find(|&cell| std::str::from_utf8(self.cell(cell)).is_err())
    }
}
